/** The calls of the platform's one account. */
import { VoiceCall, type VoiceCallOptions } from './voice-call.js';

/** Calls that are over and still known. */
const KEPT_CALLS = 1000;

/** As many calls are under way as may be. */
export class TooManyCallsError extends Error {}

export interface VoiceCallsOptions extends Pick<VoiceCallOptions, 'accountId' | 'network' | 'connectPhone' | 'log'> {
  /** Calls at once. Default: 50. */
  readonly limit?: number | undefined;
}

export class VoiceCalls {
  readonly #options: VoiceCallsOptions;
  readonly #limit: number;
  readonly #calls = new Map<string, VoiceCall>();

  constructor(options: VoiceCallsOptions) {
    this.#options = options;
    this.#limit = options.limit ?? 50;
  }

  /** @throws TooManyCallsError */
  create({ request, callsUrl }: Pick<VoiceCallOptions, 'request' | 'callsUrl'>): VoiceCall {
    const over = [...this.#calls.values()].filter(({ state }) => state === 'disconnected');
    if (this.#calls.size - over.length >= this.#limit) throw new TooManyCallsError();
    for (const { id } of over.slice(0, -KEPT_CALLS)) this.#calls.delete(id);
    const call = new VoiceCall({ ...this.#options, request, callsUrl });
    this.#calls.set(call.id, call);
    return call;
  }

  get(id: string): VoiceCall | undefined {
    return this.#calls.get(id);
  }

  /** Ends all calls and tells nobody. */
  close(): void {
    for (const call of this.#calls.values()) call.close();
  }
}
