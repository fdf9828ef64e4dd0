/** The room service's state, behind one interface: plain records, replaced as a whole and never changed in place. */
import type { PublishPermission, Subscriptions } from './bandwidth-webrtc-api.js';
import type { PermissionChanges, Role } from './roles.js';

/** How a room is meant to be: given by its owner, and changed by moderators as far as they may. */
export interface RoomSettings {
  /** For people. Empty: the room's name. */
  readonly displayName: string;
  /** People and phones at the same time. */
  readonly maxParticipants: number;
  /** Nobody publishes video. */
  readonly isAudioOnly: boolean;
  /** Nobody else comes in. */
  readonly isLocked: boolean;
  /** Who comes waits until a moderator lets them in. */
  readonly hasWaitingRoom: boolean;
  /** After how long the room is closed, from when the first person came; undefined: only when the platform closes it. */
  readonly timeLimitSeconds?: number | undefined;
}

export const LAYOUTS = ['grid', 'speaker', 'spotlight'] as const;
export type Layout = (typeof LAYOUTS)[number];

export interface RoomRecord extends RoomSettings {
  readonly name: string;
  /** Made by the site's owner: it is kept while nobody is there. */
  readonly isKept: boolean;
  /** When the first person came, in milliseconds since the epoch; undefined while nobody has. */
  readonly openedAt?: number | undefined;
  /** The platform's session; undefined until it is made, and after the platform has lost it. */
  readonly sessionId?: string | undefined;
  /** Everybody is muted but moderators and those who may speak all the same, and who comes starts muted. */
  readonly isMuted: boolean;
  /** The bearer of who is shown large to everybody. */
  readonly spotlight?: string | undefined;
  /** What a moderator has set for everybody. */
  readonly layout?: Layout | undefined;
  readonly hidesVideoMuted: boolean;
}

/** `unavailable`: there is none, it is blocked, or the page does not use it. */
export type DeviceCondition = 'on' | 'off' | 'unavailable';

/** A stream that a person says they publish. */
export interface StreamRecord {
  /** The MediaStream's id, as in the media SDK. */
  readonly id: string;
  readonly videoType: 'camera' | 'screen';
  readonly name: string;
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
  readonly layoutClasses: readonly string[];
}

export interface MemberRecord {
  /** Bearer that proves who holds the seat, through all its participants. Never logged, and told to nobody else. */
  readonly bearer: string;
  readonly room: string;
  readonly name: string;
  /** The site has given the name: the person cannot change it. */
  readonly isNameGiven?: boolean | undefined;
  readonly role: Role;
  readonly permissionChanges: PermissionChanges;
  /** A phone that was called into the room. */
  readonly isPhone: boolean;
  /** True while a moderator has not let the person in yet: there is no participant then, and no seat is taken. */
  readonly isWaiting: boolean;
  /** Who waits, for those who may let them in. It is there until the person has come in. */
  readonly waitingId?: string | undefined;
  /** Undefined until the platform has made the participant. */
  readonly participantId?: string | undefined;
  /** What the platform lets that participant publish; undefined where there is none. */
  readonly publishes?: readonly PublishPermission[] | undefined;
  /** How the participant came into its session; what it receives may have been changed since. */
  readonly entry?: { readonly sessionId: string; readonly subscriptions: Subscriptions } | undefined;
  /** `invited`: has a token and has not connected with it yet. */
  readonly presence: 'invited' | 'connected' | 'disconnected';
  /** Since when `presence` holds, in milliseconds since the epoch. */
  readonly since: number;
  /** When the platform saw the newest event that led to `presence`, by the platform's clock. */
  readonly eventAt?: number | undefined;
  /** Whether the person's page listens to the room channel: `none` where it never has, `ended` where it does not come back. */
  readonly channel: 'none' | 'open' | 'ended';
  /** Since when `channel` holds, in milliseconds since the epoch. */
  readonly channelSince: number;
  /** True while a join or a renewal is under way: nobody may take the seat then. */
  readonly isAdmitting: boolean;
  /** Number of the newest join or renewal: an older one that ends later has nothing to say any more. */
  readonly attempt: number;
  /** In milliseconds since the epoch. */
  readonly joinedAt: number;
  /** The invitation that the person came with. */
  readonly invitationId?: string | undefined;
  /** What the site attached to the person: text of any content, for the others' pages. */
  readonly data?: string | undefined;
  /** What the person's page tells of itself; undefined until it has. */
  readonly microphone?: DeviceCondition | undefined;
  readonly camera?: DeviceCondition | undefined;
  readonly network?: 'good' | 'fair' | 'poor' | undefined;
  readonly streams: readonly StreamRecord[];
  /** For streams to come. */
  readonly layoutClasses: readonly string[];
  /** When the person raised a hand, in milliseconds since the epoch; undefined: it is down. */
  readonly handRaisedAt?: number | undefined;
  /** May speak while everybody is muted. */
  readonly isExceptedFromMute: boolean;
  /** Hears and sees nobody. */
  readonly isDeaf: boolean;
  /** A phone that a moderator has muted: nobody hears it. People's pages mute themselves. */
  readonly isPhoneMuted: boolean;
  /** The bearers of those whom a phone hears; undefined: everybody. */
  readonly hears?: readonly string[] | undefined;
}

