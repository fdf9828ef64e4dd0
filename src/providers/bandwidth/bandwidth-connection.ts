/**
 * A participant's connection to a meeting on Bandwidth's platform. Replaces its session where that breaks, so that
 * the room hears of nothing but an interruption.
 */
import type { RoomError, RoomErrorCode } from '../../room/errors.js';
import type {
  MediaConnection,
  MediaConnectOptions,
  MediaGrant,
  MediaObserver,
  MediaStatistics,
} from '../../room/media-connection.js';
import type { CreateError } from './create-error.js';
import { Session } from './session.js';
import { pause, within } from './waiting.js';

/** How long a broken connection is tried to be restored, in milliseconds, not counting the time the device slept. */
const RECOVERY_LIMIT = 120_000;

/** How long the endpoint may take for a new grant, and media to flow again after connecting, in milliseconds. */
const RENEW_LIMIT = 20_000;
const RESUME_LIMIT = 15_000;

/** What counts of one attempt at most, in milliseconds: what takes longer has slept. */
const ATTEMPT_LIMIT = 30_000;

/** Pauses between the attempts, in milliseconds: the first, and the longest; each up to half off. */
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8_000;

/** A connection that held this long after it was restored, in milliseconds, starts from the first attempt again. */
const STABLE_AFTER = 30_000;

/** A room can be full of this participant's own earlier connection, until the platform lets that go after 10 s. */
const OWN_PLACE_LIMIT = 15_000;

/** Failures that may be gone at the next attempt, without anybody doing anything. All others are final. */
const PASSING: readonly RoomErrorCode[] = [
  'endpoint-unreachable',
  'endpoint-timeout',
  'endpoint-failed',
  'endpoint-rate-limited',
  'connect-refused',
  'connect-timeout',
  'token-expired',
];

export class BandwidthConnection implements MediaConnection {
  readonly #createError: CreateError;
  readonly #observer: MediaObserver;
  readonly #renewGrant: MediaConnectOptions['renewGrant'];
  readonly #published = new Map<MediaStream, string | undefined>();
  /** Ids of all streams sent so far: after a recovery the platform may send this participant its former self. */
  readonly #ownStreamIds = new Set<string>();
  /** Aborted when it was closed, or ended by itself. */
  readonly #over = new AbortController();
  #session: Session | undefined;
  /** Carries what it can until a new grant is there. */
  #outdated: Session | undefined;
  #recovery: Promise<void> | undefined;
  /** What recovering has taken since the connection was last stable: attempts, and milliseconds. */
  #attempts = 0;
  #spent = 0;
  #recoveredAt = -Infinity;

  constructor({ observer, renewGrant }: MediaConnectOptions, createError: CreateError) {
    this.#createError = createError;
    this.#observer = observer;
    this.#renewGrant = renewGrant;
  }

  /** Call it once, before anything else. @throws RoomError; the signal's reason when aborted */
  async open(grant: MediaGrant, signal: AbortSignal): Promise<void> {
    this.#use(await this.#openSession(grant, signal));
  }

  async publish(stream: MediaStream, alias?: string): Promise<void> {
    const isNew = !this.#published.has(stream);
    this.#published.set(stream, alias);
    try {
      await this.#perform((session) => session.publish(stream, alias));
    } catch (error) {
      if (isNew) this.#published.delete(stream);
      throw error;
    }
  }

