/** The whole server on one port: room service, local platform (where no account is configured), pages and elements. */
import { getRequestListener } from '@hono/node-server';
import { OpenAPIHono } from '@hono/zod-openapi';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { Server as SecureServer } from 'node:https';
import { isIPv4, type AddressInfo, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { createPlatform, type Platform, type PlatformOptions } from '../platform/index.js';
import type { PhoneNetwork } from '../platform/voice/phone.js';
import { LOOPBACK, outwardAddress } from '../platform/media/local-addresses.js';
import type { ApiOptions } from './bandwidth-api-error.js';
import { ApiKey } from './api-key.js';
import { addApiPage } from './api-page.js';
import { BandwidthWebrtcApi } from './bandwidth-webrtc-api.js';
import { FICTIONAL_PREFIX } from '../platform/voice/simulated-phones.js';
import { BandwidthVoiceApi } from './bandwidth-voice-api.js';
import { createCallRoutes } from './call-routes.js';
import { CallService, DEFAULT_CALL_LIMITS, type CallLimits } from './call-service.js';
import { ChannelPublisher } from './channel-publisher.js';
import { createCertificate } from './certificate.js';
import { Chronicle } from './chronicle.js';
import { ConfigError, type BandwidthConfig, type SipTrunkConfig } from './config.js';
import { EventLog } from './event-log.js';
import { DEFAULT_EVENT_STREAM_LIMITS, EventStreams, type EventStreamLimits } from './event-streams.js';
import { Invitations } from './invitations.js';
import { invitedOnly, openRooms, type Authorize } from './join-policy.js';
import { Messages } from './messages.js';
import { createClosedOwnerRoutes, createOwnerRoutes, DEFAULT_REQUESTS_PER_MINUTE } from './owner-routes.js';
import { DEFAULT_RECORD_STREAM_LIMITS, RecordStreams, type RecordStreamLimits } from './owner-routes-events.js';
import { requestOrigin, type AllowedOrigins } from './origins.js';
import { isDialingPossible, type DialPolicy } from './phone-numbers.js';
import { RateLimiter } from './rate-limiter.js';
import { RoomSubscriptions } from './room-subscriptions.js';
import { snapshotFor } from './room-facts.js';
import { recordedCalls, recordRooms } from './room-recorder.js';
import { RoomControl } from './room-control.js';
import { createRoomRoutes } from './room-routes.js';
import { DEFAULT_ROOM_LIMITS, RoomService, type RoomLimits } from './room-service.js';
import { MemoryRoomStore } from './room-store.js';
import { createSampleRoutes } from './sample-routes.js';
import { secret } from './secret.js';
import { createStaticFiles } from './static-files.js';
import { WebhookSender } from './webhook-sender.js';

/** Between the room service and the local platform: made anew for each process, known to nobody else. */
const LOCAL_CREDENTIALS = { accountId: 'local', username: 'room-service', password: secret() };

/** Its last part cannot be guessed, so that only the platform can say who has come and gone. */
const WEBHOOK_PATH = `/rooms/webhooks/${secret()}`;

/** Its last part cannot be guessed, as with the webhooks. */
const VOICE_CALLBACK_PATH = `/rooms/voice-callbacks/${secret()}`;

/** On the local platform any will do; this number is reserved for fiction. */
const LOCAL_VOICE = { applicationId: 'local', phoneNumber: '+12025550199' };

/** They stand for all addresses of the machine. */
const WILDCARDS = ['0.0.0.0', '::'];

export interface StartServerOptions {
  /** Default: 127.0.0.1, which only this machine can reach. */
  readonly host?: string | undefined;
  /** Default: 0, any free one. */
  readonly port?: number | undefined;
  /** Serves https, with a certificate of its own making that lives as long as the server. Default: false. */
  readonly https?: boolean | undefined;
  /** An account on Bandwidth's platform. Default: the local platform, in this process. */
  readonly bandwidth?: BandwidthConfig | undefined;
  /** Other origins whose pages may join. Default: none. */
  readonly allowedOrigins?: AllowedOrigins | undefined;
  /** Joins from one address. Default: 300. */
  readonly joinsPerMinute?: number | undefined;
  readonly limits?: Partial<RoomLimits> | undefined;
  /**
   * Signs invitations: at least 32 characters. Default: any, anew at each start, and who has no invitation comes in, too.
   */
  readonly inviteSecret?: string | undefined;
  /** Who may come in, and as whom. Default: by `inviteSecret`; on the local platform anybody may be a moderator. */
  readonly authorize?: Authorize | undefined;
  /**
   * E.164 numbers and prefixes that may be called, and hosts of SIP addresses as `sip:example.com`. Default: those of
   * the simulated phones; with an account none.
   */
  readonly dialAllow?: readonly string[] | undefined;
  /** E.164: every call goes to this number, whatever was asked for. */
  readonly dialNumber?: string | undefined;
  readonly callLimits?: Partial<CallLimits> | undefined;
  /** What rings on the local platform. Default: simulated phones. */
  readonly phones?: PhoneNetwork | undefined;
  /** Rings real phones on the local platform instead. */
  readonly sipTrunk?: SipTrunkConfig | undefined;
  /**
   * Answers the routes of the vendor's sample, too, as it does. Default: true on the local platform while anybody may
   * come in, else false.
   */
  readonly sampleRoutes?: boolean | undefined;
  /** Opens the API of the site's owner: at least 32 characters that nobody can guess. Default: there is no such API. */
  readonly apiKey?: string | undefined;
  /** Requests with that key, and those without it from one address. Default: 600. */
  readonly apiRequestsPerMinute?: number | undefined;
  readonly recordStreamLimits?: Partial<RecordStreamLimits> | undefined;
  readonly eventLimits?: Partial<EventStreamLimits> | undefined;
  /** Where pages are told to connect. Default: this server, by the host that the page used; the account's `deviceUrl`. */
  readonly websocketUrl?: string | undefined;
  /** How long the local platform waits for a device whose socket broke, in milliseconds. */
  readonly graceMilliseconds?: number | undefined;
  /** How long one request to one of the platform's HTTP APIs may take, in milliseconds. Default: 10,000. */
  readonly apiTimeoutMilliseconds?: number | undefined;
  /** What the header User-Agent of these requests ends with. Default: nothing. */
  readonly userAgentSuffix?: string | undefined;
  /** Takes what went wrong and who was called, as a line without tokens and people's names. Default: standard error. */
  readonly log?: ((message: string) => void) | undefined;
}

export interface RunningServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Undefined where an account on Bandwidth's platform is used. */
  readonly platform: Platform | undefined;
  /** Ends every connection and meeting of this process. */
  close(): Promise<void>;
}

