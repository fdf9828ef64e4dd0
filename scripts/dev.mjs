/** Builds, starts the demo, and keeps both up to date with the sources until Ctrl-C. */
import { rmSync } from 'node:fs';
import { build, STAMP } from './build.mjs';
import { runNode } from './run.mjs';

if (!(await build())) process.exit(1);
// From here on dist is in flux: the next `npm test` builds it afresh.
rmSync(STAMP);

const endings = [
  ['node_modules/typescript/bin/tsc', '-p', '.', '--watch', '--preserveWatchOutput'],
  ['node_modules/rollup/dist/bin/rollup', '-c', '--watch', '--no-watch.clearScreen'],
  ['node_modules/tsx/dist/cli.mjs', 'watch', '--clear-screen=false', 'demo/start.ts'],
].map((args) => runNode(args));
// They run until they are stopped, and none is of use without the others.
process.exit(await Promise.race(endings));
