/** What this person may do here, as far as the endpoint has told. */
import { RoomError } from '../room/errors.js';
import type { RoomState } from '../room/state.js';
import type { Localize } from './localize.js';

/** Why the person may not do this: what the endpoint said of it, maybe nothing; undefined where they may. */
export function refusalOf({ permissions, refusals }: RoomState, permission: string): string | undefined {
  const isMissing = permissions.length > 0 && !permissions.includes(permission);
  return refusals[permission] ?? (isMissing ? '' : undefined);
}

/** The same as a sentence for the person. */
export function refusalText(localize: Localize, refusal: string): string {
  return refusal || localize.errorText(new RoomError('permission-missing'));
}
