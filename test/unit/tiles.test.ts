import assert from 'node:assert/strict';
import test from 'node:test';
import type { ParticipantState, StreamState } from '../../src/room/state.js';
import { mainStreamOf, SCREEN_SHARE_ALIAS, tileKey, tilesOf } from '../../src/room/tiles.js';

/** A stream whose id begins with `screen` is a shared screen. */
function stream(id: string): StreamState {
  const alias = id.startsWith('screen') ? SCREEN_SHARE_ALIAS : undefined;
  return { id, alias, mediaTypes: [], mediaStream: {} as MediaStream };
}

function participant(id: string, streamIds: string[], isLocal = false): ParticipantState {
  return { id, name: id, isLocal, isSpeaking: false, streams: streamIds.map(stream) };
}

function keys(participants: ParticipantState[]): string[] {
  return tilesOf(participants).map(({ key }) => key);
}

test('nobody, no tile', () => {
  assert.deepEqual(tilesOf([]), []);
});

const OWN = { key: 'ada', participantId: 'ada', streamId: '', isScreen: false };

function further(streamId: string, isScreen: boolean): typeof OWN {
  return { key: `ada ${streamId}`, participantId: 'ada', streamId, isScreen };
}

const ROWS = [
  { streams: [], main: undefined, tiles: [OWN] },
  { streams: ['1'], main: '1', tiles: [OWN] },
  { streams: ['1', '2', '3'], main: '1', tiles: [OWN, further('2', false), further('3', false)] },
  { streams: ['1', 'screen'], main: '1', tiles: [OWN, further('screen', true)] },
  { streams: ['screen', '1'], main: '1', tiles: [OWN, further('screen', true)] },
  { streams: ['screen'], main: undefined, tiles: [OWN, further('screen', true)] },
  {
    streams: ['screen-1', 'screen-2'],
    main: undefined,
    tiles: [OWN, further('screen-1', true), further('screen-2', true)],
  },
] as const;

for (const { streams, main, tiles } of ROWS) {
  test(`somebody with ${streams.join(' and ') || 'no stream'}: ${tiles.length} tiles, their own one shows ${main ?? 'nothing'}`, () => {
    const ada = participant('ada', [...streams]);
    assert.deepEqual(tilesOf([ada]), tiles);
    assert.equal(mainStreamOf(ada)?.id, main);
    assert.deepEqual(
      tiles.map(({ streamId }) => tileKey(ada, streamId)),
      keys([ada]),
    );
  });
}

test('the local tiles stay the same when a renewed grant gives the person another id', () => {
  const [before, after] = [participant('one', ['1', 'screen'], true), participant('two', ['1', 'screen'], true)];
  assert.deepEqual(tilesOf([before]), tilesOf([after]));
  assert.deepEqual(keys([before]), ['local', 'local screen']);
  assert.equal(tileKey(before, 'screen'), 'local screen');
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
