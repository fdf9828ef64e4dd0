/** A site that embeds meetings of another origin: serves the test's own pages, under a policy as strict as the demo's. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export class PageServer {
  readonly #server: Server;
  readonly #pages = new Map<string, { body: string; from: string }>();

  static async start(): Promise<PageServer> {
    const server = createServer();
    const listening = once(server, 'listening');
    server.listen(0, '127.0.0.1');
    await listening;
    return new PageServer(server);
  }

  constructor(server: Server) {
    this.#server = server;
    server.on('request', ({ url = '' }, response) => {
      const page = this.#pages.get(url);
      if (!page) return response.writeHead(404).end();
      const { host, origin } = new URL(page.from);
      const policy = `default-src 'none'; script-src ${origin}; connect-src ${origin} ws://${host} http://127.0.0.1:* ws://127.0.0.1:*; img-src data:`;
      return response
        .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
        .end(htmlOf(page.body, page.from));
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /**
   * Adds a page with this body and gives its address.
   * @param from the server to load the elements from
   */
  add(body: string, from: string): string {
    const path = `/${this.#pages.size + 1}.html`;
    this.#pages.set(path, { body, from });
    return this.origin + path;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

function htmlOf(body: string, from: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <title>A site with a meeting</title>
    <link rel="icon" href="data:," />
    <script type="module" src="${from}/dist/cdn/video-room.js"></script>
  </head>
  <body>${body}</body>
</html>`;
}
