/**
 * Forwarding: a `PublishedTrack` is one stream of packets from a device, a `TrackOutlet` is where one browser gets it.
 * Payloads pass unchanged; the header is written anew for each subscriber.
 */
import { randomInt, randomUUID } from 'node:crypto';
import type { RateLimiter } from '../rate-limiter.js';
import type { Codec, MediaKind } from './codecs.js';
import { KeyFrameRequester, ReceptionStatistics, RecentRequests } from './feedback.js';
import { startsH264KeyFrame, startsVp8KeyFrame } from './key-frame.js';
import { PacketRing } from './packet-ring.js';
import {
  writeNack,
  writePictureLossIndication,
  writeSenderReport,
  writeSourceDescription,
  type ReportBlock,
  type SenderReport,
} from './rtcp.js';
import {
  RTP_HEADER_LENGTH,
  nearestIndex,
  rolloverCounterOf,
  sequenceNumberOf,
  writeRtpHeader,
  type RtpPacket,
} from './rtp.js';

/** How many packets of a video can be sent again: about a second of a busy one. */
const RING_SIZE = 512;
/** A lost packet is not sent again to one subscriber more often than this. Milliseconds, about a long round trip. */
const RESEND_INTERVAL = 100;

/** Counts what the forwarder does, for statistics. */
export interface ForwarderCounters {
  forwardedPackets: number;
  resentPackets: number;
  keyFrameRequests: number;
}

export function createCounters(): ForwarderCounters {
  return { forwardedPackets: 0, resentPackets: 0, keyFrameRequests: 0 };
}

/** An SSRC that is unlikely to be in use (RFC 3550 section 8.1); zero is left out. */
export function randomSsrc(): number {
  return randomInt(1, 0x100000000);
}

/** Where the packets of a track go. */
export interface TrackSink {
  /** @param index the publisher's number of the packet; @param payloadType the one of our table of codecs */
  send(packet: RtpPacket, index: number, payloadType: number): void;
  /** The publisher's clock. */
  sendReport(report: SenderReport): void;
}

export interface PublishedTrackOptions {
  readonly participantId: string;
  readonly deviceId: string;
  /** The MediaStream's id, as the publisher's browser gave it. */
  readonly streamId: string;
  readonly alias: string | undefined;
  readonly kind: MediaKind;
  readonly ssrc: number;
  /** The publisher's payload types. */
  readonly codecs: ReadonlyMap<number, Codec>;
  readonly counters: ForwarderCounters;
  /** Our SSRC towards the publisher. */
  readonly feedbackSsrc: number;
  readonly sendFeedback: (packet: Buffer) => void;
}

export class PublishedTrack {
  readonly id = randomUUID();
  readonly participantId: string;
  readonly deviceId: string;
  readonly streamId: string;
  readonly alias: string | undefined;
  readonly kind: MediaKind;
  readonly ssrc: number;
  readonly counters: ForwarderCounters;
  codecs: ReadonlyMap<number, Codec>;
  readonly #sinks = new Set<TrackSink>();
  readonly #statistics: ReceptionStatistics;
  readonly #keyFrames: KeyFrameRequester;
  readonly #ring = new PacketRing(RING_SIZE);
  readonly #missing = new RecentRequests(RING_SIZE, RESEND_INTERVAL);
  readonly #feedbackSsrc: number;
  readonly #sendFeedback: (packet: Buffer) => void;

  constructor(options: PublishedTrackOptions) {
    this.participantId = options.participantId;
    this.deviceId = options.deviceId;
    this.streamId = options.streamId;
    this.alias = options.alias;
    this.kind = options.kind;
    this.ssrc = options.ssrc;
    this.codecs = options.codecs;
    this.counters = options.counters;
    this.#feedbackSsrc = options.feedbackSsrc;
    this.#sendFeedback = options.sendFeedback;
    const [first] = options.codecs.values();
    this.#statistics = new ReceptionStatistics(options.ssrc, first?.clockRate ?? 90000);
    this.#keyFrames = new KeyFrameRequester(() => this.#askForKeyFrame());
  }

