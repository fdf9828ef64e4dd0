import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { fieldStyles } from '../internal/field-styles.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles } from '../internal/styles.js';
import { asLayout, LAYOUTS } from '../room/layout.js';

const TEXTS = { grid: 'layoutGrid', speaker: 'layoutSpeaker', spotlight: 'layoutSpotlight' } as const;

/**
 * Lets the person choose how the meeting is laid out.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><layout-picker></layout-picker><participant-grid></participant-grid></video-room>
 * ```
 *
 * @csspart label - The label around the list.
 * @csspart select - The native list.
 */
export class LayoutPicker extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    baseStyles,
    fieldStyles,
    css`
      :host {
        display: inline-block;
      }

      label {
        display: flex;
        align-items: center;
        gap: 0.5rem;
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  @query('select') private readonly select!: HTMLSelectElement;

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, ({ layout }) => layout);

  override render(): TemplateResult {
    const { room, selected } = this.#room;
    return html`<label part="label">
      ${this.#localize.term('layout')}
      <select
        part="select"
        title=${room ? nothing : this.#localize.term('noRoom')}
        ?disabled=${!room}
        @change=${() => room?.setLayout(asLayout(this.select.value))}
      >
        ${LAYOUTS.map(
          (layout) =>
            html`<option value=${layout} .selected=${layout === selected}>
              ${this.#localize.term(TEXTS[layout])}
            </option>`,
        )}
      </select>
    </label>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'layout-picker': LayoutPicker;
  }
}
