/** Thirty joins and leaves in one page, beside somebody who stays: what is left of them in the page and in the server. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { NAME_HELPER, type RoomElement } from '../helpers/page-recorder.js';
import { BenchServer } from './bench-server.js';
import { installSmallCamera, showsSomebody } from './page-scripts.js';
import { growth, kilobytes, megabytes, type Report } from './report.js';

const CYCLES = 30;

/** The first cycles load and compile code, and fill caches: growth is taken from the others. */
const WARM_UP = 5;

/** How long what was let go may take to be gone, in milliseconds. */
const SETTLING = 2000;

/** What counts as open or live, of all objects of these classes that the page's memory holds. */
const OBJECTS = {
  'peer connections': ['RTCPeerConnection', 'each.connectionState !== "closed"'],
  sockets: ['WebSocket', 'each.readyState !== WebSocket.CLOSED'],
  'video and audio elements': ['HTMLMediaElement', 'true'],
  'live tracks': ['MediaStreamTrack', 'each.readyState === "live"'],
  'audio contexts': ['BaseAudioContext', 'each.state !== "closed"'],
} as const;

const METRICS = { 'event listeners': 'JSEventListeners', 'DOM nodes': 'Nodes' } as const;

type Counts = Record<keyof typeof OBJECTS | keyof typeof METRICS, number>;

interface Heap {
  /** Bytes of JavaScript objects, and of the browser's objects behind them. */
  readonly script: number;
  readonly browser: number;
}

export async function measureLeak(browser: Browser): Promise<Report> {
  const server = await BenchServer.start();
  try {
    const peer = await open(browser, server.url);
    await join(peer);
    const page = await open(browser, server.url);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Performance.enable');

    const countsBefore = await count(devtools);
    let serverBefore = await server.usage();
    const heaps: Heap[] = [];
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      if (cycle === WARM_UP) serverBefore = await server.usage();
      await join(page);
      await page.waitForFunction(showsSomebody, undefined, { polling: 100 });
      await page.evaluate(() => document.querySelector<RoomElement>('video-room')?.leave());
      heaps.push(await measureHeap(devtools));
    }
    await pause(SETTLING);
    const countsAfter = await count(devtools);
    const serverAfter = await server.usage();

    const measured = heaps.slice(WARM_UP);
    const scriptGrowth = growth(measured.map(({ script }) => script));
    const browserGrowth = growth(measured.map((heap) => heap.browser));
    const names = Object.keys(countsBefore) as (keyof Counts)[];
    return {
      title: `leak: ${CYCLES} joins and leaves in one page`,
      columns: ['', 'before', 'after'],
      rows: [
        ...names.map((name) => [name, String(countsBefore[name]), String(countsAfter[name])]),
        ['JavaScript heap, growth per join', '', kilobytes(scriptGrowth)],
        ["browser's heap, growth per join", '', kilobytes(browserGrowth)],
        [`server: RSS, since the ${WARM_UP}th join`, megabytes(serverBefore.rss), megabytes(serverAfter.rss)],
        [
          `server: heap, since the ${WARM_UP}th join`,
          megabytes(serverBefore.heapUsed),
          megabytes(serverAfter.heapUsed),
        ],
        ['server: sockets and timers', sum(serverBefore.resources), sum(serverAfter.resources)],
      ],
      figures: { countsBefore, countsAfter, scriptGrowth, browserGrowth, heaps, serverBefore, serverAfter },
    };
  } finally {
    await server.stop();
  }
}

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
  await page.addInitScript(NAME_HELPER);
  await page.addInitScript(installSmallCamera);
  await page.goto(url);
  return page;
}

async function join(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.querySelector<RoomElement>('video-room')?.join();
  });
}

async function count(devtools: CDPSession): Promise<Counts> {
  await collectGarbage(devtools);
  const counts: Record<string, number> = {};
  for (const [name, [type, condition]] of Object.entries(OBJECTS)) {
    counts[name] = await countObjects(devtools, type, condition);
  }
  const { metrics } = await devtools.send('Performance.getMetrics');
  for (const [name, metric] of Object.entries(METRICS)) {
    counts[name] = metrics.find((each) => each.name === metric)?.value ?? NaN;
  }
  return counts as Counts;
}

/** Looks through the whole memory of the page, so that nothing has to be replaced in it. */
async function countObjects(devtools: CDPSession, type: string, condition: string): Promise<number> {
  const objectGroup = 'bench';
  const { result } = await devtools.send('Runtime.evaluate', { expression: `${type}.prototype`, objectGroup });
  const { objects } = await devtools.send('Runtime.queryObjects', {
    prototypeObjectId: result.objectId ?? '',
    objectGroup,
  });
  const counted = await devtools.send('Runtime.callFunctionOn', {
    objectId: objects.objectId ?? '',
    functionDeclaration: `function () { return this.filter((each) => ${condition}).length; }`,
    returnByValue: true,
  });
  await devtools.send('Runtime.releaseObjectGroup', { objectGroup });
  return Number(counted.result.value);
}

async function measureHeap(devtools: CDPSession): Promise<Heap> {
  await collectGarbage(devtools);
  const { usedSize, embedderHeapUsedSize } = await devtools.send('Runtime.getHeapUsage');
  return { script: usedSize, browser: embedderHeapUsedSize };
}

/** What the first round finalizes, only the second one can take. */
async function collectGarbage(devtools: CDPSession): Promise<void> {
  for (let round = 0; round < 2; round++) await devtools.send('HeapProfiler.collectGarbage');
}

function sum(resources: Readonly<Record<string, number>>): string {
  return String(Object.values(resources).reduce((total, each) => total + each, 0));
}
