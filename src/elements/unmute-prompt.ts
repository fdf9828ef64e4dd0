import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import type { PeopleTranslation } from '../internal/translations/people-en.js';
import '../internal/translations/people-en.js';

const TEXTS = {
  microphone: ['asksForMicrophone', 'unmute', 'stayMuted'],
  camera: ['asksForCamera', 'turnCameraOn', 'keepCameraOff'],
} as const;

/**
 * Says that a moderator asks this person to switch the microphone or the camera on, and lets them do it or not. Shows
 * nothing until somebody asks, and never takes the focus.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><unmute-prompt></unmute-prompt></video-room>
 * ```
 *
 * @csspart prompt - The box.
 * @csspart text - The sentence.
 * @csspart button - Each native button; also `accept` or `decline`.
 * @cssproperty [--video-room-panel=Canvas] - Background of the box.
 * @cssproperty [--video-room-accent=#2f6feb] - Background of the button that switches the device on.
 */
export class UnmutePrompt extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: block;
      }

      .open {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: 0.5rem;
        padding: 0.75rem;
        border: 1px solid var(--video-room-field-border, #8a93a3);
        border-radius: 0.75rem;
        background: var(--video-room-panel, Canvas);
        color: var(--video-room-panel-text, CanvasText);
        overflow-wrap: anywhere;
      }

      p {
        margin: 0;
        max-block-size: 4.2em;
        overflow: auto;
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  readonly #localize = new Localize<PeopleTranslation>(this);
  readonly #room = new RoomController(this, (state) => {
    const { unmuteRequest } = state;
    // Who has switched it on meanwhile has answered.
    return unmuteRequest && !state[unmuteRequest.device].on ? unmuteRequest : undefined;
  });
  /** What had the focus before this had it. */
  #cameFrom: EventTarget | null = null;

  override render(): TemplateResult {
    const request = this.#room.selected;
    const [sentence, accept, decline] = TEXTS[request?.device ?? 'microphone'];
    // There before it says something: an alert that comes with its text is not read out everywhere.
    return html`<div part=${request ? 'prompt' : nothing} class=${request ? 'open' : ''} @focusin=${this.#onFocusIn}>
      <p part="text" role="alert">${request ? this.#localize.term(sentence, request.name) : nothing}</p>
      ${
        request
          ? html`<button part="button accept" class="accent" type="button" @click=${() => this.#answer(true)}>
                ${this.#localize.term(accept)}
              </button>
              <button part="button decline" type="button" @click=${() => this.#answer(false)}>
                ${this.#localize.term(decline)}
              </button>`
          : nothing
      }
    </div>`;
  }

  #onFocusIn({ relatedTarget }: FocusEvent): void {
    const isFromHere = relatedTarget instanceof Node && this.renderRoot.contains(relatedTarget);
    if (!isFromHere) this.#cameFrom = relatedTarget;
  }

  #answer(isAccepted: boolean): void {
    void this.#room.room?.answerUnmuteRequest(isAccepted);
    // The button that has the focus is about to go.
    if (this.#cameFrom instanceof HTMLElement) this.#cameFrom.focus();
    this.#cameFrom = null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'unmute-prompt': UnmutePrompt;
  }
}
