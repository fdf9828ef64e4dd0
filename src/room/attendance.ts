/**
 * One person's stay in one meeting, from joining to leaving: the grant, the devices, the connection, the others'
 * media. Owns everything that has to be let go when the stay ends.
 */
import type { Calls } from './calls.js';
import type { Conference } from './conference.js';
import { DEVICE_KINDS, mediaDevices, type DeviceFailure, type DeviceKind } from './devices.js';
import {
  fetchNames,
  giveUpSeat,
  lookUpName,
  requestGrant,
  type EndpointSettings,
  type JoinGrant,
  type JoinRequest,
} from './endpoint.js';
import { asRoomError, RoomError, type RoomErrorCode } from './errors.js';
import type { LocalMedia } from './local-media.js';
import type { Loudspeaker } from './loudspeaker.js';
import type { MediaConnection, MediaProvider, MediaStatistics, MediaType } from './media-connection.js';
import { qualityBetween, type ConnectionQuality } from './quality.js';
import type { RingingTone } from './ringing-tone.js';
import { Roster } from './roster.js';
import { captureScreen } from './screen-capture.js';
import { LEVEL_INTERVAL, SpeakingDetector } from './speaking.js';
import type { Stay } from './stay.js';
import type { DeviceState, Dialing, ParticipantState, StreamState } from './state.js';
import { SCREEN_SHARE_ALIAS } from './tiles.js';

/** How long the reason for a removal may come after it, in milliseconds. */
const REASON_LIMIT = 500;

/** How long to wait at least from asking to be let in to asking again, in milliseconds: the endpoint may answer late. */
const WAITING_PAUSE = 1000;

/** How often the connection's quality is judged, in milliseconds: often enough to tell why a picture froze. */
const STATISTICS_INTERVAL = 3000;

const MEDIA_TYPE = { microphone: 'AUDIO', camera: 'VIDEO' } as const satisfies Record<DeviceKind, MediaType>;

export interface AttendanceOptions
  extends
    EndpointSettings,
    Pick<Stay, 'report' | 'fail' | 'overcome' | 'switchOff' | 'setLayout' | 'onMessage' | 'onEnded'> {
  readonly room: string;
  readonly name: string;
  readonly provider: string;
  /** What the person wants of the devices. */
  readonly microphone: DeviceState;
  readonly camera: DeviceState;
  readonly ringing: boolean;
  /** The person's devices. They are the caller's: they are opened here where they are not yet, and not let go. */
  readonly media: LocalMedia;
  readonly loudspeaker: Loudspeaker;
  /** The provider of that name, which is being loaded. */
  readonly loading: Promise<MediaProvider>;
  /** Loads another one, where the endpoint names it. */
  readonly loadProvider: (name: string) => Promise<MediaProvider>;
}

