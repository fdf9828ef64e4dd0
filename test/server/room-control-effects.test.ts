import assert from 'node:assert/strict';
import test from 'node:test';
import { problemOf, ROOM, setUpMembers, type MemberSetUp } from './member-set-up.js';

const GONE = { status: 404, code: 'participant-gone' };
const missing = (permission: string) => ({ status: 403, code: 'permission-missing', permission });

/** Ada moderates; Bob and Cleo are guests, Eve is a viewer. */
async function meeting(set: MemberSetUp) {
  const ada = await set.join('Ada', 'moderator');
  const bob = await set.join('Bob', 'guest');
  const cleo = await set.join('Cleo', 'guest');
  const eve = await set.join('Eve', 'viewer');
  const change = (id: string, body: object, bearer = ada.session) =>
    set.ask('PATCH', `participants/${id}`, bearer, body);
  const changeRoom = (body: object, bearer = ada.session) => set.ask('PATCH', 'room', bearer, body);
  const report = (bearer: string, body: object) => set.ask('PATCH', 'self', bearer, body);
  return { ...{ ada, bob, cleo, eve, change, changeRoom, report } };
}

async function phone(set: MemberSetUp) {
  const { participantId } = await set.rooms.addPhone(ROOM, 'Grace');
  const state = () => set.rooms.memberByParticipant(ROOM, participantId);
  return { participantId, bearer: state().bearer, state };
}

for (const [device, other] of [
  ['microphone', 'camera'],
  ['camera', 'microphone'],
] as const) {
  test(`a ${device} is muted, or asked for, by its person’s own page, which is told who wants it`, async (t) => {
    const set = setUpMembers(t);
    const { ada, bob, change, report } = await meeting(set);
    await report(bob.session, { [device]: 'on', [other]: 'on' });
    assert.equal((await change(bob.participantId, { [device]: 'off' })).status, 204);
    assert.equal((await change(bob.participantId, { [device]: 'ask' })).status, 204);
    const common = { room: ROOM, data: { device, by: 'Ada' }, to: [bob.session] };
    assert.deepEqual(set.published, [
      { ...common, type: 'mute' },
      { ...common, type: 'unmute-request' },
    ]);
    // Only the page knows, and tells.
    assert.equal(set.member(bob.session)[device], 'on');
    const action = { room: ROOM, by: { bearer: ada.session }, participantId: bob.participantId, detail: device };
    assert.deepEqual(set.actions, [
      { ...action, action: 'mute' },
      { ...action, action: 'ask' },
    ]);
  });
}

test('the owner mutes as nobody in the room', async (t) => {
  const set = setUpMembers(t);
  const { bob } = await meeting(set);
  set.control.setMember('owner', ROOM, bob.participantId, { microphone: 'off' });
  assert.deepEqual(set.published[0]?.data, { device: 'microphone', by: '' });
});

test('nobody is asked for what they may not do', async (t) => {
  const set = setUpMembers(t);
  const { bob, eve, change } = await meeting(set);
  const refusal = { status: 409, code: 'endpoint-rejected' };
  assert.deepEqual(problemOf(await change(eve.participantId, { microphone: 'ask' })), refusal);
  set.rooms.updateRoom(ROOM, { isAudioOnly: true });
  assert.deepEqual(problemOf(await change(bob.participantId, { camera: 'ask' })), refusal);
  assert.deepEqual(set.published, []);
  // Who may not ask at all learns only that.
  const answer = await change(eve.participantId, { microphone: 'ask' }, bob.session);
  assert.deepEqual(problemOf(answer), missing('room.member.audio_unmute'));
});

