/** The HTTP API of phone calls: what `<dial-out-button>` asks, and the callbacks of the Voice API. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { DIGITS_LIMIT } from './bxml.js';
import type { CallService } from './call-service.js';
import type { Call } from './calls.js';
import {
  answerTo,
  bearerOf,
  clientOf,
  limitBody,
  NAME_LIMIT,
  PRIVATE,
  printable,
  problemResponses,
  readBody,
  refuseMethod,
} from './http.js';
import { crossOrigin, type AllowedOrigins } from './origins.js';
import { Problem } from './problem.js';
import { DIAL_OUT_PERMISSION } from './roles.js';
import type { RoomService } from './room-service.js';

export const callId = z
  .string('must be a text')
  .regex(/^[\w-]{8,64}$/, 'must be 8 to 64 letters, digits, dashes or underscores');

const callRequest = z
  .object({
    id: callId.optional().openapi({ description: 'Sent again, it starts no second call.' }),
    number: z
      .string('must be a text')
      .max(64, 'must have at most 64 characters')
      .openapi({ description: 'With + and its country code.', example: '+1 202 555 0100' }),
    name: printable.default('').openapi({ type: 'string', maxLength: NAME_LIMIT, example: 'Grace' }),
  })
  .openapi('CallRequest');

export const digitsRequest = z
  .object({
    digits: z
      .string('must be a text')
      .regex(new RegExp(`^[0-9*#]{1,${DIGITS_LIMIT}}$`), `must be 1 to ${DIGITS_LIMIT} of 0-9, * and #`),
  })
  .openapi('DigitsRequest');

export const callSchema = z
  .object({
    id: z.string(),
    number: z.string().openapi({ description: 'E.164, or a SIP address.', example: '+12025550100' }),
    name: z.string(),
    status: z.enum(['dialing', 'ringing', 'answered', 'busy', 'no-answer', 'rejected', 'failed', 'ended']),
    participantId: z.string().optional(),
    startedBy: z.string().optional(),
    startedAt: z.iso.datetime(),
  })
  .openapi('Call');

const answerCallback = z.object({ eventType: z.literal('answer'), callId: z.string().min(1) });
const disconnectCallback = z.object({
  eventType: z.literal('disconnect'),
  callId: z.string().min(1),
  cause: z.string().nullish(),
});

const security = [{ Bearer: [] }];
const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });

const listRoute = createRoute({
  method: 'get',
  path: '/rooms/calls',
  summary: 'Calls of the room: those under way, and those that ended within the last minute',
  security,
  responses: {
    200: { description: 'Oldest first', content: json(z.array(callSchema)) },
    ...problemResponses(401, 403, 500),
  },
});

const startRoute = createRoute({
  method: 'post',
  path: '/rooms/calls',
  summary: 'Call a phone into the room',
  security,
  request: { body: { required: true, content: json(callRequest) } },
  responses: {
    201: { description: 'The phone platform has taken the call', content: json(callSchema) },
    200: { description: 'There was a call of this id already', content: json(callSchema) },
    ...problemResponses(400, 401, 403, 409, 413, 429, 500, 502, 503, 504),
  },
});

const callParameters = z.object({ id: callId });

const hangUpRoute = createRoute({
  method: 'delete',
  path: '/rooms/calls/{id}',
  summary: 'Stop ringing, or hang up',
  security,
  request: { params: callParameters },
  responses: { 204: { description: 'The call is over' }, ...problemResponses(401, 403, 404, 500) },
});

const digitsRoute = createRoute({
  method: 'post',
  path: '/rooms/calls/{id}/digits',
  summary: 'Let the phone hear keys of a keypad',
  security,
  request: { params: callParameters, body: { required: true, content: json(digitsRequest) } },
  responses: {
    204: { description: 'The phone hears them' },
    ...problemResponses(400, 401, 403, 404, 409, 413, 429, 500, 502, 504),
  },
});

export interface CallRoutesOptions {
  readonly calls: CallService;
  readonly rooms: RoomService;
  /** Below it the platform posts callbacks. It must not be possible to guess it. */
  readonly callbackPath: string;
  readonly allowedOrigins: AllowedOrigins;
  readonly log: (message: string) => void;
}

/** To be mounted before the room service's other routes, whose middleware is not for the callbacks. */
export function createCallRoutes(options: CallRoutesOptions): OpenAPIHono {
  const { calls, rooms, callbackPath } = options;
  const app = new OpenAPIHono();
  /** To be asked when the body is there: somebody who sends it slowly may have lost the seat meanwhile. */
  const authorize = (context: Context) => rooms.authorize(bearerOf(context), DIAL_OUT_PERMISSION);

  /** Has the log tell where nothing is called because of a Problem. */
  async function logged<Result>(client: string, attempt: () => Promise<Result>): Promise<Result> {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof Problem) calls.logRefusal(client, error);
      throw error;
    }
  }

  app.onError((error) => answerTo(error, options.log));
  app.use(`${callbackPath}/*`, limitBody());
  app.use(`${callbackPath}/*`, async (context, next) => {
    if (!calls.isCallbackAuthorized(context.req.header('authorization')))
      throw new Problem(401, 'User or password is wrong.', { headers: { 'www-authenticate': 'Basic realm="calls"' } });
    await next();
  });
  app.post(`${callbackPath}/:key/answer`, async (context) => {
    const body = await readBody(context, answerCallback);
    const bxml = calls.handleAnswer(context.req.param('key'), body.callId);
    return context.body(bxml, 200, { ...PRIVATE, 'content-type': 'application/xml' });
  });
  app.post(`${callbackPath}/:key/disconnect`, async (context) => {
    const body = await readBody(context, disconnectCallback);
    calls.handleDisconnect(context.req.param('key'), body.callId, body.cause ?? undefined);
    return context.body(null, 204);
  });

  app.use('/rooms/calls/*', limitBody());
  app.use('/rooms/calls/*', crossOrigin(options.allowedOrigins));
  app.get('/rooms/calls', (context) => {
    const { room } = authorize(context);
    const answer: Call[] = calls.list(room);
    return context.json(answer, 200, PRIVATE);
  });
  app.post('/rooms/calls', async (context) => {
    const client = clientOf(context);
    const { room, startedBy, ...request } = await logged(client, async () => {
      const body = await readBody(context, callRequest);
      const { room, participantId } = authorize(context);
      return { ...body, room, startedBy: participantId };
    });
    const isKnown = calls.list(room).some((known) => known.id === request.id);
    const answer = await calls.start({ ...request, room, startedBy, client });
    return context.json(answer, isKnown ? 200 : 201, PRIVATE);
  });
  app.all('/rooms/calls', () => refuseMethod('GET', 'POST'));

  app.delete('/rooms/calls/:id', async (context) => {
    await calls.hangUp(authorize(context).room, context.req.param('id'));
    return context.body(null, 204, PRIVATE);
  });
  app.all('/rooms/calls/:id', () => refuseMethod('DELETE'));

  app.post('/rooms/calls/:id/digits', async (context) => {
    const { digits } = await readBody(context, digitsRequest);
    const { room } = authorize(context);
    await calls.sendDigits(room, context.req.param('id'), digits);
    return context.body(null, 204, PRIVATE);
  });
  app.all('/rooms/calls/:id/digits', () => refuseMethod('POST'));

  for (const route of [listRoute, startRoute, hangUpRoute, digitsRoute]) app.openAPIRegistry.registerPath(route);
  return app;
}
