/** A site with files of its own in front of a server: to a browser, both are one origin. */
import { once } from 'node:events';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' };

export interface Site {
  /** Without a slash at the end. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * @param files texts by path
 * @param endpoint the server that is asked for all that is no file of the site
 */
export async function startSite(files: ReadonlyMap<string, string>, endpoint: string): Promise<Site> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', endpoint);
    const body = files.get(pathname);
    if (body === undefined) return passOn(request, response, endpoint);
    const type = TYPES[extname(pathname)];
    response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
  });
  const listening = once(server, 'listening');
  server.listen(0, '127.0.0.1');
  await listening;
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** A page whose script is a file of the site. */
export function pageWith(script: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>A meeting</title>
    <link rel="icon" href="data:," />
    <script type="module" src="/${script}"></script>
  </head>
  <body>${body}</body>
</html>`;
}

function passOn(request: IncomingMessage, response: ServerResponse, endpoint: string): void {
  const { method, headers, url = '/' } = request;
  const target = new URL(url, endpoint);
  const asked = ask(target, { method, headers: { ...headers, host: target.host } }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  asked.on('error', () => response.writeHead(502).end());
  request.pipe(asked);
}
