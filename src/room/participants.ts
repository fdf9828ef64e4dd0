/** Who is in the meeting, worked out from the streams that are there. Pure. */
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

/** The remote participants in order of arrival. */
export function remoteParticipants({ streams, names, speaking }: RemoteFacts): ParticipantState[] {
  const byParticipant = new Map<string, RemoteStream[]>();
  for (const stream of streams) {
    byParticipant.set(stream.participantId, [...(byParticipant.get(stream.participantId) ?? []), stream]);
  }
  return [...byParticipant].map(([id, own]) => ({
    id,
    // Backends without a list of participants carry the name in the stream's alias.
    name: names.get(id) ?? own.find(({ alias }) => alias !== SCREEN_SHARE_ALIAS)?.alias ?? '',
    isLocal: false,
    isSpeaking: own.some((stream) => speaking.has(stream.id)),
    streams: own.map(toState),
  }));
}

function toState({ id, alias, mediaTypes, mediaStream }: RemoteStream): StreamState {
  return { id, alias, mediaTypes, mediaStream };
}
