/** Writes what happens in rooms into the record for the site's owner. */
import { isDeepStrictEqual } from 'node:util';
import type { Chronicle } from './chronicle.js';
import type { Messages } from './messages.js';
import type { Actor, RoomControl } from './room-control.js';
import type { RoomEvents } from './room-events.js';
import { participantFacts, roomFacts } from './room-facts.js';
import type { Departure, RoomService } from './room-service.js';
import type { MemberRecord, StreamRecord } from './room-store.js';

/** People of a room, as others know them. */
interface Person {
  readonly id: string;
  readonly name: string;
}

export interface RecordedParts {
  readonly rooms: RoomService;
  readonly control: RoomControl;
  readonly messages: Messages;
}

/** From now on, for as long as these live. */
export function recordRooms(chronicle: Chronicle, { rooms, control, messages }: RecordedParts): void {
  const holder = (room: string, bearer: string): Person | null =>
    personOf(rooms.members(room).find((member) => member.bearer === bearer));

  rooms.on('room-opened', (room) => chronicle.record(room.name, 'room-opened', roomFacts(rooms, room)));
  rooms.on('room-changed', (room, previous) => {
    const facts = roomFacts(rooms, room);
    if (!isDeepStrictEqual(facts, roomFacts(rooms, previous))) chronicle.record(room.name, 'room-changed', facts);
  });
  rooms.on('room-ended', (room, reason) => chronicle.record(room, 'room-ended', { reason }));
  rooms.on('waiting-changed', (room) => chronicle.record(room, 'waiting-changed', rooms.waiting(room)));
  rooms.on('member-joined', (member) => {
    chronicle.record(member.room, 'participant-joined', participantFacts(rooms, member));
    recordDifference(member);
  });
  rooms.on('member-changed', (member, previous) => {
    const facts = participantFacts(rooms, member);
    const before = participantFacts(rooms, previous);
    const replaces = facts.id === before.id ? {} : { replaces: before.id };
    if (!isDeepStrictEqual(facts, before))
      chronicle.record(member.room, 'participant-changed', { ...facts, ...replaces });
    recordDifference(member, previous);
  });
  rooms.on('member-left', (member, departure) => {
    recordDifference({ ...member, streams: [] }, member, false);
    chronicle.record(member.room, 'participant-left', departureOf(member, departure));
  });
  control.on('action', ({ room, action, by, participantId, detail }) => {
    chronicle.record(room, 'action', { action, by: actorOf(room, by), participantId, detail });
  });
  messages.on('message', (room, message) => chronicle.record(room, 'message', message));

  function actorOf(room: string, by: Actor): Person | null {
    return by === 'owner' ? null : holder(room, by.bearer);
  }

  function departureOf(member: MemberRecord, { reason, text, by }: Departure): object {
    const { room } = member;
    return {
      ...personOf(member),
      reason,
      // Who removes somebody is a person of the same room, or the site.
      ...(reason === 'removed' && { text, by: by === undefined ? null : holder(room, by) }),
    };
  }

  /** Of connections and streams. */
  function recordDifference(member: MemberRecord, previous?: MemberRecord, isHere = true): void {
    const { room } = member;
    const connection = isHere ? connectionOf(member) : undefined;
    const before = previous && connectionOf(previous);
    const isSame = connection?.id === before?.id;
    const published = member.streams;
    const earlier = previous?.streams ?? [];
    for (const stream of without(earlier, published)) tellStream('stream-destroyed', previous ?? member, stream);
    if (before && !isSame) chronicle.record(room, 'connection-destroyed', before);
    if (connection && !isSame) chronicle.record(room, 'connection-created', connection);
    for (const stream of without(published, earlier)) tellStream('stream-created', member, stream);
  }

  /** Somebody's participant while it is connected. */
  function connectionOf(member: MemberRecord): Person | undefined {
    return rooms.presenceOf(member) === 'connected' ? (personOf(member) ?? undefined) : undefined;
  }

  function tellStream(type: 'stream-created' | 'stream-destroyed', member: MemberRecord, stream: StreamRecord): void {
    chronicle.record(member.room, type, { ...stream, participant: personOf(member) });
  }
}

/** Passes on what is published in rooms, and records it: for calls, which nothing else tells of. */
export function recordedCalls(events: RoomEvents, chronicle: Chronicle): RoomEvents {
  return {
    publish(room, type, data, to) {
      events.publish(room, type, data, to);
      chronicle.record(room, 'call-changed', data);
    },
    end: (room) => events.end(room),
  };
}

function personOf(member: MemberRecord | undefined): Person | null {
  return member ? { id: member.participantId ?? '', name: member.name } : null;
}

function without(streams: readonly StreamRecord[], others: readonly StreamRecord[]): StreamRecord[] {
  return streams.filter(({ id }) => !others.some((other) => other.id === id));
}
