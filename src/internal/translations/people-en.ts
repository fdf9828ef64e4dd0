/** The texts about people, messages and how a meeting is run: they come with the elements for these. */
import { registerTranslation, type Translation as BaseTranslation } from '@shoelace-style/localize';
import { english, type Translation } from './en.js';

interface PeopleTexts {
  raiseHand: string;
  lowerHand: string;
  react: string;
  /** The reactions that are offered, as they are read out. */
  thumbsUp: string;
  heart: string;
  laughter: string;
  applause: string;
  party: string;
  surprise: string;
  /** Several people may have chosen the same. */
  personReacted: (who: string, emoji: string) => string;
  peopleReacted: (count: number, emoji: string) => string;
  people: string;
  chat: string;
  closePanel: string;
  /** What a control opens, with how many in it wait for an answer, or are new. */
  asking: (label: string, count: string) => string;
  unread: (label: string, count: string) => string;
  messagesCame: (count: number, who: string) => string;
  /** A moderator did it; without a name: the site. */
  mutedBy: (who: string) => string;
  cameraStoppedBy: (who: string) => string;
  meetingLocked: string;
  meetingUnlocked: string;
  closesIn: (minutes: number) => string;
  /** A moderator asks; without a name: the site does. */
  asksForMicrophone: (who: string) => string;
  asksForCamera: (who: string) => string;
  unmute: string;
  stayMuted: string;
  keepCameraOff: string;
  /** The list of people. */
  peopleCount: (count: number) => string;
  waitingCount: (count: number) => string;
  admit: string;
  admitPerson: (who: string) => string;
  deny: string;
  denyPerson: (who: string) => string;
  admitAll: string;
  /** What is known of somebody, read out after the name. */
  moderator: string;
  viewer: string;
  onPhone: string;
  microphoneOn: string;
  noMicrophone: string;
  cameraOn: string;
  noCamera: string;
  sharesScreen: string;
  handRaised: string;
  connectionLost: string;
  badConnection: string;
  mayNotSpeak: string;
  hearsNobody: string;
  /** News, read out. */
  handsRaised: (count: number, who: string) => string;
  peopleWait: (count: number, who: string) => string;
  /** What can be done to somebody. */
  actionsFor: (who: string) => string;
  mute: string;
  askToUnmute: string;
  askForCamera: string;
  lowerTheirHand: string;
  putInSpotlight: string;
  takeOutOfSpotlight: string;
  deafen: string;
  undeafen: string;
  makeModerator: string;
  makeGuest: string;
  makeViewer: string;
  remove: string;
  removeFromMeeting: string;
  removePerson: (who: string) => string;
  reason: string;
  /** What can be done for everybody. */
  forEverybody: string;
  muteEverybody: string;
  muteAll: string;
  muteNote: string;
  exceptions: string;
  unmuteEverybody: string;
  lowerAllHands: string;
  lockMeeting: string;
  waitingRoom: string;
  hidePeopleWithoutPicture: string;
  endMeeting: string;
  endForAll: string;
  endQuestion: string;
  messages: string;
  noMessages: string;
  newMessages: string;
  /** The label of the list of those for whom a message can be. */
  recipient: string;
  everybody: string;
  message: string;
  send: string;
  /** Beside the name of who sent a message that is not for everybody. */
  onlyTo: (who: string) => string;
  onlyToYou: string;
  /** Who sent a message that is nobody's. */
  site: string;
  /** Less than none: so many are too many. */
  charactersLeft: (count: number) => string;
  messageTooLong: (limit: number) => string;
  messageNotSent: string;
  messagesUnavailable: string;
  messagesForbidden: string;
  recipientGone: (who: string) => string;
  sendToEverybody: (who: string) => string;
}

export type PeopleTranslation = Translation & PeopleTexts;

