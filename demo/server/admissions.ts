/** Brings members of rooms onto the platform: a participant for each, in the session of their room. */
import { BandwidthApiError, platformProblem } from './bandwidth-api-error.js';
import { Problem } from './problem.js';
import type { RoomService } from './room-service.js';
import { SessionLostError, type RoomPlatform, type RoomSessions } from './room-sessions.js';
import type { MemberRecord } from './room-store.js';
import { audible, subscriptionsOf } from './room-subscriptions.js';

export interface AdmissionsOptions {
  readonly api: RoomPlatform;
  readonly sessions: RoomSessions;
  readonly rooms: Pick<RoomService, 'members' | 'publishPermissionsOf' | 'isSpeakingAllowed'>;
  /** Where the platform posts participant webhooks. */
  readonly callbackUrl: string | undefined;
  /** The member as the store has it now. @throws Problem where the attempt has nothing to say any more */
  readonly current: (member: MemberRecord) => MemberRecord;
  /** Keeps what became of a member. */
  readonly change: (bearer: string, change: Partial<MemberRecord>) => void;
  readonly forgetSession: (room: string, sessionId: string) => void;
  readonly log: (message: string) => void;
}

export interface Entry {
  readonly participantId: string;
  readonly token: string;
}

export class Admissions {
  readonly #options: AdmissionsOptions;

  constructor(options: AdmissionsOptions) {
    this.#options = options;
  }

  /** @throws Problem */
  async admit(member: MemberRecord): Promise<Entry> {
    try {
      return await this.#tryToAdmit(member);
    } catch (error) {
      throw this.#asProblem(error);
    }
  }

  /** Twice where the platform has lost the session. */
  async #tryToAdmit(member: MemberRecord): Promise<Entry> {
    try {
      return await this.#admitOnce(member);
    } catch (error) {
      if (!(error instanceof SessionLostError)) throw error;
      this.#options.forgetSession(member.room, error.sessionId);
      return this.#admitOnce(member);
    }
  }

  async #admitOnce(member: MemberRecord): Promise<Entry> {
    const { api, sessions, rooms, current } = this.#options;
    const sessionId = await sessions.open(member.room);
    const publishes = rooms.publishPermissionsOf(current(member));
    const { participantId, token } = await api.createParticipant({
      publishPermissions: publishes,
      // A phone stays as long as its call does: it is out of the session while it hears digits.
      callbackUrl: member.isPhone ? undefined : this.#options.callbackUrl,
    });
    try {
      await this.#deleteReplacedParticipant(member);
      const present = audible(rooms.members(member.room), rooms);
      const subscriptions = subscriptionsOf(current(member), sessionId, present);
      await sessions.add(participantId, sessionId, subscriptions);
      current(member);
      this.#options.change(member.bearer, {
        participantId,
        waitingId: undefined,
        publishes,
        entry: { sessionId, subscriptions },
        presence: 'invited',
        since: Date.now(),
        eventAt: undefined,
        isAdmitting: false,
      });
    } catch (error) {
      sessions.discard(participantId, member.room);
      throw error;
    }
    return { participantId, token };
  }

  /** Before the new one enters the session, so that a full session has room for it. */
  async #deleteReplacedParticipant(member: MemberRecord): Promise<void> {
    const { api, current, change } = this.#options;
    const { participantId } = current(member);
    if (participantId === undefined) return;
    await api.deleteParticipant(participantId);
    current(member);
    // Where the new one cannot enter, its late webhooks say nothing of the person.
    change(member.bearer, { publishes: undefined, presence: 'disconnected', since: Date.now() });
  }

  #asProblem(error: unknown): unknown {
    if (error instanceof SessionLostError)
      return new Problem(502, 'The room could not be opened. Try again in a moment.', { cause: error });
    if (!(error instanceof BandwidthApiError)) return error;
    this.#options.log(error.message);
    if (error.status === 409)
      return new Problem(409, 'The room is full. Try again when someone has left.', { cause: error });
    return platformProblem(error, 'The meeting platform');
  }
}
