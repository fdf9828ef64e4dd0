/** The site owner's API: everything below `/api`, for who has the API key. */
import { OpenAPIHono } from '@hono/zod-openapi';
import type { MiddlewareHandler } from 'hono';
import type { ApiKey } from './api-key.js';
import type { Calls } from './calls.js';
import type { Chronicle } from './chronicle.js';
import { answerTo, bearerOf, clientOf, limitBody, limitRate } from './http.js';
import type { Invitations } from './invitations.js';
import type { Messages } from './messages.js';
import { addCallRoutes } from './owner-routes-calls.js';
import { addEventRoutes, type RecordStreams } from './owner-routes-events.js';
import { addParticipantRoutes } from './owner-routes-participants.js';
import { addRoomRoutes } from './owner-routes-rooms.js';
import { API_KEY_SCHEME, OwnerRouter } from './owner-routes-router.js';
import { addWebhookRoutes } from './owner-routes-webhooks.js';
import { Problem } from './problem.js';
import { RateLimiter } from './rate-limiter.js';
import type { RoomControl } from './room-control.js';
import type { RoomService } from './room-service.js';
import type { WebhookSender } from './webhook-sender.js';

/** Requests with the key within a minute, and those with a wrong one or none from one address. */
export const DEFAULT_REQUESTS_PER_MINUTE = 600;

export interface OwnerServices {
  readonly rooms: RoomService;
  readonly control: RoomControl;
  readonly messages: Messages;
  /** Undefined where no phones can be called. */
  readonly calls: Calls | undefined;
  readonly invitations: Invitations;
  readonly chronicle: Chronicle;
  readonly webhooks: WebhookSender;
  readonly streams: RecordStreams;
}

export interface OwnerRoutesOptions extends OwnerServices {
  readonly apiKey: ApiKey;
  readonly requestsPerMinute: number;
  readonly log: (message: string) => void;
}

export function createOwnerRoutes({ apiKey, requestsPerMinute, log, ...services }: OwnerRoutesOptions): OpenAPIHono {
  const router = new OwnerRouter();
  const { app } = router;
  app.onError((error) => answerTo(error, log));
  app.use('/api/*', requireKey(apiKey, requestsPerMinute));
  app.use('/api/*', limitBody());
  addRoomRoutes(router, services);
  addParticipantRoutes(router, services);
  if (services.calls) addCallRoutes(router, services, services.calls);
  addEventRoutes(router, services);
  addWebhookRoutes(router, services);
  router.refuseOthers();
  app.all('/api/*', () => {
    throw new Problem(404, 'There is nothing at this address of the API.');
  });
  app.openAPIRegistry.registerComponent('securitySchemes', API_KEY_SCHEME, {
    type: 'http',
    scheme: 'bearer',
    description:
      'The key of the site’s owner. It opens none of the participants’ routes, and their sessions none of these.',
  });
  return app;
}

/** For a server that has no key. */
export function createClosedOwnerRoutes(): OpenAPIHono {
  const app = new OpenAPIHono();
  app.all('/api/*', () => new Problem(404, 'The API of the site’s owner is off until API_KEY is set.').toResponse());
  return app;
}

/** The key is no cookie, so no page of another origin can send it unless it has it: there is no CORS here. */
function requireKey(apiKey: ApiKey, requestsPerMinute: number): MiddlewareHandler {
  const requests = new RateLimiter(requestsPerMinute);
  const refusals = new RateLimiter(requestsPerMinute);
  return async (context, next) => {
    const isInAddress = Object.values(context.req.queries()).some((values) =>
      values.some((each) => apiKey.matches(each)),
    );
    if (isInAddress)
      throw new Problem(400, 'The key must not be in the address, which is kept in many places. Replace the key.');
    if (!apiKey.matches(bearerOf(context))) {
      limitRate(refusals, clientOf(context), 'Too many requests without the key. Wait a minute, then try again.');
      throw new Problem(401, 'The API key is missing or wrong.', { headers: { 'www-authenticate': 'Bearer' } });
    }
    limitRate(requests, 'owner', 'Too many requests. Wait a minute, then try again.');
    await next();
  };
}
