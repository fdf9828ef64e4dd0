import { assert } from '@open-wc/testing';
import { resetMouse, sendKeys, sendMouse } from '@web/test-runner-commands';
import type { ParticipantTile, VideoRoom } from '../../src/index.js';
import { useDevices } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import {
  allInside,
  buttonOf,
  EventRecord,
  inside,
  mount,
  mountJoinedRoom,
  release,
  textInside,
  until,
} from './helpers/page.js';
import { remoteMedia } from './helpers/remote-media.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
});

/** A meeting with one tile for each line of attributes. */
async function meetingWith(tiles: string[], attributes = 'no-audio no-video'): Promise<[VideoRoom, ParticipantTile[]]> {
  const room = await mountJoinedRoom(
    attributes,
    tiles.map((tile) => `<participant-tile style="inline-size: 160px" ${tile}></participant-tile>`).join(''),
  );
  return [room, [...room.querySelectorAll('participant-tile')]];
}

async function tileOf(attributes: string, settings?: string): Promise<[VideoRoom, ParticipantTile]> {
  const [room, [tile]] = await meetingWith([attributes], settings);
  if (!tile) throw new Error('There is no tile.');
  return [room, tile];
}

function videoOf(tile: Element): HTMLVideoElement {
  return inside(tile, 'video', HTMLVideoElement);
}

/** Resolves when the page has been told so often. */
async function sizes(room: VideoRoom, stream: { readonly id: string }, count: number): Promise<string[]> {
  const found: string[] = [];
  room.addEventListener('stream-resized', ({ endpointId, width, height }) => {
    if (endpointId === stream.id) found.push(`${width}×${height}`);
  });
  await until(
    () => found.length >= count,
    () => `sizes: ${found.join()}`,
  );
  return found;
}

/** The id of the stream in the video. Not the stream itself: a failing comparison of it takes minutes to print. */
function streamOf(tile: Element): string | undefined {
  const { srcObject } = videoOf(tile);
  return srcObject instanceof MediaStream ? srcObject.id : undefined;
}

/**
 * What of the participant is to be seen: the picture, or else the text that stands in for it, or nothing in place of a
 * screen.
 */
function sight(tile: Element): string | undefined {
  const isShown = getComputedStyle(videoOf(tile)).visibility === 'visible';
  const avatar = textInside(tile, '[part=avatar]');
  assert.ok(!isShown || avatar === undefined, 'not both picture and avatar');
  return isShown ? 'picture' : avatar;
}

describe('the name', () => {
  const ROWS = [
    { alias: 'Ada Lovelace', label: 'Ada Lovelace', avatar: 'AL' },
    { alias: undefined, label: 'Guest', avatar: '' },
    { alias: '🎉', label: '🎉', avatar: '' },
    { alias: 'screenshare', label: 'Guest', avatar: '' },
  ];

  for (const { alias, label, avatar } of ROWS) {
    it(`${alias ?? 'unknown'} is shown as "${label}", and as "${avatar}" while there is no picture`, async () => {
      const [, tile] = await tileOf('participant-id="ada"');
      await provider.connection.show(remoteMedia('ada', { ...(alias && { alias }), types: ['AUDIO'] }));
      await tile.updateComplete;
      assert.deepEqual([textInside(tile, '.name'), sight(tile)], [label, avatar]);
    });
  }

  it('of the person in front of the page says so', async () => {
    const [, named] = await tileOf('participant-id="local"', 'name="Ada" no-audio no-video');
    const [, nameless] = await tileOf('participant-id="local"');
    assert.deepEqual([textInside(named, '.name'), sight(named)], ['Ada (you)', 'A']);
    assert.deepEqual([textInside(nameless, '.name'), sight(nameless)], ['You', '']);
  });

  it('comes from the endpoint’s list where there is one', async () => {
    const [room, tile] = await tileOf('participant-id="ada"');
    room.leave();
    Object.assign(room, {
      token: '',
      fetchToken: async () => ({ token: 't', session: 's', links: { participants: '/__endpoint/names' } }),
    });
    await room.join();
    await provider.connection.show(remoteMedia('ada', { alias: 'alias', types: ['AUDIO'] }));
    await until(() => textInside(tile, '.name') === 'Ada Lovelace', 'named');
  });

  it('of nobody is a guest’s', async () => {
    const [, tile] = await tileOf('participant-id="nobody"');
    assert.deepEqual([textInside(tile, '.name'), sight(tile), streamOf(tile)], ['Guest', '', undefined]);
  });
});

