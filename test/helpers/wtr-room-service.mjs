/** One room service with its local platform for a run of element tests, in a process that ends with this one. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export function roomService() {
  let child;
  let url;
  return {
    name: 'room-service',
    async serverStart() {
      child = fork(fileURLToPath(new URL('wtr-room-service-process.ts', import.meta.url)), {
        execArgv: ['--import', 'tsx'],
      });
      const failed = once(child, 'exit').then(([code]) => {
        throw new Error(`The room service did not start (exit code ${code}).`);
      });
      [url] = await Promise.race([once(child, 'message'), failed]);
      failed.catch(() => {});
    },
    serverStop() {
      child?.disconnect();
    },
    /** Answers the page's request for `/__room-service-url`. */
    serve({ path }) {
      return path === '/__room-service-url' ? { body: url, type: 'text' } : undefined;
    },
  };
}
