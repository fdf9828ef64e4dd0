import { css, html, LitElement, type PropertyValues, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles } from '../internal/styles.js';
import { fitTiles } from '../room/layout.js';
import { tilesOf } from '../room/tiles.js';

/**
 * Shows everybody in the meeting, in the largest 16:9 tiles that fit into its box.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><participant-grid></participant-grid></video-room>
 * ```
 *
 * @csspart grid - The box around all tiles.
 * @csspart participant - Each `<participant-tile>`; its own parts are exported as `tile`, `video`, `avatar`, `label`, `speaking`.
 * @cssproperty [--video-room-gap=0.5rem] - Space between tiles.
 */
export class ParticipantGrid extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
        position: relative;
        block-size: 100%;
        min-block-size: 10rem;
      }

      .grid {
        /* Out of the flow: the tiles take the box as it is and never change it. */
        position: absolute;
        inset: 0;
        display: flex;
        flex-wrap: wrap;
        place-content: center;
        gap: var(--video-room-gap, 0.5rem);
        inline-size: var(--row-width);
        margin-inline: auto;
        overflow: hidden;
      }

      participant-tile {
        flex: none;
        inline-size: var(--tile-width);
        block-size: var(--tile-height);
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  @query('.grid') private readonly grid!: HTMLElement;

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, ({ participants }) => tilesOf(participants));
  readonly #resizes = new ResizeObserver(() => this.#fit());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resizes.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
  }

  override render(): TemplateResult {
    return html`<div part="grid" class="grid" role="list" aria-label=${this.#localize.term('participants')}>
      ${repeat(
        this.#room.selected,
        ({ key }) => key,
        ({ participantId, streamId }) =>
          html`<participant-tile
            part="participant"
            exportparts="tile, video, avatar, label, speaking"
            role="listitem"
            for=${this.for}
            participant-id=${participantId}
            stream-id=${streamId}
          ></participant-tile>`,
      )}
    </div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    this.#fit();
  }

  #fit(): void {
    if (!this.hasUpdated) return;
    const { grid } = this;
    const count = this.#room.selected.length;
    const gap = parseFloat(getComputedStyle(grid).columnGap) || 0;
    const { columns, tileWidth, tileHeight } = fitTiles(this.clientWidth, this.clientHeight, count, gap);
    grid.style.setProperty('--tile-width', `${tileWidth}px`);
    grid.style.setProperty('--tile-height', `${tileHeight}px`);
    grid.style.setProperty('--row-width', `${columns * (tileWidth + gap) - gap}px`);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'participant-grid': ParticipantGrid;
  }
}
