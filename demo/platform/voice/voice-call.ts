/** One outbound call: dialing, the callbacks, and what BXML has it do. */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { errorText } from '../../error-text.js';
import type { DeviceGateway, PhoneConnection } from '../device-signalling.js';
import { FrameClock } from '../media/frame-clock.js';
import { BxmlError, parseBxml, type Verb } from './bxml.js';
import { CallbackError, postCallback, type CallbackTarget } from './callbacks.js';
import type { DisconnectCause, PhoneCall, PhoneNetwork } from './phone.js';
import { renderTones } from './tones.js';

/** What a call was created with. */
export interface CallRequest {
  /** E.164, or a SIP URI. */
  readonly to: string;
  readonly from: string;
  readonly displayName?: string | null | undefined;
  readonly applicationId: string;
  readonly answerUrl: string;
  readonly disconnectUrl?: string | null | undefined;
  /** For Basic auth at all callbacks of this call. */
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  /** How long it may ring, in seconds. */
  readonly callTimeout: number;
  /** How long a receiver of callbacks may take, in seconds. */
  readonly callbackTimeout: number;
  readonly tag?: string | null | undefined;
  /** Values of the header User-to-User, with commas between them. */
  readonly uui?: string | null | undefined;
}

/** Where else a call's BXML comes from. */
export interface RedirectTarget {
  readonly redirectUrl: string;
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
}

/** As the Voice API names them. */
export type CallState = 'queued' | 'initiated' | 'answered' | 'disconnected';
export type CallCause = DisconnectCause | 'callback-error' | 'invalid-bxml';

export interface VoiceCallOptions {
  readonly request: CallRequest;
  readonly accountId: string;
  /** Where the Voice API has its calls: the call's own URL is one part longer. */
  readonly callsUrl: string;
  readonly network: PhoneNetwork;
  /** Lets the phone into the session of the participant whose token it is. */
  readonly connectPhone: DeviceGateway['connectPhone'];
  readonly log: (message: string) => void;
}

/** How long the network may take before it rings (API document, `callTimeout`). Milliseconds. */
const RINGING_DUE = 30_000;
/** Causes that go with an id of the error. */
const ERRORS: readonly CallCause[] = ['callback-error', 'invalid-bxml', 'error', 'unknown'];

/** Pauses that stand in the place of the interval between digits (BXML documentation, `<SendDtmf>`). Milliseconds. */
const DTMF_PAUSES = new Map([
  [',', 500],
  ['w', 500],
  ['W', 1000],
]);

/** Stands for speech, at about the pace of speaking: a syllable for every three letters. */
const SYLLABLE = renderTones([
  { frequency: 250, milliseconds: 80 },
  { frequency: 350, milliseconds: 60 },
  { frequency: 0, milliseconds: 60 },
]);
const LETTERS_PER_SYLLABLE = 3;
const SYLLABLES_LIMIT = 300;

export class VoiceCall {
  readonly id = `c-${randomBytes(4).toString('hex')}-${randomUUID()}`;
  readonly url: string;
  readonly enqueuedTime = timestamp();
  readonly #options: VoiceCallOptions;
  readonly #request: CallRequest;
  #tag: string | null;
  #state: CallState = 'queued';
  #isRinging = false;
  #startTime: string | null = null;
  #answerTime: string | null = null;
  #endTime: string | null = null;
  #lastUpdate = this.enqueuedTime;
  #cause: CallCause | null = null;
  #errorMessage: string | null = null;
  #errorId: string | null = null;
  readonly #queue: NodeJS.Immediate;
  /** Cancels what is not answered in time. */
  #timer: NodeJS.Timeout | undefined;
  #phone: PhoneCall | undefined;
  /** The phone's place in the room, while transferred. */
  #connection: PhoneConnection | undefined;
  /** Ends the document that is being performed. */
  #performance = new AbortController();
  /** Ends all, the disconnect callback too. */
  readonly #closing = new AbortController();

  constructor(options: VoiceCallOptions) {
    this.#options = options;
    this.#request = options.request;
    this.#tag = options.request.tag ?? null;
    this.url = `${options.callsUrl}/${this.id}`;
    // Whoever creates a call hears of its id before anything happens to it.
    this.#queue = setImmediate(() => this.#dial());
  }

  get state(): CallState {
    return this.#state;
  }

