/**
 * Rings real SIP phones instead of simulated ones: RFC 3261 over UDP and IPv4, G.711 over plain RTP. What is signalled
 * goes to the one address of the trunk, in the call too, so the trunk has to stay between us and the phone.
 */
import { Core } from 'sip.js';
import type { DialOptions, PhoneCall, PhoneNetwork } from '../phone.js';
import { SipCall } from './sip-call.js';
import type { SipCredentials } from './user-agent.js';

export type { SipCredentials } from './user-agent.js';

/** RFC 3261 section 19.1.2, table 1. */
const DEFAULT_PORT = 5060;
/** Milliseconds that phones have to confirm the end of their calls while we close. */
const CLOSING_TIME = 1000;

export interface SipTrunkOptions {
  /** `sip:host`, `sip:host:port`; with `user@` that user is called whatever the number or address is. */
  readonly uri: string;
  /** For a trunk that asks for them. Default: none, and a trunk that asks ends the call with an error. */
  readonly credentials?: SipCredentials | undefined;
  /** Told what was ignored. Default: not told. */
  readonly log?: ((message: string) => void) | undefined;
}

/** Thrown for an address that is none; the message says why. */
export class SipTrunkError extends Error {}

/** @throws SipTrunkError */
export function createSipTrunk({ uri, credentials, log = () => {} }: SipTrunkOptions): PhoneNetwork {
  const trunk = parseTrunkUri(uri);
  const calls = new Set<SipCall>();
  return {
    dial(options: DialOptions): PhoneCall {
      const target = targetOf(options.to, trunk);
      const destination = { host: trunk.host, port: trunk.port ?? DEFAULT_PORT, target, credentials, log };
      const call: SipCall = new SipCall(destination, options, () => calls.delete(call));
      calls.add(call);
      return call;
    },
    async close(): Promise<void> {
      for (const call of calls) call.hangUp();
      await finishedOrLate([...calls]);
      for (const call of calls) call.release();
    },
  };
}

/**
 * Who is called: a user of the trunk, or of another host that the trunk passes the call on to.
 * @throws SipTrunkError
 */
function targetOf(to: string, { user, host, port }: TrunkAddress): Core.URI {
  if (user !== undefined || !/^sip:/i.test(to)) return new Core.URI('sip', user ?? to, host, port);
  const address = Core.Grammar.URIParse(to);
  if (!address) throw new SipTrunkError(`"${to}" is no SIP address.`);
  return address;
}

async function finishedOrLate(calls: readonly SipCall[]): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => (timer = setTimeout(resolve, CLOSING_TIME)));
  await Promise.race([Promise.all(calls.map(({ finished }) => finished)), late]);
  clearTimeout(timer);
}

interface TrunkAddress {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
}

function parseTrunkUri(text: string): TrunkAddress {
  const uri = Core.Grammar.URIParse(text);
  if (!uri) throw new SipTrunkError(`"${text}" is no SIP address: sip:host, sip:host:port or sip:user@host:port.`);
  if (uri.scheme !== 'sip' || !/^(udp)?$/i.test(uri.getParam('transport') ?? '')) {
    throw new SipTrunkError(`"${text}" asks for a secure or connected transport: SIP is spoken over UDP only.`);
  }
  if (uri.user?.includes(':')) {
    throw new SipTrunkError('The SIP address has a password in it: give name and password by themselves.');
  }
  return { user: uri.user, host: uri.host, port: uri.port };
}
