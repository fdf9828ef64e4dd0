import type { Translation as BaseTranslation } from '@shoelace-style/localize';

/** Every text of the elements. Errors bring their own English sentence; a translation may replace it by code. */
export interface Translation extends BaseTranslation {
  meeting: (room: string) => string;
  yourName: string;
  roomName: string;
  join: string;
  joining: string;
  cancel: string;
  leave: string;
  left: string;
  reconnecting: string;
  alone: string;
  peopleHere: (count: number) => string;
  personJoined: (name: string) => string;
  personLeft: (name: string) => string;
  turnOnSound: string;
  muteMicrophone: string;
  unmuteMicrophone: string;
  turnCameraOff: string;
  turnCameraOn: string;
  microphoneNotUsed: string;
  cameraNotUsed: string;
  noRoom: string;
  participants: string;
  guest: string;
  you: (name: string) => string;
  speaking: string;
  microphoneOff: string;
  cameraOff: string;
}

export const english: Translation = {
  $code: 'en',
  $name: 'English',
  $dir: 'ltr',
  meeting: (room) => (room ? `Video meeting ${room}` : 'Video meeting'),
  yourName: 'Your name',
  roomName: 'Room',
  join: 'Join',
  joining: 'Joining…',
  cancel: 'Cancel',
  leave: 'Leave',
  left: 'You left the meeting.',
  reconnecting: 'The connection was lost. Reconnecting…',
  alone: 'Nobody else is here yet.',
  peopleHere: (count) => `${count} people are here.`,
  personJoined: (name) => `${name} joined.`,
  personLeft: (name) => `${name} left.`,
  turnOnSound: 'Turn on sound',
  muteMicrophone: 'Mute microphone',
  unmuteMicrophone: 'Unmute microphone',
  turnCameraOff: 'Turn camera off',
  turnCameraOn: 'Turn camera on',
  microphoneNotUsed: 'This meeting is joined without a microphone',
  cameraNotUsed: 'This meeting is joined without a camera',
  noRoom: 'Not connected to a meeting',
  participants: 'Participants',
  guest: 'Guest',
  you: (name) => (name ? `${name} (you)` : 'You'),
  speaking: 'speaking',
  microphoneOff: 'microphone off',
  cameraOff: 'camera off',
};
