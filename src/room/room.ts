/**
 * A video meeting without an interface: settings in, one frozen state out, and the few things a person can do.
 * Knows no element and no media SDK.
 */
import type { Attendance, AttendanceOptions } from './attendance.js';
import type { Calls, DialOptions } from './calls.js';
import type { Conference, LinkRequest, MemberChange, RoomChange } from './conference.js';
import { DeviceChoices } from './device-choices.js';
import { DeviceList, type DeviceLists } from './device-list.js';
import { mediaDevices, type DeviceKind, type SelectableKind } from './devices.js';
import type { EndpointSettings } from './endpoint.js';
import { asRoomError, RoomError } from './errors.js';
import type { Layout } from './layout.js';
import { LocalMedia } from './local-media.js';
import { canSelectSpeaker, Loudspeaker } from './loudspeaker.js';
import type { MediaProvider } from './media-connection.js';
import { reuse } from './reuse.js';
import { canCaptureScreen } from './screen-capture.js';
import type { Trouble } from './stay.js';
import {
  INITIAL_STATE,
  isInMeeting,
  type DeviceState,
  type MessageState,
  type Panel,
  type RoomState,
} from './state.js';

export interface RoomSettings extends EndpointSettings {
  readonly room: string;
  readonly name: string;
  /** Which media SDK to use, where the endpoint does not say. */
  readonly provider: string;
  /** False: join without microphone. */
  readonly audio: boolean;
  /** False: join without camera. */
  readonly video: boolean;
  /** Join with the microphone off. */
  readonly muted: boolean;
  /** Join with the camera off. */
  readonly cameraOff: boolean;
  /** Whether the page names the room, so that the person need not. */
  readonly isRoomGiven: boolean;
  /** Whether this browser keeps which devices the person chose. */
  readonly remember: boolean;
  readonly layout: Layout;
  /** Play a ringing tone until somebody else is there. */
  readonly ringing: boolean;
  /** Whether keyboard shortcuts work, where something offers them. */
  readonly hasShortcuts: boolean;
}

export interface RoomOptions {
  /** Gives the media SDK of a name. Rejects with a RoomError. */
  readonly loadProvider: (name: string) => Promise<MediaProvider>;
}

export type RoomListener = (state: RoomState, previous: RoomState) => void;

export type MessageListener = (message: MessageState) => void;

const DEFAULT_SETTINGS: RoomSettings = {
  endpoint: '',
  idLookup: '',
  token: '',
  invite: '',
  as: '',
  room: '',
  name: '',
  provider: 'bandwidth',
  audio: true,
  video: true,
  muted: false,
  cameraOff: false,
  isRoomGiven: false,
  remember: true,
  layout: 'spotlight',
  ringing: false,
  hasShortcuts: true,
};

/** What can go wrong with the interface, besides with a stay. */
type RoomTrouble = Trouble | 'speaker' | 'interface';

/** From pressing join to having left. */
interface Stay {
  /** Undefined until its code is there. */
  attendance?: Attendance;
}

export class Room {
  readonly #loadProvider: RoomOptions['loadProvider'];
  readonly #listeners = new Set<RoomListener>();
  readonly #messageListeners = new Set<MessageListener>();
  #settings = DEFAULT_SETTINGS;
  #state = INITIAL_STATE;
  /** Changes that the listeners have not been told of yet. */
  readonly #news: (readonly [state: RoomState, previous: RoomState])[] = [];
  #isTelling = false;
  readonly #choices = new DeviceChoices(() => this.#settings.remember);
  readonly #deviceList = new DeviceList((devices) => this.#devicesListed(devices));
  readonly #loudspeaker = new Loudspeaker((isAudioBlocked) => this.#update({ isAudioBlocked }));
  #deviceWatchers = 0;
  #stay: Stay | undefined;
  #entering = Promise.resolve(INITIAL_STATE);
  /** Microphone and camera, from when they are first needed until they are let go. */
  #media: LocalMedia | undefined;
  /** Whether they are open before a meeting, and stay so should joining fail. */
  #isPreviewing = false;
  #isSpeakerOn = true;
  /** What `state.error` is about. */
  #trouble: RoomTrouble | undefined;

