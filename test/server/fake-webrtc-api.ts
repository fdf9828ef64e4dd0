/**
 * A WebRTC HTTP API on a port of its own: the platform's, with each exchange recorded and held to the API document,
 * and with faults where a test wants them.
 */
import { getRequestListener } from '@hono/node-server';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpApi } from '../../demo/platform/http-api.js';
import { Registry } from '../../demo/platform/registry.js';
import { createDeviceTokens } from '../../demo/platform/tokens.js';
import { assertAnswer, assertRequest, operationOf } from './webrtc-contract.js';

export const ACCOUNT = { accountId: '9900000', username: 'user', password: 'pass word' };

export interface Exchange {
  readonly method: string;
  /** Below the base path. */
  readonly path: string;
  readonly body: string;
  readonly status: number;
}

/** What to answer instead of asking the platform; undefined asks the platform. */
export type Fault = (request: { method: string; path: string }) => Response | Promise<Response | undefined> | undefined;

export interface FakeWebrtcApi {
  readonly url: string;
  /** A restart of the platform is a new registry. */
  registry: Registry;
  fault: Fault | undefined;
  readonly exchanges: Exchange[];
  /** What did not hold to the API document. */
  readonly violations: string[];
  /** The next exchange for which the condition holds; a past one does not count. */
  next(condition: (exchange: Exchange) => boolean): Promise<Exchange>;
  close(): Promise<void>;
}

export async function startFakeWebrtcApi(): Promise<FakeWebrtcApi> {
  const tokens = createDeviceTokens({ accountId: ACCOUNT.accountId });
  const emitter = new EventEmitter<{ exchange: [Exchange] }>();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const api: FakeWebrtcApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    registry: new Registry(),
    fault: undefined,
    exchanges: [],
    violations: [],
    async next(condition) {
      for (;;) {
        const [exchange] = (await once(emitter, 'exchange')) as [Exchange];
        if (condition(exchange)) return exchange;
      }
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };

  async function answer(request: Request): Promise<Response> {
    const { method } = request;
    const path = new URL(request.url).pathname.replace(/^\/v1/, '');
    const body = await request.text();
    hold(() => assertRequest(operationOf(method, path), body));
    const fault = await api.fault?.({ method, path });
    const response = fault ?? (await askPlatform(request, path, body));
    if (!fault) {
      const text = await response.clone().text();
      hold(() => assertAnswer(operationOf(method, path), response.status, response.headers.get('content-type'), text));
    }
    const exchange = { method, path, body, status: response.status };
    api.exchanges.push(exchange);
    emitter.emit('exchange', exchange);
    return response;
  }

  async function askPlatform(request: Request, path: string, body: string): Promise<Response> {
    const app = createHttpApi({ credentials: ACCOUNT, registry: api.registry, tokens });
    return app.request(path, {
      method: request.method,
      headers: request.headers,
      ...(body && { body }),
    });
  }

  function hold(assertion: () => void): void {
    try {
      assertion();
    } catch (error) {
      api.violations.push(error instanceof Error ? error.message : String(error));
    }
  }

  const listener = getRequestListener(answer);
  server.on('request', (request, response) => void listener(request, response));
  return api;
}

/** Answers nothing until the client gives up. */
export function silence(): Promise<never> {
  return new Promise(() => undefined);
}
