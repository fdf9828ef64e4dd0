/** The texts about phone calls: they come with the elements for these, later than all others. */
import { registerTranslation, type Translation as BaseTranslation } from '@shoelace-style/localize';
import type { CallStatus } from '../../room/state.js';
import { english, type Translation } from './en.js';

interface PhoneTexts {
  callPhone: string;
  call: string;
  callTo: (who: string) => string;
  hangUp: (who: string) => string;
  /** A sentence that says how a call goes. */
  callStatus: (who: string, status: CallStatus) => string;
  phoneNumber: string;
  calleeName: string;
  numberInvalid: string;
  dialingUnavailable: string;
  dialingForbidden: string;
  keypad: string;
  keypadUnused: string;
  /** The keys that have no name of their own, as they are read out. */
  star: string;
  hash: string;
}

export type PhoneTranslation = Translation & PhoneTexts;

const phoneEnglish: BaseTranslation & PhoneTexts = {
  $code: 'en',
  $name: 'English',
  $dir: 'ltr',
  callPhone: 'Call a phone',
  call: 'Call',
  callTo: (who) => `Call ${who}`,
  hangUp: (who) => `Hang up ${who}`,
  callStatus: (who, status) =>
    ({
      dialing: `Calling ${who}…`,
      ringing: `Ringing at ${who}…`,
      answered: `${who} answered.`,
      busy: `${who} is busy.`,
      'no-answer': `${who} did not answer.`,
      rejected: `${who} rejected the call.`,
      failed: `The call to ${who} failed.`,
      ended: `The call to ${who} has ended.`,
    })[status],
  phoneNumber: 'Phone number',
  calleeName: 'Name (optional)',
  numberInvalid: 'This is not a phone number. Write it with its country code, such as +1 202 555 0100.',
  dialingUnavailable: 'No phones can be called from this meeting',
  dialingForbidden: 'You may not call phones from this meeting',
  keypad: 'Keypad',
  keypadUnused: 'No phone has answered',
  star: 'Star',
  hash: 'Hash',
};

registerTranslation(phoneEnglish);
// Languages that have no texts fall back on the object that was registered first, and not on what was added later.
Object.assign(english, phoneEnglish);