  constructor(options: RoomOptions) {
    this.#loadProvider = options.loadProvider;
  }

  /** The meeting as it is now: frozen, and another object after each change. */
  get state(): RoomState {
    return this.#state;
  }

  /** Calls back after each change of state. Returns how to stop that. */
  subscribe(listener: RoomListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /**
   * Changes settings. Naming another room in a meeting leaves it and joins the other; what is seen changes at once; every
   * other setting counts from the next join on.
   */
  configure(changes: Partial<RoomSettings>): void {
    const previous = this.#settings;
    this.#settings = { ...previous, ...changes };
    const { layout, hasShortcuts, room } = this.#settings;
    this.#update(this.#stay ? { layout, hasShortcuts } : this.#stateFromSettings());
    if (this.#stay && room !== previous.room) {
      this.leave();
      void this.join();
    }
  }

  /**
   * Joins the meeting. Resolves with the state in which the attempt ended: never rejects, a failure is in
   * `state.error`. Pressed twice, it joins once.
   */
  join(): Promise<RoomState> {
    if (!this.#stay) {
      const stay: Stay = {};
      this.#stay = stay;
      this.#entering = this.#enter(stay);
      this.#update({ ...this.#stateFromSettings(), connection: 'connecting', error: undefined });
    }
    return this.#entering;
  }

  /** Leaves at once, also in the middle of joining. Does nothing outside a meeting. */
  leave(): void {
    if (this.#stay) this.#finish();
  }

  /** Resolves when the microphone is as wanted, or could not be: `state.microphone` tells. */
  setMicrophone(on: boolean): Promise<void> {
    return this.#setDevice('microphone', on);
  }

  /** Resolves when the camera is as wanted, or could not be: `state.camera` tells. */
  setCamera(on: boolean): Promise<void> {
    return this.#setDevice('camera', on);
  }

  /** Whether the others are heard. */
  setSpeaker(on: boolean): void {
    this.#isSpeakerOn = on;
    this.#loudspeaker.setMuted(!on);
    this.#update(this.#deviceFacts());
  }

  /**
   * Opens microphone and camera before a meeting, as far as the page uses them and the person wants them on: for a
   * preview. Resolves when they are open, or could not be: the state tells. Opens those again that failed.
   */
  async openDevices(): Promise<void> {
    if (this.#stay) return;
    if (!mediaDevices()) return this.#fail('devices', new RoomError('insecure-context'));
    this.#isPreviewing = true;
    await this.#openMedia().open();
  }

  /** Lets go what `openDevices` opened. Does nothing in a meeting, which lets go of its devices when it is left. */
  closeDevices(): void {
    if (this.#stay) return;
    this.#releaseMedia();
    this.#update(this.#stateFromSettings());
  }

  /**
   * Uses this microphone, camera or speaker from now on, and switches it on. Resolves when it is used, or could not be:
   * the state tells. In a meeting, the others see no interruption.
   */
  async selectDevice(kind: SelectableKind, deviceId: string): Promise<void> {
    if (kind === 'speaker') return this.#selectSpeaker(deviceId);
    if (!this.#state[kind].used) return;
    if (!this.#media) this.#choose(kind, deviceId);
    const { on } = this.#wish(kind);
    this.#want(kind, true);
    await this.#media?.exchange(kind, deviceId);
    if (!on && this.#media?.failure(kind)) this.#want(kind, false);
  }

  /** Keeps `state.devices` right. Returns how to stop that. */
  watchDevices(): () => void {
    if (this.#deviceWatchers++ === 0) this.#deviceList.start();
    return () => {
      if (--this.#deviceWatchers === 0) this.#deviceList.stop();
    };
  }

  /** Asks the person which screen to show, or stops showing it. Resolves when it is done: `state.screenShare` tells. */
  async setScreenShare(on: boolean): Promise<void> {
    if (!this.#state.screenShare.isSupported) return;
    await (on ? this.#stay?.attendance?.shareScreen() : this.#stay?.attendance?.stopSharing());
  }

  setLayout(layout: Layout): void {
    this.configure({ layout });
  }

  /** Shows a tile large, by its key. Empty: none. */
  pin(tileKey: string): void {
    this.#update({ pinnedTile: tileKey });
  }

  /** Tries again to play sound that the browser has blocked. Call it from a person's action. */
  resumeAudio(): void {
    this.#loudspeaker.resume();
  }

  /**
   * Calls a phone into the meeting: `state.calls` tells how that goes. Never rejects.
   * @param number in E.164, such as `+12025550100`
   */
  async dial(number: string, options: DialOptions = {}): Promise<void> {
    await (await this.#calls())?.dial(number, options);
  }

  /** Ends a call, or stops ringing. Resolves when the endpoint has taken it. */
  async hangUp(callId: string): Promise<void> {
    await (await this.#calls())?.hangUp(callId);
  }

  /** Plays keypad digits (`0`–`9`, `*`, `#`) to the phone of this call. */
  async sendDigits(callId: string, digits: string): Promise<void> {
    await (await this.#calls())?.sendDigits(callId, digits);
  }

  /**
   * Sends a typed signal to everybody, or to one: the others get it as a `message-received` event, and this page too.
   * Resolves with whether the endpoint has taken it. Never rejects.
   * @param data what becomes JSON: at most 8 kB. Of type `chat`: `{ text }`; of type `reaction`: `{ emoji }`
   * @param toId a participant; left out: everybody
   */
  async send(type: string, data: unknown, toId?: string): Promise<boolean> {
    return (await this.#conference())?.send(type, data, toId) ?? false;
  }

  /** What is asked for here and below resolves with whether the endpoint has taken it, too. */
  raiseHand(isRaised: boolean): Promise<boolean> {
    return this.#ask('self', '', 'PATCH', { hand: isRaised });
  }

  /**
   * Does something to somebody else, as far as this person may: `state.permissions` tells. Nobody's device is switched on
   * by others: with `ask` the person is asked to.
   */
  moderate(participantId: string, change: MemberChange): Promise<boolean> {
    return this.#ask('participants', participantId, 'PATCH', change);
  }

  /** Takes somebody out of the meeting. @param reason what they are told */
  remove(participantId: string, reason?: string): Promise<boolean> {
    return this.#ask('participants', participantId, 'DELETE', undefined, reason);
  }

  /** Lets somebody in who waits, or sends them away. */
  admit(waitingId: string, isAdmitted: boolean): Promise<boolean> {
    return this.#ask('waiting', waitingId, 'PATCH', { admitted: isAdmitted });
  }

  /** Changes how the meeting is run, for everybody. */
  changeRoom(change: RoomChange): Promise<boolean> {
    return this.#ask('room', '', 'PATCH', change);
  }

  /** Ends the meeting for everybody. */
  endForAll(): Promise<boolean> {
    return this.#ask('room', '', 'DELETE');
  }

  /** Does what a moderator has asked for in `state.unmuteRequest`, or not. */
  async answerUnmuteRequest(isAccepted: boolean): Promise<void> {
    const { unmuteRequest } = this.#state;
    this.#update({ unmuteRequest: undefined });
    if (unmuteRequest && isAccepted) await this.#setDevice(unmuteRequest.device, true);
  }

  setPanel(panel: Panel): void {
    this.#update({ panel });
  }

  /** To be called when the messages that are there can be seen. */
  markRead(): void {
    void this.#conference().then((conference) => conference?.markRead());
  }

  /** Calls back for each message and signal that comes, this page's own too. Returns how to stop that. */
  onMessage(listener: MessageListener): () => void {
    this.#messageListeners.add(listener);
    return () => this.#messageListeners.delete(listener);
  }

  /** Tells of a failure of the interface's own. Without an error: that it is overcome. */
  report(error?: RoomError): void {
    if (error) this.#fail('interface', error);
    else this.#overcome('interface');
  }

  async #ask(...request: LinkRequest): Promise<boolean> {
    return (await this.#conference())?.ask(...request) ?? false;
  }

  async #conference(): Promise<Conference | undefined> {
    return this.#stay?.attendance?.conference();
  }

  async #calls(): Promise<Calls | undefined> {
    return this.#stay?.attendance?.calls();
  }

  #attendanceOptions(stay: Stay): AttendanceOptions {
    const isCurrent = (): boolean => this.#stay === stay;
    const loading = this.#loadProvider(this.#settings.provider);
    // A failure is thrown where it is awaited.
    loading.catch(() => undefined);
    return {
      ...this.#settings,
      microphone: this.#wish('microphone'),
      camera: this.#wish('camera'),
      media: this.#openMedia(),
      loudspeaker: this.#loudspeaker,
      loading,
      loadProvider: this.#loadProvider,
      report: (facts) => {
        if (isCurrent()) this.#update(facts);
      },
      switchOff: (kind) => {
        if (isCurrent() && this.#wish(kind).on) void this.#setDevice(kind, false);
      },
      setLayout: (layout) => {
        if (isCurrent()) this.setLayout(layout);
      },
      onMessage: (message) => {
        if (isCurrent()) this.#tellMessage(message);
      },
      fail: (trouble, error) => {
        if (isCurrent()) this.#fail(trouble, error);
      },
      overcome: (trouble) => {
        if (isCurrent()) this.#overcome(trouble);
      },
      onEnded: (error) => {
        if (isCurrent()) this.#finish(error);
      },
    };
  }

  #openMedia(): LocalMedia {
    if (this.#media) return this.#media;
    const isCurrent = (): boolean => this.#media === media;
    const media: LocalMedia = new LocalMedia({
      choices: this.#choices,
      wish: (kind) => this.#wish(kind),
      deviceChanged: (kind) => {
        if (!isCurrent()) return;
        this.#update(this.#deviceFacts());
        this.#stay?.attendance?.deviceChanged(kind);
      },
      tracksChanged: async () => {
        if (!isCurrent()) return;
        this.#update(this.#deviceFacts());
        void this.#deviceList.refresh();
        await this.#stay?.attendance?.publish();
      },
    });
    this.#media = media;
    return media;
  }

  async #enter(stay: Stay): Promise<RoomState> {
    const options = this.#attendanceOptions(stay);
    try {
      const { Attendance } = await loadAttendance();
      if (this.#stay !== stay) return this.#state;
      stay.attendance = new Attendance(options);
      await stay.attendance.enter();
    } catch (error) {
      if (this.#stay === stay) this.#finish(asRoomError(error, 'connect-refused'));
    }
    return this.#state;
  }

  #finish(error?: RoomError): void {
    const attendance = this.#stay?.attendance;
    this.#stay = undefined;
    attendance?.end();
    this.#trouble = undefined;
    // A preview outlives an attempt to join that failed, so that the person can try again.
    if (!this.#isPreviewing || isInMeeting(this.#state)) this.#releaseMedia();
    const { devices } = this.#state;
    const nothing = {
      role: undefined,
      quality: undefined,
      facts: undefined,
      unmuteRequest: undefined,
      mutedBy: undefined,
    };
    this.#update({ ...INITIAL_STATE, ...nothing, devices, ...this.#stateFromSettings(), error });
  }

  #releaseMedia(): void {
    this.#isPreviewing = false;
    this.#media?.release();
    this.#media = undefined;
  }

  async #setDevice(kind: DeviceKind, on: boolean): Promise<void> {
    if (!this.#state[kind].used) return;
    this.#want(kind, on);
    const { mutedBy, unmuteRequest } = this.#state;
    if (on && mutedBy?.device === kind) this.#update({ mutedBy: undefined });
    if (on && unmuteRequest?.device === kind) this.#update({ unmuteRequest: undefined });
    await this.#media?.switch(kind, on);
  }

  /** Holds for the next join too: who is muted here stays muted in the next room. */
  #want(kind: DeviceKind, on: boolean): void {
    this.configure(kind === 'microphone' ? { muted: !on } : { cameraOff: !on });
  }

  async #selectSpeaker(deviceId: string): Promise<void> {
    const { deviceId: previous } = this.#state.speaker;
    // First: a list of devices that comes meanwhile leads back to what is chosen.
    this.#choose('speaker', deviceId);
    try {
      await this.#loudspeaker.setSink(deviceId);
      this.#overcome('speaker');
      this.setSpeaker(true);
    } catch (cause) {
      this.#choose('speaker', previous);
      this.#fail('speaker', new RoomError('speaker-refused', { cause }));
    }
  }

  #choose(kind: SelectableKind, id: string): void {
    const label = this.#state.devices[kind].find((device) => device.id === id)?.label ?? '';
    this.#choices.set(kind, { id, label });
  }

  #devicesListed(devices: DeviceLists): void {
    this.#update({ devices });
    const { deviceId } = this.#speakerState();
    // A speaker that is gone is heard no more: the default one takes its place until it is back.
    this.#loudspeaker.setSink(deviceId).catch((cause: unknown) => {
      this.#fail('speaker', new RoomError('speaker-refused', { cause }));
    });
    this.#update(this.#deviceFacts());
  }

  #stateFromSettings(): Partial<RoomState> {
    const { room, name, layout, isRoomGiven, hasShortcuts } = this.#settings;
    const screenShare = { on: false, isSupported: canCaptureScreen() };
    return { room, name, layout, isRoomGiven, hasShortcuts, screenShare, ...this.#deviceFacts() };
  }

  #deviceFacts(): Partial<RoomState> {
    const media = this.#media;
    return {
      microphone: this.#deviceState('microphone'),
      camera: this.#deviceState('camera'),
      speaker: this.#speakerState(),
      localStream: media?.has('microphone') || media?.has('camera') ? media.stream : undefined,
    };
  }

  #deviceState(kind: DeviceKind): DeviceState {
    const wish = this.#wish(kind);
    const media = this.#media;
    if (!media || !(isInMeeting(this.#state) || media.isKnown(kind))) return wish;
    return {
      // What is open can be switched, whatever the page has set for the next join.
      used: wish.used || media.has(kind),
      on: media.isOn(kind),
      deviceId: media.deviceId(kind) ?? wish.deviceId,
      standsInFor: media.standsInFor(kind),
      failure: media.failure(kind),
    };
  }

  #wish(kind: DeviceKind): DeviceState {
    const { audio, video, muted, cameraOff } = this.#settings;
    const used = kind === 'microphone' ? audio : video;
    const isOff = kind === 'microphone' ? muted : cameraOff;
    return { used, on: used && !isOff, deviceId: this.#choices.get(kind)?.id ?? '' };
  }

  #speakerState(): RoomState['speaker'] {
    const deviceId = this.#choices.find('speaker', this.#state.devices.speaker)?.id ?? '';
    return { on: this.#isSpeakerOn, deviceId, isSelectable: canSelectSpeaker() };
  }

  #fail(trouble: RoomTrouble, error: RoomError): void {
    this.#trouble = trouble;
    this.#update({ error });
  }

  /** Takes back the error that was told last, where it was about this. */
  #overcome(trouble: RoomTrouble): void {
    if (this.#trouble !== trouble) return;
    this.#trouble = undefined;
    this.#update({ error: undefined });
  }

  #update(facts: Partial<RoomState>): void {
    const previous = this.#state;
    this.#state = reuse(previous, { ...previous, ...facts });
    if (this.#state === previous) return;
    this.#news.push([this.#state, previous]);
    // A listener that changes something has it told after what is being told now, so that all hear it in one order.
    if (this.#isTelling) return;
    this.#isTelling = true;
    for (let news = this.#news.shift(); news; news = this.#news.shift()) this.#tell(...news);
    this.#isTelling = false;
  }

  #tell(state: RoomState, previous: RoomState): void {
    callAll(this.#listeners, (listener) => listener(state, previous));
  }

  #tellMessage(message: MessageState): void {
    callAll(this.#messageListeners, (listener) => listener(message));
  }
}

/** A page's mistake must not cost the call. */
function callAll<Listener>(listeners: Iterable<Listener>, call: (listener: Listener) => void): void {
  for (const listener of [...listeners]) {
    try {
      call(listener);
    } catch (error) {
      reportError(error);
    }
  }
}

/** What only a meeting needs is loaded when somebody joins one. @throws RoomError `provider-unavailable`: try again */
async function loadAttendance(): Promise<{ readonly Attendance: typeof Attendance }> {
  try {
    return await import('./attendance.js');
  } catch (cause) {
    throw new RoomError('provider-unavailable', { cause });
  }
}
