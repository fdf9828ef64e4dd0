/** What the SDK gets for `uuid`. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { v4 } from '../../src/providers/bandwidth/shims/uuid.js';

test('makes random UUIDs of version 4', () => {
  const uuids = new Set(Array.from({ length: 1000 }, () => v4()));
  assert.equal(uuids.size, 1000);
  for (const uuid of uuids) assert.match(uuid, /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
