import assert from 'node:assert/strict';
import test from 'node:test';
import { asLayout, fitTiles, placeTiles, stageOf, type Layout, type Rectangle } from '../../src/room/layout.js';
import type { Tile } from '../../src/room/tiles.js';

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

/** Tiles by their keys: `ada` is a person, `ada screen` what she shares. */
function tiles(keys: readonly string[]): Tile[] {
  return keys.map((key) => {
    const [participantId = '', streamId = ''] = key.split(' ');
    return { key, participantId, streamId, isScreen: streamId.startsWith('screen'), layoutClasses: [] };
  });
}

interface StageRow {
  readonly what: string;
  readonly tiles: readonly string[];
  readonly pinned?: string;
  readonly speaker?: string;
  /** The keys on the stage. */
  readonly stage: Readonly<Record<Layout, readonly string[]>>;
}

const PEOPLE = ['local', 'ada', 'bob'];

const STAGES: readonly StageRow[] = [
  { what: 'nobody', tiles: [], stage: { grid: [], speaker: [], spotlight: [] } },
  { what: 'one alone', tiles: ['local'], stage: { grid: [], speaker: [], spotlight: [] } },
  { what: 'one alone, pinned', tiles: ['local'], pinned: 'local', stage: { grid: [], speaker: [], spotlight: [] } },
  { what: 'three people', tiles: PEOPLE, stage: { grid: [], speaker: ['ada'], spotlight: [] } },
  { what: 'one speaks', tiles: PEOPLE, speaker: 'bob', stage: { grid: [], speaker: ['bob'], spotlight: [] } },
  { what: 'who spoke has left', tiles: PEOPLE, speaker: 'cleo', stage: { grid: [], speaker: ['ada'], spotlight: [] } },
  {
    what: 'somebody is pinned while another speaks',
    tiles: PEOPLE,
    pinned: 'ada',
    speaker: 'bob',
    stage: { grid: [], speaker: ['ada'], spotlight: ['ada'] },
  },
  {
    what: 'oneself is pinned',
    tiles: PEOPLE,
    pinned: 'local',
    stage: { grid: [], speaker: ['local'], spotlight: ['local'] },
  },
  {
    what: 'who is pinned has left',
    tiles: PEOPLE,
    pinned: 'cleo',
    speaker: 'bob',
    stage: { grid: [], speaker: ['bob'], spotlight: [] },
  },
  {
    what: 'a shared screen, while another speaks',
    tiles: [...PEOPLE, 'bob screen'],
    speaker: 'ada',
    stage: { grid: [], speaker: ['bob screen'], spotlight: ['bob screen'] },
  },
  {
    what: 'two shared screens',
    tiles: ['local', 'ada', 'ada screen', 'bob', 'bob screen'],
    stage: { grid: [], speaker: ['ada screen', 'bob screen'], spotlight: ['ada screen', 'bob screen'] },
  },
  {
    what: 'two shared screens and a pinned person',
    tiles: ['local', 'ada', 'ada screen', 'bob', 'bob screen'],
    pinned: 'bob',
    stage: { grid: [], speaker: ['bob'], spotlight: ['ada screen', 'bob', 'bob screen'] },
  },
  {
    what: 'a pinned screen beside another one',
    tiles: ['local', 'ada', 'ada screen', 'bob', 'bob screen'],
    pinned: 'bob screen',
    stage: { grid: [], speaker: ['bob screen'], spotlight: ['ada screen', 'bob screen'] },
  },
  {
    what: 'a screen that was pinned and is no longer shared',
    tiles: PEOPLE,
    pinned: 'bob screen',
    stage: { grid: [], speaker: ['ada'], spotlight: [] },
  },
  {
    what: 'one’s own screen',
    tiles: ['local', 'local screen', 'ada'],
    stage: { grid: [], speaker: ['ada'], spotlight: [] },
  },
  {
    what: 'one’s own screen and nobody else',
    tiles: ['local', 'local screen'],
    stage: { grid: [], speaker: [], spotlight: [] },
  },
  {
    what: 'one’s own screen, pinned',
    tiles: ['local', 'local screen', 'ada'],
    pinned: 'local screen',
    stage: { grid: [], speaker: ['local screen'], spotlight: ['local screen'] },
  },
  {
    what: 'a second camera is no screen',
    tiles: ['local', 'ada', 'ada camera'],
    stage: { grid: [], speaker: ['ada'], spotlight: [] },
  },
];

for (const { what, tiles: keys, pinned = '', speaker = '', stage } of STAGES) {
  test(`on the stage: ${what}`, () => {
    for (const layout of ['grid', 'speaker', 'spotlight'] as const) {
      const found = stageOf(tiles(keys), layout, pinned, speaker).map(({ key }) => key);
      assert.deepEqual(found, stage[layout], layout);
    }
  });
}

test('on the stage: who speaks, also as another participant than at first', () => {
  const [local, ada] = tiles(['local', 'ada']);
  assert.ok(local && ada);
  const after = { ...ada, participantId: 'ada-2' };
  assert.deepEqual(stageOf([local, { ...ada, key: 'bob', participantId: 'bob' }, after], 'speaker', '', 'ada-2'), [
    after,
  ]);
});

