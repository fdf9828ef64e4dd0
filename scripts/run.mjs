/** Running scripts, and child processes that end: in their own time, at their time limit, or with this process. */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How long a stopped process has to clean up before it is killed. */
const GRACE_MS = 5000;

/** Each with its own process group, so that one signal reaches its browsers and servers too. */
const GROUPED = process.platform !== 'win32';

const running = new Set();
process.on('exit', () => running.forEach((child) => kill(child, 'SIGTERM')));
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(130));

/**
 * Runs a Node script and gives its exit code; past `seconds` (none: no limit) it is stopped with its children and the
 * code is not 0. Standard input is closed, output goes where ours goes.
 */
export async function runNode(args, { seconds, env = {} } = {}) {
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    detached: GROUPED,
  });
  running.add(child);
  const timers = seconds ? limit(child, seconds) : [];
  try {
    return await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code) => resolve(code ?? 1));
    });
  } finally {
    timers.forEach(clearTimeout);
    running.delete(child);
    // What it left behind, if anything.
    kill(child, 'SIGKILL');
  }
}

function limit(child, seconds) {
  const stop = () => {
    console.error(`Stopped: it took more than ${seconds} s.`);
    kill(child, 'SIGTERM');
  };
  return [setTimeout(stop, seconds * 1000), setTimeout(kill, seconds * 1000 + GRACE_MS, child, 'SIGKILL')];
}

function kill({ pid }, signal) {
  try {
    process.kill(GROUPED ? -pid : pid, signal);
  } catch {
    // All of it has ended meanwhile.
  }
}

/** Whether a module is the script that was started, not one that is imported: `isMain(import.meta.url)`. */
export function isMain(url) {
  const [, script] = process.argv;
  return script !== undefined && realpathSync(script) === fileURLToPath(url);
}
