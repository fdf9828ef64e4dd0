/** Who is here, by what the platform's webhooks and the room channel tell of a member. */
import type { MemberRecord } from './room-store.js';

export type Presence = 'joining' | 'connected' | 'reconnecting';

/** @param hasWebhooks whether the platform can tell; where it cannot, the room channel decides */
export function presenceOf(member: MemberRecord, hasWebhooks: boolean): Presence {
  const { presence, channel, isPhone } = member;
  // A phone is here as long as its call is.
  if (isPhone) return 'connected';
  if (presence === 'disconnected' || channel === 'ended') return 'reconnecting';
  const isConnected = hasWebhooks ? presence === 'connected' : channel === 'open';
  return isConnected ? 'connected' : 'joining';
}

/** Since when nothing has been seen of the member, in milliseconds since the epoch; undefined while they are here. */
export function absentSince(member: MemberRecord, hasWebhooks: boolean): number | undefined {
  const { presence, since, channel, channelSince, isAdmitting, isWaiting, isPhone } = member;
  if (isAdmitting || isWaiting || isPhone) return undefined;
  if (hasWebhooks) return presence === 'connected' ? undefined : since;
  return channel === 'ended' ? channelSince : undefined;
}
