/** Puts the packets of one RTP stream back into order, as they come: nothing is waited for but a few later packets. */

/** So many later packets are kept while one is missing: 60 ms of the usual ones. */
const DEPTH = 3;
/** A number further away than this is that of a new stream (RFC 3550 appendix A.1 calls it MAX_MISORDER). */
const FURTHEST = 100;
const SEQUENCE_MODULUS = 0x10000;

export class PacketOrder<Packet> {
  readonly #early = new Map<number, Packet>();
  #next: number | undefined;
  #ssrc: number | undefined;

  /** Takes a packet and gives those whose turn it is. Twins, and those that come too late, are dropped. */
  add({ ssrc, sequenceNumber }: { ssrc: number; sequenceNumber: number }, packet: Packet): Packet[] {
    const distance = this.#next === undefined ? Infinity : signed16(sequenceNumber - this.#next);
    if (ssrc !== this.#ssrc || Math.abs(distance) > FURTHEST) {
      this.#ssrc = ssrc;
      this.#early.clear();
      this.#next = sequenceNumber;
    } else if (distance < 0) {
      return [];
    }
    this.#early.set(sequenceNumber, packet);
    return this.#due(this.#next ?? sequenceNumber);
  }

  #due(first: number): Packet[] {
    const due: Packet[] = [];
    let next = first;
    while (this.#early.has(next) || this.#early.size > DEPTH) {
      const packet = this.#early.get(next);
      if (packet !== undefined) due.push(packet);
      this.#early.delete(next);
      next = (next + 1) % SEQUENCE_MODULUS;
    }
    this.#next = next;
    return due;
  }
}

function signed16(value: number): number {
  return (value << 16) >> 16;
}
