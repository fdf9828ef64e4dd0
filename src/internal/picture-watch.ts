/** How often a video is looked at, in milliseconds. */
const INTERVAL = 1000;

/**
 * Tells whether a video shows moving pictures: not before its first frame, and no longer once frames stop coming, which
 * is how a camera that was switched off at the other end shows here.
 */
export class PictureWatch {
  readonly #onChange: (hasPicture: boolean) => void;
  #watching: AbortController | undefined;
  #hasPicture = false;

  constructor(onChange: (hasPicture: boolean) => void) {
    this.#onChange = onChange;
  }

  get hasPicture(): boolean {
    return this.#hasPicture;
  }

  /** @param mayStandStill true for a shared screen, which sends no frames while nothing on it moves */
  start(video: HTMLVideoElement, mayStandStill: boolean): void {
    this.stop();
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    let frames = -1;
    const look = (): void => {
      // A hidden page is not painted, which says nothing about the picture.
      if (document.hidden) return;
      const { totalVideoFrames } = video.getVideoPlaybackQuality();
      this.#set(video.videoWidth > 0 && (mayStandStill || totalVideoFrames !== frames));
      frames = totalVideoFrames;
    };
    for (const type of ['loadeddata', 'resize', 'playing']) {
      video.addEventListener(type, () => this.#set(video.videoWidth > 0), { signal });
    }
    const timer = setInterval(look, INTERVAL);
    signal.addEventListener('abort', () => clearInterval(timer));
  }

  stop(): void {
    this.#watching?.abort();
    this.#set(false);
  }

  #set(hasPicture: boolean): void {
    if (hasPicture === this.#hasPicture) return;
    this.#hasPicture = hasPicture;
    this.#onChange(hasPicture);
  }
}
