/**
 * Phone calls: lets the Voice API make them, brings them into their rooms as participants, and follows what becomes of
 * them by the platform's callbacks.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { BandwidthApiError, platformProblem } from './bandwidth-api-error.js';
import { isGone, type BandwidthVoiceApi, type CallCallbacks } from './bandwidth-voice-api.js';
import {
  DIGITS_LIMIT,
  digitsDocument,
  hangupAnswer,
  TONE_MILLISECONDS,
  transferAnswer,
  type Transferable,
} from './bxml.js';
import { isUnderWay, type Call, type Calls, type CallStatus, type StartCall } from './calls.js';
import {
  isSip,
  maskedNumber,
  numberToDial,
  sipAddressToDial,
  usualNumber,
  type DialNumber,
  type DialPolicy,
} from './phone-numbers.js';
import { errorText } from '../error-text.js';
import { Problem } from './problem.js';
import { RateLimiter } from './rate-limiter.js';
import type { RoomEvents } from './room-events.js';
import type { RoomService } from './room-service.js';
import type { MemberRecord } from './room-store.js';
import { secret } from './secret.js';

export interface CallLimits {
  /** Calls under way in one room. */
  readonly callsPerRoom: number;
  /** Calls under way in all rooms together. */
  readonly callsAtOnce: number;
  /** Calls started within a minute: in one room, from one address, and in all. */
  readonly callsPerMinute: number;
  readonly callsPerMinuteFromAddress: number;
  readonly callsPerMinuteInAll: number;
  /** How long a phone may ring, in seconds. */
  readonly ringingSeconds: number;
  /** After how long without an answer the Voice API is asked how the call stands, in milliseconds; and so on. */
  readonly ringingCheckMilliseconds: number;
  /** How often the Voice API is asked while people talk, in milliseconds. */
  readonly answeredCheckMilliseconds: number;
  /** How long a call that is over is still listed, in milliseconds. */
  readonly listedMilliseconds: number;
}

export const DEFAULT_CALL_LIMITS: CallLimits = {
  callsPerRoom: 4,
  callsAtOnce: 20,
  callsPerMinute: 10,
  callsPerMinuteFromAddress: 10,
  callsPerMinuteInAll: 30,
  // As in the vendor's sample.
  ringingSeconds: 30,
  // A callback says that nobody has answered; it may be on its way for a while.
  ringingCheckMilliseconds: 40_000,
  answeredCheckMilliseconds: 120_000,
  listedMilliseconds: 60_000,
};

/** Lines in the log within a minute for what one address asks for and may not. */
const REFUSALS_LOGGED = 10;

/** What the Voice API takes as `uui` (API document, `createCall`). */
const UUI = /^[^\s;,]+;encoding=(?:jwt|base64|hex)(?:,[^\s;,]+;encoding=(?:jwt|base64|hex))*$/;
const UUI_LIMIT = 350;

/** Checks one after the other that do not show the call to be alive, after which it is given up. */
const CHECK_LIMIT = 4;

/** Final status by the Voice API's cause of a disconnect. Others, and those to come, are failures. */
const STATUS_BY_CAUSE: ReadonlyMap<string, CallStatus> = new Map([
  ['hangup', 'ended'],
  ['cancel', 'ended'],
  ['busy', 'busy'],
  ['timeout', 'no-answer'],
  ['rejected', 'rejected'],
]);

export interface CallServiceOptions {
  readonly rooms: RoomService;
  readonly voice: BandwidthVoiceApi;
  readonly events: RoomEvents;
  readonly policy: DialPolicy;
  /** The account's numbers, E.164, that the site's owner may have calls come from. */
  readonly phoneNumbers: readonly string[];
  readonly limits: CallLimits;
  /** Where the platform posts the callbacks of calls: below it, `/{call}/answer` and `/{call}/disconnect`. */
  readonly callbackUrl: string;
  readonly log: (message: string) => void;
}

