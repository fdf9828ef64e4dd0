/** Device tokens: what a participant shows when its device connects. */
import { jwtVerify, SignJWT } from 'jose';
import { randomBytes } from 'node:crypto';

/**
 * How long a token can be used to connect, in seconds: as long as the real platform lets a session last, because a phone
 * comes back with the token of its call.
 */
export const TOKEN_LIFETIME = 9 * 3600;

const ALGORITHM = 'HS256';

export interface DeviceTokens {
  issue(participantId: string): Promise<string>;
  /** Whose token this is; undefined for what was not issued here, was changed, or has expired. */
  verify(token: string): Promise<{ participantId: string } | undefined>;
}

/** The secret is made here and kept in memory: tokens do not outlive the platform that issued them. */
export function createDeviceTokens(options: { accountId: string; lifetimeSeconds?: number | undefined }): DeviceTokens {
  const { accountId, lifetimeSeconds = TOKEN_LIFETIME } = options;
  const secret = randomBytes(32);
  return {
    issue(participantId) {
      return new SignJWT({ v: 'v3', a: accountId, p: participantId })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setIssuedAt()
        .setExpirationTime(Math.floor(Date.now() / 1000) + lifetimeSeconds)
        .sign(secret);
    },
    async verify(token) {
      try {
        const { payload } = await jwtVerify(token, secret, { algorithms: [ALGORITHM], requiredClaims: ['exp'] });
        return typeof payload['p'] === 'string' ? { participantId: payload['p'] } : undefined;
      } catch {
        return undefined;
      }
    },
  };
}
