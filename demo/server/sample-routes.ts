/**
 * The routes of Bandwidth's sample meeting server, answered as it answers them, so that a page written for it works
 * here. Like there, whoever may use them needs no seat in a room: they are for sites that know their visitors.
 */
import { z } from '@hono/zod-openapi';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { isUnderWay, type Calls, type StartCall } from './calls.js';
import {
  answerTo,
  clientOf,
  limitBody,
  limitRate,
  PRIVATE,
  printable,
  readBody,
  refuseMethod,
  roomName,
} from './http.js';
import { permitEntry, type Authorize } from './join-policy.js';
import { crossOrigin, type AllowedOrigins } from './origins.js';
import { Problem, type ProblemStatus } from './problem.js';
import type { RateLimiter } from './rate-limiter.js';
import type { RoomService } from './room-service.js';

/** Where the sample lets in who names no room. */
const DEFAULT_ROOM = 'lobby';

const room = printable
  .nullish()
  .transform((name) => name || DEFAULT_ROOM)
  .pipe(roomName);
const person = z.object({ name: printable.nullish() }, 'must be an object');
const joinRequest = z.object({ room, caller: person.nullish() });
const callRequest = z.object({
  room,
  callee: person.extend({
    phone_number: z.string('must be a text').max(64, 'must have at most 64 characters'),
  }),
});

/** The sample says JSON in the name of HTML: what people have typed must never be taken for markup. */
const ANSWER_HEADERS = {
  ...PRIVATE,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
};

export interface SampleRoutesOptions {
  readonly rooms: RoomService;
  /** Who may come in. */
  readonly authorize: Authorize;
  /** Undefined: phones cannot be called. */
  readonly calls: Calls | undefined;
  readonly allowedOrigins: AllowedOrigins;
  /** How often one address may join or end rooms. */
  readonly joinLimiter: RateLimiter;
  /** Where the media SDK connects, for this request; undefined leaves it to the SDK. */
  readonly websocketUrl: (request: Request) => string | undefined;
  readonly log: (message: string) => void;
}

export function createSampleRoutes(options: SampleRoutesOptions): Hono {
  const { rooms, calls, joinLimiter } = options;
  const started = new StartedCalls(calls);
  const app = new Hono();
  app.onError((error) => answerTo(error, options.log));
  const guards = [limitBody(), crossOrigin(options.allowedOrigins), refuseForeignPages()];

  route(app, 'POST', '/joinCall', guards, async (context) => {
    limitRate(joinLimiter, clientOf(context), 'Too many attempts to join. Wait a minute, then try again.');
    const { room, caller } = await readBody(context, joinRequest);
    const request = context.req.raw;
    const asked = { room, name: caller?.name || 'Guest', hasModerator: rooms.hasModerator(room) };
    const entry = await rooms.join(await permitEntry(options.authorize, request, asked));
    // Nobody waits for the answer any more, so nobody will ever use the token.
    if (request.signal.aborted || 'waiting' in entry) rooms.leave(entry.session);
    // A page of the sample does not ask again.
    if ('waiting' in entry) throw new Problem(403, 'Somebody has to let you in: join from another page.');
    const websocketUrl = options.websocketUrl(request);
    return {
      message: 'The room is ready for you.',
      token: entry.token,
      room,
      ...(websocketUrl !== undefined && { websocketUrl }),
    };
  });

  route(app, 'POST', '/startPSTNCall', guards, async (context) => {
    const { room, callee } = await readBody(context, callRequest);
    const { phone_number: number, name } = callee;
    await started.start({ room, number, name: name ?? '', client: clientOf(context) });
    return { status: 'ringing' };
  });

  route(app, 'GET', '/endPSTNCall', guards, async (context) => {
    limitRate(joinLimiter, clientOf(context), 'Too many requests. Wait a minute, then try again.');
    await started.hangUp(context.req.query('room')?.trim().normalize('NFC'));
    return { status: 'hungup' };
  });

  route(app, 'GET', '/idLookup', guards, (context) => {
    const attendee = rooms.nameOf(context.req.query('id') ?? '');
    if (attendee === undefined) throw new Problem(404, 'There is nobody of this id.');
    return { attendee };
  });

  route(app, 'GET', '/endSession', guards, (context) => {
    limitRate(joinLimiter, clientOf(context), 'Too many requests. Wait a minute, then try again.');
    const room = roomName.safeParse(context.req.query('room_name')).data;
    if (!room) throw new Problem(400, 'The parameter "room_name" must be the name of a room.');
    rooms.end(room, 'ended');
    return { status: 200, message: `room/session '${room}' deleted` };
  });
  return app;
}

/** The calls that were started here: the sample ends the last one, whoever asks. */
class StartedCalls {
  readonly #calls: Calls | undefined;
  /** Oldest first. Those that are over are forgotten when the next one is started. */
  #started: { readonly room: string; readonly id: string }[] = [];

  constructor(calls: Calls | undefined) {
    this.#calls = calls;
  }

  async start(request: StartCall): Promise<void> {
    if (!this.#calls) throw new Problem(403, 'Phones cannot be called from here.', { code: 'permission-missing' });
    const { id } = await this.#calls.start(request);
    this.#started = [...this.#underWay(), { room: request.room, id }];
  }

  /** Ends the calls of a room, or the last one of all. */
  async hangUp(room: string | undefined): Promise<void> {
    const underWay = this.#underWay();
    const meant = room === undefined ? underWay.slice(-1) : underWay.filter((call) => call.room === room);
    // All at once: one that is waited for meanwhile may be over, and forgotten.
    await Promise.all(meant.map(async ({ room, id }) => this.#calls?.hangUp(room, id)));
  }

  #underWay() {
    return this.#started.filter(({ room, id }) =>
      this.#calls?.list(room).some((call) => call.id === id && isUnderWay(call)),
    );
  }
}

type Handler = (context: Context) => object | Promise<object>;

function route(app: Hono, method: 'GET' | 'POST', path: string, guards: MiddlewareHandler[], handler: Handler): void {
  for (const guard of guards) app.use(path, guard);
  app.on(method, path, async (context) => {
    // Hono answers HEAD by GET.
    if (context.req.method !== method) refuseMethod(method);
    try {
      return answer(context, 200, await handler(context));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // The sample's POST routes say so with status 200, and a page looks for what is missing in the answer.
      return answer(context, method === 'POST' ? 200 : error.status, { message: error.message }, error.headers);
    }
  });
  app.all(path, () => refuseMethod(method));
}

function answer(context: Context, status: ProblemStatus | 200, body: object, headers = {}): Response {
  const json = JSON.stringify(body).replaceAll('<', '\\u003c');
  return context.body(json, status, { ...ANSWER_HEADERS, ...headers });
}

/**
 * Links, forms and pictures of other sites, too, send a GET, without telling their origin: some of these routes do
 * something at a GET.
 */
function refuseForeignPages(): MiddlewareHandler {
  return async (context, next) => {
    const site = context.req.header('sec-fetch-site');
    const isForeign = site === 'cross-site' || site === 'same-site';
    if (isForeign && context.req.header('origin') === undefined)
      throw new Problem(403, 'Only scripts of allowed pages may ask this.');
    await next();
  };
}
