import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type {
  MediaTransport,
  TransportObserver,
  TransportOptions,
  TransportState,
} from '../../../demo/platform/media/transport.js';

/** A session description as a browser sent it through the SDK. */
export function readFixture(name: string): string {
  return readFileSync(new URL(`fixtures/${name}.sdp`, import.meta.url), 'utf8');
}

/** The same numbers for the same seed (mulberry32), each 0 or more and less than 1. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function randomBuffer(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

/** A STUN binding request for `receiver` that is signed with `password`. */
export function bindingRequest(receiver: string, password: string): Buffer {
  const name = Buffer.from(`${receiver}:abcd`);
  const padded = Buffer.concat([name, Buffer.alloc((4 - (name.length % 4)) % 4)]);
  const attribute = Buffer.alloc(4);
  attribute.writeUInt16BE(0x0006, 0);
  attribute.writeUInt16BE(name.length, 2);
  const header = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
  const signed = Buffer.concat([header, attribute, padded]);
  signed.writeUInt16BE(signed.length - 20 + 24, 2);
  const integrity = createHmac('sha1', password).update(signed).digest();
  return Buffer.concat([signed, Buffer.from('00080014', 'hex'), integrity]);
}

export interface SentRtp {
  readonly header: Buffer;
  readonly payload: Buffer;
  readonly rolloverCounter: number;
}

/** A transport that connects to nothing and remembers what it was told to send. */
export class FakeTransport implements MediaTransport {
  readonly options: TransportOptions;
  readonly rtp: SentRtp[] = [];
  readonly rtcp: Buffer[] = [];
  readonly messages: [channel: number, text: string][] = [];
  readonly remotes: string[] = [];
  state: TransportState = 'connecting';
  hasConnected = false;
  restarts = 0;

  constructor(options: TransportOptions) {
    this.options = options;
  }

  get observer(): TransportObserver {
    return this.options.observer;
  }

  get localParameters(): MediaTransport['localParameters'] {
    return {
      usernameFragment: `local${this.restarts}`,
      password: 'a'.repeat(22),
      fingerprint: Array.from({ length: 32 }, () => 'AB').join(':'),
      candidates: [{ foundation: '1', priority: 2130706431, address: '127.0.0.1', port: 40000 }],
    };
  }

  setRemoteParameters(remote: { usernameFragment: string }): Promise<void> {
    this.remotes.push(remote.usernameFragment);
    return Promise.resolve();
  }

  restartIce(): Promise<void> {
    this.restarts += 1;
    return Promise.resolve();
  }

  changeState(state: TransportState): void {
    this.state = state;
    this.hasConnected ||= state === 'connected';
    this.observer.stateChanged(state);
  }

  sendRtp(header: Buffer, payload: Buffer, rolloverCounter: number): void {
    this.rtp.push({ header: Buffer.from(header), payload, rolloverCounter });
  }

  sendRtcp(packet: Buffer): void {
    this.rtcp.push(packet);
  }

  sendMessage(channel: number, text: string): void {
    this.messages.push([channel, text]);
  }

  close(): Promise<void> {
    this.state = 'closed';
    return Promise.resolve();
  }
}