  /** The body of "get call state". */
  describe(): object {
    const { applicationId, to, from } = this.#request;
    return {
      applicationId,
      accountId: this.#options.accountId,
      callId: this.id,
      parentCallId: null,
      to,
      from,
      direction: 'outbound',
      state: this.#state,
      enqueuedTime: this.enqueuedTime,
      startTime: this.#startTime,
      answerTime: this.#answerTime,
      endTime: this.#endTime,
      disconnectCause: this.#cause,
      errorMessage: this.#errorMessage,
      errorId: this.#errorId,
      lastUpdate: this.#lastUpdate,
    };
  }

  /** Stops ringing, or ends the call. */
  complete(): void {
    this.#end(this.#state === 'answered' ? 'hangup' : 'cancel');
  }

  /** Interrupts an answered call and asks for BXML elsewhere. */
  redirect(target: RedirectTarget, tag: string | null | undefined): void {
    if (tag != null) this.#tag = tag;
    const { redirectUrl: url, username, password } = target;
    this.#perform(this.#fetchBxml('redirect', { url, username, password, timeout: this.#request.callbackTimeout }));
  }

  /** Interrupts an answered call: it performs these verbs now. */
  perform(verbs: readonly Verb[]): void {
    this.#perform(() => Promise.resolve(verbs));
  }

  /** Ends the call and tells nobody. */
  close(): void {
    this.#closing.abort();
    this.#end('unknown');
  }

