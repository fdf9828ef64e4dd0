/** The SDK's socket client against a real WebSocket server that misbehaves on demand. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import nodeTest, { afterEach, beforeEach, type TestContext } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { JsonRpcClient, type SocketState } from '../../src/providers/bandwidth/json-rpc-client.js';
import { Client, takeNewestClient } from '../../src/providers/bandwidth/signalling-client.js';

/** The browser's WebSocket tells a failure only by closing; the one of `ws` would throw it. */
class BrowserLikeWebSocket extends WebSocket {
  constructor(url: string) {
    super(url);
    this.on('error', () => undefined);
  }
}
Object.assign(globalThis, { WebSocket: BrowserLikeWebSocket });

interface Message {
  readonly jsonrpc?: string;
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
}

/** What is waited for comes at once, or never. */
function test(name: string, check: (context: TestContext) => void | Promise<void>): void {
  void nodeTest(name, { timeout: 5000 }, check);
}

let server: WebSocketServer;
let url: string;
let clients: JsonRpcClient[];

beforeEach(async () => {
  clients = [];
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});

afterEach(async () => {
  for (const client of clients) client.close();
  for (const socket of server.clients) socket.terminate();
  await new Promise((resolve) => server.close(resolve));
});

function start<T extends JsonRpcClient = JsonRpcClient>(Kind: new (url: string) => T, to = url): T {
  const client = new Kind(to);
  clients.push(client);
  return client;
}

/** Resolves when the client gets to this state. */
function reached(client: JsonRpcClient, state: SocketState): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (client.state === state) resolve();
    };
    client.onStateChange = look;
    look();
  });
}

/** A client with an open socket, and the server's end of it. */
async function connected<T extends JsonRpcClient = JsonRpcClient>(
  Kind: new (url: string) => T,
): Promise<{ client: T; socket: WebSocket }> {
  const connection = once(server, 'connection') as Promise<[WebSocket]>;
  const client = start(Kind);
  const [[socket]] = await Promise.all([connection, reached(client, 'open')]);
  return { client, socket };
}

async function nextMessage(socket: WebSocket): Promise<Message> {
  const [data] = (await once(socket, 'message')) as [Buffer | string];
  return JSON.parse(String(data)) as Message;
}

/** Resolves when the client has worked off all that the server has sent before. */
async function roundTrip(client: JsonRpcClient, socket: WebSocket): Promise<unknown> {
  const answer = client.call('echo');
  const { id } = await nextMessage(socket);
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: 'echo' }));
  return answer;
}

const failure = (kind: string) => ({ failure: kind });

test('sends calls and resolves them with the answers, in any order', async () => {
  const { client, socket } = await connected(JsonRpcClient);
  const first = client.call('one', { a: 1 });
  const one = await nextMessage(socket);
  const second = client.call('two');
  const two = await nextMessage(socket);
  assert.deepEqual(one, { jsonrpc: '2.0', id: one.id, method: 'one', params: { a: 1 } });
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: two.id, result: 2 }));
  socket.send(JSON.stringify({ jsonrpc: '2.0', id: one.id, result: { answer: 1 } }));
  assert.deepEqual(await Promise.all([first, second]), [{ answer: 1 }, 2]);
});

test('rejects a call that the server answers with an error', async () => {
  const { client, socket } = await connected(JsonRpcClient);
  for (const error of [{ code: -32000, message: 'no' }, {}, 'no', 1]) {
    const answer = client.call('offer');
    const { id } = await nextMessage(socket);
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, error }));
    await assert.rejects(answer, failure('rejected'));
  }
});

test('rejects a call that nobody answers in time', async (t: TestContext) => {
  const { client } = await connected(JsonRpcClient);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const answer = client.call('offer');
  t.mock.timers.tick(10_000);
  await assert.rejects(answer, failure('unanswered'));
});

