/** The API of the site's owner, as far as this page uses it. */

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export class OwnerApi {
  #key;

  constructor(key) {
    this.#key = key;
  }

  /** Answers with what the API does. Throws an ApiError whose message is a sentence. */
  async ask(method, path, body) {
    const response = await this.#fetch(path, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return response.status === 204 ? undefined : response.json();
  }

  /**
   * Hands over the entries of a room's record, oldest first, then each as it comes, until the signal is aborted or the
   * API refuses.
   * @param on `entries(list)`, `reset()` where those so far do not go on, `connected()`, `interrupted()`
   */
  async follow(room, on, signal) {
    let lastId;
    let wait = 1000;
    while (!signal.aborted) {
      try {
        const headers = { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) };
        const response = await this.#fetch(`rooms/${encodeURIComponent(room)}/events?limit=100`, { headers, signal });
        wait = 1000;
        on.connected();
        for await (const events of eventsOf(response.body)) {
          if (events.some(({ type }) => type === 'reset')) on.reset();
          const entries = events.filter(({ id }) => id !== undefined);
          lastId = entries.at(-1)?.id ?? lastId;
          if (entries.length > 0) on.entries(entries.map(({ data }) => JSON.parse(data)));
        }
      } catch (error) {
        if (signal.aborted) return;
        // It will not be otherwise next time.
        if (error instanceof ApiError && error.status < 500 && error.status !== 429) throw error;
      }
      on.interrupted();
      await new Promise((resolve) => {
        window.setTimeout(resolve, wait);
        signal.addEventListener('abort', resolve, { once: true });
      });
      wait = Math.min(2 * wait, 15_000);
    }
  }

  async #fetch(path, { headers, ...options }) {
    const authorization = `Bearer ${this.#key}`;
    let response;
    try {
      response = await fetch(`api/${path}`, { ...options, headers: { ...headers, authorization }, cache: 'no-store' });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new ApiError(503, 'The server cannot be reached.');
    }
    if (response.ok) return response;
    const problem = await response.json().catch(() => ({}));
    throw new ApiError(response.status, problem.detail ?? `The server answered ${response.status}.`);
  }
}

/** Server-sent events (HTML Living Standard, 9.2) as this server writes them: all that have come together. */
async function* eventsOf(body) {
  const reader = body.pipeThrough(new window.TextDecoderStream()).getReader();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const blocks = (text + value).split('\n\n');
      text = blocks.pop();
      const events = blocks.map(eventOf).filter(({ data }) => data !== undefined);
      if (events.length > 0) yield events;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function eventOf(block) {
  const fields = {};
  for (const line of block.split('\n')) {
    const [, name, value] = /^(\w+): (.*)$/.exec(line) ?? [];
    if (name) fields[name] = value;
  }
  return { id: fields.id, type: fields.event, data: fields.data };
}
