/** Meetings between pages of a real browser, on a real server: opens the pages, reads what a person would see there. */
import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import type { Browser, Locator, Page } from 'playwright-core';
import { startServer, type RunningServer, type StartServerOptions } from '../../demo/server/start-server.js';
import type { SelectableKind } from '../../src/room/devices.js';
import { launchChromium } from './browser.js';
import { installRecorder, NAME_HELPER, type Reception, type RecordedEvent, type SeenTile } from './page-recorder.js';
import { PageServer } from './page-server.js';
import { TcpProxy } from './tcp-proxy.js';
import { until, type UntilOptions } from './until.js';

/** Frames that must come on from now before a picture counts as moving. */
const MOVING_FRAMES = 8;

/** Energy that sound may add in two seconds and still be silence: a beep of the fake microphone adds a hundred times that. */
const SILENCE = 0.001;

/** Two seconds, of 20 ms a packet. */
const PACKETS_OF_SILENCE = 100;

/** What the page sends or receives over the signalling where media is negotiated. */
const NEGOTIATION = /"(offer|answer)Sdp"/;

/** What Chromium writes into the console by itself when a socket or a request comes to nothing: no script prevents it. */
export const SOCKET_FAILED = /^WebSocket connection to '[^']*' failed/;
export const SOCKET_CANCELLED =
  /^WebSocket connection to '[^']*' failed: WebSocket is closed before the connection is established/;
export const REQUEST_FAILED = /^Failed to load resource/;

export interface OpenOptions {
  /** A page of the demo, or a full address. Default: a page of the test, on another origin. */
  readonly path?: string;
  /** Attributes of the one `<video-room>` on the test's page, besides the endpoint. */
  readonly attributes?: string;
  /** All that is on the test's page, instead; `ENDPOINT` in it stands for the endpoint's address. */
  readonly body?: string;
  /** Complaints in the console that this test brings about. */
  readonly expected?: readonly RegExp[];
}

/** A page in a meeting, of whatever browser. */
export interface Attendee {
  readonly name: string;
  readonly complaints: readonly string[];
  tiles(): Promise<SeenTile[]>;
  reception(): Promise<Reception[]>;
  events(): Promise<RecordedEvent[]>;
}

/** A page of Chromium, in a browser profile of its own. */
export class MeetingPage implements Attendee {
  readonly name: string;
  readonly page: Page;
  readonly complaints: string[] = [];
  /** How many offers and answers have come and gone so far. */
  negotiations = 0;
  readonly #expected: readonly RegExp[];

  constructor(name: string, page: Page, expected: readonly RegExp[]) {
    this.name = name;
    this.page = page;
    this.#expected = expected;
    page.on('pageerror', (error) => this.#complain(`error: ${error.stack ?? error.message}`));
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) this.#complain(message.text());
    });
    const onFrame = ({ payload }: { payload: string | Buffer }): void => {
      if (NEGOTIATION.test(payload.toString())) this.negotiations++;
    };
    page.on('websocket', (socket) => socket.on('framesent', onFrame).on('framereceived', onFrame));
  }

  tiles(): Promise<SeenTile[]> {
    return this.page.evaluate(() => window.recorder.tiles());
  }

  reception(): Promise<Reception[]> {
    return this.page.evaluate(() => window.recorder.reception());
  }

  events(): Promise<RecordedEvent[]> {
    return this.page.evaluate(() => window.recorder.events);
  }

  /** Types the name into the lobby and presses Join. */
  async join(): Promise<void> {
    await this.page.getByLabel('Your name').fill(this.name);
    await this.pressJoin();
  }

  async pressJoin(): Promise<void> {
    await this.page.getByRole('button', { name: 'Join', exact: true }).click();
    await this.joined();
  }

  /** Waits until the page shows the meeting. */
  async joined(): Promise<void> {
    await this.page.getByRole('button', { name: 'Leave' }).waitFor();
  }

  async pressLeave(): Promise<void> {
    await this.page.getByRole('button', { name: 'Leave' }).click();
    await this.page.getByRole('button', { name: 'Join', exact: true }).waitFor();
  }

  async press(name: string): Promise<void> {
    await this.page.getByRole('button', { name, exact: true }).click();
  }

  /** The list of a `<device-picker>` on the page. */
  picker(kind: SelectableKind): Locator {
    return this.page.locator(`device-picker[kind=${kind}] select`);
  }

  /** What that list shows. */
  chosen(kind: SelectableKind): Promise<string | undefined> {
    return this.picker(kind).evaluate((select: HTMLSelectElement) => select.selectedOptions[0]?.text);
  }

  /** Does to the open device what pulling its plug does. */
  unplug(kind: 'audio' | 'video'): Promise<void> {
    return this.page.evaluate((wanted) => {
      const track = window.recorder.tracks.find((each) => each.kind === wanted && each.readyState === 'live');
      track?.stop();
      track?.dispatchEvent(new Event('ended'));
    }, kind);
  }

  /** Waits for the one `room-error`, and gives its code. */
  async errorCode(limit?: number): Promise<string | undefined> {
    const errors = await hasEvents(this, 'room-error', 1, limit);
    assert.equal(errors.length, 1, JSON.stringify(errors));
    return errors[0]?.code;
  }

  /** The sentence in the interface; empty where there is none. */
  async errorText(): Promise<string> {
    return (await this.page.getByRole('alert').allInnerTexts()).join('');
  }

  /** How many peer connections are open, and how many devices. */
  held(): Promise<{ connections: number; tracks: number }> {
    return this.page.evaluate(() => ({
      connections: window.recorder.peerConnections.filter(({ signalingState }) => signalingState !== 'closed').length,
      tracks: window.recorder.tracks.filter(({ readyState }) => readyState === 'live').length,
    }));
  }

  #complain(complaint: string): void {
    if (!this.#expected.some((pattern) => pattern.test(complaint))) this.complaints.push(complaint);
  }
}

