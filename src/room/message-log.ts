/** The messages of a meeting that this person may read. */
import { asObject, text } from './endpoint.js';
import { asTime } from './members.js';
import type { MessageState } from './state.js';

/** Messages that are kept: more than the endpoint keeps for who comes late. */
const LIMIT = 500;

export class MessageLog {
  #messages: readonly MessageState[] = [];
  /** Ids of all messages that came, of whatever type. */
  readonly #known = new Set<string>();
  readonly #unread = new Set<string>();
  #hasHistory = false;

  /** Those that are to be read, oldest first. */
  get messages(): readonly MessageState[] {
    return this.#messages;
  }

  get unreadCount(): number {
    return this.#unread.size;
  }

  /** Takes the endpoint's history. Gives what came while this page heard nothing; what was there before it joined is old. */
  replace(values: readonly unknown[], ownIds: ReadonlySet<string>): MessageState[] {
    const isFirst = !this.#hasHistory;
    this.#hasHistory = true;
    const news = values.flatMap((value) => this.add(value, ownIds) ?? []);
    if (isFirst) this.markRead();
    return isFirst ? [] : news;
  }

  /** Gives the message; undefined where it was there already, or is none. */
  add(value: unknown, ownIds: ReadonlySet<string>): MessageState | undefined {
    const message = asMessage(asObject(value), ownIds);
    if (!message || this.#known.has(message.id)) return undefined;
    this.#known.add(message.id);
    const [oldest] = this.#known;
    if (this.#known.size > 2 * LIMIT && oldest) this.#known.delete(oldest);
    if (message.type !== 'chat') return message;
    this.#messages = [...this.#messages, message].slice(-LIMIT);
    if (!message.isOwn) this.#unread.add(message.id);
    return message;
  }

  markRead(): void {
    this.#unread.clear();
  }
}

function asMessage(value: Record<string, unknown>, ownIds: ReadonlySet<string>): MessageState | undefined {
  const id = text(value['id']);
  const type = text(value['type']);
  if (!id || !type) return undefined;
  const from = asObject(value['from']);
  const to = asObject(value['to']);
  const fromId = text(from['id']) ?? '';
  return {
    id,
    type,
    data: value['data'],
    fromId,
    fromName: text(from['name']) ?? '',
    isOwn: ownIds.has(fromId),
    toId: text(to['id']),
    toName: text(to['name']),
    sentAt: asTime(value['sentAt']) ?? Date.now(),
  };
}
