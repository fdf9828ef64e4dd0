/**
 * The media port on werift's ICE, DTLS, SRTP and SCTP classes. It reaches into private fields in a few marked places, so
 * the version is pinned exactly; everything it needs from there is declared in `…Internals` below.
 */
import {
  Candidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
  RTCSctpTransport,
  RtpHeader,
  StunProtocol,
  candidateFoundation,
  candidatePriority,
} from 'werift';
import { RateLimiter } from '../rate-limiter.js';
import { DatagramFilter } from './datagram-filter.js';
import { addressesForThisMachine, ownAddresses } from './local-addresses.js';
import { RTP_HEADER_LENGTH, nearestIndex, rolloverCounterOf } from './rtp.js';
import type {
  HostCandidate,
  LocalParameters,
  MediaTransport,
  OpenTransport,
  RemoteParameters,
  TransportObserver,
  TransportOptions,
  TransportRole,
  TransportState,
} from './transport.js';
import { UdpSocket } from './udp-socket.js';

export interface WeriftTransportOptions {
  /**
   * The IPv4 address to bind to. Default: those of this machine, and only what comes from this machine is let in.
   */
  readonly bindAddress?: string | undefined;
  /** The address to tell browsers instead, where they see this machine by another one. */
  readonly announcedAddress?: string | undefined;
}

/** SRTP's AEAD_AES_128_GCM (RFC 7714 section 14.2). */
const AEAD_AES_128_GCM = 7;
/** A label for WebRTC data channel strings (RFC 8831 section 8). */
const STRING_MESSAGE = 51;
const SCTP_PORT = 5000;
/** A browser has a few at a time; without a bound, a hostile one could fill the memory. */
const MAXIMUM_STREAMS = 64;
/** RFC 8445 section 5.1.2.1 */
const HIGHEST_LOCAL_PREFERENCE = 65535;
/** The data channels carry heartbeats and diagnostics. Bytes beyond this are dropped before they cost memory. */
const MESSAGE_BYTES = { perSecond: 64 * 1024, burst: 256 * 1024 };

interface IceInternals {
  readonly protocols: StunProtocol[];
  readonly userHistory: Record<string, string | undefined>;
  ensureProtocol(protocol: StunProtocol): void;
}

interface StunProtocolInternals {
  transport: UdpSocket;
  datagramReceived(datagram: Buffer, from: readonly [string, number]): void;
}

interface SctpInternals {
  handleData(packet: Buffer): Promise<void>;
}

/** Leaves the reading of media to this file: werift's own would parse every packet into objects. */
class KeyingDtlsTransport extends RTCDtlsTransport {
  override startSrtp(): void {
    this.updateSrtpSession();
  }
}

/** A header that is already written, in the shape the cipher asks for. */
class WrittenHeader extends RtpHeader {
  bytes = Buffer.alloc(RTP_HEADER_LENGTH);

  override get serializeSize(): number {
    return this.bytes.length;
  }

  override serialize(): Buffer<ArrayBuffer> {
    return this.bytes;
  }
}

/** Returns an opener of transports that bind to the given address. */
export function weriftTransports(options: WeriftTransportOptions): OpenTransport {
  return async ({ role, observer }: TransportOptions) => {
    await RTCDtlsTransport.SetupCertificate();
    const { bindAddress, announcedAddress } = options;
    const sockets = await bindSockets(bindAddress === undefined ? await addressesForThisMachine() : [bindAddress]);
    const sources = bindAddress === undefined ? ownAddresses() : undefined;
    const transport = new WeriftTransport({ role, observer, sockets, sources, announcedAddress });
    await transport.gather();
    return transport;
  };
}

/** One address less does no harm while another one is there. Rejects with the system's error when none is. */
async function bindSockets(addresses: readonly string[]): Promise<UdpSocket[]> {
  const results = await Promise.allSettled(addresses.map((address) => UdpSocket.bind(address)));
  const sockets = results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure && sockets.length === 0) throw failure.reason;
  return sockets;
}

interface WeriftTransportParts {
  readonly role: TransportRole;
  readonly observer: TransportObserver;
  readonly sockets: readonly UdpSocket[];
  /** The only addresses that datagrams are taken from; undefined for all. */
  readonly sources: ReadonlySet<string> | undefined;
  readonly announcedAddress: string | undefined;
}

