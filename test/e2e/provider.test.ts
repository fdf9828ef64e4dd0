/** The Bandwidth provider in a page, with the real SDK: against signalling that fails, and on the local platform. */
import assert from 'node:assert/strict';
import test, { after, afterEach, before, beforeEach } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startServer, type RunningServer } from '../../demo/server/start-server.js';
import { startBadSignalling, type BadSignalling, type Failing } from '../helpers/bad-signalling.js';
import { launchChromium } from '../helpers/browser.js';
import { NAME_HELPER } from '../helpers/page-recorder.js';
import { installProviderHarness } from '../helpers/provider-harness.js';
import { until } from '../helpers/until.js';

const NOTHING_LEFT = { sockets: 0, peerConnections: 0, timers: 0, listeners: 0 };

let browser: Browser;
let server: RunningServer;
let signalling: BadSignalling;
let page: Page;
/** What was written to the page's console, but for the browser's own messages about sockets that did not open. */
let consoleLines: string[];

before(async () => {
  [browser, server, signalling] = await Promise.all([launchChromium(), startServer(), startBadSignalling()]);
});

after(async () => {
  await Promise.all([browser.close(), server.close(), signalling.close()]);
});

beforeEach(async () => {
  consoleLines = [];
  page = await openPage();
});

afterEach(async () => {
  const accidents = await page.evaluate(() => window.harness.accidents);
  await page.close();
  assert.deepEqual(accidents, [], 'no error went unhandled');
  assert.deepEqual(consoleLines, [], 'nothing was written to the console');
});

async function openPage(): Promise<Page> {
  const opened = await browser.newPage();
  opened.on('console', (message) => {
    if (!/^(WebSocket connection to|Failed to load resource)/.test(message.text())) consoleLines.push(message.text());
  });
  await opened.addInitScript(NAME_HELPER);
  await opened.addInitScript(installProviderHarness);
  // Any document of the server will do; this one loads nothing.
  await opened.goto(`${server.url}/dist/custom-elements.json`);
  return opened;
}

/** Signed by nobody: only what looks at the signature can tell. */
function token(claims: object): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode({ alg: 'HS256' })}.${encode({ v: 'v3', ...claims })}.c2lnbmF0dXJl`;
}

const inSeconds = (milliseconds: number) => Math.floor((Date.now() + milliseconds) / 1000);
const GOOD_TOKEN = token({ exp: inSeconds(3_600_000) });
const EXPIRED_TOKEN = token({ exp: inSeconds(-3_600_000) });

function tryGrant(grant: { token: string; websocketUrl: string }) {
  return page.evaluate((given) => window.harness.tryGrant(given), grant);
}

async function assertNothingLeft() {
  assert.deepEqual(await page.evaluate(() => window.harness.leftovers()), NOTHING_LEFT);
  await until(
    () => signalling.connections,
    (count) => count === 0,
    { what: 'all sockets closed' },
  );
}

const REFUSALS: readonly (readonly [way: Failing | 'closed-port' | 'no-url', token: string, code: string])[] = [
  ['unauthorized', GOOD_TOKEN, 'connect-refused'],
  ['unauthorized', token({}), 'connect-refused'],
  ['unauthorized', EXPIRED_TOKEN, 'token-expired'],
  ['closes-4001', GOOD_TOKEN, 'connect-refused'],
  ['closes-1000', GOOD_TOKEN, 'connect-refused'],
  ['refuses-preferences', GOOD_TOKEN, 'connect-refused'],
  ['closed-port', GOOD_TOKEN, 'connect-refused'],
  ['no-url', GOOD_TOKEN, 'connect-refused'],
  ['unauthorized', '', 'token-invalid'],
  ['unauthorized', 'nonsense', 'token-invalid'],
  ['unauthorized', 'a.b.c', 'token-invalid'],
  ['unauthorized', `${GOOD_TOKEN}&uniqueId=1`, 'token-invalid'],
  ['unauthorized', token([]).replace(/\..*\./, '.bnVsbA.'), 'token-invalid'],
];

test('says at once, and why, when the platform lets nobody in', async () => {
  const addresses: Record<string, string> = { 'closed-port': 'ws://127.0.0.1:9', 'no-url': 'nowhere:' };
  for (const [way, given, code] of REFUSALS) {
    const websocketUrl = addresses[way] ?? signalling.url(way as Failing);
    const { outcome, milliseconds } = await tryGrant({ token: given, websocketUrl });
    assert.equal(outcome, code, `${way} with ${given}`);
    assert.ok(milliseconds < 1000, `${way}: ${milliseconds} ms`);
  }
  await assertNothingLeft();
});

test('gives up after ten seconds when the platform does not answer', async () => {
  const ways = ['silent', 'never-opens'] as const;
  const results = await Promise.all(
    ways.map((way) => tryGrant({ token: GOOD_TOKEN, websocketUrl: signalling.url(way) })),
  );
  for (const { outcome, milliseconds } of results) {
    assert.equal(outcome, 'connect-timeout');
    assert.ok(milliseconds > 9_900 && milliseconds < 11_000, `${milliseconds} ms`);
  }
  await assertNothingLeft();
});

test('stops connecting at once when aborted, whatever it is waiting for', async () => {
  for (const way of ['silent', 'never-opens'] as const) {
    const trying = page.evaluate(
      async (grant) => {
        const controller = new AbortController();
        window.addEventListener('abort-now', () => controller.abort(new Error('not any more')), { once: true });
        return window.harness.tryGrant(grant, controller.signal);
      },
      { token: GOOD_TOKEN, websocketUrl: signalling.url(way) },
    );
    await until(
      () => signalling.connections,
      (count) => count === 1,
      { what: 'a socket' },
    );
    await page.evaluate(() => window.dispatchEvent(new Event('abort-now')));
    const { outcome } = await trying;
    assert.equal(outcome, 'Error: not any more');
    await until(
      () => signalling.connections,
      (count) => count === 0,
      { what: 'the socket is closed' },
    );
  }
  const { outcome } = await page.evaluate(
    (grant) => window.harness.tryGrant(grant, AbortSignal.abort(new Error('never'))),
    { token: GOOD_TOKEN, websocketUrl: signalling.url('silent') },
  );
  assert.equal(outcome, 'Error: never');
  const { sockets, timers, peerConnections } = await page.evaluate(() => window.harness.leftovers());
  assert.deepEqual({ sockets, timers, peerConnections }, { sockets: 0, timers: 0, peerConnections: 0 });
});
