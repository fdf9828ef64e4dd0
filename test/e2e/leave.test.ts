/** Leaving always leaves: no device stays on, no connection open, whatever state the meeting is in. */
import assert from 'node:assert/strict';
import { allMeet, hasEvents, meetingTest, seesMoving, seesTiles, SOCKET_FAILED } from '../helpers/meeting.js';
import type { RoomElement } from '../helpers/page-recorder.js';
import { until } from '../helpers/until.js';

const NOTHING = { connections: 0, tracks: 0 };

meetingTest('leaving by the button, by the method and by taking the element away', {}, async ({ meeting }) => {
  const [ada, grace, alan, edsger] = await meeting.openAll(['Ada', 'Grace', 'Alan', 'Edsger']);
  await allMeet([ada, grace, alan, edsger]);

  await grace.pressLeave();
  assert.deepEqual(await grace.held(), NOTHING);
  await alan.page.locator('video-room').evaluate((room: RoomElement) => room.leave());
  assert.deepEqual(await alan.held(), NOTHING);
  await edsger.page.locator('video-room').evaluate((room) => room.remove());
  await until(
    () => edsger.held(),
    ({ connections, tracks }) => connections + tracks === 0,
    { what: 'all is let go after the element was taken away' },
  );
  await seesTiles(ada, []);

  await grace.pressJoin();
  await allMeet([ada, grace]);
});

meetingTest(
  'leaving while the signalling is down',
  { throughProxy: true, graceMilliseconds: 2000 },
  async ({ meeting, proxy }) => {
    const [ada, grace] = await meeting.openAll(['Ada', 'Grace'], { expected: [SOCKET_FAILED] });
    await allMeet([ada, grace]);
    proxy.cut();
    await grace.pressLeave();
    assert.deepEqual(await grace.held(), NOTHING);
    proxy.restore();
    await seesTiles(ada, []);
    await grace.pressJoin();
    await allMeet([ada, grace]);
  },
);

meetingTest('giving up in the middle of joining', { throughProxy: true }, async ({ meeting, proxy }) => {
  const [ada] = await meeting.openAll(['Ada'], { expected: [SOCKET_FAILED] });
  await ada.joined();
  proxy.silence();
  const [grace, alan] = await meeting.openAll(['Grace', 'Alan'], { expected: [SOCKET_FAILED] });
  await until(
    () => proxy.connections,
    (count) => count >= 1,
    { what: 'a page is connecting' },
  );
  await grace.page.getByRole('button', { name: 'Cancel' }).click();
  await grace.page.getByRole('button', { name: 'Join', exact: true }).waitFor();
  assert.deepEqual(await grace.held(), NOTHING);
  await alan.page.locator('video-room').evaluate((room) => room.remove());
  await until(
    () => alan.held(),
    ({ tracks }) => tracks === 0,
    { what: 'the camera is let go after the element was taken away' },
  );
  assert.deepEqual(
    (await hasEvents(grace, 'connection-changed', 2)).map(({ connection }) => connection),
    ['connecting', 'disconnected'],
  );

  proxy.restore();
  await grace.pressJoin();
  await seesMoving(grace, ['Ada'], 30_000);
});
