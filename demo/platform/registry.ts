/**
 * The platform's state: which participants and sessions exist, who is in which session, and who is subscribed to what.
 * In memory; both the HTTP API (which changes it) and device signalling (which acts on it) work on one instance.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';

export type PublishPermission = 'AUDIO' | 'VIDEO';

/** A subscription request as the HTTP API takes and returns it. */
export interface Subscriptions {
  sessionId?: string;
  participants?: { participantId: string; streamAliases?: string[] }[];
}

export interface Participant {
  readonly id: string;
  readonly accountId: string;
  readonly tag?: string | undefined;
  readonly callbackUrl?: string | null | undefined;
  readonly publishPermissions: readonly PublishPermission[];
  /** A participant is in one session at most. */
  readonly sessionId?: string | undefined;
  readonly subscriptions: Subscriptions;
}

export interface Session {
  readonly id: string;
  readonly accountId: string;
  readonly tag?: string | undefined;
}

interface RegistryEvents {
  /** The participant was deleted: its device has to go. */
  'participant-removed': [participant: Participant];
  /** Somebody entered or left the session, or a subscription in it changed: what its members receive must be worked out again. */
  'session-changed': [sessionId: string];
}

/** A session holds at most this many participants (a documented limit of the real platform). */
export const SESSION_PARTICIPANT_LIMIT = 20;

/** Thrown when a session is at its limit; the HTTP API answers 409. */
export class SessionFullError extends Error {}

export class Registry extends EventEmitter<RegistryEvents> {
  readonly #participants = new Map<string, Participant>();
  readonly #sessions = new Map<string, Session>();

  createParticipant(
    fields: Pick<Participant, 'accountId' | 'tag' | 'callbackUrl' | 'publishPermissions'>,
  ): Participant {
    const participant: Participant = { ...fields, id: randomUUID(), subscriptions: {} };
    this.#participants.set(participant.id, participant);
    return participant;
  }

  participant(id: string): Participant | undefined {
    return this.#participants.get(id);
  }

  deleteParticipant(id: string): void {
    const participant = this.#participants.get(id);
    if (!participant) return;
    this.#participants.delete(id);
    this.emit('participant-removed', participant);
    if (participant.sessionId) this.emit('session-changed', participant.sessionId);
  }

  createSession(fields: Pick<Session, 'accountId' | 'tag'>): Session {
    const session: Session = { ...fields, id: randomUUID() };
    this.#sessions.set(session.id, session);
    return session;
  }

  session(id: string): Session | undefined {
    return this.#sessions.get(id);
  }

  /** Ends a session: its members stay known, but receive nothing from each other any more. */
  deleteSession(id: string): void {
    if (!this.#sessions.delete(id)) return;
    for (const member of this.members(id)) this.#update(member, { sessionId: undefined, subscriptions: {} });
    this.emit('session-changed', id);
  }

  members(sessionId: string): Participant[] {
    return [...this.#participants.values()].filter((participant) => participant.sessionId === sessionId);
  }

  /** @throws SessionFullError when the session is at its limit */
  addToSession(participantId: string, sessionId: string, subscriptions: Subscriptions): void {
    const participant = this.#participants.get(participantId);
    if (!participant || !this.#sessions.has(sessionId)) return;
    const previous = participant.sessionId;
    if (previous !== sessionId && this.members(sessionId).length >= SESSION_PARTICIPANT_LIMIT)
      throw new SessionFullError();
    this.#update(participant, { sessionId, subscriptions });
    if (previous && previous !== sessionId) this.emit('session-changed', previous);
    this.emit('session-changed', sessionId);
  }

  /** Takes the participant out of its session, and its subscriptions with it. */
  removeFromSession(participantId: string): void {
    const participant = this.#participants.get(participantId);
    if (!participant?.sessionId) return;
    this.#update(participant, { sessionId: undefined, subscriptions: {} });
    this.emit('session-changed', participant.sessionId);
  }

  setSubscriptions(participantId: string, subscriptions: Subscriptions): void {
    const participant = this.#participants.get(participantId);
    if (!participant?.sessionId) return;
    this.#update(participant, { subscriptions });
    this.emit('session-changed', participant.sessionId);
  }

  /**
   * Whether a stream of the publisher belongs to what the subscriber receives. A list of participants overrides the
   * session; an empty list of aliases means all of them (API document, `subscriptions`).
   */
  isSubscribed(subscriberId: string, publisherId: string, alias: string | undefined): boolean {
    const subscriber = this.#participants.get(subscriberId);
    const publisher = this.#participants.get(publisherId);
    if (!subscriber?.sessionId || subscriberId === publisherId || subscriber.sessionId !== publisher?.sessionId)
      return false;
    const { sessionId, participants } = subscriber.subscriptions;
    if (!participants?.length) return sessionId === subscriber.sessionId;
    return participants.some(
      ({ participantId, streamAliases }) =>
        participantId === publisherId &&
        (!streamAliases?.length || (alias !== undefined && streamAliases.includes(alias))),
    );
  }

  #update(participant: Participant, change: Partial<Participant>): void {
    this.#participants.set(participant.id, { ...participant, ...change });
  }
}
