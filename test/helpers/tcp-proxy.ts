/** A piece of network that can be cut: passes TCP connections on to a port of this machine. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** `silent`: connections are taken and nothing is ever answered, as by a host that drops all packets. */
type Mode = 'open' | 'cut' | 'silent';

const HOST = '127.0.0.1';

export class TcpProxy {
  /** Where to pass connections on to. */
  targetPort = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #mode: Mode = 'open';

  static async start(): Promise<TcpProxy> {
    const server = createServer();
    const listening = once(server, 'listening');
    server.listen(0, HOST);
    await listening;
    return new TcpProxy(server);
  }

  constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.#pass(socket));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that pages have at the moment. */
  get connections(): number {
    return [...this.#sockets].filter(({ localPort }) => localPort === this.port).length;
  }

  /** Breaks every connection; new ones are broken off at once. */
  cut(): void {
    this.#switch('cut');
  }

  /** Breaks every connection; new ones get no answer. */
  silence(): void {
    this.#switch('silent');
  }

  restore(): void {
    this.#switch('open');
  }

  async close(): Promise<void> {
    this.#switch('cut');
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  #switch(mode: Mode): void {
    this.#mode = mode;
    if (mode === 'open') return;
    for (const socket of this.#sockets) socket.destroy();
  }

  #pass(socket: Socket): void {
    this.#hold(socket);
    if (this.#mode === 'cut') socket.resetAndDestroy();
    if (this.#mode !== 'open') return;
    const target = this.#hold(connect(this.targetPort, HOST));
    socket.pipe(target).pipe(socket);
    socket.on('close', () => target.destroy());
    target.on('close', () => socket.destroy());
  }

  #hold(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    return socket;
  }
}
