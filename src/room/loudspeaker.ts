/**
 * Plays what the others say, whether or not the page shows them. Tiles stay silent, so that a page can leave a tile
 * out, show it twice or page through many without anybody falling silent or being heard twice.
 */
import { onGesture } from './gestures.js';
import type { StreamState } from './state.js';

/** Whether the browser lets a page choose where sound comes out. */
export function canSelectSpeaker(): boolean {
  return typeof Audio !== 'undefined' && 'setSinkId' in Audio.prototype;
}

export class Loudspeaker {
  readonly #players = new Map<string, HTMLAudioElement>();
  readonly #onBlockedChanged: (blocked: boolean) => void;
  #gestures: AbortController | undefined;
  #sinkId = '';
  #isMuted = false;

  /** @param onBlockedChanged told when the browser refuses to play sound, and when it no longer does */
  constructor(onBlockedChanged: (blocked: boolean) => void) {
    this.#onBlockedChanged = onBlockedChanged;
  }

  /** Plays exactly these streams. */
  play(streams: readonly StreamState[]): void {
    const audible = new Map(
      streams.filter(({ mediaTypes }) => mediaTypes.includes('AUDIO')).map(({ id, mediaStream }) => [id, mediaStream]),
    );
    for (const [id, player] of this.#players) {
      if (audible.get(id) === player.srcObject) continue;
      player.srcObject = null;
      this.#players.delete(id);
    }
    for (const [id, mediaStream] of audible) {
      if (this.#players.has(id)) continue;
      const player = new Audio();
      player.srcObject = mediaStream;
      player.muted = this.#isMuted;
      this.#players.set(id, player);
      if (this.#sinkId) void this.#route(player);
      void this.#start(player);
    }
  }

  /** Tries again to play what the browser has blocked. Call from a person's action. */
  resume(): void {
    for (const player of this.#players.values()) if (player.paused) void this.#start(player);
  }

  /**
   * Where everybody is heard from now on.
   * @param id of an audio output device; empty: the system's default
   * @throws DOMException where the browser refuses: then everything is heard where it was before
   */
  async setSink(id: string): Promise<void> {
    if (id === this.#sinkId) return;
    // One more, so that the browser is asked while nobody is heard too.
    const players = [new Audio(), ...this.#players.values()];
    try {
      await Promise.all(players.map((player) => player.setSinkId(id)));
      this.#sinkId = id;
    } finally {
      // Those too who came meanwhile.
      await Promise.all([...this.#players.values()].map((player) => this.#route(player)));
    }
  }

  setMuted(isMuted: boolean): void {
    this.#isMuted = isMuted;
    for (const player of this.#players.values()) player.muted = isMuted;
  }

  /** Stops all sound and lets the streams go. */
  release(): void {
    this.play([]);
    this.#setBlocked(false);
  }

  /** Where that can't be, the sound comes from where the browser plays it by default. */
  async #route(player: HTMLAudioElement): Promise<void> {
    await player.setSinkId(this.#sinkId).catch(() => undefined);
  }

  async #start(player: HTMLAudioElement): Promise<void> {
    try {
      await player.play();
      this.#setBlocked(false);
    } catch (error) {
      // Any other error means that the stream went away meanwhile.
      if (error instanceof DOMException && error.name === 'NotAllowedError') this.#setBlocked(true);
    }
  }

  #setBlocked(blocked: boolean): void {
    if (blocked === (this.#gestures !== undefined)) return;
    this.#gestures?.abort();
    this.#gestures = blocked ? new AbortController() : undefined;
    if (this.#gestures) onGesture(() => this.resume(), this.#gestures.signal);
    this.#onBlockedChanged(blocked);
  }
}
