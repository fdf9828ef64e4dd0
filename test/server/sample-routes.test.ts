import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { SimulatedPhones } from '../../demo/platform/voice/simulated-phones.js';
import { startServer, type StartServerOptions } from '../../demo/server/start-server.js';
import { EventReader } from '../helpers/event-reader.js';
import { until } from '../helpers/until.js';
import { setUpCalls } from './calls-set-up.js';
import { callIdOf } from './fake-voice-api.js';

const ORIGIN = 'https://example.com';
const NUMBER = '+12025550100';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

async function setUp(t: TestContext, options: StartServerOptions = {}) {
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  const phones = new SimulatedPhones({ setupMilliseconds: 1, ringMilliseconds: 1, log: () => undefined });
  const server = await startServer({ log, phones, ...options });
  t.after(() => server.close());

  async function ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const response = await fetch(server.url + path, init);
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  }
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    ask(path, { method: 'POST', headers, body: typeof body === 'string' ? body : JSON.stringify(body) });

  /** As the sample's page asks. */
  const joinCall = (room: string, name: string) =>
    post('/joinCall', {
      caller: { name },
      call_type: 'app',
      room,
      audio: true,
      video: true,
      video_device: 'default',
      mic_device: 'default',
    });
  const dial = (room: string, number = NUMBER, name = 'Grace') =>
    post('/startPSTNCall', { room, callee: { name, phone_number: number } });

  /** Somebody in the room who sees what happens to it. */
  async function watch(room: string) {
    const joined = await post('/rooms/join', { room, name: 'Watcher' });
    const { session, participantId, links } = joined.body as {
      session: string;
      participantId: string;
      links: { events: string };
    };
    const reader = await EventReader.open(`${server.url}/rooms/${links.events}`);
    t.after(() => reader.close());
    const authorization = `Bearer ${session}`;
    const list = async <Entry>(path: string): Promise<Entry[]> => {
      const { body } = await ask(path, { headers: { authorization } });
      return Object.values(body) as Entry[];
    };
    const participants = () => list<{ id: string; name: string }>('/rooms/participants');
    const calls = () => list<{ status: string; number: string; name: string; participantId: string }>('/rooms/calls');
    return { participantId, reader, participants, calls };
  }

  return { server, ask, post, joinCall, dial, watch, phones, logged };
}

test('a page of the sample joins: message, token and room, said to be HTML', async (t) => {
  const { server, joinCall, post } = await setUp(t);
  const { status, headers, body } = await joinCall('standup', 'Ada');
  assert.equal(status, 200);
  assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
  assert.equal(headers.get('cache-control'), 'no-store');
  const { token, message, ...rest } = body;
  assert.equal(typeof message, 'string');
  assert.equal(String(token).split('.').length, 3);
  const websocketUrl = `${server.url.replace('http', 'ws')}/platform/device`;
  assert.deepEqual(rest, { room: 'standup', websocketUrl });
  const table: [body: object, room: string][] = [
    [{}, 'lobby'],
    [{ room: null, caller: null }, 'lobby'],
    [{ room: '', caller: { name: '' } }, 'lobby'],
    [{ room: ' standup ', caller: {} }, 'standup'],
    [{ room: 'standup', audio: 'yes', video: 7 }, 'standup'],
  ];
  for (const [request, room] of table) {
    const answer = await post('/joinCall', request);
    assert.deepEqual([answer.body['room'], typeof answer.body['token']], [room, 'string'], JSON.stringify(request));
  }
});

test('all who join a room by either way are in the same one', async (t) => {
  const { joinCall, watch } = await setUp(t);
  const { participants } = await watch('standup');
  await joinCall('standup', 'Ada');
  await joinCall('standup', '');
  await joinCall('other', 'Eve');
  assert.deepEqual(
    (await participants()).map(({ name }) => name),
    ['Watcher', 'Ada', 'Guest'],
  );
});

test('a join that fails is told with status 200, a sentence and no token', async (t) => {
  const { post, joinCall } = await setUp(t, { limits: { maxParticipants: 1 } });
  await joinCall('full', 'Ada');
  const table: [body: unknown, message: RegExp][] = [
    ['', /not JSON/],
    ['[]', /JSON object/],
    [{ room: 7 }, /"room" must be a text/],
    [{ room: 'x'.repeat(65) }, /"room" must have at most 64/],
    [{ room: '..' }, /"room" must not be "." or ".."/],
    [{ room: 'a\nb' }, /"room" must not contain control/],
    [{ room: 'a', caller: 'Ada' }, /"caller" must be an object/],
    [{ room: 'a', caller: { name: 'x'.repeat(65) } }, /"caller.name" must have at most 64/],
    [{ room: 'a', caller: { name: {} } }, /"caller.name" must be a text/],
    [{ room: 'full', caller: { name: 'Bob' } }, /room is full/],
  ];
  for (const [body, expected] of table) {
    const answer = await post('/joinCall', body);
    assert.equal(answer.status, 200, JSON.stringify(body));
    assert.deepEqual(Object.keys(answer.body), ['message']);
    assert.match(String(answer.body['message']), expected);
  }
});

