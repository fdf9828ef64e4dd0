/** People who wait to be let in. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { until } from '../helpers/until.js';
import { problem, setUpRooms } from './room-service-set-up.js';

const WAITING_ROOM = { hasWaitingRoom: true };

/** Requests that are held for longer than any test may take: what is to answer them has to. */
const HELD = { limits: { waitingHoldMilliseconds: 3_600_000 } };
const IN_TIME = { timeout: 20_000 };

test('who comes waits until somebody lets them in; who may let others in does not', IN_TIME, async (t) => {
  const { service, moderated, enter, wait, names, waitingNames, waitingId } = await setUpRooms(t, HELD);
  const mia = await moderated(WAITING_ROOM);
  const changes: string[][] = [];
  service.on('waiting-changed', () => changes.push(waitingNames()));
  const ada = await wait({ name: 'Ada', invitationId: 'one' });
  assert.deepEqual(ada, { waiting: true, room: 'a', name: 'Ada', session: ada.session });
  await wait({ name: 'Bob' });
  assert.deepEqual([names(), waitingNames()], [['Mia'], ['Ada', 'Bob']]);
  assert.ok(!service.waiting('a').some(({ id }) => id === ada.session), 'nobody is told the bearer');
  assert.throws(() => service.member(ada.session), problem('endpoint-unauthorized', 401));
  const asked = enter({}, ada.session);
  service.admit('a', waitingId('Ada'), true);
  const entry = await asked;
  assert.ok('token' in entry);
  assert.equal(entry.session, ada.session);
  assert.deepEqual([names(), waitingNames()], [['Mia', 'Ada'], ['Bob']]);
  assert.deepEqual(changes, [['Ada'], ['Ada', 'Bob'], ['Bob']]);
  const moe = await enter({ name: 'Moe', role: 'moderator' });
  assert.ok('token' in moe);
  assert.ok('token' in (await enter({ name: 'Mia' }, mia.session)), 'a seat is renewed without waiting');
  service.updateRoom('a', { hasWaitingRoom: false });
  assert.ok('token' in (await enter({ name: 'Cid' })));
});

test('a request of who waits is held, and asked again', async (t) => {
  const { moderated, wait, service } = await setUpRooms(t, { limits: { waitingHoldMilliseconds: 50 } });
  await moderated(WAITING_ROOM);
  const first = performance.now();
  const ada = await wait();
  assert.ok(performance.now() - first < 40, 'the first one is answered at once: the page learns its bearer');
  const before = performance.now();
  assert.deepEqual(await wait({}, ada.session), ada);
  assert.ok(performance.now() - before >= 45, String(performance.now() - before));
  // The newer request of the same page is the one that counts.
  const older = wait({}, ada.session);
  const newer = wait({}, ada.session);
  assert.deepEqual(await Promise.race([older.then(() => 'older'), newer.then(() => 'newer')]), 'older');
  await newer;
  assert.equal(service.waiting('a').length, 1);
});

test('who is turned away is told so, and may ask anew', IN_TIME, async (t) => {
  const { service, moderated, enter, wait, waitingId, waitingNames } = await setUpRooms(t, HELD);
  await moderated(WAITING_ROOM);
  for (const isAsking of [true, false]) {
    const ada = await wait();
    const id = waitingId('Ada');
    const asked = isAsking ? enter({}, ada.session) : undefined;
    service.admit('a', id, false);
    await assert.rejects(asked ?? enter({}, ada.session), problem('entry-denied', 403));
    await assert.rejects(enter({}, ada.session), problem('entry-denied'));
    assert.deepEqual(waitingNames(), []);
    assert.throws(() => service.admit('a', id, true), problem('participant-gone', 404));
  }
  await wait();
  for (const id of ['', 'unknown']) assert.throws(() => service.admit('a', id, true), problem('participant-gone'));
  assert.throws(() => service.admit('b', waitingId('Ada'), true), problem('participant-gone'));
});

