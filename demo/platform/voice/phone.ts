/**
 * The port between the Voice API and what rings: a simulated phone, or a real one behind a SIP trunk. Sound is linear
 * 16-bit PCM at 8000 Hz, in frames of 20 ms.
 */

/** Samples a second (G.711). */
export const SAMPLE_RATE = 8000;
/** Samples in a frame of 20 ms, the packet time of RFC 3551 section 4.2. */
export const FRAME_SAMPLES = 160;

/** Why a call is over, in the Voice API's words for the `cause` of a disconnect callback. */
export type DisconnectCause = 'hangup' | 'busy' | 'timeout' | 'cancel' | 'rejected' | 'error' | 'unknown';

/** How a phone tells what happens. Nothing comes after `ended`, nor after `hangUp()`. */
export interface PhoneObserver {
  ringing(): void;
  answered(): void;
  /** What is spoken into the phone: one frame. Only while answered. */
  spoken(frame: Int16Array): void;
  /** The phone is over by itself: it was hung up, is busy, rejected the call, cannot be reached. */
  ended(cause: DisconnectCause, message?: string): void;
}

/** One phone that is being called. */
export interface PhoneCall {
  /** Lets the phone hear one frame. Does nothing unless answered. */
  hear(frame: Int16Array): void;
  /** Lets the phone hear a key of another one's keypad (RFC 4733), for so many milliseconds. */
  hearDigit(digit: string, milliseconds: number): void;
  /** Stops ringing, or ends the call. Releases everything. Safe to call twice. */
  hangUp(): void;
}

export interface DialOptions {
  /** E.164, or a SIP URI. */
  readonly to: string;
  readonly from: string;
  readonly displayName?: string | undefined;
  /** With a SIP URI: values of the header User-to-User (RFC 7433). */
  readonly userToUser?: readonly string[] | undefined;
  readonly observer: PhoneObserver;
}

/** Where calls are made. */
export interface PhoneNetwork {
  dial(options: DialOptions): PhoneCall;
  /** Ends all calls and releases sockets and timers. */
  close(): Promise<void>;
}
