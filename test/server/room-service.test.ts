import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { SESSION_PARTICIPANT_LIMIT, Registry } from '../../demo/platform/registry.js';
import { Invitations } from '../../demo/server/invitations.js';
import { RateLimiter } from '../../demo/server/rate-limiter.js';
import { permissionsOf, type Role } from '../../demo/server/roles.js';
import { startServer, type StartServerOptions } from '../../demo/server/start-server.js';
import { EventReader } from '../helpers/event-reader.js';
import { until } from '../helpers/until.js';
import { ACCOUNT, silence, startFakeWebrtcApi, type Exchange, type Fault } from './fake-webrtc-api.js';

const DEVICE_URL = 'wss://device.example.com';

interface Joined {
  readonly token: string;
  readonly participantId: string;
  readonly session: string;
}

const MINUTE = 60_000;

/** Takes the room service's clock into the test's hands. To be called before the service is started. */
function stopTime(t: TestContext): (milliseconds: number) => void {
  t.mock.timers.enable({ apis: ['Date', 'setInterval'], now: Date.now() });
  return (milliseconds) => t.mock.timers.tick(milliseconds);
}

/** A room service before a WebRTC HTTP API that a test can look into. */
async function setUp(t: TestContext, options: StartServerOptions = {}) {
  const api = await startFakeWebrtcApi();
  const logged: string[] = [];
  const server = await startServer({
    bandwidth: { ...ACCOUNT, webrtcUrl: api.url, deviceUrl: DEVICE_URL, publicUrl: 'https://meet.example.com/base/' },
    log: (message) => logged.push(message),
    ...options,
  });
  t.after(async () => {
    await server.close();
    await api.close();
    assert.deepEqual(api.violations, []);
  });

  async function post(body: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`${server.url}/rooms/join`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, headers: response.headers, body: (await response.json()) as object };
  }

  /** Joins and expects it to succeed. */
  async function join(room: string, name = 'Ada', bearer?: string): Promise<Joined> {
    const answer = await post({ room, name }, bearer === undefined ? {} : { authorization: `Bearer ${bearer}` });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    return answer.body as Joined;
  }

  async function participants(bearer?: string) {
    const response = await fetch(`${server.url}/rooms/participants`, {
      headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
    });
    const body = (await response.json()) as { id: string; name: string; role: string }[];
    if (!Array.isArray(body)) return { status: response.status, body };
    return { status: response.status, body: body.map(({ id, name, role }) => ({ id, name, role })) };
  }

  async function leave(bearer?: string): Promise<number> {
    const response = await fetch(`${server.url}/rooms/self`, {
      method: 'DELETE',
      headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
    });
    return response.status;
  }

  const names = async (bearer: string) => (await participants(bearer)).body.map(({ name }) => name);

  /** Posts a participant webhook where the platform was told to. */
  async function webhook(event: string, participantId: string, timestamp = Date.now()): Promise<number> {
    const created = api.exchanges.find(({ path }) => path.endsWith('/participants'));
    const { callbackUrl } = JSON.parse(created?.body ?? '') as { callbackUrl: string };
    assert.match(callbackUrl, /^https:\/\/meet\.example\.com\/base\/rooms\/webhooks\//);
    const body = { event, timestamp: String(timestamp), participantId, deviceId: 'device' };
    const path = new URL(callbackUrl).pathname.replace('/base', '');
    const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) });
    return response.status;
  }

  const calls = (method: string, path: RegExp): Exchange[] =>
    api.exchanges.filter((exchange) => exchange.method === method && path.test(exchange.path));
  const isDeletionOf = (id: string) => (exchange: Exchange) =>
    exchange.method === 'DELETE' && exchange.path.endsWith(id);

  return { api, server, logged, post, join, participants, leave, names, webhook, calls, isDeletionOf };
}

test('a join makes session, participant and subscription, and answers all a page needs', async (t) => {
  const { api, post } = await setUp(t);
  const { status, headers, body } = await post({ room: 'standup', name: 'Ada', audio: true, video: true });
  assert.equal(status, 200);
  assert.equal(headers.get('cache-control'), 'no-store');
  const { token, participantId, session, links, ...rest } = body as Joined & { links: Record<string, string> };
  assert.deepEqual(rest, {
    room: 'standup',
    displayName: '',
    name: 'Ada',
    role: 'guest',
    permissions: permissionsOf('guest').filter((permission) => permission !== 'room.dial_out'),
    publish: ['AUDIO', 'VIDEO'],
    isSpeakingAllowed: true,
    provider: 'bandwidth',
    websocketUrl: DEVICE_URL,
  });
  const { events, ...otherLinks } = links;
  assert.match(events ?? '', /^events\?ticket=[\w-]{43}$/);
  const others = ['participants', 'self', 'room', 'messages', 'waiting'];
  assert.deepEqual(otherLinks, Object.fromEntries(others.map((link) => [link, link])));
  assert.equal(token.split('.').length, 3);
  assert.ok(session.length >= 43);
  const [sessionCall, participantCall, membershipCall] = api.exchanges;
  assert.equal(sessionCall?.path, '/accounts/9900000/sessions');
  assert.equal(participantCall?.path, '/accounts/9900000/participants');
  const { callbackUrl, ...participant } = JSON.parse(participantCall.body) as { callbackUrl: string };
  assert.match(callbackUrl, /^https:\/\/meet\.example\.com\/base\/rooms\/webhooks\/[\w-]{32}$/);
  assert.deepEqual(participant, { publishPermissions: ['AUDIO', 'VIDEO'], deviceApiVersion: 'V3' });
  const member = api.registry.participant(participantId);
  assert.ok(member?.sessionId);
  assert.deepEqual(member.subscriptions, { sessionId: member.sessionId });
  assert.match(membershipCall?.path ?? '', new RegExp(`/sessions/${member.sessionId}/participants/${participantId}$`));
  assert.ok(!JSON.stringify(api.exchanges).includes('Ada'), 'no name leaves the service');
});

