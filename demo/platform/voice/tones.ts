/** Sounds that are told from each other by their frequencies. */
import { FRAME_SAMPLES, SAMPLE_RATE } from './phone.js';

/** A sine, or silence where the frequency is 0. */
export interface Tone {
  /** Hertz. */
  readonly frequency: number;
  readonly milliseconds: number;
}

/** Well below clipping where several are mixed. */
const AMPLITUDE = 0.25 * 0x7fff;

/** The tones one after the other, filled with silence to whole frames. */
export function renderTones(tones: readonly Tone[]): Int16Array[] {
  const samples = tones.flatMap(({ frequency, milliseconds }) =>
    Array.from({ length: Math.round((milliseconds * SAMPLE_RATE) / 1000) }, (_, index) =>
      Math.round(AMPLITUDE * Math.sin((2 * Math.PI * frequency * index) / SAMPLE_RATE)),
    ),
  );
  return Array.from({ length: Math.ceil(samples.length / FRAME_SAMPLES) }, (_, index) => {
    const frame = new Int16Array(FRAME_SAMPLES);
    frame.set(samples.slice(index * FRAME_SAMPLES, (index + 1) * FRAME_SAMPLES));
    return frame;
  });
}
