import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
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
