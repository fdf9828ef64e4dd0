/** A page's own meeting: parts anywhere in it, before and after the room, and a room that is replaced. */
import assert from 'node:assert/strict';
import {
  allMeet,
  hears,
  hearsSilence,
  meetingTest,
  seesMoving,
  seesTiles,
  type MeetingPage,
} from '../helpers/meeting.js';
import { until } from '../helpers/until.js';

const ROOM = `
  <video-room id="room" endpoint="ENDPOINT" room="standup">
    <div>
      <template shadowrootmode="open">
        <section>
          <template shadowrootmode="open"><leave-button></leave-button><participant-grid></participant-grid></template>
        </section>
      </template>
    </div>
  </video-room>`;

/** Before the room and outside of it, some of it two shadow roots deep; the rest of the room's parts inside. */
const PAGE = `
  <room-lobby for="room"></room-lobby>
  <div>
    <template shadowrootmode="open">
      <section>
        <template shadowrootmode="open">
          <mic-button for="room"></mic-button>
          <camera-button for="room"></camera-button>
        </template>
      </section>
    </template>
  </div>
  ${ROOM}`;

/** Puts another room of the same attributes in the place of the one there is, with its parts as they are. */
function replaceRoom({ page }: MeetingPage): Promise<void> {
  return page.evaluate(() => {
    const room = document.querySelector('video-room');
    const other = document.createElement('video-room');
    for (const { name, value } of room?.attributes ?? []) other.setAttribute(name, value);
    other.append(...(room?.children ?? []));
    room?.replaceWith(other);
  });
}

meetingTest('parts all over a page make one meeting, and go on when the room is replaced', {}, async ({ meeting }) => {
  const [ada] = await meeting.openAll(['Ada']);
  const grace = await meeting.open('Grace', { body: PAGE });
  await replaceRoom(grace);
  await grace.join();
  await allMeet([ada, grace]);
  await hears(ada, ['Grace']);

  // After the room, and after joining.
  await grace.page.evaluate(() => {
    const host = document.body.appendChild(document.createElement('div')).attachShadow({ mode: 'open' });
    host.innerHTML = '<device-picker kind="camera" for="room"></device-picker><room-status for="room"></room-status>';
  });
  await grace.page.getByText('2 people are here.').waitFor();

  const useAll = async (): Promise<void> => {
    await grace.press('Mute microphone');
    await hearsSilence(ada, 'Grace');
    await grace.press('Unmute microphone');
    await hears(ada, ['Grace']);
    await grace.picker('camera').selectOption('Off');
    await until(
      () => ada.tiles(),
      (tiles) => tiles.some(({ name, initials }) => name === 'Grace' && initials === 'G'),
      { what: 'initials of Grace' },
    );
    await grace.press('Turn camera on');
    await seesMoving(ada, ['Grace']);
  };
  await useAll();

  await replaceRoom(grace);
  await seesTiles(ada, []);
  await until(
    () => grace.held(),
    ({ connections, tracks }) => connections + tracks === 0,
    { what: 'what the room before held is let go' },
  );
  await grace.pressJoin();
  await allMeet([ada, grace]);
  await grace.page.getByText('2 people are here.').waitFor();
  await useAll();

  await grace.pressLeave();
  await seesTiles(ada, []);
  assert.deepEqual(await grace.held(), { connections: 0, tracks: 0 });
});
