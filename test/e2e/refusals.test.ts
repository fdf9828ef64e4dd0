/** What the platform refuses: one error with its code, a sentence for the person, and Join works once it is repaired. */
import assert from 'node:assert/strict';
import {
  allMeet,
  hasEvents,
  meetingTest,
  REQUEST_FAILED,
  seesMoving,
  seesTiles,
  type MeetingContext,
  type MeetingPage,
} from '../helpers/meeting.js';
import type { RoomElement } from '../helpers/page-recorder.js';
import { NOTHING, refusalTest, type Refusal } from '../helpers/refusal.js';

/** Unsigned, so that the platform refuses it. */
function forgedToken(lifetimeSeconds: number): string {
  const expiry = Math.floor(Date.now() / 1000) + lifetimeSeconds;
  const parts = [
    { alg: 'HS256', typ: 'JWT' },
    { v: 'v3', p: 'nobody', exp: expiry },
  ];
  return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')), 'c2lnbmF0dXJl'].join('.');
}

async function giveToken({ page }: MeetingPage, { server }: MeetingContext, token: string): Promise<void> {
  const websocketUrl = `${server.url.replace('http', 'ws')}/platform/device`;
  await page.locator('video-room').evaluate(
    (room: RoomElement, answer) => {
      room.fetchToken = () => Promise.resolve(answer);
    },
    { token, websocketUrl },
  );
}

async function takeTokenBack({ page }: MeetingPage): Promise<void> {
  await page.locator('video-room').evaluate((room: RoomElement) => {
    room.fetchToken = undefined;
  });
}

const refusals: readonly Refusal[] = [
  {
    what: 'a token that has expired',
    code: 'token-expired',
    sentence: /has run out/,
    breakIt: (page, context) => giveToken(page, context, forgedToken(-60)),
    repairIt: takeTokenBack,
  },
  {
    what: 'a token that the platform refuses',
    code: 'connect-refused',
    sentence: /could not be connected/,
    breakIt: (page, context) => giveToken(page, context, forgedToken(3600)),
    repairIt: takeTokenBack,
  },
  {
    what: 'a token that is none',
    code: 'token-invalid',
    sentence: /is damaged/,
    breakIt: (page, context) => giveToken(page, context, 'none'),
    repairIt: takeTokenBack,
  },
  {
    what: 'signalling that is away',
    code: 'connect-refused',
    sentence: /could not be connected/,
    breakIt: (_, { proxy }) => proxy.cut(),
    repairIt: (_, { proxy }) => proxy.restore(),
  },
];

for (const refusal of refusals) refusalTest(refusal);

meetingTest('a room that is full', { limits: { maxParticipants: 2 } }, async ({ meeting }) => {
  const [ada, grace] = await meeting.openAll(['Ada', 'Grace']);
  await allMeet([ada, grace]);
  const alan = await meeting.open('Alan', { attributes: 'room="standup"', expected: [REQUEST_FAILED] });
  await alan.page.getByRole('button', { name: 'Join', exact: true }).click();
  assert.equal(await alan.errorCode(), 'room-full');
  assert.match(await alan.errorText(), /The room is full/);
  assert.deepEqual(await alan.held(), NOTHING);

  await grace.pressLeave();
  await alan.join();
  await allMeet([ada, alan]);
});

meetingTest('being removed from the meeting', {}, async ({ meeting, server }) => {
  const [ada, grace] = await meeting.openAll(['Ada', 'Grace']);
  await allMeet([ada, grace]);
  const [joined] = await hasEvents(grace, 'room-joined', 1);
  server.platform?.registry.deleteParticipant(joined?.participantId ?? '');

  assert.equal(await grace.errorCode(), 'removed');
  assert.deepEqual(
    (await hasEvents(grace, 'room-left', 1)).map(({ reason }) => reason),
    ['removed'],
  );
  assert.match(await grace.errorText(), /You were removed/);
  assert.deepEqual(await grace.held(), NOTHING);
  await seesTiles(ada, []);

  await grace.pressJoin();
  await allMeet([ada, grace]);
});

meetingTest('another room in the middle of a meeting', {}, async ({ meeting }) => {
  const [ada, grace] = await meeting.openAll(['Ada', 'Grace']);
  const [alan] = await meeting.openAll(['Alan'], { attributes: 'room="garden"' });
  await allMeet([ada, grace]);
  await grace.page.locator('video-room').evaluate((room) => room.setAttribute('room', 'garden'));
  await Promise.all([seesTiles(ada, []), allMeet([grace, alan])]);
  assert.deepEqual(await grace.held(), { connections: 2, tracks: 2 });
  await Promise.all([hasEvents(grace, 'room-left', 1), hasEvents(grace, 'room-joined', 2)]);
});

meetingTest('the element moved in the page', {}, async ({ meeting }) => {
  const [ada, grace] = await meeting.openAll(['Ada', 'Grace']);
  await allMeet([ada, grace]);
  const before = await Promise.all([ada.events(), grace.events()]);
  await grace.page.locator('video-room').evaluate((room) => {
    const section = document.createElement('section');
    document.body.append(section);
    section.append(room);
  });
  await allMeet([ada, grace]);
  // Longer than the element waits before it takes being away for leaving.
  await seesMoving(ada, ['Grace']);
  assert.deepEqual(await Promise.all([ada.events(), grace.events()]), before, 'no event tells of it');
});
