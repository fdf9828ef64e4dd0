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
      .replace(/([,:]) /g, '$1')
      .replace(/\b0\./g, '.')
      .replace(/;}/g, '}'),
};

function* taggedTemplates(node) {
  if (!node || typeof node !== 'object') return;
  if (node.type === 'TaggedTemplateExpression') yield node;
  for (const child of Object.values(node)) yield* taggedTemplates(child);
}

/** What TypeScript writes into each module with decorators, and then for each of them. */
const HELPER = /^var __decorate = [^]*?^};$/m;
const DECORATED = /^__decorate\(\[\s+(.+)\s+\], (\w+\.prototype, "\w+"), (?:void 0|null)\);$/gm;

/** As far as they are used here. */
const DECORATORS = `
export const property = (options) => ({ constructor }, name) => constructor.createProperty(name, options);
export const state = () => property({ state: true, attribute: false });
export const query = (selector) => (prototype, name) =>
  Object.defineProperty(prototype, name, {
    get() {
      return this.renderRoot?.querySelector(selector) ?? null;
    },
  });
`;

/** Has decorators called without a helper, of which there would be one in each module, and replaces Lit's own. */
export function smallDecorators() {
  const name = '\0decorators';
  return {
    name: 'small-decorators',
    resolveId: (id) => (id === 'lit/decorators.js' ? name : null),
    load: (id) => (id === name ? DECORATORS : null),
    transform(code, id) {
      if (!OWN_MODULE.test(id) || !HELPER.test(code)) return null;
      const result = new MagicString(code).replace(HELPER, '').replace(DECORATED, '$1($2);');
      if (result.toString().includes('__decorate')) this.error('Not one decorator a member, in one line.');
      return { code: result.toString(), map: result.generateMap({ hires: true }) };
    },
  };
}

/** What Lit does with styles, for browsers that share sheets between shadow roots: all that have what is used here. */
const STYLES = `
class Styles {
  #text;
  #sheet;
  constructor(text) {
    this.#text = text;
  }
  get styleSheet() {
    if (!this.#sheet) (this.#sheet = new CSSStyleSheet()).replaceSync(this.#text);
    return this.#sheet;
  }
}
export const css = ([text]) => new Styles(text);
export const getCompatibleStyle = (styles) => styles;
export const adoptStyles = (root, all) => (root.adoptedStyleSheets = all.map((styles) => styles.styleSheet ?? styles));
export const unsafeCSS = (text) => new Styles(text);
export { Styles as CSSResult };
export const supportsAdoptingStyleSheets = true;
`;

/** Replaces Lit's way of putting styles together, which knows browsers of old and takes any value in a template. */
export function smallStyles() {
  const name = '\0styles';
  return {
    name: 'small-styles',
    resolveId: (id, importer) => (id.endsWith('/css-tag.js') && importer?.includes('reactive-element') ? name : null),
    load: (id) => (id === name ? STYLES : null),
    transform(code, id) {
      if (!OWN_MODULE.test(id)) return null;
      for (const { tag, quasi } of taggedTemplates(this.parse(code))) {
        if (tag.name === 'css' && quasi.expressions.length > 0) this.error('Styles with a value in them.');
      }
      return null;
    },
  };
}

/** What packages have for others: by file, what is left out of it. */
const UNUSED = [
  // For browsers of old, for pages that a server has rendered, and to warn of several versions.
  [
    /\/reactive-element\.js$/,
    /,\w+\?\.\({ReactiveElement:\w+}\),\(\w+\.reactiveElementVersions\?\?=\[\]\)\.push\("[^"]+"\)/,
  ],
  // Properties that write themselves into attributes.
  [/\/reactive-element\.js$/, /_\$ET\(\w+,\w+\){.*?}(?=_\$AK\()/],
  [/\/reactive-element\.js$/, /toAttribute\(\w+,\w+\){.*?},(?=fromAttribute\()/],
  [/\/lit-html\.js$/, /\w+\?\.\(\w+,\w+\),\(\w+\.litHtmlVersions\?\?=\[\]\)\.push\("[^"]+"\);/],
  [/\/lit-element\.js$/, /,\w+\.litElementHydrateSupport\?\.\({LitElement:\w+}\)/],
  [/\/lit-element\.js$/, /(?<![.\w])\w+\?\.\({LitElement:\w+}\);/],
  [/\/lit-element\.js$/, /\(\w+\.litElementVersions\?\?=\[\]\)\.push\("[^"]+"\);/],
  // Methods that nobody calls here.
  [/\/localize\/dist\/index\.js$/, /^ {4}(?:dir|number|relativeTime)\(.*{$[^]*?^ {4}}$/gm],
];

/** Leaves out of Lit and its like what is not used here and a bundler cannot know to be so. */
export function withoutUnused() {
  return {
    name: 'without-unused',
    transform(code, id) {
      const parts = UNUSED.filter(([file]) => file.test(id));
      if (parts.length === 0) return null;
      const result = new MagicString(code);
      for (const [, part] of parts) result.replace(part, '');
      return { code: result.toString(), map: result.generateMap({ hires: true }) };
    },
  };
}
