import { assert } from '@open-wc/testing';
import type { ParticipantGrid, VideoRoom } from '../../src/index.js';
import type { RemoteStream } from '../../src/room/media-connection.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { allInside, buttonOf, Complaints, inside, mountJoinedRoom, textInside, until } from './helpers/page.js';
import { remoteMedia } from './helpers/remote-media.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
});

async function meetingWithGrid(style: string, attributes = ''): Promise<[VideoRoom, ParticipantGrid]> {
  const room = await mountJoinedRoom(
    'no-audio no-video name="Ada"',
    `<participant-grid style="${style}" ${attributes}></participant-grid>`,
  );
  const grid = room.querySelector('participant-grid');
  if (!grid) throw new Error('There is no grid.');
  await until(() => (tiles(grid)[0]?.clientWidth ?? 0) > 0, 'the box is measured');
  return [room, grid];
}

/** Somebody without media: what counts is the tile. */
function somebody(id: string): RemoteStream {
  return { id: `stream-${id}`, participantId: id, alias: id, mediaTypes: [], mediaStream: new MediaStream() };
}

function tiles(grid: ParticipantGrid): HTMLElement[] {
  return allInside(grid, 'participant-tile');
}

/** Their keys, in the page's order. */
function keys(grid: ParticipantGrid, selector = ''): string[] {
  return allInside(grid, `participant-tile${selector}`).map((tile) =>
    `${tile.getAttribute('participant-id') ?? ''} ${tile.getAttribute('stream-id') ?? ''}`.trim(),
  );
}

function tileOf(grid: ParticipantGrid, key: string): HTMLElement {
  const found = tiles(grid)[keys(grid).indexOf(key)];
  if (!found) throw new Error(`There is no tile ${key}.`);
  return found;
}

/** As measured on the screen: inside the box, apart from each other, of one size, and 16:9 to a pixel unless alone. */
function assertFits(grid: ParticipantGrid, where: string): void {
  const box = grid.getBoundingClientRect();
  const rectangles = tiles(grid).map((tile) => tile.getBoundingClientRect());
  const [first] = rectangles;
  for (const [index, { left, top, right, bottom, width, height }] of rectangles.entries()) {
    assert.isAtLeast(left, box.left - 0.5, `${where}: left`);
    assert.isAtLeast(top, box.top - 0.5, `${where}: top`);
    assert.isAtMost(right, box.right + 0.5, `${where}: right`);
    assert.isAtMost(bottom, box.bottom + 0.5, `${where}: bottom`);
    assert.deepEqual([width, height], [first?.width, first?.height], `${where}: of one size`);
    if (rectangles.length > 1) assert.approximately(height, (width * 9) / 16, 1, `${where}: 16:9`);
    for (const other of rectangles.slice(index + 1)) {
      const isApart = other.left >= right || other.top >= bottom || other.right <= left || other.bottom <= top;
      assert.ok(isApart, `${where}: apart`);
    }
  }
}

const BOXES = [
  { style: 'width: 640px; height: 360px', least: 0.95 },
  { style: 'width: 360px; height: 640px', least: 0.7 },
  { style: 'width: 700px; height: 160px', least: 0.5 },
  { style: 'width: 333.3px; height: 444.4px; --video-room-gap: 3.3px', least: 0.95 },
  { style: 'width: 500px; height: 300px; padding: 10px; border: 3px solid; --video-room-gap: 0px', least: 0.85 },
] as const;

for (const { style, least } of BOXES) {
  it(`1 to 25 tiles fit into a box with ${style}`, async () => {
    const complaints = new Complaints();
    const [room, grid] = await meetingWithGrid(style);
    const box = grid.getBoundingClientRect();
    for (let count = 1; count <= 25; count++) {
      if (count > 1) await provider.connection.show(somebody(`p-${count}`));
      await until(() => tiles(grid).length === count, `${count} tiles`);
      assertFits(grid, `${count} tiles`);
      if (count === 1) {
        const { width, height } = tiles(grid)[0]?.getBoundingClientRect() ?? box;
        assert.isAtLeast((width * height) / (box.width * box.height), least, 'the box is used');
      }
    }
    assert.deepEqual(grid.getBoundingClientRect().toJSON(), box.toJSON(), 'the box stays as it was');
    assert.strictEqual(room.state.participants.length, 25);
    await complaints.assertNone();
  });
}

