/** Invitations: who may come into which room, as whom and until when, signed by the site (JWT, RFC 7519, with HS256). */
import { errors, jwtVerify, SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { printable, roomName } from './http.js';
import { Problem } from './problem.js';
import { layoutClasses, permissionChanges } from './room-schemas.js';
import { roleSchema, type PermissionChanges, type Role } from './roles.js';

/** HMAC with SHA-256 wants a key of at least as many bits (RFC 7518 section 3.2). */
export const SECRET_LENGTH = 32;

/** Characters of an invitation: what a page sends has a limit, too. */
export const INVITE_LIMIT = 8192;

const ALGORITHM = 'HS256';

/** Characters (code points). */
const DATA_LIMIT = 1000;

export interface InvitationFields {
  readonly room: string;
  readonly role: Role;
  /** Default: the name that the person gives. */
  readonly name?: string | undefined;
  readonly permissions?: PermissionChanges | undefined;
  /** For the others' pages: text of any content, at most 1000 characters. */
  readonly data?: string | undefined;
  /** Of the streams that the person will publish. */
  readonly layoutClasses?: readonly string[] | undefined;
  /** Default: valid at once. In whole seconds, as `expiresAt`. */
  readonly notBefore?: Date | undefined;
  readonly expiresAt: Date;
}

export interface Invitation extends Omit<InvitationFields, 'notBefore' | 'expiresAt'> {
  readonly id: string;
}

const claims = z.object({
  jti: z.string().min(1).max(64),
  room: roomName,
  role: roleSchema,
  name: printable.optional(),
  permissions: permissionChanges.optional(),
  data: z
    .string('must be a text')
    .refine((text) => Array.from(text).length <= DATA_LIMIT, `must have at most ${DATA_LIMIT} characters`)
    .optional(),
  layoutClasses: layoutClasses.optional(),
});

/** Whoever has an invitation comes in, as often as they like until it expires or its holder is removed from the room. */
export class Invitations {
  readonly #key: Uint8Array;

  /** @param secret at least `SECRET_LENGTH` characters that nobody can guess */
  constructor(secret: string) {
    if (secret.length < SECRET_LENGTH)
      throw new RangeError(`The secret of invitations must have at least ${SECRET_LENGTH} characters.`);
    this.#key = new TextEncoder().encode(secret);
  }

  /** @throws Problem where a field cannot be so, or all together are too much */
  async issue({ notBefore, expiresAt, ...fields }: InvitationFields): Promise<string> {
    const result = claims.safeParse({ ...fields, jti: randomUUID() });
    if (!result.success) {
      const [issue] = result.error.issues;
      throw new Problem(400, `The field "${issue?.path.join('.')}" ${issue?.message}.`);
    }
    const token = new SignJWT(result.data).setProtectedHeader({ alg: ALGORITHM }).setExpirationTime(expiresAt);
    if (notBefore) token.setNotBefore(notBefore);
    const invite = await token.sign(this.#key);
    if (invite.length <= INVITE_LIMIT) return invite;
    throw new Problem(400, 'The invitation would be too long: give it less "data", or fewer permissions and classes.');
  }

  /** @throws Problem for one that is not valid now, or was not made with the same secret */
  async read(invite: string): Promise<Invitation> {
    const result = claims.safeParse(await this.#verify(invite));
    if (!result.success) throw invalidInvitation('The invitation is not valid.', result.error);
    const { jti: id, ...fields } = result.data;
    return { id, ...fields };
  }

  async #verify(invite: string): Promise<unknown> {
    try {
      const { payload } = await jwtVerify(invite, this.#key, { algorithms: [ALGORITHM], requiredClaims: ['exp'] });
      return payload;
    } catch (error) {
      throw invalidInvitation(sentence(error), error);
    }
  }
}

function sentence(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'The invitation has expired. Ask for a new one.';
  const isTooEarly = error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf';
  return isTooEarly ? 'The invitation is not valid yet. Come back later.' : 'The invitation is not valid.';
}

export function invalidInvitation(detail: string, cause?: unknown): Problem {
  return new Problem(403, detail, { code: 'invitation-invalid', cause });
}
