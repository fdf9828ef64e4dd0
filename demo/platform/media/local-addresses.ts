/** This machine's own addresses: where media for this machine only is received. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { networkInterfaces } from 'node:os';

export const LOOPBACK = '127.0.0.1';
/** Stands for any address of the internet: RFC 5737 keeps it for documentation. Nothing is sent to it. */
const SOMEWHERE_ELSE = '198.51.100.1';
const DISCARD_PORT = 9;

/** Every IPv4 address that a packet from this machine can have as its source. */
export function ownAddresses(): ReadonlySet<string> {
  const interfaces = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return new Set([LOOPBACK, ...interfaces.map(({ address }) => address)]);
}

/** The address this machine would use towards the internet; undefined while it has no route there. */
export async function outwardAddress(): Promise<string | undefined> {
  const socket = createSocket('udp4');
  try {
    socket.connect(DISCARD_PORT, SOMEWHERE_ELSE);
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    return undefined;
  } finally {
    socket.close();
  }
}

/**
 * The addresses to bind to for browsers on this machine: loopback, and the outward address because Firefox does not
 * send media to loopback.
 */
export async function addressesForThisMachine(): Promise<readonly string[]> {
  const outward = await outwardAddress();
  return outward === undefined || outward === LOOPBACK ? [LOOPBACK] : [LOOPBACK, outward];
}
