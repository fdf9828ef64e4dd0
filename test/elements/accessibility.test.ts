/** For who can't see or can't use a mouse: roles, names, contrast, the keyboard, the focus, what is announced. */
import { assert } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { RoomError, type VideoRoom } from '../../src/index.js';
import { useDevices } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import {
  allInside,
  buttonOf,
  inside,
  mount,
  mountJoinedRoom,
  mountRoom,
  textInside,
  until,
  controlsOf,
  lobbyOf,
  rendered,
} from './helpers/page.js';
import { remoteMedia } from './helpers/remote-media.js';
import { assertAccessible } from './helpers/suites.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
});

/** What has the focus, through all shadow roots: its tag, and its name or label. */
function focused(): string {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  const label = active?.getAttribute('aria-label') ?? active?.getAttribute('name') ?? active?.textContent.trim();
  return active === document.body ? 'nothing' : `${active?.localName ?? ''} ${label ?? ''}`;
}

async function people(count: number): Promise<void> {
  for (let index = 1; index < count; index++) {
    await provider.connection.show(remoteMedia(`p-${index}`, { alias: `Person ${index}` }));
  }
}

describe('axe finds nothing in', () => {
  const STATES: { what: string; make: () => Promise<VideoRoom> }[] = [
    { what: 'the lobby', make: async () => mountRoom('name="Ada"') },
    { what: 'the lobby that asks for the room', make: async () => mount('video-room', 'provider="fake"') },
    {
      what: 'joining',
      make: async () => {
        provider.gate = new Promise(() => undefined);
        const room = mountRoom('no-audio no-video');
        void room.join();
        await until(() => provider.connections.length === 1, 'connecting');
        return room;
      },
    },
    {
      what: 'the lobby with an error',
      make: async () => {
        provider.failure = new RoomError('room-full');
        const room = mountRoom('no-audio no-video');
        await room.join();
        return room;
      },
    },
    { what: 'a meeting of one', make: () => mountJoinedRoom('name="Ada"') },
    {
      what: 'a meeting of three, one of them speaking',
      make: async () => {
        const room = await mountJoinedRoom('name="Ada"');
        await people(3);
        const [stream] = room.state.participants[1]?.streams ?? [];
        provider.connection.levels = new Map([[stream?.id ?? '', 0.5]]);
        await until(() => room.state.participants[1]?.isSpeaking, 'speaking');
        return room;
      },
    },
    {
      what: 'a meeting with a shared screen, a pinned tile and a strip',
      make: async () => {
        const room = await mountJoinedRoom('name="Ada"');
        await people(12);
        await provider.connection.show(remoteMedia('p-1', { alias: 'screenshare', types: ['VIDEO'] }));
        room.room.pin('p-2');
        return room;
      },
    },
    {
      what: 'a meeting with two pages of tiles',
      make: async () => {
        const room = await mountJoinedRoom('no-audio no-video');
        const { mediaStream } = remoteMedia('p', { types: [] });
        for (let index = 1; index < 27; index++) {
          const id = `p-${index}`;
          await provider.connection.show({ id, participantId: id, alias: id, mediaTypes: [], mediaStream });
        }
        return room;
      },
    },
    { what: 'a meeting with microphone and camera off', make: () => mountJoinedRoom('muted camera-off name="Ada"') },
    { what: 'a meeting without microphone and camera', make: () => mountJoinedRoom('no-audio no-video') },
    {
      what: 'a meeting with an error',
      make: () => {
        useDevices({ microphone: 'NotFoundError', camera: 'NotFoundError' });
        return mountJoinedRoom();
      },
    },
    {
      what: 'an interrupted meeting',
      make: async () => {
        const room = await mountJoinedRoom('no-audio no-video');
        await people(2);
        provider.connection.setConnected(false);
        return room;
      },
    },
    {
      what: 'the page’s own arrangement',
      make: () =>
        mountJoinedRoom(
          'no-video',
          '<participant-tile participant-id="local"></participant-tile><mic-button></mic-button><camera-button></camera-button><leave-button></leave-button>',
        ),
    },
  ];

  for (const { what, make } of STATES) {
    it(what, async () => {
      const room = await make();
      await room.updateComplete;
      await assertAccessible(room);
    });
  }

  for (const tag of [
    'mic-button',
    'camera-button',
    'screen-share-button',
    'leave-button',
    'control-bar',
    'room-status',
    'participant-grid',
    'layout-picker',
    'participant-tile',
    'room-lobby',
    'self-view',
    'level-meter',
    'device-picker',
    'dial-out-button',
    'dial-pad',
  ] as const) {
    it(`a <${tag}> without a room`, async () => {
      const element = mount(tag);
      await element.updateComplete;
      await assertAccessible(element);
    });
  }
});

