/** Janus with its videoroom, as Debian packages it, with a configuration of its own in a temporary folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { until } from '../helpers/until.js';

const HOST = '127.0.0.1';
export const VIDEOROOM = 1;

/** Linux counts CPU time in ticks; USER_HZ is 100 on all its usual platforms. */
const MICROSECONDS_PER_TICK = 10_000;

export interface Janus {
  /** Of the WebSocket API. */
  readonly url: string;
  usage(): Promise<{ cpuMicroseconds: number; rss: number }>;
  stop(): Promise<void>;
}

/** The program, or undefined where it is not installed, or not on Linux, where its CPU time can be read. */
export function findJanus(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, 'janus')).find((path) => existsSync(path));
}

export async function startJanus(program: string): Promise<Janus> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'bench-janus-'));
  for (const [name, text] of Object.entries(configuration(folder, port))) await writeFile(join(folder, name), text);
  const child = spawn(program, ['--config', join(folder, 'janus.jcfg'), '--configs-folder', folder], {
    stdio: 'ignore',
  });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true });
  };
  try {
    await once(child, 'spawn');
    await until(() => isListening(port), Boolean, { what: 'Janus listens' });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `ws://${HOST}:${port}`, usage: () => readUsage(child.pid ?? 0), stop };
}

/** Only what a videoroom over WebSocket needs. */
function configuration(folder: string, port: number): Record<string, string> {
  const other = (kind: string, names: readonly string[]): string =>
    `${kind}: { disable = "${names.map((name) => `libjanus_${name}.so`).join()}" }`;
  return {
    'janus.jcfg': [
      `general: { configs_folder = "${folder}", debug_level = 1, session_timeout = 0 }`,
      other('plugins', [
        ...['audiobridge', 'duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'streaming', 'textroom'],
        ...['videocall', 'voicemail'],
      ]),
      other('transports', ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq']),
    ].join('\n'),
    'janus.transport.websockets.jcfg': `general: { ws = true, ws_port = ${port}, ws_ip = "${HOST}" }`,
    'janus.plugin.videoroom.jcfg': `room-${VIDEOROOM}: { publishers = 20, bitrate = 2000000, audiocodec = "opus", videocodec = "vp8" }`,
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, HOST);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** From proc(5): user and system time are fields 14 and 15 of stat, and the name before them may hold spaces. */
async function readUsage(pid: number): Promise<{ cpuMicroseconds: number; rss: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return {
    cpuMicroseconds: (Number(fields[11]) + Number(fields[12])) * MICROSECONDS_PER_TICK,
    rss: Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1024,
  };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
