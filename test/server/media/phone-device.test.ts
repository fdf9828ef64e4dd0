import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import test, { after } from 'node:test';
import { WebSocket } from 'ws';
import {
  createDeviceGateway,
  PhoneRefusedError,
  type DeviceGateway,
  type PhoneMedia,
} from '../../../demo/platform/device-signalling.js';
import { Registry } from '../../../demo/platform/registry.js';
import { until } from '../../helpers/until.js';
import { amplitudeOf, toneFrames } from './sound.js';

const releases: (() => Promise<void>)[] = [];
after(() => Promise.all(releases.map((release) => release())));

interface Platform {
  readonly registry: Registry;
  readonly gateway: DeviceGateway;
  readonly server: Server;
  /** What the gateway said, in order: event and participant. */
  readonly events: [event: string, participantId: string][];
  /** Ids of participants, each of which is its own token. */
  participant(): string;
}

function startPlatform(): Platform {
  const registry = new Registry();
  const session = registry.createSession({ accountId: 'account' });
  const gateway = createDeviceGateway({
    registry,
    path: '/device',
    verifyToken: (token) => Promise.resolve(token.startsWith('bad') ? undefined : { participantId: token }),
  });
  const events: Platform['events'] = [];
  for (const name of ['connect', 'leave', 'disconnect'] as const) {
    gateway.on(name, ({ participantId }) => events.push([name, participantId]));
  }
  const server = createServer();
  server.on('upgrade', (request, socket, head) => gateway.handleUpgrade(request, socket, head));
  releases.push(async () => {
    await gateway.close();
    server.close();
  });
  return {
    registry,
    gateway,
    server,
    events,
    participant() {
      const { id } = registry.createParticipant({ accountId: 'account', publishPermissions: ['AUDIO'] });
      registry.addToSession(id, session.id, { sessionId: session.id });
      return id;
    },
  };
}

class Phone implements PhoneMedia {
  readonly heard: Int16Array[] = [];
  timesEnded = 0;

  hear(frame: Int16Array): void {
    this.heard.push(frame);
  }

  hearDigit(): void {}

  ended(): void {
    this.timesEnded += 1;
  }
}

async function connectBrowser({ server }: Platform, token: string): Promise<WebSocket> {
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = new WebSocket(`ws://127.0.0.1:${port}/device/v3/?token=${token}&uniqueId=browser`);
  await once(socket, 'open');
  return socket;
}

const REFUSALS: [what: string, token: (platform: Platform) => string | Promise<string>, code: string][] = [
  ['a token that is not trusted', () => 'bad', 'token-invalid'],
  ['a participant that is no more', () => 'gone', 'participant-gone'],
  ['a platform that has ended', ({ gateway, participant }) => gateway.close().then(participant), 'platform-closed'],
];

for (const [what, token, code] of REFUSALS) {
  test(`a phone with ${what} is refused`, async () => {
    const platform = startPlatform();
    const connecting = platform.gateway.connectPhone(await token(platform), new Phone());
    await assert.rejects(connecting, (error) => error instanceof PhoneRefusedError && error.code === code);
    assert.deepEqual(platform.events, []);
    assert.equal(platform.gateway.statistics().devices, 0);
  });
}

test('two phones hear each other, and hanging up is leaving', async () => {
  const platform = startPlatform();
  const { gateway, events } = platform;
  const [first, second] = [platform.participant(), platform.participant()];
  const [speaker, listener] = [new Phone(), new Phone()];
  const connection = await gateway.connectPhone(first, speaker);
  await gateway.connectPhone(second, listener);
  assert.equal(gateway.statistics().devices, 2);
  for (const frame of toneFrames(5, 500)) connection.speak(frame);
  await until(
    () => listener.heard.map((frame) => amplitudeOf(500, frame)),
    (amplitudes) => amplitudes.filter((amplitude) => amplitude > 7000).length === 5,
    { what: 'the second phone hears five frames' },
  );
  connection.close();
  connection.close();
  connection.speak(new Int16Array(160));
  assert.equal(speaker.timesEnded, 0);
  const { devices, publishedTracks } = gateway.statistics();
  assert.deepEqual([devices, publishedTracks], [1, 1]);
  assert.deepEqual(events, [
    ['connect', first],
    ['connect', second],
    ['leave', first],
  ]);
});

const ENDINGS: [what: string, end: (platform: Platform, token: string) => unknown, events: string[]][] = [
  ['its participant is removed', ({ registry }, token) => registry.deleteParticipant(token), ['connect', 'leave']],
  ['the platform ends', ({ gateway }) => gateway.close(), ['connect']],
  [
    'another phone takes its place',
    ({ gateway }, token) => gateway.connectPhone(token, new Phone()),
    ['connect', 'disconnect', 'connect'],
  ],
  ['a browser takes its place', connectBrowser, ['connect', 'disconnect', 'connect']],
];

for (const [what, end, expected] of ENDINGS) {
  test(`a phone is told once that it has ended when ${what}`, async () => {
    const platform = startPlatform();
    const token = platform.participant();
    const phone = new Phone();
    const connection = await platform.gateway.connectPhone(token, phone);
    await end(platform, token);
    connection.close();
    assert.equal(phone.timesEnded, 1);
    assert.deepEqual(
      platform.events,
      expected.map((event) => [event, token]),
    );
  });
}

test('a phone takes the place of a browser', async () => {
  const platform = startPlatform();
  const token = platform.participant();
  const closed = once(await connectBrowser(platform, token), 'close');
  await platform.gateway.connectPhone(token, new Phone());
  const [code] = (await closed) as [number];
  assert.equal(code, 1000);
  assert.deepEqual(
    platform.events.map(([event]) => event),
    ['connect', 'disconnect', 'connect'],
  );
});

test('a phone may hang up while it is told that it has ended, or that it hears', async () => {
  const platform = startPlatform();
  const [first, second] = [platform.participant(), platform.participant()];
  const ending = await platform.gateway.connectPhone(first, { hear() {}, hearDigit() {}, ended: () => ending.close() });
  platform.registry.deleteParticipant(first);
  const hearing = await platform.gateway.connectPhone(second, {
    hear: () => hearing.close(),
    hearDigit() {},
    ended() {},
  });
  await once(platform.gateway, 'leave');
  assert.deepEqual(
    platform.events.map(([event]) => event),
    ['connect', 'leave', 'connect', 'leave'],
  );
});