test('the rates of the real routes hold for these, too', async (t) => {
  const { joinCall, post, dial, ask } = await setUp(t, {
    joinsPerMinute: 1,
    callLimits: { callsPerMinuteFromAddress: 1 },
  });
  assert.ok((await joinCall('a', 'Ada')).body['token']);
  const limited = await joinCall('a', 'Ada');
  assert.match(String(limited.body['message']), /Too many attempts/);
  assert.equal(limited.headers.get('retry-after'), '60');
  assert.equal((await post('/rooms/join', { room: 'a' })).status, 429);
  assert.equal((await ask('/endSession?room_name=a')).status, 429);
  assert.deepEqual((await dial('a')).body, { status: 'ringing' });
  assert.match(String((await dial('a')).body['message']), /Too many calls/, 'the second one');
  assert.equal((await ask('/endPSTNCall')).status, 429);
});

test('a page of the sample calls a phone, looks its name up, and hangs up', async (t) => {
  const { ask, dial, watch, phones } = await setUp(t);
  const { calls, participants } = await watch('standup');
  const started = await dial('standup');
  assert.deepEqual([started.status, started.body], [200, { status: 'ringing' }]);
  assert.equal(started.headers.get('content-type'), 'text/html; charset=utf-8');
  const [call] = await until(calls, ([first]) => first?.status === 'answered', { what: 'the phone is answered' });
  assert.deepEqual([call?.number, call?.name], [NUMBER, 'Grace']);
  assert.ok((await participants()).some(({ name, id }) => name === 'Grace' && id === call?.participantId));
  assert.deepEqual((await ask(`/idLookup?id=${call?.participantId}`)).body, { attendee: 'Grace' });
  const ended = await ask('/endPSTNCall');
  assert.deepEqual([ended.status, ended.body], [200, { status: 'hungup' }]);
  assert.equal((await calls())[0]?.status, 'ended');
  await until(
    () => phones.calls[0]?.state,
    (state) => state === 'over',
    { what: 'the phone is put down' },
  );
  assert.deepEqual((await ask('/endPSTNCall')).body, { status: 'hungup' }, 'there is nothing to hang up');
});

test('hanging up ends the last call, or those of a room, and none that were started elsewhere', async (t) => {
  const { ask, post, dial, watch } = await setUp(t);
  const [standup, other] = [await watch('standup'), await watch('other')];
  const statuses = async () =>
    [await standup.calls(), await other.calls()].map((each) => each.map((call) => call.status));
  await dial('standup');
  await dial('standup', '+12025550110');
  await dial('other', '+12025550111');
  const answered = (lists: string[][]) => lists.flat().every((status) => status === 'answered');
  await until(statuses, answered, { what: 'all are answered' });
  await ask('/endPSTNCall');
  assert.deepEqual(await statuses(), [['answered', 'answered'], ['ended']]);
  await ask('/endPSTNCall?room=nowhere');
  assert.deepEqual(await statuses(), [['answered', 'answered'], ['ended']]);
  await ask('/endPSTNCall?room=%20standup');
  assert.deepEqual(await statuses(), [['ended', 'ended'], ['ended']]);
  const { body } = await post('/rooms/join', { room: 'own' });
  const authorization = `Bearer ${String(body['session'])}`;
  await post('/rooms/calls', { number: NUMBER }, { authorization });
  await ask('/endPSTNCall');
  await ask('/endPSTNCall?room=own');
  const own = await ask('/rooms/calls', { headers: { authorization } });
  assert.notEqual((own.body[0] as { status: string }).status, 'ended');
});

test('the calls of a room are hung up together, and one that meanwhile goes with its room is no failure', async (t) => {
  const { server, voice, join, ask, hungUp } = await setUpCalls(t, { sampleRoutes: true });
  const { session: bearer } = await join();
  const body = JSON.stringify({ room: 'standup', callee: { phone_number: NUMBER } });
  for (let index = 0; index < 2; index++) await fetch(`${server.url}/startPSTNCall`, { method: 'POST', body });
  let goOn: () => void = () => undefined;
  const held = new Promise<undefined>((resolve) => (goOn = () => resolve(undefined)));
  voice.fault = ({ path }) => (path === `/calls/${callIdOf(0)}` ? held : undefined);
  const asked = voice.next(({ path }) => path === `/calls/${callIdOf(0)}`);
  const ended = fetch(`${server.url}/endPSTNCall?room=standup`);
  await asked;
  await ask('DELETE', 'self', { bearer });
  goOn();
  assert.deepEqual(await (await ended).json(), { status: 'hungup' });
  assert.deepEqual([hungUp(0).length, hungUp(1).length], [1, 1]);
});