  async unpublish(stream: MediaStream): Promise<void> {
    if (this.#published.delete(stream)) await this.#perform((session) => session.unpublish(stream));
  }

  sentId(stream: MediaStream): string | undefined {
    return this.#session?.sentId(stream);
  }

  sendDigits(digits: string): boolean {
    return this.#session?.sendDigits(digits) ?? false;
  }

  audioLevels(): ReadonlyMap<string, number> {
    return this.#session?.audioLevels() ?? new Map<string, number>();
  }

  async statistics(): Promise<MediaStatistics> {
    return (await this.#session?.statistics()) ?? {};
  }

  renew(): void {
    if (this.#recovery || this.#over.signal.aborted) return;
    // The new grant ends what the former one began, which is no removal. To end it here would be to leave.
    this.#outdated = this.#session;
    this.#session = undefined;
    this.#startRecovery();
  }

  close(): void {
    this.#over.abort();
    this.#session?.close();
    this.#outdated?.close();
    this.#session = undefined;
    this.#outdated = undefined;
  }

  /** On the session that carries the call: should it break meanwhile, on the one that replaces it. */
  async #perform(operation: (session: Session) => Promise<void>): Promise<void> {
    for (;;) {
      await this.#recovery;
      const session = this.#session;
      if (!session) throw this.#createError('connection-lost');
      try {
        await operation(session);
        return;
      } catch (cause) {
        if (session === this.#session && !this.#recovery) throw this.#createError('publish-failed', { cause });
      }
    }
  }

  async #openSession(grant: MediaGrant, signal: AbortSignal): Promise<Session> {
    const isInUse = () => session === this.#session;
    const session = new Session(this.#ownStreamIds, this.#createError, {
      streamAvailable: (stream) => {
        if (isInUse()) this.#observer.streamAvailable(stream);
      },
      streamUnavailable: (id) => {
        if (isInUse()) this.#observer.streamUnavailable(id);
      },
      broken: () => {
        if (isInUse()) this.#startRecovery();
      },
      ended: () => {
        if (isInUse()) this.#end(this.#createError('removed'));
      },
    });
    try {
      await session.connect(grant, signal);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  /** From now on the call is carried by this session. What carried it before is closed. */
  #use(session: Session): void {
    const previous = [this.#session, this.#outdated];
    this.#session = session;
    this.#outdated = undefined;
    for (const each of previous) this.#dismiss(each);
    for (const stream of session.streams) this.#tell((observer) => observer.streamAvailable(stream));
  }

  #dismiss(session: Session | undefined): void {
    if (!session) return;
    const { streams } = session;
    session.close();
    for (const { id } of streams) this.#tell((observer) => observer.streamUnavailable(id));
  }

  #startRecovery(): void {
    this.#recovery = this.#recover().finally(() => (this.#recovery = undefined));
  }

  async #recover(): Promise<void> {
    const { signal } = this.#over;
    this.#observer.connectedChanged(false);
    if (performance.now() - this.#recoveredAt > STABLE_AFTER) this.#attempts = this.#spent = 0;
    // A session that still carries media goes on until the next one does.
    if (!this.#session?.carriesMedia) {
      this.#dismiss(this.#session);
      this.#session = undefined;
    }
    let grant: MediaGrant | undefined;
    let failure: unknown;
    while (this.#spent < RECOVERY_LIMIT && !signal.aborted) {
      const startedAt = performance.now();
      try {
        if (this.#attempts > 0) await pause(this.#pauseBeforeAttempt(), signal);
        // Each grant gets a second chance: a platform that is away and one that refuses the grant look the same.
        if (this.#attempts % 2 === 0) grant = undefined;
        grant ??= await within(this.#renewGrant(signal), RENEW_LIMIT, signal);
        this.#use(await this.#openReplacement(grant, signal));
        this.#recoveredAt = performance.now();
        this.#tell((observer) => observer.connectedChanged(true));
        return;
      } catch (error) {
        if (this.#isFinal(error)) this.#end(error);
        failure = error;
      } finally {
        this.#attempts++;
        this.#spent += Math.min(performance.now() - startedAt, ATTEMPT_LIMIT);
      }
    }
    this.#end(this.#createError('connection-lost', { cause: failure }));
  }

  #pauseBeforeAttempt(): number {
    return Math.min(FIRST_PAUSE * 2 ** (this.#attempts - 1), LONGEST_PAUSE) * (1 - Math.random() / 2);
  }

  /** A session that sends what was sent before, and whose media flows. */
  async #openReplacement(grant: MediaGrant, signal: AbortSignal): Promise<Session> {
    const session = await this.#openSession(grant, signal);
    try {
      await within(this.#resume(session), RESUME_LIMIT, signal);
      return session;
    } catch (error) {
      session.close();
      throw error;
    }
  }

  async #resume(session: Session): Promise<void> {
    for (const [stream, alias] of this.#published) await session.publish(stream, alias);
    await session.mediaConnected(RESUME_LIMIT);
  }

  /** The room may close the connection while it is being told something: then it hears nothing more. */
  #tell(report: (observer: MediaObserver) => void): void {
    if (!this.#over.signal.aborted) report(this.#observer);
  }

  #isFinal(error: unknown): error is RoomError {
    if (!isRoomError(error)) return false;
    if (error.code === 'room-full') return this.#spent > OWN_PLACE_LIMIT;
    return !PASSING.includes(error.code);
  }

  #end(error: RoomError): void {
    if (this.#over.signal.aborted) return;
    this.close();
    this.#observer.closed(error);
  }
}

function isRoomError(error: unknown): error is RoomError {
  return error instanceof Error && error.name === 'RoomError';
}
