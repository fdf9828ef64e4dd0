import { css, html, LitElement, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { LevelWatch } from '../internal/level-watch.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles } from '../internal/styles.js';

/**
 * Shows how loud this person's microphone is.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><level-meter></level-meter></video-room>
 * ```
 *
 * @csspart meter - The native meter.
 * @cssproperty [--video-room-tile=#2a303c] - Background of the meter.
 * @cssproperty [--video-room-speaking=#7ee2a8] - Colour of the level.
 */
export class LevelMeter extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
      }

      meter {
        appearance: none;
        display: block;
        inline-size: 100%;
        block-size: 0.5rem;
        /* Seen where colours are forced. */
        border: 1px solid transparent;
      }

      /* Each browser has its own boxes in a meter. */
      meter,
      meter::-webkit-meter-bar {
        border-radius: 0.25rem;
        background: var(--video-room-tile, #2a303c);
      }

      meter::-webkit-meter-bar {
        border: 0;
      }

      meter::-webkit-meter-optimum-value {
        background: var(--video-room-speaking, #7ee2a8);
      }

      meter::-moz-meter-bar {
        background: var(--video-room-speaking, #7ee2a8);
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  @query('meter') private readonly meter!: HTMLMeterElement;

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, ({ microphone, localStream }) =>
    microphone.on ? localStream?.getAudioTracks()[0] : undefined,
  );
  readonly #level = new LevelWatch((level) => (this.meter.value = level));

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#level.watch(undefined);
  }

  override render(): TemplateResult {
    return html`<meter part="meter" aria-label=${this.#localize.term('microphoneLevel')}></meter>`;
  }

  protected override updated(): void {
    if (this.isConnected) this.#level.watch(this.#room.selected);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'level-meter': LevelMeter;
  }
}
