/**
 * One connection to the platform through one instance of the SDK, for as long as it can carry the call. It gets over
 * short drops of the socket by itself; when it is broken, it says so once and has to be replaced.
 */
import type { MediaGrant, MediaStatistics, MediaType, RemoteStream } from '../../room/media-connection.js';
import { audioLevel } from './audio-level.js';
import type { CreateError } from './create-error.js';
import { PublishedStream } from './published-stream.js';
import { isDropped, Sdk, tokenExpiry, type SdkStream, type SocketState } from './sdk.js';
import { readStatistics } from './statistics.js';
import { TimeLimitError, within } from './waiting.js';

/** How long connecting may take, in milliseconds. */
const CONNECT_LIMIT = 10_000;

/** How long the platform may take to accept what is to be sent, in milliseconds. */
const NEGOTIATION_LIMIT = 20_000;

/** How often a negotiation is begun again because the socket dropped in the middle of it. */
const NEGOTIATION_ATTEMPTS = 3;

/** How long the socket may be away, in milliseconds: the platform forgets a device after 10 s. */
const SOCKET_LOSS_LIMIT = 8_000;

/** How long media may be interrupted, in milliseconds: most interruptions that end by themselves are shorter. */
const MEDIA_LOSS_LIMIT = 5_000;

/** How long the browser may take to read its statistics, in milliseconds. */
const STATISTICS_LIMIT = 5_000;

/** The alias the platform gives to streams that were published without one. */
const NO_ALIAS = '__default__';

export interface SessionObserver {
  streamAvailable(stream: RemoteStream): void;
  streamUnavailable(id: string): void;
  /** It can't carry the call any longer, though media may still flow until it is closed. */
  broken(): void;
  /** The platform ended it in good order. */
  ended(): void;
}

export class Session {
  readonly #ownStreamIds: Set<string>;
  readonly #createError: CreateError;
  readonly #observer: SessionObserver;
  readonly #sdk: Sdk;
  readonly #streams = new Map<string, RemoteStream>();
  /** Ids of those whose tracks changed, until that is told. */
  readonly #changedStreams = new Set<string>();
  readonly #published = new Map<MediaStream, PublishedStream>();
  /** Aborted when it is broken, ended or closed: nothing can be waited for any more. */
  readonly #over = new AbortController();
  readonly #watchers = new Set<() => void>();
  #inOrder: Promise<unknown> = Promise.resolve();
  #socketLossTimer: ReturnType<typeof setTimeout> | undefined;
  #mediaLossTimer: ReturnType<typeof setTimeout> | undefined;
  #changeTimer: ReturnType<typeof setTimeout> | undefined;