/** One call, as it changes. */
interface CallRecord {
  readonly room: string;
  call: Call;
  /** The part of its callbacks' path that cannot be guessed. */
  readonly key: string;
  /** The Voice API's id, as soon as it is known. */
  callId?: string;
  /** The token of its participant. */
  token?: string;
  /** Settles when the platform has taken the call, or it has failed. */
  dialing?: Promise<CallStatus>;
  /** Looks after the call while it is under way, and forgets it when it is over. */
  timer?: NodeJS.Timeout;
  /** Checks since the call was last seen to be alive. */
  doubts: number;
  /** Digits that are not sent yet: as many as one document holds. */
  digits: string;
  /** Sends them as soon as the phone is back from hearing those before. */
  sending?: Promise<void> | undefined;
  /** Until when the phone hears digits, in milliseconds since the epoch. */
  busyUntil: number;
}

/** A call, and how it is dialed. */
interface Dialing extends DialNumber {
  readonly from?: string | undefined;
  readonly uui?: string | undefined;
  /** The bearers of those whom the phone hears. */
  readonly hears?: readonly string[] | undefined;
}

export class CallService implements Calls {
  readonly #options: CallServiceOptions;
  readonly #rooms = new Map<string, Map<string, CallRecord>>();
  readonly #byKey = new Map<string, CallRecord>();
  readonly #roomLimiter: RateLimiter;
  readonly #addressLimiter: RateLimiter;
  readonly #totalLimiter: RateLimiter;
  readonly #refusalLimiter = new RateLimiter(REFUSALS_LOGGED);
  readonly #credentials = { username: 'voice', password: secret() };
  readonly #authorization: Buffer;
  #isClosed = false;

