/** The room channel: what the endpoint tells of the room by itself, as server-sent events. */

/** Pauses before a channel that ended is opened again, in milliseconds: the first, and the longest; up to half off. */
const FIRST_PAUSE = 1000;
const LONGEST_PAUSE = 30_000;

export interface RoomChannelOptions<Type extends string> {
  /** The events that are listened for. */
  readonly types: readonly Type[];
  /** Takes an event's data, parsed. What is no JSON is left out. */
  readonly onEvent: (type: Type, data: unknown) => void;
  /** Gives an address to open the channel by again; undefined: it cannot be opened any more. */
  readonly renew: () => Promise<string | undefined>;
  /** Whether cookies go along to another origin. */
  readonly withCredentials: boolean;
  readonly signal: AbortSignal;
}

/**
 * Stays open until it is aborted. The browser itself resumes a stream that broke; one that was refused is opened again
 * at a new address, from where it was.
 */
export class RoomChannel<Type extends string> {
  readonly #options: RoomChannelOptions<Type>;
  #source: EventSource | undefined;
  #lastEventId = '';
  #pause = FIRST_PAUSE;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RoomChannelOptions<Type>) {
    this.#options = options;
    options.signal.addEventListener('abort', () => this.close());
  }

  /** Listens at this address, and no more at an earlier one. */
  open(address: string): void {
    const { types, onEvent, withCredentials, signal } = this.#options;
    this.close();
    if (signal.aborted) return;
    const url = new URL(address);
    // A new source cannot send the header by which the browser resumes.
    if (this.#lastEventId) url.searchParams.set('lastEventId', this.#lastEventId);
    const source = new EventSource(url, { withCredentials });
    this.#source = source;
    source.onopen = () => (this.#pause = FIRST_PAUSE);
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) this.#openLater();
    };
    for (const type of types) {
      source.addEventListener(type, ({ data, lastEventId }: MessageEvent<string>) => {
        this.#lastEventId = lastEventId;
        const value = parse(data);
        if (value !== undefined) onEvent(type, value);
      });
    }
  }

  /** Listens no more, until it is opened again. */
  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
  }

  #openLater(): void {
    this.#timer = setTimeout(() => void this.#renew(), this.#pause * (1 - Math.random() / 2));
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  async #renew(): Promise<void> {
    const source = this.#source;
    try {
      const address = await this.#options.renew();
      // Meanwhile a new grant may have brought another address.
      if (address && source === this.#source) this.open(address);
    } catch {
      if (source === this.#source && !this.#options.signal.aborted) this.#openLater();
    }
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}
