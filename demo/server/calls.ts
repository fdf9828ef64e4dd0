/** Phone calls of a room, as the room service tells of them. */

/** How a call stands. Those after `answered` are final. */
export type CallStatus = 'dialing' | 'ringing' | 'answered' | 'busy' | 'no-answer' | 'rejected' | 'failed' | 'ended';

/** What everybody in the room may know of a call. */
export interface Call {
  /** Unique in its room; chosen by who starts it, so that a request that is sent again starts no second call. */
  readonly id: string;
  /** E.164, or the SIP address. */
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
  /** Given where the site's owner asks: SIP addresses can be called then, too. */
  readonly byOwner?: OwnerCall | undefined;
}

/**
 * What the site's owner alone may ask for. A SIP address is `sip:user@host` or `sip:user@host:port`. What the Voice API
 * cannot do with one: headers of one's own other than User-to-User, a name and password for its server, SRTP or TLS
 * (`sips:`), video.
 */
export interface OwnerCall {
  /** The number that the call comes from, one of those of the account. Default: the first of them. */
  readonly from?: string | undefined;
  /**
   * For a SIP address: values of the header User-to-User (RFC 7433), with commas between them, each with its encoding,
   * such as `aGVsbG8;encoding=base64`; `jwt` and `hex` are the others. At most 350 characters.
   */
  readonly uui?: string | undefined;
  /** Ids of the participants whom the phone hears. Default: everybody. */
  readonly hears?: readonly string[] | undefined;
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
  /** Plays them to all phones of the room at once that were answered; of those that cannot hear them only the log tells. */
  sendDigitsToAll(room: string, digits: string): Promise<void>;
}
