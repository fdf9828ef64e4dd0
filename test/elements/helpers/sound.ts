/** What is made to play and to process sound, as tests need it: recorded. */
import { release } from './page.js';

/** Every sound player made from now on. */
export function recordPlayers(): HTMLAudioElement[] {
  const players: HTMLAudioElement[] = [];
  const { Audio } = window;
  window.Audio = class extends Audio {
    constructor(source?: string) {
      super(source);
      players.push(this);
    }
  };
  release(() => (window.Audio = Audio));
  return players;
}

/** Every audio context made from now on. */
export function recordAudioContexts(): AudioContext[] {
  const contexts: AudioContext[] = [];
  const { AudioContext } = window;
  window.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.push(this);
    }
  };
  release(() => (window.AudioContext = AudioContext));
  return contexts;
}
