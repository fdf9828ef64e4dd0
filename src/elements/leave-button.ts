import { LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { LeaveRequestEvent } from '../events.js';
import { renderControlButton } from '../internal/control-button.js';
import { PhoneOff } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { shortcutFor } from '../internal/shortcuts.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';

/**
 * Leaves the meeting, or stops joining it.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><leave-button></leave-button></video-room>
 * ```
 *
 * @fires {LeaveRequestEvent} leave-request - The button was pressed. Cancel it and the person stays.
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
  readonly #room = new RoomController(this, (state) => ({
    isOutside: state.connection === 'disconnected',
    shortcut: shortcutFor('L', state),
  }));

  override render(): TemplateResult {
    const { isOutside, shortcut } = this.#room.selected;
    return renderControlButton({
      localize: this.#localize,
      label: this.#localize.term('leave'),
      obstacle: isOutside ? 'noRoom' : undefined,
      icon: PhoneOff,
      shortcut,
      tone: 'danger',
      onPress: () => this.#leave(),
    });
  }

  #leave(): void {
    if (this.dispatchEvent(new LeaveRequestEvent())) this.#room.room?.leave();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'leave-button': LeaveButton;
  }
}
