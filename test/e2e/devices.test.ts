/** Microphone and camera off and on, exchanged, lost, and by the keyboard, as it is heard and seen at the other end. */
import assert from 'node:assert/strict';
import {
  allMeet,
  CAMERAS,
  hasEvents,
  hears,
  hearsSilence,
  meetingTest,
  seesMoving,
  seesPicture,
  seesTiles,
  type MeetingPage,
} from '../helpers/meeting.js';
import { until } from '../helpers/until.js';

/** A black picture's average brightness, 0 to 255, with what the codec adds. The fake camera's is above 40. */
const BLACK = 8;

/** Waits until the tile shows initials, on a picture that has become black. */
async function seesInitials(attendee: MeetingPage, other: string, initials: string): Promise<void> {
  await until(
    async () => (await attendee.tiles()).find(({ name }) => name === other),
    (tile) => tile?.initials === initials && tile.brightness < BLACK,
    { what: `${attendee.name} sees the initials of ${other}` },
  );
}

meetingTest('microphone and camera off and on again', {}, async ({ meeting }) => {
  const [ada, grace] = await meeting.openAll(['Ada', 'Grace']);
  await allMeet([ada, grace]);
  await hears(ada, ['Grace']);

  await grace.press('Mute microphone');
  await hearsSilence(ada, 'Grace');
  await grace.press('Unmute microphone');
  await hears(ada, ['Grace']);

  await grace.press('Turn camera off');
  await seesInitials(ada, 'Grace', 'G');
  assert.deepEqual(await grace.held(), { connections: 2, tracks: 1 }, 'the camera is let go');
  await hears(ada, ['Grace']);
  await grace.press('Turn camera on');
  await seesMoving(ada, ['Grace']);
  await until(
    () => ada.tiles(),
    (tiles) => tiles.every(({ initials }) => initials === ''),
    { what: 'nobody is shown by initials any more' },
  );

  const events = await grace.events();
  assert.deepEqual(
    events.flatMap(({ type, on }) => (type.endsWith('-changed') && on !== undefined ? [[type, on]] : [])),
    [
      ['microphone-changed', false],
      ['microphone-changed', true],
      ['camera-changed', false],
      ['camera-changed', true],
    ],
  );
  const streamEvents = (await ada.events()).filter(({ type }) => type.startsWith('stream-'));
  assert.equal(streamEvents.length, 1, 'it is the same stream all the time');
});

meetingTest('joining with microphone and camera off, then on', {}, async ({ meeting }) => {
  const [ada] = await meeting.openAll(['Ada']);
  const [grace] = await meeting.openAll(['Grace'], { attributes: 'room="standup" muted camera-off' });
  await seesTiles(ada, ['Grace']);
  await seesMoving(grace, ['Ada']);
  const [stream] = await hasEvents(ada, 'stream-available', 1);
  assert.deepEqual(stream?.mediaTypes, ['AUDIO']);
  assert.deepEqual(await grace.held(), { connections: 2, tracks: 1 }, 'the camera was never opened');
  await hearsSilence(ada, 'Grace');

  await grace.press('Unmute microphone');
  await hears(ada, ['Grace']);
  await grace.press('Turn camera on');
  await seesMoving(ada, ['Grace']);
  const streamEvents = (await ada.events()).filter(({ type }) => type.startsWith('stream-'));
  assert.equal(streamEvents.length, 1, 'the video came in the same stream');
});

/** A page whose pickers and status are the page's own, beside the room. */
const BESIDE = `
  <video-room id="room" endpoint="ENDPOINT" room="standup" name="Grace" autojoin></video-room>
  <device-picker kind="camera" for="room"></device-picker>
  <device-picker kind="microphone" for="room"></device-picker>`;

async function note({ page }: MeetingPage): Promise<string> {
  return page.locator('device-picker[kind=camera] [role=status]').innerText();
}

