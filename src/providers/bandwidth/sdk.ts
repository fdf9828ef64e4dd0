/**
 * The only module that imports the SDK. The build bundles the SDK into it, so that nobody who installs this package
 * meets the SDK's own dependencies; for the same reason no type of the SDK shows in what is exported here.
 */
import { BandwidthRtc } from '@bandwidth/webrtc-browser/dist/v3/bandwidthRtc.js';
import type { MediaGrant } from '../../room/media-connection.js';
import { JsonRpcError, type SocketState } from './json-rpc-client.js';
import { takeNewestClient, type Client } from './signalling-client.js';

export type { SocketState };

/** A stream as the SDK reports it: what the platform told about it may be missing. */
export interface SdkStream {
  readonly mediaStream: MediaStream;
  readonly participantId?: string | undefined;
  readonly alias?: string | undefined;
}

export interface SdkObserver {
  socketStateChanged(state: SocketState): void;
  /** The platform offered media and the SDK could not take it. */
  offerIgnored(): void;
  /** A peer connection reached another `connectionState`. */
  peerConnectionChanged(): void;
  /** Also called again for a stream that is known. */
  streamAvailable(stream: SdkStream): void;
  streamUnavailable(id: string): void;
}

/** One instance of the SDK: connects once, and is thrown away after that. */
export class Sdk {
  readonly #rtc = new BandwidthRtc('off');
  readonly #observer: SdkObserver;
  readonly #peerConnections = new Set<RTCPeerConnection>();
  #socket: Client | undefined;
  #isDisconnected = false;

  constructor(observer: SdkObserver) {
    this.#observer = observer;
    this.#rtc.onStreamAvailable((stream) => this.#unlessDisconnected(() => observer.streamAvailable(stream)));
    this.#rtc.onStreamUnavailable((id) => this.#unlessDisconnected(() => observer.streamUnavailable(id)));
    this.#watchPeerConnections();
  }

  get socketState(): SocketState {
    return this.#socket?.state ?? 'closed';
  }

  /** Both peer connections, as far as they have been needed yet. */
  get peerConnections(): ReadonlySet<RTCPeerConnection> {
    return this.#peerConnections;
  }

  /** Never settles where the socket can't be opened: watch the state of the socket, and the clock. */
  connect({ token, websocketUrl, iceServers, iceTransportPolicy }: MediaGrant): Promise<void> {
    const connecting = this.#rtc.connect(
      { deviceToken: token },
      {
        ...(websocketUrl && { websocketUrl: websocketUrl.replace(/\/+$/, '') }),
        ...(iceServers && { iceServers: [...iceServers] }),
        ...(iceTransportPolicy && { iceTransportPolicy }),
      },
    );
    const socket = takeNewestClient();
    if (socket) {
      this.#socket = socket;
      socket.onStateChange = () => this.#unlessDisconnected(() => this.#observer.socketStateChanged(socket.state));
      socket.onOfferIgnored = () => this.#unlessDisconnected(() => this.#observer.offerIgnored());
    }
    return connecting;
  }

  /** Opens a lost socket without waiting. */
  retrySocket(): void {
    this.#socket?.retry();
  }

  /** Gives the socket up: it is not opened again. */
  closeSocket(): void {
    this.#socket?.close();
  }

  /** Adds the stream's tracks to what is sent, and negotiates. */
  async publish(stream: MediaStream, alias: string | undefined): Promise<void> {
    await this.#rtc.publish(stream, undefined, alias);
  }

  /** Forgets a stream, and negotiates. The SDK stops the tracks that are in the stream then. */
  async unpublish(stream: MediaStream): Promise<void> {
    await this.#rtc.unpublish({ mediaStream: stream, endpointId: stream.id, mediaTypes: [] });
  }

  /** Offers what is to be sent as it is now. Needs a stream that was published before. */
  negotiate(): Promise<void> {
    return this.unpublish(new MediaStream());
  }

  /** Leaves and releases everything. The SDK stops the tracks that are in published streams then. */
  disconnect(): void {
    this.#isDisconnected = true;
    try {
      this.#rtc.disconnect();
    } catch {
      // The SDK stops half way where it is in a state that it didn't expect; the rest is done here.
    }
    this.#socket?.close();
    for (const connection of this.#peerConnections) connection.close();
    this.#peerConnections.clear();
  }

  /** `createPeerConnection` is the SDK's documented point to step in; only its type is private. */
  #watchPeerConnections(): void {
    const rtc = this.#rtc as unknown as { createPeerConnection: () => RTCPeerConnection };
    const create = rtc.createPeerConnection.bind(rtc);
    rtc.createPeerConnection = () => {
      const connection = create();
      // An offer that was being handled when the SDK was disconnected still gets here.
      if (this.#isDisconnected) {
        connection.close();
        return connection;
      }
      this.#peerConnections.add(connection);
      // The SDK would restart a failed connection without end; what to do then is decided by who uses it.
      connection.addEventListener('connectionstatechange', (event) => {
        event.stopImmediatePropagation();
        this.#unlessDisconnected(() => this.#observer.peerConnectionChanged());
      });
      return connection;
    };
  }

  #unlessDisconnected(report: () => void): void {
    if (!this.#isDisconnected) report();
  }
}

/** Whether an operation failed only because the socket was or went down: it can be tried again. */
export function isDropped(error: unknown): boolean {
  return error instanceof JsonRpcError && error.failure === 'dropped';
}

/** When a device token expires, in milliseconds since 1970; undefined where it does not say. @throws if it is no JWT */
export function tokenExpiry(token: string): number | undefined {
  // RFC 7515, section 7.1: three parts in base64url.
  const [, claims] = /^[\w-]+\.([\w-]+)\.[\w-]+$/.exec(token) ?? [];
  if (!claims) throw new Error('Not a JWT');
  // Not decoded from UTF-8: the expiry is a number.
  const { exp } = JSON.parse(atob(claims.replace(/-/g, '+').replace(/_/g, '/'))) as { readonly exp?: unknown };
  return typeof exp === 'number' ? exp * 1000 : undefined;
}
