/**
 * Bearers and invitations that are good for nothing any more, and why: who comes back with one is told, and not let in as
 * somebody new.
 */
import { Problem, type ProblemCode } from './problem.js';
import { SESSION_LIFETIME } from './room-limits.js';

/** For as long as a page that has missed it may still come back by itself, in milliseconds. */
const LIFETIME = 5 * 60_000;

/** Bearers, and invitations, remembered at once; beyond it the oldest is forgotten. */
const LIMIT = 10_000;

const REMOVED = 'You were removed from this room.';

interface Entry {
  readonly room: string;
  readonly code: ProblemCode;
  readonly detail: string;
  /** In milliseconds since the epoch. */
  readonly until: number;
}

export class FormerBearers {
  readonly #entries = new Map<string, Entry>();
  /** Rooms and ids of invitations whose holders were removed, as JSON. They outlast the meeting: invitations do. */
  readonly #barred = new Set<string>();

  get size(): number {
    return this.#entries.size;
  }

  /**
   * @param options.invitationId what the person came with: nobody comes into this room with it any more
   * @param options.text what whoever removed the person said about it
   */
  removed(
    bearer: string,
    room: string,
    { invitationId, text = '' }: { invitationId?: string | undefined; text?: string | undefined } = {},
  ): void {
    const detail = `${REMOVED} ${text}`.trim();
    if (invitationId !== undefined) this.#barred.add(JSON.stringify([room, invitationId]));
    const [oldest = ''] = this.#barred;
    if (this.#barred.size > LIMIT) this.#barred.delete(oldest);
    this.#add(bearer, { room, code: 'removed', detail, until: Date.now() + SESSION_LIFETIME });
  }

  denied(bearer: string, room: string): void {
    const detail = 'You were not let in.';
    this.#add(bearer, { room, code: 'entry-denied', detail, until: Date.now() + LIFETIME });
  }

  ended(bearer: string, room: string): void {
    const detail = 'This meeting has ended.';
    this.#add(bearer, { room, code: 'room-ended', detail, until: Date.now() + LIFETIME });
  }

  /** Does nothing for a bearer of another room, or of none. @throws Problem */
  refuse(bearer: string | undefined, room: string): void {
    const entry = bearer === undefined ? undefined : this.#entries.get(bearer);
    if (entry?.room === room && Date.now() < entry.until) throw new Problem(403, entry.detail, { code: entry.code });
  }

  /** @throws Problem where somebody was removed who had come with this invitation */
  refuseInvitation(invitationId: string | undefined, room: string): void {
    if (invitationId === undefined || !this.#barred.has(JSON.stringify([room, invitationId]))) return;
    throw new Problem(403, REMOVED, { code: 'removed' });
  }

  sweep(): void {
    const now = Date.now();
    for (const [bearer, { until }] of this.#entries) if (now >= until) this.#entries.delete(bearer);
  }

  #add(bearer: string, entry: Entry): void {
    this.#entries.set(bearer, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > LIMIT && oldest !== undefined) this.#entries.delete(oldest);
  }
}
