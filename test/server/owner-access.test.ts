import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import assert from 'node:assert/strict';
import test from 'node:test';
import { KEY, nextOf, problemOf, ROOM, setUpOwner, STREAM, type Answer, type OwnerSetUp } from './owner-set-up.js';

interface Operation {
  readonly security?: readonly Record<string, unknown>[];
  readonly responses: Readonly<Record<string, { content?: Record<string, { schema: object }> }>>;
}
type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

async function operationsOf({ ask }: OwnerSetUp) {
  const { body } = await ask('GET', 'openapi.json', { bearer: null });
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema(body as object, 'api');
  const operations = Object.entries((body as { paths: Paths }).paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  /** Whether an answer is one that the document has for this route. */
  function assertDescribed(route: string, { status, headers, body: answered }: Answer): void {
    const found = operations.find(({ method, path }) => `${method} ${path}` === route);
    const response = found?.operation.responses[String(status)];
    assert.ok(response, `${route} may answer ${status}`);
    const type = headers.get('content-type')?.split(';')[0];
    assert.deepEqual(
      type === undefined ? [] : [type],
      type === undefined ? Object.keys(response.content ?? {}) : [type],
    );
    if (type === undefined) return;
    const pointer = [`paths`, found.path, found.method.toLowerCase(), 'responses', status, 'content', type, 'schema']
      .map((part) => encodeURIComponent(String(part).replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate: ValidateFunction = ajv.compile({ $ref: `api#/${pointer}` });
    assert.ok(
      validate(answered),
      `${route}: ${ajv.errorsText(validate.errors)} ${JSON.stringify(answered).slice(0, 300)}`,
    );
  }
  return { operations, assertDescribed };
}

/** People, a phone, somebody who waits, and a webhook: something for each route to find. */
async function setUpRoom(owner: OwnerSetUp) {
  const { ask, join, listen } = owner;
  const [ada, bob] = [await join('Ada', { role: 'moderator' }), await join('Bob')];
  await listen(ada);
  await ask('PATCH', 'rooms/self', { bearer: ada.session, body: { streams: [STREAM] } });
  const call = await ask('POST', `api/rooms/${ROOM}/calls`, { body: { number: '+12025550100', name: 'Grace' } });
  assert.equal(call.status, 201, JSON.stringify(call.body));
  const record = await owner.follow();
  for (let status: unknown; status !== 'answered';) ({ status } = await callData(record));
  record.close();
  await ask('PATCH', `api/rooms/${ROOM}`, { body: { waitingRoom: true } });
  const cleo = await ask('POST', 'rooms/join', { bearer: null, body: { room: ROOM, name: 'Cleo' } });
  assert.equal(cleo.status, 202);
  const [waiting] = (await ask('GET', `api/rooms/${ROOM}/waiting`)).body as { id: string }[];
  const webhook = await ask('POST', 'api/webhooks', { body: { url: 'http://127.0.0.1:9/', types: ['room-opened'] } });
  const ids: Record<string, string> = {
    room: ROOM,
    participant: bob.participantId,
    stream: STREAM.id,
    call: (call.body as { id: string }).id,
    waiting: waiting?.id ?? '',
    webhook: (webhook.body as { id: string }).id,
  };
  const fill = (path: string): string => path.slice(1).replaceAll(/\{(\w+)\}/g, (_, name: string) => ids[name] ?? name);
  return { ada, fill };
}

async function callData(record: Awaited<ReturnType<OwnerSetUp['follow']>>): Promise<{ status: unknown }> {
  const { data } = await nextOf(record, 'call-changed');
  return data as { status: unknown };
}

/** Every route of the API, in an order in which each finds what it needs; what it is given, and how it answers. */
const ROUTES: readonly [route: string, body: object | undefined, status: number][] = [
  ['GET /api/rooms', undefined, 200],
  ['POST /api/rooms', { name: 'made', displayName: 'Made', maxParticipants: 5, timeLimitSeconds: 60 }, 201],
  ['GET /api/rooms/{room}', undefined, 200],
  ['PATCH /api/rooms/{room}', { displayName: 'Daily', locked: true, layout: 'speaker', spotlight: null }, 200],
  ['POST /api/rooms/{room}/mute', { except: [STREAM.id] }, 204],
  ['DELETE /api/rooms/{room}/mute', undefined, 204],
  ['GET /api/rooms/{room}/participants', undefined, 200],
  ['GET /api/rooms/{room}/participants/{participant}', undefined, 200],
  ['PATCH /api/rooms/{room}/participants/{participant}', { microphone: 'off', role: 'moderator' }, 204],
  ['GET /api/rooms/{room}/streams', undefined, 200],
  ['GET /api/rooms/{room}/streams/{stream}', undefined, 200],
  ['PUT /api/rooms/{room}/streams/{stream}/layout-classes', { layoutClasses: ['focus'] }, 204],
  ['POST /api/rooms/{room}/streams/{stream}/mute', undefined, 204],
  ['POST /api/rooms/{room}/signals', { type: 'chat', data: { text: 'Hello' } }, 201],
  ['GET /api/rooms/{room}/calls', undefined, 200],
  ['POST /api/rooms/{room}/calls', { number: '+12025550101' }, 201],
  ['POST /api/rooms/{room}/calls/{call}/digits', { digits: '1' }, 204],
  ['POST /api/rooms/{room}/digits', { digits: '2' }, 204],
  ['DELETE /api/rooms/{room}/calls/{call}', undefined, 204],
  ['GET /api/rooms/{room}/waiting', undefined, 200],
  ['PATCH /api/rooms/{room}/waiting/{waiting}', { admitted: false }, 204],
  ['POST /api/rooms/{room}/invitations', { role: 'viewer', name: 'Dan' }, 201],
  ['GET /api/rooms/{room}/events', undefined, 200],
  ['GET /api/webhooks', undefined, 200],
  ['POST /api/webhooks', { url: 'http://127.0.0.1:9/', types: ['room-opened'] }, 201],
  ['DELETE /api/webhooks/{webhook}', undefined, 204],
  ['DELETE /api/rooms/{room}/participants/{participant}', undefined, 204],
  ['DELETE /api/rooms/{room}', undefined, 204],
];

test('every route: no key, a wrong one and a session are refused, the key does what the document says', async (t) => {
  const owner = await setUpOwner(t);
  const { operations, assertDescribed } = await operationsOf(owner);
  const described = operations.filter(({ path }) => path.startsWith('/api/'));
  assert.deepEqual(
    described.map(({ method, path }) => `${method} ${path}`).sort(),
    ROUTES.map(([route]) => route).sort(),
    'no route is left out here',
  );
  const { ada, fill } = await setUpRoom(owner);
  for (const [route, body, expected] of ROUTES) {
    const [method = '', path = ''] = route.split(' ');
    const address = fill(path);
    for (const bearer of [null, `${KEY}x`, ada.session]) {
      const refused = await owner.ask(method, address, { bearer, body });
      assert.deepEqual(
        problemOf(refused),
        { status: 401, code: 'endpoint-unauthorized', detail: 'The API key is missing or wrong.' },
        `${route} with ${bearer ?? 'nothing'}`,
      );
      assert.equal(refused.headers.get('www-authenticate'), 'Bearer');
      assertDescribed(route, refused);
    }
    const answer = await owner.ask(method, address, { body });
    assert.equal(answer.status, expected, `${route}: ${JSON.stringify(answer.body)}`);
    assertDescribed(route, answer);
    assert.equal(answer.headers.get('cache-control'), 'no-store', route);
    assert.equal(answer.headers.get('access-control-allow-origin'), null, route);
  }
});

test('the key opens nothing of the participants’', async (t) => {
  const owner = await setUpOwner(t);
  await owner.join('Ada');
  const { operations } = await operationsOf(owner);
  const closed = operations.filter(
    ({ path, operation }) => path.startsWith('/rooms/') && operation.security?.every((each) => 'Bearer' in each),
  );
  assert.ok(closed.length > 10);
  for (const { method, path } of closed) {
    const { status } = await owner.ask(method, path.slice(1).replaceAll(/\{\w+\}/g, 'anything-at-all'), {
      body: method === 'GET' || method === 'DELETE' ? undefined : bodies[`${method} ${path}`],
    });
    // Giving up a seat that one does not have is no error.
    assert.equal(status, `${method} ${path}` === 'DELETE /rooms/self' ? 204 : 401, `${method} ${path}`);
  }
});

/** Of participants' routes that look at the body before they look who sends it. */
const bodies: Readonly<Record<string, object>> = {
  'PATCH /rooms/self': { hand: true },
  'PATCH /rooms/participants/{id}': { hand: false },
  'PATCH /rooms/room': { locked: true },
  'PATCH /rooms/waiting/{id}': { admitted: true },
  'POST /rooms/messages': { id: 'message-1', type: 'chat', data: { text: 'Hello' } },
  'POST /rooms/calls': { number: '+12025550100' },
  'POST /rooms/calls/{id}/digits': { digits: '1' },
};

test('a key in the address is refused, with the right one in the header, too', async (t) => {
  const { ask } = await setUpOwner(t);
  for (const bearer of [null, KEY]) {
    for (const name of ['key', 'access_token', 'whatever']) {
      const { status, detail } = problemOf(await ask('GET', `api/rooms?a=1&${name}=${KEY}`, { bearer }));
      assert.equal(status, 400);
      assert.match(detail, /must not be in the address/);
    }
  }
  assert.equal((await ask('GET', 'api/rooms?key=wrong')).status, 200);
});

test('pages of other origins get no leave', async (t) => {
  const { ask } = await setUpOwner(t, { allowedOrigins: '*' });
  const headers = { origin: 'https://example.com', 'access-control-request-method': 'GET' };
  const preflight = await ask('OPTIONS', 'api/rooms', { bearer: null, headers });
  assert.equal(preflight.status, 401);
  const read = await ask('GET', 'api/rooms', { headers });
  for (const { headers: answered } of [preflight, read])
    assert.deepEqual(
      [...answered.keys()].filter((name) => name.startsWith('access-control-')),
      [],
    );
});

test('what is not there and methods that are not: problems', async (t) => {
  const { ask } = await setUpOwner(t);
  const table: [method: string, path: string, status: number, allow: string | null][] = [
    ['GET', 'api/nothing', 404, null],
    ['GET', 'api', 401, null],
    ['GET', 'api/rooms/standup/nothing', 404, null],
    ['PUT', 'api/rooms', 405, 'GET, POST'],
    ['POST', 'api/rooms/standup', 405, 'GET, PATCH, DELETE'],
    ['OPTIONS', 'api/rooms', 405, 'GET, POST'],
    ['GET', 'api/rooms/standup/mute', 405, 'POST, DELETE'],
    ['POST', 'api/rooms/standup/events', 405, 'GET'],
    ['POST', 'openapi.json', 405, 'GET'],
    ['POST', 'api/docs', 405, 'GET'],
  ];
  for (const [method, path, status, allow] of table) {
    const answer = await ask(method, path, { bearer: path === 'api' ? null : KEY });
    assert.equal(problemOf(answer).status, status, path);
    assert.equal(answer.headers.get('allow'), allow, path);
  }
  for (const path of ['api/rooms', 'api/rooms/standup/events']) assert.equal((await ask('HEAD', path)).status, 405);
});

test('of a room that is not there nothing is told, and nothing is done', async (t) => {
  const owner = await setUpOwner(t);
  const elsewhere = /^(POST \/api\/rooms|GET \/api\/rooms|.*\/invitations|.*\/events|.*webhooks.*)$/;
  for (const [route, body] of ROUTES) {
    if (elsewhere.test(route)) continue;
    const [method = '', path = ''] = route.split(' ');
    const { status } = problemOf(await owner.ask(method, path.slice(1).replaceAll(/\{\w+\}/g, 'none'), { body }));
    assert.equal(status, 404, route);
  }
  assert.deepEqual((await owner.ask('GET', 'api/rooms')).body, []);
});

test('requests are limited, those without the key by themselves', async (t) => {
  const { ask } = await setUpOwner(t, { apiRequestsPerMinute: 5 });
  const statuses = async (bearer: string | null): Promise<number[]> => {
    const answers: number[] = [];
    while (answers.length < 6) answers.push((await ask('GET', 'api/webhooks', { bearer })).status);
    return answers;
  };
  assert.deepEqual(await statuses(null), [401, 401, 401, 401, 401, 429]);
  assert.deepEqual(await statuses(KEY), [200, 200, 200, 200, 200, 429]);
  const refused = await ask('GET', 'api/webhooks');
  assert.equal(problemOf(refused).code, 'endpoint-rate-limited');
  assert.match(refused.headers.get('retry-after') ?? '', /^1?\d$/);
});

test('without a key there is no API, but its page', async (t) => {
  const { ask } = await setUpOwner(t, { apiKey: undefined });
  const { status, detail } = problemOf(await ask('GET', 'api/rooms'));
  assert.deepEqual([status, detail], [404, 'The API of the site’s owner is off until API_KEY is set.']);
  assert.equal((await ask('GET', 'api/docs', { bearer: null })).status, 200);
});