test('who joins without a device may switch one on later', async (t) => {
  const { api, post } = await setUp(t);
  for (const [audio, video] of [
    [false, false],
    [true, false],
    [undefined, undefined],
  ]) {
    const { body } = await post({ room: 'a', audio, video });
    const joined = body as Joined & { role: string; permissions: string[] };
    assert.equal(joined.role, 'guest');
    assert.ok(joined.permissions.includes('room.self.audio_unmute'));
    assert.ok(joined.permissions.includes('room.self.video_unmute'));
    assert.deepEqual(api.registry.participant(joined.participantId)?.publishPermissions, ['AUDIO', 'VIDEO']);
  }
});

test('names and rooms are taken in any language, trimmed and in one form', async (t) => {
  const { post, calls } = await setUp(t);
  const table: [room: string, name: string | undefined, joinedRoom: string, joinedName: string][] = [
    ['standup', '  Ada Lovelace ', 'standup', 'Ada Lovelace'],
    [' standup ', undefined, 'standup', 'Guest'],
    ['standup', '   ', 'standup', 'Guest'],
    ['café', '李雷', 'café', '李雷'],
    ['cafe\u0301', 'مریم', 'café', 'مریم'],
    ['👩‍👩‍👧 / % ? #', '🙂', '👩‍👩‍👧 / % ? #', '🙂'],
    ['🙂'.repeat(64), 'x'.repeat(64), '🙂'.repeat(64), 'x'.repeat(64)],
  ];
  for (const [room, name, joinedRoom, joinedName] of table) {
    const { status, body } = await post({ room, name });
    assert.equal(status, 200, room);
    const joined = body as { room: string; name: string };
    assert.deepEqual([joined.room, joined.name], [joinedRoom, joinedName]);
  }
  assert.equal(calls('POST', /\/sessions$/).length, 4);
});

test('what cannot be read is refused with the field, and changes nothing', async (t) => {
  const { api, server, post } = await setUp(t);
  const table: [body: unknown, detail: RegExp][] = [
    ['', /body is not JSON/],
    ['{"room":', /body is not JSON/],
    ['null', /JSON object/],
    ['[]', /JSON object/],
    ['"standup"', /JSON object/],
    [{}, /"room" must be a text/],
    [{ room: 1 }, /"room" must be a text/],
    [{ room: '' }, /"room" must not be empty/],
    [{ room: '   ' }, /"room" must not be empty/],
    [{ room: 'x'.repeat(65) }, /"room" must have at most 64/],
    [{ room: ' . ' }, /"room" must not be "." or ".."/],
    [{ room: '..' }, /"room" must not be "." or ".."/],
    [{ room: 'a\nb' }, /"room" must not contain control/],
    [{ room: 'a\u202eb' }, /"room" must not contain control/],
    [{ room: 'a\ud800b' }, /"room" must not contain control/],
    [{ room: 'a', name: 'x'.repeat(65) }, /"name" must have at most 64/],
    [{ room: 'a', name: 'a\u0000' }, /"name" must not contain control/],
    [{ room: 'a', name: {} }, /"name" must be a text/],
    [{ room: 'a', audio: 'yes' }, /"audio" must be true or false/],
    [{ room: 'a', video: null }, /"video" must be true or false/],
    [{ room: 'a', invite: 7 }, /"invite" must be a text/],
    [{ room: 'a', invite: 'x'.repeat(8193) }, /"invite" must have at most 8192 characters/],
    [{ room: 'a', role: 'admin' }, /"role" must be "moderator", "guest" or "viewer"/],
  ];
  for (const [body, expected] of table) {
    const answer = await post(body);
    const { detail, ...problem } = answer.body as { detail: string };
    assert.deepEqual(
      problem,
      { type: 'about:blank', title: 'Bad Request', status: 400, code: 'endpoint-rejected' },
      JSON.stringify(body),
    );
    assert.match(detail, expected);
    assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  }
  const large = await post({ room: 'a', caller: 'x'.repeat(17_000) });
  assert.deepEqual([large.status, (large.body as { code: string }).code], [413, 'endpoint-rejected']);
  const withoutLength: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    body: new Blob(['x'.repeat(17_000)]).stream(),
    duplex: 'half',
  };
  assert.equal((await fetch(`${server.url}/rooms/join`, withoutLength)).status, 413);
  assert.deepEqual(api.exchanges, []);
});

test('other methods are refused, with the one that is meant', async (t) => {
  const { server } = await setUp(t);
  const table: [method: string, path: string, allow: string][] = [
    ['GET', '/rooms/join', 'POST'],
    ['DELETE', '/rooms/join', 'POST'],
    ['POST', '/rooms/participants', 'GET'],
    ['GET', '/rooms/self', 'PATCH, DELETE'],
  ];
  for (const [method, path, allow] of table) {
    const response = await fetch(server.url + path, { method });
    assert.deepEqual([response.status, response.headers.get('allow')], [405, allow], `${method} ${path}`);
    assert.equal(((await response.json()) as { code: string }).code, 'endpoint-not-found');
  }
});

