/** The HTTP contract with the site's endpoint: ask for a token, understand any answer, name what is wrong with it. */
import { asRoomError, isRoomErrorCode, RoomError, type RoomErrorCode } from './errors.js';
import type { MediaGrant } from './media-connection.js';

/** What the endpoint is asked for. `audio` and `video`: what this person can send when joining. */
export interface JoinRequest {
  readonly room: string;
  readonly name: string;
  readonly audio: boolean;
  readonly video: boolean;
}

/** What a grant leads to, by name. What has no address is not offered. */
const LINKS = ['participants', 'self', 'calls', 'events', 'room', 'waiting', 'messages'] as const;

/** What the endpoint granted. Only the token is certain. */
export interface JoinGrant extends MediaGrant {
  /** True: there is no token yet. The endpoint is to be asked again until somebody has let this person in. */
  readonly isWaiting?: boolean | undefined;
  readonly participantId?: string | undefined;
  readonly room?: string | undefined;
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  /** Undefined where the endpoint knows no permissions: then it forbids nothing. */
  readonly permissions?: readonly string[] | undefined;
  /** What this person may send; undefined where the endpoint does not say: anything. */
  readonly publish?: readonly string[] | undefined;
  /** False where the microphone has to be off. */
  readonly isSpeakingAllowed: boolean;
  readonly provider?: string | undefined;
  /** Bearer for the links, and proof of the seat when the same person joins again after a lost connection. */
  readonly session?: string | undefined;
  /**
   * `participants`: who is in the room. `self`: this person's own seat, to be given up. `calls`: the phones that were
   * called into the room. `events`: the room channel, as server-sent events. `room`: how the meeting is run. `waiting`:
   * who asks to be let in. `messages`: where they are sent.
   */
  readonly links: { readonly [Name in (typeof LINKS)[number]]?: string | undefined };
}

/** A page's own way to a token: resolves to the token, or to an object like the endpoint's answer. */
export type FetchToken = (request: JoinRequest, options: { signal: AbortSignal }) => Promise<unknown>;

export interface EndpointSettings {
  readonly endpoint: string;
  /** A token the page already has; then no endpoint is asked. */
  readonly token: string;
  /** An invitation that the page was given; empty: none. */
  readonly invite: string;
  /** The role to ask for where a room is open to all; empty: what the endpoint gives. */
  readonly as: string;
  readonly fetchToken?: FetchToken | undefined;
  /**
   * Where to look up who somebody is that came without a name: `GET` with `?id=` answers `{ "attendee": "Ada" }`, as the
   * vendor's sample does.
   */
  readonly idLookup: string;
  /** Sent with each request to the endpoint. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: `same-origin`. */
  readonly credentials?: RequestCredentials | undefined;
}

/** How long the endpoint may take to answer, in milliseconds. */
const TIME_LIMIT = 15_000;

const CODE_BY_STATUS: Record<number, RoomErrorCode> = {
  401: 'endpoint-unauthorized',
  403: 'endpoint-unauthorized',
  404: 'endpoint-not-found',
  405: 'endpoint-not-found',
  408: 'endpoint-timeout',
  409: 'room-full',
  410: 'endpoint-not-found',
  429: 'endpoint-rate-limited',
  504: 'endpoint-timeout',
};

/**
 * Gets a grant from the page's token, its `fetchToken`, or the endpoint, in this order.
 * @param session the bearer of an earlier grant whose seat this one takes over
 * @throws RoomError; the signal's reason when aborted
 */
export async function requestGrant(
  settings: EndpointSettings,
  request: JoinRequest,
  signal: AbortSignal,
  session?: string,
): Promise<JoinGrant> {
  if (settings.token) return parseGrant(settings.token, document.baseURI);
  if (settings.fetchToken) return parseGrant(await askPage(settings.fetchToken, request, signal), document.baseURI);
  const { name } = request;
  const { invite, as: role } = settings;
  const answer = await fetchAnswer(settings.endpoint, {
    settings,
    signal,
    session,
    method: 'POST',
    // The last two are for the vendor's sample.
    body: { ...request, ...(invite && { invite }), ...(role && { role }), caller: { name }, call_type: 'app' },
  });
  return parseGrant(answer.body, answer.url);
}

export interface RequestOptions {
  readonly settings: EndpointSettings;
  readonly signal: AbortSignal;
  /** The bearer of a grant. */
  readonly session?: string | undefined;
  /** Default: `GET`. */
  readonly method?: string;
  readonly body?: object | undefined;
  /** What refusals without a code mean here, where that is not what they mean to who joins. */
  readonly codeByStatus?: Readonly<Record<number, RoomErrorCode>> | undefined;
}

/** Asks a link of a grant, or another route of the site. Resolves with the answer's JSON. @throws RoomError */
export async function ask(url: string, options: RequestOptions): Promise<unknown> {
  return (await fetchAnswer(url, options)).body;
}

/** Reads who is in the room: names by participant id. @throws RoomError */
export async function fetchNames(url: string, options: RequestOptions): Promise<Map<string, string>> {
  const answer = await ask(url, options);
  if (!Array.isArray(answer)) throw new RoomError('endpoint-answer-invalid');
  return new Map(answer.filter(isObject).map((entry) => [text(entry['id']) ?? '', text(entry['name']) ?? '']));
}

