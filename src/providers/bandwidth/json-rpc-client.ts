/**
 * JSON-RPC 2.0 over the platform's WebSocket, in the shape the SDK knows from `rpc-websockets`. Comes back by itself
 * after a drop, and tells in what state it is. Never throws on what a server sends, never logs.
 */
import { EventEmitter } from './shims/events.js';

/**
 * `lost`: the socket dropped, it is opened again. The others are final. `refused`: it was not let in, or the server
 * said not to come back this way. `ended`: the server closed it in good order. `closed`: closed here.
 */
export type SocketState = 'connecting' | 'open' | 'lost' | 'refused' | 'ended' | 'closed';

/** Why a call failed: the socket is not there, nobody answered in time, or the server answered with an error. */
export type JsonRpcFailure = 'dropped' | 'unanswered' | 'rejected';

export class JsonRpcError extends Error {
  readonly failure: JsonRpcFailure;

  constructor(failure: JsonRpcFailure, message: string) {
    super(message);
    this.failure = failure;
  }
}

interface PendingCall {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: JsonRpcError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** How long a call may stay unanswered, in milliseconds. */
const CALL_LIMIT = 10_000;

/** How long opening a lost socket may take before it is tried anew, in milliseconds. Who opens the first one waits. */
const REOPEN_LIMIT = 5_000;

/** Pauses before opening a dropped socket again, in milliseconds: the first, and the longest; each up to half off. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 4_000;

/** A socket that lived this long, in milliseconds, was no failure: the pauses start from the first one again. */
const STABLE_AFTER = 5_000;

/** RFC 6455, section 7.4.1: the purpose of the connection has been fulfilled; the endpoint's policy was violated. */
const NORMAL_CLOSURE = 1000;
const POLICY_VIOLATION = 1008;

/** RFC 6455, section 7.4.2: codes from here on are the application's own. */
const PRIVATE_CODES = 4000;

/** Events of the socket itself: no name for a server's notification. */
const OWN_EVENTS: readonly unknown[] = ['open', 'close', 'error'];

export class JsonRpcClient extends EventEmitter {
  /** Called after each change of state. Not one of the listeners that `removeAllListeners()` removes. */
  onStateChange: (() => void) | undefined;
  readonly #url: string;
  readonly #pending = new Map<unknown, PendingCall>();
  #state: SocketState = 'connecting';
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #calls = 0;
  #failures = 0;
  #openedAt = 0;

  /** Opens the socket. @throws where the URL is none a page may connect to */
  constructor(url: string) {
    super();
    this.#url = url;
    this.#open();
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Resolves to the server's answer; rejects with a JsonRpcError, at once when the socket is not open or drops. */
  call(method: string, params?: unknown): Promise<unknown> {
    const id = ++this.#calls;
    const answer = new Promise<unknown>((resolve, reject) => {
      if (!this.#send({ id, method, params })) {
        reject(new JsonRpcError('dropped', `${method}: not connected`));
        return;
      }
      const timer = setTimeout(() => {
        this.#pending.delete(id);
        reject(new JsonRpcError('unanswered', `${method}: no answer in time`));
      }, CALL_LIMIT);
      this.#pending.set(id, { resolve, reject, timer });
    });
    // The SDK pings without looking at the answer; a page shall not see that as an unhandled rejection.
    answer.catch(() => undefined);
    return answer;
  }

  /** Sends what needs no answer, if the socket is open. */
  notify(method: string, params?: unknown): void {
    this.#send({ method, params });
  }

  /** Opens a lost socket now, without waiting for the pause to end. */
  retry(): void {
    if (this.#state === 'lost') this.#open();
  }

  /** Closes for good. Safe at any time. */
  close(): void {
    this.#finish('closed');
  }

  /** Takes an open socket for lost, for instance because it has gone silent, and opens it again. */
  protected drop(): void {
    if (this.#state === 'open') this.#lose();
  }

  /** Closes for good because the server doesn't want this client. */
  protected refuse(): void {
    this.#finish('refused');
  }

  #open(): void {
    this.#release();
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    // A socket that was given up still has its say; nobody listens any more.
    const on = <Name extends keyof WebSocketEventMap>(name: Name, handle: (event: WebSocketEventMap[Name]) => void) => {
      socket.addEventListener(name, (event) => {
        if (socket === this.#socket) handle(event);
      });
    };
    on('open', () => this.#opened());
    on('message', ({ data }) => this.#receive(data));
    on('close', ({ code }) => this.#closed(code));
    if (this.#state === 'lost') this.#timer = setTimeout(() => this.#lose(), REOPEN_LIMIT);
  }

  #opened(): void {
    clearTimeout(this.#timer);
    this.#openedAt = performance.now();
    this.#setState('open');
    this.emit('open');
  }

  #closed(code: number): void {
    if (code === NORMAL_CLOSURE) this.#finish('ended');
    else if (this.#state === 'connecting' || code === POLICY_VIOLATION || code >= PRIVATE_CODES) this.refuse();
    else this.#lose();
  }

  #lose(): void {
    if (this.#state === 'open' && performance.now() - this.#openedAt >= STABLE_AFTER) this.#failures = 0;
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE);
    this.#release();
    this.#timer = setTimeout(() => this.#open(), pause * (1 - Math.random() / 2));
    this.#setState('lost');
  }

  #finish(state: 'refused' | 'ended' | 'closed'): void {
    if (this.#state === 'refused' || this.#state === 'ended' || this.#state === 'closed') return;
    this.#release();
    this.#setState(state);
  }

  /** Lets the socket, the timer and the calls that wait for an answer go. */
  #release(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.close(NORMAL_CLOSURE);
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new JsonRpcError('dropped', 'The connection was lost before an answer came'));
    }
    this.#pending.clear();
    if (this.#state === 'open') this.emit('close');
  }

  #setState(state: SocketState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.onStateChange?.();
  }

  #send(message: { id?: number; method: string; params: unknown }): boolean {
    if (this.#state !== 'open' || this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
    return true;
  }

  #receive(data: unknown): void {
    const message = parse(data);
    const { id, method, params, result, error } = message;
    if (typeof method === 'string') {
      if (!OWN_EVENTS.includes(method)) this.emit(method, params);
      return;
    }
    const call = this.#pending.get(id);
    if (!call) return;
    this.#pending.delete(id);
    clearTimeout(call.timer);
    if (error == null) call.resolve(result);
    else call.reject(new JsonRpcError('rejected', `The server answered with an error: ${JSON.stringify(error)}`));
  }
}

/** The members of a message; none for what is no JSON object. */
function parse(data: unknown): Record<string, unknown> {
  try {
    return asObject(typeof data === 'string' ? JSON.parse(data) : undefined);
  } catch {
    return {};
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
