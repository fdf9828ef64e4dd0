/** Rooms and who is in them: takes people in, knows them by a bearer, lets them go, and keeps the platform in step. */
import { EventEmitter } from 'node:events';
import type { PublishPermission } from './bandwidth-webrtc-api.js';
import { Entrance, type Admission, type JoinRequest, type RejoinRequest, type Waiting } from './entrance.js';
import { FormerBearers } from './former-bearers.js';
import { PresenceWatch, type ParticipantEvent, type Presence } from './presence.js';
import { Problem } from './problem.js';
import { PublishGuard } from './publish-guard.js';
import { DIAL_OUT_PERMISSION, permissionsOf, VIDEO_PERMISSIONS, type Permission, type Role } from './roles.js';
import { RoomClock } from './room-clock.js';
import { SESSION_LIFETIME, type RoomLimits } from './room-limits.js';
import type { Departure, RoomEnd, RoomServiceEvents } from './room-service-events.js';
import { RoomSessions, type RoomPlatform } from './room-sessions.js';
import type { MemberRecord, RoomRecord, RoomSettings, RoomStore } from './room-store.js';

export type { Admission, JoinRequest, RejoinRequest, Waiting } from './entrance.js';
export type { ParticipantEvent, Presence } from './presence.js';
export { DEFAULT_ROOM_LIMITS, type RoomLimits } from './room-limits.js';
export type { Departure, RoomEnd } from './room-service-events.js';

