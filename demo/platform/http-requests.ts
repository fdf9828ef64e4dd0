/** What the platform's HTTP APIs read requests with. A refusal is thrown; each API answers it in its own shape. */
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import { createHash } from 'node:crypto';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { z } from 'zod';

/** An account, as Basic auth and the path name it. */
export interface Credentials {
  readonly accountId: string;
  readonly username: string;
  readonly password: string;
}

/** For comparing what is secret: at once, in place of four trips to other threads for each request. */
export function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}

/** Reads JSON; an absent body counts as an empty object. Refuses with 400 what the schema does not take. */
export async function readBody<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.output<Schema>> {
  const result = schema.safeParse(parseJson((await context.req.text()) || '{}'));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return raise(400, `${issue?.path.join('.') || 'body'}: ${issue?.message ?? 'is invalid'}`);
}

export function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

export function raise(status: ContentfulStatusCode, message: string): never {
  throw new HTTPException(status, { message });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return raise(400, 'The body is not JSON.');
  }
}
