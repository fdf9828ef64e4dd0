import assert from 'node:assert/strict';
import test from 'node:test';
import { startServer } from '../../demo/server/start-server.js';
import { EventReader } from '../helpers/event-reader.js';
import { problemOf, ROOM, setUpMembers, type Answer, type MemberSetUp } from './member-set-up.js';

const REJECTED = { status: 400, code: 'endpoint-rejected' };
const GONE = { status: 404, code: 'participant-gone' };
const NOBODY = { status: 401, code: 'endpoint-unauthorized' };
const TOO_MUCH = { status: 429, code: 'rate-limited' };

/** Every route, with a body that it takes. */
const requests = (id = 'somebody') =>
  [
    ['GET', 'participants'],
    ['PATCH', 'self', { hand: true }],
    ['PATCH', `participants/${id}`, { microphone: 'off' }],
    ['DELETE', `participants/${id}`],
    ['GET', 'room'],
    ['PATCH', 'room', { locked: true }],
    ['DELETE', 'room'],
    ['PATCH', `waiting/${id}`, { admitted: true }],
    ['POST', 'messages', { id: 'message-1', type: 'chat', data: { text: 'Hello' } }],
  ] as const;

test('nobody gets an answer without a seat: strangers, and those who wait, have left, or were removed', async (t) => {
  const set = setUpMembers(t);
  const ada = await set.join('Ada', 'moderator');
  const left = await set.join('Bob', 'moderator');
  set.rooms.leave(left.session);
  const removed = await set.join('Cleo', 'moderator');
  await set.ask('DELETE', `participants/${removed.participantId}`, ada.session);
  const ended = await set.join('Dan', 'moderator', {}, 'other');
  set.rooms.end('other', 'ended');
  const waiting = await set.wait();
  const before = set.everything();
  const bearers = { left, removed, ended, waiting, forged: { session: ada.session.slice(0, -1) + '_' } };
  for (const [who, { session }] of Object.entries({ ...bearers, nobody: { session: undefined } }))
    for (const [method, path, body] of requests(ada.participantId))
      assert.deepEqual(problemOf(await set.ask(method, path, session, body)), NOBODY, `${who} ${method} ${path}`);
  assert.deepEqual(set.everything(), before);
});

test('what is in another room, waits, or is nobody cannot be acted on by its id', async (t) => {
  const set = setUpMembers(t);
  const { session } = await set.join('Ada', 'moderator');
  const elsewhere = await set.join('Zoe', 'guest', {}, 'other');
  const waiting = await set.wait();
  const bearer = (await set.join('Bob', 'moderator')).session;
  const before = set.everything();
  const acts: ((id: string) => Promise<Answer>)[] = [
    (id) => set.ask('PATCH', `participants/${id}`, session, { microphone: 'off', camera: 'ask' }),
    (id) => set.ask('PATCH', `participants/${id}`, session, { role: 'moderator' }),
    (id) => set.ask('DELETE', `participants/${id}`, session),
    (id) => set.ask('PATCH', 'room', session, { spotlight: id }),
    (id) => set.ask('POST', 'messages', session, { id: 'message-1', type: 'a', to: id }),
  ];
  const ids = [elsewhere.participantId, waiting.id, waiting.session, bearer, 'nobody', '%00', '__proto__'];
  for (const [index, act] of acts.entries())
    for (const id of ids) assert.deepEqual(problemOf(await act(id)), GONE, `${index} ${id}`);
  for (const id of [elsewhere.participantId, waiting.session, bearer, 'nobody']) {
    const answer = await set.ask('PATCH', `waiting/${id}`, session, { admitted: true });
    assert.deepEqual(problemOf(answer), GONE, id);
  }
  assert.deepEqual(set.everything(), before);
});