test('rejects calls at once when the socket drops, and while it is away', async () => {
  const { client, socket } = await connected(JsonRpcClient);
  const answer = client.call('offer');
  await nextMessage(socket);
  // Nobody looks at the outcome of this one; that must not count as unhandled.
  void client.call('ping');
  socket.terminate();
  await assert.rejects(answer, failure('dropped'));
  assert.equal(client.state, 'lost');
  await assert.rejects(client.call('offer'), failure('dropped'));
});

test('passes notifications on, with or without the version', async () => {
  const { client, socket } = await connected(JsonRpcClient);
  const received: unknown[] = [];
  client.on('sdpOffer', (params: unknown) => received.push(params));
  socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'sdpOffer', params: { sdpRevision: 1 } }));
  socket.send(JSON.stringify({ method: 'sdpOffer' }));
  await roundTrip(client, socket);
  assert.deepEqual(received, [{ sdpRevision: 1 }, undefined]);
});

test('sends notifications, and drops them while the socket is away', async () => {
  const { client, socket } = await connected(JsonRpcClient);
  client.notify('leave');
  assert.deepEqual(await nextMessage(socket), { jsonrpc: '2.0', method: 'leave' });
  socket.terminate();
  await reached(client, 'lost');
  client.notify('leave');
});

const BAD_FRAMES: Record<string, string | Buffer> = {
  'no JSON': 'hello {',
  empty: '',
  'a number': '1',
  null: 'null',
  'a batch': '[{"jsonrpc":"2.0","method":"sdpOffer"}]',
  'a binary frame': Buffer.from('{"method":"sdpOffer"}'),
  'an answer nobody waits for': '{"jsonrpc":"2.0","id":99,"result":1}',
  'an answer without an id': '{"jsonrpc":"2.0","result":1}',
  'an answer with a text for an id': '{"jsonrpc":"2.0","id":"1","result":1}',
  'a method that is no text': '{"method":{"toString":1}}',
  'the name of the socket’s own event': '{"method":"open"}',
  'another name of the socket’s own events': '{"method":"close","params":1000}',
  'a name every object has': '{"method":"__proto__"}',
  'a member every object has': '{"__proto__":{"method":"sdpOffer"}}',
  'a long text': 'x'.repeat(1_000_000),
};

for (const [name, frame] of Object.entries(BAD_FRAMES)) {
  test(`is not disturbed by ${name}`, async () => {
    const { client, socket } = await connected(JsonRpcClient);
    const events: string[] = [];
    for (const event of ['open', 'close', 'error', 'sdpOffer']) client.on(event, () => events.push(event));
    socket.send(frame);
    assert.equal(await roundTrip(client, socket), 'echo');
    assert.deepEqual(events, []);
  });
}

test('a listener that throws or rejects harms nobody', async () => {
  const { client, socket } = await connected(JsonRpcClient);
  const received: unknown[] = [];
  client.on('sdpOffer', () => {
    throw new Error('thrown by a listener');
  });
  client.on('sdpOffer', () => Promise.reject(new Error('rejected by a listener')));
  client.on('sdpOffer', () => received.push('sdpOffer'));
  socket.send('{"method":"sdpOffer"}');
  await roundTrip(client, socket);
  assert.deepEqual(received, ['sdpOffer']);
});

test('comes back after a drop, with the same URL, and says so', async () => {
  const { client, socket } = await connected(JsonRpcClient);
  const events: string[] = [];
  client.on('close', () => events.push('close'));
  client.on('open', () => events.push('open'));
  const again = once(server, 'connection') as Promise<[WebSocket, { url: string }]>;
  const startedAt = performance.now();
  socket.terminate();
  const [[newSocket, request]] = await Promise.all([
    again,
    reached(client, 'lost').then(() => reached(client, 'open')),
  ]);
  assert.ok(performance.now() - startedAt < 1000);
  assert.equal(request.url, '/');
  assert.deepEqual(events, ['close', 'open']);
  assert.equal(await roundTrip(client, newSocket), 'echo');
});

