/** The tones of a telephone's keys (DTMF), to be heard here. */

/** In hertz, by row and by column of the keys (ITU-T Q.23). */
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];

/** The keys, row by row. */
export const KEYS: readonly string[] = '123456789*0#'.split('');

/** How long a tone is heard, in seconds. */
const DURATION = 0.15;

/** Loudness of each of its two waves, 0 to 1: below a voice. */
const LOUDNESS = 0.05;

/** How long the loudspeaker is kept for the next tone, in milliseconds. */
const KEPT = 1000;

export class KeyTones {
  #context: AudioContext | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Stays silent where the browser has no sound, or plays none yet. */
  play(key: string): void {
    clearTimeout(this.#timer);
    try {
      this.#context ??= new AudioContext();
    } catch {
      return;
    }
    this.#timer = setTimeout(() => this.stop(), KEPT);
    const context = this.#context;
    const end = context.currentTime + DURATION;
    const gain = new GainNode(context, { gain: LOUDNESS });
    // Faded out quickly: cut off, it would crack.
    gain.gain.setTargetAtTime(0, end, 0.005);
    gain.connect(context.destination);
    const index = KEYS.indexOf(key);
    for (const frequency of [ROWS[Math.floor(index / 3)] ?? 0, COLUMNS[index % 3] ?? 0]) {
      const wave = new OscillatorNode(context, { frequency });
      wave.connect(gain);
      wave.start();
      wave.stop(end + 0.03);
    }
  }

  stop(): void {
    clearTimeout(this.#timer);
    void this.#context?.close();
    this.#context = undefined;
  }
}
