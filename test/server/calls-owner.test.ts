/** Phone calls that the site's owner alone may start, and what is done to all phones of a room at once. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { Call } from '../../demo/server/calls.js';
import type { StartServerOptions } from '../../demo/server/start-server.js';
import { setUpCalls, PHONE, VOICE, type Answer } from './calls-set-up.js';
import { callIdOf } from './fake-voice-api.js';

const KEY = 'a-key-of-the-site-of-at-least-32-characters';
const SIP = 'sip:Desk@pbx.example.com:5080';
const UUI = 'aGVsbG8;encoding=base64';

async function setUp(t: TestContext, options: StartServerOptions = {}) {
  const calls = await setUpCalls(t, { apiKey: KEY, dialAllow: ['+1202555', 'sip:pbx.example.com:5080'], ...options });

  /** Asks as the site's owner. */
  async function own(path: string, body: object): Promise<Answer> {
    const response = await fetch(`${calls.server.url}/api/rooms/standup/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  const digitsOf = () =>
    calls.voice.requests
      .filter(({ method }) => method === 'PUT')
      .map(({ path, body }) => [path.split('/')[2], /<SendDtmf[^>]*>([^<]*)</.exec(body)?.[1]]);
  return { ...calls, own, digitsOf };
}

test('the owner calls SIP addresses and has calls come from any number of the account', async (t) => {
  const { voice, join, own, list, logged } = await setUp(t, {
    callLimits: { callsPerRoom: 99, callsPerMinute: 99, callsPerMinuteFromAddress: 99 },
  });
  const { session } = await join();
  const uuis = `${UUI},e30.e30.e30;encoding=jwt`;
  const table: [body: object, asked: object | number, code?: string][] = [
    [{ number: SIP }, { to: SIP, from: VOICE.phoneNumber }],
    [
      { number: SIP, uui: uuis },
      { to: SIP, from: VOICE.phoneNumber, uui: uuis },
    ],
    [
      { number: SIP, from: '+1 202-555-0198' },
      { to: SIP, from: '+12025550198' },
    ],
    [
      { number: PHONE, from: '+12025550198' },
      { to: PHONE, from: '+12025550198' },
    ],
    [{ number: PHONE }, { to: PHONE, from: VOICE.phoneNumber }],
    [{ number: SIP, from: '+12025550197' }, 403, 'number-not-allowed'],
    [{ number: SIP, from: 'Ada' }, 400, 'number-invalid'],
    [{ number: 'sip:desk@example.com' }, 403, 'number-not-allowed'],
    [{ number: 'sips:desk@pbx.example.com:5080' }, 400, 'number-invalid'],
    [{ number: 'sip:pbx.example.com:5080' }, 400, 'number-invalid'],
    [{ number: PHONE, uui: UUI }, 400, 'endpoint-rejected'],
    [{ number: SIP, uui: 'aGVsbG8' }, 400, 'endpoint-rejected'],
    [{ number: SIP, uui: `${UUI}, ${UUI}` }, 400, 'endpoint-rejected'],
    [{ number: SIP, uui: `${'a'.repeat(335)};encoding=base64` }, 400, 'endpoint-rejected'],
    [{ number: SIP, uui: `${'a'.repeat(334)};encoding=base64` }, { uui: `${'a'.repeat(334)};encoding=base64` }],
    [{ number: PHONE, hears: ['nobody'] }, 404, 'participant-gone'],
  ];
  for (const [body, asked, code] of table) {
    const before = voice.created.length;
    const answer = await own('calls', body);
    const label = JSON.stringify(body);
    if (typeof asked === 'number') {
      assert.deepEqual([answer.status, (answer.body as { code: string }).code], [asked, code], label);
      assert.equal(voice.created.length, before, label);
    } else {
      assert.equal(answer.status, 201, label);
      assert.deepEqual({ ...voice.created.at(-1), ...asked }, voice.created.at(-1), label);
      assert.equal(voice.created.length, before + 1, label);
    }
  }
  const [first] = await list(session);
  assert.deepEqual([first?.number, first?.name, first?.status], [SIP, SIP, 'ringing']);
  assert.match(
    logged.join('\n'),
    /Call to sip:••••@pbx\.example\.com:5080 from the room "standup" by 127\.0\.0\.1: ringing/,
  );
  assert.doesNotMatch(logged.join('\n'), /Desk/i);
});

test('people in the room can call numbers only, from the first one', async (t) => {
  const { voice, join, start } = await setUp(t);
  const { session } = await join();
  const refused = await start(session, { number: SIP });
  assert.deepEqual([refused.status, (refused.body as { code: string }).code], [403, 'number-not-allowed']);
  assert.equal((await start(session, { from: '+12025550198', uui: UUI, hears: [] })).status, 201);
  const [created, ...others] = voice.created;
  assert.deepEqual([created?.from, created && 'uui' in created, others], [VOICE.phoneNumber, false, []]);
});

test('where only SIP addresses may be called the owner can, and people are not offered it', async (t) => {
  const { join, start, own } = await setUp(t, { dialAllow: ['sip:pbx.example.com:5080'] });
  const { session, permissions, links } = await join();
  assert.ok(!permissions.includes('room.dial_out'));
  assert.equal(links['calls'], undefined);
  assert.equal((await start(session)).status, 403);
  assert.equal((await own('calls', { number: SIP })).status, 201);
  assert.equal((await own('calls', { number: PHONE })).status, 403);
});

test('a phone that hears chosen people is subscribed to them alone', async (t) => {
  const { webrtc, join, own } = await setUp(t);
  const ada = await join('Ada');
  const bob = await join('Bob');
  const { body } = await own('calls', { number: PHONE, hears: [bob.participantId] });
  const { participantId = '' } = body as Call;
  const heard = [ada, bob].map((person) =>
    webrtc.registry.isSubscribed(participantId, person.participantId, undefined),
  );
  assert.deepEqual(heard, [false, true]);
});

test('keys go to all phones that were answered', async (t) => {
  const { voice, join, call, own, answered, digitsOf, logged } = await setUp(t);
  const { session } = await join();
  assert.equal((await own('digits', { digits: '1' })).status, 409);
  for (let index = 0; index < 3; index++) await call(session);
  assert.equal((await own('digits', { digits: '1' })).status, 409);
  await answered(0);
  await answered(1);
  assert.equal((await own('digits', { digits: '42#' })).status, 204);
  const both = [0, 1].map((index) => [callIdOf(index), '42#']);
  assert.deepEqual(digitsOf().sort(), both);

  voice.fault = ({ path }) => (path.includes(callIdOf(1)) ? new Response('{}', { status: 404 }) : undefined);
  assert.equal((await own('digits', { digits: '5' })).status, 204);
  assert.match(logged.join('\n'), /A phone could not hear keys: Nobody is on the phone/);
  voice.fault = () => new Response('{}', { status: 404 });
  assert.equal((await own('digits', { digits: '6' })).status, 409);
});

test('who is called while everybody is muted is not heard until that is lifted', async (t) => {
  const { webrtc, server, join, own, answered } = await setUp(t);
  const { participantId: ada } = await join();
  const mute = async (body: object | undefined): Promise<void> => {
    const response = await fetch(`${server.url}/api/rooms/standup/mute`, {
      method: body ? 'POST' : 'DELETE',
      headers: { authorization: `Bearer ${KEY}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    assert.equal(response.status, 204);
  };
  await mute({ except: [] });
  const { participantId: phone = '' } = (await own('calls', { number: PHONE })).body as Call;
  await answered();
  const hears = (listener: string, speaker: string) => webrtc.registry.isSubscribed(listener, speaker, undefined);
  assert.deepEqual([hears(ada, phone), hears(phone, ada)], [false, true]);
  const told = webrtc.next(({ path }) => path.endsWith(`${ada}/subscriptions`));
  await mute(undefined);
  await told;
  assert.deepEqual([hears(ada, phone), hears(phone, ada)], [true, true]);
});
