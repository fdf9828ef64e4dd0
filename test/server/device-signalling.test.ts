import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import { connect as connectSocket, type AddressInfo, type Socket } from 'node:net';
import test, { after } from 'node:test';
import { parse } from 'sdp-transform';
import { WebSocket } from 'ws';
import {
  createDeviceGateway,
  type DeviceGateway,
  type DeviceGatewayOptions,
} from '../../demo/platform/device-signalling.js';
import { Registry, type Participant } from '../../demo/platform/registry.js';
import { readFixture } from './media/helpers.js';

interface Platform {
  readonly registry: Registry;
  readonly gateway: DeviceGateway;
  readonly server: Server;
  readonly url: string;
  /** What the gateway said, in order: event and participant. */
  readonly events: [event: string, participantId: string][];
  /** A participant whose token is its id. */
  participant(): Participant;
}

const releases: (() => Promise<void>)[] = [];
after(() => Promise.all(releases.map((release) => release())));

async function startPlatform(options: Partial<DeviceGatewayOptions> = {}): Promise<Platform> {
  const registry = new Registry();
  const session = registry.createSession({ accountId: 'account' });
  const gateway = createDeviceGateway({
    registry,
    path: '/device',
    verifyToken: (token) => Promise.resolve(token.startsWith('bad') ? undefined : { participantId: token }),
    ...options,
  });
  const events: Platform['events'] = [];
  for (const name of ['connect', 'leave', 'disconnect'] as const) {
    gateway.on(name, ({ participantId }) => events.push([name, participantId]));
  }
  const server = createServer((_, response) => response.end('page'));
  server.on('upgrade', (request, socket, head) => {
    if (!gateway.handleUpgrade(request, socket, head)) socket.end('HTTP/1.1 404 Not Found\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  releases.push(async () => {
    await gateway.close();
    server.close();
  });
  return {
    registry,
    gateway,
    server,
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    participant() {
      const { id } = registry.createParticipant({ accountId: 'account', publishPermissions: ['AUDIO', 'VIDEO'] });
      registry.addToSession(id, session.id, { sessionId: session.id });
      return registry.participant(id) ?? assert.fail();
    },
  };
}

interface Response {
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string };
  readonly id?: unknown;
}

interface SubscribeOffer {
  readonly sdpOffer: string;
  readonly sdpRevision: number;
  readonly streamMetadata: object;
}

/** A client that is as simple as the protocol allows. */
class Client extends EventEmitter<{ offer: [waiting: number]; response: [Response] }> {
  readonly socket: WebSocket;
  readonly #offers: SubscribeOffer[] = [];
  #lastId = 0;