test('a call that cannot be made is told with status 200 and a sentence', async (t) => {
  const { post, dial, watch } = await setUp(t);
  const { calls } = await watch('standup');
  const callee = { name: 'Grace', phone_number: NUMBER };
  const table: [what: string, body: unknown, message: RegExp][] = [
    ['no JSON', '{', /not JSON/],
    ['no callee', { room: 'standup' }, /"callee" must be an object/],
    ['no number', { room: 'standup', callee: { name: 'Grace' } }, /"callee.phone_number" must be a text/],
    ['a long number', { room: 'standup', callee: { phone_number: '1'.repeat(65) } }, /at most 64/],
    ['a bad name', { room: 'standup', callee: { ...callee, name: 'a\0' } }, /"callee.name" must not contain/],
    ['no phone number', { room: 'standup', callee: { phone_number: 'call me' } }, /not a phone number/],
    ['an emergency number', { room: 'standup', callee: { phone_number: '911' } }, /Emergency/],
    ['not allowed', { room: 'standup', callee: { phone_number: '+442079460000' } }, /may not be called/],
    ['nobody there', { room: 'nowhere', callee }, /Nobody is in this room/],
  ];
  for (const [what, body, expected] of table) {
    const answer = await post('/startPSTNCall', body);
    assert.deepEqual([answer.status, Object.keys(answer.body)], [200, ['message']], what);
    assert.match(String(answer.body['message']), expected, what);
  }
  assert.deepEqual(await calls(), []);
  assert.deepEqual(await (await watch('nowhere')).calls(), [], 'who opens the room later sees nothing of it');
  for (let count = 0; count < 4; count++) assert.deepEqual((await dial('standup')).body, { status: 'ringing' });
  assert.match(String((await dial('standup')).body['message']), /calls in this room/);
});

test('where the site allows no number, none can be called', async (t) => {
  const { dial, watch } = await setUp(t, { dialAllow: [] });
  await watch('standup');
  assert.match(String((await dial('standup')).body['message']), /cannot be called from here/);
});

test('a session that is ended lets everybody go', async (t) => {
  const { ask, joinCall, dial, watch, phones } = await setUp(t);
  const { reader } = await watch('standup');
  const other = await watch('other');
  await joinCall('standup', 'Ada');
  await dial('standup');
  const ended = await ask('/endSession?room_name=standup');
  assert.deepEqual([ended.status, ended.body], [200, { status: 200, message: "room/session 'standup' deleted" }]);
  await reader.rest();
  await until(
    () => phones.calls[0]?.state,
    (state) => state === undefined || state === 'over',
    { what: 'the phone is put down' },
  );
  assert.equal((await other.participants()).length, 1);
  assert.equal((await ask('/endSession?room_name=standup')).status, 200, 'it is gone already');
  for (const query of ['', '?room_name=', '?room_name=%00', `?room_name=${'x'.repeat(65)}`]) {
    const { status, body } = await ask(`/endSession${query}`);
    assert.deepEqual([status, Object.keys(body)], [400, ['message']], query);
  }
});

test('a name that is looked up is no markup, whatever was typed', async (t) => {
  const { post, ask, watch } = await setUp(t);
  const { participants } = await watch('standup');
  const name = '<script>alert("1")</script>';
  await post('/joinCall', { room: 'standup', caller: { name } });
  const id = (await participants())[1]?.id;
  const response = await ask(`/idLookup?id=${id}`);
  assert.deepEqual(response.body, { attendee: name });
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.match(response.headers.get('content-security-policy') ?? '', /sandbox/);
  const { body } = await post('/joinCall', { room: '<i>' });
  assert.equal(body['room'], '<i>');
  for (const query of ['', '?id=', '?id=nobody', '?id=constructor']) {
    const { status, body } = await ask(`/idLookup${query}`);
    assert.deepEqual([status, Object.keys(body)], [404, ['message']], query);
  }
});

test('no answer holds a bracket that could begin markup', async (t) => {
  const { server } = await setUp(t);
  const response = await fetch(`${server.url}/joinCall`, { method: 'POST', body: '{"room":"<i>"}' });
  assert.ok(!(await response.text()).includes('<'));
});

