/** The page of the site's owner: a meeting's record as it happens, and what is done from it. */
import assert from 'node:assert/strict';
import { meetingTest, REQUEST_FAILED, seesTiles, type MeetingPage } from '../helpers/meeting.js';
import { until } from '../helpers/until.js';

const KEY = 'a-key-of-the-site-of-at-least-32-characters';
const PATH = '/events.html';

async function openRecord(page: MeetingPage['page']): Promise<void> {
  await page.getByLabel('API key').fill(KEY);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: /^standup/ }).click();
  await page.getByRole('heading', { name: 'Record of standup' }).waitFor();
}

/** Types of the lines, newest first, with their ids. */
function linesOf(page: MeetingPage['page']): Promise<{ id: string | undefined; type: string; text: string }[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('#entries > li')].map((line) => ({
      id: line.dataset['id'],
      type: line.querySelector('.type')?.textContent ?? '',
      text: line.textContent,
    })),
  );
}

meetingTest(
  'the owner follows a meeting, writes to somebody, mutes and removes them, by keyboard too',
  { apiKey: KEY },
  async ({ meeting }) => {
    const name = '<img src=x>';
    const [host, guest] = await meeting.openAll(['Host', 'Grace'], { attributes: `room="standup"` });
    const hostile = await meeting.audit('standup');
    const { page } = await meeting.open('Owner', { path: PATH, expected: [REQUEST_FAILED] });
    await page.getByLabel('API key').fill('wrong');
    await page.keyboard.press('Enter');
    await page.getByText('The API key is missing or wrong.').waitFor();
    await openRecord(page);
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'record-title');
    await page.getByText('stream-created').nth(1).waitFor();
    const types = (await linesOf(page)).map(({ type }) => type);
    assert.equal(types.at(-1), 'room-opened', 'newest first');
    assert.equal(types.filter((type) => type === 'participant-joined').length, 3);

    // What people write is text.
    const ask = { room: 'standup', name, audio: false, video: false };
    await fetch(`${meeting.url}/rooms/join`, { method: 'POST', body: JSON.stringify(ask) });
    await page.locator('#entries .who', { hasText: name }).first().waitFor();
    assert.equal(await page.locator('main img').count(), 0);

    const received = guest.page.evaluateHandle(
      () =>
        new Promise((resolve) => {
          document.addEventListener('message-received', ({ message }) => resolve(message.data), { once: true });
        }),
    );
    await page.getByRole('button', { name: 'Send to Grace' }).first().focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.getByLabel('Text; of other types').fill('From the site');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('chat to Grace: From the site').waitFor();
    assert.equal(await page.getByRole('dialog').count(), 0);
    assert.deepEqual(await (await received).jsonValue(), { text: 'From the site' });

    await page.getByRole('button', { name: 'Mute Grace' }).first().click();
    await guest.page.getByRole('button', { name: 'Unmute microphone' }).waitFor();

    await page.getByRole('button', { name: 'Remove Grace' }).first().click();
    await page.getByLabel('Why, for the person to read').fill('The meeting is over');
    await page.keyboard.press('Enter');
    await guest.page.getByText('The meeting is over').waitFor();
    await seesTiles(host, []);
    await page.getByText('removed, The meeting is over').waitFor();
    await until(
      () => page.getByRole('button', { name: /Grace$/ }).count(),
      (count) => count === 0,
      { what: 'nothing can be done any more with who has left' },
    );
    assert.deepEqual(await hostile(), [name, 'Host'].sort());
    await page.getByText(/\d+ new entr/).waitFor();
    assert.ok(!page.url().includes(KEY));
  },
);

meetingTest(
  'the page goes on after a drop with nothing missing and nothing twice; a tab keeps the key; it fits a phone',
  { apiKey: KEY },
  async ({ meeting, proxy }) => {
    const ask = { room: 'standup', name: 'Ada', audio: false, video: false };
    const joined = await fetch(`${meeting.url}/rooms/join`, { method: 'POST', body: JSON.stringify(ask) });
    assert.equal(joined.status, 200);
    const { page } = await meeting.open('Owner', {
      path: `http://127.0.0.1:${proxy.port}${PATH}`,
      expected: [REQUEST_FAILED],
    });
    await openRecord(page);
    const send = (text: string) =>
      fetch(`${meeting.url}/api/rooms/standup/signals`, {
        method: 'POST',
        headers: { authorization: `Bearer ${KEY}` },
        body: JSON.stringify({ type: 'chat', data: { text } }),
      });
    await send('before');
    await page.getByText('before').waitFor();
    proxy.cut();
    await page.getByText('Interrupted. Trying again.').waitFor();
    await send('meanwhile 1');
    await send('meanwhile 2');
    proxy.restore();
    await page.getByText('meanwhile 2').waitFor();
    const lines = await linesOf(page);
    assert.equal(new Set(lines.map(({ id }) => id)).size, lines.length);
    assert.deepEqual(
      lines.filter(({ type }) => type === 'message').map(({ text }) => /before|meanwhile \d/.exec(text)?.[0]),
      ['meanwhile 2', 'meanwhile 1', 'before'],
    );
    await page.setViewportSize({ width: 360, height: 740 });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 360);

    await page.reload();
    await page.getByRole('button', { name: /^standup/ }).waitFor();
    await page.getByRole('button', { name: 'Forget the key' }).click();
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'key');
    assert.equal(await page.evaluate(() => window.sessionStorage.length), 0);
  },
);