  constructor(options: CallServiceOptions) {
    const { username, password } = this.#credentials;
    this.#options = options;
    const { callsPerMinute, callsPerMinuteFromAddress, callsPerMinuteInAll } = options.limits;
    this.#roomLimiter = new RateLimiter(callsPerMinute);
    this.#addressLimiter = new RateLimiter(callsPerMinuteFromAddress);
    this.#totalLimiter = new RateLimiter(callsPerMinuteInAll);
    this.#authorization = digest(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
    options.rooms.on('member-left', (member) => {
      if (member.isPhone) this.#hangUpRemoved(member);
    });
    options.rooms.on('room-ended', (room) => this.#endRoom(room));
  }

  async start(request: StartCall): Promise<Call> {
    const known = request.id === undefined ? undefined : this.#rooms.get(request.room)?.get(request.id);
    if (known) return known.call;
    if (this.#isClosed) throw new Problem(503, 'The server is being closed.', { code: 'call-failed' });
    let { number } = request;
    let outcome = 'failed';
    try {
      const dialing = this.#toDial(request);
      number = dialing.number;
      const record = this.#open(request, dialing);
      record.dialing = this.#dial(record, dialing);
      outcome = await record.dialing;
      return record.call;
    } catch (error) {
      if (error instanceof Problem) outcome = `${error.code} (${error.status})`;
      throw error;
    } finally {
      const { room, startedBy, client } = request;
      const who = startedBy === undefined ? client : `${startedBy} at ${client}`;
      this.#log(`Call to ${maskedNumber(number)} from the room "${room}" by ${who}: ${outcome}.`);
    }
  }

  /** Writes down that somebody wanted to call and may not. A flood of these leaves a few lines. */
  logRefusal(client: string, { code, status }: Problem): void {
    if (this.#refusalLimiter.take(client) === 0) this.#log(`A call by ${client} was refused: ${code} (${status}).`);
  }

  list(room: string): Call[] {
    return [...(this.#rooms.get(room)?.values() ?? [])].map(({ call }) => call);
  }

  async hangUp(room: string, id: string): Promise<void> {
    const record = this.#find(room, id);
    if (isOver(record)) return;
    this.#finish(record, 'ended');
    await this.#hangUpAtPlatform(record);
  }

  async sendDigits(room: string, id: string, digits: string): Promise<void> {
    const record = this.#find(room, id);
    requireAnswered(record);
    if (record.digits.length + digits.length > DIGITS_LIMIT) throw tooManyDigits(record);
    record.digits += digits;
    record.sending ??= this.#sendCollected(record);
    await record.sending;
  }

  async sendDigitsToAll(room: string, digits: string): Promise<void> {
    const answered = this.list(room).filter(({ status }) => status === 'answered');
    if (answered.length === 0) throw notAnswered();
    const results = await Promise.allSettled(answered.map(({ id }) => this.sendDigits(room, id, digits)));
    const failures = results.filter((result) => result.status === 'rejected');
    for (const { reason } of failures) this.#log(`A phone could not hear keys: ${errorText(reason)}`);
    if (failures.length === results.length) throw failures[0]?.reason;
  }

  /** Whether a callback comes from the platform: it was told user and password with the call. */
  isCallbackAuthorized(authorization: string | undefined): boolean {
    return timingSafeEqual(digest(authorization ?? ''), this.#authorization);
  }

  /**
   * The phone was answered. May come twice, late, or too late.
   * @param key of the path
   * @returns BXML: what the call does next
   * @throws Problem for a call that is not known
   */
  handleAnswer(key: string, callId: string): string {
    const record = this.#recordOf(key, callId);
    const { token } = record;
    if (isOver(record) || token === undefined) return hangupAnswer();
    if (record.call.status !== 'answered') {
      this.#change(record, { status: 'answered' });
      record.doubts = 0;
      this.#watch(record);
    }
    return transferAnswer({ callId, token });
  }

  /**
   * The call is over. May come twice, or before anything else.
   * @throws Problem for a call that is not known
   */
  handleDisconnect(key: string, callId: string, cause: string | undefined): void {
    this.#finish(this.#recordOf(key, callId), statusOf(cause));
  }

  /** Hangs up all calls, those too that the platform is being asked for; waits until it knows. Starts no more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const records = [...this.#byKey.values()];
    const underWay = records.filter((record) => !isOver(record));
    for (const record of underWay) this.#finish(record, 'ended');
    for (const { timer } of records) clearTimeout(timer);
    await Promise.allSettled([
      ...underWay.map((record) => this.#hangUpAtPlatform(record)),
      ...records.map(({ dialing }) => dialing),
    ]);
  }

  /** @throws Problem that says what cannot be dialed */
  #toDial({ room, number, byOwner }: StartCall): Dialing {
    const { policy } = this.#options;
    if (!byOwner) return numberToDial(number, policy);
    const { from, uui, hears } = byOwner;
    const dialed = isSip(number) ? sipAddressToDial(number, policy) : numberToDial(number, policy);
    if (uui !== undefined) requireUui(uui, dialed);
    return {
      ...dialed,
      from: from === undefined ? undefined : this.#ownNumber(from),
      uui,
      hears: hears?.map((participantId) => this.#options.rooms.memberByParticipant(room, participantId).bearer),
    };
  }

  /** @throws Problem */
  #ownNumber(text: string): string {
    const { number } = usualNumber(text);
    if (this.#options.phoneNumbers.includes(number)) return number;
    throw new Problem(403, 'Calls do not come from this number.', { code: 'number-not-allowed' });
  }

  #open(
    { id = secret(), room, name, startedBy, client }: StartCall,
    { number, international }: DialNumber,
  ): CallRecord {
    // A call into no room would be listed in one that is opened under this name later.
    this.#options.rooms.requirePeople(room);
    this.#requireFree(room, client);
    const call: Call = {
      id,
      number,
      name: name || international,
      status: 'dialing',
      startedBy,
      startedAt: new Date().toISOString(),
    };
    const record: CallRecord = { room, call, key: secret(), doubts: 0, digits: '', busyUntil: 0 };
    const calls = this.#rooms.get(room) ?? new Map<string, CallRecord>();
    this.#rooms.set(room, calls.set(id, record));
    this.#byKey.set(record.key, record);
    this.#change(record, {});
    return record;
  }

  /** @throws Problem where there are as many calls as there may be, or too many were started lately */
  #requireFree(room: string, client: string): void {
    const { callsPerRoom, callsAtOnce } = this.#options.limits;
    const underWay = [...this.#byKey.values()].filter((record) => !isOver(record));
    if (underWay.filter((record) => record.room === room).length >= callsPerRoom)
      throw tooMany(`There are ${callsPerRoom} calls in this room. Hang up one of them first.`);
    if (underWay.length >= callsAtOnce) throw tooMany('All lines are busy. Try again later.');
    const retryAfter = Math.max(
      this.#addressLimiter.take(client),
      this.#roomLimiter.take(room),
      this.#totalLimiter.take(''),
    );
    if (retryAfter > 0) throw tooMany('Too many calls were started. Wait a minute, then try again.', retryAfter);
  }

  /** @returns how the call stands then. @throws Problem */
  async #dial(record: CallRecord, { number: to, from, uui, hears }: Dialing): Promise<CallStatus> {
    const { rooms, voice, limits } = this.#options;
    try {
      const { participantId, token } = await rooms.addPhone(record.room, record.call.name, hears);
      if (isOver(record)) {
        rooms.removePhone(participantId);
        return record.call.status;
      }
      record.token = token;
      record.call = { ...record.call, participantId };
      const call = { to, from, uui, callTimeout: limits.ringingSeconds };
      const { callId } = await voice.createCall(call, this.#callbacks(record));
      record.callId = callId;
    } catch (error) {
      // Whoever hung up meanwhile got what they wanted.
      if (isOver(record)) return record.call.status;
      // The platform has called back: only its answer to the request is missing.
      if (record.call.status === 'answered') return record.call.status;
      this.#finish(record, 'failed');
      throw this.#asProblem(error);
    }
    if (isOver(record)) await this.#hangUpAtPlatform(record);
    else if (record.call.status === 'dialing') {
      this.#change(record, { status: 'ringing' });
      this.#watch(record);
    }
    return record.call.status;
  }

  #callbacks({ key }: CallRecord): CallCallbacks {
    const url = `${this.#options.callbackUrl}/${key}`;
    return { answerUrl: `${url}/answer`, disconnectUrl: `${url}/disconnect`, ...this.#credentials };
  }

  async #hangUpAtPlatform({ callId }: CallRecord): Promise<void> {
    if (callId === undefined) return;
    try {
      await this.#options.voice.hangUp(callId);
    } catch (error) {
      // It ends by itself: its participant is gone, and who answers now is told to hang up.
      this.#log(`A call could not be hung up: ${errorText(error)}`);
    }
  }

  async #sendCollected(record: CallRecord): Promise<void> {
    try {
      while (record.digits !== '') {
        // What comes while the phone still hears digits would cut them off.
        await delay(Math.max(0, record.busyUntil - Date.now()), undefined, { ref: false });
        const call = requireAnswered(record);
        const { digits } = record;
        record.digits = '';
        await this.#options.voice.replaceBxml(call.callId, digitsDocument(digits, call));
        // The first tone began no later than the platform answered.
        record.busyUntil = Date.now() + digits.length * TONE_MILLISECONDS;
      }
    } catch (error) {
      record.digits = '';
      throw isGone(error) ? notAnswered() : this.#asProblem(error);
    } finally {
      record.sending = undefined;
    }
  }

  /** Asks the Voice API how the call stands, in case that its callback does not come. */
  #watch(record: CallRecord): void {
    const { ringingCheckMilliseconds, answeredCheckMilliseconds } = this.#options.limits;
    clearTimeout(record.timer);
    record.timer = setTimeout(
      () => void this.#check(record),
      record.call.status === 'answered' ? answeredCheckMilliseconds : ringingCheckMilliseconds,
    );
    record.timer.unref();
  }

  async #check(record: CallRecord): Promise<void> {
    const { callId } = record;
    if (callId === undefined) return;
    record.doubts++;
    try {
      const { state, cause } = await this.#options.voice.callState(callId);
      if (state === 'disconnected') this.#finish(record, statusOf(cause));
      if (state === 'answered' && record.call.status === 'answered') record.doubts = 0;
    } catch (error) {
      // The platform may need minutes until it knows the state of a new call.
      this.#log(`The state of a call could not be read: ${errorText(error)}`);
    }
    if (isOver(record)) return;
    if (record.doubts < CHECK_LIMIT) return this.#watch(record);
    this.#finish(record, 'failed');
    await this.#hangUpAtPlatform(record);
  }

  #change(record: CallRecord, change: Partial<Call>): void {
    record.call = { ...record.call, ...change };
    this.#options.events.publish(record.room, 'call-changed', record.call);
  }

