import { basename } from 'node:path';

/** Describes the package as it is published: built files, tags (each file is named after its element), no inner parts. */
const asPublished = {
  name: 'as-published',
  packageLinkPhase({ customElementsManifest }) {
    for (const module of customElementsManifest.modules) {
      const tagName = basename(module.path, '.ts');
      for (const declaration of module.declarations) {
        if (declaration.customElement) declaration.tagName = tagName;
        declaration.members = declaration.members?.filter((member) => member.privacy !== 'private' && !member.static);
      }
    }
    rewritePaths(customElementsManifest);
  },
};

/** Every `src/….ts` the manifest mentions is `dist/….js` in the package. */
function rewritePaths(node) {
  for (const [key, value] of Object.entries(node)) {
    if (value && typeof value === 'object') rewritePaths(value);
    else if ((key === 'path' || key === 'module') && typeof value === 'string') node[key] = published(value);
  }
}

function published(path) {
  return path.replace(/^\/?src\/(.*)\.[jt]s$/, 'dist/$1.js');
}

export default {
  globs: ['src/elements/*.ts'],
  exclude: ['src/elements/*.styles.ts'],
  outdir: 'dist',
  litelement: true,
  plugins: [asPublished],
};
