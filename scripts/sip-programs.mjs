/** The SIP programs that tests ring, as Debian's packages have them. Looks only. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Packages, and what is there when they are installed. */
export const SIP_PACKAGES = [
  { packageName: 'baresip-core', isInstalled: () => runs('baresip', '-h') && existsSync('/usr/lib/baresip/modules') },
  { packageName: 'sip-tester', isInstalled: () => runs('sipp', '-v') },
];

export function hasSipPrograms() {
  return SIP_PACKAGES.every(({ isInstalled }) => isInstalled());
}

/** @param option with which the program does nothing */
function runs(program, option) {
  return spawnSync(program, [option], { stdio: 'ignore' }).error === undefined;
}
