import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { Chronicle, RECORD_TYPES, type ChronicleLimits, type RecordEntry } from '../../demo/server/chronicle.js';
import { recordedCalls } from '../../demo/server/room-recorder.js';
import { ROOM, setUpChannel, turnEnd, type ChannelSetUp, type Seat } from './channel-set-up.js';

const numbers = (entries: readonly RecordEntry[]) => entries.map(({ data }) => (data as { number: number }).number);
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

function setUp(limits: Partial<ChronicleLimits> = {}) {
  const chronicle = new Chronicle(limits);
  const record = (number: number, room = ROOM): void => chronicle.record(room, 'message', { number });
  const all = (room = ROOM) => chronicle.entries(room, { limit: 10_000 });
  return { chronicle, record, all };
}

test('what was recorded is there, newest first, page by page', () => {
  const { chronicle, record } = setUp();
  const [begin, end] = [Date.now(), () => Date.now()];
  for (const number of upTo(25)) {
    record(number);
    record(number + 100, 'other');
  }
  const [newest] = chronicle.entries(ROOM, { limit: 1 });
  const { id, at, ...rest } = newest ?? { id: '', at: '' };
  assert.deepEqual(rest, { room: ROOM, type: 'message', data: { number: 25 } });
  assert.ok(Date.parse(at) >= begin && Date.parse(at) <= end());
  const ids = [...chronicle.entries(ROOM, { limit: 99 }), ...chronicle.entries('other', { limit: 99 })];
  assert.equal(new Set(ids.map((entry) => entry.id)).size, 50);
  const pages: number[][] = [];
  for (let before: string | undefined; ;) {
    const page = chronicle.entries(ROOM, { before, limit: 10 });
    if (page.length === 0) break;
    pages.push(numbers(page));
    before = page.at(-1)?.id;
  }
  assert.deepEqual(
    pages.map(({ length }) => length),
    [10, 10, 5],
  );
  assert.deepEqual(pages.flat(), upTo(25).reverse());
  const other = setUp();
  other.record(1);
  const otherId = other.all()[0]?.id ?? '';
  const table: [before: string, count: number][] = [
    [id, 24],
    [`${id}x`, 0],
    ['', 0],
    ['constructor', 0],
    [`0${id}`, 0],
    [otherId, 0],
  ];
  for (const [before, count] of table)
    assert.equal(chronicle.entries(ROOM, { before, limit: 99 }).length, count, before);
  assert.deepEqual(chronicle.entries('nowhere', { limit: 10 }), []);
});

test('who listens gets each entry once, until that ends', () => {
  const { chronicle, record } = setUp();
  const heard: RecordEntry[] = [];
  record(1);
  const stop = chronicle.listen((entry) => heard.push(entry));
  record(2);
  record(3, 'other');
  stop();
  stop();
  record(4);
  assert.deepEqual(numbers(heard), [2, 3]);
  assert.deepEqual(heard[0], chronicle.entries(ROOM, { limit: 2 })[1]);
});

test('a room has so many entries, and bytes, and the newest ones', () => {
  const { chronicle, record, all } = setUp({ entriesPerRoom: 1000 });
  for (const number of upTo(1001)) record(number);
  assert.deepEqual([all().length, numbers(all()).at(-1)], [1000, 2]);
  for (const number of upTo(1000)) {
    chronicle.record('big', 'message', { number, text: 'ü'.repeat(4000) });
    assert.ok(chronicle.size.bytes < (1024 + 512) * 1024);
  }
  const kept = all('big');
  assert.ok(kept.length > 120 && kept.length < 131, String(kept.length));
  assert.deepEqual(numbers(kept), upTo(1000).reverse().slice(0, kept.length));
});

test('of too many rooms, or bytes, the one goes that ended longest ago, else the quietest', () => {
  const table: [what: string, before: [room: string, type: RecordEntry['type']][], gone: string][] = [
    ['none has ended', [], 'a'],
    ['something happened in the first since', [['a', 'message']], 'b'],
    ['one has ended', [['c', 'room-ended']], 'c'],
    [
      'two have',
      [
        ['c', 'room-ended'],
        ['b', 'room-ended'],
      ],
      'c',
    ],
    [
      'one ended twice',
      [
        ['b', 'room-ended'],
        ['c', 'room-ended'],
        ['b', 'room-ended'],
      ],
      'c',
    ],
    [
      'one was opened again',
      [
        ['b', 'room-ended'],
        ['c', 'room-ended'],
        ['b', 'room-opened'],
      ],
      'c',
    ],
    [
      'something came after the end',
      [
        ['b', 'room-ended'],
        ['b', 'call-changed'],
      ],
      'b',
    ],
  ];
  for (const limits of [{ rooms: 3 }, { bytes: 3000, bytesPerRoom: 3000 }])
    for (const [what, before, gone] of table) {
      const { chronicle, all } = setUp(limits);
      for (const room of ['a', 'b', 'c']) chronicle.record(room, 'room-opened', {});
      for (const [room, type] of before) chronicle.record(room, type, {});
      // As much as is left, or one room more.
      const text = 'x'.repeat('bytes' in limits ? 3000 - chronicle.size.bytes - 50 : 0);
      chronicle.record('d', 'message', { text });
      const left = ['a', 'b', 'c', 'd'].filter((room) => all(room).length > 0);
      assert.deepEqual(
        left,
        ['a', 'b', 'c', 'd'].filter((room) => room !== gone),
        `${what}, ${JSON.stringify(limits)}`,
      );
    }
});

