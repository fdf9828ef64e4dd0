/** Keyboard shortcuts of a meeting: Alt, Shift and a letter. */
import { LeaveRequestEvent } from '../events.js';
import { isInMeeting, type RoomState } from '../room/state.js';
import { obstacleTo } from './permissions.js';
import type { RoomHost } from './room-hosts.js';

type Letter = 'M' | 'C' | 'S' | 'L';

type Action = (host: RoomHost) => unknown;

/** As the buttons do it: what these do not offer, the keys do not do. */
const ACTIONS: ReadonlyMap<string, Action> = new Map<Letter, Action>([
  ['M', ({ room }) => obstacleTo('microphone', room.state) ?? room.setMicrophone(!room.state.microphone.on)],
  ['C', ({ room }) => obstacleTo('camera', room.state) ?? room.setCamera(!room.state.camera.on)],
  ['S', ({ room }) => obstacleTo('screenShare', room.state) ?? room.setScreenShare(!room.state.screenShare.on)],
  ['L', (host) => host.dispatchEvent(new LeaveRequestEvent()) && host.room.leave()],
]);

/** The keys as a person reads them, which is also how `aria-keyshortcuts` has them; empty while they do nothing. */
export function shortcutFor(letter: Letter, state: RoomState): string {
  return state.hasShortcuts && isInMeeting(state) ? `Alt+Shift+${letter}` : '';
}

/**
 * Lets the keys work for this room until the returned function is called. What the page has handled counts as handled,
 * and so does what another room has.
 */
export function listenForShortcuts(host: RoomHost): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    const action = ACTIONS.get(letterOf(event));
    const { state } = host.room;
    if (!action || !state.hasShortcuts || !isInMeeting(state) || isTakenElsewhere(event)) return;
    event.preventDefault();
    action(host);
  };
  addEventListener('keydown', onKeyDown);
  return () => removeEventListener('keydown', onKeyDown);
}

/** By the key where it is a Latin letter, else by its place: Option makes other signs, and so do other alphabets. */
function letterOf({ altKey, shiftKey, ctrlKey, metaKey, key, code }: KeyboardEvent): string {
  if (!altKey || !shiftKey || ctrlKey || metaKey) return '';
  return /^[a-z]$/i.test(key) ? key.toUpperCase() : code.replace(/^Key/, '');
}

function isTakenElsewhere(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  const isTyping = target instanceof Element && target.matches(':read-write, select');
  return isTyping || event.isComposing || event.repeat || event.defaultPrevented;
}
