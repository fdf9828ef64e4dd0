/** The meeting without an interface. Needs no element, no Lit and, until it joins, no media SDK. */
export type { DialOptions } from './calls.js';
export type { MemberChange, RoomChange } from './conference.js';
export type { DeviceFailure, DeviceInfo, DeviceKind, SelectableKind } from './devices.js';
export type { FetchToken, JoinGrant, JoinRequest } from './endpoint.js';
export { RoomError, type RoomErrorCode } from './errors.js';
export { LAYOUTS, type Layout } from './layout.js';
export type * from './media-connection.js';
export type { ConnectionQuality } from './quality.js';
export { Room, type MessageListener, type RoomListener, type RoomOptions, type RoomSettings } from './room.js';
export type * from './state.js';
