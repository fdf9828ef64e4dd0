/**
 * Webhooks of the site's owner: posts what is recorded of rooms to the addresses that are registered, signed as Standard
 * Webhooks 1.0.0 describes. At least once each, in order for each receiver, and without anybody waiting for it.
 */
import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { fetchErrorText } from '../error-text.js';
import { postJson } from '../post-json.js';
import { RECORD_TYPES, type RecordEntry } from './chronicle.js';
import { Problem } from './problem.js';

export interface WebhookLimits {
  readonly receivers: number;
  /** Entries that wait for one receiver; beyond it the oldest are lost. */
  readonly queueLength: number;
  /** How long one try may take, in milliseconds. */
  readonly timeoutMilliseconds: number;
  /** After how long the same is sent again, for each time that has failed, in milliseconds. */
  readonly retryMilliseconds: readonly number[];
}

export const DEFAULT_WEBHOOK_LIMITS: WebhookLimits = {
  receivers: 20,
  queueLength: 1000,
  timeoutMilliseconds: 10_000,
  // Eight tries within a day: soon for what is over soon, as Standard Webhooks recommends.
  retryMilliseconds: [5, 60, 600, 3600, 3 * 3600, 8 * 3600, 12 * 3600].map((seconds) => seconds * 1000),
};

/** By how much of it, up or down, a wait differs, so that receivers are not all asked at once. */
const JITTER = 0.2;

/** Characters. */
const URL_LIMIT = 2000;

export interface WebhookRequest {
  /** With http or https. */
  readonly url: string;
  /** Of entries of the record. Default: all. */
  readonly types?: readonly string[] | undefined;
}

export interface Webhook {
  readonly id: string;
  readonly url: string;
  /** Null: all. */
  readonly types: readonly string[] | null;
  /** ISO 8601. */
  readonly createdAt: string;
  /** `failing`: what was sent last is tried again. `disabled`: that was in vain, and nothing is sent any more. */
  readonly state: 'active' | 'failing' | 'disabled';
}

/** What is posted: an entry of the record, or that so many entries were lost to this receiver before the next one. */
type Delivery = RecordEntry | (Omit<RecordEntry, 'type'> & { readonly type: 'entries-lost' });

interface Receiver {
  webhook: Webhook;
  readonly key: Buffer;
  readonly queue: RecordEntry[];
  /** Entries before those in the queue. */
  lost: number;
  isSending: boolean;
  readonly ending: AbortController;
}

export interface WebhookSenderOptions {
  readonly limits?: Partial<WebhookLimits> | undefined;
  readonly log: (message: string) => void;
  /** Rejects when it is broken off. Default: real time. */
  readonly wait?: ((milliseconds: number, ending: AbortSignal) => Promise<void>) | undefined;
}

export class WebhookSender {
  readonly #limits: WebhookLimits;
  readonly #log: (message: string) => void;
  readonly #wait: (milliseconds: number, ending: AbortSignal) => Promise<void>;
  readonly #receivers = new Map<string, Receiver>();

  constructor({ limits, log, wait = realWait }: WebhookSenderOptions) {
    this.#limits = { ...DEFAULT_WEBHOOK_LIMITS, ...limits };
    this.#log = log;
    this.#wait = wait;
  }

