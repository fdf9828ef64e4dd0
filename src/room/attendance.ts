/**
 * One person's stay in one meeting, from joining to leaving: the grant, the devices, the connection, the others'
 * media. Owns everything that has to be let go when the stay ends.
 */
import type { DeviceKind } from './devices.js';
import { fetchNames, requestGrant, type EndpointSettings, type JoinGrant, type JoinRequest } from './endpoint.js';
import { asRoomError, RoomError, type RoomErrorCode } from './errors.js';
import { LocalMedia } from './local-media.js';
import { Loudspeaker } from './loudspeaker.js';
import type { MediaConnection, MediaProvider, MediaType } from './media-connection.js';
import { Roster } from './roster.js';
import { LEVEL_INTERVAL, SpeakingDetector } from './speaking.js';
import type { DeviceState, ParticipantState, RoomState } from './state.js';

const DEVICE_KINDS: readonly DeviceKind[] = ['microphone', 'camera'];
const MEDIA_TYPE = { microphone: 'AUDIO', camera: 'VIDEO' } as const satisfies Record<DeviceKind, MediaType>;

export interface AttendanceOptions extends EndpointSettings {
  readonly room: string;
  readonly name: string;
  readonly provider: string;
  readonly microphone: DeviceState;
  readonly camera: DeviceState;
  readonly loadProvider: (name: string) => Promise<MediaProvider>;
  /** Takes new facts into the room's state. */
  readonly report: (facts: Partial<RoomState>) => void;
  /** The stay is over without the person having asked for it: with an error, unless the page goes away. */
  readonly onEnded: (error?: RoomError) => void;
}

/** What can go wrong without ending the stay. */
type Trouble = 'devices' | 'publishing';

