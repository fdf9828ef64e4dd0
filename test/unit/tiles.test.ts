import assert from 'node:assert/strict';
import test from 'node:test';
import type { ParticipantState } from '../../src/room/state.js';
import { tilesOf } from '../../src/room/tiles.js';

function participant(id: string, streamIds: string[], isLocal = false): ParticipantState {
  const streams = streamIds.map((streamId) => ({ id: streamId, mediaTypes: [], mediaStream: {} as MediaStream }));
  return { id, name: id, isLocal, isSpeaking: false, streams };
}

function keys(participants: ParticipantState[]): string[] {
  return tilesOf(participants).map(({ key }) => key);
}

test('nobody, no tile', () => {
  assert.deepEqual(tilesOf([]), []);
});

test('a participant has a tile before there is any media', () => {
  assert.deepEqual(tilesOf([participant('ada', [])]), [{ key: 'ada', participantId: 'ada', streamId: '' }]);
});

test('the first stream is shown in the participant’s tile, each further one beside it', () => {
  assert.deepEqual(tilesOf([participant('ada', ['1', '2', '3'])]), [
    { key: 'ada', participantId: 'ada', streamId: '' },
    { key: 'ada 2', participantId: 'ada', streamId: '2' },
    { key: 'ada 3', participantId: 'ada', streamId: '3' },
  ]);
});

test('the local tile stays the same when a renewed grant gives the person another id', () => {
  assert.deepEqual(tilesOf([participant('one', ['1'], true)]), tilesOf([participant('two', ['1'], true)]));
});

test('a tile keeps its key while others come and go and while its own media comes and goes', () => {
  const ada = participant('ada', []);
  assert.deepEqual(keys([ada, participant('bob', ['1'])]), ['ada', 'bob']);
  assert.deepEqual(keys([participant('bob', []), participant('cleo', ['2', '3'])]), ['bob', 'cleo', 'cleo 3']);
});

test('keys are unique', () => {
  const everybody = [participant('me', ['1', '2'], true), participant('a', ['1', '2']), participant('b', ['1', '2'])];
  assert.equal(new Set(keys(everybody)).size, 6);
});
