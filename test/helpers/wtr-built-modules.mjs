/** Serves some modules from `dist`: those that import CommonJS or a thousand icons, which a browser can't load raw. */
import { readFile } from 'node:fs/promises';

export function builtModules(paths) {
  return {
    name: 'built-modules',
    async serve({ path }) {
      if (!paths.includes(path)) return undefined;
      const built = path.replace(/^\/src\//, 'dist/').replace(/\.ts$/, '.js');
      return { body: await readFile(built, 'utf8'), type: 'js' };
    },
  };
}
