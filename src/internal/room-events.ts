/** Derives the DOM events from two states of a room, so that an event can neither be forgotten nor fire twice. */
import {
  ActiveSpeakerChangedEvent,
  CallChangedEvent,
  CameraChangedEvent,
  ConnectionChangedEvent,
  DeviceChangedEvent,
  MicrophoneChangedEvent,
  ParticipantChangedEvent,
  ParticipantJoinedEvent,
  ParticipantLeftEvent,
  RoomChangedEvent,
  RoomErrorEvent,
  RoomJoinedEvent,
  RoomLeftEvent,
  ScreenShareChangedEvent,
  StreamAvailableEvent,
  StreamUnavailableEvent,
  UnmuteRequestedEvent,
  type UsedDevice,
} from '../events.js';
import type { SelectableKind } from '../room/devices.js';
import {
  isInMeeting,
  othersOf,
  participantOf,
  type DeviceState,
  type ParticipantState,
  type RoomState,
  type StreamState,
} from '../room/state.js';

/** The events that lead from one state to the next, in the order in which a page wants to hear them. */
export function eventsBetween(previous: RoomState, next: RoomState): Event[] {
  return [
    ...streamsGone(previous, next),
    ...leaving(previous, next),
    ...joining(previous, next),
    ...streamsCome(previous, next),
    ...callsChanged(previous, next),
    ...conferenceChanged(previous, next),
  ];
}

function streamsGone(previous: RoomState, next: RoomState): Event[] {
  const present = remoteStreams(next);
  const streams = [...remoteStreams(previous)]
    .filter(([mediaStream]) => !present.has(mediaStream))
    .map(([, [stream, participant]]) => new StreamUnavailableEvent(stream, participant.id));
  const participants = othersOf(previous)
    .filter(({ id }) => !participantOf(next, id))
    .map((participant) => new ParticipantLeftEvent(participant));
  return [...streams, ...participants];
}

function leaving(previous: RoomState, next: RoomState): Event[] {
  const events: Event[] = [];
  if (isInMeeting(previous) && !isInMeeting(next))
    events.push(new RoomLeftEvent(previous.room, next.error?.code ?? 'left'));
  if (previous.connection !== next.connection)
    events.push(new ConnectionChangedEvent(next.connection, previous.connection));
  if (next.error && next.error !== previous.error) events.push(new RoomErrorEvent(next.error));
  return events;
}

function joining(previous: RoomState, next: RoomState): Event[] {
  const events: Event[] = [];
  const [local] = next.participants;
  if (!isInMeeting(previous) && isInMeeting(next)) events.push(new RoomJoinedEvent(next.room, local?.id ?? ''));
  // Leaving lets the devices go: what the state says of them from then on is about the next join.
  if (previous.connection !== 'disconnected' && next.connection === 'disconnected') return events;
  if (isSwitched(previous.microphone, next.microphone)) events.push(new MicrophoneChangedEvent(next.microphone));
  if (isSwitched(previous.camera, next.camera)) events.push(new CameraChangedEvent(next.camera));
  for (const kind of ['microphone', 'camera', 'speaker'] as const) {
    if (isExchanged(kind, previous[kind], next[kind])) events.push(new DeviceChangedEvent(kind, next[kind]));
  }
  if (previous.screenShare !== next.screenShare) events.push(new ScreenShareChangedEvent(next.screenShare));
  return events;
}

function streamsCome(previous: RoomState, next: RoomState): Event[] {
  const known = remoteStreams(previous);
  const participants = othersOf(next)
    .filter(({ id }) => !participantOf(previous, id))
    .map((participant) => new ParticipantJoinedEvent(participant));
  const changed = othersOf(next)
    .filter((participant) => isOtherwise(participantOf(previous, participant.id), participant))
    .map((participant) => new ParticipantChangedEvent(participant));
  const streams = [...remoteStreams(next)]
    .filter(([mediaStream]) => !known.has(mediaStream))
    .map(([, [stream, participant]]) => new StreamAvailableEvent(stream, participant.id));
  const { activeSpeakerId } = next;
  const isNewSpeaker = activeSpeakerId && activeSpeakerId !== previous.activeSpeakerId;
  return [
    ...participants,
    ...streams,
    ...changed,
    ...(isNewSpeaker ? [new ActiveSpeakerChangedEvent(activeSpeakerId)] : []),
  ];
}

function callsChanged(previous: RoomState, next: RoomState): Event[] {
  return next.calls
    .filter((call) => previous.calls.find(({ id }) => id === call.id)?.status !== call.status)
    .map((call) => new CallChangedEvent(call));
}

function conferenceChanged(previous: RoomState, next: RoomState): Event[] {
  const { facts, unmuteRequest } = next;
  return [
    ...(facts && facts !== previous.facts ? [new RoomChangedEvent(facts)] : []),
    ...(unmuteRequest && unmuteRequest !== previous.unmuteRequest ? [new UnmuteRequestedEvent(unmuteRequest)] : []),
  ];
}

function isSwitched(previous: DeviceState, next: DeviceState): boolean {
  return previous.on !== next.on || previous.failure !== next.failure || previous.used !== next.used;
}

/** The first microphone or camera to be opened takes the place of none. */
function isExchanged(kind: SelectableKind, previous: UsedDevice, next: UsedDevice): boolean {
  if (next.standsInFor && next.standsInFor !== previous.standsInFor) return true;
  return previous.deviceId !== next.deviceId && (kind === 'speaker' || previous.deviceId !== '');
}

function isOtherwise(previous: ParticipantState | undefined, next: ParticipantState): boolean {
  return (
    previous !== undefined &&
    (previous.name !== next.name || previous.isSpeaking !== next.isSpeaking || previous.facts !== next.facts)
  );
}

/** By MediaStream: after a connection was rebuilt, the same id comes with another one. */
function remoteStreams(state: RoomState): Map<MediaStream, [StreamState, ParticipantState]> {
  const streams = new Map<MediaStream, [StreamState, ParticipantState]>();
  for (const participant of othersOf(state)) {
    for (const stream of participant.streams) streams.set(stream.mediaStream, [stream, participant]);
  }
  return streams;
}
