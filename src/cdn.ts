/**
 * What `dist/cdn/video-room.js` gives a page. Elements that have little to show before somebody joins come a little
 * later, in one file with what a room loads to join: whoever is quicker than that waits for both. Those for people and
 * messages come where the page has one, or an endpoint has a room channel; those that call phones where the page has
 * one, or a meeting offers calls.
 */
import './lobby-elements.js';
import type { RoomState } from './room/state.js';

export * from './headless.js';
/** The classes themselves are not there yet: `customElements.whenDefined()` waits for one. */
export type * from './index.js';

const PEOPLE =
  'participant-list, chat-panel, raise-hand-button, reaction-button, panel-button, unmute-prompt, room-news, room-panel';

async function loadAhead(isCalling = false): Promise<void> {
  try {
    await import('./meeting-elements.js');
    if (document.querySelector(PEOPLE)) await import('./people-elements.js');
    if (isCalling || document.querySelector('dial-out-button, dial-pad')) await import('./phone-elements.js');
  } catch {
    // No failure yet: who joins loads it again, and is told if that fails too.
  }
}

if (document.readyState === 'complete') void loadAhead();
else addEventListener('load', () => void loadAhead(), { once: true });
// What the page has been given since.
document.addEventListener('room-joined', (event) => {
  const [room] = event.composedPath() as { readonly state?: RoomState }[];
  void loadAhead(room?.state?.dialing === 'available');
});
