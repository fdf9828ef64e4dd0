/**
 * Phones that nobody has to hold: the number decides what happens. They are of the range +1 202 555 0100 to 0199, which
 * is reserved for fiction.
 */
import { FrameClock } from '../media/frame-clock.js';
import {
  SAMPLE_RATE,
  type DialOptions,
  type DisconnectCause,
  type PhoneCall,
  type PhoneNetwork,
  type PhoneObserver,
} from './phone.js';
import { renderTones } from './tones.js';

/** What happens when the number is called. Any number that is not in the table answers, and so do SIP addresses. */
export type SimulatedBehaviour = 'answers' | 'busy' | 'silent' | 'rejects' | 'hangs-up' | 'unreachable';

const BEHAVIOURS = new Map<string, SimulatedBehaviour>([
  ['+12025550100', 'answers'],
  ['+12025550101', 'busy'],
  ['+12025550102', 'silent'],
  ['+12025550103', 'rejects'],
  ['+12025550104', 'hangs-up'],
  ['+12025550105', 'unreachable'],
]);

/** What the numbers begin with that nobody has. */
export const FICTIONAL_PREFIX = '+120255501';

/**
 * What a phone that was answered speaks, over and over: these tones in Hertz, with pauses. Whole numbers of waves fit in
 * a frame, and none is a tone of a keypad.
 */
export const SPOKEN_FREQUENCIES: readonly number[] = [400, 600, 1000];

const SPOKEN = renderTones([
  ...SPOKEN_FREQUENCIES.flatMap((frequency) => [
    { frequency, milliseconds: 300 },
    { frequency: 0, milliseconds: 100 },
  ]),
  { frequency: 0, milliseconds: 400 },
]);

/** Calls that are kept for who wants to look at them. */
const KEPT_CALLS = 100;

export interface SimulatedPhonesOptions {
  /** Between dialing and ringing, or being told that it cannot ring. Milliseconds. Default: 100. */
  readonly setupMilliseconds?: number | undefined;
  /** How long it rings before somebody answers or rejects. Milliseconds. Default: 1000. */
  readonly ringMilliseconds?: number | undefined;
  /** How long the phone that hangs up by itself stays. Milliseconds. Default: 5000. */
  readonly patienceMilliseconds?: number | undefined;
  /** Takes a line for all that happens to a phone. Default: standard error. */
  readonly log?: ((message: string) => void) | undefined;
}

/** A phone that was called, for who wants to know what it went through. */
export interface SimulatedPhone {
  /** E.164, or a SIP URI. */
  readonly to: string;
  readonly from: string;
  readonly displayName: string | undefined;
  readonly userToUser: readonly string[];
  readonly state: 'dialing' | 'ringing' | 'answered' | 'over';
  /** Whether it ever was. */
  readonly wasAnswered: boolean;
  /** Energy of all it heard, as `totalAudioEnergy` of WebRTC's statistics: squares of samples within ±1, times seconds. */
  readonly heardEnergy: number;
  /** The keys it heard, in order. */
  readonly heardDigits: string;
  /** Whoever holds the phone hangs up, or rejects the call while it rings. */
  putDown(): void;
}

export class SimulatedPhones implements PhoneNetwork {
  readonly #options: SimulatedPhonesOptions;
  readonly #phones: Phone[] = [];

  constructor(options: SimulatedPhonesOptions = {}) {
    this.#options = options;
  }

  /** The latest is the last. */
  get calls(): readonly SimulatedPhone[] {
    return this.#phones;
  }

