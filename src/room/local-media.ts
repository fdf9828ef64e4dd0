/** The person's microphone and camera: opened before or in a meeting, switched, exchanged, and let go. */
import type { DeviceChoices } from './device-choices.js';
import { listDevices } from './device-list.js';
import {
  cameraSize,
  DEVICE_KINDS,
  openDevices,
  permissionFor,
  TRACK_KIND,
  type DeviceConstraint,
  type DeviceFailure,
  type DeviceKind,
  type DeviceResult,
} from './devices.js';
import type { DeviceState } from './state.js';

/**
 * How long a camera goes on after it was switched off, in milliseconds: long enough for the black frames that hide the
 * picture to be sent, short enough that its light goes out at once to the eye.
 */
const CAMERA_GRACE = 400;

/** How long a device that was exchanged goes on at most until the other one is sent in its place, in milliseconds. */
const EXCHANGE_LIMIT = 1000;

/** The height of the camera's picture, in pixels, by the number of participants up to which it is wanted. */
const HEIGHTS = [
  [4, 720],
  [9, 360],
  [Infinity, 180],
] as const;

export interface LocalMediaOptions {
  readonly choices: DeviceChoices;
  /** Whether the device is used at all, and whether the person wants it on. */
  readonly wish: (kind: DeviceKind) => Pick<DeviceState, 'used' | 'on'>;
  /** A device was switched, failed, or went away: read it again. */
  readonly deviceChanged: (kind: DeviceKind) => void;
  /** The stream has other tracks than before. Resolves when the others get those. */
  readonly tracksChanged: () => Promise<void>;
}

interface Device {
  readonly track: MediaStreamTrack;
  readonly deviceId: string | undefined;
  /** The label of the device that this one stands in for. */
  readonly standsInFor: string | undefined;
}

export class LocalMedia {
  readonly #options: LocalMediaOptions;
  readonly #failures = new Map<DeviceKind, DeviceFailure>();
  readonly #devices = new Map<DeviceKind, Device>();
  readonly #replacing = new Set<DeviceKind>();
  /** Aborted when all is let go. */
  readonly #released = new AbortController();
  /** What cameras were told to give. */
  readonly #heights = new WeakMap<MediaStreamTrack, number>();
  #pending: Promise<void> = Promise.resolve();
  #resizing: Promise<void> = Promise.resolve();
  #cameraGrace: ReturnType<typeof setTimeout> | undefined;
  #cameraHeight: number = HEIGHTS[0][1];
  #stream: MediaStream | undefined;

  constructor(options: LocalMediaOptions) {
    this.#options = options;
  }

  /**
   * What is sent to the others. One object for all the time: only its tracks change. Made when it is first needed, which
   * is never in a browser that has no such thing.
   */
  get stream(): MediaStream {
    this.#stream ??= new MediaStream();
    return this.#stream;
  }

  /** Also while another device takes the place of one that is gone. */
  isOn(kind: DeviceKind): boolean {
    const isThere = this.#isLive(kind) || this.#replacing.has(kind);
    return isThere && this.#devices.get(kind)?.track.enabled === true;
  }

  /** Whether the device was opened, or could not be. */
  isKnown(kind: DeviceKind): boolean {
    return this.#devices.has(kind) || this.#failures.has(kind);
  }

  failure(kind: DeviceKind): DeviceFailure | undefined {
    return this.#failures.get(kind);
  }

  /** Whether the device is used at all, and nothing is known to be in its way. */
  isUsable(kind: DeviceKind): boolean {
    return this.#options.wish(kind).used && !this.#failures.has(kind);
  }

  /** Undefined until a device of this kind was opened. */
  deviceId(kind: DeviceKind): string | undefined {
    return this.#devices.get(kind)?.deviceId;
  }

  standsInFor(kind: DeviceKind): string | undefined {
    return this.#devices.get(kind)?.standsInFor;
  }

  /** Whether there is anything to send of this kind. */
  has(kind: DeviceKind): boolean {
    return this.#stream?.getTracks().some((track) => track.kind === TRACK_KIND[kind]) ?? false;
  }

