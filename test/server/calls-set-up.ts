/** A room service before a WebRTC HTTP API and a Voice API that tests can look into, and a person who calls phones. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Call } from '../../demo/server/calls.js';
import { startServer, type StartServerOptions } from '../../demo/server/start-server.js';
import { callIdOf, startFakeVoiceApi } from './fake-voice-api.js';
import { ACCOUNT, startFakeWebrtcApi } from './fake-webrtc-api.js';

export const VOICE = {
  applicationId: 'application',
  phoneNumber: '+12025550199',
  otherPhoneNumbers: ['+12025550198'],
};
export const PHONE = '+12025550100';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

export interface Joined {
  readonly participantId: string;
  readonly session: string;
  readonly permissions: string[];
  readonly links: Readonly<Record<string, string>>;
}

export type CallSetUp = Awaited<ReturnType<typeof setUpCalls>>;

export async function setUpCalls(t: TestContext, options: StartServerOptions = {}) {
  const webrtc = await startFakeWebrtcApi();
  const voice = await startFakeVoiceApi();
  const logged: string[] = [];
  const server = await startServer({
    bandwidth: {
      ...ACCOUNT,
      webrtcUrl: webrtc.url,
      publicUrl: 'https://meet.example.com/base/',
      voice: { ...VOICE, voiceUrl: `${voice.url}/` },
    },
    dialAllow: ['+1202555'],
    log: (message) => logged.push(message),
    ...options,
  });
  t.after(async () => {
    await server.close();
    await webrtc.close();
    await voice.close();
    assert.deepEqual([...webrtc.violations, ...voice.violations], []);
  });

  async function ask(method: string, path: string, { bearer, body }: { bearer?: string; body?: unknown } = {}) {
    const response = await fetch(`${server.url}/rooms/${path}`, {
      method,
      headers: bearer === undefined ? {} : { authorization: `Bearer ${bearer}` },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: Answer = {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : (JSON.parse(text) as unknown),
    };
    return answer;
  }

  async function join(name = 'Ada', room = 'standup'): Promise<Joined> {
    const { status, body } = await ask('POST', 'join', { body: { room, name } });
    assert.equal(status, 200, JSON.stringify(body));
    return body as Joined;
  }

  const start = (bearer: string, body: object = {}) =>
    ask('POST', 'calls', { bearer, body: { number: PHONE, ...body } });
  const hangUp = (bearer: string, id: string) => ask('DELETE', `calls/${id}`, { bearer });
  const list = async (bearer: string) => (await ask('GET', 'calls', { bearer })).body as Call[];
  const statuses = async (bearer: string) => (await list(bearer)).map(({ status }) => status);
  const names = async (bearer: string) =>
    ((await ask('GET', 'participants', { bearer })).body as { name: string }[]).map(({ name }) => name);

  /** Starts a call and expects that to succeed. */
  async function call(bearer: string, body: object = {}): Promise<Call> {
    const answer = await start(bearer, body);
    assert.equal(answer.status, 201, JSON.stringify(answer.body));
    return answer.body as Call;
  }

  /**
   * Posts a callback where the platform was told to.
   * @param index of the call, in the order in which the platform was asked for calls
   */
  async function callback(
    kind: 'answer' | 'disconnect',
    body: unknown,
    { index = 0, key, authorization }: { index?: number; key?: string; authorization?: string } = {},
  ): Promise<{ status: number; text: string; type: string | null }> {
    const created = voice.created[index];
    assert.ok(created, 'The platform was asked for the call.');
    const url = new URL(kind === 'answer' ? created.answerUrl : created.disconnectUrl);
    const path = url.pathname.replace('/base', '').replace(/[\w-]+(?=\/\w+$)/, key ?? '$&');
    const basic = `Basic ${Buffer.from(`${created.username}:${created.password}`).toString('base64')}`;
    const response = await fetch(server.url + path, {
      method: 'POST',
      headers: { authorization: authorization ?? basic, 'content-type': 'application/json' },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, text: await response.text(), type: response.headers.get('content-type') };
  }

  const answered = (index = 0) => callback('answer', { eventType: 'answer', callId: callIdOf(index) }, { index });
  const disconnected = (cause = 'hangup', index = 0) =>
    callback('disconnect', { eventType: 'disconnect', callId: callIdOf(index), cause }, { index });
  const hungUp = (index = 0) =>
    voice.requests.filter(({ method, path }) => method === 'POST' && path === `/calls/${callIdOf(index)}`);

  /** Posts the participant webhook of a device that has connected. */
  async function connect({ participantId }: Joined): Promise<void> {
    const created = webrtc.exchanges.find(({ path }) => path.endsWith('/participants'));
    const { callbackUrl } = JSON.parse(created?.body ?? '') as { callbackUrl: string };
    const body = { event: 'onConnect', timestamp: String(Date.now()), participantId, deviceId: 'device' };
    const path = new URL(callbackUrl).pathname.replace('/base', '');
    const response = await fetch(server.url + path, { method: 'POST', body: JSON.stringify(body) });
    assert.equal(response.status, 204);
  }

  /** What the room's channel tells of calls, from now on. */
  async function follow({ links }: Joined): Promise<Call[]> {
    const calls: Call[] = [];
    const response = await fetch(`${server.url}/rooms/${links['events']}`);
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    assert.ok(reader);
    await reader.read();
    const read = async (): Promise<void> => {
      let text = '';
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        const events = (text + value).split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          const data = /^event: call-changed\ndata: (.*)$/m.exec(event)?.[1];
          if (data !== undefined) calls.push(JSON.parse(data) as Call);
        }
      }
    };
    // The server's end cuts it.
    read().catch(() => undefined);
    return calls;
  }

  return {
    ...{ webrtc, voice, server, logged, ask, join, start, call, hangUp, list, statuses, names },
    ...{ callback, answered, disconnected, hungUp, connect, follow },
  };
}