  /**
   * From now on entries are posted there.
   * @returns the webhook, and the secret of its signatures, which is told this once: `whsec_` and base64
   * @throws Problem where the address or a type cannot be, or there are too many webhooks
   */
  add({ url, types }: WebhookRequest): Webhook & { readonly secret: string } {
    requireAddress(url);
    const unknown = types?.find((type) => !RECORD_TYPES.some((known) => known === type));
    if (unknown !== undefined) throw new Problem(400, `Nothing of the type "${unknown.slice(0, 64)}" is recorded.`);
    if (this.#receivers.size >= this.#limits.receivers)
      throw new Problem(409, `There are ${this.#limits.receivers} webhooks already. Delete one of them.`, {
        code: 'endpoint-rejected',
      });
    const key = randomBytes(24);
    const webhook: Webhook = {
      id: randomUUID(),
      url,
      types: types ? [...new Set(types)] : null,
      createdAt: new Date().toISOString(),
      state: 'active',
    };
    const ending = new AbortController();
    this.#receivers.set(webhook.id, { webhook, key, queue: [], lost: 0, isSending: false, ending });
    return { ...webhook, secret: `whsec_${key.toString('base64')}` };
  }

  list(): Webhook[] {
    return [...this.#receivers.values()].map(({ webhook }) => webhook);
  }

  /** What waits for this receiver is not sent any more, and what is being sent is broken off. @returns false for none */
  remove(id: string): boolean {
    this.#receivers.get(id)?.ending.abort();
    return this.#receivers.delete(id);
  }

  /** Posts the entry to those who want it, after what came before. Returns at once. */
  send(entry: RecordEntry): void {
    for (const receiver of this.#receivers.values()) {
      const { webhook, queue } = receiver;
      if (webhook.state === 'disabled' || webhook.types?.includes(entry.type) === false) continue;
      queue.push(entry);
      if (queue.length > this.#limits.queueLength) {
        queue.shift();
        receiver.lost++;
      }
      if (!receiver.isSending) void this.#empty(receiver);
    }
  }

  /** Sends nothing more, and breaks off what is being sent. */
  close(): void {
    for (const id of this.#receivers.keys()) this.remove(id);
  }

  async #empty(receiver: Receiver): Promise<void> {
    receiver.isSending = true;
    for (let next = takeNext(receiver); next; next = takeNext(receiver)) {
      const isDelivered = await this.#deliver(receiver, next);
      if (receiver.ending.signal.aborted) return;
      if (!isDelivered) this.#disable(receiver);
    }
    receiver.isSending = false;
  }

  /** Until it is taken. @returns false when it was not, time after time, or what is sent to this receiver ends */
  async #deliver(receiver: Receiver, delivery: Delivery): Promise<boolean> {
    const body = JSON.stringify(delivery);
    const { signal } = receiver.ending;
    for (const wait of [...this.#limits.retryMilliseconds, undefined]) {
      const failure = await this.#try(receiver, delivery.id, body);
      if (signal.aborted) return false;
      this.#note(receiver, failure);
      if (failure === undefined) return true;
      if (wait === undefined) return false;
      const jitter = 1 + JITTER * (2 * Math.random() - 1);
      try {
        await this.#wait(wait * jitter, signal);
      } catch {
        return false;
      }
    }
    return false;
  }

  /** @returns what went wrong; undefined where the receiver has taken it */
  async #try({ webhook, key, ending }: Receiver, id: string, body: string): Promise<string | undefined> {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
    try {
      const response = await postJson(webhook.url, body, {
        headers: { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
        milliseconds: this.#limits.timeoutMilliseconds,
        reason: new Error('the receiver took too long'),
        ending: ending.signal,
      });
      return response.ok ? undefined : `it answered ${response.status}`;
    } catch (error) {
      return fetchErrorText(error);
    }
  }

  /** One line when a receiver begins to fail, not one for each time. */
  #note(receiver: Receiver, failure: string | undefined): void {
    const { webhook } = receiver;
    const state = failure === undefined ? 'active' : 'failing';
    if (state === webhook.state) return;
    receiver.webhook = { ...webhook, state };
    if (failure !== undefined) this.#log(`The webhook ${webhook.id} could not be delivered: ${failure}.`);
  }

  #disable(receiver: Receiver): void {
    const { webhook, queue } = receiver;
    receiver.webhook = { ...webhook, state: 'disabled' };
    queue.length = 0;
    receiver.lost = 0;
    const tries = this.#limits.retryMilliseconds.length + 1;
    this.#log(`The webhook ${webhook.id} is disabled: its receiver did not take an entry in ${tries} tries.`);
  }
}

function realWait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return delay(milliseconds, undefined, { signal, ref: false });
}

function takeNext(receiver: Receiver): Delivery | undefined {
  const { lost, queue } = receiver;
  if (lost === 0) return queue.shift();
  receiver.lost = 0;
  return { id: randomUUID(), at: new Date().toISOString(), room: '', type: 'entries-lost', data: { count: lost } };
}

/** @throws Problem */
function requireAddress(url: string): void {
  const { protocol, username, password } = URL.canParse(url) ? new URL(url) : { protocol: '' };
  if (url.length > URL_LIMIT || !['http:', 'https:'].includes(protocol))
    throw new Problem(400, `The address must begin with http:// or https:// and have at most ${URL_LIMIT} characters.`);
  // They could not be sent: `fetch` refuses them.
  if (username || password) throw new Problem(400, 'The address must not contain a user name or a password.');
}
