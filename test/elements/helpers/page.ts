/** What every test needs of its page: put elements in, look into them, hear their events, and leave nothing behind. */
import { assert } from '@open-wc/testing';
import { LitElement } from 'lit';
import { ControlBar, RoomLobby, RoomStatus, type VideoRoom } from '../../../src/index.js';
import type { RoomEventMap } from '../../../src/events.js';

const releases: (() => unknown)[] = [];

/** Runs after the test: for whatever the test has acquired. */
export function release(action: () => unknown): void {
  releases.push(action);
}

afterEach(async () => {
  for (const action of releases.splice(0).reverse()) await action();
  localStorage.clear();
});

/** Puts an element into the page. Taken out after the test; its rooms are left. */
export function mount<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes = '',
  children = '',
): HTMLElementTagNameMap[Tag] {
  const container = document.createElement('div');
  container.innerHTML = `<${tag} ${attributes}>${children}</${tag}>`;
  document.body.append(container);
  release(() => {
    for (const room of container.querySelectorAll('video-room')) room.leave();
    container.remove();
  });
  return container.firstElementChild as HTMLElementTagNameMap[Tag];
}

/** The browser's own timer, whatever a test puts in its place. */
const startTimer = setTimeout;

/** Waits for a condition, looking every 10 ms, by default for at most 5 s. */
export async function until(condition: () => unknown, what: string | (() => string), timeout = 5000): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not so in time: ${typeof what === 'string' ? what : what()}`);
    await new Promise((resolve) => startTimer(resolve, 10));
  }
}

/** The element of a kind in the shadow root of another, which has to be there. */
export function inside<Found extends Element>(host: Element, selector: string, kind: new () => Found): Found {
  const found = host.shadowRoot?.querySelector(selector);
  if (found instanceof kind) return found;
  throw new Error(`There is no ${selector} of the kind ${kind.name} in <${host.localName}>.`);
}

/** All such elements in the shadow root, maybe none. */
export function allInside(host: Element, selector: string): HTMLElement[] {
  return [...(host.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? [])];
}

/** The text of an element in a shadow root, spaces trimmed; undefined where there is no such element. */
export function textInside(host: Element, selector: string): string | undefined {
  return host.shadowRoot?.querySelector(selector)?.textContent.trim();
}

export const EVENT_NAMES = [
  'stream-available',
  'stream-unavailable',
  'room-joined',
  'room-left',
  'room-error',
  'participant-joined',
  'participant-left',
  'connection-changed',
  'microphone-changed',
  'camera-changed',
  'screen-share-changed',
  'device-changed',
  'participant-changed',
  'active-speaker-changed',
  'call-changed',
  'room-changed',
  'message-received',
  'unmute-requested',
] as const satisfies readonly (keyof RoomEventMap)[];

/** Every event of the elements that reaches the target, in order. */
export class EventRecord {
  readonly events: Event[] = [];

  constructor(target: EventTarget) {
    const stop = new AbortController();
    for (const name of EVENT_NAMES) {
      target.addEventListener(name, (event) => this.events.push(event), { signal: stop.signal });
    }
    release(() => stop.abort());
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  of<Name extends keyof RoomEventMap>(name: Name): RoomEventMap[Name][] {
    return this.events.filter(({ type }) => type === name) as RoomEventMap[Name][];
  }

  clear(): void {
    this.events.length = 0;
  }
}

/** Watches for what nobody may see: errors that reach the page, and warnings and errors in its console. */
export class Complaints {
  readonly #texts: string[] = [];

  constructor() {
    const stop = new AbortController();
    const { signal } = stop;
    addEventListener('error', ({ message }) => this.#texts.push(message), { signal });
    addEventListener('unhandledrejection', ({ reason }) => this.#texts.push(`unhandled: ${String(reason)}`), {
      signal,
    });
    const { error, warn } = console;
    console.error = (...words: unknown[]) => this.#texts.push(words.map(String).join(' '));
    console.warn = console.error;
    release(() => {
      stop.abort();
      Object.assign(console, { error, warn });
    });
  }

  /** To be asked when all is over: a rejection is reported only after a task. */
  async assertNone(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve));
    assert.deepEqual(this.#texts, []);
  }
}

/** A room in the page that needs no network: a token of its own and the fake provider. */
export function mountRoom(attributes = '', children = ''): VideoRoom {
  return mount('video-room', `room="standup" token="token" provider="fake" ${attributes}`, children);
}

/** The same, and already in the meeting. */
export async function mountJoinedRoom(attributes = '', children = ''): Promise<VideoRoom> {
  const room = mountRoom(attributes, children);
  const { connection, error } = await room.join();
  assert.strictEqual(connection, 'connected', error?.message);
  await room.updateComplete;
  return room;
}

/** Waits until an element and all in its shadow root are rendered. */
export async function rendered(element: Element): Promise<void> {
  if (element instanceof LitElement) await element.updateComplete;
  for (const inner of allInside(element, '*')) await rendered(inner);
}

/** An element of the default interface of a room. */
export function lobbyOf(room: VideoRoom): RoomLobby {
  return inside(room, 'room-lobby', RoomLobby);
}

export function controlsOf(room: VideoRoom): ControlBar {
  return inside(room, 'control-bar', ControlBar);
}

/** What the status line of the default interface says. */
export function statusOf(room: VideoRoom): string | undefined {
  return textInside(inside(room, 'room-status', RoomStatus), '[role=status]');
}

/** The native button in one of our button elements. */
export function buttonOf(element: Element): HTMLButtonElement {
  return inside(element, 'button', HTMLButtonElement);
}
