/** Phone calls of a room, as the room service tells of them. */

/** How a call stands. Those after `answered` are final. */
export type CallStatus = 'dialing' | 'ringing' | 'answered' | 'busy' | 'no-answer' | 'rejected' | 'failed' | 'ended';

/** What everybody in the room may know of a call. */
export interface Call {
  /** Unique in its room; chosen by who starts it, so that a request that is sent again starts no second call. */
  readonly id: string;
  /** E.164. */
  readonly number: string;
  readonly name: string;
  readonly status: CallStatus;
  /** The phone as a participant of the room. */
  readonly participantId?: string | undefined;
  /** The participant who started it. */
  readonly startedBy?: string | undefined;
  /** ISO 8601. */
  readonly startedAt: string;
}

export function isUnderWay({ status }: Call): boolean {
  return status === 'dialing' || status === 'ringing' || status === 'answered';
}

export interface StartCall {
  readonly id?: string | undefined;
  readonly room: string;
  readonly number: string;
  readonly name: string;
  readonly startedBy?: string | undefined;
  /** The address that the request came from: limits are for each, and the log has it. */
  readonly client: string;
}

/** What routes need of the calls. Everything throws `Problem`. */
export interface Calls {
  /** Resolves when the platform has taken the call: it is dialing or ringing then, or over already. */
  start(request: StartCall): Promise<Call>;
  /** Those under way and those that ended within the last minute, oldest first. */
  list(room: string): Call[];
  /** Stops ringing or ends the call. One that is over already stays as it is. */
  hangUp(room: string, id: string): Promise<void>;
  /** Plays keypad digits (`0`–`9`, `*`, `#`) to this phone alone, which leaves the room for as long as that takes. */
  sendDigits(room: string, id: string, digits: string): Promise<void>;
}
