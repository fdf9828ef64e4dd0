/** Pure arithmetic of the meeting's layout. All lengths are in CSS pixels. */
import type { Tile } from './tiles.js';

/**
 * How a meeting is laid out. `grid`: all tiles of one size. `speaker`: who speaks is large, the others are in a strip.
 * `spotlight`: what is pinned or shared is large; a grid while there is nothing of that kind.
 */
export type Layout = 'grid' | 'speaker' | 'spotlight';

export const LAYOUTS: readonly Layout[] = ['grid', 'speaker', 'spotlight'];

/** Tiles that a grid shows at once; more of them are on further pages. */
export const PAGE_SIZE = 25;

/** Width by height of a tile. */
const TILE_RATIO = 16 / 9;

/** Width by height of a large tile, which takes the room there is as far as a picture can be cut to it. */
const LARGE_RATIO = { narrowest: 3 / 4, widest: 21 / 9 };

/** Width of a tile in the strip: a part of the longer side of the box, within limits. */
const STRIP = { part: 1 / 6, least: 110, most: 220 };

/** What is left free for the scroll bar of a strip that is longer than the box. */
const SCROLL_BAR = 12;

export interface TileLayout {
  readonly columns: number;
  /** In whole pixels, so that rounding never makes a row too wide. */
  readonly tileWidth: number;
  readonly tileHeight: number;
}

/** In whole pixels. `x` counts from the side where a line of text begins. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Placement {
  readonly stage: readonly Rectangle[];
  /** The strip, or the grid where there is no stage. */
  readonly others: readonly Rectangle[];
  /** Of all together: longer than the box one way where the strip is to be scrolled. */
  readonly width: number;
  readonly height: number;
}

/** The layout of that name. Any other name counts as the default. */
export function asLayout(name: string): Layout {
  return LAYOUTS.find((layout) => layout === name) ?? 'spotlight';
}

/**
 * Which tiles are shown large.
 *
 * @param pinnedTile a key; means nothing while there is no such tile
 * @param activeSpeakerId the participant who spoke last
 */
export function stageOf(
  tiles: readonly Tile[],
  layout: Layout,
  pinnedTile: string,
  activeSpeakerId: string,
): readonly Tile[] {
  if (layout === 'grid' || tiles.length < 2) return [];
  const isPinned = ({ key }: Tile): boolean => key === pinnedTile;
  // One's own screen, shown large on that very screen, would show itself without end.
  const isShared = ({ isScreen, participantId }: Tile): boolean => isScreen && participantId !== 'local';
  if (layout === 'spotlight') return tiles.filter((tile) => isPinned(tile) || isShared(tile));
  const pinned = tiles.filter(isPinned);
  if (pinned.length > 0) return pinned;
  const shared = tiles.filter(isShared);
  if (shared.length > 0) return shared;
  const speaker =
    tiles.find(({ participantId }) => participantId === activeSpeakerId) ??
    tiles.find(({ participantId }) => participantId !== 'local');
  return speaker ? [speaker] : [];
}

/** Where the tiles are in a box: the stage as large as can be, the others in a strip at its side or below it. */
export function placeTiles(width: number, height: number, stageCount: number, count: number, gap: number): Placement {
  if (stageCount === 0) {
    const others = count === 1 ? spread(width, height, 1, gap) : inRows(width, height, count, gap);
    return { stage: [], others, width, height };
  }
  if (count === 0) return { stage: spread(width, height, stageCount, gap), others: [], width, height };
  const wanted = Math.max(width, height) * STRIP.part;
  const tileWidth = Math.round(Math.min(Math.max(wanted, STRIP.least), STRIP.most));
  const tileHeight = Math.round(tileWidth / TILE_RATIO);
  const column = inLine(height, tileHeight, count, gap);
  const row = inLine(width, tileWidth, count, gap);
  const left = width - tileWidth - column.scrollBar;
  const top = height - tileHeight - row.scrollBar;
  const isBeside =
    fitTiles(left - gap, height, stageCount, gap).tileWidth > fitTiles(width, top - gap, stageCount, gap).tileWidth;
  return isBeside
    ? {
        stage: spread(left - gap, height, stageCount, gap),
        others: column.starts.map((y) => ({ x: left, y, width: tileWidth, height: tileHeight })),
        width,
        height: column.length,
      }
    : {
        stage: spread(width, top - gap, stageCount, gap),
        others: row.starts.map((x) => ({ x, y: top, width: tileWidth, height: tileHeight })),
        width: row.length,
        height,
      };
}

/** The largest 16:9 tiles that fit. */
function inRows(width: number, height: number, count: number, gap: number): Rectangle[] {
  return centre(width, height, count, gap, fitTiles(width, height, count, gap));
}

/** Tiles that share all of the box. */
function spread(width: number, height: number, count: number, gap: number): Rectangle[] {
  const { columns } = fitTiles(width, height, count, gap);
  const rows = Math.ceil(count / columns);
  const widest = Math.max(0, (width - gap * (columns - 1)) / columns);
  const highest = Math.max(0, (height - gap * (rows - 1)) / rows);
  return centre(width, height, count, gap, {
    columns,
    tileWidth: Math.floor(Math.min(widest, highest * LARGE_RATIO.widest)),
    tileHeight: Math.floor(Math.min(highest, widest / LARGE_RATIO.narrowest)),
  });
}

/** Rows in the middle of the box, the last one too where it is not full. */
function centre(width: number, height: number, count: number, gap: number, layout: TileLayout): Rectangle[] {
  const { columns, tileWidth, tileHeight } = layout;
  const [stepX, stepY] = [tileWidth + gap, tileHeight + gap];
  const top = (height + gap - Math.ceil(count / columns) * stepY) / 2;
  return Array.from({ length: count }, (_, index) => {
    const column = index % columns;
    const left = (width + gap - Math.min(columns, count - index + column) * stepX) / 2;
    const y = top + ((index - column) / columns) * stepY;
    return { x: Math.floor(left + column * stepX), y: Math.floor(y), width: tileWidth, height: tileHeight };
  });
}

/** Tiles in one line: in the middle of the box, or from its start on where they are longer than it. */
function inLine(
  box: number,
  size: number,
  count: number,
  gap: number,
): { readonly starts: readonly number[]; readonly length: number; readonly scrollBar: number } {
  const length = count * (size + gap) - gap;
  const first = Math.max(0, (box - length) / 2);
  return {
    starts: Array.from({ length: count }, (_, index) => Math.floor(first + index * (size + gap))),
    length: Math.max(box, length),
    scrollBar: length > box ? SCROLL_BAR : 0,
  };
}

/**
 * The largest 16:9 tiles of which `count` fit into a box. A box without room, or a count of none, gives tiles of size
 * zero.
 */
export function fitTiles(width: number, height: number, count: number, gap: number): TileLayout {
  let best: TileLayout = { columns: 1, tileWidth: 0, tileHeight: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const widest = (width - gap * (columns - 1)) / columns;
    const highest = (height - gap * (rows - 1)) / rows;
    const tileWidth = Math.floor(Math.min(widest, highest * TILE_RATIO));
    if (tileWidth > best.tileWidth) best = { columns, tileWidth, tileHeight: Math.floor(tileWidth / TILE_RATIO) };
  }
  return best;
}