describe('names', () => {
  it('of buttons say what a press does, or why it does nothing', async () => {
    const buttons = '<mic-button></mic-button><camera-button></camera-button><leave-button></leave-button>';
    const names = async (room: VideoRoom): Promise<(string | null)[]> => {
      await room.updateComplete;
      const elements = [...room.children];
      await Promise.all(elements.map((element) => 'updateComplete' in element && element.updateComplete));
      return elements.map((element) => buttonOf(element).getAttribute('aria-label'));
    };
    const room = await mountJoinedRoom('', buttons);
    assert.deepEqual(await names(room), ['Mute microphone', 'Turn camera off', 'Leave']);
    await room.setMicrophone(false);
    await room.setCamera(false);
    assert.deepEqual(await names(room), ['Unmute microphone', 'Turn camera on', 'Leave']);
    const listener = await mountJoinedRoom('no-audio no-video', buttons);
    assert.deepEqual(await names(listener), [
      'This meeting is joined without a microphone',
      'This meeting is joined without a camera',
      'Leave',
    ]);
  });

  it('of the meeting and of its people are there for a screen reader', async () => {
    const room = await mountJoinedRoom('muted camera-off name="Ada"');
    await people(2);
    await until(() => room.state.participants.length === 2, 'two people');
    await room.updateComplete;
    assert.strictEqual((await accessibilityOf(room)).join(' '), 'region Video meeting standup');
    const grid = inside(room, 'participant-grid', HTMLElement);
    await until(() => allInside(grid, 'participant-tile').length === 2, 'two tiles');
    assert.strictEqual(inside(grid, '[role=list]', HTMLElement).ariaLabel, 'Participants');
    const [own, other] = allInside(grid, 'participant-tile');
    assert.deepEqual(own && (await accessibilityOf(own)), ['listitem', 'Ada (you), microphone off, camera off']);
    assert.deepEqual(other && (await accessibilityOf(other)), ['listitem', 'Person 1']);
  });
});

describe('the keyboard', () => {
  it('goes through the lobby in order and joins with Enter', async () => {
    const room = mount('video-room', 'token="token" provider="fake" no-audio no-video');
    await room.updateComplete;
    const order: string[] = [];
    for (let step = 0; step < 4; step++) {
      await sendKeys({ press: 'Tab' });
      order.push(focused().split(/\s+/).slice(0, 2).join(' '));
    }
    assert.deepEqual(order, ['input name', 'input room', 'select Off', 'button Join']);
    await sendKeys({ press: 'Shift+Tab' });
    await sendKeys({ press: 'Shift+Tab' });
    await sendKeys({ type: 'retro' });
    await sendKeys({ press: 'Enter' });
    await until(() => room.state.connection === 'connected', 'joined');
    assert.strictEqual(room.state.room, 'retro');
  });

  it('goes through the controls in order, and Space and Enter press them', async () => {
    const room = await mountJoinedRoom();
    const order: string[] = [];
    for (let step = 0; step < 5; step++) {
      await sendKeys({ press: 'Tab' });
      order.push(focused().replace(/(select).*/s, '$1'));
    }
    assert.deepEqual(order, [
      'button Mute microphone',
      'button Turn camera off',
      'button Share your screen',
      'select',
      'button Leave',
    ]);
    for (let step = 0; step < 4; step++) await sendKeys({ press: 'Shift+Tab' });
    await sendKeys({ press: 'Space' });
    await until(() => !room.state.microphone.on, 'muted');
    assert.strictEqual(focused(), 'button Unmute microphone');
    await sendKeys({ press: 'Enter' });
    await until(() => room.state.microphone.on, 'unmuted');
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Space' });
    await until(() => !room.state.camera.on, 'camera off');
    for (let step = 0; step < 3; step++) await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Enter' });
    assert.strictEqual(room.state.connection, 'disconnected');
  });
});

