import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { repeat } from '../internal/repeat.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles } from '../internal/styles.js';
import type { PeopleTranslation } from '../internal/translations/people-en.js';
import '../internal/translations/people-en.js';
import type { Room } from '../room/room.js';
import { INITIAL_STATE, othersOf, participantOf, personKey, type RoomState } from '../room/state.js';

type NewsState = ReturnType<typeof select>;

/** How long news is collected before it is told together, so that a crowd is no flood, in milliseconds. */
const COLLECTING = 1000;

/** How long it is shown, in milliseconds. */
const SHOWN = 8000;

/** Reactions that are shown at once: the latest. */
const MOST_REACTIONS = 12;

/** How often the time that is left is looked at, in milliseconds. */
const CLOCK_INTERVAL = 5000;

/** When it is told that the meeting is closed soon, in minutes before. */
const WARNINGS = [1, 5];

const MINUTE = 60_000;

/**
 * Shows for a few seconds what happens besides coming and going, and has it read out: reactions, raised hands, who waits
 * to be let in, new messages, who has muted this person, whether the meeting is locked, and that it is closed soon. What
 * a panel shows that is open is not told again.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><room-news></room-news></video-room>
 * ```
 *
 * @csspart text - The sentences.
 * @csspart reaction - Each reaction with the name of who has sent it.
 * @cssproperty [--video-room-panel=Canvas] - Background of the sentences.
 */
