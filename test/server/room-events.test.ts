import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import test, { type TestContext } from 'node:test';
import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { EventLog } from '../../demo/server/event-log.js';
import { createEventRoutes } from '../../demo/server/event-routes.js';
import { DEFAULT_EVENT_STREAM_LIMITS, EventStreams, type EventStreamLimits } from '../../demo/server/event-streams.js';
import { answerTo } from '../../demo/server/http.js';
import { crossOrigin, type AllowedOrigins } from '../../demo/server/origins.js';
import { Problem } from '../../demo/server/problem.js';
import type { Snapshot } from '../../demo/server/room-facts.js';
import { startServer, type StartServerOptions } from '../../demo/server/start-server.js';
import { EventReader, type ReceivedEvent } from '../helpers/event-reader.js';
import { until } from '../helpers/until.js';
import { ROOM, setUpChannel, turnEnd } from './channel-set-up.js';

const ORIGIN = 'https://example.com';

/** The channel alone, on real HTTP. Who holds a seat in which room is the test's to say. */
async function setUp(t: TestContext, limits: Partial<EventStreamLimits> = {}, allowedOrigins: AllowedOrigins = []) {
  const log = new EventLog();
  const seats = new Map([
    ['ada', 'standup'],
    ['bob', 'standup'],
    ['eve', 'other'],
  ]);
  let snapshots = 0;
  const heard: string[] = [];
  const streams = new EventStreams({
    log,
    limits: { ...DEFAULT_EVENT_STREAM_LIMITS, ...limits },
    snapshot: (room, bearer) => ({ room: { name: room }, self: bearer, taken: ++snapshots }),
    opened: (bearer) => heard.push(`${bearer} listens`),
    settle: () => {},
    ended: (bearer) => heard.push(`${bearer} does not listen`),
  });
  const roomOf = (bearer: string | undefined): string => {
    const room = seats.get(bearer ?? '');
    if (room === undefined) throw new Problem(401, 'You are not in this room any more. Join again.');
    return room;
  };
  const logged: string[] = [];
  const app = new Hono();
  app.onError((error) => answerTo(error, (message) => logged.push(message)));
  app.use(crossOrigin(allowedOrigins));
  app.route('/', createEventRoutes(streams, { roomOf }));
  const listener = getRequestListener(app.fetch);
  const server = createServer((request, response) => void listener(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/rooms/join`;
  const readers: EventReader[] = [];
  t.after(async () => {
    for (const reader of readers) reader.close();
    streams.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
    assert.equal(streams.count, 0);
    assert.deepEqual(logged, []);
  });

  const post = (bearer: string, headers = {}) =>
    fetch(new URL('events', url), { method: 'POST', headers: { authorization: `Bearer ${bearer}`, ...headers } });
  async function ticket(bearer: string): Promise<URL> {
    const { events } = (await (await post(bearer)).json()) as { events: string };
    return new URL(events, url);
  }
  async function listen(address: URL, lastId?: { header?: string; query?: string }): Promise<EventReader> {
    const withQuery = new URL(address);
    if (lastId?.query !== undefined) withQuery.searchParams.set('lastEventId', lastId.query);
    const reader = await EventReader.open(withQuery, lastId?.header ? { 'last-event-id': lastId.header } : {});
    readers.push(reader);
    return reader;
  }
  const publish = (number: number, room = 'standup'): void => log.publish(room, 'call-changed', { number });
  /** A connection that sends the request and reads nothing. */
  function request(address: URL): Socket {
    const socket = connect(Number(address.port), '127.0.0.1');
    t.after(() => socket.destroy());
    socket.pause();
    socket.on('error', () => {});
    socket.write(`GET ${address.pathname}${address.search} HTTP/1.1\r\nHost: a\r\n\r\n`);
    return socket;
  }
  return { url, server, log, streams, seats, heard, post, ticket, listen, publish, request };
}

const numbers = (events: readonly ReceivedEvent[]) =>
  events.map(({ type, data }) => (type === 'snapshot' ? 'snapshot' : (data as { number: number }).number));

async function problem(response: Response): Promise<[status: number, code: string]> {
  return [response.status, ((await response.json()) as { code: string }).code];
}

test('who listens gets a snapshot first, then what happens in the room, in its order', async (t) => {
  const { listen, ticket, publish } = await setUp(t);
  publish(0);
  const reader = await listen(await ticket('ada'));
  const [snapshot] = await reader.take(1);
  assert.equal(snapshot?.type, 'snapshot');
  assert.deepEqual(snapshot.data, { room: { name: 'standup' }, self: 'ada', taken: 1 });
  for (const number of [1, 2, 3]) publish(number);
  publish(4, 'other');
  publish(5);
  const events = await reader.take(4);
  assert.deepEqual(numbers(events), [1, 2, 3, 5]);
  const epoch = snapshot.id.replace(/-0$/, '');
  assert.deepEqual(
    events.map(({ id }) => id),
    [1, 2, 3, 4].map((number) => `${epoch}-${number}`),
  );
  assert.equal(reader.retry, 1000);
  const { headers } = reader.response;
  assert.equal(headers.get('cache-control'), 'no-store, no-transform');
  assert.equal(headers.get('x-accel-buffering'), 'no');
});

test('text of any content arrives as it was', async (t) => {
  const { listen, ticket, log } = await setUp(t);
  const reader = await listen(await ticket('ada'));
  await reader.next();
  const data = { name: 'a\n\nevent: x\r\ndata: {}\u2028李雷 🙂\0' };
  log.publish('standup', 'call-changed', data);
  assert.deepEqual((await reader.next())?.data, data);
});

test('who was cut off gets what was missed, once, by header and by query', async (t) => {
  const { listen, ticket, publish } = await setUp(t);
  const address = await ticket('ada');
  const first = await listen(address);
  const [snapshot] = await first.take(1);
  for (const number of [1, 2]) publish(number);
  const [, second] = await first.take(2);
  first.close();
  for (const number of [3, 4]) publish(number);
  const table: [lastId: { header?: string; query?: string }, missed: number[]][] = [
    [{ header: second?.id ?? '' }, [3, 4]],
    [{ query: second?.id ?? '' }, [3, 4]],
    [{ header: second?.id ?? '', query: snapshot?.id ?? '' }, [3, 4]],
    [{ query: snapshot?.id ?? '' }, [1, 2, 3, 4]],
  ];
  const resumed = await Promise.all(table.map(([lastId]) => listen(address, lastId)));
  publish(5);
  for (const [index, [, missed]] of table.entries())
    assert.deepEqual(numbers((await resumed[index]?.take(missed.length + 1)) ?? []), [...missed, 5]);
});

test('who missed nothing gets nothing but what comes', async (t) => {
  const { listen, ticket, publish } = await setUp(t);
  const address = await ticket('ada');
  const [snapshot] = await (await listen(address)).take(1);
  const again = await listen(address, { query: snapshot?.id ?? '' });
  publish(1);
  assert.deepEqual(numbers(await again.take(1)), [1]);
});

test('an id that says nothing here gets a fresh snapshot', async (t) => {
  const { listen, ticket, publish, log } = await setUp(t);
  const address = await ticket('ada');
  const reader = await listen(address);
  publish(1);
  const [, newest] = await reader.take(2);
  const [epoch = ''] = newest?.id.split('-') ?? [];
  const big = 'x'.repeat(100_000);
  const table: [what: string, id: string, before?: () => void][] = [
    ['nothing', ''],
    ['rubbish', 'rubbish'],
    ['another epoch', `0${epoch}-1`],
    ['the future', `${epoch}-2`],
    ['a negative number', `${epoch}--1`],
    ['no number', `${epoch}-1e1`],
    ['too many events', `${epoch}-1`, () => Array.from({ length: 501 }, (_, index) => publish(index))],
    ['too many bytes', `${epoch}-502`, () => [1, 2, 3].forEach(() => log.publish('standup', 'x', { big }))],
    ['a room that was ended and opened again', `${epoch}-505`, () => log.end('standup')],
  ];
  for (const [what, id, before] of table) {
    before?.();
    const [first] = await (await listen(address, { query: id })).take(1);
    assert.equal(first?.type, 'snapshot', what);
  }
});

test('five hundred events can be missed', async (t) => {
  const { listen, ticket, publish } = await setUp(t);
  const address = await ticket('ada');
  const [snapshot] = await (await listen(address)).take(1);
  const missed = Array.from({ length: 500 }, (_, index) => index);
  missed.forEach((number) => publish(number));
  assert.deepEqual(numbers(await (await listen(address, { query: snapshot?.id ?? '' })).take(500)), missed);
});

test('between snapshot and stream nothing is lost and nothing comes twice', async (t) => {
  const { listen, ticket, publish } = await setUp(t, { streamsPerSeat: 100 });
  const address = await ticket('ada');
  await listen(address);
  let published = 0;
  const timer = setInterval(() => publish(++published), 1);
  t.after(() => clearInterval(timer));
  for (let round = 0; round < 20; round++) {
    const reader = await listen(address);
    const [snapshot, ...events] = await reader.take(4);
    const [, first] = /-(\d+)$/.exec(snapshot?.id ?? '') ?? [];
    assert.deepEqual(
      numbers(events),
      [1, 2, 3].map((step) => Number(first) + step),
    );
    reader.close();
  }
});

test('a ticket opens streams for its time, and for the same time after its last stream', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() });
  const { listen, ticket, streams } = await setUp(t);
  const address = await ticket('ada');
  const open = async () => (await fetch(address, { method: 'HEAD' })).status;
  assert.equal(await open(), 405, 'a HEAD opens nothing');
  t.mock.timers.tick(59_999);
  const reader = await listen(address);
  await reader.next();
  t.mock.timers.tick(600_000);
  const second = await listen(address);
  await second.next();
  reader.close();
  second.close();
  await until(
    () => streams.count,
    (count) => count === 0,
    { what: 'both are gone' },
  );
  t.mock.timers.tick(59_999);
  const third = await listen(address);
  third.close();
  await until(
    () => streams.count,
    (count) => count === 0,
    { what: 'the third is gone' },
  );
  t.mock.timers.tick(60_000);
  assert.deepEqual(await problem(await fetch(address)), [401, 'endpoint-unauthorized']);
});

test('no ticket, a wrong one, or a bearer of nobody opens nothing', async (t) => {
  const { url, post, ticket } = await setUp(t);
  const address = await ticket('ada');
  const table: (() => Promise<Response>)[] = [
    () => fetch(new URL('events', url)),
    () => fetch(new URL('events?ticket=', url)),
    () => fetch(new URL('events?ticket=constructor', url)),
    () => fetch(`${address.href}x`),
    () => fetch(new URL('events', url), { headers: { authorization: 'Bearer ada' } }),
    () => fetch(new URL('events', url), { method: 'POST' }),
    () => post('nobody'),
    () => post(address.searchParams.get('ticket') ?? ''),
  ];
  for (const request of table) assert.deepEqual(await problem(await request()), [401, 'endpoint-unauthorized']);
  const response = await fetch(address, { method: 'DELETE' });
  assert.deepEqual([response.status, response.headers.get('allow')], [405, 'GET, POST']);
});

test('a seat that ends takes its streams and tickets along, and nobody else', async (t) => {
  const { listen, ticket, streams, seats, publish } = await setUp(t);
  const [adaAddress, bobAddress] = [await ticket('ada'), await ticket('bob')];
  const [ada, bob] = [await listen(adaAddress), await listen(bobAddress)];
  publish(1);
  seats.delete('ada');
  streams.endSeat('ada');
  publish(2);
  assert.deepEqual(numbers(await ada.rest()), ['snapshot', 1]);
  assert.deepEqual(numbers(await bob.take(3)), ['snapshot', 1, 2]);
  assert.equal((await fetch(adaAddress)).status, 401);
  assert.equal(streams.count, 1);
});

test('a room that ends takes its streams along, and one of the same name begins anew', async (t) => {
  const { listen, ticket, log, publish } = await setUp(t);
  const address = await ticket('ada');
  const reader = await listen(address);
  publish(1);
  log.end('standup');
  const events = await reader.rest();
  assert.deepEqual(numbers(events), ['snapshot', 1]);
  publish(2);
  const [snapshot] = await (await listen(address, { query: events[1]?.id ?? '' })).take(1);
  assert.match(snapshot?.id ?? '', /-0$/);
  assert.notEqual(snapshot?.id.split('-')[0], events[0]?.id.split('-')[0]);
});

test('of too many streams of a seat the oldest ends', async (t) => {
  const { listen, ticket, streams, publish } = await setUp(t);
  const address = await ticket('ada');
  const other = await ticket('ada');
  const readers = [];
  for (const each of [address, other, address, other, address]) readers.push(await listen(each));
  assert.deepEqual(numbers((await readers[0]?.rest()) ?? []), ['snapshot']);
  assert.equal(streams.count, 4);
  publish(1);
  for (const reader of readers.slice(1)) assert.deepEqual(numbers(await reader.take(2)), ['snapshot', 1]);
});

test('of too many tickets of a seat the oldest is void', async (t) => {
  const { listen, ticket } = await setUp(t);
  const addresses = [];
  for (let count = 0; count < 9; count++) addresses.push(await ticket('ada'));
  const [oldest, second] = addresses;
  assert.ok(oldest && second);
  assert.equal((await fetch(oldest)).status, 401);
  await (await listen(second)).take(1);
});

test('the server takes only so many streams', async (t) => {
  const { listen, ticket } = await setUp(t, { maxStreams: 2 });
  await listen(await ticket('ada'));
  const bob = await listen(await ticket('bob'));
  const response = await fetch(await ticket('eve'));
  assert.equal(response.headers.get('retry-after'), '60');
  assert.deepEqual(await problem(response), [503, 'endpoint-failed']);
  bob.close();
  const address = await ticket('eve');
  await until(
    async () => {
      const retried = await fetch(address, { signal: AbortSignal.timeout(5000) });
      await retried.body?.cancel();
      return retried.status;
    },
    (status) => status === 200,
    { what: 'a seat is free' },
  );
});

test('a stream in which nothing happens gets a comment now and then', async (t) => {
  const { listen, ticket, publish } = await setUp(t, { heartbeatMilliseconds: 5 });
  const reader = await listen(await ticket('ada'));
  await reader.next();
  const next = reader.next();
  await until(
    () => reader.comments.length,
    (count) => count >= 3,
    { what: 'three comments come' },
  );
  publish(1);
  assert.deepEqual((await next)?.data, { number: 1 });
});

test('what is for some seats alone comes to them alone, also later', async (t) => {
  const { listen, ticket, log } = await setUp(t, {});
  const addresses = { ada: await ticket('ada'), bob: await ticket('bob') };
  const first = { ada: await listen(addresses.ada), bob: await listen(addresses.bob) };
  const [begin] = await first.ada.take(1);
  const table: [to: string[] | undefined, number: number][] = [
    [['ada'], 1],
    [['bob'], 2],
    [['ada', 'bob', 'eve', 'nobody'], 3],
    [[], 4],
    [undefined, 5],
  ];
  for (const [to, number] of table) log.publish('standup', 'mute', { number }, to);
  assert.deepEqual(numbers(await first.ada.take(3)), [1, 3, 5]);
  assert.deepEqual(numbers(await first.bob.take(4)), ['snapshot', 2, 3, 5]);
  const again = {
    ada: await listen(addresses.ada, { query: begin?.id ?? '' }),
    bob: await listen(addresses.bob, { query: begin?.id ?? '' }),
  };
  log.publish('standup', 'mute', { number: 6 });
  assert.deepEqual(numbers(await again.ada.take(4)), [1, 3, 5, 6]);
  assert.deepEqual(numbers(await again.bob.take(4)), [2, 3, 5, 6]);
});

test('it is told when a seat begins to listen and when it no longer does, however many streams it has', async (t) => {
  const { listen, ticket, streams, heard } = await setUp(t, { streamsPerSeat: 2 });
  const address = await ticket('ada');
  const countIs = (wanted: number) =>
    until(
      () => streams.count,
      (count) => count === wanted,
      { what: `${wanted} listen` },
    );
  const readers = [await listen(address), await listen(address), await listen(address)];
  await listen(await ticket('bob'));
  assert.deepEqual(heard, ['ada listens', 'bob listens']);
  readers[1]?.close();
  await countIs(2);
  assert.equal(heard.length, 2);
  readers[2]?.close();
  await countIs(1);
  await listen(address);
  assert.deepEqual(heard.slice(2), ['ada does not listen', 'ada listens']);
  // Whose seat ends is nobody any more.
  streams.endSeat('ada');
  assert.equal(heard.length, 4);
});

test('a snapshot that fails leaves nothing open', async (t) => {
  const { streams } = await setUp(t);
  const failing = new EventStreams({
    log: new EventLog(),
    limits: DEFAULT_EVENT_STREAM_LIMITS,
    snapshot: () => assert.fail('no such member'),
    opened: () => {},
    settle: () => {},
    ended: () => {},
  });
  const ticket = failing.issueTicket('ada', 'standup');
  assert.throws(() => failing.open(ticket, { lastId: undefined, cut: () => {} }), /no such member/);
  assert.deepEqual([failing.count, streams.count], [0, 0]);
});

test('a page that goes away frees all that it held', async (t) => {
  const { listen, ticket, streams, publish } = await setUp(t);
  const address = await ticket('ada');
  for (let round = 0; round < 10; round++) {
    const reader = await listen(address);
    if (round % 2) await reader.next();
    reader.close();
    publish(round);
    await until(
      () => streams.count,
      (count) => count === 0,
      { what: 'nobody listens' },
    );
  }
});

test('who goes away before the answer came frees all as well', async (t) => {
  const { ticket, streams, request } = await setUp(t);
  const address = await ticket('ada');
  for (let round = 0; round < 10; round++) {
    const socket = request(address);
    // At another moment of the way each time.
    for (let turn = 0; turn < round; turn++) await new Promise(setImmediate);
    socket.destroy();
    await once(socket, 'close');
  }
  await until(
    () => streams.count,
    (count) => count === 0,
    { what: 'nobody listens' },
  );
});

test('a reader that does not read is cut off, while others go on; it can resume', async (t) => {
  const { listen, ticket, streams, log, request } = await setUp(t, { maxBuffered: 64 * 1024 });
  const address = await ticket('ada');
  const bob = await listen(await ticket('bob'));
  const socket = request(address);
  const closed = once(socket, 'close');
  await until(
    () => streams.count,
    (count) => count === 2,
    { what: 'both listen' },
  );
  const text = 'x'.repeat(10_000);
  let published = 0;
  let last: ReceivedEvent | undefined = (await bob.take(1))[0];
  // More than the buffers of both ends of a connection hold.
  while (streams.count === 2 && published < 10_000) {
    log.publish('standup', 'message', { number: ++published, text });
    [last] = await bob.take(1);
  }
  assert.equal(streams.count, 1);
  assert.ok(published < 10_000);
  socket.resume();
  await closed;
  log.publish('standup', 'message', { number: published + 1, text });
  const back = await listen(address, { query: last?.id ?? '' });
  assert.deepEqual(numbers(await back.take(1)), [published + 1]);
  const late = await listen(address, { query: `${last?.id.split('-')[0]}-1` });
  assert.deepEqual(numbers(await late.take(1)), ['snapshot']);
});

test('a stream that has ended and is not read to its end is cut off', async (t) => {
  const { ticket, streams, log, server, request } = await setUp(t, {
    farewellMilliseconds: 100,
    maxBuffered: 64 * 1024 * 1024,
  });
  const address = await ticket('ada');
  const connected = once(server, 'connection');
  const socket = request(address);
  const [serverSide] = (await connected) as [Socket];
  await until(
    () => streams.count,
    (count) => count === 1,
    { what: 'it listens' },
  );
  const text = 'x'.repeat(1_000_000);
  for (let count = 0; count < 30; count++) log.publish('standup', 'message', { text });
  const cut = once(serverSide, 'close');
  streams.endSeat('ada');
  assert.equal(streams.count, 0);
  await cut;
  socket.resume();
  await once(socket, 'close');
});

test('a connection whose stream was read to its end can be used again', async (t) => {
  const { ticket, streams, request } = await setUp(t, { farewellMilliseconds: 1 });
  const address = await ticket('ada');
  const socket = request(address);
  let received = '';
  socket.setEncoding('utf8').on('data', (text: string) => (received += text));
  socket.resume();
  const seen = (pattern: RegExp) =>
    until(
      () => received,
      (text) => pattern.test(text),
      { what: String(pattern) },
    );
  await seen(/event: snapshot/);
  streams.endSeat('ada');
  await seen(/\r\n0\r\n\r\n$/);
  // The time for farewell is over then.
  await new Promise((resolve) => setTimeout(resolve, 20));
  socket.write(`GET ${address.pathname} HTTP/1.1\r\nHost: a\r\n\r\n`);
  await seen(/401 Unauthorized/);
});

test('pages of an allowed origin may listen, with or without credentials, and no others', async (t) => {
  const { listen, ticket, post } = await setUp(t, {}, [ORIGIN]);
  const address = await ticket('ada');
  const reader = await EventReader.open(address, { origin: ORIGIN, 'sec-fetch-site': 'cross-site' });
  t.after(() => reader.close());
  const { headers } = reader.response;
  assert.equal(headers.get('access-control-allow-origin'), ORIGIN);
  assert.equal(headers.get('access-control-allow-credentials'), 'true');
  assert.match(headers.get('vary') ?? '', /Origin/);
  assert.equal(headers.get('cache-control'), 'no-store, no-transform');
  assert.equal((await reader.next())?.type, 'snapshot');
  const refused = await fetch(address, { headers: { origin: 'https://evil.example' } });
  assert.deepEqual(await problem(refused), [403, 'endpoint-unauthorized']);
  assert.equal((await post('ada', { origin: 'https://evil.example' })).status, 403);
  assert.equal((await post('ada', { origin: ORIGIN })).headers.get('cache-control'), 'no-store');
  await (await listen(address)).take(1);
});

interface Joined {
  readonly participantId: string;
  readonly session: string;
  readonly links: { readonly events: string };
}

/** The whole server, on the local platform. */
async function startWhole(t: TestContext, options: StartServerOptions = {}) {
  const server = await startServer({ log: (message) => assert.fail(message), ...options });
  t.after(() => server.close());
  const url = `${server.url}/rooms/join`;
  async function ask(method: string, path: string, bearer?: string, body?: object): Promise<Response> {
    const headers: Record<string, string> = bearer === undefined ? {} : { authorization: `Bearer ${bearer}` };
    const response = await fetch(new URL(path, url), { method, headers, ...(body && { body: JSON.stringify(body) }) });
    assert.ok(response.ok, `${method} ${path}: ${response.status}`);
    return response;
  }
  const join = async (room: string, name: string, bearer?: string): Promise<Joined> =>
    (await (await ask('POST', 'join', bearer, { room, name })).json()) as Joined;
  const leave = ({ session }: Joined) => ask('DELETE', 'self', session);
  async function listen(joined: Joined, lastId = ''): Promise<EventReader> {
    const reader = await EventReader.open(new URL(`${joined.links.events}&lastEventId=${lastId}`, url));
    t.after(() => reader.close());
    return reader;
  }
  return { server, url, ask, join, leave, listen };
}

const typesOf = (events: readonly ReceivedEvent[]) => events.map(({ type }) => type);

test('the answer to a join opens the channel of that room; leaving closes it', async (t) => {
  const { url, ask, join, leave, listen } = await startWhole(t);
  const ada = await join('standup', 'Ada');
  const bob = await join('standup', 'Bob');
  const reader = await listen(ada);
  const snapshot = (await reader.next())?.data as Snapshot;
  const { room, self, participants, waiting, calls, messages } = snapshot;
  assert.deepEqual(
    participants.map(({ id, name, role, presence }) => [id, name, role, presence]),
    [
      [ada.participantId, 'Ada', 'moderator', 'joining'],
      [bob.participantId, 'Bob', 'guest', 'joining'],
    ],
  );
  assert.deepEqual([room.name, self.id, waiting, calls, messages], ['standup', ada.participantId, [], [], []]);
  assert.deepEqual(await (await ask('GET', 'participants', ada.session)).json(), participants);
  const others = await listen(bob);
  assert.ok(!('waiting' in ((await others.next())?.data as Snapshot)), 'a guest lets nobody in');
  const again = await join('standup', 'Ada', ada.session);
  const second = await listen(again);
  await second.next();
  await leave(bob);
  assert.equal((await fetch(new URL(bob.links.events, url))).status, 401);
  await leave(ada);
  const left = (await reader.rest()).at(-1);
  assert.deepEqual([left?.type, (await second.rest()).at(-1)?.id], ['participant-left', left?.id]);
  assert.equal((await fetch(new URL(again.links.events, url))).status, 401);
});

test('who is removed, and everybody when the room is ended, is told before the stream ends', async (t) => {
  const { ask, join, listen } = await startWhole(t);
  const ada = await join('standup', 'Ada');
  const bob = await join('standup', 'Bob');
  const eve = await join('standup', 'Eve');
  const readers = { ada: await listen(ada), bob: await listen(bob), eve: await listen(eve) };
  for (const reader of Object.values(readers)) await reader.next();
  await ask('DELETE', `participants/${bob.participantId}?reason=Enough.`, ada.session);
  const [removed, ...rest] = (await readers.bob.rest()).filter(({ type }) => type !== 'participant-changed');
  assert.deepEqual([removed?.type, removed?.data], ['removed', { text: 'Enough.' }]);
  assert.deepEqual(typesOf(rest), ['participant-left']);
  await ask('DELETE', 'room', ada.session);
  for (const reader of [readers.ada, readers.eve]) {
    const [left, ended, ...others] = (await reader.rest()).filter(({ type }) => type !== 'participant-changed');
    assert.deepEqual([left?.type, ended?.type, ended?.data], ['participant-left', 'room-ended', { reason: 'ended' }]);
    assert.deepEqual(others, []);
  }
});

test('a page that is cut off in a burst of messages misses none and gets none twice; nor does who comes later', async (t) => {
  const { ask, join, listen } = await startWhole(t);
  let ada = await join('standup', 'Ada');
  const bob = await join('standup', 'Bob');
  const sent = Array.from({ length: 20 }, (_, number) => `message-${number}`);
  const isForAda = (id: string) => sent.indexOf(id) % 3 === 0;
  async function send(ids: readonly string[]): Promise<void> {
    const to = ada.participantId;
    for (const id of ids)
      await ask('POST', 'messages', bob.session, { id, type: 'chat', data: { text: id }, ...(isForAda(id) && { to }) });
  }
  const received: string[] = [];
  let lastId = '';
  /** Comes back after every fourth message. */
  async function receive(count: number): Promise<void> {
    let reader = await listen(ada, lastId);
    while (received.length < count) {
      const event = await reader.next();
      assert.ok(event);
      lastId = event.id;
      if (event.type !== 'message') continue;
      if (received.push((event.data as { id: string }).id) % 4 > 0) continue;
      reader.close();
      reader = await listen(ada, lastId);
    }
  }
  await Promise.all([receive(10), send(sent.slice(0, 10))]);
  ada = await join('standup', 'Ada', ada.session);
  await Promise.all([receive(20), send(sent.slice(10))]);
  assert.deepEqual(received, sent);
  const history = async (joined: Joined) =>
    ((await (await listen(joined)).next())?.data as { messages: { id: string }[] }).messages.map(({ id }) => id);
  assert.deepEqual(await history(ada), sent);
  const eve = await join('standup', 'Eve');
  assert.deepEqual(
    await history(eve),
    sent.filter((id) => !isForAda(id)),
  );
});

test('what has just happened is in the snapshot, and does not come once more', async (t) => {
  const { rooms, publisher, events, snapshot, join } = setUpChannel(t);
  const streams = new EventStreams({
    log: events,
    limits: DEFAULT_EVENT_STREAM_LIMITS,
    snapshot: (_room, bearer) => snapshot(bearer),
    opened: (bearer) => rooms.channelOpened(bearer),
    settle: (room) => publisher.settle(room),
    ended: (bearer) => rooms.channelEnded(bearer),
  });
  t.after(() => streams.close());
  const { session } = await join('Ada', 'moderator');
  const reader = streams.open(streams.issueTicket(session, ROOM), { lastId: undefined, cut: () => {} }).getReader();
  await turnEnd();
  rooms.updateRoom(ROOM, { isLocked: true });
  await turnEnd();
  const texts: string[] = [];
  while (texts.length < 3) texts.push(new TextDecoder().decode((await reader.read()).value));
  assert.match(texts[1] ?? '', /event: snapshot\n.*"presence":"connected"/);
  assert.match(texts[2] ?? '', /event: room-changed\n/);
});

test('after a restart an old ticket is void, and an old id gets a snapshot', async (t) => {
  const first = await startWhole(t);
  const ada = await first.join('standup', 'Ada');
  const reader = await first.listen(ada);
  const snapshot = await reader.next();
  await first.server.close();
  assert.deepEqual(await reader.rest(), [], 'the server ends its streams');
  const second = await startWhole(t);
  assert.equal((await fetch(new URL(ada.links.events, second.url))).status, 401);
  const resumed = await second.listen(await second.join('standup', 'Ada', ada.session), snapshot?.id);
  assert.equal((await resumed.next())?.type, 'snapshot');
  resumed.close();
});
