/** What the room channel tells of rooms and of who is in them: plain data for pages, without bearers. */
import type { PublishPermission } from './bandwidth-webrtc-api.js';
import type { Presence } from './presence.js';
import type { Permission, Role } from './roles.js';
import { closingTime } from './room-clock.js';
import type { DeviceCondition, Layout, MemberRecord, RoomRecord, StreamRecord } from './room-store.js';

export interface RoomFacts {
  readonly name: string;
  /** For people. Empty: the name. */
  readonly displayName: string;
  readonly isAudioOnly: boolean;
  readonly isLocked: boolean;
  readonly hasWaitingRoom: boolean;
  readonly isMuted: boolean;
  /** The participant who is shown large to everybody. */
  readonly spotlightId: string | null;
  readonly layout: Layout | null;
  readonly hidesVideoMuted: boolean;
  readonly maxParticipants: number;
  /** ISO 8601. */
  readonly closesAt: string | null;
}

export interface ParticipantFacts {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly isPhone: boolean;
  readonly presence: Presence;
  /** Null where their page does not tell. */
  readonly microphone: DeviceCondition | null;
  readonly camera: DeviceCondition | null;
  readonly network: 'good' | 'fair' | 'poor' | null;
  /** ISO 8601; null: it is down. */
  readonly handRaisedAt: string | null;
  readonly isSpeakingAllowed: boolean;
  readonly isDeaf: boolean;
  readonly streams: readonly StreamRecord[];
  readonly data: string | null;
  /** ISO 8601. */
  readonly joinedAt: string;
}

/** What only the person's own page is told. */
export interface SelfFacts {
  readonly id: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  readonly isSpeakingAllowed: boolean;
  /** What the platform lets them publish: another token is needed where it changes. */
  readonly publish: readonly PublishPermission[];
}

/** What facts are taken from: the room service. */
export interface FactsSource {
  room(name: string): RoomRecord;
  /** Those who have been let in, in the order in which they came. */
  members(room: string): MemberRecord[];
  permissionsOf(member: MemberRecord): readonly Permission[];
  presenceOf(member: MemberRecord): Presence;
  isSpeakingAllowed(member: MemberRecord): boolean;
  publishPermissionsOf(member: MemberRecord): readonly PublishPermission[];
}

/** @param room as the source has it now, or had it before */
export function roomFacts(source: Pick<FactsSource, 'members'>, room: RoomRecord): RoomFacts {
  const { spotlight } = room;
  const closesAt = closingTime(room);
  const shown =
    spotlight === undefined ? undefined : source.members(room.name).find((each) => each.bearer === spotlight);
  return {
    name: room.name,
    displayName: room.displayName,
    isAudioOnly: room.isAudioOnly,
    isLocked: room.isLocked,
    hasWaitingRoom: room.hasWaitingRoom,
    isMuted: room.isMuted,
    spotlightId: shown?.participantId ?? null,
    layout: room.layout ?? null,
    hidesVideoMuted: room.hidesVideoMuted,
    maxParticipants: room.maxParticipants,
    closesAt: closesAt === undefined ? null : timeText(closesAt),
  };
}

/** @param member who has been let in */
export function participantFacts(
  source: Pick<FactsSource, 'isSpeakingAllowed' | 'presenceOf'>,
  member: MemberRecord,
): ParticipantFacts {
  const { isPhone, handRaisedAt } = member;
  const isSpeakingAllowed = source.isSpeakingAllowed(member);
  // Nobody hears a phone that may not speak: it has no page that would mute it.
  const isPhoneHeard = !member.isPhoneMuted && isSpeakingAllowed;
  return {
    id: member.participantId ?? '',
    name: member.name,
    role: member.role,
    isPhone,
    presence: source.presenceOf(member),
    microphone: isPhone ? (isPhoneHeard ? 'on' : 'off') : (member.microphone ?? null),
    camera: isPhone ? 'unavailable' : (member.camera ?? null),
    network: member.network ?? null,
    handRaisedAt: handRaisedAt === undefined ? null : timeText(handRaisedAt),
    isSpeakingAllowed,
    isDeaf: member.isDeaf,
    streams: member.streams,
    data: member.data ?? null,
    joinedAt: timeText(member.joinedAt),
  };
}

export function selfFacts(
  source: Pick<FactsSource, 'permissionsOf' | 'isSpeakingAllowed' | 'publishPermissionsOf'>,
  member: MemberRecord,
): SelfFacts {
  return {
    id: member.participantId ?? '',
    role: member.role,
    permissions: source.permissionsOf(member),
    isSpeakingAllowed: source.isSpeakingAllowed(member),
    publish: source.publishPermissionsOf(member),
  };
}

/** What the channel begins with for one seat, where changes alone would make no sense. */
export interface Snapshot {
  readonly room: RoomFacts;
  readonly self: SelfFacts;
  readonly participants: readonly ParticipantFacts[];
  /** Only for who may let them in. */
  readonly waiting?: readonly WaitingPerson[];
  readonly calls: readonly object[];
  /** Oldest first; those that this person may read. */
  readonly messages: readonly object[];
}

export interface WaitingPerson {
  readonly id: string;
  readonly name: string;
}

export function mayAdmit({ permissions }: Pick<SelfFacts, 'permissions'>): boolean {
  return permissions.includes('room.member.admit');
}

/** @throws Problem for a bearer who is, or is no longer, of anybody in a room */
export function snapshotFor(
  source: FactsSource & { member(bearer: string): MemberRecord; waiting(room: string): readonly WaitingPerson[] },
  bearer: string,
  { calls, messages }: Pick<Snapshot, 'calls' | 'messages'>,
): Snapshot {
  const member = source.member(bearer);
  const self = selfFacts(source, member);
  return {
    room: roomFacts(source, source.room(member.room)),
    self,
    participants: source.members(member.room).map((each) => participantFacts(source, each)),
    ...(mayAdmit(self) && { waiting: source.waiting(member.room) }),
    calls,
    messages,
  };
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
