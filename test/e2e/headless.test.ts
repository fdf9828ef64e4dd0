/** The meeting without an element of ours: the page's own interface on the room alone. */
import assert from 'node:assert/strict';
import { hears, meetingTest, seesMoving, seesTiles, type MeetingPage } from '../helpers/meeting.js';
import { until } from '../helpers/until.js';

interface Shown {
  readonly people: readonly (string | null)[];
  readonly frames: Readonly<Record<string, number>>;
  readonly status: string | null | undefined;
  readonly error: string | null | undefined;
}

/** What a person sees: people by name, pictures by caption with their frames so far, and the sentences. */
function shown({ page }: MeetingPage): Promise<Shown> {
  return page.evaluate(() => ({
    people: [...document.querySelectorAll('li')].map(({ textContent }) => textContent),
    frames: Object.fromEntries(
      [...document.querySelectorAll('figure')].map((figure) => [
        figure.querySelector('figcaption')?.textContent ?? '',
        figure.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
      ]),
    ),
    status: document.querySelector('[role=status]')?.textContent,
    error: document.querySelector('[role=alert]')?.textContent,
  }));
}

meetingTest('headless.html meets people who use the elements, by keyboard alone', {}, async ({ meeting }) => {
  const [host] = await meeting.openAll(['Host']);
  const name = '<b>Grace</b>';
  const grace = await meeting.open('Grace', { path: '/headless.html' });
  const { keyboard } = grace.page;
  assert.equal(await grace.page.evaluate(() => customElements.get('video-room')), undefined);

  await grace.page.getByLabel('Your name').focus();
  await keyboard.type(name);
  await keyboard.press('Enter');
  await seesMoving(host, [name]);
  await hears(host, [name]);
  const isMeeting = ({ people, frames, status }: Shown) =>
    status === 'connected' &&
    people.join() === `${name} (you),Host` &&
    (frames['Host'] ?? 0) > 5 &&
    (frames[`${name} (you)`] ?? 0) > 5;
  await until(() => shown(grace), isMeeting, { what: 'both pictures move, both people are listed' });
  assert.equal(await grace.page.locator('b').count(), 0, 'a name is text');

  // The focus has gone with the form.
  assert.equal(await grace.page.evaluate(() => document.activeElement?.textContent), 'Leave');
  await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await grace.page.getByRole('button', { name: 'Turn on camera' }).waitFor();
  await keyboard.press('Shift+Tab');
  await keyboard.press('Enter');
  await grace.page.getByRole('button', { name: 'Unmute microphone' }).waitFor();

  await keyboard.press('Tab');
  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await seesTiles(host, []);
  assert.equal(await grace.page.evaluate(() => document.activeElement?.id), 'name');
  assert.deepEqual(await grace.held(), { connections: 0, tracks: 0 });
});

meetingTest('headless.html says what went wrong, and joins at the next try', {}, async ({ meeting }) => {
  const expected = [/^Failed to load resource/];
  const page = await meeting.open('Grace', { path: '/headless.html', expected });
  await page.page.route('**/rooms/join', (route) => route.fulfill({ status: 503 }), { times: 1 });
  await page.page.getByRole('button', { name: 'Join' }).click();
  await until(
    () => shown(page),
    ({ error }) => error === 'The meeting service has a problem. Try again in a moment.',
    { what: 'the sentence' },
  );
  await page.page.getByRole('button', { name: 'Join' }).click();
  await until(
    () => shown(page),
    ({ error, status }) => error === '' && status === 'connected',
    { what: 'the meeting' },
  );
});
