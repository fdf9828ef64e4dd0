/**
 * A Voice API on a port of its own that takes every call and tells nothing: tests post the callbacks themselves, and
 * put in faults. Requests are held to the API document.
 */
import { getRequestListener } from '@hono/node-server';
import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ACCOUNT } from './fake-webrtc-api.js';
import { assertVoiceBody } from './voice-contract.js';

export interface VoiceRequest {
  readonly method: string;
  /** Below the account. */
  readonly path: string;
  readonly body: string;
}

/** Of a request to create a call. */
export interface CreateCall {
  readonly to: string;
  readonly from: string;
  readonly applicationId: string;
  readonly answerUrl: string;
  readonly disconnectUrl: string;
  readonly username: string;
  readonly password: string;
  readonly callTimeout: number;
}

/** What to answer instead; undefined answers as usual. */
export type VoiceFault = (request: VoiceRequest) => Response | Promise<Response | undefined> | undefined;

export interface FakeVoiceApi {
  readonly url: string;
  fault: VoiceFault | undefined;
  readonly requests: VoiceRequest[];
  /** Of the calls that were asked for, the first one first. */
  readonly created: CreateCall[];
  /** What is told of every call that is asked about. */
  state: { state: string; disconnectCause?: string };
  /** What did not hold to the API document. */
  readonly violations: string[];
  /** The next request for which the condition holds; a past one does not count. */
  next(condition: (request: VoiceRequest) => boolean): Promise<VoiceRequest>;
  close(): Promise<void>;
}

/** The id of the call that was asked for as the so-manieth, from 0. */
export function callIdOf(index = 0): string {
  return `c-0000000${index}-1234-5678-9abc-def012345678`;
}

export async function startFakeVoiceApi(): Promise<FakeVoiceApi> {
  const emitter = new EventEmitter<{ request: [VoiceRequest] }>();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const api: FakeVoiceApi = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v2`,
    fault: undefined,
    requests: [],
    created: [],
    state: { state: 'initiated' },
    violations: [],
    async next(condition) {
      for (;;) {
        const [request] = (await once(emitter, 'request')) as [VoiceRequest];
        if (condition(request)) return request;
      }
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };

  const answer = async (received: Request): Promise<Response> => {
    const path = new URL(received.url).pathname.replace(`/api/v2/accounts/${ACCOUNT.accountId}`, '');
    const request = { method: received.method, path, body: await received.text() };
    hold(request, received.headers);
    api.requests.push(request);
    if (path === '/calls') api.created.push(JSON.parse(request.body) as CreateCall);
    const callId = callIdOf(api.created.length - 1);
    emitter.emit('request', request);
    const fault = await api.fault?.(request);
    if (fault) return fault;
    if (path === '/calls') return Response.json({ callId }, { status: 201 });
    if (received.method === 'GET') return Response.json({ ...api.state, callId: path.split('/')[2] });
    return new Response(null, { status: received.method === 'PUT' ? 204 : 200 });
  };

  function hold({ method, path, body }: VoiceRequest, headers: Headers): void {
    try {
      const expected = `Basic ${Buffer.from(`${ACCOUNT.username}:${ACCOUNT.password}`).toString('base64')}`;
      if (headers.get('authorization') !== expected) throw new Error('The account is not authorized.');
      if (method === 'PUT' && headers.get('content-type') !== 'application/xml') throw new Error('BXML is XML.');
      if (method === 'POST') assertVoiceBody(path === '/calls' ? 'createCall' : 'updateCall', JSON.parse(body));
    } catch (error) {
      api.violations.push(error instanceof Error ? error.message : String(error));
    }
  }

  const listener = getRequestListener(answer);
  server.on('request', (request, response) => void listener(request, response));
  return api;
}
