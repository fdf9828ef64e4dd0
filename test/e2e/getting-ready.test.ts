/** Getting ready in the lobby, and what of it arrives at the others. */
import assert from 'node:assert/strict';
import {
  allMeet,
  hears,
  meetingTest,
  CAMERAS,
  comesFrom,
  seesMoving,
  seesPicture,
  seesTiles,
  type FakePicture,
  type MeetingPage,
  type Picture,
} from '../helpers/meeting.js';
import { until } from '../helpers/until.js';

const MICROPHONE = 'Fake Audio Input 2';

/** How much the level meter goes up and down with the beeps of the fake microphone, from 0 to 1. */
const BEEP = 0.3;

/** What the person sees of their own picture; undefined where it is hidden. */
async function selfView({ page }: MeetingPage): Promise<Picture> {
  const video = page.locator('self-view video');
  if (!(await video.isVisible())) return undefined;
  return video.evaluate((element: HTMLVideoElement) => ({
    frames: element.getVideoPlaybackQuality().totalVideoFrames,
    ...window.recorder.lookOf(element),
  }));
}

function seesSelf(attendee: MeetingPage, camera: FakePicture): Promise<void> {
  return comesFrom(() => selfView(attendee), camera, { what: `the own picture by the ${camera} camera` });
}

async function seesLevel({ page }: MeetingPage): Promise<void> {
  const levels: number[] = [];
  await until(
    async () => {
      levels.push(await page.locator('level-meter meter').evaluate((meter: HTMLMeterElement) => meter.value));
      return levels;
    },
    (all) => Math.max(...all) - Math.min(...all) > BEEP,
    { what: 'the level goes up and down' },
  );
}

function requests({ page }: MeetingPage): Promise<number> {
  return page.evaluate(() => window.recorder.requests);
}

/** The devices that are open, by their labels. */
function openDevices({ page }: MeetingPage): Promise<string[]> {
  return page.evaluate(() =>
    window.recorder.tracks
      .filter(({ readyState }) => readyState === 'live')
      .map(({ label }) => label)
      .sort(),
  );
}

meetingTest('what is chosen before joining is what the others get, now and after a reload', {}, async ({ meeting }) => {
  const [ada] = await meeting.openAll(['Ada']);
  const grace = await meeting.open('Grace', { attributes: 'room="standup"' });
  const { keyboard } = grace.page;
  assert.equal(await requests(grace), 0, 'nobody is asked before they want it');

  await keyboard.press('Tab');
  await keyboard.press('Enter');
  await seesSelf(grace, 'wheel');
  await seesLevel(grace);
  assert.equal(await requests(grace), 1, 'one question for both devices');

  await grace.picker('camera').focus();
  await keyboard.press('End');
  await seesSelf(grace, 'plain');
  await grace.picker('microphone').selectOption(MICROPHONE);
  await until(
    () => openDevices(grace),
    (labels) => labels.join() === `${MICROPHONE},${CAMERAS.plain}`,
    { what: 'the devices before are let go' },
  );
  await seesLevel(grace);

  await grace.picker('camera').selectOption('Off');
  await until(
    () => openDevices(grace),
    (labels) => labels.join() === MICROPHONE,
    { what: 'the camera is let go' },
  );
  assert.equal(await selfView(grace), undefined);
  await grace.picker('camera').selectOption(CAMERAS.plain);
  await seesSelf(grace, 'plain');

  const before = await requests(grace);
  await grace.page.getByLabel('Your name').focus();
  await keyboard.type('Grace');
  await keyboard.press('Enter');
  await allMeet([ada, grace]);
  await seesPicture(ada, 'Grace', 'plain');
  await hears(ada, ['Grace']);
  assert.equal(await requests(grace), before, 'joining takes the devices that are open');

  await grace.page.reload();
  await seesTiles(ada, []);
  assert.equal(await grace.page.getByLabel('Your name').inputValue(), 'Grace');
  await grace.press('Check camera and microphone');
  await seesSelf(grace, 'plain');
  assert.deepEqual(await openDevices(grace), [MICROPHONE, CAMERAS.plain]);
  assert.equal(await grace.chosen('camera'), CAMERAS.plain);
  assert.equal(await grace.chosen('microphone'), MICROPHONE);
});

meetingTest('who only watches is never asked for a device, and sees and hears', {}, async ({ meeting }) => {
  await meeting.openAll(['Ada']);
  const viewer = await meeting.open('Viewer', { attributes: 'room="standup" no-audio no-video autostart' });
  await viewer.join();
  await seesMoving(viewer, ['Ada']);
  await hears(viewer, ['Ada']);
  assert.equal(await requests(viewer), 0);
});
