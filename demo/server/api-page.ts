/** The description of all HTTP APIs of this server (OpenAPI 3.1), and the page that shows it. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Problem } from './problem.js';
import { OWNER_PAGE_HEADERS } from './static-files.js';

const DOCUMENT = {
  openapi: '3.1.0',
  info: {
    title: 'Room service',
    version: '0.1.0',
    description:
      'Two APIs of one server. `/rooms` is for the pages of people in a meeting: who joins gets a session, which is the bearer for all else there. `/api` is for the site’s owner, with the API key as bearer.',
  },
  // Relative to this document, so that it holds behind a proxy with a path of its own.
  servers: [{ url: '.' }],
};

/** Of operations that name no other one: the pages' own. */
const MEETING_TAG = 'For the pages of a meeting';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Of swagger-ui-dist: the page loads no other. */
const FILES: ReadonlyMap<string, string> = new Map([
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
]);

// Addresses are relative to `/api/docs`.
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width" />
    <title>API of the room service</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="docs/swagger-ui.css" />
    <link rel="stylesheet" href="../api-page.css" />
    <script src="docs/swagger-ui-bundle.js" defer></script>
    <script src="../api-page.js" type="module"></script>
  </head>
  <body>
    <div id="api"></div>
    <noscript>The description is shown by a script. Without one: <a href="../openapi.json">openapi.json</a></noscript>
  </body>
</html>
`;

/** To be added before the routes of the owner's API, which ask for a key. What they describe is added later. */
export function addApiPage(app: OpenAPIHono): void {
  const require = createRequire(import.meta.url);
  get(app, '/openapi.json', (context) => context.json(describe(app), 200, OWNER_PAGE_HEADERS));
  get(app, '/api/docs', (context) => context.html(PAGE, 200, OWNER_PAGE_HEADERS));
  for (const [name, type] of FILES)
    get(app, `/api/docs/${name}`, async (context) => {
      const file = await readFile(require.resolve(`swagger-ui-dist/${name}`));
      return context.body(file, 200, { ...OWNER_PAGE_HEADERS, 'content-type': type });
    });
}

function get(app: OpenAPIHono, path: string, handler: (context: Context) => Response | Promise<Response>): void {
  app.get(path, handler);
  app.all(path, () => new Problem(405, 'Use the method GET.', { headers: { allow: 'GET' } }).toResponse());
}

function describe(app: OpenAPIHono): object {
  const document = app.getOpenAPI31Document(DOCUMENT);
  for (const path of Object.values(document.paths ?? {}))
    for (const method of METHODS) {
      const operation = path[method];
      if (operation) operation.tags ??= [MEETING_TAG];
    }
  return document;
}
