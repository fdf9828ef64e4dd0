/** Who comes in: full, locked, removed and barred, kept rooms, time limits, and what happens at the same moment. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { FormerBearers } from '../../demo/server/former-bearers.js';
import type { ProblemCode } from '../../demo/server/problem.js';
import { permissionsOf } from '../../demo/server/roles.js';
import type { RoomPlatform } from '../../demo/server/room-sessions.js';
import { until } from '../helpers/until.js';
import { problem, setUpRooms } from './room-service-set-up.js';

test('a locked room takes in nobody new but who may enter all the same; who has a seat keeps it', async (t) => {
  const { service, moderated, enter, join, names } = await setUpRooms(t);
  await moderated();
  const ada = await join();
  service.updateRoom('a', { isLocked: true });
  await assert.rejects(enter({ name: 'Bob' }), problem('room-locked', 403));
  await assert.rejects(enter({ name: 'Bob' }, 'unknown'), problem('room-locked'));
  await assert.rejects(enter({ name: 'Bob', role: 'moderator' }), problem('room-locked'));
  await join({}, ada.session);
  await join({ name: 'Moe', role: 'moderator', mayEnterLocked: true });
  assert.deepEqual(names(), ['Mia', 'Ada', 'Moe']);
  service.updateRoom('a', { isLocked: false });
  await join({ name: 'Bob' });
});

test('a room has the seats that it was given, and no more than the platform has', async (t) => {
  const { service, enter, join } = await setUpRooms(t, { limits: { maxParticipants: 3 } });
  for (const maxParticipants of [0, -1, 1.5, 4, Number.NaN])
    assert.throws(() => service.createRoom('a', { maxParticipants }), problem('endpoint-rejected', 400));
  service.createRoom('a', { maxParticipants: 1 });
  assert.throws(() => service.createRoom('a'), problem('endpoint-rejected', 409));
  await join();
  await assert.rejects(enter({ name: 'Bob' }), problem('room-full', 409));
  service.updateRoom('a', { maxParticipants: 3 });
  await join({ name: 'Bob' });
  await join({ name: 'Cid' });
  await assert.rejects(enter({ name: 'Dan' }), problem('room-full'));
  assert.throws(() => service.updateRoom('a', { maxParticipants: 4 }), problem('endpoint-rejected'));
});

test('who was removed is gone on the platform, and out with bearer and invitation; others are not', async (t) => {
  const { api, service, moderated, enter, join, names } = await setUpRooms(t);
  const mia = await moderated();
  const ada = await join({ invitationId: 'one' });
  const left = once(service, 'member-left');
  const departure = { reason: 'removed', text: 'Be nice.', by: mia.session } as const;
  const deleted = api.next(({ method, path }) => method === 'DELETE' && path.endsWith(ada.participantId));
  service.remove(ada.session, departure);
  assert.deepEqual((await left)[1], departure);
  await deleted;
  assert.equal(api.registry.participant(ada.participantId), undefined);
  assert.throws(() => service.member(ada.session), problem('endpoint-unauthorized', 401));
  for (const request of [{}, { invitationId: 'one' }, { role: 'moderator', mayEnterLocked: true }] as const)
    await assert.rejects(enter(request, ada.session), (error: Error) => {
      assert.match(error.message, /^You were removed from this room\. Be nice\.$/);
      return problem('removed', 403)(error);
    });
  await assert.rejects(enter({ invitationId: 'one' }), problem('removed', 403));
  await join({ name: 'Bob', invitationId: 'two' });
  await join({ room: 'b', invitationId: 'one' }, ada.session);
  assert.deepEqual(names(), ['Mia', 'Bob']);
});

test('an invitation whose holder was removed stays barred when the meeting is over, whether the room is kept or not', async (t) => {
  const { service, enter, join } = await setUpRooms(t);
  service.createRoom('kept');
  for (const room of ['kept', 'open']) {
    const mia = await join({ room, name: 'Mia' });
    const ada = await join({ room, invitationId: 'one' });
    service.remove(ada.session, { reason: 'removed' });
    service.leave(mia.session);
    await assert.rejects(enter({ room, invitationId: 'one' }), problem('removed', 403), room);
    await join({ room, invitationId: 'two' });
  }
  await join({ room: 'another', invitationId: 'one' });
});

test('so many barred invitations are remembered, the newest ones', () => {
  const former = new FormerBearers();
  for (let number = 0; number <= 10_000; number++) former.removed('bearer', 'a', { invitationId: String(number) });
  former.refuseInvitation('0', 'a');
  former.refuseInvitation(undefined, 'a');
  for (const invitationId of ['1', '10000'])
    assert.throws(() => former.refuseInvitation(invitationId, 'a'), problem('removed', 403));
});

test('a room for audio only lets nobody publish video', async (t) => {
  const { api, service, moderated, join } = await setUpRooms(t);
  const { participantId, permissions } = await moderated({ isAudioOnly: true });
  const video = ['room.self.video_mute', 'room.self.video_unmute', 'room.self.screenshare'];
  assert.deepEqual(
    permissions,
    permissionsOf('moderator').filter((name) => !video.includes(name)),
  );
  assert.deepEqual(api.registry.participant(participantId)?.publishPermissions, ['AUDIO']);
  service.updateRoom('a', { isAudioOnly: false });
  const ada = await join();
  assert.deepEqual(api.registry.participant(ada.participantId)?.publishPermissions, ['AUDIO', 'VIDEO']);
});

test('what is published follows from what may be done', async (t) => {
  const { api, join } = await setUpRooms(t);
  const table: [request: Parameters<typeof join>[0], publishes: string[]][] = [
    [{ role: 'moderator' }, ['AUDIO', 'VIDEO']],
    [{ role: 'guest' }, ['AUDIO', 'VIDEO']],
    [{ role: 'viewer' }, []],
    [{ role: 'viewer', permissionChanges: { grant: ['room.self.audio_unmute'] } }, []],
    [{ permissionChanges: { take: ['room.self.audio_unmute'] } }, ['VIDEO']],
    [{ permissionChanges: { take: ['room.self.video_unmute'] } }, ['AUDIO', 'VIDEO']],
    [{ permissionChanges: { take: ['room.self.video_unmute', 'room.self.screenshare'] } }, ['AUDIO']],
  ];
  for (const [request, publishes] of table) {
    const { participantId } = await join(request);
    assert.deepEqual(api.registry.participant(participantId)?.publishPermissions, publishes, JSON.stringify(request));
  }
});

test('who may publish less from now on comes again within time, or is taken off the platform and keeps the seat', async (t) => {
  const { api, service, join, names } = await setUpRooms(t, { limits: { publishGraceMilliseconds: 40 } });
  const [ada, bob, cid] = [await join(), await join({ name: 'Bob' }), await join({ name: 'Cid', role: 'viewer' })];
  service.updateMember(ada.session, { microphone: 'on', handRaisedAt: 1, streams: [] });
  const deleted = api.next(({ method, path }) => method === 'DELETE' && path.endsWith(ada.participantId));
  for (const { session } of [ada, bob]) service.setRole(session, 'viewer');
  service.setRole(cid.session, 'guest');
  const { role, microphone, handRaisedAt } = service.member(ada.session);
  assert.deepEqual([role, microphone, handRaisedAt], ['viewer', undefined, undefined]);
  const renewed = await join({ name: 'Bob' }, bob.session);
  assert.deepEqual([renewed.role, renewed.permissions], ['viewer', permissionsOf('viewer')]);
  await deleted;
  assert.equal(service.presenceOf(service.member(ada.session)), 'reconnecting');
  // The platform tells that it has gone, which is no news.
  service.handleEvent({ event: 'onLeave', timestamp: Date.now(), participantId: ada.participantId });
  const again = await join({}, ada.session);
  assert.deepEqual(api.registry.participant(again.participantId)?.publishPermissions, []);
  assert.ok(api.registry.participant(renewed.participantId) && api.registry.participant(cid.participantId));
  assert.deepEqual(names(), ['Ada', 'Bob', 'Cid']);
  assert.equal(service.pending, 0);
});

test('a demotion that is taken back in time takes nothing away', async (t) => {
  const { service, join } = await setUpRooms(t);
  const ada = await join({ role: 'moderator' });
  service.setRole(ada.session, 'viewer');
  assert.equal(service.pending, 1);
  service.setRole(ada.session, 'guest');
  assert.equal(service.pending, 0);
  service.updateRoom('a', { isAudioOnly: true });
  assert.equal(service.pending, 1);
  service.leave(ada.session);
  assert.equal(service.rooms().length, 0);
  await until(
    () => service.pending,
    (pending) => pending === 0,
    { what: 'nothing is left' },
  );
});

test('while everybody is muted only moderators may speak, and those who are excepted', async (t) => {
  const { service, join } = await setUpRooms(t);
  const mia = await join({ role: 'moderator' });
  const [ada, bob] = [await join(), await join()];
  service.updateRoom('a', { isMuted: true });
  service.updateMember(bob.session, { isExceptedFromMute: true });
  const late = await join();
  const phone = await service.addPhone('a', 'Phone');
  const allowed = [mia, ada, bob, late].map(({ session }) => service.isSpeakingAllowed(service.member(session)));
  assert.deepEqual(allowed, [true, false, true, false]);
  assert.ok(!service.isSpeakingAllowed(service.memberByParticipant('a', phone.participantId)));
  const again = await join({}, bob.session);
  assert.ok(service.isSpeakingAllowed(service.member(again.session)));
  service.setRole(ada.session, 'moderator');
  assert.ok(service.isSpeakingAllowed(service.member(ada.session)));
  service.updateRoom('a', { isMuted: false });
  assert.ok(service.isSpeakingAllowed(service.member(late.session)));
});

test('a room that is kept stays while nobody is there, without its session, and with its settings', async (t) => {
  const { api, service, join } = await setUpRooms(t);
  const told: string[] = [];
  service.on('room-opened', ({ name }) => told.push(`opened ${name}`));
  service.on('room-ended', (name, reason) => told.push(`ended ${name} ${reason}`));
  service.createRoom('a', { displayName: 'Stand-up', maxParticipants: 5, timeLimitSeconds: 3600 });
  assert.deepEqual(told, []);
  const ada = await join();
  assert.equal(ada.displayName, 'Stand-up');
  const { sessionId = '' } = service.room('a');
  service.updateRoom('a', { isMuted: true, spotlight: ada.session, layout: 'speaker', hidesVideoMuted: true });
  const deleted = api.next(({ method, path }) => method === 'DELETE' && path.endsWith(sessionId));
  service.leave(ada.session);
  await deleted;
  assert.deepEqual(service.room('a'), {
    name: 'a',
    displayName: 'Stand-up',
    maxParticipants: 5,
    timeLimitSeconds: 3600,
    isAudioOnly: false,
    isLocked: false,
    hasWaitingRoom: false,
    isKept: true,
    isMuted: false,
    hidesVideoMuted: false,
    openedAt: undefined,
    sessionId: undefined,
    spotlight: undefined,
    layout: undefined,
  });
  const bob = await join({ name: 'Bob' });
  assert.notEqual(service.room('a').sessionId, sessionId);
  service.deleteRoom('a');
  assert.throws(() => service.room('a'), problem('room-gone', 404));
  assert.throws(() => service.member(bob.session), problem('endpoint-unauthorized'));
  assert.throws(() => service.deleteRoom('a'), problem('room-gone'));
  assert.deepEqual(told, ['opened a', 'ended a empty', 'opened a', 'ended a ended']);
});

test('rooms that are kept count as rooms', async (t) => {
  const { service, enter } = await setUpRooms(t, { limits: { maxRooms: 1 } });
  service.createRoom('a');
  assert.throws(() => service.createRoom('b'), problem('endpoint-failed', 503));
  await assert.rejects(enter({ room: 'b' }), problem('endpoint-failed', 503));
  service.deleteRoom('a');
  await enter({ room: 'b' });
});

test('a room that is ended lets everybody go, in this order, and its pages do not open it again', async (t) => {
  const { api, service, enter, join } = await setUpRooms(t);
  const told: string[] = [];
  const [ada, bob] = [await join(), await join({ name: 'Bob' })];
  await service.addPhone('a', 'Phone');
  const { sessionId = '' } = service.room('a');
  service.on('member-left', ({ name }, { reason }) => told.push(`${name} ${reason}`));
  service.on('room-ended', (name, reason) => told.push(`${name} ${reason}`));
  service.on('seat-ended', (bearer) => told.push(bearer === ada.session ? 'Ada is out' : 'another one is out'));
  const deleted = api.next(({ method, path }) => method === 'DELETE' && path.endsWith(sessionId));
  service.end('a', 'ended');
  assert.deepEqual(told, [
    'Ada room-ended',
    'Bob room-ended',
    'Phone room-ended',
    'a ended',
    'Ada is out',
    'another one is out',
    'another one is out',
  ]);
  await deleted;
  for (const { session } of [ada, bob]) await assert.rejects(enter({}, session), problem('room-ended', 403));
  assert.deepEqual(service.rooms(), []);
  service.end('a', 'ended');
  const next = await join({ name: 'Ada' });
  assert.notEqual(next.session, ada.session);
});

test('the last person out takes the phones along', async (t) => {
  const { service, join } = await setUpRooms(t);
  const told: string[] = [];
  const ada = await join();
  await service.addPhone('a', 'Phone');
  service.on('member-left', ({ name }, { reason }) => told.push(`${name} ${reason}`));
  service.on('room-ended', (name, reason) => told.push(`${name} ${reason}`));
  service.leave(ada.session);
  assert.deepEqual(told, ['Ada left', 'Phone room-ended', 'a empty']);
});

test('a time limit closes the room, counted from when the first person came; it may be changed', async (t) => {
  const { service, join } = await setUpRooms(t);
  service.createRoom('a', { timeLimitSeconds: 0.05 });
  service.createRoom('b', { timeLimitSeconds: 3600 });
  assert.equal(service.pending, 0, 'nobody has come');
  await join({ room: 'b' });
  const ended = once(service, 'room-ended');
  const before = performance.now();
  await join();
  assert.deepEqual(await ended, ['a', 'time-limit']);
  assert.ok(performance.now() - before >= 45, String(performance.now() - before));
  const { openedAt = 0 } = service.room('b');
  const endedToo = once(service, 'room-ended');
  service.updateRoom('b', { timeLimitSeconds: (Date.now() - openedAt) / 1000 });
  assert.deepEqual(await endedToo, ['b', 'time-limit']);
  service.createRoom('c', { timeLimitSeconds: 3600 });
  const cid = await join({ room: 'c' });
  service.updateRoom('c', { timeLimitSeconds: undefined });
  service.leave(cid.session);
  service.deleteRoom('c');
});

test('a name that the site has given is kept; another one may be changed when coming back', async (t) => {
  const { service, join } = await setUpRooms(t);
  const [ada, bob] = [await join({ isNameGiven: true }), await join({ name: 'Bob', data: '{"id":7}' })];
  assert.equal((await join({ name: 'Eve' }, ada.session)).name, 'Ada');
  assert.equal((await join({ name: 'Rob' }, bob.session)).name, 'Rob');
  assert.equal(service.member(bob.session).data, '{"id":7}');
});

test('a bearer is of one room: in another one it is as good as none', async (t) => {
  const { service, join } = await setUpRooms(t);
  const ada = await join();
  const other = await join({ room: 'b' }, ada.session);
  assert.notEqual(other.session, ada.session);
  assert.deepEqual(
    [ada, other].map(({ session }) => service.roomOf(session)),
    ['a', 'b'],
  );
});

test('of two who ask for the last seat at once one gets it', async (t) => {
  const { service, enter, names } = await setUpRooms(t);
  service.createRoom('a', { maxParticipants: 1 });
  const results = await Promise.allSettled([enter({ name: 'Ada' }), enter({ name: 'Bob' })]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected'],
  );
  assert.deepEqual(names(), ['Ada']);
});

for (const [what, end, code] of [
  ['is removed', (bearer, { service }) => service.remove(bearer, { reason: 'removed' }), 'removed'],
  ['sees the room end', (_, { service }) => service.end('a', 'ended'), 'room-ended'],
  ['leaves', (bearer, { service }) => service.leave(bearer), 'endpoint-rejected'],
] satisfies [string, (bearer: string, set: Awaited<ReturnType<typeof setUpRooms>>) => void, ProblemCode][])
  for (const step of ['POST /participants', 'DELETE /participants', 'PUT /sessions'])
    test(`who ${what} while coming back, at ${step}, stays out, and nothing is left on the platform`, async (t) => {
      const set = await setUpRooms(t);
      const { api, service, enter, join, hold } = set;
      await join({ room: 'b' });
      const ada = await join();
      const [wanted = '', part = ''] = step.split(' ');
      const { held, release } = hold(({ method, path }) => method === wanted && path.includes(part));
      const joining = enter({}, ada.session);
      await held;
      end(ada.session, set);
      release();
      await assert.rejects(joining, problem(code));
      assert.deepEqual(
        service.rooms().map(({ name }) => name),
        ['b'],
      );
      await until(
        () => remainingParticipants(api.exchanges),
        (count) => count === 1,
        { what: 'only who is in the other room is left' },
      );
    });

for (const isKept of [false, true])
  for (const step of ['POST /participants', 'POST /sessions', 'PUT /sessions'])
    test(`a${isKept ? ' kept' : ''} room that is ended while its first person joins, at ${step}, leaves nothing`, async (t) => {
      const { api, service, store, enter, hold } = await setUpRooms(t);
      if (isKept) service.createRoom('a');
      const [wanted = '', part = ''] = step.split(' ');
      const { held, release } = hold(({ method, path }) => method === wanted && path.includes(part));
      const joining = enter();
      await held;
      service.end('a', 'ended');
      release();
      await assert.rejects(joining, problem('room-ended', 403));
      assert.deepEqual(store.size, { rooms: isKept ? 1 : 0, members: 0 });
      await until(
        () => [remainingParticipants(api.exchanges), remaining(api.exchanges, /\/sessions$/, /\/sessions\/[^/]+$/)],
        ([participants, sessions]) => participants === 0 && sessions === 0,
        { what: 'neither session nor participant is left' },
      );
    });

interface Exchange {
  readonly method: string;
  readonly path: string;
}

function remaining(exchanges: readonly Exchange[], made: RegExp, gone: RegExp): number {
  const deleted = exchanges.filter(({ method, path }) => method === 'DELETE' && gone.test(path));
  const count = exchanges.filter(({ method, path }) => method === 'POST' && made.test(path)).length;
  return count - new Set(deleted.map(({ path }) => path)).size;
}

function remainingParticipants(exchanges: readonly Exchange[]): number {
  return remaining(exchanges, /\/participants$/, /\/participants\/[^/]+$/);
}

const HOUR = 3_600_000;

test('a thousand rooms that were opened and left leave nothing', async (t) => {
  const platform = new CountingPlatform();
  // Nothing goes by itself while this takes.
  const limits = { channelGraceMilliseconds: HOUR, publishGraceMilliseconds: HOUR };
  const { service, store, join } = await setUpRooms(t, { platform, limits });
  await Promise.all(
    Array.from({ length: 1000 }, async (_, room) => {
      const people = await Promise.all([join({ room: `${room}` }), join({ room: `${room}` })]);
      for (const { session } of people) service.channelOpened(session);
      for (const { session } of people) service.channelEnded(session);
      for (const { session } of people) service.setRole(session, 'viewer');
      service.updateRoom(`${room}`, { timeLimitSeconds: 3600 });
      for (const { session } of people) service.leave(session);
    }),
  );
  assert.equal(platform.made, 3000);
  assert.deepEqual(store.size, { rooms: 0, members: 0 });
  await until(
    () => service.pending,
    (pending) => pending === 0,
    { what: 'no timer, request or bearer is left' },
  );
  assert.equal(platform.there, 0);
});

/** A platform that only counts. */
class CountingPlatform implements RoomPlatform {
  made = 0;
  there = 0;

  createSession() {
    return Promise.resolve({ sessionId: this.#make() });
  }

  createParticipant() {
    return Promise.resolve({ participantId: this.#make(), token: 'token' });
  }

  addToSession() {
    return Promise.resolve();
  }

  deleteParticipant() {
    return this.deleteSession();
  }

  deleteSession() {
    this.there--;
    return Promise.resolve();
  }

  #make(): string {
    this.there++;
    return String(this.made++);
  }
}
