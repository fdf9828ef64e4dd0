/** Participant webhooks: tells the owner of a participant, at its callback URL, what the participant's device does. */
import { setMaxListeners } from 'node:events';
import type { Participant } from './registry.js';
import { fetchErrorText } from '../error-text.js';
import { postJson } from '../post-json.js';

export type ParticipantEvent = 'onConnect' | 'onLeave' | 'onDisconnect';

/** How long the receiver may take to answer, in milliseconds. */
const TIME_LIMIT = 5000;

export interface Webhooks {
  /** Posts the event, after the participant's earlier ones. A participant without a callback URL has nobody to tell. */
  send(event: ParticipantEvent, participant: Participant, deviceId: string): void;
  /** Sends nothing more, and breaks off what is being sent. */
  close(): void;
}

/** A receiver that fails is logged and not asked again. */
export function createWebhooks(
  options: { timeoutMilliseconds?: number | undefined; log?: ((message: string) => void) | undefined } = {},
): Webhooks {
  const { timeoutMilliseconds = TIME_LIMIT, log = console.error } = options;
  /** The last delivery to each participant's receiver, so that its events arrive in order. */
  const deliveries = new Map<string, Promise<void>>();
  const closing = new AbortController();
  // Each delivery listens for it.
  setMaxListeners(0, closing.signal);
  const limit = {
    milliseconds: timeoutMilliseconds,
    reason: new Error('the receiver took too long'),
    ending: closing.signal,
  };

  async function deliver(callbackUrl: string, body: { event: ParticipantEvent }): Promise<void> {
    if (closing.signal.aborted) return;
    try {
      const response = await postJson(callbackUrl, JSON.stringify(body), limit);
      if (!response.ok) log(`The receiver of the participant webhook ${body.event} answered ${response.status}.`);
    } catch (error) {
      if (error !== closing.signal.reason)
        log(`The participant webhook ${body.event} could not be delivered: ${fetchErrorText(error)}.`);
    }
  }

  return {
    send(event, participant, deviceId) {
      const { id, tag, callbackUrl } = participant;
      if (!callbackUrl) return;
      const body = { event, timestamp: String(Date.now()), participantId: id, deviceId, ...(tag && { tag }) };
      const earlier = deliveries.get(id) ?? Promise.resolve();
      const delivery = earlier.then(() => deliver(callbackUrl, body));
      deliveries.set(id, delivery);
      void delivery.then(() => {
        if (deliveries.get(id) === delivery) deliveries.delete(id);
      });
    },
    close() {
      closing.abort();
    },
  };
}
