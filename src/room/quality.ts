/** How good the connection is, in words a person understands. Pure. */
import type { MediaStatistics } from './media-connection.js';

/** All figures are rounded to whole numbers. */
export interface ConnectionQuality {
  readonly level: 'good' | 'fair' | 'poor';
  /** Of what is received or of what is sent, whichever is worse. */
  readonly lossPercent: number;
  /** Between this device and the media platform. */
  readonly roundTripMilliseconds: number;
  /** Of the smoothest remote video; absent where none is received. */
  readonly framesPerSecond?: number | undefined;
}

/**
 * Up to the first is good, beyond the second is poor.
 *
 * Delay, in milliseconds: ITU-T G.114 for one way between two people. That is about the round trip from one of them to
 * the platform, where both have a connection like this one.
 * Loss, in percent: ITU-T G.1010, table I.1, for a videophone and for conversational voice.
 */
const ROUND_TRIP_LIMITS = [150, 400] as const;
const LOSS_LIMITS = [1, 3] as const;

/**
 * What two readings of the same connection say about the time between them; from `{}`, about all the time until now.
 * Undefined where they say nothing: before media has connected, and when counters were set back meanwhile, because a
 * stream went or the connection was replaced. The frame rate has no part in the level: a still screen has a low one.
 */
export function qualityBetween(previous: MediaStatistics, current: MediaStatistics): ConnectionQuality | undefined {
  const { roundTripMilliseconds, framesPerSecond, sentFractionLost = 0 } = current;
  const received = (current.packetsReceived ?? 0) - (previous.packetsReceived ?? 0);
  if (roundTripMilliseconds === undefined || received < 0) return undefined;
  // A packet that arrives twice counts as less than none lost (RFC 3550, section 6.4.1).
  const lost = Math.max(0, (current.packetsLost ?? 0) - (previous.packetsLost ?? 0));
  const lossPercent = 100 * Math.max(sentFractionLost, lost && lost / (received + lost));
  const isWithin = (index: 0 | 1) =>
    lossPercent <= LOSS_LIMITS[index] && roundTripMilliseconds <= ROUND_TRIP_LIMITS[index];
  return {
    level: isWithin(0) ? 'good' : isWithin(1) ? 'fair' : 'poor',
    lossPercent: Math.round(lossPercent),
    roundTripMilliseconds: Math.round(roundTripMilliseconds),
    ...(framesPerSecond !== undefined && { framesPerSecond: Math.round(framesPerSecond) }),
  };
}
