/** Who is in the meeting according to the endpoint, put together with what the media shows of them. */
import { asObject, text, texts } from './endpoint.js';
import {
  personKey,
  type DeviceCondition,
  type ParticipantFacts,
  type ParticipantState,
  type StreamState,
} from './state.js';

interface Member {
  readonly id: string;
  readonly name: string;
  /** Has the right to be here, and is not connected yet. */
  readonly isJoining: boolean;
  readonly facts: ParticipantFacts;
  /** Of streams that have any, by the stream's id. */
  readonly layoutClasses: ReadonlyMap<string, readonly string[]>;
}

export class Members {
  readonly #members = new Map<string, Member>();
  /** By person, in the order in which they were first seen; also those that are gone. */
  readonly #order = new Map<string, number>();
  /** Of those who took the place of another participant of the same person. */
  readonly #firstIds = new Map<string, string>();
  /** Participants in whose place another one has come, of the same person. */
  readonly #replaced = new Set<string>();
  readonly #ownIds = new Set<string>();
  /** Whether the endpoint has said who is here. */
  #isTold = false;

  /** All the participants that the person in front of this page has been. */
  get ownIds(): ReadonlySet<string> {
    return this.#ownIds;
  }

  know(ownId: string | undefined): void {
    if (ownId) this.#ownIds.add(ownId);
  }

  replace(values: readonly unknown[]): void {
    this.#isTold = true;
    this.#members.clear();
    for (const value of values) this.put(asObject(value));
  }

  put(value: Record<string, unknown>): void {
    const id = text(value['id']);
    if (!id) return;
    const replaced = text(value['replaces']);
    if (replaced) {
      this.#replaced.add(replaced);
      this.#members.delete(replaced);
      this.#firstIds.set(id, this.#firstIds.get(replaced) ?? replaced);
    }
    this.#members.set(id, asMember(id, value));
  }

  delete(id: unknown): void {
    this.#members.delete(String(id));
  }

  /** @param idOf gives the id by which the endpoint knows a stream */
  merge(participants: readonly ParticipantState[], idOf: (stream: StreamState) => string): ParticipantState[] {
    const present = participants.filter(
      ({ id, isLocal, streams }) =>
        isLocal || (!this.#replaced.has(id) && !this.#ownIds.has(id) && (streams.length > 0 || this.#isHere(id))),
    );
    const shown = new Set(present.map(({ id }) => id));
    const silent = [...this.#members.values()].filter(
      ({ id, isJoining }) => !isJoining && !shown.has(id) && !this.#ownIds.has(id),
    );
    const all = [...present.map((participant) => this.#known(participant, idOf)), ...silent.map(withoutMedia)].map(
      (participant) => ({ ...participant, firstId: this.#firstIds.get(participant.id) }),
    );
    for (const participant of all) this.#place(participant);
    return all.sort((a, b) => Number(b.isLocal) - Number(a.isLocal) || this.#place(a) - this.#place(b));
  }

  /** Who sends nothing is here if the endpoint says so. */
  #isHere(id: string): boolean {
    return this.#members.has(id) || !this.#isTold;
  }

  #known(participant: ParticipantState, idOf: (stream: StreamState) => string): ParticipantState {
    const member = this.#members.get(participant.id);
    if (!member) return participant;
    return {
      ...participant,
      name: member.name || participant.name,
      facts: member.facts,
      streams: participant.streams.map((stream) => ({
        ...stream,
        layoutClasses: member.layoutClasses.get(idOf(stream)),
      })),
    };
  }

  #place(person: ParticipantState): number {
    const key = personKey(person);
    const place = this.#order.get(key) ?? this.#order.size;
    this.#order.set(key, place);
    return place;
  }
}

function withoutMedia({ id, name, facts }: Member): ParticipantState {
  return { id, name, isLocal: false, isSpeaking: false, streams: [], facts };
}

function asMember(id: string, value: Record<string, unknown>): Member {
  const streams = asList(value['streams']).map(asObject);
  const { network } = value;
  return {
    id,
    name: text(value['name']) ?? '',
    isJoining: value['presence'] === 'joining',
    facts: {
      role: text(value['role']) ?? 'guest',
      isPhone: value['isPhone'] === true,
      isConnected: value['presence'] !== 'reconnecting',
      microphone: asCondition(value['microphone']),
      camera: asCondition(value['camera']),
      network: network === 'good' || network === 'fair' || network === 'poor' ? network : undefined,
      handRaisedAt: asTime(value['handRaisedAt']),
      isSpeakingAllowed: value['isSpeakingAllowed'] !== false,
      isDeaf: value['isDeaf'] === true,
      data: text(value['data']),
    },
    layoutClasses: new Map(streams.map((stream) => [text(stream['id']) ?? '', texts(stream['layoutClasses']) ?? []])),
  };
}

function asCondition(value: unknown): DeviceCondition | undefined {
  return value === 'on' || value === 'off' || value === 'unavailable' ? value : undefined;
}

/** Empty for what is no list. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Milliseconds since the epoch of an ISO 8601 date; undefined for what is none. */
export function asTime(value: unknown): number | undefined {
  const time = Date.parse(String(value));
  return Number.isNaN(time) ? undefined : time;
}
