/** Rollup plugins that make what is written with Lit smaller, for files that a page loads as they are. */
import MagicString from 'magic-string';

const OWN_MODULE = /\/dist\/(elements|internal)\//;

/** Removes from `html` and `css` templates the white space that only the source's readers need. */
export function smallTemplates() {
  return {
    name: 'small-templates',
    transform(code, id) {
      if (!OWN_MODULE.test(id)) return null;
      const result = new MagicString(code);
      for (const { tag, quasi } of taggedTemplates(this.parse(code))) {
        const shorten = SHORTEN[tag.name];
        if (!shorten) continue;
        for (const { start, end } of quasi.quasis) {
          if (start < end) result.update(start, end, shorten(code.slice(start, end)));
        }
      }
      return { code: result.toString(), map: result.generateMap({ hires: true }) };
    },
  };
}

const SHORTEN = {
  // A no-break space stays one.
  html: (text) => text.replace(/[ \n]+/g, ' '),
  css: (text) =>
    text
      .replace(/\/\*[^]*?\*\//g, '')
      .replace(/\s+/g, ' ')
      // Not around other signs: some mean something else without the space, in selectors and in calc().
      .replace(/ ?([{};]) ?/g, '$1')
      .replace(/: /g, ':')
      .replace(/;}/g, '}'),
};

function* taggedTemplates(node) {
  if (!node || typeof node !== 'object') return;
  if (node.type === 'TaggedTemplateExpression') yield node;
  for (const child of Object.values(node)) yield* taggedTemplates(child);
}

const HELPER = /^var __decorate = \(this && this\.__decorate\) \|\| (function [^]*?\n});\n/m;

/** Has the modules share TypeScript's helper for decorators, which it writes into each. */
export function oneDecorateHelper() {
  const name = '\0decorate';
  let helper = '';
  return {
    name: 'one-decorate-helper',
    resolveId: (id) => (id === name ? id : null),
    load: (id) => (id === name ? `export const __decorate = ${helper};` : null),
    transform(code, id) {
      const [text, own] = (OWN_MODULE.test(id) && HELPER.exec(code)) || [];
      if (!text) return null;
      helper = own;
      const result = new MagicString(code).replace(text, `import { __decorate } from '${name}';\n`);
      return { code: result.toString(), map: result.generateMap({ hires: true }) };
    },
  };
}
