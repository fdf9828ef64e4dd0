/** How often one client may do something: a token bucket for each client, refilled evenly. */

/** Clients remembered at once; beyond it the one unseen for longest is forgotten. */
const CLIENT_LIMIT = 10_000;

export class RateLimiter {
  readonly #perMinute: number;
  readonly #burst: number;
  readonly #buckets = new Map<string, { tokens: number; filledAt: number }>();

  /** @param burst how often at once. Default: as often as in a minute */
  constructor(perMinute: number, burst = perMinute) {
    this.#perMinute = perMinute;
    this.#burst = burst;
  }

  /** Takes one use. Answers 0 where it is granted, else the whole seconds after which one will be. */
  take(client: string, now = Date.now()): number {
    const bucket = this.#buckets.get(client) ?? { tokens: this.#burst, filledAt: now };
    const perMillisecond = this.#perMinute / 60_000;
    const tokens = Math.min(this.#burst, bucket.tokens + (now - bucket.filledAt) * perMillisecond);
    const isGranted = tokens >= 1;
    // Deleted first, so that the map's order is that of last use.
    this.#buckets.delete(client);
    this.#buckets.set(client, { tokens: isGranted ? tokens - 1 : tokens, filledAt: now });
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > CLIENT_LIMIT && oldest !== undefined) this.#buckets.delete(oldest);
    return isGranted ? 0 : Math.ceil((1 - tokens) / perMillisecond / 1000);
  }
}