/**
 * Rejects with the system's error where the port can't be had, with a ConfigError for a trunk that can't be used, and with
 * a RangeError for a key or a secret that could be guessed.
 */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  const { bandwidth, log = (message) => console.error(message) } = options;
  // Before anything is opened: what cannot be used is refused.
  const invitations = new Invitations(options.inviteSecret ?? secret());
  const apiKey = options.apiKey === undefined ? undefined : new ApiKey(options.apiKey);
  const apiOptions: ApiOptions = {
    timeoutMilliseconds: options.apiTimeoutMilliseconds,
    userAgentSuffix: options.userAgentSuffix,
  };
  const outward = await outwardAddress();
  const phones = await phoneNetwork(options, log);
  const { server, internal, close } = await listen(options);
  // Nothing is awaited from here on, so no request comes before the routes are there.
  const internalUrl = localUrl(internal);
  const { local, account } = bandwidth
    ? { local: undefined, account: bandwidth }
    : createLocalPlatform({ ...options, phones }, mediaAddresses(addressOf(server), outward), { internalUrl, log });
  const callbackBase = account.publicUrl?.replace(/\/+$/, '');
  const policy: DialPolicy = {
    allow: options.dialAllow ?? (local ? [FICTIONAL_PREFIX] : []),
    only: options.dialNumber,
  };
  const canDialOut = account.voice !== undefined && callbackBase !== undefined && isDialingPossible(policy);
  const api = new BandwidthWebrtcApi(account, apiOptions);
  const service = new RoomService({
    api,
    store: new MemoryRoomStore(),
    limits: { ...DEFAULT_ROOM_LIMITS, ...options.limits },
    callbackUrl: callbackBase && callbackBase + WEBHOOK_PATH,
    canDialOut,
    log,
  });
  const subscriptions = new RoomSubscriptions({ rooms: service, api, log });
  const authorize = options.authorize ?? defaultPolicy(options, invitations);
  const events = new EventLog();
  const chronicle = new Chronicle();
  const webhooks = new WebhookSender({ log });
  chronicle.listen((entry) => webhooks.send(entry));
  const control = new RoomControl(service, events);
  const messages = new Messages(service, events);
  const streams = new EventStreams({
    log: events,
    limits: { ...DEFAULT_EVENT_STREAM_LIMITS, ...options.eventLimits },
    snapshot: (room, bearer) =>
      snapshotFor(service, bearer, { calls: calls?.list(room) ?? [], messages: messages.history(room, bearer) }),
    opened: (bearer) => service.channelOpened(bearer),
    settle: (room) => publisher.settle(room),
    ended: (bearer) => service.channelEnded(bearer),
  });
  const calls =
    account.voice && callbackBase !== undefined
      ? new CallService({
          rooms: service,
          voice: new BandwidthVoiceApi({ ...account, ...account.voice }, apiOptions),
          events: recordedCalls(events, chronicle),
          policy,
          phoneNumbers: [account.voice.phoneNumber, ...(account.voice.otherPhoneNumbers ?? [])],
          limits: { ...DEFAULT_CALL_LIMITS, ...options.callLimits },
          callbackUrl: callbackBase + VOICE_CALLBACK_PATH,
          log,
        })
      : undefined;
  // After the calls: what becomes of them is an event of the room, too.
  const publisher = new ChannelPublisher(service, events);
  recordRooms(chronicle, { rooms: service, control, messages });
  service.on('seat-ended', (bearer) => streams.endSeat(bearer));
  const shared = {
    allowedOrigins: options.allowedOrigins ?? [],
    joinLimiter: new RateLimiter(options.joinsPerMinute ?? 300),
    websocketUrl: (request: Request) =>
      options.websocketUrl ?? (local ? deviceUrl(request, local.devicePath) : bandwidth?.deviceUrl),
    log,
  };
  const app = new OpenAPIHono();
  addApiPage(app);
  if (local) app.route('/', local.app);
  if (calls) app.route('/', createCallRoutes({ ...shared, calls, rooms: service, callbackPath: VOICE_CALLBACK_PATH }));
  app.route(
    '/',
    createRoomRoutes({
      ...shared,
      service,
      control,
      messages,
      authorize,
      streams,
      hasCalls: canDialOut,
      webhookPath: WEBHOOK_PATH,
    }),
  );
  if (options.sampleRoutes ?? (local !== undefined && !options.inviteSecret && !options.authorize))
    app.route('/', createSampleRoutes({ ...shared, rooms: service, authorize, calls: canDialOut ? calls : undefined }));
  const recordStreams = new RecordStreams(chronicle, {
    ...DEFAULT_RECORD_STREAM_LIMITS,
    ...options.recordStreamLimits,
  });
  const ownerServices = { rooms: service, control, messages, invitations, chronicle, webhooks, streams: recordStreams };
  app.route(
    '/',
    apiKey === undefined
      ? createClosedOwnerRoutes()
      : createOwnerRoutes({
          ...ownerServices,
          calls,
          apiKey,
          requestsPerMinute: options.apiRequestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE,
          log,
        }),
  );
  app.route('/', createStaticFiles());
  app.onError((error, context) => {
    log(`The server failed: ${error.stack ?? error.message}`);
    return context.text('The server has a problem.', 500);
  });
  const listener = getRequestListener(app.fetch);
  for (const each of new Set([server, internal]))
    each.on('request', (request, response) => void listener(request, response));
  server.on('upgrade', (request, socket, head) => {
    if (!local?.handleUpgrade(request, socket, head)) refuseUpgrade(socket);
  });

  return {
    url: localUrl(server),
    port: addressOf(server).port,
    platform: local,
    async close() {
      await calls?.close();
      webhooks.close();
      service.close();
      subscriptions.close();
      streams.close();
      recordStreams.close();
      await local?.close();
      await close();
    },
  };
}

