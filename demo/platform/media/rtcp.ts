/** RTCP packets (RFC 3550 section 6, RFC 4585, RFC 5104): reading those we act on, writing those we send. */

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const TRANSPORT_FEEDBACK = 205;
const PAYLOAD_FEEDBACK = 206;

const GENERIC_NACK = 1; // RFC 4585 section 6.2.1
const PICTURE_LOSS_INDICATION = 1; // RFC 4585 section 6.3.1
const FULL_INTRA_REQUEST = 4; // RFC 5104 section 4.3.1
const APPLICATION_LAYER_FEEDBACK = 15; // RFC 4585 section 6.4, which REMB uses

export interface SenderReport {
  readonly type: 'sender-report';
  readonly ssrc: number;
  /** 64 bits of NTP time, as they came. */
  readonly ntpTime: bigint;
  readonly rtpTimestamp: number;
}

/** Packets the sender misses. */
export interface Nack {
  readonly type: 'nack';
  readonly mediaSsrc: number;
  readonly sequenceNumbers: readonly number[];
}

/** The sender asks for a key frame, by PLI or by FIR. */
export interface KeyFrameRequest {
  readonly type: 'key-frame-request';
  readonly mediaSsrc: number;
}

export type RtcpMessage = SenderReport | Nack | KeyFrameRequest;

/** Reads a compound packet. What is unknown is skipped; from the first malformed part on, the rest is. */
export function readRtcp(packet: Buffer): RtcpMessage[] {
  const messages: RtcpMessage[] = [];
  let rest = packet;
  while (rest.length >= 4) {
    const length = (rest.readUInt16BE(2) + 1) * 4;
    if (rest.readUInt8(0) >> 6 !== 2 || length > rest.length) break;
    messages.push(...readPart(rest.subarray(0, length)));
    rest = rest.subarray(length);
  }
  return messages;
}

function readPart(part: Buffer): RtcpMessage[] {
  const format = part.readUInt8(0) & 0x1f;
  const type = part.readUInt8(1);
  if (type === SENDER_REPORT && part.length >= 28) {
    const report = {
      ssrc: part.readUInt32BE(4),
      ntpTime: part.readBigUInt64BE(8),
      rtpTimestamp: part.readUInt32BE(16),
    };
    return [{ type: 'sender-report', ...report }];
  }
  if (part.length < 12) return [];
  if (type === TRANSPORT_FEEDBACK && format === GENERIC_NACK) {
    return [{ type: 'nack', mediaSsrc: part.readUInt32BE(8), sequenceNumbers: readNackItems(part) }];
  }
  if (type === PAYLOAD_FEEDBACK && format === PICTURE_LOSS_INDICATION) {
    return [{ type: 'key-frame-request', mediaSsrc: part.readUInt32BE(8) }];
  }
  if (type === PAYLOAD_FEEDBACK && format === FULL_INTRA_REQUEST) return readFullIntraRequests(part);
  return [];
}

function readNackItems(part: Buffer): number[] {
  const numbers: number[] = [];
  for (let offset = 12; offset + 4 <= part.length; offset += 4) {
    const first = part.readUInt16BE(offset);
    const following = part.readUInt16BE(offset + 2);
    numbers.push(first);
    for (let bit = 0; bit < 16; bit += 1) {
      if (following & (1 << bit)) numbers.push((first + bit + 1) & 0xffff);
    }
  }
  return numbers;
}

/** FIR leaves the header's media SSRC unused and lists its targets. */
function readFullIntraRequests(part: Buffer): KeyFrameRequest[] {
  const requests: KeyFrameRequest[] = [];
  for (let offset = 12; offset + 8 <= part.length; offset += 8) {
    requests.push({ type: 'key-frame-request', mediaSsrc: part.readUInt32BE(offset) });
  }
  return requests;
}

/** A header and `words` 32-bit words after it, all zero. */
function allocate(count: number, type: number, words: number): Buffer {
  const packet = Buffer.alloc(4 + words * 4);
  packet.writeUInt8(0x80 | count, 0);
  packet.writeUInt8(type, 1);
  packet.writeUInt16BE(words, 2);
  return packet;
}

export interface SenderReportFields {
  readonly ssrc: number;
  readonly ntpTime: bigint;
  readonly rtpTimestamp: number;
  readonly packetCount: number;
  readonly octetCount: number;
}

