/** How many, and how long, in the room service. */

/** People and phones that the platform takes into one session (a documented limit). */
export const SESSION_SEATS = 20;

/** How long the platform keeps a session, in milliseconds (a documented limit). */
export const SESSION_LIFETIME = 9 * 3_600_000;

export interface RoomLimits {
  /** People and phones in one room: at most `SESSION_SEATS`. */
  readonly maxParticipants: number;
  /** Rooms at the same time: those that are open, and those that are kept. */
  readonly maxRooms: number;
  /** People who wait to be let into one room. */
  readonly maxWaiting: number;
  /** How long a seat is kept for someone who has not connected, or is not connected any more, in milliseconds. */
  readonly absenceMilliseconds: number;
  /** How often absent people are looked for, in milliseconds. */
  readonly sweepMilliseconds: number;
  /** How long the request of somebody who waits is held, in milliseconds. */
  readonly waitingHoldMilliseconds: number;
  /** After how long without a request somebody no longer waits, in milliseconds. */
  readonly waitingAbsenceMilliseconds: number;
  /** How long a page may be away from the room channel before it is told to the others, in milliseconds. */
  readonly channelGraceMilliseconds: number;
  /** How long a page has to come again with less than it may publish now, in milliseconds. */
  readonly publishGraceMilliseconds: number;
}

export const DEFAULT_ROOM_LIMITS: RoomLimits = {
  maxParticipants: SESSION_SEATS,
  maxRooms: 1000,
  maxWaiting: 100,
  absenceMilliseconds: 60_000,
  sweepMilliseconds: 15_000,
  waitingHoldMilliseconds: 10_000,
  waitingAbsenceMilliseconds: 20_000,
  channelGraceMilliseconds: 3000,
  publishGraceMilliseconds: 5000,
};
