import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeMuLaw } from '../../../demo/platform/media/g711.js';
import { PcmuPacketizer } from '../../../demo/platform/media/pcmu-packetizer.js';
import { toneFrames } from './sound.js';

const [frame = new Int16Array()] = toneFrames(1, 1000);

/** What is sent of frames that are spoken at these times: sequence number, samples since the last one, mark. */
function send(times: readonly number[]): (readonly [sequenceNumber: number, advance: number, marker: boolean])[] {
  const packetizer = new PcmuPacketizer();
  let last: number | undefined;
  return times.map((time) => {
    const { packet, index } = packetizer.packetize(frame, time);
    assert.equal(index, packet.sequenceNumber);
    const advance = last === undefined ? 0 : (packet.timestamp - last) >>> 0;
    last = packet.timestamp;
    return [packet.sequenceNumber, advance, packet.marker];
  });
}

const FIRST = [0, 0, true];
const CASES: [what: string, times: number[], sent: unknown[]][] = [
  ['one after the other', [5, 25, 45], [FIRST, [1, 160, false], [2, 160, false]]],
  ['early and late ones', [0, 39, 40, 130], [FIRST, [1, 160, false], [2, 160, false], [3, 160, false]]],
  ['a pause', [0, 20, 2020, 2040], [FIRST, [1, 160, false], [2, 16000, true], [3, 160, false]]],
];

for (const [what, times, sent] of CASES) {
  test(`packets of what a phone speaks: ${what}`, () => assert.deepEqual(send(times), sent));
}

test('the packet carries the sound, under the static payload type', () => {
  const packetizer = new PcmuPacketizer();
  const { payloadType, ssrc, payload } = packetizer.packetize(frame).packet;
  assert.deepEqual([payloadType, ssrc, payload.length], [0, packetizer.ssrc, 160]);
  assert.ok(decodeMuLaw(payload).every((sample, position) => Math.abs(sample - (frame[position] ?? 0)) < 300));
});

test('sequence numbers and timestamps wrap around', () => {
  const packetizer = new PcmuPacketizer();
  const first = packetizer.packetize(frame, 0).packet.timestamp;
  for (let count = 1; count < 65536; count += 1) packetizer.packetize(frame, count * 20);
  // Two to the 32 samples are more than six days.
  const { packet, index } = packetizer.packetize(frame, 2 ** 32 / 8);
  assert.deepEqual([packet.sequenceNumber, index], [0, 65536]);
  assert.equal(packet.timestamp, first);
});

test('a sender report says which timestamp the moment has', () => {
  const packetizer = new PcmuPacketizer();
  assert.equal(packetizer.report(0), undefined);
  const { packet } = packetizer.packetize(frame, 1000);
  const report = packetizer.report(1500, Date.UTC(1970, 0, 1, 0, 0, 1, 250)) ?? assert.fail();
  assert.equal(report.ssrc, packetizer.ssrc);
  assert.equal((report.rtpTimestamp - packet.timestamp) >>> 0, 4000);
  // RFC 868 gives the seconds from 1900 to 1970.
  assert.deepEqual([report.ntpTime >> 32n, report.ntpTime & 0xffffffffn], [2208988801n, 0x40000000n]);
});
