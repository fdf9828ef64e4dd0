import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CallbackError, postCallback } from '../../demo/platform/voice/callbacks.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

test('the time limit of a callback outlives garbage collection', { timeout: 10_000 }, async (t) => {
  const receiver = createServer().listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const timer = setInterval(collectGarbage, 50);
  t.after(() => {
    clearInterval(timer);
    receiver.close();
    receiver.closeAllConnections();
  });
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  const posting = postCallback({ url, timeout: 0.5 }, {}, new AbortController().signal);
  const message = 'The receiver could not be asked: It took longer than 0.5 s.';
  await assert.rejects(posting, (error) => error instanceof CallbackError && error.message === message);
});