it('follows its box, without a loop of the resize observer, down to nothing and back', async () => {
  const complaints = new Complaints();
  const [, grid] = await meetingWithGrid('width: 640px; height: 360px');
  await provider.connection.show(...Array.from({ length: 6 }, (_, index) => somebody(`p-${index}`)));
  await until(() => tiles(grid).length === 7, '7 tiles');
  const widths = new Set<number>();
  for (const [width, height] of [
    [900, 500],
    [200, 700],
    [0, 0],
    [30, 20],
    [640, 360],
  ] as const) {
    const before = tiles(grid)[0]?.clientWidth;
    Object.assign(grid.style, { width: `${width}px`, height: `${height}px`, minHeight: '0' });
    await until(() => tiles(grid)[0]?.clientWidth !== before, `fitted to ${width} by ${height}`);
    // In no box the tiles have no size, and only the gaps between them are left.
    if (width > 0) assertFits(grid, `${width} by ${height}`);
    widths.add(tiles(grid)[0]?.clientWidth ?? -1);
  }
  assert.strictEqual(widths.size, 5);
  await complaints.assertNone();
});

it('a tile keeps its element and its video while others come and go', async () => {
  const [, grid] = await meetingWithGrid('width: 640px; height: 360px');
  const kept = remoteMedia('kept', { types: ['VIDEO'] });
  await provider.connection.show(somebody('a'), kept, somebody('b'));
  const elementOf = (id: string): HTMLElement | undefined =>
    tiles(grid).find((tile) => tile.getAttribute('participant-id') === id);
  await until(() => elementOf('kept')?.shadowRoot?.querySelector('video.shown'), 'shown');
  const element = elementOf('kept');
  if (!element) throw new Error('There is no tile.');
  const video = inside(element, 'video', HTMLVideoElement);
  const moves: string[] = [];
  for (const type of ['emptied', 'pause']) video.addEventListener(type, () => moves.push(type));
  provider.connection.hide(somebody('a'));
  await provider.connection.show(somebody('c'), somebody('d'));
  provider.connection.hide(somebody('b'));
  await until(
    () =>
      tiles(grid)
        .map((tile) => tile.getAttribute('participant-id'))
        .join() === 'local,kept,c,d',
    'changed',
  );
  assert.ok(elementOf('kept') === element, 'the same element');
  assert.ok(video.srcObject === kept.mediaStream, 'the same stream');
  assert.deepEqual([video.paused, moves], [false, []]);
});

it('a second stream of somebody has a tile of its own beside the others', async () => {
  const [, grid] = await meetingWithGrid('width: 640px; height: 360px');
  const screen = { ...somebody('ada'), id: 'screen', alias: 'screenshare' };
  await provider.connection.show(somebody('ada'), screen);
  await until(() => tiles(grid).length === 3, '3 tiles');
  assert.deepEqual(
    tiles(grid).map((tile) => [tile.getAttribute('participant-id'), tile.getAttribute('stream-id')]),
    [
      ['local', ''],
      ['ada', ''],
      ['ada', 'screen'],
    ],
  );
  provider.connection.hide(screen);
  await until(() => tiles(grid).length === 2, '2 tiles');
});

it('is empty before the meeting and after it', async () => {
  const [room, grid] = await meetingWithGrid('width: 640px; height: 360px');
  assert.strictEqual(tiles(grid).length, 1);
  room.leave();
  await until(() => tiles(grid).length === 0, 'empty');
  await room.join();
  await until(() => tiles(grid).length === 1, 'there again');
  assertFits(grid, 'again');
});

it('goes on after it was moved in the page', async () => {
  const [room, grid] = await meetingWithGrid('width: 640px; height: 360px');
  const section = document.createElement('section');
  room.append(section);
  section.append(grid);
  await provider.connection.show(somebody('ada'));
  await until(() => tiles(grid).length === 2, '2 tiles');
  grid.style.width = '300px';
  await until(() => (tiles(grid)[0]?.clientWidth ?? 640) <= 300, 'fitted');
  assertFits(grid, 'moved');
});