  /** @param ownStreamIds gets the ids of what is sent; streams with these ids are never taken for somebody else's */
  constructor(ownStreamIds: Set<string>, createError: CreateError, observer: SessionObserver) {
    this.#ownStreamIds = ownStreamIds;
    this.#createError = createError;
    this.#observer = observer;
    this.#sdk = new Sdk({
      socketStateChanged: (state) => this.#socketStateChanged(state),
      offerIgnored: () => this.#break(),
      peerConnectionChanged: () => this.#mediaStateChanged(),
      streamAvailable: (stream) => this.#streamAvailable(stream),
      streamUnavailable: (id) => this.#streamUnavailable(id),
    });
    addEventListener('online', () => this.#sdk.retrySocket(), { signal: this.#over.signal });
  }

  /** Whether media flows in at least one direction. */
  get carriesMedia(): boolean {
    return this.#connectionStates().includes('connected');
  }

  get streams(): readonly RemoteStream[] {
    return [...this.#streams.values()];
  }

  /** Call it once. Has to be closed also when this fails. @throws RoomError; the signal's reason when aborted */
  async connect(grant: MediaGrant, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (typeof RTCPeerConnection === 'undefined') throw this.#createError('webrtc-unsupported');
    const expiry = this.#readExpiry(grant.token);
    try {
      const connected = this.#sdk.connect(grant);
      await within(Promise.race([connected, aborted(this.#over.signal)]), CONNECT_LIMIT, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof TimeLimitError) throw this.#createError('connect-timeout', { cause });
      // Only the platform's clock counts: a token that looks expired here may be good.
      throw this.#createError(expiry < Date.now() ? 'token-expired' : 'connect-refused', { cause });
    }
  }

  /** Sends the stream's tracks as they are when it is this call's turn. */
  publish(source: MediaStream, alias: string | undefined): Promise<void> {
    return this.#next(async () => {
      const known = this.#published.get(source);
      const stream = known ?? new PublishedStream(source, alias);
      this.#published.set(source, stream);
      this.#ownStreamIds.add(stream.handover.id);
      try {
        if (stream.isTaken) await stream.update();
        if (!stream.isTaken || stream.needsNegotiation) await this.#negotiate(stream);
        if (stream.isRefused) throw new Error('The platform takes no media of this participant.');
      } catch (error) {
        // Nobody waits for it: what counts is that it comes before anything that is asked for after this failure.
        if (!known) this.unpublish(source).catch(() => undefined);
        throw error;
      }
    });
  }

  unpublish(source: MediaStream): Promise<void> {
    return this.#next(async () => {
      const stream = this.#published.get(source);
      if (!stream) return;
      this.#published.delete(source);
      stream.stop();
      if (stream.isTaken) await this.#persist(() => this.#sdk.unpublish(stream.handover));
    });
  }

  sentId(source: MediaStream): string | undefined {
    return this.#published.get(source)?.handover.id;
  }

  sendDigits(digits: string): boolean {
    return [...this.#published.values()].some((stream) => stream.sendDigits(digits));
  }

  /** Resolves when all peer connections are connected. Rejects when that takes longer than `limit` milliseconds. */
  mediaConnected(limit: number): Promise<void> {
    return this.#until(() => this.#connectionStates().every((state) => state === 'connected'), limit);
  }

  /** Loudness by id of stream, for all streams with audio. */
  audioLevels(): Map<string, number> {
    const levels = new Map<string, number>();
    const idOfTrack = new Map<MediaStreamTrack, string>();
    for (const { id, mediaStream } of this.#streams.values()) {
      for (const track of mediaStream.getAudioTracks()) {
        levels.set(id, 0);
        idOfTrack.set(track, id);
      }
    }
    for (const connection of this.#sdk.peerConnections) {
      for (const receiver of connection.getReceivers()) {
        const id = idOfTrack.get(receiver.track);
        if (id !== undefined) levels.set(id, Math.max(levels.get(id) ?? 0, audioLevel(receiver)));
      }
    }
    return levels;
  }

  /** Empty where it can't be read: when the session is broken, or closed meanwhile. */
  async statistics(): Promise<MediaStatistics> {
    try {
      return await within(readStatistics(this.#sdk.peerConnections), STATISTICS_LIMIT, this.#over.signal);
    } catch {
      return {};
    }
  }

  /** Leaves and releases everything, in any state. Tells the observer nothing. */
  close(): void {
    this.#finish();
    clearTimeout(this.#changeTimer);
    for (const stream of this.#published.values()) stream.empty();
    this.#sdk.disconnect();
    for (const { mediaStream } of this.#streams.values()) this.#ignoreTracks(mediaStream);
    this.#streams.clear();
  }

  /** In milliseconds since 1970. @throws RoomError `token-invalid` */
  #readExpiry(token: string): number {
    try {
      return tokenExpiry(token) ?? Infinity;
    } catch (cause) {
      throw this.#createError('token-invalid', { cause });
    }
  }

  #finish(): boolean {
    clearTimeout(this.#socketLossTimer);
    clearTimeout(this.#mediaLossTimer);
    if (this.#over.signal.aborted) return false;
    this.#over.abort();
    return true;
  }

  #break(): void {
    if (!this.#finish()) return;
    // With the socket open, the platform still learns that this device leaves when the session is closed.
    if (this.#sdk.socketState === 'lost') this.#sdk.closeSocket();
    this.#observer.broken();
  }

  #socketStateChanged(state: SocketState): void {
    if (state === 'lost') this.#socketLossTimer ??= setTimeout(() => this.#break(), SOCKET_LOSS_LIMIT);
    if (state === 'open') {
      clearTimeout(this.#socketLossTimer);
      this.#socketLossTimer = undefined;
    }
    if (state === 'refused') this.#break();
    if (state === 'ended' && this.#finish()) this.#observer.ended();
    this.#wakeWatchers();
  }

  #mediaStateChanged(): void {
    const states = this.#connectionStates();
    if (states.includes('failed')) this.#break();
    else if (states.includes('disconnected'))
      this.#mediaLossTimer ??= setTimeout(() => this.#break(), MEDIA_LOSS_LIMIT);
    else {
      clearTimeout(this.#mediaLossTimer);
      this.#mediaLossTimer = undefined;
    }
    this.#wakeWatchers();
  }

  #connectionStates(): RTCPeerConnectionState[] {
    return [...this.#sdk.peerConnections].map(({ connectionState }) => connectionState);
  }

  #streamAvailable({ mediaStream, participantId = '', alias }: SdkStream): void {
    const { id } = mediaStream;
    if (this.#ownStreamIds.has(id)) return;
    const known = this.#streams.get(id);
    const mediaTypes = mediaTypesOf(mediaStream);
    const stream: RemoteStream = {
      id,
      participantId,
      alias: alias && alias !== NO_ALIAS ? alias : undefined,
      mediaTypes,
      mediaStream,
    };
    if (known && isSame(known, stream)) return;
    this.#streams.set(id, stream);
    mediaStream.addEventListener('addtrack', this.#onTracksChanged);
    mediaStream.addEventListener('removetrack', this.#onTracksChanged);
    this.#observer.streamAvailable(stream);
  }

  #streamUnavailable(id: string): void {
    const stream = this.#streams.get(id);
    if (!stream) return;
    this.#streams.delete(id);
    this.#ignoreTracks(stream.mediaStream);
    this.#observer.streamUnavailable(id);
  }

  readonly #onTracksChanged = ({ target }: Event): void => {
    this.#changedStreams.add((target as MediaStream).id);
    // Tracks that come or go together are told of one by one.
    this.#changeTimer ??= setTimeout(() => this.#updateChangedStreams());
  };

  #updateChangedStreams(): void {
    this.#changeTimer = undefined;
    for (const id of this.#changedStreams) {
      const stream = this.#streams.get(id);
      if (stream?.mediaStream.getTracks().length === 0) this.#streamUnavailable(id);
      else if (stream) this.#streamAvailable(stream);
    }
    this.#changedStreams.clear();
  }

  #ignoreTracks(mediaStream: MediaStream): void {
    mediaStream.removeEventListener('addtrack', this.#onTracksChanged);
    mediaStream.removeEventListener('removetrack', this.#onTracksChanged);
  }

  async #negotiate(stream: PublishedStream): Promise<void> {
    await this.#persist(async () => {
      if (stream.isTaken) {
        await this.#sdk.negotiate();
      } else if (stream.fill()) {
        try {
          await this.#sdk.publish(stream.handover, stream.alias);
        } finally {
          stream.take(this.#sdk.peerConnections);
        }
      }
    });
  }

  /** Negotiates while the socket is open, and again where it dropped in the middle of that. */
  async #persist(negotiate: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.#until(() => this.#sdk.socketState === 'open', SOCKET_LOSS_LIMIT);
      try {
        await within(negotiate(), NEGOTIATION_LIMIT, this.#over.signal);
        return;
      } catch (error) {
        // The SDK hangs: with this instance, nothing can be negotiated any more.
        if (error instanceof TimeLimitError) this.#break();
        if (!isDropped(error) || attempt === NEGOTIATION_ATTEMPTS) throw error;
      }
    }
  }

  /** One operation at a time: each counts on what the one before has left. */
  #next(operation: () => Promise<void>): Promise<void> {
    const result = this.#inOrder.then(operation);
    this.#inOrder = result.catch(() => undefined);
    return result;
  }

  async #until(isTrue: () => boolean, limit: number): Promise<void> {
    let watcher = () => {};
    const reached = new Promise<void>((resolve) => {
      watcher = () => {
        if (isTrue()) resolve();
      };
    });
    this.#watchers.add(watcher);
    watcher();
    try {
      await within(reached, limit, this.#over.signal);
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  #wakeWatchers(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function mediaTypesOf(stream: MediaStream): MediaType[] {
  return [
    ...(stream.getAudioTracks().length > 0 ? (['AUDIO'] as const) : []),
    ...(stream.getVideoTracks().length > 0 ? (['VIDEO'] as const) : []),
  ];
}

function isSame(one: RemoteStream, other: RemoteStream): boolean {
  return (
    one.mediaStream === other.mediaStream &&
    one.participantId === other.participantId &&
    one.alias === other.alias &&
    one.mediaTypes.join() === other.mediaTypes.join()
  );
}
