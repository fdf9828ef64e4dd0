/**
 * The platform's Voice API: creates calls, tells their state, and changes what they do. Routes, statuses and bodies are
 * those of Bandwidth's API document for what is carried here; the rest is refused by name.
 */
import { Hono, type Context } from 'hono';
import { basicAuth } from 'hono/basic-auth';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { limitBody } from '../../limit-body.js';
import { digest, isDecodable, raise, readBody, type Credentials } from '../http-requests.js';
import { BXML_LIMIT, BxmlError, parseBxml } from './bxml.js';
import type { VoiceCall } from './voice-call.js';
import { TooManyCallsError, type VoiceCalls } from './voice-calls.js';

/** Seconds until a place may be free, as a hint. */
const RETRY_AFTER = '5';

/** What an error body calls each status. */
const ERROR_TYPES = new Map<number, string>([
  [400, 'validation'],
  [401, 'authentication'],
  [403, 'authorization'],
  [404, 'not-found'],
  [405, 'method-not-allowed'],
  [409, 'conflict'],
  [415, 'unsupported-media-type'],
  [429, 'too-many-requests'],
]);

const E164 = /^\+[1-9]\d{6,14}$/;
const phoneNumber = z.string().regex(E164, 'must be a number in E.164 format, like +15555551212');
/** RFC 3261 section 19.1.1; what stands behind the host is not for us. */
const SIP_URI = /^sip:[^\s<>"@:;]+@[^\s<>"@:;?/[\]]+(?::\d{1,5})?$/i;
const callee = z
  .string()
  .max(255)
  .refine(
    (text) => E164.test(text) || SIP_URI.test(text),
    'must be a number in E.164 format, like +15555551212, or a SIP URI, like sip:user@server.example',
  );
/** The value cannot exceed 350 characters (API document, `createCall`). */
const uui = z
  .string()
  .max(350)
  .regex(
    /^[^\s;,]+;encoding=(?:jwt|base64|hex)(?:,[^\s;,]+;encoding=(?:jwt|base64|hex))*$/,
    'must be values of the form {data};encoding={base64, jwt or hex}',
  )
  .nullish();
const callbackUrl = z.url({ protocol: /^https?$/, error: 'only http and https are allowed' }).max(2048);
const callbackMethod = z.literal('POST', { error: 'only POST is supported here' }).nullish();
const credential = z.string().max(1024).nullish();
const tag = z.string().max(4096).nullish();
const unsupported = z.null({ error: 'is not supported here' }).optional();

const createCallRequest = z
  .object({
    to: callee,
    from: phoneNumber,
    displayName: z
      .string()
      .max(256)
      .regex(/^\P{Cc}*$/u, 'must not contain control characters')
      .nullish(),
    applicationId: z.string().min(1),
    answerUrl: callbackUrl,
    answerMethod: callbackMethod,
    disconnectUrl: callbackUrl.nullish(),
    disconnectMethod: callbackMethod,
    username: credential,
    password: credential,
    callTimeout: z.number().min(1).max(300).nullish(),
    callbackTimeout: z.number().min(1).max(25).nullish(),
    priority: z.int().min(1).max(5).nullish(),
    tag,
    answerFallbackUrl: unsupported,
    machineDetection: unsupported,
    privacy: z.literal(false, { error: 'is not supported here' }).nullish(),
    uui,
  })
  .superRefine((request, context) => {
    if (request.uui != null && !SIP_URI.test(request.to))
      context.addIssue({ code: 'custom', path: ['uui'], message: 'is for calls to a SIP URI only' });
    for (const field of ['answerUrl', 'disconnectUrl'] as const) requireSecure(request[field], field, request, context);
  });

const updateCallRequest = z
  .object({
    state: z.enum(['active', 'completed']).nullish(),
    redirectUrl: callbackUrl.nullish(),
    redirectMethod: callbackMethod,
    username: credential,
    password: credential,
    tag,
    redirectFallbackUrl: unsupported,
  })
  .superRefine((request, context) => {
    requireSecure(request.redirectUrl, 'redirectUrl', request, context);
    if (request.state !== 'completed') return;
    for (const field of ['redirectUrl', 'redirectMethod', 'tag'] as const)
      if (request[field] != null)
        context.addIssue({ code: 'custom', path: [field], message: 'is not allowed if state is completed' });
  });

