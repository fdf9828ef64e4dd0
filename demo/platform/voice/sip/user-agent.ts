/** SIP.js as the caller of one call: its configuration, and the INVITE. */
import { randomUUID } from 'node:crypto';
import { Core } from 'sip.js';
import { silentLoggers, type SipSocket } from './sip-socket.js';

const USER_AGENT = 'video-room-elements local platform';
/** What SIP.js answers otherwise than by refusing, of what a phone may send in a call. */
const ALLOW = 'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS';

/** For trunks that ask for a name and password: digest authentication, RFC 3261 section 22. */
export interface SipCredentials {
  readonly username: string;
  readonly password: string;
}

export interface Caller {
  readonly socket: SipSocket;
  /** The user part of our address. */
  readonly from: string;
  readonly displayName: string | undefined;
  readonly credentials: SipCredentials | undefined;
}

export interface UserAgent {
  readonly core: Core.UserAgentCore;
  /** Our address as a header: the phone sends there what belongs to the call. */
  readonly contactHeader: string;
  invite(invitation: Invitation, delegate: Core.OutgoingInviteRequestDelegate): Core.OutgoingInviteRequest;
}

interface Invitation {
  readonly to: Core.URI;
  readonly sdp: string;
  /** A header User-to-User for each (RFC 7433). */
  readonly userToUser?: readonly string[] | undefined;
}

export function createUserAgent({ socket, from, displayName, credentials }: Caller): UserAgent {
  const { address, port } = socket.localAddress;
  const identity = new Core.URI('sip', from, address);
  const contact = new Core.URI('sip', from, address, port);
  const core = new Core.UserAgentCore({
    aor: identity,
    contact: { pubGruu: undefined, tempGruu: undefined, uri: contact, toString: () => `<${contact.toString()}>` },
    displayName: quotable(displayName ?? ''),
    loggerFactory: silentLoggers,
    hackViaTcp: false,
    routeSet: [],
    // Begins the Call-ID, which nobody should guess: who knows it could end the call.
    sipjsId: randomUUID(),
    supportedOptionTags: [],
    supportedOptionTagsResponse: [],
    userAgentHeaderFieldValue: USER_AGENT,
    // The answer comes back to where the request came from, also through a NAT (RFC 3581).
    viaForceRport: true,
    viaHost: `${address}:${port}`,
    authenticationFactory: () =>
      credentials &&
      new Core.DigestAuthentication(silentLoggers, undefined, credentials.username, credentials.password),
    transportAccessor: () => socket,
  });
  const contactHeader = `Contact: <${contact.toString()}>`;
  return {
    core,
    contactHeader,
    invite: ({ to, sdp, userToUser = [] }, delegate) => {
      const headers = [contactHeader, ALLOW, ...userToUser.map((value) => `User-to-User: ${value}`)];
      return core.invite(
        core.makeOutgoingRequestMessage('INVITE', to, identity, to, {}, headers, sdpBody(sdp)),
        delegate,
      );
    },
  };
}

export function sdpBody(content: string): Core.Body {
  return { contentDisposition: 'session', contentType: 'application/sdp', content };
}

/** SIP.js puts the name between quotes as it is. */
function quotable(displayName: string): string {
  return displayName.replace(/["\\\p{Cc}]/gu, '');
}
