import assert from 'node:assert/strict';
import test from 'node:test';
import {
  mayAdmit,
  participantFacts,
  roomFacts,
  selfFacts,
  type FactsSource,
  type ParticipantFacts,
  type RoomFacts,
} from '../../demo/server/room-facts.js';
import type { MemberRecord, RoomRecord } from '../../demo/server/room-store.js';
import { ROOM, setUpChannel } from './channel-set-up.js';

const MEMBER: MemberRecord = {
  bearer: 'bearer of Ada',
  room: ROOM,
  name: 'Ada',
  role: 'guest',
  permissionChanges: {},
  isPhone: false,
  isWaiting: false,
  participantId: 'p',
  presence: 'connected',
  since: 0,
  channel: 'open',
  channelSince: 0,
  isAdmitting: false,
  attempt: 1,
  joinedAt: Date.parse('2024-02-29T23:59:59.999Z'),
  streams: [],
  layoutClasses: ['later'],
  isExceptedFromMute: false,
  isDeaf: false,
  isPhoneMuted: false,
};

const RECORD: RoomRecord = {
  name: ROOM,
  displayName: '',
  maxParticipants: 20,
  isAudioOnly: false,
  isLocked: false,
  hasWaitingRoom: false,
  isKept: false,
  isMuted: false,
  hidesVideoMuted: false,
};

function sourceOf(isSpeakingAllowed = true): FactsSource {
  return {
    room: () => RECORD,
    members: () => [{ ...MEMBER, bearer: 'bearer of Bob', participantId: 'q' }, MEMBER],
    permissionsOf: () => ['room.message'],
    presenceOf: () => 'reconnecting',
    isSpeakingAllowed: () => isSpeakingAllowed,
    publishPermissionsOf: () => ['AUDIO'],
  };
}

const PARTICIPANT: ParticipantFacts = {
  id: 'p',
  name: 'Ada',
  role: 'guest',
  isPhone: false,
  presence: 'reconnecting',
  microphone: null,
  camera: null,
  network: null,
  handRaisedAt: null,
  isSpeakingAllowed: true,
  isDeaf: false,
  streams: [],
  data: null,
  joinedAt: '2024-02-29T23:59:59.999Z',
};

test("a participant's facts: all that others may know, and nothing else", () => {
  const stream = {
    id: 's',
    videoType: 'screen',
    name: 'x',
    hasAudio: false,
    hasVideo: true,
    layoutClasses: ['a'],
  } as const;
  const phone = { isPhone: true, camera: undefined } as const;
  const asPhone = { isPhone: true, camera: 'unavailable' } as const;
  const table: [change: Partial<MemberRecord>, facts: Partial<ParticipantFacts>, isSpeakingAllowed?: boolean][] = [
    [{}, {}],
    [{ participantId: undefined }, { id: '' }],
    [
      { role: 'moderator', isDeaf: true },
      { role: 'moderator', isDeaf: true },
    ],
    [
      { microphone: 'on', camera: 'off' },
      { microphone: 'on', camera: 'off' },
    ],
    [
      { microphone: 'unavailable', camera: 'unavailable' },
      { microphone: 'unavailable', camera: 'unavailable' },
    ],
    [
      { network: 'poor', data: '{"a":1}' },
      { network: 'poor', data: '{"a":1}' },
    ],
    [{ handRaisedAt: 0 }, { handRaisedAt: '1970-01-01T00:00:00.000Z' }],
    [{ streams: [stream] }, { streams: [stream] }],
    [{ isPhoneMuted: true }, {}],
    [{ microphone: 'on' }, { microphone: 'on', isSpeakingAllowed: false }, false],
    [phone, { ...asPhone, microphone: 'on' }],
    [
      { ...phone, isPhoneMuted: true },
      { ...asPhone, microphone: 'off' },
    ],
    [phone, { ...asPhone, microphone: 'off', isSpeakingAllowed: false }, false],
    [{ invitationId: 'x', eventAt: 1, hears: ['bearer'], waitingId: 'x', isNameGiven: true, publishes: [] }, {}],
  ];
  for (const [change, facts, isSpeakingAllowed] of table)
    assert.deepEqual(
      participantFacts(sourceOf(isSpeakingAllowed), { ...MEMBER, ...change }),
      { ...PARTICIPANT, ...facts },
      JSON.stringify(change),
    );
});