test('a phone, which has no page, is muted by the service itself', async (t) => {
  const set = setUpMembers(t);
  const { ada, change, changeRoom } = await meeting(set);
  const { participantId, state } = await phone(set);
  await change(participantId, { microphone: 'off', camera: 'off' });
  assert.equal(state().isPhoneMuted, true);
  await changeRoom({ muted: { except: [] } });
  assert.equal(set.rooms.isSpeakingAllowed(state()), false);
  await change(participantId, { microphone: 'ask' });
  assert.equal(state().isPhoneMuted, false);
  assert.equal(set.rooms.isSpeakingAllowed(state()), true);
  assert.ok(set.published.every(({ to }) => !to?.includes(state().bearer)));
  const answer = await change(participantId, { role: 'moderator' });
  assert.deepEqual(problemOf(answer), { status: 409, code: 'endpoint-rejected' });
  assert.equal((await set.ask('DELETE', `participants/${participantId}`, ada.session)).status, 204);
  assert.throws(state, { code: 'participant-gone' });
});

test('all are muted but moderators and those who are chosen, until it is lifted', async (t) => {
  const set = setUpMembers(t);
  const { ada, bob, cleo, eve, change, changeRoom, report } = await meeting(set);
  const on = (bearer: string) => report(bearer, { microphone: 'on' });
  // Somebody who has just left can be among the chosen.
  await changeRoom({ muted: { except: [cleo.participantId, 'gone'] } });
  assert.deepEqual(set.published, [
    { room: ROOM, type: 'mute', data: { device: 'microphone', by: 'Ada' }, to: [bob.session, eve.session] },
  ]);
  const late = await set.join('Dan', 'guest');
  for (const { session } of [bob, late])
    assert.deepEqual(problemOf(await on(session)), missing('room.self.audio_unmute'));
  for (const { session } of [ada, cleo]) assert.equal((await on(session)).status, 204);

  await change(bob.participantId, { microphone: 'ask' });
  assert.equal((await on(bob.session)).status, 204);
  await change(bob.participantId, { microphone: 'off' });
  await report(bob.session, { microphone: 'off' });
  assert.deepEqual(problemOf(await on(bob.session)), missing('room.self.audio_unmute'));

  // Other exceptions replace the first ones.
  await changeRoom({ muted: { except: [bob.participantId] } });
  assert.equal(set.member(cleo.session).isExceptedFromMute, false);
  set.published.length = 0;
  await changeRoom({ muted: false });
  assert.equal(set.room().isMuted, false);
  assert.deepEqual(
    set.rooms.members(ROOM).filter(({ isExceptedFromMute }) => isExceptedFromMute),
    [],
  );
  // Nobody is switched on.
  assert.deepEqual(set.published, []);
  assert.equal((await on(late.session)).status, 204);
});

test('who is muted by others says so, also without the permission to mute', async (t) => {
  const set = setUpMembers(t);
  const { ada, change } = await meeting(set);
  const dan = await set.join('Dan', 'guest', { take: ['room.self.audio_mute'] });
  const report = (microphone: string) => set.ask('PATCH', 'self', dan.session, { microphone });
  await report('on');
  assert.deepEqual(problemOf(await report('off')), missing('room.self.audio_mute'));
  await change(dan.participantId, { microphone: 'off' }, ada.session);
  assert.equal((await report('off')).status, 204);
  // That holds until the next time they switch it on.
  await report('on');
  assert.deepEqual(problemOf(await report('off')), missing('room.self.audio_mute'));
});

test('who may not be heard or seen any more says that it is off, without the permission to mute', async (t) => {
  const set = setUpMembers(t);
  const { ada, change, changeRoom } = await meeting(set);
  const dan = await set.join('Dan', 'moderator', { take: ['room.self.audio_mute', 'room.self.video_mute'] });
  const report = (body: object) => set.ask('PATCH', 'self', dan.session, body);
  await report({ microphone: 'on', camera: 'on' });
  await changeRoom({ muted: { except: [] } });
  await change(dan.participantId, { role: 'guest' }, ada.session);
  assert.equal((await report({ microphone: 'off' })).status, 204);
  assert.deepEqual(problemOf(await report({ camera: 'off' })), missing('room.self.video_mute'));
  set.rooms.updateRoom(ROOM, { isAudioOnly: true });
  assert.equal((await report({ camera: 'off' })).status, 204);
});

