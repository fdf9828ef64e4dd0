/** Thirty joins and leaves in one page, beside somebody who stays: what is left of them in the page and in the server. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { NAME_HELPER, type RoomElement } from '../helpers/page-recorder.js';
import { BenchServer, type ServerUsage } from './bench-server.js';
import { installSmallCamera, showsSomebody } from './page-scripts.js';
import { growth, kilobytes, megabytes, type Report } from './report.js';

const CYCLES = 30;

/** The first cycles load and compile code, and fill caches: growth is taken from the others. */
const WARM_UP = 10;

/** How long what was let go may take to be gone, in milliseconds. */
const SETTLING = 2000;

/** What counts as open or live, of all objects of these classes that the page's memory holds. */
const OBJECTS = {
  'peer connections': ['RTCPeerConnection', 'each.connectionState !== "closed"'],
  sockets: ['WebSocket', 'each.readyState !== WebSocket.CLOSED'],
  // Those in a template have a document of their own.
  'video and audio elements': ['HTMLMediaElement', 'each.ownerDocument === document'],
  'live tracks': ['MediaStreamTrack', 'each.readyState === "live"'],
  'audio contexts': ['BaseAudioContext', 'each.state !== "closed"'],
} as const;

const METRICS = { 'event listeners': 'JSEventListeners', 'DOM nodes': 'Nodes' } as const;

type Counted = keyof typeof OBJECTS | keyof typeof METRICS;
const COUNTED = [...Object.keys(OBJECTS), ...Object.keys(METRICS)] as Counted[];

interface Sample {
  readonly counts: Readonly<Record<Counted, number>>;
  readonly usage: ServerUsage;
}

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

    const samples = [await sample(devtools, server)];
    const heaps: Heap[] = [];
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      await join(page);
      await page.waitForFunction(showsSomebody, undefined, { polling: 100 });
      await page.evaluate(() => document.querySelector<RoomElement>('video-room')?.leave());
      heaps.push(await measureHeap(devtools));
      if (cycle === WARM_UP || cycle === CYCLES) samples.push(await sample(devtools, server));
    }

    const measured = heaps.slice(WARM_UP);
    const scriptGrowth = growth(measured.map(({ script }) => script));
    const browserGrowth = growth(measured.map((heap) => heap.browser));
    const row = (name: string, read: (sample: Sample) => string | number): string[] => [
      name,
      ...samples.map((each) => String(read(each))),
    ];
    return {
      title: `leak: ${CYCLES} joins and leaves in one page`,
      columns: ['', 'before', `after ${WARM_UP}`, `after ${CYCLES}`],
      rows: [
        ...COUNTED.map((name) => row(name, ({ counts }) => counts[name])),
        ['JavaScript heap, growth per join', '', '', kilobytes(scriptGrowth)],
        ["browser's objects behind it, growth per join", '', '', kilobytes(browserGrowth)],
        row('server: RSS', ({ usage }) => megabytes(usage.rss)),
        row('server: heap', ({ usage }) => megabytes(usage.heapUsed)),
        row('server: sockets and timers', ({ usage }) => sum(usage.resources)),
      ],
      figures: { scriptGrowth, browserGrowth, heaps, samples },
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

async function sample(devtools: CDPSession, server: BenchServer): Promise<Sample> {
  await pause(SETTLING);
  await collectGarbage(devtools);
  return { counts: await count(devtools), usage: await server.usage('usage without garbage') };
}

async function count(devtools: CDPSession): Promise<Sample['counts']> {
  const counts: Record<string, number> = {};
  for (const [name, [type, condition]] of Object.entries(OBJECTS)) {
    counts[name] = await countObjects(devtools, type, condition);
  }
  const { metrics } = await devtools.send('Performance.getMetrics');
  for (const [name, metric] of Object.entries(METRICS)) {
    counts[name] = metrics.find((each) => each.name === metric)?.value ?? NaN;
  }
  return counts as Sample['counts'];
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
    // Prototypes of derived classes are found too.
    functionDeclaration: `function () {
      return this.filter((each) => !Object.hasOwn(each, 'constructor') && ${condition}).length;
    }`,
    returnByValue: true,
  });
  await devtools.send('Runtime.releaseObjectGroup', { objectGroup });
  if (counted.exceptionDetails) throw new Error(`${type} cannot be counted: ${counted.exceptionDetails.text}`);
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

function sum(resources: Readonly<Record<string, number>>): number {
  return Object.values(resources).reduce((total, each) => total + each, 0);
}
