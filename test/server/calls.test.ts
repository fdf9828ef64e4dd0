/** Phone calls before a Voice API that does what a test wants. What the local platform makes of them: calls-local.test.ts. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import test from 'node:test';
import { setTimeout } from 'node:timers/promises';
import type { Call } from '../../demo/server/calls.js';
import { maskedNumber } from '../../demo/server/phone-numbers.js';
import { until } from '../helpers/until.js';
import { PHONE, setUpCalls, VOICE, type Answer, type CallSetUp } from './calls-set-up.js';
import { callIdOf } from './fake-voice-api.js';
import { silence } from './fake-webrtc-api.js';

const ID = 'c0ffee-call';
const HANGUP = /<Hangup\/>/;
const TRANSFER = /<Transfer>/;

function codeOf({ body }: Answer): string {
  return (body as { code: string }).code;
}

function detailOf({ body }: Answer): string {
  return (body as { detail: string }).detail;
}

/** Resolves when the room's channel has told so much. */
async function told(calls: readonly Call[], statuses: readonly string[]): Promise<void> {
  await until(
    () => calls.map(({ status }) => status),
    (seen) => seen.length >= statuses.length,
    { what: 'the events of the call' },
  );
  assert.deepEqual(
    calls.map(({ status }) => status),
    statuses,
  );
}

/** A promise and what settles it. */
function deferred<Value>() {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((settle) => (resolve = settle));
  return { promise, resolve };
}

test('a call is dialing, ringing, answered and ended; the phone is in the room meanwhile', async (t) => {
  const { webrtc, voice, join, follow, call, names, list, answered, disconnected, logged } = await setUpCalls(t);
  const ada = await join();
  assert.ok(ada.permissions.includes('room.dial_out'));
  assert.equal(ada.links['calls'], 'calls');
  const events = await follow(ada);
  const ringing = await call(ada.session, { id: ID, number: '+1 (202) 555-0100', name: 'Grace' });
  const { participantId, startedAt, ...rest } = ringing;
  assert.deepEqual(rest, {
    id: ID,
    number: PHONE,
    name: 'Grace',
    status: 'ringing',
    startedBy: ada.participantId,
  });
  assert.ok(Date.now() - Date.parse(startedAt) < 60_000);

  const [created] = voice.created;
  assert.ok(created);
  const { answerUrl, disconnectUrl, username, password, ...request } = created;
  assert.deepEqual(request, {
    from: VOICE.phoneNumber,
    to: PHONE,
    applicationId: VOICE.applicationId,
    callTimeout: 30,
  });
  assert.match(answerUrl, /^https:\/\/meet\.example\.com\/base\/rooms\/voice-callbacks\/[\w-]{32}\/[\w-]{32}\/answer$/);
  assert.equal(disconnectUrl, answerUrl.replace(/answer$/, 'disconnect'));
  assert.ok(username.length > 0 && password.length >= 32);

  const phone = webrtc.exchanges.filter(({ path }) => path.endsWith('/participants')).at(-1);
  assert.deepEqual(JSON.parse(phone?.body ?? ''), { publishPermissions: ['AUDIO'], deviceApiVersion: 'V3' });
  assert.deepEqual(await names(ada.session), ['Ada', 'Grace']);

  const bxml = await answered();
  assert.equal(bxml.status, 200);
  assert.match(bxml.type ?? '', /^application\/xml/);
  const [, uui, uri] = /<Response><Transfer><SipUri uui="([^"]*)">([^<]*)<\/SipUri><\/Transfer><\/Response>$/.exec(
    bxml.text,
  ) as RegExpExecArray;
  assert.equal(uri, 'sip:sipx.webrtc.bandwidth.com:5060');
  const [id, token] = /^([^;]*);encoding=base64,([^;]*);encoding=jwt$/.exec(uui ?? '')?.slice(1) ?? [];
  assert.equal(id, '00000000123456789abcdef012345678');
  assert.equal(token?.split('.').length, 3);
  assert.deepEqual(await list(ada.session), [{ ...ringing, status: 'answered' }]);

  const left = webrtc.next(({ method, path }) => method === 'DELETE' && path.endsWith(`/${participantId}`));
  assert.equal((await disconnected()).status, 204);
  await left;
  assert.deepEqual(await names(ada.session), ['Ada']);
  await told(events, ['dialing', 'ringing', 'answered', 'ended']);
  assert.deepEqual(events.at(-1), { ...ringing, status: 'ended' });
  assert.match(logged.join(), /^Call to \+1202555•••• from the room "standup" by [\w-]+ at 127\.0\.0\.1: ringing\.$/);
});

test('without a name the phone has its number as people write it', async (t) => {
  const { join, call } = await setUpCalls(t);
  const { session } = await join();
  assert.equal((await call(session)).name, '+1 202 555 0100');
  assert.equal((await call(session, { name: '  ' })).name, '+1 202 555 0100');
});

test('the cause of a disconnect is how the call ended', async (t) => {
  const table: [cause: string | null | undefined, status: string][] = [
    ['hangup', 'ended'],
    ['cancel', 'ended'],
    ['busy', 'busy'],
    ['timeout', 'no-answer'],
    ['rejected', 'rejected'],
    ['error', 'failed'],
    ['callback-error', 'failed'],
    ['invalid-bxml', 'failed'],
    ['account-limit', 'failed'],
    ['unknown', 'failed'],
    ['constructor', 'failed'],
    [undefined, 'failed'],
    [null, 'failed'],
  ];
  const { join, call, callback, list } = await setUpCalls(t, {
    callLimits: { callsPerMinute: 100, callsPerMinuteFromAddress: 100, callsPerMinuteInAll: 100 },
  });
  const { session } = await join();
  for (const [index, [cause, status]] of table.entries()) {
    await call(session, { name: String(cause) });
    const body = { eventType: 'disconnect', callId: callIdOf(index), cause };
    assert.equal((await callback('disconnect', body, { index })).status, 204);
    assert.equal((await list(session)).at(-1)?.status, status, String(cause));
  }
});

