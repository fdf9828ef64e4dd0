/** The HTTP API of who is in a room: what they tell of themselves, write, and do to others and to the room. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import {
  bearerOf,
  limitRate,
  NAME_LIMIT,
  PRIVATE,
  printable,
  problemResponses,
  readBody,
  refuseMethod,
  validated,
} from './http.js';
import { messageRequest, type Messages } from './messages.js';
import {
  entryFields,
  flag,
  hasField,
  ids,
  layout,
  memberFields,
  messageSchema,
  participantSchema,
  roomSchema,
  removal,
  viewFields,
} from './room-schemas.js';
import type { ProblemStatus } from './problem.js';
import { RateLimiter } from './rate-limiter.js';
import type { RoomControl } from './room-control.js';
import { participantFacts, roomFacts } from './room-facts.js';
import type { RoomService } from './room-service.js';
import { LAYOUTS } from './room-store.js';

/** In a minute, and at once, from one seat. */
export const MESSAGE_RATE = { perMinute: 60, burst: 20 };
/** What pages tell of themselves, and what is done to others. */
export const ACTION_RATE = { perMinute: 120, burst: 60 };

/** Streams that one page publishes. */
export const STREAM_LIMIT = 8;

const NO_FIELD = 'must have at least one field that is known';

const condition = z.enum(['on', 'off', 'unavailable'], 'must be "on", "off" or "unavailable"').optional();

const publishedStream = z.object({
  id: z
    .string('must be a text')
    .regex(/^[\x21-\x7E]{1,128}$/, 'must be 1 to 128 visible ASCII characters')
    .openapi({ description: 'The id of the MediaStream.' }),
  videoType: z.enum(['camera', 'screen'], 'must be "camera" or "screen"'),
  name: printable.openapi({ type: 'string', maxLength: NAME_LIMIT }),
  hasAudio: flag,
  hasVideo: flag,
});

const selfReport = z
  .object({
    microphone: condition,
    camera: condition,
    network: z.enum(['good', 'fair', 'poor'], 'must be "good", "fair" or "poor"').optional(),
    hand: flag.optional().openapi({ description: 'Whether it is raised.' }),
    streams: z
      .array(publishedStream, 'must be a list')
      .max(STREAM_LIMIT, `must have at most ${STREAM_LIMIT} entries`)
      .refine((all) => new Set(all.map(({ id }) => id)).size === all.length, 'must not have the same id twice')
      .optional()
      .openapi({ description: 'All that the page publishes.' }),
  })
  .refine(hasField, NO_FIELD)
  .openapi('SelfReport', { example: { microphone: 'on', camera: 'off' } });

const memberChange = z
  .object(memberFields)
  .refine(hasField, NO_FIELD)
  .openapi('MemberChange', { example: { microphone: 'off' } });

const meetingChange = z
  .object({
    ...entryFields,
    ...viewFields,
    muted: z
      .union([z.literal(false), z.object({ except: ids })], 'must be false or have a list "except"')
      .optional()
      .openapi({ description: 'Everybody but moderators and these participants, also who comes later.' }),
  })
  .refine(hasField, NO_FIELD)
  .openapi('MeetingChange', { example: { locked: true } });

const decision = z.object({ admitted: flag }).openapi('Decision');

const roomAnswer = roomSchema
  .omit({ participantCount: true, waitingCount: true })
  .extend({ layouts: z.array(layout).openapi({ description: 'Those that can be set.' }) })
  .openapi('RoomFacts');

const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });
const byId = z.object({ id: z.string() });

/** Answers by a bearer: 200 with what is given, else 204. */
function route<Method extends 'get' | 'post' | 'patch' | 'delete', Path extends string>(
  method: Method,
  path: Path,
  summary: string,
  more: { body?: z.ZodType; answer?: z.ZodType; query?: z.ZodObject; problems?: ProblemStatus[] } = {},
) {
  const { body, answer, query, problems = [] } = more;
  return createRoute({
    method,
    path,
    summary,
    security: [{ Bearer: [] }],
    request: {
      ...(path.includes('{id}') && { params: byId }),
      ...(query && { query }),
      ...(body && { body: { required: true, content: json(body) } }),
    },
    responses: {
      ...(answer
        ? { 200: { description: 'As it is now', content: json(answer) } }
        : { 204: { description: 'It is so now' } }),
      ...problemResponses(401, 403, 500, ...problems, ...(body ? ([400, 413, 429] as const) : [])),
    },
  });
}

const ROUTES = [
  route('get', '/rooms/participants', 'Who is in the room of the bearer', { answer: z.array(participantSchema) }),
  route('patch', '/rooms/self', 'Tell of oneself: devices, network, hand, streams', { body: selfReport }),
  route('patch', '/rooms/participants/{id}', 'Mute, ask to unmute, lower a hand, make deaf, promote or demote', {
    body: memberChange,
    problems: [404, 409],
  }),
  route('delete', '/rooms/participants/{id}', 'Remove somebody, who cannot come back', {
    query: removal,
    problems: [400, 404, 429],
  }),
  route('get', '/rooms/room', 'How the meeting is run', { answer: roomAnswer }),
  route('patch', '/rooms/room', 'Change how the meeting is run, for everybody', {
    body: meetingChange,
    problems: [404],
  }),
  route('delete', '/rooms/room', 'End the meeting for everybody', { problems: [429] }),
  route('patch', '/rooms/waiting/{id}', 'Let somebody in who waits, or turn them away', {
    body: decision,
    problems: [404, 409],
  }),
];