test('a room can be read for a day after its end', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const { chronicle, all } = setUp();
  const day = 24 * 3_600_000;
  for (const room of ['over', 'again', 'open']) chronicle.record(room, 'room-opened', {});
  chronicle.record('over', 'room-ended', {});
  chronicle.record('again', 'room-ended', {});
  t.mock.timers.tick(day - 1);
  chronicle.record('over', 'call-changed', {});
  chronicle.record('again', 'room-opened', {});
  assert.deepEqual(
    ['over', 'again', 'open'].map((room) => all(room).length),
    [3, 3, 1],
  );
  t.mock.timers.tick(1);
  assert.deepEqual(
    ['over', 'again', 'open'].map((room) => all(room).length),
    [0, 3, 1],
  );
  chronicle.record('again', 'room-ended', {});
  t.mock.timers.tick(day);
  chronicle.record('open', 'message', {});
  assert.equal(chronicle.size.rooms, 1);
});

test('what happened where there was no meeting can be read for a day after the last of it', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const { chronicle, all } = setUp();
  const day = 24 * 3_600_000;
  chronicle.record('open', 'room-opened', {});
  for (const room of ['quiet', 'waiting']) chronicle.record(room, 'waiting-changed', []);
  t.mock.timers.tick(day - 1);
  chronicle.record('waiting', 'waiting-changed', []);
  t.mock.timers.tick(1);
  const counts = (): number[] => ['open', 'quiet', 'waiting'].map((room) => all(room).length);
  assert.deepEqual(counts(), [1, 0, 2]);
  t.mock.timers.tick(day - 1);
  assert.deepEqual(counts(), [1, 0, 0]);
});

test('a thousand rooms opened and left leave a record, and nothing after a day', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const { chronicle, rooms, join } = setUpChannel(t);
  for (let number = 0; number < 1000; number++) {
    const { session } = await join('Ada', 'guest', {}, `room ${number}`);
    rooms.leave(session);
  }
  const { rooms: count, bytes } = chronicle.size;
  assert.equal(count, 1000);
  assert.ok(bytes < 2_000_000, String(bytes));
  t.mock.timers.tick(24 * 3_600_000);
  assert.deepEqual(chronicle.entries('room 1', { limit: 1 }), []);
  assert.deepEqual(chronicle.size, { rooms: 0, bytes: 0 });
});

interface Cast extends ChannelSetUp {
  readonly host: Seat;
  readonly guest: Seat;
}

const STREAM = { id: 's', videoType: 'camera', name: 'face', hasAudio: true, hasVideo: true } as const;

/** What is done, and types of what is recorded of it, oldest first. */
const DEEDS: [what: string, deed: (cast: Cast) => unknown, recorded: string][] = [
  ['nothing new', ({ rooms, guest }) => rooms.updateMember(guest.session, { since: 1 }), ''],
  ['a connection', ({ rooms, guest }) => rooms.channelOpened(guest.session), 'participant-changed connection-created'],
  [
    'a stream',
    ({ control, guest }) => control.report(guest.session, { streams: [STREAM] }),
    'participant-changed stream-created',
  ],
  ['a hand', ({ control, guest }) => control.report(guest.session, { hand: true }), 'participant-changed'],
  [
    'a mute',
    ({ control, host, guest }) =>
      control.setMember({ bearer: host.session }, ROOM, guest.participantId, { microphone: 'off' }),
    'action',
  ],
  [
    'deaf',
    ({ control, guest }) => control.setMember('owner', ROOM, guest.participantId, { deaf: true }),
    'action participant-changed',
  ],
  ['a lock', ({ control }) => control.setRoom('owner', ROOM, { locked: true }), 'action room-changed'],
  [
    'a message',
    ({ messages, host, guest }) =>
      messages.send({ bearer: host.session }, ROOM, {
        id: 'message-1',
        type: 'chat',
        data: { text: 'Hi' },
        to: guest.participantId,
      }),
    'message',
  ],
  [
    'somebody waits',
    async ({ rooms }) => {
      rooms.updateRoom(ROOM, { hasWaitingRoom: true, isLocked: false });
      await rooms.join({ room: ROOM, name: 'Eve', role: 'guest', permissionChanges: {}, mayEnterLocked: false });
    },
    'room-changed waiting-changed',
  ],
  [
    'and is turned away',
    ({ rooms, control, host }) =>
      control.admit({ bearer: host.session }, ROOM, rooms.waiting(ROOM)[0]?.id ?? '', false),
    'action waiting-changed',
  ],
  [
    'a renewal',
    ({ renew, guest }) => renew(guest.session),
    'participant-changed connection-destroyed participant-changed connection-created',
  ],
  ['a phone', ({ rooms }) => rooms.addPhone(ROOM, 'Phone'), 'participant-joined connection-created'],
  [
    'a removal',
    ({ control, rooms, host, guest }) =>
      control.remove({ bearer: host.session }, ROOM, rooms.member(guest.session).participantId ?? '', 'Enough.'),
    'action stream-destroyed connection-destroyed participant-left',
  ],
  [
    'the end',
    ({ control, host }) => control.end({ bearer: host.session }, ROOM),
    'action participant-left connection-destroyed participant-left room-ended',
  ],
];

