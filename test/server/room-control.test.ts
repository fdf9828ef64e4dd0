import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { permissionSchema, type Permission, type PermissionChanges, type Role } from '../../demo/server/roles.js';
import type { MemberChange, RoomChange, SelfReport } from '../../demo/server/room-control.js';
import { problemOf, ROOM, setUpMembers, type Answer } from './member-set-up.js';

/** What there is to be done in a room, as it goes over the wire. */
type Deed =
  | { readonly report: SelfReport }
  | { readonly send: { readonly type: string; readonly data: unknown } }
  | { readonly look: true }
  | { readonly member: MemberChange; readonly to: 'guest' | 'viewer' }
  | { readonly remove: true }
  | { readonly room: RoomChange }
  | { readonly admitted: boolean }
  | { readonly end: true };

interface Row {
  readonly deed: Deed;
  readonly permission: Permission;
  /** Which of moderator, guest and viewer may do it, by their initials. */
  readonly roles: 'm' | 'mg' | 'mgv';
  /** What has to be so before. */
  readonly before?: 'unmuted' | 'hand' | 'deaf' | 'waiting-room';
}

const SCREEN = { id: 'screen', videoType: 'screen', name: '', hasAudio: false, hasVideo: true } as const;

const TABLE: readonly Row[] = [
  { deed: { report: { microphone: 'on' } }, permission: 'room.self.audio_unmute', roles: 'mg' },
  // What may not be on can always be said to be off.
  { deed: { report: { microphone: 'off' } }, permission: 'room.self.audio_mute', roles: 'mgv', before: 'unmuted' },
  { deed: { report: { camera: 'on' } }, permission: 'room.self.video_unmute', roles: 'mg' },
  { deed: { report: { camera: 'off' } }, permission: 'room.self.video_mute', roles: 'mgv', before: 'unmuted' },
  { deed: { report: { streams: [SCREEN] } }, permission: 'room.self.screenshare', roles: 'mg' },
  { deed: { report: { hand: true } }, permission: 'room.self.raisehand', roles: 'mg' },
  { deed: { report: { hand: false } }, permission: 'room.self.lowerhand', roles: 'mg', before: 'hand' },
  { deed: { send: { type: 'chat', data: { text: 'Hello' } } }, permission: 'room.message', roles: 'mgv' },
  { deed: { send: { type: 'reaction', data: { emoji: '👏' } } }, permission: 'room.reaction', roles: 'mgv' },
  { deed: { send: { type: 'poll', data: 1 } }, permission: 'room.signal', roles: 'mgv' },
  { deed: { look: true }, permission: 'room.list_available_layouts', roles: 'mgv' },
  { deed: { member: { microphone: 'off' }, to: 'guest' }, permission: 'room.member.audio_mute', roles: 'm' },
  { deed: { member: { microphone: 'ask' }, to: 'guest' }, permission: 'room.member.audio_unmute', roles: 'm' },
  { deed: { member: { camera: 'off' }, to: 'guest' }, permission: 'room.member.video_mute', roles: 'm' },
  { deed: { member: { camera: 'ask' }, to: 'guest' }, permission: 'room.member.video_unmute', roles: 'm' },
  { deed: { member: { hand: false }, to: 'guest' }, permission: 'room.member.lowerhand', roles: 'm', before: 'hand' },
  { deed: { member: { deaf: true }, to: 'guest' }, permission: 'room.member.deaf', roles: 'm' },
  { deed: { member: { deaf: false }, to: 'guest' }, permission: 'room.member.undeaf', roles: 'm', before: 'deaf' },
  { deed: { member: { role: 'guest' }, to: 'viewer' }, permission: 'room.member.promote', roles: 'm' },
  { deed: { member: { role: 'viewer' }, to: 'guest' }, permission: 'room.member.demote', roles: 'm' },
  { deed: { remove: true }, permission: 'room.member.remove', roles: 'm' },
  { deed: { admitted: true }, permission: 'room.member.admit', roles: 'm', before: 'waiting-room' },
  { deed: { admitted: false }, permission: 'room.member.admit', roles: 'm', before: 'waiting-room' },
  { deed: { room: { locked: true } }, permission: 'room.lock', roles: 'm' },
  { deed: { room: { waitingRoom: true } }, permission: 'room.lock', roles: 'm' },
  { deed: { room: { waitingRoom: false } }, permission: 'room.lock', roles: 'm', before: 'waiting-room' },
  { deed: { room: { muted: { except: [] } } }, permission: 'room.member.audio_mute', roles: 'm' },
  { deed: { room: { muted: false } }, permission: 'room.member.audio_mute', roles: 'm' },
  { deed: { room: { spotlight: 'guest' } }, permission: 'room.set_spotlight', roles: 'm' },
  { deed: { room: { layout: 'speaker' } }, permission: 'room.set_layout', roles: 'm' },
  { deed: { room: { hideVideoMuted: true } }, permission: 'room.hide_video_muted', roles: 'm' },
  { deed: { room: { hideVideoMuted: false } }, permission: 'room.show_video_muted', roles: 'm' },
  { deed: { end: true }, permission: 'room.end', roles: 'm' },
];

interface Column {
  readonly role: Role;
  readonly changes: (permission: Permission) => PermissionChanges;
  readonly isAllowed: (row: Row) => boolean;
}

const others = (permission: Permission) => permissionSchema.options.filter((each) => each !== permission);

