/** The table of media providers. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { loadProvider, registerProvider } from '../../src/providers/index.js';
import { RoomError } from '../../src/room/errors.js';
import type { MediaProvider } from '../../src/room/media-connection.js';

const provider: MediaProvider = { connect: () => Promise.reject(new RoomError('connect-refused')) };

test('gives the provider that was registered last under a name, loaded when it is asked for', async () => {
  let isLoaded = false;
  registerProvider('own', () => Promise.reject(new Error('replaced')));
  registerProvider('own', () => {
    isLoaded = true;
    return Promise.resolve({ provider });
  });
  assert.equal(isLoaded, false);
  assert.equal(await loadProvider('own'), provider);
});

test('refuses a name that nobody has registered', async () => {
  for (const name of ['', 'nobody', 'toString', '__proto__'])
    await assert.rejects(loadProvider(name), { name: 'RoomError', code: 'provider-unknown' });
});

test('says so when a provider could not be loaded, and loads it again when asked again', async () => {
  const failure = new TypeError('Failed to fetch dynamically imported module');
  let attempts = 0;
  registerProvider('flaky', () => (++attempts === 1 ? Promise.reject(failure) : Promise.resolve({ provider })));
  await assert.rejects(loadProvider('flaky'), { name: 'RoomError', code: 'provider-unavailable', cause: failure });
  assert.equal(await loadProvider('flaky'), provider);
});

test('takes a loader that throws for one that fails', async () => {
  registerProvider('broken', () => {
    throw new Error('broken');
  });
  await assert.rejects(loadProvider('broken'), { code: 'provider-unavailable' });
});
