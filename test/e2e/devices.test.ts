/** Microphone and camera off and on, as it is heard and seen at the other end. */
import assert from 'node:assert/strict';
import {
  allMeet,
  hasEvents,
  hears,
  hearsSilence,
  meetingTest,
  seesMoving,
  seesTiles,
  type MeetingPage,
} from '../helpers/meeting.js';
import { until } from '../helpers/until.js';

/** A black picture's average brightness, 0 to 255, with what the codec adds. The fake camera's is above 40. */
const BLACK = 8;

async function press(attendee: MeetingPage, name: string): Promise<void> {
  await attendee.page.getByRole('button', { name, exact: true }).click();
}

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

  await press(grace, 'Mute microphone');
  await hearsSilence(ada, 'Grace');
  await press(grace, 'Unmute microphone');
  await hears(ada, ['Grace']);

  await press(grace, 'Turn camera off');
  await seesInitials(ada, 'Grace', 'G');
  assert.deepEqual(await grace.held(), { connections: 2, tracks: 1 }, 'the camera is let go');
  await hears(ada, ['Grace']);
  await press(grace, 'Turn camera on');
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

  await press(grace, 'Unmute microphone');
  await hears(ada, ['Grace']);
  await press(grace, 'Turn camera on');
  await seesMoving(ada, ['Grace']);
  const streamEvents = (await ada.events()).filter(({ type }) => type.startsWith('stream-'));
  assert.equal(streamEvents.length, 1, 'the video came in the same stream');
});
