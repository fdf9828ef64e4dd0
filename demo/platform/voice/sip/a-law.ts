/** G.711 A-law (ITU-T G.711, table 1): what the telephone network uses outside North America and Japan, PCMA. */

import { companding } from '../../media/g711.js';

/** Every other bit is sent inverted. */
const INVERTED = 0x55;
const POSITIVE = 0x80;

/** Linear 16-bit PCM to one byte a sample, and back. */
export const { encode: encodeALaw, decode: decodeALaw } = companding(encodeSample, decodeSample);

function encodeSample(sample: number): number {
  const sign = sample < 0 ? 0 : POSITIVE;
  // One's complement: the scale is symmetric about a point between 0 and -1.
  const magnitude = sample < 0 ? ~sample : sample;
  // The first segment is as wide as the second one: both have steps of 16.
  const exponent = Math.max(24 - Math.clz32(magnitude), 0);
  const mantissa = (magnitude >> Math.max(exponent + 3, 4)) & 0x0f;
  return (sign | (exponent << 4) | mantissa) ^ INVERTED;
}

function decodeSample(code: number): number {
  const bits = code ^ INVERTED;
  const exponent = (bits >> 4) & 0x07;
  // The middle of the step.
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = exponent === 0 ? step : (step + 0x100) << (exponent - 1);
  return bits & POSITIVE ? magnitude : -magnitude;
}
