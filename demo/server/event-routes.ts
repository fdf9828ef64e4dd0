/** The room channel's HTTP API: what happens in a room, as server-sent events. */
import type { HttpBindings } from '@hono/node-server';
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { EventStreams } from './event-streams.js';
import { bearerOf, PRIVATE, problemResponses, refuseMethod } from './http.js';
import type { RoomService } from './room-service.js';
import { STREAM_HEADERS } from './server-sent-events.js';

const query = z.object({
  ticket: z.string().openapi({ description: 'Comes with the address of the stream.' }),
  lastEventId: z.string().optional().openapi({ description: 'For who cannot send the header `Last-Event-ID`.' }),
});

const ticketAnswer = z
  .object({ events: z.string().openapi({ example: 'events?ticket=…', description: 'Relative to the endpoint.' }) })
  .openapi('EventsLink');

const streamRoute = createRoute({
  method: 'get',
  path: '/rooms/events',
  summary: 'What happens in the room: a snapshot, or what was missed since the last event, then each change',
  request: { query, headers: z.object({ 'last-event-id': z.string().optional() }) },
  responses: {
    200: { description: 'A stream without end', content: { 'text/event-stream': { schema: z.string() } } },
    ...problemResponses(401, 403, 500, 503),
  },
});

const ticketRoute = createRoute({
  method: 'post',
  path: '/rooms/events',
  summary: 'A new address of the stream for the bearer, where the one that came with the join has expired',
  security: [{ Bearer: [] }],
  responses: {
    200: { description: 'Valid for a minute', content: { 'application/json': { schema: ticketAnswer } } },
    ...problemResponses(401, 403, 500),
  },
});

/** The address of the stream, relative to the endpoint. @throws Problem when the bearer has no seat any more */
export function eventsLink(
  streams: EventStreams,
  service: Pick<RoomService, 'roomOf'>,
  bearer: string | undefined,
): string {
  const room = service.roomOf(bearer);
  return `events?ticket=${streams.issueTicket(bearer ?? '', room)}`;
}

export function createEventRoutes(streams: EventStreams, service: Pick<RoomService, 'roomOf'>): OpenAPIHono {
  const app = new OpenAPIHono();
  app.get(streamRoute.path, (context) => {
    // Hono answers HEAD by GET, and would leave a stream open that nobody reads.
    if (context.req.method !== 'GET') refuseMethod('GET', 'POST');
    const { outgoing } = context.env as HttpBindings;
    const stream = streams.open(context.req.query('ticket'), {
      lastId: context.req.header('last-event-id') ?? context.req.query('lastEventId'),
      cut: () => outgoing.destroy(),
    });
    return context.body(stream, 200, STREAM_HEADERS);
  });
  app.post(ticketRoute.path, (context) => {
    const answer: z.infer<typeof ticketAnswer> = { events: eventsLink(streams, service, bearerOf(context)) };
    return context.json(answer, 200, PRIVATE);
  });
  app.all(streamRoute.path, () => refuseMethod('GET', 'POST'));

  app.openAPIRegistry.registerPath(streamRoute);
  app.openAPIRegistry.registerPath(ticketRoute);
  return app;
}
