/** A server with the API of the site's owner, and people in its rooms. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { startServer, type StartServerOptions } from '../../demo/server/start-server.js';
import { EventReader } from '../helpers/event-reader.js';

export const KEY = 'a-key-of-the-site-of-at-least-32-characters';
export const ROOM = 'standup';
/** A stream that Ada's page says it publishes. */
export const STREAM = { id: 'stream-1', videoType: 'camera', name: '', hasAudio: true, hasVideo: true } as const;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface AskOptions {
  /** Default: the right key; null: none. */
  readonly bearer?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Joined {
  readonly participantId: string;
  readonly session: string;
  readonly links: Readonly<Record<string, string>>;
}

export type OwnerSetUp = Awaited<ReturnType<typeof setUpOwner>>;

export async function setUpOwner(t: TestContext, options: StartServerOptions = {}) {
  const logged: string[] = [];
  const server = await startServer({ apiKey: KEY, log: (message) => logged.push(message), ...options });
  t.after(async () => {
    await server.close();
    for (const line of logged) assert.doesNotMatch(line, new RegExp(KEY));
  });

  /** @param path below the server's address */
  async function ask(
    method: string,
    path: string,
    { bearer = KEY, body, headers = {} }: AskOptions = {},
  ): Promise<Answer> {
    const response = await fetch(`${server.url}/${path}`, {
      method,
      headers: { ...headers, ...(bearer !== null && { authorization: `Bearer ${bearer}` }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? (JSON.parse(text) as unknown) : text || undefined,
    };
  }

  async function join(name: string, { room = ROOM, role = 'guest' }: { room?: string; role?: string } = {}) {
    const { status, body } = await ask('POST', 'rooms/join', { bearer: null, body: { room, name, role } });
    assert.equal(status, 200, JSON.stringify(body));
    return body as Joined;
  }

  /** What somebody's page is told. */
  function listen({ links }: Joined): Promise<EventReader> {
    const reader = EventReader.open(new URL(links['events'] ?? '', `${server.url}/rooms/join`));
    void reader.then((open) => t.after(() => open.close()));
    return reader;
  }

  /** The record of a room as it is written. */
  async function follow(room = ROOM, headers: Record<string, string> = {}, query = ''): Promise<EventReader> {
    const reader = await EventReader.open(`${server.url}/api/rooms/${encodeURIComponent(room)}/events${query}`, {
      accept: 'text/event-stream',
      authorization: `Bearer ${KEY}`,
      ...headers,
    });
    t.after(() => reader.close());
    return reader;
  }

  return { server, logged, ask, join, listen, follow };
}

/** The next event of this type. */
export async function nextOf(reader: EventReader, type: string): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const event = await reader.next();
    assert.ok(event, `the stream has ended before ${type}`);
    if (event.type === type) return event.data as Record<string, unknown>;
  }
}

/** What a problem document says, and with which status. */
export function problemOf({ status, headers, body }: Answer): { status: number; code: unknown; detail: string } {
  assert.equal(headers.get('content-type'), 'application/problem+json', JSON.stringify(body));
  const { code, detail } = body as { code: string; detail: string };
  return { status, code, detail };
}
