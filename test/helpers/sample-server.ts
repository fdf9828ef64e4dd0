/**
 * A server that behaves as the vendor's meeting samples do, on a local platform of its own: for what must work with
 * them unchanged. It keeps to their ways, the bad ones, too: one phone at a time, and failures said with status 200.
 */
import { getRequestListener } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPlatform, type Platform } from '../../demo/platform/index.js';
import type { PhoneNetwork } from '../../demo/platform/voice/phone.js';
import { BandwidthVoiceApi } from '../../demo/server/bandwidth-voice-api.js';
import { BandwidthWebrtcApi } from '../../demo/server/bandwidth-webrtc-api.js';
import { transferAnswer } from '../../demo/server/bxml.js';
import { crossOrigin, type AllowedOrigins } from '../../demo/server/origins.js';
import { createStaticFiles } from '../../demo/server/static-files.js';

const ACCOUNT = { accountId: 'sample', username: 'sample', password: 'of-a-test' };
const VOICE = { applicationId: 'sample', phoneNumber: '+12025550199' };

export interface SampleServerOptions {
  /**
   * `python`: JSON as `text/html`, `room` a string, failures with status 200. `node`: `application/json`, `room` an
   * object with a name, failures with status 500.
   */
  readonly variant: 'python' | 'node';
  /** Origins of the test's pages. */
  readonly allowedOrigins?: AllowedOrigins;
  /** Default: simulated phones. */
  readonly phones?: PhoneNetwork;
  /** Takes what goes wrong. Default: standard error. */
  readonly log?: (message: string) => void;
}

/** What a page has asked for. */
export interface SampleRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: SampleBody;
}

interface SampleBody {
  readonly room?: string;
  readonly caller?: { readonly name?: string };
  readonly callee?: { readonly name?: string; readonly phone_number?: string };
}

interface Room {
  readonly sessionId: string;
  readonly participantIds: string[];
}

export class SampleServer {
  /** Without a slash at the end. Serves the built elements at `/dist/`, too. */
  readonly url: string;
  readonly platform: Platform;
  /** In the order in which they came. */
  readonly requests: SampleRequest[] = [];
  /** While it is set, `/joinCall` and `/startPSTNCall` fail with this message. */
  failure: string | undefined;
  readonly #variant: SampleServerOptions['variant'];
  readonly #server: Server;
  readonly #webrtc: BandwidthWebrtcApi;
  readonly #voice: BandwidthVoiceApi;
  readonly #rooms = new Map<string, Room>();
  /** Names by participant. */
  readonly #attendees = new Map<string, string>();
  /** The phone that was called last. */
  #phone: { readonly token: string; callId?: string } | undefined;

  static async start(options: SampleServerOptions): Promise<SampleServer> {
    const server = createServer();
    const listening = once(server, 'listening');
    server.listen(0, '127.0.0.1');
    await listening;
    return new SampleServer(server, options);
  }

  private constructor(server: Server, { variant, phones, allowedOrigins = [], log }: SampleServerOptions) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.platform = createPlatform({ credentials: ACCOUNT, phones, log });
    this.#variant = variant;
    this.#server = server;
    this.#webrtc = new BandwidthWebrtcApi({ ...ACCOUNT, webrtcUrl: this.url + this.platform.webrtcPath });
    this.#voice = new BandwidthVoiceApi({ ...ACCOUNT, ...VOICE, voiceUrl: this.url + this.platform.voicePath });
    const listener = getRequestListener(this.#createApp(allowedOrigins).fetch);
    server.on('request', (request, response) => void listener(request, response));
    server.on('upgrade', (request, socket, head) => {
      if (!this.platform.handleUpgrade(request, socket, head)) socket.destroy();
    });
  }

