/** Running scripts, and child processes that end: in their own time, or at their time limit with all they started. */
import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How long a stopped process has to clean up before it is killed. */
const GRACE_MS = 5000;

/**
 * Runs a Node script and gives its exit code; past `seconds` (none: no limit) it is stopped with its children and the
 * code is not 0. Standard input is closed, output goes where ours goes.
 */
export async function runNode(args, { seconds, env = {} } = {}) {
  const grouped = process.platform !== 'win32';
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
    // Its own process group, so that one signal reaches its browsers and servers too.
    detached: grouped,
  });
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
  const kill = (signal) => {
    try {
      process.kill(grouped ? -child.pid : child.pid, signal);
    } catch {
      // All of it has ended meanwhile.
    }
  };
  const interrupt = () => {
    kill('SIGTERM');
    process.exit(130);
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);

  const timers = [];
  if (seconds) {
    timers.push(
      setTimeout(() => (console.error(`Stopped: it took more than ${seconds} s.`), kill('SIGTERM')), seconds * 1000),
      setTimeout(() => kill('SIGKILL'), seconds * 1000 + GRACE_MS),
    );
  }
  try {
    return await ended;
  } finally {
    timers.forEach(clearTimeout);
    kill('SIGKILL');
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

/** Whether a module is the script that was started, not one that is imported: `isMain(import.meta.url)`. */
export function isMain(url) {
  const [, script] = process.argv;
  return script !== undefined && realpathSync(script) === fileURLToPath(url);
}
