/** What tiles cost the page's main thread: people who come one by one, and one who begins or ceases to speak. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { LEVEL_INTERVAL } from '../../src/room/speaking.js';
import { NAME_HELPER, type RoomElement } from '../helpers/page-recorder.js';
import { median, type Report } from './report.js';
import { installCrowd } from './tiles-page.js';

/** How many come, one after the other, and how the meeting is laid out: a grid has pages of 25 tiles. */
const ARRIVALS = [
  { tiles: 25, layout: 'grid' },
  { tiles: 49, layout: 'grid' },
  { tiles: 49, layout: 'speaker' },
] as const;

/** With how many tiles, all of them in the page at once, one person's change is measured. */
const SPEAKING = [2, 25, 49];

/** How often the person begins and ceases to speak. */
const CHANGES = 12;

/** Longer than somebody counts as speaking after their last sound, in milliseconds. */
const SILENCE = 900;

/** Any address that counts as secure: no request leaves the browser. */
const URL = 'http://localhost/';

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>Tiles</title>
    <link rel="icon" href="data:," />
    <script type="module">
      import { registerProvider } from './video-room.js';
      registerProvider('crowd', async () => ({ provider: window.crowd.provider }));
    </script>
  </head>
  <body>
    <video-room room="bench" token="token" provider="crowd" no-audio no-video>
      <participant-grid style="block-size: 600px"></participant-grid>
    </video-room>
  </body>
</html>`;

interface Arrival {
  readonly tiles: number;
  readonly layout: string;
  /** CPU time of the page's main thread, in milliseconds: all of it, and the longest single task. */
  readonly mainThread: number;
  readonly longestTask: number;
}

interface Speaking {
  readonly tiles: number;
  /** Script, style and layout of each change, in milliseconds. */
  readonly changes: readonly number[];
}

export async function measureTiles(browser: Browser): Promise<Report> {
  const arrivals: Arrival[] = [];
  // The first page warms the browser up, and does not count.
  await measureArrival(browser, 2, 'grid');
  for (const { tiles, layout } of ARRIVALS) arrivals.push(await measureArrival(browser, tiles, layout));
  const speaking: Speaking[] = [];
  for (const tiles of SPEAKING) speaking.push({ tiles, changes: await measureSpeaking(browser, tiles) });
  return {
    title: 'tiles: main thread of a page with captureStream media',
    columns: ['', 'tiles', 'in all', 'per tile', 'longest task'],
    rows: [
      ...arrivals.map(({ tiles, layout, mainThread, longestTask }) => [
        `come one by one, ${layout} layout: CPU time`,
        String(tiles),
        tenths(mainThread),
        tenths(mainThread / tiles),
        tenths(longestTask),
      ]),
      ...speaking.map(({ tiles, changes }) => [
        `one begins or ceases to speak: script, style and layout, median of ${changes.length}`,
        String(tiles),
        tenths(median(changes)),
        '',
        '',
      ]),
    ],
    figures: { arrivals, speaking },
  };
}

/** Opens a page and joins. The person in front of it is the first tile. */
async function open(browser: Browser, layout: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  await page.addInitScript(NAME_HELPER);
  await page.addInitScript(installCrowd, LEVEL_INTERVAL);
  await page.route('**/*', async (route) => {
    const file = basename(route.request().url());
    // Isolated from other origins, a page has a clock of 5 µs instead of 100 µs.
    const headers = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };
    await route.fulfill(
      file.endsWith('.js')
        ? { headers, contentType: 'text/javascript', body: await readFile(`dist/cdn/${file}`, 'utf8') }
        : { headers, contentType: 'text/html', body: PAGE },
    );
  });
  await page.goto(URL);
  await page.evaluate(async (chosen) => {
    document.querySelector('participant-grid')?.setAttribute('layout', chosen);
    await customElements.whenDefined('participant-tile');
    const state = await document.querySelector<RoomElement>('video-room')?.join();
    if (state?.connection !== 'connected') throw new Error('The page did not join.');
  }, layout);
  return page;
}

async function measureArrival(browser: Browser, tiles: number, layout: string): Promise<Arrival> {
  const page = await open(browser, layout);
  await browser.startTracing(page, { categories: ['disabled-by-default-devtools.timeline', 'toplevel'] });
  await page.evaluate(async (count) => {
    for (let index = 1; index < count; index++) {
      window.crowd.come(`Person ${index}`);
      await new Promise(requestAnimationFrame);
      await new Promise(requestAnimationFrame);
    }
  }, tiles);
  const tasks = mainThreadTasks(await browser.stopTracing());
  await page.context().close();
  return {
    tiles,
    layout,
    mainThread: tasks.reduce((sum, each) => sum + each, 0),
    longestTask: Math.max(...tasks),
  };
}

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** CPU time in microseconds: other programs do not count. */
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

/** CPU time of each task of the page's main thread, in milliseconds: of the renderer that did most. */
function mainThreadTasks(trace: Buffer): number[] {
  const { traceEvents } = JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] };
  const threads = traceEvents.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain');
  const byThread = threads.map(({ pid, tid }) =>
    traceEvents
      .filter((event) => event.name === 'RunTask' && event.pid === pid && event.tid === tid)
      .map(({ tdur = 0 }) => tdur / 1000),
  );
  return byThread.reduce((most, tasks) => (tasks.length > most.length ? tasks : most), []);
}

async function measureSpeaking(browser: Browser, tiles: number): Promise<number[]> {
  // The person in front of the page stays large, so that nothing moves, and all others are in the strip.
  const page = await open(browser, 'spotlight');
  await page.evaluate(async (count) => {
    const room = document.querySelector<RoomElement & { room: { pin(key: string): void } }>('video-room');
    for (let index = 1; index < count; index++) window.crowd.come(`Person ${index}`);
    await new Promise((resolve) => setTimeout(resolve));
    room?.room.pin('local');
  }, tiles);
  await page.waitForFunction((count) => {
    const grid = document.querySelector('participant-grid');
    return grid?.shadowRoot?.querySelectorAll('participant-tile').length === count;
  }, tiles);
  const changes: number[] = [];
  for (let change = 0; change < CHANGES; change++) {
    for (const level of [0.5, 0]) {
      await pause(SILENCE);
      changes.push(await page.evaluate(changeSpeaking, level));
    }
  }
  await page.context().close();
  return changes;
}

/** @returns what it took until script, style and layout were done, in milliseconds */
async function changeSpeaking(level: number): Promise<number> {
  const grid = document.querySelector('participant-grid');
  const tile = grid?.shadowRoot?.querySelector('participant-tile[participant-id="Person 1"]');
  const shown = tile?.shadowRoot?.querySelector('.tile');
  if (!grid || !tile || !shown) throw new Error('There is no tile.');
  window.crowd.levels = new Map([['Person 1 Person 1', level]]);
  await new Promise(requestAnimationFrame);
  grid.getBoundingClientRect();
  const start = performance.now();
  window.crowd.readLevels();
  await (tile as HTMLElement & { updateComplete: Promise<boolean> }).updateComplete;
  shown.getBoundingClientRect();
  const end = performance.now();
  if (shown.classList.contains('speaking') !== level > 0) throw new Error('The tile does not show who speaks.');
  return end - start;
}

const tenths = (value: number): string => `${value.toFixed(1)} ms`;
