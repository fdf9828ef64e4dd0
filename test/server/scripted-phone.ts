/** A SIP phone that does what a test tells it: real datagrams on loopback, message by message. */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { Core } from 'sip.js';
import type { DisconnectCause, PhoneObserver } from '../../demo/platform/voice/phone.js';
import { silentLoggers } from '../../demo/platform/voice/sip/sip-socket.js';

export const LOOPBACK = '127.0.0.1';
export type Request = Core.IncomingRequestMessage;
export type Response = Core.IncomingResponseMessage;

/** How long real things may take, in milliseconds. */
const PATIENCE = 10_000;

/** A queue that can be waited at. */
export class Arrivals<Item> {
  readonly #items: Item[] = [];
  #waiting: (() => void) | undefined;

  push(item: Item): void {
    this.#items.push(item);
    this.#waiting?.();
  }

  /** The next one that fits; those before it are dropped. Fails where none comes in time. */
  async next(fits: (item: Item) => boolean = () => true): Promise<Item> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('What the test waits for does not come.')), PATIENCE);
    });
    try {
      return await Promise.race([this.#nextFitting(fits), late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async #nextFitting(fits: (item: Item) => boolean): Promise<Item> {
    for (;;) {
      const item = this.#items.shift();
      if (item === undefined) await new Promise<void>((resolve) => (this.#waiting = resolve));
      else if (fits(item)) return item;
    }
  }

  /** What has come and was not asked for. */
  get waiting(): readonly Item[] {
    return this.#items;
  }
}

interface ReplyOptions {
  readonly headers?: readonly string[];
  readonly body?: string;
  /** The phone's tag. Default: always the same. */
  readonly tag?: string;
}

export class ScriptedPhone {
  readonly messages = new Arrivals<Request | Response>();
  readonly rtp: RtpEnd;
  readonly #socket: Socket;
  #peer: RemoteInfo | undefined;
  #cseq = 1;
  #isAlone = false;

  static async open(): Promise<ScriptedPhone> {
    const socket = createSocket('udp4');
    socket.bind(0, LOOPBACK);
    await once(socket, 'listening');
    return new ScriptedPhone(socket, await RtpEnd.open(LOOPBACK));
  }

  private constructor(socket: Socket, rtp: RtpEnd) {
    this.#socket = socket;
    this.rtp = rtp;
    socket.on('message', (datagram, from) => {
      this.#peer = from;
      const message = Core.Parser.parseMessage(datagram.toString(), silentLoggers.getLogger('phone'));
      if (message && this.#isAlone && message instanceof Core.IncomingRequestMessage) this.reply(message, '200 OK');
      else if (message) this.messages.push(message);
    });
  }

  get port(): number {
    return this.#socket.address().port;
  }

  get uri(): string {
    return `sip:${LOOPBACK}:${this.port}`;
  }

  /** The next request of this method. */
  async request(method: string): Promise<Request> {
    const message = await this.messages.next(
      (each) => each instanceof Core.IncomingRequestMessage && each.method === method,
    );
    return message as Request;
  }

  async response(method: string): Promise<Response> {
    const message = await this.messages.next(
      (each) => each instanceof Core.IncomingResponseMessage && each.method === method,
    );
    return message as Response;
  }

  reply(request: Request, status: string, { headers = [], body = '', tag = 'phone' }: ReplyOptions = {}): void {
    const to = `${request.getHeader('to') ?? ''}${request.toTag ? '' : `;tag=${tag}`}`;
    this.send([
      `SIP/2.0 ${status}`,
      `Via: ${request.getHeader('via') ?? ''}`,
      `From: ${request.getHeader('from') ?? ''}`,
      `To: ${to}`,
      `Call-ID: ${request.callId}`,
      `CSeq: ${request.cseq} ${request.method}`,
      `Contact: <sip:phone@${LOOPBACK}:${this.port}>`,
      ...headers,
      ...bodyLines(body),
    ]);
  }

  /** Sends a request in the call that the INVITE began. */
  ask(method: string, invite: Request, { body = '', branch = `z9hG4bK${this.#cseq}`, cseq = this.#cseq++ } = {}): void {
    this.send([
      `${method} ${(invite.parseHeader('contact') as Core.NameAddrHeader).uri.toString()} SIP/2.0`,
      `Via: SIP/2.0/UDP ${LOOPBACK}:${this.port};branch=${branch}`,
      `From: ${invite.getHeader('to') ?? ''};tag=phone`,
      `To: ${invite.getHeader('from') ?? ''}`,
      `Call-ID: ${invite.callId}`,
      `CSeq: ${cseq} ${method}`,
      'Max-Forwards: 70',
      `Contact: <sip:phone@${LOOPBACK}:${this.port}>`,
      ...bodyLines(body),
    ]);
  }

  send(lines: readonly string[] | Buffer): void {
    const datagram = Buffer.isBuffer(lines) ? lines : Buffer.from(lines.join('\r\n'));
    this.#socket.send(datagram, this.#peer?.port ?? 0, LOOPBACK);
  }

  /** A description of this phone's sound. */
  sdp({ payloadTypes = '0 8 101', port = this.rtp.port, address = LOOPBACK, direction = 'sendrecv' } = {}): string {
    return [
      'v=0',
      `o=phone 1 1 IN IP4 ${LOOPBACK}`,
      's=-',
      `c=IN IP4 ${address}`,
      't=0 0',
      `m=audio ${port} RTP/AVP ${payloadTypes}`,
      ...(payloadTypes.includes('101') ? ['a=rtpmap:101 telephone-event/8000'] : []),
      `a=${direction}`,
      '',
    ].join('\r\n');
  }

  /** Takes the call: the INVITE and its ACK are done when this resolves. */
  async answer(body = this.sdp()): Promise<Request> {
    const invite = await this.request('INVITE');
    this.reply(invite, '200 OK', { headers: ['Content-Type: application/sdp'], body });
    await this.request('ACK');
    return invite;
  }

  /** From now on the end of a call is confirmed without being told to. */
  leaveAlone(): void {
    this.#isAlone = true;
  }

  close(): void {
    this.#socket.close();
    this.rtp.close();
  }
}

function bodyLines(body: string): string[] {
  return [...(body ? ['Content-Type: application/sdp'] : []), `Content-Length: ${Buffer.byteLength(body)}`, '', body];
}

/** Sends and receives datagrams of RTP. */
export class RtpEnd {
  readonly datagrams = new Arrivals<Buffer>();
  readonly #socket: Socket;

  static async open(address: string): Promise<RtpEnd> {
    const socket = createSocket('udp4');
    socket.bind(0, address);
    await once(socket, 'listening');
    return new RtpEnd(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (datagram) => this.datagrams.push(datagram));
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(datagram: Buffer, port: number): void {
    this.#socket.send(datagram, port, LOOPBACK);
  }

  close(): void {
    this.#socket.close();
  }
}

export type Told = 'ringing' | 'answered' | readonly [cause: DisconnectCause, message: string | undefined];

/** Writes down what a call tells. */
export class RecordingObserver implements PhoneObserver {
  readonly told = new Arrivals<Told>();
  readonly frames = new Arrivals<Int16Array>();

  ringing(): void {
    this.told.push('ringing');
  }

  answered(): void {
    this.told.push('answered');
  }

  spoken(frame: Int16Array): void {
    this.frames.push(frame);
  }

  ended(cause: DisconnectCause, message?: string): void {
    this.told.push([cause, message]);
  }
}
