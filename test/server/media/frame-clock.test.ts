import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { FrameClock } from '../../../demo/platform/media/frame-clock.js';

/** A clock on a time of its own, which timers follow as late as is said. */
function start(context: TestContext, tick: (clock: FrameClock) => void) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 1000;
  const clock: FrameClock = new FrameClock(
    () => tick(clock),
    () => now,
  );
  return {
    clock,
    pass(milliseconds: number) {
      now += milliseconds;
      context.mock.timers.tick(milliseconds);
    },
  };
}

test('each 20 ms there is one frame, however late the timers are', (context) => {
  let frames = 0;
  const { clock, pass } = start(context, () => (frames += 1));
  const steps: [milliseconds: number, frames: number][] = [
    [19, 0],
    [1, 1],
    [33, 2],
    [7, 3],
    [65, 6],
    [15, 7],
  ];
  for (const [milliseconds, expected] of steps) {
    pass(milliseconds);
    assert.equal(frames, expected);
  }
  for (let turn = 0; turn < 1000; turn += 1) pass(21);
  assert.equal(frames, 7 + 1050);
  clock.close();
});

test('after a long pause five frames are made up for, and then the pace is that of before', (context) => {
  let frames = 0;
  const { clock, pass } = start(context, () => (frames += 1));
  pass(10_000);
  assert.equal(frames, 5);
  pass(20);
  assert.equal(frames, 6);
  clock.close();
});

test('nothing comes after it was closed, also from within', (context) => {
  let frames = 0;
  const { clock, pass } = start(context, () => {
    frames += 1;
    if (frames === 2) clock.close();
  });
  pass(100);
  pass(100);
  assert.equal(frames, 2);
});
