/** Client of Bandwidth's WebRTC HTTP API: the calls the room service needs, each with a time limit. */
import { z } from 'zod';
import { withinTime } from '../time-limit.js';
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

const API = 'The WebRTC HTTP API';

export interface BandwidthAccount extends BandwidthCredentials {
  /** Base URL of the WebRTC HTTP API, for example `https://api.webrtc.bandwidth.com/v1`. */
  readonly webrtcUrl: string;
}

export type PublishPermission = 'AUDIO' | 'VIDEO';

/** What a participant receives: these participants; or the whole session, whoever comes; or, with neither, nothing. */
export interface Subscriptions {
  readonly sessionId?: string | undefined;
  readonly participants?: readonly { readonly participantId: string }[] | undefined;
}

const participantAnswer = z.object({ participant: z.object({ id: z.string().min(1) }), token: z.string().min(1) });
const sessionAnswer = z.object({ id: z.string().min(1) });

export class BandwidthWebrtcApi {
  readonly #baseUrl: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMilliseconds: number;

  constructor(account: BandwidthAccount, { timeoutMilliseconds, userAgentSuffix }: ApiOptions = {}) {
    const { accountId, username, password, webrtcUrl } = account;
    this.#baseUrl = `${webrtcUrl.replace(/\/+$/, '')}/accounts/${encodeURIComponent(accountId)}`;
    this.#headers = {
      authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
      'user-agent': userAgent(userAgentSuffix),
    };
    this.#timeoutMilliseconds = timeoutMilliseconds ?? API_TIME_LIMIT;
  }

  /** @throws BandwidthApiError */
  async createSession(): Promise<{ sessionId: string }> {
    const { id } = await this.#call('POST', '/sessions', { body: {}, answer: sessionAnswer });
    return { sessionId: id };
  }

  /**
   * @param callbackUrl where the platform posts the participant's webhooks
   * @throws BandwidthApiError
   */
  async createParticipant(fields: {
    publishPermissions: readonly PublishPermission[];
    callbackUrl?: string | undefined;
  }): Promise<{ participantId: string; token: string }> {
    const body = { ...fields, deviceApiVersion: 'V3' };
    const { participant, token } = await this.#call('POST', '/participants', { body, answer: participantAnswer });
    return { participantId: participant.id, token };
  }

  /**
   * Adds the participant to the session.
   * @param subscriptions default: everybody in it
   * @throws BandwidthApiError
   */
  async addToSession(
    participantId: string,
    sessionId: string,
    subscriptions: Subscriptions = { sessionId },
  ): Promise<void> {
    await this.#call('PUT', memberPath(participantId, sessionId), { body: subscriptions, answer: z.unknown() });
  }

  /** Replaces what a participant of the session receives. @throws BandwidthApiError */
  async setSubscriptions(participantId: string, sessionId: string, subscriptions: Subscriptions): Promise<void> {
    const path = `${memberPath(participantId, sessionId)}/subscriptions`;
    await this.#call('PUT', path, { body: subscriptions, answer: z.unknown() });
  }

  /** One that is gone already counts as deleted. @throws BandwidthApiError */
  async deleteParticipant(participantId: string): Promise<void> {
    await this.#delete(`/participants/${encodeURIComponent(participantId)}`);
  }

  /** One that is gone already counts as deleted. @throws BandwidthApiError */
  async deleteSession(sessionId: string): Promise<void> {
    await this.#delete(`/sessions/${encodeURIComponent(sessionId)}`);
  }

  async #delete(path: string): Promise<void> {
    try {
      await this.#call('DELETE', path, { answer: z.unknown() });
    } catch (error) {
      if (!(error instanceof BandwidthApiError && error.status === 404)) throw error;
    }
  }

  async #call<Schema extends z.ZodType>(
    method: string,
    path: string,
    { body, answer }: { body?: object; answer: Schema },
  ): Promise<z.output<Schema>> {
    const { status, text } = await this.#send(method, path, body);
    if (status < 200 || status > 299) throw refusal(API, status);
    const result = answer.safeParse(parseJson(text));
    if (!result.success) throw invalidAnswer(API, status);
    return result.data;
  }

  async #send(method: string, path: string, body: object | undefined): Promise<{ status: number; text: string }> {
    const late = new Error('The time is up.');
    try {
      return await withinTime({ milliseconds: this.#timeoutMilliseconds, reason: late }, async (signal) => {
        const response = await fetch(this.#baseUrl + path, {
          method,
          headers: { ...this.#headers, ...(body && { 'content-type': 'application/json' }) },
          ...(body && { body: JSON.stringify(body) }),
          redirect: 'manual',
          signal,
        });
        return { status: response.status, text: await response.text() };
      });
    } catch (cause) {
      throw noAnswer(API, cause === late, cause);
    }
  }
}

function memberPath(participantId: string, sessionId: string): string {
  return `/sessions/${encodeURIComponent(sessionId)}/participants/${encodeURIComponent(participantId)}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
