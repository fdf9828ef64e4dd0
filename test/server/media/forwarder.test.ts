import assert from 'node:assert/strict';
import test from 'node:test';
import { CODECS, type Codec } from '../../../demo/platform/media/codecs.js';
import { PublishedTrack, TrackOutlet, createCounters } from '../../../demo/platform/media/forwarder.js';
import { readRtcp, type RtcpMessage } from '../../../demo/platform/media/rtcp.js';
import { readRtp, type RtpPacket } from '../../../demo/platform/media/rtp.js';
import { RateLimiter } from '../../../demo/platform/rate-limiter.js';

const PUBLISHER_PAYLOAD_TYPE = 120;
const KEY_FRAME = Buffer.from('1000', 'hex');
const OTHER_FRAME = Buffer.from('1001', 'hex');

function codecNamed(name: string): Codec {
  return CODECS.find((codec) => codec.name === name) ?? assert.fail(name);
}

function createTrack(name = 'VP8'): { track: PublishedTrack; feedback: RtcpMessage[] } {
  const feedback: RtcpMessage[] = [];
  const codec = codecNamed(name);
  const track = new PublishedTrack({
    participantId: 'participant',
    deviceId: 'device',
    streamId: 'stream',
    alias: undefined,
    kind: codec.kind,
    ssrc: 1000,
    codecs: new Map([[PUBLISHER_PAYLOAD_TYPE, codec]]),
    counters: createCounters(),
    feedbackSsrc: 1,
    sendFeedback: (packet) => feedback.push(...readRtcp(packet)),
  });
  return { track, feedback };
}

interface Subscriber {
  readonly outlet: TrackOutlet;
  readonly packets: (RtpPacket & { rolloverCounter: number })[];
  readonly reports: RtcpMessage[];
}

function subscribe(track: PublishedTrack, resends = 1000): Subscriber {
  const packets: Subscriber['packets'] = [];
  const reports: RtcpMessage[] = [];
  const outlet = new TrackOutlet({
    track,
    streamId: 'stream',
    resendLimiter: new RateLimiter({ perSecond: 0, burst: resends }),
    sendRtp: (header, payload, rolloverCounter) => {
      const packet = readRtp(Buffer.concat([header, payload])) ?? assert.fail('not readable');
      packets.push({ ...packet, rolloverCounter });
    },
    sendRtcp: (packet) => reports.push(...readRtcp(packet)),
  });
  outlet.start();
  return { outlet, packets, reports };
}

function send(track: PublishedTrack, index: number, payload = OTHER_FRAME, payloadType = PUBLISHER_PAYLOAD_TYPE): void {
  const sequenceNumber = index % 65536;
  track.packetReceived(
    { marker: true, payloadType, sequenceNumber, timestamp: index * 3000, ssrc: 1000, payload },
    index,
  );
}

test('a packet gets the subscriber’s ssrc and payload type, and keeps the rest', () => {
  const { track } = createTrack();
  const first = subscribe(track);
  const second = subscribe(track);
  send(track, 500, KEY_FRAME);
  for (const { outlet, packets } of [first, second]) {
    const [{ rolloverCounter, ...packet }] = packets as [Subscriber['packets'][0]];
    const expected = { marker: true, payloadType: 96, timestamp: 1_500_000, ssrc: outlet.ssrc, payload: KEY_FRAME };
    assert.deepEqual(packet, { ...expected, sequenceNumber: 1 });
    assert.equal(rolloverCounter, 0);
  }
  assert.notEqual(first.outlet.ssrc, second.outlet.ssrc);
  track.close();
});

test('gaps and order of the publisher’s numbers stay, across a wrap too', () => {
  const { track } = createTrack();
  const { packets } = subscribe(track);
  for (const index of [65530, 65534, 65537, 65536, 65538]) send(track, index);
  assert.deepEqual(
    packets.map(({ sequenceNumber }) => sequenceNumber),
    [1, 5, 8, 7, 9],
  );
  track.close();
});

test('the rollover counter follows the subscriber’s own numbers', () => {
  const { track } = createTrack();
  const { packets, outlet } = subscribe(track);
  for (let index = 65_000; index < 65_000 + 65_540; index += 1) send(track, index);
  const wrap = packets
    .slice(65_533, 65_537)
    .map(({ sequenceNumber, rolloverCounter }) => [sequenceNumber, rolloverCounter]);
  assert.deepEqual(wrap, [
    [65534, 0],
    [65535, 0],
    [0, 1],
    [1, 1],
  ]);
  packets.length = 0;
  outlet.packetsMissed([65535, 0]);
  const resent = packets.map(({ sequenceNumber, rolloverCounter }) => [sequenceNumber, rolloverCounter]);
  assert.deepEqual(resent, [
    [65535, 0],
    [0, 1],
  ]);
  track.close();
});

