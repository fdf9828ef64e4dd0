/** The Bandwidth provider in a page, with the real SDK: against signalling that fails, and on the local platform. */
import assert from 'node:assert/strict';
import { Socket } from 'node:dgram';
import test, { after, afterEach, before, beforeEach } from 'node:test';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { startServer, type RunningServer } from '../../demo/server/start-server.js';
import { startBadSignalling, type BadSignalling, type Failing } from '../helpers/bad-signalling.js';
import type { VideoRoom } from '../../src/elements/video-room.js';
import { launchChromium } from '../helpers/browser.js';
import { NAME_HELPER } from '../helpers/page-recorder.js';
import { installProviderHarness, type JoinOptions, type Told } from '../helpers/provider-harness.js';
import { until } from '../helpers/until.js';

const NOTHING_LEFT = { sockets: 0, peerConnections: 0, timers: 0, listeners: 0 };

let browser: Browser;
let server: RunningServer;
let signalling: BadSignalling;
let page: Page;
/** What was written to the page's console, but for the browser's own messages about sockets that did not open. */
let consoleLines: string[];

before(async () => {
  [browser, server, signalling] = await Promise.all([launchChromium(), startServer(), startBadSignalling()]);
});

after(async () => {
  await Promise.all([browser.close(), server.close(), signalling.close()]);
});

beforeEach(async () => {
  consoleLines = [];
  page = await openPage();
});

afterEach(async () => {
  const accidents = await page.evaluate(() => window.harness.accidents);
  await page.close();
  assert.deepEqual(accidents, [], 'no error went unhandled');
  assert.deepEqual(consoleLines, [], 'nothing was written to the console');
});

async function openPage({ hasClock = false } = {}): Promise<Page> {
  const opened = await browser.newPage();
  // Before the harness, which would take the clock's own timer for one of the page's.
  if (hasClock) await opened.clock.install();
  opened.on('console', (message) => {
    if (!/^(WebSocket connection to|Failed to load resource)/.test(message.text())) consoleLines.push(message.text());
  });
  await opened.addInitScript(NAME_HELPER);
  await opened.addInitScript(installProviderHarness);
  // Any document of the server will do; this one loads nothing.
  await opened.goto(`${server.url}/dist/custom-elements.json`);
  return opened;
}