const peopleEnglish: BaseTranslation & PeopleTexts = {
  $code: 'en',
  $name: 'English',
  $dir: 'ltr',
  raiseHand: 'Raise your hand',
  lowerHand: 'Lower your hand',
  react: 'React',
  thumbsUp: 'Thumbs up',
  heart: 'Heart',
  laughter: 'Laughter',
  applause: 'Applause',
  party: 'Party',
  surprise: 'Surprise',
  personReacted: (who, emoji) => `${who} reacts with ${emoji}.`,
  peopleReacted: (count, emoji) => `${count} people react with ${emoji}.`,
  people: 'People',
  chat: 'Chat',
  closePanel: 'Close',
  asking: (label, count) => `${label}, ${count} waiting`,
  unread: (label, count) => `${label}, ${count} unread`,
  messagesCame: (count, who) => (count > 1 ? `${count} new messages.` : `New message from ${who}.`),
  mutedBy: (who) => (who ? `${who} has muted you.` : 'You were muted.'),
  cameraStoppedBy: (who) => (who ? `${who} has turned your camera off.` : 'Your camera was turned off.'),
  meetingLocked: 'The meeting is locked now.',
  meetingUnlocked: 'The meeting is open again.',
  closesIn: (minutes) => (minutes > 1 ? `The meeting ends in ${minutes} minutes.` : 'The meeting ends in a minute.'),
  asksForMicrophone: (who) => (who ? `${who} asks you to unmute.` : 'You are asked to unmute.'),
  asksForCamera: (who) => (who ? `${who} asks you to turn your camera on.` : 'You are asked to turn your camera on.'),
  unmute: 'Unmute',
  stayMuted: 'Stay muted',
  keepCameraOff: 'Keep it off',
  peopleCount: (count) => `Participants (${count})`,
  waitingCount: (count) => `Waiting to be let in (${count})`,
  admit: 'Admit',
  admitPerson: (who) => `Admit ${who}`,
  deny: 'Deny',
  denyPerson: (who) => `Deny ${who}`,
  admitAll: 'Admit all',
  moderator: 'moderator',
  viewer: 'viewer',
  onPhone: 'on the phone',
  microphoneOn: 'microphone on',
  noMicrophone: 'no microphone',
  cameraOn: 'camera on',
  noCamera: 'no camera',
  sharesScreen: 'shares a screen',
  handRaised: 'hand raised',
  connectionLost: 'reconnecting',
  badConnection: 'bad connection',
  mayNotSpeak: 'may not speak',
  hearsNobody: 'hears and sees nobody',
  handsRaised: (count, who) => (count > 1 ? `${count} people raised their hands.` : `${who} raised a hand.`),
  peopleWait: (count, who) => (count > 1 ? `${count} people wait to be let in.` : `${who} waits to be let in.`),
  actionsFor: (who) => `Actions for ${who}`,
  mute: 'Mute',
  askToUnmute: 'Ask to unmute',
  askForCamera: 'Ask to turn the camera on',
  lowerTheirHand: 'Lower hand',
  putInSpotlight: 'Put in the spotlight',
  takeOutOfSpotlight: 'Take out of the spotlight',
  deafen: 'Let hear and see nobody',
  undeafen: 'Let hear and see everybody again',
  makeModerator: 'Make moderator',
  makeGuest: 'Make guest',
  makeViewer: 'Make viewer',
  remove: 'Remove',
  removeFromMeeting: 'Remove from the meeting…',
  removePerson: (who) => `Remove ${who} from the meeting?`,
  reason: 'Reason, which they are told (optional)',
  forEverybody: 'For everybody',
  muteEverybody: 'Mute everybody…',
  muteAll: 'Mute everybody',
  muteNote: 'Who comes later starts muted, until you let everybody speak again. Moderators can always speak.',
  exceptions: 'Who goes on speaking',
  unmuteEverybody: 'Let everybody speak again',
  lowerAllHands: 'Lower all hands',
  lockMeeting: 'Lock the meeting',
  waitingRoom: 'Waiting room',
  hidePeopleWithoutPicture: 'Hide people without a picture',
  endMeeting: 'End the meeting for everybody…',
  endForAll: 'End for everybody',
  endQuestion: 'End the meeting for everybody?',
  messages: 'Messages',
  noMessages: 'No messages yet.',
  newMessages: 'New messages',
  recipient: 'To',
  everybody: 'Everybody',
  message: 'Message',
  send: 'Send',
  onlyTo: (who) => `to ${who} only`,
  onlyToYou: 'only to you',
  site: 'This meeting',
  charactersLeft: (count) => (count < 0 ? `Characters too many: ${-count}` : `Characters left: ${count}`),
  messageTooLong: (limit) => `Not sent: a message has ${limit} characters at most.`,
  messageNotSent: 'The message was not sent. Try again.',
  messagesUnavailable: 'Messages cannot be sent in this meeting',
  messagesForbidden: 'You may not send messages in this meeting',
  recipientGone: (who) => `${who} is not here any more. Messages go to everybody now.`,
  sendToEverybody: (who) => `Not sent: ${who} is not here any more. Send again, and everybody can read it.`,
};

registerTranslation(peopleEnglish);
// Languages that have no texts fall back on the object that was registered first, and not on what was added later.
Object.assign(english, peopleEnglish);
