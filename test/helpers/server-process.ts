/** The server as `npm start` runs it, open to pages of all origins, in a process that can be killed in the middle of everything. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export class ServerProcess {
  readonly port: number;
  readonly #child: ChildProcess;

  /**
   * @param port default: any free one
   * @param settings further variables of its environment
   */
  static async start(port = 0, settings: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const child = spawn(process.execPath, ['--import', 'tsx', 'demo/start.ts'], {
      env: { ...process.env, PORT: String(port), ALLOWED_ORIGINS: '*', ...settings },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new ServerProcess(child, await readPort(child));
  }

  constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Ends it as a power cut would: nothing is told, nothing is saved. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
  }
}

/** From the address it prints. */
async function readPort(child: ChildProcess): Promise<number> {
  if (!child.stdout) throw new Error('The server has no output.');
  for await (const line of createInterface(child.stdout)) {
    const port = /http:\/\/localhost:(\d+)/.exec(line)?.[1];
    if (port !== undefined) {
      child.stdout.resume();
      return Number(port);
    }
  }
  throw new Error('The server ended without printing its address.');
}