  constructor(socket: WebSocket) {
    super();
    this.socket = socket;
    socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as Response & { method?: string; params: never };
      if (message.method === 'sdpOffer') this.emit('offer', this.#offers.push(message.params));
      else this.emit('response', message);
    });
  }

  send(text: string): Promise<Response> {
    const response = once(this, 'response').then(([first]) => first as Response);
    this.socket.send(text);
    return response;
  }

  call(method: string, params: unknown): Promise<Response> {
    this.#lastId += 1;
    return this.send(JSON.stringify({ jsonrpc: '2.0', id: this.#lastId, method, params }));
  }

  notify(method: string): void {
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', method }));
  }

  /** The oldest offer that was not taken yet, or the next one. */
  async offer(): Promise<SubscribeOffer> {
    while (this.#offers.length === 0) await once(this, 'offer');
    return this.#offers.shift() ?? assert.fail();
  }

  async closed(): Promise<number> {
    const [code] = await once(this.socket, 'close');
    return code as number;
  }
}

const deviceUrl = ({ url }: Platform, token: string, uniqueId: string): string =>
  `${url}/device/v3/?token=${token}&client=browser&sdkVersion=0&uniqueId=${uniqueId}`;

async function connect(platform: Platform, participant: Participant, uniqueId = 'device'): Promise<Client> {
  const socket = new WebSocket(deviceUrl(platform, participant.id, uniqueId));
  const client = new Client(socket);
  await once(socket, 'open');
  return client;
}

async function connectAndSubscribe(platform: Platform, participant = platform.participant()): Promise<Client> {
  const client = await connect(platform, participant);
  const offered = client.offer();
  await client.call('setMediaPreferences', { protocol: 'WEBRTC' });
  await offered;
  return client;
}

function connectTcp({ server }: Platform): Socket {
  const socket = connectSocket((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => {});
  return socket;
}

/** The status with which an upgrade is refused. */
async function refusedWith(url: string): Promise<number> {
  const socket = new WebSocket(url);
  socket.on('error', () => {});
  const [, response] = await once(socket, 'unexpected-response');
  return (response as { statusCode: number }).statusCode;
}

const UPGRADES: [what: string, path: (participant: Participant) => string, status: number][] = [
  ['a token that is not trusted', () => '/device/v3/?token=bad&uniqueId=x', 401],
  ['no token', () => '/device/v3/?uniqueId=x', 401],
  ['a token of a participant that is no more', () => '/device/v3/?token=gone&uniqueId=x', 401],
  ['no unique id', ({ id }) => `/device/v3/?token=${id}`, 400],
  ['an endless unique id', ({ id }) => `/device/v3/?token=${id}&uniqueId=${'x'.repeat(200)}`, 400],
  ['another path', ({ id }) => `/other/v3/?token=${id}&uniqueId=x`, 404],
  ['another version', ({ id }) => `/device/v2/?token=${id}&uniqueId=x`, 404],
];

for (const [what, path, status] of UPGRADES) {
  test(`an upgrade with ${what} is refused with ${status}`, async () => {
    const platform = await startPlatform();
    assert.equal(await refusedWith(platform.url + path(platform.participant())), status);
    assert.deepEqual(platform.events, []);
  });
}

test('a verifier that fails is an error of the server’s', async () => {
  const platform = await startPlatform({ verifyToken: () => Promise.reject(new Error('no key')) });
  assert.equal(await refusedWith(`${platform.url}/device/v3/?token=x&uniqueId=x`), 500);
});

test('a client that is gone before its token was looked at harms nobody', async () => {
  const verifier = new EventEmitter<{ asked: []; answer: [] }>();
  const verifyToken = async (): Promise<undefined> => {
    verifier.emit('asked');
    await once(verifier, 'answer');
    return undefined;
  };
  const platform = await startPlatform({ verifyToken });
  const [connected, socket] = [once(platform.server, 'connection'), connectTcp(platform)];
  const [serverSide] = (await connected) as [Socket];
  socket.write(
    'GET /device/v3/?token=x&uniqueId=x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  );
  await once(verifier, 'asked');
  const closed = new Promise((resolve) => serverSide.on('close', resolve));
  socket.resetAndDestroy();
  await closed;
  verifier.emit('answer');
  const refused = refusedWith(deviceUrl(platform, 'x', 'x'));
  await once(verifier, 'asked');
  verifier.emit('answer');
  assert.equal(await refused, 401);
});

test('an upgrade to something else is refused without harm', async () => {
  const platform = await startPlatform();
  const { port } = platform.server.address() as AddressInfo;
  const headers = { connection: 'Upgrade', upgrade: 'nonsense' };
  const request = httpRequest({ port, path: `/device/v3/?token=${platform.participant().id}&uniqueId=x`, headers });
  request.end();
  const [response] = await once(request, 'response');
  assert.equal((response as { statusCode: number }).statusCode, 400);
});

test('the first offer follows the media preferences, and its answer is accepted', async () => {
  const platform = await startPlatform();
  const client = await connect(platform, platform.participant());
  const offered = client.offer();
  assert.deepEqual((await client.call('setMediaPreferences', { protocol: 'WEBRTC' })).result, {});
  const { sdpOffer } = await offered;
  assert.deepEqual(
    parse(sdpOffer).media.map(({ type }) => type),
    ['application'],
  );
  const sdpAnswer = sdpOffer.replaceAll('actpass', 'passive');
  assert.deepEqual((await client.call('answerSdp', { sdpAnswer })).result, {});
  assert.deepEqual((await client.call('ping', {})).result, {});
});

test('a published stream is answered, offered to the other and described', async () => {
  const platform = await startPlatform();
  const [publisher, subscriber] = [
    await connectAndSubscribe(platform),
    await connect(platform, platform.participant()),
  ];
  const sdpOffer = readFixture('chromium-camera');
  const streamId = /a=msid:(\S+)/.exec(sdpOffer)?.[1] ?? '';
  const mediaMetadata = { mediaStreams: { [streamId]: { alias: 'camera' } }, dataChannels: { any: { label: 'x' } } };
  const { result } = await publisher.call('offerSdp', { sdpOffer, mediaMetadata });
  assert.deepEqual(Object.keys(result ?? {}).sort(), ['endpointId', 'sdpAnswer', 'streamMetadata']);
  const offered = subscriber.offer();
  await subscriber.call('setMediaPreferences', { protocol: 'WEBRTC' });
  const offer = await offered;
  assert.deepEqual(offer.streamMetadata, result?.['streamMetadata']);
  assert.equal(parse(offer.sdpOffer).media.length, 3);
});

const sdpOffer = readFixture('chromium-camera');
const CALLS: [what: string, message: string, code: number][] = [
  ['no JSON', '{', -32700],
  ['nothing', '', -32700],
  ['null', 'null', -32600],
  ['a batch', '[]', -32600],
  ['no version', '{"id":1,"method":"ping"}', -32600],
  ['another version', '{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600],
  ['no method', '{"jsonrpc":"2.0","id":1}', -32600],
  ['a method that is no string', '{"jsonrpc":"2.0","id":1,"method":{}}', -32600],
  ['an id that is an object', '{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600],
  ['an unknown method', '{"jsonrpc":"2.0","id":1,"method":"explode"}', -32601],
  ['a method that every object has', '{"jsonrpc":"2.0","id":1,"method":"constructor"}', -32601],
  ['an offer without parameters', '{"jsonrpc":"2.0","id":1,"method":"offerSdp"}', -32602],
  ['an offer that is a number', '{"jsonrpc":"2.0","id":1,"method":"offerSdp","params":{"sdpOffer":7}}', -32602],
  ['an offer that is no SDP', '{"jsonrpc":"2.0","id":1,"method":"offerSdp","params":{"sdpOffer":"x"}}', -32602],
  [
    'metadata of the wrong form',
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'offerSdp',
      params: { sdpOffer, mediaMetadata: { mediaStreams: 1 } },
    }),
    -32602,
  ],
  [
    'an answer to nothing',
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'answerSdp', params: { sdpAnswer: sdpOffer } }),
    -32602,
  ],
  ['other media', '{"jsonrpc":"2.0","id":1,"method":"setMediaPreferences","params":{"protocol":"SIP"}}', -32602],
];

for (const [what, message, code] of CALLS) {
  test(`a message with ${what} is answered with ${code}, and the next one works`, async () => {
    const platform = await startPlatform();
    const client = await connect(platform, platform.participant());
    const { error } = await client.send(message);
    assert.equal(error?.code, code);
    assert.match(error?.message ?? '', /\S/);
    assert.deepEqual((await client.call('ping', {})).result, {});
  });
}

test('a failing notification is not answered', async () => {
  const platform = await startPlatform();
  const client = await connect(platform, platform.participant());
  client.notify('explode');
  client.notify('offerSdp');
  assert.equal((await client.call('ping', {})).id, 1);
});

const CLOSINGS: [what: string, send: (socket: WebSocket) => void, code: number][] = [
  ['a message that is too long', (socket) => socket.send('x'.repeat(300_000)), 1009],
  ['a binary message', (socket) => socket.send(Buffer.from('{}')), 1008],
  ['a flood of messages', (socket) => Array.from({ length: 200 }, () => socket.send('{}')), 1008],
];

for (const [what, send, code] of CLOSINGS) {
  test(`${what} closes the socket with ${code}`, async () => {
    const platform = await startPlatform();
    const client = await connect(platform, platform.participant());
    const closed = client.closed();
    send(client.socket);
    assert.equal(await closed, code);
  });
}

test('leaving is heard at once, with code 1000', async () => {
  const platform = await startPlatform();
  const participant = platform.participant();
  const client = await connect(platform, participant);
  const closed = client.closed();
  client.notify('leave');
  assert.equal(await closed, 1000);
  assert.deepEqual(platform.events, [
    ['connect', participant.id],
    ['leave', participant.id],
  ]);
  assert.equal(platform.gateway.statistics().devices, 0);
});

test('a removed participant is sent away with code 1000', async () => {
  const platform = await startPlatform();
  const participant = platform.participant();
  const client = await connect(platform, participant);
  const closed = client.closed();
  platform.registry.deleteParticipant(participant.id);
  assert.equal(await closed, 1000);
  assert.deepEqual(platform.events, [
    ['connect', participant.id],
    ['leave', participant.id],
  ]);
});

test('a device whose socket does not come back in time is lost', async () => {
  const platform = await startPlatform({ graceMilliseconds: 20 });
  const participant = platform.participant();
  const client = await connect(platform, participant);
  const lost = once(platform.gateway, 'disconnect');
  client.socket.terminate();
  await lost;
  assert.deepEqual(platform.events, [
    ['connect', participant.id],
    ['disconnect', participant.id],
  ]);
  assert.equal(platform.gateway.statistics().devices, 0);
});

test('a device that comes back in time stays, and gets its offer again', async () => {
  const platform = await startPlatform();
  const participant = platform.participant();
  const first = await connect(platform, participant);
  const offered = first.offer();
  await first.call('setMediaPreferences', { protocol: 'WEBRTC' });
  const before = await offered;
  first.socket.terminate();
  const second = await connect(platform, participant);
  const after = await second.offer();
  assert.ok(after.sdpRevision > before.sdpRevision);
  const credentials = /a=ice-ufrag:.*/;
  assert.equal(credentials.exec(after.sdpOffer)?.[0], credentials.exec(before.sdpOffer)?.[0]);
  assert.deepEqual(platform.events, [['connect', participant.id]]);
});

test('a device that came back is not lost when the grace would have been over', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const platform = await startPlatform();
  const participant = platform.participant();
  const first = await connect(platform, participant);
  first.socket.terminate();
  const second = await connect(platform, participant);
  context.mock.timers.tick(60_000);
  assert.deepEqual((await second.call('ping', {})).result, {});
  assert.deepEqual(platform.events, [['connect', participant.id]]);
});

test('the same device’s new socket takes the place of one that seems alive', async () => {
  const platform = await startPlatform({ graceMilliseconds: 1 });
  const participant = platform.participant();
  const first = await connect(platform, participant);
  const closed = first.closed();
  const second = await connect(platform, participant);
  await closed;
  assert.deepEqual((await second.call('ping', {})).result, {});
  assert.deepEqual(platform.events, [['connect', participant.id]]);
});

test('another device of the participant takes the place of the first', async () => {
  const platform = await startPlatform();
  const participant = platform.participant();
  const first = await connect(platform, participant, 'first');
  const closed = first.closed();
  await connect(platform, participant, 'second');
  assert.equal(await closed, 1000);
  const events = ['connect', 'disconnect', 'connect'].map((event) => [event, participant.id]);
  assert.deepEqual(platform.events, events);
  assert.equal(platform.gateway.statistics().devices, 1);
});

test('a unique id of somebody else’s opens nothing of theirs', async () => {
  const platform = await startPlatform();
  const [one, other] = [platform.participant(), platform.participant()];
  const first = await connect(platform, one, 'shared');
  await connect(platform, other, 'shared');
  assert.deepEqual((await first.call('ping', {})).result, {});
  assert.equal(platform.gateway.statistics().devices, 2);
});

test('closing goes through with clients connected, says nothing, and another can start', async () => {
  const platform = await startPlatform();
  const participant = platform.participant();
  const client = await connectAndSubscribe(platform, participant);
  await client.call('offerSdp', { sdpOffer });
  const closed = client.closed();
  await platform.gateway.close();
  assert.equal(await closed, 1001);
  assert.deepEqual(platform.events, [['connect', participant.id]]);
  assert.equal(platform.registry.listenerCount('participant-removed'), 0);
  assert.equal(platform.registry.listenerCount('session-changed'), 0);
  await connectAndSubscribe(await startPlatform());
});

test('an offer made by a restarted platform is newer than any before', async () => {
  const revisions: number[] = [];
  for (let start = 0; start < 2; start += 1) {
    const platform = await startPlatform();
    const client = await connect(platform, platform.participant());
    const offered = client.offer();
    await client.call('setMediaPreferences', { protocol: 'WEBRTC' });
    revisions.push((await offered).sdpRevision);
    await platform.gateway.close();
  }
  assert.ok((revisions[1] ?? 0) > (revisions[0] ?? 0));
});

test('an address that is none of this machine’s is an error, not an end', async () => {
  const platform = await startPlatform({ bindAddress: '192.0.2.199' });
  const client = await connect(platform, platform.participant());
  const { error } = await client.call('setMediaPreferences', { protocol: 'WEBRTC' });
  assert.equal(error?.code, -32603);
});
