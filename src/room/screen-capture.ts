/** Asks the person for a screen, a window or a tab to show. */
import { failureFrom, mediaDevices, type DeviceFailure } from './devices.js';

/** Whether the browser can do it at all: those of phones can't. */
export function canCaptureScreen(): boolean {
  return typeof mediaDevices()?.getDisplayMedia === 'function';
}

/** With the sound of what is shown, where the browser offers that. Never rejects. */
export async function captureScreen(): Promise<MediaStream | DeviceFailure> {
  try {
    return await navigator.mediaDevices.getDisplayMedia({ video: { frameRate: { max: 30 } }, audio: true });
  } catch (error) {
    return failureFrom(error);
  }
}
