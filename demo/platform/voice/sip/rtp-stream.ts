/** The sound of one SIP call: G.711 in RTP, both ways (RFC 3550, RFC 3551), and the keys pressed (RFC 4733). */
import { randomInt } from 'node:crypto';
import { randomSsrc } from '../../media/forwarder.js';
import { decodeMuLaw, encodeMuLaw } from '../../media/g711.js';
import { readRtp, RTP_HEADER_LENGTH, writeRtpHeader, type RtpPacket } from '../../media/rtp.js';
import { UdpSocket } from '../../media/udp-socket.js';
import { FRAME_SAMPLES } from '../phone.js';
import { decodeALaw, encodeALaw } from './a-law.js';
import { PacketOrder } from './packet-order.js';
import { TelephoneEventWriter } from './telephone-event-writer.js';

/** G.711's names in SDP, and their fixed payload types (RFC 3551 section 6, table 4). */
export const G711_PAYLOAD_TYPES = { PCMU: 0, PCMA: 8 } as const;
export type G711Name = keyof typeof G711_PAYLOAD_TYPES;

const ENCODERS: Record<G711Name, (samples: Int16Array) => Buffer> = { PCMU: encodeMuLaw, PCMA: encodeALaw };
const DECODERS: ReadonlyMap<number, (payload: Uint8Array) => Int16Array> = new Map([
  [G711_PAYLOAD_TYPES.PCMU, decodeMuLaw],
  [G711_PAYLOAD_TYPES.PCMA, decodeALaw],
]);

/** RTCP on the same port looks like RTP with one of these payload types (RFC 5761 section 4). */
const RTCP_FIRST = 64;
const RTCP_LAST = 95;
/** Enough for one even port among what the system gives. */
const PORT_ATTEMPTS = 32;

/** What offer and answer came to. */
export interface NegotiatedMedia {
  readonly address: string;
  readonly port: number;
  /** What is sent. Both are understood. */
  readonly codec: G711Name;
  /** Undefined where the phone takes no telephone events. */
  readonly eventPayloadType: number | undefined;
  /** Towards the phone. */
  readonly sending: boolean;
  readonly receiving: boolean;
}

interface Peer {
  readonly address: string;
  readonly port: number;
}

export class RtpStream {
  readonly #socket: UdpSocket;
  readonly #signallingAddress: string;
  readonly #onFrame: (frame: Int16Array) => void;
  readonly #ssrc = randomSsrc();
  readonly #events = new TelephoneEventWriter();
  readonly #order = new PacketOrder<Int16Array>();
  #sequenceNumber = randomInt(2 ** 16);
  #timestamp = randomInt(2 ** 32);
  #hasSpoken = false;
  #media: NegotiatedMedia | undefined;
  /** Where the phone's sound really comes from: there ours is sent (symmetric RTP, RFC 4961). */
  #source: Peer | undefined;
  #remainder = new Int16Array(0);

  /**
   * @param address of this machine, to receive on
   * @param options.signallingAddress where the SIP messages come from: a phone behind a NAT sends from there, too
   * @param options.onFrame is given what was spoken, 160 samples at a time
   */
  static async open(
    address: string,
    options: { signallingAddress: string; onFrame: (frame: Int16Array) => void },
  ): Promise<RtpStream> {
    return new RtpStream(await bindEvenPort(address), options);
  }

  private constructor(
    socket: UdpSocket,
    { signallingAddress, onFrame }: { signallingAddress: string; onFrame: (frame: Int16Array) => void },
  ) {
    this.#socket = socket;
    this.#signallingAddress = signallingAddress;
    this.#onFrame = onFrame;
    socket.onData = (datagram, [from, port]) => this.#received(datagram, { address: from, port });
  }

  get port(): number {
    return this.#socket.address.port;
  }

  /** Begins, or goes on with what was negotiated anew. */
  start(media: NegotiatedMedia): void {
    if (media.address !== this.#media?.address || media.port !== this.#media.port) this.#source = undefined;
    this.#media = media;
  }

  /** Sends 20 ms: the frame, or the key that is held. The stream's clock goes by these calls. */
  hear(frame: Int16Array): void {
    const timestamp = this.#timestamp;
    this.#timestamp = (timestamp + FRAME_SAMPLES) >>> 0;
    if (!this.#media?.sending) return;
    const event = this.#events.take(timestamp);
    if (event) this.#send({ payloadType: this.#media.eventPayloadType ?? 0, ...event });
    else this.#sendSound(this.#media.codec, timestamp, frame);
  }

  /** Sends a key with the next frames. Does nothing where the phone takes no telephone events. */
  hearDigit(digit: string, milliseconds: number): void {
    if (this.#media?.eventPayloadType !== undefined) this.#events.press(digit, milliseconds);
  }

  async close(): Promise<void> {
    await this.#socket.close();
  }

  #sendSound(codec: G711Name, timestamp: number, frame: Int16Array): void {
    const marker = !this.#hasSpoken;
    this.#hasSpoken = true;
    this.#send({ payloadType: G711_PAYLOAD_TYPES[codec], marker, timestamp, payload: ENCODERS[codec](frame) });
  }

  #send(packet: Pick<RtpPacket, 'payloadType' | 'marker' | 'timestamp' | 'payload'>): void {
    const to = this.#source ?? this.#media;
    if (!to) return;
    const header = Buffer.alloc(RTP_HEADER_LENGTH);
    writeRtpHeader(header, { ...packet, sequenceNumber: this.#sequenceNumber, ssrc: this.#ssrc });
    this.#sequenceNumber = (this.#sequenceNumber + 1) & 0xffff;
    // The socket never rejects.
    void this.#socket.send(Buffer.concat([header, packet.payload]), [to.address, to.port]);
  }

  #received(datagram: Buffer, from: Peer): void {
    if (!this.#media?.receiving || !this.#isPhone(from)) return;
    const packet = readRtp(datagram);
    if (!packet || (packet.payloadType >= RTCP_FIRST && packet.payloadType <= RTCP_LAST)) return;
    this.#source ??= from;
    // What is no sound, a key or comfort noise, takes its place in the order all the same.
    const samples = DECODERS.get(packet.payloadType)?.(packet.payload) ?? new Int16Array(0);
    for (const due of this.#order.add(packet, samples)) this.#spoken(due);
  }

  /** Any port of the right machine at first, and then the one port that it was. */
  #isPhone({ address, port }: Peer): boolean {
    if (this.#source) return address === this.#source.address && port === this.#source.port;
    return address === this.#media?.address || address === this.#signallingAddress;
  }

  /** Cuts packets of any length into frames. */
  #spoken(samples: Int16Array): void {
    let rest = new Int16Array(this.#remainder.length + samples.length);
    rest.set(this.#remainder);
    rest.set(samples, this.#remainder.length);
    while (rest.length >= FRAME_SAMPLES) {
      this.#onFrame(rest.slice(0, FRAME_SAMPLES));
      rest = rest.subarray(FRAME_SAMPLES);
    }
    this.#remainder = rest;
  }
}

/** "RTP SHOULD use an even destination port number", and some phones round down (RFC 3550 section 11). */
async function bindEvenPort(address: string): Promise<UdpSocket> {
  for (let attempt = 1; ; attempt++) {
    const socket = await UdpSocket.bind(address);
    if (socket.address.port % 2 === 0 || attempt === PORT_ATTEMPTS) return socket;
    await socket.close();
  }
}