test('a permission is checked when the request is there as a whole', async (t) => {
  const demote = (set: MemberSetUp, bearer: string) => set.rooms.setRole(bearer, 'guest');
  const leave = (set: MemberSetUp, bearer: string) => set.rooms.leave(bearer);
  const cases = [
    [demote, 'PATCH', 'participants/', { microphone: 'off' }, 403],
    [demote, 'PATCH', 'room', { locked: true }, 403],
    [demote, 'PATCH', 'waiting/', { admitted: true }, 403],
    [leave, 'PATCH', 'participants/', { microphone: 'off' }, 401],
    [leave, 'PATCH', 'room', { locked: true }, 401],
    [leave, 'PATCH', 'self', { hand: true }, 401],
    [leave, 'POST', 'messages', { id: 'message-1', type: 'chat', data: { text: 'a' } }, 401],
  ] as const;
  for (const [change, method, path, body, status] of cases) {
    const set = setUpMembers(t);
    const { session } = await set.join('Ada', 'moderator');
    const { participantId } = await set.join('Bob', 'guest');
    const { id } = await set.wait();
    const address = path + (path === 'waiting/' ? id : path.endsWith('/') ? participantId : '');
    // The person may do it when the request begins, and no more when its body comes.
    const begun = new Promise<void>((resolve) => {
      const look = set.rooms.member.bind(set.rooms);
      t.mock.method(set.rooms, 'member', (bearer: string) => {
        resolve();
        return look(bearer);
      });
    });
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const slowly = new ReadableStream({
      async pull(controller) {
        await begun;
        change(set, session);
        controller.enqueue(bytes);
        controller.close();
      },
    });
    const answer = await set.ask(method, address, session, slowly, { 'content-length': String(bytes.length) });
    assert.equal(answer.status, status, `${method} ${path}`);
    assert.deepEqual([set.published, set.actions], [[], []]);
  }
});

test('who is in the room and how it is run are told as in the room channel', async (t) => {
  const set = setUpMembers(t);
  const { participantId, session } = await set.join('Ada', 'viewer');
  await set.join('Zoe', 'guest', {}, 'other');
  await set.wait();
  set.rooms.updateMember(session, { network: 'poor', handRaisedAt: 1_800_000_000_000, data: 'row 4' });
  const people = await set.ask('GET', 'participants', session);
  assert.equal(people.headers.get('cache-control'), 'no-store');
  assert.deepEqual(people.body, [
    {
      ...{ id: participantId, name: 'Ada', role: 'viewer', isPhone: false, presence: 'joining', network: 'poor' },
      ...{ microphone: null, camera: null, handRaisedAt: '2027-01-15T08:00:00.000Z', isSpeakingAllowed: true },
      ...{ isDeaf: false, streams: [], data: 'row 4' },
      joinedAt: new Date(set.member(session).joinedAt).toISOString(),
    },
  ]);
  set.rooms.updateRoom(ROOM, { spotlight: session, layout: 'speaker', isLocked: true });
  assert.deepEqual((await set.ask('GET', 'room', session)).body, {
    ...{ name: ROOM, displayName: '', isAudioOnly: false, isLocked: true, hasWaitingRoom: true, isMuted: false },
    ...{ spotlightId: participantId, layout: 'speaker', hidesVideoMuted: false, maxParticipants: 20, closesAt: null },
    layouts: ['grid', 'speaker', 'spotlight'],
  });
  // Bearers and what the service alone is to know stay there.
  assert.doesNotMatch(JSON.stringify(people.body), new RegExp(session));
});

