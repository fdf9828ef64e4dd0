/** Which tiles a meeting is shown as. */
import { personKey, type ParticipantState, type RoomFacts, type StreamState } from './state.js';

export interface Tile {
  /** Stays the same for as long as the tile shows the same person and thing. */
  readonly key: string;
  readonly participantId: string;
  /** Empty: the participant's main stream, once there is one. */
  readonly streamId: string;
  readonly isScreen: boolean;
  /** What the site has marked the stream with, for the page's own layout. */
  readonly layoutClasses: readonly string[];
}

/** The alias under which a screen is shared, by the convention of Bandwidth's own meeting page. */
export const SCREEN_SHARE_ALIAS = 'screenshare';

/**
 * One tile a participant, there before any media is, and one more for each further stream, such as a shared screen. Who
 * only watches has none, and where the meeting is so run, others who are known to have no picture.
 */
export function tilesOf(participants: readonly ParticipantState[], facts?: RoomFacts): readonly Tile[] {
  return participants.flatMap((participant) => {
    const participantId = participant.isLocal ? 'local' : participant.id;
    const main = mainStreamOf(participant);
    const further = participant.streams
      .filter((stream) => stream !== main)
      .map(({ id, alias, layoutClasses = [] }) => ({
        key: tileKey(participant, id),
        participantId,
        streamId: id,
        isScreen: alias === SCREEN_SHARE_ALIAS,
        layoutClasses,
      }));
    if (isHidden(participant, main, facts)) return further;
    const layoutClasses = main?.layoutClasses ?? [];
    return [{ key: tileKey(participant, ''), participantId, streamId: '', isScreen: false, layoutClasses }, ...further];
  });
}

function isHidden(
  { isLocal, streams, facts }: ParticipantState,
  main: StreamState | undefined,
  room: RoomFacts | undefined,
): boolean {
  if (facts?.role === 'viewer' && streams.length === 0) return true;
  if (isLocal || !room?.hidesVideoMuted) return false;
  return facts?.camera ? facts.camera !== 'on' : !main?.mediaTypes.includes('VIDEO');
}

/** The key of the tile that shows this stream of the participant; without a stream: their own tile. */
export function tileKey(participant: ParticipantState, streamId: string): string {
  const owner = participant.isLocal ? 'local' : personKey(participant);
  return streamId ? `${owner} ${streamId}` : owner;
}

/** What a participant's own tile shows: the first stream that is no shared screen. */
export function mainStreamOf({ streams }: ParticipantState): StreamState | undefined {
  return streams.find(({ alias }) => alias !== SCREEN_SHARE_ALIAS);
}
