/** The subscribing side's SDP: our offer of what is forwarded, and the browser's answer to it. */
import { CODECS, VIDEO_FEEDBACK, type Codec, type MediaKind } from './codecs.js';
import {
  DATA_CHANNEL_LINES,
  bundledMids,
  isStopped,
  joinLines,
  midOf,
  parseDescription,
  remoteParameters,
  sessionLines,
  transportLines,
} from './sdp.js';
import type { LocalParameters, RemoteParameters } from './transport.js';

/** The m-line of the data channels comes first and stays: it keeps the transport alive while nothing is forwarded. */
const DATA_CHANNEL_MID = 'data';

/** What one m-line of an offer carries. */
export interface OfferedMediaLine {
  readonly mid: string;
  readonly kind: MediaKind;
  /** Undefined: the line is inactive, kept to be used again. */
  readonly source: { readonly streamId: string; readonly trackId: string; readonly ssrc: number } | undefined;
}

export interface SubscribeOfferOptions {
  readonly local: LocalParameters;
  readonly sessionId: string;
  /** Must grow from one offer of a session to the next (RFC 8866 section 5.2). */
  readonly version: number;
  /** In the order of their first use; lines are never removed. */
  readonly lines: readonly OfferedMediaLine[];
}

export function writeSubscribeOffer({ local, sessionId, version, lines }: SubscribeOfferOptions): string {
  const mids = [DATA_CHANNEL_MID, ...lines.map(({ mid }) => mid)];
  return joinLines([
    ...sessionLines(sessionId, version, mids),
    'm=application 9 UDP/DTLS/SCTP webrtc-datachannel',
    'c=IN IP4 0.0.0.0',
    `a=mid:${DATA_CHANNEL_MID}`,
    ...DATA_CHANNEL_LINES,
    ...transportLines(local, 'actpass', true),
    ...lines.flatMap((line) => [...mediaLines(line), ...transportLines(local, 'actpass', false)]),
  ]);
}

function mediaLines({ mid, kind, source }: OfferedMediaLine): string[] {
  const codecs = CODECS.filter((codec) => codec.kind === kind);
  const lines = [
    `m=${kind} 9 UDP/TLS/RTP/SAVPF ${codecs.map(({ payloadType }) => payloadType).join(' ')}`,
    'c=IN IP4 0.0.0.0',
    `a=mid:${mid}`,
    source ? 'a=sendonly' : 'a=inactive',
    'a=rtcp-mux',
    ...codecs.flatMap(codecLines),
  ];
  if (!source) return lines;
  const { streamId, trackId, ssrc } = source;
  return [...lines, `a=msid:${streamId} ${trackId}`, `a=ssrc:${ssrc} cname:${streamId}`];
}

function codecLines({ kind, name, clockRate, channels, payloadType, parameters }: Codec): string[] {
  const lines = [`a=rtpmap:${payloadType} ${name}/${clockRate}${channels ? `/${channels}` : ''}`];
  if (kind === 'video') lines.push(...VIDEO_FEEDBACK.map((feedback) => `a=rtcp-fb:${payloadType} ${feedback}`));
  if (parameters) lines.push(`a=fmtp:${payloadType} ${parameters}`);
  return lines;
}

export interface SubscribeAnswer {
  readonly remote: RemoteParameters;
  /** The media identifiers of the lines on which the browser receives. */
  readonly receiving: ReadonlySet<string>;
}

/** @throws SdpError when the answer can't be read or has no transport */
export function readSubscribeAnswer(sdp: string): SubscribeAnswer {
  const description = parseDescription(sdp);
  const mids = bundledMids(description);
  const receiving = description.media
    .filter((line) => !isStopped(line) && (line.direction === 'recvonly' || line.direction === 'sendrecv'))
    .map(midOf)
    .filter((mid) => mids.includes(mid));
  return { remote: remoteParameters(description, mids), receiving: new Set(receiving) };
}
