/** The room channel: who may listen to a room, and the streams of those who do. */
import { randomBytes } from 'node:crypto';
import type { EventLog } from './event-log.js';
import { Problem } from './problem.js';
import { encodeEvent, encodeLines } from './server-sent-events.js';

export interface EventStreamLimits {
  /** How long a ticket opens streams after it was issued and after its last stream ended, in milliseconds. */
  readonly ticketMilliseconds: number;
  /** Tickets of one seat; the oldest one gives way. */
  readonly ticketsPerSeat: number;
  /** Streams of one seat; the oldest one gives way. */
  readonly streamsPerSeat: number;
  readonly maxStreams: number;
  /** Bytes that may wait for one reader. */
  readonly maxBuffered: number;
  /** Silence after which something is sent, so that nothing on the way takes the connection for dead, in milliseconds. */
  readonly heartbeatMilliseconds: number;
  /** How long the last bytes of a stream may take to reach its reader, in milliseconds. */
  readonly farewellMilliseconds: number;
}

export const DEFAULT_EVENT_STREAM_LIMITS: EventStreamLimits = {
  ticketMilliseconds: 60_000,
  ticketsPerSeat: 8,
  streamsPerSeat: 4,
  maxStreams: 10_000,
  maxBuffered: 1024 * 1024,
  heartbeatMilliseconds: 15_000,
  farewellMilliseconds: 5000,
};

/** How soon a browser comes back after its stream has ended, in milliseconds. */
const RETRY = 1000;

export interface EventStreamsOptions {
  readonly log: EventLog;
  readonly limits: EventStreamLimits;
  /** What the holder of the seat has to know before changes make sense. */
  readonly snapshot: (room: string, bearer: string) => object;
  /** The first stream of the seat is about to be opened. */
  readonly opened: (bearer: string) => void;
  /** Publishes what the snapshot will have in it and has not been published yet. */
  readonly settle: (room: string) => void;
  /** The last stream of the seat has ended, while the seat has not. */
  readonly ended: (bearer: string) => void;
}

export interface OpenStream {
  /** The last event the reader knows of. */
  readonly lastId: string | undefined;
  /** Cuts the connection of a reader that does not read. */
  readonly cut: () => void;
}

interface Seat {
  readonly bearer: string;
  readonly room: string;
  readonly tickets: Set<string>;
  /** Oldest first. */
  readonly streams: Set<Stream>;
}

interface Ticket {
  readonly seat: Seat;
  readonly streams: Set<Stream>;
  /** When it ends unless a stream of it is open, in milliseconds since the epoch. */
  expiresAt: number;
}

interface Stream {
  readonly end: () => void;
}

export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly #limits: EventStreamLimits;
  readonly #seats = new Map<string, Seat>();
  /** Whoever has one may listen. Never logged. */
  readonly #tickets = new Map<string, Ticket>();
  #count = 0;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
    this.#limits = options.limits;
  }

  /** Streams that are open. */
  get count(): number {
    return this.#count;
  }

  /** Makes a ticket for who holds the seat, until `endSeat`. */
  issueTicket(bearer: string, room: string): string {
    const seat = this.#seats.get(bearer) ?? { bearer, room, tickets: new Set(), streams: new Set() };
    this.#seats.set(bearer, seat);
    const ticket = randomBytes(32).toString('base64url');
    seat.tickets.add(ticket);
    this.#tickets.set(ticket, { seat, streams: new Set(), expiresAt: Date.now() + this.#limits.ticketMilliseconds });
    const [oldest = ticket] = seat.tickets;
    if (seat.tickets.size > this.#limits.ticketsPerSeat) this.#deleteTicket(oldest);
    return ticket;
  }

  /** The events of the ticket's room, as they go over the wire. Cancelling it frees everything. @throws Problem */
  open(ticketId: string | undefined, request: OpenStream): ReadableStream<Uint8Array> {
    const ticket = this.#ticket(ticketId);
    const { streamsPerSeat, maxStreams } = this.#limits;
    const [oldest] = ticket.seat.streams;
    if (ticket.seat.streams.size >= streamsPerSeat) oldest?.end();
    if (this.#count >= maxStreams)
      throw new Problem(503, 'Too many pages listen. Try again later.', { headers: { 'retry-after': '60' } });
    return this.#stream(ticket, request);
  }

  endSeat(bearer: string): void {
    const seat = this.#seats.get(bearer);
    this.#seats.delete(bearer);
    for (const ticket of seat?.tickets ?? []) this.#tickets.delete(ticket);
    for (const stream of seat?.streams ?? []) stream.end();
  }

  close(): void {
    for (const bearer of this.#seats.keys()) this.endSeat(bearer);
  }

  #ticket(id: string | undefined): Ticket {
    const ticket = this.#tickets.get(id ?? '');
    if (ticket && (ticket.streams.size > 0 || Date.now() < ticket.expiresAt)) return ticket;
    throw new Problem(401, 'This ticket is not valid any more. Ask for a new one.');
  }

  #deleteTicket(id: string): void {
    this.#tickets.get(id)?.seat.tickets.delete(id);
    this.#tickets.delete(id);
  }

  #stream(ticket: Ticket, { lastId, cut }: OpenStream): ReadableStream<Uint8Array> {
    const { log, limits, snapshot, opened, settle, ended } = this.#options;
    const { seat } = ticket;
    let release = (): void => {};
    const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
      let isOpen = true;
      const end = (): void => {
        if (!isOpen) return;
        release();
        controller.close();
        setTimeout(cut, limits.farewellMilliseconds).unref();
      };
      const send = (bytes: Uint8Array): void => {
        if ((controller.desiredSize ?? 0) > 0) return controller.enqueue(bytes);
        // What waits is of no use any more: the reader comes back and resumes, or gets a snapshot.
        release();
        cut();
      };
      const heartbeat = setInterval(() => send(encodeLines(':')), limits.heartbeatMilliseconds);
      if (seat.streams.size === 0) opened(seat.bearer);
      settle(seat.room);
      // Nothing is awaited from here to the snapshot, so nothing is lost and nothing comes twice.
      const listening = log.listen(seat.room, { bearer: seat.bearer, event: send, end }, lastId);
      const stream: Stream = { end };
      seat.streams.add(stream);
      ticket.streams.add(stream);
      this.#count++;
      release = () => {
        if (!isOpen) return;
        isOpen = false;
        clearInterval(heartbeat);
        listening.stop();
        seat.streams.delete(stream);
        ticket.streams.delete(stream);
        ticket.expiresAt = Date.now() + limits.ticketMilliseconds;
        this.#count--;
        if (seat.streams.size === 0 && this.#seats.get(seat.bearer) === seat) ended(seat.bearer);
      };
      controller.enqueue(encodeLines(`retry: ${RETRY}`));
      const begin = (): Uint8Array => encodeEvent(listening.position, 'snapshot', snapshot(seat.room, seat.bearer));
      try {
        for (const bytes of listening.missed ?? [begin()]) controller.enqueue(bytes);
      } catch (error) {
        release();
        throw error;
      }
    };
    return new ReadableStream(
      { start, cancel: () => release() },
      new ByteLengthQueuingStrategy({ highWaterMark: limits.maxBuffered }),
    );
  }
}
