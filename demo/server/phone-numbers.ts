/** Which phone numbers and SIP addresses may be called. */
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

/** RFC 3261 section 19.1.1, without a password, parameters and headers; the host may be an IPv6 address. */
const SIP_HOST = String.raw`(?:[\w-]+(?:\.[\w-]+)*\.?|\[[\da-f:.]+\])(?::[1-9]\d{0,4})?`;
const SIP_ADDRESS = new RegExp(`^sip:[\\w.!~*'&=+$,%-]{1,128}@(${SIP_HOST})$`, 'i');
const SIP_DOMAIN = new RegExp(`^sip:(${SIP_HOST})$`, 'i');
const SIP_LENGTH_LIMIT = 255;
/** RFC 3261 section 19.1.2. */
const SIP_DEFAULT_PORT = /:5060$/;

export interface DialPolicy {
  /** E.164 numbers and prefixes of them, and for SIP addresses `sip:host` or `sip:host:port`. Empty: nothing at all. */
  readonly allow: readonly string[];
  /** E.164: every call goes to this number, whatever was asked for. */
  readonly only?: string | undefined;
}

export interface DialNumber {
  /** E.164, or a SIP address. */
  readonly number: string;
  /** As people write it: a number with its country code. */
  readonly international: string;
}

/** Whether there is a number that people in a room may call. */
export function isDialingPossible({ allow, only }: DialPolicy): boolean {
  return only !== undefined || allow.some((entry) => entry.startsWith('+'));
}

export function isSipDomain(text: string): boolean {
  return text.length <= SIP_LENGTH_LIMIT && SIP_DOMAIN.test(text);
}

/** Whether it wants to be a SIP address, of whatever kind. */
export function isSip(text: string): boolean {
  return /^\s*sips?:/i.test(text);
}

/**
 * What to call for a SIP address that somebody asked for.
 * @throws Problem that says why it can't be called
 */
export function sipAddressToDial(text: string, policy: DialPolicy): DialNumber {
  if (policy.only !== undefined) return numberToDial('', policy);
  const address = text.trim();
  const host = address.length <= SIP_LENGTH_LIMIT ? SIP_ADDRESS.exec(address)?.[1] : undefined;
  if (host === undefined)
    throw new Problem(400, 'This is not a SIP address that can be called, such as sip:user@example.com.', {
      code: 'number-invalid',
    });
  // A host's name is the same in capitals; a user's is not (RFC 3261 section 19.1.4).
  const number = `sip:${address.slice('sip:'.length, -host.length)}${host.toLowerCase()}`;
  const isAllowed = policy.allow.some(
    (entry) => SIP_DOMAIN.test(entry) && sipHost(entry.slice('sip:'.length)) === sipHost(host),
  );
  if (isAllowed) return { number, international: number };
  throw notAllowed('SIP addresses of this host may not be called from here.');
}

function sipHost(host: string): string {
  return host.toLowerCase().replace(SIP_DEFAULT_PORT, '').replace(/\.$/, '');
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
  if (isSip(text)) return `sip:••••${/@[\w.:[\]-]{1,64}$/.exec(text)?.[0] ?? ''}`;
  const number = text.replace(/[^+\d]/g, '');
  if (!/\d/.test(number)) return 'no number';
  return SHORT.test(number) ? number : `${number.slice(0, Math.min(number.length - 4, LOGGED_LENGTH))}••••`;
}

function notAllowed(detail: string): Problem {
  return new Problem(403, detail, { code: 'number-not-allowed' });
}
