/** The routes of who is in a room before a platform that takes everything, with people of any role and permissions. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import { Hono } from 'hono';
import type { BandwidthWebrtcApi } from '../../demo/server/bandwidth-webrtc-api.js';
import { answerTo, limitBody } from '../../demo/server/http.js';
import { createMemberRoutes } from '../../demo/server/member-routes.js';
import { Messages } from '../../demo/server/messages.js';
import type { PermissionChanges, Role } from '../../demo/server/roles.js';
import { RoomControl, type Action } from '../../demo/server/room-control.js';
import { DEFAULT_ROOM_LIMITS, RoomService, type Admission, type Waiting } from '../../demo/server/room-service.js';
import { MemoryRoomStore, type MemberRecord } from '../../demo/server/room-store.js';

export const ROOM = 'standup';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Published {
  readonly room: string;
  readonly type: string;
  readonly data: unknown;
  /** Bearers; undefined: everybody. */
  readonly to: readonly string[] | undefined;
}

export type MemberSetUp = ReturnType<typeof setUpMembers>;

export function setUpMembers(t: TestContext) {
  const nothing = (): Promise<void> => Promise.resolve();
  const api: Pick<BandwidthWebrtcApi, keyof BandwidthWebrtcApi> = {
    createSession: () => Promise.resolve({ sessionId: randomUUID() }),
    createParticipant: () => Promise.resolve({ participantId: randomUUID(), token: 'token' }),
    addToSession: nothing,
    setSubscriptions: nothing,
    deleteParticipant: nothing,
    deleteSession: nothing,
  };
  const store = new MemoryRoomStore();
  const logged: string[] = [];
  const rooms = new RoomService({
    api: api,
    store,
    limits: DEFAULT_ROOM_LIMITS,
    callbackUrl: 'https://meet.example.com/webhooks',
    canDialOut: true,
    log: (message) => logged.push(message),
  });
  const published: Published[] = [];
  const events = {
    publish: (room: string, type: string, data: object, to?: readonly string[]) =>
      void published.push({ room, type, data, to }),
    end: () => {},
  };
  const control = new RoomControl(rooms, events);
  const messages = new Messages(rooms, events);
  const actions: Action[] = [];
  control.on('action', (action) => actions.push(action));
  const app = new Hono();
  app.onError((error) => answerTo(error, (message) => logged.push(message)));
  app.use('/rooms/*', limitBody());
  app.route('/', createMemberRoutes({ rooms, control, messages }));
  t.after(() => {
    rooms.close();
    assert.deepEqual(logged, []);
  });

  const enter = (name: string, role: Role, permissionChanges: PermissionChanges = {}, room = ROOM) =>
    rooms.join({ room, name, role, permissionChanges, mayEnterLocked: false });

  async function join(...request: Parameters<typeof enter>): Promise<Admission> {
    const entry: Admission | Waiting = await enter(...request);
    assert.ok('participantId' in entry, 'nobody has to wait');
    return entry;
  }

  /** Somebody who waits to be let in. @returns the id that they wait by, and their bearer */
  async function wait(name = 'Grace'): Promise<{ id: string; session: string }> {
    rooms.updateRoom(ROOM, { hasWaitingRoom: true });
    const { session } = await enter(name, 'guest');
    const id = rooms.waiting(ROOM).at(-1)?.id;
    assert.ok(id);
    return { id, session };
  }

  async function ask(method: string, path: string, bearer?: string, body?: unknown, headers = {}): Promise<Answer> {
    const response = await app.request(`/rooms/${path}`, {
      method,
      headers: { ...(bearer !== undefined && { authorization: `Bearer ${bearer}` }), ...headers },
      ...(body !== undefined && { body: isRaw(body) ? body : JSON.stringify(body), duplex: 'half' }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
  }

  const member = (bearer: string): MemberRecord => rooms.member(bearer);
  const room = () => rooms.room(ROOM);
  /** All that there is, to see whether something has changed. */
  const everything = () => structuredClone([store.rooms(), store.members(ROOM), published, actions, messages.size]);

  return {
    ...{ rooms, store, control, messages, published, actions },
    ...{ join, wait, ask, member, room, everything },
  };
}

function isRaw(body: unknown): body is string | ReadableStream {
  return typeof body === 'string' || body instanceof ReadableStream;
}

/** What a problem document says, and with which status. */
export function problemOf({ status, body }: Answer): Readonly<Record<string, unknown>> {
  const { code, permission } = (body ?? {}) as { code?: string; permission?: string };
  return permission === undefined ? { status, code } : { status, code, permission };
}
