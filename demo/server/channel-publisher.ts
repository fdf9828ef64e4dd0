/** Tells the pages of a room what changes in it: the room service's events, as events of the room channel. */
import { isDeepStrictEqual } from 'node:util';
import {
  mayAdmit,
  participantFacts,
  roomFacts,
  selfFacts,
  type ParticipantFacts,
  type RoomFacts,
  type SelfFacts,
} from './room-facts.js';
import type { RoomEvents } from './room-events.js';
import type { Departure, RoomEnd, RoomService } from './room-service.js';
import type { MemberRecord, RoomRecord } from './room-store.js';

/** What the pages of an open room know, and what has to be looked at again. */
interface RoomState {
  facts: RoomFacts;
  /** By bearer. */
  readonly members: Map<string, { facts: ParticipantFacts; self: SelfFacts }>;
  /** Bearers of those who have come or changed. */
  readonly due: Set<string>;
  isWaitingDue: boolean;
  isScheduled: boolean;
}

/**
 * What happens at once is told once, as it is in the end, and only where it makes a difference to a page. First come the
 * people, then the room, which refers to them, then what is for single seats.
 */
export class ChannelPublisher {
  readonly #rooms: RoomService;
  readonly #events: RoomEvents;
  /** By the room's name. */
  readonly #states = new Map<string, RoomState>();

  /** @param rooms whose events others may have listened to before: what they publish then comes first */
  constructor(rooms: RoomService, events: RoomEvents) {
    this.#rooms = rooms;
    this.#events = events;
    rooms.on('room-opened', (room) => this.#open(room));
    rooms.on('room-changed', ({ name }) => this.#schedule(name, (state) => this.#addAll(state)));
    rooms.on('room-ended', (room, reason) => this.#end(room, reason));
    rooms.on('waiting-changed', (room) => this.#schedule(room, (state) => (state.isWaitingDue = true)));
    for (const change of ['member-joined', 'member-changed'] as const)
      rooms.on(change, ({ room, bearer }: MemberRecord) => this.#schedule(room, ({ due }) => due.add(bearer)));
    rooms.on('member-left', (member, departure) => this.#leave(member, departure));
  }

  /** Rooms that are followed. */
  get size(): number {
    return this.#states.size;
  }

  /** Tells at once what has happened until now: who begins to listen gets it with the snapshot. */
  settle(room: string): void {
    const state = this.#states.get(room);
    if (!state?.isScheduled) return;
    state.isScheduled = false;
    this.#tell(room, state);
  }

  #open(room: RoomRecord): void {
    const facts = roomFacts(this.#rooms, room);
    this.#states.set(room.name, {
      facts,
      members: new Map(),
      due: new Set(),
      isWaitingDue: false,
      isScheduled: false,
    });
  }

  /** Who may speak, and publish, is the room's matter, too. */
  #addAll({ members, due }: RoomState): void {
    for (const bearer of members.keys()) due.add(bearer);
  }

  #schedule(room: string, note: (state: RoomState) => void): void {
    const state = this.#states.get(room);
    if (!state) return;
    note(state);
    if (state.isScheduled) return;
    state.isScheduled = true;
    queueMicrotask(() => {
      // Otherwise the room has ended meanwhile.
      if (this.#states.get(room) === state) this.settle(room);
    });
  }

  #tell(room: string, state: RoomState): void {
    const members = this.#rooms.members(room).filter(({ bearer }) => state.due.has(bearer));
    state.due.clear();
    const selves = members.flatMap((member) => this.#tellMember(state, member) ?? []);
    const facts = roomFacts(this.#rooms, this.#rooms.room(room));
    if (!isDeepStrictEqual(facts, state.facts)) this.#events.publish(room, 'room-changed', facts);
    state.facts = facts;
    for (const { bearer, before, self } of selves) this.#tellSelf(room, bearer, before, self);
    if (state.isWaitingDue) this.#tellWaiting(room, state);
    state.isWaitingDue = false;
  }

  /** @returns what is to be told to the person's own page */
  #tellMember(
    state: RoomState,
    member: MemberRecord,
  ): { bearer: string; before: SelfFacts; self: SelfFacts } | undefined {
    const { bearer, room, isPhone } = member;
    const before = state.members.get(bearer);
    const facts = participantFacts(this.#rooms, member);
    const self = selfFacts(this.#rooms, member);
    state.members.set(bearer, { facts, self });
    if (!before) {
      this.#events.publish(room, 'participant-joined', facts);
      return undefined;
    }
    if (!isDeepStrictEqual(facts, before.facts)) {
      const replaces = facts.id === before.facts.id ? {} : { replaces: before.facts.id };
      this.#events.publish(room, 'participant-changed', { ...facts, ...replaces });
    }
    return isPhone || isDeepStrictEqual(self, before.self) ? undefined : { bearer, before: before.self, self };
  }

  #tellSelf(room: string, bearer: string, before: SelfFacts, self: SelfFacts): void {
    this.#events.publish(room, 'self-changed', self, [bearer]);
    if (mayAdmit(self) === mayAdmit(before)) return;
    this.#events.publish(room, 'waiting-changed', mayAdmit(self) ? this.#rooms.waiting(room) : [], [bearer]);
  }

  #tellWaiting(room: string, { members }: RoomState): void {
    const to = [...members].flatMap(([bearer, { self }]) => (mayAdmit(self) ? [bearer] : []));
    this.#events.publish(room, 'waiting-changed', this.#rooms.waiting(room), to);
  }

  /** At once: their streams end after it. */
  #leave({ room, bearer }: MemberRecord, { reason, text = '' }: Departure): void {
    const state = this.#states.get(room);
    const known = state?.members.get(bearer);
    state?.members.delete(bearer);
    state?.due.delete(bearer);
    if (reason === 'removed') this.#events.publish(room, 'removed', { text }, [bearer]);
    // That the room has ended says it of everybody.
    if (known && reason !== 'room-ended')
      this.#events.publish(room, 'participant-left', { id: known.facts.id, reason });
  }

  #end(room: string, reason: RoomEnd): void {
    this.#states.delete(room);
    if (reason !== 'empty') this.#events.publish(room, 'room-ended', { reason });
    this.#events.end(room);
  }
}
