/** Installs Debian packages where that can work. */
import { spawnSync } from 'node:child_process';

/** True when apt-get is here, we may use it, and it installed the package. */
export function aptInstall(name) {
  if (process.getuid?.() !== 0) return false;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => spawnSync('apt-get', args, { env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
  // Old lists may still do.
  apt('update');
  return apt('install', '-y', '--no-install-recommends', name);
}
