/** What a person does that makes a browser allow sound. */
const GESTURES = ['pointerup', 'keydown'] as const;

/** Calls back after each of them, until the signal is aborted. */
export function onGesture(listener: () => void, signal: AbortSignal): void {
  for (const gesture of GESTURES) addEventListener(gesture, listener, { signal });
}
