/** What people write to each other in rooms, and the typed signals of their pages: to all or to one. In memory. */
import { EventEmitter } from 'node:events';
import { z } from '@hono/zod-openapi';
import { validated } from './http.js';
import { Problem } from './problem.js';
import type { Permission } from './roles.js';
import type { Actor } from './room-control.js';
import type { RoomEvents } from './room-events.js';
import type { RoomService } from './room-service.js';
import type { MemberRecord } from './room-store.js';
import { cleanText, lengthOf } from './text.js';

/** Characters (code points) of a message that people read. */
export const TEXT_LIMIT = 2000;
/** Bytes of a message's data as JSON, in UTF-8. */
export const DATA_LIMIT = 8 * 1024;
/** Objects and lists within each other. */
const DEPTH_LIMIT = 32;

/** Chats of one room that who comes later can read. */
const HISTORY = { count: 200, bytes: 128 * 1024 };
/** What was sent lately in one room, so that what is sent again is known. */
const RECENT = { count: 500, bytes: 256 * 1024 };

const PERMISSIONS: ReadonlyMap<string, Permission> = new Map([
  ['chat', 'room.message'],
  ['reaction', 'room.reaction'],
]);

/** One emoji for general interchange (Unicode Technical Standard #51, ED-27). */
const EMOJI = new RegExp('^\\p{RGI_Emoji}$', 'v');

/** Neither space nor what only shapes or directs other characters. */
const VISIBLE = /[^\s\p{Cf}]/u;

const chat = z.object({
  text: z
    .string('must be a text')
    .transform(cleanText)
    .refine((text) => VISIBLE.test(text), 'must not be empty')
    .refine((text) => lengthOf(text) <= TEXT_LIMIT, `must have at most ${TEXT_LIMIT} characters`),
});
const reaction = z.object({ emoji: z.string('must be a text').regex(EMOJI, 'must be one emoji') });
const signal = z
  .unknown()
  .refine((data) => depthOf(data) <= DEPTH_LIMIT, {
    error: `must not be nested more than ${DEPTH_LIMIT} times`,
    // What is nested without end could not be measured.
    abort: true,
  })
  .refine((data) => bytesOf(data) <= DATA_LIMIT, `must have at most ${DATA_LIMIT} bytes as JSON`);

/** As members of the body, for the names that refusals give them. */
const CONTENTS = new Map<string, z.ZodType<{ data: unknown }>>([
  ['chat', z.object({ data: chat })],
  ['reaction', z.object({ data: reaction })],
]);
const signalContent = z.object({ data: signal });