test('pages that are not allowed cannot use them, in whatever way they ask', async (t) => {
  const { ask, joinCall, watch } = await setUp(t, { allowedOrigins: [ORIGIN] });
  const { participants } = await watch('standup');
  await joinCall('standup', 'Ada');
  const paths = ['/joinCall', '/startPSTNCall', '/endPSTNCall', '/idLookup', '/endSession?room_name=standup'];
  const methods = ['POST', 'POST', 'GET', 'GET', 'GET'];
  const table: [what: string, headers: Record<string, string>][] = [
    ['a script', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }],
    ['an old browser', { origin: 'https://evil.example' }],
    ['a sandboxed page', { origin: 'null', 'sec-fetch-site': 'cross-site' }],
    ['a picture', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a link', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['a neighbour', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'no-cors' }],
  ];
  for (const [what, headers] of table)
    for (const [index, path] of paths.entries()) {
      const { status } = await ask(path, { method: methods[index] ?? 'GET', headers });
      assert.equal(status, 403, `${what}: ${path}`);
    }
  assert.equal((await participants()).length, 2);
  const preflight = await ask('/endSession', {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example', 'access-control-request-method': 'GET' },
  });
  assert.equal(preflight.status, 403);
});

test('pages of the same and of an allowed origin can', async (t) => {
  const { ask, server } = await setUp(t, { allowedOrigins: [ORIGIN] });
  const table: [headers: Record<string, string>, allowed: string | null][] = [
    [{}, null],
    [{ 'sec-fetch-site': 'same-origin' }, null],
    [{ 'sec-fetch-site': 'none' }, null],
    [{ origin: server.url, 'sec-fetch-site': 'same-origin' }, null],
    [{ origin: ORIGIN, 'sec-fetch-site': 'cross-site' }, ORIGIN],
  ];
  for (const [headers, allowed] of table) {
    const answer = await ask('/endSession?room_name=a', { headers });
    assert.equal(answer.status, 200, JSON.stringify(headers));
    assert.equal(answer.headers.get('access-control-allow-origin'), allowed);
  }
});

test('other methods and large bodies are refused', async (t) => {
  const { server, post } = await setUp(t);
  const table: [method: string, path: string, allow: string][] = [
    ['GET', '/joinCall', 'POST'],
    ['GET', '/startPSTNCall', 'POST'],
    ['POST', '/endPSTNCall', 'GET'],
    ['HEAD', '/endPSTNCall', 'GET'],
    ['HEAD', '/endSession?room_name=a', 'GET'],
    ['DELETE', '/idLookup', 'GET'],
  ];
  for (const [method, path, allow] of table) {
    const response = await fetch(server.url + path, { method });
    assert.deepEqual([response.status, response.headers.get('allow')], [405, allow], `${method} ${path}`);
  }
  assert.equal((await post('/joinCall', { room: 'a', more: 'x'.repeat(17_000) })).status, 413);
});

test('the routes are there only where they are wanted', async (t) => {
  const { post, ask } = await setUp(t, { sampleRoutes: false });
  for (const path of ['/joinCall', '/startPSTNCall']) await assert.rejects(post(path, {}), SyntaxError);
  for (const path of ['/endPSTNCall', '/idLookup', '/endSession']) await assert.rejects(ask(path), SyntaxError);
});

test('where only invited people come in, the routes are not there unless they are asked for, and let nobody in', async (t) => {
  const inviteSecret = 'x'.repeat(32);
  const { joinCall } = await setUp(t, { inviteSecret });
  await assert.rejects(joinCall('a', 'Ada'), SyntaxError);
  const asked = await setUp(t, { inviteSecret, sampleRoutes: true });
  const { status, body } = await asked.joinCall('a', 'Ada');
  assert.deepEqual([status, body], [200, { message: 'You need an invitation to come in.' }]);
});

test('a page of the sample cannot wait to be let in: it is told so, and nobody waits', async (t) => {
  const { server, post, joinCall } = await setUp(t);
  const { session } = (await post('/rooms/join', { room: 'a', name: 'Mia' })).body;
  const headers = { authorization: `Bearer ${String(session)}` };
  const changed = await fetch(`${server.url}/rooms/room`, { method: 'PATCH', headers, body: '{"waitingRoom":true}' });
  assert.equal(changed.status, 204);
  const { status, body } = await joinCall('a', 'Ada');
  assert.deepEqual([status, Object.keys(body)], [200, ['message']]);
  assert.match(String(body['message']), /let you in/);
  const { links } = (await post('/rooms/join', { room: 'a', name: 'Mia' }, headers)).body as {
    links: { events: string };
  };
  const reader = await EventReader.open(`${server.url}/rooms/${links.events}`);
  t.after(() => reader.close());
  assert.deepEqual(((await reader.next())?.data as { waiting: object[] }).waiting, []);
});
