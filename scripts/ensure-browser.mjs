/** Gets the tests a Chrome or Chromium, prints where it is, and says in one sentence what to install if it can't. */
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findChromium } from './browsers.mjs';
import { aptInstall } from './install.mjs';
import { isMain } from './run.mjs';

/** The path of a Chromium, installed now if need be; undefined where none could be had. */
export function ensureChromium() {
  const found = findChromium();
  // Who named one wants that one and no other.
  if (found || process.env.CHROME_PATH) return found;
  console.log('No Chrome or Chromium found: installing one.');
  if (!aptInstall('chromium')) playwrightInstall();
  return findChromium();
}

function playwrightInstall() {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
  spawnSync(process.execPath, [cli, 'install', 'chromium'], { stdio: ['ignore', 'inherit', 'inherit'] });
}

export const NO_CHROMIUM = 'The tests need a browser: install Google Chrome or Chromium, or set CHROME_PATH to one.';

if (isMain(import.meta.url)) {
  const path = ensureChromium();
  if (!path) {
    console.error(NO_CHROMIUM);
    process.exit(1);
  }
  console.log(path);
}
