import { Ajv2020 } from 'ajv/dist/2020.js';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import {
  externalAddresses,
  startServer,
  type RunningServer,
  type StartServerOptions,
} from '../../demo/server/start-server.js';

async function setUp(t: TestContext, options: StartServerOptions = {}) {
  const logged: string[] = [];
  const server = await startServer({ log: (message) => logged.push(message), ...options });
  t.after(async () => {
    await server.close();
    assert.deepEqual(logged, []);
  });
  return server;
}

interface Joined {
  readonly token: string;
  readonly participantId: string;
  readonly session: string;
  readonly websocketUrl: string;
  readonly links: { readonly participants: string };
}

async function join({ url }: RunningServer, name: string): Promise<Joined> {
  const body = JSON.stringify({ room: 'a', name });
  const response = await fetch(`${url}/rooms/join`, { method: 'POST', body });
  assert.equal(response.status, 200);
  return (await response.json()) as Joined;
}

/** A device as the media SDK is one, as far as connecting and leaving go. */
async function connectDevice({ websocketUrl, token }: Joined): Promise<WebSocket> {
  const url = `${websocketUrl}/v3/?token=${token}&client=browser&uniqueId=${token.slice(-20)}`;
  const device = new WebSocket(url, { rejectUnauthorized: false });
  await once(device, 'open');
  return device;
}

