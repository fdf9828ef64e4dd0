import assert from 'node:assert/strict';
import test from 'node:test';
import type { Message } from '../../demo/server/messages.js';
import { problemOf, ROOM, setUpMembers, type MemberSetUp } from './member-set-up.js';

const REJECTED = { status: 400, code: 'endpoint-rejected' };
const GONE = { status: 404, code: 'participant-gone' };

/** Ada moderates; Bob and Cleo are guests. */
async function writers(set: MemberSetUp) {
  let count = 0;
  const ada = await set.join('Ada', 'moderator');
  const bob = await set.join('Bob', 'guest');
  const cleo = await set.join('Cleo', 'guest');
  const send = (bearer: string, message: object) =>
    set.ask('POST', 'messages', bearer, { id: `message-${++count}`, ...message });
  const chat = (bearer: string, text: string, more: object = {}) =>
    send(bearer, { type: 'chat', data: { text }, ...more });
  /** Not as often as people may over HTTP. */
  const write = (bearer: string, text: string) =>
    set.messages.send({ bearer }, ROOM, { id: `message-${++count}`, type: 'chat', data: { text } });
  const texts = (bearer: string) =>
    set.messages.history(ROOM, bearer).map(({ data }) => (data as { text: string }).text);
  return { ada, bob, cleo, send, chat, write, texts };
}

test('a message goes to everybody, and to those who listen to what happens', async (t) => {
  const set = setUpMembers(t);
  const { bob, chat } = await writers(set);
  t.mock.timers.enable({ apis: ['Date'], now: 1_800_000_000_000 });
  const told: unknown[] = [];
  set.messages.on('message', (...message) => told.push(message));
  const { status, headers, body } = await chat(bob.session, 'Hello', { id: 'hello-there' });
  const message: Message = {
    id: 'hello-there',
    type: 'chat',
    data: { text: 'Hello' },
    from: { id: bob.participantId, name: 'Bob' },
    to: null,
    sentAt: '2027-01-15T08:00:00.000Z',
  };
  assert.equal(status, 201);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.deepEqual(body, message);
  assert.deepEqual(set.published, [{ room: ROOM, type: 'message', data: message, to: undefined }]);
  assert.deepEqual(told, [[ROOM, message]]);
});

test('a message to one goes to that person and back to who wrote it, and is read by nobody else', async (t) => {
  const set = setUpMembers(t);
  const { ada, bob, cleo, chat, texts } = await writers(set);
  const { body } = await chat(bob.session, 'psst', { to: cleo.participantId });
  assert.deepEqual((body as Message).to, { id: cleo.participantId, name: 'Cleo' });
  assert.deepEqual(
    set.published.map(({ to }) => to?.toSorted()),
    [[bob.session, cleo.session].toSorted()],
  );
  await chat(bob.session, 'all');
  assert.deepEqual(texts(ada.session), ['all']);
  for (const { session } of [bob, cleo]) assert.deepEqual(texts(session), ['psst', 'all']);
  const late = await set.join('Dan', 'moderator');
  assert.deepEqual(texts(late.session), ['all']);
});

test('nobody writes to one who cannot read it', async (t) => {
  const set = setUpMembers(t);
  const { ada, bob, chat } = await writers(set);
  const elsewhere = await set.join('Zoe', 'guest', {}, 'other');
  const phone = await set.rooms.addPhone(ROOM, 'Grace');
  const { id: waiting } = await set.wait();
  for (const to of [elsewhere.participantId, waiting, bob.participantId, 'nobody', ''])
    assert.deepEqual(problemOf(await chat(bob.session, 'psst', { to })), GONE, to);
  const toPhone = await chat(bob.session, 'psst', { to: phone.participantId });
  assert.deepEqual(problemOf(toPhone), { status: 409, code: 'endpoint-rejected' });
  assert.deepEqual(set.published, []);
  assert.deepEqual(set.messages.history(ROOM, ada.session), []);
});

