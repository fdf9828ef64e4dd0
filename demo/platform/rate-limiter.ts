/** A token bucket: how much of something is allowed per second, with room for a burst. */
export class RateLimiter {
  readonly #perSecond: number;
  readonly #burst: number;
  #available: number;
  #updatedAt: number;

  /** @param now milliseconds of a monotonic clock */
  constructor(options: { perSecond: number; burst: number }, now = performance.now()) {
    this.#perSecond = options.perSecond;
    this.#burst = options.burst;
    this.#available = options.burst;
    this.#updatedAt = now;
  }

  /** Takes `amount` if that much is left, and says whether it was. */
  take(amount = 1, now = performance.now()): boolean {
    const earned = ((now - this.#updatedAt) / 1000) * this.#perSecond;
    this.#available = Math.min(this.#burst, this.#available + earned);
    this.#updatedAt = now;
    if (this.#available < amount) return false;
    this.#available -= amount;
    return true;
  }
}
