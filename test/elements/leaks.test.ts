/** Nothing stays behind of what is taken away: elements, timers, listeners, devices, players. */
import { assert } from '@open-wc/testing';
import { loadPhoneNumbers } from '../../src/internal/phone-numbers.js';
import { findRoomHost } from '../../src/internal/room-hosts.js';
import type { VideoRoom } from '../../src/index.js';
import { GivenPhones } from './helpers/calls.js';
import { assertAllEnded, useDevices } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { allInside, inside, mountJoinedRoom, mountRoom, until } from './helpers/page.js';
import { recordAudioContexts, recordPlayers } from './helpers/sound.js';
import { remoteMedia, type RemoteMedia } from './helpers/remote-media.js';
import { leakSuite } from './helpers/suites.js';

let provider: FakeProvider;
let ada: RemoteMedia;
let room: VideoRoom;

beforeEach(() => {
  provider = useFakeProvider();
  ada = remoteMedia('ada', { alias: 'Ada' });
});

/** Not by helper: those keep what they have made until the test is over. */
function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Record<string, string> = {},
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

const ROOM = { room: 'standup', token: 'token', provider: 'fake' };

describe('in a meeting that goes on', () => {
  beforeEach(async () => {
    room = await mountJoinedRoom('id="here" no-audio no-video', '<p></p>');
    await provider.connection.show(ada);
  });

  for (const tag of [
    'mic-button',
    'camera-button',
    'screen-share-button',
    'leave-button',
    'control-bar',
    'room-status',
    'participant-grid',
    'layout-picker',
    'dial-pad',
  ] as const) {
    leakSuite(`<${tag}>`, {
      cycles: 30,
      make: async () => {
        const element = make(tag);
        room.append(element);
        await element.updateComplete;
        return element;
      },
    });
  }

  leakSuite('<dial-out-button> with an open dialog', {
    cycles: 30,
    make: async () => {
      const button = make('dial-out-button');
      room.append(button);
      await button.updateComplete;
      inside(button, '[popover]', HTMLElement).showPopover();
      // What is still being loaded holds on to who waits for it.
      await loadPhoneNumbers();
      return button;
    },
  });

  leakSuite('<control-bar> with a small window that the browser refuses', {
    cycles: 10,
    make: async () => {
      const bar = make('control-bar', { for: 'here' });
      document.body.append(bar);
      await bar.updateComplete;
      const button = inside(bar, '[part~=picture-in-picture]', HTMLButtonElement);
      button.click();
      await until(() => !inside(bar, 'video', HTMLVideoElement).srcObject, 'refused');
      return bar;
    },
  });

  leakSuite('<participant-tile> with a picture, named by for', {
    cycles: 12,
    make: async () => {
      const tile = make('participant-tile', { for: 'here', 'participant-id': 'ada', style: 'width: 64px' });
      document.body.append(tile);
      await tile.updateComplete;
      await until(() => inside(tile, 'video', HTMLVideoElement).videoWidth > 0, 'the picture');
      return tile;
    },
  });
});

describe('before a meeting, with open devices', () => {
  beforeEach(async () => {
    room = mountRoom('', '<p></p>');
    await room.room.openDevices();
  });

  /** The elements, with what shows that each of them is at work. */
  const WORKING: Partial<Record<keyof HTMLElementTagNameMap, (element: HTMLElement) => unknown>> = {
    'self-view': (element) => inside(element, 'video', HTMLVideoElement).videoWidth > 0,
    'level-meter': (element) => inside(element, 'meter', HTMLMeterElement).value > 0,
    'device-picker': (element) => allInside(element, 'option').length > 1,
    'room-lobby': (element) => allInside(element, 'device-picker').length === 3,
  };

  for (const [tag, isWorking] of Object.entries(WORKING)) {
    leakSuite(`<${tag}>`, {
      cycles: 5,
      make: async () => {
        const element = make(tag as keyof typeof WORKING);
        room.append(element);
        await until(() => element.shadowRoot?.childElementCount && isWorking(element), 'at work');
        return element;
      },
    });
  }
});

describe('in the default interface', () => {
  beforeEach(async () => {
    room = await mountJoinedRoom('no-audio no-video');
  });

  let count = 0;
  leakSuite('the tiles of people who come and go', {
    cycles: 30,
    make: async () => {
      const somebody = { ...ada, id: `stream-${++count}`, participantId: `p-${count}` };
      await provider.connection.show(somebody);
      const grid = inside(room, 'participant-grid', HTMLElement);
      await until(() => allInside(grid, 'participant-tile').length === 2, 'the tile');
      const [, tile] = allInside(grid, 'participant-tile');
      provider.connection.hide(somebody);
      await until(() => allInside(grid, 'participant-tile').length === 1, 'the tile is gone');
      return tile as HTMLElement;
    },
  });
});

leakSuite('<video-room> that was never joined', {
  cycles: 30,
  make: async () => {
    const element = make('video-room', { ...ROOM, id: 'never' });
    document.body.append(element);
    await element.updateComplete;
    return element;
  },
});

leakSuite('<video-room> that was joined and left, with people in it', {
  cycles: 10,
  make: async () => {
    const element = make('video-room', { ...ROOM, 'no-audio': '', 'no-video': '' });
    document.body.append(element);
    await element.join();
    await provider.connection.show(ada);
    await element.updateComplete;
    element.leave();
    provider.connections.length = 0;
    return element;
  },
});

it('meetings that are removed leave devices, players, connections and the registry as they were', async () => {
  const devices = useDevices();
  const players = recordPlayers();
  const contexts = recordAudioContexts();
  for (let cycle = 0; cycle < 3; cycle++) {
    const element = make('video-room', { ...ROOM, id: 'gone' });
    document.body.append(element);
    await element.join();
    await provider.connection.show(ada);
    await element.updateComplete;
    element.remove();
    await until(() => provider.connection.isClosed, 'left');
  }
  assert.deepEqual([devices.tracks.length, players.length], [6, 3]);
  // Made for the level in the lobby.
  await until(() => contexts.every(({ state }) => state === 'closed'), 'no sound is processed');
  assertAllEnded(devices.tracks);
  assert.ok(players.every(({ srcObject }) => srcObject === null));
  assert.ok(!findRoomHost('gone', document));
});

describe('with a phone that has answered', () => {
  beforeEach(() => {
    new GivenPhones().add({ id: 'bob', status: 'answered' });
  });

  leakSuite('<dial-pad> in the middle of a tone', {
    cycles: 10,
    make: async () => {
      const pad = make('dial-pad', { for: 'given' });
      document.body.append(pad);
      await pad.updateComplete;
      inside(pad, 'button', HTMLButtonElement).click();
      return pad;
    },
  });
});