function defaultPolicy({ inviteSecret, bandwidth }: StartServerOptions, invitations: Invitations): Authorize {
  if (inviteSecret !== undefined) return invitedOnly(invitations);
  return openRooms({ invitations, mayModerate: bandwidth === undefined });
}

interface Listening {
  /** What pages reach. */
  readonly server: Server;
  /**
   * What the room service and the local platform reach each other by: neither would trust the certificate, and callbacks
   * of phone calls carry a password, which goes over plain http on loopback only.
   */
  readonly internal: Server;
  readonly close: () => Promise<void>;
}

async function listen({ host = LOOPBACK, port = 0, https = false }: StartServerOptions): Promise<Listening> {
  if (!https && isOnLoopback(host)) {
    const plain = await listenOn(createServer(), port, host);
    return { ...plain, internal: plain.server };
  }
  const outer = https ? new SecureServer(await createCertificate(certificateNames(host))) : createServer();
  const internal = await listenOn(createServer(), 0, LOOPBACK);
  try {
    const { server, close } = await listenOn(outer, port, host);
    return {
      server,
      internal: internal.server,
      close: async () => {
        await Promise.all([close(), internal.close()]);
      },
    };
  } catch (error) {
    await internal.close();
    throw error;
  }
}

function isOnLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.') || WILDCARDS.includes(host);
}

