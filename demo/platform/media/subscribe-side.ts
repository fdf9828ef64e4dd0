/** What one device receives: our offers, its answers, and the outlets of the tracks that are forwarded to it. */
import { RateLimiter } from '../rate-limiter.js';
import type { MediaKind } from './codecs.js';
import { TrackOutlet, type PublishedTrack } from './forwarder.js';
import { readRtcp } from './rtcp.js';
import { SdpError } from './sdp.js';
import { readSubscribeAnswer, writeSubscribeOffer } from './sdp-subscribe.js';
import type { MediaTransport, OpenTransport, TransportState } from './transport.js';

/** Packets that are sent again to one subscriber: losses beyond this are no longer helped by more packets. */
const RESEND_LIMIT = { perSecond: 500, burst: 200 };
/** An offer that was not answered in this time is made again. Milliseconds. */
const ANSWER_PATIENCE = 10_000;

export interface SubscribeOffer {
  readonly sdpOffer: string;
  /** Greater than that of every earlier offer, also of one that an earlier process made. */
  readonly sdpRevision: number;
  /** The tracks offered, by the MediaStream id that the subscriber will see. */
  readonly tracks: ReadonlyMap<string, readonly PublishedTrack[]>;
}

export interface SubscribeSideOptions {
  readonly openTransport: OpenTransport;
  readonly sendOffer: (offer: SubscribeOffer) => void;
}

/**
 * One m-line. A freed line is offered as inactive once before it is used again: browsers tell of a new track only where
 * they have seen the old one go.
 */
interface Line {
  readonly mid: string;
  readonly kind: MediaKind;
  outlet: TrackOutlet | undefined;
  /** The inactive line has been answered. */
  isFree: boolean;
}

export class SubscribeSide {
  readonly #options: SubscribeSideOptions;
  readonly #sessionId = String(Date.now());
  readonly #resendLimiter = new RateLimiter(RESEND_LIMIT);
  readonly #lines: Line[] = [];
  #wanted: ReadonlySet<PublishedTrack> = new Set();
  #transport: MediaTransport | undefined;
  #opening: Promise<void> | undefined;
  #revision = 0;
  /** The lines that the outstanding offer shows as inactive; undefined while none is outstanding. */
  #outstanding: { readonly inactive: ReadonlySet<Line> } | undefined;
  /** Of the lines in the latest answer, the mids that the subscriber receives. */
  #receiving: ReadonlySet<string> = new Set();
  #answerTimer: NodeJS.Timeout | undefined;
  #mustOffer = false;
  #mustRestartIce = false;
  #closed = false;

  constructor(options: SubscribeSideOptions) {
    this.#options = options;
  }

