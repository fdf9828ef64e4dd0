/** What the room channel tells of rooms and of who is in them: plain data for pages, without bearers. */
import type { PublishPermission } from './bandwidth-webrtc-api.js';
import type { Permission, Role } from './roles.js';
import type { DeviceCondition, Layout, MemberRecord, RoomRecord, StreamRecord } from './room-store.js';

/** How long the page of somebody may not listen before that is told to the others, in milliseconds. */
export const CHANNEL_GRACE = 3000;

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
  readonly presence: 'joining' | 'connected' | 'reconnecting';
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
  isSpeakingAllowed(member: MemberRecord): boolean;
  publishPermissionsOf(member: MemberRecord): readonly PublishPermission[];
}

/** @param room as the source has it now, or had it before */
export function roomFacts(source: Pick<FactsSource, 'members'>, room: RoomRecord): RoomFacts {
  const { openedAt, timeLimitSeconds, spotlight } = room;
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
    closesAt:
      openedAt === undefined || timeLimitSeconds === undefined ? null : timeText(openedAt + timeLimitSeconds * 1000),
  };
}

/** @param member who has been let in */
export function participantFacts(
  source: Pick<FactsSource, 'isSpeakingAllowed'>,
  member: MemberRecord,
): ParticipantFacts {
  const { isPhone, isPhoneMuted, handRaisedAt } = member;
  return {
    id: member.participantId ?? '',
    name: member.name,
    role: member.role,
    isPhone,
    presence: presenceOf(member),
    microphone: isPhone ? (isPhoneMuted ? 'off' : 'on') : (member.microphone ?? null),
    camera: isPhone ? 'unavailable' : (member.camera ?? null),
    network: member.network ?? null,
    handRaisedAt: handRaisedAt === undefined ? null : timeText(handRaisedAt),
    isSpeakingAllowed: source.isSpeakingAllowed(member),
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

/** A phone is there as long as its call is; how that stands, the call tells. */
function presenceOf({ isPhone, presence, channel, channelSince }: MemberRecord): ParticipantFacts['presence'] {
  if (isPhone) return 'connected';
  if (presence === 'disconnected') return 'reconnecting';
  if (channel === 'ended' && Date.now() - channelSince >= CHANNEL_GRACE) return 'reconnecting';
  return presence === 'invited' ? 'joining' : 'connected';
}

function timeText(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
