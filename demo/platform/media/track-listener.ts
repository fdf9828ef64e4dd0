/** One audio track as a phone hears it: linear samples at 8000 Hz, whenever they are asked for, and keys. */
import { CODECS, type Codec } from './codecs.js';
import type { TrackSink } from './forwarder.js';
import { decodeMuLaw } from './g711.js';
import { JitterBuffer, type BufferedPacket } from './jitter-buffer.js';
import { OpusTrackDecoder } from './opus-track-decoder.js';
import type { RtpPacket } from './rtp.js';
import { TelephoneEventReader } from './telephone-events.js';

/** Samples that can be waiting: a packet holds 1500 at most, and none is decoded while a frame is there. */
const CAPACITY = 2048;

const NOTHING = new Int16Array(0);

export class TrackListener implements TrackSink {
  readonly #buffer = new JitterBuffer();
  readonly #events: TelephoneEventReader;
  readonly #samples = new Int16Array(CAPACITY);
  #sampleCount = 0;
  /** What was decoded last: repeated, and softer each time, in place of what was lost. */
  #last: Int16Array = NOTHING;
  #opus: OpusTrackDecoder | undefined;
  #isClosed = false;

  /** @param hearDigit is called once for each key */
  constructor(hearDigit: (digit: string, milliseconds: number) => void) {
    this.#events = new TelephoneEventReader(hearDigit);
  }

  send(packet: RtpPacket, index: number, payloadType: number): void {
    const codec = CODECS.find((known) => known.payloadType === payloadType);
    if (!codec || this.#isClosed) return;
    if (codec.name === 'telephone-event') this.#events.packetReceived(packet, codec.clockRate);
    if (codec.name === 'opus') this.#opus ??= new OpusTrackDecoder();
    // Events too: their numbers are of the same series.
    this.#buffer.add(index, { codec, payload: packet.payload });
  }

  /** Nothing is synchronised with this sound. */
  sendReport(): void {}

  /** Adds the next samples to `sum`, as many as it has room for and are there. */
  mixInto(sum: Int32Array): void {
    this.#events.expire();
    while (this.#sampleCount < sum.length && !this.#opus?.isLoading) {
      const packet = this.#buffer.take();
      if (!packet) break;
      this.#append(packet === 'lost' ? this.#conceal() : this.#decode(packet));
    }
    const count = Math.min(sum.length, this.#sampleCount);
    for (let position = 0; position < count; position += 1) {
      sum[position] = (sum[position] ?? 0) + (this.#samples[position] ?? 0);
    }
    this.#samples.copyWithin(0, count, this.#sampleCount);
    this.#sampleCount -= count;
  }

  close(): void {
    this.#isClosed = true;
    this.#opus?.close();
  }

  #decode({ codec, payload }: BufferedPacket): Int16Array {
    this.#last = this.#samplesOf(codec, payload);
    return this.#last;
  }

  #samplesOf(codec: Codec, payload: Buffer): Int16Array {
    if (codec.name === 'opus') return this.#opus?.decode(payload) ?? NOTHING;
    return codec.name === 'PCMU' ? decodeMuLaw(payload) : NOTHING;
  }

  #conceal(): Int16Array {
    this.#last = this.#last.map((sample) => sample >> 1);
    return this.#last;
  }

  #append(samples: Int16Array): void {
    const fitting = samples.subarray(0, CAPACITY - this.#sampleCount);
    this.#samples.set(fitting, this.#sampleCount);
    this.#sampleCount += fitting.length;
  }
}