/** Answers at once, so that counting seats and taking one is a single step. */
export interface RoomStore {
  rooms(): RoomRecord[];
  room(name: string): RoomRecord | undefined;
  putRoom(room: RoomRecord): void;
  deleteRoom(name: string): void;
  /** In the order in which they came. */
  members(room: string): MemberRecord[];
  memberByBearer(bearer: string): MemberRecord | undefined;
  memberByParticipant(participantId: string): MemberRecord | undefined;
  putMember(member: MemberRecord): void;
  deleteMember(bearer: string): void;
}

/** Everything is found by its key: nothing is searched through. */
export class MemoryRoomStore implements RoomStore {
  readonly #rooms = new Map<string, RoomRecord>();
  readonly #byBearer = new Map<string, MemberRecord>();
  /** By room and bearer. Whoever is changed stays at their place. */
  readonly #byRoom = new Map<string, Map<string, MemberRecord>>();
  readonly #byParticipant = new Map<string, MemberRecord>();

  /** Records that are kept, of each kind. */
  get size(): { readonly rooms: number; readonly members: number } {
    return { rooms: this.#rooms.size + this.#byRoom.size, members: this.#byBearer.size + this.#byParticipant.size };
  }

  rooms(): RoomRecord[] {
    return [...this.#rooms.values()];
  }

  room(name: string): RoomRecord | undefined {
    return this.#rooms.get(name);
  }

  putRoom(room: RoomRecord): void {
    this.#rooms.set(room.name, room);
  }

  deleteRoom(name: string): void {
    this.#rooms.delete(name);
  }

  members(room: string): MemberRecord[] {
    return [...(this.#byRoom.get(room)?.values() ?? [])];
  }

  memberByBearer(bearer: string): MemberRecord | undefined {
    return this.#byBearer.get(bearer);
  }

  memberByParticipant(participantId: string): MemberRecord | undefined {
    return this.#byParticipant.get(participantId);
  }

  putMember(member: MemberRecord): void {
    const { bearer, room, participantId } = member;
    const previous = this.#byBearer.get(bearer)?.participantId;
    if (previous !== undefined) this.#byParticipant.delete(previous);
    if (participantId !== undefined) this.#byParticipant.set(participantId, member);
    this.#byBearer.set(bearer, member);
    const members = this.#byRoom.get(room) ?? new Map<string, MemberRecord>();
    this.#byRoom.set(room, members.set(bearer, member));
  }

  deleteMember(bearer: string): void {
    const member = this.#byBearer.get(bearer);
    if (!member) return;
    this.#byBearer.delete(bearer);
    if (member.participantId !== undefined) this.#byParticipant.delete(member.participantId);
    const members = this.#byRoom.get(member.room);
    members?.delete(bearer);
    if (members?.size === 0) this.#byRoom.delete(member.room);
  }
}