test('a page tells of itself: what is as it was needs no permission, and the network none at all', async (t) => {
  const set = setUpMembers(t);
  const { bob, eve, report } = await meeting(set);
  const first = { microphone: 'off', camera: 'unavailable', network: 'poor', hand: false, streams: [] };
  assert.equal((await report(eve.session, first)).status, 204);
  const { microphone, camera, network, handRaisedAt } = set.member(eve.session);
  assert.deepEqual([microphone, camera, network, handRaisedAt], ['off', 'unavailable', 'poor', undefined]);

  let changes = 0;
  set.rooms.on('member-changed', () => changes++);
  const report1 = { microphone: 'on', hand: true, streams: [{ ...stream('a'), hasAudio: true }] };
  await report(bob.session, report1);
  const before = set.member(bob.session);
  assert.equal(changes, 1);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 1000 });
  await report(bob.session, report1);
  await report(eve.session, first);
  assert.deepEqual(set.member(bob.session), before);
  assert.equal(changes, 1);
});

const stream = (id: string, videoType = 'camera') => ({ id, videoType, name: '', hasAudio: false, hasVideo: true });

test('streams keep the layout classes that the site gave them, and later ones get those of their person', async (t) => {
  const set = setUpMembers(t);
  const { bob, report } = await meeting(set);
  set.rooms.updateMember(bob.session, { layoutClasses: ['side'] });
  await report(bob.session, { streams: [stream('a')] });
  const [published] = set.member(bob.session).streams;
  assert.ok(published);
  set.rooms.updateMember(bob.session, { streams: [{ ...published, layoutClasses: ['focus'] }] });
  await report(bob.session, { streams: [stream('b', 'screen'), { ...stream('a'), hasAudio: true }] });
  const { streams } = set.member(bob.session);
  assert.deepEqual(
    streams.map(({ id, hasAudio, layoutClasses }) => [id, hasAudio, layoutClasses]),
    [
      ['b', false, ['side']],
      ['a', true, ['focus']],
    ],
  );
});

test('nobody tells of media that they cannot publish', async (t) => {
  const set = setUpMembers(t);
  const { bob, eve, report } = await meeting(set);
  const sound = { ...stream('a'), hasVideo: false, hasAudio: true };
  assert.deepEqual(problemOf(await report(eve.session, { streams: [stream('a')] })), missing('room.self.video_unmute'));
  assert.deepEqual(problemOf(await report(eve.session, { streams: [sound] })), missing('room.self.audio_unmute'));
  set.rooms.updateRoom(ROOM, { isAudioOnly: true });
  const video = { streams: [sound, stream('b')] };
  assert.deepEqual(problemOf(await report(bob.session, video)), missing('room.self.video_unmute'));
  assert.deepEqual(problemOf(await report(bob.session, { camera: 'on' })), missing('room.self.video_unmute'));
  assert.equal((await report(bob.session, { camera: 'off', streams: [sound] })).status, 204);
});

test('a request is done as a whole or not at all', async (t) => {
  const set = setUpMembers(t);
  const { bob, change, changeRoom, report } = await meeting(set);
  const dan = await set.join('Dan', 'guest', { grant: ['room.member.audio_mute', 'room.lock'] });
  const before = set.everything();
  const cases = [
    [await change(bob.participantId, { microphone: 'off', deaf: true }, dan.session), missing('room.member.deaf')],
    [
      await changeRoom({ locked: true, muted: { except: [] }, layout: 'grid' }, dan.session),
      missing('room.set_layout'),
    ],
    [await changeRoom({ locked: true, spotlight: 'gone' }), GONE],
    [await changeRoom({ locked: 'yes', hideVideoMuted: true }), { status: 400, code: 'endpoint-rejected' }],
  ] as const;
  for (const [answer, expected] of cases) assert.deepEqual(problemOf(answer), expected);
  assert.deepEqual(set.everything(), before);

  const eye = await set.join('Eye', 'guest', { take: ['room.self.raisehand'] });
  const refused = await report(eye.session, { microphone: 'on', hand: true });
  assert.deepEqual(problemOf(refused), missing('room.self.raisehand'));
  assert.equal(set.member(eye.session).microphone, undefined);

  const all = { microphone: 'off', camera: 'off', deaf: true, role: 'viewer' };
  assert.equal((await change(bob.participantId, all)).status, 204);
  const { isDeaf, role } = set.member(bob.session);
  assert.deepEqual([isDeaf, role], [true, 'viewer']);
  assert.deepEqual(
    set.actions.map(({ action }) => action),
    ['mute', 'mute', 'deaf', 'demote'],
  );
});