test('a layout of any other name is the default', () => {
  assert.deepEqual(['grid', 'speaker', 'spotlight', '', 'Grid', 'toString'].map(asLayout), [
    'grid',
    'speaker',
    'spotlight',
    'spotlight',
    'spotlight',
    'spotlight',
  ]);
});

const right = ({ x, width }: Rectangle): number => x + width;
const bottom = ({ y, height }: Rectangle): number => y + height;

function isApart(one: Rectangle, other: Rectangle): boolean {
  return right(one) <= other.x || right(other) <= one.x || bottom(one) <= other.y || bottom(other) <= one.y;
}

for (const { box, width, height } of BOXES) {
  test(`in a box that is ${box} no tile covers another one or leaves it, but for a strip that is scrolled one way`, () => {
    for (const stageCount of [0, 1, 2, 3]) {
      for (const count of [0, 1, 2, 5, 24, 49]) {
        for (const gap of GAPS) {
          const placement = placeTiles(width, height, stageCount, count, gap);
          const { stage, others } = placement;
          const where = `${stageCount} and ${count} tiles, gap ${gap}: ${JSON.stringify(placement)}`;
          assert.deepEqual([stage.length, others.length], [stageCount, count], where);
          // In a box smaller than one tile of the strip nothing is right.
          if (width < 120 || height < 80) continue;
          for (const tile of stage) {
            assert.ok(tile.x >= 0 && tile.y >= 0 && right(tile) <= width && bottom(tile) <= height, where);
          }
          for (const tile of others) {
            assert.ok(tile.x >= 0 && tile.y >= 0 && right(tile) <= placement.width, where);
            assert.ok(bottom(tile) <= placement.height, where);
          }
          const all = [...stage, ...others];
          for (const [index, tile] of all.entries()) {
            assert.ok(
              all.slice(index + 1).every((other) => isApart(tile, other)),
              where,
            );
          }
          const scrolls = [placement.width > width, placement.height > height];
          assert.ok(!scrolls.every(Boolean), where);
          // The scroll bar covers no tile.
          if (scrolls[0])
            assert.ok(
              others.every((tile) => bottom(tile) <= height - 12),
              where,
            );
          if (scrolls[1])
            assert.ok(
              others.every((tile) => right(tile) <= width - 12),
              where,
            );
        }
      }
    }
  });
}

const PLACES = [
  { what: 'wide: at the side', width: 1256, height: 640, stage: 1, isBeside: true },
  { what: 'a small laptop: below', width: 776, height: 480, stage: 1, isBeside: false },
  { what: 'a phone: below', width: 360, height: 520, stage: 1, isBeside: false },
  { what: 'a phone on its side: at the side', width: 640, height: 300, stage: 1, isBeside: true },
  { what: 'wide, two large ones: below them', width: 1256, height: 640, stage: 2, isBeside: false },
  { what: 'a phone, two large ones: below them', width: 360, height: 520, stage: 2, isBeside: false },
] as const;

for (const { what, width, height, stage: stageCount, isBeside } of PLACES) {
  test(`the strip is where it leaves the stage most room. ${what}`, () => {
    const { stage, others } = placeTiles(width, height, stageCount, 3, 8);
    const edge = Math.max(...stage.map(isBeside ? right : bottom));
    assert.ok(
      others.every(({ x, y }) => (isBeside ? x : y) >= edge),
      JSON.stringify({ stage, others }),
    );
  });
}

const LARGE = [
  { what: 'a box of 16:9 is filled', width: 640, height: 360, tile: { x: 0, y: 0, width: 640, height: 360 } },
  { what: 'a box of 4:3 is filled', width: 640, height: 480, tile: { x: 0, y: 0, width: 640, height: 480 } },
  {
    what: 'an upright box: no narrower than 3:4',
    width: 300,
    height: 800,
    tile: { x: 0, y: 200, width: 300, height: 400 },
  },
  { what: 'a flat box: no wider than 21:9', width: 700, height: 90, tile: { x: 245, y: 0, width: 210, height: 90 } },
  { what: 'no box', width: 0, height: 0, tile: { x: 0, y: 0, width: 0, height: 0 } },
] as const;

for (const { what, width, height, tile } of LARGE) {
  test(`a tile alone. ${what}`, () => {
    assert.deepEqual(placeTiles(width, height, 0, 1, 8).others, [tile]);
    assert.deepEqual(placeTiles(width, height, 1, 0, 8).stage, [tile]);
  });
}

test('a last row that is not full is in the middle', () => {
  const { others } = placeTiles(640, 360, 0, 5, 0);
  assert.deepEqual(
    others.map(({ x, y }) => [x, y]),
    [
      [107, 1],
      [320, 1],
      [107, 120],
      [320, 120],
      [213, 239],
    ],
  );
});

test('a strip that fits is in the middle, a longer one begins at the start', () => {
  const starts = (count: number): number[] => placeTiles(360, 520, 1, count, 8).others.map(({ x }) => x);
  assert.deepEqual(starts(1), [125]);
  assert.deepEqual(starts(3), [7, 125, 243]);
  assert.deepEqual(starts(4), [0, 118, 236, 354]);
});
