/** The room service's HTTP API: what `<video-room endpoint="/rooms/join">` asks, and its entries in the OpenAPI document. */
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { createEventRoutes, eventsLink } from './event-routes.js';
import type { EventStreams } from './event-streams.js';
import {
  answerTo,
  bearerOf,
  clientOf,
  limitBody,
  limitRate,
  NAME_LIMIT,
  PRIVATE,
  printable,
  problemResponses,
  readBody,
  refuseMethod,
  roomName,
} from './http.js';
import { INVITE_LIMIT } from './invitations.js';
import { createMemberRoutes } from './member-routes.js';
import type { Messages } from './messages.js';
import { crossOrigin, type AllowedOrigins } from './origins.js';
import type { RateLimiter } from './rate-limiter.js';
import { permitEntry, type AskedEntry, type Authorize } from './join-policy.js';
import { permissionSchema, roleSchema } from './roles.js';
import type { RoomControl } from './room-control.js';
import type { RoomService } from './room-service.js';

const joinRequest = z
  .object({
    room: roomName,
    name: printable.optional().openapi({ type: 'string', maxLength: NAME_LIMIT, example: 'Ada' }),
    audio: z.boolean('must be true or false').default(true),
    video: z.boolean('must be true or false').default(true),
    invite: z
      .string('must be a text')
      .max(INVITE_LIMIT, `must have at most ${INVITE_LIMIT} characters`)
      .optional()
      .openapi({ description: 'An invitation of the site.' }),
    role: roleSchema.optional().openapi({ description: 'For rooms where people may choose it.' }),
  })
  .openapi('JoinRequest');

const joinAnswer = z
  .object({
    token: z.string(),
    participantId: z.string(),
    room: z.string(),
    displayName: z.string().openapi({ description: 'Of the room, for people. Empty: its name.' }),
    name: z.string(),
    role: roleSchema,
    permissions: z.array(permissionSchema).openapi({ example: ['room.self.audio_mute'] }),
    publish: z.array(z.enum(['AUDIO', 'VIDEO'])).openapi({ description: 'What this person may send.' }),
    isSpeakingAllowed: z.boolean().openapi({ description: 'False: the microphone has to be off.' }),
    provider: z.literal('bandwidth'),
    websocketUrl: z.url().optional(),
    session: z.string().openapi({ description: 'Bearer for the links, and for joining again in the same seat.' }),
    links: z.object({
      participants: z.string(),
      self: z.string().openapi({ description: 'Delete it to give the seat up.' }),
      events: z.string().openapi({ description: 'What happens in the room, as server-sent events.' }),
      room: z.string(),
      messages: z.string(),
      waiting: z.string().openapi({ description: 'Who waits to be let in, by their ids below it.' }),
      calls: z.string().optional().openapi({ description: 'Phone calls, where this service can make any.' }),
    }),
  })
  .openapi('JoinAnswer');

const waitingAnswer = z
  .object({
    waiting: z.literal(true),
    room: z.string(),
    name: z.string(),
    session: z.string().openapi({ description: 'Bearer for asking again, at once: the request is held for a while.' }),
    links: z.object({ self: z.string().openapi({ description: 'Delete it to wait no longer.' }) }),
  })
  .openapi('WaitingAnswer');

const participantEvent = z.object({
  event: z.enum(['onConnect', 'onLeave', 'onDisconnect']),
  timestamp: z.coerce.number(),
  participantId: z.string(),
});

const joinRoute = createRoute({
  method: 'post',
  path: '/rooms/join',
  summary: 'Join a room, or take the seat again with the bearer of an earlier join',
  security: [{}, { Bearer: [] }],
  request: { body: { required: true, content: { 'application/json': { schema: joinRequest } } } },
  responses: {
    200: { description: 'Joined', content: { 'application/json': { schema: joinAnswer } } },
    202: { description: 'Not let in yet: ask again', content: { 'application/json': { schema: waitingAnswer } } },
    ...problemResponses(400, 401, 403, 409, 413, 429, 500, 502, 503, 504),
  },
});

