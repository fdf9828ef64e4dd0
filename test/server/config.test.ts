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
    inviteSecret: undefined,
    apiKey: undefined,
    dialAllow: undefined,
    dialNumber: undefined,
    sipTrunk: undefined,
    sampleRoutes: undefined,
    apiTimeoutMilliseconds: undefined,
    userAgentSuffix: undefined,
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
    voice: undefined,
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

test('phone calls need an application and the number they come from', () => {
  const voice = { ...ACCOUNT, BW_APPLICATION_ID: 'application', BW_PHONE_NUMBER: '+1 202 555 0199' };
  const expected = {
    voiceUrl: 'https://voice.bandwidth.com/api/v2',
    applicationId: 'application',
    phoneNumber: '+12025550199',
    otherPhoneNumbers: [],
  };
  assert.deepEqual(readConfig(voice).bandwidth?.voice, expected);
  const voiceUrl = 'http://localhost:4000/api/v2';
  assert.deepEqual(readConfig({ ...voice, BW_VOICE_URL: voiceUrl }).bandwidth?.voice, { ...expected, voiceUrl });
  assert.deepEqual(
    readConfig({ ...voice, BW_PHONE_NUMBER: '+12025550199, +1 202-555-0198,+442079460018' }).bandwidth?.voice,
    { ...expected, otherPhoneNumbers: ['+12025550198', '+442079460018'] },
  );
});

test('how the platform is asked', () => {
  const { apiTimeoutMilliseconds, userAgentSuffix } = readConfig({
    API_TIMEOUT_SECONDS: '3',
    USER_AGENT_SUFFIX: ' example-site/2.1 (+https://example.com) ',
  });
  assert.deepEqual(
    { apiTimeoutMilliseconds, userAgentSuffix },
    { apiTimeoutMilliseconds: 3000, userAgentSuffix: 'example-site/2.1 (+https://example.com)' },
  );
});

