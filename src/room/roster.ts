/** Who else is in the meeting: media, names and speech put together, steadily enough for the eye. */
import type { RemoteStream } from './media-connection.js';
import type { ParticipantState, StreamState } from './state.js';
import { SCREEN_SHARE_ALIAS } from './tiles.js';

/** How long somebody new waits for their name before they are shown without it, in milliseconds. */
const NAME_LIMIT = 1000;

/** How long people whose media broke off with the connection are kept once it is back, in milliseconds. */
const RETURN_LIMIT = 3000;

export interface RosterOptions {
  /**
   * Names by participant id. Undefined where nothing tells any: then the streams' aliases are the names.
   * @param unnamedId somebody who has no alias
   */
  readonly fetchNames: (unnamedId?: string) => Promise<ReadonlyMap<string, string>> | undefined;
  /** `streams` or `participants` may have changed. */
  readonly onChange: () => void;
}

export class Roster {
  readonly #options: RosterOptions;
  readonly #streams = new Map<string, RemoteStream>();
  readonly #names = new Map<string, string>();
  /** In order of arrival. */
  readonly #present = new Set<string>();
  #speaking: ReadonlySet<string> = new Set();
  #isInterrupted = false;
  #returnTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RosterOptions) {
    this.#options = options;
  }

  get streams(): readonly RemoteStream[] {
    return [...this.#streams.values()];
  }

  get participants(): ParticipantState[] {
    return [...this.#present].map((id) => {
      const streams = this.#streamsOf(id);
      return {
        id,
        name: this.#names.get(id) ?? '',
        isLocal: false,
        isSpeaking: streams.some((stream) => this.#speaking.has(stream.id)),
        streams: streams.map(toState),
      };
    });
  }

  /** Asks for the names of those who are there already, so that nobody has to wait for theirs. */
  prepare(): void {
    void this.#requestNames();
  }

  /** Takes a stream that came, or new facts about one that is there. */
  async addStream(stream: RemoteStream): Promise<void> {
    const { id, participantId, alias } = stream;
    this.#streams.set(id, stream);
    this.#options.onChange();
    // A shared screen that came first has told no name.
    if (this.#present.has(participantId) && this.#names.has(participantId)) return;
    await this.#learnName(participantId, alias === SCREEN_SHARE_ALIAS ? undefined : alias);
    if (this.#streamsOf(participantId).length === 0) return;
    this.#present.add(participantId);
    this.#options.onChange();
  }

  removeStream(id: string): void {
    this.#streams.delete(id);
    if (!this.#isInterrupted) this.#dropAbsent();
    this.#options.onChange();
  }

  /** Of these levels by stream, those of people: what sounds on a shared screen is nobody's voice. */
  voices(levels: ReadonlyMap<string, number>): Map<string, number> {
    return new Map([...levels].filter(([id]) => this.#streams.get(id)?.alias !== SCREEN_SHARE_ALIAS));
  }

  /** @param ids of the streams in which somebody speaks */
  setSpeaking(ids: ReadonlySet<string>): void {
    if (ids.size === this.#speaking.size && [...ids].every((id) => this.#speaking.has(id))) return;
    this.#speaking = ids;
    this.#options.onChange();
  }

  /** While the connection is interrupted, nobody is taken to have left because their media is gone. */
  setInterrupted(isInterrupted: boolean): void {
    clearTimeout(this.#returnTimer);
    if (isInterrupted) {
      this.#isInterrupted = true;
      return;
    }
    this.#returnTimer = setTimeout(() => {
      this.#isInterrupted = false;
      this.#dropAbsent();
      this.#options.onChange();
    }, RETURN_LIMIT);
  }

  release(): void {
    clearTimeout(this.#returnTimer);
    this.#streams.clear();
    this.#present.clear();
  }

  /** Names are a courtesy: where they can't be had, or not in time, the meeting goes on without. */
  async #learnName(participantId: string, alias: string | undefined): Promise<void> {
    if (this.#names.has(participantId)) return;
    const request = this.#requestNames(alias ? undefined : participantId);
    if (request) await Promise.race([request, new Promise((resolve) => setTimeout(resolve, NAME_LIMIT))]);
    if (alias && !this.#names.has(participantId)) this.#names.set(participantId, alias);
  }

  #requestNames(unnamedId?: string): Promise<void> | undefined {
    return this.#options.fetchNames(unnamedId)?.then(
      (names) => this.#learn(names),
      () => undefined,
    );
  }

  #learn(names: ReadonlyMap<string, string>): void {
    for (const [id, name] of names) this.#names.set(id, name);
    this.#options.onChange();
  }

  #dropAbsent(): void {
    for (const id of this.#present) if (this.#streamsOf(id).length === 0) this.#present.delete(id);
  }

  #streamsOf(participantId: string): RemoteStream[] {
    return this.streams.filter((stream) => stream.participantId === participantId);
  }
}

function toState({ id, alias, mediaTypes, mediaStream }: RemoteStream): StreamState {
  return { id, alias, mediaTypes, mediaStream };
}
