/**
 * Stands in for the page's `addEventListener` under the SDK, which listens for `beforeunload` each time its socket
 * opens, never stops, and hangs up even where the person then stays. Leaving with the page is the room's task.
 */
export function addEventListener(): void {
  // Not passed on.
}