const selfRoute = createRoute({
  method: 'delete',
  path: '/rooms/self',
  summary: 'Leave: gives up the seat of the bearer, also before its device has connected',
  security: [{ Bearer: [] }],
  responses: {
    204: { description: 'The bearer has no seat any more, or had none' },
    ...problemResponses(403, 500),
  },
});

export interface RoomRoutesOptions {
  readonly service: RoomService;
  readonly control: RoomControl;
  readonly messages: Messages;
  /** Who may come in. */
  readonly authorize: Authorize;
  readonly streams: EventStreams;
  /** Whether there are routes for phone calls. */
  readonly hasCalls: boolean;
  /** Where the platform posts participant webhooks. It must not be possible to guess it. */
  readonly webhookPath: string;
  readonly allowedOrigins: AllowedOrigins;
  /** How often one address may join. */
  readonly joinLimiter: RateLimiter;
  /** Where the media SDK connects, for this request; undefined leaves it to the SDK. */
  readonly websocketUrl: (request: Request) => string | undefined;
  readonly log: (message: string) => void;
}

export function createRoomRoutes(options: RoomRoutesOptions): OpenAPIHono {
  const { service, streams, joinLimiter, webhookPath } = options;
  const app = new OpenAPIHono();
  const enter = async (context: Context, asked: Omit<AskedEntry, 'hasModerator'>) => {
    const hasModerator = service.hasModerator(asked.room);
    const request = await permitEntry(options.authorize, context.req.raw, { ...asked, hasModerator });
    return service.join(request);
  };

  app.onError((error) => answerTo(error, options.log));
  app.use('/rooms/*', limitBody());
  app.post(webhookPath, async (context) => {
    service.handleEvent(await readBody(context, participantEvent));
    return context.body(null, 204);
  });

  app.use('/rooms/*', crossOrigin(options.allowedOrigins));
  app.post(joinRoute.path, async (context) => {
    limitRate(joinLimiter, clientOf(context), 'Too many attempts to join. Wait a minute, then try again.');
    const { room, name: askedName, invite, role } = await readBody(context, joinRequest);
    const bearer = bearerOf(context);
    const { signal } = context.req.raw;
    // Who comes back was let in before: the site is not asked again.
    const renewed = await service.rejoin({ room, name: askedName || undefined }, bearer, signal);
    const entry = renewed ?? (await enter(context, { room, name: askedName || 'Guest', invite, role }));
    // Nobody waits for the answer any more, so nobody will ever hold a new seat. One that was held before is kept.
    if (signal.aborted && entry.session !== bearer) service.leave(entry.session);
    if ('waiting' in entry) {
      const answer: z.infer<typeof waitingAnswer> = { ...entry, links: { self: 'self' } };
      return context.json(answer, 202, PRIVATE);
    }
    const member = service.member(entry.session);
    const answer: z.infer<typeof joinAnswer> = {
      ...entry,
      // Of this token, which may differ already from what the room channel will tell.
      publish: [...(member.publishes ?? [])],
      isSpeakingAllowed: service.isSpeakingAllowed(member),
      provider: 'bandwidth',
      permissions: [...entry.permissions],
      websocketUrl: options.websocketUrl(context.req.raw),
      // Relative to the endpoint, so that it holds behind a proxy with a path of its own.
      links: {
        participants: 'participants',
        self: 'self',
        events: eventsLink(streams, service, entry.session),
        room: 'room',
        messages: 'messages',
        waiting: 'waiting',
        ...(options.hasCalls && { calls: 'calls' }),
      },
    };
    return context.json(answer, 200, PRIVATE);
  });
  app.all(joinRoute.path, () => refuseMethod('POST'));

  app.delete(selfRoute.path, (context) => {
    service.leave(bearerOf(context));
    return context.body(null, 204, PRIVATE);
  });
  app.route('/', createMemberRoutes({ rooms: service, control: options.control, messages: options.messages }));
  app.all(selfRoute.path, () => refuseMethod('PATCH', 'DELETE'));

  app.openAPIRegistry.registerComponent('securitySchemes', 'Bearer', { type: 'http', scheme: 'bearer' });
  app.openAPIRegistry.registerPath(joinRoute);
  app.openAPIRegistry.registerPath(selfRoute);
  app.route('/', createEventRoutes(streams, service));
  return app;
}
