import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import test, { type TestContext } from 'node:test';
import { FRAME_SAMPLES, SAMPLE_RATE, type DisconnectCause } from '../../demo/platform/voice/phone.js';
import {
  SimulatedPhones,
  SPOKEN_FREQUENCIES,
  type SimulatedPhonesOptions,
} from '../../demo/platform/voice/simulated-phones.js';

function setUp(t: TestContext, options: SimulatedPhonesOptions = {}) {
  const lines: string[] = [];
  const log = (line: string): void => void lines.push(line.replace('The simulated phone ', ''));
  const phones = new SimulatedPhones({ setupMilliseconds: 1, ringMilliseconds: 1, log, ...options });
  t.after(() => phones.close());
  const dial = (to: string) => {
    const events = new EventEmitter<{ answered: []; spoken: [Int16Array]; ended: [DisconnectCause] }>();
    const seen: string[] = [];
    const call = phones.dial({
      to,
      from: '+12025550199',
      observer: {
        ringing: () => seen.push('ringing'),
        answered: () => {
          seen.push('answered');
          events.emit('answered');
        },
        spoken: (frame) => events.emit('spoken', frame),
        ended: (cause) => {
          seen.push(cause);
          events.emit('ended', cause);
        },
      },
    });
    return { call, events, seen, phone: phones.calls.at(-1) };
  };
  return { phones, dial, lines };
}

/** How much of the frame is a sine of this frequency, from 0 to 1. */
function share(frame: Int16Array, frequency: number): number {
  let [cosine, sine, energy] = [0, 0, 0];
  frame.forEach((sample, index) => {
    const angle = (2 * Math.PI * frequency * index) / SAMPLE_RATE;
    cosine += sample * Math.cos(angle);
    sine += sample * Math.sin(angle);
    energy += sample ** 2;
  });
  return energy === 0 ? 0 : (2 * (cosine ** 2 + sine ** 2)) / frame.length / energy;
}

test('numbers decide what happens, in this order', async (t) => {
  const { dial, phones } = setUp(t, { patienceMilliseconds: 5 });
  const table: [to: string, seen: string[]][] = [
    ['+12025550101', ['busy']],
    ['+12025550103', ['ringing', 'rejected']],
    ['+12025550104', ['ringing', 'answered', 'hangup']],
    ['+12025550105', ['error']],
  ];
  for (const [to, expected] of table) {
    const { events, seen, phone } = dial(to);
    assert.equal(phone?.state, 'dialing');
    await once(events, 'ended');
    assert.deepEqual(seen, expected, to);
    assert.equal(phone?.state, 'over');
  }
  assert.deepEqual(
    phones.calls.map(({ to }) => to),
    table.map(([to]) => to),
  );
});

test('an answered phone speaks its tones in turn, with pauses, a frame each 20 ms', async (t) => {
  const { dial } = setUp(t);
  const { events } = dial('+12025550100');
  await once(events, 'answered');
  const start = performance.now();
  const frames: Int16Array[] = [];
  await new Promise<void>((resolve) => {
    events.on('spoken', (frame) => {
      if (frames.push(frame) === 90) resolve();
    });
  });
  const elapsed = performance.now() - start;
  const heard: string[] = [];
  for (const frame of frames.slice(0, 90)) {
    assert.equal(frame.length, FRAME_SAMPLES);
    const tone = SPOKEN_FREQUENCIES.find((frequency) => share(frame, frequency) > 0.99);
    const what = frame.every((sample) => sample === 0) ? 'pause' : String(tone);
    if (heard.at(-1) !== what) heard.push(what);
  }
  const [first, second, third] = SPOKEN_FREQUENCIES.map(String);
  assert.deepEqual(heard, [first, 'pause', second, 'pause', third, 'pause', first]);
  assert.ok(elapsed > 1780, `90 frames took ${elapsed} ms`);
});

test('a phone tells what it heard, while it is answered, and every step is a line', async (t) => {
  const { dial, lines } = setUp(t);
  const { call, events, phone, seen } = dial('+12025550177');
  const loud = new Int16Array(FRAME_SAMPLES).fill(-0x8000);
  call.hear(loud);
  call.hearDigit('1', 100);
  await once(events, 'answered');
  assert.deepEqual([phone?.heardEnergy, phone?.heardDigits], [0, '']);
  call.hear(loud);
  call.hear(loud);
  call.hearDigit('7', 100);
  call.hearDigit('#', 250.4);
  assert.deepEqual([phone?.heardEnergy, phone?.heardDigits], [0.04, '7#']);
  call.hangUp();
  call.hangUp();
  call.hear(loud);
  call.hearDigit('1', 100);
  phone?.putDown();
  assert.deepEqual([phone?.heardEnergy, phone?.heardDigits], [0.04, '7#']);
  assert.deepEqual(seen, ['ringing', 'answered'], 'nothing follows a hang-up');
  assert.deepEqual(lines, [
    '+12025550177 rings.',
    '+12025550177 is answered.',
    '+12025550177 hears the key 7 for 100 ms.',
    '+12025550177 hears the key # for 250 ms.',
    '+12025550177 is hung up on.',
  ]);
});

test('hanging up from within any of its reports leaves nothing running', async (t) => {
  const phones = new SimulatedPhones({ setupMilliseconds: 1, ringMilliseconds: 1, log: () => undefined });
  t.after(() => phones.close());
  for (const moment of ['ringing', 'answered', 'spoken'] as const) {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    await new Promise<void>((resolve) => {
      const hangUp = (at: string): void => {
        if (at !== moment) return;
        call.hangUp();
        resolve();
      };
      const call = phones.dial({
        to: '+12025550104',
        from: '+12025550199',
        observer: {
          ringing: () => hangUp('ringing'),
          answered: () => hangUp('answered'),
          spoken: () => hangUp('spoken'),
          ended: () => assert.fail('hung up already'),
        },
      });
    });
    await new Promise(setImmediate);
    assert.equal(phones.calls.at(-1)?.state, 'over');
    assert.ok(timers() <= before, moment);
  }
});
