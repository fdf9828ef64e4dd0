/** Which tiles a meeting is shown as. */
import type { ParticipantState } from './state.js';

export interface Tile {
  /** Stays the same for as long as the tile shows the same person and thing. */
  readonly key: string;
  readonly participantId: string;
  /** Empty: the participant's first stream, once there is one. */
  readonly streamId: string;
}

/** One tile a participant, there before any media is, and one more for each further stream. */
export function tilesOf(participants: readonly ParticipantState[]): readonly Tile[] {
  return participants.flatMap((participant) => {
    const participantId = participant.isLocal ? 'local' : participant.id;
    const further = participant.streams
      .slice(1)
      .map(({ id }) => ({ key: `${participantId} ${id}`, participantId, streamId: id }));
    return [{ key: participantId, participantId, streamId: '' }, ...further];
  });
}
