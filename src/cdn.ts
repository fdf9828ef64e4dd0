/**
 * What `dist/cdn/video-room.js` gives a page. Elements that have nothing to show before somebody joins are in a file of
 * their own, which comes when the page has loaded, or with the media provider when somebody is quicker than that.
 */
import { loadWithProvider } from './providers/index.js';

const loadMeetingElements = (): Promise<unknown> => import('./meeting-elements.js');

loadWithProvider(loadMeetingElements);
// A failure here is none yet: who joins loads it again, and is told if that fails too.
const loadAhead = (): void => void loadMeetingElements().catch(() => undefined);
if (document.readyState === 'complete') loadAhead();
else addEventListener('load', loadAhead, { once: true });

export * from './lobby-elements.js';
export * from './events.js';
export * from './headless.js';