/** Looks one name up where the page says. @throws RoomError */
export async function lookUpName(participantId: string, options: RequestOptions): Promise<Map<string, string>> {
  const url = new URL(options.settings.idLookup, document.baseURI);
  url.searchParams.set('id', participantId);
  const answer = await ask(url.href, options);
  const name = text(asObject(answer)['attendee']);
  return new Map(name ? [[participantId, name]] : []);
}

/**
 * Gives the seat back, where the endpoint offers that, so that it need not find out by itself. Nobody waits for it: it
 * goes out even while the page is being closed.
 */
export function giveUpSeat({ links, session }: JoinGrant): void {
  if (!links.self || !session) return;
  const headers = { authorization: `Bearer ${session}` };
  // What does not get there is found out in time.
  fetch(links.self, { method: 'DELETE', headers, keepalive: true }).catch(() => undefined);
}

async function askPage(fetchToken: FetchToken, request: JoinRequest, signal: AbortSignal): Promise<unknown> {
  try {
    return await fetchToken(request, { signal });
  } catch (error) {
    signal.throwIfAborted();
    throw asRoomError(error, 'endpoint-failed');
  }
}

interface Answer {
  /** After redirects: links in the answer are relative to it. */
  readonly url: string;
  /** Undefined for what is no JSON. The content type is not looked at: known backends send JSON as text/html. */
  readonly body: unknown;
}

/** @throws RoomError; the signal's reason when aborted */
async function fetchAnswer(url: string, options: RequestOptions): Promise<Answer> {
  const { settings, signal, session, method = 'GET', body, codeByStatus } = options;
  const timeLimit = AbortSignal.timeout(TIME_LIMIT);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(session && { authorization: `Bearer ${session}` }),
        ...settings.headers,
      },
      credentials: settings.credentials ?? 'same-origin',
      signal: AbortSignal.any([signal, timeLimit]),
      ...(body && { body: JSON.stringify(body) }),
    });
    const answer = { url: response.url, body: parseJson(await response.text()) };
    if (!response.ok) throw refusal(response.status, answer.body, codeByStatus);
    return answer;
  } catch (error) {
    signal.throwIfAborted();
    throw asRoomError(error, timeLimit.aborted ? 'endpoint-timeout' : 'endpoint-unreachable');
  }
}

/** A refusal as an error: the endpoint's own code and sentence where it sent a problem document (RFC 9457). */
function refusal(status: number, body: unknown, codeByStatus: RequestOptions['codeByStatus']): RoomError {
  const { code, detail, permission } = asObject(body);
  const standard =
    codeByStatus?.[status] ?? CODE_BY_STATUS[status] ?? (status < 500 ? 'endpoint-rejected' : 'endpoint-failed');
  return new RoomError(isRoomErrorCode(code) ? code : standard, {
    message: status < 500 ? text(detail) : undefined,
    permission: text(permission),
  });
}

function parseGrant(answer: unknown, base: string): JoinGrant {
  const fields = typeof answer === 'string' ? { token: answer } : answer;
  if (!isObject(fields)) throw new RoomError('endpoint-answer-invalid');
  const token = text(fields['token']);
  // The vendor's sample says with status 200 why it gives none, in words for its programmer.
  const isWaiting = !token && fields['waiting'] === true;
  if (!token && !isWaiting) throw new RoomError('token-missing', { cause: fields['message'] });
  const links = asObject(fields['links']);
  return {
    token: token ?? '',
    isWaiting,
    participantId: text(fields['participantId']),
    // The sample's Node version gives an object.
    room: text(isObject(fields['room']) ? fields['room']['name'] : fields['room']),
    name: text(fields['name']),
    role: text(fields['role']),
    permissions: texts(fields['permissions']),
    publish: texts(fields['publish']),
    isSpeakingAllowed: fields['isSpeakingAllowed'] !== false,
    provider: text(fields['provider']),
    session: text(fields['session']),
    websocketUrl: resolveLink(fields['websocketUrl'], base)?.replace(/^http/, 'ws'),
    iceServers: Array.isArray(fields['iceServers']) ? fields['iceServers'].filter(isIceServer) : undefined,
    iceTransportPolicy: fields['iceTransportPolicy'] === 'relay' ? 'relay' : undefined,
    links: Object.fromEntries(LINKS.map((name) => [name, resolveLink(links[name], base)])),
  };
}

/** Undefined for what is no JSON: an empty body, a page of HTML. */
function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Empty for what is no object. */
export function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function isIceServer(value: unknown): value is RTCIceServer {
  return isObject(value) && (typeof value['urls'] === 'string' || Array.isArray(value['urls']));
}

/** The texts in a list; undefined for what is no list. */
export function texts(value: unknown): string[] | undefined {
  return Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** An address in the answer, made absolute. @throws RoomError */
export function resolveLink(value: unknown, base: string): string | undefined {
  const link = text(value);
  if (!link) return undefined;
  try {
    return new URL(link, base).href;
  } catch (error) {
    throw new RoomError('endpoint-answer-invalid', { cause: error });
  }
}
