import { getRequestListener } from '@hono/node-server';
import { CallsApi, Configuration, type CreateCall } from 'bandwidth-sdk';
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { PhoneRefusedError, type PhoneConnection, type PhoneMedia } from '../../demo/platform/device-signalling.js';
import { SimulatedPhones, type SimulatedPhonesOptions } from '../../demo/platform/voice/simulated-phones.js';
import { createVoiceApi } from '../../demo/platform/voice/voice-api.js';
import { VoiceCalls } from '../../demo/platform/voice/voice-calls.js';
import { assertVoiceBody } from './voice-contract.js';

const credentials = { accountId: '9900000', username: 'user', password: 'pass word' };
const ANSWERS = '+12025550100';
const SILENT = '+12025550102';
const PATIENT = '+12025550104';

/** What a receiver of callbacks was sent; it answers when the test says so, or as it was told to. */
interface Delivery {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: Record<string, unknown>;
  readonly response: ServerResponse;
}

/** A phone's place in a room that only notes what is done with it. */
class FakeConnection implements PhoneConnection {
  readonly token: string;
  readonly phone: PhoneMedia;
  isOpen = true;
  readonly closed: Promise<void>;
  #markClosed: () => void = () => undefined;
  readonly spoken = new EventEmitter<{ frame: [Int16Array] }>();

