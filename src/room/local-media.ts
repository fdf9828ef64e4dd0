/** The microphone and camera of one stay in a meeting: opened, switched, and let go. */
import { openDevices, TRACK_KIND, type DeviceFailure, type DeviceKind, type DeviceResult } from './devices.js';

/**
 * How long a camera goes on after it was switched off, in milliseconds: long enough for the black frames that hide the
 * picture to be sent, short enough that its light goes out at once to the eye.
 */
const CAMERA_GRACE = 400;

export interface LocalMediaObserver {
  /** A device was switched, failed, or went away: read `isOn` and `failure` again. */
  deviceChanged(kind: DeviceKind): void;
  /** The stream has other tracks than before. */
  tracksChanged(): void;
}

export class LocalMedia {
  readonly #observer: LocalMediaObserver;
  readonly #failures = new Map<DeviceKind, DeviceFailure>();
  readonly #tracks = new Map<DeviceKind, MediaStreamTrack>();
  #pending: Promise<void> = Promise.resolve();
  #cameraGrace: ReturnType<typeof setTimeout> | undefined;
  #isReleased = false;
  #stream: MediaStream | undefined;

  constructor(observer: LocalMediaObserver) {
    this.#observer = observer;
  }

  /**
   * What is sent to the others. One object for the whole stay: only its tracks change. Made when it is first needed,
   * which is never in a browser that has no such thing.
   */
  get stream(): MediaStream {
    this.#stream ??= new MediaStream();
    return this.#stream;
  }

  isOn(kind: DeviceKind): boolean {
    const track = this.#tracks.get(kind);
    return track?.readyState === 'live' && track.enabled;
  }

  failure(kind: DeviceKind): DeviceFailure | undefined {
    return this.#failures.get(kind);
  }

  /** Whether there is anything to send of this kind. */
  has(kind: DeviceKind): boolean {
    return this.stream.getTracks().some((track) => track.kind === TRACK_KIND[kind]);
  }

  /** Opens devices together, so that the person is asked once. Failures are kept, not thrown. */
  open(kinds: readonly DeviceKind[]): Promise<void> {
    return this.#inOrder(() => this.#open(kinds));
  }

  /** Switches a device, opening it where it is needed. Switches happen one after the other, in the order asked for. */
  switch(kind: DeviceKind, on: boolean): Promise<void> {
    return this.#inOrder(() => this.#switch(kind, on));
  }

  /** Lets all devices go, those that are still being opened too. */
  release(): void {
    this.#isReleased = true;
    clearTimeout(this.#cameraGrace);
    for (const track of this.#tracks.values()) track.stop();
  }

  #inOrder(task: () => Promise<void>): Promise<void> {
    this.#pending = this.#pending.then(task);
    return this.#pending;
  }

  async #open(kinds: readonly DeviceKind[]): Promise<void> {
    for (const [kind, result] of await openDevices(kinds)) this.#take(kind, result);
  }

  async #switch(kind: DeviceKind, on: boolean): Promise<void> {
    if (this.#isReleased || on === this.isOn(kind)) return;
    clearTimeout(kind === 'camera' ? this.#cameraGrace : undefined);
    const track = this.#tracks.get(kind);
    if (track?.readyState === 'live') {
      track.enabled = on;
      if (kind === 'camera' && !on) this.#cameraGrace = setTimeout(() => track.stop(), CAMERA_GRACE);
    } else if (on) {
      await this.#open([kind]);
    }
    this.#observer.deviceChanged(kind);
  }

  #take(kind: DeviceKind, result: DeviceResult): void {
    if ('failure' in result) {
      this.#failures.set(kind, result.failure);
      return;
    }
    const { track } = result;
    if (this.#isReleased) {
      track.stop();
      return;
    }
    const previous = this.#tracks.get(kind);
    if (previous) this.stream.removeTrack(previous);
    this.#failures.delete(kind);
    this.#tracks.set(kind, track);
    this.stream.addTrack(track);
    // Fires only for what happens to the device (unplugged, permission revoked), never for stop().
    track.addEventListener('ended', () => this.#lose(kind, track), { once: true });
    this.#observer.tracksChanged();
  }

  #lose(kind: DeviceKind, track: MediaStreamTrack): void {
    if (this.#isReleased || this.#tracks.get(kind) !== track) return;
    this.#failures.set(kind, 'absent');
    this.#observer.deviceChanged(kind);
  }
}
