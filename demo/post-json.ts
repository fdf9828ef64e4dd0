import { withinTime } from './time-limit.js';

export interface PostOptions {
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How long it may take, and with which error it ends then. */
  readonly milliseconds: number;
  readonly reason: Error;
  /** Breaks it off. */
  readonly ending: AbortSignal;
}

/** Posts JSON to a server that others run. What it answers is not read, and where it redirects to is not asked. */
export function postJson(
  url: string,
  body: string,
  { headers, ...limit }: PostOptions,
): Promise<{ ok: boolean; status: number }> {
  return withinTime(limit, async (signal) => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
      redirect: 'manual',
      signal,
    });
    await response.body?.cancel();
    return response;
  });
}