  /** Opens the transport and makes the first offer, of data channels alone if nothing is forwarded yet. */
  async start(): Promise<void> {
    if (!this.#closed) this.#opening ??= this.#open();
    await this.#opening;
  }

  /** Sets what is to be forwarded. */
  setTracks(tracks: ReadonlySet<PublishedTrack>): void {
    this.#wanted = tracks;
    this.#negotiate();
  }

  /** Makes the current offer again, for a client that may have missed it or whose answer was lost. */
  offerAgain(): void {
    this.#outstanding = undefined;
    this.#mustOffer = true;
    this.#mustRestartIce = this.#transport?.hasConnected === true && this.#transport.state !== 'connected';
    this.#negotiate();
  }

  /** Takes the answer to the outstanding offer. @throws SdpError */
  async answer(sdpAnswer: string): Promise<void> {
    const answer = readSubscribeAnswer(sdpAnswer);
    const outstanding = this.#outstanding;
    if (!outstanding || !this.#transport) throw new SdpError('There is no offer to answer.');
    this.#outstanding = undefined;
    clearTimeout(this.#answerTimer);
    for (const line of outstanding.inactive) line.isFree = line.outlet === undefined;
    await this.#transport.setRemoteParameters(answer.remote);
    this.#receiving = answer.receiving;
    this.#startOutlets();
    this.#negotiate();
  }

  /**
   * Not before the transport can carry it: the key frame it asks for would be lost, and browsers ignore a second request
   * within 300 ms.
   */
  #startOutlets(): void {
    if (this.#transport?.state !== 'connected') return;
    for (const { mid, outlet } of this.#lines) if (this.#receiving.has(mid)) outlet?.start();
  }

  sendMessage(channel: number, text: string): void {
    this.#transport?.sendMessage(channel, text);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#answerTimer);
    for (const { outlet } of this.#lines) outlet?.stop();
    await this.#opening?.catch(() => {});
    await this.#transport?.close();
  }

  async #open(): Promise<void> {
    this.#transport = await this.#options.openTransport({
      role: 'subscribe',
      observer: {
        rtpReceived: () => {},
        rtcpReceived: (packet) => this.#rtcpReceived(packet),
        messageReceived: () => {},
        stateChanged: (state) => this.#transportStateChanged(state),
      },
    });
    this.#mustOffer = true;
    this.#negotiate();
  }

  #negotiate(): void {
    if (this.#closed || !this.#transport || this.#outstanding) return;
    this.#releaseLines();
    this.#assignLines();
    if (!this.#mustOffer) return;
    this.#mustOffer = false;
    // One that fails is made again when its time is up.
    this.#offer(this.#transport).catch(() => {});
  }

  #releaseLines(): void {
    for (const line of this.#lines) {
      if (!line.outlet || this.#wanted.has(line.outlet.track)) continue;
      line.outlet.stop();
      line.outlet = undefined;
      this.#mustOffer = true;
    }
  }

  #assignLines(): void {
    const assigned = new Set(this.#lines.map(({ outlet }) => outlet?.track));
    for (const track of this.#wanted) {
      if (assigned.has(track)) continue;
      const line = this.#lines.find(({ kind, isFree }) => isFree && kind === track.kind) ?? this.#addLine(track.kind);
      line.isFree = false;
      line.outlet = this.#createOutlet(track);
      this.#mustOffer = true;
    }
  }

  #addLine(kind: MediaKind): Line {
    const line: Line = { mid: `${kind}${this.#lines.length}`, kind, outlet: undefined, isFree: true };
    this.#lines.push(line);
    return line;
  }

  #createOutlet(track: PublishedTrack): TrackOutlet {
    return new TrackOutlet({
      track,
      streamId: this.#streamIdFor(track),
      resendLimiter: this.#resendLimiter,
      sendRtp: (header, payload, rolloverCounter) => this.#transport?.sendRtp(header, payload, rolloverCounter),
      sendRtcp: (packet) => this.#transport?.sendRtcp(packet),
    });
  }

  /** The publisher's own id of the stream, unless another publisher already uses the same one here. */
  #streamIdFor(track: PublishedTrack): string {
    const isTaken = this.#lines.some(
      ({ outlet }) => outlet?.streamId === track.streamId && outlet.track.deviceId !== track.deviceId,
    );
    return isTaken ? `${track.streamId}-${track.deviceId}`.slice(0, 128) : track.streamId;
  }

  async #offer(transport: MediaTransport): Promise<void> {
    const inactive = this.#lines.filter(({ outlet }) => !outlet);
    this.#outstanding = { inactive: new Set(inactive) };
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.offerAgain(), ANSWER_PATIENCE);
    if (this.#mustRestartIce) {
      this.#mustRestartIce = false;
      await transport.restartIce();
    }
    if (this.#closed) return;
    // The time, so that an offer made after a restart of the server is newer than all it made before.
    this.#revision = Math.max(Date.now(), this.#revision + 1);
    const sdpOffer = writeSubscribeOffer({
      local: transport.localParameters,
      sessionId: this.#sessionId,
      version: this.#revision,
      lines: this.#lines.map(({ mid, kind, outlet }) => ({
        mid,
        kind,
        source: outlet && { streamId: outlet.streamId, trackId: outlet.track.id, ssrc: outlet.ssrc },
      })),
    });
    this.#options.sendOffer({ sdpOffer, sdpRevision: this.#revision, tracks: this.#offeredTracks() });
  }

  #offeredTracks(): Map<string, PublishedTrack[]> {
    const tracks = new Map<string, PublishedTrack[]>();
    for (const { outlet } of this.#lines) {
      if (outlet) tracks.set(outlet.streamId, [...(tracks.get(outlet.streamId) ?? []), outlet.track]);
    }
    return tracks;
  }

  #transportStateChanged(state: TransportState): void {
    if (state === 'connected') {
      // What was sent before has not arrived, key frames included.
      for (const { outlet } of this.#lines) outlet?.keyFrameRequested();
      this.#startOutlets();
    }
    if (state === 'disconnected' && !this.#outstanding) this.offerAgain();
  }

  #rtcpReceived(packet: Buffer): void {
    for (const message of readRtcp(packet)) {
      if (message.type === 'sender-report') continue;
      const outlet = this.#lines.find((line) => line.outlet?.ssrc === message.mediaSsrc)?.outlet;
      if (message.type === 'nack') outlet?.packetsMissed(message.sequenceNumbers);
      else outlet?.keyFrameRequested();
    }
  }
}
