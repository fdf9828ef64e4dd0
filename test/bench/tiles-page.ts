/** Runs in a page before its own scripts: a media provider without a network, and people who come when they are told to. */
import type { MediaConnection, MediaObserver, MediaProvider } from '../../src/room/media-connection.js';

export interface Crowd {
  readonly provider: MediaProvider;
  /** Loudness by participant. */
  levels: ReadonlyMap<string, number>;
  /** Somebody comes with a camera, or shares a screen beside it. */
  come(participantId: string, alias?: string): void;
  /** Has the room read the levels now instead of in its own time. */
  readLevels(): void;
}

declare global {
  interface Window {
    crowd: Crowd;
  }
}

/** @param levelInterval how often the room reads levels by itself, in milliseconds */
export function installCrowd(levelInterval: number): void {
  const timers: (() => void)[] = [];
  const { setInterval } = window;
  const interval = (task: () => void, delay?: number): number => {
    if (delay === levelInterval) timers.push(task);
    return setInterval(delay === levelInterval ? () => undefined : task, delay);
  };
  Object.assign(window, { setInterval: interval });

  // One picture for all: what is measured is the tiles, not the drawing of it.
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width: 160, height: 90 });
  const context = canvas.getContext('2d');
  const [picture] = canvas.captureStream(10).getVideoTracks();
  let step = 0;
  setInterval(() => {
    if (!context) return;
    context.fillStyle = `hsl(${(step++ * 7) % 360} 60% 40%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
  }, 100);

  let observer: MediaObserver | undefined;
  const connection: MediaConnection = {
    publish: async () => undefined,
    unpublish: async () => undefined,
    sendDigits: () => false,
    renew: () => undefined,
    sentId: (stream) => stream.id,
    audioLevels: () => window.crowd.levels,
    statistics: async () => ({}),
    close: () => undefined,
  };
  window.crowd = {
    provider: {
      connect: async (options) => {
        observer = options.observer;
        return connection;
      },
    },
    levels: new Map(),
    come(participantId, alias = participantId) {
      const mediaStream = new MediaStream(picture ? [picture.clone()] : []);
      const id = `${participantId} ${alias}`;
      observer?.streamAvailable({ id, participantId, alias, mediaTypes: ['VIDEO'], mediaStream });
    },
    readLevels: () => timers.forEach((task) => task()),
  };
}
