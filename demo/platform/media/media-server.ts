/** Who gets what: connects what devices publish to those that are subscribed to it. */
import type { PublishPermission, Registry } from '../registry.js';
import { createCounters, type ForwarderCounters, type PublishedTrack } from './forwarder.js';
import { ParticipantMedia, type StreamMetadata } from './participant-media.js';
import { PhoneLeg } from './phone-leg.js';
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

export interface JoinPhoneOptions {
  readonly participantId: string;
  readonly deviceId: string;
  readonly hear: (frame: Int16Array) => void;
  readonly hearDigit: (digit: string, milliseconds: number) => void;
}

/** One device's media, of whatever kind. */
export interface MemberMedia {
  readonly participantId: string;
  /** What it publishes. */
  readonly tracks: Iterable<PublishedTrack>;
  /** Sets what is forwarded to it. */
  setTracks(tracks: ReadonlySet<PublishedTrack>): void;
  close(): Promise<void>;
}

export interface MediaStatistics extends ForwarderCounters {
  readonly publishedTracks: number;
}

export class MediaServer {
  readonly #registry: Registry;
  readonly #openTransport: OpenTransport;
  /** By participant. */
  readonly #members = new Map<string, MemberMedia>();
  /** Those that have left and are not closed yet. */
  readonly #closing = new Set<Promise<void>>();
  readonly #counters = createCounters();
  readonly #onSessionChanged = (): void => this.#refresh();

  constructor(options: MediaServerOptions) {
    this.#registry = options.registry;
    this.#openTransport = options.openTransport;
    this.#registry.on('session-changed', this.#onSessionChanged);
  }

  /** Adds a browser; a participant has one device at a time, so an earlier one must have been removed. */
  join(options: JoinOptions): ParticipantMedia {
    const media = new ParticipantMedia({
      ...options,
      openTransport: this.#openTransport,
      counters: this.#counters,
      permissions: () => this.#permissionsOf(options.participantId),
      onTracksChanged: () => this.#refresh(),
    });
    this.#add(media);
    return media;
  }

  /** Adds a phone in place of a browser. */
  joinPhone(options: JoinPhoneOptions): PhoneLeg {
    const isPublisher = this.#permissionsOf(options.participantId).includes('AUDIO');
    const media = new PhoneLeg({ ...options, counters: this.#counters, isPublisher });
    this.#add(media);
    return media;
  }

  /** Removes a device and releases what it holds. */
  leave(media: MemberMedia): void {
    if (this.#members.get(media.participantId) === media) this.#members.delete(media.participantId);
    this.#refresh();
    this.#close(media);
  }

  statistics(): MediaStatistics {
    const publishedTracks = [...this.#members.values()].reduce((sum, { tracks }) => sum + [...tracks].length, 0);
    return { ...this.#counters, publishedTracks };
  }

  async close(): Promise<void> {
    this.#registry.off('session-changed', this.#onSessionChanged);
    for (const media of this.#members.values()) this.#close(media);
    this.#members.clear();
    await Promise.all(this.#closing);
  }

  #add(media: MemberMedia): void {
    this.#members.set(media.participantId, media);
    this.#refresh();
  }

  #permissionsOf(participantId: string): readonly PublishPermission[] {
    return this.#registry.participant(participantId)?.publishPermissions ?? [];
  }

  #close(media: MemberMedia): void {
    const done = (): void => void this.#closing.delete(closing);
    const closing = media.close().then(done, done);
    this.#closing.add(closing);
  }

  /** Works out anew what everybody receives. Rooms are small and changes are rare, so it is not done by halves. */
  #refresh(): void {
    const tracks = [...this.#members.values()].flatMap((media) => [...media.tracks]);
    for (const media of this.#members.values()) {
      media.setTracks(new Set(tracks.filter((track) => this.#isForwarded(track, media.participantId))));
    }
  }

  #isForwarded(track: PublishedTrack, subscriberId: string): boolean {
    return this.#registry.isSubscribed(subscriberId, track.participantId, track.alias);
  }
}
