/**
 * The codecs that are forwarded. Every codec has one payload type towards all subscribers, whatever its publisher calls
 * it, so forwarding a packet is a table look-up.
 */

export type MediaKind = 'audio' | 'video';

export interface Codec {
  readonly kind: MediaKind;
  /** The encoding name in SDP's `rtpmap`, as registered. */
  readonly name: string;
  readonly clockRate: number;
  readonly channels?: number;
  /** The payload type we use towards subscribers. */
  readonly payloadType: number;
  /** The `fmtp` we offer to subscribers. */
  readonly parameters?: string;
}

export const CODECS: readonly Codec[] = [
  {
    kind: 'audio',
    name: 'opus',
    clockRate: 48000,
    channels: 2,
    payloadType: 111,
    parameters: 'minptime=10;useinbandfec=1',
  },
  { kind: 'audio', name: 'PCMU', clockRate: 8000, payloadType: 0 },
  { kind: 'audio', name: 'telephone-event', clockRate: 48000, payloadType: 110, parameters: '0-16' },
  { kind: 'audio', name: 'telephone-event', clockRate: 8000, payloadType: 126, parameters: '0-16' },
  { kind: 'video', name: 'VP8', clockRate: 90000, payloadType: 96 },
  {
    kind: 'video',
    name: 'H264',
    clockRate: 90000,
    payloadType: 102,
    parameters: 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f',
  },
];

/** The feedback that is asked for and given, for video only: `a=rtcp-fb` values. */
export const VIDEO_FEEDBACK: readonly string[] = ['ccm fir', 'nack', 'nack pli', 'goog-remb'];

/** The codec that an offered payload type stands for, undefined when it is not one we forward. */
export function findCodec(
  kind: MediaKind,
  offered: { name: string; clockRate: number; parameters: string },
): Codec | undefined {
  return CODECS.find(
    (codec) =>
      codec.kind === kind &&
      codec.name.toLowerCase() === offered.name.toLowerCase() &&
      codec.clockRate === offered.clockRate &&
      (codec.name !== 'H264' || isForwardedH264(offered.parameters)),
  );
}

/** H264 of a baseline profile in packetization mode 1, which every browser decodes. */
function isForwardedH264(parameters: string): boolean {
  const has = (pattern: RegExp): boolean =>
    parameters.split(';').some((parameter) => pattern.test(parameter.trim().toLowerCase()));
  return has(/^packetization-mode=1$/) && has(/^profile-level-id=42[0-9a-f]{4}$/);
}
