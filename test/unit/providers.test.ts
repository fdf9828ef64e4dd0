/** The table of media providers. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { loadProvider, loadWithProvider, registerProvider } from '../../src/providers/index.js';
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

test('gives a provider once the rest of a meeting is loaded too, and tries that again when asked again', async (t) => {
  t.after(() => loadWithProvider(() => Promise.resolve()));
  const failure = new TypeError('Failed to fetch dynamically imported module');
  let finish: (() => void) | undefined;
  let attempts = 0;
  loadWithProvider(() =>
    ++attempts === 1 ? Promise.reject(failure) : new Promise<void>((resolve) => (finish = resolve)),
  );
  registerProvider('own', () => Promise.resolve({ provider }));
  await assert.rejects(loadProvider('own'), { code: 'provider-unavailable', cause: failure });
  let isLoaded = false;
  const loading = loadProvider('own').finally(() => (isLoaded = true));
  await new Promise(setImmediate);
  assert.equal(isLoaded, false);
  finish?.();
  assert.equal(await loading, provider);
});

test('takes a loader that throws for one that fails', async () => {
  registerProvider('broken', () => {
    throw new Error('broken');
  });
  await assert.rejects(loadProvider('broken'), { code: 'provider-unavailable' });
});
