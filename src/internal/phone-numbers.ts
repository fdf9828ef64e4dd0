/** Phone numbers as people write them. The rules of all countries are large, and so are loaded only where needed. */
import type { CountryCode } from 'libphonenumber-js/min';

export interface PhoneNumbers {
  /** What somebody types, spaced as is usual. The country counts for numbers without a country code. */
  formatTyped(text: string, countries: readonly string[]): string;
  /** In E.164; undefined for what can be no number in any country. */
  parse(text: string, countries: readonly string[]): string | undefined;
  /** With its country code, spaced as is usual. */
  format(number: string): string;
}

/** What is in a number beside letters and signs that mean nothing. */
const NUMBER_SIGNS = /^[+\p{Nd}\s().\-/]*$/u;

/** ITU-T E.164: at most 15 digits. None has fewer than 7 with its country code. */
const E164 = /^\+[1-9]\d{6,14}$/;

/** Reads a number with + and country code without knowing the rules of any country. Undefined for anything else. */
export function asE164(text: string): string | undefined {
  const number = text.replace(/[\s().\-/]/g, '');
  return E164.test(number) ? number : undefined;
}

/** Rejects where the rules could not be loaded. */
export async function loadPhoneNumbers(): Promise<PhoneNumbers> {
  const { AsYouType, isSupportedCountry, parsePhoneNumberFromString } = await import('./phone-number-rules.js');
  /** The first one that there is. */
  const known = (countries: readonly string[]): CountryCode =>
    countries.find((country) => isSupportedCountry(country)) ?? 'US';
  return {
    formatTyped: (text, countries) => (NUMBER_SIGNS.test(text) ? new AsYouType(known(countries)).input(text) : text),
    // By length alone: who loaded this long ago shall be able to call the numbers that are given out since.
    parse(text, countries) {
      const number = parsePhoneNumberFromString(text, { defaultCountry: known(countries), extract: false });
      return number?.isPossible() ? number.number : undefined;
    },
    format: (number) => parsePhoneNumberFromString(number)?.formatInternational() ?? number,
  };
}
