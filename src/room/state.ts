/** The meeting as one immutable value: what a room publishes and everything else renders. */
import type { RoomError } from './errors.js';
import type { DeviceFailure, DeviceInfo, DeviceKind, SelectableKind } from './devices.js';
import type { Layout } from './layout.js';
import type { MediaType } from './media-connection.js';
import type { ConnectionQuality } from './quality.js';

/** `reconnecting`: the person is still in the meeting, but no media flows until the connection is restored. */
export type ConnectionState = 'disconnected' | 'connecting' | 'connected' | 'reconnecting';

export interface StreamState {
  readonly id: string;
  readonly alias?: string | undefined;
  readonly mediaTypes: readonly MediaType[];
  readonly mediaStream: MediaStream;
  /** For the page's own layout, set by the site. */
  readonly layoutClasses?: readonly string[] | undefined;
}

/** `unavailable`: there is none, it is blocked, or the page does not use it. */
export type DeviceCondition = 'on' | 'off' | 'unavailable';

export interface ParticipantState {
  readonly id: string;
  /** The first id of this person, where their connection was rebuilt since: that makes them another participant. */
  readonly firstId?: string | undefined;
  /** As the person typed it: plain text of any content. Empty where it is not known. */
  readonly name: string;
  readonly isLocal: boolean;
  readonly isSpeaking: boolean;
  /** Empty until media arrives. */
  readonly streams: readonly StreamState[];
  /** What only an endpoint with a room channel tells; undefined without one, and until it has told. */
  readonly facts?: ParticipantFacts | undefined;
}

/** What the media SDK cannot tell of a participant. */
export interface ParticipantFacts {
  /** Such as `moderator`, `guest` or `viewer`. A viewer publishes nothing. */
  readonly role: string;
  readonly isPhone: boolean;
  /** False while their connection is being restored. */
  readonly isConnected: boolean;
  /** Undefined where their page does not tell. */
  readonly microphone?: DeviceCondition | undefined;
  readonly camera?: DeviceCondition | undefined;
  readonly network?: ConnectionQuality['level'] | undefined;
  /** When the hand was raised, in milliseconds since the epoch; undefined: it is down. */
  readonly handRaisedAt?: number | undefined;
  /** False while everybody is muted and this person is no exception. */
  readonly isSpeakingAllowed: boolean;
  /** True where a moderator lets this person hear and see nobody. */
  readonly isDeaf: boolean;
  /** What the site attached to the person: plain text of any content. */
  readonly data?: string | undefined;
}

/** Something that was sent over the room channel: to be read where `type` is `chat`. */
export interface MessageState {
  readonly id: string;
  /** `chat`, `reaction`, or what a page has chosen. */
  readonly type: string;
  /** Of a `chat`: `{ text }`. Of a `reaction`: `{ emoji }`. Written by a participant: any content. */
  readonly data: unknown;
  /** Empty where the site itself has sent it. */
  readonly fromId: string;
  readonly fromName: string;
  readonly isOwn: boolean;
  /** Whom it is for alone; undefined: everybody. */
  readonly toId?: string | undefined;
  readonly toName?: string | undefined;
  /** In milliseconds since the epoch. */
  readonly sentAt: number;
}

export interface ReactionState {
  readonly id: string;
  readonly participantId: string;
  readonly emoji: string;
}

/** Somebody who asks to be let in. */
export interface WaitingState {
  readonly id: string;
  readonly name: string;
}

/** A moderator asks this person to switch a device on, which nobody but the person can do. */
export interface UnmuteRequest {
  readonly device: DeviceKind;
  /** Who asks; empty: the site. */
  readonly name: string;
}

/** A device that a moderator has switched off. */
export interface MutedBy {
  readonly device: DeviceKind;
  /** Who did it; empty: the site. */
  readonly name: string;
}

