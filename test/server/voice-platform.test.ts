import { getRequestListener } from '@hono/node-server';
import { CallsApi, Configuration, type CreateCall } from 'bandwidth-sdk';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import test, { type TestContext } from 'node:test';
import { createPlatform } from '../../demo/platform/index.js';
import type { PhoneNetwork } from '../../demo/platform/voice/phone.js';
import { SimulatedPhones, type SimulatedPhone } from '../../demo/platform/voice/simulated-phones.js';
import { startServer } from '../../demo/server/start-server.js';
import { until } from '../helpers/until.js';

const credentials = { accountId: '9900000', username: 'user', password: 'pass' };
const log = (): void => undefined;

const simulatedPhones = () => new SimulatedPhones({ setupMilliseconds: 1, ringMilliseconds: 1, log });

/** A platform on a port, with a session, and calls that are answered by a transfer into it. */
async function setUp(t: TestContext, phones: PhoneNetwork = simulatedPhones()) {
  const platform = createPlatform({ credentials, phones, log });
  const listener = getRequestListener(platform.app.fetch);
  const server = createServer((request, response) => {
    const token = /^\/answer\/(.*)$/.exec(request.url ?? '')?.[1];
    if (token === undefined) return void listener(request, response);
    void text(request).then(() => response.end(transfer(token)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    await platform.close();
    server.close();
    server.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const api = new CallsApi(new Configuration({ ...credentials, basePath: url + platform.voicePath }));
  const session = platform.registry.createSession({ accountId: credentials.accountId });

  /** A participant of the session, and the phone that was called in as this one. */
  const call = async (): Promise<{ participantId: string; callId: string; phone: SimulatedPhone }> => {
    const { participant, token } = (await (
      await fetch(`${url}${platform.webrtcPath}/accounts/9900000/participants`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from('user:pass').toString('base64')}` },
        body: JSON.stringify({ publishPermissions: ['AUDIO'] }),
      })
    ).json()) as { participant: { id: string }; token: string };
    platform.registry.addToSession(participant.id, session.id, { sessionId: session.id });
    const request: CreateCall = {
      to: '+12025550100',
      from: '+12025550199',
      applicationId: 'a',
      answerUrl: `${url}/answer/${token}`,
    };
    const connected = once(platform.gateway, 'connect');
    const { callId } = (await api.createCall('9900000', request)).data;
    const [{ participantId }] = (await connected) as [{ participantId: string }];
    assert.equal(participantId, participant.id);
    const phone = platform.phones.at(-1);
    assert.ok(phone);
    return { participantId, callId, phone };
  };
  return { platform, api, call };
}

function transfer(token: string): string {
  return `<Response><Transfer><SipUri uui="00;encoding=base64,${token};encoding=jwt">sip:sipx.webrtc.bandwidth.com:5060</SipUri></Transfer></Response>`;
}

test('two phones in one session hear each other, until one is removed and the other is hung up', async (t) => {
  const { platform, api, call } = await setUp(t);
  const first = await call();
  const second = await call();
  assert.deepEqual(platform.phones, [first.phone, second.phone]);
  await until(
    () => Math.min(first.phone.heardEnergy, second.phone.heardEnergy),
    (energy) => energy > 0.01,
    { what: 'both hear the other' },
  );

  platform.registry.deleteParticipant(first.participantId);
  await until(
    () => first.phone.state,
    (state) => state === 'over',
    { what: 'the phone is hung up' },
  );
  assert.equal((await api.getCallState('9900000', first.callId)).data.disconnectCause, 'hangup');
  assert.equal(second.phone.state, 'answered');

  const left = once(platform.gateway, 'leave');
  await api.updateCall('9900000', second.callId, { state: 'completed' });
  assert.equal(((await left) as [{ participantId: string }])[0].participantId, second.participantId);
  assert.equal(second.phone.state, 'over');
  assert.equal(platform.gateway.statistics().devices, 0);
});

test('closing the platform ends calls and their network, and tells nobody', async (t) => {
  const seen: string[] = [];
  const phones: PhoneNetwork = {
    dial: () => ({ hear: () => undefined, hearDigit: () => undefined, hangUp: () => seen.push('hung up') }),
    close: () => {
      seen.push('closed');
      return Promise.resolve();
    },
  };
  const { platform, api } = await setUp(t, phones);
  const request = { to: '+12025550100', from: '+12025550199', applicationId: 'a' };
  await api.createCall('9900000', { ...request, answerUrl: 'http://127.0.0.1:1', disconnectUrl: 'http://127.0.0.1:1' });
  await platform.close();
  assert.deepEqual(seen, ['hung up', 'closed']);
});

test('with a trunk no phone is simulated; one that can’t be used is refused, and nothing stays open', async () => {
  const server = await startServer({ sipTrunk: { uri: 'sip:127.0.0.1:5070' }, log });
  assert.deepEqual(server.platform?.phones, []);
  await server.close();
  const refused = startServer({ sipTrunk: { uri: 'sip:a.example;transport=tls' }, log });
  await assert.rejects(refused, { name: 'ConfigError', message: /^SIP_TRUNK cannot be used\. .*UDP only/ });
});