test('who does not ask again no longer waits, also when let in meanwhile; who asks does', async (t) => {
  const { service, moderated, enter, wait, waitingId, waitingNames, store } = await setUpRooms(t, {
    limits: { waitingAbsenceMilliseconds: 60, waitingHoldMilliseconds: 40 },
  });
  await moderated(WAITING_ROOM);
  const ada = await wait({ name: 'Ada' });
  const [bob, cid] = [await wait({ name: 'Bob' }), await wait({ name: 'Cid' })];
  service.admit('a', waitingId('Cid'), true);
  let isOver = false;
  const asking = (async () => {
    while (!isOver) await wait({ name: 'Ada' }, ada.session);
  })();
  await until(waitingNames, (names) => names.length === 1, { what: 'Bob waits no longer' });
  await until(
    () => store.memberByBearer(cid.session),
    (member) => member === undefined,
    { what: 'Cid has no seat' },
  );
  assert.deepEqual(waitingNames(), ['Ada']);
  isOver = true;
  await asking;
  assert.ok('waiting' in (await enter({ name: 'Bob' }, bob.session)), 'it is a new beginning');
});

test('who is let in between two requests comes in with the next one, and has a seat until then', async (t) => {
  const { service, moderated, enter, join, wait, waitingId, names } = await setUpRooms(t);
  await moderated({ ...WAITING_ROOM, maxParticipants: 2 });
  const [ada, bob] = [await wait({ name: 'Ada' }), await wait({ name: 'Bob' })];
  service.admit('a', waitingId('Ada'), true);
  assert.deepEqual(names(), ['Mia']);
  assert.throws(() => service.admit('a', waitingId('Bob'), true), problem('room-full', 409));
  assert.equal(service.waiting('a').length, 1, 'Bob goes on waiting');
  assert.equal((await join({}, ada.session)).session, ada.session);
  assert.deepEqual(names(), ['Mia', 'Ada']);
  service.leave(ada.session);
  service.admit('a', waitingId('Bob'), true);
  await join({}, bob.session);
  await assert.rejects(enter({ name: 'Moe', role: 'moderator' }), problem('room-full'));
});

test('people are listed in the order in which they were let in', async (t) => {
  const { service, moderated, join, wait, waitingId, names } = await setUpRooms(t);
  await moderated(WAITING_ROOM);
  const [ada, bob] = [await wait({ name: 'Ada' }), await wait({ name: 'Bob' })];
  service.admit('a', waitingId('Bob'), true);
  service.admit('a', waitingId('Ada'), true);
  await join({}, ada.session);
  await join({}, bob.session);
  assert.deepEqual(names(), ['Mia', 'Bob', 'Ada']);
});

test(
  'who goes away while being let in takes no participant, and comes in when asking again in time',
  IN_TIME,
  async (t) => {
    const { api, service, moderated, wait, enter, waitingId } = await setUpRooms(t, HELD);
    await moderated(WAITING_ROOM);
    const ada = await wait();
    const made = api.exchanges.length;
    const going = new AbortController();
    const asked = enter({}, ada.session, going.signal);
    going.abort();
    service.admit('a', waitingId('Ada'), true);
    assert.ok('waiting' in (await asked));
    const late = new AbortController();
    late.abort();
    assert.ok('token' in (await enter({}, ada.session)));
    assert.equal(api.exchanges.length, made + 2);
    const bob = await wait({ name: 'Bob' });
    assert.ok('waiting' in (await enter({}, bob.session, late.signal)), 'is not held for nobody');
  },
);

test('who leaves while waiting, or while being let in, is gone', IN_TIME, async (t) => {
  const { api, service, moderated, wait, enter, hold, waitingId, waitingNames, names } = await setUpRooms(t, HELD);
  await moderated(WAITING_ROOM);
  const ada = await wait();
  const asked = enter({}, ada.session);
  service.leave(ada.session);
  await assert.rejects(asked, problem('endpoint-unauthorized', 401));
  assert.deepEqual(waitingNames(), []);
  const bob = await wait({ name: 'Bob' });
  const { held, release } = hold(({ method }) => method === 'PUT');
  const entering = enter({}, bob.session);
  service.admit('a', waitingId('Bob'), true);
  await held;
  const deleted = api.next(({ method }) => method === 'DELETE');
  service.leave(bob.session);
  release();
  await assert.rejects(entering, problem('endpoint-rejected', 400));
  await deleted;
  assert.deepEqual(names(), ['Mia']);
});