describe('the picture', () => {
  it('is shown from its first frame on, not before', async () => {
    const [, tile] = await tileOf('participant-id="ada"');
    const picture = remoteMedia('ada', { types: ['VIDEO'] }).mediaStream.getTracks();
    const mediaStream = new MediaStream();
    await provider.connection.show({
      id: 'late',
      participantId: 'ada',
      alias: 'Ada',
      mediaTypes: ['VIDEO'],
      mediaStream,
    });
    await tile.updateComplete;
    assert.strictEqual(streamOf(tile), mediaStream.id);
    assert.strictEqual(sight(tile), 'A');
    for (const track of picture) mediaStream.addTrack(track);
    await until(() => sight(tile) === 'picture', 'shown');
    assert.isAbove(videoOf(tile).videoWidth, 0);
  });

  it('is hidden when frames stop and shown again when they come back, except for a shared screen', async () => {
    const camera = remoteMedia('ada', { alias: 'Ada', types: ['VIDEO'] });
    const screen = remoteMedia('ada', { alias: 'screenshare', types: ['VIDEO'] });
    const [, tiles] = await meetingWith(['participant-id="ada"', `participant-id="ada" stream-id="${screen.id}"`]);
    await provider.connection.show(camera, screen);
    await until(() => tiles.every((tile) => sight(tile) === 'picture'), 'both shown');
    camera.freeze();
    screen.freeze();
    await until(() => tiles.map(sight).join() === 'A,picture', 'only the screen is shown');
    camera.thaw();
    await until(() => tiles.every((tile) => sight(tile) === 'picture'), 'both shown again');
  });

  it('of the own camera is mirrored, of others not, and goes at once when it is switched off', async () => {
    const [room, [own, other]] = await meetingWith(
      ['participant-id="local"', 'participant-id="ada"'],
      'no-audio name="Me"',
    );
    if (!own || !other) throw new Error('There are no tiles.');
    await provider.connection.show(remoteMedia('ada', { types: ['VIDEO'] }));
    await until(() => sight(own) === 'picture' && sight(other) === 'picture', 'both shown');
    assert.deepEqual(
      [own, other].map((tile) => getComputedStyle(videoOf(tile)).transform),
      ['matrix(-1, 0, 0, 1, 0, 0)', 'none'],
    );
    await room.setCamera(false);
    await own.updateComplete;
    assert.strictEqual(sight(own), 'M');
    await room.setCamera(true);
    await until(() => sight(own) === 'picture', 'shown again');
  });

  it('is silent', async () => {
    const [, tile] = await tileOf('participant-id="ada"');
    await provider.connection.show(remoteMedia('ada'));
    await until(() => sight(tile) === 'picture', 'shown');
    assert.deepEqual([videoOf(tile).muted, videoOf(tile).paused], [true, false]);
  });

  it('is that of the stream asked for, and goes with it', async () => {
    const [first, second] = [remoteMedia('ada', { types: ['VIDEO'] }), remoteMedia('ada', { types: ['VIDEO'] })];
    const [, [any, chosen]] = await meetingWith([
      'participant-id="ada"',
      `participant-id="ada" stream-id="${second.id}"`,
    ]);
    if (!any || !chosen) throw new Error('There are no tiles.');
    await provider.connection.show(first, second);
    await until(() => streamOf(chosen), 'there');
    assert.deepEqual([streamOf(any), streamOf(chosen)], [first.id, second.id]);
    provider.connection.hide(second);
    await chosen.updateComplete;
    assert.deepEqual([streamOf(any), streamOf(chosen)], [first.id, undefined]);
    await until(() => sight(any) === 'picture', 'shown');
    assert.strictEqual(sight(chosen), '');
  });

  it('follows the participant asked for', async () => {
    const [ada, bob] = [remoteMedia('ada', { types: ['VIDEO'] }), remoteMedia('bob', { types: ['VIDEO'] })];
    const [, tile] = await tileOf('participant-id="ada"');
    await provider.connection.show(ada, bob);
    await until(() => sight(tile) === 'picture', 'shown');
    tile.participantId = 'bob';
    await tile.updateComplete;
    assert.strictEqual(streamOf(tile), bob.id);
    await until(() => sight(tile) === 'picture', 'shown again');
    tile.participantId = '';
    await tile.updateComplete;
    assert.deepEqual([streamOf(tile), textInside(tile, '.name')], [undefined, 'Guest']);
  });

  it('goes when the stream no longer carries one', async () => {
    const [, tile] = await tileOf('participant-id="ada"');
    const ada = remoteMedia('ada', { alias: 'Ada' });
    await provider.connection.show(ada);
    await until(() => sight(tile) === 'picture', 'shown');
    await provider.connection.show({ ...ada, mediaTypes: ['AUDIO'] });
    await tile.updateComplete;
    assert.deepEqual([streamOf(tile), sight(tile)], [undefined, 'A']);
  });

  it('is let go when the tile is removed, and back when it is put in again', async () => {
    const [room, tile] = await tileOf('participant-id="ada"');
    const ada = remoteMedia('ada', { types: ['VIDEO'] });
    await provider.connection.show(ada);
    await until(() => sight(tile) === 'picture', 'shown');
    tile.remove();
    assert.strictEqual(streamOf(tile), undefined);
    room.append(tile);
    await until(() => sight(tile) === 'picture', 'shown again');
    assert.deepEqual([streamOf(tile), videoOf(tile).paused], [ada.id, false]);
  });

  it('is not that of a room the tile has been taken out of', async () => {
    const [, tile] = await tileOf('participant-id="ada"');
    await provider.connection.show(remoteMedia('ada', { alias: 'Ada', types: ['VIDEO'] }));
    await until(() => sight(tile) === 'picture', 'shown');
    mount('div').append(tile);
    await tile.updateComplete;
    assert.deepEqual([streamOf(tile), textInside(tile, '.name')], [undefined, 'Guest']);
  });
});

