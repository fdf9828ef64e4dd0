/** A meeting without elements: everything of the room, and the media providers it can use. */
import { loadProvider } from './providers/index.js';
import { Room, type RoomSettings } from './room/index.js';

export { registerProvider, type ProviderLoader } from './providers/index.js';
export * from './room/index.js';

/** Makes a room that nobody has joined yet. Settings can also be given later, with `configure()`. */
export function createRoom(settings: Partial<RoomSettings> = {}): Room {
  const room = new Room({ loadProvider });
  room.configure(settings);
  return room;
}
