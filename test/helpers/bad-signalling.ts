/** A signalling server that lets a device down in every way there is: the way is named by the path. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';

export type Failing = 'unauthorized' | 'closes-4001' | 'closes-1000' | 'refuses-preferences' | 'silent' | 'never-opens';

export interface BadSignalling {
  url(way: Failing): string;
  /** Sockets that are open or being opened. */
  readonly connections: number;
  close(): Promise<void>;
}

export async function startBadSignalling(): Promise<BadSignalling> {
  const http = createServer();
  const server = new WebSocketServer({ noServer: true });
  const raw = new Set<Duplex>();
  http.on('upgrade', (request, socket, head) => {
    raw.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => raw.delete(socket));
    const way = request.url?.split('/')[1] as Failing;
    if (way === 'never-opens') {
      // Read on, so that the other end's closing is seen.
      socket.on('end', () => socket.end()).resume();
      return;
    }
    if (way === 'unauthorized') {
      socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    server.handleUpgrade(request, socket, head, (webSocket) => {
      if (way === 'closes-4001') webSocket.close(4001);
      if (way === 'closes-1000') webSocket.close(1000);
      if (way !== 'refuses-preferences') return;
      webSocket.on('message', (data) => {
        const { id } = JSON.parse((data as Buffer).toString()) as { id?: number };
        webSocket.send(JSON.stringify({ jsonrpc: '2.0', id, error: { code: -32602, message: 'no' } }));
      });
    });
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const { port } = http.address() as AddressInfo;
  return {
    url: (way) => `ws://127.0.0.1:${port}/${way}/`,
    get connections() {
      return raw.size;
    },
    async close() {
      for (const socket of raw) socket.destroy();
      http.close();
      await once(http, 'close');
    },
  };
}
