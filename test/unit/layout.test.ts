import assert from 'node:assert/strict';
import test from 'node:test';
import { fitTiles } from '../../src/room/layout.js';

const COUNTS = Array.from({ length: 49 }, (_, index) => index + 1);

const BOXES = [
  { box: 'a laptop', width: 1280, height: 720 },
  { box: 'a phone, upright', width: 390, height: 760 },
  { box: 'very wide', width: 3000, height: 120 },
  { box: 'very tall', width: 120, height: 3000 },
  { box: 'square', width: 500, height: 500 },
  { box: 'of fractions', width: 641.3, height: 359.7 },
  { box: 'tiny', width: 60, height: 40 },
] as const;

const GAPS = [0, 7.5, 8, 24];

/** The width of the largest tile, found by trying every width on every number of columns. */
function widestByTrial(width: number, height: number, count: number, gap: number): number {
  let widest = 0;
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const fits = (tile: number): boolean =>
      columns * tile + (columns - 1) * gap <= width && (rows * tile * 9) / 16 + (rows - 1) * gap <= height;
    while (fits(widest + 1)) widest++;
  }
  return widest;
}

for (const { box, width, height } of BOXES) {
  test(`a box that is ${box} gets the largest 16:9 tiles that fit, for 1 to 49 people`, () => {
    for (const gap of GAPS) {
      for (const count of COUNTS) {
        const { columns, tileWidth, tileHeight } = fitTiles(width, height, count, gap);
        const rows = Math.ceil(count / columns);
        const where = `${count} tiles, gap ${gap}`;
        assert.equal(tileWidth, widestByTrial(width, height, count, gap), `${where}: the largest`);
        assert.ok(Math.abs(tileHeight - (tileWidth * 9) / 16) <= 1, `${where}: 16:9`);
        if (tileWidth === 0) continue;
        assert.ok(columns * tileWidth + (columns - 1) * gap <= width, `${where}: not too wide`);
        assert.ok(rows * tileHeight + (rows - 1) * gap <= height, `${where}: not too high`);
      }
    }
  });
}

test('tiles never grow when somebody comes, and never shrink when the box grows', () => {
  const width = ({ tileWidth }: { tileWidth: number }): number => tileWidth;
  for (const count of COUNTS) {
    assert.ok(width(fitTiles(640, 480, count, 8)) >= width(fitTiles(640, 480, count + 1, 8)), `${count + 1} people`);
    for (let size = 0; size < 800; size += 7) {
      const here = width(fitTiles(size, 480, count, 8));
      assert.ok(here <= width(fitTiles(size + 7, 480, count, 8)), `${count} people, width ${size}`);
      assert.ok(
        width(fitTiles(640, size, count, 8)) <= width(fitTiles(640, size + 7, count, 8)),
        `${count} people, height ${size}`,
      );
    }
  }
});

const NOTHING_FITS = [
  { what: 'nobody', width: 640, height: 360, count: 0, gap: 8 },
  { what: 'no width', width: 0, height: 360, count: 3, gap: 8 },
  { what: 'no height', width: 640, height: 0, count: 3, gap: 8 },
  { what: 'no box', width: 0, height: 0, count: 49, gap: 8 },
  { what: 'a box smaller than its gaps', width: 5, height: 5, count: 4, gap: 100 },
] as const;

for (const { what, width, height, count, gap } of NOTHING_FITS) {
  test(`${what}: tiles of size zero`, () => {
    const { columns, tileWidth, tileHeight } = fitTiles(width, height, count, gap);
    assert.deepEqual({ tileWidth, tileHeight }, { tileWidth: 0, tileHeight: 0 });
    assert.ok(columns >= 1);
  });
}
