/** Errors of the room service's HTTP API: problem documents (RFC 9457) with a code that a page can branch on. */
import { STATUS_CODES } from 'node:http';
import { z } from '@hono/zod-openapi';

/** Codes of `src/room/errors.ts` that an endpoint can answer with, by HTTP status. */
const CODES = {
  400: 'endpoint-rejected',
  401: 'endpoint-unauthorized',
  403: 'endpoint-unauthorized',
  404: 'endpoint-not-found',
  405: 'endpoint-not-found',
  409: 'room-full',
  413: 'endpoint-rejected',
  429: 'endpoint-rate-limited',
  500: 'endpoint-failed',
  502: 'endpoint-failed',
  503: 'endpoint-failed',
  504: 'endpoint-timeout',
} as const;

/** Codes of phone calls, which say more than the status does. */
const CALL_CODES = [
  'number-invalid',
  'number-not-allowed',
  'permission-missing',
  'call-limit',
  'call-gone',
  'call-failed',
] as const;

export type ProblemStatus = keyof typeof CODES;
export type ProblemCode = (typeof CODES)[ProblemStatus] | (typeof CALL_CODES)[number];

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'about:blank' }),
    title: z.string().openapi({ example: 'Conflict' }),
    status: z.number().int().openapi({ example: 409 }),
    detail: z.string().openapi({ example: 'The room is full. Try again when someone has left.' }),
    code: z.enum([...Object.values(CODES), ...CALL_CODES]).openapi({ example: 'room-full' }),
  })
  .openapi('Problem');

/** A request that ends with a problem document. The message is the document's `detail`: a sentence for a person. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ProblemStatus;
  readonly code: ProblemCode;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ProblemStatus,
    detail: string,
    options: { code?: ProblemCode | undefined; headers?: Record<string, string>; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.code = options.code ?? CODES[status];
    this.headers = options.headers ?? {};
  }

  toResponse(): Response {
    const { status, code, message: detail } = this;
    // `about:blank`: the problem's kind is what the status says (RFC 9457, 4.2.1).
    const document = {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail,
      code,
    };
    return new Response(JSON.stringify(document), {
      status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...this.headers },
    });
  }
}
