/** The demo's pages at `/` and the built elements at `/dist/`. */
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import { fileURLToPath } from 'node:url';

const directory = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const PAGES_DIRECTORY = directory('../pages');
const PACKAGE_DIRECTORY = directory('../..');
export const DIST_DIRECTORY = directory('../../dist');

/** Nothing inline, nothing from elsewhere; media and signalling only as a meeting needs them. */
const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    // The signalling of another platform is on another host.
    "connect-src 'self' ws: wss:",
    "media-src 'self' blob: mediastream:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'self'",
  ].join('; '),
  'permissions-policy': 'camera=(self), microphone=(self), display-capture=(self)',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

/** For pages that hold the API key of the site's owner: they do nothing but ask this server. */
export const OWNER_PAGE_HEADERS = {
  ...PAGE_HEADERS,
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'permissions-policy': 'camera=(), microphone=(), display-capture=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** Pages of any origin may load the elements. */
const DIST_HEADERS = {
  'access-control-allow-origin': '*',
  'cross-origin-resource-policy': 'cross-origin',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

export function createStaticFiles(): Hono {
  const app = new Hono();
  app.use('/dist/*', withHeaders(DIST_HEADERS));
  app.use('/dist/*', serveStatic({ root: PACKAGE_DIRECTORY }));
  app.all('/dist/*', (context) => context.text('There is no such file. Is the package built (npm run build)?', 404));
  app.use(withHeaders(PAGE_HEADERS));
  app.use('/events.html', withHeaders(OWNER_PAGE_HEADERS));
  app.use(serveStatic({ root: PAGES_DIRECTORY }));
  app.all('*', (context) => context.text('There is no such page.', 404));
  return app;
}

function withHeaders(headers: Readonly<Record<string, string>>): MiddlewareHandler {
  return async (context, next) => {
    for (const [name, value] of Object.entries(headers)) context.header(name, value);
    await next();
  };
}