  /**
   * Opens the devices that are used and not open, together, so that the person is asked once. Failures are kept, not
   * thrown. A muted microphone is opened all the same, so that speaking needs no wait; a camera that is off stays dark.
   * Those that are no longer used are let go.
   */
  open(): Promise<void> {
    const { wish, deviceChanged } = this.#options;
    return this.#inOrder(async () => {
      for (const [kind, { track }] of this.#devices) {
        if (wish(kind).used) continue;
        track.stop();
        this.stream.removeTrack(track);
        this.#devices.delete(kind);
      }
      const isNeeded = { microphone: wish('microphone').used, camera: wish('camera').on };
      const kinds = DEVICE_KINDS.filter((kind) => isNeeded[kind] && !this.#isLive(kind));
      await this.#open(kinds);
      for (const kind of kinds) deviceChanged(kind);
    });
  }

  /** Switches a device, opening it where it is needed. Switches happen one after the other, in the order asked for. */
  switch(kind: DeviceKind, on: boolean): Promise<void> {
    const track = this.#devices.get(kind)?.track;
    // Nobody is heard or seen after pressing off, however long another device takes to open.
    if (track && !on) track.enabled = false;
    return this.#inOrder(() => this.#switch(kind, on));
  }

  /** Uses another device, and switches it on. The one before goes on until the other is there. */
  exchange(kind: DeviceKind, deviceId: string): Promise<void> {
    return this.#inOrder(() => this.#exchange(kind, deviceId));
  }

  /** Makes the camera's picture as large as it is shown to so many participants. */
  adapt(participantCount: number): Promise<void> {
    const [, height] = HEIGHTS.find(([count]) => participantCount <= count) ?? HEIGHTS[0];
    this.#cameraHeight = height;
    return this.#resizeCamera();
  }

  /** Lets all devices go, those that are still being opened too. */
  release(): void {
    this.#released.abort();
    clearTimeout(this.#cameraGrace);
    for (const { track } of this.#devices.values()) track.stop();
  }

  #isLive(kind: DeviceKind): boolean {
    return this.#devices.get(kind)?.track.readyState === 'live';
  }

  #inOrder(task: () => Promise<void>): Promise<void> {
    this.#pending = this.#pending.then(task);
    return this.#pending;
  }

  async #open(kinds: readonly DeviceKind[]): Promise<void> {
    if (this.#released.signal.aborted) return;
    const { choices } = this.#options;
    const lists = kinds.some((kind) => choices.get(kind)) ? await listDevices() : undefined;
    const results = await openDevices(kinds, (kind) => {
      const present = lists && choices.find(kind, lists[kind]);
      // Before the person has allowed devices, browsers hide their ids.
      return present?.id ? { exact: present.id } : choices.get(kind)?.id;
    });
    const taking = [...results].map(([kind, result]) => {
      const choice = choices.get(kind);
      return this.#take(kind, result, this.#options.wish(kind).on, (track) =>
        choice && choice.id !== track.getSettings().deviceId && choice.label !== track.label ? choice.label : undefined,
      );
    });
    await Promise.all(taking);
  }

  async #switch(kind: DeviceKind, on: boolean): Promise<void> {
    if (this.#released.signal.aborted) return;
    clearTimeout(kind === 'camera' ? this.#cameraGrace : undefined);
    const track = this.#devices.get(kind)?.track;
    this.#failures.delete(kind);
    if (track?.readyState === 'live') {
      track.enabled = on;
      if (kind === 'camera' && !on) this.#cameraGrace = setTimeout(() => track.stop(), CAMERA_GRACE);
    } else if (on) {
      await this.#open([kind]);
    }
    this.#options.deviceChanged(kind);
  }

  async #exchange(kind: DeviceKind, deviceId: string): Promise<void> {
    if (this.#released.signal.aborted) return;
    const previous = this.#devices.get(kind)?.track;
    const wasOn = this.isOn(kind);
    this.#failures.delete(kind);
    if (deviceId !== this.deviceId(kind) || !this.#isLive(kind)) {
      const constraint: DeviceConstraint = () => (deviceId ? { exact: deviceId } : undefined);
      let result = await openOne(kind, constraint);
      if ('failure' in result && result.failure === 'in-use' && previous?.readyState === 'live') {
        // Some machines and browsers open one at a time.
        previous.stop();
        result = await openOne(kind, constraint);
      }
      await this.#take(kind, result, this.#options.wish(kind).on);
      if ('failure' in result) await this.#restore(kind, wasOn, result.failure);
    }
    const track = this.#devices.get(kind)?.track;
    if (track) {
      // Where the chosen device could not be had, the one before is not switched on in its place.
      track.enabled = this.#options.wish(kind).on && (wasOn || !this.#failures.has(kind));
      clearTimeout(kind === 'camera' && track.enabled ? this.#cameraGrace : undefined);
      this.#options.choices.set(kind, { id: this.deviceId(kind) ?? deviceId, label: track.label });
    }
    this.#options.deviceChanged(kind);
  }

  /** After another device could not be had: what was used before. */
  async #restore(kind: DeviceKind, wasOn: boolean, failure: DeviceFailure): Promise<void> {
    if (wasOn && !this.#isLive(kind)) await this.#open([kind]);
    this.#failures.set(kind, failure);
  }

  async #take(
    kind: DeviceKind,
    result: DeviceResult,
    isEnabled: boolean,
    standsInFor: (track: MediaStreamTrack) => string | undefined = () => undefined,
  ): Promise<void> {
    const { signal } = this.#released;
    if ('failure' in result) {
      this.#failures.set(kind, result.failure);
      if (result.failure === 'denied') void this.#awaitPermission(kind);
      return;
    }
    const { track } = result;
    if (signal.aborted) {
      track.stop();
      return;
    }
    const previous = this.#devices.get(kind)?.track;
    if (previous) this.stream.removeTrack(previous);
    this.#failures.delete(kind);
    this.#devices.set(kind, { track, deviceId: track.getSettings().deviceId, standsInFor: standsInFor(track) });
    track.enabled = isEnabled;
    this.stream.addTrack(track);
    // Fires only for what happens to the device (unplugged, permission revoked), never for stop().
    track.addEventListener('ended', () => void this.#inOrder(() => this.#lose(kind, track)), { signal });
    if (kind === 'camera') this.#heights.set(track, HEIGHTS[0][1]);
    // Also lets devices that were opened together all come into the stream before the first is told of: a remembered
    // one that is there changes nothing else that the others could see it by.
    await this.#resizeCamera();
    const sent = this.#options.tracksChanged();
    if (previous?.readyState === 'live') await Promise.race([sent, elapsed(EXCHANGE_LIMIT)]);
    previous?.stop();
  }

  /** Falls back to another device, unless it was the person who took the permission away. */
  async #lose(kind: DeviceKind, track: MediaStreamTrack): Promise<void> {
    if (this.#devices.get(kind)?.track !== track) return;
    track.stop();
    this.#replacing.add(kind);
    if (await isForbidden(kind, this.deviceId(kind))) {
      await this.#take(kind, { failure: 'denied' }, false);
    } else if (!this.#released.signal.aborted && (kind === 'microphone' || this.#options.wish(kind).on)) {
      const result = await openOne(kind, () => undefined);
      await this.#take(kind, result, track.enabled, () => track.label);
    }
    this.#replacing.delete(kind);
    this.#options.deviceChanged(kind);
  }

  /** Opens the device after all, once the person has allowed it in the browser's settings. */
  async #awaitPermission(kind: DeviceKind): Promise<void> {
    const permission = await permissionFor(kind);
    const { signal } = this.#released;
    const retry = new AbortController();
    permission?.addEventListener(
      'change',
      () => {
        if (permission.state !== 'granted') return;
        retry.abort();
        if (this.#failures.get(kind) === 'denied' && this.#options.wish(kind).on) void this.switch(kind, true);
      },
      { signal: AbortSignal.any([signal, retry.signal]) },
    );
  }

  /** One after the other: browsers mix up what overlaps. */
  #resizeCamera(): Promise<void> {
    this.#resizing = this.#resizing.then(async () => {
      const track = this.#devices.get('camera')?.track;
      const height = this.#cameraHeight;
      if (!track || this.#heights.get(track) === height) return;
      this.#heights.set(track, height);
      // Where it can't be done, the picture stays as it is.
      await track.applyConstraints(cameraSize(height)).catch(() => undefined);
    });
    return this.#resizing;
  }
}

/**
 * Whether the person took the permission away. A browser that keeps none says `prompt` also where the device is gone:
 * then it counts whether the device is still there, as far as the page may see that.
 */
async function isForbidden(kind: DeviceKind, deviceId: string | undefined): Promise<boolean> {
  const permission = await permissionFor(kind);
  if (permission?.state !== 'prompt') return permission?.state === 'denied';
  const devices = await listDevices();
  return devices[kind].some(({ id }) => !id || id === deviceId);
}

async function openOne(kind: DeviceKind, constraint: DeviceConstraint): Promise<DeviceResult> {
  const results = await openDevices([kind], constraint);
  return results.get(kind) ?? { failure: 'absent' };
}

function elapsed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
