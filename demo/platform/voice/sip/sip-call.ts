/** One SIP phone that is being called: INVITE, the call, BYE. */
import { lookup } from 'node:dns/promises';
import { randomInt } from 'node:crypto';
import { Core } from 'sip.js';
import { errorText } from '../../../error-text.js';
import { SdpError } from '../../media/sdp.js';
import type { DialOptions, DisconnectCause, PhoneCall } from '../phone.js';
import { RtpStream } from './rtp-stream.js';
import { acceptAnswer, answerOffer, offerDescription, type LocalMedia } from './sip-sdp.js';
import { SipSocket, TRANSACTION_TIMEOUT, type SipMessage } from './sip-socket.js';
import { createUserAgent, sdpBody, type SipCredentials, type UserAgent } from './user-agent.js';

/** What refusals mean; any other is an error. RFC 3261 section 21. */
const CAUSES: ReadonlyMap<number, DisconnectCause> = new Map([
  [403, 'rejected'],
  [408, 'timeout'],
  [480, 'timeout'],
  [486, 'busy'],
  [487, 'cancel'],
  [600, 'busy'],
  [603, 'rejected'],
]);

/** Where all messages go, and who is called there. */
export interface SipDestination {
  readonly host: string;
  readonly port: number;
  readonly target: Core.URI;
  readonly credentials: SipCredentials | undefined;
  readonly log: (message: string) => void;
}

export class SipCall implements PhoneCall {
  /** Resolves once nothing more is expected from the other side. Only what comes twice is still answered then. */
  readonly finished: Promise<void>;
  readonly #finish: () => void;
  readonly #destination: SipDestination;
  readonly #options: DialOptions;
  readonly #onReleased: () => void;
  readonly #sessionId = randomInt(2 ** 31);
  #sdpVersion = 0;
  #socket: SipSocket | undefined;
  #rtp: RtpStream | undefined;
  #userAgent: UserAgent | undefined;
  #invite: Core.OutgoingInviteRequest | undefined;
  #session: Core.Session | undefined;
  #hasRung = false;
  #isOver = false;
  #isReleased = false;
  #lingering: NodeJS.Timeout | undefined;

