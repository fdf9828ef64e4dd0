/**
 * The port between a room and a media SDK: what a provider must offer, in the room's own words. A room knows nothing
 * else about how media travels.
 */
import type { RoomError } from './errors.js';

/** What a device needs to connect: the part of the endpoint's answer that is meant for the media platform. */
export interface MediaGrant {
  /** Opaque to the room; the provider checks its form. */
  readonly token: string;
  readonly websocketUrl?: string | undefined;
  readonly iceServers?: readonly RTCIceServer[] | undefined;
  readonly iceTransportPolicy?: RTCIceTransportPolicy | undefined;
}

/** Media of another participant. */
export interface RemoteStream {
  /** Unique within the connection: the MediaStream's id. */
  readonly id: string;
  readonly participantId: string;
  readonly alias?: string | undefined;
  readonly mediaTypes: readonly MediaType[];
  readonly mediaStream: MediaStream;
}

export type MediaType = 'AUDIO' | 'VIDEO';

/** Counters and current values of a connection. What is not known, or does not exist, is undefined. */
export interface MediaStatistics {
  /**
   * RTP packets of all remote streams there are, received and lost, since each of them began. Both fall when a stream
   * goes and when the connection is rebuilt; `packetsLost` also when packets arrive twice.
   */
  readonly packetsReceived?: number | undefined;
  readonly packetsLost?: number | undefined;
  /** Between this device and the media platform, now. */
  readonly roundTripMilliseconds?: number | undefined;
  /** Of the remote video that has most of them, now. */
  readonly framesPerSecond?: number | undefined;
  /** From 0 to 1: of the packets of the local track that fares worst, as the platform reported last. */
  readonly sentFractionLost?: number | undefined;
}

/** How a provider tells the room what happened. Never called after `close()`, nor after `closed`. */
export interface MediaObserver {
  /** A remote stream is there, or what it carries has changed: same id, new facts. */
  streamAvailable(stream: RemoteStream): void;
  streamUnavailable(streamId: string): void;
  /** The connection no longer carries the call and is being restored (false), or carries it again (true). */
  connectedChanged(connected: boolean): void;
  /** The connection is over and was not closed by `close()`. The provider has already released everything. */
  closed(error: RoomError): void;
}

export interface MediaConnectOptions {
  readonly grant: MediaGrant;
  /** Asks the endpoint for a fresh grant, to rebuild a connection that was lost for good. Rejects with a RoomError. */
  readonly renewGrant: (signal: AbortSignal) => Promise<MediaGrant>;
  readonly observer: MediaObserver;
  /** Aborting rejects `connect` and releases all it has started. */
  readonly signal: AbortSignal;
}

/** One participant's connection to a meeting. */
export interface MediaConnection {
  /**
   * Sends the tracks the stream has now. Call again with the same stream after its tracks changed: a track is replaced
   * without renegotiation where that is possible. The tracks stay the caller's: the connection never stops them.
   * Resolves when the platform has accepted the media; rejects with a RoomError. A stream published here is published
   * again by itself after the connection was rebuilt.
   */
  publish(stream: MediaStream, alias?: string): Promise<void>;
  /** Stops sending a stream. Does nothing for a stream that is not published. */
  unpublish(stream: MediaStream): Promise<void>;
  /** The id by which the others see a stream that is sent; undefined while it is not. Another one after a rebuild. */
  sentId(stream: MediaStream): string | undefined;
  /**
   * Plays keypad digits (`0`–`9`, `*`, `#`) into the sound that is sent, for the phones that hear it: RFC 4733 events,
   * after those that are still being played. False where no sound is sent.
   */
  sendDigits(digits: string): boolean;
  /** Loudness of each remote stream with audio, 0 (silence) to 1, as last decoded. Cheap enough to call 10 times a second. */
  audioLevels(): ReadonlyMap<string, number>;
  /**
   * How the connection does. Asking costs time for each remote track: once in some seconds is enough. Never rejects; all
   * values are undefined while there is no connection.
   */
  statistics(): Promise<MediaStatistics>;
  /**
   * Rebuilds the connection with a fresh grant, because what this device may do has changed: the observer hears of an
   * interruption. Does nothing while the connection is being rebuilt.
   */
  renew(): void;
  /** Leaves at once, whatever state the connection is in, and releases everything. Safe to call twice. */
  close(): void;
}

/** A media SDK, wrapped. */
export interface MediaProvider {
  /**
   * Resolves when media can be published; rejects with a RoomError within the provider's time limit, or with the
   * signal's reason when aborted.
   */
  connect(options: MediaConnectOptions): Promise<MediaConnection>;
}
