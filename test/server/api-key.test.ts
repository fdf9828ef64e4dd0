import assert from 'node:assert/strict';
import test from 'node:test';
import { API_KEY_MINIMUM, ApiKey } from '../../demo/server/api-key.js';
import { ConfigError, readConfig } from '../../demo/server/config.js';
import { startServer } from '../../demo/server/start-server.js';

test('a key matches itself and nothing else', () => {
  const text = 'k'.repeat(API_KEY_MINIMUM);
  const key = new ApiKey(text);
  assert.ok(key.matches(text));
  for (const other of [undefined, '', text.slice(1), `${text}k`, text.toUpperCase(), ` ${text}`, 'x'.repeat(100_000)])
    assert.ok(!key.matches(other), other?.slice(0, 50));
});

test('a key that could be guessed, or that no key at all would match, opens no server', async () => {
  for (const apiKey of ['', 'k'.repeat(API_KEY_MINIMUM - 1)]) {
    assert.throws(() => new ApiKey(apiKey), RangeError);
    await assert.rejects(startServer({ apiKey }), RangeError);
  }
  await assert.rejects(startServer({ inviteSecret: 's'.repeat(31) }), RangeError);
  assert.deepEqual(
    process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap'),
    [],
  );
});

test('a key that is too short, or that no header can carry, is refused at the start', () => {
  const least = 'k'.repeat(API_KEY_MINIMUM);
  for (const good of [least, '~!#'.repeat(100), 'k'.repeat(512)])
    assert.equal(readConfig({ API_KEY: good }).apiKey, good);
  for (const bad of [least.slice(1), `${least} k`, `${least}ü`, `${least}\n`, 'k'.repeat(513)])
    assert.throws(() => readConfig({ API_KEY: bad }), ConfigError, bad);
  assert.equal(readConfig({}).apiKey, undefined);
});