test('bodies have a form, with limits', async (t) => {
  const set = setUpMembers(t);
  const { session } = await set.join('Ada', 'moderator');
  const { participantId } = await set.join('Bob', 'guest');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const stream = (id: unknown, more = {}) => ({
    ...{ id, videoType: 'camera', name: '', hasAudio: true, hasVideo: true },
    ...more,
  });
  const streams = (count: number) => Array.from({ length: count }, (_, index) => stream(`stream-${index}`));
  const ids = (count: number) => ({ muted: { except: Array.from({ length: count }, (_, index) => `id-${index}`) } });
  const member = `participants/${participantId}`;
  const good: [path: string, body: unknown][] = [
    ['self', { streams: streams(8) }],
    ['self', { streams: [stream('{a-b}', { name: '🙂'.repeat(64) }), stream('~'.repeat(128))] }],
    ['self', { hand: true, unknown: 'field' }],
    ['room', ids(100)],
    ['room', { spotlight: null, layout: null }],
  ];
  const bad: [path: string, body: unknown][] = [
    ...[{ streams: streams(9) }, { streams: [stream('a'), stream('a')] }, { streams: {} }, { streams: [null] }].map(
      (body): [string, unknown] => ['self', body],
    ),
    ...[
      stream(''),
      stream('a b'),
      stream('é'),
      stream('a'.repeat(129)),
      stream(1),
      stream('a', { videoType: 'b' }),
    ].map((each): [string, unknown] => ['self', { streams: [each] }]),
    ...[stream('a', { name: '🙂'.repeat(65) }), stream('a', { name: '\u202Ea' }), stream('a', { hasAudio: 1 })].map(
      (each): [string, unknown] => ['self', { streams: [each] }],
    ),
    ...[{ microphone: 'loud' }, { camera: true }, { network: 'none' }, { hand: 'up' }, { hand: null }].map(
      (body): [string, unknown] => ['self', body],
    ),
    ...[{ microphone: 'on' }, { camera: 'on' }, { hand: true }, { deaf: 'yes' }, { role: 'owner' }].map(
      (body): [string, unknown] => [member, body],
    ),
    ...[ids(101), { muted: true }, { muted: {} }, { muted: { except: 'all' } }, { muted: { except: [''] } }].map(
      (body): [string, unknown] => ['room', body],
    ),
    ...[{ locked: 1 }, { waitingRoom: null }, { spotlight: 1 }, { layout: 'pile' }, { hideVideoMuted: 'no' }].map(
      (body): [string, unknown] => ['room', body],
    ),
    ...['self', member, 'room', 'waiting/somebody'].flatMap((path) =>
      [{}, { unknown: 'field' }, [], null, 1, '', '{', '[['].map((body): [string, unknown] => [path, body]),
    ),
  ];
  for (const [path, body] of good)
    assert.equal((await set.ask('PATCH', path, session, body)).status, 204, `${path} ${JSON.stringify(body)}`);
  const before = set.everything();
  for (const [path, body] of bad) {
    t.mock.timers.tick(1000);
    const answer = await set.ask('PATCH', path, session, body);
    assert.deepEqual(problemOf(answer), REJECTED, `${path} ${JSON.stringify(body)}`);
    assert.match((answer.body as { detail: string }).detail, /^The (field ".*" (must|is wrong:)|body (must|is)) .*\.$/);
  }
  assert.deepEqual(set.everything(), before);
  const padded = (size: number) => `{"hand":true}${' '.repeat(size - 13)}`;
  assert.equal((await set.ask('PATCH', 'self', session, padded(16 * 1024))).status, 204);
  assert.equal((await set.ask('PATCH', 'self', session, padded(16 * 1024 + 1))).status, 413);
});

