/** Who is in the meeting, worked out from the streams that are there. Pure: keeps the identity of what did not change. */
import type { RemoteStream } from './media-connection.js';
import type { ParticipantState, StreamState } from './state.js';

/** The alias under which a screen is shared, by the convention of Bandwidth's own meeting page. */
export const SCREEN_SHARE_ALIAS = 'screenshare';

export interface RemoteFacts {
  readonly streams: Iterable<RemoteStream>;
  /** By participant id, as far as the endpoint has told. */
  readonly names: ReadonlyMap<string, string>;
  /** Ids of the streams in which somebody speaks. */
  readonly speaking: ReadonlySet<string>;
}

/** The remote participants in order of arrival. Entries equal to one of `previous` are that very object. */
export function remoteParticipants(facts: RemoteFacts, previous: readonly ParticipantState[]): ParticipantState[] {
  const byParticipant = new Map<string, RemoteStream[]>();
  for (const stream of facts.streams) {
    const streams = byParticipant.get(stream.participantId) ?? [];
    byParticipant.set(stream.participantId, [...streams, stream]);
  }
  return [...byParticipant].map(([id, streams]) => {
    const before = previous.find((participant) => participant.id === id && !participant.isLocal);
    return reuse(before, {
      id,
      // Backends without a list of participants carry the name in the stream's alias.
      name: facts.names.get(id) ?? streams.find(({ alias }) => alias !== SCREEN_SHARE_ALIAS)?.alias ?? '',
      isLocal: false,
      isSpeaking: streams.some((stream) => facts.speaking.has(stream.id)),
      streams: reuseAll(before?.streams ?? [], streams.map(toState)),
    });
  });
}

function toState({ id, alias, mediaTypes, mediaStream }: RemoteStream): StreamState {
  return { id, alias, mediaTypes, mediaStream };
}

/** `next`, or `previous` where nothing in it differs. */
export function reuse<T extends object>(previous: T | undefined, next: T): T {
  const isUnchanged =
    previous &&
    Object.keys({ ...previous, ...next }).every((key) => isSame(previous[key as keyof T], next[key as keyof T]));
  return isUnchanged ? previous : Object.freeze(next);
}

/** `next` with entries reused by position, or `previous` itself where all entries are. */
export function reuseAll<T extends object>(previous: readonly T[], next: readonly T[]): readonly T[] {
  const entries = next.map((entry, index) => reuse(previous[index], entry));
  const isUnchanged = entries.length === previous.length && entries.every((entry, index) => entry === previous[index]);
  return isUnchanged ? previous : Object.freeze(entries);
}

function isSame(first: unknown, second: unknown): boolean {
  if (Array.isArray(first) && Array.isArray(second)) {
    return first.length === second.length && first.every((entry, index) => entry === second[index]);
  }
  return first === second;
}
