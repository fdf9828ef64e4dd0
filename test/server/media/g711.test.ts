import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeMuLaw, encodeMuLaw } from '../../../demo/platform/media/g711.js';

/**
 * From ITU-T G.711, table 2, where magnitudes have 14 bits: four times the decision values and the quantized values,
 * with the codes as they are sent.
 */
const CODES: [samples: number[], code: number, decoded: number][] = [
  [[0, 3], 0xff, 0],
  [[4, 8, 11], 0xfe, 8],
  [[-4, -11], 0x7e, -8],
  [[120, 123], 0xf0, 120],
  [[124, 139], 0xef, 132],
  [[380, 411], 0xdf, 396],
  [[892, 955], 0xcf, 924],
  [[1916, 2043], 0xbf, 1980],
  [[3964, 4219], 0xaf, 4092],
  [[8060, 8571], 0x9f, 8316],
  [[16252, 17275], 0x8f, 16764],
  [[32767, 32636, 31612], 0x80, 32124],
  [[-32768, -31612], 0x00, -32124],
];

for (const [samples, code, decoded] of CODES) {
  test(`µ-law of ${samples.join(', ')} is ${code.toString(16)}, which is ${decoded}`, () => {
    assert.deepEqual(
      [...encodeMuLaw(Int16Array.from(samples))],
      samples.map(() => code),
    );
    assert.deepEqual([...decodeMuLaw(Buffer.of(code))], [decoded]);
  });
}

test('every code is that of what it decodes to, but for the negative zero', () => {
  const codes = Array.from({ length: 256 }, (_, code) => code);
  const again = [...encodeMuLaw(decodeMuLaw(Buffer.from(codes)))];
  assert.deepEqual(
    again,
    codes.map((code) => (code === 0x7f ? 0xff : code)),
  );
});

test('the error is less than a thirtieth of a sample, or small', () => {
  const samples = Int16Array.from({ length: 65536 }, (_, position) => position - 32768).filter(
    (sample) => Math.abs(sample) <= 32124,
  );
  const decoded = decodeMuLaw(encodeMuLaw(samples));
  assert.ok(
    samples.every((sample, position) => Math.abs(sample - (decoded[position] ?? 0)) <= 4 + Math.abs(sample) / 30),
  );
});