export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #ending = new AbortController();
  readonly #media: LocalMedia;
  readonly #loudspeaker: Loudspeaker;
  readonly #speakingDetector = new SpeakingDetector();
  readonly #roster = new Roster({
    fetchNames: () => this.#fetchNames(),
    onChange: () => this.#rosterChanged(),
  });
  #grant: JoinGrant | undefined;
  #connection: MediaConnection | undefined;
  #trouble: Trouble | undefined;
  #levelTimer: ReturnType<typeof setInterval> | undefined;

  constructor(options: AttendanceOptions) {
    this.#options = options;
    this.#loudspeaker = new Loudspeaker((isAudioBlocked) => options.report({ isAudioBlocked }));
    this.#media = new LocalMedia({
      deviceChanged: (kind) => this.#deviceChanged(kind),
      tracksChanged: () => void this.#publish(),
    });
  }

  /**
   * @throws RoomError when the meeting could not be entered; what was started has then to be released by `end()`. Throws
   * at once when the stay is ended meanwhile, whatever a device, the page or the endpoint keeps it waiting for.
   */
  enter(): Promise<void> {
    return Promise.race([this.#enter(), rejectedBy(this.#ending.signal)]);
  }

  switchDevice(kind: DeviceKind, on: boolean): Promise<void> {
    return this.#media.switch(kind, on);
  }

  resumeAudio(): void {
    this.#loudspeaker.resume();
  }

  /** Leaves and lets everything go, whatever state the stay is in. */
  end(): void {
    this.#ending.abort();
    clearInterval(this.#levelTimer);
    this.#connection?.close();
    this.#connection = undefined;
    this.#roster.release();
    this.#loudspeaker.release();
    this.#media.release();
  }

  async #enter(): Promise<void> {
    const { signal } = this.#ending;
    const obstacle = obstacleTo(this.#options);
    if (obstacle) throw new RoomError(obstacle);
    // Loading starts at once, beside the question for the devices; a failure is thrown where it is awaited.
    const loading = this.#options.loadProvider(this.#options.provider);
    loading.catch(() => undefined);
    await this.#openDevices();
    signal.throwIfAborted();
    const grant = await this.#requestGrant(signal);
    this.#roster.prepare();
    const provider = await (grant.provider && grant.provider !== this.#options.provider
      ? this.#options.loadProvider(grant.provider)
      : loading);
    signal.throwIfAborted();
    const connection = await provider.connect({
      grant,
      renewGrant: (renewing) => this.#requestGrant(renewing),
      observer: {
        streamAvailable: (stream) => void this.#roster.addStream(stream),
        streamUnavailable: (id) => this.#roster.removeStream(id),
        connectedChanged: (connected) => this.#connectedChanged(connected),
        closed: (error) => this.#options.onEnded(error),
      },
      signal,
    });
    if (signal.aborted) {
      connection.close();
      throw signal.reason;
    }
    this.#connection = connection;
    this.#levelTimer = setInterval(() => this.#readLevels(), LEVEL_INTERVAL);
    // A page that goes away leaves, so that the others need not wait for a time limit.
    addEventListener('pagehide', () => this.#options.onEnded(), { signal });
    this.#options.report({ connection: 'connected', participants: this.#participants() });
    this.#reportFailures(DEVICE_KINDS);
    await this.#publish();
  }

  async #openDevices(): Promise<void> {
    const { microphone, camera } = this.#options;
    // A muted microphone is opened all the same, so that speaking needs no wait; a camera that is off stays dark.
    await this.#media.open(
      DEVICE_KINDS.filter((kind) => (kind === 'microphone' ? microphone.used : camera.used && camera.on)),
    );
    if (!microphone.on) await this.#media.switch('microphone', false);
    for (const kind of DEVICE_KINDS) this.#reportDevice(kind);
  }

  async #requestGrant(signal: AbortSignal): Promise<JoinGrant> {
    const { room, name, camera } = this.#options;
    const request: JoinRequest = {
      room,
      name,
      audio: this.#media.has('microphone'),
      video: this.#media.has('camera') || (camera.used && !camera.on),
    };
    const grant = await requestGrant(this.#options, request, signal, this.#grant?.session);
    this.#grant = grant;
    const { role, permissions } = grant;
    this.#options.report({ room: grant.room ?? room, name: grant.name ?? name, role, permissions });
    // A renewed grant may make this person another participant.
    this.#reportParticipants();
    return grant;
  }

  async #publish(): Promise<void> {
    if (!this.#connection) return;
    this.#reportParticipants();
    if (this.#media.stream.getTracks().length === 0) return;
    // Where the endpoint tells names, they need not travel in the alias, which ends up in the platform's records.
    const alias = this.#grant?.links.participants ? undefined : this.#options.name || undefined;
    try {
      await this.#connection.publish(this.#media.stream, alias);
      this.#overcome('publishing');
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#fail('publishing', asRoomError(error, 'publish-failed'));
    }
  }

  #fetchNames(): Promise<ReadonlyMap<string, string>> | undefined {
    const { links, session } = this.#grant ?? {};
    return links?.participants && session ? fetchNames(links.participants, session, this.#ending.signal) : undefined;
  }

  #connectedChanged(connected: boolean): void {
    this.#roster.setInterrupted(!connected);
    this.#options.report({ connection: connected ? 'connected' : 'reconnecting' });
  }

  #rosterChanged(): void {
    if (this.#ending.signal.aborted) return;
    this.#loudspeaker.play(this.#roster.streams);
    this.#reportParticipants();
  }

  #readLevels(): void {
    if (!this.#connection) return;
    this.#roster.setSpeaking(this.#speakingDetector.update(this.#connection.audioLevels(), performance.now()));
  }

  #reportParticipants(): void {
    if (this.#connection) this.#options.report({ participants: this.#participants() });
  }

  #participants(): ParticipantState[] {
    return [this.#localParticipant(), ...this.#roster.participants];
  }

  #localParticipant(): ParticipantState {
    const { stream } = this.#media;
    const mediaTypes = DEVICE_KINDS.filter((kind) => this.#media.has(kind)).map((kind) => MEDIA_TYPE[kind]);
    return {
      id: this.#grant?.participantId ?? 'local',
      name: this.#grant?.name ?? this.#options.name,
      isLocal: true,
      isSpeaking: false,
      streams: mediaTypes.length > 0 ? [{ id: stream.id, mediaTypes, mediaStream: stream }] : [],
    };
  }

  #reportDevice(kind: DeviceKind): void {
    const { used } = this.#options[kind];
    this.#options.report({ [kind]: { used, on: this.#media.isOn(kind), failure: this.#media.failure(kind) } });
  }

  #deviceChanged(kind: DeviceKind): void {
    this.#reportDevice(kind);
    if (!this.#connection) return;
    if (this.#media.failure(kind)) this.#reportFailures([kind]);
    else if (this.#media.isOn(kind)) this.#overcome('devices');
  }

  /** One error for both devices where both fail alike. */
  #reportFailures(kinds: readonly DeviceKind[]): void {
    const failing = kinds.filter((kind) => this.#media.failure(kind));
    const [kind] = failing;
    const [first, second] = failing.map((each) => this.#media.failure(each));
    if (kind && first) this.#fail('devices', new RoomError(`${first === second ? 'devices' : kind}-${first}`));
  }

  #fail(trouble: Trouble, error: RoomError): void {
    this.#trouble = trouble;
    this.#options.report({ error });
  }

  /** Takes back the error that was told last, where it was about this. */
  #overcome(trouble: Trouble): void {
    if (this.#trouble !== trouble) return;
    this.#trouble = undefined;
    this.#options.report({ error: undefined });
  }
}

/** What makes joining pointless from the start. */
function obstacleTo(options: AttendanceOptions): RoomErrorCode | undefined {
  const { endpoint, room, token, fetchToken, microphone, camera } = options;
  if (typeof RTCPeerConnection === 'undefined') return 'webrtc-unsupported';
  // Browsers hide mediaDevices from pages that are not secure contexts, whatever its type says.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
  if ((microphone.used || camera.used) && !navigator.mediaDevices) return 'insecure-context';
  if (token || fetchToken) return undefined;
  if (!endpoint) return 'endpoint-missing';
  return room ? undefined : 'room-missing';
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
