import assert from 'node:assert/strict';
import test from 'node:test';
import {
  isDialingPossible,
  isNumberPrefix,
  maskedNumber,
  numberToDial,
  sipAddressToDial,
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

test('which SIP addresses may be called, and as what', () => {
  const some: DialPolicy = { allow: ['+1', 'sip:example.com', 'sip:PBX.example.com:5080', 'sip:[::1]:5060'] };
  const only: DialPolicy = { allow: ['sip:example.com'], only: '+12025550142' };
  const longest = `sip:${'a'.repeat(128)}@example.com`;
  const table: [text: string, policy: DialPolicy, expected: string][] = [
    ['sip:ada@example.com', some, 'sip:ada@example.com'],
    [' SIP:Ada.L+1@Example.COM ', some, 'sip:Ada.L+1@example.com'],
    ['sip:+12025550100@example.com:5060', some, 'sip:+12025550100@example.com:5060'],
    ['sip:desk@pbx.example.com:5080', some, 'sip:desk@pbx.example.com:5080'],
    ['sip:desk@[::1]', some, 'sip:desk@[::1]'],
    [longest, some, longest],
    [longest.replace('sip:', 'sip:a'), some, 'number-invalid'],
    ['sip:desk@pbx.example.com', some, 'number-not-allowed'],
    ['sip:ada@example.com:5061', some, 'number-not-allowed'],
    ['sip:ada@evil-example.com', some, 'number-not-allowed'],
    ['sip:ada@sub.example.com', some, 'number-not-allowed'],
    ['sip:ada@example.com.evil', some, 'number-not-allowed'],
    ['sip:ada@+1', some, 'number-invalid'],
    ['sip:ada@1', some, 'number-not-allowed'],
    ['sip:ada@example.com', { allow: ['+1'] }, 'number-not-allowed'],
    ['sip:ada@example.com', { allow: [] }, 'number-not-allowed'],
    ['sip:example.com', some, 'number-invalid'],
    ['sips:ada@example.com', some, 'number-invalid'],
    ['sip:ada:secret@example.com', some, 'number-invalid'],
    ['sip:ada@example.com;transport=tcp', some, 'number-invalid'],
    ['sip:ada@example.com?Subject=x', some, 'number-invalid'],
    ['sip:ada@evil@example.com', some, 'number-invalid'],
    ['sip:ada\r\nX: y@example.com', some, 'number-invalid'],
    ['sip:ada@example.com\n', some, 'sip:ada@example.com'],
    [`sip:ada@example.com${'.'.repeat(100_000)}`, some, 'number-invalid'],
    ['sip:ada@example.com', only, '+12025550142'],
  ];
  for (const [text, policy, expected] of table) {
    let seen: string;
    try {
      seen = sipAddressToDial(text, policy).number;
    } catch (error) {
      assert.ok(error instanceof Problem);
      seen = error.code;
    }
    assert.equal(seen, expected, text.slice(0, 100));
  }
});

test('dialing is possible where a number could be allowed', () => {
  assert.equal(isDialingPossible({ allow: [] }), false);
  assert.equal(isDialingPossible({ allow: ['sip:example.com'] }), false);
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
    ['sip:ada@example.com:5080', 'sip:••••@example.com:5080'],
    ['sips:ada:secret@example.com', 'sip:••••@example.com'],
    ['sip:ada\n@b c', 'sip:••••'],
    ['1'.repeat(99), '11111111••••'],
  ];
  for (const [text, expected] of table) assert.equal(maskedNumber(text), expected, text);
});
