/**
 * Device signalling v3: JSON-RPC 2.0 over WebSocket, as the browser SDK speaks it. A device is one instance of the SDK;
 * it outlives its socket by a grace period, and its media with it. A phone is a device without a socket.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { z } from 'zod';
import { ErrorCode, JsonRpcError, answerMessage, notification, type JsonRpcMethods } from './json-rpc.js';
import { MediaServer, type MediaStatistics } from './media/media-server.js';
import type { ParticipantMedia } from './media/participant-media.js';
import type { PhoneLeg } from './media/phone-leg.js';
import { SdpError } from './media/sdp.js';
import { weriftTransports } from './media/werift-transport.js';
import { RateLimiter } from './rate-limiter.js';
import type { Participant, Registry } from './registry.js';

export interface DeviceEvent {
  readonly participantId: string;
  readonly deviceId: string;
}

export interface DeviceGatewayEvents {
  /** A device connected for the first time; a socket that comes back is no event. */
  connect: [DeviceEvent];
  /** The device left on purpose, or its participant was removed. */
  leave: [DeviceEvent];
  /** The device was lost: its socket did not come back in time, or another device took its place. */
  disconnect: [DeviceEvent];
}

/** A phone that takes part in a session. Sound is linear PCM at 8000 Hz. */
export interface PhoneMedia {
  /** The mix of all that the participant is subscribed to: 160 samples each 20 ms, of silence too. */
  hear(frame: Int16Array): void;
  /** A key that somebody has pressed (RFC 4733), once it was let go. */
  hearDigit(digit: string, milliseconds: number): void;
  /** The participant was removed, another device took its place, or the platform ends. Nothing follows. */
  ended(): void;
}

export interface PhoneConnection {
  /** Lets the session hear one frame of 160 samples; to be called each 20 ms, or not at all in a pause. */
  speak(frame: Int16Array): void;
  /** Takes the phone out of the session. Safe to call twice, and after the phone was told that it has ended. */
  close(): void;
}

/** Why a phone is not let in. */
export type PhoneRefusal = 'token-invalid' | 'participant-gone' | 'platform-closed';

export class PhoneRefusedError extends Error {
  override readonly name = 'PhoneRefusedError';
  readonly code: PhoneRefusal;

  constructor(code: PhoneRefusal, message: string) {
    super(message);
    this.code = code;
  }
}

export interface DeviceGateway extends EventEmitter<DeviceGatewayEvents> {
  /** Takes the WebSocket upgrade when it is for device signalling; false when it is somebody else's. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean;
  /**
   * Lets a phone in as the device of the token's participant, in place of an earlier device.
   * @throws PhoneRefusedError when the token is not to be trusted or the participant is gone
   */
  connectPhone(token: string, phone: PhoneMedia): Promise<PhoneConnection>;
  statistics(): DeviceGatewayStatistics;
  /** Ends all devices and releases sockets, ports and timers. Emits nothing. */
  close(): Promise<void>;
}

export interface DeviceGatewayStatistics extends MediaStatistics {
  readonly devices: number;
}

export interface DeviceGatewayOptions {
  readonly registry: Registry;
  /** Whose token this is; undefined when it is not to be trusted. */
  readonly verifyToken: (token: string) => Promise<{ participantId: string } | undefined>;
  /** What stands before `/v3/` in the URL's path. */
  readonly path: string;
  /** The IPv4 address media sockets are bound to. Default: for browsers on this machine, which alone are let in. */
  readonly bindAddress?: string;
  /** The address browsers are told to send media to, where it is not the one bound to. */
  readonly announcedAddress?: string;
  /** How long a device whose socket broke is waited for. Default: 10000. */
  readonly graceMilliseconds?: number;
}

const DEFAULT_GRACE = 10_000;
const MAXIMUM_MESSAGE_BYTES = 256 * 1024;
/** The SDK sends a handful of messages per published stream. */
const MESSAGE_RATE = { perSecond: 20, burst: 100 };
/** Between WebSocket pings; a socket that misses one is taken for lost. Milliseconds. */
const PING_INTERVAL = 15_000;
/** How long a closing server waits for its clients. Milliseconds. */
const CLOSING_PATIENCE = 500;

