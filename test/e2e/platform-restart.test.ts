/** The server, and the platform with it, is killed in the middle of a meeting and started again. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { allMeet, hears, Meeting, REQUEST_FAILED, SOCKET_FAILED, withPages } from '../helpers/meeting.js';
import { ServerProcess } from '../helpers/server-process.js';

/** How long it may take until everybody is back, in milliseconds. */
const RETURN = 40_000;

test('a restart of the platform brings everybody back by themselves', () =>
  withPages(async (site, browser) => {
    let server = await ServerProcess.start();
    const meeting = new Meeting(browser, site, server.url);
    const complaints: string[] = [];
    try {
      const expected = [SOCKET_FAILED, REQUEST_FAILED];
      const [ada, grace] = await meeting.openAll(['Ada', 'Grace'], { expected });
      await allMeet([ada, grace]);

      await server.kill();
      server = await ServerProcess.start(server.port);
      await allMeet([ada, grace], RETURN);
      await Promise.all([hears(ada, ['Grace']), hears(grace, ['Ada'])]);

      for (const each of [ada, grace]) {
        const events = await each.events();
        assert.deepEqual(
          events.flatMap(({ type, connection }) => (type === 'connection-changed' ? [connection] : [])),
          ['connecting', 'connected', 'reconnecting', 'connected'],
        );
        assert.ok(!events.some(({ type }) => type === 'room-error' || type === 'room-left'));
        assert.deepEqual(await each.held(), { connections: 2, tracks: 2 });
      }
      const [alan] = await meeting.openAll(['Alan']);
      await allMeet([ada, grace, alan]);
    } finally {
      complaints.push(...(await meeting.close()));
      await server.kill();
    }
    assert.deepEqual(complaints, []);
  }));
