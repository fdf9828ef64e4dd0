/** Rooms and who is in them: takes people in, knows them by a bearer, lets them go, and keeps the platform in step. */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { BandwidthApiError, platformProblem } from './bandwidth-api-error.js';
import type { BandwidthWebrtcApi, PublishPermission } from './bandwidth-webrtc-api.js';
import { Problem } from './problem.js';
import { RoomSessions, SessionLostError } from './room-sessions.js';
import { DIAL_OUT_PERMISSION, permissionsOf, type Permission, type Role } from './roles.js';
import type { MemberRecord, RoomRecord, RoomStore } from './room-store.js';

export interface RoomLimits {
  /** People in one room. The platform takes at most 20 in a session. */
  readonly maxParticipants: number;
  /** Rooms open at the same time. */
  readonly maxRooms: number;
  /** How long a seat is kept for someone who has not connected, or is not connected any more, in milliseconds. */
  readonly absenceMilliseconds: number;
  /** How often absent people are looked for, in milliseconds. */
  readonly sweepMilliseconds: number;
}

export const DEFAULT_ROOM_LIMITS: RoomLimits = {
  maxParticipants: 20,
  maxRooms: 1000,
  absenceMilliseconds: 60_000,
  sweepMilliseconds: 15_000,
};

/** The platform ends a session after 9 hours (a documented limit). */
const SESSION_LIFETIME = 9 * 3_600_000;

const ROLE: Role = 'guest';
const PUBLISH_PERMISSIONS: readonly PublishPermission[] = ['AUDIO', 'VIDEO'];
/** A room that is opened by who joins it. */
const NEW_ROOM = {
  displayName: '',
  isAudioOnly: false,
  isLocked: false,
  hasWaitingRoom: false,
  isKept: false,
  isMuted: false,
  hidesVideoMuted: false,
  barredInvitations: [],
} as const satisfies Partial<RoomRecord>;

const PHONE_PUBLISH_PERMISSIONS: readonly PublishPermission[] = ['AUDIO'];
export interface JoinRequest {
  readonly room: string;
  readonly name: string;
}

export interface Admission {
  readonly token: string;
  readonly participantId: string;
  readonly room: string;
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** Bearer for the links, and for keeping the seat when the same person joins again. */
  readonly session: string;
}

/** What the platform tells about a participant, with the platform's time in milliseconds since the epoch. */
export interface ParticipantEvent {
  readonly event: 'onConnect' | 'onLeave' | 'onDisconnect';
  readonly timestamp: number;
  readonly participantId: string;
}

export interface RoomServiceOptions {
  readonly api: BandwidthWebrtcApi;
  readonly store: RoomStore;
  readonly limits: RoomLimits;
  /** Where the platform posts participant webhooks; without it nobody's absence is ever noticed. */
  readonly callbackUrl: string | undefined;
  /** Whether people may call phones into their room. */
  readonly canDialOut: boolean;
  readonly log: (message: string) => void;
}

export interface RoomParticipant {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** `absent`: has not connected, or was not connected any more, for too long. */
export interface Departure {
  readonly reason: 'left' | 'removed' | 'absent' | 'room-ended';
  /** What a moderator or the site's owner said about it: text of any content. */
  readonly text?: string | undefined;
  /** The bearer of who removed the person; undefined: the site's owner, or nobody. */
  readonly by?: string | undefined;
}

/** `empty`: the last person has left. */
export type RoomEnd = 'empty' | 'ended' | 'time-limit';

/** What changes in the store, in the order in which it does, after it has. */
interface RoomServiceEvents {
  'room-opened': [room: RoomRecord];
  'room-changed': [room: RoomRecord, previous: RoomRecord];
  /** The last person has left, or the room was ended. Its phones are gone, too. */
  'room-ended': [room: string, reason: RoomEnd];
  /** Somebody waits to be let in, or no longer does. */
  'waiting-changed': [room: string];
  /** The platform has made the member's first participant. */
  'member-joined': [member: MemberRecord];
  /** Anything of a member changed; another `participantId` after a renewal. */
  'member-changed': [member: MemberRecord, previous: MemberRecord];
  'member-left': [member: MemberRecord, departure: Departure];
  /** The seat of this bearer is given up or taken away, also before its room ends. Follows `member-left`. */
  'seat-ended': [bearer: string];
}

export class RoomService extends EventEmitter<RoomServiceEvents> {
  readonly #options: RoomServiceOptions;
  readonly #store: RoomStore;
  readonly #sessions: RoomSessions;
  readonly #sweepTimer: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: RoomServiceOptions) {
    super();
    this.#options = options;
    this.#store = options.store;
    this.#sessions = new RoomSessions(options.api, options.store, (message) => this.#log(message));
    this.#sweepTimer = setInterval(() => this.#sweep(), options.limits.sweepMilliseconds);
    this.#sweepTimer.unref();
  }

