/** Writes the keys of a keypad into a stream of RTP: telephone-event packets, RFC 4733. One packet in each frame. */
import { DIGITS } from '../../media/telephone-events.js';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../phone.js';

/** In -dBm0 (RFC 4733 section 2.3). */
const VOLUME = 10;
const END = 0x80;
/** "The final packet for the event SHOULD be sent a total of three times" (RFC 4733 section 2.5.1.4). */
const END_PACKETS = 3;
/** Milliseconds: phones take no shorter key for one (ITU-T Q.24), and no segment of an event can state more. */
const SHORTEST = 40;
const LONGEST = 8000;
/** Between two keys, in frames: 60 ms, above the 40 ms of ITU-T Q.24. */
const PAUSE = 3;
/** More keys than this are not kept for later. */
const MAXIMUM_QUEUE = 64;

export interface EventPacket {
  readonly marker: boolean;
  /** That of the frame in which the key went down, in all packets of the event. */
  readonly timestamp: number;
  readonly payload: Buffer;
}

interface Key {
  readonly code: number;
  /** Samples. */
  readonly duration: number;
}

interface HeldKey extends Key {
  readonly timestamp: number;
  /** Samples. */
  elapsed: number;
  endPackets: number;
}

export class TelephoneEventWriter {
  readonly #queue: Key[] = [];
  #current: HeldKey | undefined;
  #pause = 0;

  /** Takes a key; one that no keypad has is left out. Keys are sent one after the other. */
  press(digit: string, milliseconds: number): void {
    const code = digit.length === 1 ? DIGITS.indexOf(digit.toUpperCase()) : -1;
    if (code < 0 || this.#queue.length >= MAXIMUM_QUEUE) return;
    const bounded = Math.min(Math.max(milliseconds, SHORTEST), LONGEST);
    this.#queue.push({ code, duration: Math.round((bounded * SAMPLE_RATE) / 1000) });
  }

  /** The packet that takes the place of the frame's sound; undefined where no key is held. */
  take(timestamp: number): EventPacket | undefined {
    const event = (this.#current ??= this.#next(timestamp));
    if (!event) return undefined;
    const marker = event.elapsed === 0;
    event.elapsed = Math.min(event.elapsed + FRAME_SAMPLES, event.duration);
    const isEnd = event.elapsed === event.duration;
    const payload = Buffer.from([event.code, (isEnd ? END : 0) | VOLUME, 0, 0]);
    payload.writeUInt16BE(event.elapsed, 2);
    if (isEnd) this.#endSent(event);
    return { marker, timestamp: event.timestamp, payload };
  }

  #next(timestamp: number): HeldKey | undefined {
    if (this.#pause > 0) {
      this.#pause -= 1;
      return undefined;
    }
    const key = this.#queue.shift();
    return key && { ...key, timestamp, elapsed: 0, endPackets: 0 };
  }

  #endSent(event: HeldKey): void {
    event.endPackets += 1;
    if (event.endPackets < END_PACKETS) return;
    this.#current = undefined;
    this.#pause = PAUSE;
  }
}