test('only usual numbers that the site allows are called', async (t) => {
  const table: [number: unknown, status: number, code: string, detail: RegExp][] = [
    ['', 400, 'number-invalid', /\+ and its country code/],
    ['hello', 400, 'number-invalid', /\+ and its country code/],
    ['2025550100', 400, 'number-invalid', /\+ and its country code/],
    ['+1202555010', 400, 'number-invalid', /not a phone number/],
    ['+12025550100 ext. 5', 400, 'number-invalid', /not a phone number/],
    ['sip:a@example.com', 400, 'number-invalid', /not a phone number/],
    [`+1${'0'.repeat(70)}`, 400, 'endpoint-rejected', /"number" must have at most/],
    [12025550100, 400, 'endpoint-rejected', /"number" must be a text/],
    [undefined, 400, 'endpoint-rejected', /"number" must be a text/],
    ['911', 403, 'number-not-allowed', /Emergency/],
    ['112', 403, 'number-not-allowed', /Emergency/],
    ['+1 911', 403, 'number-not-allowed', /Emergency/],
    ['+44999', 403, 'number-not-allowed', /Emergency/],
    ['+1 900 555 0100', 403, 'number-not-allowed', /Premium-rate/],
    ['+33 899 12 34 56', 403, 'number-not-allowed', /Premium-rate/],
    ['+49 137 1 234567', 403, 'number-not-allowed', /shared-cost/],
    ['+44 70 1234 5678', 403, 'number-not-allowed', /personal/],
    ['+882 16 12 3456', 403, 'number-not-allowed', /satellite/],
    ['+1 202 456 1111', 403, 'number-not-allowed', /may not be called from here/],
    ['+44 114 496 0000', 403, 'number-not-allowed', /may not be called from here/],
  ];
  const { join, ask, list, voice, logged } = await setUpCalls(t);
  const { session: bearer } = await join();
  for (const [number, status, code, detail] of table) {
    const answer = await ask('POST', 'calls', { bearer, body: { number } });
    assert.deepEqual([answer.status, codeOf(answer)], [status, code], String(number));
    assert.match(detailOf(answer), detail);
  }
  assert.deepEqual(await list(bearer), []);
  assert.deepEqual(voice.requests, []);
  assert.deepEqual(
    logged.map((line) => line.replace(/ by \S+ at 127\.0\.0\.1/, '')),
    table.map(([number, status, code]) =>
      code === 'endpoint-rejected'
        ? `A call by 127.0.0.1 was refused: ${code} (${status}).`
        : `Call to ${maskedNumber(String(number))} from the room "standup": ${code} (${status}).`,
    ),
  );
});

test('one number can be enforced: every call goes there, under the name that was asked for', async (t) => {
  const { join, call, voice } = await setUpCalls(t, { dialAllow: [], dialNumber: '+12025550142' });
  const { session, permissions } = await join();
  assert.ok(permissions.includes('room.dial_out'));
  for (const number of ['+44 114 496 0000', '+1 900 555 0100', 'nonsense']) {
    const { number: called, name } = await call(session, { number, name: 'Grace' });
    assert.deepEqual([called, name], ['+12025550142', 'Grace']);
  }
  assert.deepEqual(new Set(voice.created.map(({ to }) => to)), new Set(['+12025550142']));
});

const ROUTES: [method: string, path: string, body?: object][] = [
  ['GET', 'calls'],
  ['POST', 'calls', { number: PHONE }],
  ['DELETE', `calls/${ID}`],
  ['POST', `calls/${ID}/digits`, { digits: '1' }],
];

test('each route wants a seat and the permission, whatever the browser thinks', async (t) => {
  const { join, ask, voice } = await setUpCalls(t, { dialAllow: [] });
  const { session, permissions, links } = await join();
  assert.ok(!permissions.includes('room.dial_out'));
  assert.equal(links['calls'], undefined);
  for (const [method, path, body] of ROUTES) {
    for (const bearer of [undefined, 'nobody']) {
      const refused = await ask(method, path, { ...(bearer && { bearer }), body });
      assert.deepEqual([refused.status, codeOf(refused)], [401, 'endpoint-unauthorized'], path);
    }
    const refused = await ask(method, path, { bearer: session, body });
    assert.deepEqual([refused.status, codeOf(refused)], [403, 'permission-missing'], path);
    assert.match(detailOf(refused), /"room\.dial_out"/);
  }
  assert.deepEqual(voice.requests, []);
});

