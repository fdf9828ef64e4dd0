/** Tells the endpoint what this page does, so that the others know: the media cannot tell it. */
import { asRoomError, type RoomError } from './errors.js';
import type { ConnectionQuality } from './quality.js';
import type { DeviceCondition } from './state.js';

/** Under the names of the endpoint's contract. */
export interface SelfFacts {
  readonly microphone: DeviceCondition;
  readonly camera: DeviceCondition;
  readonly network?: ConnectionQuality['level'] | undefined;
  readonly streams: readonly PublishedStream[];
}

export interface PublishedStream {
  readonly id: string;
  readonly videoType: 'camera' | 'screen';
  readonly name: string;
  readonly hasAudio: boolean;
  readonly hasVideo: boolean;
}

export interface SelfReportOptions {
  /** Rejects where it was not taken. */
  readonly send: (change: Partial<SelfFacts>) => Promise<void>;
  readonly onFailed: (error: RoomError, change: Partial<SelfFacts>) => void;
}

/** One request at a time, with all that has changed since the last that was sent. */
export class SelfReport {
  readonly #options: SelfReportOptions;
  #facts: SelfFacts | undefined;
  /** What was sent last of each fact, as JSON. */
  #sent = new Map<string, string>();
  #isSending = false;

  constructor(options: SelfReportOptions) {
    this.#options = options;
  }

  update(facts: SelfFacts): void {
    this.#facts = facts;
    if (!this.#isSending) void this.#sendAll();
  }

  /** Tells everything again. */
  repeat(): void {
    this.#sent.clear();
    if (this.#facts) this.update(this.#facts);
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let change = this.#news(); change; change = this.#news()) {
      if (!(await this.#send(change))) break;
    }
    this.#isSending = false;
  }

  /** Gives whether the endpoint has an answer to everything. It takes all of a request or nothing. */
  async #send(change: Partial<SelfFacts>): Promise<boolean> {
    try {
      await this.#options.send(change);
      return true;
    } catch (cause) {
      const error = asRoomError(cause, 'endpoint-failed');
      const facts = Object.entries(change);
      const isRefused = error.code === 'permission-missing';
      if (isRefused && facts.length > 1) {
        const sent = await Promise.all(facts.map(([name, value]) => this.#send({ [name]: value })));
        return !sent.includes(false);
      }
      // What was not heard is told with what changes next.
      if (!isRefused) for (const [name] of facts) this.#sent.delete(name);
      this.#options.onFailed(error, change);
      return isRefused;
    }
  }

  #news(): Partial<SelfFacts> | undefined {
    const all = Object.entries(this.#facts ?? {}).filter(([, value]) => value !== undefined);
    const news = all.filter(([name, value]) => this.#sent.get(name) !== JSON.stringify(value));
    for (const [name, value] of news) this.#sent.set(name, JSON.stringify(value));
    return news.length > 0 ? Object.fromEntries(news) : undefined;
  }
}
