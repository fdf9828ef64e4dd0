/**
 * Every event of these elements. All bubble and are composed, so a page may listen on `<video-room>` or on `document`.
 */
import type { DeviceFailure, SelectableKind } from './room/devices.js';
import type { RoomError, RoomErrorCode } from './room/errors.js';
import type { MediaType } from './room/media-connection.js';
import type {
  CallState,
  ConnectionState,
  DeviceState,
  MessageState,
  ParticipantState,
  RoomFacts,
  ScreenShareState,
  StreamState,
  UnmuteRequest,
} from './room/state.js';

class RoomEvent<Type extends string> extends Event {
  declare readonly type: Type;

  constructor(type: Type) {
    super(type, { bubbles: true, composed: true });
  }
}

class StreamEvent<Type extends string> extends RoomEvent<Type> {
  /** Unique within the meeting: the MediaStream's id. */
  readonly endpointId: string;
  readonly participantId: string;
  /** What the sender calls the stream, such as `screenshare`. Written by a participant: plain text of any content. */
  readonly alias: string | undefined;
  readonly mediaTypes: readonly MediaType[];
  /** The elements already play its sound: mute an element of your own that shows it. */
  readonly mediaStream: MediaStream;

  constructor(type: Type, stream: StreamState, participantId: string) {
    super(type);
    this.endpointId = stream.id;
    this.participantId = participantId;
    this.alias = stream.alias;
    this.mediaTypes = stream.mediaTypes;
    this.mediaStream = stream.mediaStream;
  }
}

/** Another participant's stream can be shown. Fires once per stream. */
export class StreamAvailableEvent extends StreamEvent<'stream-available'> {
  constructor(stream: StreamState, participantId: string) {
    super('stream-available', stream, participantId);
  }
}

/** Another participant's stream is gone. */
export class StreamUnavailableEvent extends StreamEvent<'stream-unavailable'> {
  constructor(stream: StreamState, participantId: string) {
    super('stream-unavailable', stream, participantId);
  }
}

/** The meeting was entered. */
export class RoomJoinedEvent extends RoomEvent<'room-joined'> {
  readonly room: string;
  readonly participantId: string;

  constructor(room: string, participantId: string) {
    super('room-joined');
    this.room = room;
    this.participantId = participantId;
  }
}

/** The meeting was left, by the person or because it could not go on. */
export class RoomLeftEvent extends RoomEvent<'room-left'> {
  readonly room: string;
  /** `left`, or the code of the error that ended the stay. */
  readonly reason: 'left' | RoomErrorCode;

  constructor(room: string, reason: 'left' | RoomErrorCode) {
    super('room-left');
    this.room = room;
    this.reason = reason;
  }
}

/** Something went wrong. The default interface shows `message`. */
export class RoomErrorEvent extends RoomEvent<'room-error'> {
  readonly code: RoomErrorCode;
  /** A sentence a person can act on. */
  readonly message: string;
  /** Whether trying again can help without the page being changed. */
  readonly retryable: boolean;

  constructor({ code, message, retryable }: RoomError) {
    super('room-error');
    this.code = code;
    this.message = message;
    this.retryable = retryable;
  }
}

class ParticipantEvent<Type extends string> extends RoomEvent<Type> {
  readonly participant: ParticipantState;

  constructor(type: Type, participant: ParticipantState) {
    super(type);
    this.participant = participant;
  }
}

/** Somebody else came. */
export class ParticipantJoinedEvent extends ParticipantEvent<'participant-joined'> {
  constructor(participant: ParticipantState) {
    super('participant-joined', participant);
  }
}

/** Somebody else left. */
export class ParticipantLeftEvent extends ParticipantEvent<'participant-left'> {
  constructor(participant: ParticipantState) {
    super('participant-left', participant);
  }
}

/** Somebody else speaks, falls silent, or is known by another name. */
export class ParticipantChangedEvent extends ParticipantEvent<'participant-changed'> {
  constructor(participant: ParticipantState) {
    super('participant-changed', participant);
  }
}

/** Somebody else is the one who speaks. */
export class ActiveSpeakerChangedEvent extends RoomEvent<'active-speaker-changed'> {
  readonly participantId: string;

  constructor(participantId: string) {
    super('active-speaker-changed');
    this.participantId = participantId;
  }
}

/** The connection to the meeting came up, was lost, is being restored, or ended. */
export class ConnectionChangedEvent extends RoomEvent<'connection-changed'> {
  readonly connection: ConnectionState;
  readonly previous: ConnectionState;

  constructor(connection: ConnectionState, previous: ConnectionState) {
    super('connection-changed');
    this.connection = connection;
    this.previous = previous;
  }
}

class DeviceEvent<Type extends string> extends RoomEvent<Type> {
  readonly on: boolean;
  /** Why it could not be switched on, or went off by itself. */
  readonly failure: DeviceFailure | undefined;

  constructor(type: Type, { on, failure }: DeviceState) {
    super(type);
    this.on = on;
    this.failure = failure;
  }
}

/** This person's microphone went on or off, or failed. */
export class MicrophoneChangedEvent extends DeviceEvent<'microphone-changed'> {
  constructor(state: DeviceState) {
    super('microphone-changed', state);
  }
}