describe('a shared screen', () => {
  it('has a tile of its own with a name of its own, is shown whole, and without initials while there is no picture', async () => {
    const screen = remoteMedia('ada', { alias: 'screenshare', types: ['VIDEO'] });
    const [room, [person, shared]] = await meetingWith([
      'participant-id="ada"',
      `participant-id="ada" stream-id="${screen.id}"`,
    ]);
    if (!person || !shared) throw new Error('There are no tiles.');
    await provider.connection.show(
      { ...screen, id: 'camera', alias: 'Ada', mediaTypes: [] },
      { ...screen, mediaTypes: [] },
    );
    await until(() => textInside(shared, '.name') === 'Screen of Ada', 'named');
    assert.deepEqual([sight(shared), sight(person)], [undefined, 'A']);
    await provider.connection.show(screen);
    await until(() => sight(shared) === 'picture', 'shown');
    assert.deepEqual([sight(person), streamOf(person)], ['A', undefined], 'not in the person’s tile');
    const { objectFit, transform } = getComputedStyle(videoOf(shared));
    assert.deepEqual([objectFit, transform], ['contain', 'none']);
    provider.connection.levels = new Map([['camera', 0.5]]);
    await until(() => room.state.participants[1]?.isSpeaking, 'speaking');
    await until(() => person.shadowRoot?.querySelector('.speaking'), 'marked');
    assert.isNull(shared.shadowRoot?.querySelector('.speaking'), 'the screen does not speak');
    provider.connection.hide({ ...screen, id: 'camera' });
    await until(() => textInside(shared, '.name') === 'Screen of Ada', 'still named');
  });

  it('that is one’s own is called so, is not mirrored, and stays while the camera is off', async () => {
    const screen = remoteMedia('me', { types: ['VIDEO'] }).mediaStream;
    const { mediaDevices } = navigator;
    mediaDevices.getDisplayMedia = async () => screen;
    release(() => Reflect.deleteProperty(mediaDevices, 'getDisplayMedia'));
    const [room, tile] = await tileOf('participant-id="local"', 'no-audio camera-off name="Me"');
    await room.room.setScreenShare(true);
    const stream = room.state.participants[0]?.streams.find(({ alias }) => alias === 'screenshare');
    tile.streamId = stream?.id ?? '';
    await until(() => sight(tile) === 'picture', 'shown');
    assert.strictEqual(textInside(tile, '.name'), 'Your screen');
    assert.strictEqual(getComputedStyle(videoOf(tile)).transform, 'none');
    assert.strictEqual(allInside(tile, '.label .icon').length, 0);
  });
});

describe('out of sight', () => {
  it('the picture is let go, and back when the tile comes into sight', async () => {
    const [room, tile] = await tileOf('participant-id="ada"');
    const ada = remoteMedia('ada', { alias: 'Ada', types: ['VIDEO'] });
    await provider.connection.show(ada);
    await until(() => sight(tile) === 'picture', 'shown');
    room.style.cssText = 'display: block; height: 100px; overflow: auto';
    tile.style.marginBlockStart = '1000px';
    await until(() => streamOf(tile) === undefined, 'let go');
    await until(() => sight(tile) === 'A', 'initials');
    room.scrollTop = 1000;
    await until(() => sight(tile) === 'picture', 'shown again');
    assert.strictEqual(streamOf(tile), ada.id);
    tile.hidden = true;
    await until(() => streamOf(tile) === undefined, 'let go');
    tile.hidden = false;
    room.scrollTop = 1000;
    await until(() => sight(tile) === 'picture', 'shown again');
  });
});