/** Sends a path and headers as they are, which `fetch` does not. */
async function raw(
  server: RunningServer,
  path: string,
  options: { method?: string; headers?: Record<string, string> },
) {
  const { method = 'GET', headers = {} } = options;
  const send = server.url.startsWith('https:') ? httpsRequest : httpRequest;
  const request = send({ host: '127.0.0.1', port: server.port, path, method, headers, rejectUnauthorized: false });
  request.end(method === 'POST' ? '{"room":"a"}' : undefined);
  const [response] = (await once(request, 'response')) as [
    NodeJS.ReadableStream & { statusCode: number; headers: IncomingHttpHeaders },
  ];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

test('people of a room come and go by what the local platform sees of their devices', async (t) => {
  const server = await setUp(t);
  const [ada, bob] = [await join(server, 'Ada'), await join(server, 'Bob')];
  const namesOf = async ({ session, links }: Joined): Promise<string[]> => {
    const link = new URL(links.participants, `${server.url}/rooms/join`);
    const response = await fetch(link, { headers: { authorization: `Bearer ${session}` } });
    return ((await response.json()) as { name: string }[]).map(({ name }) => name);
  };
  const adaDevice = await connectDevice(ada);
  const bobDevice = await connectDevice(bob);
  assert.deepEqual(await namesOf(ada), ['Ada', 'Bob']);
  const registry = server.platform?.registry;
  assert.ok(registry);
  const removed = once(registry, 'participant-removed');
  bobDevice.send(JSON.stringify({ jsonrpc: '2.0', method: 'leave', params: {} }));
  assert.equal(((await removed)[0] as { id: string }).id, bob.participantId);
  assert.deepEqual(await namesOf(ada), ['Ada']);
  const lastRemoved = once(registry, 'participant-removed');
  adaDevice.send(JSON.stringify({ jsonrpc: '2.0', method: 'leave', params: {} }));
  await lastRemoved;
});

test('on the local platform the first one moderates, and who asks for it', async (t) => {
  const server = await setUp(t);
  const roleOf = async ({ url }: RunningServer, body: object) => {
    const response = await fetch(`${url}/rooms/join`, { method: 'POST', body: JSON.stringify({ room: 'a', ...body }) });
    return ((await response.json()) as { role: string }).role;
  };
  const wanted = [{}, {}, { role: 'moderator' }, { role: 'viewer' }];
  const given: string[] = [];
  for (const body of wanted) given.push(await roleOf(server, body));
  assert.deepEqual(given, ['moderator', 'guest', 'moderator', 'viewer']);
});

test('a renewed participant replaces the device of the old one', async (t) => {
  const server = await setUp(t);
  const ada = await join(server, 'Ada');
  const device = await connectDevice(ada);
  const closed = once(device, 'close');
  const renewed = await fetch(`${server.url}/rooms/join`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ada.session}` },
    body: '{"room":"a","name":"Ada"}',
  });
  assert.equal(renewed.status, 200);
  await closed;
  await connectDevice((await renewed.json()) as Joined);
});

test('pages are told to connect by the address that they used', async (t) => {
  const server = await setUp(t);
  const table: [headers: Record<string, string>, expected: string][] = [
    [{ host: 'localhost:3000' }, 'ws://localhost:3000/platform/device'],
    [{ host: '192.168.0.7:3000' }, 'ws://192.168.0.7:3000/platform/device'],
    [{ host: 'meet.example.com', 'x-forwarded-proto': 'https' }, 'wss://meet.example.com/platform/device'],
  ];
  for (const [headers, expected] of table) {
    const { status, body } = await raw(server, '/rooms/join', { method: 'POST', headers });
    assert.equal(status, 200);
    assert.equal((JSON.parse(body) as Joined).websocketUrl, expected);
  }
  const proxied = await setUp(t, { websocketUrl: 'ws://localhost:9/device' });
  assert.equal((await join(proxied, 'Ada')).websocketUrl, 'ws://localhost:9/device');
});

test('pages come with a strict policy, the elements with leave for any origin', async (t) => {
  const server = await setUp(t);
  const page = await raw(server, '/', {});
  assert.equal(page.status, 200);
  assert.match(page.body, /<video-room [^>]*endpoint="\/rooms\/join"/);
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
  const policy = String(page.headers['content-security-policy']);
  assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
  assert.doesNotMatch(policy, /unsafe|https?:|\*/);
  assert.match(String(page.headers['permissions-policy']), /camera=\(self\), microphone=\(self\)/);
  assert.equal(page.headers['x-content-type-options'], 'nosniff');
  assert.equal(page.headers['access-control-allow-origin'], undefined);
  const script = await raw(server, '/dist/cdn/video-room.js', {});
  assert.equal(script.headers['access-control-allow-origin'], '*');
  assert.equal(script.headers['x-content-type-options'], 'nosniff');
  assert.equal(script.headers['cache-control'], 'no-store');
});

test('nothing outside the pages and the elements is served', async (t) => {
  const server = await setUp(t);
  const paths = [
    '/../package.json',
    '/dist/../package.json',
    '/dist/..%2fpackage.json',
    '/dist/%2e%2e/package.json',
    '/..%2f..%2fpackage.json',
    '/dist\\..\\package.json',
    '/dist//../package.json',
    '/dist/%00',
    '/package.json',
    '/demo/start.ts',
    '/%',
  ];
  for (const path of paths) {
    const { status, body } = await raw(server, path, {});
    assert.ok(status === 404 || status === 400, path);
    assert.doesNotMatch(body, /video-room-elements|import /, path);
  }
});

test('the local platform asks for its password, which nobody is told', async (t) => {
  const server = await setUp(t);
  const { webrtcPath } = server.platform ?? {};
  const { status } = await raw(server, `${webrtcPath}/accounts/local/sessions`, { method: 'POST' });
  assert.equal(status, 401);
});

test('a socket that is not for devices, or shows no token, is refused', async (t) => {
  const server = await setUp(t);
  const table: [path: string, status: string][] = [
    ['/', '404'],
    ['/rooms/join', '404'],
    ['/platform/device/v3/?token=none&uniqueId=a', '401'],
  ];
  for (const [path, status] of table) {
    const device = new WebSocket(`ws://127.0.0.1:${server.port}${path}`);
    const [error] = (await once(device, 'error')) as [Error];
    assert.match(error.message, new RegExp(status), path);
  }
});

test('what is no HTTP ends the connection and nothing else', async (t) => {
  const server = await setUp(t);
  for (const bytes of ['\0\0\0\0', 'GET / HTTP/1.1\r\nHost: a b\r\n\r\n', 'GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n']) {
    const socket = connect(server.port, '127.0.0.1');
    socket.end(bytes);
    assert.match(await text(socket), /^HTTP\/1\.1 (400|404) /);
  }
  await join(server, 'Ada');
});

