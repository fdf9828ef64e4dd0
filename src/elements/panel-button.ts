import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { renderIcon } from '../internal/icon.js';
import { Localize } from '../internal/localize.js';
import { MessageSquare, Users } from '../internal/people-icons.js';
import { obstacleInChannel, obstacleText } from '../internal/permissions.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import type { PeopleTranslation } from '../internal/translations/people-en.js';
import '../internal/translations/people-en.js';
import { othersOf, type RoomState } from '../room/state.js';

const KINDS = {
  people: { icon: Users, badge: 'asking' },
  chat: { icon: MessageSquare, badge: 'unread' },
} as const;

/** From this many on a badge says no more than that there are as many. */
const MOST = 99;

/**
 * Opens and closes what is beside the meeting in the default interface, and says how much of it is new: people who have
 * raised a hand or wait to be let in, or messages that nobody has read here.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><panel-button panel="chat"></panel-button><room-panel></room-panel></video-room>
 * ```
 *
 * @slot - What the button shows. Default: an icon.
 * @csspart button - The native button; also `on` while the panel is open, else `off`.
 * @csspart icon - The default icon.
 * @csspart badge - How much is new.
 * @cssproperty [--video-room-button=#3b4250] - Background while the panel is closed.
 * @cssproperty [--video-room-accent=#2f6feb] - Background while the panel is open.
 * @cssproperty [--video-room-danger=#b3261e] - Background of the badge.
 */
export class PanelButton extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      button {
        position: relative;
      }

      .badge {
        position: absolute;
        inset-block-start: -0.35rem;
        inset-inline-end: -0.35rem;
        min-inline-size: 1.25rem;
        padding-inline: 0.25rem;
        border-radius: 0.625rem;
        background: var(--video-room-danger, #b3261e);
        color: var(--video-room-danger-text, #fff);
        font-size: 0.75rem;
        line-height: 1.25rem;
      }

      @media (forced-colors: active) {
        .badge {
          border: 1px solid;
        }
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  /** What it opens: `people` or `chat`. Any other word counts as `people`. */
  @property() panel: 'people' | 'chat' = 'people';

  readonly #localize = new Localize<PeopleTranslation>(this);
  readonly #room = new RoomController(this, (state) => ({
    obstacle: obstacleInChannel(state),
    isOpen: state.panel === this.#kind,
    count: this.#kind === 'chat' ? state.unreadCount : askingOf(state),
  }));

  override render(): TemplateResult {
    const { obstacle, isOpen, count } = this.#room.selected;
    const { icon, badge } = KINDS[this.#kind];
    const name = this.#localize.term(this.#kind);
    const shown = count > MOST ? `${MOST}+` : String(count);
    const nameWithCount = count > 0 ? this.#localize.term(badge, name, shown) : name;
    const label = obstacle ? obstacleText(this.#localize, obstacle) : nameWithCount;
    return html`<button
      part="button ${isOpen ? 'on' : 'off'}"
      class=${isOpen ? 'accent' : ''}
      type="button"
      aria-label=${label}
      aria-expanded=${isOpen}
      title=${label}
      ?disabled=${obstacle !== undefined}
      @click=${() => this.#room.room?.setPanel(isOpen ? '' : this.#kind)}
    >
      <slot>${renderIcon(icon)}</slot>
      ${!obstacle && count > 0 ? html`<span part="badge" class="badge" aria-hidden="true">${shown}</span>` : nothing}
    </button>`;
  }

  get #kind(): 'people' | 'chat' {
    return this.panel === 'chat' ? 'chat' : 'people';
  }
}

/** How many others have raised a hand or wait. */
function askingOf(state: RoomState): number {
  const hands = othersOf(state).filter(({ facts }) => facts?.handRaisedAt !== undefined);
  return hands.length + state.waiting.length;
}

declare global {
  interface HTMLElementTagNameMap {
    'panel-button': PanelButton;
  }
}
