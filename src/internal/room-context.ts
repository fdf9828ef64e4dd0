import { createContext } from '@lit/context';
import type { Room } from '../room/room.js';

/** How `<video-room>` hands its room to the elements inside it, across shadow roots. */
export const roomContext = createContext<Room>(Symbol.for('video-room-elements:room'));