  /** The call is over, unless it was before. */
  #finish(record: CallRecord, status: CallStatus): void {
    if (isOver(record)) return;
    clearTimeout(record.timer);
    record.timer = setTimeout(() => this.#forget(record), this.#options.limits.listedMilliseconds);
    record.timer.unref();
    this.#change(record, { status });
    const { participantId } = record.call;
    if (participantId !== undefined) this.#options.rooms.removePhone(participantId);
  }

  #forget({ room, call, key }: CallRecord): void {
    const record = this.#byKey.get(key);
    this.#byKey.delete(key);
    const calls = this.#rooms.get(room);
    // A room of the same name may have been opened since.
    if (calls?.get(call.id) !== record) return;
    calls?.delete(call.id);
    if (calls?.size === 0) this.#rooms.delete(room);
  }

  /** The phone lost its seat while its call was under way: on the platform the call would go on alone. */
  #hangUpRemoved({ room, participantId }: MemberRecord): void {
    const calls = [...(this.#rooms.get(room)?.values() ?? [])];
    const record = calls.find(({ call }) => call.participantId === participantId);
    if (!record || isOver(record)) return;
    this.#finish(record, 'ended');
    void this.#hangUpAtPlatform(record);
  }

  #endRoom(room: string): void {
    const records = this.#rooms.get(room)?.values() ?? [];
    for (const record of records) {
      if (isOver(record)) continue;
      this.#finish(record, 'ended');
      void this.#hangUpAtPlatform(record);
    }
    this.#rooms.delete(room);
  }

  #find(room: string, id: string): CallRecord {
    const record = this.#rooms.get(room)?.get(id);
    if (!record) throw new Problem(404, 'There is no such call in this room.', { code: 'call-gone' });
    return record;
  }

  #recordOf(key: string, callId: string): CallRecord {
    const record = this.#byKey.get(key);
    // It may come before the answer to the request that started the call.
    if (record) record.callId ??= callId;
    if (record?.callId !== callId) throw new Problem(404, 'There is no such call.', { code: 'call-gone' });
    return record;
  }

  #asProblem(error: unknown): unknown {
    if (error instanceof Problem && error.status >= 500)
      return new Problem(error.status, error.message, { code: 'call-failed', cause: error });
    if (!(error instanceof BandwidthApiError)) return error;
    this.#log(error.message);
    if (error.status === 429)
      return tooMany('The phone platform takes no more calls at the moment. Try again later.', error.retryAfter, error);
    return platformProblem(error, 'The phone platform', 'call-failed');
  }

  /** What fails because the server is going away is not worth a line. */
  #log(message: string): void {
    if (!this.#isClosed) this.#options.log(message);
  }
}