export class RoomNews extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        align-content: end;
        justify-items: center;
        position: relative;
        min-block-size: 4rem;
        pointer-events: none;
      }

      [role] {
        margin: 0.5rem;
        padding: 0.4rem 0.8rem;
        border: 1px solid transparent;
        border-radius: 0.75rem;
        background: var(--video-room-panel, Canvas);
        color: var(--video-room-panel-text, CanvasText);
        max-block-size: 7em;
        overflow: hidden;
        overflow-wrap: anywhere;
      }

      [role]:empty {
        margin: 0;
        padding: 0;
        border: 0;
        background: none;
      }

      .reactions {
        position: absolute;
        inset-block: 0;
        inset-inline: 0.5rem;
        overflow: hidden;
      }

      .reaction {
        position: absolute;
        inset-block-end: 0;
        inset-inline-start: calc(var(--lane) * 8%);
        display: grid;
        justify-items: center;
        max-inline-size: 7rem;
        animation: float 5s ease-out both;
      }

      .emoji {
        max-inline-size: 3rem;
        max-block-size: 3rem;
        overflow: hidden;
        font-size: 2rem;
        line-height: 1.5;
      }

      .name {
        max-inline-size: 100%;
        padding-inline: 0.4rem;
        border-radius: 0.4rem;
        background: rgb(0 0 0 / 65%);
        color: #fff;
        font-size: 0.75rem;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }

      @keyframes float {
        to {
          inset-block-end: 70%;
          opacity: 0;
        }
      }

      @media (prefers-reduced-motion: reduce) {
        .reaction {
          animation: none;
        }
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  /** What is told now. */
  @state() private text = '';

  readonly #localize = new Localize<PeopleTranslation>(this);
  readonly #room = new RoomController(this, select);
  #knownRoom: Room | undefined;
  #known = select(INITIAL_STATE);
  /** What is told next: sentences, and what people reacted with. */
  #sentences: string[] = [];
  #reactions: NewsState['reactions'][number][] = [];
  /** The number of the last reaction, which says where it floats. */
  readonly #lanes = new Map<string, number>();
  #lastLane = 0;
  #telling: ReturnType<typeof setTimeout> | undefined;
  #hiding: ReturnType<typeof setTimeout> | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;
  /** The last warning that was given, in minutes. */
  #warned = Infinity;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#telling);
    clearTimeout(this.#hiding);
    clearInterval(this.#clock);
    this.#telling = this.#clock = undefined;
    this.#sentences = [];
    this.#reactions = [];
    this.text = '';
  }

  override render(): TemplateResult {
    const reactions = this.#room.selected.reactions.slice(-MOST_REACTIONS);
    return html`<div class="reactions" aria-hidden="true">
        ${repeat(
          reactions,
          ({ id }) => id,
          ({ id, emoji, name }) =>
            html`<div part="reaction" class="reaction" .style=${`--lane: ${this.#laneOf(id)}`}>
              <span class="emoji">${emoji}</span>
              <span class="name">${name}</span>
            </div>`,
        )}
      </div>
      <p part="text" role="status">${this.text}</p>`;
  }

  protected override update(changed: PropertyValues<this>): void {
    const { room, selected } = this.#room;
    // Nothing of another room's past belongs here, and what was there before is no news.
    if (room === this.#knownRoom && this.#known.facts) this.#compare(this.#known, selected);
    this.#knownRoom = room;
    this.#known = selected;
    this.#watchClock(selected.facts?.closesAt);
    super.update(changed);
  }

  #compare(previous: NewsState, next: NewsState): void {
    if (!next.facts) return;
    const { mutedBy, panel } = next;
    const isNewIn = (before: readonly { readonly id: string }[]) => (each: { readonly id: string }) =>
      !before.some(({ id }) => id === each.id);
    this.#reactions.push(...next.reactions.filter(isNewIn(previous.reactions)).filter(({ isOwn }) => !isOwn));
    if (panel !== 'people') {
      this.#tellOf('handsRaised', next.hands.filter(isNewIn(previous.hands)));
      this.#tellOf('peopleWait', next.waiting.filter(isNewIn(previous.waiting)));
    }
    if (panel !== 'chat' && next.unread && next.unread.id !== previous.unread?.id) {
      this.#tellOf('messagesCame', [next.unread]);
    }
    if (mutedBy && mutedBy !== previous.mutedBy) {
      const key = mutedBy.device === 'microphone' ? 'mutedBy' : 'cameraStoppedBy';
      this.#sentences.push(this.#localize.term(key, mutedBy.name));
    }
    if (next.facts.isLocked !== previous.facts?.isLocked) {
      this.#sentences.push(this.#localize.term(next.facts.isLocked ? 'meetingLocked' : 'meetingUnlocked'));
    }
    this.#tellSoon();
  }

  #tellOf(
    text: 'handsRaised' | 'peopleWait' | 'messagesCame',
    [first, ...others]: readonly { readonly name: string }[],
  ): void {
    if (first) this.#sentences.push(this.#localize.term(text, others.length + 1, this.#nameOr(first.name)));
  }

  #tellSoon(): void {
    if (this.#sentences.length + this.#reactions.length > 0) {
      this.#telling ??= setTimeout(() => this.#tell(), COLLECTING);
    }
  }

  #tell(): void {
    this.#telling = undefined;
    const emoji = new Set(this.#reactions.map((reaction) => reaction.emoji));
    const reactions = [...emoji].map((each) => {
      const [first, ...others] = this.#reactions.filter((reaction) => reaction.emoji === each);
      const who = new Set([first, ...others].map((reaction) => reaction?.participantId));
      return who.size > 1
        ? this.#localize.term('peopleReacted', who.size, each)
        : this.#localize.term('personReacted', this.#nameOr(first?.name ?? ''), each);
    });
    this.text = [...new Set(this.#sentences), ...reactions].join(' ');
    this.#sentences = [];
    this.#reactions = [];
    clearTimeout(this.#hiding);
    this.#hiding = setTimeout(() => (this.text = ''), SHOWN);
  }

  #watchClock(closesAt: number | undefined): void {
    clearInterval(this.#clock);
    this.#clock = undefined;
    if (closesAt === undefined || !this.isConnected) return;
    this.#clock = setInterval(() => this.#lookAtClock(closesAt), CLOCK_INTERVAL);
    this.#lookAtClock(closesAt);
  }

  #lookAtClock(closesAt: number): void {
    const left = Math.ceil((closesAt - Date.now()) / MINUTE);
    const warning = WARNINGS.find((minutes) => left <= minutes) ?? Infinity;
    if (warning < this.#warned) {
      this.#sentences.push(this.#localize.term('closesIn', Math.max(1, left)));
      this.#tellSoon();
    }
    // A meeting that goes on longer after all is warned of again.
    this.#warned = warning;
  }

  /** Which of ten places side by side a reaction has, for as long as it is shown. */
  #laneOf(id: string): number {
    const lane = this.#lanes.get(id) ?? this.#lastLane++ % 10;
    this.#lanes.set(id, lane);
    const [oldest] = this.#lanes.keys();
    if (this.#lanes.size > 2 * MOST_REACTIONS && oldest) this.#lanes.delete(oldest);
    return lane;
  }

  #nameOr(name: string): string {
    return name || this.#localize.term('guest');
  }
}

/** What the news is about. */
function select(state: RoomState) {
  const { facts, waiting, mutedBy, panel, messages, unreadCount } = state;
  const nameOf = (id: string): string => participantOf(state, id)?.name ?? '';
  const last = unreadCount > 0 ? messages.at(-1) : undefined;
  return {
    facts,
    waiting,
    mutedBy,
    panel,
    unread: last && !last.isOwn ? { id: last.id, name: last.fromName } : undefined,
    hands: othersOf(state)
      .filter((person) => person.facts?.handRaisedAt !== undefined)
      .map((person) => ({ id: personKey(person), name: person.name })),
    reactions: state.reactions.map((reaction) => ({
      ...reaction,
      name: nameOf(reaction.participantId),
      isOwn: participantOf(state, reaction.participantId)?.isLocal === true,
    })),
  };
}

declare global {
  interface HTMLElementTagNameMap {
    'room-news': RoomNews;
  }
}
