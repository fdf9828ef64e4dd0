/** `npm start`: starts the server with the settings of the environment, and says where to open it. */
import { existsSync } from 'node:fs';
import { ConfigError, readConfig, type Config } from './server/config.js';
import { secret } from './server/secret.js';
import { externalAddresses, startServer, type RunningServer } from './server/start-server.js';
import { DIST_DIRECTORY } from './server/static-files.js';

try {
  const config = readConfig(process.env);
  const { maxParticipants, ...options } = config;
  const madeKey = config.bandwidth || config.apiKey !== undefined ? undefined : secret();
  const server = await startServer({ ...options, apiKey: config.apiKey ?? madeKey, limits: { maxParticipants } });
  stopOnSignal(server);
  announce(config, server, madeKey);
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

function stopOnSignal(server: RunningServer): void {
  const stop = (): void => {
    server.close().then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** @param madeKey of the API, where this process made it */
function announce(config: Config, { port }: RunningServer, madeKey: string | undefined): void {
  const { host, https, bandwidth } = config;
  console.log('Open in two tabs:');
  const [url, ...others] = addresses(host).map((address) => `${https ? 'https' : 'http'}://${address}:${port}`);
  for (const each of [url, ...others]) console.log(`  ${each}`);
  if (madeKey !== undefined || config.apiKey !== undefined) console.log(`For you alone: ${url}/events.html`);
  if (madeKey !== undefined) console.log(`  API key, until the server ends: ${madeKey}`);
  if (https) console.log('The browser will warn about the certificate, which this server made for itself: go on.');
  else if (!['localhost', '127.0.0.1', '::1'].includes(host))
    console.log('Set HTTPS=1 for other devices: browsers give them microphone and camera on https only.');
  if (!existsSync(DIST_DIRECTORY)) console.log('The elements are not built yet: npm run build.');
  if (!bandwidth) console.log('Media runs on the local platform: for development only, not a production media server.');
  else if (!bandwidth.publicUrl)
    console.log(
      'PUBLIC_URL is not set, so the platform cannot tell who has left: only pages that listen to the room channel show it.',
    );
  if (bandwidth && config.inviteSecret === undefined)
    console.log('INVITE_SECRET is not set, so whoever reaches this server may join any room, and nobody moderates.');
  const dialing = whyNobodyCanDial(config);
  if (dialing) console.log(dialing);
}

/** On an account phone calls cost money: they are off until everything for them is set. */
function whyNobodyCanDial({ bandwidth, dialAllow, dialNumber }: Config): string | undefined {
  if (!bandwidth) return undefined;
  const missing = [
    !bandwidth.voice && 'BW_APPLICATION_ID and BW_PHONE_NUMBER',
    !bandwidth.publicUrl && 'PUBLIC_URL',
    !dialAllow?.length && dialNumber === undefined && 'DIAL_ALLOW or DIAL_NUMBER',
  ].filter((variable) => variable !== false);
  return missing.length > 0 ? `Phone calls are off until these are set: ${missing.join('; ')}.` : undefined;
}

/** Names and numbers by which the server can be reached. */
function addresses(host: string): string[] {
  if (host === '127.0.0.1' || host === '::1') return ['localhost'];
  if (host !== '0.0.0.0' && host !== '::') return [host.includes(':') ? `[${host}]` : host];
  return ['localhost', ...externalAddresses()];
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return 'The port is in use by another program: set PORT to another one.';
  if (code === 'EACCES') return 'The port may not be used by this account: set PORT to one above 1023.';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'HOST is not an address of this machine.';
  return error.stack ?? error.message;
}
