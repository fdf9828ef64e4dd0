/** G.711 µ-law (ITU-T G.711, table 2): eight bits a sample, which every browser and every phone knows as PCMU. */

/** Added before the exponent is looked for, so that every segment starts at a power of two: 33 in 14 bits, here in 16. */
const BIAS = 132;
/** The largest magnitude that has a code once the bias is added. */
const CLIP = 32635;

/** Linear 16-bit PCM to one byte a sample, and back. */
export const { encode: encodeMuLaw, decode: decodeMuLaw } = companding(encodeSample, decodeSample);

/** Both directions for any number of samples, from what is done with one. Decoding is by table. */
export function companding(
  encodeSample: (sample: number) => number,
  decodeSample: (code: number) => number,
): { encode: (samples: Int16Array) => Buffer; decode: (payload: Uint8Array) => Int16Array } {
  const decoded = Int16Array.from({ length: 256 }, (_, code) => decodeSample(code));
  return {
    encode(samples) {
      const encoded = Buffer.allocUnsafe(samples.length);
      for (const [position, sample] of samples.entries()) encoded[position] = encodeSample(sample);
      return encoded;
    },
    decode(payload) {
      const samples = new Int16Array(payload.length);
      for (const [position, code] of payload.entries()) samples[position] = decoded[code] ?? 0;
      return samples;
    },
  };
}

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0x80 : 0;
  const magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
  // The highest bit set is one of 7 to 14.
  const exponent = 24 - Math.clz32(magnitude);
  const mantissa = (magnitude >> (exponent + 3)) & 0x0f;
  // All bits are sent inverted.
  return ~(sign | (exponent << 4) | mantissa) & 0xff;
}

function decodeSample(code: number): number {
  const bits = ~code;
  const exponent = (bits >> 4) & 0x07;
  const magnitude = ((((bits & 0x0f) << 3) + BIAS) << exponent) - BIAS;
  return bits & 0x80 ? -magnitude : magnitude;
}
