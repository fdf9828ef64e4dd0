/**
 * The port to a media engine: one bundled ICE + DTLS + SRTP + SCTP connection to one browser. What is above it (SDP,
 * forwarding, feedback) knows no engine, so another one can take this one's place.
 */

/** An address at which the browser can reach us (RFC 8839, `candidate`). Always a UDP host candidate. */
export interface HostCandidate {
  readonly foundation: string;
  readonly priority: number;
  readonly address: string;
  readonly port: number;
}

/** Our side, as the SDP states it. Changes when ICE restarts. */
export interface LocalParameters {
  readonly usernameFragment: string;
  readonly password: string;
  /** SHA-256 of our certificate, in SDP's form: upper-case hexadecimal bytes with colons. */
  readonly fingerprint: string;
  readonly candidates: readonly HostCandidate[];
}

/** The browser's side, as its SDP stated it. Browsers send no candidates here: they are learnt from its checks. */
export interface RemoteParameters {
  readonly usernameFragment: string;
  readonly password: string;
  readonly fingerprint: { readonly algorithm: string; readonly value: string };
}

/**
 * - `publish`: the browser offers. It controls ICE and is the DTLS client.
 * - `subscribe`: we offer. We control ICE and are the DTLS client.
 */
export type TransportRole = 'publish' | 'subscribe';

/** `disconnected`: the browser stopped answering (RFC 7675 consent); an ICE restart can bring it back. */
export type TransportState = 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

export interface TransportObserver {
  /** A decrypted RTP packet. `rolloverCounter` counts how often its stream's sequence number has wrapped around. */
  rtpReceived(packet: Buffer, rolloverCounter: number): void;
  /** A decrypted compound RTCP packet. */
  rtcpReceived(packet: Buffer): void;
  messageReceived(channel: number, text: string): void;
  stateChanged(state: TransportState): void;
}

export interface MediaTransport {
  readonly state: TransportState;
  /** Whether it ever was connected: then it can be restarted, else only a new one helps. */
  readonly hasConnected: boolean;
  readonly localParameters: LocalParameters;
  /** The first call starts the connection; later calls with other credentials restart ICE. */
  setRemoteParameters(remote: RemoteParameters): Promise<void>;
  /** Makes new local credentials, to be offered to the browser: its answer restarts ICE. */
  restartIce(): Promise<void>;
  /** Encrypts and sends one packet; does nothing unless connected. `header` may be reused by the caller afterwards. */
  sendRtp(header: Buffer, payload: Buffer, rolloverCounter: number): void;
  /** Encrypts and sends one compound packet; does nothing unless connected. */
  sendRtcp(packet: Buffer): void;
  /** Sends text on a negotiated data channel; does nothing unless connected. */
  sendMessage(channel: number, text: string): void;
  /** Releases sockets and timers. No observer method is called afterwards. */
  close(): Promise<void>;
}

export interface TransportOptions {
  readonly role: TransportRole;
  readonly observer: TransportObserver;
}

/** Opens a transport: when it resolves, `localParameters` are known and the browser can be told. */
export type OpenTransport = (options: TransportOptions) => Promise<MediaTransport>;