test('who loses the seat while the request still comes may do nothing with it any more', async (t) => {
  const { server, voice, join, call, ask, answered, list } = await setUpCalls(t);
  const [ada, eve] = [await join('Ada'), await join('Eve')];
  const { id } = await call(ada.session);
  await answered();
  const slow = [
    { path: 'calls', body: JSON.stringify({ number: PHONE }) },
    { path: `calls/${id}/digits`, body: JSON.stringify({ digits: '1' }) },
  ].map(({ path, body }) => {
    const headers = {
      authorization: `Bearer ${eve.session}`,
      'content-length': String(body.length),
      expect: '100-continue',
    };
    return { body, sent: request(`${server.url}/rooms/${path}`, { method: 'POST', headers }) };
  });
  // Whoever is told to go on has been heard of.
  await Promise.all(slow.map(({ sent }) => (sent.flushHeaders(), once(sent, 'continue'))));
  assert.equal((await ask('DELETE', 'self', { bearer: eve.session })).status, 204);
  for (const { body, sent } of slow) {
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
    assert.equal(response.statusCode, 401);
  }
  assert.equal(voice.created.length, 1);
  assert.equal((await list(ada.session)).length, 1);
  assert.ok(voice.requests.every(({ method }) => method !== 'PUT'));
});

test('what a Voice API that fails is told as', async (t) => {
  const slow = 50;
  const table: [name: string, fault: () => Response | Promise<never>, status: number, code: string, log: RegExp][] = [
    ['401', () => new Response(null, { status: 401 }), 502, 'call-failed', /Voice API answered 401/],
    ['403', () => new Response('secret', { status: 403 }), 502, 'call-failed', /Voice API answered 403/],
    ['400', () => new Response('secret', { status: 400 }), 502, 'call-failed', /Voice API answered 400/],
    ['500', () => new Response('secret', { status: 500 }), 502, 'call-failed', /Voice API answered 500/],
    ['429', () => new Response(null, { status: 429 }), 429, 'call-limit', /Voice API answered 429/],
    ['no JSON', () => new Response('<html>', { status: 201 }), 502, 'call-failed', /cannot be read/],
    ['no id', () => Response.json({ callId: '' }, { status: 201 }), 502, 'call-failed', /cannot be read/],
    ['elsewhere', () => Response.redirect('http://127.0.0.1:1/', 307), 502, 'call-failed', /Voice API answered 307/],
    ['silence', silence, 504, 'call-failed', /did not answer in time/],
  ];
  const { join, start, list, names, voice, logged } = await setUpCalls(t, { apiTimeoutMilliseconds: slow * 10 });
  const { session } = await join();
  for (const [name, fault, status, code, log] of table) {
    voice.fault = fault;
    const answer = await start(session);
    assert.deepEqual([answer.status, codeOf(answer)], [status, code], name);
    assert.doesNotMatch(detailOf(answer), /secret/);
    assert.equal((await list(session)).at(-1)?.status, 'failed', name);
    assert.deepEqual(await names(session), ['Ada'], name);
    assert.match(logged.at(-2) ?? '', log, name);
    assert.match(
      logged.at(-1) ?? '',
      /^Call to \+1202555•••• from the room "standup" by \S+ at \S+: call-(failed|limit) \(\d+\)\.$/,
    );
  }
  voice.fault = () => new Response(null, { status: 429, headers: { 'retry-after': '7' } });
  assert.equal((await start(session)).headers.get('retry-after'), '7');
});

test('a Voice API that cannot be reached fails the call', async (t) => {
  const { join, start, voice, logged } = await setUpCalls(t);
  const { session } = await join();
  voice.fault = () => {
    throw new Error('never');
  };
  await voice.close();
  const answer = await start(session);
  assert.deepEqual([answer.status, codeOf(answer)], [502, 'call-failed']);
  assert.match(logged.join(), /Voice API cannot be reached/);
  voice.close = () => Promise.resolve();
});

test('where the phone cannot be let into the room the call fails, and nothing rings', async (t) => {
  const { webrtc, join, start, list, voice } = await setUpCalls(t);
  const { session } = await join();
  webrtc.fault = ({ path }) => (path.endsWith('/participants') ? new Response(null, { status: 500 }) : undefined);
  const answer = await start(session);
  assert.deepEqual([answer.status, codeOf(answer)], [502, 'call-failed']);
  assert.equal((await list(session))[0]?.status, 'failed');
  assert.deepEqual(voice.requests, []);
});

test('callbacks of anybody but the platform, and rubbish, change nothing', async (t) => {
  const { join, call, callback, statuses, logged } = await setUpCalls(t);
  const { session } = await join();
  await call(session);
  const good = {
    answer: { eventType: 'answer', callId: callIdOf() },
    disconnect: { eventType: 'disconnect', callId: callIdOf() },
  };
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  for (const kind of ['answer', 'disconnect'] as const) {
    for (const authorization of ['', 'Basic', basic('voice:wrong'), basic(''), 'Bearer x'])
      assert.equal((await callback(kind, good[kind], { authorization })).status, 401, authorization);
    const table: [body: unknown, status: number][] = [
      ['', 400],
      ['{', 400],
      ['null', 400],
      ['[]', 400],
      ['<xml/>', 400],
      [{}, 400],
      [{ ...good[kind], eventType: 'bridgeComplete' }, 400],
      [{ ...good[kind], callId: undefined }, 400],
      [{ ...good[kind], callId: 5 }, 400],
      [{ ...good[kind], callId: '' }, 400],
      [{ ...good[kind], callId: callIdOf(9) }, 404],
      [{ ...good[kind], rest: 'x'.repeat(20_000) }, 413],
    ];
    for (const [body, status] of table)
      assert.equal((await callback(kind, body)).status, status, JSON.stringify(body)?.slice(0, 99));
    for (const key of ['x', '..', '__proto__', 'constructor'])
      assert.equal((await callback(kind, good[kind], { key })).status, 404, key);
  }
  assert.deepEqual(await statuses(session), ['ringing']);
  assert.equal(logged.length, 1);
});

