import assert from 'node:assert/strict';
import test from 'node:test';
import type { RemoteStream } from '../../src/room/media-connection.js';
import { remoteParticipants } from '../../src/room/participants.js';

function stream(id: string, participantId: string, alias?: string): RemoteStream {
  return { id, participantId, alias, mediaTypes: ['AUDIO', 'VIDEO'], mediaStream: {} as MediaStream };
}

function participants(
  streams: RemoteStream[],
  { names = {}, speaking = [] }: { names?: Record<string, string>; speaking?: string[] } = {},
) {
  return remoteParticipants({ streams, names: new Map(Object.entries(names)), speaking: new Set(speaking) });
}

test('nobody without a stream', () => {
  assert.deepEqual(participants([]), []);
});

test('one participant for all streams of a person, in order of arrival', () => {
  const everybody = participants([stream('1', 'ada'), stream('2', 'bob'), stream('3', 'ada'), stream('4', 'cleo')]);
  assert.deepEqual(
    everybody.map(({ id, streams }) => [id, streams.map((each) => each.id)]),
    [
      ['ada', ['1', '3']],
      ['bob', ['2']],
      ['cleo', ['4']],
    ],
  );
  assert.ok(everybody.every(({ isLocal }) => !isLocal));
});

const NAMES = [
  { what: 'from the list of participants', aliases: ['alias'], names: { ada: 'Ada' }, expected: 'Ada' },
  { what: 'from the alias where there is no list', aliases: ['Ada'], names: {}, expected: 'Ada' },
  { what: 'from the alias where the list lacks the person', aliases: ['Ada'], names: { bob: 'Bob' }, expected: 'Ada' },
  { what: 'from the list even where it is empty there', aliases: ['alias'], names: { ada: '' }, expected: '' },
  { what: 'unknown without list and alias', aliases: [undefined], names: {}, expected: '' },
  { what: 'not from a shared screen', aliases: ['screenshare'], names: {}, expected: '' },
  { what: 'past a shared screen', aliases: ['screenshare', 'Ada'], names: {}, expected: 'Ada' },
  { what: 'as it is written', aliases: ['<b>Ada</b>\u202e'], names: {}, expected: '<b>Ada</b>\u202e' },
] as const;

for (const { what, aliases, names, expected } of NAMES) {
  test(`the name comes ${what}`, () => {
    const streams = aliases.map((alias, index) => stream(String(index), 'ada', alias));
    assert.deepEqual(
      participants(streams, { names }).map(({ name }) => name),
      [expected],
    );
  });
}

test('who speaks in any of their streams is speaking', () => {
  const everybody = participants([stream('1', 'ada'), stream('2', 'ada'), stream('3', 'bob')], { speaking: ['2'] });
  assert.deepEqual(
    everybody.map(({ isSpeaking }) => isSpeaking),
    [true, false],
  );
});

test('a stream keeps its facts and nothing else', () => {
  const source = stream('1', 'ada', 'Ada');
  const [ada] = participants([source]);
  assert.deepEqual(ada?.streams, [
    { id: '1', alias: 'Ada', mediaTypes: ['AUDIO', 'VIDEO'], mediaStream: source.mediaStream },
  ]);
});
