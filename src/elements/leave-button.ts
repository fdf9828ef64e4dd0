import { html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { renderIcon } from '../internal/icon.js';
import { PhoneOff } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';

/**
 * Leaves the meeting, or stops joining it.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><leave-button></leave-button></video-room>
 * ```
 *
 * @slot - What the button shows. Default: an icon.
 * @csspart button - The native button.
 * @csspart icon - The default icon.
 * @cssproperty [--video-room-danger=#b3261e] - Background.
 */
export class LeaveButton extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [baseStyles, buttonStyles];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, ({ connection }) => ({ isOutside: connection === 'disconnected' }));

  override render(): TemplateResult {
    const label = this.#localize.term('leave');
    return html`<button
      part="button"
      class="danger"
      type="button"
      aria-label=${label}
      title=${label}
      ?disabled=${this.#room.selected.isOutside}
      @click=${() => this.#room.room?.leave()}
    >
      <slot>${renderIcon(PhoneOff)}</slot>
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'leave-button': LeaveButton;
  }
}
