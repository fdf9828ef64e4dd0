/** Stands in for `async-mutex` under the SDK, which uses `runExclusive` only. */
export class Mutex {
  #last: Promise<unknown> = Promise.resolve();

  /** Runs one task after the other, in the order asked for, whether or not those before have failed. */
  runExclusive<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(task);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
