/**
 * The local platform: a stand-in for Bandwidth's WebRTC platform in one process, for development, tests and demos. It
 * is no production media server.
 */
import { Hono } from 'hono';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createDeviceGateway, type DeviceGateway } from './device-signalling.js';
import { createHttpApi } from './http-api.js';
import type { Credentials } from './http-requests.js';
import { Registry, type Participant } from './registry.js';
import { createDeviceTokens } from './tokens.js';
import type { PhoneNetwork } from './voice/phone.js';
import { SimulatedPhones, type SimulatedPhone } from './voice/simulated-phones.js';
import { createVoiceApi } from './voice/voice-api.js';
import { VoiceCalls } from './voice/voice-calls.js';
import { createWebhooks, type ParticipantEvent } from './webhooks.js';

export interface PlatformOptions {
  /** What the HTTP APIs accept. */
  readonly credentials: Credentials;
  /** Base path of the HTTP API. Default: `/platform/webrtc/v1`. */
  readonly webrtcPath?: string | undefined;
  /** Base path of the Voice API. Default: `/platform/voice/api/v2`. */
  readonly voicePath?: string | undefined;
  /** Path of the device signalling's WebSocket. Default: `/platform/device`. */
  readonly devicePath?: string | undefined;
  /** IPv4 address the media sockets are bound to. Default: for browsers on this machine, which alone are let in. */
  readonly bindAddress?: string | undefined;
  /** Address that devices are told to send media to, where it is not the one bound to. */
  readonly announcedAddress?: string | undefined;
  /** How long a device whose socket broke is waited for, in milliseconds. */
  readonly graceMilliseconds?: number | undefined;
  /** How long a token can be used to connect, in seconds. Default: 9 hours. */
  readonly tokenLifetimeSeconds?: number | undefined;
  /** Where the Voice API makes its calls. Default: simulated phones. */
  readonly phones?: PhoneNetwork | undefined;
  readonly log?: ((message: string) => void) | undefined;
}

export interface Platform {
  /** Serves the HTTP APIs at `webrtcPath` and `voicePath`. */
  readonly app: Hono;
  readonly registry: Registry;
  readonly gateway: DeviceGateway;
  readonly webrtcPath: string;
  readonly voicePath: string;
  readonly devicePath: string;
  /** The simulated phones that were called, the latest last; none where phones are not simulated. */
  readonly phones: readonly SimulatedPhone[];
  /** Takes a WebSocket upgrade that is meant for device signalling; false for any other. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): Promise<void>;
}

export function createPlatform(options: PlatformOptions): Platform {
  const {
    credentials,
    webrtcPath = '/platform/webrtc/v1',
    voicePath = '/platform/voice/api/v2',
    devicePath = '/platform/device',
    log = (message: string) => console.error(message),
  } = options;
  const network = options.phones ?? new SimulatedPhones({ log });
  const registry = new Registry();
  const tokens = createDeviceTokens({
    accountId: credentials.accountId,
    lifetimeSeconds: options.tokenLifetimeSeconds,
  });
  const gateway = createDeviceGateway({
    registry,
    verifyToken: (token) => tokens.verify(token),
    path: devicePath,
    ...(options.bindAddress !== undefined && { bindAddress: options.bindAddress }),
    ...(options.announcedAddress !== undefined && { announcedAddress: options.announcedAddress }),
    ...(options.graceMilliseconds !== undefined && { graceMilliseconds: options.graceMilliseconds }),
  });
  const webhooks = createWebhooks({ log });
  /** By device: a participant that is removed leaves the registry before its device has left. */
  const connected = new Map<string, Participant>();

  function tell(event: ParticipantEvent, deviceId: string, participant: Participant | undefined): void {
    if (event === 'onConnect' && participant) connected.set(deviceId, participant);
    if (event !== 'onConnect') connected.delete(deviceId);
    if (participant) webhooks.send(event, participant, deviceId);
  }
  gateway.on('connect', ({ participantId, deviceId }) =>
    tell('onConnect', deviceId, registry.participant(participantId)),
  );
  gateway.on('leave', ({ deviceId }) => tell('onLeave', deviceId, connected.get(deviceId)));
  gateway.on('disconnect', ({ deviceId }) => tell('onDisconnect', deviceId, connected.get(deviceId)));

  const calls = new VoiceCalls({
    accountId: credentials.accountId,
    network,
    connectPhone: (token, phone) => gateway.connectPhone(token, phone),
    log,
  });

  const app = new Hono();
  app.route(webrtcPath, createHttpApi({ credentials, registry, tokens, log }));
  app.route(voicePath, createVoiceApi({ credentials, calls, log }));
  return {
    app,
    registry,
    gateway,
    webrtcPath,
    voicePath,
    devicePath,
    phones: network instanceof SimulatedPhones ? network.calls : [],
    handleUpgrade: (request, socket, head) => gateway.handleUpgrade(request, socket, head),
    async close() {
      calls.close();
      await network.close();
      webhooks.close();
      await gateway.close();
    },
  };
}