test('callbacks that come twice, late or in another order do no harm', async (t) => {
  type Act = (setUp: CallSetUp, session: string) => Promise<unknown>;
  const answered =
    (bxml: RegExp): Act =>
    async ({ answered }) => {
      const { status, text } = await answered();
      assert.equal(status, 200);
      assert.match(text, bxml);
    };
  const disconnected =
    (cause: string): Act =>
    async ({ disconnected }) =>
      assert.equal((await disconnected(cause)).status, 204);
  const hungUp: Act = async ({ hangUp }, session) => assert.equal((await hangUp(session, ID)).status, 204);
  const table: [name: string, acts: Act[], statuses: string[]][] = [
    ['answer twice', [answered(TRANSFER), answered(TRANSFER)], ['answered']],
    ['disconnect twice', [disconnected('busy'), disconnected('hangup')], ['busy']],
    ['disconnect before answer', [disconnected('hangup'), answered(HANGUP)], ['ended']],
    ['answer after hang-up', [hungUp, answered(HANGUP)], ['ended']],
    ['answer between disconnects', [disconnected('timeout'), answered(HANGUP), disconnected('hangup')], ['no-answer']],
    ['disconnect after hang-up', [answered(TRANSFER), hungUp, disconnected('error')], ['answered', 'ended']],
    ['hang-up after disconnect', [disconnected('rejected'), hungUp], ['rejected']],
    ['hang-up twice', [hungUp, hungUp], ['ended']],
  ];
  for (const [name, acts, statuses] of table)
    await t.test(name, async (t) => {
      const setUp = await setUpCalls(t);
      const ada = await setUp.join();
      const events = await setUp.follow(ada);
      await setUp.call(ada.session, { id: ID });
      for (const act of acts) await act(setUp, ada.session);
      await told(events, ['dialing', 'ringing', ...statuses]);
      assert.deepEqual(await setUp.statuses(ada.session), [statuses.at(-1)]);
      assert.deepEqual(
        await setUp.names(ada.session),
        statuses.at(-1) === 'answered' ? ['Ada', '+1 202 555 0100'] : ['Ada'],
      );
    });
});

test('callbacks may be quicker than the answer to the request that made the call', async (t) => {
  const table: [kind: 'answered' | 'disconnected', statuses: string[], hangUps: number][] = [
    ['answered', ['dialing', 'answered'], 0],
    ['disconnected', ['dialing', 'ended'], 1],
  ];
  for (const [kind, statuses] of table)
    await t.test(kind, async (t) => {
      const setUp = await setUpCalls(t);
      const { voice, join, follow, call } = setUp;
      const ada = await join();
      const events = await follow(ada);
      voice.fault = async ({ path }) => {
        if (path !== '/calls') return undefined;
        await setUp[kind]();
        return undefined;
      };
      assert.equal((await call(ada.session)).status, statuses.at(-1));
      await told(events, statuses);
    });
});

test('a call that was answered goes on, though the platform does not answer the request that made it', async (t) => {
  const { voice, join, start, answered, statuses } = await setUpCalls(t, { apiTimeoutMilliseconds: 300 });
  const { session } = await join();
  const taken = deferred<undefined>();
  voice.fault = ({ path }) => (path === '/calls' ? taken.promise : undefined);
  const asked = voice.next(({ path }) => path === '/calls');
  const started = start(session);
  await asked;
  assert.match((await answered()).text, TRANSFER);
  const { status, body } = await started;
  taken.resolve(undefined);
  assert.deepEqual([status, (body as Call).status], [201, 'answered']);
  assert.deepEqual(await statuses(session), ['answered']);
});

test('hanging up while dialing ends the call as soon as the platform has a name for it', async (t) => {
  const { voice, join, follow, start, hangUp, hungUp, names, answered } = await setUpCalls(t);
  const ada = await join();
  const events = await follow(ada);
  const held = deferred<undefined>();
  voice.fault = ({ path }) => (path === '/calls' ? held.promise : undefined);
  const asked = voice.next(({ path }) => path === '/calls');
  const started = start(ada.session, { id: ID });
  await asked;
  assert.equal((await hangUp(ada.session, ID)).status, 204);
  assert.deepEqual(await names(ada.session), ['Ada']);
  assert.deepEqual(hungUp(), []);
  held.resolve(undefined);
  const answer = await started;
  assert.deepEqual([answer.status, (answer.body as Call).status], [201, 'ended']);
  assert.deepEqual(
    hungUp().map(({ body }) => JSON.parse(body) as unknown),
    [{ state: 'completed' }],
  );
  assert.match((await answered()).text, HANGUP);
  await told(events, ['dialing', 'ended']);
});

test('hanging up while the phone gets its seat leaves nothing behind', async (t) => {
  const { webrtc, voice, join, start, hangUp, names } = await setUpCalls(t);
  const { session } = await join();
  const held = deferred<undefined>();
  webrtc.fault = ({ path }) => (path.endsWith('/participants') ? held.promise : undefined);
  const started = start(session, { id: ID });
  await until(
    () => hangUp(session, ID),
    ({ status }) => status === 204,
    { what: 'the call is there' },
  );
  held.resolve(undefined);
  const deleted = webrtc.next(({ method }) => method === 'DELETE');
  const answer = await started;
  assert.deepEqual([answer.status, (answer.body as Call).status], [201, 'ended']);
  await deleted;
  assert.deepEqual(voice.requests, []);
  assert.deepEqual(await names(session), ['Ada']);
});

