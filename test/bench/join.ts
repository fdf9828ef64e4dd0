/** From the start of the page to the first remote frame: `<video-room autojoin>` beside a page by hand, in turn. */
import type { Browser, Page } from 'playwright-core';
import type { RoomElement } from '../helpers/page-recorder.js';
import { NAME_HELPER } from '../helpers/page-recorder.js';
import { BenchServer } from './bench-server.js';
import { installSmallCamera, installStopwatch, LAPS, type Lap, type Laps } from './page-scripts.js';
import { median, milliseconds, type Report } from './report.js';
import { startBenchSite } from './site.js';

const PAIRS = 10;

type Way = 'element' | 'bare';

export async function measureJoin(browser: Browser): Promise<Report> {
  const server = await BenchServer.start();
  const site = await startBenchSite(server.url);
  try {
    const peer = await open(browser, `${site.url}/element.html`);
    const runs: Record<Way, Laps>[] = [];
    // The first pair warms the browser and the server up, and does not count.
    for (let pair = 0; pair <= PAIRS; pair++) {
      const laps: Partial<Record<Way, Laps>> = {};
      for (const way of pair % 2 ? (['element', 'bare'] as const) : (['bare', 'element'] as const)) {
        await isAlone(peer);
        laps[way] = await timeOnePage(browser, `${site.url}/${way}.html`);
      }
      if (pair > 0) runs.push(laps as Record<Way, Laps>);
    }
    await peer.context().close();
    return report(runs);
  } finally {
    await site.close();
    await server.stop();
  }
}

/** In a new profile, so that nothing is cached. */
async function timeOnePage(browser: Browser, url: string): Promise<Laps> {
  const page = await open(browser, url);
  const laps = await page.evaluate(() => window.laps);
  await page.goto('about:blank');
  await page.context().close();
  return laps;
}

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
  await page.addInitScript(NAME_HELPER);
  // The same picture for both: what is measured is not the encoder.
  await page.addInitScript(installSmallCamera);
  await page.addInitScript(installStopwatch);
  await page.goto(url, { waitUntil: 'commit' });
  return page;
}

async function isAlone(peer: Page): Promise<void> {
  await peer.waitForFunction(
    () => {
      const room = document.querySelector<RoomElement>('video-room');
      return room?.state?.connection === 'connected' && room.state.participants.length === 1;
    },
    undefined,
    { polling: 100 },
  );
}

function report(runs: readonly Record<Way, Laps>[]): Report {
  const medianLap = (way: Way, lap: Lap): number => median(runs.map((laps) => laps[way][lap]));
  const ratios = runs.map(({ element, bare }) => element.frame / bare.frame);
  const ratio = { median: median(ratios), lowest: Math.min(...ratios), highest: Math.max(...ratios) };
  const texts: Record<Lap, string> = {
    script: 'script downloaded',
    devices: 'camera and microphone open',
    token: 'token received',
    socket: 'signalling open',
    track: 'remote track known',
    video: 'track in a video',
    frame: '**first remote frame shown**',
  };
  return {
    title: `join: from the start of the page, median of ${runs.length} pairs with the same camera picture`,
    columns: ['', '`<video-room>`', 'bare SDK'],
    rows: [
      ...LAPS.map((lap) => [texts[lap], milliseconds(medianLap('element', lap)), milliseconds(medianLap('bare', lap))]),
      [
        'ratio, median of the pairs (lowest to highest)',
        `${ratio.median.toFixed(2)} (${ratio.lowest.toFixed(2)} to ${ratio.highest.toFixed(2)})`,
        '',
      ],
    ],
    figures: { ratio, runs },
  };
}
