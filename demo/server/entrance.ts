/** The way into a room: to a seat of one's own, or first into the waiting room. */
import { randomBytes, randomUUID } from 'node:crypto';
import { Admissions } from './admissions.js';
import type { FormerBearers } from './former-bearers.js';
import { Problem } from './problem.js';
import type { Permission, PermissionChanges, Role } from './roles.js';
import type { RoomLimits } from './room-limits.js';
import type { RoomService } from './room-service.js';
import type { RoomPlatform, RoomSessions } from './room-sessions.js';
import type { MemberRecord, RoomStore } from './room-store.js';
import { WaitingRoom } from './waiting-room.js';

/** Somebody whom the site's policy lets in, and as whom. */
export interface JoinRequest {
  readonly room: string;
  readonly name: string;
  /** The site has given the name: the person cannot change it. */
  readonly isNameGiven?: boolean | undefined;
  readonly role: Role;
  readonly permissionChanges: PermissionChanges;
  readonly invitationId?: string | undefined;
  /** What the site attaches to the person, for the others' pages. */
  readonly data?: string | undefined;
  /** Of the streams that the person will publish. */
  readonly layoutClasses?: readonly string[] | undefined;
  /** Comes in although the room is locked. */
  readonly mayEnterLocked: boolean;
}

export interface Admission {
  readonly token: string;
  readonly participantId: string;
  readonly room: string;
  /** Of the room, for people. Empty: the room's name. */
  readonly displayName: string;
  readonly name: string;
  readonly role: Role;
  readonly permissions: readonly Permission[];
  /** Bearer for the links, and for keeping the seat when the same person joins again. */
  readonly session: string;
}

/** Somebody who is not let in yet. */
export interface Waiting {
  readonly waiting: true;
  readonly room: string;
  readonly name: string;
  /** Bearer for asking again. */
  readonly session: string;
}

export interface RejoinRequest {
  readonly room: string;
  /** Another name from now on, unless the site has given one. */
  readonly name?: string | undefined;
}

interface PhoneRequest extends Pick<JoinRequest, 'room' | 'name'> {
  readonly hears: readonly string[] | undefined;
}

export interface EntranceOptions {
  readonly api: RoomPlatform;
  readonly store: RoomStore;
  readonly sessions: RoomSessions;
  readonly limits: RoomLimits;
  readonly rooms: Pick<
    RoomService,
    'room' | 'members' | 'permissionsOf' | 'publishPermissionsOf' | 'isSpeakingAllowed' | 'leave'
  >;
  readonly former: FormerBearers;
  /** Where the platform posts participant webhooks. */
  readonly callbackUrl: string | undefined;
  /** Keeps what became of a member, and tells of it. */
  readonly change: (bearer: string, change: Partial<MemberRecord>) => void;
  /** The first person comes. @throws Problem */
  readonly open: (room: string) => void;
  readonly evictAbsent: (room: string) => void;
  readonly forgetSession: (room: string, sessionId: string) => void;
  /** Somebody waits, or no longer does. */
  readonly waitingChanged: (room: string) => void;
  readonly log: (message: string) => void;
}

export class Entrance {
  readonly #options: EntranceOptions;
  readonly #store: RoomStore;
  readonly #admissions: Admissions;
  readonly #waitingRoom: WaitingRoom;