test('what is done twice is done once', async (t) => {
  const set = setUpMembers(t);
  const { bob, change, changeRoom } = await meeting(set);
  set.rooms.updateMember(bob.session, { handRaisedAt: 1 });
  let changes = 0;
  set.rooms.on('member-changed', () => changes++);
  set.rooms.on('room-changed', () => changes++);
  const member = { hand: false, deaf: true, role: 'viewer' };
  const room = { locked: true, waitingRoom: true, spotlight: bob.participantId, layout: 'grid', hideVideoMuted: true };
  for (const attempt of [1, 2]) {
    assert.equal((await change(bob.participantId, member)).status, 204, String(attempt));
    assert.equal((await changeRoom(room)).status, 204, String(attempt));
  }
  // A hand and an ear at once, the role, and the room.
  assert.equal(changes, 3);
  assert.equal(set.actions.length, 8);
});

test('nobody makes others or themselves more than they are, but less, also themselves', async (t) => {
  const set = setUpMembers(t);
  const { ada, bob, cleo, eve, change } = await meeting(set);
  const dan = await set.join('Dan', 'guest', { grant: ['room.member.promote'] });
  for (const { participantId } of [dan, bob, eve]) {
    const answer = await change(participantId, { role: 'moderator' }, dan.session);
    assert.deepEqual(problemOf(answer), missing('room.member.promote'));
  }
  assert.equal((await change(cleo.participantId, { role: 'moderator' })).status, 204);
  assert.equal((await change(ada.participantId, { role: 'guest' }, cleo.session)).status, 204);
  assert.deepEqual(problemOf(await change(bob.participantId, { deaf: true })), missing('room.member.deaf'));
  assert.equal((await change(cleo.participantId, { role: 'viewer' }, cleo.session)).status, 204);
  assert.equal(set.member(cleo.session).role, 'viewer');
});

test('who is removed is told why, and has no seat any more; nobody removes themselves', async (t) => {
  const set = setUpMembers(t);
  const { ada, bob } = await meeting(set);
  const departures: unknown[] = [];
  set.rooms.on('member-left', ({ name }, departure) => departures.push([name, departure]));
  const remove = (id: string, reason: string) =>
    set.ask('DELETE', `participants/${id}?reason=${encodeURIComponent(reason)}`, ada.session);
  assert.deepEqual(problemOf(await remove(ada.participantId, '')), GONE);
  assert.equal((await remove(bob.participantId, ' \u202Ebe <b>kind</b>\u0000 ')).status, 204);
  const text = '\u202Ebe <b>kind</b> \u202C';
  assert.deepEqual(departures, [['Bob', { reason: 'removed', text, by: ada.session }]]);
  const action = { room: ROOM, action: 'remove', by: { bearer: ada.session }, participantId: bob.participantId };
  assert.deepEqual(set.actions, [{ ...action, detail: text }]);
  assert.equal((await set.ask('GET', 'participants', bob.session)).status, 401);
  assert.deepEqual(problemOf(await remove(bob.participantId, '')), GONE);
  for (const [length, status] of [
    [500, 404],
    [501, 400],
  ] as const)
    assert.equal((await remove(bob.participantId, '🙂'.repeat(length))).status, status);
});

