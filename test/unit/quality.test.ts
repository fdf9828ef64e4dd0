import assert from 'node:assert/strict';
import test from 'node:test';
import type { MediaStatistics } from '../../src/room/media-connection.js';
import { qualityBetween, type ConnectionQuality } from '../../src/room/quality.js';

/** After some time in a good meeting. */
const BEFORE: MediaStatistics = { packetsReceived: 5000, packetsLost: 40, roundTripMilliseconds: 20 };

/** A thousand packets later. */
const after = (facts: MediaStatistics): MediaStatistics => ({ ...BEFORE, packetsReceived: 6000, ...facts });

interface Row {
  readonly what: string;
  readonly previous?: MediaStatistics;
  readonly current: MediaStatistics;
  readonly quality: ConnectionQuality | undefined;
}

const TABLE: Row[] = [
  {
    what: 'no loss and a short way are good',
    current: after({}),
    quality: { level: 'good', lossPercent: 0, roundTripMilliseconds: 20 },
  },
  {
    what: 'what was lost earlier no longer counts',
    previous: { ...BEFORE, packetsLost: 4000 },
    current: after({ packetsLost: 4000 }),
    quality: { level: 'good', lossPercent: 0, roundTripMilliseconds: 20 },
  },
  {
    what: 'the limits of good belong to it, whatever rounding says',
    current: after({ packetsReceived: 5990, packetsLost: 50, roundTripMilliseconds: 150 }),
    quality: { level: 'good', lossPercent: 1, roundTripMilliseconds: 150 },
  },
  {
    what: 'more than one packet of a hundred lost is fair',
    current: after({ packetsReceived: 5989, packetsLost: 51 }),
    quality: { level: 'fair', lossPercent: 1, roundTripMilliseconds: 20 },
  },
  {
    what: 'a long way is fair',
    current: after({ roundTripMilliseconds: 150.2 }),
    quality: { level: 'fair', lossPercent: 0, roundTripMilliseconds: 150 },
  },
  {
    what: 'the limits of fair belong to it',
    current: after({ packetsReceived: 5970, packetsLost: 70, roundTripMilliseconds: 400 }),
    quality: { level: 'fair', lossPercent: 3, roundTripMilliseconds: 400 },
  },
  {
    what: 'more than three of a hundred lost is poor',
    current: after({ packetsReceived: 5960, packetsLost: 80 }),
    quality: { level: 'poor', lossPercent: 4, roundTripMilliseconds: 20 },
  },
  {
    what: 'a very long way is poor',
    current: after({ roundTripMilliseconds: 401 }),
    quality: { level: 'poor', lossPercent: 0, roundTripMilliseconds: 401 },
  },
  {
    what: 'nothing but losses are poor',
    current: after({ packetsReceived: 5000, packetsLost: 140 }),
    quality: { level: 'poor', lossPercent: 100, roundTripMilliseconds: 20 },
  },
  {
    what: 'of sending and receiving, the worse counts',
    current: after({ packetsReceived: 5980, packetsLost: 60, sentFractionLost: 0.25 }),
    quality: { level: 'poor', lossPercent: 25, roundTripMilliseconds: 20 },
  },
  {
    what: 'packets that came twice do not make the loss less than none',
    current: after({ packetsLost: 30, sentFractionLost: 0.02 }),
    quality: { level: 'fair', lossPercent: 2, roundTripMilliseconds: 20 },
  },
  {
    what: 'few frames say nothing about the connection',
    current: after({ framesPerSecond: 0.6 }),
    quality: { level: 'good', lossPercent: 0, roundTripMilliseconds: 20, framesPerSecond: 1 },
  },
  {
    what: 'who is alone is told of the way to the platform',
    previous: {},
    current: { packetsReceived: 0, packetsLost: 0, roundTripMilliseconds: 30.4 },
    quality: { level: 'good', lossPercent: 0, roundTripMilliseconds: 30 },
  },
  {
    what: 'without an earlier reading, everything until now counts',
    previous: {},
    current: { packetsReceived: 90, packetsLost: 10, roundTripMilliseconds: 30 },
    quality: { level: 'poor', lossPercent: 10, roundTripMilliseconds: 30 },
  },
  { what: 'nothing is judged without a connection', previous: {}, current: {}, quality: undefined },
  { what: 'nothing is judged while it is replaced', current: {}, quality: undefined },
  { what: 'nothing is judged when streams have gone', current: after({ packetsReceived: 800 }), quality: undefined },
];

for (const { what, previous = BEFORE, current, quality } of TABLE) {
  test(what, () => assert.deepEqual(qualityBetween(previous, current), quality));
}
