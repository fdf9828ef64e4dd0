/** What carries a meeting is interrupted, and everybody is back without touching anything. */
import assert from 'node:assert/strict';
import test, { describe } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import {
  allMeet,
  hears,
  Meeting,
  meetingTest,
  REQUEST_FAILED,
  seesMoving,
  SOCKET_FAILED,
  withPages,
  type Attendee,
  type MeetingPage,
} from '../helpers/meeting.js';
import { ServerProcess } from '../helpers/server-process.js';

/** How long a short cut takes, and a long one: the platform waits for a device for 10 s. Milliseconds. */
const SHORT = 2000;
const LONG = 60_000;

/** How long it may take to be back in a meeting, in milliseconds. */
const RETURN = 40_000;

const expected = [SOCKET_FAILED];

/** Of a server that is started again: what it would make anew otherwise. */
const SETTINGS = { INVITE_SECRET: 's'.repeat(32), API_KEY: 'k'.repeat(32) };

/** An invitation to the room `standup`. */
async function invite(url: string, role: string, name: string): Promise<string> {
  const answer = await fetch(`${url}/api/rooms/standup/invitations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${SETTINGS.API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role, name }),
  });
  return ((await answer.json()) as { invite: string }).invite;
}

async function countEvents(attendees: readonly Attendee[]): Promise<number[]> {
  return (await Promise.all(attendees.map((each) => each.events()))).map(({ length }) => length);
}

/** The page has told of one interruption, of no error, and holds nothing of what was interrupted. */
async function assertWasInterruptedOnce(page: MeetingPage): Promise<void> {
  const events = await page.events();
  assert.deepEqual(
    events.flatMap(({ type, connection }) => (type === 'connection-changed' ? [connection] : [])),
    ['connecting', 'connected', 'reconnecting', 'connected'],
  );
  assert.ok(!events.some(({ type }) => type === 'room-error' || type === 'room-left'));
  assert.deepEqual(await page.held(), { connections: 2, tracks: 2 });
}

// The long one at the same time as the others, one after the other.
describe('interruptions', { concurrency: 2 }, () => {
  meetingTest('signalling away for 60 s', { throughProxy: true }, async ({ meeting, proxy, server }) => {
    const [ada, grace] = await meeting.openAll(['Ada', 'Grace'], { expected });
    await allMeet([ada, grace]);

    proxy.cut();
    await pass(LONG);
    proxy.restore();
    await allMeet([ada, grace], RETURN);
    await Promise.all([hears(ada, ['Grace']), hears(grace, ['Ada'])]);
    await Promise.all([ada, grace].map(assertWasInterruptedOnce));

    const [alan] = await meeting.openAll(['Alan'], { expected });
    await allMeet([ada, grace, alan]);
    assert.equal(server.platform?.gateway.statistics().devices, 3);
  });

  meetingTest('signalling away for 2 s: nobody notices', { throughProxy: true }, async ({ meeting, proxy }) => {
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
    assert.equal(proxy.connections, connections + 1, 'nobody connected anew');
  });

  meetingTest('signalling away in the middle of joining', { throughProxy: true }, async ({ meeting, proxy }) => {
    const [ada] = await meeting.openAll(['Ada'], { expected });
    await ada.joined();
    const grace = await meeting.open('Grace', { attributes: 'room="standup"', expected });
    await grace.join();
    // In the meeting, but what is to be sent may still be under negotiation.
    proxy.cut();
    await pass(SHORT);
    proxy.restore();
    await Promise.all([seesMoving(ada, ['Grace'], RETURN), seesMoving(grace, ['Ada'], RETURN)]);
  });

  test('the server killed and started again', () =>
    withPages(async (site, browser) => {
      let server = await ServerProcess.start(0, SETTINGS);
      const meeting = new Meeting(browser, site, server.url);
      const complaints: string[] = [];
      try {
        const open = async (name: string, role: string): Promise<MeetingPage> =>
          meeting.open(name, {
            attributes: `room="standup" autojoin invite="${await invite(server.url, role, name)}"`,
            expected: [SOCKET_FAILED, REQUEST_FAILED],
          });
        const [ada, grace] = await Promise.all([open('Ada', 'guest'), open('Grace', 'moderator')]);
        await allMeet([ada, grace]);

        await server.kill();
        server = await ServerProcess.start(server.port, SETTINGS);
        await allMeet([ada, grace], RETURN);
        await Promise.all([hears(ada, ['Grace']), hears(grace, ['Ada'])]);
        await Promise.all([ada, grace].map(assertWasInterruptedOnce));

        // Everybody is who they were: by the invitation, not by what the server had in memory.
        await grace.page.evaluate(async () => {
          const { room } = document.querySelector('video-room') as HTMLElementTagNameMap['video-room'];
          const [other] = room.state.participants.filter(({ isLocal }) => !isLocal);
          await room.moderate(other?.id ?? '', { microphone: 'off' });
        });
        await ada.page.getByRole('button', { name: 'Unmute microphone' }).waitFor();
      } finally {
        complaints.push(...(await meeting.close()));
        await server.kill();
      }
      assert.deepEqual(complaints, []);
    }));
});
