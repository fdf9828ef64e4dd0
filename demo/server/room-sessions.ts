/** What rooms are on the platform: a session for each, and the participants in it. */
import { BandwidthApiError } from './bandwidth-api-error.js';
import type { BandwidthWebrtcApi, Subscriptions } from './bandwidth-webrtc-api.js';
import { errorText } from '../error-text.js';
import type { RoomStore } from './room-store.js';

/** The platform does not know the session any more: it was restarted, or ended the session. */
export class SessionLostError extends Error {
  readonly sessionId: string;

  constructor(sessionId: string, options: ErrorOptions) {
    super('The platform does not know the session of this room.', options);
    this.sessionId = sessionId;
  }
}

/** What rooms need of the platform. */
export type RoomPlatform = Pick<
  BandwidthWebrtcApi,
  'createSession' | 'createParticipant' | 'addToSession' | 'deleteParticipant' | 'deleteSession'
>;

export class RoomSessions {
  readonly #api: RoomPlatform;
  readonly #store: RoomStore;
  readonly #log: (message: string) => void;
  /** Sessions being made, by room, so that everyone who joins meanwhile gets the same one. */
  readonly #requests = new Map<string, Promise<string>>();
  /** Participants being deleted: the platform still counts them. `done` never rejects. */
  readonly #departures = new Set<{ room: string; done: Promise<void> }>();

  constructor(api: RoomPlatform, store: RoomStore, log: (message: string) => void) {
    this.#api = api;
    this.#store = store;
    this.#log = log;
  }

  /**
   * The room's session, made on first use. The room exists, and has a member who is being admitted.
   * @throws BandwidthApiError
   */
  async open(roomName: string): Promise<string> {
    const known = this.#store.room(roomName)?.sessionId;
    if (known !== undefined) return known;
    const underWay = this.#requests.get(roomName);
    if (underWay) return underWay;
    const request = this.#create(roomName).finally(() => this.#requests.delete(roomName));
    this.#requests.set(roomName, request);
    return request;
  }

  /**
   * Adds a participant who has just been made.
   * @throws BandwidthApiError, SessionLostError
   */
  async add(participantId: string, sessionId: string, subscriptions: Subscriptions): Promise<void> {
    try {
      await this.#api.addToSession(participantId, sessionId, subscriptions);
    } catch (error) {
      // The participant has just been made, so it is the session that is not found.
      if (error instanceof BandwidthApiError && error.status === 404)
        throw new SessionLostError(sessionId, { cause: error });
      throw error;
    }
  }

  /** Lets the platform forget a participant of the room. What fails is logged. */
  discard(participantId: string, room: string): void {
    const done = this.#api
      .deleteParticipant(participantId)
      .catch((error: unknown) => this.#log(`A participant could not be deleted: ${errorText(error)}`))
      .finally(() => this.#departures.delete(departure));
    const departure = { room, done };
    this.#departures.add(departure);
  }

  /** Those of the room whom the platform still counts although they are gone: each settles when it no longer does. */
  departures(room: string): Promise<void>[] {
    return [...this.#departures].filter((departure) => departure.room === room).map(({ done }) => done);
  }

  /** Requests to the platform that are under way. */
  get size(): number {
    return this.#requests.size + this.#departures.size;
  }

  /** What fails is logged. */
  end(sessionId: string): void {
    this.#api
      .deleteSession(sessionId)
      .catch((error: unknown) => this.#log(`A session could not be deleted: ${errorText(error)}`));
  }

  async #create(roomName: string): Promise<string> {
    const { sessionId } = await this.#api.createSession();
    const room = this.#store.room(roomName);
    if (room?.openedAt !== undefined) this.#store.putRoom({ ...room, sessionId });
    // The meeting has ended meanwhile: nobody would ever end its session.
    else this.end(sessionId);
    return sessionId;
  }
}
