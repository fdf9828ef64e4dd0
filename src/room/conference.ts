/** What an endpoint with a room channel knows of a meeting and lets people do in it, beside the media. */
import type { DeviceKind } from './devices.js';
import { ask, asObject, resolveLink, text, texts } from './endpoint.js';
import { addSentences, asRoomError, RoomError, type RoomErrorCode } from './errors.js';
import { asLayout, type Layout } from './layout.js';
import { asList, asTime, Members } from './members.js';
import { MessageLog } from './message-log.js';
import { RoomChannel } from './room-channel.js';
import type { LocalMedia } from './local-media.js';
import type { ConnectionQuality } from './quality.js';
import { SCREEN_SHARE_ALIAS } from './tiles.js';
import { SelfReport, type SelfFacts } from './self-report.js';
import type { Stay } from './stay.js';
import type {
  DeviceCondition,
  MessageState,
  ParticipantState,
  ReactionState,
  RoomFacts,
  StreamState,
  WaitingState,
} from './state.js';

addSentences({
  'participant-gone': ['This person is not here any more.', true],
  'rate-limited': ['That was too much at once. Wait a moment, then try again.', true],
});

/** What the endpoint tells by itself. */
const EVENTS = [
  'snapshot',
  'room-changed',
  'participant-joined',
  'participant-changed',
  'participant-left',
  'self-changed',
  'mute',
  'unmute-request',
  'message',
  'waiting-changed',
  'removed',
  'room-ended',
  'call-changed',
] as const;

/** What a refusal means where the endpoint does not say it by a code of its own. */
const CODE_BY_STATUS: Readonly<Record<number, RoomErrorCode>> = {
  401: 'permission-missing',
  403: 'permission-missing',
  404: 'participant-gone',
  409: 'endpoint-rejected',
  429: 'rate-limited',
};

/** How long a reaction is shown, in milliseconds. */
const REACTION_TIME = 5000;

/** What is done to somebody else. */
export interface MemberChange {
  /** `ask`: asks the person to switch it on. */
  readonly microphone?: 'off' | 'ask';
  readonly camera?: 'off' | 'ask';
  /** Lowers the hand. */
  readonly hand?: false;
  readonly role?: 'moderator' | 'guest' | 'viewer';
  readonly deaf?: boolean;
}

/** How the meeting is run from now on, for everybody. */
export interface RoomChange {
  readonly locked?: boolean;
  readonly waitingRoom?: boolean;
  /** Mutes everybody but moderators and these participants, also who comes later, until it is `false` again. */
  readonly muted?: { readonly except: readonly string[] } | false;
  /** A participant, or null: nobody. */
  readonly spotlight?: string | null;
  readonly layout?: Layout;
  readonly hideVideoMuted?: boolean;
}

export class Conference {
  readonly #stay: Stay;
  readonly #members = new Members();
  readonly #messages = new MessageLog();
  readonly #selfReport: SelfReport;
  readonly #channel: RoomChannel<(typeof EVENTS)[number]>;
  readonly #reactions = new Map<string, ReactionState>();
  #refusals: Readonly<Record<string, string>> = {};
  #layout: unknown;
  /** What this person may send, as told last. */
  #publish: readonly string[] | undefined;
  #hasSnapshot = false;

