/** Reads the keys of a keypad out of a track: telephone-event packets, RFC 4733. */
import { RateLimiter } from '../rate-limiter.js';

/** By event code (RFC 4733 section 3.2, table 7). */
export const DIGITS = '0123456789*#ABCD';
/** The longest duration a packet can state; an event that lasts longer goes on in a new segment (section 2.5.1.3). */
const MAXIMUM_DURATION = 0xffff;
/** An event is repeated at least every 50 ms; one of which nothing came for so long has lost its end. Milliseconds. */
const PATIENCE = 500;
/** No hand presses keys faster; a machine sends 14 a second at most. */
const DIGIT_RATE = { perSecond: 20, burst: 20 };

interface CurrentEvent {
  readonly code: number;
  /** Of its segment. */
  readonly timestamp: number;
  readonly clockRate: number;
  /** Of the segments before this one, in units of the clock. */
  readonly earlier: number;
  /** Of this segment. */
  duration: number;
  heardAt: number;
}

export class TelephoneEventReader {
  readonly #tell: (digit: string, milliseconds: number) => void;
  readonly #limiter: RateLimiter;
  #current: CurrentEvent | undefined;
  /** The timestamp of the newest event that was told: it is repeated, and may come late. */
  #toldTimestamp: number | undefined;

  /** @param tell is called once for each key, when it was let go. @param now milliseconds of a monotonic clock */
  constructor(tell: (digit: string, milliseconds: number) => void, now = performance.now()) {
    this.#tell = tell;
    this.#limiter = new RateLimiter(DIGIT_RATE, now);
  }

  /** @param clockRate of the payload type, per second */
  packetReceived(
    { payload, marker, timestamp }: { payload: Buffer; marker: boolean; timestamp: number },
    clockRate: number,
    now = performance.now(),
  ): void {
    const code = payload[0];
    if (payload.length < 4 || code === undefined || code >= DIGITS.length) return;
    if (this.#toldTimestamp !== undefined && !isNewer(timestamp, this.#toldTimestamp)) return;
    const current = this.#eventOf({ code, timestamp, clockRate, marker });
    if (!current) return;
    current.heardAt = now;
    current.duration = Math.max(current.duration, payload.readUInt16BE(2));
    const isEnd = (payload.readUInt8(1) & 0x80) !== 0;
    if (isEnd) this.#finish(now);
  }

  /** To be called now and then: tells an event whose end was lost. */
  expire(now = performance.now()): void {
    if (this.#current && now - this.#current.heardAt > PATIENCE) this.#finish(now);
  }

  /** The event that a packet belongs to; undefined where it is older than the one under way. */
  #eventOf(packet: { code: number; timestamp: number; clockRate: number; marker: boolean }): CurrentEvent | undefined {
    const { code, timestamp, clockRate, marker } = packet;
    const current = this.#current;
    if (current?.timestamp === timestamp) return current;
    if (current && !isNewer(timestamp, current.timestamp)) return undefined;
    const isNextSegment = current?.code === code && current.duration === MAXIMUM_DURATION && !marker;
    const earlier = isNextSegment ? current.earlier + current.duration : 0;
    if (current && !isNextSegment) this.#finish(current.heardAt);
    this.#current = { code, timestamp, clockRate, earlier, duration: 0, heardAt: 0 };
    return this.#current;
  }

  #finish(now: number): void {
    const event = this.#current;
    if (!event) return;
    this.#current = undefined;
    this.#toldTimestamp = event.timestamp;
    if (!this.#limiter.take(1, now)) return;
    this.#tell(DIGITS.charAt(event.code), Math.round(((event.earlier + event.duration) / event.clockRate) * 1000));
  }
}

/** Timestamps wrap around at 32 bits. */
function isNewer(timestamp: number, reference: number): boolean {
  return ((timestamp - reference) | 0) > 0;
}
