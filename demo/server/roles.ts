/** Roles, and what they may do: the names of SignalWire's permissions, continued in their style. */
import { z } from '@hono/zod-openapi';

/** What a person may do to themselves, if they publish media at all. */
const SELF = [
  'room.self.audio_mute',
  'room.self.audio_unmute',
  'room.self.video_mute',
  'room.self.video_unmute',
  'room.self.screenshare',
  'room.self.raisehand',
  'room.self.lowerhand',
] as const;

/** What needs video of one's own. */
export const VIDEO_PERMISSIONS = [
  'room.self.video_mute',
  'room.self.video_unmute',
  'room.self.screenshare',
] as const satisfies readonly (typeof SELF)[number][];

/** What whoever is here may do. */
const EVERYBODY = ['room.message', 'room.reaction', 'room.signal', 'room.list_available_layouts'] as const;

/** To call phones into the room. */
export const DIAL_OUT_PERMISSION = 'room.dial_out';

const MODERATOR = [
  'room.member.audio_mute',
  // Nobody's device is ever switched on by others: the person is asked.
  'room.member.audio_unmute',
  'room.member.video_mute',
  'room.member.video_unmute',
  'room.member.lowerhand',
  'room.member.deaf',
  'room.member.undeaf',
  'room.member.promote',
  'room.member.demote',
  'room.member.remove',
  'room.member.admit',
  'room.set_spotlight',
  'room.set_layout',
  'room.hide_video_muted',
  'room.show_video_muted',
  'room.lock',
  'room.end',
] as const;

const ALL = [...SELF, ...EVERYBODY, DIAL_OUT_PERMISSION, ...MODERATOR] as const;

export type Permission = (typeof ALL)[number];

export const permissionSchema = z.enum(ALL);

/** A `viewer` sees and hears, and publishes nothing. */
export const roleSchema = z
  .enum(['moderator', 'guest', 'viewer'], 'must be "moderator", "guest" or "viewer"')
  .openapi('Role');
export type Role = z.infer<typeof roleSchema>;

const BY_ROLE: Readonly<Record<Role, readonly Permission[]>> = {
  moderator: ALL,
  guest: [...SELF, ...EVERYBODY, DIAL_OUT_PERMISSION],
  viewer: EVERYBODY,
};

/** How one person's permissions differ from their role's. */
export interface PermissionChanges {
  readonly grant?: readonly Permission[] | undefined;
  readonly take?: readonly Permission[] | undefined;
}

/** What is granted and taken is taken. A viewer is granted nothing that needs media of their own. */
export function permissionsOf(role: Role, { grant = [], take = [] }: PermissionChanges = {}): Permission[] {
  const needsMedia: readonly Permission[] = SELF;
  const granted = role === 'viewer' ? grant.filter((permission) => !needsMedia.includes(permission)) : grant;
  const all = new Set([...BY_ROLE[role], ...granted]);
  return [...all].filter((permission) => !take.includes(permission));
}
