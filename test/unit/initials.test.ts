import assert from 'node:assert/strict';
import test from 'node:test';
import { initials } from '../../src/internal/initials.js';

const TABLE = [
  { name: '', expected: '' },
  { name: '   ', expected: '' },
  { name: 'Ada', expected: 'A' },
  { name: 'ada', expected: 'A' },
  { name: 'Ada Lovelace', expected: 'AL' },
  { name: 'Ada King Lovelace', expected: 'AL' },
  { name: '  Ada   Lovelace ', expected: 'AL' },
  { name: 'Ada\tLovelace\n', expected: 'AL' },
  { name: '"Ada" (Lovelace)', expected: 'AL' },
  { name: 'Ada ---', expected: 'A' },
  { name: '🎉 Ada 🎉', expected: 'A' },
  { name: '🎉', expected: '' },
  { name: 'Élodie Ørsted', expected: 'ÉØ' },
  { name: '山田 太郎', expected: '山太' },
  { name: '𝒜da', expected: '𝒜' },
  { name: 'R2 D2', expected: 'RD' },
  { name: '2nd Room', expected: '2R' },
  { name: '<img src=x onerror=alert(1)>', expected: 'IO' },
  { name: 'a'.repeat(10_000), expected: 'A' },
];

for (const { name, expected } of TABLE) {
  test(`${JSON.stringify(name.slice(0, 40))} gives ${JSON.stringify(expected)}`, () => {
    assert.equal(initials(name), expected);
  });
}
