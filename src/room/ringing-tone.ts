/** The tone a caller hears while it rings at the other end: here, until somebody else is in the meeting. */

/** North America's audible ringing: both tones, in hertz, for so long in each period, in seconds (ITU-T E.180). */
const TONES = [440, 480] as const;
const SOUNDING = 2;
const PERIOD = 6;

/** As of a telephone, in hertz: a fraction of what the loudspeaker's would cost to compute and to keep. */
const SAMPLE_RATE = 8000;

/** Loudness of each tone, 0 to 1: about -26 dB, well below a voice. */
const LOUDNESS = 0.05;

export class RingingTone {
  #context: AudioContext | undefined;

  /** Rings until `stop`. Stays silent where the browser plays no sound yet. */
  start(): void {
    this.stop();
    const context = new AudioContext();
    const source = new AudioBufferSourceNode(context, { buffer: ringing(), loop: true });
    source.connect(context.destination);
    source.start();
    this.#context = context;
  }

  stop(): void {
    void this.#context?.close();
    this.#context = undefined;
  }
}

/** One period of it. */
function ringing(): AudioBuffer {
  const buffer = new AudioBuffer({ length: PERIOD * SAMPLE_RATE, sampleRate: SAMPLE_RATE });
  const samples = buffer.getChannelData(0);
  for (let index = 0; index < SOUNDING * SAMPLE_RATE; index++) {
    for (const tone of TONES)
      samples[index] = (samples[index] ?? 0) + LOUDNESS * Math.sin((2 * Math.PI * tone * index) / SAMPLE_RATE);
  }
  return buffer;
}