async function setUpCast(t: TestContext) {
  const channel = setUpChannel(t);
  const cast: Cast = { ...channel, host: await channel.join('Ada', 'moderator'), guest: await channel.join('Gus') };
  const heard: RecordEntry[] = [];
  const stop = cast.chronicle.listen((entry) => heard.push(entry));
  t.after(stop);
  return { cast, heard };
}

test('what happens in a room is recorded in its order, as plain data without secrets', async (t) => {
  const { cast, heard } = await setUpCast(t);
  const { chronicle, host, guest } = cast;
  for (const [what, deed, recorded] of DEEDS) {
    heard.length = 0;
    await deed(cast);
    await turnEnd();
    assert.equal(heard.map(({ type }) => type).join(' '), recorded, what);
  }
  const entries = chronicle.entries(ROOM, { limit: 1000 }).reverse();
  assert.deepEqual(
    entries.slice(0, 3).map(({ type }) => type),
    ['room-opened', 'participant-joined', 'participant-joined'],
  );
  for (const { type } of entries) assert.ok(RECORD_TYPES.includes(type), type);
  const json = JSON.stringify(entries);
  assert.deepEqual(
    JSON.parse(json),
    structuredClone(entries.map((entry) => JSON.parse(JSON.stringify(entry)) as unknown)),
  );
  for (const secret of [host.session, guest.session, 'secret token', 'bearer'])
    assert.ok(!json.includes(secret), secret);
});

test('the record says who did what to whom', async (t) => {
  const { cast, heard } = await setUpCast(t);
  const { control, rooms, renew, host, guest } = cast;
  const told = (type: string) => heard.filter((entry) => entry.type === type).map(({ data }) => data);
  const ada = { id: host.participantId, name: 'Ada' };
  const gus = { id: guest.participantId, name: 'Gus' };
  rooms.channelOpened(guest.session);
  control.report(guest.session, { streams: [STREAM] });
  control.setMember('owner', ROOM, gus.id, { microphone: 'off' });
  await renew(guest.session);
  const renewed = { ...gus, id: rooms.member(guest.session).participantId ?? '' };
  control.remove({ bearer: host.session }, ROOM, renewed.id, 'Enough.');
  rooms.leave(host.session);
  assert.deepEqual(told('action'), [
    { action: 'mute', by: null, participantId: gus.id, detail: 'microphone' },
    { action: 'remove', by: ada, participantId: renewed.id, detail: 'Enough.' },
  ]);
  assert.deepEqual(told('connection-created'), [gus, renewed]);
  assert.deepEqual(told('connection-destroyed'), [gus, renewed]);
  const stream = { ...STREAM, layoutClasses: [] };
  assert.deepEqual(told('stream-created'), [{ ...stream, participant: gus }]);
  assert.deepEqual(told('stream-destroyed'), [{ ...stream, participant: renewed }]);
  assert.deepEqual(told('participant-left'), [
    { ...renewed, reason: 'removed', text: 'Enough.', by: ada },
    { ...ada, reason: 'left' },
  ]);
  assert.deepEqual(told('room-ended'), [{ reason: 'empty' }]);
});

test('calls are recorded as they are told', () => {
  const { chronicle, all } = setUp();
  const published: unknown[] = [];
  const events = recordedCalls(
    { publish: (...event) => void published.push(event), end: (room) => void published.push(room) },
    chronicle,
  );
  const call = { id: 'c', status: 'ringing' };
  events.publish(ROOM, 'call-changed', call, ['bearer']);
  events.end(ROOM);
  assert.deepEqual(published, [[ROOM, 'call-changed', call, ['bearer']], ROOM]);
  assert.deepEqual(
    all().map(({ type, data }) => [type, data]),
    [['call-changed', call]],
  );
});
