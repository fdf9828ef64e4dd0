/** The phones that are called into a meeting: starts calls, follows how they go, ends them. */
import { linkedLine, sampleLine, type CallLine } from './call-lines.js';
import { asObject, text } from './endpoint.js';
import { addSentences, asRoomError, type RoomError } from './errors.js';
import type { Stay } from './stay.js';
import type { CallState, CallStatus, ParticipantState } from './state.js';

addSentences({
  'number-invalid': ['This is no telephone number that can be called.', true],
  'number-not-allowed': ['This number may not be called from here.', true],
  'call-limit': ['Too many calls. Wait a minute, then try again.', true],
  'call-gone': ['This call is over.', true],
  'call-failed': ['The phone service has a problem. Try again in a moment.', true],
});

/** How far a call has come: it never goes back. */
const PROGRESS: Readonly<Record<CallStatus, number>> = {
  dialing: 0,
  ringing: 1,
  answered: 2,
  busy: 3,
  'no-answer': 3,
  rejected: 3,
  failed: 3,
  ended: 3,
};

/** How long a phone may ring that nothing is told of, in milliseconds: twice as long as the platform lets it. */
const RINGING_LIMIT = 60_000;

/** How long a phone may be away before it counts as hung up, in milliseconds: for digits it leaves the meeting. */
const AWAY_LIMIT = 5000;

/** Digits that follow each other within this time go to the endpoint together, in milliseconds. */
const DIGIT_PAUSE = 700;

export interface DialOptions {
  /** Who is called, as the others will see it. */
  readonly name?: string | undefined;
  /** Where to ask for the call instead of the endpoint's own link: a URL that behaves as the vendor's sample. */
  readonly endpoint?: string | undefined;
}

export class Calls {
  readonly #stay: Stay;
  readonly #calls = new Map<string, CallState>();
  readonly #ownLine: CallLine;
  /** The lines of the calls that were started here, by call. */
  readonly #lines = new Map<string, CallLine>();
  /** The calls that the endpoint is only being asked for. */
  readonly #starting = new Set<string>();
  /** Of calls that are not followed: who was in the meeting before them, by call. */
  readonly #presentBefore = new Map<string, ReadonlySet<string>>();
  /** Digits on their way to the endpoint, by call. */
  readonly #digits = new Map<string, string>();
  #others: readonly ParticipantState[] = [];

  constructor(stay: Stay) {
    this.#stay = stay;
    this.#ownLine = linkedLine(stay);
  }

  /** Takes what the room channel tells: all calls that the endpoint knows, or one that has changed. */
  take(calls: readonly unknown[], isComplete: boolean): void {
    for (const call of calls) this.#merge(asObject(call));
    if (!isComplete) return;
    const known = new Set(calls.map((call) => asObject(call)['id']));
    // What the endpoint has forgotten is over; what it is only being asked for it need not know yet.
    for (const id of this.#calls.keys()) {
      if (!this.#starting.has(id) && !known.has(id) && !this.#presentBefore.has(id)) this.#change(id, 'ended');
    }
  }

  /** To be called when others come or go: where nothing else tells, a phone that is there has answered. */
  othersChanged(others: readonly ParticipantState[]): void {
    this.#others = others;
    for (const [id, before] of this.#presentBefore) this.#lookForPhone(id, before);
  }

  /** Resolves when the call is under way, or has failed. */
  async dial(number: string, { name = '', endpoint }: DialOptions): Promise<void> {
    const id = randomId();
    const line = endpoint ? sampleLine(endpoint, this.#stay) : this.#ownLine;
    this.#lines.set(id, line);
    this.#starting.add(id);
    if (!line.isFollowed) this.#watchOthers(id);
    this.#put({ id, number, name, status: 'dialing', isOwn: true });
    try {
      const answer: Record<string, unknown> = { ...(await line.start({ id, number, name })), id };
      const call = this.#calls.get(id);
      // Who hung up meanwhile was quicker than the request, perhaps.
      if (call && isOver(call) && !isOver(answer)) await this.hangUp(id);
      this.#merge(answer);
    } catch (error) {
      this.#change(id, 'failed', asRoomError(error, 'call-failed'));
    } finally {
      this.#starting.delete(id);
    }
  }

  /** Resolves when the call is over. */
  async hangUp(id: string): Promise<void> {
    await this.#attempt(id, async (line) => {
      await line.hangUp(id);
      this.#change(id, 'ended');
    });
  }

  /**
   * With this device's sound where no other phone would hear it. Else through the endpoint, which takes the phone out of
   * the meeting meanwhile: what is pressed quickly goes there together.
   */
  async sendDigits(id: string, digits: string): Promise<void> {
    const answered = [...this.#calls.values()].filter(({ status }) => status === 'answered');
    if (!answered.some((call) => call.id === id)) return;
    await this.#attempt(id, async (line) => {
      if (answered.length === 1 && this.#stay.playDigits(digits)) return;
      const waiting = this.#digits.get(id);
      this.#digits.set(id, (waiting ?? '') + digits);
      if (waiting !== undefined) return;
      await new Promise((resolve) => setTimeout(resolve, DIGIT_PAUSE));
      const all = this.#digits.get(id) ?? '';
      this.#digits.delete(id);
      await line.sendDigits(id, all);
    });
  }

  async #attempt(id: string, action: (line: CallLine) => Promise<void>): Promise<void> {
    const { signal, fail, overcome } = this.#stay;
    try {
      await action(this.#lines.get(id) ?? this.#ownLine);
      overcome('calls');
    } catch (error) {
      const failure = asRoomError(error, 'call-failed');
      if (failure.code === 'call-gone') this.#change(id, 'ended');
      else if (!signal.aborted) fail('calls', failure);
    }
  }

  /** Takes what is said of a call, as far as it makes sense. */
  #merge({ id, status, ...facts }: Record<string, unknown>): void {
    if (typeof id !== 'string') return;
    const before = this.#calls.get(id);
    const call: CallState = {
      id,
      number: text(facts['number']) ?? before?.number ?? '',
      name: text(facts['name']) ?? before?.name ?? '',
      status: isStatus(status) ? status : (before?.status ?? 'ringing'),
      participantId: text(facts['participantId']) ?? before?.participantId,
      isOwn: before?.isOwn ?? false,
    };
    // What was asked for earlier may be answered after newer news.
    if (!before || isUnheardOf(before) || (!isOver(before) && !isBefore(call, before))) this.#put(call);
  }

