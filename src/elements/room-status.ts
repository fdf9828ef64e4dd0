import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles } from '../internal/styles.js';
import type { ConnectionQuality } from '../room/quality.js';
import type { Room } from '../room/room.js';
import { INITIAL_STATE, isInMeeting, othersOf, personKey, type RoomState } from '../room/state.js';
import { SCREEN_SHARE_ALIAS } from '../room/tiles.js';

type StatusState = ReturnType<typeof select>;

/** How many pieces of news are told one by one; of a crowd only its size is of interest. */
const MOST_NEWS = 3;

/**
 * Says how the meeting stands: who comes and goes, who shares a screen, and how good the connection is. What changes is
 * read out by screen readers.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><room-status></room-status></video-room>
 * ```
 *
 * @csspart name - The meeting's display name, where the room channel tells one.
 * @csspart text - The sentences.
 * @csspart quality - How good the connection is; also `good`, `fair` or `poor`.
 * @cssproperty [--video-room-quality-fair] - Colour of what is said of a weak connection.
 * @cssproperty [--video-room-quality-poor] - Colour of what is said of a bad connection.
 */
export class RoomStatus extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
        min-block-size: 1.4em;
        text-align: center;
        overflow-wrap: anywhere;
      }

      .fair {
        color: var(--video-room-quality-fair, light-dark(#7a4f00, #ffd479));
      }

      .poor {
        color: var(--video-room-quality-poor, light-dark(#a5201a, #ffb4ab));
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, select);
  #knownRoom: Room | undefined;
  #known = select(INITIAL_STATE);
  /** What happened last. */
  #news = '';
  /** Whether a meeting was left and none has been entered since. */
  #hasLeft = false;
  /** Whether somebody else has been in this meeting. */
  #hadCompany = false;
  #quality: ConnectionQuality | undefined;
  /** Whether the connection has been worse than good in this meeting. */
  #hasBeenWeak = false;

  override render(): TemplateResult {
    const quality = this.#renderQuality();
    const { displayName } = this.#room.selected;
    // A good connection that has never been anything else is no news: it is shown beside what is read out.
    return html`${displayName ? html`<bdi part="name">${displayName}</bdi> · ` : nothing}<span part="text" role="status"
        >${this.#text()} ${this.#hasBeenWeak ? quality : nothing}</span
      >
      ${this.#hasBeenWeak ? nothing : quality}`;
  }

  protected override update(changed: PropertyValues<this>): void {
    const { room, selected } = this.#room;
    // Nothing of another room's past belongs here.
    if (room !== this.#knownRoom) this.#known = select(INITIAL_STATE);
    this.#compare(this.#known, selected);
    this.#knownRoom = room;
    this.#known = selected;
    super.update(changed);
  }

  #compare(previous: StatusState, next: StatusState): void {
    const { isInMeeting, connection } = next;
    // A reading that says nothing, such as after somebody left, does not make the connection another one.
    this.#quality = connection === 'connected' ? (next.quality ?? this.#quality) : undefined;
    if (isInMeeting !== previous.isInMeeting) this.#hasLeft = !isInMeeting;
    this.#hadCompany = isInMeeting && (this.#hadCompany || next.others.length > 0);
    this.#hasBeenWeak = isInMeeting && (this.#hasBeenWeak || (this.#quality?.level ?? 'good') !== 'good');
    const news = this.#newsBetween(previous, next);
    const isOutdated =
      connection !== previous.connection ||
      next.isCancelled !== previous.isCancelled ||
      next.replaced !== previous.replaced;
    if (news.length > 0 || isOutdated) this.#news = news.slice(-MOST_NEWS).join(' ');
  }

  #newsBetween(previous: StatusState, next: StatusState): string[] {
    return [
      ...(next.isInMeeting && previous.isInMeeting ? this.#comingsAndGoings(previous.others, next.others) : []),
      ...(next.isCancelled && !previous.isCancelled ? [this.#localize.term('nothingShared')] : []),
      ...next.replaced
        .filter((device, index) => device.lost && device !== previous.replaced[index])
        .map(({ kind, lost = '', used }) =>
          this.#localize.term('deviceReplaced', lost, used || this.#localize.term(kind)),
        ),
    ];
  }

  #comingsAndGoings(before: StatusState['others'], after: StatusState['others']): string[] {
    const missing = (people: typeof before, among: typeof before): typeof before =>
      people.filter(({ key }) => !among.some((other) => other.key === key));
    return [
      ...missing(before, after).map(({ name }) => this.#localize.term('personLeft', this.#nameOr(name))),
      ...missing(after, before).map(({ name }) => this.#localize.term('personJoined', this.#nameOr(name))),
    ];
  }

  #text(): string {
    const { connection, hasError, isWaiting, others } = this.#room.selected;
    // The lobby says so where somebody waits.
    if (connection === 'connecting') return isWaiting ? '' : this.#localize.term('joining');
    if (connection === 'reconnecting') return this.#localize.term('reconnecting');
    if (connection === 'disconnected') {
      return this.#news || (this.#hasLeft && !hasError ? this.#localize.term('left') : '');
    }
    const screens = others
      .filter(({ isSharing }) => isSharing)
      .map(({ name }) => this.#localize.term('personShares', this.#nameOr(name)));
    const alone = this.#localize.term(this.#hadCompany ? 'everyoneLeft' : 'alone');
    const present = others.length > 0 ? this.#localize.term('peopleHere', others.length + 1) : alone;
    return [this.#news, ...screens, present].filter(Boolean).join(' ');
  }

  #renderQuality(): TemplateResult | typeof nothing {
    if (!this.#quality) return nothing;
    const { level, lossPercent, roundTripMilliseconds, framesPerSecond } = this.#quality;
    const details = this.#localize.term('qualityDetails', lossPercent, roundTripMilliseconds, framesPerSecond);
    return html`<span part="quality ${level}" class=${level} title=${details}
      >${this.#localize.term('quality', level)}</span
    >`;
  }

  #nameOr(name: string): string {
    return name || this.#localize.term('guest');
  }
}

/** What the sentences are made of. */
function select(state: RoomState) {
  const { connection, screenShare, devices, quality } = state;
  return {
    connection,
    isWaiting: state.isWaiting,
    isInMeeting: isInMeeting(state),
    hasError: state.error !== undefined,
    displayName: state.facts?.displayName,
    others: othersOf(state).map((person) => ({
      key: personKey(person),
      name: person.name,
      isSharing: person.streams.some(({ alias }) => alias === SCREEN_SHARE_ALIAS),
    })),
    isCancelled: screenShare.failure === 'denied',
    replaced: (['microphone', 'camera'] as const).map((kind) => {
      const { standsInFor: lost, deviceId } = state[kind];
      // What is used matters only where it stands in for something.
      return { kind, lost, used: lost && devices[kind].find(({ id }) => id === deviceId)?.label };
    }),
    quality,
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'room-status': RoomStatus;
  }
}