test('a request that is sent again starts no second call', async (t) => {
  const { voice, join, start, list } = await setUpCalls(t);
  const { session } = await join();
  const both = await Promise.all([start(session, { id: ID }), start(session, { id: ID })]);
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 201]);
  const again = await start(session, { id: ID, number: '911' });
  assert.equal(again.status, 200);
  assert.deepEqual(again.body, (await list(session))[0]);
  assert.equal(voice.created.length, 1);
});

test('ids that are none are refused', async (t) => {
  const { join, start, voice } = await setUpCalls(t);
  const { session } = await join();
  for (const id of ['', 'short', 'x'.repeat(65), '../../etc/passwd', 5])
    assert.equal((await start(session, { id })).status, 400, String(id));
  assert.deepEqual(voice.requests, []);
});

test('a room has so many calls at once, and starts so many a minute', async (t) => {
  const callLimits = { callsPerMinuteFromAddress: 100 };
  const { join, call, start, hangUp, logged } = await setUpCalls(t, { callLimits });
  const [ada, bob] = [await join('Ada'), await join('Bob', 'elsewhere')];
  const ids: string[] = [];
  for (let count = 0; count < 4; count++) ids.push((await call(ada.session)).id);
  const atOnce = await start(ada.session);
  assert.deepEqual([atOnce.status, codeOf(atOnce)], [429, 'call-limit']);
  assert.match(detailOf(atOnce), /4 calls in this room/);
  assert.match(logged.at(-1) ?? '', /\+1202555•••• from the room "standup" by \S+ at \S+: call-limit \(429\)\.$/);
  for (const id of ids) await hangUp(ada.session, id);
  for (let count = 4; count < 10; count++) await hangUp(ada.session, (await call(ada.session)).id);
  const perMinute = await start(ada.session);
  assert.deepEqual([perMinute.status, codeOf(perMinute)], [429, 'call-limit']);
  assert.equal(perMinute.headers.get('retry-after'), '6');
  await call(bob.session);
});

for (const [what, callLimits, retryAfter] of [
  ['one address starts so many calls a minute, whatever the room', { callsPerMinuteFromAddress: 2 }, '30'],
  ['all together start so many calls a minute', { callsPerMinuteInAll: 2 }, '30'],
  ['there are so many calls at once in all rooms', { callsAtOnce: 2 }, null],
] as const)
  test(what, async (t) => {
    const { join, call, start } = await setUpCalls(t, { callLimits });
    await call((await join('Ada')).session);
    await call((await join('Bob', 'elsewhere')).session);
    const refused = await start((await join('Eve', 'third')).session);
    assert.deepEqual([refused.status, codeOf(refused)], [429, 'call-limit']);
    assert.equal(refused.headers.get('retry-after'), retryAfter);
  });

test('who may not call leaves a line in the log, and a flood of that a few', async (t) => {
  const { start, logged } = await setUpCalls(t);
  for (let count = 0; count < 30; count++) assert.equal((await start('nobody')).status, 401);
  assert.equal(logged.length, 10);
  assert.match(logged[0] ?? '', /^A call by 127\.0\.0\.1 was refused: endpoint-unauthorized \(401\)\.$/);
});

test('a phone counts as a seat', async (t) => {
  const { join, call, start, list, ask, disconnected, logged } = await setUpCalls(t, {
    limits: { maxParticipants: 2 },
  });
  const { session } = await join();
  await call(session);
  const refused = await ask('POST', 'join', { body: { room: 'standup', name: 'Bob' } });
  assert.deepEqual([refused.status, codeOf(refused)], [409, 'room-full']);
  const full = await start(session);
  assert.deepEqual([full.status, codeOf(full)], [409, 'room-full']);
  assert.equal((await list(session)).at(-1)?.status, 'failed');
  assert.match(logged.at(-1) ?? '', /room-full \(409\)\.$/);
  await disconnected();
  await join('Bob');
});

test('a phone is not taken for absent while its call is under way', async (t) => {
  const { join, connect, call, names, webrtc } = await setUpCalls(t, {
    limits: { absenceMilliseconds: 1000, sweepMilliseconds: 10 },
  });
  const ada = await join();
  await connect(ada);
  const { participantId } = await call(ada.session, { name: 'Grace' });
  // Somebody who never connects is swept, and the phone, which has been here for longer, is not.
  const bob = await join('Bob');
  await webrtc.next(({ method, path }) => method === 'DELETE' && path.endsWith(`/${bob.participantId}`));
  assert.deepEqual(await names(ada.session), ['Ada', 'Grace']);
  assert.ok(participantId);
});

test('a call goes on when who dialed leaves, and ends when the last person does', async (t) => {
  const { webrtc, voice, join, follow, call, ask, answered, names, statuses, hungUp } = await setUpCalls(t);
  const [ada, bob] = [await join('Ada'), await join('Bob')];
  const events = await follow(bob);
  const { participantId } = await call(ada.session, { name: 'Grace' });
  await answered();
  await call(ada.session, { name: 'Alan' });
  await ask('DELETE', 'self', { bearer: ada.session });
  assert.deepEqual(await names(bob.session), ['Bob', 'Grace', 'Alan']);
  assert.deepEqual(await statuses(bob.session), ['answered', 'ringing']);

  const sessionEnded = webrtc.next(
    ({ method, path }) => method === 'DELETE' && /^\/accounts\/\d+\/sessions\//.test(path),
  );
  const phoneLeft = webrtc.next(({ method, path }) => method === 'DELETE' && path.endsWith(`/${participantId}`));
  const lastHungUp = voice.next(({ path }) => path === `/calls/${callIdOf(1)}`);
  await ask('DELETE', 'self', { bearer: bob.session });
  await Promise.all([sessionEnded, phoneLeft, lastHungUp]);
  assert.deepEqual([hungUp(0).length, hungUp(1).length], [1, 1]);
  assert.match((await answered(1)).text, HANGUP);
  assert.equal(events.length, 5);

  const next = await join('Eve');
  assert.deepEqual(await statuses(next.session), []);
  assert.deepEqual(await names(next.session), ['Eve']);
});

