/** What this browser keeps from one visit to the next. Storage may be full, blocked or absent: then nothing is kept. */

const PREFIX = 'video-room-elements:';

/** Empty where nothing was kept under the key. */
export function recall(key: string): string {
  try {
    return localStorage.getItem(PREFIX + key) ?? '';
  } catch {
    return '';
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(PREFIX + key, value);
  } catch {
    // It will have to be typed or chosen again.
  }
}
