/**
 * A media provider without a network: goes in through the port, records what the room does with it, and lets a test
 * make other people's media come and go.
 */
import { registerProvider } from '../../../src/providers/index.js';
import type { RoomError } from '../../../src/room/errors.js';
import type {
  MediaConnection,
  MediaConnectOptions,
  MediaProvider,
  MediaStatistics,
  RemoteStream,
} from '../../../src/room/media-connection.js';

export interface Publication {
  readonly stream: MediaStream;
  readonly alias: string | undefined;
  /** The kinds of the tracks at that moment. */
  readonly kinds: readonly string[];
}

export class FakeConnection implements MediaConnection {
  readonly options: MediaConnectOptions;
  readonly publications: Publication[] = [];
  readonly unpublished: MediaStream[] = [];
  levels: ReadonlyMap<string, number> = new Map();
  /** What the room reads next. */
  measured: MediaStatistics = {};
  /** Keypad digits that were played. */
  digits = '';
  /** Whether sound is sent that can carry digits. */
  carriesDigits = true;
  /** What the next publications fail with. */
  publishFailure: Error | undefined;
  /** How often it was told to ask for another grant. */
  renewals = 0;
  isOpen = false;
  isClosed = false;

  constructor(options: MediaConnectOptions) {
    this.options = options;
  }

  async publish(stream: MediaStream, alias?: string): Promise<void> {
    this.publications.push({ stream, alias, kinds: stream.getTracks().map(({ kind }) => kind) });
    if (this.publishFailure) throw this.publishFailure;
  }

  async unpublish(stream: MediaStream): Promise<void> {
    this.unpublished.push(stream);
  }

  sentId({ id }: MediaStream): string | undefined {
    return this.publications.some(({ stream }) => stream.id === id) ? `sent-${id}` : undefined;
  }

  sendDigits(digits: string): boolean {
    if (this.carriesDigits) this.digits += digits;
    return this.carriesDigits;
  }

  audioLevels(): ReadonlyMap<string, number> {
    return this.levels;
  }

  async statistics(): Promise<MediaStatistics> {
    return this.measured;
  }

  renew(): void {
    this.renewals++;
  }

  close(): void {
    this.isClosed = true;
  }

  /** Somebody's stream comes, or comes again with other facts. Resolves when the room has taken it in. */
  show(...streams: RemoteStream[]): Promise<void> {
    for (const stream of streams) this.options.observer.streamAvailable(stream);
    return nextTask();
  }

  hide(...streams: RemoteStream[]): void {
    for (const stream of streams) this.options.observer.streamUnavailable(stream.id);
  }

  setConnected(connected: boolean): void {
    this.options.observer.connectedChanged(connected);
  }

  /** The call ends without anybody leaving. */
  end(error: RoomError): void {
    this.isClosed = true;
    this.options.observer.closed(error);
  }

  renewGrant(): ReturnType<MediaConnectOptions['renewGrant']> {
    return this.options.renewGrant(this.options.signal);
  }
}

export class FakeProvider implements MediaProvider {
  /** Every connection asked for, the last one at the end. */
  readonly connections: FakeConnection[] = [];
  /** What connecting waits for. */
  gate: Promise<unknown> = Promise.resolve();
  /** What connecting fails with. */
  failure: Error | undefined;
  /** Called before connecting succeeds. */
  onConnect: ((connection: FakeConnection) => void) | undefined;

  async connect(options: MediaConnectOptions): Promise<MediaConnection> {
    const connection = new FakeConnection(options);
    this.connections.push(connection);
    const { signal } = options;
    await Promise.race([
      this.gate,
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      }),
    ]);
    if (this.failure) throw this.failure;
    this.onConnect?.(connection);
    connection.isOpen = true;
    return connection;
  }

  /** The last connection asked for. */
  get connection(): FakeConnection {
    const connection = this.connections.at(-1);
    if (!connection) throw new Error('Nobody has asked for a connection.');
    return connection;
  }
}

/** Takes the place of the provider `fake`, so that no test meets another one's connections. */
export function useFakeProvider(): FakeProvider {
  const provider = new FakeProvider();
  registerProvider('fake', async () => ({ provider }));
  return provider;
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
