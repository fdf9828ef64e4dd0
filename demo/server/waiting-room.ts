/** Requests of people who wait to be let in: held until it is decided, and asked again by their pages. */

export interface WaitingLimits {
  /** How long a request is held, in milliseconds. */
  readonly holdMilliseconds: number;
  /** After how long without a request somebody no longer waits, in milliseconds. */
  readonly absenceMilliseconds: number;
}

/** Either a request that is held, or the time in which the next one has to come. */
interface Waiter {
  readonly timer: NodeJS.Timeout;
  /** Lets the request that is held go on. */
  readonly release?: () => void;
}

export class WaitingRoom {
  readonly #limits: WaitingLimits;
  /** Somebody has not asked in time. */
  readonly #gone: (bearer: string) => void;
  readonly #waiters = new Map<string, Waiter>();

  constructor(limits: WaitingLimits, gone: (bearer: string) => void) {
    this.#limits = limits;
    this.#gone = gone;
  }

  get size(): number {
    return this.#waiters.size;
  }

  /** A request that is held goes on, and the bearer's page has to ask again within time. */
  expect(bearer: string): void {
    this.forget(bearer);
    const timer = setTimeout(() => {
      this.#waiters.delete(bearer);
      this.#gone(bearer);
    }, this.#limits.absenceMilliseconds);
    timer.unref();
    this.#waiters.set(bearer, { timer });
  }

  /**
   * Holds a request until something is decided about the bearer, the time is up, a newer request of the same page comes,
   * or nobody waits for its answer any more.
   */
  hold(bearer: string, signal?: AbortSignal): Promise<void> {
    this.forget(bearer);
    return new Promise((resolve) => {
      const end = (): void => this.expect(bearer);
      const timer = setTimeout(end, this.#limits.holdMilliseconds);
      timer.unref();
      const release = (): void => {
        signal?.removeEventListener('abort', end);
        resolve();
      };
      this.#waiters.set(bearer, { timer, release });
      signal?.addEventListener('abort', end);
      if (signal?.aborted) end();
    });
  }

  /** Something is decided. Where no request is held, the time goes on in which the next one has to come. */
  answer(bearer: string): void {
    if (this.#waiters.get(bearer)?.release) this.expect(bearer);
  }

  /** A request that is held goes on, and nothing is expected from the bearer any more. */
  forget(bearer: string): void {
    const waiter = this.#waiters.get(bearer);
    if (!waiter) return;
    this.#waiters.delete(bearer);
    clearTimeout(waiter.timer);
    waiter.release?.();
  }

  close(): void {
    for (const bearer of this.#waiters.keys()) this.forget(bearer);
  }
}
