/** Decodes the Opus packets of one track (RFC 6716) to mono at 8000 Hz, by libopus in WebAssembly. */
import { OpusDecoder } from 'opus-decoder';
import { SAMPLE_RATE } from '../voice/phone.js';

/** What fits into a datagram that is not fragmented. */
const MAXIMUM_BYTES = 1500;
/** Decoding rests after a malformed packet: the decoder writes a line to the console for each. Milliseconds. */
const REST = 1000;

const NOTHING = new Int16Array(0);

export class OpusTrackDecoder {
  // libopus leaves out what is above 4 kHz where it decodes to this rate: there is nothing left to filter.
  readonly #decoder = new OpusDecoder({ channels: 1, sampleRate: SAMPLE_RATE });
  #state: 'loading' | 'usable' | 'closed' = 'loading';
  #restsUntil = -Infinity;

  constructor() {
    this.#decoder.ready.then(
      () => this.#loaded(),
      () => (this.#state = 'closed'),
    );
  }

  get isLoading(): boolean {
    return this.#state === 'loading';
  }

  /** Nothing while the decoder is loading, and for what can't be decoded. */
  decode(payload: Buffer): Int16Array {
    const isPlausible = payload.length > 0 && payload.length <= MAXIMUM_BYTES;
    if (this.#state !== 'usable' || !isPlausible || performance.now() < this.#restsUntil) return NOTHING;
    try {
      const { channelData, errors } = this.#decoder.decodeFrame(payload);
      if (errors.length > 0) this.#restsUntil = performance.now() + REST;
      return toLinear(channelData[0] ?? new Float32Array(0));
    } catch {
      // WebAssembly has trapped: what it holds can't be trusted any more.
      this.#state = 'closed';
      return NOTHING;
    }
  }

  /** Releases the decoder's memory. Nothing is decoded afterwards. */
  close(): void {
    const isLoaded = this.#state === 'usable';
    this.#state = 'closed';
    if (isLoaded) this.#decoder.free();
  }

  #loaded(): void {
    if (this.#state === 'closed') this.#decoder.free();
    else this.#state = 'usable';
  }
}

function toLinear(samples: Float32Array): Int16Array {
  return Int16Array.from(samples, (sample) => Math.max(-32768, Math.min(32767, Math.round(sample * 32768))));
}
