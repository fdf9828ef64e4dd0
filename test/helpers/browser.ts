/** Browsers for tests, with cameras and microphones that need no hardware and no permission prompt. */
import { chromium, type Browser, type LaunchOptions } from 'playwright-core';
import puppeteer, { type Browser as PuppeteerBrowser } from 'puppeteer-core';
import { findChromium, findFirefox } from '../../scripts/browsers.mjs';

/** Switches every Chromium under test gets: fake devices that are always allowed, and nothing going on behind. */
export const CHROMIUM_ARGS: readonly string[] = [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream=device-count=3',
  '--autoplay-policy=no-user-gesture-required',
  '--auto-select-desktop-capture-source=Entire screen',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Leak tests collect garbage.
  '--js-flags=--expose-gc',
  // Chromium refuses to run its sandbox as root.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

const FIREFOX_PREFERENCES = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.autoplay.default': 0,
};

/** The Chromium to test with. Throws where none is installed: `npm test` installs one. */
export function chromiumPath(): string {
  const path = findChromium();
  if (!path) throw new Error('No Chrome or Chromium found: run `npm test`, or set CHROME_PATH.');
  return path;
}

/** The Firefox to test with, or undefined where none is installed. */
export function firefoxPath(): string | undefined {
  return findFirefox();
}

/** Starts the Chromium under test; `args` are added to the usual ones. The caller closes it. */
export function launchChromium({ args = [], ...options }: LaunchOptions = {}): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), ...options, args: [...CHROMIUM_ARGS, ...args] });
}

/**
 * Starts Firefox over WebDriver BiDi, which Playwright cannot do. Call `page.bringToFront()` before a page asks for
 * devices. The caller closes it.
 */
export function launchFirefox(): Promise<PuppeteerBrowser> {
  const executablePath = firefoxPath();
  if (!executablePath) throw new Error('Firefox is not installed.');
  return puppeteer.launch({ browser: 'firefox', executablePath, extraPrefsFirefox: FIREFOX_PREFERENCES });
}