/** A room that is opened by who joins it. */
const NEW_ROOM = {
  displayName: '',
  isAudioOnly: false,
  isLocked: false,
  hasWaitingRoom: false,
  isKept: false,
  isMuted: false,
  hidesVideoMuted: false,
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

export interface RoomServiceOptions {
  readonly api: RoomPlatform;
  readonly store: RoomStore;
  readonly limits: RoomLimits;
  /** Where the platform posts participant webhooks; without it the room channel tells who is absent. */
  readonly callbackUrl: string | undefined;
  /** Whether people may call phones into their room. */
  readonly canDialOut: boolean;
  readonly log: (message: string) => void;
}

export class RoomService extends EventEmitter<RoomServiceEvents> {
  readonly #options: RoomServiceOptions;
  readonly #store: RoomStore;
  readonly #sessions: RoomSessions;
  readonly #entrance: Entrance;
  readonly #presence: PresenceWatch;
  readonly #publishGuard: PublishGuard;
  readonly #former = new FormerBearers();
  readonly #clock = new RoomClock((room) => this.end(room, 'time-limit'));
  readonly #sweepTimer: NodeJS.Timeout;
  #isClosed = false;

  constructor(options: RoomServiceOptions) {
    super();
    const { api, store, limits, callbackUrl } = options;
    const log = (message: string): void => this.#log(message);
    this.#options = options;
    this.#store = store;
    this.#sessions = new RoomSessions(api, store, log);
    const change = (bearer: string, change: Partial<MemberRecord>): void => this.updateMember(bearer, change);
    this.#presence = new PresenceWatch({
      store,
      limits,
      hasWebhooks: callbackUrl !== undefined,
      change,
      gone: (member, reason) => this.#forget(member, { reason }),
    });
    this.#publishGuard = new PublishGuard(
      limits.publishGraceMilliseconds,
      (member) => this.publishPermissionsOf(member),
      (bearer) => this.#dropParticipant(bearer),
    );
    this.#entrance = new Entrance({
      api,
      store,
      sessions: this.#sessions,
      limits,
      rooms: this,
      former: this.#former,
      callbackUrl,
      change,
      open: (room) => this.#open(room),
      evictAbsent: (room) => this.#presence.evictAbsent(room),
      forgetSession: (room, sessionId) => this.#forgetSession(room, sessionId),
      waitingChanged: (room) => this.emit('waiting-changed', room),
      log,
    });
    this.#sweepTimer = setInterval(() => this.#sweep(), limits.sweepMilliseconds);
    this.#sweepTimer.unref();
  }

  /**
   * Takes somebody into a room, opening it if need be, or lets them wait.
   * @param bearer of an earlier answer for the same room: see `rejoin`
   * @param signal aborted when nobody waits for the answer any more
   * @throws Problem
   */
  join(request: JoinRequest, bearer?: string, signal?: AbortSignal): Promise<Admission | Waiting> {
    return this.#entrance.join(request, bearer, signal);
  }

  /**
   * Renews the seat that the bearer has in the room, with another participant, or goes on waiting.
   * @returns undefined for a bearer of another room, or of nobody
   * @throws Problem
   */
  rejoin(
    request: RejoinRequest,
    bearer: string | undefined,
    signal?: AbortSignal,
  ): Promise<Admission | Waiting | undefined> {
    return this.#entrance.rejoin(request, bearer, signal);
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

  hasRoom(name: string): boolean {
    return this.#store.room(name) !== undefined;
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
    const previous = this.#memberOf(bearer);
    if (!previous) return;
    const member = { ...previous, ...change };
    this.#store.putMember(member);
    if (member.participantId === undefined) return;
    if (previous.participantId === undefined) this.emit('member-joined', member);
    else this.emit('member-changed', member, previous);
    this.#publishGuard.check(member);
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
      for (const member of this.members(name)) this.#publishGuard.check(member);
  }

  /** What the person may do, and publish, changes at once. Does nothing for who has left. */
  setRole(bearer: string, role: Role): void {
    this.updateMember(bearer, { role, ...(role === 'viewer' && PUBLISHES_NOTHING) });
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
    return this.#entrance.waiting(room);
  }

  /**
   * Lets in somebody who waits, or turns them away. Who is let in has a seat from then on.
   * @param waitingId as `waiting` tells
   * @throws Problem where nobody waits by this id, or there is no seat
   */
  admit(room: string, waitingId: string, isAdmitted: boolean): void {
    const waiter = this.#entrance.waiter(room, waitingId);
    if (isAdmitted) return this.#entrance.letIn(waiter);
    this.#former.denied(waiter.bearer, room);
    this.#forget(waiter, { reason: 'removed' });
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
    const { room, invitationId, isPhone } = member;
    if (departure.reason === 'removed' && !isPhone)
      this.#former.removed(bearer, room, { invitationId, text: departure.text });
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
    const may = (...names: Permission[]): boolean => names.some((name) => permissions.includes(name));
    const kinds: PublishPermission[] = [];
    if (may('room.self.audio_unmute')) kinds.push('AUDIO');
    if (may('room.self.video_unmute', 'room.self.screenshare')) kinds.push('VIDEO');
    return kinds;
  }

  /** False while everybody is muted, but for moderators and those who may speak all the same. */
  isSpeakingAllowed({ room, role, isExceptedFromMute }: MemberRecord): boolean {
    return role === 'moderator' || isExceptedFromMute || !this.#store.room(room)?.isMuted;
  }

  presenceOf(member: MemberRecord): Presence {
    return this.#presence.presenceOf(member);
  }

  /** What the platform tells. Events about nobody, and those that come late, change nothing. */
  handleEvent(event: ParticipantEvent): void {
    this.#presence.handleEvent(event);
  }

  /** The first of the streams of the bearer's page has been opened. */
  channelOpened(bearer: string): void {
    this.#presence.channelOpened(bearer);
  }

  /** The last of the streams of the bearer's page has ended. That shows when it does not come back within seconds. */
  channelEnded(bearer: string): void {
    this.#presence.channelEnded(bearer);
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
    const mayEnter = (): void => this.requirePeople(room);
    mayEnter();
    return this.#entrance.addPhone({ room, name, hears }, mayEnter);
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

  /** Timers, requests to the platform, and bearers that are good for nothing any more, as they are kept at this moment. */
  get pending(): number {
    return (
      this.#entrance.size +
      this.#presence.size +
      this.#publishGuard.size +
      this.#clock.size +
      this.#sessions.size +
      this.#former.size
    );
  }

  /** Stops looking for absent people. Meetings that are under way go on without the service. */
  close(): void {
    this.#isClosed = true;
    clearInterval(this.#sweepTimer);
    this.#entrance.close();
    this.#presence.close();
    this.#publishGuard.close();
    this.#clock.close();
  }

  #memberOf(bearer: string | undefined): MemberRecord | undefined {
    return bearer === undefined ? undefined : this.#store.memberByBearer(bearer);
  }

  #holder(bearer: string | undefined): MemberRecord {
    const member = this.#memberOf(bearer);
    if (member?.participantId === undefined) throw new Problem(401, 'You are not in this room any more. Join again.');
    return member;
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

  #forgetSession(roomName: string, sessionId: string): void {
    const room = this.#store.room(roomName);
    if (room?.sessionId !== sessionId) return;
    this.#store.putRoom({ ...room, sessionId: undefined });
    // The others' connections went with the session: they come back by themselves, or are gone.
    for (const { bearer, presence } of this.#store.members(roomName))
      if (presence === 'connected') this.updateMember(bearer, { presence: 'disconnected', since: Date.now() });
  }

  /** The seat stays. */
  #dropParticipant(bearer: string): void {
    const member = this.#memberOf(bearer);
    if (member?.participantId === undefined) return;
    this.#sessions.discard(member.participantId, member.room);
    this.updateMember(bearer, { publishes: undefined, presence: 'disconnected', since: Date.now() });
  }

  #sweep(): void {
    this.#former.sweep();
    for (const { name, openedAt } of this.#store.rooms()) {
      if (openedAt !== undefined && Date.now() - openedAt > SESSION_LIFETIME) this.end(name, 'time-limit');
      else this.#presence.evictAbsent(name);
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
    this.#entrance.forget(bearer);
    this.#presence.forget(bearer);
    this.#publishGuard.forget(bearer);
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
