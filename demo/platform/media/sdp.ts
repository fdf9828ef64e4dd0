/** What both sides' SDP have in common: reading a description safely, and the lines that state our transport. */
import { parse, type MediaDescription, type SessionDescription } from 'sdp-transform';
import type { LocalParameters, RemoteParameters } from './transport.js';

/** Thrown for a description that can't be accepted; the message is fit for the client to read. */
export class SdpError extends Error {}

const MAXIMUM_LENGTH = 256 * 1024;
/** A full session where everybody publishes all that is allowed comes to 153. */
const MAXIMUM_MEDIA = 256;
const TOKEN = /^[\w.+{}-]{1,128}$/;
/** RFC 8839 section 5.4 */
const ICE_USERNAME_FRAGMENT = /^[A-Za-z0-9+/]{4,256}$/;
const ICE_PASSWORD = /^[A-Za-z0-9+/]{22,256}$/;
const FINGERPRINT = /^[0-9A-Fa-f]{2}(:[0-9A-Fa-f]{2})+$/;

/** @throws SdpError */
export function parseDescription(sdp: string): SessionDescription {
  if (sdp.length > MAXIMUM_LENGTH) throw new SdpError('The session description is too long.');
  let description: SessionDescription;
  try {
    description = parse(sdp);
  } catch {
    throw new SdpError('The session description cannot be read.');
  }
  if (description.media.length === 0) throw new SdpError('The session description has no media.');
  if (description.media.length > MAXIMUM_MEDIA) throw new SdpError('The session description has too many media.');
  if (!description.media.every(isWellFormed)) throw new SdpError('The session description has a malformed m-line.');
  return description;
}

/** sdp-transform leaves out what it can't match. */
function isWellFormed({ type, port, protocol }: Partial<MediaDescription>): boolean {
  return Boolean(type) && Boolean(protocol) && port !== undefined;
}

/** The identifiers of the media that share the one transport (RFC 9143), in order. @throws SdpError */
export function bundledMids(description: SessionDescription): string[] {
  const group = description.groups?.find(({ type }) => type === 'BUNDLE');
  const mids = String(group?.mids ?? '')
    .split(' ')
    .filter((mid) => mid !== '');
  if (mids.length === 0) throw new SdpError('The session description bundles no media.');
  if (!mids.every(isToken)) throw new SdpError('The session description has a malformed media identifier.');
  return mids;
}

/** The media identifier; sdp-transform reads a numeric one as a number. */
export function midOf(media: MediaDescription): string {
  return String(media.mid ?? '');
}

/** Whether the other side has given up this m-line: RFC 9143 section 7.2 lets `bundle-only` have port zero too. */
export function isStopped(media: MediaDescription): boolean {
  return media.port === 0 && media.bundleOnly === undefined;
}

/** Safe to repeat in a description of ours. */
export function isToken(value: string): boolean {
  return TOKEN.test(value);
}

/** The other side's ICE and DTLS parameters, from the first bundled m-line or the session. @throws SdpError */
export function remoteParameters(description: SessionDescription, mids: readonly string[]): RemoteParameters {
  const media = description.media.find((candidate) => midOf(candidate) === mids[0]);
  const usernameFragment = String(media?.iceUfrag ?? description.iceUfrag ?? '');
  const password = String(media?.icePwd ?? description.icePwd ?? '');
  const fingerprint = media?.fingerprint ?? description.fingerprint;
  if (!ICE_USERNAME_FRAGMENT.test(usernameFragment) || !ICE_PASSWORD.test(password)) {
    throw new SdpError('The session description has no usable ICE credentials.');
  }
  if (!fingerprint || !FINGERPRINT.test(fingerprint.hash) || !/^sha-(1|224|256|384|512)$/i.test(fingerprint.type)) {
    throw new SdpError('The session description has no usable certificate fingerprint.');
  }
  return { usernameFragment, password, fingerprint: { algorithm: fingerprint.type, value: fingerprint.hash } };
}

/** The lines of a description before its first m-line. */
export function sessionLines(sessionId: string, version: number, mids: readonly string[]): string[] {
  return [
    'v=0',
    `o=- ${sessionId} ${version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    `a=group:BUNDLE ${mids.join(' ')}`,
    'a=msid-semantic: WMS *',
  ];
}

/** The lines that state our transport, for every bundled m-line; candidates belong on the first one. */
export function transportLines(
  local: LocalParameters,
  setup: 'actpass' | 'passive',
  withCandidates: boolean,
): string[] {
  const lines = [
    `a=ice-ufrag:${local.usernameFragment}`,
    `a=ice-pwd:${local.password}`,
    `a=fingerprint:sha-256 ${local.fingerprint}`,
    `a=setup:${setup}`,
  ];
  if (!withCandidates) return lines;
  const candidates = local.candidates.map(
    ({ foundation, priority, address, port }) =>
      `a=candidate:${foundation} 1 udp ${priority} ${address} ${port} typ host`,
  );
  return [...lines, ...candidates, 'a=end-of-candidates'];
}

export const DATA_CHANNEL_LINES: readonly string[] = ['a=sctp-port:5000', 'a=max-message-size:65536'];

export function joinLines(lines: readonly string[]): string {
  return `${lines.join('\r\n')}\r\n`;
}
