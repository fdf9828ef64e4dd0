/** The rooms of this page, so that an element finds its own, whichever of the two comes first. */
import type { Room } from '../room/room.js';

export interface RoomHost extends HTMLElement {
  readonly room: Room;
}

const hosts = new Set<RoomHost>();
const listeners = new Set<() => void>();

export function addRoomHost(host: RoomHost): void {
  hosts.add(host);
  roomHostsChanged();
}

export function removeRoomHost(host: RoomHost): void {
  hosts.delete(host);
  roomHostsChanged();
}

/** To be called too when a host's id has changed. */
export function roomHostsChanged(): void {
  for (const listener of [...listeners]) listener();
}

export function onRoomHostsChanged(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The room of that id, first of all in the same tree as the element that asks, as with `<label for>`. */
export function findRoomHost(id: string, from: Node): RoomHost | undefined {
  const candidates = [...hosts].filter((host) => host.id === id);
  return candidates.find((host) => host.getRootNode() === from.getRootNode()) ?? candidates[0];
}

/** The room around a node as the page is shown: across shadow roots, and where it is put into a slot. */
export function closestRoomHost(from: Node): RoomHost | undefined {
  for (let node: Node | null = from; node; node = parentOf(node)) {
    for (const host of hosts) if (host === node) return host;
  }
  return undefined;
}

function parentOf(node: Node): Node | null {
  if (node instanceof ShadowRoot) return node.host;
  return (node instanceof Element && node.assignedSlot) || node.parentNode;
}