/** How the meeting is run, by the endpoint's room channel. */
export interface RoomFacts {
  /** For people; empty: the room's name. */
  readonly displayName: string;
  /** Nobody publishes video. */
  readonly isAudioOnly: boolean;
  /** Nobody else comes in. */
  readonly isLocked: boolean;
  /** Who comes waits until a moderator lets them in. */
  readonly hasWaitingRoom: boolean;
  /** Everybody is muted but moderators and exceptions, and who comes starts muted. */
  readonly isMuted: boolean;
  /** The participant whom everybody sees large; empty: nobody. */
  readonly spotlightId: string;
  /** People without a picture have no tile. */
  readonly hidesVideoMuted: boolean;
  /** When the room is closed, in milliseconds since the epoch; undefined: at no set time. */
  readonly closesAt?: number | undefined;
}

/** What is beside the meeting in the default interface. */
export type Panel = '' | 'people' | 'chat';

/** The microphone or the camera of the person in front of this page. */
export interface DeviceState {
  /** Before joining: whether it will be on. In a meeting: whether it is. */
  readonly on: boolean;
  /** False where the page joins without this kind of media (`no-audio`, `no-video`). */
  readonly used: boolean;
  /** The device that is open, or else the one that was chosen. Empty: the browser's default. */
  readonly deviceId: string;
  /** The label of the device that this one stands in for, because that one is gone. */
  readonly standsInFor?: string | undefined;
  /** Why it could not be switched on. */
  readonly failure?: DeviceFailure | undefined;
}

/** Where the others are heard. */
export interface SpeakerState {
  /** False: nobody is heard, because the person wants it so. */
  readonly on: boolean;
  /** Empty: the system's default. */
  readonly deviceId: string;
  /** False where the browser does not let a page choose. */
  readonly isSelectable: boolean;
}

export interface ScreenShareState {
  readonly on: boolean;
  /** False where the browser cannot share a screen. */
  readonly isSupported: boolean;
  /** Why it did not start: `denied` also where the person cancelled. */
  readonly failure?: DeviceFailure | undefined;
}

/** How a phone call stands. Those after `answered` are final. */
export type CallStatus = 'dialing' | 'ringing' | 'answered' | 'busy' | 'no-answer' | 'rejected' | 'failed' | 'ended';

/** A phone that was called into the meeting. */
export interface CallState {
  readonly id: string;
  /** In E.164, such as `+12025550100`. Empty where the endpoint does not tell. */
  readonly number: string;
  /** Who was called. Written by a participant: plain text of any content. */
  readonly name: string;
  readonly status: CallStatus;
  /** Who the phone is in the meeting, once that is known. */
  readonly participantId?: string | undefined;
  /** Whether it was called from this page, in this stay. */
  readonly isOwn: boolean;
  /** Why it failed. */
  readonly error?: RoomError | undefined;
}

/**
 * Whether phones can be called: `unavailable` where the endpoint offers none, `forbidden` where this person may not.
 */
export type Dialing = 'unavailable' | 'forbidden' | 'available';

