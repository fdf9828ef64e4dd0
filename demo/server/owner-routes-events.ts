/** The site owner's API: the record of what happened in a room, page by page or as it happens. */
import type { HttpBindings } from '@hono/node-server';
import { z } from '@hono/zod-openapi';
import { RECORD_LIMIT, type Chronicle, type RecordEntry } from './chronicle.js';
import { PRIVATE } from './http.js';
import type { OwnerServices } from './owner-routes.js';
import { json, type OwnerRouter } from './owner-routes-router.js';
import { entrySchema, inRoom, TAGS } from './room-schemas.js';
import { Problem } from './problem.js';
import { encodeEvent, encodeLines, STREAM_HEADERS } from './server-sent-events.js';

const PAGE_LIMIT = 200;

const page = z.object({
  limit: z.coerce
    .number('must be a whole number')
    .int('must be a whole number')
    .min(1, 'must be at least 1')
    .max(PAGE_LIMIT, `must be at most ${PAGE_LIMIT}`)
    .default(50)
    .openapi({ type: 'integer', minimum: 1, maximum: PAGE_LIMIT, description: 'Entries of one page.' }),
  before: z
    .string()
    .max(64, 'must have at most 64 characters')
    .optional()
    .openapi({ description: 'The id of an entry: only older ones. Take `next` of the page before.' }),
});

const pageSchema = z
  .object({
    entries: z.array(entrySchema).openapi({ description: 'Newest first.' }),
    next: z.string().nullable().openapi({ description: '`before` of the next page; null: there are no older ones.' }),
  })
  .openapi('RecordPage');

export interface RecordStreamLimits {
  readonly maxStreams: number;
  /** Bytes that may wait for one reader. */
  readonly maxBuffered: number;
  /** Silence after which something is sent, so that nothing on the way takes the connection for dead, in milliseconds. */
  readonly heartbeatMilliseconds: number;
}

export const DEFAULT_RECORD_STREAM_LIMITS: RecordStreamLimits = {
  maxStreams: 16,
  // A whole record.
  maxBuffered: 4 * 1024 * 1024,
  heartbeatMilliseconds: 15_000,
};

/** The record as server-sent events. Nothing waits for those who read: who is too slow is cut off, and resumes. */
export class RecordStreams {
  readonly #chronicle: Chronicle;
  readonly #limits: RecordStreamLimits;
  readonly #open = new Set<() => void>();

  constructor(chronicle: Chronicle, limits: RecordStreamLimits) {
    this.#chronicle = chronicle;
    this.#limits = limits;
  }

  /** Streams that are open. */
  get count(): number {
    return this.#open.size;
  }

  /**
   * The newest entries, or those after the one the reader knows, oldest first, then each that comes. An event `reset`
   * comes before them where that one is not known any more.
   * @param cut cuts the connection of a reader that does not read
   * @throws Problem where there are too many streams
   */
  open(
    room: string,
    { lastId, newest, cut }: { lastId: string | undefined; newest: number; cut: () => void },
  ): ReadableStream<Uint8Array> {
    if (this.#open.size >= this.#limits.maxStreams)
      throw new Problem(503, `There are ${this.#limits.maxStreams} streams already. Close one of them.`, {
        headers: { 'retry-after': '10' },
      });
    let release = (): void => {};
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      const send = (bytes: Uint8Array): void => {
        if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(bytes);
        release();
        cut();
      };
      const heartbeat = setInterval(() => send(encodeLines(':')), this.#limits.heartbeatMilliseconds);
      // Nothing is awaited from here to the entries that are there, so nothing is lost and nothing comes twice.
      const stop = this.#chronicle.listen((entry) => {
        if (entry.room === room) send(encoded(entry));
      });
      release = () => {
        clearInterval(heartbeat);
        stop();
        this.#open.delete(release);
      };
      this.#open.add(release);
      for (const bytes of this.#beginning(room, lastId, newest)) controller.enqueue(bytes);
    };
    return new ReadableStream(
      { start, cancel: () => release() },
      new ByteLengthQueuingStrategy({ highWaterMark: this.#limits.maxBuffered }),
    );
  }

  /** Lets everything go: the connections end with the server. */
  close(): void {
    for (const release of this.#open) release();
  }

  #beginning(room: string, lastId: string | undefined, newest: number): Uint8Array[] {
    const entries = this.#chronicle.entries(room, { limit: RECORD_LIMIT });
    const known = entries.findIndex(({ id }) => id === lastId);
    const isLost = lastId !== undefined && known < 0;
    const wanted = entries.slice(0, known < 0 ? newest : known).reverse();
    return [
      encodeLines('retry: 1000'),
      ...(isLost ? [encodeLines('event: reset\ndata: {}')] : []),
      ...wanted.map(encoded),
    ];
  }
}

export function addEventRoutes(router: OwnerRouter, { chronicle, streams }: OwnerServices): void {
  router.add(
    {
      method: 'get',
      path: '/api/rooms/{room}/events',
      tag: TAGS.events,
      summary: 'What has happened in a room, also after its end',
      description:
        'With `Accept: text/event-stream` it comes as it happens: the newest entries first of all, oldest first, then each new one, with its id. With the header `Last-Event-ID` it goes on after that entry; an event `reset` says that it is not known any more and that the newest ones follow.',
      params: inRoom,
      query: page,
      answers: {
        200: {
          description: 'A page, or a stream without end',
          content: { ...json('', pageSchema).content, 'text/event-stream': { schema: z.string() } },
        },
      },
      problems: [503],
    },
    ({ params: { room }, query: { limit, before }, context }) => {
      if (context.req.header('accept')?.includes('text/event-stream')) {
        const { outgoing } = context.env as HttpBindings;
        const lastId = context.req.header('last-event-id');
        const stream = streams.open(room, { lastId, newest: limit, cut: () => outgoing.destroy() });
        return context.body(stream, 200, STREAM_HEADERS);
      }
      const found = chronicle.entries(room, { before, limit: limit + 1 });
      const entries = found.slice(0, limit);
      const next = found.length > limit ? (entries.at(-1)?.id ?? null) : null;
      return context.json({ entries, next }, 200, PRIVATE);
    },
  );
}

function encoded(entry: RecordEntry): Uint8Array {
  return encodeEvent(entry.id, entry.type, entry);
}
