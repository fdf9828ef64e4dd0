import assert from 'node:assert/strict';
import test from 'node:test';
import { RoomError } from '../../src/room/errors.js';
import { SelfReport, type SelfFacts } from '../../src/room/self-report.js';

const OFF: SelfFacts = { microphone: 'off', camera: 'off', network: undefined, streams: [] };

/** A report to an endpoint that answers as the test says, with what was sent and what has failed. */
function setUp(answer: (change: Partial<SelfFacts>) => Promise<void> = async () => undefined) {
  const sent: Partial<SelfFacts>[] = [];
  const failed: Partial<SelfFacts>[] = [];
  const report = new SelfReport({
    send: async (change) => {
      sent.push(change);
      await answer(change);
    },
    onFailed: (_, change) => failed.push(change),
  });
  return { report, sent, failed };
}

/** Lets everything happen that waits for nothing from outside. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('all is told at first, and then what changes', async () => {
  const { report, sent } = setUp();
  report.update(OFF);
  await settled();
  report.update(OFF);
  report.update({ ...OFF, network: 'poor' });
  await settled();
  assert.deepEqual(sent, [{ microphone: 'off', camera: 'off', streams: [] }, { network: 'poor' }]);
});

test('while one request is under way the newest facts wait, and those in between are left out', async () => {
  let release = (): void => undefined;
  const { report, sent } = setUp(() => new Promise((resolve) => (release = resolve)));
  report.update(OFF);
  report.update({ ...OFF, camera: 'on' });
  report.update({ ...OFF, microphone: 'on' });
  assert.equal(sent.length, 1);
  release();
  await settled();
  assert.deepEqual(sent.slice(1), [{ microphone: 'on' }]);
});

test('a fact that is refused takes no other along', async () => {
  const { report, sent, failed } = setUp(async (change) => {
    if (change.microphone === 'on') throw new RoomError('permission-missing');
  });
  report.update({ ...OFF, microphone: 'on' });
  await settled();
  assert.deepEqual(sent.slice(1), [{ microphone: 'on' }, { camera: 'off' }, { streams: [] }]);
  assert.deepEqual(failed, [{ microphone: 'on' }]);
  report.update({ ...OFF, microphone: 'on' });
  await settled();
  assert.equal(sent.length, 4, 'it is not asked for again');
});

test('what did not get there is told with the next change, and when all is told again', async () => {
  let isThere = false;
  const { report, sent } = setUp(async () => {
    if (!isThere) throw new RoomError('endpoint-unreachable');
  });
  report.update(OFF);
  await settled();
  assert.equal(sent.length, 1);
  isThere = true;
  report.update({ ...OFF, network: 'good' });
  await settled();
  report.repeat();
  await settled();
  assert.deepEqual(sent.slice(1), Array(2).fill({ ...OFF, network: 'good' }));
});
