/**
 * Sees to it that nobody publishes more than they may. A page that may publish less than before comes again by itself,
 * with another participant; that of one that does not is taken off the platform.
 */
import type { PublishPermission } from './bandwidth-webrtc-api.js';
import { BearerTimers } from './bearer-timers.js';
import type { MemberRecord } from './room-store.js';

export class PublishGuard {
  readonly #timers: BearerTimers;
  readonly #publishPermissionsOf: (member: MemberRecord) => readonly PublishPermission[];

  /** @param due the bearer's page has not come again within time */
  constructor(
    milliseconds: number,
    publishPermissionsOf: (member: MemberRecord) => readonly PublishPermission[],
    due: (bearer: string) => void,
  ) {
    this.#timers = new BearerTimers(milliseconds, due);
    this.#publishPermissionsOf = publishPermissionsOf;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** The member, or what they may do, has changed. */
  check(member: MemberRecord): void {
    const allowed = this.#publishPermissionsOf(member);
    if (member.publishes?.some((kind) => !allowed.includes(kind))) this.#timers.start(member.bearer);
    else this.#timers.stop(member.bearer);
  }

  forget(bearer: string): void {
    this.#timers.stop(bearer);
  }

  close(): void {
    this.#timers.close();
  }
}
