import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import test from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../demo/start.ts', import.meta.url));

/** Runs the start script with these settings and no others. */
function start(settings: Record<string, string>) {
  const environment = Object.entries(process.env).filter(
    ([name]) => !/^(BW_|PORT$|HOST$|HTTPS$|API_KEY$|NODE_TEST)/.test(name),
  );
  const child = spawn(process.execPath, ['--import', 'tsx', script], {
    env: { ...Object.fromEntries(environment), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { child, exited: once(child, 'exit'), errors: text(child.stderr) };
}

/** Reads what is printed until it matches. */
async function readUntil(stream: Readable, pattern: RegExp): Promise<string> {
  let printed = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    printed += String(chunk);
    if (pattern.test(printed)) return printed;
  }
  return assert.fail(`${pattern.source} was not printed: ${printed}`);
}

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`it says where to open it, serves there, and ends at ${signal}`, async () => {
    const { child, exited } = start({ PORT: '0' });
    const printed = await readUntil(child.stdout, /not a production media server/);
    const [url] = /http:\/\/localhost:\d+/.exec(printed) ?? [];
    assert.ok(url, printed);
    assert.equal((await fetch(url)).status, 200);
    child.kill(signal);
    assert.deepEqual(await exited, [0, null]);
  });
}

test('other devices are told of https, and those on https of the certificate', async () => {
  const hint = /Set HTTPS=1 for other devices/;
  const warning = /The browser will warn about the certificate/;
  const table: [settings: Record<string, string>, said: RegExp[], unsaid: RegExp][] = [
    [{ HTTPS: '1', HOST: '0.0.0.0' }, [/https:\/\/localhost:\d+/, warning], /HTTPS=1|http:/],
    [{ HTTPS: '1' }, [/https:\/\/localhost:\d+/, warning], /HTTPS=1|http:/],
    [{ HOST: '0.0.0.0' }, [/http:\/\/localhost:\d+/, hint], /certificate|https:/],
    [{}, [/http:\/\/localhost:\d+/], /certificate|https/i],
  ];
  await Promise.all(
    table.map(async ([settings, said, unsaid]) => {
      const { child, exited } = start({ PORT: '0', ...settings });
      const printed = await readUntil(child.stdout, /not a production media server/);
      child.kill();
      for (const pattern of said) assert.match(printed, pattern);
      assert.doesNotMatch(printed, unsaid);
      assert.deepEqual(await exited, [0, null]);
    }),
  );
});

test('on an account it is said what is missing for phone calls, and that rooms are open', async () => {
  const account = { BW_ACCOUNT_ID: '9900000', BW_USERNAME: 'user', BW_PASSWORD: 'password' };
  const voice = { BW_APPLICATION_ID: 'application', BW_PHONE_NUMBER: '+12025550199' };
  const url = { PUBLIC_URL: 'https://meet.example.com' };
  const table: [settings: Record<string, string>, said: RegExp][] = [
    [account, /until these are set: BW_APPLICATION_ID and BW_PHONE_NUMBER; PUBLIC_URL; DIAL_ALLOW or DIAL_NUMBER\.\n/],
    [{ ...account, ...voice, ...url }, /Phone calls are off until these are set: DIAL_ALLOW or DIAL_NUMBER\.\n/],
    [{ ...account, ...voice, ...url, DIAL_ALLOW: '+1' }, /^(?!.*Phone calls)/s],
    [account, /INVITE_SECRET is not set, so whoever reaches this server may join any room, and nobody moderates\.\n/],
    [{ ...account, INVITE_SECRET: 'x'.repeat(32) }, /^(?!.*INVITE_SECRET)/s],
  ];
  await Promise.all(
    table.map(async ([settings, said]) => {
      const { child, exited } = start({ PORT: '0', ...settings });
      // All is printed at once, so what ends it does not cut it.
      const beginning = await readUntil(child.stdout, /localhost:\d+/);
      child.kill();
      assert.match(beginning + (await text(child.stdout)), said);
      assert.deepEqual(await exited, [0, null]);
    }),
  );
});

test('what keeps it from starting is one sentence, and exit code 1', async (t) => {
  const occupant = createServer().listen(0, '127.0.0.1');
  t.after(() => occupant.close());
  await once(occupant, 'listening');
  const table: [settings: Record<string, string>, sentence: RegExp][] = [
    [{ PORT: String((occupant.address() as AddressInfo).port) }, /^The port is in use by another program: .*\.\n$/],
    [{ PORT: 'eighty' }, /^PORT must be a whole number from 0 to 65535\.\n$/],
    [{ HOST: '203.0.113.7' }, /^HOST is not an address of this machine\.\n$/],
  ];
  await Promise.all(
    table.map(async ([settings, sentence]) => {
      const { child, exited, errors } = start(settings);
      child.stdout.resume();
      assert.deepEqual(await exited, [1, null]);
      assert.match(await errors, sentence);
    }),
  );
});

test('a key of the owner’s API is made and printed once, unless it was given: then it is not printed', async () => {
  const given = 'a-key-of-the-site-of-at-least-32-characters';
  const table: [settings: Record<string, string>, key: (printed: string) => string | undefined][] = [
    [{}, (printed) => /API key, until the server ends: (\S{32})\n/.exec(printed)?.[1]],
    [{ API_KEY: given }, (printed) => (printed.includes(given) || printed.includes('API key') ? undefined : given)],
  ];
  await Promise.all(
    table.map(async ([settings, keyOf]) => {
      const { child, exited, errors } = start({ PORT: '0', ...settings });
      const printed = await readUntil(child.stdout, /not a production media server/);
      const [url = ''] = /http:\/\/localhost:\d+(?=\/events\.html)/.exec(printed) ?? [];
      const key = keyOf(printed);
      assert.ok(key !== undefined && printed.split(key).length <= 2, printed);
      const ask = async (bearer: string): Promise<number> =>
        (await fetch(`${url}/api/rooms`, { headers: { authorization: `Bearer ${bearer}` } })).status;
      assert.deepEqual([await ask(key), await ask(`${key}x`)], [200, 401]);
      child.kill();
      await exited;
      assert.equal(await errors, '');
    }),
  );
});
