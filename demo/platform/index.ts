/**
 * The local platform: a stand-in for Bandwidth's WebRTC platform in one process, for development, tests and demos. It
 * is no production media server.
 */
import { Hono } from 'hono';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { createDeviceGateway, type DeviceGateway } from './device-signalling.js';
import { createHttpApi, type Credentials } from './http-api.js';
import { Registry, type Participant } from './registry.js';
import { createDeviceTokens } from './tokens.js';
import { createWebhooks, type ParticipantEvent } from './webhooks.js';

export interface PlatformOptions {
  /** What the HTTP API accepts. */
  readonly credentials: Credentials;
  /** Base path of the HTTP API. Default: `/platform/webrtc/v1`. */
  readonly webrtcPath?: string | undefined;
  /** Path of the device signalling's WebSocket. Default: `/platform/device`. */
  readonly devicePath?: string | undefined;
  /** IPv4 address the media sockets are bound to. Default: for browsers on this machine, which alone are let in. */
  readonly bindAddress?: string | undefined;
  /** Address that devices are told to send media to, where it is not the one bound to. */
  readonly announcedAddress?: string | undefined;
  /** How long a device whose socket broke is waited for, in milliseconds. */
  readonly graceMilliseconds?: number | undefined;
  /** How long a token can be used to connect, in seconds. Default: 3600. */
  readonly tokenLifetimeSeconds?: number | undefined;
  readonly log?: ((message: string) => void) | undefined;
}

export interface Platform {
  /** Serves the HTTP API at `webrtcPath`. */
  readonly app: Hono;
  readonly registry: Registry;
  readonly gateway: DeviceGateway;
  readonly webrtcPath: string;
  readonly devicePath: string;
  /** Takes a WebSocket upgrade that is meant for device signalling; false for any other. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  close(): Promise<void>;
}

export function createPlatform(options: PlatformOptions): Platform {
  const { credentials, webrtcPath = '/platform/webrtc/v1', devicePath = '/platform/device', log } = options;
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

  const app = new Hono();
  app.route(webrtcPath, createHttpApi({ credentials, registry, tokens, log }));
  return {
    app,
    registry,
    gateway,
    webrtcPath,
    devicePath,
    handleUpgrade: (request, socket, head) => gateway.handleUpgrade(request, socket, head),
    async close() {
      webhooks.close();
      await gateway.close();
    },
  };
}
