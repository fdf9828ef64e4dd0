/**
 * The SDK's socket: what it gets for `rpc-websockets`. A JSON-RPC client that knows the few things about device
 * signalling which the SDK leaves to chance.
 */
import { JsonRpcClient, JsonRpcError } from './json-rpc-client.js';

/** How long the SDK may take to answer an offer, in milliseconds. It drops what it can't handle without a word. */
const OFFER_LIMIT = 8_000;

const untaken: Client[] = [];

/** The socket that the SDK has just opened. */
export function takeNewestClient(): Client | undefined {
  return untaken.pop();
}

export class Client extends JsonRpcClient {
  /** Called when the SDK has left an offer of the platform unanswered: from then on it receives nothing new. */
  onOfferIgnored: (() => void) | undefined;
  #newestRevision = -Infinity;
  #unansweredOffers = 0;
  #offerTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string) {
    super(url);
    untaken.push(this);
    this.on('sdpOffer', (offer: { readonly sdpRevision?: unknown } | undefined) => this.#offered(offer?.sdpRevision));
    this.on('close', () => this.#forgetOffers());
  }

  override call(method: string, params?: unknown): Promise<unknown> {
    if (method === 'answerSdp' && --this.#unansweredOffers <= 0) this.#forgetOffers();
    const answer = super.call(method, params);
    answer.catch((error: unknown) => this.#failed(method, error));
    return answer;
  }

  override notify(method: string, params?: unknown): void {
    // The SDK's logs hold the socket's URL, and that holds the token.
    if (method !== 'deviceDiagnostics') super.notify(method, params);
  }

  override close(): void {
    this.#forgetOffers();
    super.close();
  }

  #failed(method: string, error: unknown): void {
    const isDropped = error instanceof JsonRpcError && error.failure === 'dropped';
    if (isDropped) return;
    if (method === 'setMediaPreferences') this.refuse();
    if (method === 'ping') this.drop();
  }

  #offered(revision: unknown): void {
    // What is not newer than an earlier offer the SDK may leave unanswered.
    if (typeof revision !== 'number' || revision <= this.#newestRevision) return;
    this.#newestRevision = revision;
    this.#unansweredOffers++;
    clearTimeout(this.#offerTimer);
    this.#offerTimer = setTimeout(() => this.onOfferIgnored?.(), OFFER_LIMIT);
  }

  #forgetOffers(): void {
    this.#unansweredOffers = 0;
    clearTimeout(this.#offerTimer);
  }
}