export interface MeetingOptions extends Omit<StartServerOptions, 'websocketUrl'> {
  /** Puts a network that can be cut between the pages and the signalling. */
  readonly throughProxy?: boolean;
}

/** A server, and the pages that one test opens on it. */
export class Meeting {
  /** The server's address, without a slash at the end. */
  readonly url: string;
  readonly #browser: Browser;
  readonly #site: PageServer;
  readonly #pages: MeetingPage[] = [];

  constructor(browser: Browser, site: PageServer, url: string) {
    this.#browser = browser;
    this.#site = site;
    this.url = url;
  }

  /** Opens a page, in a profile of its own: its own processes, and a window that counts as visible. */
  async open(name: string, { path, attributes = '', body, expected = [] }: OpenOptions = {}): Promise<MeetingPage> {
    // High, because tiles that are out of sight show nothing.
    const page = await this.#browser.newPage({ viewport: { width: 640, height: 1000 } });
    const attendee = new MeetingPage(name, page, expected);
    this.#pages.push(attendee);
    await page.addInitScript(NAME_HELPER);
    await page.addInitScript(installRecorder);
    const ownPage = body === undefined ? this.pageOf(attributes) : this.#pageWith(body);
    await page.goto(path === undefined ? ownPage : new URL(path, this.url).href);
    return attendee;
  }

  /** Gives the address of a page of the test with one `<video-room>` of these attributes. */
  pageOf(attributes: string): string {
    return this.#pageWith(`<video-room endpoint="ENDPOINT" ${attributes}></video-room>`);
  }

  /** Opens pages that join by themselves, the room `standup` if the attributes say nothing else. */
  openAll<const Names extends readonly string[]>(
    names: Names,
    { attributes = 'room="standup"', ...options }: OpenOptions = {},
  ): Promise<{ -readonly [Index in keyof Names]: MeetingPage }> {
    const pages = names.map((name) =>
      this.open(name, { attributes: `name="${name}" autojoin ${attributes}`, ...options }),
    );
    return Promise.all(pages) as Promise<{ -readonly [Index in keyof Names]: MeetingPage }>;
  }

  /** Joins without a page, to read who else is in the room by the server's own list. */
  async audit(room: string): Promise<() => Promise<string[]>> {
    const ask = { room, name: 'Auditor', audio: false, video: false };
    const joined = await fetch(`${this.url}/rooms/join`, { method: 'POST', body: JSON.stringify(ask) });
    const { session, participantId } = (await joined.json()) as { session: string; participantId: string };
    return async () => {
      const listed = await fetch(`${this.url}/rooms/participants`, { headers: { authorization: `Bearer ${session}` } });
      const entries = (await listed.json()) as { id: string; name: string }[];
      return entries.flatMap(({ id, name }) => (id === participantId ? [] : [name])).sort();
    };
  }