class WeriftTransport implements MediaTransport {
  readonly #observer: TransportObserver;
  readonly #sockets: readonly UdpSocket[];
  readonly #ice: RTCIceTransport;
  readonly #dtls: KeyingDtlsTransport;
  readonly #sctp = new RTCSctpTransport(SCTP_PORT);
  readonly #filter: DatagramFilter;
  readonly #messageBytes = new RateLimiter(MESSAGE_BYTES);
  readonly #header = new WrittenHeader();
  /** The highest packet index seen of each remote SSRC: SRTP's rollover counter does not travel with the packets. */
  readonly #highestIndex = new Map<number, number>();
  #remote: RemoteParameters | undefined;
  #isHandshakeStarted = false;
  #hasConnected = false;
  #attempts = 0;
  #state: TransportState = 'connecting';

  constructor({ role, observer, sockets, sources, announcedAddress }: WeriftTransportParts) {
    this.#observer = observer;
    this.#sockets = sockets;
    // No addresses of its own to gather: the sockets are handed in below.
    this.#ice = new RTCIceTransport(new RTCIceGatherer({ useIpv4: false, useIpv6: false }));
    this.#ice.connection.iceControlling = role === 'subscribe';
    this.#dtls = new KeyingDtlsTransport({}, this.#ice, undefined, [AEAD_AES_128_GCM]);
    this.#dtls.role = role === 'subscribe' ? 'client' : 'server';
    const history = this.#iceInternals.userHistory;
    this.#filter = new DatagramFilter({
      passwordOf: (usernameFragment) =>
        Object.hasOwn(history, usernameFragment) ? history[usernameFragment] : undefined,
      sources,
    });
    sockets.forEach((socket, position) => this.#attachSocket(socket, position, announcedAddress));
    this.#attachDataChannels();
    this.#ice.connection.stateChanged.subscribe((state) => this.#iceStateChanged(state));
    this.#dtls.onStateChange.subscribe((state) => {
      if (state === 'failed' || state === 'closed') this.#setState('failed');
    });
  }

  /** Makes the local candidates known. */
  async gather(): Promise<void> {
    await this.#ice.gather();
  }

  get state(): TransportState {
    return this.#state;
  }

  get hasConnected(): boolean {
    return this.#hasConnected;
  }

  get localParameters(): LocalParameters {
    const { usernameFragment, password } = this.#ice.localParameters;
    const [fingerprint] = this.#dtls.localParameters.fingerprints;
    const candidates: HostCandidate[] = this.#ice.localCandidates.map(({ foundation, priority, ip, port }) => ({
      foundation,
      priority,
      address: ip,
      port,
    }));
    return { usernameFragment, password, fingerprint: fingerprint?.value ?? '', candidates };
  }

  async setRemoteParameters(remote: RemoteParameters): Promise<void> {
    const known = this.#remote;
    if (this.#state === 'closed') return;
    if (known?.usernameFragment === remote.usernameFragment && known.password === remote.password) return;
    this.#remote = remote;
    this.#dtls.setRemoteParams(
      new RTCDtlsParameters([new RTCDtlsFingerprint(remote.fingerprint.algorithm, remote.fingerprint.value)], 'auto'),
    );
    const { usernameFragment, password } = remote;
    if (known) this.#setState('connecting');
    // Restarts ICE by itself when the browser's credentials have changed.
    this.#ice.setRemoteParams(new RTCIceParameters({ iceLite: false, usernameFragment, password }));
    await this.#ice.gather();
    void this.#connect();
  }

  async restartIce(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#setState('connecting');
    this.#ice.restart();
    await this.#ice.gather();
  }

  sendRtp(header: Buffer, payload: Buffer, rolloverCounter: number): void {
    if (this.#state !== 'connected') return;
    header.copy(this.#header.bytes);
    this.#header.sequenceNumber = header.readUInt16BE(2);
    this.#header.ssrc = header.readUInt32BE(8);
    // Straight to the cipher, because the session's own counter goes astray around a wrap when packets are resent.
    const { cipher } = this.#dtls.srtp.localContext;
    this.#send(cipher.encryptRtp(this.#header, payload, rolloverCounter));
  }

  sendRtcp(packet: Buffer): void {
    if (this.#state !== 'connected') return;
    this.#send(this.#dtls.srtcp.encrypt(packet));
  }

  sendMessage(channel: number, text: string): void {
    const { sctp } = this.#sctp;
    const isIdle = sctp.state === 'connected' && sctp.outboundQueue.length === 0;
    if (this.#state !== 'connected' || !isIdle) return;
    sctp.send(channel, STRING_MESSAGE, Buffer.from(text)).catch(() => {});
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    await this.#sctp.stop().catch(() => {});
    // Ends the repetition of an unfinished handshake's messages.
    if (this.#dtls.dtls) this.#dtls.dtls.dtls.flight = Number.POSITIVE_INFINITY;
    await this.#dtls.stop().catch(() => {});
    await Promise.all(this.#sockets.map((socket) => socket.close()));
  }

  get #iceInternals(): IceInternals {
    return this.#ice.connection as unknown as IceInternals;
  }

  /** Earlier sockets are preferred to later ones. */
  #attachSocket(socket: UdpSocket, position: number, announcedAddress: string | undefined): void {
    const { address: localIp, port } = socket.address;
    const address = announcedAddress ?? localIp;
    const protocol = new StunProtocol();
    const internals = protocol as unknown as StunProtocolInternals;
    internals.transport = socket;
    protocol.localIp = localIp;
    protocol.localCandidate = new Candidate(
      candidateFoundation('host', 'udp', address),
      1,
      'udp',
      candidatePriority('host', HIGHEST_LOCAL_PREFERENCE - position),
      address,
      port,
      'host',
    );
    this.#iceInternals.ensureProtocol(protocol);
    this.#iceInternals.protocols.push(protocol);
    socket.onData = (datagram, from) => {
      if (!this.#filter.accepts(datagram, from[0], from[1])) return;
      if (isMedia(datagram)) this.#mediaReceived(datagram);
      else internals.datagramReceived(datagram, from);
    };
  }

  /** Uses SCTP alone: the data channels are negotiated, and werift's handling of others throws where nobody catches. */
  #attachDataChannels(): void {
    this.#sctp.setDtlsTransport(this.#dtls);
    const { sctp } = this.#sctp;
    sctp.onReceive.allUnsubscribe();
    sctp.onReceive.subscribe((channel, label, data) => {
      if (label !== STRING_MESSAGE || this.#state === 'closed') return;
      this.#observer.messageReceived(channel, data.toString());
    });
    const internals = sctp as unknown as SctpInternals;
    this.#dtls.dataReceiver = (packet) => {
      if (this.#messageBytes.take(packet.length)) internals.handleData(packet).catch(() => {});
    };
  }

  async #connect(): Promise<void> {
    this.#attempts += 1;
    const attempt = this.#attempts;
    try {
      // Not by way of the ICE transport, which loses count when one start overtakes another.
      await this.#ice.connection.connect();
      if (this.#isHandshakeStarted) return;
      this.#isHandshakeStarted = true;
      await this.#dtls.start();
      if (this.#state === 'closed') return;
      this.#hasConnected = true;
      this.#setState('connected');
      await this.#sctp.start(SCTP_PORT);
    } catch {
      if (attempt === this.#attempts) this.#setState('failed');
    }
  }

  #iceStateChanged(state: string): void {
    if (state === 'failed' && this.#state === 'connected') this.#setState('disconnected');
    if (state === 'connected' && this.#hasConnected) this.#setState('connected');
  }

  #setState(state: TransportState): void {
    if (this.#state === state || this.#state === 'closed') return;
    this.#state = state;
    this.#observer.stateChanged(state);
  }

  #mediaReceived(datagram: Buffer): void {
    if (this.#state !== 'connected') return;
    try {
      if (isRtcp(datagram)) this.#observer.rtcpReceived(this.#dtls.srtcp.decrypt(datagram));
      else this.#rtpReceived(datagram);
    } catch {
      // Not authentic or not well-formed: as good as lost.
    }
  }

  #rtpReceived(datagram: Buffer): void {
    if (datagram.length < RTP_HEADER_LENGTH) return;
    const sequenceNumber = datagram.readUInt16BE(2);
    const ssrc = datagram.readUInt32BE(8);
    const highest = this.#highestIndex.get(ssrc);
    const index = highest === undefined ? sequenceNumber : nearestIndex(highest, sequenceNumber);
    const rolloverCounter = rolloverCounterOf(index);
    const [packet] = this.#dtls.srtp.remoteContext.cipher.decryptRtp(datagram, rolloverCounter);
    this.#noteIndex(ssrc, Math.max(index, highest ?? 0));
    this.#observer.rtpReceived(packet, rolloverCounter);
  }

  /** Remembers the streams that were heard last. */
  #noteIndex(ssrc: number, index: number): void {
    this.#highestIndex.delete(ssrc);
    this.#highestIndex.set(ssrc, index);
    const [oldest] = this.#highestIndex.keys();
    if (this.#highestIndex.size > MAXIMUM_STREAMS && oldest !== undefined) this.#highestIndex.delete(oldest);
  }

  #send(datagram: Buffer): void {
    this.#ice.connection.send(datagram).catch(() => {});
  }
}

/** RTP or RTCP rather than STUN or DTLS (RFC 7983). */
function isMedia(datagram: Buffer): boolean {
  const first = datagram[0] ?? 0;
  return first >= 128 && first <= 191;
}

/** By the packet type, where both share a port (RFC 5761 section 4). */
function isRtcp(datagram: Buffer): boolean {
  const second = datagram[1] ?? 0;
  return second >= 192 && second <= 223;
}
