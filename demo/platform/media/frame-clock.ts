/** Calls back once for every 20 ms that pass: a timer alone would lose time with every turn. */
import { FRAME_SAMPLES, SAMPLE_RATE } from '../voice/phone.js';

const FRAME_MILLISECONDS = (FRAME_SAMPLES / SAMPLE_RATE) * 1000;
/** Frames that are made up for after the process was busy; of a longer pause only these. */
const MAXIMUM_BEHIND = 5;

export class FrameClock {
  readonly #tick: () => void;
  readonly #now: () => number;
  #dueAt: number;
  #timer: NodeJS.Timeout | undefined;

  /** Starts at once: the first call is a frame's time away. @param now milliseconds of a monotonic clock */
  constructor(tick: () => void, now = () => performance.now()) {
    this.#tick = tick;
    this.#now = now;
    this.#dueAt = now() + FRAME_MILLISECONDS;
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => this.#catchUp(), Math.max(0, this.#dueAt - this.#now()));
  }

  #catchUp(): void {
    this.#dueAt = Math.max(this.#dueAt, this.#now() - (MAXIMUM_BEHIND - 1) * FRAME_MILLISECONDS);
    while (this.#timer && this.#dueAt <= this.#now()) {
      this.#dueAt += FRAME_MILLISECONDS;
      this.#tick();
    }
    // Closed by what was called back.
    if (this.#timer) this.#schedule();
  }
}
