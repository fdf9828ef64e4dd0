import assert from 'node:assert/strict';
import test from 'node:test';
import { nextOf, problemOf, ROOM, setUpOwner, STREAM } from './owner-set-up.js';

const HERE = `api/rooms/${ROOM}`;

test('what the owner does reaches the people it is for, and the record', async (t) => {
  const { ask, join, listen, follow } = await setUpOwner(t);
  const [ada, bob] = [await join('Ada', { role: 'moderator' }), await join('Bob')];
  const bobsPage = await listen(bob);
  await ask('PATCH', 'rooms/self', { bearer: bob.session, body: { microphone: 'on', streams: [STREAM] } });
  const record = await follow();
  const bobs = `${HERE}/participants/${bob.participantId}`;
  const table: [method: string, path: string, body: object | undefined, type: string, told: object][] = [
    ['PATCH', bobs, { microphone: 'off' }, 'mute', { device: 'microphone', by: '' }],
    ['PATCH', bobs, { camera: 'ask' }, 'unmute-request', { device: 'camera', by: '' }],
    ['POST', `${HERE}/streams/${STREAM.id}/mute`, undefined, 'mute', { device: 'microphone', by: '' }],
    ['POST', `${HERE}/mute`, { except: [] }, 'mute', { device: 'microphone', by: '' }],
  ];
  for (const [method, path, body, type, told] of table) {
    assert.equal((await ask(method, path, { body })).status, 204, path);
    assert.deepEqual(await nextOf(bobsPage, type), told, path);
    const { data } = await nextOf(record, 'action');
    assert.equal((data as { by: unknown }).by, null, path);
  }
  const isMuted = async () => ((await ask('GET', HERE)).body as { isMuted: boolean }).isMuted;
  assert.equal(await isMuted(), true);
  await ask('DELETE', `${HERE}/mute`);
  assert.equal(await isMuted(), false);
  // Who is excepted is named by a stream.
  await ask('POST', `${HERE}/mute`, { body: { except: [STREAM.id] } });
  const { body } = await ask('GET', bobs);
  assert.equal((body as { isSpeakingAllowed: boolean }).isSpeakingAllowed, true);
  const unknown = problemOf(await ask('POST', `${HERE}/mute`, { body: { except: ['nobody'] } }));
  assert.deepEqual([unknown.status, unknown.code], [404, 'participant-gone']);

  await ask('DELETE', `${bobs}?reason=${encodeURIComponent('<b>Enough</b>')}`);
  assert.deepEqual(await nextOf(bobsPage, 'removed'), { text: '<b>Enough</b>' });
  assert.equal((await ask('GET', bobs)).status, 404);
  const back = await ask('POST', 'rooms/join', { bearer: bob.session, body: { room: ROOM, name: 'Bob' } });
  assert.equal(problemOf(back).code, 'removed');
  assert.equal((await ask('GET', `${HERE}/participants/${ada.participantId}`)).status, 200);
});

test('a signal goes to all or to one, and once', async (t) => {
  const { ask, join, listen } = await setUpOwner(t);
  const [ada, bob] = [await join('Ada'), await join('Bob')];
  const [adasPage, bobsPage] = [await listen(ada), await listen(bob)];
  const signal = { id: 'signal-1', type: 'chat', data: { text: 'To Ada' }, to: ada.participantId };
  assert.equal((await ask('POST', `${HERE}/signals`, { body: signal })).status, 201);
  assert.equal((await ask('POST', `${HERE}/signals`, { body: signal })).status, 200);
  await ask('POST', `${HERE}/signals`, { body: { type: 'ring', data: [1] } });
  const first = await nextOf(adasPage, 'message');
  assert.deepEqual([first['data'], first['from'], first['id']], [{ text: 'To Ada' }, null, 'signal-1']);
  for (const reader of [adasPage, bobsPage]) {
    const { type, data, from, to } = await nextOf(reader, 'message');
    assert.deepEqual({ type, data, from, to }, { type: 'ring', data: [1], from: null, to: null });
  }
});

