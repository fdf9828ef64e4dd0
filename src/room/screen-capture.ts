/** Asks the person for a screen, a window or a tab to show. */
import { failureFrom, type DeviceFailure } from './devices.js';

/** Whether the browser can do it at all: those of phones can't. */
export function canCaptureScreen(): boolean {
  // Not there outside browsers, and not in pages that are not secure contexts, whatever the types say.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
  return typeof navigator !== 'undefined' && typeof navigator.mediaDevices?.getDisplayMedia === 'function';
}

/** With the sound of what is shown, where the browser offers that. Never rejects. */
export async function captureScreen(): Promise<MediaStream | DeviceFailure> {
  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 30 } }, audio: true });
  } catch (error) {
    return failureFrom(error);
  }
}
