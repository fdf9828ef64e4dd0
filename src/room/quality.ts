/** How good the connection is, in words a person understands. */

export interface ConnectionQuality {
  readonly level: 'good' | 'fair' | 'poor';
  readonly lossPercent: number;
  readonly roundTripMilliseconds: number;
  readonly framesPerSecond?: number | undefined;
}