  #dial(): void {
    const { to, from, displayName, uui } = this.#request;
    this.#enter('initiated');
    this.#startTime = this.#lastUpdate;
    this.#timer = setTimeout(() => this.#end('timeout'), RINGING_DUE);
    try {
      this.#phone = this.#options.network.dial({
        to,
        from,
        displayName: displayName ?? undefined,
        userToUser: uui?.split(','),
        observer: {
          ringing: () => this.#ringing(),
          answered: () => this.#answered(),
          spoken: (frame) => this.#connection?.speak(frame),
          ended: (cause, message) => this.#end(cause, message),
        },
      });
    } catch (error) {
      this.#options.log(`The call ${this.id} could not be dialed: ${errorText(error)}`);
      this.#end('error', 'The call could not be placed.');
    }
    // It may have ended before there was a phone to hang up.
    if (this.#isOver()) this.#phone?.hangUp();
  }

  #ringing(): void {
    if (this.#state !== 'initiated' || this.#isRinging) return;
    this.#isRinging = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#end('timeout'), this.#request.callTimeout * 1000);
  }

  #answered(): void {
    if (this.#state !== 'initiated') return;
    clearTimeout(this.#timer);
    this.#enter('answered');
    this.#answerTime = this.#lastUpdate;
    this.#perform(this.#fetchBxml('answer', this.#target(this.#request.answerUrl)));
  }

  #fetchBxml(eventType: string, target: CallbackTarget): (signal: AbortSignal) => Promise<readonly Verb[]> {
    return async (signal) => {
      const text = await postCallback(target, this.#event(eventType), signal);
      // An answer without a document leaves nothing to do.
      return text.trim() === '' ? [] : parseBxml(text);
    };
  }

  /** A new document takes the place of the one before it. The call ends with the last verb. */
  #perform(fetchVerbs: (signal: AbortSignal) => Promise<readonly Verb[]>): void {
    this.#performance.abort();
    this.#performance = new AbortController();
    const { signal } = this.#performance;
    this.#performAll(fetchVerbs, signal).then(
      () => {
        if (!signal.aborted) this.#end('hangup');
      },
      (error: unknown) => {
        if (!signal.aborted) this.#fail(error);
      },
    );
  }

  async #performAll(fetchVerbs: (signal: AbortSignal) => Promise<readonly Verb[]>, signal: AbortSignal): Promise<void> {
    for (const verb of await fetchVerbs(signal)) {
      if (signal.aborted || verb.verb === 'Hangup') return;
      if (verb.verb === 'Transfer') await this.#transfer(verb.token, signal);
      else if (verb.verb === 'SendDtmf') await this.#sendDtmf(verb, signal);
      else await this.#speak(verb.sentence, signal);
    }
  }

  /** Lets the phone into the room, and lasts until it is no longer there. */
  async #transfer(token: string, signal: AbortSignal): Promise<void> {
    const transfer = new AbortController();
    const over = AbortSignal.any([signal, transfer.signal]);
    let connection: PhoneConnection;
    try {
      connection = await this.#options.connectPhone(token, {
        hear: (frame) => this.#phone?.hear(frame),
        hearDigit: (digit, milliseconds) => this.#phone?.hearDigit(digit, milliseconds),
        ended: () => transfer.abort(),
      });
    } catch (error) {
      return this.#options.log(`The transfer of call ${this.id} was refused: ${errorText(error)}`);
    }
    if (!over.aborted) {
      this.#connection = connection;
      await once(over, 'abort');
      // The next document may have connected already.
      if (this.#connection === connection) this.#connection = undefined;
    }
    connection.close();
  }

  async #sendDtmf(verb: Extract<Verb, { verb: 'SendDtmf' }>, signal: AbortSignal): Promise<void> {
    const characters = verb.digits.split('');
    for (const [index, character] of characters.entries()) {
      const pause = DTMF_PAUSES.get(character);
      if (pause === undefined) this.#phone?.hearDigit(character.toUpperCase(), verb.toneDuration);
      const isPauseNext = DTMF_PAUSES.has(characters[index + 1] ?? '');
      await delay(pause ?? verb.toneDuration + (isPauseNext ? 0 : verb.toneInterval), undefined, { signal });
    }
  }

  async #speak(sentence: string, signal: AbortSignal): Promise<void> {
    // As a string of JSON: a line stays a line.
    this.#options.log(`The call ${this.id} is told ${JSON.stringify(sentence)}.`);
    const syllables = Math.min(Math.ceil(sentence.length / LETTERS_PER_SYLLABLE), SYLLABLES_LIMIT);
    const frames = Array.from({ length: syllables }, () => SYLLABLE).flat();
    await playFrames(frames, (frame) => this.#phone?.hear(frame), signal);
  }

  #fail(error: unknown): void {
    if (error instanceof BxmlError) return this.#end('invalid-bxml', error.message);
    if (error instanceof CallbackError) return this.#end('callback-error', error.message);
    this.#options.log(`The call ${this.id} failed: ${errorText(error)}`);
    this.#end('error', 'The call failed.');
  }

  #end(cause: CallCause, message?: string): void {
    if (this.#isOver()) return;
    this.#enter('disconnected');
    this.#endTime = this.#lastUpdate;
    this.#cause = cause;
    if (ERRORS.includes(cause)) {
      this.#errorMessage = message ?? null;
      this.#errorId = randomUUID();
    }
    clearImmediate(this.#queue);
    clearTimeout(this.#timer);
    this.#performance.abort();
    this.#phone?.hangUp();
    if (this.#closing.signal.aborted) return;
    if (message !== undefined) this.#options.log(`The call ${this.id} ended: ${cause}. ${message}`);
    void this.#tellDisconnect();
  }

  async #tellDisconnect(): Promise<void> {
    const { disconnectUrl } = this.#request;
    if (disconnectUrl == null) return;
    const { signal } = this.#closing;
    try {
      await postCallback(this.#target(disconnectUrl), this.#event('disconnect'), signal);
    } catch (error) {
      if (!signal.aborted) this.#options.log(`The disconnect callback of call ${this.id} failed: ${errorText(error)}`);
    }
  }

  #target(url: string): CallbackTarget {
    const { username, password, callbackTimeout } = this.#request;
    return { url, username, password, timeout: callbackTimeout };
  }

  /** The body of a callback. Fields that say nothing yet are left out. */
  #event(eventType: string): object {
    const { applicationId, to, from } = this.#request;
    const event = {
      eventType,
      eventTime: timestamp(),
      accountId: this.#options.accountId,
      applicationId,
      from,
      to,
      direction: 'outbound',
      callId: this.id,
      callUrl: this.url,
      enqueuedTime: this.enqueuedTime,
      startTime: this.#startTime,
      answerTime: this.#answerTime,
      endTime: this.#endTime,
      cause: this.#cause,
      errorMessage: this.#errorMessage,
      errorId: this.#errorId,
      tag: this.#tag,
    };
    return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== null && value !== ''));
  }

  #enter(state: CallState): void {
    this.#state = state;
    this.#lastUpdate = timestamp();
  }

  #isOver(): boolean {
    return this.#state === 'disconnected';
  }
}

/** Resolves when the last frame was heard, or as soon as it is broken off. */
function playFrames(
  frames: readonly Int16Array[],
  hear: (frame: Int16Array) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    let index = 0;
    const clock = new FrameClock(() => {
      const frame = frames[index++];
      if (frame && !signal.aborted) return hear(frame);
      clock.close();
      resolve();
    });
  });
}

function timestamp(): string {
  return new Date().toISOString();
}