/** Close codes of RFC 6455 section 7.4.1. The SDK does not reconnect after the first. */
const NORMAL_CLOSURE = 1000;
const GOING_AWAY = 1001;
const POLICY_VIOLATION = 1008;

export function createDeviceGateway(options: DeviceGatewayOptions): DeviceGateway {
  return new Gateway(options);
}

class Gateway extends EventEmitter<DeviceGatewayEvents> implements DeviceGateway {
  readonly #options: DeviceGatewayOptions;
  readonly #path: string;
  readonly #media: MediaServer;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: MAXIMUM_MESSAGE_BYTES });
  /** By participant, which has one device at a time. */
  readonly #devices = new Map<string, Device | PhoneDevice>();
  readonly #pingTimer: NodeJS.Timeout;
  #closed = false;

  constructor(options: DeviceGatewayOptions) {
    super();
    this.#options = options;
    this.#path = `${options.path.replace(/\/$/, '')}/v3`;
    const { registry, bindAddress, announcedAddress } = options;
    this.#media = new MediaServer({ registry, openTransport: weriftTransports({ bindAddress, announcedAddress }) });
    options.registry.on('participant-removed', this.#onParticipantRemoved);
    this.#pingTimer = setInterval(() => this.#pingDevices(), PING_INTERVAL);
    this.#pingTimer.unref();
  }

  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const url = readUrl(request);
    if (url?.pathname !== this.#path && url?.pathname !== `${this.#path}/`) return false;
    // A client that goes away while its token is looked at.
    socket.on('error', () => socket.destroy());
    this.#upgrade(url.searchParams, request, socket, head).catch(() => refuse(socket, '500 Internal Server Error'));
    return true;
  }

  async connectPhone(token: string, phone: PhoneMedia): Promise<PhoneConnection> {
    const grant = await this.#options.verifyToken(token);
    if (!grant) throw new PhoneRefusedError('token-invalid', 'The token of the phone is not valid, or has expired.');
    const { participantId } = grant;
    if (!this.#options.registry.participant(participantId)) {
      throw new PhoneRefusedError('participant-gone', 'The participant of the phone was removed.');
    }
    if (this.#closed) throw new PhoneRefusedError('platform-closed', 'The platform is being closed.');
    this.#makeRoomFor(participantId);
    const device = new PhoneDevice({
      participantId,
      phone,
      media: this.#media,
      onHangUp: () => this.#end(device, 'leave', 'Goodbye.'),
    });
    this.#devices.set(participantId, device);
    this.emit('connect', { participantId, deviceId: device.id });
    return { speak: (frame) => device.speak(frame), close: () => device.hangUp() };
  }

  statistics(): DeviceGatewayStatistics {
    return { devices: this.#devices.size, ...this.#media.statistics() };
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#pingTimer);
    this.#options.registry.off('participant-removed', this.#onParticipantRemoved);
    for (const device of this.#devices.values()) device.close(GOING_AWAY, 'The server is closing.');
    this.#devices.clear();
    this.#server.close();
    await Promise.all([...[...this.#server.clients].map(closed), this.#media.close()]);
  }

  async #upgrade(query: URLSearchParams, request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const uniqueId = query.get('uniqueId') ?? '';
    if (uniqueId === '' || uniqueId.length > 128) return refuse(socket, '400 Bad Request');
    const grant = await this.#options.verifyToken(query.get('token') ?? '');
    if (!grant || !this.#options.registry.participant(grant.participantId)) return refuse(socket, '401 Unauthorized');
    if (this.#closed) return refuse(socket, '503 Service Unavailable');
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#connected(grant.participantId, uniqueId, webSocket);
    });
  }

  #connected(participantId: string, uniqueId: string, socket: WebSocket): void {
    const known = this.#devices.get(participantId);
    if (known instanceof Device && known.uniqueId === uniqueId) return known.attach(socket);
    this.#makeRoomFor(participantId);
    const device = new Device({
      participantId,
      uniqueId,
      media: this.#media,
      graceMilliseconds: this.#options.graceMilliseconds ?? DEFAULT_GRACE,
      onEnd: (event) => this.#end(device, event, 'Goodbye.'),
    });
    this.#devices.set(participantId, device);
    device.attach(socket);
    this.emit('connect', { participantId, deviceId: device.id });
  }

  /** A participant has one device. */
  #makeRoomFor(participantId: string): void {
    const device = this.#devices.get(participantId);
    if (device) this.#end(device, 'disconnect', 'Another device of this participant has connected.');
  }

  #end(device: Device | PhoneDevice, event: 'leave' | 'disconnect', reason: string): void {
    const { participantId, id: deviceId } = device;
    if (this.#devices.get(participantId) !== device) return;
    this.#devices.delete(participantId);
    device.close(NORMAL_CLOSURE, reason);
    this.emit(event, { participantId, deviceId });
  }

  #pingDevices(): void {
    for (const device of this.#devices.values()) device.ping();
  }

  readonly #onParticipantRemoved = ({ id }: Participant): void => {
    const device = this.#devices.get(id);
    if (device) this.#end(device, 'leave', 'The participant was removed.');
  };
}

/** Waits for the closing handshake, but not for a client that does not take part in it. */
async function closed(socket: WebSocket): Promise<void> {
  if (socket.readyState === socket.CLOSED) return;
  const timer = setTimeout(() => socket.terminate(), CLOSING_PATIENCE);
  await once(socket, 'close');
  clearTimeout(timer);
}

function readUrl(request: IncomingMessage): URL | undefined {
  try {
    return new URL(request.url ?? '', 'http://localhost');
  } catch {
    return undefined;
  }
}

function refuse(socket: Duplex, status: string): void {
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const preferencesSchema = z.object({ protocol: z.literal('WEBRTC') });
const streamSchema = z.object({ alias: z.string().max(256).optional() });
const publishSchema = z.object({
  sdpOffer: z.string(),
  mediaMetadata: z.object({ mediaStreams: z.record(z.string(), streamSchema).default({}) }).optional(),
});
const answerSchema = z.object({ sdpAnswer: z.string() });

interface DeviceOptions {
  readonly participantId: string;
  readonly uniqueId: string;
  readonly media: MediaServer;
  readonly graceMilliseconds: number;
  readonly onEnd: (event: 'leave' | 'disconnect') => void;
}

class Device {
  readonly id = randomUUID();
  readonly participantId: string;
  readonly uniqueId: string;
  readonly #options: DeviceOptions;
  readonly #media: ParticipantMedia;
  readonly #methods: JsonRpcMethods = new Map<string, (params: unknown) => Promise<unknown>>([
    ['setMediaPreferences', (params) => this.#setMediaPreferences(params)],
    ['offerSdp', (params) => this.#offerSdp(params)],
    ['answerSdp', (params) => this.#answerSdp(params)],
    ['ping', () => Promise.resolve({})],
    ['deviceDiagnostics', () => Promise.resolve({})],
    ['leave', () => this.#leave()],
  ]);
  #socket: WebSocket | undefined;
  #isResponsive = true;
  #graceTimer: NodeJS.Timeout | undefined;
  /** Descriptions are worked on one after the other. */
  #lastNegotiation: Promise<unknown> = Promise.resolve();

  constructor(options: DeviceOptions) {
    this.participantId = options.participantId;
    this.uniqueId = options.uniqueId;
    this.#options = options;
    this.#media = options.media.join({
      participantId: options.participantId,
      deviceId: this.id,
      sendOffer: ({ sdpOffer, sdpRevision }, streamMetadata) =>
        this.#send(notification('sdpOffer', { sdpOffer, sdpRevision, endpointId: this.id, streamMetadata })),
    });
  }

  /** Takes the device's socket: its first one, or one that replaces a lost one. */
  attach(socket: WebSocket): void {
    const isReconnect = this.#socket !== undefined || this.#graceTimer !== undefined;
    clearTimeout(this.#graceTimer);
    this.#graceTimer = undefined;
    const previous = this.#socket;
    this.#socket = socket;
    previous?.terminate();
    this.#isResponsive = true;
    const messages = new RateLimiter(MESSAGE_RATE);
    socket.on('pong', () => (this.#isResponsive = true));
    socket.on('message', (data, isBinary) => {
      // What comes after the device has left or another socket took over is void.
      if (this.#socket !== socket) return;
      if (!messages.take()) socket.close(POLICY_VIOLATION, 'Too many messages.');
      else if (isBinary) socket.close(POLICY_VIOLATION, 'Messages must be text.');
      else void this.#messageReceived(socket, (data as Buffer).toString());
    });
    // Broken frames and resets; 'close' follows.
    socket.on('error', () => {});
    socket.on('close', () => this.#detached(socket));
    if (isReconnect) this.#media.offerAgain();
  }

  ping(): void {
    if (!this.#socket) return;
    if (!this.#isResponsive) return this.#socket.terminate();
    this.#isResponsive = false;
    this.#socket.ping();
  }

  /** Ends the device's media and its socket. */
  close(code: number, reason: string): void {
    clearTimeout(this.#graceTimer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(code, reason);
    this.#options.media.leave(this.#media);
  }

  #detached(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.#graceTimer = setTimeout(() => this.#options.onEnd('disconnect'), this.#options.graceMilliseconds);
  }

  async #messageReceived(socket: WebSocket, text: string): Promise<void> {
    const response = await answerMessage(text, this.#methods);
    if (response !== undefined && socket.readyState === socket.OPEN) socket.send(response);
  }

  #send(message: string): void {
    if (this.#socket?.readyState === this.#socket?.OPEN) this.#socket?.send(message);
  }

  async #setMediaPreferences(params: unknown): Promise<object> {
    read(preferencesSchema, params);
    await this.#media.startSubscribing();
    return {};
  }

  async #offerSdp(params: unknown): Promise<object> {
    const { sdpOffer, mediaMetadata } = read(publishSchema, params);
    const aliases = new Map(
      Object.entries(mediaMetadata?.mediaStreams ?? {}).flatMap(([streamId, { alias }]) =>
        alias === undefined ? [] : [[streamId, alias] as const],
      ),
    );
    const answer = await this.#negotiate(() => this.#media.publish(sdpOffer, aliases));
    return { endpointId: this.id, ...answer };
  }

  async #answerSdp(params: unknown): Promise<object> {
    const { sdpAnswer } = read(answerSchema, params);
    await this.#negotiate(() => this.#media.answer(sdpAnswer));
    return {};
  }

  #leave(): Promise<object> {
    this.#options.onEnd('leave');
    return Promise.resolve({});
  }

  async #negotiate<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#lastNegotiation.then(work);
    this.#lastNegotiation = result.catch(() => {});
    try {
      return await result;
    } catch (error) {
      if (error instanceof SdpError) throw new JsonRpcError(ErrorCode.invalidParams, error.message);
      throw error;
    }
  }
}

interface PhoneDeviceOptions {
  readonly participantId: string;
  readonly phone: PhoneMedia;
  readonly media: MediaServer;
  readonly onHangUp: () => void;
}

class PhoneDevice {
  readonly id = randomUUID();
  readonly participantId: string;
  readonly #options: PhoneDeviceOptions;
  readonly #leg: PhoneLeg;
  #isOver = false;

  constructor(options: PhoneDeviceOptions) {
    const { participantId, phone, media } = options;
    this.participantId = participantId;
    this.#options = options;
    this.#leg = media.joinPhone({
      participantId,
      deviceId: this.id,
      hear: (frame) => phone.hear(frame),
      hearDigit: (digit, milliseconds) => phone.hearDigit(digit, milliseconds),
    });
  }

  speak(frame: Int16Array): void {
    this.#leg.speak(frame);
  }

  /** The phone leaves by itself. */
  hangUp(): void {
    this.#leave();
    this.#options.onHangUp();
  }

  /** It is the phone's other side that watches it. */
  ping(): void {}

  /** Ends the phone's part in the session, and tells it. */
  close(): void {
    if (this.#leave()) this.#options.phone.ended();
  }

  /** Says whether it was still there. */
  #leave(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#options.media.leave(this.#leg);
    return true;
  }
}

function read<Schema extends z.ZodType>(schema: Schema, params: unknown): z.infer<Schema> {
  const result = schema.safeParse(params);
  if (!result.success) throw new JsonRpcError(ErrorCode.invalidParams, z.prettifyError(result.error));
  return result.data;
}
