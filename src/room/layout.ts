/** Pure arithmetic of the meeting's layout. */

/**
 * How a meeting is laid out. `grid`: all tiles of one size. `speaker`: who speaks is large, the others are in a strip.
 * `spotlight`: what is pinned or shared is large; a grid while there is nothing of that kind.
 */
export type Layout = 'grid' | 'speaker' | 'spotlight';

export const LAYOUTS: readonly Layout[] = ['grid', 'speaker', 'spotlight'];

export interface TileLayout {
  readonly columns: number;
  /** In whole CSS pixels, so that rounding never makes a row too wide. */
  readonly tileWidth: number;
  readonly tileHeight: number;
}

/** Width by height of a tile. */
const TILE_RATIO = 16 / 9;

/**
 * The largest 16:9 tiles of which `count` fit into a box, all lengths in CSS pixels.
 * A box without room, or a count of none, gives tiles of size zero.
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