test("a room's facts", () => {
  const facts: RoomFacts = {
    name: ROOM,
    displayName: '',
    isAudioOnly: false,
    isLocked: false,
    hasWaitingRoom: false,
    isMuted: false,
    spotlightId: null,
    layout: null,
    hidesVideoMuted: false,
    maxParticipants: 20,
    closesAt: null,
  };
  const openedAt = Date.parse('2024-01-01T00:00:00Z');
  const same = {
    displayName: 'Daily',
    isAudioOnly: true,
    isLocked: true,
    hasWaitingRoom: true,
    isMuted: true,
  } as const;
  const table: [change: Partial<RoomRecord>, facts: Partial<RoomFacts>][] = [
    [{}, {}],
    [same, same],
    [
      { layout: 'speaker', hidesVideoMuted: true },
      { layout: 'speaker', hidesVideoMuted: true },
    ],
    [{ spotlight: 'bearer of Ada' }, { spotlightId: 'p' }],
    [{ spotlight: 'bearer of nobody' }, {}],
    [{ openedAt }, {}],
    [{ timeLimitSeconds: 60 }, {}],
    [{ openedAt, timeLimitSeconds: 3600 }, { closesAt: '2024-01-01T01:00:00.000Z' }],
    [{ sessionId: 's', isKept: true }, {}],
  ];
  for (const [change, expected] of table)
    assert.deepEqual(
      roomFacts(sourceOf(), { ...RECORD, ...change }),
      { ...facts, ...expected },
      JSON.stringify(change),
    );
});

test('what only the person is told', () => {
  assert.deepEqual(selfFacts(sourceOf(false), MEMBER), {
    id: 'p',
    role: 'guest',
    permissions: ['room.message'],
    isSpeakingAllowed: false,
    publish: ['AUDIO'],
  });
  assert.equal(mayAdmit({ permissions: ['room.message'] }), false);
  assert.equal(mayAdmit({ permissions: ['room.member.admit'] }), true);
});

test('a snapshot has what this seat may know, whoever else may know more', async (t) => {
  const { join, rooms, messages, snapshot } = setUpChannel(t);
  const host = await join('Ada', 'moderator');
  const guest = await join('Gus');
  const admitting = await join('Vic', 'viewer', { grant: ['room.member.admit'] });
  rooms.updateRoom(ROOM, { hasWaitingRoom: true });
  await rooms.join({ room: ROOM, name: 'Eve', role: 'guest', permissionChanges: {}, mayEnterLocked: false });
  const send = (id: string, to?: string) =>
    messages.send({ bearer: host.session }, ROOM, { id, type: 'chat', data: { text: 'Hi' }, to });
  send('for-everybody');
  send('for-the-guest', guest.participantId);
  const table: [seat: { session: string; participantId: string }, waiting: string[] | undefined, count: number][] = [
    [host, ['Eve'], 2],
    [guest, undefined, 2],
    [admitting, ['Eve'], 1],
  ];
  for (const [{ session, participantId }, waiting, count] of table) {
    const { self, participants, ...rest } = snapshot(session);
    assert.equal(self.id, participantId);
    assert.deepEqual(
      participants.map(({ name }) => name),
      ['Ada', 'Gus', 'Vic'],
    );
    assert.deepEqual(
      rest.waiting?.map(({ name }) => name),
      waiting,
    );
    assert.equal(rest.messages.length, count);
    const json = JSON.stringify({ self, participants, rest });
    for (const { session: bearer } of [host, guest, admitting]) assert.ok(!json.includes(bearer));
  }
  assert.throws(() => snapshot('nobody'), { name: 'Problem', status: 401 });
});
