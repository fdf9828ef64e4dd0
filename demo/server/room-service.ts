/** Rooms and who is in them: takes people in, knows them by a bearer, lets them go, and keeps the platform in step. */
import { randomBytes, randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Admissions } from './admissions.js';
import type { BandwidthWebrtcApi, PublishPermission } from './bandwidth-webrtc-api.js';
import { BearerTimers } from './bearer-timers.js';
import { FormerBearers } from './former-bearers.js';
import { absentSince, presenceOf, type Presence } from './presence.js';
import { Problem } from './problem.js';
import {
  DIAL_OUT_PERMISSION,
  permissionsOf,
  VIDEO_PERMISSIONS,
  type Permission,
  type PermissionChanges,
  type Role,
} from './roles.js';
import { RoomClock } from './room-clock.js';
import { RoomSessions } from './room-sessions.js';
import type { MemberRecord, RoomRecord, RoomSettings, RoomStore } from './room-store.js';
import { WaitingRoom } from './waiting-room.js';

export interface RoomLimits {
  /** People in one room. The platform takes at most 20 in a session. */
  readonly maxParticipants: number;
  /** Rooms at the same time: those that are open, and those that are kept. */
  readonly maxRooms: number;
  /** People who wait to be let into one room. */
  readonly maxWaiting: number;
  /** How long a seat is kept for someone who has not connected, or is not connected any more, in milliseconds. */
  readonly absenceMilliseconds: number;
  /** How often absent people are looked for, in milliseconds. */
  readonly sweepMilliseconds: number;
  /** How long the request of somebody who waits is held, in milliseconds. */
  readonly waitingHoldMilliseconds: number;
  /** After how long without a request somebody no longer waits, in milliseconds. */
  readonly waitingAbsenceMilliseconds: number;
  /** How long a page may be away from the room channel before it is told to the others, in milliseconds. */
  readonly channelGraceMilliseconds: number;
  /** How long a page has to come again with less than it may publish now, in milliseconds. */
  readonly publishGraceMilliseconds: number;
}

export const DEFAULT_ROOM_LIMITS: RoomLimits = {
  maxParticipants: 20,
  maxRooms: 1000,
  maxWaiting: 100,
  absenceMilliseconds: 60_000,
  sweepMilliseconds: 15_000,
  waitingHoldMilliseconds: 10_000,
  waitingAbsenceMilliseconds: 20_000,
  channelGraceMilliseconds: 3000,
  publishGraceMilliseconds: 5000,
};

/** The platform ends a session after 9 hours (a documented limit). */
const SESSION_LIFETIME = 9 * 3_600_000;

/** Invitations that are barred from one room; beyond it the first one is forgotten. */
const BARRED_LIMIT = 1000;

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

/** What a room that is kept forgets when its last person has left. */
const BETWEEN_MEETINGS = {
  openedAt: undefined,
  sessionId: undefined,
  isMuted: false,
  spotlight: undefined,
  layout: undefined,
  hidesVideoMuted: false,
} as const satisfies Partial<RoomRecord>;

/** What is known of somebody who may publish no more. */
const PUBLISHES_NOTHING = {
  microphone: undefined,
  camera: undefined,
  streams: [],
  handRaisedAt: undefined,
} as const satisfies Partial<MemberRecord>;

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
  /** Where the platform posts participant webhooks; without it the room channel tells who is absent. */
  readonly callbackUrl: string | undefined;
  /** Whether people may call phones into their room. */
  readonly canDialOut: boolean;
  readonly log: (message: string) => void;
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
  /** The first person comes. A room that is kept opens and ends with each of its meetings. */
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
  /**
   * The seat of this bearer is given up or taken away. Follows `member-left`, and where the room was ended for all
   * `room-ended`.
   */
  'seat-ended': [bearer: string];
}

