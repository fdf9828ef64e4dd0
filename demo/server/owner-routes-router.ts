/** Routes of the site owner's API: each is answered, described and guarded by one definition. */
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { PRIVATE, problemResponses, readBody, refuseMethod } from './http.js';
import { Problem, type ProblemStatus } from './problem.js';

/** Name of the API key in the OpenAPI document. */
export const API_KEY_SCHEME = 'ApiKey';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

interface Answer {
  readonly description: string;
  readonly content?: Readonly<Record<string, { schema: z.ZodType }>>;
}

export interface OwnerRoute<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly method: Method;
  /** In OpenAPI's form: `/api/rooms/{room}`. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params & z.ZodObject;
  readonly query?: Query & z.ZodObject;
  readonly body?: Body;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Besides those that every route can answer with. */
  readonly problems?: readonly ProblemStatus[];
}

export interface OwnerRequest<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly context: Context;
}

export class OwnerRouter {
  readonly app = new OpenAPIHono();
  readonly #methods = new Map<string, string[]>();

  add<
    Params extends z.ZodType = z.ZodUndefined,
    Query extends z.ZodType = z.ZodUndefined,
    Body extends z.ZodType = z.ZodUndefined,
  >(
    route: OwnerRoute<Params, Query, Body>,
    handler: (request: OwnerRequest<z.output<Params>, z.output<Query>, z.output<Body>>) => Response | Promise<Response>,
  ): void {
    const { params, query, body } = route;
    const path = route.path.replaceAll(/\{(\w+)\}/g, ':$1');
    const method = route.method.toUpperCase();
    this.#methods.set(path, [...(this.#methods.get(path) ?? []), method]);
    this.app.on(method, path, async (context) => {
      // Hono answers HEAD by GET, and would leave a stream open that nobody reads.
      if (context.req.method !== method) this.#refuse(path);
      const request = {
        params: params && parsed(params, context.req.param(), 'The part of the path'),
        query: query && parsed(query, context.req.query(), 'The parameter'),
        body: body && parsed(body, await readBody(context, z.unknown()), 'The field'),
        context,
      };
      return handler(request as OwnerRequest<z.output<Params>, z.output<Query>, z.output<Body>>);
    });
    this.#describe(route);
  }

  /** To be called after the last route: other methods on their paths are refused. */
  refuseOthers(): void {
    for (const path of this.#methods.keys()) this.app.all(path, () => this.#refuse(path));
  }

  #refuse(path: string): never {
    return refuseMethod(...(this.#methods.get(path) ?? []));
  }

  #describe<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
    route: OwnerRoute<Params, Query, Body>,
  ): void {
    const { method, path, tag, summary, description, params, query, body, answers, problems = [] } = route;
    const hasInput = params !== undefined || query !== undefined || body !== undefined;
    this.app.openAPIRegistry.registerPath({
      method,
      path,
      tags: [tag],
      summary,
      ...(description !== undefined && { description }),
      security: [{ [API_KEY_SCHEME]: [] }],
      request: {
        ...(params && { params }),
        ...(query && { query }),
        ...(body && { body: { required: true, content: { 'application/json': { schema: body } } } }),
      },
      responses: {
        ...answers,
        ...problemResponses(
          ...(hasInput ? ([400] as const) : []),
          401,
          ...(body ? ([413] as const) : []),
          429,
          500,
          ...problems,
        ),
      },
    });
  }
}

/** An answer in JSON. */
export function json(description: string, schema: z.ZodType): Answer {
  return { description, content: { 'application/json': { schema } } };
}

export function noContent(context: Context): Response {
  return context.body(null, 204, PRIVATE);
}

/** @param noun what its members are @throws Problem */
function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown, noun: string): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys') throw new Problem(400, `${noun} "${issue.keys[0]}" is not known here.`);
  const member = issue?.path.join('.');
  if (member) throw new Problem(400, `${noun} "${member}" ${issue?.message}.`);
  throw new Problem(400, issue?.code === 'custom' ? `The body ${issue.message}.` : 'The body must be a JSON object.');
}