describe('the stage', () => {
  const BOX = 'width: 640px; height: 360px';
  const camera = (id: string): RemoteStream => somebody(id);
  const screen = (id: string): RemoteStream => ({ ...somebody(id), id: `screen-${id}`, alias: 'screenshare' });

  /** Who is there: Bob, and Cleo who shares her screen. */
  async function meetingWithScreen(attributes = ''): Promise<[VideoRoom, ParticipantGrid]> {
    const [room, grid] = await meetingWithGrid(BOX, attributes);
    await provider.connection.show(camera('bob'), camera('cleo'), screen('cleo'));
    await until(() => tiles(grid).length === 4, 'all tiles');
    return [room, grid];
  }

  /** The large tiles do not reach into the small ones and are the larger ones. */
  function assertStage(grid: ParticipantGrid, expected: readonly string[]): void {
    assert.deepEqual(keys(grid, '[large]'), expected);
    const large = allInside(grid, '[large]').map((tile) => tile.getBoundingClientRect());
    const small = allInside(grid, 'participant-tile:not([large])').map((tile) => tile.getBoundingClientRect());
    for (const one of large) {
      for (const other of small) {
        assert.isAbove(one.width * one.height, 2 * other.width * other.height);
        assert.ok(other.left >= one.right || other.top >= one.bottom, 'apart');
      }
    }
  }

  it('holds a shared screen, for as long as it is shared', async () => {
    const [, grid] = await meetingWithScreen();
    assertStage(grid, ['cleo screen-cleo']);
    await provider.connection.show(screen('bob'));
    await until(() => tiles(grid).length === 5, 'two screens');
    assertStage(grid, ['bob screen-bob', 'cleo screen-cleo']);
    provider.connection.hide(screen('bob'), screen('cleo'));
    await until(() => tiles(grid).length === 3, 'no screen');
    assertFits(grid, 'a grid again');
    assertStage(grid, []);
  });

  const LAYOUTS = [
    { layout: 'grid', read: 'grid', large: [] },
    { layout: 'speaker', read: 'speaker', large: ['cleo screen-cleo'] },
    { layout: 'spotlight', read: 'spotlight', large: ['cleo screen-cleo'] },
    { layout: 'nonsense', read: 'spotlight', large: ['cleo screen-cleo'] },
    { layout: '', read: '', large: [] },
  ] as const;

  for (const { layout, read, large } of LAYOUTS) {
    it(`is as layout="${layout}" says, whatever the room’s layout is`, async () => {
      const [room, grid] = await meetingWithScreen(`layout="${layout}"`);
      room.room.setLayout('grid');
      await grid.updateComplete;
      assertStage(grid, large);
      assert.strictEqual(grid.layout, read);
      grid.removeAttribute('layout');
      await grid.updateComplete;
      assertStage(grid, []);
      assert.strictEqual(grid.layout, '');
    });
  }

  it('follows the room’s layout, and in the speaker layout who speaks', async () => {
    const [room, grid] = await meetingWithGrid(BOX);
    await provider.connection.show(camera('bob'), camera('cleo'));
    await until(() => tiles(grid).length === 3, 'all tiles');
    assertStage(grid, []);
    room.room.setLayout('speaker');
    await grid.updateComplete;
    assertStage(grid, ['bob']);
    provider.connection.levels = new Map([['stream-cleo', 0.5]]);
    await until(() => keys(grid, '[large]').join() === 'cleo', 'Cleo is large');
    assertStage(grid, ['cleo']);
    provider.connection.hide(camera('cleo'));
    await until(() => tiles(grid).length === 2, 'Cleo is gone');
    assertStage(grid, ['bob']);
  });

  it('holds what is pinned by its button, until that is pressed again or the person leaves', async () => {
    const [room, grid] = await meetingWithScreen();
    const pinOf = (key: string): HTMLButtonElement => inside(tileOf(grid, key), '[part=pin]', HTMLButtonElement);
    pinOf('bob').click();
    await grid.updateComplete;
    assertStage(grid, ['bob', 'cleo screen-cleo']);
    provider.connection.hide(screen('cleo'));
    await until(() => tiles(grid).length === 3, 'no screen');
    assertStage(grid, ['bob']);
    pinOf('bob').click();
    await grid.updateComplete;
    assertStage(grid, []);
    pinOf('local').click();
    await grid.updateComplete;
    assertStage(grid, ['local']);
    pinOf('cleo').click();
    await grid.updateComplete;
    assertStage(grid, ['cleo']);
    provider.connection.hide(camera('cleo'));
    await until(() => tiles(grid).length === 2, 'Cleo is gone');
    assertStage(grid, []);
    assert.strictEqual(room.state.participants.length, 2);
  });

  it('takes a tile from the strip and gives it back without its video noticing', async () => {
    const [room, grid] = await meetingWithGrid(BOX);
    const ada = remoteMedia('ada', { types: ['VIDEO'] });
    await provider.connection.show(ada, camera('bob'));
    await until(() => tiles(grid).length === 3, 'all tiles');
    const tile = tileOf(grid, 'ada');
    await until(() => tile.shadowRoot?.querySelector('video.shown'), 'shown');
    const video = inside(tile, 'video', HTMLVideoElement);
    const moves: string[] = [];
    for (const type of ['emptied', 'pause']) video.addEventListener(type, () => moves.push(type));
    for (const pinned of ['bob', 'ada', '']) {
      room.room.pin(pinned);
      await until(() => keys(grid, '[large]').join() === pinned, `pinned: ${pinned}`);
      assert.ok(tileOf(grid, 'ada') === tile, 'the same element');
      await new Promise(requestAnimationFrame);
    }
    assert.deepEqual([video.paused, moves], [false, []]);
  });

  const STRIPS = [
    { box: 'width: 640px; height: 300px', axis: 'scrollTop', edge: 'left', overflow: 'hidden scroll' },
    { box: 'width: 360px; height: 400px', axis: 'scrollLeft', edge: 'top', overflow: 'scroll hidden' },
  ] as const;

  for (const { box, axis, edge, overflow } of STRIPS) {
    it(`has a strip beside it that is scrolled, and of which nothing out of sight is decoded: ${box}`, async () => {
      const complaints = new Complaints();
      const [room, grid] = await meetingWithGrid(box);
      const picture = remoteMedia('first', { types: ['VIDEO'] });
      const people = Array.from({ length: 12 }, (_, index) => ({
        ...picture,
        id: `s-${index}`,
        participantId: `p-${index}`,
      }));
      await provider.connection.show(screen('ada'), ...people);
      await until(() => tiles(grid).length === 15, 'all tiles');
      assertStage(grid, ['ada screen-ada']);
      const strip = tiles(grid).filter((tile) => !tile.hasAttribute('large'));
      const edges = strip.map((tile) => tile.getBoundingClientRect()[edge]);
      assert.strictEqual(new Set(edges).size, 1, 'in one line');
      const streamOf = (key: string): unknown => inside(tileOf(grid, key), 'video', HTMLVideoElement).srcObject;
      await until(() => streamOf('p-0') && !streamOf('p-11'), 'only what is in sight has a picture');
      const stage = allInside(grid, '[large]')[0]?.getBoundingClientRect().toJSON() as object;
      const list = inside(grid, '[role=list]', HTMLElement);
      assert.strictEqual(getComputedStyle(list).overflow, overflow);
      list[axis] = 10_000;
      await until(() => !streamOf('p-0') && streamOf('p-11'), 'now what has come into sight');
      assert.isAbove(list[axis], 200);
      assert.deepEqual(allInside(grid, '[large]')[0]?.getBoundingClientRect().toJSON(), stage, 'the stage stays');
      await until(() => tileOf(grid, 'p-11').shadowRoot?.querySelector('video.shown'), 'shown');
      room.room.setLayout('grid');
      await until(() => streamOf('p-0') && streamOf('p-11'), 'all in sight again');
      assertFits(grid, 'a grid again');
      await complaints.assertNone();
    });
  }
});

