/** Makes RTP packets of what is spoken into a phone (RFC 3551, PCMU), and the sender reports that go with them. */
import { randomInt } from 'node:crypto';
import { SAMPLE_RATE } from '../voice/phone.js';
import { randomSsrc } from './forwarder.js';
import { encodeMuLaw } from './g711.js';
import type { SenderReport } from './rtcp.js';
import { sequenceNumberOf, type RtpPacket } from './rtp.js';

/** The static payload type (RFC 3551 section 6). */
export const PCMU_PAYLOAD_TYPE = 0;
/** Frames that are further apart have a pause between them, which shows in their timestamps. Milliseconds. */
const PAUSE = 100;
/** From NTP's epoch of 1900 to that of Unix, in seconds (RFC 868). */
const NTP_EPOCH_OFFSET = 2_208_988_800;
const TIMESTAMP_MODULUS = 0x100000000;

export class PcmuPacketizer {
  readonly ssrc = randomSsrc();
  /** How many packets there were. */
  #count = 0;
  /** Of the latest packet; it starts at random (RFC 3550 section 5.1) and is cut to 32 bits when it is sent. */
  #timestamp = randomInt(TIMESTAMP_MODULUS);
  #sampleCount = 0;
  #spokenAt = -Infinity;

  /** Makes the next packet. @param samples at 8000 Hz @param now milliseconds of a monotonic clock */
  packetize(samples: Int16Array, now = performance.now()): { packet: RtpPacket; index: number } {
    const silence = now - this.#spokenAt;
    // The first packet of a talkspurt is marked (RFC 3551 section 4.1).
    const marker = silence > PAUSE;
    if (this.#count > 0) this.#timestamp += marker ? samplesIn(silence) : this.#sampleCount;
    const index = this.#count;
    this.#count += 1;
    this.#sampleCount = samples.length;
    this.#spokenAt = now;
    const packet = {
      marker,
      payloadType: PCMU_PAYLOAD_TYPE,
      sequenceNumber: sequenceNumberOf(index),
      timestamp: this.#timestamp % TIMESTAMP_MODULUS,
      ssrc: this.ssrc,
      payload: encodeMuLaw(samples),
    };
    return { packet, index };
  }

  /** Which timestamp this moment has; undefined before the first packet. @param wallClock milliseconds since 1970 */
  report(now = performance.now(), wallClock = Date.now()): SenderReport | undefined {
    if (this.#count === 0) return undefined;
    return {
      type: 'sender-report',
      ssrc: this.ssrc,
      ntpTime: ntpTime(wallClock),
      rtpTimestamp: (this.#timestamp + samplesIn(now - this.#spokenAt)) % TIMESTAMP_MODULUS,
    };
  }
}

function samplesIn(milliseconds: number): number {
  return Math.round((milliseconds / 1000) * SAMPLE_RATE);
}

/** Seconds since 1900 as a fixed-point number with 32 bits on either side of the point (RFC 3550 section 4). */
function ntpTime(wallClock: number): bigint {
  return (BigInt(Math.round((wallClock / 1000 + NTP_EPOCH_OFFSET) * 1000)) * 0x100000000n) / 1000n;
}
