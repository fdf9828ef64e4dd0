/** Gets the tests the SIP programs from Debian that they ring, and says in one sentence what to install if it can't. */
import { spawnSync } from 'node:child_process';
import { aptInstall } from './install.mjs';

/** The programs, the packages that have them, and an option with which they do nothing. */
const PROGRAMS = [
  { name: 'baresip', packageName: 'baresip-core', option: '-h' },
  { name: 'sipp', packageName: 'sip-tester', option: '-v' },
];

/** Installs what is not here. Undefined when all are here now, else a sentence. */
export function ensureSipPrograms() {
  const missing = PROGRAMS.filter((program) => !isInstalled(program) && !aptInstall(program.packageName));
  if (missing.length === 0) return undefined;
  const packages = missing.map(({ name, packageName }) => `${packageName} (${name})`).join(' and ');
  return `The tests ring real SIP programs: install ${packages}.`;
}

function isInstalled({ name, option }) {
  return spawnSync(name, [option], { stdio: 'ignore' }).error === undefined;
}