/** @param retryAfter in seconds, or as the platform has put it */
function tooMany(detail: string, retryAfter?: number | string, cause?: unknown): Problem {
  const headers = retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) };
  return new Problem(429, detail, { code: 'call-limit', headers, cause });
}

/** @throws Problem */
function requireUui(uui: string, { number }: DialNumber): void {
  if (!isSip(number)) throw new Problem(400, 'User-to-User is for SIP addresses only.');
  if (uui.length > UUI_LIMIT || !UUI.test(uui))
    throw new Problem(400, 'User-to-User must be values such as "aGVsbG8;encoding=base64", with commas between them.');
}

function isOver({ call }: CallRecord): boolean {
  return !isUnderWay(call);
}

function requireAnswered({ call, callId, token }: CallRecord): Transferable {
  if (call.status !== 'answered' || callId === undefined || token === undefined) throw notAnswered();
  return { callId, token };
}

function notAnswered(): Problem {
  return new Problem(409, 'Nobody is on the phone to hear keys.', { code: 'call-gone' });
}

function tooManyDigits({ busyUntil }: CallRecord): Problem {
  const retryAfter = Math.max(1, Math.ceil((busyUntil - Date.now()) / 1000));
  return tooMany('The phone still hears other keys. Wait a moment, then press this one again.', retryAfter);
}

function statusOf(cause: string | undefined): CallStatus {
  return (cause !== undefined && STATUS_BY_CAUSE.get(cause)) || 'failed';
}

/** Of equal length whatever was hashed, so that comparing takes equal time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
