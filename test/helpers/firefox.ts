/** A page of Firefox in a meeting. */
import type { Browser, Page } from 'puppeteer-core';
import type { Attendee } from './meeting.js';
import {
  installRecorder,
  NAME_HELPER,
  type Reception,
  type RecordedEvent,
  type RoomElement,
  type SeenTile,
} from './page-recorder.js';

export class FirefoxPage implements Attendee {
  readonly name: string;
  readonly complaints: string[] = [];
  readonly #page: Page;

  static async open(browser: Browser, name: string, url: string): Promise<FirefoxPage> {
    const page = await browser.newPage();
    const attendee = new FirefoxPage(name, page);
    await page.evaluateOnNewDocument(NAME_HELPER);
    await page.evaluateOnNewDocument(installRecorder);
    // Firefox gives devices to the page in front only.
    await page.bringToFront();
    await page.goto(url);
    return attendee;
  }

  constructor(name: string, page: Page) {
    this.name = name;
    this.#page = page;
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(message.text());
    });
  }

  tiles(): Promise<SeenTile[]> {
    return this.#page.evaluate(() => window.recorder.tiles());
  }

  reception(): Promise<Reception[]> {
    return this.#page.evaluate(() => window.recorder.reception());
  }

  events(): Promise<RecordedEvent[]> {
    return this.#page.evaluate(() => window.recorder.events);
  }

  async leave(): Promise<void> {
    await this.#page.$eval('video-room', (room) => (room as RoomElement).leave());
  }
}
