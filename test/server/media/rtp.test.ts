import assert from 'node:assert/strict';
import test from 'node:test';
import {
  RTP_HEADER_LENGTH,
  nearestIndex,
  packetIndex,
  readRtp,
  rolloverCounterOf,
  sequenceNumberOf,
  writeRtpHeader,
} from '../../../demo/platform/media/rtp.js';
import { randomBuffer, seededRandom } from './helpers.js';

const FIXED = '80e000010000000200000003';

const READABLE: [what: string, packet: string, payload: string][] = [
  ['no extras', `${FIXED}aabb`, 'aabb'],
  ['two contributing sources', `82e000010000000200000003${'11111111'.repeat(2)}aabb`, 'aabb'],
  ['an extension of two words', `90e000010000000200000003bede0002${'22222222'.repeat(2)}aabb`, 'aabb'],
  ['an empty extension', '90e000010000000200000003bede0000aabb', 'aabb'],
  ['padding', 'a0e000010000000200000003aabb000003', 'aabb'],
  ['everything', `b1e00001000000020000000311111111bede000122222222aabb0002`, 'aabb'],
  ['nothing but padding', 'a0e000010000000200000003000003', ''],
  ['no payload', FIXED, ''],
];

for (const [what, packet, payload] of READABLE) {
  test(`a packet with ${what} is read`, () => {
    const { payload: found, ...header } = readRtp(Buffer.from(packet, 'hex')) ?? assert.fail('not read');
    assert.equal(found.toString('hex'), payload);
    assert.deepEqual(header, { marker: true, payloadType: 96, sequenceNumber: 1, timestamp: 2, ssrc: 3 });
  });
}

const DAMAGED: [what: string, packet: string][] = [
  ['nothing', ''],
  ['a cut header', FIXED.slice(0, -2)],
  ['another version', `40${FIXED.slice(2)}`],
  ['contributing sources beyond the end', `8f${FIXED.slice(2)}aabb`],
  ['an extension header beyond the end', `90${FIXED.slice(2)}bede`],
  ['an extension beyond the end', `90${FIXED.slice(2)}bedeffff22222222`],
  ['padding of no length', `a0${FIXED.slice(2)}aa00`],
  ['padding longer than the packet', `a0${FIXED.slice(2)}aaff`],
  ['padding that reaches into the extension', `b0${FIXED.slice(2)}bede00012222220a`],
];

for (const [what, packet] of DAMAGED) {
  test(`a packet with ${what} is refused`, () => assert.equal(readRtp(Buffer.from(packet, 'hex')), undefined));
}

test('random bytes never throw', () => {
  const random = seededRandom(1);
  for (let round = 0; round < 20_000; round += 1) {
    const packet = randomBuffer(random, Math.floor(random() * 60));
    if (packet.length > 0) packet.writeUInt8(0x80 | (packet.readUInt8(0) & 0x3f), 0);
    readRtp(packet);
  }
});

test('a written header is read back', () => {
  const header = { marker: false, payloadType: 102, sequenceNumber: 65535, timestamp: 4294967295, ssrc: 4000000000 };
  const packet = Buffer.alloc(RTP_HEADER_LENGTH + 1, 7);
  writeRtpHeader(packet, header);
  assert.deepEqual(readRtp(packet), { ...header, payload: Buffer.from([7]) });
});

const INDEXES: [reference: number, sequenceNumber: number, index: number][] = [
  [10, 11, 11],
  [10, 9, 9],
  [10, 65535, 65535],
  [65535, 0, 65536],
  [65535, 200, 65536 + 200],
  [65536, 65535, 65535],
  [65536 + 99, 65500, 65500],
  [65536 + 30000, 65500, 65500],
  [65536 + 5, 5, 65536 + 5],
  [3 * 65536 + 65000, 100, 4 * 65536 + 100],
  [4 * 65536 + 100, 65000, 3 * 65536 + 65000],
];

for (const [reference, sequenceNumber, index] of INDEXES) {
  test(`near ${reference}, ${sequenceNumber} is packet ${index}`, () => {
    assert.equal(nearestIndex(reference, sequenceNumber), index);
    assert.equal(packetIndex(rolloverCounterOf(index), sequenceNumberOf(index)), index);
  });
}