test('people who open a room at the same moment get one session', async (t) => {
  const { api, join, calls } = await setUp(t);
  const { promise: bothAsked, resolve } = withResolvers();
  api.fault = ({ path }) => (path.endsWith('/sessions') ? bothAsked : undefined);
  const joins = [join('a', 'Ada'), join('a', 'Bob'), join('b', 'Eve')];
  await new Promise(setImmediate);
  resolve();
  const [ada, bob, eve] = (await Promise.all(joins)).map(
    ({ participantId }) => api.registry.participant(participantId)?.sessionId,
  );
  assert.equal(ada, bob);
  assert.notEqual(ada, eve);
  assert.equal(calls('POST', /\/sessions$/).length, 2);
});

test('who is in the room is told to its members only', async (t) => {
  const { join, participants } = await setUp(t);
  const ada = await join('a', 'Ada');
  const bob = await join('a', 'Bob');
  const eve = await join('b', 'Eve');
  assert.deepEqual((await participants(ada.session)).body, [
    { id: ada.participantId, name: 'Ada', role: 'guest' },
    { id: bob.participantId, name: 'Bob', role: 'guest' },
  ]);
  assert.deepEqual((await participants(eve.session)).body, [{ id: eve.participantId, name: 'Eve', role: 'guest' }]);
  for (const bearer of [undefined, '', 'unknown', ada.token]) {
    const { status, body } = await participants(bearer);
    assert.deepEqual([status, (body as unknown as { code: string }).code], [401, 'endpoint-unauthorized']);
  }
});

test('a full room refuses the next one, and takes them when someone has left', async (t) => {
  const { post, join, webhook } = await setUp(t, { limits: { maxParticipants: 2 } });
  const ada = await join('a', 'Ada');
  await join('a', 'Bob');
  const { status, body } = await post({ room: 'a', name: 'Eve' });
  assert.equal(status, 409);
  assert.deepEqual(body, {
    type: 'about:blank',
    title: 'Conflict',
    status: 409,
    detail: 'The room is full. Try again when someone has left.',
    code: 'room-full',
  });
  assert.equal(await webhook('onLeave', ada.participantId), 204);
  await join('a', 'Eve');
});

test('twenty who come at once into the last seat of the platform get what is there', async (t) => {
  const { api, post, join } = await setUp(t);
  for (let seat = 1; seat < SESSION_PARTICIPANT_LIMIT; seat++) await join('a');
  const answers = await Promise.all(Array.from({ length: 20 }, () => post({ room: 'a' })));
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array.from({ length: 19 }, () => 409)]);
  const sessionId = api.registry.participant((await firstJoined(answers)).participantId)?.sessionId ?? '';
  assert.equal(api.registry.members(sessionId).length, SESSION_PARTICIPANT_LIMIT);
});

function withResolvers(): { promise: Promise<undefined>; resolve: () => void } {
  let resolve: (() => void) | undefined;
  const promise = new Promise<undefined>((done) => {
    resolve = () => done(undefined);
  });
  return { promise, resolve: () => resolve?.() };
}

async function firstJoined(answers: { status: number; body: object }[]): Promise<Joined> {
  const joined = answers.find(({ status }) => status === 200);
  assert.ok(joined);
  return joined.body as Joined;
}

test('who comes for the seat of someone who is just leaving waits until the platform has let them go', async (t) => {
  const { api, join, webhook } = await setUp(t);
  const ada = await join('a', 'Ada');
  for (let seat = 1; seat < SESSION_PARTICIPANT_LIMIT; seat++) await join('a', 'Bob');
  const { promise: held, resolve: hold } = withResolvers();
  const { promise: released, resolve: release } = withResolvers();
  api.fault = ({ method }) => {
    if (method !== 'DELETE') return undefined;
    hold();
    return released;
  };
  await webhook('onLeave', ada.participantId);
  await held;
  const joining = join('a', 'Eve');
  // A join elsewhere, which waits for nobody, gives this one the time to run into the full session.
  await join('b');
  release();
  await joining;
});

test('a bearer keeps its seat: the participant is replaced, also in a full session', async (t) => {
  const { api, join, participants, post } = await setUp(t);
  const ada = await join('a', 'Ada');
  for (let seat = 1; seat < SESSION_PARTICIPANT_LIMIT; seat++) await join('a', 'Bob');
  const again = await join('a', 'Ada', ada.session);
  assert.equal(again.session, ada.session);
  assert.notEqual(again.participantId, ada.participantId);
  assert.equal(api.registry.participant(ada.participantId), undefined);
  const { body } = await participants(ada.session);
  assert.equal(body.length, SESSION_PARTICIPANT_LIMIT);
  assert.deepEqual(body[0], { id: again.participantId, name: 'Ada', role: 'guest' });
  assert.equal((await post({ room: 'a' })).status, 409);
});

test('who comes back without a name keeps the one they have', async (t) => {
  const { join, post, names } = await setUp(t);
  const ada = await join('a', 'Ada');
  await post({ room: 'a' }, { authorization: `Bearer ${ada.session}` });
  assert.deepEqual(await names(ada.session), ['Ada']);
});

test('a bearer of another room, or of nobody, is a plain join', async (t) => {
  const { api, join } = await setUp(t);
  const ada = await join('a', 'Ada');
  for (const bearer of [ada.session, 'unknown']) {
    const joined = await join('b', 'Ada', bearer);
    assert.notEqual(joined.session, bearer);
  }
  assert.ok(api.registry.participant(ada.participantId));
});

