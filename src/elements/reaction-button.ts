import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { renderIcon } from '../internal/icon.js';
import { Localize } from '../internal/localize.js';
import { SmilePlus } from '../internal/people-icons.js';
import { obstacleInChannel, obstacleText } from '../internal/permissions.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import type { PeopleTranslation } from '../internal/translations/people-en.js';
import '../internal/translations/people-en.js';

const EMOJI = [
  ['👍', 'thumbsUp'],
  ['❤️', 'heart'],
  ['😂', 'laughter'],
  ['👏', 'applause'],
  ['🎉', 'party'],
  ['😮', 'surprise'],
] as const;

/**
 * Offers six emoji, and sends the chosen one to everybody: `<room-news>` shows it. It can be sent where the endpoint has
 * a room channel.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><reaction-button></reaction-button></video-room>
 * ```
 *
 * @slot - What the button shows. Default: an icon.
 * @csspart button - The native button.
 * @csspart icon - The default icon.
 * @csspart reactions - The box with the emoji.
 * @csspart reaction - Each native button with an emoji.
 * @cssproperty [--video-room-button=#3b4250] - Background of the button.
 * @cssproperty [--video-room-panel=Canvas] - Background of the box.
 */
export class ReactionButton extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      [popover] {
        padding: 0.25rem;
        border: 1px solid var(--video-room-field-border, #8a93a3);
        border-radius: 1.75rem;
        background: var(--video-room-panel, Canvas);
      }

      /* Else in the middle of the page. */
      @supports (position-area: top) {
        [popover] {
          inset: auto;
          margin: 0.5rem;
          position-area: top;
          position-try: flip-block;
        }
      }

      [popover] button {
        padding: 0;
        background: none;
        font-size: 1.5rem;
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  @query('button') private readonly button!: HTMLButtonElement;

  @query('[popover]') private readonly box!: HTMLElement;

  readonly #localize = new Localize<PeopleTranslation>(this);
  readonly #room = new RoomController(this, (state) => obstacleInChannel(state, 'room.reaction'));

  override render(): TemplateResult {
    const obstacle = this.#room.selected;
    const label = obstacle ? obstacleText(this.#localize, obstacle) : this.#localize.term('react');
    return html`<button
        part="button"
        type="button"
        aria-label=${label}
        title=${label}
        ?disabled=${obstacle !== undefined}
      >
        <slot>${renderIcon(SmilePlus)}</slot>
      </button>
      <div part="reactions" popover role="group" aria-label=${this.#localize.term('react')} @toggle=${this.#onToggle}>
        ${EMOJI.map(
          ([emoji, name]) =>
            html`<button
              part="reaction"
              type="button"
              aria-label=${this.#localize.term(name)}
              title=${this.#localize.term(name)}
              @click=${() => this.#send(emoji)}
            >
              ${emoji}
            </button>`,
        )}
      </div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    this.button.popoverTargetElement = this.box;
    if (this.button.disabled) this.box.hidePopover();
  }

  #send(emoji: string): void {
    this.box.hidePopover();
    this.button.focus();
    void this.#room.room?.send('reaction', { emoji });
  }

  #onToggle({ newState }: ToggleEvent): void {
    if (newState === 'open') this.box.querySelector('button')?.focus();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'reaction-button': ReactionButton;
  }
}
