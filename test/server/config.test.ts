import assert from 'node:assert/strict';
import test from 'node:test';
import { ConfigError, readConfig } from '../../demo/server/config.js';

const ACCOUNT = { BW_ACCOUNT_ID: '9900000', BW_USERNAME: 'user', BW_PASSWORD: 'password' };

test('with nothing set it is the local platform on loopback, port 3000', () => {
  const expected = {
    host: '127.0.0.1',
    port: 3000,
    https: false,
    allowedOrigins: [],
    maxParticipants: 20,
    joinsPerMinute: 300,
    bandwidth: undefined,
  };
  assert.deepEqual(readConfig({}), expected);
  assert.deepEqual(readConfig({ PORT: '', HOST: ' ', HTTPS: '', BW_ACCOUNT_ID: '', ALLOWED_ORIGINS: '' }), expected);
});

test('an account means the real platform, at its own addresses unless told otherwise', () => {
  assert.deepEqual(readConfig(ACCOUNT).bandwidth, {
    accountId: '9900000',
    username: 'user',
    password: 'password',
    webrtcUrl: 'https://api.webrtc.bandwidth.com/v1',
    deviceUrl: undefined,
    publicUrl: undefined,
  });
  const urls = {
    BW_WEBRTC_URL: 'http://localhost:4000/v1',
    BW_DEVICE_URL: 'ws://localhost:4000',
    PUBLIC_URL: 'https://meet.example.com',
  };
  const { webrtcUrl, deviceUrl, publicUrl } = readConfig({ ...ACCOUNT, ...urls }).bandwidth ?? {};
  assert.deepEqual(
    { webrtcUrl, deviceUrl, publicUrl },
    {
      webrtcUrl: 'http://localhost:4000/v1',
      deviceUrl: 'ws://localhost:4000',
      publicUrl: 'https://meet.example.com',
    },
  );
});

test('HTTPS is on or off', () => {
  const table: [value: string, expected: boolean][] = [
    ['1', true],
    ['true', true],
    ['0', false],
    ['false', false],
  ];
  for (const [HTTPS, expected] of table) assert.equal(readConfig({ HTTPS }).https, expected, HTTPS);
});

test('allowed origins are * or a list', () => {
  const table: [value: string, expected: string | string[]][] = [
    ['*', '*'],
    ['https://example.com', ['https://example.com']],
    ['https://example.com/, http://localhost:8080', ['https://example.com', 'http://localhost:8080']],
  ];
  for (const [value, expected] of table)
    assert.deepEqual(readConfig({ ALLOWED_ORIGINS: value }).allowedOrigins, expected, value);
});

test('what is wrong is said in one sentence that names the variable', () => {
  const table: [environment: Record<string, string>, message: RegExp][] = [
    [{ PORT: 'http' }, /^PORT must be a whole number from 0 to 65535\.$/],
    [{ PORT: '70000' }, /^PORT must be/],
    [{ PORT: '-1' }, /^PORT must be/],
    [{ PORT: '3000.5' }, /^PORT must be/],
    [{ HTTPS: 'yes' }, /^HTTPS must be 1, true, 0 or false\.$/],
    [{ HTTPS: '2' }, /^HTTPS must be/],
    [{ MAX_PARTICIPANTS: '21' }, /^MAX_PARTICIPANTS must be a whole number from 1 to 20\.$/],
    [{ JOINS_PER_MINUTE: '0' }, /^JOINS_PER_MINUTE must be/],
    [{ ALLOWED_ORIGINS: 'example.com' }, /^ALLOWED_ORIGINS must be \* or a list of origins/],
    [{ ALLOWED_ORIGINS: 'https://example.com/path' }, /^ALLOWED_ORIGINS must be/],
    [{ ALLOWED_ORIGINS: '*, https://example.com' }, /^ALLOWED_ORIGINS must be/],
    [{ BW_ACCOUNT_ID: '9900000' }, /^BW_USERNAME, BW_PASSWORD must be set too/],
    [{ BW_WEBRTC_URL: 'https://example.com' }, /^BW_ACCOUNT_ID, BW_USERNAME, BW_PASSWORD must be set too/],
    [{ ...ACCOUNT, BW_WEBRTC_URL: 'example.com' }, /^BW_WEBRTC_URL must be an address that begins with http/],
    [{ ...ACCOUNT, BW_DEVICE_URL: 'https://example.com' }, /^BW_DEVICE_URL must be an address that begins with ws/],
    [{ PUBLIC_URL: 'ftp://example.com' }, /^PUBLIC_URL must be an address/],
  ];
  for (const [environment, message] of table)
    assert.throws(
      () => readConfig(environment),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
});
