/** Which web pages may use the room service: those of its own origin, and of origins that were allowed (CORS). */
import type { MiddlewareHandler } from 'hono';
import { Problem } from './problem.js';

/** `*` for every origin, or a list of origins such as `https://example.com`. */
export type AllowedOrigins = '*' | readonly string[];

/** How long a browser may keep a preflight's answer, in seconds. */
const PREFLIGHT_LIFETIME = '600';

/** The host and protocol the client used, also where a reverse proxy stands in between and says so. */
export function requestOrigin(request: Request): { protocol: 'http' | 'https'; host: string } {
  const url = new URL(request.url);
  const forwarded = (name: string): string | undefined => request.headers.get(name)?.split(',')[0]?.trim();
  const host = forwarded('x-forwarded-host') || request.headers.get('host') || url.host;
  const protocol = forwarded('x-forwarded-proto') || url.protocol.replace(':', '');
  return { protocol: protocol === 'https' ? 'https' : 'http', host };
}

/** Answers preflights, marks answers, and refuses requests that a page of another origin must not make. */
export function crossOrigin(allowed: AllowedOrigins): MiddlewareHandler {
  return async (context, next) => {
    const request = context.req.raw;
    const origin = request.headers.get('origin');
    const grant = origin === null ? {} : grantFor(origin, allowed);
    const isPreflight = request.method === 'OPTIONS' && request.headers.has('access-control-request-method');
    if (origin !== null && !grant && !isSameOrigin(request, origin)) {
      const detail = 'Pages of this origin may not use this service. Its owner can allow them with ALLOWED_ORIGINS.';
      throw new Problem(403, detail, { headers: { vary: 'Origin' } });
    }
    if (isPreflight) return preflight(request, grant ?? {});
    await next();
    for (const [name, value] of Object.entries(grant ?? {})) context.header(name, value);
    context.header('access-control-expose-headers', 'Retry-After');
    context.header('vary', 'Origin', { append: true });
  };
}

/** Headers that let a page of the origin read the answer; undefined where the origin was not allowed. */
function grantFor(origin: string, allowed: AllowedOrigins): Record<string, string> | undefined {
  if (allowed === '*') return { 'access-control-allow-origin': '*' };
  if (!allowed.includes(origin)) return undefined;
  return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true' };
}

function isSameOrigin(request: Request, origin: string): boolean {
  // Set by browsers only, and right whatever a proxy did to the host.
  if (request.headers.get('sec-fetch-site') === 'same-origin') return true;
  // The protocol is left out: a proxy that ends TLS need not say so.
  return URL.canParse(origin) && new URL(origin).host === requestOrigin(request).host;
}

function preflight(request: Request, grant: Record<string, string>): Response {
  const requestedHeaders = request.headers.get('access-control-request-headers');
  return new Response(null, {
    status: 204,
    headers: {
      ...grant,
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      ...(requestedHeaders && { 'access-control-allow-headers': requestedHeaders }),
      'access-control-max-age': PREFLIGHT_LIFETIME,
      vary: 'Origin, Access-Control-Request-Headers',
    },
  });
}