  packetReceived(packet: RtpPacket, index: number): void {
    const codec = this.codecs.get(packet.payloadType);
    if (!codec) return;
    this.#statistics.packetReceived(index, packet.timestamp);
    if (this.kind === 'video') {
      this.#ring.add(index, packet);
      if (startsKeyFrame(codec, packet.payload)) this.#keyFrames.keyFramePassed();
    }
    for (const sink of this.#sinks) sink.send(packet, index, codec.payloadType);
  }

  senderReportReceived(report: SenderReport): void {
    this.#statistics.senderReportReceived(report.ntpTime);
    for (const sink of this.#sinks) sink.sendReport(report);
  }

  /** What the publisher is told of how this track arrives; undefined before the first packet. */
  report(): ReportBlock | undefined {
    return this.#statistics.report();
  }

  addSink(sink: TrackSink): void {
    this.#sinks.add(sink);
  }

  removeSink(sink: TrackSink): void {
    this.#sinks.delete(sink);
  }

  requestKeyFrame(): void {
    if (this.kind === 'video') this.#keyFrames.request();
  }

  findPacket(index: number): RtpPacket | undefined {
    return this.#ring.find(index);
  }

  /** Asks the publisher for packets that never arrived here. */
  requestPackets(indexes: readonly number[]): void {
    const due = indexes.filter((index) => this.#missing.claim(index));
    if (due.length > 0) this.#sendFeedback(writeNack(this.#feedbackSsrc, this.ssrc, due.map(sequenceNumberOf)));
  }

  close(): void {
    this.#keyFrames.close();
    this.#sinks.clear();
  }

  #askForKeyFrame(): void {
    this.counters.keyFrameRequests += 1;
    this.#sendFeedback(writePictureLossIndication(this.#feedbackSsrc, this.ssrc));
  }
}

function startsKeyFrame(codec: Codec, payload: Buffer): boolean {
  return codec.name === 'H264' ? startsH264KeyFrame(payload) : startsVp8KeyFrame(payload);
}

export interface TrackOutletOptions {
  readonly track: PublishedTrack;
  /** The MediaStream's id on the subscriber's side; also the canonical name in its RTCP. */
  readonly streamId: string;
  /** How much may be sent again to this subscriber, all its tracks together. */
  readonly resendLimiter: RateLimiter;
  readonly sendRtp: (header: Buffer, payload: Buffer, rolloverCounter: number) => void;
  readonly sendRtcp: (packet: Buffer) => void;
}

export class TrackOutlet implements TrackSink {
  readonly track: PublishedTrack;
  readonly streamId: string;
  readonly ssrc = randomSsrc();
  readonly #options: TrackOutletOptions;
  readonly #header = Buffer.alloc(RTP_HEADER_LENGTH);
  readonly #resent = new RecentRequests(RING_SIZE, RESEND_INTERVAL);
  /** Our index of a packet is the publisher's minus this: counting starts low, so the receiver can't miss a wrap. */
  #offset: number | undefined;
  #highestIndex = 0;
  #isStarted = false;
  #packetCount = 0;
  #octetCount = 0;

  constructor(options: TrackOutletOptions) {
    this.track = options.track;
    this.streamId = options.streamId;
    this.#options = options;
  }

  /** Starts forwarding, video with a key frame as soon as there is one. Does nothing when already started. */
  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.track.addSink(this);
    this.track.requestKeyFrame();
  }

  stop(): void {
    this.track.removeSink(this);
  }

  send(packet: RtpPacket, publisherIndex: number, payloadType: number): void {
    this.#offset ??= publisherIndex - 1;
    const index = publisherIndex - this.#offset;
    if (index < 0) return;
    this.#highestIndex = Math.max(this.#highestIndex, index);
    this.#packetCount += 1;
    this.#octetCount += packet.payload.length;
    this.track.counters.forwardedPackets += 1;
    this.#write(packet, index, payloadType);
  }

  /** The publisher's clock, under our SSRC: subscribers synchronise audio and video by it. */
  sendReport(report: SenderReport): void {
    if (this.#packetCount === 0) return;
    const { ntpTime, rtpTimestamp } = report;
    const fields = { ssrc: this.ssrc, packetCount: this.#packetCount, octetCount: this.#octetCount };
    const packet = writeSenderReport({ ...fields, ntpTime, rtpTimestamp });
    this.#options.sendRtcp(Buffer.concat([packet, writeSourceDescription(this.ssrc, this.streamId)]));
  }

  keyFrameRequested(): void {
    this.track.requestKeyFrame();
  }

  /** The subscriber misses packets: those we have are sent again, the others are asked of the publisher. */
  packetsMissed(sequenceNumbers: readonly number[]): void {
    const missing: number[] = [];
    for (const sequenceNumber of sequenceNumbers) {
      const index = nearestIndex(this.#highestIndex, sequenceNumber);
      const isPlausible = index <= this.#highestIndex && index > this.#highestIndex - RING_SIZE;
      if (!isPlausible || !this.#resent.claim(index)) continue;
      if (!this.#options.resendLimiter.take()) return;
      const publisherIndex = index + (this.#offset ?? 0);
      if (!this.#resend(index, publisherIndex)) missing.push(publisherIndex);
    }
    this.track.requestPackets(missing);
  }

  #resend(index: number, publisherIndex: number): boolean {
    const packet = this.track.findPacket(publisherIndex);
    const codec = packet && this.track.codecs.get(packet.payloadType);
    if (!codec) return false;
    this.track.counters.resentPackets += 1;
    this.#write(packet, index, codec.payloadType);
    return true;
  }

  #write(packet: RtpPacket, index: number, payloadType: number): void {
    const { marker, timestamp, payload } = packet;
    const sequenceNumber = sequenceNumberOf(index);
    writeRtpHeader(this.#header, { marker, payloadType, sequenceNumber, timestamp, ssrc: this.ssrc });
    this.#options.sendRtp(this.#header, payload, rolloverCounterOf(index));
  }
}
