import { randomBytes } from 'node:crypto';

/** Part of a path, or a password, that nobody can guess: 192 random bits, in letters that may stand in a URL. */
export function secret(): string {
  return randomBytes(24).toString('base64url');
}
