/** A phone's part in a session: publishes what is spoken into it, and mixes what it is subscribed to. */
import { randomUUID } from 'node:crypto';
import { RateLimiter } from '../rate-limiter.js';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../voice/phone.js';
import { findCodec } from './codecs.js';
import { PublishedTrack, randomSsrc, type ForwarderCounters } from './forwarder.js';
import { FrameClock } from './frame-clock.js';
import { PCMU_PAYLOAD_TYPE, PcmuPacketizer } from './pcmu-packetizer.js';
import { TrackListener } from './track-listener.js';

/** Tracks that one phone listens to: each takes a decoder. A full session has one for each participant and some screens. */
const MAXIMUM_TRACKS = 32;
/** Frames heard from one sender report to the next: 2 s. */
const REPORT_INTERVAL = 100;
/** In samples: room for a clock that is fast, and for what was held up on its way. */
const SPEAKING_RATE = { perSecond: SAMPLE_RATE * 1.25, burst: SAMPLE_RATE };

export interface PhoneLegOptions {
  readonly participantId: string;
  readonly deviceId: string;
  readonly counters: ForwarderCounters;
  /** Whether what is spoken may be published. */
  readonly isPublisher: boolean;
  /** Takes what the phone hears: one frame each 20 ms, of silence too. */
  readonly hear: (frame: Int16Array) => void;
  /** Takes a key that somebody else has pressed, once it was let go. */
  readonly hearDigit: (digit: string, milliseconds: number) => void;
}

export class PhoneLeg {
  readonly participantId: string;
  readonly tracks: readonly PublishedTrack[];
  readonly #options: PhoneLegOptions;
  readonly #packetizer = new PcmuPacketizer();
  readonly #speakingLimiter = new RateLimiter(SPEAKING_RATE);
  readonly #listeners = new Map<PublishedTrack, TrackListener>();
  readonly #sum = new Int32Array(FRAME_SAMPLES);
  readonly #clock: FrameClock;
  #frameCount = 0;

  constructor(options: PhoneLegOptions) {
    this.participantId = options.participantId;
    this.#options = options;
    this.tracks = options.isPublisher ? [this.#createTrack()] : [];
    this.#clock = new FrameClock(() => this.#frameDue());
  }

  /** Publishes samples at 8000 Hz, as they come. What is more than is spoken in that time is dropped. */
  speak(samples: Int16Array): void {
    const [track] = this.tracks;
    if (!track || samples.length === 0 || !this.#speakingLimiter.take(samples.length)) return;
    const { packet, index } = this.#packetizer.packetize(samples);
    track.packetReceived(packet, index);
  }

  /** Sets what the phone hears; what makes no sound is left out. */
  setTracks(tracks: ReadonlySet<PublishedTrack>): void {
    const audible = [...tracks].filter(({ kind }) => kind === 'audio').slice(0, MAXIMUM_TRACKS);
    for (const [track, listener] of this.#listeners) if (!audible.includes(track)) this.#stopListening(track, listener);
    for (const track of audible) if (!this.#listeners.has(track)) this.#startListening(track);
  }

  close(): Promise<void> {
    this.#clock.close();
    for (const [track, listener] of this.#listeners) this.#stopListening(track, listener);
    for (const track of this.tracks) track.close();
    return Promise.resolve();
  }

  #createTrack(): PublishedTrack {
    const { participantId, deviceId, counters } = this.#options;
    const codec = findCodec('audio', { name: 'PCMU', clockRate: SAMPLE_RATE, parameters: '' });
    return new PublishedTrack({
      participantId,
      deviceId,
      streamId: randomUUID(),
      alias: undefined,
      kind: 'audio',
      ssrc: this.#packetizer.ssrc,
      codecs: new Map(codec && [[PCMU_PAYLOAD_TYPE, codec]]),
      counters,
      feedbackSsrc: randomSsrc(),
      // A phone has no use for it: nothing is sent again.
      sendFeedback: () => {},
    });
  }

  #startListening(track: PublishedTrack): void {
    const listener = new TrackListener(this.#options.hearDigit);
    this.#listeners.set(track, listener);
    track.addSink(listener);
  }

  #stopListening(track: PublishedTrack, listener: TrackListener): void {
    this.#listeners.delete(track);
    track.removeSink(listener);
    listener.close();
  }

  #frameDue(): void {
    this.#frameCount += 1;
    if (this.#frameCount % REPORT_INTERVAL === 0) this.#sendReport();
    this.#sum.fill(0);
    for (const listener of this.#listeners.values()) listener.mixInto(this.#sum);
    this.#options.hear(Int16Array.from(this.#sum, (sample) => Math.max(-32768, Math.min(32767, sample))));
  }

  #sendReport(): void {
    const report = this.#packetizer.report();
    if (report) this.tracks[0]?.senderReportReceived(report);
  }
}
