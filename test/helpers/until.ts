import { setTimeout as pause } from 'node:timers/promises';

/** How often a condition is looked at, in milliseconds. */
const INTERVAL = 100;

export interface UntilOptions {
  /** What is waited for, for the failure's message. */
  readonly what: string;
  /** Milliseconds. Default: 15,000. */
  readonly limit?: number | undefined;
}

/** Reads again and again until the value is as wanted, and gives it. Fails with the value it saw last. */
export async function until<Value>(
  read: () => Promise<Value> | Value,
  isReached: (value: Value) => boolean,
  { what, limit = 15_000 }: UntilOptions,
): Promise<Value> {
  const end = performance.now() + limit;
  for (;;) {
    const value = await read();
    if (isReached(value)) return value;
    if (performance.now() > end) throw new Error(`Not within ${limit} ms: ${what}. Last seen: ${describe(value)}`);
    await pause(INTERVAL);
  }
}

function describe(value: unknown): string {
  return JSON.stringify(value, undefined, 1) ?? String(value);
}