/** This person's camera went on or off, or failed. */
export class CameraChangedEvent extends DeviceEvent<'camera-changed'> {
  constructor(state: DeviceState) {
    super('camera-changed', state);
  }
}

/** This person's screen is shared, or no longer, or could not be. */
export class ScreenShareChangedEvent extends RoomEvent<'screen-share-changed'> {
  readonly on: boolean;
  /** Why it did not start: `denied` also where the person cancelled. */
  readonly failure: DeviceFailure | undefined;

  constructor({ on, failure }: ScreenShareState) {
    super('screen-share-changed');
    this.on = on;
    this.failure = failure;
  }
}

export type UsedDevice = Pick<DeviceState, 'deviceId' | 'standsInFor'>;

/** Another microphone, camera or speaker is used: the person chose it, or the one before is gone. */
export class DeviceChangedEvent extends RoomEvent<'device-changed'> {
  readonly kind: SelectableKind;
  readonly deviceId: string;
  /** The label of the device that is gone, where this one stands in for it. */
  readonly standsInFor: string | undefined;

  constructor(kind: SelectableKind, { deviceId, standsInFor }: UsedDevice) {
    super('device-changed');
    this.kind = kind;
    this.deviceId = deviceId;
    this.standsInFor = standsInFor;
  }
}

/** A phone call is dialing, ringing, answered or over: `call.status` tells which, `call.error` why it failed. */
export class CallChangedEvent extends RoomEvent<'call-changed'> {
  readonly call: CallState;

  constructor(call: CallState) {
    super('call-changed');
    this.call = call;
  }
}

class RequestEvent<Type extends string> extends Event {
  declare readonly type: Type;

  constructor(type: Type) {
    super(type, { bubbles: true, composed: true, cancelable: true });
  }
}

/** Somebody wants to call a phone. Cancel it and no call is made. */
export class DialOutRequestEvent extends RequestEvent<'dial-out-request'> {
  /** In E.164, such as `+12025550100`. */
  readonly number: string;
  readonly name: string;

  constructor(number: string, name: string) {
    super('dial-out-request');
    this.number = number;
    this.name = name;
  }
}

/** A message or another typed signal came over the room channel: of somebody else, the site, or this person. */
export class MessageReceivedEvent extends RoomEvent<'message-received'> {
  readonly message: MessageState;

  constructor(message: MessageState) {
    super('message-received');
    this.message = message;
  }
}

/** A moderator asks this person to switch the microphone or the camera on. */
export class UnmuteRequestedEvent extends RoomEvent<'unmute-requested'> {
  readonly device: UnmuteRequest['device'];
  /** Who asks. Written by a participant: plain text of any content. */
  readonly name: string;

  constructor({ device, name }: UnmuteRequest) {
    super('unmute-requested');
    this.device = device;
    this.name = name;
  }
}

/** The meeting is run in another way: locked, muted, with a waiting room, another spotlight. */
export class RoomChangedEvent extends RoomEvent<'room-changed'> {
  readonly facts: RoomFacts;

  constructor(facts: RoomFacts) {
    super('room-changed');
    this.facts = facts;
  }
}

/** The picture of a participant has another size. */
export class StreamResizedEvent extends RoomEvent<'stream-resized'> {
  readonly endpointId: string;
  /** In pixels of the picture. */
  readonly width: number;
  readonly height: number;

  constructor(endpointId: string, width: number, height: number) {
    super('stream-resized');
    this.endpointId = endpointId;
    this.width = width;
    this.height = height;
  }
}

/** Somebody wants to leave by a button. Cancel it and they stay. */
export class LeaveRequestEvent extends RequestEvent<'leave-request'> {
  constructor() {
    super('leave-request');
  }
}

/** A moderator wants to take somebody out of the meeting. Cancel it and they stay. */
export class RemoveRequestEvent extends RequestEvent<'remove-request'> {
  readonly participantId: string;

  constructor(participantId: string) {
    super('remove-request');
    this.participantId = participantId;
  }
}

export interface RoomEventMap {
  'stream-available': StreamAvailableEvent;
  'stream-unavailable': StreamUnavailableEvent;
  'room-joined': RoomJoinedEvent;
  'room-left': RoomLeftEvent;
  'room-error': RoomErrorEvent;
  'participant-joined': ParticipantJoinedEvent;
  'participant-left': ParticipantLeftEvent;
  'participant-changed': ParticipantChangedEvent;
  'active-speaker-changed': ActiveSpeakerChangedEvent;
  'connection-changed': ConnectionChangedEvent;
  'microphone-changed': MicrophoneChangedEvent;
  'camera-changed': CameraChangedEvent;
  'screen-share-changed': ScreenShareChangedEvent;
  'device-changed': DeviceChangedEvent;
  'call-changed': CallChangedEvent;
  'message-received': MessageReceivedEvent;
  'unmute-requested': UnmuteRequestedEvent;
  'room-changed': RoomChangedEvent;
  'stream-resized': StreamResizedEvent;
  'dial-out-request': DialOutRequestEvent;
  'leave-request': LeaveRequestEvent;
  'remove-request': RemoveRequestEvent;
}

declare global {
  interface HTMLElementEventMap extends RoomEventMap {}
  interface DocumentEventMap extends RoomEventMap {}
}
