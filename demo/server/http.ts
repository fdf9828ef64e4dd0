/** What every HTTP API of the server does alike: reading requests, and answering with problem documents. */
import { getConnInfo } from '@hono/node-server/conninfo';
import { z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { limitBody as limitBodyTo } from '../limit-body.js';
import { Problem, problemSchema, type ProblemCode, type ProblemStatus } from './problem.js';
import type { RateLimiter } from './rate-limiter.js';

/** Bytes. */
const BODY_LIMIT = 16 * 1024;

/** Answers hold tokens and names. */
export const PRIVATE = { 'cache-control': 'no-store' };

/** Characters (code points) of a name. */
export const NAME_LIMIT = 64;

/** Anything that can be seen or separates words, in any language, with the joiners that some scripts and emoji need. */
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}\u{200C}\u{200D}]*$/u;

/** A name that people read. */
export const printable = z
  .string('must be a text')
  .transform((text) => text.trim().normalize('NFC'))
  .refine((text) => Array.from(text).length <= NAME_LIMIT, `must have at most ${NAME_LIMIT} characters`)
  .refine((text) => PRINTABLE.test(text), 'must not contain control characters');

/** The name of a room. It stands in paths: `.` and `..` mean something else there (RFC 3986 section 5.2.4). */
export const roomName = printable
  .refine((text) => text !== '', 'must not be empty')
  .refine((text) => text !== '.' && text !== '..', 'must not be "." or ".."')
  .openapi({ type: 'string', minLength: 1, maxLength: NAME_LIMIT, example: 'standup' });

interface ProblemResponse {
  description: string;
  content: Record<string, { schema: typeof problemSchema }>;
}

/** Entries of an OpenAPI route's `responses`. */
export function problemResponses(...statuses: ProblemStatus[]): Record<string, ProblemResponse> {
  const response = { description: 'Problem', content: { 'application/problem+json': { schema: problemSchema } } };
  return Object.fromEntries(statuses.map((status) => [status, response]));
}

/** What a route threw, as an answer. What is not a `Problem` is logged, and told to nobody. */
export function answerTo(error: Error, log: (message: string) => void): Response {
  if (error instanceof Problem) return error.toResponse();
  log(`The room service failed: ${error.stack ?? error.message}`);
  return new Problem(500, 'The meeting service has a problem. Try again in a moment.').toResponse();
}

/** Refuses bodies that are larger than any of this server's need to be. */
export function limitBody(): MiddlewareHandler {
  return limitBodyTo(BODY_LIMIT, () => {
    throw new Problem(413, `The body is larger than ${BODY_LIMIT} bytes.`);
  });
}

/** The body, whatever its content type says. @throws Problem */
export async function readBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  return validated(schema, parseJson(await context.req.text()));
}

/** What the schema makes of a request's body. @throws Problem */
export function validated<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [{ path, code, message } = { path: [], code: undefined, message: '' }] = result.error.issues;
  const field = path.join('.');
  // Messages of zod's own are sentences.
  if (field)
    throw new Problem(400, `The field "${field}" ${/^[A-Z]/.test(message) ? `is wrong: ${message}` : message}.`);
  throw new Problem(400, code === 'custom' ? `The body ${message}.` : 'The body must be a JSON object.');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Problem(400, 'The body is not JSON.', { cause });
  }
}

export function bearerOf(context: Context): string | undefined {
  return /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
}

/** The address that a request comes from. */
export function clientOf(context: Context): string {
  return getConnInfo(context).remote.address ?? 'unknown';
}

/**
 * @param refusal the sentence for who has to wait
 * @param code Default: as endpoints have it that limit how often somebody joins
 * @throws Problem
 */
export function limitRate(limiter: RateLimiter, client: string, refusal: string, code?: ProblemCode): void {
  const retryAfter = limiter.take(client);
  if (retryAfter > 0) throw new Problem(429, refusal, { code, headers: { 'retry-after': String(retryAfter) } });
}

export function refuseMethod(...allowed: string[]): never {
  throw new Problem(405, `Use the method ${allowed.join(' or ')}.`, { headers: { allow: allowed.join(', ') } });
}
