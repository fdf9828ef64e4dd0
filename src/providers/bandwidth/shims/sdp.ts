/**
 * Stands in for `sdp-transform` under the SDK, which uses it only to read whether a media description has a direction,
 * and to set who begins the DTLS handshake in it. All other lines stay as they are.
 */

interface MediaDescription {
  /** As in the description (RFC 8866, section 6.7); undefined where it has none. */
  readonly direction: string | undefined;
  /** RFC 8842, section 5.2. */
  setup: string | undefined;
}

interface SessionDescription {
  readonly session: string;
  readonly sections: readonly string[];
  readonly media: MediaDescription[];
}

const SETUP = /^a=setup:.*\r\n/m;

export function parse(sdp: string): SessionDescription {
  // The session, then one section for each media description (RFC 8866, section 5).
  const [session = '', ...sections] = sdp.split(/^(?=m=)/m);
  const media = sections.map((section) => ({
    direction: /^a=(sendrecv|sendonly|recvonly|inactive)\s*$/m.exec(section)?.[1],
    setup: undefined,
  }));
  return { session, sections, media };
}

export function write({ session, sections, media }: SessionDescription): string {
  return session + sections.map((section, index) => withSetup(section, media[index]?.setup)).join('');
}

function withSetup(section: string, setup: string | undefined): string {
  return setup ? `${section.replace(SETUP, '')}a=setup:${setup}\r\n` : section;
}
