/**
 * What `dist/cdn/video-room.js` gives a page. Elements that have nothing to show before somebody joins come a little
 * later, in one file with what a room loads to join: whoever is quicker than that waits for both.
 */
export * from './lobby-elements.js';
export * from './headless.js';

async function loadAhead(): Promise<void> {
  try {
    await import('./meeting-elements.js');
  } catch {
    // No failure yet: who joins loads it again, and is told if that fails too.
  }
}

if (document.readyState === 'complete') void loadAhead();
else addEventListener('load', () => void loadAhead(), { once: true });