test('the spotlight is on a person, also when their participant is replaced, until they leave', async (t) => {
  const set = setUpMembers(t);
  const { bob, cleo, changeRoom, ada } = await meeting(set);
  const spotlight = async () =>
    ((await set.ask('GET', 'room', ada.session)).body as { spotlightId: string | null }).spotlightId;
  await changeRoom({ spotlight: bob.participantId });
  assert.equal(await spotlight(), bob.participantId);
  const again = await set.rooms.rejoin({ room: ROOM, name: 'Bob' }, bob.session);
  assert.ok(again && 'participantId' in again);
  assert.notEqual(again.participantId, bob.participantId);
  assert.equal(await spotlight(), again.participantId);
  set.rooms.leave(cleo.session);
  assert.equal(await spotlight(), again.participantId);
  set.rooms.leave(bob.session);
  assert.equal(set.room().spotlight, undefined);
  assert.equal(await spotlight(), null);
  await changeRoom({ spotlight: ada.participantId });
  await changeRoom({ spotlight: null, layout: 'grid' });
  await changeRoom({ layout: null });
  assert.deepEqual([set.room().spotlight, set.room().layout], [undefined, undefined]);
});

test('who waits is let in or turned away, once', async (t) => {
  const set = setUpMembers(t);
  const { ada } = await meeting(set);
  const [first, second] = [await set.wait('Grace'), await set.wait('Hal')];
  const decide = (id: string, admitted: unknown) => set.ask('PATCH', `waiting/${id}`, ada.session, { admitted });
  assert.equal((await decide(first.id, true)).status, 204);
  assert.equal((await decide(second.id, false)).status, 204);
  for (const { id } of [first, second]) assert.deepEqual(problemOf(await decide(id, true)), GONE);
  assert.equal((await decide(first.id, 'yes')).status, 400);
  assert.deepEqual(
    set.actions.map(({ action, detail }) => ({ action, detail })),
    [
      { action: 'admit', detail: 'Grace' },
      { action: 'deny', detail: 'Hal' },
    ],
  );
});

test('a waiting room that is switched off lets in as many as there are seats for', async (t) => {
  const set = setUpMembers(t);
  const { changeRoom } = await meeting(set);
  for (const name of ['Grace', 'Hal', 'Ivy']) await set.wait(name);
  set.rooms.updateRoom(ROOM, { maxParticipants: 6 });
  assert.equal((await changeRoom({ waitingRoom: false })).status, 204);
  assert.deepEqual(
    set.rooms.waiting(ROOM).map(({ name }) => name),
    ['Ivy'],
  );
});

test('a meeting is ended for everybody', async (t) => {
  const set = setUpMembers(t);
  const { ada, bob } = await meeting(set);
  const ends: unknown[] = [];
  set.rooms.on('room-ended', (...end) => ends.push([...end, set.actions.length]));
  assert.equal((await set.ask('DELETE', 'room', ada.session)).status, 204);
  // Who did it is told first.
  assert.deepEqual(ends, [[ROOM, 'ended', 1]]);
  for (const { session } of [ada, bob]) assert.equal((await set.ask('GET', 'room', session)).status, 401);
});

test('an action is told before what comes of it', async (t) => {
  const set = setUpMembers(t);
  const { bob, change, changeRoom } = await meeting(set);
  const order: string[] = [];
  set.control.on('action', ({ action }) => order.push(action));
  set.rooms.on('room-changed', () => order.push('room-changed'));
  set.rooms.on('member-changed', () => order.push('member-changed'));
  await change(bob.participantId, { role: 'viewer' });
  await changeRoom({ locked: true });
  await changeRoom({ muted: { except: [] } });
  assert.deepEqual(order, ['demote', 'member-changed', 'lock', 'room-changed', 'mute-all', 'room-changed']);
});
