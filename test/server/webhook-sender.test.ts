import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { RecordEntry, RecordType } from '../../demo/server/chronicle.js';
import { WebhookSender, type WebhookLimits, type WebhookRequest } from '../../demo/server/webhook-sender.js';

interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly entry: RecordEntry;
  readonly response: ServerResponse;
}

/** Receivers, each a path of one server. What is posted waits for the test to take and answer it. */
async function setUp(t: TestContext, limits: Partial<WebhookLimits> = {}) {
  const arrivals = new EventEmitter<{ posted: []; line: [] }>();
  const posted: Posted[] = [];
  const lines: string[] = [];
  const waits: number[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { url: path = '', headers } = request;
      posted.push({ path, headers, body, entry: JSON.parse(body) as RecordEntry, response });
      arrivals.emit('posted');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sender = new WebhookSender({
    limits,
    log: (line) => {
      lines.push(line);
      arrivals.emit('line');
    },
    // No time passes.
    wait: (milliseconds) => Promise.resolve(void waits.push(milliseconds)),
  });
  t.after(() => {
    sender.close();
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  /** The next one to this path that nobody has taken. */
  async function next(path = '/'): Promise<Posted> {
    for (;;) {
      const index = posted.findIndex((each) => each.path === path);
      const [found] = index < 0 ? [] : posted.splice(index, 1);
      if (found) return found;
      await once(arrivals, 'posted');
    }
  }
  async function take(count: number, path = '/'): Promise<RecordEntry[]> {
    const entries: RecordEntry[] = [];
    for (let taken = 0; taken < count; taken++) {
      const { entry, response } = await next(path);
      response.end();
      entries.push(entry);
    }
    return entries;
  }
  async function nextLine(): Promise<string> {
    while (lines.length === 0) await once(arrivals, 'line');
    return lines.shift() ?? '';
  }
  return { sender, url, posted, lines, waits, next, take, nextLine };
}

let count = 0;

function entry(type: RecordType = 'message', data: object = {}): RecordEntry {
  return { id: `entry-${++count}`, at: new Date().toISOString(), room: 'standup', type, data };
}

const numbers = (entries: readonly RecordEntry[]) => entries.map(({ data }) => (data as { number: number }).number);
const numbered = (number: number) => entry('message', { number });

test('an entry is posted as it is, signed as Standard Webhooks 1.0.0 has it', async (t) => {
  const { sender, url, next } = await setUp(t);
  const { secret, ...webhook } = sender.add({ url });
  assert.match(secret, /^whsec_[\w+/]{32}$/);
  assert.deepEqual(sender.list(), [webhook], 'without the secret');
  const sent = entry('participant-joined', { name: 'Ä 🙂 </script>' });
  const before = Math.floor(Date.now() / 1000);
  sender.send(sent);
  const { headers, body, entry: received, response } = await next();
  response.end();
  assert.deepEqual(received, sent);
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['webhook-id'], sent.id);
  const timestamp = String(headers['webhook-timestamp']);
  assert.ok(Number(timestamp) >= before && Number(timestamp) <= Date.now() / 1000);
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const expected = createHmac('sha256', key).update(`${sent.id}.${timestamp}.${body}`).digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${expected}`);
});

test('each has a secret of its own', async (t) => {
  const { sender, url } = await setUp(t);
  const [one, other] = [sender.add({ url }), sender.add({ url })];
  assert.notEqual(one.secret, other.secret);
  assert.notEqual(one.id, other.id);
});

test('who wants only some types gets only those', async (t) => {
  const { sender, url, take, posted } = await setUp(t);
  sender.add({ url: `${url}all` });
  sender.add({ url: `${url}some`, types: ['room-ended', 'message', 'message'] });
  sender.add({ url: `${url}none`, types: [] });
  for (const type of ['room-opened', 'message', 'call-changed', 'room-ended'] as const) sender.send(entry(type));
  const types = async (path: string, count: number) => (await take(count, path)).map(({ type }) => type);
  assert.deepEqual(await types('/all', 4), ['room-opened', 'message', 'call-changed', 'room-ended']);
  assert.deepEqual(await types('/some', 2), ['message', 'room-ended']);
  assert.deepEqual(posted, []);
  assert.deepEqual(sender.list()[1]?.types, ['room-ended', 'message']);
});

test('what cannot be a receiver is refused', async (t) => {
  const { sender, url } = await setUp(t, { receivers: 2 });
  const long = (length: number) => url + 'x'.repeat(length - url.length);
  const table: WebhookRequest[] = [
    { url: '' },
    { url: '/path' },
    { url: 'example.com' },
    { url: 'http://' },
    { url: 'http://a b/' },
    { url: 'ftp://example.com/' },
    { url: 'file:///etc/passwd' },
    { url: 'javascript:alert(1)' },
    { url: 'https://user@example.com/' },
    { url: 'https://:password@example.com/' },
    { url: long(2001) },
    { url, types: ['message', 'messages'] },
    { url, types: ['constructor'] },
  ];
  for (const request of table)
    assert.throws(() => sender.add(request), { name: 'Problem', status: 400 }, JSON.stringify(request));
  sender.add({ url: long(2000) });
  sender.add({ url: 'HTTPS://example.com:8443/a?b#c' });
  assert.throws(() => sender.add({ url }), { name: 'Problem', status: 409, code: 'endpoint-rejected' });
});

test('what was not taken is sent again, the same under the same id, before anything newer', async (t) => {
  const { sender, url, next, take, nextLine } = await setUp(t, { timeoutMilliseconds: 200 });
  const failures: [answer: (response: ServerResponse) => void, line: RegExp][] = [
    [(response) => response.writeHead(500).end(), /it answered 500/],
    [(response) => response.writeHead(404).end('x'.repeat(100_000)), /it answered 404/],
    [(response) => response.writeHead(302, { location: `${url}elsewhere` }).end(), /it answered 302/],
    [(response) => response.destroy(), /other side closed|socket hang up/],
    [() => undefined, /the receiver took too long/],
    [(response) => response.writeHead(429).flushHeaders(), /429|took too long/],
  ];
  const { id } = sender.add({ url });
  for (const [index, [answer, line]] of failures.entries()) {
    const [first, second] = [numbered(2 * index), numbered(2 * index + 1)];
    sender.send(first);
    sender.send(second);
    const tried = await next();
    answer(tried.response);
    assert.match(await nextLine(), new RegExp(`webhook ${id} could not be delivered: .*(${line.source})`));
    const again = await next();
    assert.deepEqual([tried.entry, again.entry], [first, first]);
    assert.equal(again.headers['webhook-id'], tried.headers['webhook-id']);
    again.response.writeHead(204).end();
    assert.deepEqual(await take(1), [second]);
  }
});

test('a receiver that cannot be reached is tried eight times, then disabled, and the log says so', async (t) => {
  const { sender, url, next, take, nextLine, lines } = await setUp(t);
  sender.add({ url: `${url}good` });
  const { id } = sender.add({ url: `${url}dead` });
  for (const number of [1, 2, 3]) sender.send(numbered(number));
  for (let tries = 1; tries <= 8; tries++) {
    const { entry: tried, response } = await next('/dead');
    assert.deepEqual(numbers([tried]), [1]);
    if (tries > 1) assert.equal(sender.list()[1]?.state, 'failing');
    response.writeHead(503).end();
  }
  assert.match(await nextLine(), /could not be delivered: it answered 503/);
  assert.match(await nextLine(), new RegExp(`webhook ${id} is disabled: .* 8 tries`));
  assert.equal(sender.list()[1]?.state, 'disabled');
  sender.send(numbered(4));
  assert.deepEqual(numbers(await take(4, '/good')), [1, 2, 3, 4], 'others are not slowed');
  assert.deepEqual(lines, []);
  assert.equal(sender.list()[0]?.state, 'active');
});

test('waits grow from seconds to hours, within about a day, and differ a little', async (t) => {
  for (const [random, factor] of [
    [0, 0.8],
    [0.5, 1],
    [1, 1.2],
  ] as const) {
    const { sender, url, next, nextLine, waits } = await setUp(t);
    t.mock.method(Math, 'random', () => random);
    sender.add({ url });
    sender.send(numbered(1));
    for (let tries = 0; tries < 8; tries++) (await next()).response.writeHead(500).end();
    assert.match((await nextLine()) + (await nextLine()), /disabled/);
    const seconds = [5, 60, 600, 3600, 10_800, 28_800, 43_200].map((wait) => wait * factor);
    assert.deepEqual(
      waits.map((wait) => Math.round(wait) / 1000),
      seconds,
    );
    sender.close();
  }
});

test('of too much that waits the oldest is lost, and the receiver is told how much', async (t) => {
  const { sender, url, next, take } = await setUp(t, { queueLength: 3 });
  sender.add({ url });
  sender.send(numbered(0));
  const first = await next();
  for (const number of [1, 2, 3]) sender.send(numbered(number));
  first.response.writeHead(500).end();
  const again = await next();
  for (const number of [4, 5]) sender.send(numbered(number));
  again.response.end();
  const lost = await next();
  const { id, type, room, data } = lost.entry as { id: string; type: string; room: string; data: unknown };
  assert.deepEqual({ type, room, data }, { type: 'entries-lost', room: '', data: { count: 2 } });
  assert.equal(lost.headers['webhook-id'], id);
  // What is lost while that is told comes with the next such entry.
  sender.send(numbered(6));
  lost.response.writeHead(500).end();
  const told = await next();
  assert.deepEqual(told.entry, lost.entry);
  told.response.end();
  const [second, ...rest] = await take(4);
  assert.deepEqual(second?.data, { count: 1 });
  assert.deepEqual(numbers(rest), [4, 5, 6]);
});

test('sending waits for nobody, whatever the receivers do', async (t) => {
  const { sender, url, next, posted } = await setUp(t, { queueLength: 100 });
  for (let receiver = 0; receiver < 10; receiver++) sender.add({ url });
  sender.add({ url: 'http://127.0.0.1:1/' });
  const start = performance.now();
  for (let number = 0; number < 5000; number++) sender.send(numbered(number));
  const taken = performance.now() - start;
  assert.ok(taken < 1000, `${taken} ms`);
  await next();
  assert.ok(posted.length < 10, 'one at a time for each');
});

test('who is removed, and everybody when the sender is closed, gets nothing any more', async (t) => {
  const { sender, url, next, posted } = await setUp(t);
  for (const end of [({ id }: { id: string }) => assert.equal(sender.remove(id), true), () => sender.close()]) {
    const busy = sender.add({ url: `${url}busy` });
    sender.send(numbered(1));
    sender.send(numbered(2));
    const { response } = await next('/busy');
    const brokenOff = once(response, 'close');
    end(busy);
    await brokenOff;
    assert.deepEqual(sender.list(), []);
    sender.send(numbered(3));
  }
  await new Promise(setImmediate);
  assert.deepEqual(posted, []);
});

test('who is removed while there is time until the next try is not waited for', async (t) => {
  const { url, next, posted } = await setUp(t);
  const waiting = new EventEmitter<{ wait: [signal: AbortSignal] }>();
  const sender = new WebhookSender({
    log: () => {},
    wait: async (milliseconds, signal) => {
      waiting.emit('wait', signal);
      await delay(milliseconds, undefined, { signal });
    },
  });
  const { id } = sender.add({ url });
  sender.send(numbered(1));
  const wait = once(waiting, 'wait');
  (await next()).response.writeHead(500).end();
  const [signal] = (await wait) as [AbortSignal];
  assert.deepEqual([sender.remove(id), sender.remove(id)], [true, false]);
  assert.equal(signal.aborted, true);
  await new Promise(setImmediate);
  assert.deepEqual(posted, []);
});
