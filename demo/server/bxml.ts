/** What a phone call is told to do: documents in Bandwidth's markup (BXML). */
import { Bxml } from 'bandwidth-sdk';

/** Where the WebRTC platform takes phone calls into its sessions (a documented address). */
const WEBRTC_SIP_URI = 'sip:sipx.webrtc.bandwidth.com:5060';

/** Keypad digits that one `<SendDtmf>` plays at most (a documented limit). */
export const DIGITS_LIMIT = 50;

/** Milliseconds; the documented least is 50 for each. Short, because the phone hears nobody for so long. */
const TONE_DURATION = 200;
const TONE_INTERVAL = 100;

/** How long a phone is busy with one digit, in milliseconds. */
export const TONE_MILLISECONDS = TONE_DURATION + TONE_INTERVAL;

/** A call as the Voice API knows it, and the token of the participant that it is in the session. */
export interface Transferable {
  readonly callId: string;
  readonly token: string;
}

/** Answers a callback: brings the call into the participant's session. */
export function transferAnswer(call: Transferable): string {
  return new Bxml.Response(transfer(call)).toBxml();
}

/** Answers a callback: ends the call. */
export function hangupAnswer(): string {
  return new Bxml.Response(new Bxml.Hangup()).toBxml();
}

/** Replaces what a call is doing: plays keypad digits to the phone, and brings it back into the session. */
export function digitsDocument(digits: string, call: Transferable): string {
  const tones = new Bxml.SendDtmf(digits, { toneDuration: TONE_DURATION, toneInterval: TONE_INTERVAL });
  return new Bxml.Bxml([tones, transfer(call)]).toBxml();
}

function transfer({ callId, token }: Transferable): InstanceType<typeof Bxml.Transfer> {
  // The platform wants the call's id without its leading letter and dashes.
  const id = callId.replace(/^[a-z]-|-/gi, '');
  const uui = `${id};encoding=base64,${token};encoding=jwt`;
  return new Bxml.Transfer({}, new Bxml.SipUri(WEBRTC_SIP_URI, { uui }));
}
