/** Reads server-sent events as a browser does (HTML Living Standard, 9.2), for tests. */
import assert from 'node:assert/strict';

/** How long something may not come before the test fails, in milliseconds. */
const TIME_LIMIT = 10_000;

export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: unknown;
}

export class EventReader {
  readonly response: Response;
  /** Comment lines, without their colon. */
  readonly comments: string[] = [];
  retry: number | undefined;
  readonly #abort: AbortController;
  readonly #reader: ReadableStreamDefaultReader<string>;
  #buffer = '';
  #isEnded = false;

  private constructor(response: Response, abort: AbortController) {
    assert.ok(response.body);
    this.response = response;
    this.#abort = abort;
    this.#reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  }

  static async open(url: string | URL, headers: Record<string, string> = {}): Promise<EventReader> {
    const abort = new AbortController();
    const response = await fetch(url, { headers, signal: abort.signal });
    assert.equal(response.status, 200, response.status === 200 ? '' : await response.text());
    assert.equal(response.headers.get('content-type'), 'text/event-stream');
    return new EventReader(response, abort);
  }

  /** The next event; undefined when the stream has ended. */
  async next(): Promise<ReceivedEvent | undefined> {
    for (;;) {
      const block = await this.#block();
      if (block === undefined) return undefined;
      const event = this.#parse(block);
      if (event) return event;
    }
  }

  /** The next so many events. */
  async take(count: number): Promise<ReceivedEvent[]> {
    const events: ReceivedEvent[] = [];
    while (events.length < count) {
      const event = await this.next();
      assert.ok(event, `the stream has ended after ${events.length} of ${count} events`);
      events.push(event);
    }
    return events;
  }

  /** Waits for the end of the stream, in good order or cut off, and gives what came before. */
  async rest(): Promise<ReceivedEvent[]> {
    const events: ReceivedEvent[] = [];
    for (let event = await this.next(); event; event = await this.next()) events.push(event);
    return events;
  }

  /** Goes away, as a page that is closed does. */
  close(): void {
    this.#abort.abort();
  }

  /** Lines up to the next empty one. */
  async #block(): Promise<string | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\n\n');
      if (end >= 0) {
        const block = this.#buffer.slice(0, end);
        this.#buffer = this.#buffer.slice(end + 2);
        return block;
      }
      if (this.#isEnded) return undefined;
      await this.#read();
    }
  }

  async #read(): Promise<void> {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      this.close();
    }, TIME_LIMIT);
    try {
      const { done, value } = await this.#reader.read();
      this.#isEnded = done;
      this.#buffer += value ?? '';
    } catch {
      assert.ok(!isLate, `Nothing has come within ${TIME_LIMIT} ms.`);
      this.#isEnded = true;
    } finally {
      clearTimeout(timer);
    }
  }

  #parse(block: string): ReceivedEvent | undefined {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon === 0) this.comments.push(line.slice(1));
      else fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    const retry = fields.get('retry');
    if (retry !== undefined) this.retry = Number(retry);
    const data = fields.get('data');
    if (data === undefined) return undefined;
    return { id: fields.get('id') ?? '', type: fields.get('event') ?? 'message', data: JSON.parse(data) as unknown };
  }
}
