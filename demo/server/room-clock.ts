/** Closes rooms whose time is up. */
import type { RoomRecord } from './room-store.js';

/** A longer one is no delay to a timer, in milliseconds; the platform closes a room long before. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** In milliseconds since the epoch; undefined for a room that is not open, or has no time limit. */
export function closingTime({ openedAt, timeLimitSeconds }: RoomRecord): number | undefined {
  if (openedAt === undefined || timeLimitSeconds === undefined) return undefined;
  return openedAt + timeLimitSeconds * 1000;
}

export class RoomClock {
  readonly #timeIsUp: (room: string) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(timeIsUp: (room: string) => void) {
    this.#timeIsUp = timeIsUp;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** Watches the room as it is now: one that was opened, or has got another limit. */
  watch(room: RoomRecord): void {
    this.forget(room.name);
    const closesAt = closingTime(room);
    if (closesAt === undefined) return;
    const timer = setTimeout(
      () => {
        this.#timers.delete(room.name);
        this.#timeIsUp(room.name);
      },
      Math.min(Math.max(0, closesAt - Date.now()), LONGEST_DELAY),
    );
    timer.unref();
    this.#timers.set(room.name, timer);
  }

  forget(room: string): void {
    clearTimeout(this.#timers.get(room));
    this.#timers.delete(room);
  }

  close(): void {
    for (const room of this.#timers.keys()) this.forget(room);
  }
}