  /** Closes the pages, and gives all they have complained about. */
  async close(): Promise<string[]> {
    await Promise.all(this.#pages.map(({ page }) => page.context().close()));
    return this.#pages.flatMap(({ name, complaints }) => complaints.map((each) => `${name}: ${each}`));
  }

  #pageWith(body: string): string {
    return this.#site.add(body.replaceAll('ENDPOINT', `${this.url}/rooms/join`), this.url);
  }
}

let browser: Promise<Browser> | undefined;

// The browser lives as long as the test file that uses it.
after(async () => (await browser)?.close());

export interface MeetingTestOptions extends Omit<StartServerOptions, 'websocketUrl' | 'allowedOrigins' | 'log'> {
  /** Puts a network that can be cut between the pages and the signalling. */
  readonly throughProxy?: boolean;
  /** Lines of the server that this test brings about. */
  readonly expectedLog?: readonly RegExp[];
  /** Further switches of Chromium. */
  readonly browserArgs?: readonly string[];
}

/** What a test with a server in its own process has at hand. */
export interface MeetingContext {
  readonly meeting: Meeting;
  readonly server: RunningServer;
  /** Stands between the pages and the signalling where the test asked for it. */
  readonly proxy: TcpProxy;
}

/** A test with a server of its own. Fails also on whatever its pages or its server complain about. */
export function meetingTest(
  name: string,
  { throughProxy = false, browserArgs = [], expectedLog = [], ...options }: MeetingTestOptions,
  body: (context: MeetingContext) => Promise<void>,
): void {
  test(name, () =>
    withPages(async (site, browser) => {
      const log: string[] = [];
      const proxy = await TcpProxy.start();
      const server = await startServer({
        log: (message) => {
          if (!expectedLog.some((pattern) => pattern.test(message))) log.push(message);
        },
        allowedOrigins: [site.origin],
        ...(throughProxy && { websocketUrl: `ws://127.0.0.1:${proxy.port}/platform/device` }),
        ...options,
      });
      proxy.targetPort = server.port;
      const meeting = new Meeting(browser, site, server.url);
      try {
        await body({ meeting, server, proxy });
      } finally {
        log.push(...(await meeting.close()));
        await server.close();
        await proxy.close();
      }
      assert.deepEqual(log, []);
    }, browserArgs),
  );
}

/** Gives the body a site for its pages, and the browser of this test file, or its own where that needs other switches. */
export async function withPages(
  body: (site: PageServer, browser: Browser) => Promise<void>,
  browserArgs: readonly string[] = [],
): Promise<void> {
  const site = await PageServer.start();
  const ownBrowser = browserArgs.length > 0 ? await launchChromium({ args: [...browserArgs] }) : undefined;
  try {
    await body(site, ownBrowser ?? (await (browser ??= launchChromium())));
  } finally {
    await ownBrowser?.close();
    await site.close();
  }
}

/** Waits until the page shows exactly these others, each with a moving picture. */
export async function seesMoving(attendee: Attendee, others: readonly string[], limit?: number): Promise<void> {
  await seesTiles(attendee, others, limit);
  const before = new Map<string, number>();
  await until(
    () => attendee.tiles(),
    (tiles) => {
      // A tile that is replaced meanwhile begins with no frames.
      for (const { name, frames } of tiles) before.set(name, Math.min(frames, before.get(name) ?? frames));
      const isMoving = (name: string): boolean =>
        tiles.some((tile) => tile.name === name && tile.frames >= (before.get(name) ?? 0) + MOVING_FRAMES);
      return others.every(isMoving);
    },
    { what: `${attendee.name} sees ${others.join(', ')} move`, limit },
  );
}

/** Waits until the page shows exactly these others, each once. */
export async function seesTiles(attendee: Attendee, others: readonly string[], limit?: number): Promise<SeenTile[]> {
  const wanted = [...others].sort().join();
  return until(
    () => attendee.tiles(),
    (tiles) => remoteNames(tiles) === wanted,
    { what: `${attendee.name} sees exactly ${wanted || 'nobody'}`, limit },
  );
}

/** Waits until sound that is no silence has come from each of them. */
export async function hears(attendee: Attendee, others: readonly string[], limit?: number): Promise<void> {
  const before = new Map((await attendee.reception()).map((each) => [each.name, each]));
  await until(
    () => attendee.reception(),
    (all) =>
      others.every((name) =>
        all.some(
          (each) =>
            each.name === name &&
            each.audioPackets > (before.get(name)?.audioPackets ?? 0) &&
            each.audioEnergy > (before.get(name)?.audioEnergy ?? 0),
        ),
      ),
    { what: `${attendee.name} hears ${others.join(', ')}`, limit },
  );
}

