/** The texts about people, messages and how a meeting is run: they come with the elements for these. */
import { registerTranslation, type Translation as BaseTranslation } from '@shoelace-style/localize';
import { english, type Translation } from './en.js';

interface PeopleTexts {
  raiseHand: string;
  lowerHand: string;
  handUnavailable: string;
  react: string;
  reactionsUnavailable: string;
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
  panelUnavailable: string;
  closePanel: string;
  /** What a control opens, with how much in it is new or waits for an answer. */
  withCount: (label: string, count: number) => string;
  /** A moderator asks; without a name: the site does. */
  asksForMicrophone: (who: string) => string;
  asksForCamera: (who: string) => string;
  unmute: string;
  stayMuted: string;
  startCamera: string;
  keepCameraOff: string;
}

export type PeopleTranslation = Translation & PeopleTexts;

const peopleEnglish: BaseTranslation & PeopleTexts = {
  $code: 'en',
  $name: 'English',
  $dir: 'ltr',
  raiseHand: 'Raise your hand',
  lowerHand: 'Lower your hand',
  handUnavailable: 'Hands cannot be raised in this meeting',
  react: 'React',
  reactionsUnavailable: 'Reactions cannot be sent in this meeting',
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
  panelUnavailable: 'This meeting does not offer this',
  closePanel: 'Close',
  withCount: (label, count) => `${label}, ${count} new`,
  asksForMicrophone: (who) => (who ? `${who} asks you to unmute.` : 'You are asked to unmute.'),
  asksForCamera: (who) => (who ? `${who} asks you to turn your camera on.` : 'You are asked to turn your camera on.'),
  unmute: 'Unmute',
  stayMuted: 'Stay muted',
  startCamera: 'Turn camera on',
  keepCameraOff: 'Keep it off',
};

registerTranslation(peopleEnglish);
// Languages that have no texts fall back on the object that was registered first, and not on what was added later.
Object.assign(english, peopleEnglish);
