/** The key that opens the site owner's API. */
import { createHash, timingSafeEqual } from 'node:crypto';

/** Characters: as many hexadecimal digits as 128 bits have. */
export const API_KEY_MINIMUM = 32;

/** What a header can carry as one word (RFC 6750, 2.1, and more). */
export const API_KEY_FORM = new RegExp(`^[\\x21-\\x7e]{${API_KEY_MINIMUM},512}$`);

/** Keeps no more of the key than what it takes to know it again. */
export class ApiKey {
  readonly #digest: Buffer;

  /** @param key at least `API_KEY_MINIMUM` characters that nobody can guess, in the form of `API_KEY_FORM` */
  constructor(key: string) {
    // An empty one would be matched by every request without a key.
    if (!API_KEY_FORM.test(key))
      throw new RangeError(
        `The API key must have at least ${API_KEY_MINIMUM} characters: letters, digits and signs of ASCII.`,
      );
    this.#digest = digest(key);
  }

  /** Takes equally long for whatever is given. */
  matches(given: string | undefined): boolean {
    return timingSafeEqual(digest(given ?? ''), this.#digest);
  }
}

/** Of equal length whatever was hashed: only texts of equal length can be compared in constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