test('of two renewals at once the newer one holds', async (t) => {
  const { api, join, post, participants } = await setUp(t);
  const ada = await join('a', 'Ada');
  const { promise: released, resolve } = withResolvers();
  const { promise: held, resolve: hold } = withResolvers();
  api.fault = ({ method, path }) => {
    if (method !== 'POST' || !path.endsWith('/participants')) return undefined;
    api.fault = undefined;
    hold();
    return released;
  };
  const authorization = `Bearer ${ada.session}`;
  const older = post({ room: 'a', name: 'Ada' }, { authorization });
  await held;
  const newer = await join('a', 'Ada', ada.session);
  const discarded = api.next(({ method }) => method === 'DELETE');
  resolve();
  assert.equal((await older).status, 400);
  await discarded;
  assert.deepEqual((await participants(ada.session)).body, [{ id: newer.participantId, name: 'Ada', role: 'guest' }]);
  const sessionId = api.registry.participant(newer.participantId)?.sessionId ?? '';
  assert.deepEqual(
    api.registry.members(sessionId).map(({ id }) => id),
    [newer.participantId],
  );
});

test('a renewal that the platform refuses leaves the seat, and can be tried again', async (t) => {
  const { api, join, post, participants } = await setUp(t, { limits: { maxParticipants: 1 } });
  const ada = await join('a', 'Ada');
  const authorization = `Bearer ${ada.session}`;
  for (const failing of [/POST .*participants$/, /DELETE .*participants/, /PUT .*participants/]) {
    api.fault = ({ method, path }) => (failing.test(`${method} ${path}`) ? refusal(500) : undefined);
    assert.equal((await post({ room: 'a', name: 'Ada' }, { authorization })).status, 502);
    assert.equal((await participants(ada.session)).status, 200);
    api.fault = undefined;
  }
  const again = await join('a', 'Ada', ada.session);
  assert.equal(again.session, ada.session);
});

test('a webhook about a participant that a failed renewal has deleted takes no seat away', async (t) => {
  const { api, join, post, webhook, participants } = await setUp(t);
  const ada = await join('a', 'Ada');
  await webhook('onConnect', ada.participantId);
  api.fault = ({ method, path }) => (/PUT .*participants/.test(`${method} ${path}`) ? refusal(500) : undefined);
  assert.equal((await post({ room: 'a', name: 'Ada' }, { authorization: `Bearer ${ada.session}` })).status, 502);
  api.fault = undefined;
  await webhook('onLeave', ada.participantId);
  assert.equal((await participants(ada.session)).status, 200);
  assert.equal((await join('a', 'Ada', ada.session)).session, ada.session);
});

function refusal(status: number): Response {
  return new Response('secret reason', { status });
}

test('who leaves is forgotten and deleted, and the last one out ends the session', async (t) => {
  const { api, join, names, webhook, isDeletionOf, participants } = await setUp(t);
  const ada = await join('a', 'Ada');
  const bob = await join('a', 'Bob');
  const sessionId = api.registry.participant(ada.participantId)?.sessionId ?? '';
  const bobDeleted = api.next(isDeletionOf(bob.participantId));
  await webhook('onLeave', bob.participantId);
  assert.deepEqual(await names(ada.session), ['Ada']);
  await bobDeleted;
  assert.equal((await participants(bob.session)).status, 401);
  assert.ok(api.registry.session(sessionId));
  const ended = api.next(isDeletionOf(sessionId));
  await webhook('onLeave', ada.participantId);
  await ended;
  assert.equal(api.registry.session(sessionId), undefined);
  const next = await join('a', 'Ada');
  assert.notEqual(api.registry.participant(next.participantId)?.sessionId, sessionId);
});

test('a seat that is given up is free at once, and its token is good for nothing', async (t) => {
  const { api, join, leave, names, isDeletionOf } = await setUp(t, { limits: { maxParticipants: 2 } });
  const ada = await join('a', 'Ada');
  const bob = await join('a', 'Bob');
  const deleted = api.next(isDeletionOf(bob.participantId));
  assert.equal(await leave(bob.session), 204);
  assert.deepEqual(await names(ada.session), ['Ada']);
  await deleted;
  assert.equal(api.registry.participant(bob.participantId), undefined);
  for (const bearer of [bob.session, 'unknown', undefined]) assert.equal(await leave(bearer), 204);
  const eve = await join('a', 'Eve');
  assert.deepEqual(await names(ada.session), ['Ada', 'Eve']);
  const sessionId = api.registry.participant(eve.participantId)?.sessionId ?? '';
  const ended = api.next(isDeletionOf(sessionId));
  await leave(ada.session);
  await leave(eve.session);
  await ended;
});

test('a join that is called off before it is answered takes no seat; a seat that was held is kept', async (t) => {
  const { api, server, join, participants, names } = await setUp(t);
  const ada = await join('a', 'Ada');
  for (const bearer of [undefined, ada.session]) {
    const { promise: released, resolve: release } = withResolvers();
    const { promise: held, resolve: hold } = withResolvers();
    api.fault = ({ method }) => {
      if (method !== 'PUT') return undefined;
      api.fault = undefined;
      hold();
      return released;
    };
    const calling = new AbortController();
    const joining = fetch(`${server.url}/rooms/join`, {
      method: 'POST',
      body: JSON.stringify({ room: 'a', name: 'Bob' }),
      headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
      signal: calling.signal,
    });
    await held;
    calling.abort();
    await assert.rejects(joining);
    // A request that comes after it gives the service the time to notice.
    await participants(ada.session);
    const entered = api.next(({ method }) => method === (bearer === undefined ? 'DELETE' : 'PUT'));
    release();
    await entered;
    assert.deepEqual(await names(ada.session), [bearer === undefined ? 'Ada' : 'Bob']);
  }
});