test('what is sent again is known by its id, and nobody can send by the id of another', async (t) => {
  const set = setUpMembers(t);
  const { bob, cleo, chat, texts } = await writers(set);
  const first = await chat(bob.session, 'Hello', { id: 'same-same' });
  const second = await chat(bob.session, 'Hello', { id: 'same-same' });
  assert.deepEqual([first.status, second.status], [201, 200]);
  assert.deepEqual(second.body, first.body);
  const stolen = await chat(cleo.session, 'Bye', { id: 'same-same' });
  assert.deepEqual(problemOf(stolen), { status: 409, code: 'endpoint-rejected' });
  assert.equal(set.published.length, 1);
  assert.deepEqual(texts(cleo.session), ['Hello']);
  // Another room knows nothing of it.
  const elsewhere = await set.join('Zoe', 'guest', {}, 'other');
  assert.equal((await chat(elsewhere.session, 'Hi', { id: 'same-same' })).status, 201);
});

test('the site itself writes to all or to one', async (t) => {
  const set = setUpMembers(t);
  const { bob, texts, ada } = await writers(set);
  const request = { type: 'chat', data: { text: 'Ten minutes left' } };
  const message = set.messages.send('owner', ROOM, { id: 'notice-1', ...request });
  set.messages.send('owner', ROOM, { id: 'notice-2', ...request, to: bob.participantId });
  assert.equal(message.from, null);
  assert.deepEqual(
    set.published.map(({ to }) => to),
    [undefined, [bob.session]],
  );
  assert.equal(texts(bob.session).length, 2);
  assert.equal(texts(ada.session).length, 1);
  assert.throws(() => set.messages.send('owner', 'nowhere', { id: 'notice-3', ...request }), { code: 'room-gone' });
});

test('what the site writes to a room while nobody is there is for no meeting to come', async (t) => {
  const set = setUpMembers(t);
  set.rooms.createRoom(ROOM);
  set.messages.send('owner', ROOM, { id: 'notice-1', type: 'chat', data: { text: 'Hello?' } });
  assert.equal(set.messages.size, 0);
  const { texts, ada } = await writers(set);
  assert.deepEqual(texts(ada.session), []);
});