  /**
   * Takes somebody into a room, opening it if need be.
   * @param bearer of an earlier admission to the same room: that seat is taken over, and its participant replaced
   * @throws Problem
   */
  async join(request: JoinRequest, bearer?: string): Promise<Admission> {
    const holder = this.#memberOf(bearer);
    const member = holder?.room === request.room ? this.#renewSeat(holder, request) : await this.#takeSeat(request);
    return this.#admit(member);
  }

  /** @throws Problem when the bearer is not, or no longer, of anybody in a room */
  roomOf(bearer: string | undefined): string {
    return this.#holder(bearer).room;
  }

  /** @throws Problem when the bearer is not, or no longer, of anybody in a room */
  member(bearer: string | undefined): MemberRecord {
    return this.#holder(bearer);
  }

  /** @throws Problem where nobody in the room is this participant */
  memberByParticipant(room: string, participantId: string): MemberRecord {
    const member = this.#store.memberByParticipant(participantId);
    if (member?.room === room) return member;
    throw new Problem(404, 'This person is not in the room any more.', { code: 'participant-gone' });
  }

  /** Those who have been let in, phones among them, in the order in which they came. */
  members(room: string): MemberRecord[] {
    return this.#store.members(room).filter(({ participantId }) => participantId !== undefined);
  }

  /** @throws Problem where there is no such room */
  room(name: string): RoomRecord {
    const room = this.#store.room(name);
    if (room) return room;
    throw new Problem(404, 'There is no room of this name.', { code: 'room-gone' });
  }

  rooms(): RoomRecord[] {
    return this.#store.rooms();
  }

  /** Does nothing for who has left. */
  updateMember(bearer: string, change: Partial<MemberRecord>): void {
    const previous = this.#memberOf(bearer);
    if (!previous) return;
    const member = { ...previous, ...change };
    this.#store.putMember(member);
    if (member.participantId !== undefined) this.emit('member-changed', member, previous);
  }

  /** Does nothing for a room that is gone. */
  updateRoom(name: string, change: Partial<RoomRecord>): void {
    const previous = this.#store.room(name);
    if (!previous) return;
    const room = { ...previous, ...change };
    this.#store.putRoom(room);
    this.emit('room-changed', room, previous);
  }

  /** Everybody in the bearer's room. @throws Problem when the bearer is not, or no longer, of anybody in a room */
  participants(bearer: string | undefined): RoomParticipant[] {
    return this.participantsOf(this.roomOf(bearer));
  }

  /** The name of a participant of any room. */
  nameOf(participantId: string): string | undefined {
    return this.#store.memberByParticipant(participantId)?.name;
  }

  participantsOf(room: string): RoomParticipant[] {
    return this.#store
      .members(room)
      .flatMap(({ participantId, name, role }) => (participantId ? [{ id: participantId, name, role }] : []));
  }

  /**
   * Lets the bearer's holder go at once: with a device that is connected, or before there was one, where no webhook
   * would tell. Does nothing for who has left already: the platform may have been quicker to tell.
   */
  leave(bearer: string | undefined): void {
    const member = this.#memberOf(bearer);
    if (member) this.#forget(member);
  }

  /**
   * Who asks for something that not everybody may do.
   * @throws Problem when the bearer is of nobody in a room, or may not do it
   */
  authorize(bearer: string | undefined, permission: Permission): MemberRecord {
    const member = this.#holder(bearer);
    if (this.permissionsOf(member).includes(permission)) return member;
    throw new Problem(403, `You need the permission "${permission}" for this.`, {
      code: 'permission-missing',
      permission,
    });
  }

  /** What the member may do at this moment. */
  permissionsOf({ role, permissionChanges }: MemberRecord): Permission[] {
    const { canDialOut } = this.#options;
    return permissionsOf(role, permissionChanges).filter((name) => canDialOut || name !== DIAL_OUT_PERMISSION);
  }

