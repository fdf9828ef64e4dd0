/** The files for script tags, loaded by a page with a strict Content-Security-Policy. */
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import test, { after, before } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import type { VideoRoom } from '../../src/elements/video-room.js';
import { launchChromium } from '../helpers/browser.js';
import { NAME_HELPER } from '../helpers/page-recorder.js';

const POLICY = "default-src 'none'; script-src 'self'; connect-src 'self'; img-src 'self'";

let browser: Browser;
let server: Server;

before(async () => {
  server = createServer((request, response) => {
    if (request.url === '/never.png') return;
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
  server.closeAllConnections();
});

const MODULE = '<script type="module" src="/video-room.js"></script>';
const CLASSIC = '<script src="/video-room.iife.js"></script>';
const ROOM = '<video-room room="standup" no-audio no-video></video-room>';

/** Loaded later by a module: where a page has one, or a meeting has a room channel or offers calls. */
const LATER_TAGS = [
  'dial-out-button',
  'dial-pad',
  'participant-list',
  'chat-panel',
  'raise-hand-button',
  'reaction-button',
  'panel-button',
  'unmute-prompt',
  'room-news',
  'room-panel',
];
const LATER = '<dial-out-button></dial-out-button><panel-button></panel-button>';

const pages = [
  { path: '/module.html', html: MODULE + ROOM + LATER, kind: 'module' },
  { path: '/classic.html', html: CLASSIC + ROOM, kind: 'classic script' },
  { path: '/both.html', html: CLASSIC + MODULE + ROOM, kind: 'both' },
];

const ODD_PAGES = [
  { path: '/empty.html', html: '' },
  { path: '/query.html', html: MODULE.replace('.js', '.js?ver=1') + ROOM },
  // Still loading until the test is over.
  { path: '/loading.html', html: `${MODULE}${ROOM}<img src="/never.png">` },
];

for (const { path, kind } of pages) {
  test(`one script tag defines every element and complains of nothing: ${kind}`, async () => {
    const page = await browser.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(origin() + path);
    await allDefined(page);
    await page.waitForFunction(() => document.querySelector('video-room')?.shadowRoot?.childElementCount);
    await page.close();
    assert.deepEqual(complaints, []);
  });
}

test('the rules of telephone numbers are no part of the classic script, which finds them beside it', async () => {
  const code = await readFile('dist/cdn/video-room.iife.js', 'utf8');
  const [, file = ''] = /import\("\.\/(numbers-[\w-]+\.js)"\)/.exec(code) ?? [];
  assert.match(await readFile(`dist/cdn/${file}`, 'utf8'), /\bas parsePhoneNumberFromString\b/);
});

test('what a page names keeps its name, all else has the hash of its content', async () => {
  const files = await readdir('dist/cdn');
  assert.deepEqual(
    files.filter((file) => !file.endsWith('.map')).map((file) => file.replace(/-[\w-]{8}\.js$/, '-[hash].js')),
    [
      'core-[hash].js',
      'meeting-[hash].js',
      'numbers-[hash].js',
      'people-[hash].js',
      'phone-[hash].js',
      'provider-bandwidth-[hash].js',
      'ringing-tone-[hash].js',
      'room.js',
      'video-room.iife.js',
      'video-room.js',
    ],
  );
});

test('a page loads the meeting’s elements by itself, no provider, and nothing twice, whatever query it adds', async () => {
  const { page, scripts } = await open('/query.html');
  await allDefined(page, await tagsOfMeeting());
  assert.deepEqual(scripts(), ['video-room.js?ver=1', 'core.js', 'meeting.js']);
  await page.close();
});

test('a meeting that offers calls has the elements for them, wherever the page puts one and whenever', async () => {
  const { page } = await open('/query.html');
  await allDefined(page, await tagsOfMeeting());
  await page.evaluate(() => {
    const room = document.querySelector('video-room');
    Object.defineProperty(room, 'state', { value: { dialing: 'available' } });
    room?.dispatchEvent(new Event('room-joined', { bubbles: true, composed: true }));
  });
  await allDefined(page, ['dial-out-button', 'dial-pad']);
  await page.close();
});

test('who joins while the page still loads gets the meeting’s elements with the provider, or is told', async () => {
  const { page, scripts } = await open('/loading.html');
  let isBroken = true;
  await page.route('**/meeting-*', (route) => (isBroken ? route.fulfill({ status: 503 }) : route.continue()));
  const join = () =>
    page.evaluate(async () => {
      const room: VideoRoom | null = document.querySelector('video-room');
      if (room) room.fetchToken = () => Promise.resolve('no token');
      const state = await room?.join();
      return [state?.error?.code, customElements.get('participant-grid') !== undefined];
    });
  assert.deepEqual(scripts(), ['video-room.js', 'core.js'], 'nothing more before the page has loaded');
  assert.deepEqual(await join(), ['provider-unavailable', false]);
  isBroken = false;
  // The provider has read the token by then.
  assert.deepEqual(await join(), ['token-invalid', true]);
  await allDefined(page, await tagsOfMeeting());
  await page.close();
});

test('the room for script tags works without an element and without Lit', async () => {
  const { page, scripts } = await open('/empty.html');
  const script: string = '/room.js';
  const code = await page.evaluate(async (address) => {
    const { createRoom } = (await import(address)) as typeof import('../../src/headless.js');
    const room = createRoom({ room: 'standup', audio: false, video: false });
    room.configure({ fetchToken: () => Promise.resolve('no token') });
    return (await room.join()).error?.code;
  }, script);
  assert.equal(code, 'token-invalid');
  assert.deepEqual(scripts().sort(), ['provider-bandwidth.js', 'room.js']);
  assert.deepEqual(await page.evaluate(() => [customElements.get('video-room'), 'litElementVersions' in window]), [
    undefined,
    false,
  ]);
  await page.close();
});

/** Opens a page, and lists the scripts it has asked for since, without the hashes in their names. */
async function open(path: string): Promise<{ page: Page; scripts: () => string[] }> {
  const page = await browser.newPage();
  await page.addInitScript(NAME_HELPER);
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  // Its load event is waited for by nobody: one page has none.
  await page.goto(origin() + path, { waitUntil: 'domcontentloaded' });
  const scripts = () =>
    requests
      .filter((url) => /\.js(\?|$)/.test(url))
      .map((url) => url.replace(`${origin()}/`, '').replace(/-[\w-]{8}\.js/, '.js'));
  return { page, scripts };
}

async function allDefined(page: Page, tags?: readonly string[]): Promise<void> {
  await page.waitForFunction(
    (names) => names.every((name) => customElements.get(name) !== undefined),
    tags ?? (await documentedTags()),
  );
}

async function tagsOfMeeting(): Promise<string[]> {
  return (await documentedTags()).filter((tag) => !LATER_TAGS.includes(tag));
}

function origin(): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function answer(url: string): Promise<[type: string, body: string]> {
  const page = pages.find(({ path }) => path === url) ?? ODD_PAGES.find(({ path }) => path === url);
  if (page) return ['text/html', `<!doctype html><title>Test</title>${page.html}`];
  if (!url.includes('.js')) return ['text/plain', ''];
  return ['text/javascript', await readFile(`dist/cdn${url.replace(/\?.*/, '')}`, 'utf8')];
}

async function documentedTags(): Promise<string[]> {
  const { modules } = JSON.parse(await readFile('dist/custom-elements.json', 'utf8')) as {
    modules: { declarations: { tagName?: string }[] }[];
  };
  return modules.flatMap((module) => module.declarations.flatMap(({ tagName }) => tagName ?? []));
}
