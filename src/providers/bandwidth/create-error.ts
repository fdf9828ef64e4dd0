import type { RoomError, RoomErrorCode } from '../../room/errors.js';

/** Makes what the room expects of a failing provider. */
export type CreateError = (code: RoomErrorCode, options?: { readonly cause?: unknown }) => RoomError;