export interface RoomState {
  readonly connection: ConnectionState;
  /** The room's name; empty until the page or the person has named one. */
  readonly room: string;
  /** True where the page names the room, so that the person need not. */
  readonly isRoomGiven: boolean;
  /** The name others see. */
  readonly name: string;
  readonly role?: string | undefined;
  readonly permissions: readonly string[];
  /** Why something cannot be done that the endpoint had offered: a sentence by the permission that it said is missing. */
  readonly refusals: Readonly<Record<string, string>>;
  /** True while a moderator has not let this person in yet; `connection` is `connecting` then. */
  readonly isWaiting: boolean;
  /** Undefined outside a meeting, and where the endpoint has no room channel. */
  readonly facts?: RoomFacts | undefined;
  /** False while everybody is muted and this person is no exception. */
  readonly isSpeakingAllowed: boolean;
  /** Who asks to be let in, for those who may let them. */
  readonly waiting: readonly WaitingState[];
  /** The messages of type `chat` that this person may read, oldest first: the latest few hundred. */
  readonly messages: readonly MessageState[];
  /** How many of them came while nobody could see them. */
  readonly unreadCount: number;
  /** Those of the last few seconds. */
  readonly reactions: readonly ReactionState[];
  readonly unmuteRequest?: UnmuteRequest | undefined;
  /** What a moderator has switched off last, until it is on again. */
  readonly mutedBy?: MutedBy | undefined;
  readonly panel: Panel;
  /** The local participant first, then the others in the order in which they came. Empty unless in a meeting. */
  readonly participants: readonly ParticipantState[];
  readonly dialing: Dialing;
  /** In the order in which they were started, also those that are over. Empty unless in a meeting. */
  readonly calls: readonly CallState[];
  readonly microphone: DeviceState;
  readonly camera: DeviceState;
  readonly speaker: SpeakerState;
  readonly screenShare: ScreenShareState;
  /** What can be chosen. Labels are empty until the person has allowed devices. */
  readonly devices: Readonly<Record<SelectableKind, readonly DeviceInfo[]>>;
  /** What microphone and camera give, before and in a meeting; undefined while none was opened. */
  readonly localStream?: MediaStream | undefined;
  /** Who spoke last, of the others; empty until somebody does. */
  readonly activeSpeakerId: string;
  readonly layout: Layout;
  /** The key of the tile that is to be shown large; empty: none. */
  readonly pinnedTile: string;
  /** Undefined until there is something to judge by. */
  readonly quality?: ConnectionQuality | undefined;
  /** True where the browser plays no sound before the person has clicked or typed something in the page. */
  readonly isAudioBlocked: boolean;
  /** Whether keyboard shortcuts work. */
  readonly hasShortcuts: boolean;
  /** What went wrong last; undefined again once it is overcome. */
  readonly error?: RoomError | undefined;
}

const DEVICE_ON: DeviceState = Object.freeze({ on: true, used: true, deviceId: '' });

export const INITIAL_STATE: RoomState = Object.freeze({
  connection: 'disconnected',
  room: '',
  isRoomGiven: false,
  name: '',
  permissions: Object.freeze([]),
  refusals: Object.freeze({}),
  isWaiting: false,
  isSpeakingAllowed: true,
  waiting: Object.freeze([]),
  messages: Object.freeze([]),
  unreadCount: 0,
  reactions: Object.freeze([]),
  panel: '',
  participants: Object.freeze([]),
  dialing: 'unavailable',
  calls: Object.freeze([]),
  microphone: DEVICE_ON,
  camera: DEVICE_ON,
  speaker: Object.freeze({ on: true, deviceId: '', isSelectable: true }),
  screenShare: Object.freeze({ on: false, isSupported: true }),
  devices: Object.freeze({
    microphone: Object.freeze([]),
    camera: Object.freeze([]),
    speaker: Object.freeze([]),
  }),
  activeSpeakerId: '',
  layout: 'spotlight',
  pinnedTile: '',
  isAudioBlocked: false,
  hasShortcuts: true,
});

/** True from the moment the meeting is entered until it is left, lost connections included. */
export function isInMeeting(state: RoomState): boolean {
  return state.connection === 'connected' || state.connection === 'reconnecting';
}

/** Everybody but the person in front of this page. */
export function othersOf({ participants }: RoomState): ParticipantState[] {
  return participants.filter(({ isLocal }) => !isLocal);
}

/** Stays the same for as long as the person is here. */
export function personKey({ id, firstId = id }: Pick<ParticipantState, 'id' | 'firstId'>): string {
  return firstId;
}

const participantsById = new WeakMap<readonly ParticipantState[], Map<string, ParticipantState>>();

/** Looks a participant up by id, or by `local`. Cheap however many ask about however many. */
export function participantOf({ participants }: RoomState, id: string): ParticipantState | undefined {
  let byId = participantsById.get(participants);
  if (!byId) {
    byId = new Map(participants.map((participant) => [participant.id, participant]));
    const local = participants.find(({ isLocal }) => isLocal);
    if (local) byId.set('local', local);
    participantsById.set(participants, byId);
  }
  return byId.get(id);
}