it('does not widen the box it is in, however long its strip is', async () => {
  const [room, grid] = await meetingWithGrid('');
  room.style.cssText = 'display: grid; inline-size: 300px; block-size: 300px';
  await provider.connection.show(...Array.from({ length: 12 }, (_, index) => somebody(`p-${index}`)));
  room.room.pin('p-1');
  await until(() => keys(grid, '[large]').length === 1, 'a strip');
  await until(() => inside(grid, '[role=list]', HTMLElement).scrollWidth > 1000, 'a long strip');
  assert.strictEqual(grid.clientWidth, 300);
});

describe('pages', () => {
  const pressPage = async (grid: ParticipantGrid, name: string): Promise<void> => {
    inside(grid, `[aria-label="${name} page"]`, HTMLButtonElement).click();
    await grid.updateComplete;
  };

  it('are there from 26 tiles on, and only those of the page are rendered', async () => {
    const [, grid] = await meetingWithGrid('width: 640px; height: 360px');
    const people = Array.from({ length: 30 }, (_, index) => somebody(`p-${index}`));
    await provider.connection.show(...people.slice(0, 24));
    await until(() => tiles(grid).length === 25, '25 tiles');
    assert.isUndefined(textInside(grid, '[part=pages]'));
    await provider.connection.show(...people.slice(24));
    await until(() => textInside(grid, '[part=pages]') === 'Page 1 of 2', 'pages');
    assert.strictEqual(tiles(grid).length, 25);
    const bottom = inside(grid, '[part=pages]', HTMLElement).getBoundingClientRect().top;
    await until(
      () => tiles(grid).every((tile) => tile.getBoundingClientRect().bottom <= bottom),
      'the tiles make room for the buttons',
    );
    assertFits(grid, 'page 1');

    await pressPage(grid, 'Next');
    assert.deepEqual(keys(grid), ['p-24', 'p-25', 'p-26', 'p-27', 'p-28', 'p-29']);
    assert.strictEqual(textInside(grid, '[part=pages]'), 'Page 2 of 2');
    assertFits(grid, 'page 2');
    await pressPage(grid, 'Next');
    assert.strictEqual(keys(grid)[0], 'local');
    await pressPage(grid, 'Previous');
    assert.strictEqual(keys(grid)[0], 'p-24');

    provider.connection.hide(...people.slice(20));
    await until(() => tiles(grid).length === 21, 'one page is left');
    assert.isUndefined(textInside(grid, '[part=pages]'));
    assertFits(grid, 'one page');
  });

  it('end where the people end: who leaves takes the last page along', async () => {
    const [, grid] = await meetingWithGrid('width: 640px; height: 360px');
    const people = Array.from({ length: 54 }, (_, index) => somebody(`p-${index}`));
    await provider.connection.show(...people);
    await until(() => textInside(grid, '[part=pages]') === 'Page 1 of 3', 'pages');
    await pressPage(grid, 'Previous');
    assert.deepEqual(keys(grid), ['p-49', 'p-50', 'p-51', 'p-52', 'p-53']);
    provider.connection.hide(...people.slice(30));
    await until(() => textInside(grid, '[part=pages]') === 'Page 2 of 2', 'a page less');
    assert.strictEqual(keys(grid)[0], 'p-24');
  });

  it('are not there while there is a stage', async () => {
    const [room, grid] = await meetingWithGrid('width: 640px; height: 360px');
    await provider.connection.show(...Array.from({ length: 30 }, (_, index) => somebody(`p-${index}`)));
    await until(() => tiles(grid).length === 25, '25 tiles');
    room.room.pin('p-28');
    await until(() => tiles(grid).length === 31, 'all tiles');
    assert.isUndefined(textInside(grid, '[part=pages]'));
    assert.deepEqual(keys(grid, '[large]'), ['p-28']);
  });
});

it('offers to pin nothing in the grid layout, where that would change nothing', async () => {
  const [, grid] = await meetingWithGrid('width: 640px; height: 360px', 'layout="grid"');
  await provider.connection.show(somebody('ada'), { ...somebody('ada'), id: 'screen', alias: 'screenshare' });
  await until(() => tiles(grid).length === 3, '3 tiles');
  assert.deepEqual(
    tiles(grid).map((tile) => allInside(tile, 'button').map((button) => button.title)),
    [[], [], ['Full screen']],
  );
  assert.strictEqual(buttonOf(tileOf(grid, 'ada screen')).getAttribute('aria-pressed'), 'false');
});
