import assert from 'node:assert/strict';
import test from 'node:test';
import { addSentences, isRoomErrorCode, RoomError } from '../../src/room/errors.js';

test('an error has the code, a sentence and whether a retry helps', () => {
  const error = new RoomError('room-full');
  assert.ok(error instanceof Error);
  assert.equal(error.name, 'RoomError');
  assert.equal(error.code, 'room-full');
  assert.equal(error.message, 'The room is full. Try again when someone has left.');
  assert.equal(error.retryable, true);
  assert.ok(!('cause' in error));
});

test('only the page can mend what is not retryable', () => {
  for (const code of ['endpoint-missing', 'provider-unknown', 'insecure-context', 'webrtc-unsupported'] as const) {
    assert.equal(new RoomError(code).retryable, false, code);
  }
});

const MESSAGES = [
  { message: 'Ask at the desk.', expected: 'Ask at the desk.' },
  { message: '', expected: 'The room is full. Try again when someone has left.' },
  { message: undefined, expected: 'The room is full. Try again when someone has left.' },
] as const;

for (const { message, expected } of MESSAGES) {
  test(`the endpoint’s own sentence ${JSON.stringify(message)} gives "${expected}"`, () => {
    assert.equal(new RoomError('room-full', { message }).message, expected);
  });
}

test('a cause is kept, also one that is undefined', () => {
  const cause = new TypeError('x');
  assert.equal(new RoomError('endpoint-failed', { cause }).cause, cause);
  assert.ok('cause' in new RoomError('endpoint-failed', { cause: undefined }));
});

const CODES = [
  { value: 'room-full', expected: true },
  { value: 'removed', expected: true },
  { value: 'ROOM-FULL', expected: false },
  { value: 'constructor', expected: false },
  { value: '__proto__', expected: false },
  { value: 'toString', expected: false },
  { value: '', expected: false },
  { value: 409, expected: false },
  { value: null, expected: false },
  { value: undefined, expected: false },
  { value: ['room-full'], expected: false },
];

for (const { value, expected } of CODES) {
  test(`${JSON.stringify(value)} is ${expected ? 'a' : 'no'} code`, () => {
    assert.equal(isRoomErrorCode(value), expected);
  });
}

test('a code whose sentence comes later can be used before, and is known to the endpoint from then on', () => {
  const { message, retryable } = new RoomError('call-gone');
  assert.deepEqual([message, retryable, isRoomErrorCode('call-gone')], ['call-gone', true, false]);
  addSentences({ 'call-gone': ['This call is over.', true] });
  assert.equal(new RoomError('call-gone').message, 'This call is over.');
  assert.equal(isRoomErrorCode('call-gone'), true);
});
