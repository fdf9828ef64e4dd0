/** A site with two pages that hold the same meeting, one with `<video-room>` and one by hand, served alike. */
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleBarePage } from './bare-bundle.mjs';

const CDN = fileURLToPath(new URL('../../dist/cdn/', import.meta.url));
const TYPES: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript' };

export interface Site {
  /** Without a slash at the end. Pages: `/element.html`, `/bare.html`. */
  readonly url: string;
  close(): Promise<void>;
}

/** @param endpoint the server that is asked for all that is no file of the site */
export async function startSite(endpoint: string): Promise<Site> {
  const files = new Map([
    ['/element.html', page('video-room.js', '<video-room endpoint="/rooms/join" room="bench" autojoin></video-room>')],
    ['/bare.html', page('bare.js', '')],
    ['/bare.js', await bundleBarePage()],
    ...(await scriptsOfElement()),
  ]);
  const server = createServer((request, response) => {
    const body = files.get(request.url ?? '');
    if (body === undefined) return passOn(request, response, endpoint);
    const type = TYPES[extname(request.url ?? '')];
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

function page(script: string, body: string): string {
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

async function scriptsOfElement(): Promise<(readonly [path: string, text: string])[]> {
  const names = (await readdir(CDN)).filter((name) => name.endsWith('.js'));
  return Promise.all(names.map(async (name) => [`/${name}`, await readFile(CDN + name, 'utf8')] as const));
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