  dial(options: DialOptions): PhoneCall {
    const phone = new Phone(options, this.#options);
    this.#phones.push(phone);
    if (this.#phones.length > KEPT_CALLS) this.#phones.splice(0, 1);
    return phone;
  }

  close(): Promise<void> {
    for (const phone of this.#phones) phone.hangUp();
    return Promise.resolve();
  }
}

class Phone implements PhoneCall, SimulatedPhone {
  readonly to: string;
  readonly from: string;
  readonly displayName: string | undefined;
  readonly userToUser: readonly string[];
  readonly #observer: PhoneObserver;
  readonly #log: (message: string) => void;
  readonly #behaviour: SimulatedBehaviour;
  readonly #ringMilliseconds: number;
  readonly #patienceMilliseconds: number;
  #state: SimulatedPhone['state'] = 'dialing';
  #wasAnswered = false;
  #heardEnergy = 0;
  #heardDigits = '';
  /** What happens next. */
  #timer: NodeJS.Timeout | undefined;
  #speech: FrameClock | undefined;

  constructor({ to, from, displayName, userToUser = [], observer }: DialOptions, options: SimulatedPhonesOptions) {
    this.to = to;
    this.from = from;
    this.displayName = displayName;
    this.userToUser = userToUser;
    this.#observer = observer;
    this.#log = options.log ?? console.error;
    this.#behaviour = BEHAVIOURS.get(to) ?? 'answers';
    this.#ringMilliseconds = options.ringMilliseconds ?? 1000;
    this.#patienceMilliseconds = options.patienceMilliseconds ?? 5000;
    this.#timer = setTimeout(() => this.#reach(), options.setupMilliseconds ?? 100);
  }

  get state(): SimulatedPhone['state'] {
    return this.#state;
  }

  get wasAnswered(): boolean {
    return this.#wasAnswered;
  }

  get heardEnergy(): number {
    return this.#heardEnergy;
  }

  get heardDigits(): string {
    return this.#heardDigits;
  }

  hear(frame: Int16Array): void {
    if (this.#state !== 'answered') return;
    let squares = 0;
    for (const sample of frame) squares += (sample / 0x8000) ** 2;
    this.#heardEnergy += squares / SAMPLE_RATE;
  }

  hearDigit(digit: string, milliseconds: number): void {
    if (this.#state !== 'answered') return;
    this.#heardDigits += digit;
    // A key may be one of a secret number, if the phone were somebody's.
    this.#tell(`hears ${this.#isFictional ? `the key ${digit}` : 'a key'} for ${Math.round(milliseconds)} ms`);
  }

  hangUp(): void {
    if (this.#state === 'over') return;
    this.#release();
    this.#tell('is hung up on');
  }

  putDown(): void {
    if (this.#state === 'answered') this.#end('hangup');
    else this.#end('rejected');
  }

  #reach(): void {
    if (this.#behaviour === 'busy') return this.#end('busy');
    if (this.#behaviour === 'unreachable') return this.#end('error', 'The number cannot be reached.');
    this.#state = 'ringing';
    this.#tell('rings');
    this.#observer.ringing();
    // Whoever was told may have hung up.
    if (this.state !== 'ringing' || this.#behaviour === 'silent') return;
    this.#timer = setTimeout(() => this.#pickUp(), this.#ringMilliseconds);
  }

  #pickUp(): void {
    if (this.#behaviour === 'rejects') return this.#end('rejected');
    this.#state = 'answered';
    this.#wasAnswered = true;
    this.#tell('is answered');
    this.#observer.answered();
    if (this.state !== 'answered') return;
    this.#speak();
    if (this.#behaviour === 'hangs-up') this.#timer = setTimeout(() => this.#end('hangup'), this.#patienceMilliseconds);
  }

  #speak(): void {
    let index = 0;
    this.#speech = new FrameClock(() => {
      const frame = SPOKEN[index++ % SPOKEN.length];
      if (frame) this.#observer.spoken(frame);
    });
  }

  /** The phone's own end of the call. */
  #end(cause: DisconnectCause, message?: string): void {
    if (this.#state === 'over') return;
    this.#release();
    this.#tell(`ends the call: ${cause}`);
    this.#observer.ended(cause, message);
  }

  #release(): void {
    this.#state = 'over';
    clearTimeout(this.#timer);
    this.#speech?.close();
  }

  #tell(what: string): void {
    this.#log(
      `The simulated phone ${this.#isFictional ? this.to : `${this.to.slice(0, this.to.startsWith('+') ? 6 : 4)}…`} ${what}.`,
    );
  }

  get #isFictional(): boolean {
    return this.to.startsWith(FICTIONAL_PREFIX);
  }
}
