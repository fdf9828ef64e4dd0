import assert from 'node:assert/strict';
import test from 'node:test';
import {
  KEY_FRAME_INTERVAL,
  KeyFrameRequester,
  ReceptionStatistics,
  RecentRequests,
} from '../../../demo/platform/media/feedback.js';
import { PacketRing } from '../../../demo/platform/media/packet-ring.js';
import { RateLimiter } from '../../../demo/platform/rate-limiter.js';
import type { RtpPacket } from '../../../demo/platform/media/rtp.js';

test('a key frame is asked for at once, then again until one passes', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let asked = 0;
  const requester = new KeyFrameRequester(() => (asked += 1));
  requester.request();
  assert.equal(asked, 1);
  context.mock.timers.tick(600);
  assert.equal(asked, 2);
  requester.keyFramePassed();
  context.mock.timers.tick(60_000);
  assert.equal(asked, 2);
});

test('many requests at once ask twice at most: now, and after the shortest interval', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let asked = 0;
  const requester = new KeyFrameRequester(() => (asked += 1));
  for (let subscriber = 0; subscriber < 50; subscriber += 1) requester.request();
  assert.equal(asked, 1);
  context.mock.timers.tick(KEY_FRAME_INTERVAL);
  assert.equal(asked, 2);
  requester.close();
});

test('a publisher that sends nothing is not asked for ever, and not at all after closing', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let asked = 0;
  const requester = new KeyFrameRequester(() => (asked += 1));
  requester.request();
  for (let second = 0; second < 600; second += 1) context.mock.timers.tick(1000);
  assert.equal(asked, 20);
  requester.close();
  requester.request();
  assert.equal(asked, 20);
});

test('reception: losses, the highest packet and the delay since the last sender report', () => {
  const statistics = new ReceptionStatistics(7, 90_000);
  assert.equal(statistics.report(0), undefined);
  for (const index of [65534, 65535, 65537, 65536, 65540]) statistics.packetReceived(index, 0, 0);
  statistics.senderReportReceived(0x1122_3344_5566_7788n, 1000);
  const { jitter, ...report } = statistics.report(1500) ?? assert.fail('no report');
  assert.equal(jitter, 0);
  assert.deepEqual(report, {
    ssrc: 7,
    fractionLost: Math.floor((2 * 256) / 7),
    cumulativeLost: 2,
    highestIndex: 65540,
    lastSenderReport: 0x3344_5566,
    delaySinceLastSenderReport: 32768,
  });
});

test('reception: a report counts what was lost since the last one', () => {
  const statistics = new ReceptionStatistics(7, 90_000);
  for (const index of [1, 2, 4]) statistics.packetReceived(index, 0, 0);
  statistics.report(0);
  for (const index of [3, 5, 6]) statistics.packetReceived(index, 0, 0);
  const report = statistics.report(0);
  assert.equal(report?.fractionLost, 0);
  assert.equal(report?.cumulativeLost, 0);
});

test('reception: jitter follows arrival against the clock of the stream', () => {
  const statistics = new ReceptionStatistics(7, 90_000);
  statistics.packetReceived(1, 0, 0);
  statistics.packetReceived(2, 900, 20); // 10 ms of media, 20 ms later
  assert.equal(statistics.report(20)?.jitter, 900 / 16);
});

test('what was done for a packet is not done again within the interval', () => {
  const requests = new RecentRequests(4, 100);
  assert.equal(requests.claim(5, 0), true);
  assert.equal(requests.claim(5, 99), false);
  assert.equal(requests.claim(6, 99), true);
  assert.equal(requests.claim(5, 100), true);
  assert.equal(requests.claim(9, 101), true); // shares the slot of 5
  assert.equal(requests.claim(5, 102), true);
});

test('the ring keeps the last packets and no older one', () => {
  const ring = new PacketRing(4);
  const packet = (sequenceNumber: number): RtpPacket => ({
    marker: false,
    payloadType: 96,
    sequenceNumber,
    timestamp: 0,
    ssrc: 1,
    payload: Buffer.alloc(0),
  });
  for (const index of [1, 2, 3, 5, 6, 0, 4]) ring.add(index, packet(index));
  const kept = [0, 1, 2, 3, 4, 5, 6].filter((index) => ring.find(index)?.sequenceNumber === index);
  assert.deepEqual(kept, [3, 4, 5, 6]);
});

test('a token bucket allows a burst, then a rate', () => {
  const limiter = new RateLimiter({ perSecond: 10, burst: 3 }, 0);
  const taken = [0, 0, 0, 0, 99, 100, 100, 10_000, 10_000, 10_000, 10_000].map((now) => limiter.take(1, now));
  assert.deepEqual(taken, [true, true, true, false, false, true, false, true, true, true, false]);
});
