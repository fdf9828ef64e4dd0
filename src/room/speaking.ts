/** Turns loudness into who is speaking, steadily enough for the eye. */

/** How often loudness is read, in milliseconds. */
export const LEVEL_INTERVAL = 200;

/** Loudness from which on somebody is taken to speak: above a room's noise, below a soft voice (0 to 1). */
const SPEAKING_LEVEL = 0.02;

/** How long somebody counts as speaking after the last sound, in milliseconds: a pause between two words. */
const HOLD = 800;

export class SpeakingDetector {
  readonly #lastHeard = new Map<string, number>();

  /**
   * @param levels loudness by stream, 0 to 1
   * @param now in milliseconds
   * @returns the streams that carry speech
   */
  update(levels: ReadonlyMap<string, number>, now: number): Set<string> {
    for (const [id, level] of levels) if (level >= SPEAKING_LEVEL) this.#lastHeard.set(id, now);
    for (const [id, heard] of this.#lastHeard) if (now - heard > HOLD) this.#lastHeard.delete(id);
    return new Set(this.#lastHeard.keys());
  }
}
