/**
 * `npm run bench`: measures, prints tables, and writes them to bench-results/latest.json. Names of parts as arguments
 * run only these: `npm run bench -- join leak`. Judges nothing.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../helpers/browser.js';
import { measureJoin } from './join.js';
import { measureLeak } from './leak.js';
import { measurePhone } from './phone.js';
import { measurePhoneLeg } from './phone-leg.js';
import { measurePlatform } from './platform.js';
import { toMarkdown, type Report } from './report.js';
import { measureRooms } from './rooms.js';
import { measureSize } from './size.js';
import { measureSwitch } from './switch.js';
import { measureTiles } from './tiles.js';

const RESULTS = 'bench-results';

const PARTS: Readonly<Record<string, (browser: Browser) => Report | Promise<Report>>> = {
  size: measureSize,
  join: measureJoin,
  leak: measureLeak,
  switch: measureSwitch,
  tiles: measureTiles,
  platform: measurePlatform,
  phone: measurePhone,
  'phone-leg': measurePhoneLeg,
  rooms: measureRooms,
};

const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PARTS);
const unknown = names.filter((name) => !PARTS[name]);
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}. There is: ${Object.keys(PARTS).join(', ')}.`);
  process.exit(1);
}

const [loadAverage = 0] = loadavg();
const date = new Date().toISOString();
const figures: Record<string, object> = {};
let chromium = '';
for (const name of names) {
  // Each part gets a fresh browser, so that none pays for what another one left.
  const browser = await launchChromium();
  chromium = browser.version();
  try {
    const report = await PARTS[name]?.(browser);
    if (!report) continue;
    figures[name] = report.figures;
    console.log(toMarkdown(report));
  } finally {
    await browser.close();
  }
}

const [{ model } = { model: 'unknown' }] = cpus();
const machine = { cpu: model.trim(), cores: cpus().length, node: process.version, chromium, loadAverage };
console.log(
  `${date.slice(0, 10)}, ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}, Chromium ${chromium}, ` +
    `load average at the start ${loadAverage.toFixed(1)}`,
);
await mkdir(RESULTS, { recursive: true });
await writeFile(`${RESULTS}/latest.json`, JSON.stringify({ date, machine, ...figures }, null, 2));
console.log(`All figures: ${RESULTS}/latest.json`);