  constructor(stay: Stay) {
    const { settings, signal } = stay;
    this.#stay = stay;
    this.#selfReport = new SelfReport({
      send: (change) => this.#request('self', '', 'PATCH', change),
      onFailed: (error, change) => this.#reportRefused(error, change),
    });
    this.#channel = new RoomChannel({
      types: EVENTS,
      onEvent: (type, data) => this.#take(type, data),
      renew: () => this.#renewAddress(),
      withCredentials: settings.credentials === 'include',
      signal,
    });
    this.useGrant();
  }

  /** To be called when the connection was rebuilt with another grant. */
  useGrant(): void {
    const { participantId, links } = this.#stay.grant();
    this.#members.know(participantId);
    if (links.events) this.#channel.open(links.events);
    else this.#channel.close();
  }

  /** To be called when the connection was rebuilt. */
  reconnected(): void {
    // The endpoint takes nothing for sure of who may send something else now.
    this.#selfReport.repeat();
    // That may have changed once more meanwhile.
    this.#checkPublishing();
  }

  /**
   * Puts together what the media and the endpoint tell of the participants, the local one first.
   * @param idOf gives the id by which the endpoint knows a stream
   */
  merge(participants: readonly ParticipantState[], idOf: (stream: StreamState) => string): ParticipantState[] {
    return this.#members.merge(participants, idOf);
  }

  /**
   * To be called when this person's devices, streams or connection may be otherwise.
   * @param streams those that are sent, with the ids by which the others see them
   */
  tellSelf(media: LocalMedia, streams: readonly StreamState[], quality: ConnectionQuality | undefined): void {
    const { links, publish = ['AUDIO', 'VIDEO'] } = this.#stay.grant();
    if (!links.self) return;
    const condition = (kind: DeviceKind): DeviceCondition =>
      media.isOn(kind) ? 'on' : media.isUsable(kind) ? 'off' : 'unavailable';
    this.#selfReport.update({
      microphone: condition('microphone'),
      camera: condition('camera'),
      network: quality?.level,
      streams: streams
        .map(({ id, alias, mediaTypes }) => ({
          id,
          videoType: alias === SCREEN_SHARE_ALIAS ? ('screen' as const) : ('camera' as const),
          name: alias ?? '',
          hasAudio: mediaTypes.includes('AUDIO') && publish.includes('AUDIO'),
          hasVideo: mediaTypes.includes('VIDEO') && publish.includes('VIDEO'),
        }))
        .filter(({ hasAudio, hasVideo }) => hasAudio || hasVideo),
    });
  }

  /** Resolves with whether the endpoint has taken it; the channel brings it back. */
  async send(type: string, data: unknown, to?: string): Promise<boolean> {
    const id = crypto.getRandomValues(new Uint32Array(4)).join('-');
    return this.ask('messages', '', 'POST', { id, type, data, to });
  }

  markRead(): void {
    this.#messages.markRead();
    this.#reportMessages();
  }

  /**
   * Asks for something. Resolves with whether the endpoint has taken it: what is refused is told, and remembered by the
   * permission that is missing.
   */
  async ask(...request: LinkRequest): Promise<boolean> {
    const { signal, fail, overcome } = this.#stay;
    try {
      await this.#request(...request);
      overcome('conference');
      return true;
    } catch (error) {
      const failure = asRoomError(error, 'endpoint-failed');
      if (signal.aborted) return false;
      this.#remember(failure);
      fail('conference', failure);
      return false;
    }
  }

  async #request(...[link, id, method, body, reason]: LinkRequest): Promise<void> {
    const { settings, signal } = this.#stay;
    const { links, session } = this.#stay.grant();
    const base = links[link];
    if (!base) throw new RoomError('permission-missing');
    const url = new URL(base);
    if (id) url.pathname += `/${encodeURIComponent(id)}`;
    if (reason) url.searchParams.set('reason', reason);
    await ask(url.href, { settings, signal, session, method, body, codeByStatus: CODE_BY_STATUS });
  }

  #remember({ permission, message }: RoomError): void {
    if (!permission) return;
    this.#refusals = { ...this.#refusals, [permission]: message };
    this.#stay.report({ refusals: this.#refusals });
  }

  /** What may not be on goes off again. */
  #reportRefused(error: RoomError, { microphone, camera }: Partial<SelfFacts>): void {
    const { signal, switchOff, fail } = this.#stay;
    if (signal.aborted || error.code !== 'permission-missing') return;
    this.#remember(error);
    if (microphone === 'on' && error.permission !== 'room.self.video_unmute') switchOff('microphone');
    if (camera === 'on' && error.permission !== 'room.self.audio_unmute') switchOff('camera');
    fail('conference', error);
  }

  #take(type: (typeof EVENTS)[number], data: unknown): void {
    const { report, onCalls, onEnded } = this.#stay;
    const facts = asObject(data);
    const reason = text(facts['text']);
    switch (type) {
      case 'snapshot':
        return this.#takeSnapshot(facts);
      case 'room-changed':
        return this.#takeRoom(facts);
      case 'participant-joined':
      case 'participant-changed':
        this.#members.put(facts);
        return this.#stay.onMembersChanged();
      case 'participant-left':
        this.#members.delete(facts['id']);
        return this.#stay.onMembersChanged();
      case 'self-changed':
        return this.#takeSelf(facts);
      case 'mute':
      case 'unmute-request':
        return this.#takeRequest(type === 'mute', facts);
      case 'message':
        return this.#takeMessage(data);
      case 'waiting-changed':
        return report({ waiting: asList(data).map(asWaiting) });
      case 'call-changed':
        return onCalls([data], false);
      case 'removed':
        return onEnded(new RoomError('removed', { message: reason && `You were removed from the meeting: ${reason}` }));
      case 'room-ended':
        return onEnded(new RoomError('room-ended'));
    }
  }

  #takeSnapshot({ room, self, participants, waiting, messages, calls }: Record<string, unknown>): void {
    const { report, onCalls, onMessage, onMembersChanged } = this.#stay;
    if (Array.isArray(participants)) this.#members.replace(participants);
    onMembersChanged();
    // An endpoint may tell less.
    if (room) this.#takeRoom(asObject(room));
    if (self) this.#takeSelf(asObject(self));
    report({ waiting: asList(waiting).map(asWaiting) });
    for (const message of this.#messages.replace(asList(messages), this.#members.ownIds)) onMessage(message);
    this.#reportMessages();
    if (Array.isArray(calls)) onCalls(calls, true);
    // An endpoint that has been restarted knows nothing of this page.
    if (this.#hasSnapshot) this.#selfReport.repeat();
    this.#hasSnapshot = true;
  }

  #takeRoom(room: Record<string, unknown>): void {
    const { report, setLayout } = this.#stay;
    const facts: RoomFacts = {
      displayName: text(room['displayName']) ?? '',
      isAudioOnly: room['isAudioOnly'] === true,
      isLocked: room['isLocked'] === true,
      hasWaitingRoom: room['hasWaitingRoom'] === true,
      isMuted: room['isMuted'] === true,
      spotlightId: text(room['spotlightId']) ?? '',
      hidesVideoMuted: room['hidesVideoMuted'] === true,
      closesAt: asTime(room['closesAt']),
    };
    report({ facts });
    if (facts.isAudioOnly) this.#stay.switchOff('camera');
    const { layout } = room;
    // What a person has chosen since counts until a moderator sets another one.
    if (typeof layout === 'string' && layout !== this.#layout) setLayout(asLayout(layout));
    this.#layout = layout;
  }

  #takeSelf(self: Record<string, unknown>): void {
    const { report, switchOff } = this.#stay;
    this.#members.know(text(self['id']));
    const permissions = texts(self['permissions']) ?? [];
    const isSpeakingAllowed = self['isSpeakingAllowed'] !== false;
    this.#refusals = Object.fromEntries(Object.entries(this.#refusals).filter(([name]) => !permissions.includes(name)));
    report({ role: text(self['role']), permissions, refusals: this.#refusals, isSpeakingAllowed });
    if (!isSpeakingAllowed) switchOff('microphone');
    this.#publish = texts(self['publish']);
    this.#checkPublishing();
  }

  #checkPublishing(): void {
    const { grant, onPublishChanged } = this.#stay;
    const publish = this.#publish;
    if (publish && String(publish) !== String(grant().publish ?? publish)) onPublishChanged(publish);
  }

  #takeRequest(isMute: boolean, { device, by }: Record<string, unknown>): void {
    if (device !== 'microphone' && device !== 'camera') return;
    const request = { device, name: text(by) ?? '' } as const;
    this.#stay.report(isMute ? { mutedBy: request } : { unmuteRequest: request });
    if (isMute) this.#stay.switchOff(device);
  }

  #takeMessage(data: unknown): void {
    const message = this.#messages.add(data, this.#members.ownIds);
    if (!message) return;
    this.#stay.onMessage(message);
    if (message.type === 'chat') this.#reportMessages();
    if (message.type === 'reaction') this.#show(message);
  }

  #show({ id, fromId, data }: MessageState): void {
    const emoji = text(asObject(data)['emoji']);
    if (!emoji) return;
    this.#reactions.set(id, { id, participantId: fromId, emoji });
    this.#reportReactions();
    const timer = setTimeout(() => {
      this.#reactions.delete(id);
      this.#reportReactions();
    }, REACTION_TIME);
    this.#stay.signal.addEventListener('abort', () => clearTimeout(timer));
  }

  #reportReactions(): void {
    this.#stay.report({ reactions: [...this.#reactions.values()] });
  }

  #reportMessages(): void {
    const { messages, unreadCount } = this.#messages;
    this.#stay.report({ messages, unreadCount });
  }

  async #renewAddress(): Promise<string | undefined> {
    const { settings, signal, onForgotten } = this.#stay;
    const { links, session } = this.#stay.grant();
    if (!links.events) return undefined;
    try {
      const answer = await ask(links.events, { settings, signal, session, method: 'POST' });
      return resolveLink(asObject(answer)['events'], links.events);
    } catch (error) {
      // The endpoint does not know this person any more: it was restarted, or has taken them for gone.
      if (error instanceof RoomError && error.code === 'endpoint-unauthorized') onForgotten();
      throw error;
    }
  }
}

/** Which link of the grant, what below it, the method, the body, and a reason for what is done. */
export type LinkRequest = [
  link: 'self' | 'participants' | 'room' | 'waiting' | 'messages',
  id: string,
  method: string,
  body?: object,
  reason?: string,
];

function asWaiting(entry: unknown): WaitingState {
  const { id, name } = asObject(entry);
  return { id: text(id) ?? '', name: text(name) ?? '' };
}
