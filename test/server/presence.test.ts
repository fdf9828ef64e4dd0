/** Who is here, by the platform's webhooks and by the room channel. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import test from 'node:test';
import { absentSince, presenceOf, type Presence } from '../../demo/server/presence.js';
import type { MemberRecord } from '../../demo/server/room-store.js';
import { setUpRooms } from './room-service-set-up.js';

const MEMBER: MemberRecord = {
  bearer: 'bearer',
  room: 'a',
  name: 'Ada',
  role: 'guest',
  permissionChanges: {},
  isPhone: false,
  isWaiting: false,
  presence: 'invited',
  since: 1,
  channel: 'none',
  channelSince: 2,
  isAdmitting: false,
  attempt: 1,
  joinedAt: 1,
  streams: [],
  layoutClasses: [],
  isExceptedFromMute: false,
  isDeaf: false,
  isPhoneMuted: false,
};

test('presence follows from what platform and channel tell, and where the platform cannot, from the channel', () => {
  const table: [
    platform: MemberRecord['presence'],
    channel: MemberRecord['channel'],
    withWebhooks: [Presence, absent: number | undefined],
    without: [Presence, absent: number | undefined],
  ][] = [
    ['invited', 'none', ['joining', 1], ['joining', undefined]],
    ['invited', 'open', ['joining', undefined], ['connected', undefined]],
    ['invited', 'ended', ['reconnecting', 2], ['reconnecting', 2]],
    ['connected', 'none', ['connected', undefined], ['joining', undefined]],
    ['connected', 'open', ['connected', undefined], ['connected', undefined]],
    ['connected', 'ended', ['reconnecting', undefined], ['reconnecting', 2]],
    ['disconnected', 'none', ['reconnecting', 1], ['reconnecting', undefined]],
    ['disconnected', 'open', ['reconnecting', 1], ['reconnecting', undefined]],
    ['disconnected', 'ended', ['reconnecting', 1], ['reconnecting', 2]],
  ];
  for (const [presence, channel, ...expected] of table)
    for (const [index, hasWebhooks] of [true, false].entries()) {
      const member = { ...MEMBER, presence, channel };
      const label = `${presence} ${channel} ${hasWebhooks}`;
      assert.deepEqual([presenceOf(member, hasWebhooks), absentSince(member, hasWebhooks)], expected[index], label);
      for (const exempt of ['isPhone', 'isWaiting', 'isAdmitting'] as const)
        assert.equal(absentSince({ ...member, [exempt]: true }, hasWebhooks), undefined, `${label} ${exempt}`);
      assert.equal(presenceOf({ ...member, isPhone: true }, hasWebhooks), 'connected');
    }
});

test('a channel that comes back within the time of grace was never away; one that does not is told once', async (t) => {
  const { service, join } = await setUpRooms(t, { limits: { channelGraceMilliseconds: 40 } });
  const [ada, bob] = [await join(), await join({ name: 'Bob' })];
  service.channelEnded(ada.session);
  assert.equal(service.pending, 0, 'nobody has listened yet');
  for (const { session, participantId } of [ada, bob]) {
    service.channelOpened(session);
    service.handleEvent({ event: 'onConnect', timestamp: Date.now(), participantId });
  }
  const presence = ({ session }: { session: string }) => service.presenceOf(service.member(session));
  assert.deepEqual([ada, bob].map(presence), ['connected', 'connected']);
  service.channelEnded(bob.session);
  service.channelOpened(bob.session);
  service.channelEnded(ada.session);
  const changes: string[] = [];
  service.on('member-changed', ({ name }) => changes.push(name));
  const before = performance.now();
  await once(service, 'member-changed');
  assert.ok(performance.now() - before < 1000);
  assert.deepEqual([[ada, bob].map(presence), changes], [['reconnecting', 'connected'], ['Ada']]);
  service.channelOpened(ada.session);
  assert.equal(presence(ada), 'connected');
  service.channelEnded(ada.session);
  service.leave(ada.session);
  assert.deepEqual([service.members('a').length, changes], [1, ['Ada', 'Ada']]);
});

test('where no webhook can come, who does not listen any more is let go; who never has is not', async (t) => {
  const limits = { channelGraceMilliseconds: 1, absenceMilliseconds: 1, sweepMilliseconds: 10 };
  const { service, join, names } = await setUpRooms(t, { hasWebhooks: false, limits });
  const [ada, bob, cid] = [await join(), await join({ name: 'Bob' }), await join({ name: 'Cid' })];
  service.channelOpened(ada.session);
  service.channelOpened(bob.session);
  const left = once(service, 'member-left');
  service.channelEnded(ada.session);
  const [{ name }, { reason }] = (await left) as [MemberRecord, { reason: string }];
  assert.deepEqual([name, reason, names()], ['Ada', 'absent', ['Bob', 'Cid']]);
  service.leave(cid.session);
});

test('a page that listens is here, though no webhook has told that its device has connected', async (t) => {
  const limits = { channelGraceMilliseconds: 1, absenceMilliseconds: 20, sweepMilliseconds: 10 };
  const { service, join, names } = await setUpRooms(t, { limits });
  const ada = await join();
  service.channelOpened(ada.session);
  const bobLeft = once(service, 'member-left');
  await join({ name: 'Bob' });
  await bobLeft;
  assert.deepEqual(names(), ['Ada']);
  const left = once(service, 'member-left');
  service.channelEnded(ada.session);
  assert.deepEqual((await left)[1], { reason: 'absent' });
});

test('where webhooks come, the channel lets nobody go', async (t) => {
  const limits = { channelGraceMilliseconds: 1, absenceMilliseconds: 1, sweepMilliseconds: 10 };
  const { service, join, names } = await setUpRooms(t, { limits });
  const ada = await join();
  service.handleEvent({ event: 'onConnect', timestamp: Date.now(), participantId: ada.participantId });
  service.channelOpened(ada.session);
  const changed = once(service, 'member-changed');
  service.channelEnded(ada.session);
  await changed;
  const left = once(service, 'member-left');
  const bob = await join({ name: 'Bob' });
  assert.equal(((await left) as [MemberRecord])[0].bearer, bob.session, 'has never connected');
  assert.deepEqual(names(), ['Ada']);
});
