import { html, LitElement, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { renderIcon } from '../internal/icon.js';
import { Localize } from '../internal/localize.js';
import { Hand } from '../internal/people-icons.js';
import { obstacleInChannel, obstacleText } from '../internal/permissions.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import type { PeopleTranslation } from '../internal/translations/people-en.js';
import '../internal/translations/people-en.js';
import { participantOf } from '../room/state.js';

/**
 * Raises this person's hand, and lowers it. It can be raised where the endpoint has a room channel.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><raise-hand-button></raise-hand-button></video-room>
 * ```
 *
 * @slot - What the button shows. Default: an icon.
 * @csspart button - The native button; also `on` while the hand is raised, else `off`.
 * @csspart icon - The default icon.
 * @cssproperty [--video-room-button=#3b4250] - Background while the hand is down.
 * @cssproperty [--video-room-accent=#2f6feb] - Background while the hand is raised.
 */
export class RaiseHandButton extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [baseStyles, buttonStyles];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  readonly #localize = new Localize<PeopleTranslation>(this);
  readonly #room = new RoomController(this, (state) => {
    const isRaised = participantOf(state, 'local')?.facts?.handRaisedAt !== undefined;
    return {
      isRaised,
      obstacle: obstacleInChannel(state, isRaised ? 'room.self.lowerhand' : 'room.self.raisehand'),
    };
  });

  override render(): TemplateResult {
    const { isRaised, obstacle } = this.#room.selected;
    const reason = obstacle && obstacleText(this.#localize, obstacle);
    const label = reason ?? this.#localize.term('raiseHand');
    return html`<button
      part="button ${isRaised ? 'on' : 'off'}"
      class=${isRaised ? 'accent' : ''}
      type="button"
      aria-label=${label}
      aria-pressed=${isRaised}
      title=${reason ?? this.#localize.term(isRaised ? 'lowerHand' : 'raiseHand')}
      ?disabled=${reason !== undefined}
      @click=${() => void this.#room.room?.raiseHand(!isRaised)}
    >
      <slot>${renderIcon(Hand)}</slot>
    </button>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'raise-hand-button': RaiseHandButton;
  }
}
