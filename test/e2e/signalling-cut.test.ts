/** The signalling is cut in the middle of meetings. At the same time, because it takes a minute. */
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import { allMeet, meetingTest, SOCKET_FAILED, seesMoving, type Attendee } from '../helpers/meeting.js';

/** Shorter than the platform waits for a device, and longer. Milliseconds. */
const SHORT = 2000;
const LONG = 60_000;

/** How long it may take to be back in a meeting after a long cut, in milliseconds. */
const RETURN = 30_000;

const expected = [SOCKET_FAILED];

async function countEvents(attendees: readonly Attendee[]): Promise<number[]> {
  return (await Promise.all(attendees.map((each) => each.events()))).map(({ length }) => length);
}

describe('signalling cut', { concurrency: true }, () => {
  meetingTest('for 2 s: nobody notices', { throughProxy: true }, async ({ meeting, proxy }) => {
    const [ada, grace] = await meeting.openAll(['Ada', 'Grace'], { expected });
    await allMeet([ada, grace]);
    const before = await countEvents([ada, grace]);
    const connections = proxy.connections;

    proxy.cut();
    await Promise.all([pass(SHORT), allMeet([ada, grace])]);
    proxy.restore();
    await allMeet([ada, grace]);
    assert.deepEqual(await countEvents([ada, grace]), before, 'no event tells of the cut');

    const [alan] = await meeting.openAll(['Alan'], { expected });
    await allMeet([ada, grace, alan]);
    assert.equal(proxy.connections, connections + 1, 'the devices are the same as before');
  });

  meetingTest(
    'for 60 s: everyone is back by themselves',
    { throughProxy: true },
    async ({ meeting, proxy, server }) => {
      const [ada, grace] = await meeting.openAll(['Ada', 'Grace'], { expected });
      await allMeet([ada, grace]);

      proxy.cut();
      await pass(LONG);
      proxy.restore();
      await allMeet([ada, grace], RETURN);

      const [alan] = await meeting.openAll(['Alan'], { expected });
      await allMeet([ada, grace, alan]);
      for (const each of [ada, grace]) {
        const events = await each.events();
        assert.deepEqual(
          events.flatMap(({ type, connection }) => (type === 'connection-changed' ? [connection] : [])),
          ['connecting', 'connected', 'reconnecting', 'connected'],
        );
        assert.ok(!events.some(({ type }) => type === 'room-error' || type === 'room-left'));
        assert.deepEqual(await each.held(), { connections: 2, tracks: 2 }, 'nothing is left of the lost connection');
      }
      assert.equal(server.platform?.gateway.statistics().devices, 3);
    },
  );

  meetingTest('in the middle of joining', { throughProxy: true }, async ({ meeting, proxy }) => {
    const [ada] = await meeting.openAll(['Ada'], { expected });
    await ada.joined();
    const grace = await meeting.open('Grace', { attributes: 'room="standup"', expected });
    await grace.join();
    // Joined, but what is to be sent may still be under negotiation.
    proxy.cut();
    await pass(SHORT);
    proxy.restore();
    await Promise.all([seesMoving(ada, ['Grace'], RETURN), seesMoving(grace, ['Ada'], RETURN)]);
  });
});
