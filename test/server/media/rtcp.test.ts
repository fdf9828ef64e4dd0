import assert from 'node:assert/strict';
import test from 'node:test';
import {
  readRtcp,
  writeBandwidthEstimate,
  writeNack,
  writePictureLossIndication,
  writeReceiverReport,
  writeSenderReport,
  writeSourceDescription,
} from '../../../demo/platform/media/rtcp.js';
import { randomBuffer, seededRandom } from './helpers.js';

const RECEIVER_REPORT = '80c9000100000001';
const SENDER_REPORT = '80c80006' + '00000005' + '0102030405060708' + '00000009' + '00000001' + '00000002';
const PLI = '81ce0002' + '00000001' + '00000007';
const FIR = '84ce0006' + '00000001' + '00000000' + '00000007' + '01000000' + '00000008' + '02000000';
const NACK = '81cd0003' + '00000001' + '00000007' + 'fffe8005';

const REPORT = { type: 'sender-report', ssrc: 5, ntpTime: 0x0102030405060708n, rtpTimestamp: 9 };
const REQUEST = { type: 'key-frame-request', mediaSsrc: 7 };
const LOSS = { type: 'nack', mediaSsrc: 7, sequenceNumbers: [65534, 65535, 1, 14] };

const READ: [what: string, packet: string, messages: object[]][] = [
  ['sender report', SENDER_REPORT, [REPORT]],
  ['picture loss indication', PLI, [REQUEST]],
  ['full intra request of two', FIR, [REQUEST, { type: 'key-frame-request', mediaSsrc: 8 }]],
  ['nack with a mask that wraps around', NACK, [LOSS]],
  ['compound of all', RECEIVER_REPORT + NACK + PLI + SENDER_REPORT, [LOSS, REQUEST, REPORT]],
  ['receiver report', RECEIVER_REPORT, []],
  ['unknown type', '80cc0000', []],
  ['nothing', '', []],
  ['cut after a good part', `${PLI}${NACK.slice(0, -2)}`, [REQUEST]],
  ['length beyond the end', `81ceffff${PLI}`, []],
  ['another version after a good part', `${PLI}00000000${PLI}`, [REQUEST]],
  ['sender report that is too short', '80c8000100000005', []],
  ['picture loss indication without a target', '81ce000100000001', []],
  ['nack without items', '81cd00020000000100000007', [{ ...LOSS, sequenceNumbers: [] }]],
];

for (const [what, packet, messages] of READ) {
  test(`read: ${what}`, () => assert.deepEqual(readRtcp(Buffer.from(packet, 'hex')), messages));
}

test('random parts never throw', () => {
  const random = seededRandom(2);
  for (let round = 0; round < 20_000; round += 1) {
    const packet = randomBuffer(random, Math.floor(random() * 64));
    if (packet.length >= 4) {
      packet.writeUInt8(0x80 | (packet.readUInt8(0) & 0x1f), 0);
      packet.writeUInt8(200 + Math.floor(random() * 8), 1);
      packet.writeUInt16BE(Math.floor(random() * 16), 2);
    }
    readRtcp(packet);
  }
});

test('written messages are read back', () => {
  const report = { ssrc: 5, ntpTime: 0x0102030405060708n, rtpTimestamp: 9, packetCount: 1, octetCount: 2 };
  assert.equal(writeSenderReport(report).toString('hex'), SENDER_REPORT);
  assert.equal(writePictureLossIndication(1, 7).toString('hex'), PLI);
  assert.deepEqual(readRtcp(writeNack(1, 7, [3, 65535])), [
    { type: 'nack', mediaSsrc: 7, sequenceNumbers: [3, 65535] },
  ]);
});

test('a receiver report has the fields of RFC 3550 section 6.4.2', () => {
  const block = {
    ssrc: 0x11223344,
    fractionLost: 25,
    cumulativeLost: -2,
    highestIndex: 0x1_0005,
    jitter: 12.4,
    lastSenderReport: 0xdeadbeef,
    delaySinceLastSenderReport: 65536,
  };
  const expected =
    '81c90007' + '00000001' + '11223344' + '19fffffe' + '00010005' + '0000000c' + 'deadbeef' + '00010000';
  assert.equal(writeReceiverReport(1, [block]).toString('hex'), expected);
  assert.equal(writeReceiverReport(1, new Array(40).fill(block)).readUInt8(0) & 0x1f, 31);
});

test('a source description is padded to whole words and ends its list', () => {
  assert.equal(writeSourceDescription(1, 'abc').toString('hex'), '81ca0003000000010103616263000000');
  assert.equal(writeSourceDescription(1, 'x'.repeat(300)).readUInt8(9), 255);
});

for (const bitsPerSecond of [1000, 0x3ffff, 0x40000, 5_000_000]) {
  test(`${bitsPerSecond} bit/s as mantissa and exponent`, () => {
    const packet = writeBandwidthEstimate(1, bitsPerSecond, [7]);
    assert.equal(packet.toString('latin1', 12, 16), 'REMB');
    const exponent = packet.readUInt8(17) >> 2;
    const mantissa = ((packet.readUInt8(17) & 3) << 16) | packet.readUInt16BE(18);
    const written = mantissa * 2 ** exponent;
    assert.ok(written <= bitsPerSecond && written > bitsPerSecond * 0.9999, String(written));
    assert.equal(packet.readUInt32BE(20), 7);
  });
}
