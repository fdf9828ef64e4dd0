/** Where this machine keeps its browsers. Looks only; scripts/ensure-*.mjs install. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const CHROMIUM_NAMES = ['google-chrome-stable', 'google-chrome', 'chrome', 'chromium', 'chromium-browser'];
const CHROMIUM_PATHS = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: programFiles('Google\\Chrome\\Application\\chrome.exe'),
};

const FIREFOX_NAMES = ['firefox-esr', 'firefox'];
const FIREFOX_PATHS = {
  darwin: ['/Applications/Firefox.app/Contents/MacOS/firefox'],
  win32: programFiles('Mozilla Firefox\\firefox.exe'),
};

/** The Chrome or Chromium to test with: `CHROME_PATH`, else an installed one, else one that Playwright downloaded. */
export function findChromium() {
  if (process.env.CHROME_PATH) return firstExecutable([process.env.CHROME_PATH]);
  return firstExecutable([
    ...onPath(CHROMIUM_NAMES),
    ...(CHROMIUM_PATHS[process.platform] ?? []),
    chromium.executablePath(),
  ]);
}

/** The Firefox to test with: `FIREFOX_PATH`, else an installed one. */
export function findFirefox() {
  if (process.env.FIREFOX_PATH) return firstExecutable([process.env.FIREFOX_PATH]);
  return firstExecutable([...onPath(FIREFOX_NAMES), ...(FIREFOX_PATHS[process.platform] ?? [])]);
}

function programFiles(path) {
  const { PROGRAMFILES, 'PROGRAMFILES(X86)': x86, LOCALAPPDATA } = process.env;
  return [PROGRAMFILES, x86, LOCALAPPDATA].filter(Boolean).map((folder) => join(folder, path));
}

function onPath(names) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return names.flatMap((name) => folders.map((folder) => join(folder, name)));
}

function firstExecutable(paths) {
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