test('one seat does 60 things at once and 120 a minute, and tells of itself as often', async (t) => {
  const set = setUpMembers(t);
  const ada = await set.join('Ada', 'moderator');
  const bob = await set.join('Bob', 'guest');
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const [, , ...actions] = requests(bob.participantId).filter(([method]) => method !== 'GET');
  const act = (index: number, bearer: string) => {
    // Nobody is removed and nothing ended before the limit is reached.
    const [method, path, body] = actions[index % actions.length] ?? [];
    assert.ok(method);
    return set.ask(method, path ?? '', bearer, body);
  };
  // Also what is refused counts.
  for (let index = 0; index < 60; index++) {
    const { status } = await set.ask('PATCH', 'room', bob.session, { locked: true });
    assert.equal(status, 403);
  }
  for (let index = 0; index < actions.length - 1; index++)
    assert.deepEqual(problemOf(await act(index, bob.session)), TOO_MUCH);
  t.mock.timers.tick(500);
  assert.equal((await act(1, bob.session)).status, 403);
  assert.deepEqual(problemOf(await act(1, bob.session)), TOO_MUCH);
  assert.equal((await set.ask('PATCH', 'room', ada.session, { locked: true })).status, 204);

  for (let index = 0; index < 60; index++) {
    const { status } = await set.ask('PATCH', 'self', bob.session, { hand: index % 2 === 0 });
    assert.equal(status, 204);
  }
  assert.deepEqual(problemOf(await set.ask('PATCH', 'self', bob.session, { hand: true })), TOO_MUCH);
});

test('other methods are refused', async (t) => {
  const set = setUpMembers(t);
  const { session } = await set.join('Ada', 'moderator');
  const cases = [
    ['POST', 'participants', 'GET'],
    ['GET', 'participants/a', 'PATCH, DELETE'],
    ['PUT', 'room', 'GET, PATCH, DELETE'],
    ['DELETE', 'waiting/a', 'PATCH'],
    ['GET', 'messages', 'POST'],
  ] as const;
  for (const [method, path, allowed] of cases) {
    const { status, headers } = await set.ask(method, path, session);
    assert.deepEqual([status, headers.get('allow')], [405, allowed], path);
  }
});

test('what people do is seen in the room channel by those whom it concerns', async (t) => {
  const server = await startServer({ log: (message) => assert.fail(message) });
  t.after(() => server.close());
  const ask = async (method: string, path: string, bearer?: string, body?: object) => {
    const response = await fetch(`${server.url}/rooms/${path}`, {
      method,
      headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, text);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const join = async (name: string) => {
    const joined = (await ask('POST', 'join', undefined, { room: 'standup', name })) as {
      participantId: string;
      session: string;
      links: { events: string };
    };
    return joined;
  };
  const ada = await join('Ada');
  const bob = await join('Bob');
  const cleo = await join('Cleo');
  const chat = (bearer: string, id: string, to?: string) =>
    ask('POST', 'messages', bearer, { id, type: 'chat', data: { text: id }, to });
  await chat(ada.session, 'before-all');
  await chat(ada.session, 'before-bob', bob.participantId);

  const listen = async (person: typeof ada) => {
    const reader = await EventReader.open(`${server.url}/rooms/${person.links.events}`);
    t.after(() => reader.close());
    const [snapshot] = await reader.take(1);
    const { messages } = snapshot?.data as { messages: { id: string }[] };
    return { reader, history: messages.map(({ id }) => id) };
  };
  const [atBob, atCleo] = [await listen(bob), await listen(cleo)];
  assert.deepEqual(atBob.history, ['before-all', 'before-bob']);
  assert.deepEqual(atCleo.history, ['before-all']);

  await chat(cleo.session, 'only-ada', ada.participantId);
  await chat(ada.session, 'only-bob', bob.participantId);
  await ask('PATCH', `participants/${bob.participantId}`, ada.session, { microphone: 'off' });
  await ask('PATCH', `participants/${cleo.participantId}`, ada.session, { camera: 'ask' });
  await chat(ada.session, 'after-all');
  const seen = async ({ reader }: typeof atBob) => {
    const types: unknown[] = [];
    for (;;) {
      const event = await reader.next();
      const { id, device } = event?.data as { id?: string; device?: string };
      if (event?.type === 'message') types.push(id);
      else if (device !== undefined) types.push(`${event?.type} ${device}`);
      if (id === 'after-all') return types;
    }
  };
  assert.deepEqual(await seen(atBob), ['only-bob', 'mute microphone', 'after-all']);
  assert.deepEqual(await seen(atCleo), ['only-ada', 'unmute-request camera', 'after-all']);
});