test('waits longer from failure to failure, up to 4 s, each time a little different', async (t: TestContext) => {
  const { client, socket } = await connected(JsonRpcClient);
  await new Promise((resolve) => {
    server.close(resolve);
    socket.terminate();
  });
  await reached(client, 'lost');
  const pauses: number[] = [];
  const original = setTimeout;
  t.mock.method(globalThis, 'setTimeout', (run: () => void, pause: number) => {
    // The time limit for opening is 5 s; all that is shorter is a pause, and not waited for here.
    if (pause < 5000) pauses.push(pause);
    return original(run, pause < 5000 ? 0 : pause);
  });
  client.retry();
  await new Promise<void>((resolve) => {
    client.onStateChange = undefined;
    const look = () => (pauses.length >= 8 ? resolve() : void original(look, 5));
    look();
  });
  const expected = [500, 1000, 2000, 4000, 4000, 4000, 4000];
  expected.forEach((longest, index) => {
    const pause = pauses[index] ?? 0;
    assert.ok(pause > longest / 2 - 1 && pause <= longest, `pause ${index}: ${pause} of ${longest}`);
  });
  assert.equal(new Set(pauses.slice(3)).size, pauses.length - 3);
});

test('starts from the first pause again after a connection that held', async (t: TestContext) => {
  const { client } = await connected(JsonRpcClient);
  const pauses: number[] = [];
  const original = setTimeout;
  t.mock.method(globalThis, 'setTimeout', (run: () => void, pause: number) => {
    pauses.push(pause);
    return original(run, pause);
  });
  const dropAndReturn = async () => {
    for (const socket of server.clients) socket.terminate();
    await reached(client, 'lost');
    const pause = pauses.at(-1) ?? 0;
    client.retry();
    await reached(client, 'open');
    return pause;
  };
  assert.ok((await dropAndReturn()) <= 250);
  assert.ok((await dropAndReturn()) >= 250);
  assert.ok((await dropAndReturn()) >= 500);
  const now = performance.now();
  t.mock.method(performance, 'now', () => now + 5000);
  assert.ok((await dropAndReturn()) <= 250);
});

test('opens a lost socket at once when asked to', async () => {
  const { client, socket } = await connected(JsonRpcClient);
  socket.terminate();
  await reached(client, 'lost');
  client.retry();
  await once(server, 'connection');
  await reached(client, 'open');
});

const CLOSE_CODES: readonly (readonly [code: number, state: SocketState])[] = [
  [1000, 'ended'],
  [1001, 'lost'],
  [1008, 'refused'],
  [1011, 'lost'],
  [1012, 'lost'],
  [1013, 'lost'],
  [3000, 'lost'],
  [4000, 'refused'],
  [4001, 'refused'],
  [4999, 'refused'],
];

for (const [code, state] of CLOSE_CODES) {
  test(`is ${state} when the server closes with ${code}`, async () => {
    const { client, socket } = await connected(JsonRpcClient);
    socket.close(code);
    await reached(client, state);
    await assert.rejects(client.call('offer'), failure('dropped'));
    client.close();
    assert.equal(client.state, state === 'lost' ? 'closed' : state);
  });
}

test('is refused when the first socket is not let in', async () => {
  const unauthorized = new WebSocketServer({ port: 0, host: '127.0.0.1', verifyClient: () => false });
  await once(unauthorized, 'listening');
  const { port } = unauthorized.address() as AddressInfo;
  await reached(start(JsonRpcClient, `ws://127.0.0.1:${port}/`), 'refused');
  await new Promise((resolve) => unauthorized.close(resolve));
  await reached(start(JsonRpcClient, `ws://127.0.0.1:${port}/`), 'refused');
});

test('throws for a URL that no socket can be opened with', () => {
  for (const bad of ['', 'nowhere', 'ftp://127.0.0.1/']) assert.throws(() => new JsonRpcClient(bad));
});

