/** The publishing side's SDP: what a browser's offer says it sends, and our answer to it. */
import type { MediaDescription } from 'sdp-transform';
import { VIDEO_FEEDBACK, findCodec, type Codec, type MediaKind } from './codecs.js';
import {
  DATA_CHANNEL_LINES,
  bundledMids,
  isStopped,
  isToken,
  joinLines,
  midOf,
  parseDescription,
  remoteParameters,
  sessionLines,
  transportLines,
} from './sdp.js';
import type { LocalParameters, RemoteParameters } from './transport.js';

/** A payload type of the offer that is forwarded. */
export interface OfferedCodec {
  readonly payloadType: number;
  readonly codec: Codec;
  /** The offer's `fmtp`, repeated in the answer. */
  readonly parameters: string;
  /** The feedback both sides know. */
  readonly feedback: readonly string[];
}

/** An m-line that sends. */
export interface OfferedTrack {
  readonly mid: string;
  readonly kind: MediaKind;
  /** The MediaStream's id. */
  readonly streamId: string;
  readonly ssrc: number;
  /** In the offer's order of preference; never empty. */
  readonly codecs: readonly OfferedCodec[];
}

/** One m-line, as the answer has to mirror it. */
interface OfferedMedia {
  readonly type: string;
  readonly protocol: string;
  readonly payloads: string;
  readonly mid: string;
  readonly isRefused: boolean;
  readonly track: OfferedTrack | undefined;
  readonly codecs: readonly OfferedCodec[];
}

export interface PublishOffer {
  readonly remote: RemoteParameters;
  readonly media: readonly OfferedMedia[];
  readonly tracks: readonly OfferedTrack[];
}

/** @throws SdpError when the offer can't be read or has no transport */
export function readPublishOffer(sdp: string): PublishOffer {
  const description = parseDescription(sdp);
  const mids = bundledMids(description);
  const media = description.media.map((line) => readMedia(line, mids));
  return {
    remote: remoteParameters(description, mids),
    media,
    tracks: media.flatMap(({ track }) => track ?? []),
  };
}

function readMedia(line: MediaDescription, mids: readonly string[]): OfferedMedia {
  const mid = midOf(line);
  const codecs = line.type === 'audio' || line.type === 'video' ? readCodecs(line, line.type) : [];
  const isUsable = line.type === 'application' || codecs.length > 0;
  const isRefused = isStopped(line) || !mids.includes(mid) || !isUsable;
  const { type, protocol } = line;
  const payloads = String(line.payloads ?? '');
  const track = isRefused ? undefined : readTrack(line, mid, codecs);
  return { type, protocol, payloads, mid, isRefused, track, codecs };
}

function readTrack(line: MediaDescription, mid: string, codecs: readonly OfferedCodec[]): OfferedTrack | undefined {
  if (line.type !== 'audio' && line.type !== 'video') return undefined;
  // Without a direction, RFC 8866 section 6.7 means sendrecv.
  if (line.direction === 'recvonly' || line.direction === 'inactive') return undefined;
  const streamId = String(line.msid ?? '').split(' ')[0] ?? '';
  const ssrc = Number(line.ssrcs?.[0]?.id);
  const isSsrc = Number.isInteger(ssrc) && ssrc > 0 && ssrc <= 0xffffffff;
  if (!isToken(streamId) || !isSsrc) return undefined;
  return { mid, kind: line.type, streamId, ssrc, codecs };
}

function readCodecs(line: MediaDescription, kind: MediaKind): OfferedCodec[] {
  const found: OfferedCodec[] = [];
  // The m-line's list is the order of preference; the rtpmap lines may come in another.
  for (const payload of String(line.payloads ?? '').split(' ')) {
    const payloadType = Number(payload);
    const map = line.rtp.find((entry) => entry.payload === payloadType);
    if (!map || !Number.isInteger(payloadType) || payloadType < 0 || payloadType > 127) continue;
    const parameters = line.fmtp.find((entry) => entry.payload === payloadType)?.config ?? '';
    const codec = findCodec(kind, { name: map.codec, clockRate: Number(map.rate), parameters });
    if (!codec || found.some((known) => known.codec === codec)) continue;
    found.push({ payloadType, codec, parameters, feedback: readFeedback(line, payloadType) });
  }
  return found;
}

function readFeedback(line: MediaDescription, payloadType: number): string[] {
  if (line.type !== 'video') return [];
  const offered = (line.rtcpFb ?? [])
    .filter(({ payload }) => payload === '*' || Number(payload) === payloadType)
    .map(({ type, subtype }) => (subtype ? `${type} ${subtype}` : type));
  return VIDEO_FEEDBACK.filter((feedback) => offered.includes(feedback));
}

export interface PublishAnswerOptions {
  readonly local: LocalParameters;
  readonly sessionId: string;
  /** Must grow from one answer of a session to the next (RFC 8866 section 5.2). */
  readonly version: number;
  /** The tracks we receive; the others are answered as inactive. */
  readonly accepted: ReadonlySet<OfferedTrack>;
}

export function writePublishAnswer(offer: PublishOffer, options: PublishAnswerOptions): string {
  const mids = offer.media.filter(({ isRefused }) => !isRefused).map(({ mid }) => mid);
  const lines = sessionLines(options.sessionId, options.version, mids);
  for (const media of offer.media) {
    if (media.isRefused) lines.push(...refusedLines(media));
    else if (media.type === 'application') lines.push(...dataChannelLines(media), ...ownTransport(media));
    else lines.push(...trackLines(media, options.accepted), ...ownTransport(media));
  }
  return joinLines(lines);

  function ownTransport({ mid }: OfferedMedia): string[] {
    return transportLines(options.local, 'passive', mid === mids[0]);
  }
}

function refusedLines({ type, protocol, payloads, mid }: OfferedMedia): string[] {
  const lines = [`m=${type} 0 ${protocol} ${payloads}`, 'c=IN IP4 0.0.0.0', 'a=inactive'];
  return mid === '' ? lines : [...lines, `a=mid:${mid}`];
}

function dataChannelLines({ protocol, payloads, mid }: OfferedMedia): string[] {
  return [`m=application 9 ${protocol} ${payloads}`, 'c=IN IP4 0.0.0.0', `a=mid:${mid}`, ...DATA_CHANNEL_LINES];
}

function trackLines(
  { type, protocol, mid, track, codecs }: OfferedMedia,
  accepted: ReadonlySet<OfferedTrack>,
): string[] {
  const isAccepted = track !== undefined && accepted.has(track);
  const lines = [
    `m=${type} 9 ${protocol} ${codecs.map(({ payloadType }) => payloadType).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    isAccepted ? 'a=recvonly' : 'a=inactive',
    'a=rtcp-mux',
  ];
  for (const { payloadType, codec, parameters, feedback } of codecs) {
    const channels = codec.channels ? `/${codec.channels}` : '';
    lines.push(`a=rtpmap:${payloadType} ${codec.name}/${codec.clockRate}${channels}`);
    lines.push(...feedback.map((value) => `a=rtcp-fb:${payloadType} ${value}`));
    if (parameters !== '') lines.push(`a=fmtp:${payloadType} ${parameters}`);
  }
  return lines;
}