test('a packet from before the first one forwarded is left out', () => {
  const { track } = createTrack();
  const { packets } = subscribe(track);
  send(track, 500);
  send(track, 498);
  assert.equal(packets.length, 1);
  track.close();
});

test('an unknown payload type is not forwarded', () => {
  const { track } = createTrack();
  const { packets } = subscribe(track);
  send(track, 1, OTHER_FRAME, 99);
  assert.equal(packets.length, 0);
  track.close();
});

test('a stopped outlet gets nothing', () => {
  const { track } = createTrack('opus');
  const { outlet, packets } = subscribe(track);
  send(track, 1);
  outlet.stop();
  send(track, 2);
  assert.equal(packets.length, 1);
});

test('lost packets are sent again once, unchanged, from what is kept', () => {
  const { track } = createTrack();
  const { outlet, packets } = subscribe(track);
  for (let index = 100; index < 110; index += 1) send(track, index);
  const original = packets.slice(2, 4);
  packets.length = 0;
  outlet.packetsMissed([3, 4, 3]);
  outlet.packetsMissed([3, 4]);
  assert.deepEqual(packets, original);
  track.close();
});

test('resending stops where the subscriber’s limit is', () => {
  const { track } = createTrack();
  const { outlet, packets } = subscribe(track, 3);
  for (let index = 100; index < 200; index += 1) send(track, index);
  packets.length = 0;
  outlet.packetsMissed(Array.from({ length: 50 }, (_, position) => position + 1));
  assert.equal(packets.length, 3);
  track.close();
});

test('packets that never came are asked of the publisher, once for all subscribers', () => {
  const { track, feedback } = createTrack();
  const first = subscribe(track);
  const second = subscribe(track);
  for (const index of [65534, 65537]) send(track, index, KEY_FRAME);
  feedback.length = 0;
  first.outlet.packetsMissed([2, 3]);
  second.outlet.packetsMissed([2, 3]);
  assert.deepEqual(feedback, [{ type: 'nack', mediaSsrc: 1000, sequenceNumbers: [65535, 0] }]);
  send(track, 65535);
  assert.equal(first.packets.at(-1)?.sequenceNumber, 2);
  track.close();
});

test('numbers that were never sent are ignored', () => {
  const { track, feedback } = createTrack();
  const { outlet, packets } = subscribe(track);
  send(track, 100, KEY_FRAME);
  feedback.length = 0;
  outlet.packetsMissed([2, 5000, 40_000, 65_535]);
  assert.deepEqual(feedback, []);
  assert.equal(packets.length, 1);
  track.close();
});

test('a video outlet asks for a key frame, audio asks for none', () => {
  for (const [name, requests] of [
    ['VP8', 1],
    ['H264', 1],
    ['opus', 0],
  ] as const) {
    const { track, feedback } = createTrack(name);
    const { outlet } = subscribe(track);
    outlet.start();
    assert.equal(feedback.length, requests, name);
    track.close();
  }
});

test('starting again asks for nothing', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { track, feedback } = createTrack();
  const { outlet } = subscribe(track);
  send(track, 1, KEY_FRAME);
  outlet.start();
  context.mock.timers.tick(1000);
  assert.equal(feedback.length, 1);
  track.close();
});

test('a key frame that passes ends the asking', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { track, feedback } = createTrack();
  subscribe(track);
  send(track, 1, OTHER_FRAME);
  context.mock.timers.tick(1000);
  const before = feedback.length;
  assert.ok(before > 1);
  send(track, 2, KEY_FRAME);
  context.mock.timers.tick(10_000);
  assert.equal(feedback.length, before);
  track.close();
});

test('a sender report goes on under the subscriber’s ssrc, after the first packet', () => {
  const { track } = createTrack();
  const { outlet, reports } = subscribe(track);
  const report = { type: 'sender-report' as const, ssrc: 1000, ntpTime: 77n, rtpTimestamp: 88 };
  track.senderReportReceived(report);
  send(track, 1);
  track.senderReportReceived(report);
  assert.deepEqual(reports, [{ ...report, ssrc: outlet.ssrc }]);
  track.close();
});
