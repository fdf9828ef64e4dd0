/**
 * What it takes to bundle `@bandwidth/webrtc-browser`: its code goes in as it is published, but gets our own small
 * modules in place of its dependencies. Works on what `tsc` wrote to `dist`.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import alias from '@rollup/plugin-alias';
import inject from '@rollup/plugin-inject';
import MagicString from 'magic-string';

const SDK_FILES = '**/@bandwidth/webrtc-browser/**';
const SDK_MODULE = /@bandwidth[/\\]webrtc-browser[/\\]dist[/\\]/;
const { version: SDK_VERSION } = createRequire(import.meta.url)('@bandwidth/webrtc-browser/package.json');

const own = (file) => fileURLToPath(new URL(`../dist/providers/bandwidth/${file}`, import.meta.url));

/** Rollup plugins to be used beside `@rollup/plugin-node-resolve` with `browser: true, preferBuiltins: false`. */
export function sdkPlugins() {
  return [
    alias({
      entries: {
        'rpc-websockets': own('signalling-client.js'),
        'webrtc-adapter': own('shims/nothing.js'),
        '../logging': own('shims/logging.js'),
        './diagnostics': own('shims/diagnostics.js'),
        '../audioLevelDetector': own('shims/audio-level-detector.js'),
        events: own('shims/events.js'),
        uuid: own('shims/uuid.js'),
        'async-mutex': own('shims/mutex.js'),
        'sdp-transform': own('shims/sdp.js'),
      },
    }),
    modulesOfSdk(),
    retriedImports(),
    inject({
      include: SDK_FILES,
      modules: { 'globalThis.addEventListener': [own('shims/page.js'), 'addEventListener'] },
    }),
  ];
}

/** What TypeScript writes for CommonJS, and what stands for it in a module. */
const AS_MODULE = [
  // The adapter, which the SDK wants in pages only.
  [/^if \(globalThis\.window\) {\s+require\(("[^"]+")\);\s+}/m, 'import $1;'],
  [/^var __import(Star|Default) = [^]*?^};/gm, ''],
  [/^Object\.defineProperty\(exports, "__esModule", .*\);/m, ''],
  [/require\("[./]+package\.json"\)\.version/, JSON.stringify(SDK_VERSION)],
  [/^const (\w+) = (?:__import\w+\()?require\(("[^"]+")\)+;/gm, 'import * as $1 from $2;'],
  [/^exports\.default = (\w+);/m, 'export default $1;'],
  [/^exports\.(\w+) = \1;/gm, 'export { $1 };'],
  // An enumeration, in a form that is left out where nobody uses it.
  [/^var (\w+);\n\(function \(\1\) {/gm, 'const $1 = /* @__PURE__ */ (function ($1) {'],
  [/^}\)\((\w+) = exports\.\1 \|\| \(exports\.\1 = {}\)\);/gm, 'return $1;\n})({});\nexport { $1 };'],
];

/** Methods that nobody calls here, and what is done for them. */
const UNUSED = [
  /^ {4}(?:async )?(?:setLogLevel|get(?:Video|Audio)(?:In|Out)puts|getMediaDevices|sendDtmf|set(?:Mic|Camera)Enabled)\(.*{$[^]*?^ {4}}$/gm,
  /^.*\b(set(?:Mic|Camera)Enabled) = this\.\1\.bind\(this\);$/gm,
];

/** A method that is called, and does nothing but log. */
const ONLY_LOGGING = /^( {4}setupNewPeerConnection\(.*) {$[^]*?^ {4}}$/m;

/** What is published is a stream always. */
const OPENS_DEVICES =
  /^( {8}let mediaStream);\s+if \(input && this\.isMediaStream\(input\)\)[^]*?^ {8}else {[^]*?^ {8}}$/m;

/** Another version of the SDK may be written in a way that the above is not prepared for. */
const COMMONJS = /.*\b(require\(|exports\b).*/;

/** The SDK's files as modules: these need no helpers, and what nobody uses of them is left out. */
function modulesOfSdk() {
  return {
    name: 'modules-of-sdk',
    transform(code, id) {
      if (!SDK_MODULE.test(id)) return null;
      const result = new MagicString(code);
      for (const [part, replacement] of AS_MODULE) result.replace(part, replacement);
      for (const part of UNUSED) result.replace(part, '');
      result.replace(ONLY_LOGGING, '$1 {}');
      result.replace(OPENS_DEVICES, '$1 = input;');
      const [left] = COMMONJS.exec(result.toString()) ?? [];
      if (left) this.error(`The SDK is still CommonJS: ${left}`);
      return { code: result.toString(), map: result.generateMap({ hires: true }), moduleSideEffects: false };
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