test('who was let in and meets a platform that fails may ask again', async (t) => {
  const { api, logged, service, moderated, wait, enter, join, waitingId, names } = await setUpRooms(t);
  await moderated(WAITING_ROOM);
  const ada = await wait();
  service.admit('a', waitingId('Ada'), true);
  api.fault = () => new Response(null, { status: 500 });
  await assert.rejects(enter({}, ada.session), problem('endpoint-failed', 502));
  api.fault = undefined;
  await join({}, ada.session);
  assert.deepEqual(names(), ['Mia', 'Ada']);
  assert.equal(logged.splice(0).length, 1);
});

test('who waits hears of the end of the meeting, and waits on where a kept room is only empty', IN_TIME, async (t) => {
  const { service, moderated, wait, enter, join, waitingNames } = await setUpRooms(t, HELD);
  const mia = await moderated(WAITING_ROOM);
  const ada = await wait();
  const asked = enter({}, ada.session);
  service.leave(mia.session);
  assert.deepEqual(waitingNames(), ['Ada'], 'the next moderator finds Ada');
  service.end('a', 'ended');
  await assert.rejects(asked, problem('room-ended', 403));
  assert.deepEqual(waitingNames(), []);
  const moe = await join({ room: 'b', role: 'moderator' });
  service.updateRoom('b', WAITING_ROOM);
  const bob = await wait({ room: 'b' });
  service.leave(moe.session);
  await assert.rejects(enter({ room: 'b' }, bob.session), problem('room-ended', 403));
  await until(
    () => service.rooms().map(({ name }) => name),
    (names) => names.join() === 'a',
    { what: 'the other room is gone' },
  );
});

test('a room for whose people nobody waits is not kept open by who waits', async (t) => {
  const { service, moderated, wait, store } = await setUpRooms(t);
  const mia = await moderated(WAITING_ROOM);
  await wait();
  const ended = once(service, 'room-ended');
  service.leave(mia.session);
  assert.deepEqual(await ended, ['a', 'empty']);
  assert.equal(store.room('a')?.openedAt, undefined);
});

test('only so many can wait', async (t) => {
  const { moderated, wait, enter } = await setUpRooms(t, { limits: { maxWaiting: 2 } });
  await moderated(WAITING_ROOM);
  const ada = await wait();
  await wait();
  await assert.rejects(enter(), problem('room-full', 409));
  const abort = new AbortController();
  abort.abort();
  assert.ok('waiting' in (await enter({}, ada.session, abort.signal)), 'who waits already goes on');
});

test('a locked room lets nobody wait, and those in who waited before', async (t) => {
  const { service, moderated, wait, enter, join, waitingId } = await setUpRooms(t);
  await moderated(WAITING_ROOM);
  const ada = await wait();
  service.updateRoom('a', { isLocked: true });
  await assert.rejects(enter({ name: 'Bob' }), problem('room-locked', 403));
  service.admit('a', waitingId('Ada'), true);
  await join({}, ada.session);
});

test(
  'who still waits when there is no waiting room any more comes in as soon as there is a seat',
  IN_TIME,
  async (t) => {
    const { service, moderated, wait, join } = await setUpRooms(t, { limits: { waitingHoldMilliseconds: 1 } });
    await moderated({ ...WAITING_ROOM, maxParticipants: 2 });
    const [ada, bob] = [await wait(), await wait({ name: 'Bob' })];
    service.updateRoom('a', { hasWaitingRoom: false, isLocked: true });
    await wait({}, ada.session);
    service.updateRoom('a', { isLocked: false });
    await join({}, ada.session);
    await wait({}, bob.session);
    service.leave(ada.session);
    await join({}, bob.session);
    assert.deepEqual(service.waiting('a'), []);
  },
);

test('nothing is left of who has waited', IN_TIME, async (t) => {
  const { service, moderated, wait, enter, store, waitingId } = await setUpRooms(t, HELD);
  await moderated(WAITING_ROOM);
  const people = await Promise.all(Array.from({ length: 20 }, (_, index) => wait({ name: String(index) })));
  const asking = people.slice(0, 10).map(({ session }) => enter({}, session));
  const settled = Promise.allSettled(asking);
  service.admit('a', waitingId('3'), true);
  service.deleteRoom('a');
  await settled;
  assert.deepEqual(store.size, { rooms: 0, members: 0 });
  service.close();
  await until(
    () => service.pending,
    (pending) => pending === people.length + 1,
    { what: 'nothing but bearers that are good for nothing, for a while' },
  );
});
