/** What is done in rooms, to people and to the rooms themselves: each action with its check, at the moment it is done. */
import { EventEmitter } from 'node:events';
import { Problem } from './problem.js';
import type { Permission, Role } from './roles.js';
import type { RoomEvents } from './room-events.js';
import type { RoomService } from './room-service.js';
import type { DeviceCondition, Layout, MemberRecord, RoomRecord, StreamRecord } from './room-store.js';
import { cleanText } from './text.js';

/** Who does something: a person in the room, or the site's owner, who may do everything. */
export type Actor = { readonly bearer: string } | 'owner';

/** What is done to one participant. Nobody's device is switched on by others: with `ask` the person is asked to. */
export interface MemberChange {
  readonly microphone?: 'off' | 'ask' | undefined;
  readonly camera?: 'off' | 'ask' | undefined;
  /** Lowers the hand. */
  readonly hand?: false | undefined;
  readonly deaf?: boolean | undefined;
  readonly role?: Role | undefined;
}

/** How the meeting is run from now on, for everybody. */
export interface RoomChange {
  readonly locked?: boolean | undefined;
  /** Switched off, it lets those in who wait. */
  readonly waitingRoom?: boolean | undefined;
  /** Mutes everybody but moderators and these participants, also who comes later, until it is `false` again. */
  readonly muted?: { readonly except: readonly string[] } | false | undefined;
  /** A participant; null: nobody. */
  readonly spotlight?: string | null | undefined;
  /** Null: as everybody likes. */
  readonly layout?: Layout | null | undefined;
  readonly hideVideoMuted?: boolean | undefined;
}

/** What somebody's page tells of itself, and the person's hand. */
export interface SelfReport {
  readonly microphone?: DeviceCondition | undefined;
  readonly camera?: DeviceCondition | undefined;
  readonly network?: MemberRecord['network'];
  readonly hand?: boolean | undefined;
  readonly streams?: readonly Omit<StreamRecord, 'layoutClasses'>[] | undefined;
}

type ActionName =
  | ('mute' | 'ask' | 'lower-hand' | 'deaf' | 'undeaf' | 'promote' | 'demote' | 'remove' | 'admit' | 'deny')
  | ('lock' | 'unlock' | 'waiting-room-on' | 'waiting-room-off' | 'mute-all' | 'lift-mute' | 'spotlight' | 'layout')
  | ('hide-video-muted' | 'show-video-muted' | 'end');

/** Something that was done to others: told before what comes of it. */
export interface Action {
  readonly room: string;
  readonly action: ActionName;
  readonly by: Actor;
  /** To whom; undefined: to the room. */
  readonly participantId?: string | undefined;
  /** Such as the device or the role. Text of any content. */
  readonly detail?: string | undefined;
}

/** One thing of a request. All are checked before the first is done. */
interface Step<Kept> {
  readonly permission: Permission;
  readonly action: ActionName;
  readonly participantId?: string | undefined;
  readonly detail?: string | undefined;
  /** Why it cannot be done to this participant, whoever asks. */
  readonly hindrance?: string | undefined;
  readonly change?: Partial<Kept> | undefined;
  /** What follows the change. Without it, there is nothing to be done where nothing would change. */
  readonly effect?: (() => void) | undefined;
}

type Device = 'microphone' | 'camera';

const MUTE = { microphone: 'room.member.audio_mute', camera: 'room.member.video_mute' } as const;
const ASK = { microphone: 'room.member.audio_unmute', camera: 'room.member.video_unmute' } as const;
const SELF_MUTE = { microphone: 'room.self.audio_mute', camera: 'room.self.video_mute' } as const;
const SELF_UNMUTE = { microphone: 'room.self.audio_unmute', camera: 'room.self.video_unmute' } as const;

export class RoomControl extends EventEmitter<{ action: [action: Action] }> {
  readonly #rooms: RoomService;
  readonly #events: RoomEvents;
  /** Bearers of those whom somebody has muted, until they unmute themselves: their pages may say so. */
  readonly #muted = { microphone: new Set<string>(), camera: new Set<string>() };

