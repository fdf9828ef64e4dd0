/** What this person may do here, as far as the endpoint has told. */
import type { DeviceKind } from '../room/devices.js';
import { RoomError } from '../room/errors.js';
import { isInMeeting, type RoomState } from '../room/state.js';
import type { Localize } from './localize.js';

/** Why a control does nothing: the key of a text, or a text itself; an empty one: a permission is missing. */
export type Obstacle =
  | 'noRoom'
  | 'notOffered'
  | 'microphoneNotUsed'
  | 'cameraNotUsed'
  | 'screenShareUnsupported'
  | 'everybodyMuted'
  | 'audioOnly'
  | { readonly text: string };

const PERMISSIONS = {
  microphone: 'room.self.audio_unmute',
  camera: 'room.self.video_unmute',
  screenShare: 'room.self.screenshare',
} as const;

/** Why this cannot be switched; undefined where it can. What is on can always be switched off. */
export function obstacleTo(what: DeviceKind | 'screenShare', state: RoomState): Obstacle | undefined {
  if (what === 'screenShare') {
    if (!state.screenShare.isSupported) return 'screenShareUnsupported';
    if (!isInMeeting(state)) return 'noRoom';
  } else if (!state[what].used) return `${what}NotUsed`;
  if (state[what].on) return undefined;
  if (what !== 'microphone' && state.facts?.isAudioOnly) return 'audioOnly';
  if (what === 'microphone' && !state.isSpeakingAllowed) return 'everybodyMuted';
  return refusalOf(state, PERMISSIONS[what]);
}

/** Why something cannot be done that needs a room channel, and maybe a permission; undefined where it can. */
export function obstacleInChannel(state: RoomState, permission = ''): Obstacle | undefined {
  if (!isInMeeting(state)) return 'noRoom';
  if (!state.facts) return 'notOffered';
  return permission ? refusalOf(state, permission) : undefined;
}

/** Undefined where the person may do what needs this permission. */
function refusalOf({ permissions, refusals }: RoomState, permission: string): Obstacle | undefined {
  const isMissing = permissions.length > 0 && !permissions.includes(permission);
  const text = refusals[permission] ?? (isMissing ? '' : undefined);
  return text === undefined ? undefined : { text };
}

/** A sentence for the person. */
export function obstacleText(localize: Localize, obstacle: Obstacle): string {
  if (typeof obstacle === 'string') return localize.term(obstacle);
  return obstacle.text || localize.errorText(new RoomError('permission-missing'));
}