test('who may be called, and where', () => {
  const { dialAllow, dialNumber, sipTrunk, sampleRoutes } = readConfig({
    DIAL_ALLOW: '+120255501, +441144960000,+49 sip:pbx.example.com:5080',
    DIAL_NUMBER: '+1 (202) 555-0142',
    SIP_TRUNK: 'sip:127.0.0.1:5080',
    SIP_USERNAME: 'ada',
    SIP_PASSWORD: 'secret',
    SAMPLE_ROUTES: '0',
  });
  assert.deepEqual(
    { dialAllow, dialNumber, sipTrunk, sampleRoutes },
    {
      dialAllow: ['+120255501', '+441144960000', '+49', 'sip:pbx.example.com:5080'],
      dialNumber: '+12025550142',
      sipTrunk: { uri: 'sip:127.0.0.1:5080', credentials: { username: 'ada', password: 'secret' } },
      sampleRoutes: false,
    },
  );
  assert.equal(readConfig({ ...ACCOUNT, SAMPLE_ROUTES: '1' }).sampleRoutes, true);
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
    [{ INVITE_SECRET: 'x'.repeat(31) }, /^INVITE_SECRET must have at least 32 characters/],
    [{ API_KEY: 'x'.repeat(31) }, /^API_KEY must have at least 32 characters/],
    [{ API_KEY: `${'x'.repeat(32)} x` }, /^API_KEY must have/],
    [{ ALLOWED_ORIGINS: 'example.com' }, /^ALLOWED_ORIGINS must be \* or a list of origins/],
    [{ ALLOWED_ORIGINS: 'https://example.com/path' }, /^ALLOWED_ORIGINS must be/],
    [{ ALLOWED_ORIGINS: '*, https://example.com' }, /^ALLOWED_ORIGINS must be/],
    [{ BW_ACCOUNT_ID: '9900000' }, /^BW_USERNAME, BW_PASSWORD must be set too/],
    [{ BW_WEBRTC_URL: 'https://example.com' }, /^BW_ACCOUNT_ID, BW_USERNAME, BW_PASSWORD must be set too/],
    [{ ...ACCOUNT, BW_WEBRTC_URL: 'example.com' }, /^BW_WEBRTC_URL must be an address that begins with http/],
    [{ ...ACCOUNT, BW_DEVICE_URL: 'https://example.com' }, /^BW_DEVICE_URL must be an address that begins with ws/],
    [{ BW_PHONE_NUMBER: '+12025550199' }, /^BW_ACCOUNT_ID, BW_USERNAME, BW_PASSWORD must be set too/],
    [{ ...ACCOUNT, BW_APPLICATION_ID: 'a' }, /^BW_APPLICATION_ID and BW_PHONE_NUMBER must be set together/],
    [{ ...ACCOUNT, BW_VOICE_URL: 'http://localhost' }, /^BW_APPLICATION_ID and BW_PHONE_NUMBER must be set together/],
    [{ ...ACCOUNT, BW_PHONE_NUMBER: '2025550199' }, /^BW_PHONE_NUMBER must be a usual phone number such as/],
    [
      { ...ACCOUNT, BW_APPLICATION_ID: 'a', BW_PHONE_NUMBER: '+12025550199', PUBLIC_URL: 'http://example.com' },
      /^PUBLIC_URL must begin with https:/,
    ],
    [{ BW_VOICE_URL: 'voice.example.com' }, /^BW_VOICE_URL must be an address that begins with http/],
    [{ DIAL_ALLOW: '*' }, /^DIAL_ALLOW must be a list of numbers or beginnings of numbers/],
    [{ DIAL_ALLOW: '+1,4' }, /^DIAL_ALLOW must be/],
    [{ DIAL_ALLOW: 'sip:*' }, /^DIAL_ALLOW must be .* or hosts such as sip:example\.com/],
    [{ DIAL_ALLOW: 'sips:example.com' }, /^DIAL_ALLOW must be/],
    [{ DIAL_ALLOW: 'sip:ada@example.com' }, /^DIAL_ALLOW must be/],
    [
      { ...ACCOUNT, BW_PHONE_NUMBER: '+12025550199,911' },
      /^BW_PHONE_NUMBER must be a usual phone number .* or several/,
    ],
    [{ API_TIMEOUT_SECONDS: '0' }, /^API_TIMEOUT_SECONDS must be a whole number from 1 to 300\.$/],
    [{ API_TIMEOUT_SECONDS: '1.5' }, /^API_TIMEOUT_SECONDS must be/],
    [{ USER_AGENT_SUFFIX: 'a\nb' }, /^USER_AGENT_SUFFIX must be 1 to 128 characters of ASCII\.$/],
    [{ USER_AGENT_SUFFIX: 'é' }, /^USER_AGENT_SUFFIX must be/],
    [{ USER_AGENT_SUFFIX: 'a'.repeat(129) }, /^USER_AGENT_SUFFIX must be/],
    [{ DIAL_NUMBER: '911' }, /^DIAL_NUMBER must be a usual phone number/],
    [{ DIAL_NUMBER: '+19005550100' }, /^DIAL_NUMBER must be a usual phone number/],
    [{ SIP_TRUNK: '127.0.0.1:5080' }, /^SIP_TRUNK must be an address such as sip:/],
    [{ SIP_TRUNK: 'sip:a b' }, /^SIP_TRUNK must be/],
    [{ SIP_TRUNK: 'sip:a', SIP_USERNAME: 'ada' }, /^SIP_USERNAME and SIP_PASSWORD must be set together/],
    [{ SIP_PASSWORD: 'secret' }, /^SIP_TRUNK must be set too/],
    [{ ...ACCOUNT, SIP_TRUNK: 'sip:127.0.0.1' }, /^SIP_TRUNK is for the local platform/],
    [{ SAMPLE_ROUTES: 'yes' }, /^SAMPLE_ROUTES must be 1, true, 0 or false/],
    [{ PUBLIC_URL: 'ftp://example.com' }, /^PUBLIC_URL must be an address/],
  ];
  for (const [environment, message] of table)
    assert.throws(
      () => readConfig(environment),
      (error) => error instanceof ConfigError && message.test(error.message),
    );
});
