import { LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { renderControlButton } from '../internal/control-button.js';
import { ScreenShare, ScreenShareOff } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { refusalOf, refusalText } from '../internal/permissions.js';
import { RoomController } from '../internal/room-controller.js';
import { shortcutFor } from '../internal/shortcuts.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import { isInMeeting } from '../room/state.js';

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
    ...state.screenShare,
    isInMeeting: isInMeeting(state),
    isAudioOnly: state.facts?.isAudioOnly,
    refusal: refusalOf(state, 'room.self.screenshare'),
    shortcut: shortcutFor('S', state),
  }));

  override render(): TemplateResult {
    const { on, shortcut } = this.#room.selected;
    const obstacle = this.#obstacle;
    return renderControlButton({
      localize: this.#localize,
      label: obstacle ?? this.#localize.term(on ? 'stopSharing' : 'shareScreen'),
      icon: on ? ScreenShareOff : ScreenShare,
      disabled: obstacle !== undefined,
      shortcut,
      on,
      tone: on ? 'accent' : '',
      onPress: () => void this.#room.room?.setScreenShare(!on),
    });
  }

  /** Why the button does nothing. What is shared can always be taken back. */
  get #obstacle(): string | undefined {
    const { on, isSupported, isInMeeting, isAudioOnly, refusal } = this.#room.selected;
    if (!isSupported) return this.#localize.term('screenShareUnsupported');
    if (!isInMeeting) return this.#localize.term('noRoom');
    if (on) return undefined;
    if (isAudioOnly) return this.#localize.term('audioOnly');
    return refusal === undefined ? undefined : refusalText(this.#localize, refusal);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'screen-share-button': ScreenShareButton;
  }
}
