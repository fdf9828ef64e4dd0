/** The last packets of one stream, kept to be sent again. */
import type { RtpPacket } from './rtp.js';

export class PacketRing {
  readonly #indexes: Float64Array;
  readonly #packets: (RtpPacket | undefined)[];

  /** @param size how many packets back are kept */
  constructor(size: number) {
    this.#indexes = new Float64Array(size).fill(-1);
    this.#packets = new Array<RtpPacket | undefined>(size);
  }

  add(index: number, packet: RtpPacket): void {
    const slot = index % this.#indexes.length;
    // A straggler must not push out a newer packet.
    if ((this.#indexes[slot] ?? -1) > index) return;
    this.#indexes[slot] = index;
    this.#packets[slot] = packet;
  }

  find(index: number): RtpPacket | undefined {
    const slot = index % this.#indexes.length;
    return this.#indexes[slot] === index ? this.#packets[slot] : undefined;
  }
}