export class Attendance {
  readonly #options: AttendanceOptions;
  readonly #ending = new AbortController();
  readonly #speakingDetector = new SpeakingDetector();
  readonly #roster = new Roster({
    fetchNames: (unnamedId) => this.#fetchNames(unnamedId),
    onChange: () => this.#rosterChanged(),
  });
  #grant: JoinGrant | undefined;
  #connection: MediaConnection | undefined;
  #screen: MediaStream | undefined;
  #isAskingForScreen = false;
  #openingCalls: Promise<Calls | undefined> | undefined;
  #calls: Calls | undefined;
  #openingConference: Promise<Conference | undefined> | undefined;
  #conference: Conference | undefined;
  #ringingTone: RingingTone | undefined;
  #activeSpeakerId = '';
  #statistics: MediaStatistics = {};
  #quality: ConnectionQuality | undefined;

  constructor(options: AttendanceOptions) {
    this.#options = options;
  }

  /**
   * @throws RoomError when the meeting could not be entered; what was started has then to be released by `end()`. Throws
   * at once when the stay is ended meanwhile, whatever a device, the page or the endpoint keeps it waiting for.
   */
  enter(): Promise<void> {
    return Promise.race([this.#enter(), rejectedBy(this.#ending.signal)]);
  }

  /** To be called when a device was switched, failed or went away. */
  deviceChanged(kind: DeviceKind): void {
    if (!this.#connection) return;
    const { media, overcome } = this.#options;
    this.#tellSelf();
    if (media.failure(kind)) this.#reportFailures([kind]);
    else if (media.isOn(kind)) overcome('devices');
  }

  /** Sends what the devices give now. Never rejects: a failure is reported. */
  async publish(): Promise<void> {
    const { media, name, fail, overcome } = this.#options;
    if (!this.#connection) return;
    this.#reportParticipants();
    if (media.stream.getTracks().length === 0 || this.#grant?.publish?.length === 0) return;
    // Where the endpoint tells names, they need not travel in the alias, which ends up in the platform's records.
    const alias = this.#grant?.links.participants ? undefined : name || undefined;
    try {
      await this.#connection.publish(media.stream, alias);
      this.#tellSelf();
      overcome('publishing');
    } catch (error) {
      if (!this.#ending.signal.aborted) fail('publishing', asRoomError(error, 'publish-failed'));
    }
  }

  /** Asks the person for a screen and shows it to the others. Resolves when it is shown, or is not. */
  async shareScreen(): Promise<void> {
    if (!this.#connection || this.#screen || this.#isAskingForScreen) return;
    this.#isAskingForScreen = true;
    const screen = await captureScreen();
    this.#isAskingForScreen = false;
    if (typeof screen === 'string') this.#screenNotShared(screen);
    else if (this.#ending.signal.aborted) stopTracks(screen);
    else await this.#publishScreen(screen);
  }

  /** Resolves when the others no longer get the screen. */
  async stopSharing(): Promise<void> {
    const screen = this.#screen;
    if (!screen) return;
    this.#screen = undefined;
    stopTracks(screen);
    this.#reportScreen();
    // What could not be taken back is gone with the connection.
    await this.#connection?.unpublish(screen).catch(() => undefined);
  }

  /** The phones in the meeting. Undefined outside one, and where their code could not be loaded, which is reported. */
  async calls(): Promise<Calls | undefined> {
    if (!this.#grant || !this.#connection) return undefined;
    this.#openingCalls ??= this.#open('calls', this.#grant, async (stay) => {
      const { Calls } = await import('./calls.js');
      this.#calls = new Calls(stay);
      this.#calls.othersChanged(this.#roster.participants);
      return this.#calls;
    });
    return this.#openingCalls;
  }

  /** What the endpoint lets people do, alike. Undefined without a room channel, too. */
  async conference(): Promise<Conference | undefined> {
    if (!this.#grant?.links.events || !this.#connection) return undefined;
    this.#openingConference ??= this.#open('conference', this.#grant, async (stay) => {
      const { Conference } = await import('./conference.js');
      this.#conference = new Conference(stay);
      this.#reportParticipants();
      return this.#conference;
    });
    return this.#openingConference;
  }

  /** Leaves and lets everything go that was acquired here, whatever state the stay is in. */
  end(): void {
    this.#ending.abort();
    this.#ringingTone?.stop();
    this.#connection?.close();
    this.#connection = undefined;
    if (this.#grant) giveUpSeat(this.#grant);
    this.#roster.release();
    this.#options.loudspeaker.release();
    if (this.#screen) stopTracks(this.#screen);
  }

  async #enter(): Promise<void> {
    const { signal } = this.#ending;
    const obstacle = obstacleTo(this.#options);
    if (obstacle) throw new RoomError(obstacle);
    await this.#options.media.open();
    signal.throwIfAborted();
    const grant = await this.#requestGrant(signal);
    this.#roster.prepare();
    const provider = await (grant.provider && grant.provider !== this.#options.provider
      ? this.#options.loadProvider(grant.provider)
      : this.#options.loading);
    signal.throwIfAborted();
    const connection = await provider.connect({
      grant,
      renewGrant: (renewing) => this.#requestGrant(renewing),
      observer: {
        streamAvailable: (stream) => void this.#roster.addStream(stream),
        streamUnavailable: (id) => this.#roster.removeStream(id),
        connectedChanged: (connected) => this.#connectedChanged(connected),
        closed: (error) => this.#closed(error),
      },
      signal,
    });
    if (signal.aborted) {
      connection.close();
      throw signal.reason;
    }
    this.#connection = connection;
    this.#every(LEVEL_INTERVAL, () => this.#readLevels());
    this.#every(STATISTICS_INTERVAL, () => void this.#readStatistics());
    if (this.#options.ringing) void this.#ring();
    // A page that goes away leaves, so that the others need not wait for a time limit.
    addEventListener('pagehide', () => this.#options.onEnded(), { signal });
    this.#options.report({ connection: 'connected', participants: this.#participants() });
    this.#reportFailures(DEVICE_KINDS);
    void this.conference();
    await this.publish();
  }

  /** Few pages want the tone, so its code comes for those alone. Where it does not, the meeting goes on without. */
  async #ring(): Promise<void> {
    const module = await import('./ringing-tone.js').catch(() => undefined);
    if (!module || this.#ending.signal.aborted || this.#roster.participants.length > 0) return;
    this.#ringingTone = new module.RingingTone();
    this.#ringingTone.start();
  }

  async #requestGrant(signal: AbortSignal): Promise<JoinGrant> {
    const { room, name, camera, media } = this.#options;
    const request: JoinRequest = {
      room,
      name,
      audio: media.has('microphone'),
      video: media.has('camera') || (camera.used && !camera.on),
    };
    const grant = await this.#askForGrant(request, signal);
    this.#conference?.useGrant();
    const { role, permissions = [], publish, isSpeakingAllowed } = grant;
    this.#options.report({
      room: grant.room ?? room,
      name: grant.name ?? name,
      role,
      permissions,
      isSpeakingAllowed,
      isWaiting: false,
      dialing: dialingWith(grant),
    });
    for (const kind of DEVICE_KINDS) {
      const mayBeOn = kind === 'camera' || isSpeakingAllowed;
      if (!mayBeOn || publish?.includes(MEDIA_TYPE[kind]) === false) this.#options.switchOff(kind);
    }
    // A renewed grant may make this person another participant.
    this.#reportParticipants();
    return grant;
  }

  /** Asks again for as long as this person waits to be let in. */
  async #askForGrant(request: JoinRequest, signal: AbortSignal): Promise<JoinGrant> {
    for (;;) {
      const pause = elapsed(WAITING_PAUSE);
      const grant = await requestGrant(this.#options, request, signal, this.#grant?.session);
      this.#grant = grant;
      if (!grant.isWaiting) return grant;
      this.#options.report({ isWaiting: true });
      await pause;
      signal.throwIfAborted();
    }
  }

  async #publishScreen(screen: MediaStream): Promise<void> {
    const { fail, overcome } = this.#options;
    this.#screen = screen;
    // Fires when the person ends it in the browser's own bar, or closes what is shown; never for stop().
    for (const track of screen.getVideoTracks()) {
      track.addEventListener('ended', () => void this.stopSharing(), { signal: this.#ending.signal });
    }
    this.#reportScreen();
    try {
      await this.#connection?.publish(screen, SCREEN_SHARE_ALIAS);
      this.#tellSelf();
      overcome('screen');
    } catch (error) {
      if (this.#screen !== screen || this.#ending.signal.aborted) return;
      await this.stopSharing();
      fail('screen', new RoomError('screen-share-failed', { cause: error }));
    }
  }

  /** A person who changes their mind is told, but that is no error. */
  #screenNotShared(failure: DeviceFailure): void {
    if (this.#ending.signal.aborted) return;
    // First without: the same failure twice is news twice.
    this.#reportScreen();
    this.#reportScreen(failure);
    if (failure !== 'denied') this.#options.fail('screen', new RoomError('screen-share-failed'));
  }

  #reportScreen(failure?: DeviceFailure): void {
    const { report } = this.#options;
    report({ screenShare: { on: this.#screen !== undefined, isSupported: true, failure } });
    this.#reportParticipants();
  }

  #fetchNames(unnamedId: string | undefined): Promise<ReadonlyMap<string, string>> | undefined {
    const { links, session } = this.#grant ?? {};
    const options = { settings: this.#options, signal: this.#ending.signal };
    if (links?.participants && session) return fetchNames(links.participants, { ...options, session });
    return unnamedId && this.#options.idLookup ? lookUpName(unnamedId, options) : undefined;
  }

  /** Loads a part of the stay that not every meeting needs. A failure is reported, and it is tried again when asked. */
  async #open<Part>(
    trouble: 'calls' | 'conference',
    grant: JoinGrant,
    make: (stay: Stay) => Promise<Part>,
  ): Promise<Part | undefined> {
    const { signal } = this.#ending;
    const { fail, overcome, room } = this.#options;
    const stay: Stay = {
      ...this.#options,
      settings: this.#options,
      room: grant.room ?? room,
      grant: () => this.#grant ?? grant,
      playDigits: (digits) => this.#connection?.sendDigits(digits) ?? false,
      onMembersChanged: () => this.#reportParticipants(),
      onCalls: (calls, isComplete) => {
        if (calls.length > 0 || this.#openingCalls) void this.calls().then((all) => all?.take(calls, isComplete));
      },
      onPublishChanged: (publish) => void this.#changePublishing(publish),
      onForgotten: () => this.#connection?.renew(),
      signal,
    };
    try {
      const part = await make(stay);
      overcome(trouble);
      return part;
    } catch (cause) {
      if (trouble === 'calls') this.#openingCalls = undefined;
      else this.#openingConference = undefined;
      if (!signal.aborted) fail(trouble, new RoomError('provider-unavailable', { cause }));
      return undefined;
    }
  }

  /** What may be sent is part of the grant. */
  async #changePublishing(publish: readonly string[]): Promise<void> {
    if (publish.length === 0) {
      await this.stopSharing();
      // What could not be taken back is gone with the connection.
      await this.#connection?.unpublish(this.#options.media.stream).catch(() => undefined);
    }
    this.#connection?.renew();
  }

  #closed(error: RoomError): void {
    const { onEnded } = this.#options;
    // The endpoint tells why, and may be a little later than the media platform.
    if (error.code === 'removed' && this.#conference) setTimeout(() => onEnded(error), REASON_LIMIT);
    else onEnded(error);
  }

  #connectedChanged(connected: boolean): void {
    this.#roster.setInterrupted(!connected);
    this.#options.report({ connection: connected ? 'connected' : 'reconnecting' });
    if (!connected) return;
    // Another grant may allow what the former one did not, and may itself be outdated by now.
    void this.publish();
    this.#conference?.reconnected();
  }

  #rosterChanged(): void {
    if (this.#ending.signal.aborted) return;
    const { loudspeaker, media } = this.#options;
    loudspeaker.play(this.#roster.streams);
    const others = this.#roster.participants.length;
    if (others > 0) this.#ringingTone?.stop();
    void media.adapt(others + 1);
    this.#calls?.othersChanged(this.#roster.participants);
    this.#reportParticipants();
  }

  /** Repeats something until the stay ends. */
  #every(milliseconds: number, task: () => void): void {
    const timer = setInterval(task, milliseconds);
    this.#ending.signal.addEventListener('abort', () => clearInterval(timer));
  }

  #readLevels(): void {
    if (!this.#connection) return;
    const levels = this.#roster.voices(this.#connection.audioLevels());
    this.#roster.setSpeaking(this.#speakingDetector.update(levels, performance.now()));
    const speakers = this.#roster.participants.filter(({ isSpeaking }) => isSpeaking);
    // Who speaks goes on being shown until they fall silent, whoever else makes a sound meanwhile.
    const [speaker] = speakers;
    if (!speaker || speakers.some(({ id }) => id === this.#activeSpeakerId)) return;
    this.#activeSpeakerId = speaker.id;
    this.#options.report({ activeSpeakerId: speaker.id });
  }

  async #readStatistics(): Promise<void> {
    const previous = this.#statistics;
    this.#statistics = (await this.#connection?.statistics()) ?? {};
    if (!this.#ending.signal.aborted) {
      this.#quality = qualityBetween(previous, this.#statistics);
      this.#options.report({ quality: this.#quality });
      this.#tellSelf();
    }
  }

  #reportParticipants(): void {
    if (!this.#connection) return;
    this.#options.report({ participants: this.#participants() });
    this.#tellSelf();
  }

  #participants(): ParticipantState[] {
    const participants = [this.#localParticipant(), ...this.#roster.participants];
    const idOf = ({ id, mediaStream }: StreamState): string => this.#connection?.sentId(mediaStream) ?? id;
    return this.#conference?.merge(participants, idOf) ?? participants;
  }

  #tellSelf(): void {
    const streams = this.#localParticipant().streams.flatMap((stream) => {
      const id = this.#connection?.sentId(stream.mediaStream);
      return id ? [{ ...stream, id }] : [];
    });
    this.#conference?.tellSelf(this.#options.media, streams, this.#quality);
  }

  #localParticipant(): ParticipantState {
    const { media, name } = this.#options;
    const mediaTypes = DEVICE_KINDS.filter((kind) => media.has(kind)).map((kind) => MEDIA_TYPE[kind]);
    return {
      id: this.#grant?.participantId ?? 'local',
      name: this.#grant?.name ?? name,
      isLocal: true,
      isSpeaking: false,
      streams: [
        ...(mediaTypes.length > 0 ? [{ id: media.stream.id, mediaTypes, mediaStream: media.stream }] : []),
        ...(this.#screen ? [screenState(this.#screen)] : []),
      ],
    };
  }

  /** One error for both devices where both fail alike. */
  #reportFailures(kinds: readonly DeviceKind[]): void {
    const { media, fail } = this.#options;
    const failing = kinds.filter((kind) => media.failure(kind));
    const [kind] = failing;
    const [first, second] = failing.map((each) => media.failure(each));
    if (kind && first) fail('devices', new RoomError(`${first === second ? 'devices' : kind}-${first}`));
  }
}

function dialingWith({ links, permissions }: JoinGrant): Dialing {
  if (!links.calls) return 'unavailable';
  return permissions?.includes('room.dial_out') === false ? 'forbidden' : 'available';
}

function screenState(mediaStream: MediaStream): StreamState {
  return { id: mediaStream.id, alias: SCREEN_SHARE_ALIAS, mediaTypes: ['VIDEO'], mediaStream };
}

function elapsed(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

/** What makes joining pointless from the start. */
function obstacleTo(options: AttendanceOptions): RoomErrorCode | undefined {
  const { endpoint, room, token, fetchToken, microphone, camera } = options;
  if (typeof RTCPeerConnection === 'undefined') return 'webrtc-unsupported';
  if ((microphone.used || camera.used) && !mediaDevices()) return 'insecure-context';
  if (token || fetchToken) return undefined;
  if (!endpoint) return 'endpoint-missing';
  return room ? undefined : 'room-missing';
}

function rejectedBy(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
