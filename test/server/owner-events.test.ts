import assert from 'node:assert/strict';
import test from 'node:test';
import { Chronicle } from '../../demo/server/chronicle.js';
import { RecordStreams } from '../../demo/server/owner-routes-events.js';
import { KEY, nextOf, problemOf, ROOM, setUpOwner, type OwnerSetUp } from './owner-set-up.js';

interface Entry {
  readonly id: string;
  readonly at: string;
  readonly room: string;
  readonly type: string;
  readonly data: { readonly data?: unknown };
}
interface Page {
  readonly entries: readonly Entry[];
  readonly next: string | null;
}

const EVENTS = `api/rooms/${ROOM}/events`;

/** Writes numbered signals into the record. */
async function send({ ask }: OwnerSetUp, from: number, count: number, room = ROOM): Promise<void> {
  for (let number = from; number < from + count; number++) {
    const { status } = await ask('POST', `api/rooms/${room}/signals`, { body: { type: 'number', data: number } });
    assert.equal(status, 201);
  }
}

async function page({ ask }: OwnerSetUp, query = ''): Promise<Page> {
  const { status, body } = await ask('GET', EVENTS + query);
  assert.equal(status, 200, JSON.stringify(body));
  return body as Page;
}

const numbersOf = (entries: readonly Entry[]): unknown[] =>
  entries.flatMap(({ type, data }) => (type === 'message' ? [data.data] : []));

async function readNumbers(reader: Awaited<ReturnType<OwnerSetUp['follow']>>, count: number): Promise<unknown[]> {
  const entries: Entry[] = [];
  while (numbersOf(entries).length < count) {
    const [event] = await reader.take(1);
    assert.ok(event);
    const entry = event.data as Entry;
    assert.deepEqual([event.id, event.type], [entry.id, entry.type]);
    entries.push(entry);
  }
  return numbersOf(entries);
}

const range = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

test('the record comes page by page, newest first, also after the room’s end', async (t) => {
  const owner = await setUpOwner(t);
  await owner.join('Ada');
  await send(owner, 0, 7);
  await owner.ask('DELETE', `api/rooms/${ROOM}`);
  const all: Entry[] = [];
  let before = '';
  for (;;) {
    const { entries, next } = await page(owner, `?limit=3${before}`);
    assert.ok(entries.length === 3 || next === null);
    all.push(...entries);
    if (next === null) break;
    before = `&before=${next}`;
  }
  assert.deepEqual(numbersOf(all), range(0, 7).reverse());
  assert.equal(new Set(all.map(({ id }) => id)).size, all.length);
  assert.ok(all.every(({ room }) => room === ROOM));
  assert.deepEqual([all[0]?.type, all.at(-1)?.type], ['room-ended', 'room-opened']);
  assert.deepEqual((await page(owner)).entries, all);
  const nowhere = await owner.ask('GET', 'api/rooms/nowhere/events');
  assert.deepEqual(nowhere.body, { entries: [], next: null });
});

test('a stream has the newest entries, then each as it comes, of its room alone', async (t) => {
  const owner = await setUpOwner(t);
  await owner.join('Ada');
  await owner.join('Bob', { room: 'other' });
  await send(owner, 0, 5);
  const reader = await owner.follow(ROOM, {}, '?limit=3');
  assert.equal(reader.response.headers.get('cache-control'), 'no-store, no-transform');
  assert.deepEqual(await readNumbers(reader, 3), [2, 3, 4]);
  await send(owner, 100, 2, 'other');
  await send(owner, 5, 2);
  assert.deepEqual(await readNumbers(reader, 2), [5, 6]);
  assert.equal(reader.retry, 1000);
});

test('a stream that was cut goes on where it was, with nothing missing and nothing twice', async (t) => {
  const owner = await setUpOwner(t);
  await owner.join('Ada');
  await send(owner, 0, 2);
  const first = await owner.follow(ROOM, {}, '?limit=2');
  const [, last] = await first.take(2);
  first.close();
  await send(owner, 2, 3);
  // More than is asked for when it begins.
  const second = await owner.follow(ROOM, { 'last-event-id': last?.id ?? '' }, '?limit=1');
  await send(owner, 5, 1);
  assert.deepEqual(await readNumbers(second, 4), [2, 3, 4, 5]);
});

test('where the last entry is not known any more, the stream says so and begins anew', async (t) => {
  const owner = await setUpOwner(t);
  await owner.join('Ada');
  await send(owner, 0, 3);
  for (const id of ['0123456789abcdef-1', 'nonsense', '', 'x'.repeat(5000)]) {
    const reader = await owner.follow(ROOM, { 'last-event-id': id }, '?limit=2');
    const [reset] = await reader.take(1);
    assert.deepEqual([reset?.type, reset?.id, reset?.data], ['reset', '', {}], id.slice(0, 20));
    assert.deepEqual(await readNumbers(reader, 2), [1, 2]);
    reader.close();
  }
});

test('there are so many streams and no more, and one that goes makes place', async (t) => {
  const owner = await setUpOwner(t, { recordStreamLimits: { maxStreams: 2 } });
  await owner.join('Ada');
  const [first] = [await owner.follow(), await owner.follow()];
  const refused = await owner.ask('GET', EVENTS, { headers: { accept: 'text/event-stream' } });
  assert.equal(problemOf(refused).status, 503);
  assert.equal(refused.headers.get('retry-after'), '10');
  first.close();
  // The server sees a moment later that it is gone.
  for (;;) {
    const { status } = await fetch(`${owner.server.url}/${EVENTS}`, {
      headers: { accept: 'text/event-stream', authorization: `Bearer ${KEY}` },
      signal: AbortSignal.timeout(5000),
    });
    if (status === 200) break;
    assert.equal(status, 503);
  }
});

test('a silent stream is kept alive', async (t) => {
  const owner = await setUpOwner(t, { recordStreamLimits: { heartbeatMilliseconds: 20 } });
  await owner.join('Ada');
  const reader = await owner.follow();
  await nextOf(reader, 'participant-joined');
  const ended = setTimeout(() => void send(owner, 0, 1), 100);
  t.after(() => clearTimeout(ended));
  await nextOf(reader, 'message');
  assert.ok(reader.comments.length > 0);
});

test('who does not read is cut off; the others go on, and nothing waits for either', async () => {
  const chronicle = new Chronicle();
  const limits = { maxStreams: 2, maxBuffered: 10_000, heartbeatMilliseconds: 60_000 };
  const streams = new RecordStreams(chronicle, limits);
  let cuts = 0;
  const open = () => streams.open(ROOM, { lastId: undefined, newest: 1, cut: () => cuts++ });
  const stalled = open();
  const reader = open().getReader();
  const decoder = new TextDecoder();
  let read = decoder.decode((await reader.read()).value);
  for (let number = 0; number < 30; number++) {
    chronicle.record(ROOM, 'message', { number, text: 'x'.repeat(1000) });
    read += decoder.decode((await reader.read()).value);
    if (number === 5) assert.equal(cuts, 0, 'as much may wait');
  }
  assert.equal(read.match(/^id: /gm)?.length, 30);
  assert.deepEqual([cuts, streams.count], [1, 1]);
  await reader.cancel();
  assert.equal(streams.count, 0);
  await stalled.cancel();
  // What has ended is not told of anything any more.
  chronicle.record(ROOM, 'message', {});
  open();
  streams.close();
  assert.equal(streams.count, 0);
});
