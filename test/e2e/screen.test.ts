/** Screens as the others see and hear them, what is shown large, and the small window. */
import assert from 'node:assert/strict';
import {
  allMeet,
  hasEvents,
  hears,
  meetingTest,
  seesLarge,
  seesMoving,
  seesTiles,
  type MeetingPage,
} from '../helpers/meeting.js';
import { until } from '../helpers/until.js';

/** At once, in milliseconds, to a person: far below the time limits by which what is lost goes. */
const AT_ONCE = 3000;

/** Does what the browser's own bar does when its button is pressed. */
function endByBrowser({ page }: MeetingPage): Promise<void> {
  return page.evaluate(() => {
    const track = window.recorder.screens[0]?.getVideoTracks()[0];
    track?.stop();
    track?.dispatchEvent(new Event('ended'));
  });
}

/** The screens the page has got and not let go. */
function heldScreens({ page }: MeetingPage): Promise<number> {
  return page.evaluate(
    () =>
      window.recorder.screens.filter((screen) => screen.getTracks().some(({ readyState }) => readyState === 'live'))
        .length,
  );
}

meetingTest('two share their screens, somebody comes late, and each end is an end at once', {}, async ({ meeting }) => {
  const [ada, grace] = await meeting.openAll(['Ada', 'Grace']);
  await allMeet([ada, grace]);

  await grace.press('Share your screen');
  await seesMoving(ada, ['Grace', 'Screen of Grace']);
  await seesLarge(ada, ['Screen of Grace']);
  await hears(ada, ['Screen of Grace']);
  const [, screen] = await hasEvents(ada, 'stream-available', 2);
  assert.equal(screen?.alias, 'screenshare');
  assert.deepEqual([...(screen.mediaTypes ?? [])].sort(), ['AUDIO', 'VIDEO']);
  await grace.page.getByRole('button', { name: 'Stop sharing your screen' }).waitFor();

  await ada.press('Share your screen');
  await seesMoving(grace, ['Ada', 'Screen of Ada']);
  await seesLarge(grace, ['Screen of Ada']);
  const [alan] = await meeting.openAll(['Alan']);
  await seesMoving(alan, ['Ada', 'Grace', 'Screen of Ada', 'Screen of Grace']);
  await seesLarge(alan, ['Screen of Ada', 'Screen of Grace']);

  await endByBrowser(grace);
  await Promise.all([
    seesTiles(ada, ['Alan', 'Grace'], AT_ONCE),
    seesTiles(alan, ['Ada', 'Grace', 'Screen of Ada'], AT_ONCE),
  ]);
  assert.equal(await heldScreens(grace), 0, 'its sound is let go too');
  await ada.press('Stop sharing your screen');
  await seesTiles(alan, ['Ada', 'Grace'], AT_ONCE);
  assert.equal(await heldScreens(ada), 0);

  await grace.page.evaluate(() => {
    navigator.mediaDevices.getDisplayMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
  });
  const before = (await hasEvents(alan, 'stream-available', 4)).length;
  await grace.press('Share your screen');
  await grace.page.getByText('Nothing is shared.').waitFor();
  const changes = await hasEvents(grace, 'screen-share-changed', 3);
  assert.deepEqual(
    changes.map(({ on, failure }) => [on, failure]),
    [
      [true, undefined],
      [false, undefined],
      [false, 'denied'],
    ],
  );
  assert.equal(await grace.errorText(), '');
  await seesMoving(alan, ['Ada', 'Grace']);
  assert.equal((await hasEvents(alan, 'stream-available', before)).length, before, 'nothing came to the others');
});

/** What is in the browser's own views. */
function views({ page }: MeetingPage): Promise<{ small: boolean; frames: number; whole: boolean }> {
  return page.evaluate(() => {
    const bar = document.querySelector('video-room')?.shadowRoot?.querySelector('control-bar')?.shadowRoot;
    const video = bar?.pictureInPictureElement as HTMLVideoElement | null | undefined;
    return {
      small: document.pictureInPictureElement !== null,
      frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
      whole: document.fullscreenElement !== null,
    };
  });
}

meetingTest(
  'what is large is pinned, chosen, or fills the screen; the small window follows',
  {},
  async ({ meeting }) => {
    const [ada, grace, alan] = await meeting.openAll(['Ada', 'Grace', 'Alan']);
    await allMeet([ada, grace, alan]);
    const layouts = ada.page.locator('layout-picker select');

    await ada.press('Pin Grace');
    await seesLarge(ada, ['Grace']);
    await ada.press('Full screen');
    await until(
      () => views(ada),
      ({ whole }) => whole,
      { what: 'full screen' },
    );
    await seesMoving(ada, ['Grace', 'Alan']);
    await ada.press('Full screen');
    await until(
      () => views(ada),
      ({ whole }) => !whole,
      { what: 'the page again' },
    );
    await ada.press('Unpin Grace');
    await seesLarge(ada, []);

    await alan.press('Mute microphone');
    await layouts.selectOption('Speaker');
    await seesLarge(ada, ['Grace']);
    await layouts.selectOption('Grid');
    await seesLarge(ada, []);

    await ada.press('Small window');
    await until(
      () => views(ada),
      ({ small, frames }) => small && frames > 5,
      { what: 'the small window moves' },
    );
    // Who is in the small window leaves: it goes on with the other one.
    await grace.pressLeave();
    await seesTiles(ada, ['Alan']);
    const { frames } = await views(ada);
    await until(
      () => views(ada),
      (now) => now.small && now.frames !== frames && now.frames > 5,
      { what: 'the small window follows' },
    );
    await ada.press('Small window');
    await until(
      () => views(ada),
      ({ small }) => !small,
      { what: 'the small window is closed' },
    );
    assert.equal(await ada.errorText(), '');
  },
);
