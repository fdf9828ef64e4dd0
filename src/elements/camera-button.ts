import { LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { renderControlButton } from '../internal/control-button.js';
import { Video, VideoOff } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { refusalOf, refusalText } from '../internal/permissions.js';
import { RoomController } from '../internal/room-controller.js';
import { shortcutFor } from '../internal/shortcuts.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';

/**
 * Switches this person's camera on and off.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><camera-button></camera-button></video-room>
 * ```
 *
 * @slot on - What the button shows while the camera is on. Default: an icon.
 * @slot off - What the button shows while the camera is off. Default: an icon.
 * @csspart button - The native button; also `on` or `off`.
 * @csspart icon - The default icon.
 * @cssproperty [--video-room-button=#3b4250] - Background while the camera is on.
 * @cssproperty [--video-room-button-off=#f4f5f7] - Background while the camera is off.
 * @cssproperty [--video-room-button-off-text=#a5201a] - Colour of the icon while the camera is off.
 */
export class CameraButton extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [baseStyles, buttonStyles];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, (state) => ({
    ...state.camera,
    isAudioOnly: state.facts?.isAudioOnly,
    refusal: refusalOf(state, 'room.self.video_unmute'),
    shortcut: shortcutFor('C', state),
  }));

  override render(): TemplateResult {
    const { on, shortcut } = this.#room.selected;
    const obstacle = this.#obstacle;
    return renderControlButton({
      localize: this.#localize,
      label: obstacle ?? this.#localize.term(on ? 'turnCameraOff' : 'turnCameraOn'),
      icon: on ? Video : VideoOff,
      disabled: obstacle !== undefined,
      shortcut,
      on,
      tone: on ? '' : 'off',
      onPress: () => void this.#room.room?.setCamera(!on),
    });
  }

  /** Why the button does nothing. What is on can always be switched off. */
  get #obstacle(): string | undefined {
    const { on, used, isAudioOnly, refusal } = this.#room.selected;
    if (!this.#room.room) return this.#localize.term('noRoom');
    if (!used) return this.#localize.term('cameraNotUsed');
    if (on) return undefined;
    if (isAudioOnly) return this.#localize.term('audioOnly');
    return refusal === undefined ? undefined : refusalText(this.#localize, refusal);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'camera-button': CameraButton;
  }
}
