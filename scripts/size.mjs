/** What a page downloads, minified and gzipped (-9), against the ceilings of the design. `--json` for machines. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isMain } from './run.mjs';

const FOLDER = 'dist/cdn';

/** In bytes: 1 kB is 1000 bytes. */
const CEILINGS = { initial: 25_000, lazy: 16_000, meeting: 45_000, iife: 45_000 };

/**
 * Sizes in bytes after gzip -9, each file on its own as a server sends it: what a page loads at first, what a room
 * loads when it joins, both together, and the one file for classic scripts.
 * @returns {{ name: string, files: string[], bytes: number, ceiling: number, ok: boolean }[]}
 */
export function measureSizes() {
  const entry = join(FOLDER, 'video-room.js');
  const initial = imports(entry, 'static');
  const lazy = initial.flatMap((file) => imports(file, 'dynamic')).filter((file) => !initial.includes(file));
  if (lazy.length === 0) throw new Error(`${entry} loads nothing later: is the provider in it?`);
  const sets = { initial, lazy, meeting: [...initial, ...lazy], iife: [join(FOLDER, 'video-room.iife.js')] };
  return Object.entries(sets).map(([name, files]) => {
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(file), { level: 9 }).length, 0);
    return { name, files, bytes, ceiling: CEILINGS[name], ok: bytes <= CEILINGS[name] };
  });
}

/** The chunks a page loads with this one (itself included), or those that it asks for later. */
function imports(file, kind) {
  const found = kind === 'static' ? [file] : [];
  const pattern = kind === 'static' ? /\b(?:from|import)\s*"(\.\/[^"]+)"/g : /\bimport\(\s*"(\.\/[^"]+)"\s*\)/g;
  for (const [, path] of readFileSync(file, 'utf8').matchAll(pattern)) {
    found.push(...imports(join(dirname(file), path), 'static'));
  }
  return [...new Set(found)];
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
