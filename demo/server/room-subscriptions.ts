/**
 * Who receives whom, kept right on the platform: where somebody must not be heard or seen, everybody is subscribed to a
 * list of the others instead of to the whole session.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { errorText } from '../error-text.js';
import { BandwidthApiError } from './bandwidth-api-error.js';
import type { BandwidthWebrtcApi, Subscriptions } from './bandwidth-webrtc-api.js';
import type { RoomService } from './room-service.js';
import type { MemberRecord } from './room-store.js';

/** How often the platform is asked for the same, and how long it is left alone in between, in milliseconds. */
const ATTEMPTS = 2;
const RETRY_DELAY = 500;

/** What the room service says of who may publish what. */
type Rules = Pick<RoomService, 'publishPermissionsOf' | 'isSpeakingAllowed'>;

/** Those who have been let into a room, and those of them whom others may hear or see. */
export interface Audible {
  readonly members: readonly MemberRecord[];
  readonly received: readonly MemberRecord[];
}

export function audible(members: readonly MemberRecord[], rooms: Rules): Audible {
  return { members, received: members.filter((member) => isReceived(member, rooms)) };
}

/** What a member of the session is to receive: the whole session, unless somebody in it must not be heard or seen. */
export function subscriptionsOf(member: MemberRecord, sessionId: string, room: Audible): Subscriptions {
  if (member.isDeaf) return {};
  const isOther = ({ bearer }: MemberRecord): boolean => bearer !== member.bearer;
  const received = room.received.filter((each) => isOther(each) && member.hears?.includes(each.bearer) !== false);
  const others = room.members.filter(isOther);
  if (member.hears === undefined && received.length === others.length) return { sessionId };
  const participants = received.flatMap(({ participantId, publishes, entry }) =>
    // Who was taken off the platform, or is still in a session that it has lost, cannot be heard in this one.
    participantId !== undefined && publishes && entry?.sessionId === sessionId ? [{ participantId }] : [],
  );
  return participants.length > 0 ? { participants } : {};
}

/** False for a viewer, whatever their device sends, and for a phone that is muted: nobody but us can mute it. */
function isReceived(member: MemberRecord, rooms: Rules): boolean {
  if (rooms.publishPermissionsOf(member).length === 0) return false;
  return !member.isPhone || (!member.isPhoneMuted && rooms.isSpeakingAllowed(member));
}

/** Whether it makes a difference to who receives whom. Most of what changes does not. */
function isOtherwise(member: MemberRecord, previous: MemberRecord, rooms: Rules): boolean {
  return member.isDeaf !== previous.isDeaf || isReceived(member, rooms) !== isReceived(previous, rooms);
}

export interface RoomSubscriptionsOptions {
  readonly rooms: RoomService;
  readonly api: Pick<BandwidthWebrtcApi, 'setSubscriptions'>;
  readonly log: (message: string) => void;
}

/** A participant, as the platform knows it. */
interface Seat {
  readonly bearer: string;
  readonly room: string;
  readonly participantId: string;
  readonly sessionId: string;
  /** What the platform was told last; undefined while that is in doubt. */
  told: Subscriptions | undefined;
  isBusy: boolean;
}

export class RoomSubscriptions {
  readonly #options: RoomSubscriptionsOptions;
  /** By bearer. */
  readonly #seats = new Map<string, Seat>();
  /** Rooms that are looked at once what is being done now is done. */
  readonly #due = new Set<string>();
  readonly #closing = new AbortController();

  constructor(options: RoomSubscriptionsOptions) {
    this.#options = options;
    const { rooms } = options;
    // Each request that is tried again waits for it.
    setMaxListeners(0, this.#closing.signal);
    rooms.on('member-joined', (member) => this.#entered(member));
    rooms.on('member-changed', (member, previous) => {
      if (member.participantId !== previous.participantId) this.#entered(member);
      else if (isOtherwise(member, previous, rooms)) this.#schedule(member.room);
    });
    rooms.on('member-left', ({ bearer, room }) => {
      this.#seats.delete(bearer);
      this.#schedule(room);
    });
    rooms.on('room-changed', ({ name, isMuted, isAudioOnly }, previous) => {
      if (isMuted !== previous.isMuted || isAudioOnly !== previous.isAudioOnly) this.#schedule(name);
    });
  }

  /** Participants that are followed. */
  get size(): number {
    return this.#seats.size;
  }

  /** Asks for nothing any more. */
  close(): void {
    this.#closing.abort();
  }

  #entered({ bearer, room, participantId, entry }: MemberRecord): void {
    if (participantId === undefined || entry === undefined) return;
    const { sessionId, subscriptions: told } = entry;
    this.#seats.set(bearer, { bearer, room, participantId, sessionId, told, isBusy: false });
    this.#schedule(room);
  }

  #schedule(room: string): void {
    if (this.#due.has(room)) return;
    this.#due.add(room);
    queueMicrotask(() => {
      this.#due.delete(room);
      const present = this.#present(room);
      for (const { bearer } of present.members) {
        const seat = this.#seats.get(bearer);
        const wanted = seat && this.#wanted(seat, present);
        if (wanted && !isDeepStrictEqual(wanted, seat.told)) void this.#keepRight(seat);
      }
    });
  }

  /** One request after the other; what changes meanwhile goes into the next one. */
  async #keepRight(seat: Seat): Promise<void> {
    if (seat.isBusy) return;
    seat.isBusy = true;
    let tried: Subscriptions | undefined;
    let attempts = 0;
    for (;;) {
      const wanted = this.#wanted(seat, this.#present(seat.room));
      if (!wanted || isDeepStrictEqual(wanted, seat.told)) break;
      attempts = isDeepStrictEqual(wanted, tried) ? attempts + 1 : 1;
      if (attempts > ATTEMPTS) break;
      tried = wanted;
      await this.#tell(seat, wanted, attempts);
    }
    seat.isBusy = false;
  }

  #present(room: string): Audible {
    const { rooms } = this.#options;
    return audible(rooms.members(room), rooms);
  }

  /** Undefined for a participant that is gone, or was lost with its session. */
  #wanted(seat: Seat, present: Audible): Subscriptions | undefined {
    const { rooms } = this.#options;
    if (this.#seats.get(seat.bearer) !== seat || this.#closing.signal.aborted) return undefined;
    const member = present.members.find(({ bearer }) => bearer === seat.bearer);
    if (!member || rooms.room(seat.room).sessionId !== seat.sessionId) return undefined;
    return subscriptionsOf(member, seat.sessionId, present);
  }

  async #tell(seat: Seat, wanted: Subscriptions, attempt: number): Promise<void> {
    try {
      await this.#options.api.setSubscriptions(seat.participantId, seat.sessionId, wanted);
      seat.told = wanted;
    } catch (error) {
      // It may have come to the platform all the same.
      seat.told = undefined;
      const { signal } = this.#closing;
      if (attempt < ATTEMPTS) await delay(RETRY_DELAY, undefined, { signal, ref: false }).catch(() => undefined);
      else if (!isNotFound(error)) this.#options.log(`Subscriptions could not be changed: ${errorText(error)}`);
    }
  }
}

/** The participant, or one of those it is to hear, has left: what follows from that comes with the next event. */
function isNotFound(error: unknown): boolean {
  return error instanceof BandwidthApiError && error.status === 404;
}
