/** Lets an element test block what its page loads: `executeServerCommand('block-requests', '**\/name.js')`; '': nothing. */
export function blockedRequests() {
  return {
    name: 'blocked-requests',
    async executeCommand({ command, payload, session }) {
      if (command !== 'block-requests') return undefined;
      const page = session.browser.getPage(session.id);
      await page.unrouteAll();
      if (payload) await page.route(payload, (route) => route.abort());
      return true;
    },
  };
}
