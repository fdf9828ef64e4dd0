/** What a page downloads, minified and gzipped (-9), against the ceilings of the design. `--json` for machines. */
import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isMain } from './run.mjs';

const FOLDER = 'dist/cdn';

/** In bytes: 1 kB is 1000 bytes. */
const CEILINGS = {
  initial: 25_000,
  sdk: 16_000,
  meeting: 45_000,
  // A room channel is used by whole pages of lists, forms and news: as much again as what all meetings load to join.
  people: 17_000,
  phone: 8_000,
  ringing: 1_000,
  numbers: 45_000,
  // All of that, but for the rules of numbers.
  iife: 64_000,
};

/**
 * What a meeting loads only where the endpoint has a room channel, where it offers phone calls, where the page wants it to
 * ring, and where somebody types a number: by the names of the files.
 */
const EXTRAS = ['people', 'phone', 'ringing', 'numbers'];

/**
 * Sizes in bytes after gzip -9, each file on its own as a server sends it: what a page loads at first, the media SDK
 * that a room loads when it joins, everything a page with a meeting has loaded in the end, what it loads on top of that
 * only for some of that, and the one file for classic scripts.
 * @returns {{ name: string, files: string[], bytes: number, ceiling: number, ok: boolean }[]}
 */
export function measureSizes() {
  const entry = join(FOLDER, 'video-room.js');
  const initial = reachable(entry, STATIC_IMPORT);
  const all = reachable(entry, ANY_IMPORT);
  const named = (name) => all.filter((file) => basename(file).startsWith(`${name}-`));
  const extras = Object.fromEntries(EXTRAS.map((name) => [name, named(name)]));
  const meeting = all.filter((file) => !Object.values(extras).flat().includes(file));
  const sdk = named('provider');
  if (sdk.length === 0 || sdk.some((file) => initial.includes(file)))
    throw new Error(`${entry} loads no provider later: is it in it?`);
  const sets = { initial, sdk, meeting, ...extras, iife: [join(FOLDER, 'video-room.iife.js')] };
  return Object.entries(sets).map(([name, files]) => {
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
    return { name, files, bytes, ceiling: CEILINGS[name], ok: bytes <= CEILINGS[name] };
  });
}

const STATIC_IMPORT = /\b(?:from|import)\s*"(\.\/[^"]+)"/g;
/** A second try at loading a file has a query, and does not count again. */
const ANY_IMPORT = /\b(?:from|import|import\()\s*"(\.\/[^"?]+)"/g;

/** The file, and all it imports in these ways, itself or through others. */
function reachable(entry, imports) {
  const found = new Set([entry]);
  for (const file of found) {
    for (const [, path] of readFileSync(file, 'utf8').matchAll(imports)) found.add(join(dirname(file), path));
  }
  return [...found];
}

function print(sizes) {
  const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
  console.log('gzip -9, 1 kB = 1000 bytes');
  for (const { name, bytes, ceiling, ok } of sizes) {
    console.log(`${name.padEnd(8)} ${kB(bytes)} of ${kB(ceiling)}  ${ok ? 'ok' : 'TOO LARGE'}`);
  }
}

if (isMain(import.meta.url)) {
  const sizes = measureSizes();
  if (process.argv.includes('--json')) console.log(JSON.stringify(sizes, null, 2));
  else print(sizes);
  process.exitCode = sizes.every(({ ok }) => ok) ? 0 : 1;
}
