/**
 * Bundles what `tsc` wrote to `dist`:
 * - for npm, the two modules whose packages a consumer shall not install, in place;
 * - for script tags, `dist/cdn`: `video-room.js` and `room.js` are what a page names. What these load by themselves has
 *   the hash of its content in its name, so that no cache gives parts of one version to another.
 */
import { rmSync } from 'node:fs';
import { basename, dirname, resolve as absolute } from 'node:path';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { licenses } from './scripts/rollup-licenses.mjs';
import { smallDecorators, smallStyles, smallTemplates, withoutUnused } from './scripts/rollup-lit.mjs';
import { sdkPlugins } from './scripts/sdk-bundle.mjs';

const thirdParty = licenses('dist/THIRD-PARTY-LICENSES.txt');
const bundled = () => [...sdkPlugins(), resolve({ browser: true, preferBuiltins: false }), thirdParty];
const bundledSmall = () => [smallTemplates(), smallDecorators(), smallStyles(), withoutUnused(), ...bundled()];
/** @param format more options of how the code is written */
const minified = (format) =>
  terser({ ecma: 2022, module: true, compress: { passes: 3 }, format: { comments: false, ...format } });

const inPlace = (file, ...plugins) => ({
  input: file,
  plugins: [...bundled(), ...plugins],
  output: { file, format: 'es', sourcemap: true },
  onwarn: fail,
});

let numberRulesFile = '';
const numberRulesPath = (id) => (id === NUMBER_RULES ? `./${numberRulesFile}` : id);
const NUMBER_RULES = absolute('dist/internal/phone-number-rules.js');

/**
 * The rules of telephone numbers, which scripts of either kind load by themselves when a number is typed. Built first: the
 * others have its name in them.
 */
const numberRules = {
  input: { numbers: NUMBER_RULES },
  plugins: [
    ...bundled(),
    {
      name: 'remember-number-rules',
      generateBundle(_, bundle) {
        [numberRulesFile] = Object.keys(bundle).filter((file) => file.endsWith('.js'));
      },
    },
  ],
  output: {
    dir: 'dist/cdn',
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name]-[hash].js',
    plugins: [minified()],
  },
  onwarn: fail,
};

/** What has no effect is left out, also where it is tried or reads a property: what the SDK would write into a log. */
const WITHOUT_REST = { tryCatchDeoptimization: false, propertyReadSideEffects: false };

/**
 * Rollup makes the entry a file of its own that only passes on what the chunk behind it exports: a chunk that imported
 * `video-room.js` would load it twice in a page that adds a query to its name (`video-room.js?ver=1`).
 */
const scriptTag = (name, module, output) => ({
  input: { [name]: `dist/${module}.js` },
  external: [NUMBER_RULES],
  treeshake: WITHOUT_REST,
  plugins: bundledSmall(),
  output: {
    dir: 'dist/cdn',
    format: 'es',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: ({ name, facadeModuleId }) =>
      facadeModuleId?.includes('/providers/')
        ? `provider-${basename(dirname(facadeModuleId))}-[hash].js`
        : `${name}-[hash].js`,
    plugins: [minified()],
    paths: numberRulesPath,
    ...output,
  },
  onwarn: fail,
});

/**
 * One file each for what is there at first, for what comes later, for what a room channel brings, and for what a phone
 * call needs: they zip better than many. Providers and the rules of telephone numbers are files of their own.
 */
function elementChunks(id, { getModuleInfo }) {
  const isPartOf = (...modules) => closure(modules, getModuleInfo).has(id);
  if (isPartOf('cdn')) return 'core';
  if (isPartOf('meeting-elements', 'room/attendance')) return 'meeting';
  if (isPartOf('people-elements', 'room/conference')) return 'people';
  return isPartOf('phone-elements', 'room/calls') ? 'phone' : undefined;
}

/** The modules, and all that they import, themselves or through others. */
function closure(modules, getModuleInfo) {
  const ids = new Set(modules.map((module) => absolute(`dist/${module}.js`)));
  for (const id of ids) getModuleInfo(id)?.importedIds.forEach((imported) => ids.add(imported));
  return ids;
}

/** One file, but for providers. It has nothing in common with the other: sharing would cost both of them requests. */
const room = (id, { getModuleInfo }) =>
  closure(['headless', 'room/attendance', 'room/calls', 'room/conference', 'room/ringing-tone'], getModuleInfo).has(id)
    ? 'room'
    : undefined;

const scriptTags = [
  numberRules,
  scriptTag('video-room', 'cdn', { manualChunks: elementChunks }),
  scriptTag('room', 'headless', { manualChunks: room }),
];

const classicScript = {
  input: 'dist/index.js',
  external: [NUMBER_RULES],
  treeshake: WITHOUT_REST,
  plugins: bundledSmall(),
  output: {
    file: 'dist/cdn/video-room.iife.js',
    format: 'iife',
    name: 'VideoRoomElements',
    inlineDynamicImports: true,
    sourcemap: true,
    // A classic script is read in the encoding of its page.
    plugins: [minified({ ascii_only: true })],
    paths: numberRulesPath,
  },
  onwarn: fail,
};

/** A warning here is an unresolved or circular import that would only show in somebody's page. */
function fail(warning) {
  throw new Error(warning.message);
}

/** Removes the bundled module's declarations: they name its package, and no other declarations refer to them. */
const withoutTypes = {
  name: 'without-types',
  writeBundle({ file }) {
    rmSync(file.replace(/js$/, 'd.ts'), { force: true });
  },
};

/** Watching rebuilds only what the demo pages load: bundling in place would see its own output as a change. */
export default ({ watch }) =>
  watch
    ? scriptTags
    : [
        // First: what script tags load is told apart by module, and so by who imports these, not by who imports the set.
        inPlace('dist/internal/icons.js', withoutTypes),
        inPlace('dist/internal/people-icons.js', withoutTypes),
        ...scriptTags,
        classicScript,
        inPlace('dist/providers/bandwidth/sdk.js'),
      ];
