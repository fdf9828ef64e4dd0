/** The meeting as one immutable value: what a room publishes and everything else renders. */
import type { RoomError } from './errors.js';
import type { DeviceFailure } from './devices.js';
import type { MediaType } from './media-connection.js';

/** `reconnecting`: the person is still in the meeting, but no media flows until the connection is restored. */
export type ConnectionState = 'disconnected' | 'connecting' | 'connected' | 'reconnecting';

export interface StreamState {
  readonly id: string;
  readonly alias?: string | undefined;
  readonly mediaTypes: readonly MediaType[];
  readonly mediaStream: MediaStream;
}

export interface ParticipantState {
  readonly id: string;
  /** As the person typed it: plain text of any content. Empty where it is not known. */
  readonly name: string;
  readonly isLocal: boolean;
  readonly isSpeaking: boolean;
  /** Empty until media arrives. */
  readonly streams: readonly StreamState[];
}

/** The microphone or the camera of the person in front of this page. */
export interface DeviceState {
  /** Before joining: whether it will be on. In a meeting: whether it is. */
  readonly on: boolean;
  /** False where the page joins without this kind of media (`no-audio`, `no-video`). */
  readonly used: boolean;
  /** Why it could not be switched on. */
  readonly failure?: DeviceFailure | undefined;
}

export interface RoomState {
  readonly connection: ConnectionState;
  /** The room's name; empty until the page or the person has named one. */
  readonly room: string;
  /** The name others see. */
  readonly name: string;
  readonly role?: string | undefined;
  readonly permissions: readonly string[];
  /** The local participant first, then the others in the order in which they came. Empty unless in a meeting. */
  readonly participants: readonly ParticipantState[];
  readonly microphone: DeviceState;
  readonly camera: DeviceState;
  /** True where the browser plays no sound before the person has clicked or typed something in the page. */
  readonly isAudioBlocked: boolean;
  /** What went wrong last; undefined again once it is overcome. */
  readonly error?: RoomError | undefined;
}

const DEVICE_ON: DeviceState = Object.freeze({ on: true, used: true });

export const INITIAL_STATE: RoomState = Object.freeze({
  connection: 'disconnected',
  room: '',
  name: '',
  permissions: Object.freeze([]),
  participants: Object.freeze([]),
  microphone: DEVICE_ON,
  camera: DEVICE_ON,
  isAudioBlocked: false,
});

/** True from the moment the meeting is entered until it is left, lost connections included. */
export function isInMeeting(state: RoomState): boolean {
  return state.connection === 'connected' || state.connection === 'reconnecting';
}