export const messageRequest = z
  .object({
    id: z
      .string('must be a text')
      .regex(/^[\w-]{8,64}$/, 'must be 8 to 64 letters, digits, dashes or underscores')
      .openapi({ description: 'Chosen by who sends it. Sent again, it is no second message.' }),
    type: z
      .string('must be a text')
      .regex(/^[\w.:-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, colons, dashes or underscores')
      .openapi({ example: 'chat', description: '`chat`: `{text}`, `reaction`: `{emoji}`, or what pages agree on.' }),
    data: z
      .unknown()
      .optional()
      .openapi({ example: { text: 'Hello' }, description: `JSON of at most ${DATA_LIMIT} bytes.` }),
    to: z
      .string('must be a text')
      .max(128, 'must have at most 128 characters')
      .optional()
      .openapi({ description: 'A participant. Default: everybody.' }),
  })
  .openapi('MessageRequest');

export type SendMessage = z.output<typeof messageRequest>;

interface Person {
  readonly id: string;
  readonly name: string;
}

export interface Message {
  readonly id: string;
  readonly type: string;
  /** Written by a participant: any content. */
  readonly data: unknown;
  /** Null: the site itself. */
  readonly from: Person | null;
  /** Null: everybody. */
  readonly to: Person | null;
  /** ISO 8601. */
  readonly sentAt: string;
}

interface Sent {
  readonly message: Message;
  /** Bearers: people keep them when their participants are replaced. */
  readonly sender: string | undefined;
  readonly receiver: string | undefined;
}

interface RoomMessages {
  readonly chats: Newest;
  readonly recent: Newest;
}

export class Messages extends EventEmitter<{ message: [room: string, message: Message] }> {
  readonly #rooms: RoomService;
  readonly #events: RoomEvents;
  readonly #byRoom = new Map<string, RoomMessages>();

  constructor(rooms: RoomService, events: RoomEvents) {
    super();
    this.#rooms = rooms;
    this.#events = events;
    rooms.on('room-ended', (room) => this.#byRoom.delete(room));
  }

  /** Rooms in which something was written. */
  get size(): number {
    return this.#byRoom.size;
  }

  /** Whether something of this id was sent in the room lately. */
  has(room: string, id: string): boolean {
    return this.#byRoom.get(room)?.recent.get(id) !== undefined;
  }

  /**
   * Sends it to everybody who listens to the room, or to one and back to who sends it.
   * @returns what was sent; of what the same sender has sent before by this id, that
   * @throws Problem
   */
  send(actor: Actor, room: string, { id, type, data, to }: SendMessage): Message {
    const sender = this.#sender(actor, room, PERMISSIONS.get(type) ?? 'room.signal');
    const known = this.#byRoom.get(room)?.recent.get(id);
    if (known && known.sender === sender?.bearer) return known.message;
    if (known) throw new Problem(409, 'There is another message of this id.', { code: 'endpoint-rejected' });
    const content = contentOf(type, data);
    const receiver = to === undefined ? undefined : this.#receiver(sender, room, to);
    const message: Message = {
      id,
      type,
      data: content,
      from: personOf(sender),
      to: personOf(receiver),
      sentAt: new Date().toISOString(),
    };
    this.#keep(room, { message, sender: sender?.bearer, receiver: receiver?.bearer });
    const bearers = receiver && [...new Set([receiver.bearer, ...(sender ? [sender.bearer] : [])])];
    this.#events.publish(room, 'message', message, bearers);
    this.emit('message', room, message);
    return message;
  }

  /** The latest chats that the bearer may read, oldest first, with the people's ids of this moment. */
  history(room: string, bearer: string): Message[] {
    const ids = new Map(this.#rooms.members(room).map((member) => [member.bearer, member.participantId]));
    const current = (person: Person | null, holder = ''): Person | null =>
      person && { ...person, id: ids.get(holder) ?? person.id };
    return [...(this.#byRoom.get(room)?.chats.values() ?? [])]
      .filter(({ message, sender, receiver }) => !message.to || sender === bearer || receiver === bearer)
      .map(({ message, sender, receiver }) => ({
        ...message,
        from: current(message.from, sender),
        to: current(message.to, receiver),
      }));
  }

  #sender(actor: Actor, room: string, permission: Permission): MemberRecord | undefined {
    // Throws where there is no such room.
    this.#rooms.room(room);
    if (actor === 'owner') return undefined;
    const sender = this.#rooms.authorize(actor.bearer, permission);
    if (sender.room === room) return sender;
    throw new Problem(404, 'There is no room of this name.', { code: 'room-gone' });
  }

  #receiver(sender: MemberRecord | undefined, room: string, participantId: string): MemberRecord {
    const receiver = this.#rooms.memberByParticipant(room, participantId);
    if (receiver.isPhone) throw new Problem(409, 'A phone cannot read messages.', { code: 'endpoint-rejected' });
    if (receiver.bearer !== sender?.bearer) return receiver;
    throw new Problem(404, 'This is yourself. Write to somebody else.', { code: 'participant-gone' });
  }

  #keep(room: string, sent: Sent): void {
    // Where no meeting is under way none will end, and whose meeting comes next is not known.
    if (this.#rooms.room(room).openedAt === undefined) return;
    const { chats, recent } = this.#byRoom.get(room) ?? { chats: new Newest(HISTORY), recent: new Newest(RECENT) };
    this.#byRoom.set(room, { chats, recent });
    recent.add(sent);
    if (sent.message.type === 'chat') chats.add(sent);
  }
}

/** As much as fits of what was added, by the ids of messages, oldest first. */
class Newest {
  readonly #limits: { readonly count: number; readonly bytes: number };
  readonly #entries = new Map<string, { readonly sent: Sent; readonly bytes: number }>();
  #bytes = 0;

  constructor(limits: { readonly count: number; readonly bytes: number }) {
    this.#limits = limits;
  }

  get(id: string): Sent | undefined {
    return this.#entries.get(id)?.sent;
  }

  *values(): Iterable<Sent> {
    for (const { sent } of this.#entries.values()) yield sent;
  }

  add(sent: Sent): void {
    const bytes = bytesOf(sent.message);
    this.#entries.set(sent.message.id, { sent, bytes });
    this.#bytes += bytes;
    for (const [id, oldest] of this.#entries) {
      if (this.#entries.size <= this.#limits.count && this.#bytes <= this.#limits.bytes) return;
      this.#entries.delete(id);
      this.#bytes -= oldest.bytes;
    }
  }
}

/** What is sent on. @throws Problem */
function contentOf(type: string, data: unknown): unknown {
  return validated(CONTENTS.get(type) ?? signalContent, { data: data ?? null }).data;
}

function personOf(member: MemberRecord | undefined): Person | null {
  return member ? { id: member.participantId ?? '', name: member.name } : null;
}

function bytesOf(data: unknown): number {
  return Buffer.byteLength(JSON.stringify(data));
}

/** Looks no deeper than is allowed. */
function depthOf(data: unknown, limit = DEPTH_LIMIT): number {
  if (typeof data !== 'object' || data === null) return 0;
  if (limit === 0) return 1;
  return 1 + Math.max(0, ...Object.values(data).map((value) => depthOf(value, limit - 1)));
}
