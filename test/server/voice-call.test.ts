import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import test, { type TestContext } from 'node:test';
import type { PhoneConnection } from '../../demo/platform/device-signalling.js';
import { parseBxml } from '../../demo/platform/voice/bxml.js';
import type { DialOptions, PhoneCall, PhoneObserver } from '../../demo/platform/voice/phone.js';
import { VoiceCall } from '../../demo/platform/voice/voice-call.js';
import { until } from '../helpers/until.js';

const TRANSFER = '<Response><Transfer><SipUri uui="token;encoding=jwt">sip:a.example</SipUri></Transfer></Response>';

/** A call on a network that does what the test says. */
function setUp(dial: (options: DialOptions) => void) {
  let observer: PhoneObserver | undefined;
  let hangUps = 0;
  let connectedAt = 0;
  const connecting: ((connection: PhoneConnection) => void)[] = [];
  const digits: { digit: string; milliseconds: number; at: number }[] = [];
  const phone: PhoneCall = {
    hear: () => undefined,
    hearDigit: (digit, milliseconds) => digits.push({ digit, milliseconds, at: performance.now() }),
    hangUp: () => (hangUps += 1),
  };
  const call = new VoiceCall({
    request: {
      to: '+12025550100',
      from: '+12025550199',
      applicationId: 'a',
      // Nobody listens there; the tests are over before that is known.
      answerUrl: 'http://127.0.0.1:1/',
      callTimeout: 10,
      callbackTimeout: 1,
    },
    accountId: '1',
    callsUrl: 'http://127.0.0.1/calls',
    network: {
      dial: (options) => {
        observer = options.observer;
        dial(options);
        return phone;
      },
      close: () => Promise.resolve(),
    },
    connectPhone: () => {
      connectedAt = performance.now();
      return new Promise((resolve) => connecting.push(resolve));
    },
    log: () => undefined,
  });
  const how = () => {
    const { state, disconnectCause } = call.describe() as { state: string; disconnectCause: string | null };
    return `${state} ${disconnectCause ?? ''}`.trim();
  };
  return {
    call,
    how,
    connecting,
    digits,
    observer: () => observer,
    hangUps: () => hangUps,
    connectedAt: () => connectedAt,
  };
}

const dialed = (t: TestContext, dial: (options: DialOptions) => void = () => undefined) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  return setUp(dial);
};

test('a call that does not ring within 30 s, or rings for longer than its time, is hung up', async (t) => {
  const table: [isRinging: boolean, milliseconds: number][] = [
    [false, 30_000],
    [true, 10_000],
  ];
  for (const [isRinging, milliseconds] of table) {
    const { how, observer, hangUps } = dialed(t);
    assert.equal(how(), 'queued');
    await turn();
    if (isRinging) observer()?.ringing();
    t.mock.timers.tick(milliseconds - 1);
    // Told again, it rings no longer for it.
    if (isRinging) observer()?.ringing();
    assert.equal(how(), 'initiated');
    t.mock.timers.tick(1);
    assert.equal(how(), 'disconnected timeout');
    assert.equal(hangUps(), 1);
    t.mock.timers.reset();
  }
});

test('a network that fails while it dials ends the call', async (t) => {
  const failing = dialed(t, () => {
    throw new Error('no socket');
  });
  await turn();
  assert.equal(failing.how(), 'disconnected error');

  const ended = setUp(({ observer }) => observer.ended('busy'));
  await turn();
  assert.equal(ended.how(), 'disconnected busy');
  assert.equal(ended.hangUps(), 1);
});

test('what comes out of order changes nothing', async (t) => {
  const { call, how, observer } = dialed(t);
  await turn();
  observer()?.answered();
  observer()?.ringing();
  t.mock.timers.tick(30_000);
  assert.equal(how(), 'answered');
  call.complete();
  observer()?.answered();
  observer()?.ended('busy');
  observer()?.spoken(new Int16Array(160));
  call.complete();
  assert.equal(how(), 'disconnected hangup');
});

test('digits have the length they were given; a pause stands in the place of the interval', async () => {
  const { call, observer, digits, connecting, connectedAt } = setUp(() => undefined);
  await turn();
  observer()?.answered();
  const sendDtmf = '<SendDtmf toneDuration="60" toneInterval="5000">1w2</SendDtmf>';
  call.perform(
    parseBxml(`<Response>${sendDtmf.replace('5000', '70')}${TRANSFER.replace(/<.?Response>/g, '')}</Response>`),
  );
  await until(
    () => connecting.length,
    (length) => length === 1,
    { what: 'the verb after the digits' },
  );
  call.perform(parseBxml(`<Response>${sendDtmf}</Response>`));
  await until(
    () => digits.length,
    (length) => length === 4,
    { what: 'two digits, twice' },
  );
  assert.deepEqual(
    digits.map(({ digit, milliseconds }) => `${digit} ${milliseconds}`),
    ['1 60', '2 60', '1 60', '2 60'],
  );
  const [first, second, third, fourth] = digits.map(({ at }) => at) as [number, number, number, number];
  for (const pause of [second - first, fourth - third]) assert.ok(pause > 550 && pause < 3000, `${pause} ms`);
  assert.ok(connectedAt() - second > 120, 'the last digit is followed by its interval');
  call.close();
});

test('a phone that comes into the room when its call is over, or elsewhere, is put out again', async (t) => {
  const { call, connecting, observer } = dialed(t);
  const spoken: string[] = [];
  const closed: string[] = [];
  const connection = (name: string): PhoneConnection => ({
    speak: () => spoken.push(name),
    close: () => closed.push(name),
  });
  await turn();
  observer()?.answered();
  call.perform(parseBxml(TRANSFER));
  await turn();
  call.perform(parseBxml(TRANSFER));
  await turn();
  connecting[1]?.(connection('second'));
  await turn();
  connecting[0]?.(connection('first'));
  await turn();
  observer()?.spoken(new Int16Array(160));
  assert.deepEqual([spoken, closed], [['second'], ['first']]);
  call.perform(parseBxml(TRANSFER));
  await turn();
  call.complete();
  connecting[2]?.(connection('third'));
  await turn();
  assert.deepEqual(closed, ['first', 'second', 'third']);
});
