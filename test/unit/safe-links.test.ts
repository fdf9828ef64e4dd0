import assert from 'node:assert/strict';
import test from 'node:test';
import { splitLinks } from '../../src/internal/safe-links.js';

/** The links of a text as they are shown: what was typed, with the host where it is another. */
function linksOf(text: string): string[] {
  return splitLinks(text).flatMap((part) =>
    typeof part === 'string' ? [] : [part.host ? `${part.text} (${part.host})` : part.text],
  );
}

const CASES: { what: string; text: string; links: string[] }[] = [
  { what: 'nothing', text: '', links: [] },
  { what: 'no link', text: 'Hello, world. 10:30? a/b @c #d', links: [] },
  {
    what: 'http and https',
    text: 'http://a.example https://b.example/c',
    links: ['http://a.example', 'https://b.example/c'],
  },
  { what: 'any case', text: 'HTTPS://A.Example/B', links: ['HTTPS://A.Example/B'] },
  {
    what: 'port, query and fragment',
    text: 'https://a.example:8443/b?c=d&e=%20#f',
    links: ['https://a.example:8443/b?c=d&e=%20#f'],
  },
  { what: 'the usual port', text: 'https://a.example:443/', links: ['https://a.example:443/'] },
  {
    what: 'addresses of machines',
    text: 'http://127.0.0.1:8080/ http://[::1]/a',
    links: ['http://127.0.0.1:8080/', 'http://[::1]/a'],
  },

  // Where it ends.
  {
    what: 'the end of a sentence',
    text: 'See https://a.example/b. Or https://a.example/c, https://a.example?!',
    links: ['https://a.example/b', 'https://a.example/c', 'https://a.example'],
  },
  {
    what: 'quotes',
    text: '"https://a.example" “https://b.example” «https://c.example» \'https://d.example\'',
    links: ['https://a.example', 'https://b.example', 'https://c.example', 'https://d.example'],
  },
  { what: 'in parentheses', text: '(https://a.example/b)', links: ['https://a.example/b'] },
  { what: 'with parentheses', text: 'https://a.example/b_(c)', links: ['https://a.example/b_(c)'] },
  {
    what: 'with parentheses, in parentheses',
    text: '(see https://a.example/b_(c).)',
    links: ['https://a.example/b_(c)'],
  },
  { what: 'a parenthesis that is never closed', text: 'https://a.example/b(c', links: ['https://a.example/b'] },
  {
    what: 'Markdown',
    text: '[a](https://a.example) **https://b.example** <https://c.example>',
    links: ['https://a.example', 'https://b.example', 'https://c.example'],
  },
  { what: 'a new line', text: 'https://a.example/b\nc', links: ['https://a.example/b'] },
  {
    what: 'Japanese',
    text: '（https://a.example/b）と「https://c.example」。',
    links: ['https://a.example/b', 'https://c.example'],
  },
  {
    what: 'French',
    text: 'https://a.example\u202f! https://b.example\u00a0? https://c.example\u2009!',
    links: ['https://a.example', 'https://b.example', 'https://c.example'],
  },
  {
    what: 'marks of direction around it',
    text: '\u2067https://a.example\u2069 \u200fhttps://b.example\u200f',
    links: ['https://a.example', 'https://b.example'],
  },
  { what: 'emoji behind it', text: 'https://a.example/ 👍🏽', links: ['https://a.example/'] },

  // What is no link.
  { what: 'scripts', text: 'javascript:alert(1) JaVaScRiPt://a.example/%0aalert(1)', links: [] },
  {
    what: 'other schemes',
    text: 'data:text/html,<script> file:///etc ftp://a.example blob:https vbscript:x mailto:a@a.example',
    links: [],
  },
  { what: 'a scheme in front of it', text: 'view-source:https://a.example', links: ['https://a.example'] },
  { what: 'the end of a word', text: 'xhttps://a.example', links: [] },
  { what: 'no host', text: 'https:// http://. https://? https:///', links: [] },
  { what: 'no address', text: 'https://a.example:99999 https://[ http://%00 https://a..%', links: [] },
  { what: 'a scheme that only looks like one', text: 'httpſ://a.example ｈttps://a.example', links: [] },

  // What would be taken for another.
  {
    what: 'a name before the host',
    text: 'https://bank.example@evil.example https://bank.example:443@evil.example/',
    links: [],
  },
  { what: 'a backslash', text: String.raw`https://bank.example\@evil.example`, links: ['https://bank.example'] },
  {
    what: 'Cyrillic',
    text: 'https://\u0430pple.example',
    links: ['https://\u0430pple.example (xn--pple-43d.example)'],
  },
  {
    what: 'an honest name that is not ASCII',
    text: 'https://müller.example',
    links: ['https://müller.example (xn--mller-kva.example)'],
  },
  { what: 'the same in ASCII', text: 'https://xn--mller-kva.example', links: ['https://xn--mller-kva.example'] },
  { what: 'wide letters', text: 'https://ｂank.example', links: ['https://ｂank.example (bank.example)'] },
  { what: 'escaped letters', text: 'https://b%61nk.example', links: ['https://b%61nk.example (bank.example)'] },
  {
    what: 'a number for an address',
    text: 'http://2130706433/ http://0x7f.1/',
    links: ['http://2130706433/ (127.0.0.1)', 'http://0x7f.1/ (127.0.0.1)'],
  },
  { what: 'too many slashes', text: 'https:///evil.example', links: ['https:///evil.example (evil.example)'] },
  {
    what: 'what looks like a slash',
    text: 'https://bank.example\u2044b.evil.example',
    links: ['https://bank.example\u2044b.evil.example (bank.xn--exampleb-k03d.evil.example)'],
  },
  {
    what: 'invisible signs in the host',
    text: 'https://ba\u200bnk.example https://ba\ufeffnk.example https://ba\u00adnk.example',
    links: [
      'https://ba\u200bnk.example (bank.example)',
      'https://ba\ufeffnk.example (bank.example)',
      'https://ba\u00adnk.example (bank.example)',
    ],
  },
  { what: 'a space that cannot be seen', text: 'https://bank.co\u200am https://bank.co\u180em', links: [] },
  {
    what: 'writing turned around',
    text: 'https://evil.example/\u202egnp.b https://\u202eelpmaxe.b https://a.example/\u2069b',
    links: [],
  },
];

for (const { what, text, links } of CASES) {
  test(`${what}: ${JSON.stringify(text)}`, () => {
    assert.deepEqual(linksOf(text), links);
    const parts = splitLinks(text);
    assert.equal(parts.map((part) => (typeof part === 'string' ? part : part.text)).join(''), text);
    assert.ok(!parts.includes(''));
    for (const part of parts) {
      if (typeof part === 'object') assert.match(part.href, /^https?:\/\/[\x21-\x7e]+$/);
    }
  });
}

test('text and links come in their order', () => {
  assert.deepEqual(splitLinks('a https://b.example/ü c'), [
    'a ',
    { text: 'https://b.example/ü', href: 'https://b.example/%C3%BC', host: '' },
    ' c',
  ]);
});

test('a long text takes no long time', () => {
  const LONG = 100_000;
  const texts = [
    'http://',
    'https://a.example/(',
    '(',
    'https://a.example ',
    '.',
    '\u202e',
    'https://a.example/' + '.'.repeat(50),
  ];
  const started = performance.now();
  for (const text of texts) splitLinks(`https://a.example/${text.repeat(LONG / text.length)}x`);
  assert.ok(performance.now() - started < 2000);
});
