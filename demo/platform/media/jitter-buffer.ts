/** Puts the packets of one audio track back into order, and evens out when they come. */
import type { Codec } from './codecs.js';

/** Packets gathered before playing starts, and again after it ran dry: 60 ms of the usual ones. */
const PREFILL = 3;
/** More than this are not kept: sound that is later than 200 ms hinders talking. */
const MAXIMUM_PACKETS = 10;

export interface BufferedPacket {
  readonly codec: Codec;
  readonly payload: Buffer;
}

export class JitterBuffer {
  readonly #packets = new Map<number, BufferedPacket>();
  /** The index of the packet to be played next; undefined while packets are gathered. */
  #next: number | undefined;

  /** @param index the packet's number, counted beyond the 16 bits in its header */
  add(index: number, packet: BufferedPacket): void {
    if (this.#next !== undefined && index < this.#next) return;
    this.#packets.set(index, packet);
    if (this.#packets.size <= MAXIMUM_PACKETS) return;
    while (this.#packets.size > PREFILL) this.#packets.delete(this.#lowest());
    this.#next = this.#lowest();
  }

  /** The packet that is due; `lost` where it is missing and later ones are here; undefined where there is none. */
  take(): BufferedPacket | 'lost' | undefined {
    if (this.#packets.size < (this.#next === undefined ? PREFILL : 1)) {
      this.#next = undefined;
      return undefined;
    }
    const lowest = this.#lowest();
    // A gap wider than the buffer is no loss to be covered up: the publisher has started anew.
    if (this.#next === undefined || lowest - this.#next > MAXIMUM_PACKETS) this.#next = lowest;
    const packet = this.#packets.get(this.#next);
    this.#packets.delete(this.#next);
    this.#next += 1;
    return packet ?? 'lost';
  }

  #lowest(): number {
    return Math.min(...this.#packets.keys());
  }
}
