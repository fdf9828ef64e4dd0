/** Rooms with all that is told and recorded of them, before a platform that takes everything. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { BandwidthWebrtcApi } from '../../demo/server/bandwidth-webrtc-api.js';
import { ChannelPublisher } from '../../demo/server/channel-publisher.js';
import { Chronicle } from '../../demo/server/chronicle.js';
import { EventLog } from '../../demo/server/event-log.js';
import { Messages } from '../../demo/server/messages.js';
import type { PermissionChanges, Role } from '../../demo/server/roles.js';
import { RoomControl } from '../../demo/server/room-control.js';
import { snapshotFor } from '../../demo/server/room-facts.js';
import { recordRooms } from '../../demo/server/room-recorder.js';
import { DEFAULT_ROOM_LIMITS, RoomService, type RoomLimits } from '../../demo/server/room-service.js';
import { MemoryRoomStore } from '../../demo/server/room-store.js';

export const ROOM = 'standup';

export interface Seat {
  readonly session: string;
  readonly participantId: string;
}

export interface ToldEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

export type ChannelSetUp = ReturnType<typeof setUpChannel>;

export function setUpChannel(t: TestContext, limits: Partial<RoomLimits> = {}, callbackUrl?: string) {
  const nothing = (): Promise<void> => Promise.resolve();
  const api: Pick<BandwidthWebrtcApi, keyof BandwidthWebrtcApi> = {
    createSession: () => Promise.resolve({ sessionId: randomUUID() }),
    createParticipant: () => Promise.resolve({ participantId: randomUUID(), token: 'secret token' }),
    addToSession: nothing,
    setSubscriptions: nothing,
    deleteParticipant: nothing,
    deleteSession: nothing,
  };
  const logged: string[] = [];
  const rooms = new RoomService({
    api,
    store: new MemoryRoomStore(),
    limits: { ...DEFAULT_ROOM_LIMITS, ...limits },
    callbackUrl,
    canDialOut: true,
    log: (message) => logged.push(message),
  });
  const events = new EventLog();
  const chronicle = new Chronicle();
  const control = new RoomControl(rooms, events);
  const messages = new Messages(rooms, events);
  const publisher = new ChannelPublisher(rooms, events);
  recordRooms(chronicle, { rooms, control, messages });
  t.after(() => {
    rooms.close();
    assert.deepEqual(logged, []);
  });

  async function join(name: string, role: Role = 'guest', changes: PermissionChanges = {}, room = ROOM): Promise<Seat> {
    const answer = await rooms.join({ room, name, role, permissionChanges: changes, mayEnterLocked: false });
    assert.ok('participantId' in answer, 'nobody has to wait');
    return answer;
  }
  const renew = (session: string, room = ROOM) => rooms.rejoin({ room }, session);
  const snapshot = (session: string) =>
    // As it goes over the wire.
    structuredClone(snapshotFor(rooms, session, { calls: [], messages: messages.history(ROOM, session) }));
  const listen = (session: string, take: (event: ToldEvent) => void, lastId?: string) => {
    const told = (bytes: Uint8Array): void => take(decoded(bytes));
    const listening = events.listen(ROOM, { bearer: session, event: told, end: () => {} }, lastId);
    for (const bytes of listening.missed ?? []) told(bytes);
    return listening;
  };
  return { rooms, events, chronicle, control, messages, publisher, join, renew, snapshot, listen };
}

/** What was published until now is told in the end of this turn. */
export function turnEnd(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function decoded(bytes: Uint8Array): ToldEvent {
  const [, id = '', type = '', data = ''] =
    /^id: (.*)\nevent: (.*)\ndata: (.*)\n\n$/.exec(new TextDecoder().decode(bytes)) ?? [];
  return { id, type, data: JSON.parse(data) as unknown };
}