meetingTest('another camera and microphone in the call, unplugged, and none left', {}, async ({ meeting }) => {
  const [ada, grace] = await Promise.all([
    meeting.open('Ada', { attributes: 'name="Ada" room="standup" autojoin' }),
    meeting.open('Grace', { body: BESIDE }),
  ]);
  await allMeet([ada, grace]);
  await seesPicture(ada, 'Grace', 'wheel');
  const negotiations = [ada.negotiations, grace.negotiations];

  await grace.picker('camera').selectOption(CAMERAS.plain);
  await seesPicture(ada, 'Grace', 'plain');
  await grace.picker('microphone').selectOption('Fake Audio Input 1');
  await hasEvents(grace, 'device-changed', 2);
  await hears(ada, ['Grace']);

  await grace.unplug('video');
  await seesPicture(ada, 'Grace', 'wheel');
  await until(
    () => note(grace),
    (text) => text === '“fake_device_2” is gone. “fake_device_0” is used instead.',
    { what: 'it is said which camera is gone' },
  );
  assert.deepEqual(
    (await hasEvents(grace, 'device-changed', 3)).map(({ kind }) => kind),
    ['camera', 'microphone', 'camera'],
  );

  await grace.page.evaluate(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotFoundError'));
  });
  await grace.unplug('video');
  await until(
    () => ada.tiles(),
    (tiles) => tiles.some(({ name, initials }) => name === 'Grace' && initials === 'G'),
    { what: 'initials in place of the picture' },
  );
  const [changed] = await hasEvents(grace, 'camera-changed', 1);
  assert.deepEqual([changed?.on, changed?.failure], [false, 'absent']);
  const sentence = 'No camera was found. Connect one, then switch it on here.';
  assert.equal(await note(grace), sentence);
  assert.equal(await grace.errorText(), sentence);
  await hears(ada, ['Grace']);

  assert.deepEqual([ada.negotiations, grace.negotiations], negotiations, 'nothing was negotiated');
  assert.equal((await hasEvents(ada, 'stream-available', 1)).length, 1, 'it is the same stream all the time');
});

meetingTest('keys mute and unmute, but not while somebody types', {}, async ({ meeting }) => {
  const body = '<video-room endpoint="ENDPOINT" room="standup" name="Grace" autojoin></video-room><input id="own" />';
  const [[ada], grace] = await Promise.all([meeting.openAll(['Ada']), meeting.open('Grace', { body })]);
  await grace.joined();
  await hears(ada, ['Grace']);

  await grace.page.locator('#own').focus();
  await grace.page.keyboard.press('Alt+Shift+M');
  await hears(ada, ['Grace']);
  assert.deepEqual(
    (await grace.events()).filter(({ type }) => type === 'microphone-changed'),
    [],
  );

  await grace.page.locator('#own').blur();
  await grace.page.keyboard.press('Alt+Shift+M');
  await hearsSilence(ada, 'Grace');
  await grace.page.keyboard.press('Alt+Shift+M');
  await hears(ada, ['Grace']);
});

/** How far each player has come, in seconds; undefined while it stands. */
function playing({ page }: MeetingPage): Promise<(number | undefined)[]> {
  return page.evaluate(() =>
    window.recorder.players
      .filter(({ srcObject }) => srcObject)
      .map(({ paused, currentTime }) => (paused ? undefined : currentTime)),
  );
}

/** Read as no person's action, which everything else that is read of a page counts as. */
async function isBlocked({ page }: MeetingPage): Promise<boolean> {
  const session = await page.context().newCDPSession(page);
  const expression = "document.querySelector('video-room').state?.isAudioBlocked === true";
  const { result } = await session.send('Runtime.evaluate', { expression, returnByValue: true });
  await session.detach();
  return result.value === true;
}

meetingTest(
  'where the browser blocks sound, one button turns it on',
  { browserArgs: ['--autoplay-policy=document-user-activation-required'] },
  async ({ meeting }) => {
    // Chromium lets who has a camera open play sound.
    const [viewer] = await meeting.openAll(['Viewer'], { attributes: 'room="standup" no-audio no-video' });
    await meeting.openAll(['Ada']);
    await until(() => isBlocked(viewer), Boolean, { what: 'the sound is blocked' });
    const button = viewer.page.getByRole('button', { name: 'Turn on sound' });
    await button.waitFor();
    assert.deepEqual(await playing(viewer), [undefined]);

    await button.click();
    await button.waitFor({ state: 'detached' });
    await until(
      () => playing(viewer),
      (times) => times.length === 1 && times.every((time = 0) => time > 0.5),
      { what: 'the sound plays' },
    );
    await hears(viewer, ['Ada']);
  },
);
