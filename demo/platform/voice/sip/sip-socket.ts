/**
 * SIP over UDP, towards one peer. SIP.js knows only transports that lose nothing, so what RFC 3261 section 17 asks for on
 * top of UDP is done beneath it: requests are sent again until they are answered, and what comes twice is not taken for
 * something new but answered as it was answered before.
 */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Core } from 'sip.js';

export type SipMessage = Core.IncomingRequestMessage | Core.IncomingResponseMessage;

/** Milliseconds: RFC 3261 section 17.1.1.1, and table 4 for the sum of all tries. */
const { T1, T2 } = Core.Timers;
export const TRANSACTION_TIMEOUT = 64 * T1;
/** A long call in which the peer asks something every few seconds does not grow: older answers are forgotten. */
const REMEMBERED = 32;

/** SIP.js wants to be given one; nothing is printed. */
export const silentLoggers = new Core.LoggerFactory();
silentLoggers.builtinEnabled = false;

export interface SipSocketObserver {
  /** Never one that was received before. */
  messageReceived(message: SipMessage): void;
  /** The system reports that datagrams do not reach the peer. */
  unreachable(): void;
}

export class SipSocket implements Core.Transport {
  readonly protocol = 'UDP';
  readonly #socket: Socket;
  readonly #observer: SipSocketObserver;
  /** Requests that wait for their answer, by transaction. */
  readonly #repeating = new Map<string, NodeJS.Timeout>();
  /** The answers given, by transaction: for when the request comes again (RFC 3261 section 17.2). */
  readonly #answers = new Map<string, string>();
  /** The ACKs to refusals, by branch: for when the refusal comes again (section 17.1.1.2, timer D). */
  readonly #acknowledgements = new Map<string, string>();
  #closed = false;

  /** Rejects with the system's error where the peer can't be reached at all. */
  static async connect(address: string, port: number, observer: SipSocketObserver): Promise<SipSocket> {
    const socket = createSocket('udp4');
    try {
      socket.connect(port, address);
      await once(socket, 'connect');
    } catch (error) {
      socket.close();
      throw error;
    }
    return new SipSocket(socket, observer);
  }

  private constructor(socket: Socket, observer: SipSocketObserver) {
    this.#socket = socket;
    this.#observer = observer;
    // The socket is connected: the system passes on only what the peer sent.
    socket.on('message', (datagram) => this.#received(datagram));
    socket.on('error', () => this.#observer.unreachable());
  }

  /** Ours, as the peer sees it where there is no NAT between. */
  get localAddress(): AddressInfo {
    return this.#socket.address();
  }

  get remoteAddress(): AddressInfo {
    return this.#socket.remoteAddress();
  }

  /** Sends a message of SIP.js. Never rejects: what is lost is sent again, and then SIP.js's own time limits count. */
  send(text: string): Promise<void> {
    const message = parse(text);
    this.#write(text);
    if (message instanceof Core.IncomingResponseMessage) remember(this.#answers, transactionOf(message), text);
    else if (message?.method === 'ACK') remember(this.#acknowledgements, message.viaBranch, text);
    else if (message) this.#repeat(transactionOf(message), text, message.method === 'INVITE' ? Infinity : T2);
    return Promise.resolve();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const timer of this.#repeating.values()) clearTimeout(timer);
    this.#repeating.clear();
    this.#socket.close();
  }

  #write(text: string): void {
    if (!this.#closed) this.#socket.send(text, () => {});
  }

  /** Timers A and E of RFC 3261: after T1, 2 T1, 4 T1 and so on, for 64 T1 in all. */
  #repeat(transaction: string, text: string, longestInterval: number): void {
    const giveUp = performance.now() + TRANSACTION_TIMEOUT;
    const sendAfter = (interval: number): void => {
      const timer = setTimeout(() => {
        this.#repeating.delete(transaction);
        if (performance.now() >= giveUp) return;
        this.#write(text);
        sendAfter(Math.min(2 * interval, longestInterval));
      }, interval);
      this.#repeating.set(transaction, timer);
    };
    sendAfter(T1);
  }

  #received(datagram: Buffer): void {
    const message = parse(datagram.toString('utf8'));
    if (!message || this.#closed) return;
    const isNew =
      message instanceof Core.IncomingResponseMessage
        ? this.#responseReceived(message)
        : this.#requestReceived(message);
    if (isNew) this.#observer.messageReceived(message);
  }

  #responseReceived(message: Core.IncomingResponseMessage): boolean {
    const status = message.statusCode ?? 0;
    // A provisional answer to what is no INVITE promises nothing: timer E goes on.
    if (message.method === 'INVITE' || status >= 200) {
      clearTimeout(this.#repeating.get(transactionOf(message)));
      this.#repeating.delete(transactionOf(message));
    }
    const acknowledgement = this.#acknowledgements.get(message.viaBranch);
    if (acknowledgement === undefined) return true;
    this.#write(acknowledgement);
    return false;
  }

  #requestReceived(message: Core.IncomingRequestMessage): boolean {
    const answer = this.#answers.get(transactionOf(message));
    if (answer === undefined) return true;
    this.#write(answer);
    return false;
  }
}

function remember(messages: Map<string, string>, key: string, text: string): void {
  messages.set(key, text);
  if (messages.size <= REMEMBERED) return;
  const [oldest] = messages.keys();
  if (oldest !== undefined) messages.delete(oldest);
}

/** RFC 3261 sections 17.1.3 and 17.2.3. There is but one peer. */
function transactionOf({ method, viaBranch }: SipMessage): string {
  return `${method} ${viaBranch}`;
}

const parserLogger = silentLoggers.getLogger('sip.parser');
/** What every message has: RFC 3261 section 8.1.1. */
const REQUIRED_HEADERS = ['from', 'to', 'call-id', 'cseq', 'via'];

/** Undefined for what is no SIP message, also for the empty lines that keep a NAT open (RFC 5626 section 3.5.1). */
function parse(text: string): SipMessage | undefined {
  try {
    const message = Core.Parser.parseMessage(text, parserLogger);
    return message && REQUIRED_HEADERS.every((name) => message.hasHeader(name)) ? message : undefined;
  } catch {
    // The parser trips over some of what is malformed.
    return undefined;
  }
}