test('a room that is ended for all takes its phones along, each once', async (t) => {
  const { webrtc, server, join, call, answered, hungUp, ask } = await setUpCalls(t, { sampleRoutes: true });
  const ada = await join();
  const { participantId } = await call(ada.session);
  await answered();
  const ended = webrtc.next(({ method, path }) => method === 'DELETE' && path.includes('/sessions/'));
  assert.equal((await fetch(`${server.url}/endSession?room_name=standup`)).status, 200);
  await ended;
  await until(hungUp, ({ length }) => length > 0, { what: 'the phone is hung up on' });
  assert.equal(hungUp().length, 1);
  assert.equal((await ask('GET', 'calls', { bearer: ada.session })).status, 401);
  // What was asked for before has arrived then.
  await join('Eve');
  const deleted = webrtc.exchanges.filter(({ method, path }) => method === 'DELETE' && path.includes('/participants/'));
  assert.deepEqual(deleted.map(({ path }) => path.split('/').at(-1)).sort(), [ada.participantId, participantId].sort());
});

test('a phone that is removed from the room is hung up on, once', async (t) => {
  const { join, call, answered, hungUp, ask, statuses } = await setUpCalls(t, {
    authorize: () => ({ role: 'moderator' }),
  });
  const { session } = await join();
  const remove = async () => {
    const phones = (await ask('GET', 'participants', { bearer: session })).body as { id: string; isPhone: boolean }[];
    const id = phones.find(({ isPhone }) => isPhone)?.id ?? assert.fail('There is a phone.');
    assert.equal((await ask('DELETE', `participants/${id}`, { bearer: session })).status, 204);
  };
  await call(session);
  await answered();
  await remove();
  await until(hungUp, ({ length }) => length > 0, { what: 'the phone is hung up on' });
  await call(session);
  await remove();
  await until(
    () => hungUp(1),
    ({ length }) => length > 0,
    { what: 'the phone that rings is hung up on' },
  );
  assert.deepEqual([hungUp().length, hungUp(1).length, await statuses(session)], [1, 1, ['ended', 'ended']]);
});

test('a room that ends while it dials hangs up as soon as it can', async (t) => {
  const { voice, join, start, ask, hungUp } = await setUpCalls(t);
  const { session } = await join();
  const held = deferred<undefined>();
  voice.fault = ({ path }) => (path === '/calls' ? held.promise : undefined);
  const asked = voice.next(({ path }) => path === '/calls');
  const started = start(session);
  await asked;
  await ask('DELETE', 'self', { bearer: session });
  held.resolve(undefined);
  assert.equal(((await started).body as Call).status, 'ended');
  assert.equal(hungUp().length, 1);
});

test('a room that ends while the phone gets its seat calls nobody', async (t) => {
  const { webrtc, voice, join, start, ask } = await setUpCalls(t);
  const { session } = await join();
  const held = deferred<undefined>();
  webrtc.fault = ({ path }) => (path.endsWith('/participants') ? held.promise : undefined);
  const asked = until(
    () => ask('GET', 'calls', { bearer: session }),
    ({ body }) => (body as Call[]).length === 1,
    { what: 'the call is there' },
  );
  const started = start(session);
  await asked;
  await ask('DELETE', 'self', { bearer: session });
  held.resolve(undefined);
  assert.equal(((await started).body as Call).status, 'ended');
  assert.deepEqual(voice.requests, []);
});

test('calls of other rooms are out of reach', async (t) => {
  const { join, call, list, hangUp, ask, hungUp } = await setUpCalls(t);
  const [ada, eve] = [await join('Ada'), await join('Eve', 'elsewhere')];
  const { id } = await call(ada.session);
  assert.deepEqual(await list(eve.session), []);
  const digits = await ask('POST', `calls/${id}/digits`, { bearer: eve.session, body: { digits: '1' } });
  for (const answer of [await hangUp(eve.session, id), digits, await hangUp(ada.session, 'unknown-call')])
    assert.deepEqual([answer.status, codeOf(answer)], [404, 'call-gone']);
  assert.deepEqual(hungUp(), []);
  await call(eve.session, { id });
});