/** Waits until two seconds of sound have come from somebody and all of it was silence. */
export async function hearsSilence(attendee: Attendee, other: string, limit?: number): Promise<void> {
  let start: Reception | undefined;
  await until(
    async () => (await attendee.reception()).find(({ name }) => name === other),
    (now) => {
      if (!start || !now || now.audioEnergy - start.audioEnergy > SILENCE) start = now;
      return now !== undefined && start !== undefined && now.audioPackets - start.audioPackets >= PACKETS_OF_SILENCE;
    },
    { what: `${attendee.name} hears nothing from ${other}`, limit },
  );
}

/** Waits until the page has had so many events of the type. */
export async function hasEvents(
  attendee: Attendee,
  type: RecordedEvent['type'],
  count: number,
  limit?: number,
): Promise<RecordedEvent[]> {
  return until(
    async () => (await attendee.events()).filter((event) => event.type === type),
    (events) => events.length >= count,
    { what: `${attendee.name} hears of ${type} ${count} times`, limit },
  );
}

/** Waits until everybody sees everybody else move, and nobody else. */
export async function allMeet(attendees: readonly Attendee[], limit?: number): Promise<void> {
  await Promise.all(attendees.map((each) => seesMoving(each, othersOf(each, attendees), limit)));
}

/**
 * What fake cameras show, on green: the first one a light wheel that turns once a second, the third one nothing. (What
 * the second one gives, Chromium sends to nobody.)
 */
export type FakePicture = 'wheel' | 'plain';

export const CAMERAS = { wheel: 'fake_device_0', plain: 'fake_device_2' } as const satisfies Record<
  FakePicture,
  string
>;

/** How light, from 0 to 255, the wheel is at least, and what is around it at most. */
const WHEEL = 200;
const GREEN = 170;

/** Frames without a wheel, more than a turn of it, after which there is none. */
const TURN = 20;

/** A picture with the frames painted of it so far; undefined where none is shown. */
export type Picture = Pick<SeenTile, 'frames' | 'brightness' | 'lightest'> | undefined;

/** Waits until a picture moves and is that of this camera. */
export async function comesFrom(
  read: () => Promise<Picture>,
  camera: FakePicture,
  options: UntilOptions,
): Promise<void> {
  let since: number | undefined;
  await until(
    read,
    (now) => {
      const isThere = now !== undefined && now.brightness > 30;
      if (!isThere || (camera === 'plain' && now.lightest > GREEN)) since = undefined;
      else if (camera === 'plain' || now.lightest > WHEEL) since ??= now.frames;
      return isThere && since !== undefined && now.frames >= since + (camera === 'plain' ? TURN : MOVING_FRAMES);
    },
    options,
  );
}

/** Waits until somebody's picture moves and is that of this camera. */
export async function seesPicture(attendee: Attendee, name: string, camera: FakePicture): Promise<void> {
  await comesFrom(
    async () => (await attendee.tiles()).find((tile) => tile.name === name && tile.initials === ''),
    camera,
    { what: `${attendee.name} sees ${name} by the ${camera} camera` },
  );
}

/** Waits until the tiles shown large are exactly those of these names; without a name, all are alike. */
export async function seesLarge(attendee: Attendee, names: readonly string[]): Promise<void> {
  await until(
    () => attendee.tiles(),
    (tiles) => {
      const [large, small] = [true, false].map((isLarge) =>
        tiles.filter(({ name }) => names.includes(name) === isLarge).map(({ area }) => area),
      ) as [number[], number[]];
      if (names.length === 0) return Math.max(...small) < 1.1 * Math.min(...small);
      return large.length === names.length && Math.min(...large) > 2 * Math.max(...small);
    },
    { what: `${attendee.name} sees ${names.join(', ') || 'nobody'} large` },
  );
}

export function othersOf(attendee: Attendee, attendees: readonly Attendee[]): string[] {
  return attendees.filter((each) => each !== attendee).map(({ name }) => name);
}

function remoteNames(tiles: readonly SeenTile[]): string {
  return tiles
    .filter(({ isLocal }) => !isLocal)
    .map(({ name }) => name)
    .sort()
    .join();
}