/** A sender report without report blocks. */
export function writeSenderReport(fields: SenderReportFields): Buffer {
  const packet = allocate(0, SENDER_REPORT, 6);
  packet.writeUInt32BE(fields.ssrc, 4);
  packet.writeBigUInt64BE(fields.ntpTime, 8);
  packet.writeUInt32BE(fields.rtpTimestamp, 16);
  packet.writeUInt32BE(fields.packetCount >>> 0, 20);
  packet.writeUInt32BE(fields.octetCount >>> 0, 24);
  return packet;
}

export interface ReportBlock {
  readonly ssrc: number;
  /** Of 256. */
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  readonly highestIndex: number;
  /** In units of the stream's clock. */
  readonly jitter: number;
  /** The middle 32 bits of the last sender report's NTP time, 0 before the first. */
  readonly lastSenderReport: number;
  /** In units of 1/65536 second. */
  readonly delaySinceLastSenderReport: number;
}

/** A packet has room for 31 blocks; a publisher here has fewer streams. */
const MAXIMUM_BLOCKS = 31;

export function writeReceiverReport(senderSsrc: number, blocks: readonly ReportBlock[]): Buffer {
  const written = blocks.slice(0, MAXIMUM_BLOCKS);
  const packet = allocate(written.length, RECEIVER_REPORT, 1 + written.length * 6);
  packet.writeUInt32BE(senderSsrc, 4);
  written.forEach((block, position) => {
    const offset = 8 + position * 24;
    packet.writeUInt32BE(block.ssrc, offset);
    packet.writeUInt8(block.fractionLost, offset + 4);
    packet.writeIntBE(Math.max(-0x800000, Math.min(0x7fffff, block.cumulativeLost)), offset + 5, 3);
    packet.writeUInt32BE(block.highestIndex % 0x100000000, offset + 8);
    packet.writeUInt32BE(Math.min(0xffffffff, Math.round(block.jitter)), offset + 12);
    packet.writeUInt32BE(block.lastSenderReport, offset + 16);
    packet.writeUInt32BE(Math.min(0xffffffff, block.delaySinceLastSenderReport), offset + 20);
  });
  return packet;
}

const CANONICAL_NAME = 1;

/** Names the sender of an SSRC; every compound packet carries one (RFC 3550 section 6.1). */
export function writeSourceDescription(ssrc: number, canonicalName: string): Buffer {
  const name = Buffer.from(canonicalName).subarray(0, 255);
  // SSRC, item header and name, and at least one zero that ends the list.
  const words = 1 + Math.ceil((2 + name.length + 1) / 4);
  const packet = allocate(1, SOURCE_DESCRIPTION, words);
  packet.writeUInt32BE(ssrc, 4);
  packet.writeUInt8(CANONICAL_NAME, 8);
  packet.writeUInt8(name.length, 9);
  name.copy(packet, 10);
  return packet;
}

export function writePictureLossIndication(senderSsrc: number, mediaSsrc: number): Buffer {
  const packet = allocate(PICTURE_LOSS_INDICATION, PAYLOAD_FEEDBACK, 2);
  packet.writeUInt32BE(senderSsrc, 4);
  packet.writeUInt32BE(mediaSsrc, 8);
  return packet;
}

export function writeNack(senderSsrc: number, mediaSsrc: number, sequenceNumbers: readonly number[]): Buffer {
  const items = sequenceNumbers.map((number) => number << 16);
  const packet = allocate(GENERIC_NACK, TRANSPORT_FEEDBACK, 2 + items.length);
  packet.writeUInt32BE(senderSsrc, 4);
  packet.writeUInt32BE(mediaSsrc, 8);
  items.forEach((item, position) => packet.writeUInt32BE(item >>> 0, 12 + position * 4));
  return packet;
}

/** How much the sender may send in all (draft-alvestrand-rmcat-remb-03), as an 18-bit mantissa and an exponent. */
export function writeBandwidthEstimate(senderSsrc: number, bitsPerSecond: number, ssrcs: readonly number[]): Buffer {
  const packet = allocate(APPLICATION_LAYER_FEEDBACK, PAYLOAD_FEEDBACK, 4 + ssrcs.length);
  packet.writeUInt32BE(senderSsrc, 4);
  packet.write('REMB', 12, 'latin1');
  let exponent = 0;
  let mantissa = Math.floor(bitsPerSecond);
  while (mantissa > 0x3ffff) {
    mantissa = Math.floor(mantissa / 2);
    exponent += 1;
  }
  packet.writeUInt8(ssrcs.length, 16);
  packet.writeUInt8((exponent << 2) | (mantissa >> 16), 17);
  packet.writeUInt16BE(mantissa & 0xffff, 18);
  ssrcs.forEach((ssrc, position) => packet.writeUInt32BE(ssrc, 20 + position * 4));
  return packet;
}
