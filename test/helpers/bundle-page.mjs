/** A page's script, with the vendor's SDK, as one module, with the settings it needs to run in a browser at all. */
import { fileURLToPath } from 'node:url';
import alias from '@rollup/plugin-alias';
import commonjs from '@rollup/plugin-commonjs';
import json from '@rollup/plugin-json';
import resolve from '@rollup/plugin-node-resolve';
import terser from '@rollup/plugin-terser';
import { rollup } from 'rollup';

export async function bundlePage(script, { isMinified = false } = {}) {
  const bundle = await rollup({
    input: fileURLToPath(script),
    plugins: [
      // The SDK imports Node's `events` and depends on no package of that name; this one its socket library brings.
      alias({ entries: { events: 'eventemitter3' } }),
      resolve({ browser: true, preferBuiltins: false }),
      commonjs(),
      json(),
      isMinified && terser(),
    ],
    logLevel: 'silent',
  });
  try {
    const { output } = await bundle.generate({ format: 'es' });
    return output[0].code;
  } finally {
    await bundle.close();
  }
}
