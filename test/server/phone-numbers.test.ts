import assert from 'node:assert/strict';
import test from 'node:test';
import {
  isDialingPossible,
  isNumberPrefix,
  maskedNumber,
  numberToDial,
  type DialPolicy,
} from '../../demo/server/phone-numbers.js';
import { Problem } from '../../demo/server/problem.js';

test('a prefix has at least a whole country code', () => {
  const table: [text: string, expected: boolean][] = [
    ['+1', true],
    ['+44', true],
    ['+353', true],
    ['+120255501', true],
    ['+12025550100', true],
    ['*', false],
    ['+', false],
    ['+4', false],
    ['+0', false],
    ['+999', false],
    ['44', false],
    ['0044', false],
    ['+44 20', false],
    ['+1234567890123456', false],
    ['', false],
  ];
  for (const [text, expected] of table) assert.equal(isNumberPrefix(text), expected, text);
});

test('what may be called, and as what', () => {
  const none: DialPolicy = { allow: [] };
  const some: DialPolicy = { allow: ['+120255501', '+441144960000', '+800'] };
  const only: DialPolicy = { allow: [], only: '+12025550142' };
  const table: [text: string, policy: DialPolicy, expected: string][] = [
    ['+12025550100', some, '+12025550100'],
    [' +1 (202) 555-0199 ', some, '+12025550199'],
    ['９１１', some, 'number-invalid'],
    ['+12025550200', some, 'number-not-allowed'],
    ['+44 114 496 0000', some, '+441144960000'],
    ['+44 114 496 0001', some, 'number-not-allowed'],
    ['+12025550100', none, 'number-not-allowed'],
    // Of no country: cheap or not, nobody can tell.
    ['+800 1234 5678', some, 'number-not-allowed'],
    ['+12025550100\n+19005550100', some, 'number-invalid'],
    ['+44 114 496 0000', only, '+12025550142'],
    ['', only, '+12025550142'],
  ];
  for (const [text, policy, expected] of table) {
    let seen: string;
    try {
      seen = numberToDial(text, policy).number;
    } catch (error) {
      assert.ok(error instanceof Problem);
      seen = error.code;
    }
    assert.equal(seen, expected, text);
  }
});

test('dialing is possible where a number could be allowed', () => {
  assert.equal(isDialingPossible({ allow: [] }), false);
  assert.equal(isDialingPossible({ allow: ['+1'] }), true);
  assert.equal(isDialingPossible({ allow: [], only: '+12025550142' }), true);
});

test('logs do not tell whose number it is', () => {
  const table: [text: string, expected: string][] = [
    ['+12025550100', '+1202555••••'],
    ['+1 (900) 555-0100', '+1900555••••'],
    ['+1911', '+1911'],
    ['hello\nworld', 'no number'],
    ['+12025550100 ext. 1234', '+1202555••••'],
    ['5 +12025550100', '5+120255••••'],
    ['+1234567', '+123••••'],
    ['', 'no number'],
    ['+', 'no number'],
    ['1'.repeat(99), '11111111••••'],
  ];
  for (const [text, expected] of table) assert.equal(maskedNumber(text), expected, text);
});
