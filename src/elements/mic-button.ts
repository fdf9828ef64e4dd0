import { LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { renderControlButton } from '../internal/control-button.js';
import { Mic, MicOff } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { obstacleTo } from '../internal/permissions.js';
import { RoomController } from '../internal/room-controller.js';
import { shortcutFor } from '../internal/shortcuts.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';

/**
 * Switches this person's microphone on and off.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><mic-button></mic-button></video-room>
 * ```
 *
 * @slot on - What the button shows while the microphone is on. Default: an icon.
 * @slot off - What the button shows while the microphone is off. Default: an icon.
 * @csspart button - The native button; also `on` or `off`.
 * @csspart icon - The default icon.
 * @cssproperty [--video-room-button=#3b4250] - Background while the microphone is on.
 * @cssproperty [--video-room-button-off=#f4f5f7] - Background while the microphone is off.
 * @cssproperty [--video-room-button-off-text=#a5201a] - Colour of the icon while the microphone is off.
 */
export class MicButton extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [baseStyles, buttonStyles];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, (state) => ({
    on: state.microphone.on,
    obstacle: obstacleTo('microphone', state),
    shortcut: shortcutFor('M', state),
  }));

  override render(): TemplateResult {
    const { on, obstacle, shortcut } = this.#room.selected;
    return renderControlButton({
      localize: this.#localize,
      label: this.#localize.term(on ? 'muteMicrophone' : 'unmuteMicrophone'),
      obstacle: this.#room.room ? obstacle : 'noRoom',
      icon: on ? Mic : MicOff,
      shortcut,
      on,
      tone: on ? '' : 'off',
      onPress: () => void this.#room.room?.setMicrophone(!on),
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'mic-button': MicButton;
  }
}
