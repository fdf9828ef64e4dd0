import assert from 'node:assert/strict';
import test from 'node:test';
import { reuse } from '../../src/room/reuse.js';

class Thing {
  value = 1;
}

const thing = new Thing();
const sparse: Record<string, unknown> = { a: 1, b: undefined };

const SAME = [
  { what: 'equal objects', previous: { a: 1, b: 'x' }, next: { b: 'x', a: 1 } },
  { what: 'equal arrays', previous: [1, 'x', null], next: [1, 'x', null] },
  { what: 'equal all the way down', previous: { list: [{ a: [1] }] }, next: { list: [{ a: [1] }] } },
  { what: 'empty arrays', previous: [], next: [] },
  { what: 'empty objects', previous: {}, next: {} },
  { what: 'the same instance of a class', previous: { thing }, next: { thing } },
  { what: 'a field that is missing instead of undefined', previous: sparse, next: { a: 1 } },
  { what: 'a field that is undefined instead of missing', previous: { a: 1 }, next: sparse },
] as const;

for (const { what, previous, next } of SAME) {
  test(`the previous value stays: ${what}`, () => {
    assert.equal(reuse<unknown>(previous, next), previous);
  });
}

const DIFFERENT = [
  { what: 'a changed field', previous: { a: 1 }, next: { a: 2 } },
  { what: 'a new field', previous: { a: 1 }, next: { a: 1, b: 2 } },
  { what: 'a field that is gone', previous: { a: 1, b: 2 }, next: { a: 1 } },
  { what: 'a longer array', previous: [1], next: [1, 2] },
  { what: 'a shorter array', previous: [1, 2], next: [1] },
  { what: 'another order', previous: [1, 2], next: [2, 1] },
  { what: 'an array for an object', previous: {}, next: [] },
  { what: 'an object for an array', previous: [], next: {} },
  { what: 'an object for null', previous: null, next: { a: 1 } },
  { what: 'an object for nothing', previous: undefined, next: { a: 1 } },
  { what: 'another instance of a class', previous: { thing }, next: { thing: new Thing() } },
] as const;

for (const { what, previous, next } of DIFFERENT) {
  test(`the next value counts, frozen: ${what}`, () => {
    const result = reuse<unknown>(previous, next);
    assert.notEqual(result, previous);
    assert.deepEqual(result, next);
    assert.ok(Object.isFrozen(result));
  });
}

test('what did not change is the same object, what did change is frozen down to the bottom', () => {
  const previous = { kept: { list: [1] }, changed: { deep: [{ value: 1 }] } };
  const next = reuse(previous, { kept: { list: [1] }, changed: { deep: [{ value: 2 }] } });
  assert.equal(next.kept, previous.kept);
  assert.ok(Object.isFrozen(next.changed));
  assert.ok(Object.isFrozen(next.changed.deep));
  assert.ok(Object.isFrozen(next.changed.deep[0]));
});

test('neither argument is frozen or changed', () => {
  const previous = { list: [1] };
  const next = { list: [2] };
  reuse(previous, next);
  assert.ok(!Object.isFrozen(previous) && !Object.isFrozen(next.list));
  assert.deepEqual([previous, next], [{ list: [1] }, { list: [2] }]);
});

test('instances of classes are passed through as they are', () => {
  const result = reuse<{ thing: Thing }>(undefined, { thing });
  assert.equal(result.thing, thing);
  assert.ok(!Object.isFrozen(thing));
});
