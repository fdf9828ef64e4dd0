/** The server in a process of its own, so that what it uses can be told from what the bench uses. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** How long a simulated phone rings, in milliseconds. */
export const RINGING = 500;

export interface ServerUsage {
  /** Since the process started. */
  readonly cpuMicroseconds: number;
  /** Bytes. */
  readonly rss: number;
  readonly heapUsed: number;
  /** How many sockets, timers and so on keep the process busy, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly forwardedPackets: number;
}

export class BenchServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly #child: ChildProcess;

  static async start(): Promise<BenchServer> {
    const child = fork(fileURLToPath(new URL('server-process.ts', import.meta.url)), {
      execArgv: ['--import', 'tsx', '--expose-gc'],
    });
    return new BenchServer(child, (await answerOf(child)) as string);
  }

  constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  /** @param question whether garbage is collected before; that takes CPU time itself */
  async usage(question: 'usage' | 'usage without garbage' = 'usage'): Promise<ServerUsage> {
    const answer = answerOf(this.#child);
    this.#child.send(question);
    return (await answer) as ServerUsage;
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }
}

/** The next message of a process; rejects when it ends without one. */
export async function answerOf(child: ChildProcess): Promise<unknown> {
  const waiting = new AbortController();
  const { signal } = waiting;
  const ended = once(child, 'exit', { signal }).then(() => {
    throw new Error('The process has ended.');
  });
  try {
    const [answer] = (await Promise.race([once(child, 'message', { signal }), ended])) as [unknown];
    return answer;
  } finally {
    ended.catch(() => undefined);
    waiting.abort();
  }
}