test('the API describes itself, and its answers are as described', async (t) => {
  const server = await setUp(t);
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as { paths: object };
  const paths = Object.keys(document.paths).filter((path) => path.startsWith('/rooms/'));
  assert.deepEqual(paths.sort(), [
    '/rooms/calls',
    '/rooms/calls/{id}',
    '/rooms/calls/{id}/digits',
    '/rooms/events',
    '/rooms/join',
    '/rooms/messages',
    '/rooms/participants',
    '/rooms/participants/{id}',
    '/rooms/room',
    '/rooms/self',
    '/rooms/waiting/{id}',
  ]);
  const ajv = new Ajv2020({ strict: false, formats: { uri: true, 'date-time': true } });
  ajv.addSchema(document, 'api');
  const schema = (name: string) => ajv.compile({ $ref: `api#/components/schemas/${name}` });
  const joined = await join(server, 'Ada');
  assert.ok(schema('JoinAnswer')(joined));
  const headers = { authorization: `Bearer ${joined.session}` };
  const participants = await fetch(`${server.url}/rooms/participants`, { headers });
  const people = (await participants.json()) as object[];
  assert.ok(people.length === 1 && people.every((person) => schema('Participant')(person)));
  const problem = await fetch(`${server.url}/rooms/participants`);
  assert.ok(schema('Problem')(await problem.json()));
  const request = schema('JoinRequest');
  assert.ok(request({ room: 'a', name: 'Ada', audio: true, video: false }));
  assert.ok(!request({ room: '' }) && !request({}));
});

test('a closed server has let its port go, with requests and devices still open', async (t) => {
  const server = await startServer();
  const device = await connectDevice(await join(server, 'Ada'));
  const deviceClosed = once(device, 'close');
  const idle = connect(server.port, '127.0.0.1');
  await once(idle, 'connect');
  const idleClosed = once(idle, 'close');
  // Its request for a socket is refused, and it never closes its side.
  const stubborn = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => stubborn.destroy());
  stubborn.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
  await once(stubborn, 'data');
  await server.close();
  await Promise.all([deviceClosed, idleClosed]);
  const next = await startServer({ port: server.port });
  t.after(() => next.close());
  await join(next, 'Ada');
});

test('https has a certificate for every address of this machine, made anew at each start', async (t) => {
  const fingerprints = new Set<string>();
  for (const host of ['0.0.0.0', '127.0.0.1']) {
    const server = await setUp(t, { https: true, host });
    assert.match(server.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    const socket = connectTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(socket, 'secureConnect');
    const { subjectaltname, ext_key_usage, valid_to, fingerprint256 } = socket.getPeerCertificate();
    socket.destroy();
    fingerprints.add(fingerprint256);
    assert.deepEqual(
      new Set(subjectaltname?.split(', ')),
      new Set([
        'DNS:localhost',
        ...['127.0.0.1', '0:0:0:0:0:0:0:1', ...externalAddresses()].map((address) => `IP Address:${address}`),
      ]),
    );
    assert.deepEqual(ext_key_usage, ['1.3.6.1.5.5.7.3.1']);
    assert.ok(Date.parse(valid_to) > Date.now());
  }
  assert.equal(fingerprints.size, 2);
});

test('over https people join at a wss address that works, and the platform tells of them', async (t) => {
  const server = await setUp(t, { https: true, host: '0.0.0.0' });
  const ask = async (headers: Record<string, string>) => {
    const { status, body } = await raw(server, '/rooms/join', { method: 'POST', headers });
    assert.equal(status, 200);
    return JSON.parse(body) as Joined;
  };
  assert.equal((await ask({ host: '192.168.0.7' })).websocketUrl, 'wss://192.168.0.7/platform/device');
  const [ada, bob] = [await ask({}), await ask({})];
  assert.equal(ada.websocketUrl, `wss://127.0.0.1:${server.port}/platform/device`);
  await connectDevice(ada);
  const bobDevice = await connectDevice(bob);
  // Freed by the platform's webhook, which the log would tell of had it failed.
  const registry = server.platform?.registry;
  assert.ok(registry);
  const removed = once(registry, 'participant-removed');
  bobDevice.send(JSON.stringify({ jsonrpc: '2.0', method: 'leave', params: {} }));
  assert.equal(((await removed)[0] as { id: string }).id, bob.participantId);
});

test('what is no TLS ends its connection and nothing else', async (t) => {
  const server = await setUp(t, { https: true });
  for (const bytes of ['\0\0\0\0', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n']) {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => {});
    socket.end(bytes);
    socket.resume();
    await once(socket, 'close');
  }
  assert.equal((await raw(server, '/', {})).status, 200);
});

test('a closed https server has let its port go, with a TLS handshake not over', async (t) => {
  const server = await startServer({ https: true });
  const stalled = connect({ port: server.port, host: '127.0.0.1' });
  await once(stalled, 'connect');
  const closed = once(stalled, 'close');
  await server.close();
  await closed;
  const next = await startServer({ https: true, port: server.port });
  t.after(() => next.close());
  assert.equal((await raw(next, '/', {})).status, 200);
  await assert.rejects(startServer({ https: true, port: next.port }), { code: 'EADDRINUSE' });
});
