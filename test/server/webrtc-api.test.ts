import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { BandwidthVoiceApi } from '../../demo/server/bandwidth-voice-api.js';
import { BandwidthWebrtcApi } from '../../demo/server/bandwidth-webrtc-api.js';
import { ACCOUNT } from './fake-webrtc-api.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test(
  'the time limit of an answer that begins and never ends outlives garbage collection',
  { timeout: 10_000 },
  async (t) => {
    const platform = createServer((_, response) => void response.write('{'));
    platform.listen(0, '127.0.0.1');
    await once(platform, 'listening');
    const timer = setInterval(collectGarbage, 50);
    t.after(() => {
      clearInterval(timer);
      platform.close();
      platform.closeAllConnections();
    });
    const webrtcUrl = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
    const api = new BandwidthWebrtcApi({ ...ACCOUNT, webrtcUrl }, { timeoutMilliseconds: 500 });
    await assert.rejects(api.createSession(), { name: 'BandwidthApiError', failure: 'timeout' });
  },
);

const USER_AGENTS: [userAgentSuffix: string | undefined, expected: string][] = [
  [undefined, 'video-room-demo/0.1.0'],
  ['example-site/2.1 (+https://example.com)', 'video-room-demo/0.1.0 example-site/2.1 (+https://example.com)'],
];

test('both HTTP APIs are told who asks', async (t) => {
  const seen: (string | undefined)[] = [];
  const platform = createServer((request, response) => {
    seen.push(request.headers['user-agent']);
    response.end('{"id":"1","callId":"c-1"}');
  });
  platform.listen(0, '127.0.0.1');
  await once(platform, 'listening');
  t.after(() => platform.close());
  const url = `http://127.0.0.1:${(platform.address() as AddressInfo).port}`;
  const voice = { voiceUrl: url, applicationId: 'application', phoneNumber: '+12025550199' };
  for (const [userAgentSuffix, expected] of USER_AGENTS) {
    await new BandwidthWebrtcApi({ ...ACCOUNT, webrtcUrl: url }, { userAgentSuffix }).createSession();
    await new BandwidthVoiceApi({ ...ACCOUNT, ...voice }, { userAgentSuffix }).hangUp('c-1');
    assert.deepEqual(seen.splice(0), [expected, expected]);
  }
});
