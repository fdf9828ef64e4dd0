/** Stands in for Node's `events` under the SDK, which uses `on` and `emit` only. */

/** `never[]`: listeners of any parameters are accepted. */
export type Listener = (...values: never[]) => unknown;

export class EventEmitter {
  readonly #listeners = new Map<string, Set<Listener>>();

  on(name: string, listener: Listener): this {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(listener));
    return this;
  }

  removeAllListeners(): this {
    this.#listeners.clear();
    return this;
  }

  emit(name: string, ...values: unknown[]): void {
    for (const listener of this.#listeners.get(name) ?? []) void deliver(listener, values);
  }
}

/** A listener that throws or rejects harms neither the other listeners nor the page. */
async function deliver(listener: Listener, values: unknown[]): Promise<void> {
  try {
    await listener(...(values as never[]));
  } catch {
    // Who listens has its own ways to tell; the SDK has none.
  }
}