export class RoomService extends EventEmitter<RoomServiceEvents> {
  readonly #options: RoomServiceOptions;
  readonly #store: RoomStore;
  readonly #sessions: RoomSessions;
  readonly #admissions: Admissions;
  readonly #waitingRoom: WaitingRoom;
  readonly #former = new FormerBearers();
  readonly #clock = new RoomClock((room) => this.end(room, 'time-limit'));
  /** Of pages that are away from the room channel. */
  readonly #channelTimers: BearerTimers;
  /** Of members whose participant may publish more than they may now. */
  readonly #publishTimers: BearerTimers;
  readonly #sweepTimer: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: RoomServiceOptions) {
    super();
    const { api, store, limits, callbackUrl } = options;
    const log = (message: string): void => this.#log(message);
    this.#options = options;
    this.#store = store;
    this.#sessions = new RoomSessions(api, store, log);
    this.#admissions = new Admissions({
      api,
      sessions: this.#sessions,
      rooms: this,
      callbackUrl,
      current: (member) => this.#current(member),
      change: (bearer, change) => this.#change(bearer, change),
      forgetSession: (room, sessionId) => this.#forgetSession(room, sessionId),
      log,
    });
    this.#waitingRoom = new WaitingRoom(
      { holdMilliseconds: limits.waitingHoldMilliseconds, absenceMilliseconds: limits.waitingAbsenceMilliseconds },
      (bearer) => this.leave(bearer),
    );
    this.#channelTimers = new BearerTimers(limits.channelGraceMilliseconds, (bearer) => this.#channelGone(bearer));
    this.#publishTimers = new BearerTimers(limits.publishGraceMilliseconds, (bearer) => this.#dropParticipant(bearer));
    this.#sweepTimer = setInterval(() => this.#sweep(), limits.sweepMilliseconds);
    this.#sweepTimer.unref();
  }

  /**
   * Takes somebody into a room, opening it if need be, or lets them wait.
   * @param bearer of an earlier answer for the same room: see `rejoin`
   * @param signal aborted when nobody waits for the answer any more
   * @throws Problem
   */
  async join(request: JoinRequest, bearer?: string, signal?: AbortSignal): Promise<Admission | Waiting> {
    return (await this.rejoin(request, bearer, signal)) ?? this.#enter(request);
  }

  /**
   * Renews the seat that the bearer has in the room, with another participant, or goes on waiting.
   * @returns undefined for a bearer of another room, or of nobody
   * @throws Problem
   */
  async rejoin(
    { room, name }: RejoinRequest,
    bearer: string | undefined,
    signal?: AbortSignal,
  ): Promise<Admission | Waiting | undefined> {
    this.#former.refuse(bearer, room);
    const member = this.#memberOf(bearer);
    if (member?.room !== room) return undefined;
    if (member.isWaiting) return this.#goOnWaiting(member, signal);
    return this.#admit(this.#renewSeat(member, name));
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
    throw participantGone();
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

  /** Those that are open, and those that are kept. */
  rooms(): RoomRecord[] {
    return this.#store.rooms();
  }

  /**
   * Makes a room that is kept while nobody is there. Settings that are not given are those of any room.
   * @throws Problem where there is a room of this name, there are too many, or the settings cannot be
   */
  createRoom(name: string, settings: Partial<RoomSettings> = {}): RoomRecord {
    const { maxParticipants } = this.#options.limits;
    if (this.#store.room(name))
      throw new Problem(409, 'There is a room of this name already.', { code: 'endpoint-rejected' });
    this.#requireSpaceForRoom();
    this.#requireSeats(settings.maxParticipants ?? maxParticipants);
    const room: RoomRecord = { ...NEW_ROOM, maxParticipants, ...settings, name, isKept: true };
    this.#store.putRoom(room);
    return room;
  }

  /** Ends the room's meeting, and keeps the room no longer. @throws Problem where there is no such room */
  deleteRoom(name: string): void {
    this.#store.putRoom({ ...this.room(name), isKept: false });
    this.end(name, 'ended');
  }

  /** Does nothing for who has left. */
  updateMember(bearer: string, change: Partial<MemberRecord>): void {
    this.#change(bearer, change);
  }

  /** Does nothing for a room that is gone. @throws Problem where it cannot be so */
  updateRoom(name: string, change: Partial<RoomRecord>): void {
    const previous = this.#store.room(name);
    if (!previous) return;
    if (change.maxParticipants !== undefined) this.#requireSeats(change.maxParticipants);
    const room = { ...previous, ...change };
    this.#store.putRoom(room);
    if (room.timeLimitSeconds !== previous.timeLimitSeconds) this.#clock.watch(room);
    this.emit('room-changed', room, previous);
    if (room.isAudioOnly !== previous.isAudioOnly)
      for (const member of this.members(name)) this.#guardPublishing(member);
  }

  /** What the person may do, and publish, changes at once. Does nothing for who has left. */
  setRole(bearer: string, role: Role): void {
    this.#change(bearer, { role, ...(role === 'viewer' && PUBLISHES_NOTHING) });
  }

  /** The name of a participant of any room. */
  nameOf(participantId: string): string | undefined {
    return this.#store.memberByParticipant(participantId)?.name;
  }

  /** Whether somebody who moderates is in the room. */
  hasModerator(room: string): boolean {
    return this.#store.members(room).some(({ role, isWaiting }) => role === 'moderator' && !isWaiting);
  }

  /** Who waits to be let in, in the order in which they came. */
  waiting(room: string): { readonly id: string; readonly name: string }[] {
    return this.#store
      .members(room)
      .flatMap(({ isWaiting, waitingId, name }) => (isWaiting && waitingId ? [{ id: waitingId, name }] : []));
  }

  /**
   * Lets in somebody who waits, or turns them away. Who is let in has a seat from then on.
   * @param waitingId as `waiting` tells
   * @throws Problem where nobody waits by this id, or there is no seat
   */
  admit(room: string, waitingId: string, isAdmitted: boolean): void {
    const waiter = this.#store.members(room).find((member) => member.isWaiting && member.waitingId === waitingId);
    if (!waiter) throw participantGone();
    const { bearer } = waiter;
    if (isAdmitted) {
      this.#evictAbsentIfFull(room);
      this.#requireSeat(room);
      this.#open(room);
      // Anew, so that people are listed in the order in which they came in.
      this.#store.deleteMember(bearer);
      this.#store.putMember({ ...waiter, isWaiting: false, since: Date.now(), joinedAt: Date.now() });
      this.emit('waiting-changed', room);
      // For who is not asking at this moment, the time goes on in which they have to.
      this.#waitingRoom.answer(bearer);
    } else {
      this.#former.denied(bearer, room);
      this.#forget(waiter, { reason: 'removed' });
    }
  }

  /**
   * Lets the bearer's holder go at once: with a device that is connected, or before there was one, where no webhook
   * would tell. Does nothing for who has left already: the platform may have been quicker to tell.
   */
  leave(bearer: string | undefined): void {
    const member = this.#memberOf(bearer);
    if (member) this.#forget(member, { reason: 'left' });
  }

  /**
   * Takes the bearer's seat away. Who was removed cannot come back with the bearer or the invitation they had. Does
   * nothing for who has left.
   */
  remove(bearer: string, departure: Departure): void {
    const member = this.#memberOf(bearer);
    if (!member) return;
    if (departure.reason === 'removed') this.#bar(member, departure.text);
    this.#forget(member, departure);
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

  /** What the member may do at this moment. In a room for audio only nobody may do anything with video of their own. */
  permissionsOf({
    room,
    role,
    permissionChanges,
  }: Pick<MemberRecord, 'room' | 'role' | 'permissionChanges'>): Permission[] {
    const missing: Permission[] = [];
    if (!this.#options.canDialOut) missing.push(DIAL_OUT_PERMISSION);
    if (this.#store.room(room)?.isAudioOnly) missing.push(...VIDEO_PERMISSIONS);
    return permissionsOf(role, permissionChanges).filter((name) => !missing.includes(name));
  }

  /** What the platform is to let the member publish. */
  publishPermissionsOf(member: MemberRecord): PublishPermission[] {
    if (member.isPhone) return ['AUDIO'];
    const permissions = this.permissionsOf(member);
    const hasVideo = permissions.includes('room.self.video_unmute') || permissions.includes('room.self.screenshare');
    return [...(permissions.includes('room.self.audio_unmute') ? AUDIO : []), ...(hasVideo ? VIDEO : [])];
  }

  /** False while everybody is muted, but for moderators and those who may speak all the same. */
  isSpeakingAllowed({ room, role, isExceptedFromMute }: MemberRecord): boolean {
    return role === 'moderator' || isExceptedFromMute || !this.#store.room(room)?.isMuted;
  }

  presenceOf(member: MemberRecord): Presence {
    return presenceOf(member, this.#hasWebhooks);
  }

  /** The first of the streams of the bearer's page has been opened. */
  channelOpened(bearer: string): void {
    this.#channelTimers.stop(bearer);
    if (this.#memberOf(bearer)?.channel !== 'open') this.#change(bearer, { channel: 'open', channelSince: Date.now() });
  }

  /** The last of the streams of the bearer's page has ended. That shows when it does not come back within seconds. */
  channelEnded(bearer: string): void {
    if (this.#memberOf(bearer)?.channel === 'open') this.#channelTimers.start(bearer);
  }

  /** @throws Problem where nobody is in the room but phones */
  requirePeople(room: string): void {
    if (this.#hasPeople(room)) return;
    throw new Problem(409, 'Nobody is in this room to talk with.', { code: 'call-failed' });
  }

  /**
   * Takes a phone into a room where somebody is. It keeps its seat until it is removed or the last person leaves.
   * @param hears the bearers of those whom the phone hears; undefined: everybody
   * @returns the phone as a participant, and the token that its call is transferred with
   * @throws Problem
   */
  async addPhone(
    room: string,
    name: string,
    hears?: readonly string[],
  ): Promise<{ participantId: string; token: string }> {
    this.requirePeople(room);
    await this.#freeSeats(room);
    this.requirePeople(room);
    const request: JoinRequest = { room, name, role: 'guest', permissionChanges: {}, mayEnterLocked: true };
    return this.#admit(this.#takeSeat(request, { isPhone: true, hears }));
  }

  /** Does nothing for a phone that is gone already. */
  removePhone(participantId: string): void {
    const member = this.#store.memberByParticipant(participantId);
    if (member?.isPhone) this.#forget(member, { reason: 'left' });
  }

  /** Ends the room's meeting for everybody in it, and for who waits. Does nothing where there is no such room. */
  end(name: string, reason: Exclude<RoomEnd, 'empty'>): void {
    const room = this.#store.room(name);
    if (room) this.#close(room, reason);
  }

  handleEvent({ event, timestamp, participantId }: ParticipantEvent): void {
    const member = this.#store.memberByParticipant(participantId);
    // Whose participant was taken away may come back with another one.
    if (!member?.publishes) return;
    if (event === 'onLeave' && !member.isAdmitting) return this.#forget(member, { reason: 'left' });
    // Events can overtake each other on their way.
    if (member.eventAt !== undefined && timestamp < member.eventAt) return;
    const presence = event === 'onConnect' ? 'connected' : 'disconnected';
    this.#change(member.bearer, { presence, since: Date.now(), eventAt: timestamp });
  }

  /** Timers, requests to the platform, and bearers that are good for nothing any more, as they are kept at this moment. */
  get pending(): number {
    return (
      this.#waitingRoom.size +
      this.#clock.size +
      this.#channelTimers.size +
      this.#publishTimers.size +
      this.#sessions.size +
      this.#former.size
    );
  }

  /** Stops looking for absent people. Meetings that are under way go on without the service. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweepTimer);
    this.#waitingRoom.close();
    this.#clock.close();
    this.#channelTimers.close();
    this.#publishTimers.close();
  }

  get #hasWebhooks(): boolean {
    return this.#options.callbackUrl !== undefined;
  }

  #memberOf(bearer: string | undefined): MemberRecord | undefined {
    return bearer === undefined ? undefined : this.#store.memberByBearer(bearer);
  }

  #holder(bearer: string | undefined): MemberRecord {
    const member = this.#memberOf(bearer);
    if (member?.participantId === undefined) throw new Problem(401, 'You are not in this room any more. Join again.');
    return member;
  }

  /** Does nothing for who has left. */
  #change(bearer: string, change: Partial<MemberRecord>): void {
    const previous = this.#memberOf(bearer);
    if (!previous) return;
    const member = { ...previous, ...change };
    this.#store.putMember(member);
    if (member.participantId === undefined) return;
    if (previous.participantId === undefined) this.emit('member-joined', member);
    else this.emit('member-changed', member, previous);
    this.#guardPublishing(member);
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
    const record = this.#store.room(room);
    if (invitationId !== undefined && record?.barredInvitations.includes(invitationId))
      throw new Problem(403, 'You were removed from this room.', { code: 'removed' });
    if (record?.isLocked && !mayEnterLocked)
      throw new Problem(403, 'The room is locked. Ask somebody in it to let you in.', { code: 'room-locked' });
  }

  #mustWait(request: JoinRequest): boolean {
    const room = this.#store.room(request.room);
    return room?.hasWaitingRoom === true && !this.permissionsOf(request).includes('room.member.admit');
  }

  #startWaiting(request: JoinRequest): Waiting {
    const { room } = request;
    if (this.waiting(room).length >= this.#options.limits.maxWaiting)
      throw new Problem(409, 'Too many people wait to be let in. Try again later.');
    const member: MemberRecord = { ...newMember(request), isWaiting: true, waitingId: randomUUID() };
    this.#store.putMember(member);
    this.#waitingRoom.expect(member.bearer);
    this.emit('waiting-changed', room);
    return waitingAnswer(member);
  }

  async #goOnWaiting({ bearer, room }: MemberRecord, signal?: AbortSignal): Promise<Admission | Waiting> {
    await this.#waitingRoom.hold(bearer, signal);
    const member = this.#memberOf(bearer);
    if (!member) {
      this.#former.refuse(bearer, room);
      throw new Problem(401, 'You do not wait to be let in any more. Join again.');
    }
    // Who is let in while nobody waits for the answer comes in with the next request.
    if (member.isWaiting || signal?.aborted) return waitingAnswer(member);
    await this.#freeSeats(room);
    return this.#admit(this.#renewSeat(this.#memberOf(bearer) ?? member));
  }

  #renewSeat(holder: MemberRecord, name?: string): MemberRecord {
    const change = { isAdmitting: true, attempt: holder.attempt + 1 };
    this.#waitingRoom.forget(holder.bearer);
    this.#change(holder.bearer, holder.isNameGiven || name === undefined ? change : { ...change, name });
    return { ...holder, ...change };
  }

  /** @throws Problem */
  #takeSeat(request: JoinRequest, phone: Pick<MemberRecord, 'hears'> & { isPhone?: boolean } = {}): MemberRecord {
    this.#requireSeat(request.room);
    this.#open(request.room);
    const member: MemberRecord = { ...newMember(request), ...phone, isAdmitting: true };
    this.#store.putMember(member);
    return member;
  }

  #requireSeat(room: string): void {
    if (this.#isFull(room)) throw new Problem(409, 'The room is full. Try again when someone has left.');
  }

  /** @throws Problem where the platform has not as many, or there would be none */
  #requireSeats(count: number): void {
    const { maxParticipants } = this.#options.limits;
    if (!Number.isInteger(count) || count < 1 || count > maxParticipants)
      throw new Problem(400, `A room has from 1 to ${maxParticipants} seats.`);
  }

  #requireSpaceForRoom(): void {
    if (this.#store.rooms().length >= this.#options.limits.maxRooms)
      throw new Problem(503, 'Too many rooms are open. Try again later.', { headers: { 'retry-after': '60' } });
  }

  /** The first person comes, to a room that is kept or to a new one. @throws Problem */
  #open(name: string): void {
    const known = this.#store.room(name);
    if (known?.openedAt !== undefined) return;
    if (!known) this.#requireSpaceForRoom();
    const { maxParticipants } = this.#options.limits;
    const room: RoomRecord = { ...(known ?? { ...NEW_ROOM, maxParticipants, name }), openedAt: Date.now() };
    this.#store.putRoom(room);
    this.#clock.watch(room);
    this.emit('room-opened', room);
  }

  /** Where seats are short: evicts who is absent, and waits until the platform has let the departed go. */
  async #freeSeats(room: string): Promise<void> {
    this.#evictAbsentIfFull(room);
    const departures = this.#sessions.departures(room);
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
      const { displayName } = this.room(room);
      return { token, participantId, room, displayName, name, role, permissions: this.permissionsOf(current), session };
    } catch (error) {
      this.#endFailedAttempt(member);
      throw error;
    }
  }

  /** The member as the store has it now. @throws Problem when they are out, or a newer attempt of theirs has begun */
  #current({ bearer, room, attempt }: MemberRecord): MemberRecord {
    const current = this.#store.memberByBearer(bearer);
    if (current?.attempt === attempt) return current;
    this.#former.refuse(bearer, room);
    throw new Problem(400, 'This request was replaced by a newer one from the same page.');
  }

  #endFailedAttempt({ bearer, attempt }: MemberRecord): void {
    const current = this.#store.memberByBearer(bearer);
    if (current?.attempt !== attempt) return;
    if (current.participantId === undefined && current.waitingId === undefined) return this.leave(bearer);
    this.#change(bearer, { isAdmitting: false });
    if (current.participantId === undefined) this.#waitingRoom.expect(bearer);
  }

  #forgetSession(roomName: string, sessionId: string): void {
    const room = this.#store.room(roomName);
    if (room?.sessionId !== sessionId) return;
    this.#store.putRoom({ ...room, sessionId: undefined });
    // The others' connections went with the session: they come back by themselves, or are gone.
    for (const { bearer, presence } of this.#store.members(roomName))
      if (presence === 'connected') this.#change(bearer, { presence: 'disconnected', since: Date.now() });
  }

  #channelGone(bearer: string): void {
    const channelSince = Date.now() - this.#options.limits.channelGraceMilliseconds;
    this.#change(bearer, { channel: 'ended', channelSince });
  }

  /** A page that may publish less than before comes again by itself. One that does not is taken off the platform. */
  #guardPublishing(member: MemberRecord): void {
    const allowed = this.publishPermissionsOf(member);
    if (member.publishes?.some((kind) => !allowed.includes(kind))) this.#publishTimers.start(member.bearer);
    else this.#publishTimers.stop(member.bearer);
  }

  /** The seat stays. */
  #dropParticipant(bearer: string): void {
    const member = this.#memberOf(bearer);
    if (member?.participantId === undefined) return;
    this.#sessions.discard(member.participantId, member.room);
    this.#change(bearer, { publishes: undefined, presence: 'disconnected', since: Date.now() });
  }

  #bar({ bearer, room, invitationId }: MemberRecord, text: string | undefined): void {
    this.#former.removed(bearer, room, text);
    const record = this.#store.room(room);
    if (!record || invitationId === undefined) return;
    const barredInvitations = [...record.barredInvitations, invitationId].slice(-BARRED_LIMIT);
    this.#store.putRoom({ ...record, barredInvitations });
  }

  #sweep(): void {
    this.#former.sweep();
    for (const { name, openedAt } of this.#store.rooms()) {
      if (openedAt !== undefined && Date.now() - openedAt > SESSION_LIFETIME) this.end(name, 'time-limit');
      else this.#evictAbsent(name);
    }
  }

  #evictAbsentIfFull(room: string): void {
    if (this.#isFull(room)) this.#evictAbsent(room);
  }

  #evictAbsent(room: string): void {
    const { absenceMilliseconds } = this.#options.limits;
    for (const member of this.#store.members(room)) {
      const since = absentSince(member, this.#hasWebhooks);
      if (since !== undefined && Date.now() - since >= absenceMilliseconds) this.#forget(member, { reason: 'absent' });
    }
  }

  /** The last person out ends the meeting. Phones do not stay alone. */
  #forget(member: MemberRecord, departure: Departure): void {
    // Listeners may have let go of others meanwhile.
    if (!this.#memberOf(member.bearer)) return;
    this.#drop(member);
    if (member.isWaiting) this.emit('waiting-changed', member.room);
    if (member.participantId !== undefined) this.emit('member-left', member, departure);
    this.emit('seat-ended', member.bearer);
    const room = this.#store.room(member.room);
    if (room?.openedAt !== undefined && !this.#hasPeople(member.room)) this.#close(room, 'empty');
  }

  /** Leaves nothing of the member. */
  #drop({ bearer, room, participantId }: MemberRecord): void {
    this.#store.deleteMember(bearer);
    this.#waitingRoom.forget(bearer);
    this.#channelTimers.stop(bearer);
    this.#publishTimers.stop(bearer);
    if (participantId !== undefined) this.#sessions.discard(participantId, room);
  }

  /** Ends the meeting. A room that is kept goes on to be there, and when it is only empty, who waits goes on waiting. */
  #close(room: RoomRecord, reason: RoomEnd): void {
    const { name, isKept, openedAt, sessionId } = room;
    const members = this.#store.members(name).filter(({ isWaiting }) => !(isKept && reason === 'empty' && isWaiting));
    for (const member of members) {
      if (!member.isPhone) this.#former.ended(member.bearer, name);
      this.#drop(member);
    }
    this.#clock.forget(name);
    if (isKept) this.#store.putRoom({ ...room, ...BETWEEN_MEETINGS });
    else this.#store.deleteRoom(name);
    if (sessionId !== undefined) this.#sessions.end(sessionId);
    for (const member of members)
      if (member.participantId !== undefined) this.emit('member-left', member, { reason: 'room-ended' });
    if (openedAt !== undefined) this.emit('room-ended', name, reason);
    for (const { bearer } of members) this.emit('seat-ended', bearer);
  }

  #hasPeople(room: string): boolean {
    return this.#store.members(room).some(({ isPhone, isWaiting }) => !isPhone && !isWaiting);
  }

  /** What fails because the server is going away is not worth a line. */
  #log(message: string): void {
    if (!this.#isClosed) this.#options.log(message);
  }
}

const AUDIO: readonly PublishPermission[] = ['AUDIO'];
const VIDEO: readonly PublishPermission[] = ['VIDEO'];

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

function participantGone(): Problem {
  return new Problem(404, 'This person is not in the room any more.', { code: 'participant-gone' });
}