describe('the buttons', () => {
  const names = (tile: Element): string[] => allInside(tile, 'button').map(({ ariaLabel }) => ariaLabel ?? '');
  const SCREEN = 'stream-id="screen"';

  const ROWS = [
    { what: 'a tile', attributes: '', buttons: [] },
    { what: 'a screen', attributes: SCREEN, buttons: [] },
    { what: 'controls', attributes: 'controls', buttons: ['Pin Ada'] },
    { what: 'controls of a large tile', attributes: 'controls large', buttons: ['Pin Ada', 'Full screen'] },
    { what: 'controls of a screen', attributes: `controls ${SCREEN}`, buttons: ['Pin Screen of Ada', 'Full screen'] },
    { what: 'no-pin', attributes: 'controls no-pin', buttons: [] },
    { what: 'no-pin on a large tile', attributes: 'controls no-pin large', buttons: ['Full screen'] },
  ];

  async function tileOfAda(attributes: string): Promise<[VideoRoom, ParticipantTile]> {
    const [room, tile] = await tileOf(`participant-id="ada" ${attributes}`);
    const ada = remoteMedia('ada', { alias: 'Ada', types: [] });
    await provider.connection.show(ada, { ...ada, id: 'screen', alias: 'screenshare' });
    await tile.updateComplete;
    return [room, tile];
  }

  for (const { what, attributes, buttons } of ROWS) {
    it(`of ${what}: ${buttons.join(', ') || 'none'}`, async () => {
      const [, tile] = await tileOfAda(attributes);
      assert.deepEqual(names(tile), buttons);
    });
  }

  it('pin and unpin, and the tile says that it is pinned', async () => {
    const [room, tile] = await tileOfAda(`controls large ${SCREEN}`);
    const description = (): string => (tile as Element & { computedName?: string }).computedName ?? '';
    const press = async (): Promise<void> => {
      buttonOf(tile).click();
      await tile.updateComplete;
    };
    assert.strictEqual(description(), 'Screen of Ada');
    await press();
    assert.deepEqual([room.state.pinnedTile, names(tile)[0]], ['ada screen', 'Unpin Screen of Ada']);
    assert.strictEqual(description(), 'Screen of Ada, pinned');
    await press();
    assert.deepEqual([room.state.pinnedTile, names(tile)[0]], ['', 'Pin Screen of Ada']);
  });

  it('pin the person in front of the page under the id that stays', async () => {
    const [room, tile] = await tileOf('participant-id="local" controls', 'no-audio no-video name="Me"');
    await tile.updateComplete;
    assert.deepEqual(names(tile), ['Pin Me (you)']);
    buttonOf(tile).click();
    assert.strictEqual(room.state.pinnedTile, 'local');
  });

  it('do nothing where there is nobody', async () => {
    const [room, tile] = await tileOf('participant-id="nobody" controls');
    buttonOf(tile).click();
    assert.strictEqual(room.state.pinnedTile, '');
  });

  it('are seen on hover and with the focus only', async () => {
    const [, tile] = await tileOfAda('controls');
    const opacity = (): string => getComputedStyle(inside(tile, '.controls', HTMLElement)).opacity;
    assert.strictEqual(opacity(), '0');
    await sendKeys({ press: 'Tab' });
    assert.strictEqual(opacity(), '1');
    buttonOf(tile).blur();
    assert.strictEqual(opacity(), '0');
    const { left, top } = tile.getBoundingClientRect();
    await sendMouse({ type: 'move', position: [Math.ceil(left) + 20, Math.ceil(top) + 20] });
    release(() => resetMouse());
    assert.strictEqual(opacity(), '1');
  });

  it('fill the screen with the tile and give it back', async () => {
    const [room, tile] = await tileOfAda('controls large no-pin');
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Enter' });
    await until(() => document.fullscreenElement === tile, 'full screen');
    await until(() => buttonOf(tile).ariaPressed === 'true', 'pressed');
    assert.deepEqual([tile.clientWidth, tile.clientHeight], [innerWidth, innerHeight]);
    await sendKeys({ press: 'Enter' });
    await until(() => !document.fullscreenElement, 'back');
    await until(() => buttonOf(tile).ariaPressed === 'false', 'not pressed');
    assert.isUndefined(room.state.error);
  });

  it('report it when the browser refuses to fill the screen', async () => {
    const [room, tile] = await tileOfAda('controls large no-pin');
    const events = new EventRecord(room);
    tile.requestFullscreen = () => Promise.reject(new TypeError('Permissions check failed'));
    buttonOf(tile).click();
    await until(() => room.state.error, 'reported');
    assert.deepEqual(
      events.of('room-error').map(({ code }) => code),
      ['full-screen-refused'],
    );
    assert.strictEqual(room.state.connection, 'connected');
  });

  it('do not offer what the browser can’t do', async () => {
    Object.defineProperty(document, 'fullscreenEnabled', { value: false, configurable: true });
    release(() => Reflect.deleteProperty(document, 'fullscreenEnabled'));
    const [, tile] = await tileOfAda('controls large');
    assert.deepEqual(names(tile), ['Pin Ada']);
  });
});

