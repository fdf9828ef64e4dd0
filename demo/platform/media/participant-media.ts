/** One browser's media: what it publishes and what it receives. */
import type { PublishPermission } from '../registry.js';
import type { ForwarderCounters, PublishedTrack } from './forwarder.js';
import { PublishSide } from './publish-side.js';
import { SubscribeSide, type SubscribeOffer } from './subscribe-side.js';
import type { OpenTransport } from './transport.js';

/** The receiver and quality reports of RFC 3550 section 6.2, at a rate fit for a few streams. Milliseconds. */
const REPORT_INTERVAL = 1000;
/** The browser answers each PING with a PONG; nothing depends on it. Milliseconds. */
const HEARTBEAT_INTERVAL = 5000;
/** The negotiated channel `__heartbeat__`. */
const HEARTBEAT_CHANNEL = 0;

/** What the platform calls a stream that has no alias. */
const NO_ALIAS = '__default__';

/** What signalling says of a stream. */
export interface StreamDescription {
  readonly endpointId: string;
  readonly mediaTypes: readonly PublishPermission[];
  readonly alias: string;
  readonly participantId: string;
}

/** By MediaStream id. */
export type StreamMetadata = Readonly<Record<string, StreamDescription>>;

export interface ParticipantMediaOptions {
  readonly participantId: string;
  readonly deviceId: string;
  readonly openTransport: OpenTransport;
  readonly counters: ForwarderCounters;
  readonly permissions: () => readonly PublishPermission[];
  readonly onTracksChanged: () => void;
  readonly sendOffer: (offer: SubscribeOffer, streamMetadata: StreamMetadata) => void;
}

export class ParticipantMedia {
  readonly participantId: string;
  readonly #options: ParticipantMediaOptions;
  readonly #publishing: PublishSide;
  readonly #subscribing: SubscribeSide;
  readonly #reportTimer: NodeJS.Timeout;
  readonly #heartbeatTimer: NodeJS.Timeout;

  constructor(options: ParticipantMediaOptions) {
    this.participantId = options.participantId;
    this.#options = options;
    this.#publishing = new PublishSide(options);
    this.#subscribing = new SubscribeSide({
      openTransport: options.openTransport,
      sendOffer: (offer) => options.sendOffer(offer, describeStreams(offer.tracks)),
    });
    this.#reportTimer = setInterval(() => this.#publishing.sendReports(), REPORT_INTERVAL);
    this.#heartbeatTimer = setInterval(() => this.#sendHeartbeat(), HEARTBEAT_INTERVAL);
  }

  get tracks(): Iterable<PublishedTrack> {
    return this.#publishing.tracks;
  }

  /** Takes the device's offer of what it sends. @throws SdpError */
  async publish(
    sdpOffer: string,
    aliases: ReadonlyMap<string, string>,
  ): Promise<{ sdpAnswer: string; streamMetadata: StreamMetadata }> {
    const permissions = this.#options.permissions();
    const sdpAnswer = await this.#publishing.offer({ sdpOffer, aliases, permissions });
    return { sdpAnswer, streamMetadata: describeStreams(groupByStream(this.tracks)) };
  }

  /** Lets the device receive: it gets its first offer. */
  async startSubscribing(): Promise<void> {
    await this.#subscribing.start();
  }

  /** Makes the current offer again, after the device's signalling was interrupted. */
  offerAgain(): void {
    this.#subscribing.offerAgain();
  }

  /** Takes the device's answer to our last offer. @throws SdpError */
  async answer(sdpAnswer: string): Promise<void> {
    await this.#subscribing.answer(sdpAnswer);
  }

  setTracks(tracks: ReadonlySet<PublishedTrack>): void {
    this.#subscribing.setTracks(tracks);
  }

  async close(): Promise<void> {
    clearInterval(this.#reportTimer);
    clearInterval(this.#heartbeatTimer);
    await Promise.all([this.#publishing.close(), this.#subscribing.close()]);
  }

  #sendHeartbeat(): void {
    this.#publishing.sendMessage(HEARTBEAT_CHANNEL, 'PING');
    this.#subscribing.sendMessage(HEARTBEAT_CHANNEL, 'PING');
  }
}

function groupByStream(tracks: Iterable<PublishedTrack>): Map<string, PublishedTrack[]> {
  const streams = new Map<string, PublishedTrack[]>();
  for (const track of tracks) streams.set(track.streamId, [...(streams.get(track.streamId) ?? []), track]);
  return streams;
}

function describeStreams(streams: ReadonlyMap<string, readonly PublishedTrack[]>): StreamMetadata {
  return Object.fromEntries([...streams].map(([streamId, tracks]) => [streamId, describeStream(tracks)]));
}

function describeStream(tracks: readonly PublishedTrack[]): StreamDescription {
  const [first] = tracks;
  if (!first) throw new Error('A stream has at least one track.');
  const mediaTypes = new Set(tracks.map(({ kind }): PublishPermission => (kind === 'audio' ? 'AUDIO' : 'VIDEO')));
  return {
    endpointId: first.deviceId,
    mediaTypes: [...mediaTypes],
    alias: first.alias ?? NO_ALIAS,
    participantId: first.participantId,
  };
}
