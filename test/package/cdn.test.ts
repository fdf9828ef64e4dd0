/** The files for script tags, loaded by a page with a strict Content-Security-Policy. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import test, { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../helpers/browser.js';

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'";

let browser: Browser;
let server: Server;

before(async () => {
  server = createServer((request, response) => {
    void answer(request.url ?? '').then(([type, body]) => {
      response.writeHead(200, { 'content-type': type, 'content-security-policy': POLICY }).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  browser = await launchChromium();
});

after(async () => {
  await browser.close();
  server.close();
});

const pages = [
  { path: '/module.html', script: '<script type="module" src="/video-room.js"></script>', kind: 'module' },
  { path: '/classic.html', script: '<script src="/video-room.iife.js"></script>', kind: 'classic script' },
  {
    path: '/both.html',
    script: '<script src="/video-room.iife.js"></script><script type="module" src="/video-room.js"></script>',
    kind: 'both',
  },
];

for (const { path, kind } of pages) {
  test(`one script tag defines every element and complains of nothing: ${kind}`, async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
    const undefinedTags = await page.evaluate(
      (tags) => tags.filter((tag) => !customElements.get(tag)),
      await documentedTags(),
    );
    await page.waitForFunction(() => document.querySelector('video-room')?.shadowRoot?.childElementCount);
    await page.close();
    assert.deepEqual(undefinedTags, []);
    assert.deepEqual(complaints, []);
  });
}

test('there is one file to load at first and one to load for the provider, by names that stay', async () => {
  const files = await readdir('dist/cdn');
  assert.deepEqual(
    files.filter((file) => !file.endsWith('.map')),
    ['provider-bandwidth.js', 'video-room.iife.js', 'video-room.js'],
  );
});

async function answer(url: string): Promise<[type: string, body: string]> {
  const page = pages.find(({ path }) => path === url);
  if (page) return ['text/html', `<!doctype html><title>Test</title>${page.script}<video-room></video-room>`];
  if (!url.endsWith('.js')) return ['text/plain', ''];
  return ['text/javascript', await readFile(`dist/cdn${url}`, 'utf8')];
}

async function documentedTags(): Promise<string[]> {
  const { modules } = JSON.parse(await readFile('dist/custom-elements.json', 'utf8')) as {
    modules: { declarations: { tagName?: string }[] }[];
  };
  return modules.flatMap((module) => module.declarations.flatMap(({ tagName }) => tagName ?? []));
}
