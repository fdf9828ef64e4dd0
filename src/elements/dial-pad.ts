import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { KEYS, KeyTones } from '../internal/key-tones.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import type { PhoneTranslation } from '../internal/translations/phone-en.js';
import '../internal/translations/phone-en.js';

/** What is printed on the keys beside the digits (ITU-T E.161). */
const LETTERS: Readonly<Record<string, string>> = {
  2: 'ABC',
  3: 'DEF',
  4: 'GHI',
  5: 'JKL',
  6: 'MNO',
  7: 'PQRS',
  8: 'TUV',
  9: 'WXYZ',
  0: '+',
};

/**
 * The keys of a telephone, for the phone that was called: what is pressed or typed here is heard there.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><dial-out-button></dial-out-button><dial-pad></dial-pad></video-room>
 * ```
 *
 * @csspart output - What was pressed.
 * @csspart keys - All the keys.
 * @csspart button - Each key.
 * @csspart letters - The letters on a key.
 * @cssproperty [--video-room-button=#3b4250] - Background of the keys.
 */
export class DialPad extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: inline-block;
        inline-size: 14.5rem;
        max-inline-size: 100%;
      }

      /* A telephone's keys are in this order wherever it is. */
      .keys {
        display: grid;
        grid-template-columns: repeat(3, 1fr);
        gap: 0.5rem;
        direction: ltr;
      }

      button {
        flex-direction: column;
        gap: 0;
        min-block-size: 3rem;
        padding: 0;
        line-height: 1.2;
      }

      button[aria-disabled='true'] {
        opacity: 0.5;
        cursor: not-allowed;
      }

      small {
        font-size: 0.65em;
      }

      output {
        display: block;
        min-block-size: 1.4em;
        max-block-size: 4.2em;
        overflow: auto;
        direction: ltr;
        text-align: center;
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  /** The id of the call. Empty: the one that was answered last. */
  @property() call = '';

  readonly #localize = new Localize<PhoneTranslation>(this);
  readonly #room = new RoomController(this, ({ calls }) =>
    calls.filter(({ status }) => status === 'answered').map(({ id }) => id),
  );
  readonly #tones = new KeyTones();
  /** The calls that can be heard, in the order in which they were answered. */
  #answered: readonly string[] = [];
  /** Who hears what is pressed now. */
  #callId: string | undefined;
  #pressed: readonly string[] = [];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#tones.stop();
  }

  override render(): TemplateResult {
    const reason = this.#callId === undefined ? this.#localize.term('keypadUnused') : undefined;
    // Each digit is a node of its own, so that only the new one is read out.
    return html`<output part="output" aria-atomic="false"
        >${this.#pressed.map((key) => html`<span>${key}</span>`)}</output
      >
      <div
        part="keys"
        class="keys"
        role="group"
        aria-label=${reason ?? this.#localize.term('keypad')}
        title=${reason ?? nothing}
        @keydown=${this.#onKeyDown}
        @focusout=${() => this.requestUpdate()}
      >
        ${KEYS.map((key) => this.#renderKey(key))}
      </div>`;
  }

  protected override update(changed: PropertyValues<this>): void {
    const answered = this.#room.selected;
    this.#answered = [
      ...this.#answered.filter((id) => answered.includes(id)),
      ...answered.filter((id) => !this.#answered.includes(id)),
    ];
    const callId = this.call ? answered.find((id) => id === this.call) : this.#answered.at(-1);
    if (callId !== this.#callId) this.#pressed = [];
    this.#callId = callId;
    super.update(changed);
  }

  #renderKey(key: string): TemplateResult {
    // A key that has the focus keeps it when the call ends.
    const isUnused = this.#callId === undefined;
    const name = { '*': this.#localize.term('star'), '#': this.#localize.term('hash') }[key];
    return html`<button
      part="button"
      type="button"
      aria-label=${name ?? nothing}
      ?disabled=${isUnused && !this.matches(':focus-within')}
      aria-disabled=${isUnused}
      @click=${() => this.#press(key)}
    >
      ${key}<small part="letters" aria-hidden="true">${LETTERS[key]}</small>
    </button>`;
  }

  #onKeyDown({ key, ctrlKey, altKey, metaKey, repeat }: KeyboardEvent): void {
    if (KEYS.includes(key) && !ctrlKey && !altKey && !metaKey && !repeat) this.#press(key);
  }

  #press(key: string): void {
    if (this.#callId === undefined) return;
    this.#tones.play(key);
    this.#pressed = [...this.#pressed, key];
    this.requestUpdate();
    void this.#room.room?.sendDigits(this.#callId, key);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'dial-pad': DialPad;
  }
}