/** Signed by nobody: only what looks at the signature can tell. */
function token(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'HS256' })}.${encode({ v: 'v3', ...claims })}.c2lnbmF0dXJl`;
}

const inSeconds = (milliseconds: number) => Math.floor((Date.now() + milliseconds) / 1000);
const GOOD_TOKEN = token({ exp: inSeconds(3_600_000) });
const EXPIRED_TOKEN = token({ exp: inSeconds(-3_600_000) });

function tryGrant(grant: { token: string; websocketUrl: string }) {
  return page.evaluate((given) => window.harness.tryGrant(given), grant);
}

async function assertNothingLeft() {
  assert.deepEqual(await page.evaluate(() => window.harness.leftovers()), NOTHING_LEFT);
  await until(
    () => signalling.connections,
    (count) => count === 0,
    { what: 'all sockets closed' },
  );
}

test('is loaded without loading the elements again, whatever query their address has', async () => {
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url().replace(server.url, '')));
  const code = await page.evaluate(async (websocketUrl) => {
    // As WordPress writes it.
    const script: string = '/dist/cdn/video-room.js?ver=6.8';
    await import(script);
    const room: VideoRoom = document.createElement('video-room');
    room.setAttribute('room', 'standup');
    Object.assign(room, { fetchToken: () => Promise.resolve({ token: 'a.b.c', websocketUrl }) });
    document.body.append(room);
    await room.join();
    return room.state.error?.code;
  }, signalling.url('silent'));
  assert.equal(code, 'token-invalid');
  // Without the hashes of their content.
  const scripts = requests
    .filter((path) => /\.js(\?|$)/.test(path))
    .map((path) => path.replace(/-[\w-]{8}\.js/, '.js'));
  assert.deepEqual(scripts.sort(), [
    '/dist/cdn/core.js',
    '/dist/cdn/meeting.js',
    '/dist/cdn/provider-bandwidth.js',
    '/dist/cdn/video-room.js?ver=6.8',
  ]);
});

test('is loaded again after that failed', async () => {
  let attempts = 0;
  await page.route('**/provider-bandwidth*', async (route) => {
    attempts++;
    if (attempts < 3) await route.fulfill({ status: 503 });
    else await route.continue();
  });
  const codes = await page.evaluate(async () => {
    const script: string = '/dist/cdn/video-room.js';
    await import(script);
    const room: VideoRoom = document.createElement('video-room');
    room.setAttribute('room', 'standup');
    Object.assign(room, { fetchToken: () => Promise.resolve('a.b.c') });
    document.body.append(room);
    await room.join();
    const first = room.state.error?.code;
    await room.join();
    return [first, room.state.error?.code];
  });
  assert.deepEqual(codes, ['provider-unavailable', 'token-invalid']);
});

const REFUSALS: readonly (readonly [way: Failing | 'closed-port' | 'no-url', token: string, code: string])[] = [
  ['unauthorized', GOOD_TOKEN, 'connect-refused'],
  ['unauthorized', token({}), 'connect-refused'],
  ['unauthorized', EXPIRED_TOKEN, 'token-expired'],
  ['closes-4001', GOOD_TOKEN, 'connect-refused'],
  ['closes-1000', GOOD_TOKEN, 'connect-refused'],
  ['refuses-preferences', GOOD_TOKEN, 'connect-refused'],
  ['closed-port', GOOD_TOKEN, 'connect-refused'],
  ['no-url', GOOD_TOKEN, 'connect-refused'],
  ['unauthorized', '', 'token-invalid'],
  ['unauthorized', 'nonsense', 'token-invalid'],
  ['unauthorized', 'a.b.c', 'token-invalid'],
  ['unauthorized', `${GOOD_TOKEN}&uniqueId=1`, 'token-invalid'],
  ['unauthorized', token([]).replace(/\..*\./, '.bnVsbA.'), 'token-invalid'],
];

test('says at once, and why, when the platform lets nobody in', async () => {
  const addresses: Record<string, string> = { 'closed-port': 'ws://127.0.0.1:9', 'no-url': 'nowhere:' };
  for (const [way, given, code] of REFUSALS) {
    const websocketUrl = addresses[way] ?? signalling.url(way as Failing);
    const { outcome, milliseconds } = await tryGrant({ token: given, websocketUrl });
    assert.equal(outcome, code, `${way} with ${given}`);
    assert.ok(milliseconds < 1000, `${way}: ${milliseconds} ms`);
  }
  await assertNothingLeft();
});

test('gives up after ten seconds when the platform does not answer', async () => {
  await page.close();
  page = await openPage({ hasClock: true });
  // In this order: to one host, browsers open no second socket before the first one is open.
  const results = (['silent', 'never-opens'] as const).map(async (way, index) => {
    await until(
      () => signalling.connections,
      (count) => count === index,
      { what: 'the sockets before' },
    );
    return tryGrant({ token: GOOD_TOKEN, websocketUrl: signalling.url(way) });
  });
  await until(
    () => signalling.connections,
    (count) => count === 2,
    { what: 'a socket each' },
  );
  await page.clock.runFor(9_000);
  assert.equal(signalling.connections, 2);
  await page.clock.runFor(1_000);
  for (const { outcome, milliseconds } of await Promise.all(results)) {
    assert.equal(outcome, 'connect-timeout');
    assert.ok(milliseconds >= 10_000, `${milliseconds} ms`);
  }
  await assertNothingLeft();
});

test('stops connecting at once when aborted, whatever it is waiting for', async () => {
  for (const way of ['silent', 'never-opens'] as const) {
    const trying = page.evaluate(
      async (grant) => {
        const controller = new AbortController();
        window.addEventListener('abort-now', () => controller.abort(new Error('not any more')), { once: true });
        return window.harness.tryGrant(grant, controller.signal);
      },
      { token: GOOD_TOKEN, websocketUrl: signalling.url(way) },
    );
    await until(
      () => signalling.connections,
      (count) => count === 1,
      { what: 'a socket' },
    );
    await page.evaluate(() => window.dispatchEvent(new Event('abort-now')));
    const { outcome } = await trying;
    assert.equal(outcome, 'Error: not any more');
    await until(
      () => signalling.connections,
      (count) => count === 0,
      { what: 'the socket is closed' },
    );
  }
  const { outcome } = await page.evaluate(
    (grant) => window.harness.tryGrant(grant, AbortSignal.abort(new Error('never'))),
    { token: GOOD_TOKEN, websocketUrl: signalling.url('silent') },
  );
  assert.equal(outcome, 'Error: never');
  const { sockets, timers, peerConnections } = await page.evaluate(() => window.harness.leftovers());
  assert.deepEqual({ sockets, timers, peerConnections }, { sockets: 0, timers: 0, peerConnections: 0 });
});

/** The sockets to the platform, in the order in which the page has opened them. */
async function interceptSockets(onMessage: (route: WebSocketRoute, message: string) => boolean = () => false) {
  const routes: WebSocketRoute[] = [];
  await page.routeWebSocket('**', (route) => {
    routes.push(route);
    const platform = route.connectToServer();
    route.onMessage((message) => {
      if (!onMessage(route, String(message))) platform.send(message);
    });
  });
  await page.reload();
  return routes;
}

/** Everybody sends a tone and a moving picture, and receives those of the others. */
async function meet(names: readonly string[], options: Partial<JoinOptions> = {}) {
  const room = `provider-${(rooms += 1)}`;
  for (const name of names) {
    await page.evaluate(
      async ([who, how]) => {
        const { connection, source } = await window.harness.join(who, how);
        await connection.publish(source.stream, who);
      },
      [name, { room, ...options }] as const,
    );
  }
  for (const name of names) await mediaFlows(name);
}
let rooms = 0;

function told(name: string): Promise<Told[]> {
  return page.evaluate((who) => window.harness.get(who).told, name);
}

function aliasesSeenBy(name: string) {
  return page.evaluate((who) => [...window.harness.get(who).streams.values()].map(({ alias }) => alias).sort(), name);
}

/** What a participant receives of all streams, or of those with this alias. */
function received(name: string, alias?: string) {
  return page.evaluate(([who, which]) => window.harness.received(who, which), [name, alias] as const);
}

/** Resolves when more of both kinds of media has come in than there was at first. */
async function mediaFlows(name: string, alias?: string) {
  const read = () => received(name, alias);
  const before = await read();
  const isMore = (now: typeof before) =>
    now.framesDecoded > before.framesDecoded + 2 && now.audioPackets > before.audioPackets + 10;
  // After streams were replaced, counting starts anew.
  return until(read, (now) => isMore(now) || now.framesDecoded < before.framesDecoded, { what: `media for ${name}` });
}

function untilTold(name: string, type: Told['type'], count = 1) {
  return until(
    () => told(name),
    (list) => list.filter((each) => each.type === type).length >= count,
    { what: `${name} is told: ${type}` },
  );
}

function share(name: string) {
  return page.evaluate((who) => {
    const { connection, source } = window.harness.get(who);
    return connection.publish(source.screen, 'screenshare');
  }, name);
}

function stopSharing(name: string) {
  return page.evaluate((who) => {
    const { connection, source } = window.harness.get(who);
    return connection.unpublish(source.screen);
  }, name);
}

async function closeAll() {
  await page.evaluate(() => {
    for (const { connection } of Object.values(window.harness.participants)) connection.close();
  });
  await assertNothingLeft();
  const states = await page.evaluate(() =>
    Object.values(window.harness.participants).flatMap(({ source: { stream, screen } }) =>
      [...stream.getTracks(), ...screen.getTracks()].map(({ readyState }) => readyState),
    ),
  );
  assert.ok(states.every((state) => state === 'live'));
}

test('carries sound and pictures, tells who they are from, and how loud', async () => {
  await meet(['Ada', 'Ben']);
  const [stream, ...more] = await told('Ada');
  assert.deepEqual(more, []);
  assert.equal(stream?.type, 'available');
  assert.equal(stream.alias, 'Ben');
  assert.deepEqual(stream.mediaTypes, ['AUDIO', 'VIDEO']);
  assert.ok(stream.participantId);

  const loudness = () =>
    page.evaluate((id) => window.harness.get('Ada').connection.audioLevels().get(id), stream.id ?? '');
  await until(loudness, (level = 0) => level > 0.2, { what: 'a loud tone' });
  await page.evaluate(() => window.harness.get('Ben').source.setLoudness(0));
  await until(loudness, (level = 1) => level < 0.01, { what: 'silence' });
  await closeAll();
});

test('changes what a published stream carries, without a new stream for the others', async () => {
  await meet(['Ada', 'Ben']);
  await page.evaluate(async () => {
    const { connection, source } = window.harness.get('Ben');
    source.stream.removeTrack(source.videoTrack);
    await connection.publish(source.stream, 'Ben');
    source.stream.addTrack(source.newVideoTrack());
    await connection.publish(source.stream, 'Ben');
  });
  await mediaFlows('Ada');
  assert.equal((await told('Ada')).length, 1);

  // A stream that begins with nothing gets its tracks one by one.
  await page.evaluate(async () => {
    const { connection, source } = window.harness.get('Ben');
    const later = new MediaStream();
    await connection.publish(later, 'later');
    later.addTrack(source.audioTrack);
    await connection.publish(later, 'later');
    later.addTrack(source.newVideoTrack());
    await connection.publish(later, 'later');
    Object.assign(source, { later });
  });
  const facts = (list: Told[]) => list.map(({ type, alias, mediaTypes }) => [type, alias, mediaTypes?.join()]);
  const seen = await until(
    () => told('Ada'),
    (list) => list.length >= 3,
    { what: 'a second stream' },
  );
  assert.deepEqual(facts(seen).slice(1), [
    ['available', 'later', 'AUDIO'],
    ['available', 'later', 'AUDIO,VIDEO'],
  ]);

  const states = await page.evaluate(async () => {
    const { connection, source } = window.harness.get('Ben');
    const later = Reflect.get(source, 'later') as MediaStream;
    await connection.unpublish(later);
    await connection.unpublish(later);
    await connection.unpublish(new MediaStream());
    return later.getTracks().map(({ readyState }) => readyState);
  });
  assert.deepEqual(states, ['live', 'live'], 'the tracks stay the caller’s');
  await untilTold('Ada', 'unavailable');
  await mediaFlows('Ada');
  assert.equal((await told('Ada')).length, 4);
  await closeAll();
});

test('a screen comes in mid-call as a stream of its own, goes alone, and comes again', async () => {
  await meet(['Ada', 'Ben']);
  const [camera] = await told('Ada');
  for (const round of [1, 2]) {
    await share('Ben');
    const { id, ...screen } = (await untilTold('Ada', 'available', 1 + round)).at(-1) ?? {};
    const { participantId } = camera ?? {};
    assert.deepEqual(screen, {
      type: 'available',
      participantId,
      alias: 'screenshare',
      mediaTypes: ['AUDIO', 'VIDEO'],
    });
    await Promise.all([mediaFlows('Ada', 'screenshare'), mediaFlows('Ada', 'Ben')]);
    assert.equal((await received('Ada', 'screenshare')).width, 320);

    await stopSharing('Ben');
    const gone = (await untilTold('Ada', 'unavailable', round)).at(-1);
    assert.deepEqual(gone, { type: 'unavailable', id });
    await mediaFlows('Ada', 'Ben');
  }
  assert.equal((await told('Ada')).length, 5);
  await closeAll();
});

test('two share their screens at once, and each ends its own', async () => {
  await meet(['Ada', 'Ben']);
  await Promise.all([share('Ada'), share('Ben')]);
  await Promise.all(['Ada', 'Ben'].map((name) => mediaFlows(name, 'screenshare')));
  await Promise.all(['Ada', 'Ben'].map((name) => mediaFlows(name)));
  await stopSharing('Ada');
  await untilTold('Ben', 'unavailable');
  await mediaFlows('Ada', 'screenshare');
  assert.deepEqual(await aliasesSeenBy('Ben'), ['Ada']);
  assert.deepEqual(await aliasesSeenBy('Ada'), ['Ben', 'screenshare']);
  await closeAll();
});

for (const when of ['before it broke', 'while it is restored'] as const) {
  test(`a screen that was shared ${when} is there after the connection was restored`, async () => {
    const routes = await interceptSockets();
    await meet(['Ada', 'Ben']);
    if (when === 'before it broke') {
      await share('Ben');
      await mediaFlows('Ada', 'screenshare');
    }
    await routes[1]?.close({ code: 1008 });
    await untilTold('Ben', 'interrupted');
    if (when === 'while it is restored') await share('Ben');
    await untilTold('Ben', 'connected');
    const returning = when === 'before it broke' ? 4 : 3;
    const list = await untilTold('Ada', 'available', returning);
    assert.deepEqual(
      list
        .filter(({ type }) => type === 'available')
        .slice(-2)
        .map(({ alias }) => alias)
        .sort(),
      ['Ben', 'screenshare'],
    );
    await Promise.all(['Ben', 'screenshare'].map((alias) => mediaFlows('Ada', alias)));
    await stopSharing('Ben');
    await until(
      () => aliasesSeenBy('Ada'),
      (aliases) => aliases.join() === 'Ben',
      { what: 'the camera alone' },
    );
    await mediaFlows('Ada');
    await closeAll();
  });
}

test('who comes back sees the screens of the others again', async () => {
  const routes = await interceptSockets();
  await meet(['Ada', 'Ben']);
  await share('Ben');
  await mediaFlows('Ada', 'screenshare');
  await routes[0]?.close({ code: 1008 });
  await untilTold('Ada', 'connected');
  await until(
    () => aliasesSeenBy('Ada'),
    (list) => list.join() === 'Ben,screenshare',
    { what: 'both streams' },
  );
  await Promise.all(['Ben', 'screenshare'].map((alias) => mediaFlows('Ada', alias)));
  await closeAll();
});

/** Puts another camera and another microphone, which is silent, in the place of those that were published. */
function changeDevices(name: string) {
  return page.evaluate((who) => {
    const { connection, source } = window.harness.get(who);
    for (const track of source.stream.getTracks()) {
      source.stream.removeTrack(track);
      track.stop();
    }
    source.stream.addTrack(source.newVideoTrack(320));
    source.stream.addTrack(source.newAudioTrack());
    return connection.publish(source.stream, who);
  }, name);
}

function loudness(listener: string) {
  return page.evaluate((name) => Math.max(0, ...window.harness.get(name).connection.audioLevels().values()), listener);
}

test('changing camera and microphone negotiates nothing, and the others keep the stream', async () => {
  let negotiations = 0;
  await interceptSockets((_, message) => {
    if (/"(offer|answer)Sdp"/.test(message)) negotiations++;
    return false;
  });
  await meet(['Ada', 'Ben']);
  await until(
    () => loudness('Ada'),
    (level) => level > 0.2,
    { what: 'a loud tone' },
  );
  const before = negotiations;
  await changeDevices('Ben');
  await until(
    () => received('Ada'),
    ({ width }) => width === 320,
    { what: 'the other camera' },
  );
  await until(
    () => loudness('Ada'),
    (level) => level < 0.01,
    { what: 'the other microphone' },
  );
  await mediaFlows('Ada');
  assert.equal(negotiations, before);
  assert.equal((await told('Ada')).length, 1);
  await closeAll();
});

test('devices that are changed while the first ones are still being negotiated take their place', async () => {
  const offers: string[] = [];
  let letThrough = () => {};
  await page.routeWebSocket('**', (route) => {
    const platform = route.connectToServer();
    route.onMessage((message) => {
      const text = String(message);
      if (text.includes('"offerSdp"')) offers.push(text);
      if (text.includes('m=video') && text.includes('"offerSdp"')) letThrough = () => platform.send(message);
      else platform.send(message);
    });
  });
  await page.reload();
  await page.evaluate(async () => {
    const room = 'provider-hurry';
    await window.harness.join('Ada', { room });
    const { connection, source } = await window.harness.join('Ben', { room });
    Object.assign(source, { publishing: connection.publish(source.stream, 'Ben') });
  });
  await until(
    () => offers.length,
    (count) => count === 2,
    { what: 'an offer that is held back' },
  );
  const changing = changeDevices('Ben');
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)));
  letThrough();
  await changing;
  await page.evaluate(() => Reflect.get(window.harness.get('Ben').source, 'publishing') as Promise<void>);
  await until(
    () => received('Ada'),
    ({ width }) => width === 320,
    { what: 'the other camera' },
  );
  await mediaFlows('Ada');
  assert.ok((await loudness('Ada')) < 0.01);
  assert.equal(offers.length, 2);
  assert.deepEqual(
    (await told('Ada')).map(({ type, alias }) => [type, alias]),
    [['available', 'Ben']],
  );
  await closeAll();
});

function statistics(name: string) {
  return page.evaluate((who) => window.harness.get(who).connection.statistics(), name);
}

/** A datagram with media: neither control packets (RFC 5761, section 4) nor ICE and DTLS (RFC 7983, section 7). */
function isMedia(datagram: unknown): boolean {
  if (!(datagram instanceof Uint8Array)) return false;
  const [first = 0, second = 0] = datagram;
  return first >= 128 && first <= 191 && (second < 192 || second > 223);
}

function dropsEveryFifth(): (datagram: unknown) => boolean {
  let count = 0;
  return (datagram) => isMedia(datagram) && ++count % 5 === 0;
}

test('measures losses in both directions, the way, and how the pictures come', async (t) => {
  await meet(['Ada', 'Ben']);
  const before = await until(
    () => statistics('Ada'),
    ({ framesPerSecond = 0, sentFractionLost }) => framesPerSecond > 3 && sentFractionLost === 0,
    { what: 'all figures' },
  );
  const { packetsReceived = 0, packetsLost, roundTripMilliseconds = -1 } = before;
  assert.ok(packetsReceived > 10);
  assert.equal(packetsLost, 0);
  assert.ok(roundTripMilliseconds >= 0 && roundTripMilliseconds < 1000);

  const [isLostOnTheWayOut, isLostOnTheWayIn] = [dropsEveryFifth(), dropsEveryFifth()];
  const { send, emit } = Socket.prototype;
  t.mock.method(Socket.prototype, 'send', function (this: Socket, ...values: Parameters<typeof send>) {
    if (!isLostOnTheWayOut(values[0])) Reflect.apply(send, this, values);
  });
  t.mock.method(Socket.prototype, 'emit', function (this: Socket, ...values: Parameters<typeof emit>) {
    return !isLostOnTheWayIn(values[1]) && Reflect.apply(emit, this, values);
  });
  await until(
    () => statistics('Ada'),
    (now) => (now.packetsLost ?? 0) > 20 && (now.sentFractionLost ?? 0) > 0.1,
    { what: 'losses' },
  );
  t.mock.restoreAll();
  await closeAll();
});

test('measures nothing without a connection, and never fails', async () => {
  const routes = await interceptSockets();
  await meet(['Ada', 'Ben'], { renewalFailure: 'endpoint-unreachable' });
  await routes[1]?.close({ code: 1008 });
  await untilTold('Ben', 'interrupted');
  assert.deepEqual(await statistics('Ben'), {});
  const closing = await page.evaluate(() => {
    const { connection } = window.harness.get('Ada');
    const reading = connection.statistics();
    connection.close();
    return Promise.all([reading, connection.statistics()]);
  });
  assert.deepEqual(closing, [{}, {}]);
  await closeAll();
});

test('says so when the platform takes nothing of a stream, and leaves no ghost of it', async () => {
  await meet(['Ada', 'Ben']);
  const [{ participantId = '' } = {}] = await told('Ada');
  const publishAs = (alias: string) =>
    page.evaluate(async (name) => {
      const { connection, source } = window.harness.get('Ben');
      const stream = new MediaStream([source.newVideoTrack()]);
      return connection.publish(stream, name).then(
        () => 'published',
        (error: unknown) => Reflect.get(Object(error), 'code') as unknown,
      );
    }, alias);
  const permit = (publishPermissions: string[]) =>
    Object.assign(server.platform?.registry.participant(participantId) ?? {}, { publishPermissions });
  permit(['AUDIO']);
  assert.equal(await publishAs('refused'), 'publish-failed');
  permit(['AUDIO', 'VIDEO']);
  assert.equal(await publishAs('taken'), 'published');
  await until(
    () => aliasesSeenBy('Ada'),
    (list) => list.join() === 'Ben,taken',
    { what: 'the stream that was taken' },
  );
  await closeAll();
});

test('a socket that is away for two seconds is not noticed, and publishing waits for it', async () => {
  let isCut = false;
  const routes: WebSocketRoute[] = [];
  await page.routeWebSocket('**', (route) => {
    if (isCut) return void route.close({ code: 1011 });
    routes.push(route);
    route.connectToServer();
  });
  await page.reload();
  await meet(['Ada', 'Ben']);
  isCut = true;
  await Promise.all(routes.map((route) => route.close({ code: 1011 })));
  const publishing = page.evaluate(() => {
    const { connection, source } = window.harness.get('Ben');
    return connection.publish(new MediaStream([source.newVideoTrack()]), 'screen');
  });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  await mediaFlows('Ada');
  isCut = false;
  await publishing;
  const seen = await until(
    () => told('Ada'),
    (list) => list.length > 1,
    { what: 'the second stream' },
  );
  assert.deepEqual(
    seen.map(({ type, alias }) => [type, alias]),
    [
      ['available', 'Ben'],
      ['available', 'screen'],
    ],
  );
  await closeAll();
});

for (const lost of ['offer', 'answer'] as const) {
  test(`a socket that drops before the ${lost} got through delays publishing, and leaves no ghost`, async () => {
    let isArmed = false;
    await interceptSockets((route, message) => {
      if (!isArmed || !message.includes('"offerSdp"')) return false;
      isArmed = false;
      if (lost === 'offer') void route.close({ code: 1011 });
      else setTimeout(() => void route.close({ code: 1011 }), 0);
      return lost === 'offer';
    });
    await meet(['Ada', 'Ben']);
    isArmed = true;
    await page.evaluate(() => {
      const { connection, source } = window.harness.get('Ben');
      return connection.publish(new MediaStream([source.newVideoTrack()]), 'first');
    });
    await page.evaluate(() => {
      const { connection, source } = window.harness.get('Ben');
      return connection.publish(new MediaStream([source.newVideoTrack()]), 'second');
    });
    await until(
      () => aliasesSeenBy('Ada'),
      (list) => list.join() === 'Ben,first,second',
      { what: 'three streams, each once' },
    );
    await mediaFlows('Ada');
    await closeAll();
  });
}

test('a session that breaks is replaced, and everything published again', async () => {
  const routes = await interceptSockets();
  await meet(['Ada', 'Ben']);
  // The policy was violated, says the platform: this socket must not come back.
  await routes[1]?.close({ code: 1008 });
  await untilTold('Ben', 'connected');
  assert.deepEqual(
    (await told('Ben')).map(({ type }) => type),
    ['available', 'interrupted', 'unavailable', 'available', 'connected'],
  );
  await mediaFlows('Ben');
  await untilTold('Ada', 'available', 2);
  await mediaFlows('Ada');
  assert.deepEqual(
    (await told('Ada')).map(({ type }) => type),
    ['available', 'unavailable', 'available'],
  );
  // Nothing of the former session is left: two participants have two sockets and four peer connections.
  const { sockets, peerConnections } = await page.evaluate(() => window.harness.leftovers());
  assert.deepEqual({ sockets, peerConnections }, { sockets: 2, peerConnections: 4 });
  await closeAll();
});

test('after coming back as somebody new, nobody meets their former self', async () => {
  const routes = await interceptSockets();
  await meet(['Ada', 'Ben'], { isForgotten: true });
  await routes[1]?.close({ code: 1008 });
  await untilTold('Ben', 'connected');
  await untilTold('Ben', 'available', 2);
  // The platform keeps the former device for a while, so by now it has offered its streams.
  const list = await untilTold('Ada', 'available', 2);
  assert.deepEqual(new Set(list.map(({ alias }) => alias)), new Set(['Ben']));
  await mediaFlows('Ben');
  assert.ok((await told('Ben')).every(({ type, alias }) => type !== 'available' || alias === 'Ada'));
  await closeAll();
});

test('who is removed is told so, and is not connected again', async () => {
  await meet(['Ada', 'Ben']);
  const [stream] = await told('Ada');
  server.platform?.registry.deleteParticipant(stream?.participantId ?? '');
  const list = await untilTold('Ben', 'closed');
  assert.deepEqual(list.slice(1), [{ type: 'closed', code: 'removed' }]);
  await untilTold('Ada', 'unavailable');
  const { sockets, peerConnections } = await page.evaluate(() => window.harness.leftovers());
  assert.deepEqual({ sockets, peerConnections }, { sockets: 1, peerConnections: 2 });
  await closeAll();
});

test('a final answer of the endpoint ends the attempts to come back', async () => {
  const routes = await interceptSockets();
  await meet(['Ada', 'Ben'], { renewalFailure: 'endpoint-unauthorized' });
  await routes[1]?.close({ code: 1008 });
  const list = await untilTold('Ben', 'closed');
  assert.deepEqual(list.slice(1), [{ type: 'interrupted' }, { type: 'closed', code: 'endpoint-unauthorized' }]);
  await closeAll();
});

test('gives up coming back after two minutes', async () => {
  await page.close();
  page = await openPage({ hasClock: true });
  const routes = await interceptSockets();
  await meet(['Ada', 'Ben'], { renewalFailure: 'endpoint-unreachable' });
  await routes[1]?.close({ code: 1008 });
  await untilTold('Ben', 'interrupted');
  await page.clock.runFor(100_000);
  assert.deepEqual((await told('Ben')).slice(1), [{ type: 'interrupted' }]);
  await page.clock.runFor(30_000);
  assert.deepEqual((await told('Ben')).slice(1), [
    { type: 'interrupted' },
    { type: 'closed', code: 'connection-lost' },
  ]);
  await closeAll();
});

for (const missing of ['the endpoint', 'the platform'] as const) {
  test(`leaving while ${missing} is waited for leaves nothing behind, and says nothing`, async () => {
    let isAway = false;
    const routes: WebSocketRoute[] = [];
    await page.routeWebSocket('**', (route) => {
      routes.push(route);
      if (!isAway) route.connectToServer();
    });
    await page.reload();
    await meet(['Ada', 'Ben'], missing === 'the endpoint' ? { renewalFailure: 'endpoint-unreachable' } : {});
    isAway = true;
    await routes[1]?.close({ code: 1008 });
    await untilTold('Ben', 'interrupted');
    if (missing === 'the platform')
      await until(
        () => routes.length,
        (count) => count === 3,
        { what: 'a new socket' },
      );
    const before = await told('Ben');
    await closeAll();
    assert.deepEqual(await told('Ben'), before);
  });
}

test('leaving in the middle of publishing does not stop the tracks', async () => {
  let isOffered = false;
  await interceptSockets((_, message) => {
    isOffered ||= message.includes('m=video');
    return isOffered;
  });
  await page.evaluate(async () => {
    const { connection, source } = await window.harness.join('Ada', { room: 'provider' });
    void connection.publish(source.stream).catch(() => undefined);
  });
  await until(() => isOffered, Boolean, { what: 'an offer that stays unanswered' });
  await closeAll();
});

test('leaving is told to the platform at once, and leaves nothing behind with the socket away either', async () => {
  const routes = await interceptSockets();
  await meet(['Ada', 'Ben']);
  await page.evaluate(() => window.harness.get('Ben').connection.close());
  await untilTold('Ada', 'unavailable');
  await routes[0]?.close({ code: 1011 });
  await closeAll();
});
