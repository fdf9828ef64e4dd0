/** What one phone in a meeting costs the local platform: decoding, mixing, and sending what it says. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { answerOf } from './bench-server.js';
import type { Report } from './report.js';

/** How long each is measured, in milliseconds. */
export const WINDOW = 10_000;

export interface PhoneLegCost {
  /** Whom the phone hears, all at once. */
  readonly talkers: number;
  readonly cpuMicrosecondsPerSecond: number;
}

/** In a process of its own, so that nothing of the bench is counted. */
export async function measurePhoneLeg(): Promise<Report> {
  const child = fork(fileURLToPath(new URL('phone-leg-process.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  });
  const legs = (await answerOf(child)) as PhoneLegCost[];
  return {
    title: `phone-leg: one phone in the platform, speaking all the time, ${WINDOW / 1000} s`,
    columns: ['talkers heard', 'CPU per second of call', 'CPU of one core'],
    rows: legs.map(({ talkers, cpuMicrosecondsPerSecond }) => [
      String(talkers),
      `${cpuMicrosecondsPerSecond} µs`,
      `${(cpuMicrosecondsPerSecond / 10_000).toFixed(2)} %`,
    ]),
    figures: { legs },
  };
}
