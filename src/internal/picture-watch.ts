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
    for (const type of ['loadeddata', 'resize', 'playing']) {
      video.addEventListener(type, () => this.#set(video.videoWidth > 0), { signal });
    }
    if (!mayStandStill) this.#watchFrames(video, signal);
  }

  stop(): void {
    this.#watching?.abort();
    this.#set(false);
  }

  /** By callback: the count that `getVideoPlaybackQuality()` gives stays 0 for streams in Firefox. */
  #watchFrames(video: HTMLVideoElement, signal: AbortSignal): void {
    let request = 0;
    let hasNewFrame = true;
    let wasVisible = false;
    const look = (): void => {
      // A hidden page is not painted, which says nothing about the picture.
      const isVisible = !document.hidden;
      if (wasVisible && isVisible && !hasNewFrame) this.#set(false);
      wasVisible = isVisible;
      hasNewFrame = false;
      video.cancelVideoFrameCallback(request);
      request = video.requestVideoFrameCallback(() => {
        hasNewFrame = true;
        this.#set(true);
      });
    };
    look();
    const timer = setInterval(look, INTERVAL);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
      video.cancelVideoFrameCallback(request);
    });
  }

  #set(hasPicture: boolean): void {
    if (hasPicture === this.#hasPicture) return;
    this.#hasPicture = hasPicture;
    this.#onChange(hasPicture);
  }
}
