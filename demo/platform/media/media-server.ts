/** Who gets what: connects what devices publish to those that are subscribed to it. */
import type { Registry } from '../registry.js';
import { createCounters, type ForwarderCounters, type PublishedTrack } from './forwarder.js';
import { ParticipantMedia, type StreamMetadata } from './participant-media.js';
import type { SubscribeOffer } from './subscribe-side.js';
import type { OpenTransport } from './transport.js';

export interface MediaServerOptions {
  readonly registry: Registry;
  readonly openTransport: OpenTransport;
}

export interface JoinOptions {
  readonly participantId: string;
  readonly deviceId: string;
  readonly sendOffer: (offer: SubscribeOffer, streamMetadata: StreamMetadata) => void;
}

export interface MediaStatistics extends ForwarderCounters {
  readonly publishedTracks: number;
}

export class MediaServer {
  readonly #registry: Registry;
  readonly #openTransport: OpenTransport;
  readonly #participants = new Map<string, ParticipantMedia>();
  /** Those that have left and are not closed yet. */
  readonly #closing = new Set<Promise<void>>();
  readonly #counters = createCounters();
  readonly #onSessionChanged = (): void => this.#refresh();

  constructor(options: MediaServerOptions) {
    this.#registry = options.registry;
    this.#openTransport = options.openTransport;
    this.#registry.on('session-changed', this.#onSessionChanged);
  }

  /** Adds a device; a participant has one at a time, so an earlier one must have been removed. */
  join(options: JoinOptions): ParticipantMedia {
    const media = new ParticipantMedia({
      ...options,
      openTransport: this.#openTransport,
      counters: this.#counters,
      permissions: () => this.#registry.participant(options.participantId)?.publishPermissions ?? [],
      onTracksChanged: () => this.#refresh(),
    });
    this.#participants.set(options.participantId, media);
    this.#refresh();
    return media;
  }

  /** Removes a device and releases what it holds. */
  leave(media: ParticipantMedia): void {
    if (this.#participants.get(media.participantId) === media) this.#participants.delete(media.participantId);
    this.#refresh();
    this.#close(media);
  }

  statistics(): MediaStatistics {
    const publishedTracks = [...this.#participants.values()].reduce((sum, { tracks }) => sum + [...tracks].length, 0);
    return { ...this.#counters, publishedTracks };
  }

  async close(): Promise<void> {
    this.#registry.off('session-changed', this.#onSessionChanged);
    for (const media of this.#participants.values()) this.#close(media);
    this.#participants.clear();
    await Promise.all(this.#closing);
  }

  #close(media: ParticipantMedia): void {
    const done = (): void => void this.#closing.delete(closing);
    const closing = media.close().then(done, done);
    this.#closing.add(closing);
  }

  /** Works out anew what everybody receives. Rooms are small and changes are rare, so it is not done by halves. */
  #refresh(): void {
    const tracks = [...this.#participants.values()].flatMap((media) => [...media.tracks]);
    for (const media of this.#participants.values()) {
      media.setTracks(new Set(tracks.filter((track) => this.#isForwarded(track, media.participantId))));
    }
  }

  #isForwarded(track: PublishedTrack, subscriberId: string): boolean {
    return this.#registry.isSubscribed(subscriberId, track.participantId, track.alias);
  }
}
