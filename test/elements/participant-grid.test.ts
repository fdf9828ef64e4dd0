import { assert } from '@open-wc/testing';
import type { ParticipantGrid, VideoRoom } from '../../src/index.js';
import type { RemoteStream } from '../../src/room/media-connection.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { allInside, Complaints, inside, mountJoinedRoom, until } from './helpers/page.js';
import { remoteMedia } from './helpers/remote-media.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
});

async function meetingWithGrid(style: string): Promise<[VideoRoom, ParticipantGrid]> {
  const room = await mountJoinedRoom(
    'no-audio no-video name="Ada"',
    `<participant-grid style="${style}"></participant-grid>`,
  );
  const grid = room.querySelector('participant-grid');
  if (!grid) throw new Error('There is no grid.');
  await grid.updateComplete;
  return [room, grid];
}

/** Somebody without media: what counts is the tile. */
function somebody(id: string): RemoteStream {
  return { id: `stream-${id}`, participantId: id, alias: id, mediaTypes: [], mediaStream: new MediaStream() };
}

function tiles(grid: ParticipantGrid): HTMLElement[] {
  return allInside(grid, 'participant-tile');
}

/** As measured on the screen: inside the box, apart from each other, of one size, and 16:9 to a pixel. */
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
    assert.approximately(height, (width * 9) / 16, 1, `${where}: 16:9`);
    for (const other of rectangles.slice(index + 1)) {
      const isApart = other.left >= right || other.top >= bottom || other.right <= left || other.bottom <= top;
      assert.ok(isApart, `${where}: apart`);
    }
  }
}

const BOXES = [
  { style: 'width: 640px; height: 360px', least: 0.95 },
  { style: 'width: 360px; height: 640px', least: 0.28 },
  { style: 'width: 700px; height: 160px', least: 0.4 },
  { style: 'width: 333.3px; height: 444.4px; --video-room-gap: 3.3px', least: 0.4 },
  { style: 'width: 500px; height: 300px; padding: 10px; border: 3px solid; --video-room-gap: 0px', least: 0.5 },
] as const;

for (const { style, least } of BOXES) {
  it(`1 to 49 tiles fit into a box with ${style}`, async () => {
    const complaints = new Complaints();
    const [room, grid] = await meetingWithGrid(style);
    const box = grid.getBoundingClientRect();
    for (let count = 1; count <= 49; count++) {
      if (count > 1) await provider.connection.show(somebody(`p-${count}`));
      await until(() => tiles(grid).length === count, `${count} tiles`);
      assertFits(grid, `${count} tiles`);
      if (count === 1) {
        const { width, height } = tiles(grid)[0]?.getBoundingClientRect() ?? box;
        assert.isAtLeast((width * height) / (box.width * box.height), least, 'the box is used');
      }
    }
    assert.deepEqual(grid.getBoundingClientRect().toJSON(), box.toJSON(), 'the box stays as it was');
    assert.strictEqual(room.state.participants.length, 49);
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
