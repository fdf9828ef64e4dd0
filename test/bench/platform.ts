/** What forwarding costs: the local platform, and beside it Janus where that is installed, with the same pages' media. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import { NAME_HELPER, type RoomElement } from '../helpers/page-recorder.js';
import { BenchServer } from './bench-server.js';
import { findJanus, startJanus, VIDEOROOM } from './janus.js';
import { joinVideoroom } from './janus-page.js';
import { installMeter, installSmallCamera, type Reception } from './page-scripts.js';
import { megabytes, type Report } from './report.js';

/** Pages in the meeting, each of which sends to all others. */
const MEETINGS = [2, 4, 6];

/** How long a meeting is measured, and how long it runs before that, in milliseconds. */
const WINDOW = 10_000;
const SETTLING = 3000;

/** Something that forwards media between pages. */
interface Forwarder {
  readonly name: string;
  /** Where a page has to be to join. */
  readonly url: string;
  join(page: Page): Promise<void>;
  usage(): Promise<{ readonly cpuMicroseconds: number; readonly rss: number }>;
  stop(): Promise<void>;
}

interface Figures {
  readonly forwarder: string;
  readonly publishers: number;
  /** CPU time by time: 1 is one core. */
  readonly cpu: number;
  readonly cpuMicrosecondsPerPacket: number;
  /** Bytes. */
  readonly rss: number;
  /** Received by all pages together. */
  readonly packetsPerSecond: number;
  readonly lostPackets: number;
  /** Of one received video, and of all that a page receives of one other. */
  readonly framesPerSecond: number;
  readonly kilobitsPerSecond: number;
}

export async function measurePlatform(browser: Browser): Promise<Report> {
  const program = findJanus();
  const starters = [startLocalPlatform, ...(program ? [() => startVideoroom(program)] : [])];
  const measured: Figures[] = [];
  for (const publishers of MEETINGS) {
    for (const start of starters) {
      const forwarder = await start();
      try {
        measured.push(await measureMeeting(browser, forwarder, publishers));
      } finally {
        await forwarder.stop();
      }
    }
  }
  return {
    title: `platform: each page sends one video and one audio to all others, ${WINDOW / 1000} s`,
    columns: ['', 'publishers', 'CPU of one core', 'CPU per packet', 'RSS', 'packets/s', 'lost', 'frames/s'],
    rows: measured.map((each) => [
      each.forwarder,
      String(each.publishers),
      `${(each.cpu * 100).toFixed(1)} %`,
      `${each.cpuMicrosecondsPerPacket.toFixed(0)} µs`,
      megabytes(each.rss),
      each.packetsPerSecond.toFixed(0),
      String(each.lostPackets),
      each.framesPerSecond.toFixed(1),
    ]),
    figures: { meetings: measured },
  };
}

async function startLocalPlatform(): Promise<Forwarder> {
  const server = await BenchServer.start();
  return {
    name: 'local platform',
    url: server.url,
    join: joinRoom,
    usage: () => server.usage(),
    stop: () => server.stop(),
  };
}

async function joinRoom(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.querySelector<RoomElement>('video-room')?.join();
  });
}

async function startVideoroom(program: string): Promise<Forwarder> {
  const janus = await startJanus(program);
  const site = createServer((_, response) => response.setHeader('content-type', 'text/html').end()).listen(
    0,
    '127.0.0.1',
  );
  await once(site, 'listening');
  return {
    name: 'Janus',
    url: `http://127.0.0.1:${(site.address() as AddressInfo).port}`,
    join: (page) => page.evaluate(joinVideoroom, { url: janus.url, room: VIDEOROOM }),
    usage: () => janus.usage(),
    async stop() {
      site.close();
      site.closeAllConnections();
      await janus.stop();
    },
  };
}

async function measureMeeting(browser: Browser, forwarder: Forwarder, publishers: number): Promise<Figures> {
  const pages: Page[] = [];
  try {
    for (let number = 0; number < publishers; number++) {
      const page = await open(browser, forwarder.url);
      pages.push(page);
      await forwarder.join(page);
    }
    await Promise.all(pages.map((page) => receivesVideos(page, publishers - 1)));
    await pause(SETTLING);
    const before = await sample(forwarder, pages);
    await pause(WINDOW);
    const after = await sample(forwarder, pages);

    const seconds = (after.at - before.at) / 1000;
    const grown = (field: Exclude<keyof Sample, 'rss'>): number => after[field] - before[field];
    const streams = publishers * (publishers - 1);
    return {
      forwarder: forwarder.name,
      publishers,
      cpu: grown('cpuMicroseconds') / 1e6 / seconds,
      cpuMicrosecondsPerPacket: grown('cpuMicroseconds') / grown('packets'),
      rss: after.rss,
      packetsPerSecond: grown('packets') / seconds,
      lostPackets: grown('lost'),
      framesPerSecond: grown('frames') / seconds / streams,
      kilobitsPerSecond: (grown('bytes') * 8) / 1000 / seconds / streams,
    };
  } finally {
    for (const page of pages) await page.context().close();
  }
}

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
  await page.addInitScript(NAME_HELPER);
  await page.addInitScript(installSmallCamera);
  await page.addInitScript(installMeter);
  await page.goto(url);
  return page;
}

async function receivesVideos(page: Page, videos: number): Promise<void> {
  await page.waitForFunction((wanted) => window.receive().then((received) => received.videos >= wanted), videos, {
    polling: 200,
  });
}

interface Sample extends Omit<Reception, 'videos'> {
  /** Milliseconds. */
  readonly at: number;
  readonly cpuMicroseconds: number;
  readonly rss: number;
}

async function sample(forwarder: Forwarder, pages: readonly Page[]): Promise<Sample> {
  const { cpuMicroseconds, rss } = await forwarder.usage();
  const at = performance.now();
  const received = await Promise.all(pages.map((page) => page.evaluate(() => window.receive())));
  const sum = (field: keyof Reception): number => received.reduce((total, each) => total + each[field], 0);
  return {
    at,
    cpuMicroseconds,
    rss,
    packets: sum('packets'),
    bytes: sum('bytes'),
    lost: sum('lost'),
    frames: sum('frames'),
  };
}
