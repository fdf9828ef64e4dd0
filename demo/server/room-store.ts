/** The room service's state, behind one interface: plain records, replaced as a whole and never changed in place. */

export type Role = 'guest';

export interface RoomRecord {
  readonly name: string;
  /** When the room was opened, in milliseconds since the epoch. */
  readonly openedAt: number;
  /** The platform's session; undefined until it is made, and after the platform has lost it. */
  readonly sessionId?: string | undefined;
}

export interface MemberRecord {
  /** Bearer that proves who holds the seat. Never logged. */
  readonly bearer: string;
  readonly room: string;
  readonly name: string;
  readonly role: Role;
  /** A phone that was called into the room. */
  readonly isPhone: boolean;
  /** Undefined until the platform has made the participant. */
  readonly participantId?: string | undefined;
  /** `invited`: has a token and has not connected with it yet. */
  readonly presence: 'invited' | 'connected' | 'disconnected';
  /** Since when `presence` holds, in milliseconds since the epoch. */
  readonly since: number;
  /** When the platform saw the newest event that led to `presence`, by the platform's clock. */
  readonly eventAt?: number | undefined;
  /** True while a join or a renewal is under way: nobody may take the seat then. */
  readonly isAdmitting: boolean;
  /** Number of the newest join or renewal: an older one that ends later has nothing to say any more. */
  readonly attempt: number;
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

export class MemoryRoomStore implements RoomStore {
  readonly #rooms = new Map<string, RoomRecord>();
  readonly #members = new Map<string, MemberRecord>();

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
    return [...this.#members.values()].filter((member) => member.room === room);
  }

  memberByBearer(bearer: string): MemberRecord | undefined {
    return this.#members.get(bearer);
  }

  memberByParticipant(participantId: string): MemberRecord | undefined {
    return [...this.#members.values()].find((member) => member.participantId === participantId);
  }

  putMember(member: MemberRecord): void {
    this.#members.set(member.bearer, member);
  }

  deleteMember(bearer: string): void {
    this.#members.delete(bearer);
  }
}
