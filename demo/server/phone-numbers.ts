/** Which phone numbers may be called. */
import {
  getCountries,
  getCountryCallingCode,
  parsePhoneNumberFromString,
  type PhoneNumberType,
} from 'libphonenumber-js/max';
import { Problem } from './problem.js';

/** Calls to all others may cost more than a usual call does, or reach no phone: premium-rate, shared-cost, pagers… */
const USUAL_TYPES: readonly (PhoneNumberType | undefined)[] = [
  'FIXED_LINE',
  'MOBILE',
  'FIXED_LINE_OR_MOBILE',
  'TOLL_FREE',
  'VOIP',
  // The numbering plan does not tell.
  undefined,
];

/** A whole number has at least 7 digits with its country code; emergency numbers have fewer in every country. */
const SHORT = /^\D*(\d\D*){1,6}$/;

/** ITU E.164: at most 15 digits, the first of a country code is not 0. */
const PREFIX = /^\+[1-9]\d{0,14}$/;

const CALLING_CODES = new Set(getCountries().map((country) => `+${getCountryCallingCode(country)}`));

export interface DialPolicy {
  /** E.164 numbers and prefixes of them. Empty: nothing may be called. */
  readonly allow: readonly string[];
  /** E.164: every call goes to this number, whatever was asked for. */
  readonly only?: string | undefined;
}

export interface DialNumber {
  /** E.164. */
  readonly number: string;
  /** As people write it, with its country code. */
  readonly international: string;
}

export function isDialingPossible({ allow, only }: DialPolicy): boolean {
  return only !== undefined || allow.length > 0;
}

/** True for an E.164 number, or the beginning of one that has at least its country code. */
export function isNumberPrefix(text: string): boolean {
  if (!PREFIX.test(text)) return false;
  return [2, 3, 4].some((length) => CALLING_CODES.has(text.slice(0, length)));
}

/**
 * The number to call for what somebody asked for.
 * @param text in international form, that is with `+` and the country code; spaces, dashes and brackets do not matter
 * @throws Problem that says why it can't be called
 */
export function numberToDial(text: string, { allow, only }: DialPolicy): DialNumber {
  const wanted = usualNumber(only ?? text);
  if (only !== undefined || allow.some((prefix) => wanted.number.startsWith(prefix))) return wanted;
  throw notAllowed('This number may not be called from here.');
}

/** @throws Problem where it is no number, or one of a kind that nobody may call. */
export function usualNumber(text: string): DialNumber {
  if (SHORT.test(text))
    throw notAllowed('Emergency numbers and other short numbers cannot be called from here. Use a phone.');
  const parsed = parsePhoneNumberFromString(text.trim(), { extract: false });
  if (!parsed?.isValid() || parsed.ext !== undefined) {
    const detail = 'This is not a phone number that can be called. Write it with + and its country code.';
    throw new Problem(400, detail, { code: 'number-invalid' });
  }
  if (!USUAL_TYPES.includes(parsed.getType()) || parsed.isNonGeographic())
    throw notAllowed('Premium-rate, shared-cost, personal, satellite and other special numbers cannot be called.');
  return { number: parsed.number, international: parsed.formatInternational() };
}

export function isCallable(text: string): boolean {
  try {
    usualNumber(text);
    return true;
  } catch {
    return false;
  }
}

/** Characters of a number that a log may hold: enough to tell its country, and where in it. */
const LOGGED_LENGTH = 8;

/** What somebody asked for, for logs: only its first digits, since an extension or anything else may follow the last. */
export function maskedNumber(text: string): string {
  const number = text.replace(/[^+\d]/g, '');
  if (!/\d/.test(number)) return 'no number';
  return SHORT.test(number) ? number : `${number.slice(0, Math.min(number.length - 4, LOGGED_LENGTH))}••••`;
}

function notAllowed(detail: string): Problem {
  return new Problem(403, detail, { code: 'number-not-allowed' });
}