test('digits are played to the phone, which comes back into the room', async (t) => {
  const { voice, join, call, ask, answered } = await setUpCalls(t);
  const { session: bearer } = await join();
  const { id } = await call(bearer);
  const press = (digits: unknown) => ask('POST', `calls/${id}/digits`, { bearer, body: { digits } });
  const early = await press('1');
  assert.deepEqual([early.status, codeOf(early)], [409, 'call-gone']);
  const transfer = /<Transfer>.*<\/Transfer>/.exec((await answered()).text)?.[0] ?? '';
  for (const digits of ['', 'a', '1 2', '１', '1,2', '1'.repeat(51), 5, undefined])
    assert.equal((await press(digits)).status, 400, String(digits));
  assert.ok(voice.requests.every(({ method }) => method === 'POST'));

  // Those that come while the phone still hears the first one go together.
  const answers = await Promise.all(['1', '2', '3', '#'].map((digits) => press(digits)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [204, 204, 204, 204],
  );
  const documents = voice.requests.filter(({ method }) => method === 'PUT');
  assert.deepEqual(new Set(documents.map(({ path }) => path)), new Set([`/calls/${callIdOf()}/bxml`]));
  const played = documents.map(({ body }) => {
    const [, digits, rest] = /<Bxml><SendDtmf [^>]*>([^<]*)<\/SendDtmf>(.*)<\/Bxml>$/.exec(body) ?? [];
    assert.equal(rest, transfer);
    return digits ?? '';
  });
  assert.deepEqual(played.flatMap((digits) => digits.match(/./g)).sort(), ['#', '1', '2', '3']);
  assert.ok(played.length < 4, played.join());
});

test('digits that the platform does not take are told of', async (t) => {
  const table: [status: number, expected: number, code: string][] = [
    [404, 409, 'call-gone'],
    [409, 409, 'call-gone'],
    [500, 502, 'call-failed'],
    [429, 429, 'call-limit'],
  ];
  const { voice, join, call, ask, answered, statuses } = await setUpCalls(t);
  const { session: bearer } = await join();
  const { id } = await call(bearer);
  await answered();
  for (const [status, expected, code] of table) {
    voice.fault = ({ method }) => (method === 'PUT' ? new Response(null, { status }) : undefined);
    const answer = await ask('POST', `calls/${id}/digits`, { bearer, body: { digits: '1' } });
    assert.deepEqual([answer.status, codeOf(answer)], [expected, code]);
  }
  assert.deepEqual(await statuses(bearer), ['answered']);
});

test('digits wait until the phone has heard those before, however late the platform answers', async (t) => {
  const { voice, join, call, ask, answered } = await setUpCalls(t);
  const { session: bearer } = await join();
  const { id } = await call(bearer);
  await answered();
  let takenAt = 0;
  voice.fault = async ({ method }) => {
    if (method === 'PUT') await setTimeout(400);
    takenAt = performance.now();
    return undefined;
  };
  const press = (digits: string) => ask('POST', `calls/${id}/digits`, { bearer, body: { digits } });
  assert.equal((await press('1')).status, 204);
  const heardFrom = takenAt;
  const next = voice.next(({ method }) => method === 'PUT');
  const second = press('2');
  await next;
  assert.ok(performance.now() - heardFrom > 295, 'a tone of 200 ms and an interval of 100 ms');
  assert.equal((await second).status, 204);
});

test('only so many digits wait', async (t) => {
  const { voice, join, call, ask, answered, hangUp } = await setUpCalls(t);
  const { session: bearer } = await join();
  const { id } = await call(bearer);
  await answered();
  const press = (digits: string) => ask('POST', `calls/${id}/digits`, { bearer, body: { digits } });
  assert.equal((await press('1')).status, 204);
  const answers = await Promise.all([press('2'.repeat(30)), press('3'.repeat(30))]);
  const refused = answers.find(({ status }) => status !== 204);
  assert.ok(refused);
  assert.deepEqual([refused.status, codeOf(refused), refused.headers.get('retry-after')], [429, 'call-limit', '1']);
  assert.equal(voice.requests.filter(({ method }) => method === 'PUT').length, 2);
  await hangUp(bearer, id);
});

test('digits that still wait when the call ends are not sent', async (t) => {
  const { voice, join, call, ask, answered, disconnected } = await setUpCalls(t);
  const { session: bearer } = await join();
  const { id } = await call(bearer);
  await answered();
  const press = (digits: string) => ask('POST', `calls/${id}/digits`, { bearer, body: { digits } });
  assert.equal((await press('12')).status, 204);
  const waiting = press('3');
  await disconnected();
  assert.deepEqual((await waiting).status, 409);
  assert.equal(voice.requests.filter(({ method }) => method === 'PUT').length, 1);
});

test('a platform that does not hang up is not asked twice, and the phone is out of the room', async (t) => {
  const table: [status: number, logged: RegExp | undefined][] = [
    [404, undefined],
    [409, undefined],
    [500, /could not be hung up: The Voice API answered 500/],
  ];
  for (const [status, line] of table) {
    const { voice, join, call, hangUp, names, logged } = await setUpCalls(t);
    const { session } = await join();
    const { id } = await call(session);
    voice.fault = () => new Response(null, { status });
    assert.equal((await hangUp(session, id)).status, 204);
    assert.deepEqual(await names(session), ['Ada']);
    assert.equal(logged.length, line ? 2 : 1);
    if (line) assert.match(logged.at(-1) ?? '', line);
  }
});

test('a disconnect that never comes is found out by asking', async (t) => {
  const table: [
    name: string,
    isAnswered: boolean,
    state: { state: string; disconnectCause?: string },
    status: string,
  ][] = [
    ['ringing, no answer', false, { state: 'disconnected', disconnectCause: 'timeout' }, 'no-answer'],
    ['ringing, busy', false, { state: 'disconnected', disconnectCause: 'busy' }, 'busy'],
    ['ringing for ever', false, { state: 'initiated' }, 'failed'],
    ['answered elsewhere', false, { state: 'answered' }, 'failed'],
    ['hung up', true, { state: 'disconnected', disconnectCause: 'hangup' }, 'ended'],
    ['no cause', true, { state: 'disconnected' }, 'failed'],
    ['a state of the future', true, { state: 'hovering' }, 'failed'],
  ];
  for (const [name, isAnswered, state, status] of table)
    await t.test(name, async (t) => {
      const soon = isAnswered ? { answeredCheckMilliseconds: 20 } : { ringingCheckMilliseconds: 20 };
      const { voice, join, call, answered, follow, names } = await setUpCalls(t, { callLimits: soon });
      const ada = await join();
      const events = await follow(ada);
      voice.state = state;
      await call(ada.session);
      if (isAnswered) await answered();
      await told(events, ['dialing', 'ringing', ...(isAnswered ? ['answered'] : []), status]);
      assert.deepEqual(await names(ada.session), ['Ada']);
    });
});

test('a call whose state cannot be read is given up after a while, and hung up', async (t) => {
  const { voice, join, follow, call, logged } = await setUpCalls(t, { callLimits: { ringingCheckMilliseconds: 10 } });
  const ada = await join();
  const events = await follow(ada);
  voice.fault = ({ method }) => (method === 'GET' ? new Response(null, { status: 404 }) : undefined);
  const hungUp = voice.next(({ path, method }) => method === 'POST' && path !== '/calls');
  await call(ada.session);
  await hungUp;
  await told(events, ['dialing', 'ringing', 'failed']);
  assert.equal(voice.requests.filter(({ method }) => method === 'GET').length, 4);
  assert.match(logged.at(-1) ?? '', /state of a call could not be read: The Voice API answered 404/);
});

test('doubts about a call that rang for long are over once it is answered', async (t) => {
  const { voice, join, call, answered, statuses } = await setUpCalls(t, {
    callLimits: { ringingCheckMilliseconds: 50, answeredCheckMilliseconds: 50 },
  });
  const { session } = await join();
  const isCheck = ({ method }: { method: string }) => method === 'GET';
  const third = new Promise<void>((resolve) => {
    let count = 0;
    voice.fault = (request) => {
      if (isCheck(request) && ++count === 3) resolve();
      return undefined;
    };
  });
  await call(session);
  await third;
  await answered();
  voice.fault = (request) => (isCheck(request) ? new Response(null, { status: 500 }) : undefined);
  await voice.next(isCheck);
  // Another check, or the hang-up where the one before was the last straw.
  await voice.next(() => true);
  assert.deepEqual(await statuses(session), ['answered']);
});

test('a call that is seen to be alive goes on', async (t) => {
  const { voice, join, call, answered, statuses, disconnected } = await setUpCalls(t, {
    callLimits: { answeredCheckMilliseconds: 5 },
  });
  const { session } = await join();
  await call(session);
  voice.state = { state: 'answered' };
  await answered();
  for (let count = 0; count < 8; count++) await voice.next(({ method }) => method === 'GET');
  assert.deepEqual(await statuses(session), ['answered']);
  await disconnected();
});

test('a call that is over is listed for a while, and forgotten', async (t) => {
  const { join, call, list, hangUp, answered } = await setUpCalls(t, { callLimits: { listedMilliseconds: 200 } });
  const { session } = await join();
  await hangUp(session, (await call(session)).id);
  assert.equal((await list(session)).length, 1);
  await until(
    () => list(session),
    ({ length }) => length === 0,
    { what: 'the call is forgotten' },
  );
  assert.equal((await answered()).status, 404);
});

test('a server that closes hangs up', async (t) => {
  const { server, voice, join, call, answered, hungUp } = await setUpCalls(t);
  const { session } = await join();
  await call(session);
  await answered();
  await call(session);
  await server.close();
  assert.deepEqual([hungUp(0).length, hungUp(1).length], [1, 1]);
  assert.equal(voice.created.length, 2);
});

test('a server that closes waits for the call that is being made, hangs it up, and makes no other', async (t) => {
  const { server, voice, join, start, hungUp } = await setUpCalls(t);
  const { session } = await join();
  const taken = deferred<undefined>();
  voice.fault = ({ path }) => (path === '/calls' ? taken.promise : undefined);
  const asked = voice.next(({ path }) => path === '/calls');
  const first = start(session);
  await asked;
  const closed = server.close();
  const late = await start(session);
  assert.deepEqual([late.status, codeOf(late)], [503, 'call-failed']);
  taken.resolve(undefined);
  await closed;
  assert.equal(hungUp(0).length, 1);
  assert.equal(voice.created.length, 1);
  // The server may have been quicker to cut the connection.
  await first.catch(() => undefined);
});

test('other methods are refused, and other origins', async (t) => {
  const { join, ask, server } = await setUpCalls(t, { allowedOrigins: ['https://site.example'] });
  const { session: bearer } = await join();
  const table: [method: string, path: string, allowed: string][] = [
    ['PUT', 'calls', 'GET, POST'],
    ['DELETE', 'calls', 'GET, POST'],
    ['GET', `calls/${ID}`, 'DELETE'],
    ['GET', `calls/${ID}/digits`, 'POST'],
  ];
  for (const [method, path, allowed] of table) {
    const answer = await ask(method, path, { bearer });
    assert.deepEqual([answer.status, answer.headers.get('allow')], [405, allowed], `${method} ${path}`);
  }
  const origins: [origin: string, status: number, granted: string | null][] = [
    ['https://site.example', 200, 'https://site.example'],
    ['https://other.example', 403, null],
  ];
  for (const [origin, status, granted] of origins) {
    const headers = { authorization: `Bearer ${bearer}`, origin };
    const response = await fetch(`${server.url}/rooms/calls`, { headers });
    assert.deepEqual([response.status, response.headers.get('access-control-allow-origin')], [status, granted]);
  }
});
