import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from '../internal/repeat.js';
import { renderIcon, type Icon } from '../internal/icon.js';
import { ChevronLeft, ChevronRight } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import { asLayout, PAGE_SIZE, placeTiles, stageOf, type Layout } from '../room/layout.js';
import { participantOf, type RoomState } from '../room/state.js';
import { tileKey, tilesOf, type Tile } from '../room/tiles.js';

interface ShownTile extends Tile {
  readonly isLarge: boolean;
}

interface Arrangement {
  readonly layout: Layout;
  readonly tiles: readonly ShownTile[];
}

/**
 * Shows everybody in the meeting and what they share: in the largest 16:9 tiles that fit into its box, or with some of
 * them large and the others in a strip.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><participant-grid></participant-grid></video-room>
 * ```
 *
 * @csspart grid - The box around all tiles.
 * @csspart participant - Each `<participant-tile>`, also `large` where it is, and `class-` with each of the layout classes that the site has given its stream, where these are letters, digits and dashes; its own parts are exported as `tile`, `video`, `avatar`, `label`, `speaking`, `pin`, `full-screen`.
 * @csspart pages - The row below the tiles where there are several pages of them.
 * @csspart page-button - Each button in that row.
 * @cssproperty [--video-room-gap=0.5rem] - Space between tiles.
 */
export class ParticipantGrid extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: flex;
        flex-direction: column;
        gap: var(--video-room-gap, 0.5rem);
        block-size: 100%;
        min-block-size: 10rem;
      }

      .grid {
        position: relative;
        display: grid;
        flex: 1;
        gap: var(--video-room-gap, 0.5rem);
        min-block-size: 0;
        /* The tiles take the box as it is and never change it. */
        contain: size layout;
        contain-intrinsic-size: 0;
        overflow: hidden;
        scrollbar-width: thin;
        scrollbar-color: currentColor transparent;
      }

      participant-tile {
        position: absolute;
      }

      /* Stays in sight while the strip is scrolled under it. */
      participant-tile[large] {
        position: sticky;
        grid-area: 1 / 1;
        place-self: start;
      }

      .pages {
        display: flex;
        align-items: center;
        justify-content: center;
        gap: 0.75rem;
      }

      .pages .icon:dir(rtl) {
        transform: scaleX(-1);
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  /** `grid`, `speaker` or `spotlight`. Empty: as the person chose. Any other word counts as `spotlight`. */
  @property()
  get layout(): Layout | '' {
    return this.#layout;
  }
  set layout(name: string | null) {
    this.#layout = name ? asLayout(name) : '';
  }

  /** Counts from 0, and may be more than there are. */
  @state() private page = 0;

  @query('.grid') private readonly grid!: HTMLElement;

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, (state) => this.#arrange(state));
  readonly #resizes = new ResizeObserver(([entry]) => {
    const [size] = entry?.borderBoxSize ?? [];
    if (size) this.#box = size;
    this.#placeTiles();
  });
  #layout: Layout | '' = '';
  #box: ResizeObserverSize = { inlineSize: 0, blockSize: 0 };

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#watchSize();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resizes.disconnect();
  }

  override render(): TemplateResult {
    const { layout, tiles } = this.#room.selected;
    // A strip is scrolled instead.
    const pages = tiles.some(({ isLarge }) => isLarge) ? 1 : Math.ceil(tiles.length / PAGE_SIZE);
    const page = Math.min(this.page, Math.max(pages - 1, 0));
    return html`
      <div part="grid" class="grid" role="list" aria-label=${this.#localize.term('participants')}>
        ${repeat(
          pages > 1 ? tiles.slice(page * PAGE_SIZE, (page + 1) * PAGE_SIZE) : tiles,
          ({ key }) => key,
          ({ participantId, streamId, isLarge, layoutClasses }) =>
            html`<participant-tile
              part="participant ${isLarge ? 'large' : ''} ${layoutClasses
                .filter(isPartName)
                .map((name) => `class-${name}`)
                .join(' ')}"
              exportparts="tile, video, avatar, label, speaking, pin, full-screen"
              role="listitem"
              for=${this.for}
              participant-id=${participantId}
              stream-id=${streamId}
              controls
              ?no-pin=${layout === 'grid'}
              ?large=${isLarge}
            ></participant-tile>`,
        )}
      </div>
      ${
        pages > 1
          ? html`<div part="pages" class="pages">
              ${this.#renderPageButton('previousPage', ChevronLeft, (page + pages - 1) % pages)}
              <span>${this.#localize.term('page', page + 1, pages)}</span>
              ${this.#renderPageButton('nextPage', ChevronRight, (page + 1) % pages)}
            </div>`
          : nothing
      }
    `;
  }

  protected override firstUpdated(changed: PropertyValues<this>): void {
    super.firstUpdated(changed);
    this.#watchSize();
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    this.#placeTiles();
  }

  #arrange(state: RoomState): Arrangement {
    const layout = this.#layout || state.layout;
    const tiles = tilesOf(state.participants, state.facts);
    const stage = stageOf(tiles, layout, pinnedOf(state, tiles), state.activeSpeakerId);
    return { layout, tiles: tiles.map((tile) => ({ ...tile, isLarge: stage.includes(tile) })) };
  }

  #renderPageButton(name: 'previousPage' | 'nextPage', icon: Icon, page: number): TemplateResult {
    const label = this.#localize.term(name);
    return html`<button
      part="page-button"
      type="button"
      aria-label=${label}
      title=${label}
      @click=${() => (this.page = page)}
    >
      ${renderIcon(icon)}
    </button>`;
  }

  /** By its border, which scroll bars do not move. */
  #watchSize(): void {
    this.#resizes.observe(this.grid, { box: 'border-box' });
  }

  /** Measures nothing, so that a tile that comes costs no layout of its own. */
  #placeTiles(): void {
    const { grid } = this;
    const { inlineSize, blockSize } = this.#box;
    const tiles = [...grid.querySelectorAll('participant-tile')];
    const stageCount = tiles.filter(({ large }) => large).length;
    const gap = parseFloat(getComputedStyle(grid).columnGap) || 0;
    const { stage, others, width, height } = placeTiles(
      inlineSize,
      blockSize,
      stageCount,
      tiles.length - stageCount,
      gap,
    );
    const [large, small] = [stage.values(), others.values()];
    for (const { style, large: isLarge } of tiles) {
      const { value } = (isLarge ? large : small).next();
      if (!value) continue;
      style.insetInlineStart = `${value.x}px`;
      style.insetBlockStart = `${value.y}px`;
      style.inlineSize = `${value.width}px`;
      style.blockSize = `${value.height}px`;
    }
    grid.style.gridTemplate = `${height}px / ${width}px`;
    grid.style.overflow = `${width > inlineSize ? 'scroll' : 'hidden'} ${height > blockSize ? 'scroll' : 'hidden'}`;
  }
}

/** What the person has pinned, or else whom a moderator has put in the spotlight. */
function pinnedOf(state: RoomState, tiles: readonly Tile[]): string {
  const { pinnedTile, facts } = state;
  if (tiles.some(({ key }) => key === pinnedTile)) return pinnedTile;
  const spotlight = participantOf(state, facts?.spotlightId ?? '');
  return spotlight ? tileKey(spotlight, '') : '';
}

function isPartName(name: string): boolean {
  return /^[a-z\d-]+$/i.test(name);
}

declare global {
  interface HTMLElementTagNameMap {
    'participant-grid': ParticipantGrid;
  }
}