it('one person’s change renders no tile but that person’s', async () => {
  const people = Array.from({ length: 6 }, (_, index) => `p-${index}`);
  const [room, tiles] = await meetingWith(['local', ...people].map((id) => `participant-id="${id}"`));
  const stream = remoteMedia('p', { types: ['AUDIO'] });
  await provider.connection.show(...people.map((id) => ({ ...stream, id, participantId: id, alias: id })));
  await Promise.all(tiles.map((tile) => tile.updateComplete));
  const rendered: string[] = [];
  for (const tile of tiles) {
    const observer = new MutationObserver(() => rendered.push(tile.participantId));
    observer.observe(tile.renderRoot, { subtree: true, childList: true, attributes: true, characterData: true });
    const { requestUpdate } = tile;
    tile.requestUpdate = (...facts) => {
      rendered.push(`update ${tile.participantId}`);
      requestUpdate.apply(tile, facts);
    };
    release(() => observer.disconnect());
  }
  provider.connection.levels = new Map([['p-3', 0.5]]);
  await until(() => room.state.participants[4]?.isSpeaking, 'speaking');
  await until(() => tiles[4]?.shadowRoot?.querySelector('.speaking'), 'shown');
  assert.deepEqual([...new Set(rendered)].sort(), ['p-3', 'update p-3']);
});

describe('the marks', () => {
  it('show who speaks', async () => {
    const [room, tile] = await tileOf('participant-id="ada"');
    const ada = remoteMedia('ada', { types: ['AUDIO'] });
    await provider.connection.show(ada);
    const parts = (): string | null => inside(tile, '.tile', HTMLElement).getAttribute('part');
    assert.strictEqual(parts()?.trim(), 'tile');
    provider.connection.levels = new Map([[ada.id, 0.5]]);
    await until(() => room.state.participants[1]?.isSpeaking, 'speaking');
    await tile.updateComplete;
    assert.strictEqual(parts(), 'tile speaking');
    provider.connection.levels = new Map();
    await until(() => parts()?.trim() === 'tile', 'silent');
  });

  it('show the own microphone off, unless none is used', async () => {
    const icons = async ([room, tile]: [VideoRoom, ParticipantTile]): Promise<number> => {
      await room.updateComplete;
      await tile.updateComplete;
      return allInside(tile, '.label .icon').length;
    };
    useDevices();
    assert.strictEqual(await icons(await tileOf('participant-id="local"', 'no-video')), 0);
    assert.strictEqual(await icons(await tileOf('participant-id="local"', 'no-video muted')), 1);
    assert.strictEqual(await icons(await tileOf('participant-id="local"', 'no-video no-audio')), 0);
    assert.strictEqual(await icons(await tileOf('participant-id="ada"', 'no-video muted')), 0);
  });

  it('can be the page’s own, laid over the picture', async () => {
    const [, tile] = await tileOf('participant-id="local"');
    tile.innerHTML = '<b style="position: absolute; inset: 0 auto auto 0">★</b>';
    const star = tile.querySelector('b')?.getBoundingClientRect();
    const box = tile.getBoundingClientRect();
    assert.deepEqual([star?.left, star?.top], [box.left, box.top]);
  });
});

describe('the size of the picture', () => {
  it('is told to the page, at first and when it becomes another', async () => {
    const [room] = await tileOf('participant-id="ada"');
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 64, height: 36 });
    const context = canvas.getContext('2d');
    const mediaStream = canvas.captureStream(15);
    const drawing = setInterval(() => context?.fillRect(0, 0, Math.random() * canvas.width, 9), 50);
    release(() => clearInterval(drawing));
    const first = sizes(room, mediaStream, 1);
    await provider.connection.show({ id: mediaStream.id, participantId: 'ada', mediaTypes: ['VIDEO'], mediaStream });
    assert.deepEqual(await first, ['64×36']);
    const second = sizes(room, mediaStream, 1);
    Object.assign(canvas, { width: 80, height: 60 });
    assert.deepEqual(await second, ['80×60']);
  });
});