/** Credentials go over https only; on this machine's own addresses nobody listens in, so http will do there. */
function requireSecure(
  url: string | null | undefined,
  field: string,
  { username, password }: { username?: string | null | undefined; password?: string | null | undefined },
  context: z.RefinementCtx,
): void {
  if (url == null || (username == null && password == null)) return;
  const { protocol, hostname } = new URL(url);
  if (protocol === 'https:' || /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return;
  context.addIssue({ code: 'custom', path: [field], message: 'must use https if username and password are given' });
}

export interface VoiceApiOptions {
  readonly credentials: Credentials;
  readonly calls: VoiceCalls;
  readonly log: (message: string) => void;
}

/** The API as an application to be mounted at its base path (`/api/v2` on the real platform). */
export function createVoiceApi({ credentials, calls, log }: VoiceApiOptions): Hono {
  const { accountId, username, password } = credentials;
  const app = new Hono();

  app.use(
    basicAuth({
      username,
      password,
      realm: 'Voice API',
      invalidUserMessage: () => describe(401, 'Unauthorized'),
      hashFunction: digest,
    }),
  );
  app.use('/accounts/:accountId/*', async (context, next) => {
    if (context.req.param('accountId') !== accountId) raise(403, 'The account is not yours.');
    await next();
  });
  app.use(async (context, next) => {
    if (!isDecodable(context.req.path)) raise(400, 'The path is not readable.');
    await next();
  });
  app.use(limitBody(BXML_LIMIT, () => raise(400, `The body is larger than ${BXML_LIMIT} bytes.`)));

  app.post('/accounts/:accountId/calls', async (context) => {
    requireMediaType(context, ['application/json']);
    const body = await readBody(context, createCallRequest);
    const request = { ...body, callTimeout: body.callTimeout ?? 30, callbackTimeout: body.callbackTimeout ?? 15 };
    const { origin, pathname } = new URL(context.req.url);
    const call = calls.create({ request, callsUrl: `${origin}${pathname.replace(/\/$/, '')}` });
    const answer = {
      applicationId: request.applicationId,
      accountId,
      callId: call.id,
      to: request.to,
      from: request.from,
      enqueuedTime: call.enqueuedTime,
      callUrl: call.url,
      callTimeout: request.callTimeout,
      callbackTimeout: request.callbackTimeout,
      tag: request.tag ?? null,
      answerMethod: 'POST',
      answerUrl: request.answerUrl,
      answerFallbackMethod: 'POST',
      answerFallbackUrl: null,
      disconnectMethod: 'POST',
      disconnectUrl: request.disconnectUrl ?? null,
      username: request.username ?? null,
      password: request.password == null ? null : '*****',
      fallbackUsername: null,
      fallbackPassword: null,
      priority: request.priority ?? 5,
    };
    return context.json(answer, 201, { location: call.url });
  });

  app.get('/accounts/:accountId/calls/:callId', (context) => context.json(callOf(context).describe()));

  app.post('/accounts/:accountId/calls/:callId', async (context) => {
    requireMediaType(context, ['application/json']);
    const call = callOf(context);
    const { state, redirectUrl, username, password, tag } = await readBody(context, updateCallRequest);
    if (state === 'completed') {
      if (call.state === 'disconnected') raise(409, 'The call is over.');
      call.complete();
    } else {
      if (redirectUrl == null) return raise(400, 'redirectUrl: is required unless state is completed');
      requireAnswered(call);
      call.redirect({ redirectUrl, username, password }, tag);
    }
    return context.body(null, 200);
  });

  app.put('/accounts/:accountId/calls/:callId/bxml', async (context) => {
    requireMediaType(context, ['application/xml', 'text/xml']);
    const call = callOf(context);
    const verbs = parseBxml(await context.req.text());
    requireAnswered(call);
    call.perform(verbs);
    return context.body(null, 204);
  });

  function callOf(context: Context): VoiceCall {
    return calls.get(context.req.param('callId') ?? '') ?? raise(404, 'Call not found.');
  }

  for (const path of ['calls', 'calls/:callId', 'calls/:callId/bxml'])
    app.all(`/accounts/:accountId/${path}`, () => raise(405, 'The method is not supported here.'));
  app.all('*', () => raise(404, 'There is no such route.'));
  app.onError((error, context) => {
    if (error instanceof BxmlError) return refuse(context, 400, error.message);
    if (error instanceof TooManyCallsError) {
      context.header('Retry-After', RETRY_AFTER);
      return refuse(context, 429, 'Too many calls are under way.');
    }
    if (error instanceof HTTPException) return error.res ?? refuse(context, error.status, error.message);
    log(`The Voice API failed: ${error.stack ?? error.message}`);
    return refuse(context, 500, 'Internal error');
  });
  return app;
}

function requireMediaType(context: Context, allowed: readonly string[]): void {
  const type = (context.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (!allowed.includes(type)) raise(415, `The content type must be ${allowed.join(' or ')}.`);
}

/** Only an answered call performs BXML that could be interrupted. */
function requireAnswered({ state }: VoiceCall): void {
  if (state !== 'answered') raise(409, `The call is ${state}, not answered.`);
}

function describe(status: number, description: string): object {
  return { type: ERROR_TYPES.get(status) ?? 'internal-error', description, id: randomUUID() };
}

function refuse(context: Context, status: ContentfulStatusCode, description: string): Response {
  return context.json(describe(status, description), status);
}
