/**
 * The platform's WebRTC HTTP API: participants, sessions, membership and subscriptions, over one `Registry`. Routes,
 * statuses and bodies are those of Bandwidth's API document (version 2.0.0).
 */
import { Hono, type Context } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { limitBody } from '../limit-body.js';
import { digest, isDecodable, raise, readBody, type Credentials } from './http-requests.js';
import { SessionFullError, type Participant, type Registry, type Session, type Subscriptions } from './registry.js';
import type { DeviceTokens } from './tokens.js';

/** Bytes. No documented request comes near it. */
const BODY_LIMIT = 64 * 1024;

export interface HttpApiOptions {
  readonly credentials: Credentials;
  readonly registry: Registry;
  readonly tokens: DeviceTokens;
  readonly log?: ((message: string) => void) | undefined;
}

const unique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const participantRequest = z.object({
  callbackUrl: z.url({ protocol: /^https?$/ }).nullish(),
  publishPermissions: z
    .array(z.enum(['AUDIO', 'VIDEO']))
    .refine(unique, 'has a value twice')
    .default([]),
  tag: z.string().optional(),
  deviceApiVersion: z.literal('V3').default('V3'),
});

const sessionRequest = z.object({ tag: z.string().optional() });

const subscriptionsRequest = z.object({
  sessionId: z.string().optional(),
  participants: z
    .array(
      z.object({
        participantId: z.string(),
        streamAliases: z.array(z.string()).refine(unique, 'has a value twice').optional(),
      }),
    )
    .nullish(),
});

/** The API as an application to be mounted at its base path (`/v1` on the real platform). */
export function createHttpApi({ credentials, registry, tokens, log = console.error }: HttpApiOptions): Hono {
  const { accountId, username, password } = credentials;
  const app = new Hono();

  app.use(
    basicAuth({
      username,
      password,
      realm: 'WebRTC HTTP API',
      invalidUserMessage: { message: 'Unauthorized' },
      hashFunction: digest,
    }),
  );
  app.use('/accounts/:accountId/*', async (context, next) => {
    if (context.req.param('accountId') !== accountId) return context.json({ message: 'Forbidden' }, 403);
    await next();
  });
  app.use(async (context, next) => {
    if (!isDecodable(context.req.path)) return refuse(context, 400, 'The path is not readable.');
    await next();
  });
  app.use(limitBody(BODY_LIMIT, () => raise(400, `The body is larger than ${BODY_LIMIT} bytes.`)));

  app.post('/accounts/:accountId/participants', async (context) => {
    const { tag, callbackUrl, publishPermissions } = await readBody(context, participantRequest);
    const participant = registry.createParticipant({ accountId, tag, callbackUrl, publishPermissions });
    return context.json({ participant: describeParticipant(participant), token: await tokens.issue(participant.id) });
  });

  app.get('/accounts/:accountId/participants/:participantId', (context) =>
    context.json(describeParticipant(participantOf(context))),
  );

  app.delete('/accounts/:accountId/participants/:participantId', (context) => {
    registry.deleteParticipant(participantOf(context).id);
    return context.body(null, 204);
  });

  app.post('/accounts/:accountId/sessions', async (context) => {
    const { tag } = await readBody(context, sessionRequest);
    return context.json(describeSession(registry.createSession({ accountId, tag })));
  });

  app.get('/accounts/:accountId/sessions/:sessionId', (context) => context.json(describeSession(sessionOf(context))));

  app.delete('/accounts/:accountId/sessions/:sessionId', (context) => {
    registry.deleteSession(sessionOf(context).id);
    return context.body(null, 204);
  });

  app.get('/accounts/:accountId/sessions/:sessionId/participants', (context) => {
    const members = registry.members(sessionOf(context).id);
    return members.length > 0 ? context.json(members.map(describeParticipant)) : context.body(null, 204);
  });

  app.put('/accounts/:accountId/sessions/:sessionId/participants/:participantId', async (context) => {
    const session = sessionOf(context);
    const participant = participantOf(context);
    registry.addToSession(participant.id, session.id, await readSubscriptions(context, session.id));
    return context.body(null, 204);
  });

  app.delete('/accounts/:accountId/sessions/:sessionId/participants/:participantId', (context) => {
    registry.removeFromSession(memberOf(context).id);
    return context.body(null, 204);
  });

  app.get('/accounts/:accountId/sessions/:sessionId/participants/:participantId/subscriptions', (context) => {
    const { subscriptions } = memberOf(context);
    return isEmpty(subscriptions) ? context.body(null, 204) : context.json(subscriptions);
  });

  app.put('/accounts/:accountId/sessions/:sessionId/participants/:participantId/subscriptions', async (context) => {
    const member = memberOf(context);
    registry.setSubscriptions(member.id, await readSubscriptions(context, sessionOf(context).id));
    return context.body(null, 204);
  });

  function participantOf(context: Context): Participant {
    return registry.participant(context.req.param('participantId') ?? '') ?? raise(404, 'Participant not found.');
  }

  function sessionOf(context: Context): Session {
    return registry.session(context.req.param('sessionId') ?? '') ?? raise(404, 'Session not found.');
  }

  function memberOf(context: Context): Participant {
    const session = sessionOf(context);
    const participant = participantOf(context);
    return participant.sessionId === session.id ? participant : raise(404, 'The participant is not in this session.');
  }

  app.all('*', () => raise(404, 'There is no such route.'));
  app.onError((error, context) => {
    if (error instanceof SessionFullError) return refuse(context, 409, 'The session is full.');
    if (error instanceof HTTPException) return error.res ?? refuse(context, error.status, error.message);
    log(`The WebRTC HTTP API failed: ${error.stack ?? error.message}`);
    return refuse(context, 500, 'Internal error');
  });
  return app;
}

function describeParticipant(participant: Participant): object {
  const { id, callbackUrl, publishPermissions, sessionId, subscriptions, tag } = participant;
  const sessions = sessionId ? [sessionId] : [];
  return { id, callbackUrl, publishPermissions, sessions, subscriptions, tag, deviceApiVersion: 'V3' };
}

function describeSession({ id, tag }: Session): object {
  return { id, tag };
}

function isEmpty({ sessionId, participants }: Subscriptions): boolean {
  return !sessionId && !participants?.length;
}

async function readSubscriptions(context: Context, sessionId: string): Promise<Subscriptions> {
  const request = await readBody(context, subscriptionsRequest);
  if (request.sessionId && request.sessionId !== sessionId) raise(400, 'sessionId: is not the session of the path.');
  const participants = request.participants?.map(({ participantId, streamAliases }) => ({
    participantId,
    ...(streamAliases && { streamAliases }),
  }));
  return { ...(request.sessionId && { sessionId }), ...(participants?.length && { participants }) };
}

function refuse(context: Context, status: ContentfulStatusCode, error: string): Response {
  return context.json({ error, requestId: randomUUID() }, status);
}