  async close(): Promise<void> {
    await this.platform.close();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  #createApp(allowedOrigins: AllowedOrigins): Hono {
    const app = new Hono();
    app.route('/', this.platform.app);
    app.post('/Callbacks/answer', async (context) => {
      const { callId } = await context.req.json<{ callId: string }>();
      const { token = '' } = this.#phone ?? {};
      return context.body(transferAnswer({ callId, token }), 200, { 'content-type': 'text/xml' });
    });
    app.post('/Callbacks/disconnect', (context) => context.body(null, 204));
    const guard = crossOrigin(allowedOrigins);
    const add = (method: string, path: string, handle: (request: SampleRequest) => object | Promise<object>): void => {
      app.use(path, guard);
      app.on(method, path, async (context) => this.#answer(context, handle));
    };
    add('POST', '/joinCall', ({ body }) => this.#join(body));
    add('POST', '/startPSTNCall', ({ body }) => this.#call(body));
    add('GET', '/endPSTNCall', () => this.#hangUp());
    add('GET', '/idLookup', ({ query }) => ({ attendee: this.#attendees.get(query['id'] ?? '') }));
    add('GET', '/endSession', ({ query }) => this.#endSession(query['room_name'] ?? ''));
    app.route('/', createStaticFiles());
    return app;
  }

  async #answer(context: Context, handle: (request: SampleRequest) => object | Promise<object>): Promise<Response> {
    const text = await context.req.text();
    const request = {
      path: context.req.path,
      query: context.req.query(),
      body: JSON.parse(text || '{}') as SampleBody,
    };
    this.requests.push(request);
    const hasFailed = this.failure !== undefined && context.req.method === 'POST';
    const answer = hasFailed ? { message: this.failure } : await handle(request);
    const isPython = this.#variant === 'python';
    const headers = { 'content-type': isPython ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8' };
    return context.body(JSON.stringify(answer), hasFailed && !isPython ? 500 : 200, headers);
  }

  async #join({ room: name = 'lobby', caller }: SampleBody): Promise<object> {
    const { participantId, token } = await this.#webrtc.createParticipant({ publishPermissions: ['AUDIO', 'VIDEO'] });
    this.#attendees.set(participantId, caller?.name ?? '');
    const room = await this.#enter(name, participantId);
    const { sessionId: session_id, participantIds: participants } = room;
    return {
      message: 'created',
      token,
      room: this.#variant === 'python' ? name : { name, session_id, participants, calls: [] },
      // The one thing that is not the sample's: its pages look for the vendor's own platform.
      websocketUrl: this.url.replace('http', 'ws') + this.platform.devicePath,
    };
  }

  async #enter(name: string, participantId: string): Promise<Room> {
    const known = this.#rooms.get(name);
    const room = known ?? { ...(await this.#webrtc.createSession()), participantIds: [] };
    this.#rooms.set(name, room);
    await this.#webrtc.addToSession(participantId, room.sessionId);
    room.participantIds.push(participantId);
    return room;
  }

  async #call({ room = 'lobby', callee }: SampleBody): Promise<object> {
    const { participantId, token } = await this.#webrtc.createParticipant({ publishPermissions: ['AUDIO'] });
    await this.#enter(room, participantId);
    this.#attendees.set(participantId, callee?.name ?? '');
    this.#phone = { token };
    const callbacks = {
      answerUrl: `${this.url}/Callbacks/answer`,
      disconnectUrl: `${this.url}/Callbacks/disconnect`,
      username: 'sample',
      password: 'of-a-test',
    };
    const { callId } = await this.#voice.createCall({ to: callee?.phone_number ?? '', callTimeout: 30 }, callbacks);
    this.#phone.callId = callId;
    return { status: 'ringing' };
  }

  async #hangUp(): Promise<object> {
    if (this.#phone?.callId !== undefined) await this.#voice.hangUp(this.#phone.callId);
    return { status: 'hungup' };
  }

  async #endSession(name: string): Promise<object> {
    const { participantIds } = this.#rooms.get(name) ?? { participantIds: [] };
    for (const participantId of participantIds.splice(0)) await this.#webrtc.deleteParticipant(participantId);
    return { status: 200, message: `room/session '${name}' deleted` };
  }
}