  constructor(rooms: RoomService, events: RoomEvents) {
    super();
    this.#rooms = rooms;
    this.#events = events;
    rooms.on('member-left', ({ room, bearer }) => {
      // Where the whole room has ended, there may be none any more.
      if (rooms.hasRoom(room) && rooms.room(room).spotlight === bearer)
        rooms.updateRoom(room, { spotlight: undefined });
    });
    rooms.on('seat-ended', (bearer) => {
      for (const bearers of Object.values(this.#muted)) bearers.delete(bearer);
    });
  }

  /** Does all of it, or nothing. @throws Problem */
  setMember(actor: Actor, room: string, participantId: string, change: MemberChange): void {
    const by = this.#requireActor(actor, room);
    const target = this.#rooms.memberByParticipant(room, participantId);
    const steps = [
      change.microphone && this.#deviceStep(by, target, 'microphone', change.microphone),
      change.camera && this.#deviceStep(by, target, 'camera', change.camera),
      change.hand === false && ({ ...LOWER_HAND, participantId } as const),
      change.deaf !== undefined && deafStep(participantId, change.deaf),
      change.role && this.#roleStep(by, target, change.role),
    ].filter((step) => typeof step === 'object');
    this.#check(by, steps);
    this.#perform(actor, room, target, steps, (merged) => this.#rooms.updateMember(target.bearer, merged));
  }

  /** @param reason what the person is told. @throws Problem */
  remove(actor: Actor, room: string, participantId: string, reason = ''): void {
    const by = this.#requireActor(actor, room);
    const { bearer } = this.#rooms.memberByParticipant(room, participantId);
    this.#check(by, [{ permission: 'room.member.remove' }]);
    if (bearer === by?.bearer)
      throw new Problem(404, 'You cannot remove yourself. Leave instead.', { code: 'participant-gone' });
    const text = cleanText(reason).trim() || undefined;
    this.emit('action', { room, action: 'remove', by: actor, participantId, detail: text });
    this.#rooms.remove(bearer, { reason: 'removed', text, by: by?.bearer });
  }

  /** Does all of it, or nothing. @throws Problem */
  setRoom(actor: Actor, room: string, change: RoomChange): void {
    const by = this.#requireActor(actor, room);
    const record = this.#rooms.room(room);
    const { locked, muted, hideVideoMuted } = change;
    const steps = [
      locked !== undefined && lockStep(locked),
      change.waitingRoom !== undefined && this.#waitingRoomStep(record, change.waitingRoom),
      muted !== undefined && (muted ? this.#muteAllStep(by, record, muted.except) : this.#liftMuteStep(room)),
      change.spotlight !== undefined && this.#spotlightStep(room, change.spotlight),
      change.layout !== undefined && layoutStep(change.layout),
      hideVideoMuted !== undefined && hideVideoMutedStep(hideVideoMuted),
    ].filter((step) => typeof step === 'object');
    this.#check(by, steps);
    this.#perform(actor, room, record, steps, (merged) => this.#rooms.updateRoom(room, merged));
  }

  /** Ends the meeting for everybody. @throws Problem */
  end(actor: Actor, room: string): void {
    this.#check(this.#requireActor(actor, room), [{ permission: 'room.end' }]);
    this.emit('action', { room, action: 'end', by: actor });
    this.#rooms.end(room, 'ended');
  }

  /** Lets somebody in who waits, or sends them away. @throws Problem */
  admit(actor: Actor, room: string, waitingId: string, isAdmitted: boolean): void {
    this.#check(this.#requireActor(actor, room), [{ permission: 'room.member.admit' }]);
    const name = this.#rooms.waiting(room).find(({ id }) => id === waitingId)?.name;
    if (name === undefined) throw new Problem(404, 'This person does not wait any more.', { code: 'participant-gone' });
    this.emit('action', { room, action: isAdmitted ? 'admit' : 'deny', by: actor, detail: name });
    this.#rooms.admit(room, waitingId, isAdmitted);
  }

  /** Takes what a person's page tells of itself: all of it, or nothing. What is as it was needs no permission. @throws Problem */
  report(bearer: string, { microphone, camera, network, hand, streams }: SelfReport): void {
    const member = this.#rooms.member(bearer);
    if (microphone) this.#checkDevice(member, 'microphone', microphone);
    if (camera) this.#checkDevice(member, 'camera', camera);
    const isHandRaised = member.handRaisedAt !== undefined;
    if (hand === true && !isHandRaised) this.#rooms.authorize(bearer, 'room.self.raisehand');
    if (hand === false && isHandRaised) this.#rooms.authorize(bearer, 'room.self.lowerhand');
    const published = streams?.map((stream) => {
      const known = member.streams.find(({ id }) => id === stream.id);
      return { ...stream, layoutClasses: known?.layoutClasses ?? member.layoutClasses };
    });
    for (const stream of published ?? []) this.#checkStream(member, stream);

    const change: Partial<MemberRecord> = {
      ...(microphone && { microphone }),
      ...(camera && { camera }),
      ...(network && { network }),
      ...(hand !== undefined && hand !== isHandRaised && { handRaisedAt: hand ? Date.now() : undefined }),
      ...(published && JSON.stringify(published) !== JSON.stringify(member.streams) && { streams: published }),
    };
    if (microphone === 'on') this.#muted.microphone.delete(bearer);
    if (camera === 'on') this.#muted.camera.delete(bearer);
    if (isChange(member, change)) this.#rooms.updateMember(bearer, change);
  }

  /** The person who does something; undefined: the owner. @throws Problem unless it is in this room */
  #requireActor(actor: Actor, room: string): MemberRecord | undefined {
    // Throws where there is no such room.
    this.#rooms.room(room);
    if (actor === 'owner') return undefined;
    const member = this.#rooms.member(actor.bearer);
    if (member.room === room) return member;
    throw new Problem(404, 'There is no room of this name.', { code: 'room-gone' });
  }

  #check(
    by: MemberRecord | undefined,
    steps: readonly { permission: Permission; hindrance?: string | undefined }[],
  ): void {
    if (by) for (const { permission } of steps) this.#rooms.authorize(by.bearer, permission);
    for (const { hindrance } of steps)
      if (hindrance !== undefined) throw new Problem(409, hindrance, { code: 'endpoint-rejected' });
  }

  #perform<Kept extends object>(
    by: Actor,
    room: string,
    record: Kept,
    steps: readonly Step<Kept>[],
    update: (change: Partial<Kept>) => void,
  ): void {
    for (const { action, participantId, detail, change = {}, effect } of steps)
      if (effect || isChange<Kept>(record, change)) this.emit('action', { room, action, by, participantId, detail });
    const merged = Object.assign({}, ...steps.map(({ change }) => change)) as Partial<Kept>;
    if (isChange(record, merged)) update(merged);
    for (const { effect } of steps) effect?.();
  }

