/** Something that is done for a bearer after a time, unless it is called off: one timer for each. */

export class BearerTimers {
  readonly #milliseconds: number;
  readonly #due: (bearer: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(milliseconds: number, due: (bearer: string) => void) {
    this.#milliseconds = milliseconds;
    this.#due = due;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** Does nothing where it has been started. */
  start(bearer: string): void {
    if (this.#timers.has(bearer)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(bearer);
      this.#due(bearer);
    }, this.#milliseconds);
    timer.unref();
    this.#timers.set(bearer, timer);
  }

  stop(bearer: string): void {
    clearTimeout(this.#timers.get(bearer));
    this.#timers.delete(bearer);
  }

  close(): void {
    for (const bearer of this.#timers.keys()) this.stop(bearer);
  }
}
