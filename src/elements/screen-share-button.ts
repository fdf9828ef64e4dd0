import { LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { renderControlButton } from '../internal/control-button.js';
import { ScreenShare, ScreenShareOff } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { obstacleTo } from '../internal/permissions.js';
import { RoomController } from '../internal/room-controller.js';
import { shortcutFor } from '../internal/shortcuts.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';

/**
 * Shows this person's screen, a window or a tab to the others, and stops doing so.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><screen-share-button></screen-share-button></video-room>
 * ```
 *
 * @slot on - What the button shows while a screen is shared. Default: an icon.
 * @slot off - What the button shows while none is shared. Default: an icon.
 * @csspart button - The native button; also `on` or `off`.
 * @csspart icon - The default icon.
 * @cssproperty [--video-room-button=#3b4250] - Background while nothing is shared.
 * @cssproperty [--video-room-accent=#2f6feb] - Background while a screen is shared.
 * @cssproperty [--video-room-accent-text=#fff] - Colour of the icon while a screen is shared.
 */
export class ScreenShareButton extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [baseStyles, buttonStyles];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, (state) => ({
    on: state.screenShare.on,
    obstacle: obstacleTo('screenShare', state),
    shortcut: shortcutFor('S', state),
  }));

  override render(): TemplateResult {
    const { on, obstacle, shortcut } = this.#room.selected;
    return renderControlButton({
      localize: this.#localize,
      label: this.#localize.term(on ? 'stopSharing' : 'shareScreen'),
      obstacle,
      icon: on ? ScreenShareOff : ScreenShare,
      shortcut,
      on,
      tone: on ? 'accent' : '',
      onPress: () => void this.#room.room?.setScreenShare(!on),
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'screen-share-button': ScreenShareButton;
  }
}