  #deviceStep(
    by: MemberRecord | undefined,
    target: MemberRecord,
    device: Device,
    wanted: 'off' | 'ask',
  ): Step<MemberRecord> {
    const { participantId, room, bearer, isPhone } = target;
    const isOff = wanted === 'off';
    const isExceptedFromMute = !isOff && this.#rooms.room(room).isMuted;
    const step = {
      permission: (isOff ? MUTE : ASK)[device],
      action: isOff ? 'mute' : 'ask',
      participantId,
      detail: device,
      change: device === 'microphone' ? { isExceptedFromMute, ...(isPhone && { isPhoneMuted: isOff }) } : {},
    } as const;
    if (isPhone) return step;
    const mayUnmute = this.#rooms.permissionsOf(target).includes(SELF_UNMUTE[device]);
    const hindrance = isOff || mayUnmute ? undefined : 'This person may not be heard or seen here.';
    const effect = (): void => {
      if (isOff) this.#mute(room, device, by, [bearer]);
      else this.#events.publish(room, 'unmute-request', { device, by: by?.name ?? '' }, [bearer]);
    };
    return { ...step, hindrance, effect };
  }

  #roleStep(by: MemberRecord | undefined, target: MemberRecord, role: Role): Step<MemberRecord> | undefined {
    const { bearer, participantId } = target;
    if (role === target.role) return undefined;
    const isUp = rankOf(role) > rankOf(target.role);
    // Nobody makes others, or themselves, more than they are.
    if (isUp && by && rankOf(role) > rankOf(by.role)) throw missing('room.member.promote');
    return {
      permission: isUp ? 'room.member.promote' : 'room.member.demote',
      action: isUp ? 'promote' : 'demote',
      participantId,
      detail: role,
      hindrance: target.isPhone ? 'A phone cannot have another role.' : undefined,
      effect: () => this.#rooms.setRole(bearer, role),
    };
  }

  #waitingRoomStep({ name: room, hasWaitingRoom }: RoomRecord, isWanted: boolean): Step<RoomRecord> {
    return {
      permission: 'room.lock',
      action: isWanted ? 'waiting-room-on' : 'waiting-room-off',
      change: { hasWaitingRoom: isWanted },
      effect: hasWaitingRoom && !isWanted ? () => this.#admitAll(room) : undefined,
    };
  }

  /** As many as there are seats for. */
  #admitAll(room: string): void {
    try {
      for (const { id } of this.#rooms.waiting(room)) this.#rooms.admit(room, id, true);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }

  /** Those who are to be excepted and are gone meanwhile are nobody. */
  #muteAllStep(by: MemberRecord | undefined, { name: room }: RoomRecord, except: readonly string[]): Step<RoomRecord> {
    return {
      permission: 'room.member.audio_mute',
      action: 'mute-all',
      detail: except.join(' ') || undefined,
      effect: () => {
        // The exceptions first: nobody whom they are for is muted in between.
        this.#except(room, except);
        this.#rooms.updateRoom(room, { isMuted: true });
        const members = this.#rooms.members(room);
        const muted = members.filter((member) => !member.isPhone && !this.#rooms.isSpeakingAllowed(member));
        const bearers = muted.map(({ bearer }) => bearer);
        if (bearers.length > 0) this.#mute(room, 'microphone', by, bearers);
      },
    };
  }

  #liftMuteStep(room: string): Step<RoomRecord> {
    return {
      permission: 'room.member.audio_mute',
      action: 'lift-mute',
      change: { isMuted: false },
      effect: () => this.#except(room, []),
    };
  }

  #except(room: string, participantIds: readonly string[]): void {
    for (const { bearer, participantId = '', isExceptedFromMute } of this.#rooms.members(room)) {
      const isExcepted = participantIds.includes(participantId);
      if (isExcepted !== isExceptedFromMute) this.#rooms.updateMember(bearer, { isExceptedFromMute: isExcepted });
    }
  }

  #spotlightStep(room: string, participantId: string | null): Step<RoomRecord> {
    const member = participantId === null ? undefined : this.#rooms.memberByParticipant(room, participantId);
    return {
      permission: 'room.set_spotlight',
      action: 'spotlight',
      participantId: participantId ?? undefined,
      change: { spotlight: member?.bearer },
    };
  }

  #mute(room: string, device: Device, by: MemberRecord | undefined, bearers: readonly string[]): void {
    for (const bearer of bearers) this.#muted[device].add(bearer);
    this.#events.publish(room, 'mute', { device, by: by?.name ?? '' }, bearers);
  }

  #checkDevice(member: MemberRecord, device: Device, condition: DeviceCondition): void {
    const { bearer } = member;
    if (condition === member[device]) return;
    const isHeard = device === 'camera' || this.#rooms.isSpeakingAllowed(member);
    if (condition === 'on') {
      this.#rooms.authorize(bearer, SELF_UNMUTE[device]);
      if (!isHeard) throw missing(SELF_UNMUTE[device], 'Everybody is muted. Raise your hand to be heard.');
    }
    // Who was muted by others, or may not be heard or seen any more, has not muted themselves.
    const mayBeOn = isHeard && this.#rooms.permissionsOf(member).includes(SELF_UNMUTE[device]);
    const isOwnMute = condition === 'off' && member[device] === 'on' && mayBeOn && !this.#muted[device].has(bearer);
    if (isOwnMute) this.#rooms.authorize(bearer, SELF_MUTE[device]);
  }

  #checkStream(member: MemberRecord, stream: StreamRecord): void {
    if (member.streams.some((known) => JSON.stringify(known) === JSON.stringify(stream))) return;
    const publish = this.#rooms.publishPermissionsOf(member);
    if (stream.videoType === 'screen') this.#rooms.authorize(member.bearer, 'room.self.screenshare');
    if (stream.hasAudio && !publish.includes('AUDIO')) throw missing('room.self.audio_unmute');
    if (stream.hasVideo && !publish.includes('VIDEO')) throw missing('room.self.video_unmute');
  }
}