test('closes in good order, once, from any state, and does not come back', async () => {
  const opening = start(JsonRpcClient);
  opening.close();
  assert.equal(opening.state, 'closed');

  const { client, socket } = await connected(JsonRpcClient);
  const answer = client.call('offer');
  const closed = once(socket, 'close');
  let changes = 0;
  client.onStateChange = () => changes++;
  client.close();
  client.close();
  assert.equal(changes, 1);
  await assert.rejects(answer, failure('dropped'));
  assert.deepEqual((await closed)[0], 1000);

  const { client: lost, socket: other } = await connected(JsonRpcClient);
  other.terminate();
  await reached(lost, 'lost');
  lost.close();
  lost.retry();
  assert.equal(lost.state, 'closed');
});

test('what was sent before closing still arrives', async () => {
  const { client, socket } = await connected(JsonRpcClient);
  client.notify('leave');
  client.close();
  assert.equal((await nextMessage(socket)).method, 'leave');
});

test('the SDK’s client: hands itself over, once', async () => {
  const { client } = await connected(Client);
  assert.equal(takeNewestClient(), client);
  assert.equal(takeNewestClient(), undefined);
});

test('the SDK’s client: keeps the SDK’s logs to itself', async () => {
  const { client, socket } = await connected(Client);
  client.notify('deviceDiagnostics', { logs: ['secret'] });
  client.notify('leave');
  assert.equal((await nextMessage(socket)).method, 'leave');
});

test('the SDK’s client: takes an error in answer to the first call for a refusal', async () => {
  const { client, socket } = await connected(Client);
  void client.call('setMediaPreferences').catch(() => undefined);
  const { id } = await nextMessage(socket);
  socket.send(JSON.stringify({ id, error: { message: 'no' } }));
  await reached(client, 'refused');
});

test('the SDK’s client: takes a socket that leaves a ping unanswered for lost', async (t: TestContext) => {
  const { client } = await connected(Client);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  void client.call('ping');
  t.mock.timers.tick(10_000);
  await reached(client, 'lost');
});

test('the SDK’s client: tells when an offer was not answered', async (t: TestContext) => {
  const { client, socket } = await connected(Client);
  const tick = (milliseconds: number) => t.mock.timers.tick(milliseconds);
  let ignored = 0;
  client.onOfferIgnored = () => ignored++;
  let revision = 0;
  const offer = (sdpRevision = ++revision) =>
    socket.send(JSON.stringify({ method: 'sdpOffer', params: { sdpRevision } }));
  const answer = async () => {
    void client.call('answerSdp').catch(() => undefined);
    await nextMessage(socket);
  };
  t.mock.timers.enable({ apis: ['setTimeout'] });

  offer();
  offer();
  await roundTrip(client, socket);
  await answer();
  await answer();
  tick(8000);
  assert.equal(ignored, 0, 'both were answered');

  offer();
  offer();
  await roundTrip(client, socket);
  await answer();
  tick(8000);
  assert.equal(ignored, 1, 'one was answered');

  offer(revision);
  offer(revision - 1);
  await roundTrip(client, socket);
  tick(8000);
  assert.equal(ignored, 1, 'not newer than those before');

  offer();
  await roundTrip(client, socket);
  socket.terminate();
  await reached(client, 'lost');
  tick(8000);
  assert.equal(ignored, 1, 'dropped meanwhile');
});

test('the SDK’s client: forgets offers when closed, with its listeners gone too', async (t: TestContext) => {
  const { client, socket } = await connected(Client);
  client.onOfferIgnored = () => assert.fail('nobody is left to answer');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  socket.send('{"method":"sdpOffer","params":{"sdpRevision":1}}');
  await roundTrip(client, socket);
  client.removeAllListeners();
  client.close();
  t.mock.timers.tick(8000);
});