const COLUMNS: Readonly<Record<string, Column>> = {
  'a moderator': { role: 'moderator', changes: () => ({}), isAllowed: () => true },
  'a guest': { role: 'guest', changes: () => ({}), isAllowed: ({ roles }) => roles.includes('g') },
  'a viewer': { role: 'viewer', changes: () => ({}), isAllowed: ({ roles }) => roles.includes('v') },
  'a guest granted this alone': {
    role: 'guest',
    changes: (permission) => ({ grant: [permission] }),
    isAllowed: () => true,
  },
  'a guest granted all but this': {
    role: 'guest',
    changes: (permission) => ({ grant: others(permission), take: [permission] }),
    isAllowed: () => false,
  },
  'a moderator from whom this is taken': {
    role: 'moderator',
    changes: (permission) => ({ take: [permission] }),
    isAllowed: () => false,
  },
  // Nobody promotes others above themselves.
  'a viewer granted everything': {
    role: 'viewer',
    changes: () => ({ grant: permissionSchema.options }),
    isAllowed: ({ permission, roles }) => roles.includes('v') || /^room\.(?!self|member\.promote)/.test(permission),
  },
};

/** A room with somebody who does something, a guest, a viewer, and perhaps somebody who waits. */
async function stage(t: TestContext, role: Role, changes: PermissionChanges, before: Row['before']) {
  const set = setUpMembers(t);
  const actor = await set.join('Ada', role, changes);
  const guest = await set.join('Bob', 'guest');
  const viewer = await set.join('Eve', 'viewer');
  if (before === 'unmuted') set.rooms.updateMember(actor.session, { microphone: 'on', camera: 'on' });
  if (before === 'hand') for (const { session } of [actor, guest]) set.rooms.updateMember(session, { handRaisedAt: 1 });
  if (before === 'deaf') set.rooms.updateMember(guest.session, { isDeaf: true });
  const waiting = before === 'waiting-room' ? await set.wait() : undefined;
  const ids = { guest: guest.participantId, viewer: viewer.participantId, waiting: waiting?.id ?? '' };
  set.published.length = 0;
  return { ...set, ids, bearer: actor.session };
}

type Stage = Awaited<ReturnType<typeof stage>>;

const withIds = (change: RoomChange, { ids }: Stage): RoomChange =>
  change.spotlight === 'guest' ? { spotlight: ids.guest } : change;

/** Does it over HTTP. */
function doIt(deed: Deed, on: Stage): Promise<Answer> {
  const { ask, bearer, ids } = on;
  if ('report' in deed) return ask('PATCH', 'self', bearer, deed.report);
  if ('send' in deed) return ask('POST', 'messages', bearer, { id: 'message-1', ...deed.send });
  if ('look' in deed) return ask('GET', 'room', bearer);
  if ('member' in deed) return ask('PATCH', `participants/${ids[deed.to]}`, bearer, deed.member);
  if ('remove' in deed) return ask('DELETE', `participants/${ids.guest}`, bearer);
  if ('room' in deed) return ask('PATCH', 'room', bearer, withIds(deed.room, on));
  if ('admitted' in deed) return ask('PATCH', `waiting/${ids.waiting}`, bearer, deed);
  return ask('DELETE', 'room', bearer);
}

/** Does it as the site's owner. @returns false for what only people do */
function doAsOwner(deed: Deed, on: Stage): boolean {
  const { control, messages, ids } = on;
  if ('report' in deed || 'look' in deed) return false;
  if ('send' in deed) messages.send('owner', ROOM, { id: 'message-1', ...deed.send });
  else if ('member' in deed) control.setMember('owner', ROOM, ids[deed.to], deed.member);
  else if ('remove' in deed) control.remove('owner', ROOM, ids.guest);
  else if ('room' in deed) control.setRoom('owner', ROOM, withIds(deed.room, on));
  else if ('admitted' in deed) control.admit('owner', ROOM, ids.waiting, deed.admitted);
  else control.end('owner', ROOM);
  return true;
}

const isSent = (deed: Deed) => 'send' in deed || 'look' in deed;

test('every permission is in the table but that for phone calls, whose routes have tests of their own', () => {
  const named = new Set<string>(TABLE.map(({ permission }) => permission));
  assert.deepEqual(
    permissionSchema.options.filter((permission) => !named.has(permission)),
    ['room.dial_out'],
  );
});

for (const [who, { role, changes, isAllowed }] of Object.entries(COLUMNS)) {
  test(`what ${who} may do, and what is missing for the rest`, async (t) => {
    for (const row of TABLE) {
      const { deed, permission, before } = row;
      const on = await stage(t, role, changes(permission), before);
      const state = on.everything();
      const answer = await doIt(deed, on);
      const what = `${permission}: ${JSON.stringify(deed)}`;
      if (isAllowed(row)) {
        const expected = 'send' in deed ? 201 : 'look' in deed ? 200 : 204;
        assert.equal(answer.status, expected, `${what} ${JSON.stringify(answer.body)}`);
      } else {
        assert.deepEqual(problemOf(answer), { status: 403, code: 'permission-missing', permission }, what);
        assert.deepEqual(on.everything(), state, what);
      }
    }
  });
}

test('the owner may do all that is done to others, and it is told who did it', async (t) => {
  for (const { deed, permission, before } of TABLE) {
    const on = await stage(t, 'guest', {}, before);
    const state = on.everything();
    if (!doAsOwner(deed, on)) continue;
    // What is so already is not done again.
    const isSo = 'room' in deed && (deed.room.hideVideoMuted === false || deed.room.muted === false);
    if (!isSo) assert.notDeepEqual(on.everything(), state, permission);
    if (!isSent(deed)) assert.ok(on.actions.every(({ by }) => by === 'owner'));
  }
});
