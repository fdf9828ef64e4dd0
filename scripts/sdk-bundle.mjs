/**
 * What it takes to bundle `@bandwidth/webrtc-browser`: its code goes in as it is published, but gets our own small
 * modules in place of its dependencies. Works on what `tsc` wrote to `dist`.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import alias from '@rollup/plugin-alias';
import commonjs from '@rollup/plugin-commonjs';
import inject from '@rollup/plugin-inject';

const SDK_FILES = '**/@bandwidth/webrtc-browser/**';
const SDK_MANIFEST = createRequire(import.meta.url).resolve('@bandwidth/webrtc-browser/package.json');

const own = (file) => fileURLToPath(new URL(`../dist/providers/bandwidth/${file}`, import.meta.url));

/** Rollup plugins to be used beside `@rollup/plugin-node-resolve` with `browser: true, preferBuiltins: false`. */
export function sdkPlugins() {
  return [
    alias({
      entries: {
        'rpc-websockets': own('signalling-client.js'),
        'webrtc-adapter': own('shims/nothing.js'),
        './diagnostics': own('shims/diagnostics.js'),
        '../audioLevelDetector': own('shims/audio-level-detector.js'),
        events: own('shims/events.js'),
        uuid: own('shims/uuid.js'),
        'async-mutex': own('shims/mutex.js'),
        'sdp-transform': own('shims/sdp.js'),
      },
    }),
    versionOnly(),
    retriedImports(),
    commonjs(),
    inject({
      include: SDK_FILES,
      modules: { 'globalThis.addEventListener': [own('shims/page.js'), 'addEventListener'] },
    }),
  ];
}

/** Of its manifest, the SDK reads the version. */
function versionOnly() {
  return {
    name: 'sdk-version-only',
    load(id) {
      if (id !== SDK_MANIFEST) return null;
      const { version } = JSON.parse(readFileSync(id, 'utf8'));
      return `export default { version: ${JSON.stringify(version)} };`;
    },
  };
}

/** Lets a file that failed to load be loaded after all: Firefox remembers the failure by the file's address. */
function retriedImports() {
  return {
    name: 'retried-imports',
    renderDynamicImport({ targetChunk }) {
      if (!targetChunk) return null;
      const retry = JSON.stringify(`./${targetChunk.fileName}?retry=`);
      return { left: 'import(', right: `).catch(() => import(${retry} + Date.now()))` };
    },
  };
}
