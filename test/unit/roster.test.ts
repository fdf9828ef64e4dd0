import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { RemoteStream } from '../../src/room/media-connection.js';
import { Roster, type RosterOptions } from '../../src/room/roster.js';

function stream(id: string, participantId: string, alias?: string): RemoteStream {
  return { id, participantId, alias, mediaTypes: ['AUDIO', 'VIDEO'], mediaStream: {} as MediaStream };
}

function namesOf(names: Record<string, string>): RosterOptions['fetchNames'] {
  return () => Promise.resolve(new Map(Object.entries(names)));
}

async function rosterWith(streams: readonly RemoteStream[], fetchNames: RosterOptions['fetchNames'] = () => undefined) {
  const roster = new Roster({ fetchNames, onChange: () => undefined });
  for (const each of streams) await roster.addStream(each);
  return roster;
}

function idsOf(roster: Roster): [string, string[]][] {
  return roster.participants.map(({ id, streams }) => [id, streams.map((each) => each.id)]);
}

const ADA = stream('1', 'ada');
const BOB = stream('2', 'bob');

test('one participant for all streams of a person, in order of arrival', async () => {
  const roster = await rosterWith([ADA, BOB, stream('3', 'ada'), stream('4', 'cleo')]);
  assert.deepEqual(idsOf(roster), [
    ['ada', ['1', '3']],
    ['bob', ['2']],
    ['cleo', ['4']],
  ]);
  assert.ok(roster.participants.every(({ isLocal }) => !isLocal));
});

test('who has no stream left is gone', async () => {
  const roster = await rosterWith([ADA, BOB, stream('3', 'ada')]);
  roster.removeStream('1');
  roster.removeStream('2');
  assert.deepEqual(idsOf(roster), [['ada', ['3']]]);
});

const NAMES = [
  { what: 'from the list of participants', aliases: ['alias'], names: namesOf({ ada: 'Ada' }), expected: 'Ada' },
  { what: 'from the alias where there is no list', aliases: ['Ada'], names: () => undefined, expected: 'Ada' },
  { what: 'from the alias where the list lacks them', aliases: ['Ada'], names: namesOf({ bob: 'B' }), expected: 'Ada' },
  { what: 'from the list even where it is empty there', aliases: ['x'], names: namesOf({ ada: '' }), expected: '' },
  { what: 'unknown without list and alias', aliases: [undefined], names: () => undefined, expected: '' },
  {
    what: 'unknown where the list fails',
    aliases: [undefined],
    names: () => Promise.reject(new Error()),
    expected: '',
  },
  { what: 'not from a shared screen', aliases: ['screenshare'], names: () => undefined, expected: '' },
  {
    what: 'from the camera that follows a shared screen',
    aliases: ['screenshare', 'Ada'],
    names: () => undefined,
    expected: 'Ada',
  },
  { what: 'as it is written', aliases: ['<b>Ada</b>\u202e'], names: () => undefined, expected: '<b>Ada</b>\u202e' },
] as const;

for (const { what, aliases, names, expected } of NAMES) {
  test(`the name comes ${what}`, async () => {
    const roster = await rosterWith(
      aliases.map((alias, index) => stream(String(index), 'ada', alias)),
      names,
    );
    assert.deepEqual(
      roster.participants.map(({ name }) => name),
      [expected],
    );
  });
}

test('nobody is shown before their name is known, but heard at once', async () => {
  let answer: (names: ReadonlyMap<string, string>) => void = () => undefined;
  const roster = new Roster({
    fetchNames: () => new Promise((resolve) => (answer = resolve)),
    onChange: () => undefined,
  });
  const added = roster.addStream(ADA);
  assert.deepEqual([roster.participants.length, roster.streams.length], [0, 1]);
  answer(new Map([['ada', 'Ada']]));
  await added;
  assert.deepEqual(
    roster.participants.map(({ name }) => name),
    ['Ada'],
  );
});

test('a list of names that does not come is not waited for long', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const roster = new Roster({ fetchNames: () => new Promise(() => undefined), onChange: () => undefined });
  const added = roster.addStream(ADA);
  t.mock.timers.tick(1000);
  await added;
  assert.deepEqual(idsOf(roster), [['ada', ['1']]]);
});

test('who left before their name came is not shown', async () => {
  const roster = await rosterWith([]);
  const added = roster.addStream(ADA);
  roster.removeStream('1');
  await added;
  assert.deepEqual(idsOf(roster), []);
});

test('who speaks in any of their streams is speaking', async () => {
  const roster = await rosterWith([ADA, stream('3', 'ada'), BOB]);
  roster.setSpeaking(new Set(['3']));
  assert.deepEqual(
    roster.participants.map(({ isSpeaking }) => isSpeaking),
    [true, false],
  );
});

test('nobody leaves while the connection is interrupted, nor before they could have come back', async (t: TestContext) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const roster = await rosterWith([ADA, BOB]);
  roster.setInterrupted(true);
  roster.removeStream('1');
  roster.removeStream('2');
  const waiting: [string, string[]][] = [
    ['ada', []],
    ['bob', []],
  ];
  assert.deepEqual(idsOf(roster), waiting);
  roster.setInterrupted(false);
  assert.deepEqual(idsOf(roster), waiting);
  await roster.addStream(stream('5', 'bob'));
  t.mock.timers.tick(3000);
  assert.deepEqual(idsOf(roster), [['bob', ['5']]]);
});

test('a stream keeps its facts and nothing else', async () => {
  const source = stream('1', 'ada', 'Ada');
  const roster = await rosterWith([source]);
  assert.deepEqual(roster.participants[0]?.streams, [
    { id: '1', alias: 'Ada', mediaTypes: ['AUDIO', 'VIDEO'], mediaStream: source.mediaStream },
  ]);
});
