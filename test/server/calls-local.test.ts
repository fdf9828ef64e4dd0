/** Phone calls the whole way on the local platform: room service, Voice API, simulated phones, and back. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { networkInterfaces } from 'node:os';
import test, { type TestContext } from 'node:test';
import { FrameClock } from '../../demo/platform/media/frame-clock.js';
import { FRAME_SAMPLES, type DialOptions, type PhoneNetwork } from '../../demo/platform/voice/phone.js';
import { SimulatedPhones } from '../../demo/platform/voice/simulated-phones.js';
import type { Call } from '../../demo/server/calls.js';
import { startServer, type StartServerOptions } from '../../demo/server/start-server.js';
import { until } from '../helpers/until.js';

async function setUp(t: TestContext, options: StartServerOptions = {}) {
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);
  const phones = new SimulatedPhones({ setupMilliseconds: 10, ringMilliseconds: 50, patienceMilliseconds: 100, log });
  const server = await startServer({ phones, log, ...options });
  t.after(() => server.close());
  const ask = (method: string, path: string, bearer: string, body?: object) =>
    fetch(`${server.url}/rooms/${path}`, {
      method,
      headers: { authorization: `Bearer ${bearer}` },
      ...(body && { body: JSON.stringify(body) }),
    });
  const joined = await fetch(`${server.url}/rooms/join`, { method: 'POST', body: JSON.stringify({ room: 'standup' }) });
  const { session } = (await joined.json()) as { session: string };
  const call = async (number: string): Promise<Call> => {
    const response = await ask('POST', 'calls', session, { number });
    assert.equal(response.status, 201, await response.clone().text());
    return (await response.json()) as Call;
  };
  const statusOf = async (id: string) =>
    ((await (await ask('GET', 'calls', session)).json()) as Call[]).find((call) => call.id === id)?.status;
  const becomes = (id: string, status: string) =>
    until(
      () => statusOf(id),
      (seen) => seen === status,
      { what: `the call is ${status}` },
    );
  return { server, phones, ask, session, call, becomes, logged };
}

test('what becomes of a call is what its number stands for', async (t) => {
  const { call, becomes } = await setUp(t);
  const table: [number: string, statuses: string[]][] = [
    ['+1 202 555 0100', ['answered']],
    ['+1 202 555 0101', ['busy']],
    ['+1 202 555 0103', ['rejected']],
    ['+1 202 555 0104', ['ended']],
    ['+1 202 555 0105', ['failed']],
  ];
  for (const [number, statuses] of table) {
    const { id, status } = await call(number);
    assert.equal(status, 'ringing');
    for (const expected of statuses) await becomes(id, expected);
  }
});

test('the phone hears the keys and stays in the call', async (t) => {
  const { ask, session, call, becomes, phones } = await setUp(t);
  const { id } = await call('+12025550100');
  await becomes(id, 'answered');
  assert.equal((await ask('POST', `calls/${id}/digits`, session, { digits: '1*' })).status, 204);
  assert.equal((await ask('POST', `calls/${id}/digits`, session, { digits: '#' })).status, 204);
  const [phone] = phones.calls;
  await until(
    () => phone?.heardDigits,
    (digits) => digits === '1*#',
    { what: 'the phone hears all keys' },
  );
  assert.equal(phone?.state, 'answered');
  await becomes(id, 'answered');
});

test('either side hangs up', async (t) => {
  const { ask, session, call, becomes, phones } = await setUp(t);
  const here = await call('+12025550100');
  await becomes(here.id, 'answered');
  assert.equal((await ask('DELETE', `calls/${here.id}`, session)).status, 204);
  assert.equal(phones.calls[0]?.state, 'over');
  await becomes(here.id, 'ended');
  const there = await call('+12025550100');
  await becomes(there.id, 'answered');
  phones.calls[1]?.putDown();
  await becomes(there.id, 'ended');
});

test('phones that ring or talk are hung up when the last person leaves', async (t) => {
  const { ask, session, call, becomes, phones } = await setUp(t);
  const { id } = await call('+12025550100');
  await becomes(id, 'answered');
  await call('+12025550102');
  await ask('DELETE', 'self', session);
  await until(
    () => phones.calls.map(({ state }) => state),
    (states) => states.every((state) => state === 'over'),
    { what: 'both phones are hung up on' },
  );
});

test('by default only the range for fiction can be called', async (t) => {
  const { ask, session, phones } = await setUp(t);
  for (const number of ['+12025550200', '+442079460000'])
    assert.equal((await ask('POST', 'calls', session, { number })).status, 403);
  assert.equal(phones.calls.length, 0);
});

test('phones are called also where the server listens on an address of the network', async (t) => {
  const address = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
  const { call, becomes } = await setUp(t, { host: address });
  await becomes((await call('+12025550100')).id, 'answered');
});

/** Somebody who picks up at once and never stops speaking. */
class Talker extends EventEmitter<{ heard: [isLoud: boolean] }> {
  readonly #clock: FrameClock;

  constructor({ observer }: DialOptions) {
    super();
    const frame = Int16Array.from({ length: FRAME_SAMPLES }, (_, sample) => Math.round(8000 * Math.sin(sample / 3)));
    this.#clock = new FrameClock(() => observer.spoken(frame));
    queueMicrotask(() => observer.answered());
  }

  hear(frame: Int16Array): void {
    this.emit('heard', Math.max(...frame) > 1000);
  }

  hearDigit(): void {}

  hangUp(): void {
    this.#clock.close();
  }

  /** Resolves when what is heard has been so for a fifth of a second. */
  async hears(expected: boolean): Promise<void> {
    for (let frames = 0; frames < 10;) {
      const [isLoud] = (await once(this, 'heard')) as [boolean];
      frames = isLoud === expected ? frames + 1 : 0;
    }
  }
}

test('phones are heard as far as moderators let them', { timeout: 20_000 }, async (t) => {
  const talkers: Talker[] = [];
  const phones: PhoneNetwork = {
    dial(options) {
      const talker = new Talker(options);
      talkers.push(talker);
      return talker;
    },
    close: () => Promise.resolve(),
  };
  const { ask, session, call, becomes } = await setUp(t, { phones });
  const first = await call('+12025550100');
  const second = await call('+12025550110');
  await becomes(first.id, 'answered');
  await becomes(second.id, 'answered');
  const one = `participants/${first.participantId}`;
  const steps: [path: string, body: object, isSecondHeard: boolean, isFirstHeard: boolean][] = [
    ['room', { locked: true }, true, true],
    [one, { microphone: 'off' }, true, false],
    [one, { microphone: 'ask' }, true, true],
    ['room', { muted: { except: [first.participantId] } }, false, true],
    [one, { deaf: true }, false, true],
    ['room', { muted: false }, false, true],
    [one, { deaf: false }, true, true],
  ];
  for (const [path, body, isSecondHeard, isFirstHeard] of steps) {
    const response = await ask('PATCH', path, session, body);
    assert.equal(response.status, 204, await response.text());
    await Promise.all([talkers[0]?.hears(isSecondHeard), talkers[1]?.hears(isFirstHeard)]);
  }
});
