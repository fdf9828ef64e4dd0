/** What one device sends: its offers, its tracks, and the feedback it gets. */
import type { PublishPermission } from '../registry.js';
import { PublishedTrack, randomSsrc, type ForwarderCounters } from './forwarder.js';
import { readRtcp, writeBandwidthEstimate, writeReceiverReport } from './rtcp.js';
import { packetIndex, readRtp } from './rtp.js';
import { readPublishOffer, writePublishAnswer, type OfferedTrack } from './sdp-publish.js';
import type { MediaTransport, OpenTransport, RemoteParameters } from './transport.js';

/** Streams beyond this many of one participant are answered as inactive. */
const MAXIMUM_STREAMS = 4;
/** What a publisher may send in all, in bits per second: a camera and a screen at good quality. */
const BANDWIDTH = 5_000_000;

export interface PublishSideOptions {
  readonly participantId: string;
  readonly deviceId: string;
  readonly openTransport: OpenTransport;
  readonly counters: ForwarderCounters;
  /** The set of published tracks has changed. */
  readonly onTracksChanged: () => void;
}

export interface PublishRequest {
  readonly sdpOffer: string;
  /** By MediaStream id. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly permissions: readonly PublishPermission[];
}

export class PublishSide {
  readonly #options: PublishSideOptions;
  readonly #sessionId = String(Date.now());
  readonly #feedbackSsrc = randomSsrc();
  readonly #tracks = new Map<string, PublishedTrack>();
  readonly #tracksBySsrc = new Map<number, PublishedTrack>();
  #transport: MediaTransport | undefined;
  #remote: RemoteParameters | undefined;
  #version = 0;
  #closed = false;

  constructor(options: PublishSideOptions) {
    this.#options = options;
  }

  get tracks(): Iterable<PublishedTrack> {
    return this.#tracks.values();
  }

  /** Takes an offer and returns the answer. @throws SdpError */
  async offer(request: PublishRequest): Promise<string> {
    const offer = readPublishOffer(request.sdpOffer);
    const transport = await this.#transportFor(offer.remote);
    await transport.setRemoteParameters(offer.remote);
    const accepted = new Set(acceptedTracks(offer.tracks, request.permissions));
    if (!this.#closed) this.#replaceTracks(accepted, request.aliases);
    this.#version += 1;
    const { localParameters: local } = transport;
    return writePublishAnswer(offer, { local, sessionId: this.#sessionId, version: this.#version, accepted });
  }

  /** To be called each second: tells the publisher how its media arrives. */
  sendReports(): void {
    const blocks = [...this.#tracks.values()].flatMap((track) => track.report() ?? []);
    if (blocks.length === 0) return;
    const ssrcs = blocks.map(({ ssrc }) => ssrc);
    const report = writeReceiverReport(this.#feedbackSsrc, blocks);
    this.#transport?.sendRtcp(Buffer.concat([report, writeBandwidthEstimate(this.#feedbackSsrc, BANDWIDTH, ssrcs)]));
  }

  sendMessage(channel: number, text: string): void {
    this.#transport?.sendMessage(channel, text);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const track of this.#tracks.values()) track.close();
    this.#tracks.clear();
    this.#tracksBySsrc.clear();
    await this.#transport?.close();
  }

  /**
   * A changed certificate is another peer connection, and a transport that never connected can't restart: both need a
   * new one.
   */
  async #transportFor(remote: RemoteParameters): Promise<MediaTransport> {
    const current = this.#transport;
    const isSameCertificate = this.#remote?.fingerprint.value === remote.fingerprint.value;
    const isSameSession = this.#remote?.usernameFragment === remote.usernameFragment;
    if (current && isSameCertificate && (isSameSession || current.hasConnected)) {
      this.#remote = remote;
      return current;
    }
    const transport = await this.#options.openTransport({
      role: 'publish',
      observer: {
        rtpReceived: (packet, rolloverCounter) => this.#rtpReceived(packet, rolloverCounter),
        rtcpReceived: (packet) => this.#rtcpReceived(packet),
        messageReceived: () => {},
        stateChanged: () => {},
      },
    });
    this.#transport = transport;
    this.#remote = remote;
    await current?.close();
    if (this.#closed) await transport.close();
    return transport;
  }

  #replaceTracks(accepted: ReadonlySet<OfferedTrack>, aliases: ReadonlyMap<string, string>): void {
    const before = new Map(this.#tracks);
    this.#tracks.clear();
    this.#tracksBySsrc.clear();
    for (const offered of accepted) {
      const alias = aliases.get(offered.streamId);
      const key = JSON.stringify([offered.mid, offered.streamId, offered.ssrc, alias]);
      const track = before.get(key) ?? this.#createTrack(offered, alias);
      track.codecs = codecsOf(offered);
      before.delete(key);
      this.#tracks.set(key, track);
      this.#tracksBySsrc.set(track.ssrc, track);
    }
    for (const track of before.values()) track.close();
    this.#options.onTracksChanged();
  }

  #createTrack(offered: OfferedTrack, alias: string | undefined): PublishedTrack {
    const { participantId, deviceId, counters } = this.#options;
    const { streamId, kind, ssrc } = offered;
    return new PublishedTrack({
      participantId,
      deviceId,
      streamId,
      alias,
      kind,
      ssrc,
      codecs: codecsOf(offered),
      counters,
      feedbackSsrc: this.#feedbackSsrc,
      sendFeedback: (packet) => this.#transport?.sendRtcp(packet),
    });
  }

  #rtpReceived(bytes: Buffer, rolloverCounter: number): void {
    const packet = readRtp(bytes);
    if (!packet) return;
    this.#tracksBySsrc.get(packet.ssrc)?.packetReceived(packet, packetIndex(rolloverCounter, packet.sequenceNumber));
  }

  #rtcpReceived(bytes: Buffer): void {
    for (const message of readRtcp(bytes)) {
      if (message.type === 'sender-report') this.#tracksBySsrc.get(message.ssrc)?.senderReportReceived(message);
    }
  }
}

function codecsOf(offered: OfferedTrack): PublishedTrack['codecs'] {
  return new Map(offered.codecs.map(({ payloadType, codec }) => [payloadType, codec]));
}

function acceptedTracks(tracks: readonly OfferedTrack[], permissions: readonly PublishPermission[]): OfferedTrack[] {
  const permitted = tracks.filter(({ kind }) => permissions.includes(kind === 'audio' ? 'AUDIO' : 'VIDEO'));
  const streams = new Set([...new Set(permitted.map(({ streamId }) => streamId))].slice(0, MAXIMUM_STREAMS));
  return permitted.filter(({ streamId }) => streams.has(streamId));
}
