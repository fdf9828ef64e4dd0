/** The UDP socket under one transport. Errors of the network never leave it: a lost datagram is what UDP promises. */
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Room for a burst of key frames while the process is busy. The system may grant less. */
const BUFFER_BYTES = 1 << 20;

type DatagramHandler = (datagram: Buffer, from: readonly [address: string, port: number]) => void;

export class UdpSocket {
  readonly type = 'udp';
  readonly #socket: Socket;
  #closed = false;
  onData: DatagramHandler = () => {};

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (datagram, { address, port }) => this.onData(datagram, [address, port]));
    // Some systems report here that an earlier datagram could not be delivered: ICE finds out whether it matters.
    socket.on('error', () => {});
  }

  /** Binds to a free port. Rejects with the system's error where the address is none of this machine's. */
  static async bind(address: string): Promise<UdpSocket> {
    const socket = createSocket('udp4');
    try {
      socket.bind({ address, port: 0 });
      await once(socket, 'listening');
    } catch (error) {
      socket.close();
      throw error;
    }
    enlargeBuffers(socket);
    return new UdpSocket(socket);
  }

  get address(): AddressInfo {
    return this.#socket.address();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** A promise only because that is how the ICE implementation wants it; the datagram is on its way or lost. */
  send = (datagram: Buffer, to?: readonly [address: string, port: number]): Promise<void> => {
    if (!this.#closed && to) this.#socket.send(datagram, to[1], to[0]);
    return Promise.resolve();
  };

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.onData = () => {};
    const closed = once(this.#socket, 'close');
    this.#socket.close();
    await closed;
  }
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(BUFFER_BYTES);
    socket.setSendBufferSize(BUFFER_BYTES);
  } catch {
    // Some systems refuse what is above their limit; what they give by themselves will do.
  }
}