const LOWER_HAND = {
  permission: 'room.member.lowerhand',
  action: 'lower-hand',
  change: { handRaisedAt: undefined },
} as const satisfies Step<MemberRecord>;

function deafStep(participantId: string, isDeaf: boolean): Step<MemberRecord> {
  const action = isDeaf ? 'deaf' : 'undeaf';
  return { permission: `room.member.${action}`, action, participantId, change: { isDeaf } };
}

function lockStep(isLocked: boolean): Step<RoomRecord> {
  return { permission: 'room.lock', action: isLocked ? 'lock' : 'unlock', change: { isLocked } };
}

function layoutStep(layout: Layout | null): Step<RoomRecord> {
  return {
    permission: 'room.set_layout',
    action: 'layout',
    detail: layout ?? undefined,
    change: { layout: layout ?? undefined },
  };
}

function hideVideoMutedStep(hidesVideoMuted: boolean): Step<RoomRecord> {
  return hidesVideoMuted
    ? { permission: 'room.hide_video_muted', action: 'hide-video-muted', change: { hidesVideoMuted } }
    : { permission: 'room.show_video_muted', action: 'show-video-muted', change: { hidesVideoMuted } };
}

function rankOf(role: Role): number {
  return ['viewer', 'guest', 'moderator'].indexOf(role);
}

function missing(permission: Permission, detail = `You need the permission "${permission}" for this.`): Problem {
  return new Problem(403, detail, { code: 'permission-missing', permission });
}

function isChange<Kept extends object>(record: Kept, change: Partial<Kept>): boolean {
  return (Object.keys(change) as (keyof Kept)[]).some((key) => record[key] !== change[key]);
}