test('streams have layout classes, for everybody to see', async (t) => {
  const { ask, join, listen } = await setUpOwner(t);
  const ada = await join('Ada');
  const page = await listen(ada);
  const screen = { ...STREAM, id: 'stream-2', videoType: 'screen' };
  await ask('PATCH', 'rooms/self', { bearer: ada.session, body: { streams: [STREAM, screen] } });
  await nextOf(page, 'participant-changed');
  await ask('PUT', `${HERE}/streams/stream-2/layout-classes`, { body: { layoutClasses: ['focus', 'large'] } });
  const { streams } = await nextOf(page, 'participant-changed');
  const expected = [
    { ...STREAM, layoutClasses: [] },
    { ...screen, layoutClasses: ['focus', 'large'] },
  ];
  assert.deepEqual(streams, expected);
  const listed = await ask('GET', `${HERE}/streams`);
  assert.deepEqual(
    listed.body,
    expected.map((stream) => ({ ...stream, participantId: ada.participantId })),
  );
  const muted = problemOf(await ask('POST', `${HERE}/streams/stream-2/mute`));
  assert.deepEqual([muted.status, muted.detail], [400, 'A shared screen has no microphone.']);
});

test('a room that was made is as it was asked for, kept while it is empty, and gone when it is deleted', async (t) => {
  const { ask, join } = await setUpOwner(t);
  const settings = { displayName: 'Daily', maxParticipants: 1, audioOnly: true };
  const made = await ask('POST', 'api/rooms', { body: { name: ROOM, ...settings } });
  assert.equal(made.headers.get('location'), `rooms/${ROOM}`);
  assert.equal(problemOf(await ask('POST', 'api/rooms', { body: { name: ROOM } })).status, 409);
  const ada = await join('Ada');
  const full = await ask('POST', 'rooms/join', { bearer: null, body: { room: ROOM, name: 'Bob' } });
  assert.equal(problemOf(full).code, 'room-full');
  await ask('DELETE', 'rooms/self', { bearer: ada.session });
  const { body } = await ask('GET', HERE);
  const { displayName, maxParticipants, isAudioOnly, participantCount } = body as Record<string, unknown>;
  assert.deepEqual([displayName, maxParticipants, isAudioOnly, participantCount], ['Daily', 1, true, 0]);
  // Nothing of it is done where a part cannot be.
  const change = { displayName: 'Weekly', locked: true, spotlight: 'nobody' };
  assert.equal(problemOf(await ask('PATCH', HERE, { body: change })).status, 404);
  assert.deepEqual((await ask('GET', HERE)).body, body);
  assert.equal((await ask('DELETE', HERE)).status, 204);
  assert.equal((await ask('GET', HERE)).status, 404);
});

test('an invitation brings in whom it is for, as what it says', async (t) => {
  const { ask } = await setUpOwner(t, { inviteSecret: 'a secret that nobody can guess at all' });
  const uninvited = await ask('POST', 'rooms/join', { bearer: null, body: { room: ROOM, name: 'Eve' } });
  assert.equal(uninvited.status, 403);
  const invitation = { role: 'moderator', name: 'Ada', permissions: { take: ['room.end'] }, data: 'staff' };
  const { body } = await ask('POST', `${HERE}/invitations`, { body: invitation });
  const { invite, address, expiresAt } = body as Record<'invite' | 'address' | 'expiresAt', string>;
  const { search, hash } = new URL(address, 'https://example.com/meeting.html');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(search)), { room: ROOM });
  // What the query has goes to servers, and into their logs.
  assert.deepEqual(Object.fromEntries(new URLSearchParams(hash.slice(1))), { invite });
  assert.ok(Math.abs(Date.parse(expiresAt) - Date.now() - 86_400_000) < 60_000);
  const joined = await ask('POST', 'rooms/join', { bearer: null, body: { room: ROOM, name: 'Eve', invite } });
  const { role, name, permissions } = joined.body as { role: string; name: string; permissions: string[] };
  assert.deepEqual(
    [role, name, permissions.includes('room.end'), permissions.includes('room.lock')],
    ['moderator', 'Ada', false, true],
  );
});
