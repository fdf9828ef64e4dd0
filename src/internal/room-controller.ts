import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { Room } from '../room/room.js';
import { reuse } from '../room/reuse.js';
import { INITIAL_STATE, type RoomState } from '../room/state.js';
import { closestRoomHost, findRoomHost, onRoomHostsChanged } from './room-hosts.js';

interface RoomControllerHost extends ReactiveControllerHost, HTMLElement {
  /** The id of a room elsewhere in the page; empty: the room around the element. */
  for: string;
}

/**
 * Connects an element to its room: the one named by `for`, or else the one around it. Renders the element again only
 * when something in the part of the state that it selects has changed.
 */
export class RoomController<Selected> implements ReactiveController {
  readonly #host: RoomControllerHost;
  readonly #select: (state: RoomState) => Selected;
  #room: Room | undefined;
  #unsubscribeRoom: (() => void) | undefined;
  #unsubscribeHosts: (() => void) | undefined;
  #selected: Selected;

  constructor(host: RoomControllerHost, select: (state: RoomState) => Selected) {
    this.#host = host;
    this.#select = select;
    this.#selected = select(INITIAL_STATE);
    host.addController(this);
  }

  /** Undefined while there is no room to be found. */
  get room(): Room | undefined {
    return this.#room;
  }

  get selected(): Selected {
    return this.#selected;
  }

  hostConnected(): void {
    this.#unsubscribeHosts = onRoomHostsChanged(() => this.#attach());
    this.#attach();
    // Where there is no room here, what was shown of the one left behind has to go.
    this.#host.requestUpdate();
  }

  hostUpdate(): void {
    // `for` may have changed, and so may whatever of the host's properties the selection depends on.
    this.#attach();
    this.#selected = this.#read();
  }

  hostDisconnected(): void {
    this.#unsubscribeHosts?.();
    this.#detach();
  }

  #attach(): void {
    if (!this.#host.isConnected) return;
    const id = this.#host.for;
    const room = (id ? findRoomHost(id, this.#host) : closestRoomHost(this.#host))?.room;
    if (room === this.#room) return;
    this.#detach();
    this.#room = room;
    this.#unsubscribeRoom = room?.subscribe(() => this.#refresh());
    this.#host.requestUpdate();
  }

  #detach(): void {
    this.#unsubscribeRoom?.();
    this.#unsubscribeRoom = undefined;
    this.#room = undefined;
  }

  #refresh(): void {
    if (this.#read() !== this.#selected) this.#host.requestUpdate();
  }

  #read(): Selected {
    return reuse(this.#selected, this.#select(this.#room?.state ?? INITIAL_STATE));
  }
}
