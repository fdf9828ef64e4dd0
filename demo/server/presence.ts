/** Who is here, by what the platform's webhooks and the room channel tell of a member. */
import { BearerTimers } from './bearer-timers.js';
import type { RoomLimits } from './room-limits.js';
import type { MemberRecord, RoomStore } from './room-store.js';

export type Presence = 'joining' | 'connected' | 'reconnecting';

/** @param hasWebhooks whether the platform can tell; where it cannot, the room channel decides */
export function presenceOf(member: MemberRecord, hasWebhooks: boolean): Presence {
  const { presence, channel, isPhone } = member;
  // A phone is here as long as its call is.
  if (isPhone) return 'connected';
  if (presence === 'disconnected' || channel === 'ended') return 'reconnecting';
  const isConnected = hasWebhooks ? presence === 'connected' : channel === 'open';
  return isConnected ? 'connected' : 'joining';
}

/** Since when nothing has been seen of the member, in milliseconds since the epoch; undefined while they are here. */
export function absentSince(member: MemberRecord, hasWebhooks: boolean): number | undefined {
  const { presence, since, channel, channelSince, isAdmitting, isWaiting, isPhone } = member;
  if (isAdmitting || isWaiting || isPhone) return undefined;
  if (hasWebhooks) {
    if (presence === 'connected') return undefined;
    if (presence === 'disconnected' || channel === 'none') return since;
    // The platform has told nothing of a page that is, or was, here: its webhook may be lost.
    return channel === 'open' ? undefined : Math.max(since, channelSince);
  }
  return channel === 'ended' ? channelSince : undefined;
}

/** What the platform tells about a participant, with the platform's time in milliseconds since the epoch. */
export interface ParticipantEvent {
  readonly event: 'onConnect' | 'onLeave' | 'onDisconnect';
  readonly timestamp: number;
  readonly participantId: string;
}

export interface PresenceWatchOptions {
  readonly store: RoomStore;
  readonly limits: RoomLimits;
  readonly hasWebhooks: boolean;
  readonly change: (bearer: string, change: Partial<MemberRecord>) => void;
  /** The platform tells that somebody has left, or nothing was seen of them for too long. */
  readonly gone: (member: MemberRecord, reason: 'left' | 'absent') => void;
}

export class PresenceWatch {
  readonly #options: PresenceWatchOptions;
  /** Of pages that are away from the room channel. */
  readonly #channelTimers: BearerTimers;

  constructor(options: PresenceWatchOptions) {
    this.#options = options;
    const { channelGraceMilliseconds } = options.limits;
    this.#channelTimers = new BearerTimers(channelGraceMilliseconds, (bearer) =>
      options.change(bearer, { channel: 'ended', channelSince: Date.now() - channelGraceMilliseconds }),
    );
  }

  get size(): number {
    return this.#channelTimers.size;
  }

  presenceOf(member: MemberRecord): Presence {
    return presenceOf(member, this.#options.hasWebhooks);
  }

  handleEvent({ event, timestamp, participantId }: ParticipantEvent): void {
    const member = this.#options.store.memberByParticipant(participantId);
    // Whose participant was taken off the platform may come back with another one.
    if (!member?.publishes) return;
    if (event === 'onLeave' && !member.isAdmitting) return this.#options.gone(member, 'left');
    // Events can overtake each other on their way.
    if (member.eventAt !== undefined && timestamp < member.eventAt) return;
    const presence = event === 'onConnect' ? 'connected' : 'disconnected';
    this.#options.change(member.bearer, { presence, since: Date.now(), eventAt: timestamp });
  }

  channelOpened(bearer: string): void {
    this.#channelTimers.stop(bearer);
    if (this.#options.store.memberByBearer(bearer)?.channel !== 'open')
      this.#options.change(bearer, { channel: 'open', channelSince: Date.now() });
  }

  channelEnded(bearer: string): void {
    if (this.#options.store.memberByBearer(bearer)?.channel === 'open') this.#channelTimers.start(bearer);
  }

  /** Lets go who has been away for too long. */
  evictAbsent(room: string): void {
    const { store, limits, hasWebhooks, gone } = this.#options;
    for (const member of store.members(room)) {
      const since = absentSince(member, hasWebhooks);
      if (since !== undefined && Date.now() - since >= limits.absenceMilliseconds) gone(member, 'absent');
    }
  }

  /** Nothing is expected from the bearer any more. */
  forget(bearer: string): void {
    this.#channelTimers.stop(bearer);
  }

  close(): void {
    this.#channelTimers.close();
  }
}