  constructor(options: EntranceOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#admissions = new Admissions({ ...options, current: (member) => this.#current(member) });
    const { waitingHoldMilliseconds: holdMilliseconds, waitingAbsenceMilliseconds: absenceMilliseconds } =
      options.limits;
    this.#waitingRoom = new WaitingRoom({ holdMilliseconds, absenceMilliseconds }, (bearer) =>
      options.rooms.leave(bearer),
    );
  }

  /** Requests that are held, and those that are expected. */
  get size(): number {
    return this.#waitingRoom.size;
  }

  /** See `RoomService.join`. */
  async join(request: JoinRequest, bearer?: string, signal?: AbortSignal): Promise<Admission | Waiting> {
    return (await this.rejoin(request, bearer, signal)) ?? this.#enter(request);
  }

  /** See `RoomService.rejoin`. */
  async rejoin(
    { room, name }: RejoinRequest,
    bearer: string | undefined,
    signal?: AbortSignal,
  ): Promise<Admission | Waiting | undefined> {
    this.#options.former.refuse(bearer, room);
    const member = this.#memberOf(bearer);
    if (member?.room !== room) return undefined;
    if (member.isWaiting) return this.#goOnWaiting(member, signal);
    // Who was let in comes in by the name that was read then.
    return this.#admit(this.#renewSeat(member, member.participantId === undefined ? undefined : name));
  }

  /**
   * Takes a phone in, also into a locked room.
   * @param request.hears see `RoomService.addPhone`
   * @param mayEnter throws where it may not, asked when there may be a seat
   */
  async addPhone({ hears, ...who }: PhoneRequest, mayEnter: () => void): Promise<Admission> {
    await this.#freeSeats(who.room);
    mayEnter();
    const request: JoinRequest = { ...who, role: 'guest', permissionChanges: {}, mayEnterLocked: true };
    return this.#admit(this.#takeSeat(request, { isPhone: true, hears }));
  }

  /** Who waits to be let in, in the order in which they came. */
  waiting(room: string): { readonly id: string; readonly name: string }[] {
    return this.#store
      .members(room)
      .flatMap(({ isWaiting, waitingId, name }) => (isWaiting && waitingId ? [{ id: waitingId, name }] : []));
  }

  /** @throws Problem where nobody waits by this id */
  waiter(room: string, waitingId: string): MemberRecord {
    const waiter = this.#store.members(room).find((member) => member.isWaiting && member.waitingId === waitingId);
    if (waiter) return waiter;
    throw new Problem(404, 'This person does not wait any more.', { code: 'participant-gone' });
  }

  /** Gives who has waited a seat. @throws Problem where there is none */
  letIn(waiter: MemberRecord): void {
    const { bearer, room } = waiter;
    this.#evictAbsentIfFull(room);
    this.#requireSeat(room);
    this.#options.open(room);
    // Anew, so that people are listed in the order in which they came in.
    this.#store.deleteMember(bearer);
    this.#store.putMember({ ...waiter, isWaiting: false, since: Date.now(), joinedAt: Date.now() });
    this.#options.waitingChanged(room);
    // For who is not asking at this moment, the time goes on in which they have to.
    this.#waitingRoom.answer(bearer);
  }

  /** The bearer's holder has left. */
  forget(bearer: string): void {
    this.#waitingRoom.forget(bearer);
  }

  close(): void {
    this.#waitingRoom.close();
  }

  async #enter(request: JoinRequest): Promise<Admission | Waiting> {
    await this.#freeSeats(request.room);
    // Nothing is awaited from here to the seat.
    this.#requireEntry(request);
    if (this.#mustWait(request)) return this.#startWaiting(request);
    return this.#admit(this.#takeSeat(request));
  }

  /** @throws Problem */
  #requireEntry({ room, invitationId, mayEnterLocked }: JoinRequest): void {
    this.#options.former.refuseInvitation(invitationId, room);
    if (this.#store.room(room)?.isLocked && !mayEnterLocked)
      throw new Problem(403, 'The room is locked. Ask somebody in it to let you in.', { code: 'room-locked' });
  }

  #mustWait(request: Pick<JoinRequest, 'room' | 'role' | 'permissionChanges'>): boolean {
    const room = this.#store.room(request.room);
    return room?.hasWaitingRoom === true && !this.#options.rooms.permissionsOf(request).includes('room.member.admit');
  }

  #startWaiting(request: JoinRequest): Waiting {
    const { room } = request;
    if (this.waiting(room).length >= this.#options.limits.maxWaiting)
      throw new Problem(409, 'Too many people wait to be let in. Try again later.');
    const member: MemberRecord = { ...newMember(request), isWaiting: true, waitingId: randomUUID() };
    this.#store.putMember(member);
    this.#waitingRoom.expect(member.bearer);
    this.#options.waitingChanged(room);
    return waitingAnswer(member);
  }

  async #goOnWaiting(waiter: MemberRecord, signal?: AbortSignal): Promise<Admission | Waiting> {
    const { bearer, room } = waiter;
    if (this.#needsNoDecision(waiter)) this.letIn(waiter);
    else await this.#waitingRoom.hold(bearer, signal);
    const member = this.#memberOf(bearer);
    if (!member) {
      this.#options.former.refuse(bearer, room);
      throw new Problem(401, 'You do not wait to be let in any more. Join again.');
    }
    // Who is let in while nobody waits for the answer comes in with the next request.
    if (member.isWaiting || signal?.aborted) return waitingAnswer(member);
    await this.#freeSeats(room);
    return this.#admit(this.#renewSeat(this.#memberOf(bearer) ?? member));
  }

  /** The waiting room was switched off when there was no seat; now there is one. */
  #needsNoDecision(waiter: MemberRecord): boolean {
    const { room } = waiter;
    return !this.#mustWait(waiter) && !this.#store.room(room)?.isLocked && !this.#isFull(room);
  }

  #renewSeat(holder: MemberRecord, name?: string): MemberRecord {
    const change = { isAdmitting: true, attempt: holder.attempt + 1 };
    this.#waitingRoom.forget(holder.bearer);
    this.#options.change(holder.bearer, holder.isNameGiven || name === undefined ? change : { ...change, name });
    return { ...holder, ...change };
  }

  /** @throws Problem */
  #takeSeat(request: JoinRequest, phone: Pick<MemberRecord, 'hears'> & { isPhone?: boolean } = {}): MemberRecord {
    this.#requireSeat(request.room);
    this.#options.open(request.room);
    const member: MemberRecord = { ...newMember(request), ...phone, isAdmitting: true };
    this.#store.putMember(member);
    return member;
  }

  #requireSeat(room: string): void {
    if (this.#isFull(room)) throw new Problem(409, 'The room is full. Try again when someone has left.');
  }

  #memberOf(bearer: string | undefined): MemberRecord | undefined {
    return bearer === undefined ? undefined : this.#store.memberByBearer(bearer);
  }

  #evictAbsentIfFull(room: string): void {
    if (this.#isFull(room)) this.#options.evictAbsent(room);
  }

  /** Where seats are short: evicts who is absent, and waits until the platform has let the departed go. */
  async #freeSeats(room: string): Promise<void> {
    this.#evictAbsentIfFull(room);
    const departures = this.#options.sessions.departures(room);
    if (!this.#isFull(room, departures.length)) return;
    await Promise.all(departures);
  }

  /** @param departing those whom the platform still counts */
  #isFull(room: string, departing = 0): boolean {
    const limit = this.#store.room(room)?.maxParticipants ?? this.#options.limits.maxParticipants;
    return this.#store.members(room).filter(({ isWaiting }) => !isWaiting).length + departing >= limit;
  }

  /** @throws Problem; who had no seat before has none then */
  async #admit(member: MemberRecord): Promise<Admission> {
    try {
      const { participantId, token } = await this.#admissions.admit(member);
      const current = this.#current(member);
      const { bearer: session, room, name, role } = current;
      const { displayName } = this.#options.rooms.room(room);
      return {
        token,
        participantId,
        room,
        displayName,
        name,
        role,
        permissions: this.#options.rooms.permissionsOf(current),
        session,
      };
    } catch (error) {
      this.#endFailedAttempt(member);
      throw error;
    }
  }

  /** The member as the store has it now. @throws Problem when they are out, or a newer attempt of theirs has begun */
  #current({ bearer, room, attempt }: MemberRecord): MemberRecord {
    const current = this.#store.memberByBearer(bearer);
    if (current?.attempt === attempt) return current;
    this.#options.former.refuse(bearer, room);
    throw new Problem(400, 'This request was replaced by a newer one from the same page.');
  }

  #endFailedAttempt({ bearer, attempt }: MemberRecord): void {
    const current = this.#store.memberByBearer(bearer);
    if (current?.attempt !== attempt) return;
    if (current.participantId === undefined && current.waitingId === undefined)
      return this.#options.rooms.leave(bearer);
    this.#options.change(bearer, { isAdmitting: false });
    if (current.participantId === undefined) this.#waitingRoom.expect(bearer);
  }
}

function newMember({ mayEnterLocked: _, ...request }: JoinRequest): MemberRecord {
  const now = Date.now();
  return {
    ...request,
    bearer: randomBytes(32).toString('base64url'),
    isPhone: false,
    isWaiting: false,
    presence: 'invited',
    since: now,
    channel: 'none',
    channelSince: now,
    isAdmitting: false,
    attempt: 1,
    joinedAt: now,
    streams: [],
    layoutClasses: request.layoutClasses ?? [],
    isExceptedFromMute: false,
    isDeaf: false,
    isPhoneMuted: false,
  };
}

function waitingAnswer({ bearer: session, room, name }: MemberRecord): Waiting {
  return { waiting: true, room, name, session };
}