  constructor(token: string, phone: PhoneMedia) {
    this.token = token;
    this.phone = phone;
    this.closed = new Promise((resolve) => (this.#markClosed = resolve));
  }

  speak(frame: Int16Array): void {
    this.spoken.emit('frame', frame);
  }

  close(): void {
    this.isOpen = false;
    this.#markClosed();
  }
}

interface Options {
  readonly phones?: SimulatedPhonesOptions;
  readonly limit?: number;
}

async function listen(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The Voice API on a port, a client of it, a room that lets phones in by the token `in`, and a receiver of callbacks. */
async function setUp(t: TestContext, options: Options = {}) {
  const events = new EventEmitter<{ delivery: [Delivery]; connection: [FakeConnection]; line: [string] }>();
  const received: Delivery[] = [];
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
    events.emit('line', line);
  };
  const receiver = createServer((request, response) => {
    void text(request).then((body) => {
      const { authorization } = request.headers;
      const parsed = JSON.parse(body) as Record<string, unknown>;
      const delivery = { path: request.url ?? '', authorization, body: parsed, response };
      received.push(delivery);
      if (parsed['eventType'] === 'disconnect') response.writeHead(204).end();
      events.emit('delivery', delivery);
    });
  });
  const callbacks = await listen(t, receiver);

  const phones = new SimulatedPhones({ setupMilliseconds: 1, ringMilliseconds: 1, log, ...options.phones });
  const connections: FakeConnection[] = [];
  const connectPhone = async (token: string, phone: PhoneMedia): Promise<PhoneConnection> => {
    if (token !== 'in') throw new PhoneRefusedError('token-invalid', 'not valid');
    const connection = new FakeConnection(token, phone);
    connections.push(connection);
    events.emit('connection', connection);
    return connection;
  };
  const calls = new VoiceCalls({
    accountId: credentials.accountId,
    network: phones,
    connectPhone,
    log,
    limit: options.limit,
  });
  const app = createVoiceApi({ credentials, calls, log });
  const url = await listen(
    t,
    createServer((request, response) => void getRequestListener(app.fetch)(request, response)),
  );
  t.after(async () => {
    calls.close();
    await phones.close();
  });
  const client = (credential: Partial<typeof credentials> = {}) =>
    new CallsApi(new Configuration({ basePath: url, ...credentials, ...credential }));
  const api = client();

  const request = (fields: Partial<CreateCall> = {}): CreateCall => ({
    to: ANSWERS,
    from: '+12025550199',
    applicationId: 'an application',
    answerUrl: `${callbacks}/answer`,
    disconnectUrl: `${callbacks}/disconnect`,
    ...fields,
  });
  const create = async (fields: Partial<CreateCall> = {}): Promise<string> =>
    (await api.createCall(credentials.accountId, request(fields))).data.callId;
  const stateOf = async (id: string) => {
    const { data } = await api.getCallState(credentials.accountId, id);
    assertVoiceBody('callState', data);
    return data;
  };
  /** The next callback of this type, or the one that came already. */
  const callback = async (eventType: string): Promise<Delivery> => {
    for (;;) {
      const known = received.find(({ body }) => body['eventType'] === eventType);
      if (known) {
        received.splice(received.indexOf(known), 1);
        assertVoiceBody(`${eventType}Callback`, known.body);
        return known;
      }
      await once(events, 'delivery');
    }
  };
  /** Waits for the answer callback and answers it. */
  const answer = async (bxml: string): Promise<Delivery> => {
    const delivery = await callback('answer');
    delivery.response.end(bxml);
    return delivery;
  };
  const connected = async (): Promise<FakeConnection> => {
    const known = connections.shift();
    if (known) return known;
    await once(events, 'connection');
    return connected();
  };
  const line = async (pattern: RegExp): Promise<void> => {
    while (!lines.some((each) => pattern.test(each))) await once(events, 'line');
  };
  return {
    url,
    client,
    api,
    request,
    create,
    stateOf,
    callback,
    answer,
    connected,
    phones,
    calls,
    lines,
    line,
    received,
    callbacks,
  };
}

function document(verbs: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Response>${verbs}</Response>`;
}

function transfer(token = 'in'): string {
  const uui = `0123456789abcdef;encoding=base64,${token};encoding=jwt`;
  return `<Transfer><SipUri uui="${uui}">sip:sipx.webrtc.bandwidth.com:5060</SipUri></Transfer>`;
}

interface Refusal {
  readonly status: number;
  readonly headers: Record<string, unknown>;
  readonly description: string;
}

/** The refusal that the request ends with, held to the API document. */
async function refused(request: Promise<unknown>): Promise<Refusal> {
  try {
    await request;
  } catch (error) {
    const { response } = error as { response?: { status: number; headers: Record<string, unknown>; data: unknown } };
    assert.ok(response, `an answer, not ${String(error)}`);
    assertVoiceBody('voiceApiError', response.data);
    const { description } = response.data as { description: string };
    return { status: response.status, headers: response.headers, description };
  }
  return assert.fail('the request was not refused');
}

test('a call rings, is answered, comes into the room, hears it, and is hung up', async (t) => {
  const { url, api, request, stateOf, callback, answer, connected, phones } = await setUp(t);
  const created = await api.createCall(
    '9900000',
    request({ username: 'me', password: 'secret', tag: 'a tag', displayName: 'Ada' }),
  );
  assert.equal(created.status, 201);
  assertVoiceBody('createCallResponse', created.data);
  const { callId, callUrl, enqueuedTime: _, ...rest } = created.data;
  assert.match(callId, /^c-[\da-f]{8}-[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
  assert.equal(callUrl, `${url}/accounts/9900000/calls/${callId}`);
  assert.equal(created.headers['location'], callUrl);
  assert.deepEqual(rest, {
    accountId: '9900000',
    ...request(),
    callTimeout: 30,
    callbackTimeout: 15,
    tag: 'a tag',
    answerMethod: 'POST',
    answerFallbackMethod: 'POST',
    answerFallbackUrl: null,
    disconnectMethod: 'POST',
    username: 'me',
    password: '*****',
    fallbackUsername: null,
    fallbackPassword: null,
    priority: 5,
  });

  const delivery = await answer(document(transfer()));
  assert.equal(delivery.path, '/answer');
  assert.equal(delivery.authorization, `Basic ${Buffer.from('me:secret').toString('base64')}`);
  const { eventTime, enqueuedTime, startTime, answerTime, ...event } = delivery.body;
  for (const time of [eventTime, enqueuedTime, startTime, answerTime])
    assert.ok(Math.abs(Date.now() - Date.parse(String(time))) < 10_000);
  const about = {
    accountId: '9900000',
    applicationId: 'an application',
    from: '+12025550199',
    to: ANSWERS,
    tag: 'a tag',
  };
  assert.deepEqual(event, { eventType: 'answer', direction: 'outbound', callId, callUrl, ...about });

  const connection = await connected();
  const [phone] = phones.calls;
  assert.equal(phone?.state, 'answered');
  assert.equal(phone?.displayName, 'Ada');
  const [frame] = (await once(connection.spoken, 'frame')) as [Int16Array];
  assert.equal(frame.length, 160);
  connection.phone.hear(new Int16Array(160).fill(0x4000));
  assert.equal(phone?.heardEnergy, 0.005);
  connection.phone.hearDigit('5', 100);
  assert.equal(phone?.heardDigits, '5');
  assert.equal((await stateOf(callId)).state, 'answered');

  assert.equal((await api.updateCall('9900000', callId, { state: 'completed' })).status, 200);
  const { body, authorization } = await callback('disconnect');
  assert.equal(authorization, delivery.authorization);
  assert.equal(body['cause'], 'hangup');
  assert.equal(body['tag'], 'a tag');
  assert.ok(!('errorMessage' in body));
  assert.equal(connection.isOpen, false);
  assert.equal(phone?.state, 'over');
  const { state, disconnectCause, endTime } = await stateOf(callId);
  assert.deepEqual({ state, disconnectCause }, { state: 'disconnected', disconnectCause: 'hangup' });
  assert.equal(endTime, body['endTime']);
});

test('every simulated number ends its call as it should', async (t) => {
  const { create, stateOf, callback, answer, connected, phones } = await setUp(t, {
    phones: { patienceMilliseconds: 20 },
  });
  const table: [to: string, callTimeout: number, isAnswered: boolean, cause: string][] = [
    [ANSWERS, 30, true, 'hangup'],
    ['+12025550101', 30, false, 'busy'],
    [SILENT, 1, false, 'timeout'],
    ['+12025550103', 30, false, 'rejected'],
    [PATIENT, 30, true, 'hangup'],
    ['+12025550105', 30, false, 'error'],
    ['+12025550177', 30, true, 'hangup'],
    ['sip:grace@pbx.example:5080', 30, true, 'hangup'],
  ];
  for (const [to, callTimeout, isAnswered, cause] of table) {
    const id = await create({ to, callTimeout });
    if (isAnswered) {
      await answer(document(transfer()));
      const connection = await connected();
      // The others stay until they are hung up on.
      if (to !== PATIENT) connection.phone.ended();
    }
    const { body } = await callback('disconnect');
    assert.deepEqual([body['callId'], body['cause']], [id, cause], to);
    assert.equal('answerTime' in body, isAnswered, to);
    assert.equal('errorId' in body, cause === 'error', to);
    const { state, disconnectCause, errorMessage } = await stateOf(id);
    assert.deepEqual([state, disconnectCause], ['disconnected', cause], to);
    assert.equal(errorMessage, cause === 'error' ? 'The number cannot be reached.' : null);
    assert.equal(phones.calls.at(-1)?.state, 'over', to);
    assert.equal(phones.calls.at(-1)?.wasAnswered, isAnswered, to);
  }
});

test('an answer callback that fails ends the call, and its cause says how', async (t) => {
  const { create, callback, lines } = await setUp(t);
  const table: [answer: (response: ServerResponse) => void, cause: string, message: RegExp][] = [
    [(response) => response.writeHead(500).end(), 'callback-error', /answered 500/],
    [(response) => response.writeHead(302, { location: '/answer' }).end(), 'callback-error', /answered 302/],
    [(response) => response.destroy(), 'callback-error', /could not be asked/],
    [() => undefined, 'callback-error', /longer than 1 s/],
    [(response) => void response.writeHead(200).write('<Response>'), 'callback-error', /longer than 1 s/],
    [(response) => response.end('x'.repeat(70_000)), 'callback-error', /more than 65536 bytes/],
    [(response) => response.end('rubbish'), 'invalid-bxml', /not XML/],
    [(response) => response.end(document('<Conference>a</Conference>')), 'invalid-bxml', /<Conference>/],
    [(response) => response.end('<!DOCTYPE a><Response/>'), 'invalid-bxml', /document type/],
    [(response) => response.writeHead(204).end(), 'hangup', /^$/],
    [(response) => response.end(document('')), 'hangup', /^$/],
    [(response) => response.end(document('<Hangup/>')), 'hangup', /^$/],
  ];
  for (const [answer, cause, message] of table) {
    const id = await create({ callbackTimeout: 1, username: 'me', password: 'secret' });
    answer((await callback('answer')).response);
    const start = performance.now();
    const { body } = await callback('disconnect');
    if (message.test('longer than 1 s'))
      assert.ok(performance.now() - start < 4000, 'the time limit of the call holds');
    assert.deepEqual([body['callId'], body['cause']], [id, cause]);
    assert.match((body['errorMessage'] as string | undefined) ?? '', message);
    assert.equal('errorId' in body, cause !== 'hangup');
  }
  assert.ok(!/secret|callback-error.*\/answer/.test(lines.join('\n')), 'no secret is logged');
});

test('who cannot be told of the end is logged, without the address', async (t) => {
  const { create, line, lines } = await setUp(t);
  await create({ to: '+12025550101', disconnectUrl: 'http://127.0.0.1:1/unguessable' });
  await line(/The disconnect callback of call c-\S+ failed: The receiver could not be asked/);
  assert.ok(!lines.join('\n').includes('unguessable'));
});

test('a call can be hung up while it is queued, rings, or is being answered, once', async (t) => {
  const { api, create, callback, stateOf, phones, line, calls, request } = await setUp(t);
  const hangUp = (id: string) => api.updateCall('9900000', id, { state: 'completed' });

  const queued = calls.create({
    request: { ...request(), callTimeout: 30, callbackTimeout: 1 },
    callsUrl: 'http://x',
  });
  assert.equal(queued.state, 'queued');
  queued.complete();
  assert.equal((await callback('disconnect')).body['cause'], 'cancel');
  assert.equal(phones.calls.length, 0);

  const ringing = await create({ to: SILENT });
  await line(/5550102 rings/);
  assert.equal((await stateOf(ringing)).state, 'initiated');
  await hangUp(ringing);
  assert.equal((await callback('disconnect')).body['cause'], 'cancel');
  assert.equal(phones.calls.at(-1)?.state, 'over');

  const answered = await create();
  const { response } = await callback('answer');
  await hangUp(answered);
  assert.equal((await callback('disconnect')).body['cause'], 'hangup');
  response.end(document(transfer()));
  assert.equal((await refused(hangUp(answered))).status, 409);
  assert.equal((await stateOf(answered)).disconnectCause, 'hangup');
});

test('the phone hangs up: its place in the room is given back', async (t) => {
  const { create, callback, answer, connected, phones } = await setUp(t);
  await create();
  await answer(document(transfer()));
  const connection = await connected();
  phones.calls[0]?.putDown();
  assert.equal((await callback('disconnect')).body['cause'], 'hangup');
  assert.equal(connection.isOpen, false);
});

test('a document takes the place of the one before: digits, and back into the room', async (t) => {
  const { api, create, callback, answer, connected, phones } = await setUp(t);
  const id = await create();
  await answer(document(transfer()));
  const first = await connected();
  const digits = `<Bxml><SendDtmf toneDuration="50" toneInterval="50">1#d</SendDtmf>${transfer()}</Bxml>`;
  assert.equal((await api.updateCallBxml('9900000', id, digits)).status, 204);
  const second = await connected();
  assert.equal(first.isOpen, false);
  assert.equal(phones.calls[0]?.heardDigits, '1#D');
  assert.equal(second.isOpen, true);
  // The first one's end is no longer of interest.
  first.phone.ended();
  await once(second.spoken, 'frame');

  const bad = await refused(api.updateCallBxml('9900000', id, document('<Gather/>')));
  assert.equal(bad.status, 400);
  assert.match(bad.description, /<Gather>/);
  assert.equal(second.isOpen, true);

  await api.updateCallBxml('9900000', id, document('<SendDtmf>11111111111111111111</SendDtmf>'));
  assert.equal(second.isOpen, false);
  await api.updateCallBxml('9900000', id, document(''));
  assert.equal((await callback('disconnect')).body['cause'], 'hangup');
});

test('a redirect asks for another document, with its own credentials and tag', async (t) => {
  const { api, create, callback, answer, connected, callbacks } = await setUp(t);
  const id = await create({ username: 'me', password: 'secret' });
  await answer(document(transfer()));
  const connection = await connected();
  const target = { redirectUrl: `${callbacks}/elsewhere`, username: 'other', password: 'word', tag: 'new' };
  assert.equal((await api.updateCall('9900000', id, target)).status, 200);
  const { path, body, authorization, response } = await callback('redirect');
  assert.deepEqual([path, body['tag']], ['/elsewhere', 'new']);
  assert.equal(authorization, `Basic ${Buffer.from('other:word').toString('base64')}`);
  assert.equal(connection.isOpen, false);
  response.end(document('<Hangup/>'));
  assert.equal((await callback('disconnect')).body['tag'], 'new');
});

test('a token that is refused ends the transfer; the next verb follows, and is heard', async (t) => {
  const { create, callback, answer, line, phones } = await setUp(t);
  await create();
  await answer(document(`${transfer('out')}<SpeakSentence voice="julie">Sorry</SpeakSentence>`));
  await line(/transfer of call c-\S+ was refused: not valid/);
  await line(/told "Sorry"/);
  assert.equal((await callback('disconnect')).body['cause'], 'hangup');
  assert.ok((phones.calls[0]?.heardEnergy ?? 0) > 0);
});

test('what the Voice API does not take is refused with a reason', async (t) => {
  const { url, client, api, request, create, line } = await setUp(t);
  const unanswered = await create({ to: SILENT });
  await line(/5550102 rings/);
  const creates: [fields: object, description: RegExp][] = [
    [{ to: 'sip:b.example' }, /^to: .*E\.164.*SIP URI/],
    [{ to: 'sips:a@b.example' }, /^to: /],
    [{ to: 'sip:a@b.example;transport=tcp' }, /^to: /],
    [{ to: `sip:a@${'b'.repeat(250)}` }, /^to: /],
    [{ uui: 'aGk;encoding=base64' }, /^uui: is for calls to a SIP URI only/],
    [{ to: 'sip:a@b.example', uui: 'aGk' }, /^uui: must be values/],
    [{ to: 'sip:a@b.example', uui: `${'a'.repeat(350)};encoding=hex` }, /^uui: /],
    [{ to: '2025550100' }, /^to: /],
    [{ from: undefined }, /^from: /],
    [{ applicationId: '' }, /^applicationId: /],
    [{ answerUrl: 'ftp://a.example' }, /^answerUrl: only http and https are allowed/],
    [{ answerUrl: `http://a.example/${'a'.repeat(2048)}` }, /^answerUrl: /],
    [{ answerUrl: 'http://a.example', username: 'me', password: 'x' }, /^answerUrl: must use https/],
    [{ disconnectUrl: 'http://a.example', password: 'x' }, /^disconnectUrl: must use https/],
    [{ answerMethod: 'GET' }, /^answerMethod: only POST/],
    [{ callTimeout: 0.5 }, /^callTimeout: /],
    [{ callTimeout: 301 }, /^callTimeout: /],
    [{ callbackTimeout: 26 }, /^callbackTimeout: /],
    [{ displayName: 'a\nb' }, /^displayName: /],
    [{ machineDetection: {} }, /^machineDetection: is not supported/],
    [{ tag: 'a'.repeat(4097) }, /^tag: /],
    [{ tag: 'a'.repeat(70_000) }, /larger than/],
  ];
  for (const [fields, description] of creates) {
    const refusal = await refused(api.createCall('9900000', { ...request(), ...fields }));
    assert.equal(refusal.status, 400);
    assert.match(refusal.description, description);
  }

  // It is busy, so nobody is asked for BXML there.
  const secure = { answerUrl: 'https://a.example', disconnectUrl: null, username: 'me', password: 'x' };
  await create({ to: '+12025550101', ...secure });

  const completed = { state: 'completed' } as const;
  const others: [request: () => Promise<unknown>, status: number, description: RegExp][] = [
    [() => api.updateCall('9900000', unanswered, {}), 400, /redirectUrl/],
    [() => api.updateCall('9900000', unanswered, { ...completed, tag: 'a' }), 400, /^tag: /],
    [() => api.updateCall('9900000', unanswered, { redirectUrl: 'http://a.example' }), 409, /not answered/],
    [() => api.updateCallBxml('9900000', unanswered, document('')), 409, /not answered/],
    [() => client({ password: 'wrong' }).createCall('9900000', request()), 401, /Unauthorized/],
    [() => client({ username: 'wrong' }).getCallState('9900000', unanswered), 401, /Unauthorized/],
    [() => api.createCall('1', request()), 403, /not yours/],
    [() => api.getCallState('9900000', 'c-1'), 404, /Call not found/],
    [() => api.updateCall('9900000', 'c-1', completed), 404, /Call not found/],
    [() => api.updateCallBxml('9900000', 'c-1', document('')), 404, /Call not found/],
    [() => api.listCalls('9900000'), 405, /method/],
    [
      () => api.createCall('9900000', request(), { headers: { 'content-type': 'text/plain' } }),
      415,
      /application\/json/,
    ],
    [() => api.updateCallBxml('9900000', unanswered, 'a', { headers: { 'content-type': 'text/plain' } }), 415, /xml/],
  ];
  for (const [ask, status, description] of others) {
    const refusal = await refused(ask());
    assert.equal(refusal.status, status);
    assert.match(refusal.description, description);
  }

  const authorization = `Basic ${Buffer.from('user:pass word').toString('base64')}`;
  const raw: [method: string, path: string, body: string | undefined, status: number][] = [
    ['POST', '/accounts/9900000/calls', '{', 400],
    ['POST', '/accounts/9900000/calls', '[]', 400],
    ['GET', '/accounts/9900000/calls/%E0%A4%A', undefined, 400],
    ['GET', '/nowhere', undefined, 404],
    ['DELETE', `/accounts/9900000/calls/${unanswered}`, undefined, 405],
  ];
  for (const [method, path, body, status] of raw) {
    const headers = { authorization, 'content-type': 'application/json' };
    const response = await fetch(url + path, { method, headers, body: body ?? null });
    assert.equal(response.status, status, `${method} ${path}`);
    assertVoiceBody('voiceApiError', await response.json());
  }
});

test('a SIP address is called with what belongs to User-to-User', async (t) => {
  const { create, stateOf, line, phones } = await setUp(t);
  const to = 'sip:grace@pbx.example:5080';
  const id = await create({ to, uui: 'aGk;encoding=base64,e30.e30.e30;encoding=jwt' });
  await line(/simulated phone sip:… rings/);
  const [phone] = phones.calls;
  assert.deepEqual([phone?.to, phone?.userToUser], [to, ['aGk;encoding=base64', 'e30.e30.e30;encoding=jwt']]);
  assert.equal((await stateOf(id)).to, to);
});

test('calls at once are limited; one that is over makes room', async (t) => {
  const { api, create, callback, request, stateOf } = await setUp(t, { limit: 1 });
  const id = await create({ to: SILENT });
  const { status, headers } = await refused(api.createCall('9900000', request()));
  assert.equal(status, 429);
  assert.ok(Number(headers['retry-after']) > 0);
  await api.updateCall('9900000', id, { state: 'completed' });
  await callback('disconnect');
  await create({ to: '+12025550101' });
  assert.equal((await stateOf(id)).state, 'disconnected', 'it is still known');
});

test('closing ends all calls and tells nobody', async (t) => {
  const { create, answer, connected, calls, phones, received, callbacks } = await setUp(t);
  await create();
  await answer(document(transfer()));
  const connection = await connected();
  await create({ to: SILENT });
  calls.close();
  await phones.close();
  await connection.closed;
  assert.deepEqual(
    phones.calls.map(({ state }) => state),
    ['over', 'over'],
  );
  // What was posted before is there before this.
  await fetch(`${callbacks}/last`, { method: 'POST', body: JSON.stringify({ eventType: 'disconnect' }) });
  assert.deepEqual(
    received.map(({ path }) => path),
    ['/last'],
  );
});