test('text is kept as it was typed, as text', async (t) => {
  const set = setUpMembers(t);
  const { bob, write } = await writers(set);
  const [RLE, RLO, PDF, LRI, RLI, PDI] = ['\u202B', '\u202E', '\u202C', '\u2066', '\u2067', '\u2069'];
  const cases: [typed: string, kept: string][] = [
    ['  two  spaces\tand a tab\nand a line  ', '  two  spaces\tand a tab\nand a line  '],
    [
      '<img src=x onerror=alert(1)> &amp; **b** [a](javascript:b)',
      '<img src=x onerror=alert(1)> &amp; **b** [a](javascript:b)',
    ],
    ['שלום, 李雷 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'שלום, 李雷 👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['e\u0301', '\u00E9'],
    ['a\r\nb\rc\u0085d\u2028e\u2029f', 'a\nb\nc\nd\ne\nf'],
    ['a\0b\u0007c\u001Bd\u007Fe\u009Bf', 'abcdef'],
    ['a\uD800b\uDC00c', 'abc'],
    [`${RLO}gpj.exe`, `${RLO}gpj.exe${PDF}`],
    [`${RLI}a${RLO}b`, `${RLI}a${RLO}b${PDF}${PDI}`],
    [`${RLI}a${RLO}b${PDI}c`, `${RLI}a${RLO}b${PDF}${PDI}c`],
    [`a${PDF}b${PDI}c`, 'abc'],
    [`${RLE}a${PDI}b${PDF}c`, `${RLE}ab${PDF}c`],
    [`${LRI}a${PDF}b${PDI}`, `${LRI}ab${PDI}`],
    [`${RLO}a\nb${PDF}c`, `${RLO}a${PDF}\nbc`],
    [`${RLO}a\u2029b`, `${RLO}a${PDF}\nb`],
  ];
  for (const [typed, kept] of cases) assert.deepEqual(write(bob.session, typed).data, { text: kept }, typed);
});

test('a message has a text that people can read, of at most 2000 characters', async (t) => {
  const set = setUpMembers(t);
  const { bob, write, chat, send } = await writers(set);
  for (const character of ['a', '🙂', 'ש', '\n<'.slice(1)])
    assert.deepEqual(write(bob.session, character.repeat(2000)).data, { text: character.repeat(2000) });
  for (const text of ['a'.repeat(2001), '🙂'.repeat(2001), 'a'.repeat(10_000), '', ' \n\t ', '\0\u202E\u2069'])
    assert.deepEqual(problemOf(await chat(bob.session, text)), REJECTED, text.slice(0, 10));
  for (const data of [undefined, null, 'Hello', {}, { text: 1 }, { text: ['a'] }, []])
    assert.deepEqual(problemOf(await send(bob.session, { type: 'chat', data })), REJECTED, JSON.stringify(data));
  // Nothing else comes along.
  const { body } = await send(bob.session, { type: 'chat', data: { text: 'a', html: '<b>' } });
  assert.deepEqual((body as Message).data, { text: 'a' });
});

test('a reaction is one emoji', async (t) => {
  const set = setUpMembers(t);
  const { bob } = await writers(set);
  let count = 0;
  const react = (emoji: unknown) =>
    set.messages.send({ bearer: bob.session }, ROOM, {
      id: `reaction-${++count}`,
      type: 'reaction',
      data: { emoji },
    });
  for (const emoji of ['👏', '❤️', '👍🏽', '👨‍👩‍👧‍👦', '🇺🇳', '#️⃣', '🏴󠁧󠁢󠁥󠁮󠁧󠁿']) assert.deepEqual(react(emoji).data, { emoji });
  for (const emoji of ['', 'a', '1', '👏👏', '👏 ', '❤', '\u200D', '<b>', 1, null, ['👏']])
    assert.throws(() => react(emoji), { status: 400 }, JSON.stringify(emoji));
  assert.deepEqual(set.messages.history(ROOM, bob.session), []);
});

test('a signal carries any JSON up to its limits', async (t) => {
  const set = setUpMembers(t);
  const { bob, send } = await writers(set);
  const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth));
  const signal = (data: unknown) => send(bob.session, { type: 'app:poll.v-1_2', data });
  const sendRaw = (data: string) =>
    set.ask('POST', 'messages', bob.session, `{"id":"raw-data","type":"a","data":${data}}`);
  const taken: unknown[] = [0, false, '', null, [], { a: [{ b: null }] }, '<b>\u202E', 'é'.repeat(4095), nested(32)];
  for (const data of taken) {
    const { status, body } = await signal(data);
    assert.equal(status, 201);
    assert.deepEqual((body as Message).data, data);
  }
  for (const data of ['é'.repeat(4095) + 'a', nested(33), { a: nested(32) }])
    assert.deepEqual(problemOf(await signal(data)), REJECTED, JSON.stringify(data).slice(0, 40));
  assert.deepEqual(((await signal(undefined)).body as Message).data, null);
  // So deep that writing it would fail.
  assert.deepEqual(problemOf(await sendRaw('['.repeat(7000) + ']'.repeat(7000))), REJECTED);
  // It is data like any other, and becomes nobody's prototype.
  const { body } = await sendRaw('{"__proto__":{"isAdmin":true}}');
  assert.equal(JSON.stringify((body as Message).data), '{"__proto__":{"isAdmin":true}}');
  assert.ok(!('isAdmin' in {}));
  assert.deepEqual(set.messages.history(ROOM, bob.session), []);
});

test('ids, types and receivers have a form', async (t) => {
  const set = setUpMembers(t);
  const { bob, ...writer } = await writers(set);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const send: typeof writer.send = (...message) => {
    // No more often than people may.
    t.mock.timers.tick(1000);
    return writer.send(...message);
  };
  const good = { type: 'a', data: 1 };
  for (const fields of [{ id: 'a'.repeat(8) }, { id: 'a-_Z'.repeat(16) }, { type: 'a'.repeat(64) }])
    assert.equal((await send(bob.session, { ...good, ...fields })).status, 201, JSON.stringify(fields));
  const bad = [
    ...[{ id: 'a'.repeat(7) }, { id: 'a'.repeat(65) }, { id: 'with spaces' }, { id: 12345678 }, { id: undefined }],
    ...[{ type: '' }, { type: 'a'.repeat(65) }, { type: 'a b' }, { type: '<b>' }, { type: 1 }, { type: undefined }],
    ...[{ to: 1 }, { to: null }, { to: 'a'.repeat(129) }],
  ];
  for (const fields of bad)
    assert.deepEqual(problemOf(await send(bob.session, { ...good, ...fields })), REJECTED, JSON.stringify(fields));
  for (const body of ['', '[]', 'null', '{', '"a"'])
    assert.deepEqual(problemOf(await set.ask('POST', 'messages', bob.session, body)), REJECTED, body);
  const large = JSON.stringify({ ...good, id: 'large-one', padding: '' });
  const padded = (size: number) => large.replace('""', `"${'a'.repeat(size - large.length)}"`);
  assert.equal((await set.ask('POST', 'messages', bob.session, padded(16 * 1024))).status, 201);
  assert.equal((await set.ask('POST', 'messages', bob.session, padded(16 * 1024 + 1))).status, 413);
});

