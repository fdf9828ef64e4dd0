/** The rules of feedback: when to ask a publisher for a key frame, what to report to it, which losses to make good. */
import type { ReportBlock } from './rtcp.js';

/** Key frames are large: no more often than this, however many subscribers ask. Milliseconds. */
export const KEY_FRAME_INTERVAL = 300;
/** How long to wait for a key frame before asking again. Milliseconds. */
const KEY_FRAME_PATIENCE = 500;
/** A publisher that sends nothing is not asked for ever; the next subscriber's request starts anew. */
const KEY_FRAME_ATTEMPTS = 20;

/** Asks for a key frame until one has passed. */
export class KeyFrameRequester {
  readonly #ask: () => void;
  #askedAt = -Infinity;
  #attempts = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(ask: () => void) {
    this.#ask = ask;
  }

  /** Somebody needs a key frame. */
  request(): void {
    if (this.#closed) return;
    this.#attempts = 0;
    this.#askSoon(Math.max(0, this.#askedAt + KEY_FRAME_INTERVAL - performance.now()));
  }

  keyFramePassed(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #askSoon(delay: number): void {
    clearTimeout(this.#timer);
    if (delay === 0) this.#askNow();
    else this.#timer = setTimeout(() => this.#askNow(), delay);
  }

  #askNow(): void {
    this.#askedAt = performance.now();
    this.#attempts += 1;
    this.#ask();
    if (this.#attempts < KEY_FRAME_ATTEMPTS) this.#askSoon(KEY_FRAME_PATIENCE);
  }
}

/** What a publisher is told of how its stream arrives: RFC 3550 sections 6.4.1, A.3 and A.8. */
export class ReceptionStatistics {
  readonly #ssrc: number;
  readonly #clockRate: number;
  #firstIndex: number | undefined;
  #highestIndex = 0;
  #received = 0;
  #expectedBefore = 0;
  #receivedBefore = 0;
  #transit: number | undefined;
  #jitter = 0;
  #senderReport: { readonly middleOfNtpTime: number; readonly receivedAt: number } | undefined;

  constructor(ssrc: number, clockRate: number) {
    this.#ssrc = ssrc;
    this.#clockRate = clockRate;
  }

  /** @param now milliseconds of a monotonic clock */
  packetReceived(index: number, timestamp: number, now = performance.now()): void {
    this.#firstIndex ??= index;
    this.#highestIndex = Math.max(this.#highestIndex, index);
    this.#received += 1;
    const transit = (now / 1000) * this.#clockRate - timestamp;
    if (this.#transit !== undefined) {
      const difference = Math.abs(transit - this.#transit);
      // A timestamp that jumps (or wraps around) says nothing about the network.
      if (difference < this.#clockRate) this.#jitter += (difference - this.#jitter) / 16;
    }
    this.#transit = transit;
  }

  senderReportReceived(ntpTime: bigint, now = performance.now()): void {
    this.#senderReport = { middleOfNtpTime: Number((ntpTime >> 16n) & 0xffffffffn), receivedAt: now };
  }

  /** The block of the next report; undefined before the first packet. */
  report(now = performance.now()): ReportBlock | undefined {
    if (this.#firstIndex === undefined) return undefined;
    const expected = this.#highestIndex - this.#firstIndex + 1;
    const expectedSince = expected - this.#expectedBefore;
    const lostSince = expectedSince - (this.#received - this.#receivedBefore);
    this.#expectedBefore = expected;
    this.#receivedBefore = this.#received;
    const age = this.#senderReport ? now - this.#senderReport.receivedAt : 0;
    return {
      ssrc: this.#ssrc,
      fractionLost: lostSince > 0 ? Math.min(255, Math.floor((lostSince * 256) / expectedSince)) : 0,
      cumulativeLost: expected - this.#received,
      highestIndex: this.#highestIndex,
      jitter: this.#jitter,
      lastSenderReport: this.#senderReport?.middleOfNtpTime ?? 0,
      delaySinceLastSenderReport: Math.round((age * 65536) / 1000),
    };
  }
}

/** Remembers what was done lately for which packet, so that it is not done again at once. */
export class RecentRequests {
  readonly #interval: number;
  readonly #doneAt: Float64Array;
  readonly #indexes: Float64Array;

  /** @param size how many packets back are told apart; @param interval milliseconds */
  constructor(size: number, interval: number) {
    this.#interval = interval;
    this.#doneAt = new Float64Array(size).fill(-Infinity);
    this.#indexes = new Float64Array(size).fill(-1);
  }

  /** Whether it is time to act for this packet; if so, notes that it was done. */
  claim(index: number, now = performance.now()): boolean {
    const slot = index % this.#indexes.length;
    if (this.#indexes[slot] === index && now - (this.#doneAt[slot] ?? -Infinity) < this.#interval) return false;
    this.#indexes[slot] = index;
    this.#doneAt[slot] = now;
    return true;
  }
}