for (const step of ['participants', 'sessions'] as const) {
  test(`who leaves while coming back, just when ${step} are made, is out and leaves nothing`, async (t) => {
    const { api, join, post, leave, calls } = await setUp(t, { limits: { maxRooms: 1 } });
    const ada = await join('a', 'Ada');
    const { promise: released, resolve: release } = withResolvers();
    const { promise: held, resolve: hold } = withResolvers();
    if (step === 'sessions') api.registry = new Registry();
    api.fault = ({ method, path }) => {
      if (method !== 'POST' || !path.endsWith(`/${step}`)) return undefined;
      hold();
      return released;
    };
    const renewal = post({ room: 'a', name: 'Ada' }, { authorization: `Bearer ${ada.session}` });
    await held;
    assert.equal(await leave(ada.session), 204);
    release();
    assert.equal((await renewal).status, 400);
    await join('b', 'Ada');
    const paths = (method: string, path: RegExp) => new Set(calls(method, path).map((call) => call.path)).size;
    const made = calls('POST', /\/participants$/).length;
    await until(
      () => paths('DELETE', /\/participants\//),
      (deleted) => deleted === made - 1,
      { what: 'all participants deleted but the one in the other room' },
    );
    await until(
      () => paths('DELETE', /\/sessions\//),
      (deleted) => deleted === 1,
      { what: 'the session deleted' },
    );
  });
}

test('who never connected, or has lost the connection, is let go after a minute; who is connected is not', async (t) => {
  const pass = stopTime(t);
  const { api, join, names, webhook, isDeletionOf } = await setUp(t);
  const [ada, bob, cid] = [await join('a', 'Ada'), await join('a', 'Bob'), await join('a', 'Cid')];
  const gone = [bob, cid].map(({ participantId }) => api.next(isDeletionOf(participantId)));
  await webhook('onConnect', ada.participantId);
  await webhook('onConnect', bob.participantId);
  pass(MINUTE / 2);
  await webhook('onDisconnect', bob.participantId);
  await webhook('onDisconnect', ada.participantId);
  await webhook('onConnect', ada.participantId);
  pass(MINUTE / 2 - 1);
  assert.deepEqual(await names(ada.session), ['Ada', 'Bob', 'Cid']);
  pass(1);
  assert.deepEqual(await names(ada.session), ['Ada', 'Bob']);
  pass(MINUTE / 2);
  assert.deepEqual(await names(ada.session), ['Ada']);
  await Promise.all(gone);
  pass(60 * MINUTE);
  assert.deepEqual(await names(ada.session), ['Ada']);
});

test('a room ends with its session, which the platform ends after nine hours', async (t) => {
  const pass = stopTime(t);
  const { api, join, webhook, participants, isDeletionOf } = await setUp(t);
  const ada = await join('a', 'Ada');
  await webhook('onConnect', ada.participantId);
  const deleted = api.next(isDeletionOf(ada.participantId));
  pass(9 * 60 * MINUTE);
  assert.equal((await participants(ada.session)).status, 200);
  pass(MINUTE);
  assert.equal((await participants(ada.session)).status, 401);
  await deleted;
});

test('a seat of someone who never connected is given away when it is needed', async (t) => {
  const pass = stopTime(t);
  const { api, join, post, names } = await setUp(t, { limits: { maxParticipants: 1, sweepMilliseconds: 60 * MINUTE } });
  const ada = await join('a', 'Ada');
  pass(MINUTE - 1);
  assert.equal((await post({ room: 'a' })).status, 409);
  pass(1);
  const bob = await join('a', 'Bob');
  assert.equal(api.registry.participant(ada.participantId), undefined);
  assert.deepEqual(await names(bob.session), ['Bob']);
  // The seat of a renewal that is under way is not given away.
  const { promise: held, resolve: hold } = withResolvers();
  const { promise: released, resolve: release } = withResolvers();
  api.fault = ({ method }) => {
    if (method !== 'PUT') return undefined;
    hold();
    return released;
  };
  const renewal = join('a', 'Bob', bob.session);
  await held;
  pass(MINUTE);
  assert.equal((await post({ room: 'a', name: 'Cid' })).status, 409);
  release();
  await renewal;
});

test('without webhooks nobody is taken for absent', async (t) => {
  const { server, api } = await setUp(t);
  const quiet = await startServer({
    bandwidth: { ...ACCOUNT, webrtcUrl: api.url },
    limits: { maxParticipants: 1, absenceMilliseconds: 0 },
  });
  t.after(() => quiet.close());
  assert.equal(server.platform, undefined);
  const join = () => fetch(`${quiet.url}/rooms/join`, { method: 'POST', body: '{"room":"a"}' });
  const first = await join();
  assert.equal(first.status, 200);
  assert.ok(!('websocketUrl' in ((await first.json()) as object)));
  assert.equal((await join()).status, 409);
  assert.ok(!('callbackUrl' in (JSON.parse(api.exchanges[1]?.body ?? '') as object)));
});

test('webhooks that come late, unreadable, or to a guessed address change nothing', async (t) => {
  const pass = stopTime(t);
  const { server, join, webhook, names } = await setUp(t);
  const ada = await join('a', 'Ada');
  const now = Date.now();
  await webhook('onConnect', ada.participantId, now);
  await webhook('onDisconnect', ada.participantId, now - 1000);
  assert.equal(await webhook('onConnect', 'unknown'), 204);
  assert.equal(await webhook('onSomething', ada.participantId), 400);
  const guessed = await fetch(`${server.url}/rooms/webhooks/guess`, {
    method: 'POST',
    body: JSON.stringify({ event: 'onLeave', timestamp: '1', participantId: ada.participantId, deviceId: 'a' }),
  });
  assert.equal(guessed.status, 404);
  pass(2 * MINUTE);
  assert.deepEqual(await names(ada.session), ['Ada']);
});

test('a platform that fails is told apart, its text is not passed on, and no seat is lost', async (t) => {
  const { api, logged, post, join } = await setUp(t, {
    limits: { maxParticipants: 1 },
  });
  const failures: [name: string, fault: Fault, status: number, code: string][] = [
    ['401', () => refusal(401), 502, 'endpoint-failed'],
    ['403', () => refusal(403), 502, 'endpoint-failed'],
    ['404', () => refusal(404), 502, 'endpoint-failed'],
    ['429', () => refusal(429), 502, 'endpoint-failed'],
    ['500', () => refusal(500), 502, 'endpoint-failed'],
    ['redirect', () => new Response(null, { status: 302, headers: { location: '/' } }), 502, 'endpoint-failed'],
  ];
  const invalid: (typeof failures)[number][] = [
    ['HTML', () => new Response('<h1>secret reason</h1>'), 502, 'endpoint-failed'],
    ['empty', () => new Response(null, { status: 204 }), 502, 'endpoint-failed'],
    ['other JSON', () => Response.json({ id: '', token: 1 }), 502, 'endpoint-failed'],
  ];
  const steps: [step: RegExp, failures: typeof failures][] = [
    [/^POST .*\/sessions$/, [...failures, ...invalid]],
    [/^POST .*\/participants$/, [...failures, ...invalid]],
    [/^PUT /, [...failures, ['409', () => refusal(409), 409, 'room-full']]],
  ];
  for (const [step, table] of steps) {
    for (const [name, fault, status, code] of table) {
      const label = `${step.source} ${name}`;
      api.fault = (request) => (step.test(`${request.method} ${request.path}`) ? fault(request) : undefined);
      const answer = await post({ room: 'a', name: 'Ada' });
      assert.deepEqual([answer.status, (answer.body as { code: string }).code], [status, code], label);
      assert.ok(!JSON.stringify(answer.body).includes('secret'), label);
    }
  }
  api.fault = undefined;
  const ada = await join('a', 'Ada');
  const log = logged.join('\n');
  assert.ok(log.includes('answered 401') && !log.includes('secret') && !log.includes('Ada'), log);
  assert.ok(!log.includes(ada.session) && !log.includes(ada.token));
});

test('a platform that does not answer in time is told apart', async (t) => {
  const { api, post } = await setUp(t, { apiTimeoutMilliseconds: 100 });
  for (const step of [/^POST .*\/sessions$/, /^POST .*\/participants$/, /^PUT /]) {
    api.fault = ({ method, path }) => (step.test(`${method} ${path}`) ? silence() : undefined);
    const { status, body } = await post({ room: 'a' });
    assert.deepEqual([status, (body as { code: string }).code], [504, 'endpoint-timeout'], step.source);
  }
});

test('a participant that could not enter the session is deleted again', async (t) => {
  const { api, post, calls } = await setUp(t);
  api.fault = ({ method }) => (method === 'PUT' ? refusal(500) : undefined);
  const deleted = api.next(({ method, path }) => method === 'DELETE' && path.includes('/participants/'));
  await post({ room: 'a' });
  await deleted;
  assert.equal(calls('DELETE', /\/participants\//).length, 1);
});

test('a platform that cannot be reached is a bad gateway', async (t) => {
  const { api, server, post } = await setUp(t);
  await api.close();
  assert.equal((await post({ room: 'a' })).status, 502);
  assert.ok(server.url);
  // The clean-up closes it again.
  api.close = () => Promise.resolve();
});

test('a session that the platform has lost is made anew, once', async (t) => {
  const { api, join, post, calls, names } = await setUp(t, { limits: { absenceMilliseconds: 60_000 } });
  const ada = await join('a', 'Ada');
  api.registry = new Registry();
  const bob = await join('a', 'Bob');
  assert.equal(calls('POST', /\/sessions$/).length, 2);
  const again = await join('a', 'Ada', ada.session);
  const sessionOf = ({ participantId }: Joined) => api.registry.participant(participantId)?.sessionId;
  assert.equal(sessionOf(again), sessionOf(bob));
  assert.equal(calls('POST', /\/sessions$/).length, 2);
  assert.deepEqual(await names(bob.session), ['Ada', 'Bob']);
  api.fault = ({ method }) => (method === 'PUT' ? refusal(404) : undefined);
  assert.equal((await post({ room: 'a' })).status, 502);
  assert.equal(calls('POST', /\/sessions$/).length, 3);
});

test('who was in a lost session and does not come back is let go', async (t) => {
  const pass = stopTime(t);
  const { api, join, webhook, names } = await setUp(t);
  const ada = await join('a', 'Ada');
  await webhook('onConnect', ada.participantId);
  api.registry = new Registry();
  const bob = await join('a', 'Bob');
  await webhook('onConnect', bob.participantId);
  assert.deepEqual(await names(bob.session), ['Ada', 'Bob']);
  pass(MINUTE);
  assert.deepEqual(await names(bob.session), ['Bob']);
});

test('rooms are limited in number', async (t) => {
  const { post, join, webhook } = await setUp(t, { limits: { maxRooms: 1 } });
  const ada = await join('a', 'Ada');
  const { status, headers, body } = await post({ room: 'b' });
  assert.deepEqual([status, (body as { code: string }).code], [503, 'endpoint-failed']);
  assert.equal(headers.get('retry-after'), '60');
  await webhook('onLeave', ada.participantId);
  await join('b');
});

test('one address can join only so often', async (t) => {
  const { post } = await setUp(t, { joinsPerMinute: 2 });
  assert.equal((await post({ room: 'a' })).status, 200);
  assert.equal((await post('nonsense')).status, 400);
  const { status, headers, body } = await post({ room: 'a' });
  assert.deepEqual([status, (body as { code: string }).code], [429, 'endpoint-rate-limited']);
  const retryAfter = Number(headers.get('retry-after'));
  assert.ok(retryAfter > 0 && retryAfter <= 30, String(retryAfter));
});

test('a rate is refilled evenly, for each client by itself', () => {
  const limiter = new RateLimiter(2);
  const table: [client: string, seconds: number, retryAfter: number][] = [
    ['a', 0, 0],
    ['a', 0, 0],
    ['a', 0, 30],
    ['b', 0, 0],
    ['a', 20, 10],
    ['a', 30, 0],
    ['a', 30, 30],
    ['a', 600, 0],
    ['a', 600, 0],
    ['a', 600, 30],
  ];
  for (const [client, seconds, retryAfter] of table)
    assert.equal(limiter.take(client, seconds * 1000), retryAfter, `${client} after ${seconds} s`);
});

const INVITE_SECRET = 'invite '.repeat(8);
const invitations = new Invitations(INVITE_SECRET);
const inTime = () => ({ expiresAt: new Date(Date.now() + MINUTE) });

test('where only invited people come in, an invitation says as whom; who has a seat needs it no more', async (t) => {
  const { api, post, leave } = await setUp(t, { inviteSecret: INVITE_SECRET });
  const uninvited = await post({ room: 'a', name: 'Ada', role: 'moderator' });
  assert.deepEqual([uninvited.status, (uninvited.body as { code: string }).code], [403, 'invitation-invalid']);
  assert.deepEqual(api.exchanges, [], 'the platform hears nothing of it');
  const permissions = { grant: ['room.lock'], take: ['room.signal'] } as const;
  const invite = await invitations.issue({ room: 'a', role: 'viewer', name: 'Grace', permissions, ...inTime() });
  const { status, body } = await post({ room: 'a', name: 'Moderator', role: 'moderator', invite });
  const joined = body as Joined & { name: string; role: string; permissions: string[] };
  assert.deepEqual([status, joined.name, joined.role], [200, 'Grace', 'viewer']);
  assert.deepEqual(joined.permissions, permissionsOf('viewer', permissions));
  assert.deepEqual(api.registry.participant(joined.participantId)?.publishPermissions, []);
  const authorization = `Bearer ${joined.session}`;
  const renewed = await post({ room: 'a', name: 'Eve', role: 'moderator' }, { authorization });
  const { name, role, session } = renewed.body as typeof joined;
  assert.deepEqual([renewed.status, name, role, session], [200, 'Grace', 'viewer', joined.session]);
  await leave(session);
  assert.equal(
    (await post({ room: 'a' }, { authorization })).status,
    403,
    'a session that is over is good for nothing',
  );
  assert.equal((await post({ room: 'a', invite: `${invite}x` })).status, 403);
});

test('who waits is answered 202 with a way to ask again, and another one to give up', async (t) => {
  const { api, server, post, join, names } = await setUp(t, {
    inviteSecret: INVITE_SECRET,
    limits: { waitingHoldMilliseconds: 20 },
  });
  const moderator = await invitations.issue({ room: 'a', role: 'moderator', name: 'Mia', ...inTime() });
  const guest = await invitations.issue({ room: 'a', role: 'guest', ...inTime() });
  const mia = (await post({ room: 'a', invite: moderator })).body as Joined;
  const authorization = `Bearer ${mia.session}`;
  const patch = (path: string, body: object) =>
    fetch(`${server.url}/rooms/${path}`, { method: 'PATCH', headers: { authorization }, body: JSON.stringify(body) });
  assert.equal((await patch('room', { waitingRoom: true })).status, 204);
  const made = api.exchanges.length;
  const first = await post({ room: 'a', name: 'Ada', invite: guest });
  const { session } = first.body as Joined;
  const answer = { waiting: true, room: 'a', name: 'Ada', session, links: { self: 'self' } };
  assert.deepEqual([first.status, first.body], [202, answer]);
  assert.equal(first.headers.get('cache-control'), 'no-store');
  const again = await post({ room: 'a', name: 'Ada' }, { authorization: `Bearer ${session}` });
  assert.deepEqual([again.status, again.body], [202, answer]);
  for (const path of ['participants', 'room']) {
    const response = await fetch(`${server.url}/rooms/${path}`, { headers: { authorization: `Bearer ${session}` } });
    assert.equal(response.status, 401, path);
  }
  assert.equal(api.exchanges.length, made, 'who waits is not on the platform');
  const events = await post({ room: 'a' }, { authorization });
  const reader = await EventReader.open(`${server.url}/rooms/${(events.body as { links: Links }).links.events}`);
  t.after(() => reader.close());
  const snapshot = (await reader.next())?.data as { waiting: { id: string; name: string }[] };
  const [waiter] = snapshot.waiting;
  assert.deepEqual([snapshot.waiting.length, waiter?.name], [1, 'Ada']);
  assert.ok(waiter && waiter.id !== session);
  assert.equal((await patch(`waiting/${waiter.id}`, { admitted: true })).status, 204);
  const ada = await join('a', 'Ada', session);
  assert.deepEqual([ada.session, await names(ada.session)], [session, ['Mia', 'Ada']]);
});

test('who gives up waiting has a bearer that is good for nothing', async (t) => {
  const { server, post } = await setUp(t, { inviteSecret: INVITE_SECRET });
  const guest = await invitations.issue({ room: 'a', role: 'guest', ...inTime() });
  const moderator = await invitations.issue({ room: 'a', role: 'moderator', ...inTime() });
  const mia = (await post({ room: 'a', invite: moderator })).body as Joined;
  const headers = { authorization: `Bearer ${mia.session}` };
  await fetch(`${server.url}/rooms/room`, { method: 'PATCH', headers, body: '{"waitingRoom":true}' });
  const ada = (await post({ room: 'a', name: 'Ada', invite: guest })).body as Joined;
  const left = await fetch(`${server.url}/rooms/self`, {
    method: 'DELETE',
    headers: { authorization: `Bearer ${ada.session}` },
  });
  assert.equal(left.status, 204);
  const again = await post({ room: 'a', name: 'Ada' }, { authorization: `Bearer ${ada.session}` });
  assert.equal(again.status, 403, 'it is a new beginning, which needs an invitation');
});

type Links = Readonly<Record<string, string>>;

test('a policy of the site is asked about who is new, by what their page has sent', async (t) => {
  const asked: string[] = [];
  const { post, join } = await setUp(t, {
    authorize: ({ headers }, { room, name, role, hasModerator }) => {
      asked.push([headers.get('cookie'), room, name, role, hasModerator].join(' '));
      return headers.get('cookie') === 'user=7'
        ? { role: 'moderator' }
        : { refused: true, detail: 'Sign in first.', code: 'entry-denied' };
    },
  });
  const refused = await post({ room: 'a' });
  const { detail, code } = refused.body as { detail: string; code: string };
  assert.deepEqual([refused.status, detail, code], [403, 'Sign in first.', 'entry-denied']);
  const { body } = await post({ room: 'a', name: 'Ada', role: 'viewer' }, { cookie: 'user=7' });
  await join('a', 'Ada', (body as Joined).session);
  await post({ room: 'a', name: 'Bob' }, { cookie: 'user=7' });
  assert.deepEqual(asked, [' a Guest  false', 'user=7 a Ada viewer false', 'user=7 a Bob  true']);
});

test('a policy that fails lets nobody in, and tells nobody why', async (t) => {
  const { post, logged } = await setUp(t, {
    authorize: () => {
      throw new Error('secret reason');
    },
  });
  const { status, body } = await post({ room: 'a' });
  assert.deepEqual([status, (body as { code: string }).code], [500, 'endpoint-failed']);
  assert.ok(!JSON.stringify(body).includes('secret') && logged.join().includes('secret reason'));
});

test('names may hold markup, but nothing that disturbs what is around them, and have a limit', async (t) => {
  const { post } = await setUp(t);
  const table: [name: string, status: number][] = [
    ['<img src=x onerror=alert(1)>', 200],
    ['"\'`&lt;', 200],
    ['👩‍👩‍👧'.repeat(12), 200],
    ['🙂'.repeat(64), 200],
    ['🙂'.repeat(65), 400],
    ['مریم', 200],
    ['a\u202eb', 400],
    ['a\u2066b', 400],
    ['a\u200fb', 400],
    ['a\u2028b', 400],
    ['\ud800', 400],
    ['x'.repeat(10_000), 400],
    ['🙂'.repeat(10_000), 413],
  ];
  for (const [name, status] of table) {
    const answer = await post({ room: 'a', name });
    assert.equal(answer.status, status, name.slice(0, 20));
    if (status === 200) assert.equal((answer.body as { name: string }).name, name);
  }
});

test('a bearer that is forged or of another form is of nobody', async (t) => {
  const { join, participants, leave, names } = await setUp(t);
  const ada = await join('a', 'Ada');
  const { session } = ada;
  const flipped = (session.startsWith('A') ? 'B' : 'A') + session.slice(1);
  for (const bearer of [
    flipped,
    session.slice(0, -1),
    `${session}A`,
    session.toUpperCase(),
    '__proto__',
    'constructor',
  ]) {
    assert.equal((await participants(bearer)).status, 401, bearer);
    assert.equal(await leave(bearer), 204);
    assert.notEqual((await join('b', 'Eve', bearer)).session, bearer);
  }
  assert.deepEqual(await names(session), ['Ada']);
});

test('who is made a viewer while coming back is told what the token may do, and that it is too much', async (t) => {
  const { api, server, post } = await setUp(t, { authorize: (_, { name }) => ({ role: roleOf(name) }) });
  const mia = (await post({ room: 'a', name: 'Mia' })).body as Joined;
  const ada = (await post({ room: 'a', name: 'Ada' })).body as Joined;
  const { promise: released, resolve: release } = withResolvers();
  const { promise: held, resolve: hold } = withResolvers();
  api.fault = ({ method }) => {
    if (method !== 'PUT') return undefined;
    api.fault = undefined;
    hold();
    return released;
  };
  const renewal = post({ room: 'a', name: 'Ada' }, { authorization: `Bearer ${ada.session}` });
  await held;
  const demotion = await fetch(`${server.url}/rooms/participants/${ada.participantId}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${mia.session}` },
    body: '{"role":"viewer"}',
  });
  assert.equal(demotion.status, 204);
  release();
  const { body } = await renewal;
  const { role, publish, permissions } = body as { role: string; publish: string[]; permissions: string[] };
  assert.deepEqual([role, permissions, publish], ['viewer', permissionsOf('viewer'), ['AUDIO', 'VIDEO']]);
  const reader = await EventReader.open(`${server.url}/rooms/${(body as { links: Links }).links.events}`);
  t.after(() => reader.close());
  const { self } = (await reader.next())?.data as { self: { publish: string[] } };
  assert.deepEqual(self.publish, []);
});

function roleOf(name: string): Role {
  return name === 'Mia' ? 'moderator' : 'guest';
}
