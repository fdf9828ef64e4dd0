/** Callbacks of the Voice API: events of a call, posted to the URLs that its creator gave. */
import { fetchErrorText } from '../../error-text.js';
import { withinTime } from '../../time-limit.js';
import { BXML_LIMIT } from './bxml.js';

/** Who is told. */
export interface CallbackTarget {
  readonly url: string;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  /** How long the receiver may take to answer in full, in seconds. */
  readonly timeout: number;
}

/** The receiver could not be reached, answered late, or not with success; the message says which, without secrets. */
export class CallbackError extends Error {}

/**
 * Posts the event and resolves with what was answered: BXML, where it is asked for.
 * @param signal breaks off
 * @throws CallbackError
 */
export async function postCallback(target: CallbackTarget, event: object, signal: AbortSignal): Promise<string> {
  const limit = { milliseconds: target.timeout * 1000, reason: new Error(`It took longer than ${target.timeout} s`) };
  try {
    return await withinTime({ ...limit, ending: signal }, async (inTime) => {
      const response = await fetch(target.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization(target) },
        body: JSON.stringify(event),
        redirect: 'manual',
        signal: inTime,
      });
      if (response.ok) return readText(response);
      await response.body?.cancel();
      throw new CallbackError(`The receiver answered ${response.status}.`);
    });
  } catch (error) {
    if (error instanceof CallbackError) throw error;
    throw new CallbackError(`The receiver could not be asked: ${fetchErrorText(error)}.`);
  }
}

function authorization({ username, password }: CallbackTarget): { authorization?: string } {
  if (username == null && password == null) return {};
  return { authorization: `Basic ${Buffer.from(`${username ?? ''}:${password ?? ''}`).toString('base64')}` };
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    // Leaving the loop cancels the body.
    if (size > BXML_LIMIT) throw new CallbackError(`The receiver answered more than ${BXML_LIMIT} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
