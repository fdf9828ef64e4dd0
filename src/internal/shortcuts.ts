/** Keyboard shortcuts of a meeting: Alt, Shift and a letter. */
import type { Room } from '../room/room.js';
import { isInMeeting, type RoomState } from '../room/state.js';

type Letter = 'M' | 'C' | 'S' | 'L';

const ACTIONS: ReadonlyMap<string, (room: Room) => unknown> = new Map<Letter, (room: Room) => unknown>([
  ['M', (room) => room.setMicrophone(!room.state.microphone.on)],
  ['C', (room) => room.setCamera(!room.state.camera.on)],
  ['S', (room) => room.setScreenShare(!room.state.screenShare.on)],
  ['L', (room) => room.leave()],
]);

/** The keys as a person reads them, which is also how `aria-keyshortcuts` has them; empty while they do nothing. */
export function shortcutFor(letter: Letter, state: RoomState): string {
  return state.hasShortcuts && isInMeeting(state) ? `Alt+Shift+${letter}` : '';
}

/**
 * Lets the keys work for this room until the returned function is called. What the page has handled counts as handled,
 * and so does what another room has.
 */
export function listenForShortcuts(room: Room): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    const action = ACTIONS.get(letterOf(event));
    if (!action || !room.state.hasShortcuts || !isInMeeting(room.state) || isTakenElsewhere(event)) return;
    event.preventDefault();
    action(room);
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
