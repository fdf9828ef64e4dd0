/** What has happened in rooms lately, so that a listener who was cut off gets what it has missed. In memory. */
import { randomBytes } from 'node:crypto';
import type { RoomEvents } from './room-events.js';
import { encodeEvent } from './server-sent-events.js';

/** Events of one room that are kept. */
const EVENT_LIMIT = 500;
/** Bytes of one room that are kept. */
const BYTE_LIMIT = 256 * 1024;

export interface RoomListener {
  /** Of the seat that listens: events for others alone do not come. */
  readonly bearer: string;
  /** @param bytes one event as it goes over the wire */
  event(bytes: Uint8Array): void;
  /** The room is gone; nothing comes any more. */
  end(): void;
}

export interface Listening {
  /** What the listener has missed, oldest first; undefined where that is not known (any more). */
  readonly missed: readonly Uint8Array[] | undefined;
  /** The id of the newest event, or of the room's beginning. */
  readonly position: string;
  /** Lets the listener go. Safe to call twice. */
  readonly stop: () => void;
}

interface Entry {
  readonly bytes: Uint8Array;
  /** Bearers of those it is for; undefined: everybody. */
  readonly to: ReadonlySet<string> | undefined;
}

interface RoomLog {
  /** Told from every other log, so that the numbers of another one mean nothing here. */
  readonly epoch: string;
  /** Of the newest event. */
  number: number;
  /** The newest ones, oldest first, without gaps in their numbers. */
  readonly entries: Entry[];
  size: number;
  readonly listeners: Set<RoomListener>;
}

export class EventLog implements RoomEvents {
  /** Of rooms that somebody has listened to since they were opened: nobody can have missed anything in others. */
  readonly #logs = new Map<string, RoomLog>();

  publish(room: string, type: string, data: object, to?: readonly string[]): void {
    const log = this.#logs.get(room);
    if (!log || to?.length === 0) return;
    const bytes = encodeEvent(`${log.epoch}-${++log.number}`, type, data);
    const entry: Entry = { bytes, to: to && new Set(to) };
    log.entries.push(entry);
    log.size += bytes.length;
    while (log.entries.length > EVENT_LIMIT || log.size > BYTE_LIMIT)
      log.size -= log.entries.shift()?.bytes.length ?? 0;
    for (const listener of log.listeners) if (isFor(entry, listener)) listener.event(bytes);
  }

  end(room: string): void {
    const log = this.#logs.get(room);
    this.#logs.delete(room);
    for (const listener of log?.listeners ?? []) listener.end();
  }

  /** Adds a listener, which gets every event from now on. @param lastId the last event it knows of */
  listen(room: string, listener: RoomListener, lastId: string | undefined): Listening {
    const log = this.#logs.get(room) ?? this.#open(room);
    log.listeners.add(listener);
    return {
      missed: eventsAfter(log, lastId, listener),
      position: `${log.epoch}-${log.number}`,
      stop: () => log.listeners.delete(listener),
    };
  }

  #open(room: string): RoomLog {
    const log: RoomLog = {
      epoch: randomBytes(8).toString('hex'),
      number: 0,
      entries: [],
      size: 0,
      listeners: new Set(),
    };
    this.#logs.set(room, log);
    return log;
  }
}

function isFor({ to }: Entry, { bearer }: RoomListener): boolean {
  return to === undefined || to.has(bearer);
}

function eventsAfter(log: RoomLog, lastId: string | undefined, listener: RoomListener): Uint8Array[] | undefined {
  const [, epoch, digits] = /^(.+)-(\d{1,15})$/.exec(lastId ?? '') ?? [];
  const number = Number(digits);
  const oldest = log.number - log.entries.length;
  if (epoch !== log.epoch || number < oldest || number > log.number) return undefined;
  const missed = log.entries.slice(number - oldest).filter((entry) => isFor(entry, listener));
  return missed.map(({ bytes }) => bytes);
}
