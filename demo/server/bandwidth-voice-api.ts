/** Client of Bandwidth's Voice API: phone calls, each request with a time limit. */
import { CallsApi, CallStateEnum, Configuration } from 'bandwidth-sdk';
import { z } from 'zod';
import {
  API_TIME_LIMIT,
  BandwidthApiError,
  invalidAnswer,
  noAnswer,
  refusal,
  userAgent,
  type ApiOptions,
  type BandwidthCredentials,
} from './bandwidth-api-error.js';

const API = 'The Voice API';

/** Bytes of an answer; a call's state has a few hundred. */
const ANSWER_LIMIT = 256 * 1024;

export interface VoiceAccount extends BandwidthCredentials {
  /** Base URL of the Voice API, for example `https://voice.bandwidth.com/api/v2`. */
  readonly voiceUrl: string;
  /** The Voice application that the number belongs to. */
  readonly applicationId: string;
  /** Number that calls come from, E.164. */
  readonly phoneNumber: string;
}

export interface NewCall {
  /** E.164, or a SIP address. */
  readonly to: string;
  /** A number of the account, E.164. Default: the account's `phoneNumber`. */
  readonly from?: string | undefined;
  /** Values of the header User-to-User (RFC 7433), for a SIP address only. */
  readonly uui?: string | undefined;
  /** How long it may ring, in seconds. */
  readonly callTimeout: number;
}

/** Where the platform tells what becomes of a call. */
export interface CallCallbacks {
  readonly answerUrl: string;
  readonly disconnectUrl: string;
  /** For Basic authentication of the callbacks. */
  readonly username: string;
  readonly password: string;
}

export interface VoiceCallState {
  /** `queued`, `initiated`, `answered`, `disconnected`; others may come. */
  readonly state: string;
  /** Once disconnected: `hangup`, `busy`, `timeout`, `cancel`, `rejected`, `error`…; others may come. */
  readonly cause: string | undefined;
}

const createAnswer = z.object({ callId: z.string().min(1) });
const stateAnswer = z.object({ state: z.string(), disconnectCause: z.string().nullish() });

interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly headers: unknown;
}

export class BandwidthVoiceApi {
  readonly #account: VoiceAccount;
  readonly #calls: CallsApi;
  readonly #timeoutMilliseconds: number;
  readonly #userAgent: string;

  constructor(account: VoiceAccount, { timeoutMilliseconds, userAgentSuffix }: ApiOptions = {}) {
    const { username, password, voiceUrl } = account;
    this.#account = account;
    this.#calls = new CallsApi(new Configuration({ username, password, basePath: voiceUrl.replace(/\/+$/, '') }));
    this.#timeoutMilliseconds = timeoutMilliseconds ?? API_TIME_LIMIT;
    this.#userAgent = userAgent(userAgentSuffix);
  }

  /** @throws BandwidthApiError */
  async createCall(call: NewCall, callbacks: CallCallbacks): Promise<{ callId: string }> {
    const { accountId, applicationId, phoneNumber } = this.#account;
    const { from = phoneNumber, uui, ...rest } = call;
    const body = { from, ...rest, ...(uui !== undefined && { uui }), applicationId, ...callbacks };
    return this.#ask(createAnswer, (options) => this.#calls.createCall(accountId, body, options));
  }

  /** @throws BandwidthApiError */
  async callState(callId: string): Promise<VoiceCallState> {
    const { accountId } = this.#account;
    const { state, disconnectCause } = await this.#ask(stateAnswer, (options) =>
      this.#calls.getCallState(accountId, callId, options),
    );
    return { state, cause: disconnectCause ?? undefined };
  }

  /** A call that is over already counts as hung up. @throws BandwidthApiError */
  async hangUp(callId: string): Promise<void> {
    const { accountId } = this.#account;
    try {
      await this.#ask(z.unknown(), (options) =>
        this.#calls.updateCall(accountId, callId, { state: CallStateEnum.Completed }, options),
      );
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** Lets an answered call do something else. @param bxml a document of `bxml.ts`. @throws BandwidthApiError */
  async replaceBxml(callId: string, bxml: string): Promise<void> {
    const { accountId } = this.#account;
    await this.#ask(z.unknown(), (options) => this.#calls.updateCallBxml(accountId, callId, bxml, options));
  }

  async #ask<Schema extends z.ZodType>(
    schema: Schema,
    request: (options: object) => Promise<Answer>,
  ): Promise<z.output<Schema>> {
    const { status, data, headers } = await this.#send(request);
    if (status < 200 || status > 299) throw refusal(API, status, retryAfterOf(headers));
    const result = schema.safeParse(data);
    if (!result.success) throw invalidAnswer(API, status);
    return result.data;
  }

  async #send(request: (options: object) => Promise<Answer>): Promise<Answer> {
    const signal = AbortSignal.timeout(this.#timeoutMilliseconds);
    try {
      return await request({
        signal,
        headers: { 'User-Agent': this.#userAgent },
        maxRedirects: 0,
        maxContentLength: ANSWER_LIMIT,
        // As with the WebRTC HTTP API: the environment's proxies are not for this.
        proxy: false,
        validateStatus: () => true,
      });
    } catch (cause) {
      // Axios' own error holds the request with its credentials: it is not passed on.
      throw noAnswer(API, signal.aborted, cause instanceof Error ? cause.message : cause);
    }
  }
}

/** True where the platform knows the call no more, or can do nothing with it any more. */
export function isGone(error: unknown): boolean {
  return error instanceof BandwidthApiError && (error.status === 404 || error.status === 409);
}

function retryAfterOf(headers: unknown): string | undefined {
  const { data } = z.object({ 'retry-after': z.string() }).safeParse(headers);
  return data?.['retry-after'];
}
