/**
 * Which datagrams a socket lets through. Anybody can send to a UDP port, so until a sender has shown with a signed STUN
 * request that it knows our password, nothing of what it sends reaches the protocols behind.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const STUN_MAGIC_COOKIE = 0x2112a442; // RFC 8489 section 5
const STUN_HEADER_LENGTH = 20;
const STUN_BINDING_REQUEST = 0x0001;
const STUN_MESSAGE_INTEGRITY = 0x0008;
const STUN_USERNAME = 0x0006;
const INTEGRITY_LENGTH = 20;
/** A browser checks from a handful of ports, and from new ones after an ICE restart. */
const MAXIMUM_SENDERS = 32;

/** Whether the datagram is STUN rather than DTLS, RTP or RTCP (RFC 7983). */
export function isStun(datagram: Buffer): boolean {
  return (
    datagram.length >= STUN_HEADER_LENGTH &&
    datagram.readUInt8(0) <= 3 &&
    datagram.readUInt32BE(4) === STUN_MAGIC_COOKIE
  );
}

function isBindingRequest(datagram: Buffer): boolean {
  return datagram.readUInt16BE(0) === STUN_BINDING_REQUEST;
}

/** Finds where a STUN attribute's value starts and how long it is. */
function findAttribute(message: Buffer, type: number): { offset: number; length: number } | undefined {
  let position = STUN_HEADER_LENGTH;
  while (position + 4 <= message.length) {
    const length = message.readUInt16BE(position + 2);
    if (message.readUInt16BE(position) === type) {
      return position + 4 + length <= message.length ? { offset: position + 4, length } : undefined;
    }
    position += 4 + length + ((4 - (length % 4)) % 4);
  }
  return undefined;
}

/** The part of USERNAME that names the receiver of the request: what stands before the colon. */
export function receiverOf(message: Buffer): string | undefined {
  const attribute = findAttribute(message, STUN_USERNAME);
  if (!attribute) return undefined;
  return message.toString('utf8', attribute.offset, attribute.offset + attribute.length).split(':')[0];
}

/** Whether MESSAGE-INTEGRITY is there and was made with this password (RFC 8489 section 14.5). */
export function isSignedWith(message: Buffer, password: string): boolean {
  const attribute = findAttribute(message, STUN_MESSAGE_INTEGRITY);
  if (attribute?.length !== INTEGRITY_LENGTH) return false;
  const signed = Buffer.from(message.subarray(0, attribute.offset - 4));
  // The length counts the message up to and with the integrity attribute, whatever follows it.
  signed.writeUInt16BE(attribute.offset + INTEGRITY_LENGTH - STUN_HEADER_LENGTH, 2);
  const expected = createHmac('sha1', password).update(signed).digest();
  return timingSafeEqual(expected, message.subarray(attribute.offset, attribute.offset + INTEGRITY_LENGTH));
}

export interface DatagramFilterOptions {
  /** Our password for one of our username fragments, undefined when it is none of ours. */
  readonly passwordOf: (usernameFragment: string) => string | undefined;
  /** The only addresses that datagrams are taken from; undefined for all. */
  readonly sources?: ReadonlySet<string> | undefined;
}

export class DatagramFilter {
  readonly #passwordOf: DatagramFilterOptions['passwordOf'];
  readonly #sources: ReadonlySet<string> | undefined;
  readonly #senders = new Set<string>();

  constructor(options: DatagramFilterOptions) {
    this.#passwordOf = options.passwordOf;
    this.#sources = options.sources;
  }

  accepts(datagram: Buffer, address: string, port: number): boolean {
    if (this.#sources && !this.#sources.has(address)) return false;
    const sender = `${address}:${port}`;
    // Responses are authenticated by whoever waits for them, and need no known sender.
    if (!isStun(datagram)) return this.#senders.has(sender);
    if (!isBindingRequest(datagram)) return true;
    const receiver = receiverOf(datagram);
    const password = receiver === undefined ? undefined : this.#passwordOf(receiver);
    if (password === undefined || !isSignedWith(datagram, password)) return false;
    this.#admit(sender);
    return true;
  }

  /** Remembers the senders that were heard last. */
  #admit(sender: string): void {
    this.#senders.delete(sender);
    this.#senders.add(sender);
    const [oldest] = this.#senders;
    if (this.#senders.size > MAXIMUM_SENDERS && oldest !== undefined) this.#senders.delete(oldest);
  }
}
