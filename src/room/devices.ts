/** Opens the microphone and the camera, and says in plain terms why one could not be opened. */

export type DeviceKind = 'microphone' | 'camera';

export const DEVICE_KINDS: readonly DeviceKind[] = ['microphone', 'camera'];

/** What a person can choose among several of. */
export type SelectableKind = DeviceKind | 'speaker';

export interface DeviceInfo {
  readonly id: string;
  /** Empty until the person has allowed devices of this kind. */
  readonly label: string;
}

/** `denied` by the person or the page's policy, `absent` from the machine, or `in-use` by another program. */
export type DeviceFailure = 'denied' | 'absent' | 'in-use';

export type DeviceResult = { readonly track: MediaStreamTrack } | { readonly failure: DeviceFailure };

/** Which device to open; undefined: the browser's choice. */
export type DeviceConstraint = (kind: DeviceKind) => ConstrainDOMString | undefined;

/** Width by height of the camera's picture. */
const CAMERA_RATIO = 16 / 9;

/** The size of the camera's picture: up to 720p, enough for a full screen, in the shape of a tile. */
export function cameraSize(height = 720): MediaTrackConstraints {
  return {
    width: { ideal: Math.round(height * CAMERA_RATIO) },
    height: { ideal: height },
    aspectRatio: { ideal: CAMERA_RATIO },
    frameRate: { max: 30 },
  };
}

const CONSTRAINTS = {
  microphone: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  camera: cameraSize(),
} as const satisfies Record<DeviceKind, MediaTrackConstraints>;

/** Undefined in pages that are not secure contexts, from which browsers hide it, and outside browsers. */
export function mediaDevices(): MediaDevices | undefined {
  return typeof navigator === 'undefined' ? undefined : navigator.mediaDevices;
}

/** What a MediaStreamTrack calls the kind of media a device gives. */
export const TRACK_KIND = { microphone: 'audio', camera: 'video' } as const satisfies Record<DeviceKind, string>;

/**
 * Opens the given devices with one request to the person, so that a missing camera does not cost the microphone.
 * Never rejects: each kind comes back with its track or with the reason it has none.
 */
export async function openDevices(
  kinds: readonly DeviceKind[],
  constraint: DeviceConstraint,
): Promise<Map<DeviceKind, DeviceResult>> {
  if (kinds.length === 0) return new Map();
  try {
    const stream = await getUserMedia(kinds, constraint);
    return new Map(kinds.map((kind) => [kind, resultFor(kind, stream)]));
  } catch (error) {
    const failure = failureFrom(error);
    const retry = await kindsWorthAskingAlone(kinds, failure);
    const results = new Map<DeviceKind, DeviceResult>(kinds.map((kind) => [kind, { failure }]));
    for (const kind of retry) {
      const [alone] = await openDevices([kind], constraint);
      if (alone) results.set(...alone);
    }
    return results;
  }
}

function getUserMedia(kinds: readonly DeviceKind[], constraint: DeviceConstraint): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia(
    Object.fromEntries(kinds.map((kind) => [TRACK_KIND[kind], { ...CONSTRAINTS[kind], deviceId: constraint(kind) }])),
  );
}

function resultFor(kind: DeviceKind, stream: MediaStream): DeviceResult {
  const track = stream.getTracks().find((candidate) => candidate.kind === TRACK_KIND[kind]);
  return track ? { track } : { failure: 'absent' };
}

/**
 * A request for both devices fails as a whole. After a refusal, asking again would only put the same question to the
 * person twice, so a device is asked for alone only where it is already allowed, where it is the other one that is
 * blocked, or where the browser can't tell.
 */
async function kindsWorthAskingAlone(kinds: readonly DeviceKind[], failure: DeviceFailure): Promise<DeviceKind[]> {
  if (kinds.length < 2) return [];
  if (failure !== 'denied') return [...kinds];
  const permissions = await Promise.all(kinds.map(async (kind) => (await permissionFor(kind))?.state));
  const isOneBlocked = permissions.includes('denied');
  return kinds.filter((_, index) => permissions[index] !== (isOneBlocked ? 'denied' : 'prompt'));
}

/** Undefined where the browser doesn't tell. */
export async function permissionFor(kind: DeviceKind): Promise<PermissionStatus | undefined> {
  try {
    return await navigator.permissions.query({ name: kind });
  } catch {
    return undefined;
  }
}

/** The error names are those of getUserMedia (Media Capture and Streams, section 10.2) and getDisplayMedia. */
export function failureFrom(error: unknown): DeviceFailure {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'absent';
    default:
      return 'in-use';
  }
}
