/** Sound for tests of phones: tones, what is in a tone, and packets of an Opus encoder. */
import { readFileSync } from 'node:fs';
import { FRAME_SAMPLES, SAMPLE_RATE } from '../../../demo/platform/voice/phone.js';

/** Frames of a sine that goes on from one to the next. */
export function toneFrames(count: number, frequency: number, amplitude = 8000): Int16Array[] {
  return Array.from({ length: count }, (_, frame) =>
    Int16Array.from({ length: FRAME_SAMPLES }, (__, position) =>
      Math.round(amplitude * Math.sin((2 * Math.PI * frequency * (frame * FRAME_SAMPLES + position)) / SAMPLE_RATE)),
    ),
  );
}

/** The amplitude of one frequency (a multiple of 50 Hz, for a frame) in samples at 8000 Hz. */
export function amplitudeOf(frequency: number, samples: ArrayLike<number>): number {
  const step = (2 * Math.PI * frequency) / SAMPLE_RATE;
  let [real, imaginary] = [0, 0];
  for (let position = 0; position < samples.length; position += 1) {
    real += (samples[position] ?? 0) * Math.cos(step * position);
    imaginary += (samples[position] ?? 0) * Math.sin(step * position);
  }
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

/** The root of the mean square. */
export function loudness(samples: Int16Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

export type OpusTone = '1000 Hz' | '6000 Hz';

/** The packets, 20 ms each, that Chromium's WebCodecs encoder made of 200 ms of a sine of a quarter of full scale. */
export function opusPackets(tone: OpusTone): Buffer[] {
  const text = readFileSync(new URL('fixtures/opus-tones.json', import.meta.url), 'utf8');
  const tones = JSON.parse(text) as Record<OpusTone, string[]>;
  return tones[tone].map((packet) => Buffer.from(packet, 'base64'));
}
