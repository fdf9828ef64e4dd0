import assert from 'node:assert/strict';
import test from 'node:test';
import type { ParticipantFacts, ParticipantState, RoomFacts, StreamState } from '../../src/room/state.js';
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

const OWN = { key: 'ada', participantId: 'ada', streamId: '', isScreen: false, layoutClasses: [] as string[] };

function further(streamId: string, isScreen: boolean): typeof OWN {
  return { ...OWN, key: `ada ${streamId}`, streamId, isScreen };
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

test('the tiles of somebody stay the same when a rebuilt connection makes them another participant', () => {
  const before = participant('one', ['1', '2']);
  const after = { ...participant('two', ['1', '2']), firstId: 'one' };
  assert.deepEqual(keys([after]), keys([before]));
  assert.deepEqual(tilesOf([after])[0]?.participantId, 'two');
});

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

test('each tile has the layout classes of its own stream', () => {
  const [camera, screen] = [stream('1'), stream('screen')];
  const ada = {
    ...participant('ada', []),
    streams: [
      { ...camera, layoutClasses: ['wide'] },
      { ...screen, layoutClasses: ['top', 'left'] },
    ],
  };
  assert.deepEqual(
    tilesOf([ada]).map(({ layoutClasses }) => layoutClasses),
    [['wide'], ['top', 'left']],
  );
});

const HIDING = { hidesVideoMuted: true } as RoomFacts;

const HIDDEN = [
  { what: 'a viewer', facts: { role: 'viewer' }, streams: [], isShown: false },
  { what: 'a viewer who sends something all the same', facts: { role: 'viewer' }, streams: ['1'], isShown: true },
  { what: 'a guest whose camera is on', facts: { camera: 'on' }, streams: ['1'], room: HIDING, isShown: true },
  { what: 'a guest whose camera is off', facts: { camera: 'off' }, streams: ['1'], room: HIDING, isShown: false },
  { what: 'a guest whose camera is off, where all are shown', facts: { camera: 'off' }, streams: ['1'], isShown: true },
  { what: 'somebody of whom nothing is known, with sound', facts: {}, streams: ['1'], room: HIDING, isShown: false },
  { what: 'somebody of whom nothing is known, with a picture', facts: {}, streams: ['v'], room: HIDING, isShown: true },
  { what: 'the person in front of the page', facts: { camera: 'off' }, isLocal: true, room: HIDING, isShown: true },
] as const;

for (const { what, facts, isShown, ...row } of HIDDEN) {
  test(`${what}: ${isShown ? 'a' : 'no'} tile`, () => {
    const streams = ('streams' in row ? row.streams : []).map((id) => ({
      ...stream(id),
      mediaTypes: id === 'v' ? (['VIDEO'] as const) : [],
    }));
    const somebody = { ...participant('ada', [], 'isLocal' in row), streams, facts: facts as ParticipantFacts };
    assert.equal(tilesOf([somebody], 'room' in row ? row.room : undefined).length, isShown ? 1 : 0);
  });
}
