/** Errors of the room service's HTTP API: problem documents (RFC 9457) with a code that a page can branch on. */
import { STATUS_CODES } from 'node:http';
import { z } from '@hono/zod-openapi';
import { permissionSchema, type Permission } from './roles.js';

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

/** Codes that say more than the status does. */
const OTHER_CODES = [
  'number-invalid',
  'number-not-allowed',
  'permission-missing',
  'call-limit',
  'call-gone',
  'call-failed',
  'room-gone',
  'room-locked',
  'room-ended',
  'participant-gone',
  'entry-denied',
  'invitation-invalid',
  'removed',
  'rate-limited',
] as const;

export type ProblemStatus = keyof typeof CODES;
export type ProblemCode = (typeof CODES)[ProblemStatus] | (typeof OTHER_CODES)[number];

export const problemSchema = z
  .object({
    type: z.string().openapi({ example: 'about:blank' }),
    title: z.string().openapi({ example: 'Conflict' }),
    status: z.number().int().openapi({ example: 409 }),
    detail: z.string().openapi({ example: 'The room is full. Try again when someone has left.' }),
    code: z.enum([...Object.values(CODES), ...OTHER_CODES]).openapi({ example: 'room-full' }),
    permission: permissionSchema
      .optional()
      .openapi({ description: 'The one that is missing, with `permission-missing`.' }),
  })
  .openapi('Problem');

/** A request that ends with a problem document. The message is the document's `detail`: a sentence for a person. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: ProblemStatus;
  readonly code: ProblemCode;
  readonly permission: Permission | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ProblemStatus,
    detail: string,
    options: {
      code?: ProblemCode | undefined;
      permission?: Permission;
      headers?: Record<string, string>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.status = status;
    this.code = options.code ?? CODES[status];
    this.permission = options.permission;
    this.headers = options.headers ?? {};
  }

  toResponse(): Response {
    const { status, code, message: detail, permission } = this;
    // `about:blank`: the problem's kind is what the status says (RFC 9457, 4.2.1).
    const document = {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail,
      code,
      permission,
    };
    return new Response(JSON.stringify(document), {
      status,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...this.headers },
    });
  }
}
