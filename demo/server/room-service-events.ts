/** What the room service tells of. */
import type { MemberRecord, RoomRecord } from './room-store.js';

/** `absent`: has not connected, or was not connected any more, for too long. */
export interface Departure {
  readonly reason: 'left' | 'removed' | 'absent' | 'room-ended';
  /** What a moderator or the site's owner said about it: text of any content. */
  readonly text?: string | undefined;
  /** The bearer of who removed the person; undefined: the site's owner, or nobody. */
  readonly by?: string | undefined;
}

/** `empty`: the last person has left. */
export type RoomEnd = 'empty' | 'ended' | 'time-limit';

/** What changes in the store, in the order in which it does, after it has. */
export interface RoomServiceEvents {
  /** The first person comes. A room that is kept opens and ends with each of its meetings. */
  'room-opened': [room: RoomRecord];
  'room-changed': [room: RoomRecord, previous: RoomRecord];
  /** The last person has left, or the room was ended. Its phones are gone, too. */
  'room-ended': [room: string, reason: RoomEnd];
  /** Somebody waits to be let in, or no longer does. */
  'waiting-changed': [room: string];
  /** The platform has made the member's first participant. */
  'member-joined': [member: MemberRecord];
  /** Anything of a member changed; another `participantId` after a renewal. */
  'member-changed': [member: MemberRecord, previous: MemberRecord];
  'member-left': [member: MemberRecord, departure: Departure];
  /**
   * The seat of this bearer is given up or taken away. Follows `member-left`, and where the room was ended for all
   * `room-ended`.
   */
  'seat-ended': [bearer: string];
}
