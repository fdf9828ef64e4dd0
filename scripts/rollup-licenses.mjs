/** A rollup plugin that writes the licences of all packages that are part of a bundle to one file. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Use the same instance for every bundle: the file is about all of them. */
export function licenses(file) {
  const folders = new Set();
  return {
    name: 'licenses',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((chunk) => Object.keys(chunk.modules ?? {}));
      for (const id of modules) {
        const [folder] = /^.*\/node_modules\/(@[^/]+\/)?[^/]+/.exec(id.replaceAll('\\', '/').replace(/^\0/, '')) ?? [];
        if (folder) folders.add(folder);
      }
    },
    writeBundle() {
      writeFileSync(file, [...folders].map(notice).sort().join('\n'));
    },
  };
}

function notice(folder) {
  const { name, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const text = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `## ${name} (${license})\n\n${text ? readFileSync(join(folder, text), 'utf8').trim() : ''}\n`;
}