  /** @throws Problem where nobody is in the room but phones */
  requirePeople(room: string): void {
    if (this.#hasPeople(room)) return;
    throw new Problem(409, 'Nobody is in this room to talk with.', { code: 'call-failed' });
  }

  /**
   * Takes a phone into a room where somebody is. It keeps its seat until it is removed or the last person leaves.
   * @returns the phone as a participant, and the token that its call is transferred with
   * @throws Problem
   */
  async addPhone(room: string, name: string): Promise<{ participantId: string; token: string }> {
    this.requirePeople(room);
    const member = await this.#takeSeat({ room, name }, true);
    return this.#admit(member);
  }

  /** Does nothing for a phone that is gone already. */
  removePhone(participantId: string): void {
    const member = this.#store.memberByParticipant(participantId);
    if (member?.isPhone) this.#forget(member);
  }

  /** Ends the room for everybody in it. Does nothing where there is no such room. */
  end(room: string): void {
    // The last of them takes the phones along.
    for (const member of this.#store.members(room)) if (!member.isPhone) this.#forget(member);
  }

  handleEvent({ event, timestamp, participantId }: ParticipantEvent): void {
    const member = this.#store.memberByParticipant(participantId);
    if (!member) return;
    if (event === 'onLeave' && !member.isAdmitting) return this.#forget(member);
    // Events can overtake each other on their way.
    if (member.eventAt !== undefined && timestamp < member.eventAt) return;
    const presence = event === 'onConnect' ? 'connected' : 'disconnected';
    this.#store.putMember({ ...member, presence, since: Date.now(), eventAt: timestamp });
  }

  /** Stops looking for absent people. Meetings that are under way go on without the service. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweepTimer);
  }

  #memberOf(bearer: string | undefined): MemberRecord | undefined {
    return bearer === undefined ? undefined : this.#store.memberByBearer(bearer);
  }

  #holder(bearer: string | undefined): MemberRecord {
    const member = this.#memberOf(bearer);
    if (!member) throw new Problem(401, 'You are not in this room any more. Join again.');
    return member;
  }

  #renewSeat(holder: MemberRecord, { name }: JoinRequest): MemberRecord {
    const member: MemberRecord = { ...holder, name, isAdmitting: true, attempt: holder.attempt + 1 };
    this.#store.putMember(member);
    return member;
  }

  async #takeSeat({ room, name }: JoinRequest, isPhone = false): Promise<MemberRecord> {
    const { maxParticipants, maxRooms } = this.#options.limits;
    await this.#freeSeats(room);
    // Nothing is awaited from counting the seats to taking one.
    if (this.#store.members(room).length >= maxParticipants)
      throw new Problem(409, 'The room is full. Try again when someone has left.');
    if (isPhone) this.requirePeople(room);
    if (!this.#store.room(room)) {
      if (this.#store.rooms().length >= maxRooms)
        throw new Problem(503, 'Too many rooms are open. Try again later.', { headers: { 'retry-after': '60' } });
      this.#store.putRoom({ ...NEW_ROOM, maxParticipants, name: room, openedAt: Date.now() });
    }
    const member: MemberRecord = {
      bearer: randomBytes(32).toString('base64url'),
      room,
      name,
      role: ROLE,
      permissionChanges: {},
      isPhone,
      isWaiting: false,
      presence: 'invited',
      since: Date.now(),
      channel: 'none',
      channelSince: Date.now(),
      isAdmitting: true,
      attempt: 1,
      joinedAt: Date.now(),
      streams: [],
      layoutClasses: [],
      isExceptedFromMute: false,
      isDeaf: false,
      isPhoneMuted: false,
    };
    this.#store.putMember(member);
    return member;
  }

  /** Where seats are short: evicts who is absent, and waits until the platform has let the departed go. */
  async #freeSeats(room: string): Promise<void> {
    const { maxParticipants } = this.#options.limits;
    if (this.#store.members(room).length >= maxParticipants) this.#evictAbsent(room);
    const departures = this.#sessions.departures(room);
    if (this.#store.members(room).length + departures.length < maxParticipants) return;
    await Promise.all(departures);
  }

  /** @throws Problem; who had no seat before has none then */
  async #admit(member: MemberRecord): Promise<Admission> {
    try {
      return await this.#tryToAdmit(member);
    } catch (error) {
      this.#endFailedAttempt(member);
      throw this.#asProblem(error);
    }
  }

  /** Twice where the platform has lost the session. */
  async #tryToAdmit(member: MemberRecord): Promise<Admission> {
    try {
      return await this.#admitOnce(member);
    } catch (error) {
      if (!(error instanceof SessionLostError)) throw error;
      this.#forgetSession(member.room, error.sessionId);
      return this.#admitOnce(member);
    }
  }

  async #admitOnce(member: MemberRecord): Promise<Admission> {
    const { api } = this.#options;
    const { bearer, room, name, role } = member;
    const sessionId = await this.#sessions.open(room);
    const { participantId, token } = await api.createParticipant({
      publishPermissions: member.isPhone ? PHONE_PUBLISH_PERMISSIONS : PUBLISH_PERMISSIONS,
      // A phone stays as long as its call does: it is out of the session while it hears digits.
      callbackUrl: member.isPhone ? undefined : this.#options.callbackUrl,
    });
    try {
      await this.#deleteReplacedParticipant(member);
      await this.#sessions.add(participantId, sessionId);
      const current = this.#current(member);
      const now = Date.now();
      this.#store.putMember({
        ...current,
        participantId,
        presence: 'invited',
        since: now,
        eventAt: undefined,
        isAdmitting: false,
      });
    } catch (error) {
      this.#sessions.discard(participantId, room);
      throw error;
    }
    return { token, participantId, room, name, role, permissions: this.permissionsOf(member), session: bearer };
  }

  /** The member as the store has it now. @throws Problem when a newer attempt of the same member has begun */
  #current(member: MemberRecord): MemberRecord {
    const current = this.#store.memberByBearer(member.bearer);
    if (current?.attempt !== member.attempt)
      throw new Problem(400, 'This request was replaced by a newer one from the same page.');
    return current;
  }

  /** Before the new one enters the session, so that a full session has room for it. */
  async #deleteReplacedParticipant(member: MemberRecord): Promise<void> {
    const { participantId } = this.#current(member);
    if (participantId === undefined) return;
    await this.#options.api.deleteParticipant(participantId);
    this.#store.putMember({ ...this.#current(member), presence: 'disconnected', since: Date.now() });
  }

  #endFailedAttempt({ bearer, room, attempt }: MemberRecord): void {
    const current = this.#store.memberByBearer(bearer);
    if (current && current.attempt !== attempt) return;
    if (current?.participantId !== undefined) return this.#store.putMember({ ...current, isAdmitting: false });
    // Who has left meanwhile may have left a session that was made for nobody.
    this.#store.deleteMember(bearer);
    this.#closeIfEmpty(room);
  }

  #asProblem(error: unknown): unknown {
    if (error instanceof SessionLostError)
      return new Problem(502, 'The room could not be opened. Try again in a moment.', { cause: error });
    if (!(error instanceof BandwidthApiError)) return error;
    this.#log(error.message);
    if (error.status === 409)
      return new Problem(409, 'The room is full. Try again when someone has left.', { cause: error });
    return platformProblem(error, 'The meeting platform');
  }

  #forgetSession(roomName: string, sessionId: string): void {
    const room = this.#store.room(roomName);
    if (room?.sessionId !== sessionId) return;
    this.#store.putRoom({ ...room, sessionId: undefined });
    // The others' connections went with the session: they come back by themselves, or are gone.
    for (const member of this.#store.members(roomName))
      if (member.presence === 'connected')
        this.#store.putMember({ ...member, presence: 'disconnected', since: Date.now() });
  }

  #sweep(): void {
    for (const { name, openedAt } of this.#store.rooms()) {
      const members = this.#store.members(name);
      const isOver =
        openedAt !== undefined &&
        Date.now() - openedAt > SESSION_LIFETIME &&
        members.every((member) => !member.isAdmitting);
      if (isOver) this.end(name);
      else this.#evictAbsent(name);
    }
  }

  #evictAbsent(roomName: string): void {
    for (const member of this.#store.members(roomName)) if (this.#isAbsent(member)) this.#forget(member);
  }

  #isAbsent({ presence, since, isAdmitting, isPhone }: MemberRecord): boolean {
    if (isAdmitting || isPhone || presence === 'connected') return false;
    // Where no webhook can come, nobody is ever seen to connect.
    if (presence === 'invited' && this.#options.callbackUrl === undefined) return false;
    return Date.now() - since >= this.#options.limits.absenceMilliseconds;
  }

  #forget(member: MemberRecord): void {
    this.#release(member);
    this.#closeIfEmpty(member.room);
  }

  #release({ bearer, room, participantId }: MemberRecord): void {
    this.#store.deleteMember(bearer);
    this.emit('seat-ended', bearer);
    if (participantId !== undefined) this.#sessions.discard(participantId, room);
  }

  /** What fails because the server is going away is not worth a line. */
  #log(message: string): void {
    if (!this.#isClosed) this.#options.log(message);
  }

  #hasPeople(room: string): boolean {
    return this.#store.members(room).some(({ isPhone }) => !isPhone);
  }

  /** The last person out ends the session. Phones do not stay alone. */
  #closeIfEmpty(roomName: string): void {
    const room = this.#store.room(roomName);
    if (!room || this.#hasPeople(roomName)) return;
    for (const phone of this.#store.members(roomName)) this.#release(phone);
    this.#store.deleteRoom(roomName);
    this.emit('room-ended', roomName, 'empty');
    if (room.sessionId !== undefined) this.#sessions.end(room.sessionId);
  }
}