describe('the focus', () => {
  const CONTROLS = [
    { attributes: 'no-video', first: 'button Mute microphone' },
    { attributes: 'no-audio', first: 'button Turn camera off' },
    { attributes: 'no-audio no-video', first: 'button Share your screen' },
  ];

  for (const { attributes, first } of CONTROLS) {
    it(`goes from the lobby through joining to the first control that can be used, and back: ${attributes}`, async () => {
      let open: (value?: unknown) => void = () => undefined;
      provider.gate = new Promise((resolve) => (open = resolve));
      const room = mountRoom(attributes);
      await rendered(room);
      inside(lobbyOf(room), 'input[name=name]', HTMLInputElement).focus();
      await sendKeys({ press: 'Enter' });
      await until(() => focused() === 'button Cancel', 'while joining on Cancel');
      open();
      await until(() => focused() === first, `in the meeting on ${first}, not ${focused()}`);
      room.leave();
      await until(() => focused() === 'button Join', 'back in the lobby on Join');
    });
  }

  it('goes back to Join when joining fails', async () => {
    provider.failure = new RoomError('room-full');
    const room = mountRoom('no-audio no-video');
    await rendered(room);
    lobbyOf(room).focus();
    await sendKeys({ press: 'Enter' });
    await until(() => room.state.error, 'failed');
    await until(() => focused() === 'button Join', 'on Join');
  });

  it('stays where it is while the connection is interrupted and restored', async () => {
    const room = await mountJoinedRoom('no-video');
    await rendered(room);
    inside(controlsOf(room), 'leave-button', HTMLElement).focus();
    for (const connected of [false, true]) {
      provider.connection.setConnected(connected);
      await rendered(room);
      await new Promise(requestAnimationFrame);
      assert.strictEqual(focused(), 'button Leave');
    }
  });

  it('is not taken from the rest of the page', async () => {
    const input = mount('input', 'name="own" aria-label="own"');
    input.focus();
    const room = await mountJoinedRoom('no-audio no-video');
    await new Promise(requestAnimationFrame);
    assert.strictEqual(focused(), 'input own');
    room.leave();
    await rendered(room);
    assert.strictEqual(focused(), 'input own');
  });
});

describe('what is announced', () => {
  it('comes in one status line and one alert that stay, whatever else is shown', async () => {
    const room = mountRoom('no-audio no-video');
    await rendered(room);
    const status = inside(inside(room, 'room-status', HTMLElement), '[role=status]', HTMLElement);
    const alert = inside(room, '[role=alert]', HTMLElement);
    assert.deepEqual([status.textContent.trim(), alert.textContent.trim()], ['', '']);
    await room.join();
    await rendered(room);
    assert.strictEqual(status.textContent.trim(), 'Nobody else is here yet.');
    provider.connection.end(new RoomError('connection-lost'));
    await rendered(room);
    assert.include(alert.textContent, 'connection to the meeting was lost');
    assert.deepEqual([status.isConnected, alert.isConnected], [true, true]);
    assert.strictEqual(allInside(room, '[role=alert]').length, 1);
  });

  it('by an alert is gone when it is overcome', async () => {
    const devices = useDevices({ microphone: 'NotFoundError' });
    const room = await mountJoinedRoom('no-video');
    assert.include(textInside(room, '[role=alert]'), 'No microphone was found');
    delete devices.faults.microphone;
    await rendered(room);
    const mic = inside(controlsOf(room), 'mic-button', HTMLElement);
    buttonOf(mic).click();
    await until(() => room.state.microphone.on, 'on');
    await rendered(room);
    assert.strictEqual(textInside(room, '[role=alert]'), '');
  });
});

/** Role and name as the browser computes them. */
async function accessibilityOf(element: Element): Promise<string[]> {
  const { computedRole, computedName } = element as Element & { computedRole?: string; computedName?: string };
  return [computedRole ?? '', computedName ?? ''];
}