  /** @param onReleased is told when the call holds neither sockets nor timers any more */
  constructor(destination: SipDestination, options: DialOptions, onReleased: () => void) {
    this.#destination = destination;
    this.#options = options;
    this.#onReleased = onReleased;
    let finish = (): void => {};
    this.finished = new Promise((resolve) => (finish = resolve));
    this.#finish = finish;
    this.#start().catch((error: unknown) => {
      this.#endUnreachable(error);
      // Released before it was opened.
      if (this.#isReleased) this.#socket?.close();
    });
  }

  hear(frame: Int16Array): void {
    this.#rtp?.hear(frame);
  }

  hearDigit(digit: string, milliseconds: number): void {
    this.#rtp?.hearDigit(digit, milliseconds);
  }

  hangUp(): void {
    if (this.#isOver) return;
    this.#over();
    if (this.#session) this.#bye(this.#session);
    // SIP.js waits with the CANCEL for a first answer, as RFC 3261 section 9.1 wants it.
    else this.#invite?.cancel();
  }

  /** Lets go of everything at once. */
  release(): void {
    if (this.#isReleased) return;
    this.#isOver = this.#isReleased = true;
    clearTimeout(this.#lingering);
    this.#closeRtp();
    this.#userAgent?.core.dispose();
    this.#socket?.close();
    this.#finish();
    this.#onReleased();
  }

  async #start(): Promise<void> {
    const { host, port, target, credentials } = this.#destination;
    const { address } = await lookup(host, { family: 4 });
    this.#socket = await SipSocket.connect(address, port, {
      messageReceived: (message) => this.#messageReceived(message),
      unreachable: () => this.#endUnreachable(),
    });
    this.#rtp = await RtpStream.open(this.#socket.localAddress.address, {
      signallingAddress: address,
      onFrame: (frame) => this.#options.observer.spoken(frame),
    });
    // Nobody rings any more: nothing was sent, so nothing is to be taken back.
    if (this.#isOver) return this.#discard();
    const { from, displayName, userToUser } = this.#options;
    this.#userAgent = createUserAgent({ socket: this.#socket, from, displayName, credentials });
    const sdp = offerDescription(this.#localMedia(this.#socket, this.#rtp));
    this.#invite = this.#userAgent.invite(
      { to: target, sdp, userToUser },
      {
        onProgress: () => this.#ringing(),
        onAccept: (response) => this.#accepted(response),
        onReject: ({ message }) => this.#refused(message),
        onRedirect: ({ message }) => this.#refused(message),
      },
    );
  }

  /** Also for a call that was released while its sockets were opened. */
  #discard(): void {
    this.#closeRtp();
    this.#socket?.close();
    this.release();
  }

  #messageReceived(message: SipMessage): void {
    const core = this.#userAgent?.core;
    try {
      if (message instanceof Core.IncomingRequestMessage) core?.receiveIncomingRequestFromTransport(message);
      else core?.receiveIncomingResponseFromTransport(message);
    } catch (error) {
      // SIP.js throws at some messages that make no sense. They are left unanswered.
      this.#destination.log(`SIP: a message was ignored: ${errorText(error)}`);
    }
  }

  #ringing(): void {
    if (this.#isOver || this.#hasRung) return;
    this.#hasRung = true;
    this.#options.observer.ringing();
  }

  #accepted(response: Core.AckableIncomingResponseWithSession): void {
    const { message, session } = response;
    response.ack();
    // Answered while it was being cancelled, or by a second phone of the same number.
    if (this.#session) return void session.bye();
    if (this.#isOver) return this.#bye(session);
    this.#session = session;
    session.delegate = {
      onBye: (request) => {
        request.accept();
        this.#end('hangup');
      },
      onInvite: (request) => this.#renegotiate(request),
      onAck: (request) => this.#renegotiated(request.message.body),
    };
    try {
      // A phone may have put its answer into a message before this one, and leave it out here.
      this.#rtp?.start(acceptAnswer(message.body || (session.answer?.content ?? '')));
    } catch (error) {
      return this.#endUnusable(session, error);
    }
    this.#options.observer.answered();
  }

  #refused({ statusCode = 0, reasonPhrase = '' }: Core.IncomingResponseMessage): void {
    this.#end(CAUSES.get(statusCode) ?? 'error', `The SIP phone answered ${statusCode} ${reasonPhrase}.`);
    this.#finish();
  }

  /** The phone changes the call: puts it on hold, moves its sound elsewhere, or only shows that it is still there. */
  #renegotiate(request: Core.IncomingInviteRequest): void {
    if (!this.#socket || !this.#rtp) return;
    const local = this.#localMedia(this.#socket, this.#rtp);
    try {
      const { answer, media } = request.message.body
        ? answerOffer(request.message.body, local)
        : { answer: offerDescription(local), media: undefined };
      if (media) this.#rtp.start(media);
      const extraHeaders = this.#userAgent ? [this.#userAgent.contactHeader] : [];
      request.accept({ statusCode: 200, extraHeaders, body: sdpBody(answer) });
    } catch (error) {
      if (!(error instanceof SdpError)) throw error;
      request.reject({ statusCode: 488 });
    }
  }

  /** The ACK to what we answered: has a description only where the offer was ours. One that can't be used is ignored. */
  #renegotiated(sdp: string): void {
    if (!sdp) return;
    try {
      this.#rtp?.start(acceptAnswer(sdp));
    } catch (error) {
      if (!(error instanceof SdpError)) throw error;
    }
  }

  #localMedia(socket: SipSocket, rtp: RtpStream): LocalMedia {
    this.#sdpVersion += 1;
    const { address } = socket.localAddress;
    return { address, port: rtp.port, sessionId: this.#sessionId, version: this.#sdpVersion };
  }

  #bye(session: Core.Session): void {
    const done = (): void => this.#finish();
    session.bye({ onAccept: done, onRedirect: done, onReject: done });
  }

  #endUnusable(session: Core.Session, error: unknown): void {
    this.#bye(session);
    this.#end('error', errorText(error));
  }

  #endUnreachable(error?: unknown): void {
    const { host, port } = this.#destination;
    const reason = error instanceof Error ? ` (${error.message})` : '';
    this.#end('error', `No SIP phone can be reached at ${host}:${port}${reason}.`);
    this.#finish();
  }

  #end(cause: DisconnectCause, message?: string): void {
    if (this.#isOver) return;
    this.#over();
    if (cause === 'hangup') this.#finish();
    this.#options.observer.ended(cause, message);
  }

  /** No sound any more. What belongs to the end of the call may still come, and come again, for a while. */
  #over(): void {
    this.#isOver = true;
    this.#closeRtp();
    this.#lingering = setTimeout(() => this.release(), TRANSACTION_TIMEOUT);
  }

  #closeRtp(): void {
    const rtp = this.#rtp;
    this.#rtp = undefined;
    // Closing a UDP socket does not fail.
    void rtp?.close();
  }
}