  #change(id: string, status: CallStatus, error?: RoomError): void {
    const before = this.#calls.get(id);
    if (before && isBefore(before, { status })) this.#put({ ...before, status, error });
  }

  #put(call: CallState): void {
    if (this.#stay.signal.aborted) return;
    if (isOver(call)) this.#presentBefore.delete(call.id);
    this.#calls.set(call.id, call);
    this.#stay.report({ calls: [...this.#calls.values()] });
  }

  #watchOthers(id: string): void {
    this.#presentBefore.set(id, new Set(this.#others.map((other) => other.id)));
    this.#later(RINGING_LIMIT, () => {
      if (this.#calls.get(id)?.status !== 'answered') this.#change(id, 'no-answer');
    });
  }

  /** @param wasAway whether it has not been there for a while */
  #lookForPhone(id: string, before: ReadonlySet<string>, wasAway = false): void {
    const call = this.#calls.get(id);
    if (!call) return;
    const { participantId, name, status } = call;
    const phone = this.#others.find((other) =>
      participantId
        ? other.id === participantId
        : !before.has(other.id) && !this.#isOnPhone(other) && couldBePhone(other, name),
    );
    if (phone) this.#merge({ id, status: 'answered', participantId: phone.id });
    else if (status === 'answered' && wasAway) this.#change(id, 'ended');
    else if (status === 'answered') this.#later(AWAY_LIMIT, () => this.#lookForPhone(id, before, true));
  }

  #later(milliseconds: number, task: () => void): void {
    const timer = setTimeout(task, milliseconds);
    this.#stay.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  #isOnPhone(other: ParticipantState): boolean {
    return [...this.#calls.values()].some(({ participantId }) => participantId === other.id);
  }
}

function isStatus(value: unknown): value is CallStatus {
  return typeof value === 'string' && Object.hasOwn(PROGRESS, value);
}

function isBefore(call: Pick<CallState, 'status'>, other: Pick<CallState, 'status'>): boolean {
  return PROGRESS[call.status] < PROGRESS[other.status];
}

function isOver({ status }: { readonly status?: unknown }): boolean {
  return isStatus(status) && PROGRESS[status] === PROGRESS.ended;
}

/** Nothing was answered to the request: the endpoint may have taken it all the same, and knows then how the call goes. */
function isUnheardOf({ error }: CallState): boolean {
  return error?.code === 'endpoint-unreachable' || error?.code === 'endpoint-timeout';
}

/** A phone sends sound alone, and is known by the name of who was called, if by any. */
function couldBePhone({ name, streams }: ParticipantState, callee: string): boolean {
  return (!name || name === callee) && streams.every(({ mediaTypes }) => !mediaTypes.includes('VIDEO'));
}

/** Hard to guess, and made of letters and digits. Not `randomUUID()`, which only secure pages have. */
function randomId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('');
}
