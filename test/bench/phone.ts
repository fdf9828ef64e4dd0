/** From the press on `<dial-out-button number>` to the sound of the phone in the page. */
import type { Browser, Page } from 'playwright-core';
import { NAME_HELPER } from '../helpers/page-recorder.js';
import { BenchServer, RINGING } from './bench-server.js';
import { installSmallCamera } from './page-scripts.js';
import { median, milliseconds, type Report } from './report.js';
import { startBenchSite } from './site.js';

const CALLS = 8;

/** Milliseconds from the press. */
type CallLaps = Readonly<Record<'ringing' | 'answered' | 'sound', number>>;

export async function measurePhone(browser: Browser): Promise<Report> {
  const server = await BenchServer.start();
  const site = await startBenchSite(server.url);
  try {
    const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
    await page.addInitScript(NAME_HELPER);
    await page.addInitScript(installSmallCamera);
    await page.goto(`${site.url}/phone.html`);
    const calls: CallLaps[] = [];
    // The first one loads what only calls need, and does not count.
    for (let count = 0; count <= CALLS; count++) {
      const laps = await timeCall(page);
      if (count > 0) calls.push(laps);
    }
    await page.context().close();
    return report(calls);
  } finally {
    await site.close();
    await server.stop();
  }
}

async function timeCall(page: Page): Promise<CallLaps> {
  await page.locator('button[title="Call Grace"]:enabled').waitFor();
  const stopwatch = await page.evaluateHandle(startStopwatch);
  await page.getByRole('button', { name: 'Call Grace' }).click();
  const laps = await stopwatch.evaluate(({ laps }) => laps);
  await page.getByRole('button', { name: 'Hang up Grace' }).first().click();
  await page.locator('participant-tile').nth(1).waitFor({ state: 'detached' });
  return laps;
}

/** Runs in the page. Wrapped in an object, so that nobody waits for the laps before the button is pressed. */
async function startStopwatch(): Promise<{ laps: Promise<CallLaps> }> {
  const element = document.querySelector('dial-out-button');
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, { fftSize: 256 });
  const samples = new Float32Array(analyser.fftSize);
  document.addEventListener(
    'stream-available',
    ({ mediaStream }) => {
      context.createMediaStreamSource(mediaStream).connect(analyser);
    },
    { once: true },
  );
  let pressed = NaN;
  element?.addEventListener('click', ({ timeStamp }) => (pressed = timeStamp), { once: true });

  const isReached = {
    ringing: () => element?.shadowRoot?.textContent.includes('Ringing'),
    answered: () => element?.shadowRoot?.textContent.includes('answered'),
    sound: () => {
      analyser.getFloatTimeDomainData(samples);
      return samples.some((sample) => Math.abs(sample) > 0.01);
    },
  };
  const laps: Partial<Record<keyof CallLaps, number>> = {};
  return {
    laps: new Promise((resolve, reject) => {
      setTimeout(() => reject(new Error('The phone was not heard within 30 s.')), 30_000);
      const timer = setInterval(() => {
        for (const lap of ['ringing', 'answered', 'sound'] as const)
          if (laps[lap] === undefined && isReached[lap]()) laps[lap] = performance.now() - pressed;
        if (laps.sound === undefined || laps.answered === undefined) return;
        clearInterval(timer);
        void context.close();
        resolve(laps as CallLaps);
      }, 4);
    }),
  };
}

function report(calls: readonly CallLaps[]): Report {
  const row = (text: string, lap: keyof CallLaps, ringing: number): string[] => {
    const values = calls.map((laps) => laps[lap] - ringing);
    return [text, milliseconds(median(values)), milliseconds(Math.max(...values))];
  };
  return {
    title: `phone: from the press on the button, ${calls.length} calls, without the ${RINGING} ms the phone rings`,
    columns: ['', 'median', 'worst'],
    rows: [
      row('ringing shown', 'ringing', 0),
      row('answered shown', 'answered', RINGING),
      row('**phone heard**', 'sound', RINGING),
    ],
    figures: { ringMilliseconds: RINGING, calls },
  };
}
