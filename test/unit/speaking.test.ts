import assert from 'node:assert/strict';
import test from 'node:test';
import { SpeakingDetector } from '../../src/room/speaking.js';

/** Each row: the time in milliseconds, the loudness of stream `a` (undefined: the stream is not there), speaking? */
const TABLE: { what: string; steps: (readonly [now: number, level: number | undefined, speaking: boolean])[] }[] = [
  { what: 'silence is no speech', steps: [[0, 0, false]] },
  { what: 'a room’s noise is no speech', steps: [[0, 0.019, false]] },
  { what: 'a soft voice is speech at once', steps: [[0, 0.02, true]] },
  {
    what: 'a pause between two words does not end it',
    steps: [
      [0, 0.5, true],
      [200, 0, true],
      [800, 0, true],
      [900, 0.5, true],
      [1700, 0, true],
    ],
  },
  {
    what: 'a longer pause ends it',
    steps: [
      [0, 0.5, true],
      [800, 0, true],
      [801, 0, false],
      [1000, 0.5, true],
    ],
  },
  {
    what: 'a stream that is gone falls silent after the same time',
    steps: [
      [0, 0.5, true],
      [800, undefined, true],
      [801, undefined, false],
    ],
  },
];

for (const { what, steps } of TABLE) {
  test(what, () => {
    const detector = new SpeakingDetector();
    for (const [now, level, speaking] of steps) {
      const levels = new Map(level === undefined ? [] : [['a', level]]);
      assert.equal(detector.update(levels, now).has('a'), speaking, `at ${now} ms`);
    }
  });
}

test('several speak at a time, each on their own', () => {
  const detector = new SpeakingDetector();
  const both = detector.update(
    new Map([
      ['a', 0.3],
      ['b', 0.3],
      ['c', 0],
    ]),
    0,
  );
  assert.deepEqual([...both], ['a', 'b']);
  assert.deepEqual([...detector.update(new Map([['b', 0.3]]), 900)], ['b']);
});
