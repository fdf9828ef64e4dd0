/** A room whose state is given, for what takes long to reach in a real one. */
import { RoomError } from '../../../src/room/errors.js';
import { isInMeeting, INITIAL_STATE, type ParticipantState, type RoomState } from '../../../src/room/state.js';
import type { Room, RoomListener } from '../../../src/room/room.js';
import { addRoomHost, removeRoomHost, type RoomHost } from '../../../src/internal/room-hosts.js';
import { release } from './page.js';

export class GivenRoom {
  /** What was asked of the room, as it was called. */
  readonly calls: string[] = [];
  /** What was reported to it. */
  readonly errors: RoomError[] = [];
  /** What else happens when it is asked, by the name of the method. */
  readonly reactions: Record<string, (...parameters: unknown[]) => unknown> = {};
  /** To be named by `for`, or handed over. */
  readonly room: Room;
  /** The element that stands for `<video-room>`. It is not in the page. */
  readonly host: RoomHost;
  readonly #listeners = new Set<RoomListener>();
  #state = INITIAL_STATE;

  constructor(changes: Partial<RoomState> = {}, id = 'given') {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- The elements know only its methods.
    this.room = new Proxy({}, { get: (_, name): unknown => this.#read(String(name)) }) as Room;
    this.host = Object.assign(document.createElement('div'), { id, room: this.room });
    addRoomHost(this.host);
    release(() => removeRoomHost(this.host));
    this.set(changes);
  }

  get state(): RoomState {
    return this.#state;
  }

  set(changes: Partial<RoomState>): void {
    const previous = this.#state;
    this.#state = { ...previous, ...changes };
    if (!isInMeeting(this.#state)) this.#state = { ...this.#state, participants: [], calls: [] };
    for (const listener of [...this.#listeners]) listener(this.#state, previous);
  }

  #read(name: string): unknown {
    if (name === 'state') return this.#state;
    if (name === 'subscribe') return (listener: RoomListener) => this.#subscribe(listener);
    return async (...parameters: unknown[]) => {
      this.errors.push(...parameters.filter((each) => each instanceof RoomError));
      this.calls.push([name, ...parameters].map(String).join(' '));
      await this.reactions[name]?.(...parameters);
    };
  }

  #subscribe(listener: RoomListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** The person in front of the page, and others of these names without media. */
export function people(...names: string[]): ParticipantState[] {
  const others = names.map((name) => ({
    id: name || 'nameless',
    name,
    isLocal: false,
    isSpeaking: false,
    streams: [],
  }));
  return [{ id: 'me', name: 'Me', isLocal: true, isSpeaking: false, streams: [] }, ...others];
}
