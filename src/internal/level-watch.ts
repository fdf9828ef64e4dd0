import { onGesture } from '../room/gestures.js';

/** How often the level is told, in milliseconds. */
const INTERVAL = 66;

/** What counts as silence, in decibels below full scale: the noise of a quiet room. */
const SILENCE = -60;

/** Tells how loud a track is, again and again. Holds an AudioContext while there is a track, and nothing else. */
export class LevelWatch {
  readonly #onLevel: (level: number) => void;
  #track: MediaStreamTrack | undefined;
  #watching: AbortController | undefined;

  /** @param onLevel called with the level, from 0 (silence) to 1 (as loud as can be), evenly in decibels */
  constructor(onLevel: (level: number) => void) {
    this.#onLevel = onLevel;
  }

  /** Watches this track from now on, or none. */
  watch(track: MediaStreamTrack | undefined): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#watching?.abort();
    if (track) this.#start(track);
    else this.#onLevel(0);
  }

  #start(track: MediaStreamTrack): void {
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      this.#onLevel(levelOf(samples));
    }, INTERVAL);
    // Does nothing where sound is allowed; fails where the context is closed before it is.
    onGesture(() => void context.resume().catch(() => undefined), signal);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
      void context.close();
    });
  }
}

function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample ** 2, 0) / samples.length;
  return Math.min(1, Math.max(0, 1 - (10 * Math.log10(power)) / SILENCE));
}
