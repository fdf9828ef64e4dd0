/**
 * A video meeting without an interface: settings in, one frozen state out, and the few things a person can do.
 * Knows no element and no media SDK.
 */
import { Attendance } from './attendance.js';
import type { DeviceKind } from './devices.js';
import type { EndpointSettings } from './endpoint.js';
import { asRoomError, type RoomError } from './errors.js';
import type { MediaProvider } from './media-connection.js';
import { reuse } from './reuse.js';
import { INITIAL_STATE, type RoomState } from './state.js';

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
  /** The devices to use, by id or by the label they had; empty: the browser's default. */
  readonly isRoomGiven: boolean;
  /** Whether the devices a person chose are remembered in this browser. */
  readonly remember: boolean;
  readonly layout: Layout;
  /** Play a ringing tone until somebody else is there. */
  readonly ringing: boolean;
  /** Whether keyboard shortcuts work, for those who offer them. */
  readonly hasShortcuts: boolean;
}

export interface RoomOptions {
  /** Gives the media SDK of a name. Rejects with a RoomError. */
  readonly loadProvider: (name: string) => Promise<MediaProvider>;
}

export type RoomListener = (state: RoomState, previous: RoomState) => void;

const DEFAULT_SETTINGS: RoomSettings = {
  endpoint: '',
  token: '',
  room: '',
  name: '',
  provider: 'bandwidth',
  audio: true,
  video: true,
  muted: false,
  cameraOff: false,
};

export class Room {
  readonly #loadProvider: RoomOptions['loadProvider'];
  readonly #listeners = new Set<RoomListener>();
  #settings = DEFAULT_SETTINGS;
  #state = INITIAL_STATE;
  /** Changes that the listeners have not been told of yet. */
  readonly #news: (readonly [state: RoomState, previous: RoomState])[] = [];
  #isTelling = false;
  #attendance: Attendance | undefined;
  #entering = Promise.resolve(INITIAL_STATE);

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
   * Changes settings. Naming another room in a meeting leaves it and joins the other; every other setting counts from
   * the next join on.
   */
  configure(changes: Partial<RoomSettings>): void {
    const previous = this.#settings;
    this.#settings = { ...previous, ...changes };
    if (!this.#attendance) {
      this.#update(this.#stateFromSettings());
    } else if (this.#settings.room !== previous.room) {
      this.leave();
      void this.join();
    }
  }

  /**
   * Joins the meeting. Resolves with the state in which the attempt ended: never rejects, a failure is in
   * `state.error`. Pressed twice, it joins once.
   */
  join(): Promise<RoomState> {
    if (!this.#attendance) {
      const attendance = this.#createAttendance();
      this.#attendance = attendance;
      this.#entering = this.#enter(attendance);
      this.#update({ ...this.#stateFromSettings(), connection: 'connecting', error: undefined });
    }
    return this.#entering;
  }

  /** Leaves at once, also in the middle of joining. Does nothing outside a meeting. */
  leave(): void {
    if (this.#attendance) this.#finish();
  }

  /** Resolves when the microphone is as wanted, or could not be: `state.microphone` tells. */
  setMicrophone(on: boolean): Promise<void> {
    return this.#setDevice('microphone', on);
  }

  /** Resolves when the camera is as wanted, or could not be: `state.camera` tells. */
  setCamera(on: boolean): Promise<void> {
    return this.#setDevice('camera', on);
  }

  /** Tries again to play sound that the browser has blocked. Call it from a person's action. */
  resumeAudio(): void {
    this.#attendance?.resumeAudio();
  }

  #createAttendance(): Attendance {
    const attendance: Attendance = new Attendance({
      ...this.#settings,
      ...this.#stateFromSettings(),
      loadProvider: this.#loadProvider,
      report: (facts) => {
        if (this.#attendance === attendance) this.#update(facts);
      },
      onEnded: (error) => {
        if (this.#attendance === attendance) this.#finish(error);
      },
    });
    return attendance;
  }

  async #enter(attendance: Attendance): Promise<RoomState> {
    try {
      await attendance.enter();
    } catch (error) {
      if (this.#attendance === attendance) this.#finish(asRoomError(error, 'connect-refused'));
    }
    return this.#state;
  }

  #finish(error?: RoomError): void {
    const attendance = this.#attendance;
    this.#attendance = undefined;
    attendance?.end();
    this.#update({ ...INITIAL_STATE, ...this.#stateFromSettings(), role: undefined, error });
  }

  async #setDevice(kind: DeviceKind, on: boolean): Promise<void> {
    if (!this.#state[kind].used) return;
    // Holds for the next join too: who is muted here stays muted in the next room.
    this.configure(kind === 'microphone' ? { muted: !on } : { cameraOff: !on });
    await this.#attendance?.switchDevice(kind, on);
  }

  #stateFromSettings(): Pick<RoomState, 'room' | 'name' | 'microphone' | 'camera'> {
    const { room, name, audio, video, muted, cameraOff } = this.#settings;
    return {
      room,
      name,
      microphone: { used: audio, on: audio && !muted },
      camera: { used: video, on: video && !cameraOff },
    };
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
    for (const listener of [...this.#listeners]) {
      try {
        listener(state, previous);
      } catch (error) {
        // A page's mistake must not cost the call.
        reportError(error);
      }
    }
  }
}
