/** The record of what happened in rooms, for the site's owner: bounded, in memory, and readable for a day after. */
import { randomBytes } from 'node:crypto';

/** Types of what is recorded. */
export const RECORD_TYPES = [
  'room-opened',
  'room-changed',
  'room-ended',
  'participant-joined',
  'participant-changed',
  'participant-left',
  'connection-created',
  'connection-destroyed',
  'stream-created',
  'stream-destroyed',
  'call-changed',
  'message',
  'action',
  'waiting-changed',
] as const;

export type RecordType = (typeof RECORD_TYPES)[number];

/** Entries of one room that are kept. */
export const RECORD_LIMIT = 1000;

export interface ChronicleLimits {
  readonly entriesPerRoom: number;
  /** Bytes of one room, as JSON. */
  readonly bytesPerRoom: number;
  readonly rooms: number;
  /** Bytes of all rooms together, as JSON. Not less than `bytesPerRoom`. */
  readonly bytes: number;
  /** How long what happened in a room is kept after its end, or after the last of it where no meeting was, in milliseconds. */
  readonly keptMilliseconds: number;
}

export const DEFAULT_CHRONICLE_LIMITS: ChronicleLimits = {
  entriesPerRoom: RECORD_LIMIT,
  bytesPerRoom: 1024 * 1024,
  rooms: 2000,
  bytes: 32 * 1024 * 1024,
  keptMilliseconds: 24 * 3_600_000,
};

/** Something that happened: plain data without bearers and tokens. Names and messages are text of any content. */
export interface RecordEntry {
  /** Unique. Those of one process are in order. */
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly room: string;
  readonly type: RecordType;
  readonly data: object;
}

interface RoomPages {
  /** Oldest first. */
  readonly entries: { readonly number: number; readonly entry: RecordEntry; readonly bytes: number }[];
  bytes: number;
  /** In milliseconds since the epoch. */
  writtenAt: number;
}

export class Chronicle {
  readonly #limits: ChronicleLimits;
  /** Told from that of every other process, whose numbers mean nothing here. */
  readonly #epoch = randomBytes(8).toString('hex');
  /** The one that was written to last comes last. */
  readonly #rooms = new Map<string, RoomPages>();
  /** Rooms in which a meeting is under way. */
  readonly #open = new Set<string>();
  /** When rooms ended that were not opened again, in milliseconds since the epoch, in this order. */
  readonly #endings = new Map<string, number>();
  readonly #listeners = new Set<(entry: RecordEntry) => void>();
  #number = 0;
  #bytes = 0;

  constructor(limits: Partial<ChronicleLimits> = {}) {
    this.#limits = { ...DEFAULT_CHRONICLE_LIMITS, ...limits };
  }

  /** What is kept. */
  get size(): { readonly rooms: number; readonly bytes: number } {
    return { rooms: this.#rooms.size, bytes: this.#bytes };
  }

  /** @param data is not changed any more */
  record(room: string, type: RecordType, data: object): void {
    const now = Date.now();
    const number = ++this.#number;
    const entry: RecordEntry = {
      id: `${this.#epoch}-${number}`,
      at: new Date(now).toISOString(),
      room,
      type,
      data,
    };
    this.#add(number, entry, now);
    if (type === 'room-opened') this.#open.add(room);
    if (type === 'room-ended') this.#open.delete(room);
    if (type === 'room-opened' || type === 'room-ended') this.#endings.delete(room);
    if (type === 'room-ended') this.#endings.set(room, now);
    this.#forgetOld(now);
    this.#makeSpace();
    for (const listener of this.#listeners) listener(entry);
  }

  /**
   * What happened in the room, newest first.
   * @param before id of an entry: only older ones. Of one that was never here, nothing is older
   */
  entries(room: string, { before, limit }: { before?: string | undefined; limit: number }): RecordEntry[] {
    this.#forgetOld(Date.now());
    const { entries = [] } = this.#rooms.get(room) ?? {};
    const end = before === undefined ? Infinity : this.#numberOf(before);
    const older = entries.filter(({ number }) => number < end);
    return older
      .slice(-limit)
      .reverse()
      .map(({ entry }) => entry);
  }

  /** @returns what ends it, and may be called twice */
  listen(listener: (entry: RecordEntry) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #numberOf(id: string): number {
    const [, epoch, digits] = /^([0-9a-f]+)-(\d{1,15})$/.exec(id) ?? [];
    return epoch === this.#epoch ? Number(digits) : 0;
  }

  #add(number: number, entry: RecordEntry, now: number): void {
    const { room } = entry;
    const { entriesPerRoom, bytesPerRoom } = this.#limits;
    const pages = this.#rooms.get(room) ?? { entries: [], bytes: 0, writtenAt: now };
    pages.writtenAt = now;
    // Deleted first, so that the map's order is that of last use.
    this.#rooms.delete(room);
    this.#rooms.set(room, pages);
    const bytes = Buffer.byteLength(JSON.stringify(entry));
    pages.entries.push({ number, entry, bytes });
    this.#count(pages, bytes);
    while (pages.entries.length > entriesPerRoom || pages.bytes > bytesPerRoom)
      this.#count(pages, -(pages.entries.shift()?.bytes ?? 0));
  }

  #count(pages: RoomPages, bytes: number): void {
    pages.bytes += bytes;
    this.#bytes += bytes;
  }

  #forgetOld(now: number): void {
    const isOld = (moment: number): boolean => now - moment >= this.#limits.keptMilliseconds;
    for (const [room, endedAt] of this.#endings) {
      if (!isOld(endedAt)) break;
      this.#forget(room);
    }
    // Without a meeting nothing ends: people who wait for one, what the site's owner sends and changes.
    for (const [room, { writtenAt }] of this.#rooms) {
      if (!isOld(writtenAt)) break;
      if (!this.#open.has(room)) this.#forget(room);
    }
  }

  /** First goes the room that ended longest ago, then the one in which nothing has happened for longest. */
  #makeSpace(): void {
    while (this.#rooms.size > this.#limits.rooms || this.#bytes > this.#limits.bytes) {
      const [ended] = this.#endings.keys();
      const [quietest = ''] = this.#rooms.keys();
      this.#forget(ended ?? quietest);
    }
  }

  #forget(room: string): void {
    this.#endings.delete(room);
    this.#bytes -= this.#rooms.get(room)?.bytes ?? 0;
    this.#rooms.delete(room);
  }
}
