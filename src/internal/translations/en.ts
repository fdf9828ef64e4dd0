import type { Translation as BaseTranslation } from '@shoelace-style/localize';

/** Every text of the elements. Errors bring their own English sentence; a translation may replace it by code. */
export interface Translation extends BaseTranslation {
  meeting: (room: string) => string;
  yourName: string;
  roomName: string;
  join: string;
  joining: string;
  waiting: string;
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
  /** Why a device cannot be switched on. */
  everybodyMuted: string;
  audioOnly: string;
  checkDevices: string;
  askingForDevices: string;
  /** How to allow a device again, for the browser at hand. */
  allowInChromium: string;
  allowInFirefox: string;
  allowInSafari: string;
  camera: string;
  microphone: string;
  speaker: string;
  off: string;
  noneFound: string;
  /** A device the browser does not name yet. */
  device: (kind: string, count: number) => string;
  speakerNotSelectable: string;
  deviceReplaced: (lost: string, used: string) => string;
  selfView: string;
  microphoneLevel: string;
  shareScreen: string;
  stopSharing: string;
  screenShareUnsupported: string;
  nothingShared: string;
  screenOf: (name: string) => string;
  yourScreen: string;
  personShares: (name: string) => string;
  everyoneLeft: string;
  quality: (level: 'good' | 'fair' | 'poor') => string;
  qualityDetails: (lossPercent: number, roundTripMilliseconds: number, framesPerSecond: number | undefined) => string;
  controls: string;
  layout: string;
  layoutGrid: string;
  layoutSpeaker: string;
  layoutSpotlight: string;
  pin: (name: string) => string;
  unpin: (name: string) => string;
  fullScreen: string;
  previousPage: string;
  nextPage: string;
  page: (number: number, count: number) => string;
  pictureInPicture: string;
  /** What a control does, with the keys that do the same. */
  withShortcut: (label: string, keys: string) => string;
  noRoom: string;
  /** Why a control does nothing that needs a room channel. */
  notOffered: string;
  participants: string;
  guest: string;
  you: (name: string) => string;
  speaking: string;
  microphoneOff: string;
  cameraOff: string;
  pinned: string;
  handUp: string;
  unreachable: string;
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
  waiting: 'You will be let in soon.',
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
  everybodyMuted: 'Everybody is muted by a moderator',
  audioOnly: 'This meeting has no pictures',
  checkDevices: 'Check camera and microphone',
  askingForDevices: 'Your browser asks whether this page may use them. Choose “Allow”.',
  allowInChromium: 'Click the icon left of the page’s address, and allow them there. This page notices by itself.',
  allowInFirefox:
    'Click the crossed-out icon left of the page’s address, remove the block, then press the button again.',
  allowInSafari: 'Open Safari’s menu, choose “Settings for This Website”, allow them, then press the button again.',
  camera: 'Camera',
  microphone: 'Microphone',
  speaker: 'Speaker',
  off: 'Off',
  noneFound: 'None found',
  device: (kind, count) => `${kind} ${count}`,
  speakerNotSelectable: 'Your browser chooses the speaker',
  deviceReplaced: (lost, used) => `“${lost}” is gone. “${used}” is used instead.`,
  selfView: 'Your picture',
  microphoneLevel: 'Microphone level',
  shareScreen: 'Share your screen',
  stopSharing: 'Stop sharing your screen',
  screenShareUnsupported: 'This browser cannot share a screen',
  nothingShared: 'Nothing is shared.',
  screenOf: (name) => `Screen of ${name}`,
  yourScreen: 'Your screen',
  personShares: (name) => `${name} shares a screen.`,
  everyoneLeft: 'Everyone else has left.',
  quality: (level) => ({ good: 'Good connection', fair: 'Weak connection', poor: 'Bad connection' })[level],
  qualityDetails: (lossPercent, roundTripMilliseconds, framesPerSecond) =>
    [
      `${lossPercent} % lost`,
      `${roundTripMilliseconds} ms there and back`,
      ...(framesPerSecond === undefined ? [] : [`${framesPerSecond} pictures a second`]),
    ].join(', '),
  controls: 'Controls',
  layout: 'Layout',
  layoutGrid: 'Grid',
  layoutSpeaker: 'Speaker',
  layoutSpotlight: 'Spotlight',
  pin: (name) => `Pin ${name}`,
  unpin: (name) => `Unpin ${name}`,
  fullScreen: 'Full screen',
  previousPage: 'Previous page',
  nextPage: 'Next page',
  page: (number, count) => `Page ${number} of ${count}`,
  pictureInPicture: 'Small window',
  withShortcut: (label, keys) => `${label} (${keys})`,
  noRoom: 'Not connected to a meeting',
  notOffered: 'This meeting does not offer this',
  participants: 'Participants',
  guest: 'Guest',
  you: (name) => (name ? `${name} (you)` : 'You'),
  speaking: 'speaking',
  microphoneOff: 'microphone off',
  cameraOff: 'camera off',
  pinned: 'pinned',
  handUp: 'hand raised',
  unreachable: 'reconnecting',
};