const messagesRoute = createRoute({
  method: 'post',
  path: '/rooms/messages',
  summary: 'Send a message, a reaction or a signal: to everybody, or to one participant',
  security: [{ Bearer: [] }],
  request: { body: { required: true, content: json(messageRequest) } },
  responses: {
    201: { description: 'Sent', content: json(messageSchema) },
    200: { description: 'It was sent already', content: json(messageSchema) },
    ...problemResponses(400, 401, 403, 404, 409, 413, 429, 500),
  },
});

export interface MemberRoutesOptions {
  readonly rooms: RoomService;
  readonly control: RoomControl;
  readonly messages: Messages;
}

/** To be mounted behind what answers errors, limits bodies and knows origins. */
export function createMemberRoutes({ rooms, control, messages }: MemberRoutesOptions): OpenAPIHono {
  const app = new OpenAPIHono();
  const messageLimiter = new RateLimiter(MESSAGE_RATE.perMinute, MESSAGE_RATE.burst);
  const reportLimiter = new RateLimiter(ACTION_RATE.perMinute, ACTION_RATE.burst);
  const actionLimiter = new RateLimiter(ACTION_RATE.perMinute, ACTION_RATE.burst);

  /** Of somebody who is in a room and may ask at this moment. What they ask for is checked when its body is there. */
  function limitedBearer(context: Context, limiter: RateLimiter): string {
    const { bearer } = rooms.member(bearerOf(context));
    limitRate(limiter, bearer, 'That was too much at once. Wait a moment, then try again.', 'rate-limited');
    return bearer;
  }
  const done = (context: Context): Response => context.body(null, 204, PRIVATE);

  app.get('/rooms/participants', (context) => {
    const members = rooms.members(rooms.roomOf(bearerOf(context)));
    return context.json(
      members.map((member) => participantFacts(rooms, member)),
      200,
      PRIVATE,
    );
  });
  app.all('/rooms/participants', () => refuseMethod('GET'));

  app.patch('/rooms/self', async (context) => {
    const bearer = limitedBearer(context, reportLimiter);
    const report = await readBody(context, selfReport);
    control.report(bearer, report);
    return done(context);
  });

  app.patch('/rooms/participants/:id', async (context) => {
    const bearer = limitedBearer(context, actionLimiter);
    const change = await readBody(context, memberChange);
    control.setMember({ bearer }, rooms.roomOf(bearer), context.req.param('id'), change);
    return done(context);
  });
  app.delete('/rooms/participants/:id', (context) => {
    const bearer = limitedBearer(context, actionLimiter);
    const { reason } = validated(removal, context.req.query());
    control.remove({ bearer }, rooms.roomOf(bearer), context.req.param('id'), reason);
    return done(context);
  });
  app.all('/rooms/participants/:id', () => refuseMethod('PATCH', 'DELETE'));

  app.get('/rooms/room', (context) => {
    const { room } = rooms.authorize(bearerOf(context), 'room.list_available_layouts');
    const answer: z.infer<typeof roomAnswer> = { ...roomFacts(rooms, rooms.room(room)), layouts: [...LAYOUTS] };
    return context.json(answer, 200, PRIVATE);
  });
  app.patch('/rooms/room', async (context) => {
    const bearer = limitedBearer(context, actionLimiter);
    const change = await readBody(context, meetingChange);
    control.setRoom({ bearer }, rooms.roomOf(bearer), change);
    return done(context);
  });
  app.delete('/rooms/room', (context) => {
    const bearer = limitedBearer(context, actionLimiter);
    control.end({ bearer }, rooms.roomOf(bearer));
    return done(context);
  });
  app.all('/rooms/room', () => refuseMethod('GET', 'PATCH', 'DELETE'));

  app.patch('/rooms/waiting/:id', async (context) => {
    const bearer = limitedBearer(context, actionLimiter);
    const { admitted } = await readBody(context, decision);
    control.admit({ bearer }, rooms.roomOf(bearer), context.req.param('id'), admitted);
    return done(context);
  });
  app.all('/rooms/waiting/:id', () => refuseMethod('PATCH'));

  app.post(messagesRoute.path, async (context) => {
    const bearer = limitedBearer(context, messageLimiter);
    const request = await readBody(context, messageRequest);
    const room = rooms.roomOf(bearer);
    const isKnown = messages.has(room, request.id);
    return context.json(messages.send({ bearer }, room, request), isKnown ? 200 : 201, PRIVATE);
  });
  app.all(messagesRoute.path, () => refuseMethod('POST'));

  for (const each of [...ROUTES, messagesRoute]) app.openAPIRegistry.registerPath(each);
  return app;
}