test('people write 20 messages at once and 60 a minute', async (t) => {
  const set = setUpMembers(t);
  const { bob, cleo, chat } = await writers(set);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const statuses = async (bearer: string, count: number) => {
    const all = [];
    for (let index = 0; index < count; index++) all.push((await chat(bearer, 'a')).status);
    return all;
  };
  assert.deepEqual(await statuses(bob.session, 20), Array(20).fill(201));
  const refused = await chat(bob.session, 'a');
  assert.deepEqual(problemOf(refused), { status: 429, code: 'rate-limited' });
  assert.equal(refused.headers.get('retry-after'), '1');
  t.mock.timers.tick(999);
  assert.deepEqual(await statuses(bob.session, 1), [429]);
  t.mock.timers.tick(1);
  assert.deepEqual(await statuses(bob.session, 2), [201, 429]);
  // That is nobody else's matter, and does not hinder the person's page in telling of itself.
  assert.deepEqual(await statuses(cleo.session, 1), [201]);
  assert.equal((await set.ask('PATCH', 'self', bob.session, { hand: true })).status, 204);
  t.mock.timers.tick(60_000);
  assert.deepEqual(await statuses(bob.session, 21), [...Array(20).fill(201), 429]);
});

test('who comes later reads the latest 200 chats, up to 128 kB of them', async (t) => {
  const set = setUpMembers(t);
  const { ada, bob, write, texts } = await writers(set);
  for (let index = 1; index <= 200; index++) write(bob.session, String(index));
  assert.equal(texts(ada.session)[0], '1');
  write(bob.session, '201');
  assert.deepEqual([texts(ada.session)[0], texts(ada.session).at(-1), texts(ada.session).length], ['2', '201', 200]);
  // Signals are not among them, and do not displace them.
  for (let index = 0; index < 600; index++)
    set.messages.send({ bearer: bob.session }, ROOM, { id: `signal-${index}`, type: 'a', data: index });
  assert.equal(texts(ada.session).length, 200);

  const long = '🙂'.repeat(1900);
  for (let index = 0; index < 30; index++) write(bob.session, long);
  const bytes = set.messages
    .history(ROOM, ada.session)
    .reduce((sum, message) => sum + Buffer.byteLength(JSON.stringify(message)), 0);
  assert.ok(bytes <= 128 * 1024 && bytes > 120 * 1024, String(bytes));
});

test('messages belong to people, also when their participants are replaced, and go with the room', async (t) => {
  const set = setUpMembers(t);
  const { ada, bob, cleo, chat, texts } = await writers(set);
  await chat(bob.session, 'psst', { to: cleo.participantId });
  await chat(cleo.session, 'what?', { to: bob.participantId });
  const again = await set.rooms.rejoin({ room: ROOM, name: 'Bobby' }, bob.session);
  assert.ok(again && 'participantId' in again);
  const bobNow = { id: again.participantId, name: 'Bob' };
  const cleoNow = { id: cleo.participantId, name: 'Cleo' };
  for (const { session } of [bob, cleo])
    assert.deepEqual(
      set.messages.history(ROOM, session).map(({ from, to }) => [from, to]),
      [
        [bobNow, cleoNow],
        [cleoNow, bobNow],
      ],
    );
  // Somebody else in the same seat's place reads nothing of it.
  set.rooms.leave(bob.session);
  const other = await set.join('Bob', 'guest');
  assert.deepEqual(texts(other.session), []);
  assert.deepEqual(texts(cleo.session), ['psst', 'what?']);

  for (const { session } of [ada, cleo, other]) set.rooms.leave(session);
  assert.equal(set.messages.size, 0);
});

test('rooms in which people wrote and which they have left leave nothing behind', async (t) => {
  const set = setUpMembers(t);
  for (let index = 0; index < 200; index++) {
    const room = `room-${index}`;
    const { session } = await set.join('Ada', 'guest', {}, room);
    set.messages.send({ bearer: session }, room, { id: 'message-1', type: 'chat', data: { text: 'a' } });
    set.rooms.leave(session);
  }
  assert.equal(set.messages.size, 0);
});
