/** An endpoint whose answers and events a test writes as it goes. */
import { until } from './page.js';

export interface ScriptedRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

export class ScriptedEndpoint {
  readonly base = `${location.origin}/__script/${crypto.randomUUID()}/`;
  #lastId = 0;

  /** What is answered there from now on. */
  async write(method: string, path: string, status: number, body?: unknown): Promise<void> {
    await this.#put(`${path}?method=${method}`, { status, body });
  }

  /** Waits until somebody listens, then sends an event. Data of a string goes out as it is. */
  async tell(type: string, data: unknown): Promise<void> {
    await this.listened();
    const line = typeof data === 'string' ? data : JSON.stringify(data);
    await this.#put('events', { text: `id: e-${++this.#lastId}\nevent: ${type}\ndata: ${line}\n\n` });
  }

  /** Breaks the streams off. */
  async cut(): Promise<void> {
    await this.#put('events', { cut: true });
  }

  async requests(path = ''): Promise<ScriptedRequest[]> {
    const response = await fetch(`${this.base}requests`);
    const all = (await response.json()) as ScriptedRequest[];
    return all.filter((request) => request.path.startsWith(path));
  }

  /** Resolves when so many streams are open. */
  async listened(count = 1): Promise<void> {
    let open = -1;
    await until(
      () => {
        void this.#put('events', { text: ': heartbeat\n\n' }).then((streams) => (open = streams));
        return open === count;
      },
      () => `${open} streams are open, not ${count}`,
    );
  }

  async #put(path: string, content: object): Promise<number> {
    const response = await fetch(this.base + path, { method: 'PUT', body: JSON.stringify(content) });
    const { streams } = (await response.json()) as { streams: number };
    return streams;
  }
}