function certificateNames(host: string): string[] {
  const names = ['localhost', LOOPBACK, '::1', host, ...externalAddresses()];
  return names.filter((name) => !WILDCARDS.includes(name));
}

async function listenOn(server: Server, port: number, host: string): Promise<Omit<Listening, 'internal'>> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const listening = once(server, 'listening');
  server.listen(port, host);
  await listening;
  const close = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    // Not closeAllConnections(): it knows none whose TLS handshake is not over.
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { server, close };
}

/** What rings on the local platform; undefined: simulated phones. @throws ConfigError */
async function phoneNetwork(
  { phones, sipTrunk }: StartServerOptions,
  log: (message: string) => void,
): Promise<PhoneNetwork | undefined> {
  if (!sipTrunk) return phones;
  // It brings a whole SIP stack, which only this needs.
  const { createSipTrunk, SipTrunkError } = await import('../platform/voice/sip/sip-trunk.js');
  try {
    return createSipTrunk({ ...sipTrunk, log });
  } catch (error) {
    throw error instanceof SipTrunkError ? new ConfigError(`SIP_TRUNK cannot be used. ${error.message}`) : error;
  }
}

/** The local platform, and an account on it. */
function createLocalPlatform(
  { graceMilliseconds, phones }: StartServerOptions,
  addresses: Pick<PlatformOptions, 'bindAddress' | 'announcedAddress'>,
  { internalUrl, log }: { internalUrl: string; log: (message: string) => void },
): { local: Platform; account: BandwidthConfig } {
  const local = createPlatform({
    credentials: LOCAL_CREDENTIALS,
    ...addresses,
    graceMilliseconds,
    phones,
    log,
  });
  const account = {
    ...LOCAL_CREDENTIALS,
    webrtcUrl: internalUrl + local.webrtcPath,
    publicUrl: internalUrl,
    voice: { ...LOCAL_VOICE, voiceUrl: internalUrl + local.voicePath },
  };
  return { local, account };
}

/**
 * Media is reachable from where the pages are, over IPv4.
 * @param outward the address towards the internet: of several, the one that other machines share a network with
 */
function mediaAddresses(
  { address }: AddressInfo,
  outward: string | undefined,
): Pick<PlatformOptions, 'bindAddress' | 'announcedAddress'> {
  // The platform knows best how browsers on this machine are reached.
  if (address === '::1' || address.startsWith('127.')) return {};
  if (address !== '0.0.0.0' && isIPv4(address)) return { bindAddress: address };
  return { bindAddress: '0.0.0.0', announcedAddress: outward ?? externalAddresses()[0] ?? LOOPBACK };
}

/** IPv4 addresses by which other machines reach this one. */
export function externalAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address);
}

/** The address by which the page reached this server, whether by name, by number or through a proxy. */
function deviceUrl(request: Request, path: string): string {
  const { protocol, host } = requestOrigin(request);
  return `${protocol === 'https' ? 'wss' : 'ws'}://${host}${path}`;
}

function refuseUpgrade(socket: Duplex): void {
  socket.on('error', () => socket.destroy());
  // Destroyed as well: a client that never closes its side would keep the server from closing.
  socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
}

function addressOf(server: Server): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server does not listen on a port.');
  return address;
}

/** How this machine reaches the server. */
function localUrl(server: Server): string {
  const { address, family, port } = addressOf(server);
  const host = address === '0.0.0.0' ? LOOPBACK : address === '::' ? '::1' : address;
  const protocol = server instanceof SecureServer ? 'https' : 'http';
  return `${protocol}://${family === 'IPv6' ? `[${host}]` : host}:${port}`;
}
