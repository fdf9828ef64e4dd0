/** What the clients of Bandwidth's HTTP APIs have in common: who asks and how, how long that may take, how it fails. */
import { Problem, type ProblemCode } from './problem.js';

/** How long one call may take unless told otherwise, in milliseconds. */
export const API_TIME_LIMIT = 10_000;

const USER_AGENT = 'video-room-demo/0.1.0';

export interface BandwidthCredentials {
  readonly accountId: string;
  readonly username: string;
  readonly password: string;
}

/** How the platform's HTTP APIs are asked. */
export interface ApiOptions {
  /** How long one request may take. Default: 10,000. */
  readonly timeoutMilliseconds?: number | undefined;
  /** What the header User-Agent ends with: visible characters of ASCII and spaces. */
  readonly userAgentSuffix?: string | undefined;
}

/** The header User-Agent of every request (RFC 9110 section 10.1.5). */
export function userAgent(suffix: string | undefined): string {
  return suffix === undefined ? USER_AGENT : `${USER_AGENT} ${suffix}`;
}

/** Why a call failed: the platform refused it, could not be reached, did not answer in time, or answered nonsense. */
export type BandwidthFailure = 'refused' | 'unreachable' | 'timeout' | 'invalid-answer';

/** Neither the platform's text nor the path goes into the message: it may be shown to people. */
export class BandwidthApiError extends Error {
  override readonly name = 'BandwidthApiError';
  readonly failure: BandwidthFailure;
  /** HTTP status, where the platform answered. */
  readonly status: number | undefined;
  /** The header `Retry-After` of the platform's answer. */
  readonly retryAfter: string | undefined;

  constructor(
    message: string,
    options: {
      failure: BandwidthFailure;
      status?: number | undefined;
      retryAfter?: string | undefined;
      cause?: unknown;
    },
  ) {
    super(message, { cause: options.cause });
    this.failure = options.failure;
    this.status = options.status;
    this.retryAfter = options.retryAfter;
  }
}

/**
 * @param api what did not answer, as the subject of a sentence
 * @param isLate whether its time was up
 */
export function noAnswer(api: string, isLate: boolean, cause: unknown): BandwidthApiError {
  if (isLate) return new BandwidthApiError(`${api} did not answer in time.`, { failure: 'timeout', cause });
  return new BandwidthApiError(`${api} cannot be reached.`, { failure: 'unreachable', cause });
}

export function refusal(api: string, status: number, retryAfter?: string): BandwidthApiError {
  return new BandwidthApiError(`${api} answered ${status}.`, { failure: 'refused', status, retryAfter });
}

export function invalidAnswer(api: string, status: number): BandwidthApiError {
  return new BandwidthApiError(`${api} gave an answer that cannot be read.`, { failure: 'invalid-answer', status });
}

/** What whoever waits for the platform is told. @param platform as the subject of a sentence */
export function platformProblem(cause: BandwidthApiError, platform: string, code?: ProblemCode): Problem {
  if (cause.failure === 'timeout')
    return new Problem(504, `${platform} did not answer in time. Try again.`, { code, cause });
  return new Problem(502, `${platform} has a problem. Try again in a moment.`, { code, cause });
}
