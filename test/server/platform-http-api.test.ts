import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeJwt } from 'jose';
import { createHttpApi } from '../../demo/platform/http-api.js';
import { Registry, SESSION_PARTICIPANT_LIMIT } from '../../demo/platform/registry.js';
import { createDeviceTokens } from '../../demo/platform/tokens.js';
import { assertAnswer, assertRequest, documentedAnswers, operationOf } from './webrtc-contract.js';

const credentials = { accountId: '9900000', username: 'user', password: 'pass word' };
const authorization = basic('user', 'pass word');
const base = '/accounts/9900000';

interface Call {
  readonly body?: unknown;
  readonly authorization?: string | undefined;
}

/** A platform, and a client that holds every exchange to the API document and notes which answers were seen. */
function setUp(registry = new Registry(), seen = new Set<string>()) {
  const logged: string[] = [];
  const tokens = createDeviceTokens(credentials);
  const app = createHttpApi({ credentials, registry, tokens, log: (message) => logged.push(message) });

  async function call(method: string, path: string, options: Call = {}) {
    const { body } = options;
    const credential = 'authorization' in options ? options.authorization : authorization;
    const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
    const response = await app.request(path, {
      method,
      headers: { ...(credential && { authorization: credential }), 'content-type': 'application/json' },
      ...(text && { body: text }),
    });
    const answer = await response.text();
    const operation = operationOf(method, path);
    if (response.status < 300) assertRequest(operation, text);
    assertAnswer(operation, response.status, response.headers.get('content-type'), answer);
    seen.add(`${operation.name} ${response.status}`);
    return { status: response.status, body: answer ? (JSON.parse(answer) as unknown) : undefined, response };
  }

  async function createParticipant(body: object = {}): Promise<{ id: string; token: string }> {
    const answer = await call('POST', `${base}/participants`, { body });
    const { participant, token } = answer.body as { participant: { id: string }; token: string };
    return { id: participant.id, token };
  }

  async function createSession(): Promise<string> {
    return ((await call('POST', `${base}/sessions`, { body: { tag: 'a' } })).body as { id: string }).id;
  }

  return { registry, tokens, app, call, createParticipant, createSession, seen, logged };
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Every route, with ids put in. */
function routes(sessionId: string, participantId: string): [method: string, path: string][] {
  const session = `${base}/sessions/${sessionId}`;
  const membership = `${session}/participants/${participantId}`;
  return [
    ['POST', `${base}/participants`],
    ['GET', `${base}/participants/${participantId}`],
    ['DELETE', `${base}/participants/${participantId}`],
    ['POST', `${base}/sessions`],
    ['GET', session],
    ['DELETE', session],
    ['GET', `${session}/participants`],
    ['PUT', membership],
    ['DELETE', membership],
    ['GET', `${membership}/subscriptions`],
    ['PUT', `${membership}/subscriptions`],
  ];
}

class FailingRegistry extends Registry {
  override createParticipant = fail;
  override participant = fail;
  override createSession = fail;
  override session = fail;
}

function fail(): never {
  throw new Error('out of order');
}

test('every documented answer of every route is given, and holds to the API document', async () => {
  const seen = new Set<string>();
  const { call, createParticipant, createSession } = setUp(new Registry(), seen);
  const { id } = await createParticipant({ publishPermissions: ['AUDIO'], tag: 'a', deviceApiVersion: 'V3' });
  const sessionId = await createSession();
  const session = `${base}/sessions/${sessionId}`;
  const membership = `${session}/participants/${id}`;

  await call('GET', `${base}/participants/${id}`);
  await call('GET', session);
  assert.equal((await call('GET', `${session}/participants`)).status, 204);
  assert.equal((await call('PUT', membership)).status, 204);
  assert.equal((await call('GET', `${membership}/subscriptions`)).status, 204);
  assert.equal((await call('PUT', `${membership}/subscriptions`, { body: { sessionId } })).status, 204);
  assert.deepEqual((await call('GET', `${membership}/subscriptions`)).body, { sessionId });
  assert.equal((await call('GET', `${session}/participants`)).status, 200);

  for (let members = 1; members < SESSION_PARTICIPANT_LIMIT; members++)
    await call('PUT', `${session}/participants/${(await createParticipant()).id}`);
  const late = await createParticipant();
  assert.equal((await call('PUT', `${session}/participants/${late.id}`)).status, 409);

  for (const [method, path] of routes(sessionId, id)) {
    assert.equal((await call(method, path, { authorization: undefined })).status, 401);
    assert.equal((await call(method, path.replace('9900000', '9900001'))).status, 403);
    if (method === 'PUT' || method === 'POST') assert.equal((await call(method, path, { body: '{' })).status, 400);
  }
  for (const [method, path] of routes('%', '%')) {
    const isRouteWithId = path.includes('%');
    if (isRouteWithId) assert.equal((await call(method, path)).status, 400, `${method} ${path}`);
  }
  for (const [method, path] of routes(sessionId, 'unknown').filter(([, each]) => each.includes('unknown')))
    assert.equal((await call(method, path)).status, 404, `${method} ${path}`);
  for (const [method, path] of routes('unknown', id).filter(([, each]) => each.includes('unknown')))
    assert.equal((await call(method, path)).status, 404, `${method} ${path}`);
  const failing = setUp(new FailingRegistry(), seen);
  for (const [method, path] of routes(sessionId, id)) assert.equal((await failing.call(method, path)).status, 500);
  assert.match(failing.logged.join(), /out of order/);

  assert.equal((await call('DELETE', membership)).status, 204);
  assert.equal((await call('DELETE', session)).status, 204);
  assert.equal((await call('DELETE', `${base}/participants/${id}`)).status, 204);
  assert.equal((await call('GET', `${base}/participants/${id}`)).status, 404);

  assert.deepEqual([...seen].sort(), documentedAnswers().sort());
});

test('only the right user and password get in', async () => {
  const { call } = setUp();
  const refused = [
    undefined,
    basic('user', 'wrong'),
    basic('wrong', 'pass word'),
    basic('user', ''),
    'Basic !!!',
    'Basic',
    'Bearer token',
  ];
  for (const credential of refused) {
    const { status, body, response } = await call('POST', `${base}/sessions`, { authorization: credential, body: {} });
    assert.deepEqual([status, body], [401, { message: 'Unauthorized' }], String(credential));
    assert.match(response.headers.get('www-authenticate') ?? '', /^Basic realm=/);
  }
});

test('a route that does not exist is not found, for who may ask', async () => {
  const { app } = setUp();
  const response = await app.request(`${base}/rooms`, { headers: { authorization } });
  assert.equal(response.status, 404);
  assert.deepEqual(Object.keys((await response.json()) as object), ['error', 'requestId']);
});

test('bodies that cannot be read are refused with the field', async () => {
  const { call, createParticipant, createSession } = setUp();
  const { id } = await createParticipant();
  const sessionId = await createSession();
  const participants = `${base}/participants`;
  const membership = `${base}/sessions/${sessionId}/participants/${id}`;
  const subscriptions = `${membership}/subscriptions`;
  await call('PUT', membership);
  const table: [method: string, path: string, body: unknown, error: RegExp][] = [
    ['POST', participants, '{"tag":', /not JSON/],
    ['POST', participants, 'null', /^body/],
    ['POST', participants, '[]', /^body/],
    ['POST', participants, { publishPermissions: ['SCREEN'] }, /^publishPermissions\.0/],
    ['POST', participants, { publishPermissions: ['AUDIO', 'AUDIO'] }, /^publishPermissions/],
    ['POST', participants, { publishPermissions: 'AUDIO' }, /^publishPermissions/],
    ['POST', participants, { callbackUrl: 'ftp://example.com/' }, /^callbackUrl/],
    ['POST', participants, { callbackUrl: '/callback' }, /^callbackUrl/],
    ['POST', participants, { deviceApiVersion: 'V2' }, /^deviceApiVersion/],
    ['POST', participants, { tag: 1 }, /^tag/],
    ['POST', participants, { tag: 'x'.repeat(70_000) }, /larger/],
    ['POST', `${base}/sessions`, { tag: 1 }, /^tag/],
    ['PUT', membership, { sessionId: 'another' }, /^sessionId/],
    ['PUT', subscriptions, { sessionId: 1 }, /^sessionId/],
    ['PUT', subscriptions, { participants: [{}] }, /^participants\.0\.participantId/],
    [
      'PUT',
      subscriptions,
      { participants: [{ participantId: 'a', streamAliases: ['b', 'b'] }] },
      /^participants\.0\.streamAliases/,
    ],
  ];
  for (const [method, path, body, error] of table) {
    const answer = await call(method, path, { body });
    assert.equal(answer.status, 400, JSON.stringify(body).slice(0, 80));
    assert.match((answer.body as { error: string }).error, error);
  }
});

test('a participant is described as it was made, and its token says who it is and until when', async () => {
  const { call, tokens, registry } = setUp();
  const { body } = await call('POST', `${base}/participants`, {
    body: { callbackUrl: 'https://example.com/callback', publishPermissions: ['VIDEO', 'AUDIO'], tag: 'a' },
  });
  const { participant, token } = body as { participant: { id: string }; token: string };
  const expected = {
    id: participant.id,
    callbackUrl: 'https://example.com/callback',
    publishPermissions: ['VIDEO', 'AUDIO'],
    sessions: [],
    subscriptions: {},
    tag: 'a',
    deviceApiVersion: 'V3',
  };
  assert.deepEqual(participant, expected);
  assert.deepEqual((await call('GET', `${base}/participants/${participant.id}`)).body, expected);
  assert.deepEqual(registry.participant(participant.id)?.publishPermissions, ['VIDEO', 'AUDIO']);
  const { v, p, exp, iat } = decodeJwt(token);
  assert.deepEqual([v, p], ['v3', participant.id]);
  assert.equal(Number(exp) - Number(iat), 9 * 3600);
  assert.deepEqual(await tokens.verify(token), { participantId: participant.id });
});

test('subscriptions are kept at all three levels, and an empty one takes them away', async () => {
  const { call, createParticipant, createSession } = setUp();
  const [a, b] = [await createParticipant(), await createParticipant()];
  const sessionId = await createSession();
  const members = `${base}/sessions/${sessionId}/participants`;
  const subscriptions = `${members}/${a.id}/subscriptions`;
  await call('PUT', `${members}/${a.id}`, { body: { sessionId } });
  await call('PUT', `${members}/${b.id}`);
  const table: [request: object | undefined, kept: object | undefined][] = [
    [{ sessionId }, { sessionId }],
    [{ participants: [{ participantId: b.id }] }, { participants: [{ participantId: b.id }] }],
    [
      { sessionId, participants: [{ participantId: b.id, streamAliases: ['screen'] }] },
      { sessionId, participants: [{ participantId: b.id, streamAliases: ['screen'] }] },
    ],
    [{ sessionId, participants: [] }, { sessionId }],
    [{}, undefined],
    [{ sessionId }, { sessionId }],
    [undefined, undefined],
  ];
  for (const [request, kept] of table) {
    await call('PUT', subscriptions, { body: request });
    assert.deepEqual((await call('GET', subscriptions)).body, kept, JSON.stringify(request));
  }
});

test('a participant is in one session at most, and out of it when the session ends', async () => {
  const { call, createParticipant, createSession } = setUp();
  const { id } = await createParticipant();
  const [first, second] = [await createSession(), await createSession()];
  const sessionsOf = async () =>
    ((await call('GET', `${base}/participants/${id}`)).body as { sessions: string[] }).sessions;
  await call('PUT', `${base}/sessions/${first}/participants/${id}`);
  await call('PUT', `${base}/sessions/${second}/participants/${id}`);
  assert.deepEqual(await sessionsOf(), [second]);
  await call('DELETE', `${base}/sessions/${second}`);
  assert.deepEqual(await sessionsOf(), []);
});

test('tokens that were changed, have expired, or come from elsewhere are worth nothing', async () => {
  const { tokens } = setUp();
  const token = await tokens.issue('a');
  const [header, payload, signature] = token.split('.');
  const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
  const table = [
    '',
    'no token',
    token.slice(0, -2),
    `${header}.${Buffer.from('{"v":"v3","p":"b","exp":9999999999}').toString('base64url')}.${signature}`,
    `${unsigned}.${payload}.`,
    await createDeviceTokens(credentials).issue('a'),
  ];
  for (const each of table) assert.equal(await tokens.verify(each), undefined, each);
  const expired = createDeviceTokens({ ...credentials, lifetimeSeconds: -1 });
  assert.equal(await expired.verify(await expired.issue('a')), undefined);
});
