/** A room service without its HTTP API, before a WebRTC HTTP API that tests can look into. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { BandwidthWebrtcApi } from '../../demo/server/bandwidth-webrtc-api.js';
import { Problem, type ProblemCode } from '../../demo/server/problem.js';
import {
  DEFAULT_ROOM_LIMITS,
  RoomService,
  type Admission,
  type JoinRequest,
  type RoomLimits,
  type Waiting,
} from '../../demo/server/room-service.js';
import type { RoomPlatform } from '../../demo/server/room-sessions.js';
import { MemoryRoomStore, type RoomSettings } from '../../demo/server/room-store.js';
import { ACCOUNT, startFakeWebrtcApi } from './fake-webrtc-api.js';

export interface RoomServiceSetUp {
  readonly limits?: Partial<RoomLimits>;
  /** Default: true. */
  readonly hasWebhooks?: boolean;
  /** Instead of one that speaks HTTP. */
  readonly platform?: RoomPlatform;
}

export async function setUpRooms(t: TestContext, { limits = {}, hasWebhooks = true, platform }: RoomServiceSetUp = {}) {
  const api = await startFakeWebrtcApi();
  const store = new MemoryRoomStore();
  const logged: string[] = [];
  const service = new RoomService({
    api: platform ?? new BandwidthWebrtcApi({ ...ACCOUNT, webrtcUrl: api.url }),
    store,
    limits: { ...DEFAULT_ROOM_LIMITS, ...limits },
    callbackUrl: hasWebhooks ? 'https://meet.example.com/rooms/webhooks/secret' : undefined,
    canDialOut: true,
    log: (message) => logged.push(message),
  });
  t.after(async () => {
    service.close();
    await api.close();
    assert.deepEqual(api.violations, []);
    assert.deepEqual(logged, []);
  });

  const enter = (request: Partial<JoinRequest> = {}, bearer?: string, signal?: AbortSignal) =>
    service.join(
      { room: 'a', name: 'Ada', role: 'guest', permissionChanges: {}, mayEnterLocked: false, ...request },
      bearer,
      signal,
    );

  /** Joins and expects to come in. */
  async function join(request: Partial<JoinRequest> = {}, bearer?: string): Promise<Admission> {
    const entry = await enter(request, bearer);
    assert.ok('token' in entry, 'waits to be let in');
    return entry;
  }

  /** Asks to come in and expects to have to wait. */
  async function wait(request: Partial<JoinRequest> = {}, bearer?: string): Promise<Waiting> {
    const entry = await enter(request, bearer);
    assert.ok('waiting' in entry, 'is let in');
    return entry;
  }

  /** A room that is kept, with the moderator Mia in it. */
  async function moderated(settings: Partial<RoomSettings> = {}): Promise<Admission> {
    service.createRoom('a', settings);
    return join({ name: 'Mia', role: 'moderator', mayEnterLocked: true });
  }

  const names = (room = 'a') => service.members(room).map(({ name }) => name);
  const waitingNames = (room = 'a') => service.waiting(room).map(({ name }) => name);
  const waitingId = (name: string) => service.waiting('a').find((waiter) => waiter.name === name)?.id ?? '';

  /** Holds the next request to the platform for which the condition holds, until it is released. */
  function hold(condition: (request: { method: string; path: string }) => boolean) {
    let release = (): void => undefined;
    const released = new Promise<undefined>((resolve) => (release = () => resolve(undefined)));
    const held = new Promise<void>((resolve) => {
      api.fault = (request) => {
        if (!condition(request)) return undefined;
        api.fault = undefined;
        resolve();
        return released;
      };
    });
    return { held, release: () => release() };
  }

  return {
    api,
    store,
    service,
    logged,
    enter,
    join,
    wait,
    moderated,
    names,
    waitingNames,
    waitingId,
    hold,
  };
}

/** For `assert.rejects` and `assert.throws`. */
export function problem(code: ProblemCode, status?: number) {
  return (error: unknown): true => {
    assert.ok(error instanceof Problem, String(error));
    assert.equal(error.code, code, error.message);
    if (status !== undefined) assert.equal(error.status, status);
    return true;
  };
}
