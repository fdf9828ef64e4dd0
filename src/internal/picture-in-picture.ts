/** The browser's small window above all others, which goes on showing a picture while the page is out of sight. */
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { RoomError } from '../room/errors.js';

/** How long a press waits for a first frame, in milliseconds: less than browsers let a press count. */
const PATIENCE = 2000;

export class PictureInPicture implements ReactiveController {
  /** Belongs into the shadow root of the host. It has a source only while it is in use: decoding costs. */
  readonly video = document.createElement('video');

  readonly #host: ReactiveControllerHost;
  readonly #report: (error?: RoomError) => void;
  #hasWindow = false;

  /** @param report told of a refusal, and with nothing that the window is there */
  constructor(host: ReactiveControllerHost, report: (error?: RoomError) => void) {
    this.#host = host;
    this.#report = report;
    Object.assign(this.video, { muted: true, autoplay: true, playsInline: true, ariaHidden: 'true' });
    this.video.addEventListener('leavepictureinpicture', () => {
      this.#hasWindow = false;
      this.close();
    });
    host.addController(this);
  }

  get isOpen(): boolean {
    return this.video.srcObject !== null;
  }

  hostDisconnected(): void {
    this.close();
  }

  /** Shows another picture from now on; without one, the window goes. */
  follow(picture: MediaStream | undefined): void {
    if (!this.isOpen || picture === this.video.srcObject) return;
    if (picture) this.video.srcObject = picture;
    else this.close();
  }

  /** Opens the window. Call from a person's action. Never rejects: a refusal is reported. */
  async open(picture: MediaStream): Promise<void> {
    const { video } = this;
    const isClosed = (): boolean => !this.isOpen;
    video.srcObject = picture;
    this.#host.requestUpdate();
    try {
      await metadata(video);
      await video.requestPictureInPicture();
      this.#hasWindow = true;
      if (isClosed()) return this.close();
      this.#report();
    } catch (cause) {
      // What was closed meanwhile is no refusal.
      if (isClosed()) return;
      this.close();
      this.#report(new RoomError('picture-in-picture-refused', { cause }));
    }
  }

  close(): void {
    // A page that is going away refuses, and closes it itself.
    if (this.#hasWindow) document.exitPictureInPicture().catch(() => undefined);
    this.#hasWindow = false;
    this.video.srcObject = null;
    this.#host.requestUpdate();
  }
}

/** Resolves when the size of the picture is known, which browsers ask for before they open the window, or too late. */
function metadata(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE);
    video.addEventListener(
      'loadedmetadata',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
