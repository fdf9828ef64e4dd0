/** The session descriptions of a phone call: an offer of G.711 with telephone events, and what was agreed on. */
import { isIPv4 } from 'node:net';
import type { MediaDescription, SessionDescription } from 'sdp-transform';
import { joinLines, parseDescription, SdpError } from '../../media/sdp.js';
import { SAMPLE_RATE } from '../phone.js';
import { G711_PAYLOAD_TYPES, type G711Name, type NegotiatedMedia } from './rtp-stream.js';

/** Ours to choose; this one is what most phones use. */
const EVENT_PAYLOAD_TYPE = 101;
/** How an older phone puts a call on hold: RFC 3264 section 8.4. */
const NOWHERE = '0.0.0.0';

/** Where we receive, and which of our descriptions this is. */
export interface LocalMedia {
  readonly address: string;
  readonly port: number;
  readonly sessionId: number;
  /** One more with each description (RFC 3264 section 8). */
  readonly version: number;
}

/** Offers all we have. */
export function offerDescription(local: LocalMedia): string {
  const payloadTypes = `${G711_PAYLOAD_TYPES.PCMU} ${G711_PAYLOAD_TYPES.PCMA} ${EVENT_PAYLOAD_TYPE}`;
  return joinLines([
    ...sessionLines(local),
    `m=audio ${local.port} RTP/AVP ${payloadTypes}`,
    ...codecLines('PCMU'),
    ...codecLines('PCMA'),
    ...eventLines(EVENT_PAYLOAD_TYPE),
    'a=ptime:20',
    'a=sendrecv',
  ]);
}

/** What the phone's answer to our offer comes to. @throws SdpError where there is no sound both can use */
export function acceptAnswer(sdp: string): NegotiatedMedia {
  const description = parseDescription(sdp);
  return negotiate(description, usableMedia(description));
}

/** The answer to what the phone offers in the middle of the call, and what that comes to. @throws SdpError */
export function answerOffer(sdp: string, local: LocalMedia): { answer: string; media: NegotiatedMedia } {
  const description = parseDescription(sdp);
  const chosen = usableMedia(description);
  const media = negotiate(description, chosen);
  const lines = description.media.flatMap((each) =>
    each === chosen ? answerLines(media, local) : [`m=${each.type} 0 ${each.protocol} ${each.payloads ?? '0'}`],
  );
  return { answer: joinLines([...sessionLines(local), ...lines]), media };
}

function sessionLines({ address, sessionId, version }: LocalMedia): string[] {
  return ['v=0', `o=- ${sessionId} ${version} IN IP4 ${address}`, 's=-', `c=IN IP4 ${address}`, 't=0 0'];
}

function codecLines(codec: G711Name): string[] {
  return [`a=rtpmap:${G711_PAYLOAD_TYPES[codec]} ${codec}/${SAMPLE_RATE}`];
}

function eventLines(payloadType: number): string[] {
  return [`a=rtpmap:${payloadType} telephone-event/${SAMPLE_RATE}`, `a=fmtp:${payloadType} 0-15`];
}

function answerLines({ codec, eventPayloadType, sending, receiving }: NegotiatedMedia, { port }: LocalMedia): string[] {
  const events = eventPayloadType === undefined ? [] : [eventPayloadType];
  return [
    `m=audio ${port} RTP/AVP ${[G711_PAYLOAD_TYPES[codec], ...events].join(' ')}`,
    ...codecLines(codec),
    ...events.flatMap(eventLines),
    'a=ptime:20',
    `a=${directionOf(sending, receiving)}`,
  ];
}

function directionOf(sending: boolean, receiving: boolean): string {
  if (sending) return receiving ? 'sendrecv' : 'sendonly';
  return receiving ? 'recvonly' : 'inactive';
}

function usableMedia(description: SessionDescription): MediaDescription {
  const media = description.media.find((each) => each.type === 'audio' && each.port > 0 && firstCodec(each));
  if (!media || media.protocol !== 'RTP/AVP') {
    throw new SdpError('The phone takes no G.711 sound over plain RTP, which is all this platform speaks.');
  }
  return media;
}

function negotiate(description: SessionDescription, media: MediaDescription): NegotiatedMedia {
  const address = (media.connection ?? description.connection)?.ip ?? '';
  if (!isIPv4(address)) throw new SdpError('The phone does not say at which IPv4 address it takes its sound.');
  const direction = media.direction ?? description.direction ?? 'sendrecv';
  return {
    address,
    port: media.port,
    codec: firstCodec(media) ?? 'PCMU',
    eventPayloadType: media.rtp.find(({ codec, rate }) => /^telephone-event$/i.test(codec) && rate === SAMPLE_RATE)
      ?.payload,
    sending: address !== NOWHERE && (direction === 'sendrecv' || direction === 'recvonly'),
    receiving: direction === 'sendrecv' || direction === 'sendonly',
  };
}

/** The one that the phone likes best, by its fixed payload type: these need no rtpmap. */
function firstCodec({ payloads }: MediaDescription): G711Name | undefined {
  const listed = String(payloads ?? '').split(' ');
  const names = listed.map((payloadType) => {
    if (payloadType === String(G711_PAYLOAD_TYPES.PCMU)) return 'PCMU';
    return payloadType === String(G711_PAYLOAD_TYPES.PCMA) ? 'PCMA' : undefined;
  });
  return names.find((name) => name !== undefined);
}
