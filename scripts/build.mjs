/** Builds `dist` from nothing: modules and types, bundles, custom elements manifest. `--if-changed`: only if needed. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMain, runNode } from './run.mjs';

/** What the build is made from. */
const INPUTS = [
  'src',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'rollup.config.mjs',
  'custom-elements-manifest.config.mjs',
  'scripts/build.mjs',
  'scripts/rollup-lit.mjs',
  'scripts/sdk-bundle.mjs',
];

/** Says which inputs `dist` was built from. Removed while it is built, so that half a build is never taken for one. */
export const STAMP = 'dist/.inputs';

const STEPS = [
  ['node_modules/typescript/bin/tsc', '-p', '.'],
  ['node_modules/rollup/dist/bin/rollup', '-c', '--silent'],
  ['node_modules/@custom-elements-manifest/analyzer/cem.js', 'analyze', '--quiet'],
];

/** Builds everything; false when a step failed. */
export async function build() {
  rmSync('dist', { recursive: true, force: true });
  const inputs = hashInputs();
  for (const step of STEPS) {
    if ((await runNode(step)) !== 0) return false;
  }
  writeFileSync(STAMP, inputs);
  return true;
}

/** Builds unless `dist` is what today's sources give. */
export async function buildIfChanged() {
  const current = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === hashInputs();
  return current || build();
}

function hashInputs() {
  const hash = createHash('sha256');
  for (const file of INPUTS.flatMap(filesIn)) hash.update(`${file}\n`).update(readFileSync(file)).update('\n');
  return hash.digest('hex');
}

function filesIn(path) {
  if (!existsSync(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}

if (isMain(import.meta.url)) {
  const done = process.argv.includes('--if-changed') ? await buildIfChanged() : await build();
  process.exitCode = done ? 0 : 1;
}
