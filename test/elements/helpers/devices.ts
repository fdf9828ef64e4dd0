/** The microphone and the camera, as tests need them: recorded, and failing on command. */
import { assert } from '@open-wc/testing';
import { release } from './page.js';

/** The name of the DOMException that opening the device fails with; undefined: it works. */
export interface DeviceFaults {
  microphone?: string | undefined;
  camera?: string | undefined;
}

export interface Devices {
  /** May be changed during the test: a fault is repaired by deleting it. */
  readonly faults: DeviceFaults;
  /** Each request, as the kinds it asked for. */
  readonly requests: string[];
  /** Every track that was ever given. */
  readonly tracks: MediaStreamTrack[];
  /** Requests wait for it. */
  gate: Promise<unknown>;
}

/** Lets getUserMedia fail on command until the test is over. What it gives else comes from the browser's own devices. */
export function useDevices(faults: DeviceFaults = {}): Devices {
  const devices: Devices = { faults, requests: [], tracks: [], gate: Promise.resolve() };
  const { mediaDevices } = navigator;
  const open = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints: MediaStreamConstraints = {}) => {
    const { audio, video } = constraints;
    devices.requests.push([audio && 'audio', video && 'video'].filter(Boolean).join(' '));
    await devices.gate;
    const fault = (audio ? faults.microphone : undefined) ?? (video ? faults.camera : undefined);
    if (fault) throw new DOMException('', fault);
    const stream = await open(constraints);
    devices.tracks.push(...stream.getTracks());
    return stream;
  };
  release(() => Reflect.deleteProperty(mediaDevices, 'getUserMedia'));
  return devices;
}

export interface Permissions {
  /** The person decides otherwise in the browser's settings. */
  change(kind: 'microphone' | 'camera', state: PermissionState): void;
}

/** What the Permissions API says, by device. */
export function usePermissions(states: Partial<Record<'microphone' | 'camera', PermissionState>>): Permissions {
  const { permissions } = navigator;
  const given = new Map(
    Object.entries(states).map(([kind, state]) => [kind, Object.assign(new EventTarget(), { state })]),
  );
  const query = async ({ name }: { name: string }): Promise<PermissionStatus> => {
    const permission = given.get(name);
    if (!permission) throw new TypeError(`Unknown permission ${name}.`);
    return permission as PermissionStatus;
  };
  Object.defineProperty(permissions, 'query', { value: query, configurable: true });
  release(() => Reflect.deleteProperty(permissions, 'query'));
  return {
    change: (kind, state) => {
      const permission = given.get(kind);
      if (!permission) throw new TypeError(`Unknown permission ${kind}.`);
      permission.state = state;
      permission.dispatchEvent(new Event('change'));
    },
  };
}

/** The device that is open of this kind goes away, as when it is unplugged. */
export function unplug({ tracks }: Devices, kind: 'audio' | 'video'): void {
  const track = tracks.findLast((each) => each.kind === kind && each.readyState === 'live');
  if (!track) throw new Error(`No ${kind} device is open.`);
  track.stop();
  track.dispatchEvent(new Event('ended'));
}

export function assertAllEnded(tracks: readonly MediaStreamTrack[]): void {
  assert.deepEqual(
    tracks.map(({ kind, readyState }) => `${kind} ${readyState}`),
    tracks.map(({ kind }) => `${kind} ended`),
  );
}
