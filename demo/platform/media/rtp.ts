/** RTP packets (RFC 3550 section 5.1): reading the header, writing the one we send, and counting beyond 16 bits. */

/** Length in bytes of a header with neither CSRC nor extensions, which is the only kind we write. */
export const RTP_HEADER_LENGTH = 12;

export interface RtpPacket {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequenceNumber: number;
  readonly timestamp: number;
  readonly ssrc: number;
  /** Without header, CSRC, extensions and padding. A packet of padding only has an empty payload. */
  readonly payload: Buffer;
}

/** Reads a packet, or returns undefined when it is no well-formed RTP. The payload is a view, not a copy. */
export function readRtp(packet: Buffer): RtpPacket | undefined {
  if (packet.length < RTP_HEADER_LENGTH) return undefined;
  const flags = packet.readUInt8(0);
  if (flags >> 6 !== 2) return undefined;
  let start = RTP_HEADER_LENGTH + (flags & 0x0f) * 4;
  if (flags & 0x10) {
    if (packet.length < start + 4) return undefined;
    start += 4 + packet.readUInt16BE(start + 2) * 4;
  }
  let end = packet.length;
  if (flags & 0x20) {
    const padding = packet.readUInt8(end - 1);
    if (padding === 0) return undefined;
    end -= padding;
  }
  if (start > end) return undefined;
  const second = packet.readUInt8(1);
  return {
    marker: second >> 7 === 1,
    payloadType: second & 0x7f,
    sequenceNumber: packet.readUInt16BE(2),
    timestamp: packet.readUInt32BE(4),
    ssrc: packet.readUInt32BE(8),
    payload: packet.subarray(start, end),
  };
}

/** Writes a header of `RTP_HEADER_LENGTH` bytes into `target`. */
export function writeRtpHeader(target: Buffer, fields: Omit<RtpPacket, 'payload'>): void {
  target.writeUInt8(0x80, 0);
  target.writeUInt8((fields.marker ? 0x80 : 0) | fields.payloadType, 1);
  target.writeUInt16BE(fields.sequenceNumber, 2);
  target.writeUInt32BE(fields.timestamp, 4);
  target.writeUInt32BE(fields.ssrc, 8);
}

const SEQUENCE_MODULUS = 0x10000;

/** The 16 bits of a packet index that travel in the header. */
export function sequenceNumberOf(index: number): number {
  return index % SEQUENCE_MODULUS;
}

/** The rest of a packet index, which SRTP needs and which does not travel (RFC 3711 section 3.3.1). */
export function rolloverCounterOf(index: number): number {
  return Math.floor(index / SEQUENCE_MODULUS);
}

export function packetIndex(rolloverCounter: number, sequenceNumber: number): number {
  return rolloverCounter * SEQUENCE_MODULUS + sequenceNumber;
}

/**
 * The index nearest to `reference` that has this sequence number: RFC 3711 section 3.3.1. Never negative, so a number
 * from before the first wrap is taken as one that is ahead.
 */
export function nearestIndex(reference: number, sequenceNumber: number): number {
  const index = packetIndex(rolloverCounterOf(reference), sequenceNumber);
  if (index - reference > SEQUENCE_MODULUS / 2 && index >= SEQUENCE_MODULUS) return index - SEQUENCE_MODULUS;
  if (reference - index > SEQUENCE_MODULUS / 2) return index + SEQUENCE_MODULUS;
  return index;
}
