/** <room-lobby>: getting ready, being asked once, being told what is wrong, and joining. */
import { assert } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { RoomLobby, RoomState, VideoRoom } from '../../src/index.js';
import type { DeviceFailure } from '../../src/room/devices.js';
import { assertAllEnded, useDevices, usePermissions } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { GivenRoom } from './helpers/given-room.js';
import { inside, mount, mountRoom, release, textInside, until } from './helpers/page.js';
import { assertAccessible, Holdings } from './helpers/suites.js';

let provider: FakeProvider;

beforeEach(() => {
  localStorage.clear();
  provider = useFakeProvider();
});

const CHECK = 'Check camera and microphone';
const ASKING = 'Your browser asks whether this page may use them. Choose “Allow”.';
const CHROMIUM = 'Click the icon left of the page’s address';
const FIREFOX = 'Click the crossed-out icon';
const SAFARI = 'Open Safari’s menu';

const ON = { on: true, used: true, deviceId: '' };
const UNUSED = { on: false, used: false, deviceId: '' };
const NAMED = {
  camera: [{ id: 'c', label: 'Front' }],
  microphone: [{ id: 'm', label: 'Headset' }],
  speaker: [],
};
const ALL = ['self-view', 'camera', 'microphone', 'level-meter', 'speaker'];

function failed(failure: DeviceFailure): RoomState['camera'] {
  return { ...ON, on: false, failure };
}

function lobbyIn(room: VideoRoom): RoomLobby {
  const [lobby] = room.querySelectorAll('room-lobby');
  if (!lobby) throw new Error('There is no lobby.');
  return lobby;
}

/** A lobby in a room that needs no network. */
async function mountLobby(attributes = 'no-audio no-video', own = ''): Promise<[RoomLobby, VideoRoom]> {
  const room = mountRoom(attributes, `<room-lobby ${own}></room-lobby>`);
  return [await rendered(lobbyIn(room)), room];
}

async function rendered(lobby: RoomLobby): Promise<RoomLobby> {
  await lobby.updateComplete;
  return lobby;
}

function field(lobby: RoomLobby, name: 'name' | 'room'): HTMLInputElement {
  return inside(lobby, `input[name=${name}]`, HTMLInputElement);
}

function press(lobby: RoomLobby, text: string): void {
  const button = [...(lobby.shadowRoot?.querySelectorAll('button') ?? [])].find(
    (each) => each.textContent.trim() === text,
  );
  if (!button) throw new Error(`There is no button ${text}.`);
  button.focus();
  button.click();
}

function buttons(lobby: RoomLobby): string[] {
  return [...(lobby.shadowRoot?.querySelectorAll('button') ?? [])].map(({ textContent }) => textContent.trim());
}

/** The elements inside, pickers by their kind. */
function elements(lobby: RoomLobby): string[] {
  const found = lobby.shadowRoot?.querySelectorAll('self-view, level-meter, device-picker') ?? [];
  return [...found].map((each) => each.getAttribute('kind') ?? each.localName);
}

function hint(lobby: RoomLobby): string | undefined {
  return textInside(lobby, '[part=hint]');
}

function focused(lobby: RoomLobby): string | undefined {
  const active = lobby.shadowRoot?.activeElement;
  return active?.getAttribute('name') ?? active?.textContent.trim();
}

function useUserAgent(userAgent: string): void {
  Object.defineProperty(navigator, 'userAgent', { value: userAgent, configurable: true });
  release(() => Reflect.deleteProperty(navigator, 'userAgent'));
}

describe('<room-lobby> shows', () => {
  interface Row {
    readonly what: string;
    readonly state: Partial<RoomState>;
    readonly userAgent?: string;
    readonly elements?: string[];
    readonly buttons?: string[];
    readonly hint?: string;
  }

  const STATES: Row[] = [
    { what: 'everything at first', state: {}, buttons: [CHECK, 'Join'] },
    { what: 'no button where devices are open', state: { localStream: new MediaStream() } },
    {
      what: 'nothing of a camera in an audio-only room',
      state: { camera: UNUSED },
      elements: ['microphone', 'level-meter', 'speaker'],
      buttons: [CHECK, 'Join'],
    },
    {
      what: 'nothing of a microphone in a room that is not listened to',
      state: { microphone: UNUSED },
      elements: ['self-view', 'camera', 'speaker'],
      buttons: [CHECK, 'Join'],
    },
    {
      what: 'only the speaker to a viewer',
      state: { camera: UNUSED, microphone: UNUSED },
      elements: ['speaker'],
    },
    {
      what: 'the button where only the muted microphone is to be opened',
      state: { camera: { ...ON, on: false }, microphone: { ...ON, on: false } },
      buttons: [CHECK, 'Join'],
    },
    {
      what: 'no button where nothing is to be opened',
      state: { camera: { ...ON, on: false }, microphone: UNUSED },
      elements: ['self-view', 'camera', 'speaker'],
    },
    {
      what: 'what Chromium’s user does after a refusal',
      state: { camera: failed('denied'), microphone: failed('denied') },
      buttons: [CHECK, 'Join'],
      hint: CHROMIUM,
    },
    {
      what: 'what Firefox’ user does after a refusal',
      userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      state: { camera: failed('denied') },
      buttons: [CHECK, 'Join'],
      hint: FIREFOX,
    },
    {
      what: 'what Safari’s user does after a refusal',
      userAgent: 'Mozilla/5.0 (Macintosh) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
      state: { microphone: failed('denied') },
      buttons: [CHECK, 'Join'],
      hint: SAFARI,
    },
    {
      what: 'the button where the camera alone was refused',
      state: { camera: failed('denied'), localStream: new MediaStream() },
      buttons: [CHECK, 'Join'],
      hint: CHROMIUM,
    },
    {
      what: 'the button where a device is absent or in use',
      state: { camera: failed('absent'), microphone: failed('in-use') },
      buttons: [CHECK, 'Join'],
    },
    {
      what: 'that the browser asks while joining',
      state: { connection: 'connecting' },
      buttons: ['Cancel'],
      hint: ASKING,
    },
    {
      what: 'no question while joining with devices that are known',
      state: { connection: 'connecting', devices: NAMED },
      buttons: ['Cancel'],
    },
    {
      what: 'no question to a viewer who joins',
      state: { connection: 'connecting', camera: UNUSED, microphone: UNUSED },
      elements: ['speaker'],
      buttons: ['Cancel'],
    },
    {
      what: 'no question while joining after a refusal',
      state: { connection: 'connecting', camera: failed('denied'), microphone: failed('denied') },
      buttons: ['Cancel'],
      hint: CHROMIUM,
    },
    { what: 'nothing in a meeting', state: { connection: 'connected' }, elements: [], buttons: [] },
    { what: 'nothing in an interrupted meeting', state: { connection: 'reconnecting' }, elements: [], buttons: [] },
  ];

  for (const { what, state, userAgent, ...expected } of STATES) {
    it(what, async () => {
      if (userAgent) useUserAgent(userAgent);
      new GivenRoom(state);
      const lobby = await rendered(mount('room-lobby', 'for="given"'));
      assert.deepEqual(elements(lobby), expected.elements ?? ALL);
      assert.deepEqual(buttons(lobby), expected.buttons ?? ['Join']);
      assert.ok((hint(lobby) ?? '').startsWith(expected.hint ?? ''), hint(lobby));
      assert.strictEqual(!!hint(lobby), expected.hint !== undefined);
      assert.strictEqual(getComputedStyle(lobby).display, expected.elements?.length === 0 ? 'none' : 'block');
      await assertAccessible(lobby);
    });
  }

  it('a locked button and why, without a room', async () => {
    const lobby = await rendered(mount('room-lobby'));
    assert.deepEqual(
      [...(lobby.shadowRoot?.querySelectorAll('button') ?? [])].map(({ disabled }) => disabled),
      [true, true],
    );
    const picker = inside(lobby, 'device-picker', HTMLElement);
    await until(() => textInside(picker, '[part=note]') === 'Not connected to a meeting', 'the reason');
    await assertAccessible(lobby);
  });

  it('the room’s name only where the page gives it, and asks for it only where not', async () => {
    const [given] = await mountLobby();
    const open = mount('video-room', 'provider="fake"', '<room-lobby></room-lobby>');
    const lobby = await rendered(lobbyIn(open));
    assert.deepEqual(
      [given, lobby].map((each) => [textInside(each, '[part=title]'), field(each, 'room').checkVisibility()]),
      [
        ['Video meeting standup', false],
        ['Video meeting', true],
      ],
    );
  });

  const WIDTHS = [
    { width: 320, columns: 1 },
    { width: 600, columns: 1 },
    { width: 1000, columns: 2 },
  ];

  for (const { width, columns } of WIDTHS) {
    it(`${columns} column(s) in ${width} pixels, and nothing that is too wide`, async () => {
      new GivenRoom({ camera: failed('denied'), microphone: failed('denied') });
      const lobby = await rendered(mount('room-lobby', `for="given" style="width: ${width}px"`));
      const [preview, fields] = ['preview', 'fields'].map((part) => inside(lobby, `[part=${part}]`, HTMLElement));
      if (!preview || !fields) throw new Error('There are no columns.');
      const isBeside = preview.getBoundingClientRect().right < fields.getBoundingClientRect().left;
      assert.strictEqual(isBeside ? 2 : 1, columns);
      assert.isAtMost(lobby.scrollWidth, width);
    });
  }
});

describe('<room-lobby> opens devices', () => {
  it('on a press, with one question, and says that the browser asks', async () => {
    const devices = useDevices();
    let answer: (value?: unknown) => void = () => undefined;
    devices.gate = new Promise((resolve) => (answer = resolve));
    navigator.mediaDevices.enumerateDevices = async () => [];
    release(() => Reflect.deleteProperty(navigator.mediaDevices, 'enumerateDevices'));
    const [lobby, room] = await mountLobby('');
    assert.deepEqual(devices.requests, []);
    press(lobby, CHECK);
    press(lobby, CHECK);
    await until(() => hint(lobby) === ASKING, 'the question is told');
    answer();
    await until(() => room.state.localStream && !hint(lobby), 'open');
    assert.deepEqual(buttons(lobby), ['Join']);
    assert.strictEqual(focused(lobby), 'Join');
    await room.join();
    assert.strictEqual(room.state.connection, 'connected');
    assert.deepEqual(devices.requests, ['audio video']);
  });

  const REQUESTS = [
    { attributes: 'no-video', requests: ['audio'] },
    { attributes: 'no-audio', requests: ['video'] },
    { attributes: 'camera-off', requests: ['audio'] },
    { attributes: 'no-audio no-video', requests: [] },
    { attributes: '', requests: ['audio video'] },
  ];

  for (const { attributes, requests } of REQUESTS) {
    it(`by itself with autostart, and only those that the room uses: ${attributes || 'all'}`, async () => {
      const devices = useDevices();
      const [, room] = await mountLobby(attributes, 'autostart');
      await until(() => requests.length === 0 || room.state.localStream, 'open');
      await room.join();
      assert.deepEqual(devices.requests, requests);
    });

    it(`or else on joining, once: ${attributes || 'all'}`, async () => {
      const devices = useDevices();
      const [lobby, room] = await mountLobby(attributes);
      press(lobby, 'Join');
      await until(() => room.state.connection === 'connected', 'joined');
      assert.deepEqual(devices.requests, requests);
    });
  }

  it('when autostart is set later, and not again after the meeting', async () => {
    const devices = useDevices();
    const [lobby, room] = await mountLobby('');
    lobby.autostart = true;
    await until(() => room.state.localStream, 'open');
    await room.join();
    room.leave();
    await until(() => buttons(lobby).includes(CHECK), 'the lobby again');
    assert.deepEqual(devices.requests, ['audio video']);
    assertAllEnded(devices.tracks);
  });

  for (const change of ['removed', 'given another room'] as const) {
    it(`and lets them go when it is ${change}`, async () => {
      const devices = useDevices();
      const [lobby, room] = await mountLobby('', 'autostart');
      await until(() => room.state.localStream, 'open');
      if (change === 'removed') lobby.remove();
      else lobby.for = 'elsewhere';
      await until(() => !room.state.localStream, 'let go');
      assertAllEnded(devices.tracks);
    });
  }

  it('and keeps them when it is moved', async () => {
    const devices = useDevices();
    const [lobby, room] = await mountLobby('no-audio', 'autostart');
    await until(() => room.state.localStream, 'open');
    const holdings = new Holdings();
    const place = document.createElement('div');
    room.append(place);
    place.append(lobby);
    await lobby.updateComplete;
    assert.strictEqual(holdings.isEmpty, true, holdings.toString());
    assert.deepEqual(
      devices.tracks.map(({ readyState }) => readyState),
      ['live'],
    );
  });
});

describe('<room-lobby> after a failure', () => {
  it('denied, then granted in the browser’s settings: goes on by itself', async () => {
    const devices = useDevices({ microphone: 'NotAllowedError', camera: 'NotAllowedError' });
    const permissions = usePermissions({ microphone: 'denied', camera: 'denied' });
    const [lobby, room] = await mountLobby('');
    press(lobby, CHECK);
    await until(() => hint(lobby)?.startsWith(CHROMIUM), 'explained');
    assert.deepEqual(room.state.camera.failure, 'denied');
    delete devices.faults.microphone;
    delete devices.faults.camera;
    permissions.change('camera', 'granted');
    permissions.change('microphone', 'granted');
    await until(() => room.state.camera.on && room.state.microphone.on && !hint(lobby), 'open');
    assert.deepEqual(buttons(lobby), ['Join']);
  });

  for (const fault of ['NotAllowedError', 'NotFoundError', 'NotReadableError']) {
    it(`${fault}: the button tries again`, async () => {
      const devices = useDevices({ microphone: fault, camera: fault });
      usePermissions({ microphone: 'denied', camera: 'denied' });
      const [lobby, room] = await mountLobby('');
      press(lobby, CHECK);
      await until(() => room.state.camera.failure && room.state.microphone.failure, 'failed');
      await lobby.updateComplete;
      assert.deepEqual(buttons(lobby), [CHECK, 'Join']);
      assert.strictEqual(focused(lobby), CHECK);
      delete devices.faults.microphone;
      delete devices.faults.camera;
      press(lobby, CHECK);
      await until(() => room.state.camera.on && room.state.microphone.on, 'open');
      await until(() => buttons(lobby).join() === 'Join', 'no button');
      assert.strictEqual(hint(lobby), '');
    });
  }

  it('asks once, however often it is pressed meanwhile', async () => {
    const devices = useDevices({ microphone: 'NotAllowedError', camera: 'NotAllowedError' });
    usePermissions({ microphone: 'denied', camera: 'denied' });
    const [lobby, room] = await mountLobby('');
    press(lobby, CHECK);
    press(lobby, CHECK);
    await until(() => room.state.camera.failure && !room.state.camera.on, 'refused');
    // Would be asked after the first one.
    await room.room.setCamera(false);
    assert.deepEqual(devices.requests, ['audio video']);
  });

  it('of the camera alone: the microphone is open all the same', async () => {
    useDevices({ camera: 'NotFoundError' });
    const [lobby, room] = await mountLobby('');
    press(lobby, CHECK);
    await until(() => room.state.camera.failure === 'absent' && room.state.microphone.on, 'half open');
    const picker = inside(lobby, '[kind=camera]', HTMLElement);
    await until(() => textInside(picker, '[part=note]')?.startsWith('No camera was found'), 'told');
  });
});

describe('<room-lobby> joins', () => {
  it('with what was typed, which is there again after the meeting', async () => {
    const room = mount('video-room', 'token="token" provider="fake" no-audio no-video', '<room-lobby></room-lobby>');
    const lobby = await rendered(lobbyIn(room));
    field(lobby, 'name').value = '  Ada ';
    field(lobby, 'room').value = ' retro ';
    press(lobby, 'Join');
    await until(() => room.state.connection === 'connected', 'joined');
    assert.deepInclude(room.state, { name: 'Ada', room: 'retro' });
    await until(() => getComputedStyle(lobby).display === 'none', 'nothing to be seen');
    room.leave();
    await until(() => buttons(lobby).length > 0, 'back');
    assert.deepEqual([field(lobby, 'name').value, field(lobby, 'room').value], ['Ada', 'retro']);
    assert.strictEqual(getComputedStyle(lobby).display, 'block');
  });

  it('on Enter, but not without a room', async () => {
    const room = mount('video-room', 'token="token" provider="fake" no-audio no-video', '<room-lobby></room-lobby>');
    const lobby = await rendered(lobbyIn(room));
    field(lobby, 'name').focus();
    await sendKeys({ type: 'Ada' });
    await sendKeys({ press: 'Enter' });
    assert.deepEqual([room.state.connection, focused(lobby)], ['disconnected', 'room']);
    await sendKeys({ type: 'retro' });
    await sendKeys({ press: 'Enter' });
    await until(() => room.state.connection === 'connected', 'joined');
    assert.deepInclude(room.state, { name: 'Ada', room: 'retro' });
  });

  it('with its fields locked, until that is called off; the focus goes along', async () => {
    provider.gate = new Promise(() => undefined);
    const [lobby, room] = await mountLobby();
    field(lobby, 'name').value = 'Ada';
    field(lobby, 'name').focus();
    await sendKeys({ press: 'Enter' });
    await until(() => focused(lobby) === 'Cancel', 'on Cancel');
    assert.deepEqual([field(lobby, 'name').disabled, field(lobby, 'room').disabled], [true, true]);
    press(lobby, 'Cancel');
    await until(() => focused(lobby) === 'Join', 'on Join');
    assert.strictEqual(room.state.connection, 'disconnected');
    assert.deepEqual([field(lobby, 'name').disabled, field(lobby, 'name').value], [false, 'Ada']);
  });

  it('and keeps what is being typed while the page changes something else', async () => {
    const [lobby, room] = await mountLobby('');
    field(lobby, 'name').value = 'Ad';
    room.noVideo = true;
    await room.updateComplete;
    await lobby.updateComplete;
    assert.deepEqual([field(lobby, 'name').value, elements(lobby).includes('camera')], ['Ad', false]);
  });

  it('its own room, named by for, with all that is inside', async () => {
    const room = mountRoom('id="there" no-video');
    const lobby = await rendered(mount('room-lobby', 'for="there"'));
    const meter = inside(lobby, 'level-meter', HTMLElement);
    press(lobby, CHECK);
    await until(() => room.state.localStream, 'open');
    await until(() => inside(meter, 'meter', HTMLMeterElement).value > 0, 'the level');
    press(lobby, 'Join');
    await until(() => room.state.connection === 'connected', 'joined');
  });
});

describe('<room-lobby> remembers', () => {
  const kept = (key: string): string | null => localStorage.getItem(`video-room-elements:${key}`);

  function keep(name: string, room: string): void {
    localStorage.setItem('video-room-elements:name', name);
    localStorage.setItem('video-room-elements:room', room);
  }

  async function openLobby(attributes = '', own = ''): Promise<[RoomLobby, VideoRoom]> {
    const room = mount(
      'video-room',
      `token="token" provider="fake" no-audio no-video ${attributes}`,
      `<room-lobby ${own}></room-lobby>`,
    );
    return [await rendered(lobbyIn(room)), room];
  }

  async function join(lobby: RoomLobby, room: VideoRoom, name: string, roomName = ''): Promise<void> {
    field(lobby, 'name').value = name;
    if (roomName) field(lobby, 'room').value = roomName;
    press(lobby, 'Join');
    await until(() => room.state.connection === 'connected', 'joined');
  }

  it('name and room until the next visit', async () => {
    await join(...(await openLobby()), 'Ada', 'retro');
    assert.deepEqual([kept('name'), kept('room')], ['Ada', 'retro']);
    const [lobby, room] = await openLobby();
    assert.deepEqual([field(lobby, 'name').value, field(lobby, 'room').value], ['Ada', 'retro']);
    press(lobby, 'Join');
    await until(() => room.state.connection === 'connected', 'joined');
    assert.deepInclude(room.state, { name: 'Ada', room: 'retro' });
  });

  it('no room that the page gives, and prefers what the page sets', async () => {
    keep('Bob', 'lobby');
    const [lobby, room] = await openLobby('room="standup" name="Ada"');
    assert.deepEqual([field(lobby, 'name').value, field(lobby, 'room').value], ['Ada', 'standup']);
    await join(lobby, room, 'Ada');
    assert.deepEqual([room.state.room, kept('name'), kept('room')], ['standup', 'Ada', 'lobby']);
  });

  it('that somebody took the name away', async () => {
    keep('Bob', 'retro');
    const [lobby, room] = await openLobby();
    await join(lobby, room, '');
    room.leave();
    await until(() => buttons(lobby).length > 0, 'back');
    assert.deepEqual([field(lobby, 'name').value, room.state.name, kept('name')], ['', '', '']);
  });

  it('nothing with no-remember', async () => {
    keep('Bob', 'retro');
    const [lobby, room] = await openLobby('', 'no-remember');
    assert.deepEqual([field(lobby, 'name').value, field(lobby, 'room').value], ['', '']);
    await join(lobby, room, 'Ada', 'standup');
    assert.deepEqual([kept('name'), kept('room')], ['Bob', 'retro']);
  });

  it('nothing where the browser keeps nothing, and joins all the same', async () => {
    const { getItem, setItem } = Storage.prototype;
    const refuse = (): never => {
      throw new DOMException('', 'SecurityError');
    };
    Object.assign(Storage.prototype, { getItem: refuse, setItem: refuse });
    release(() => Object.assign(Storage.prototype, { getItem, setItem }));
    const [lobby, room] = await openLobby();
    await join(lobby, room, 'Ada', 'retro');
    assert.deepInclude(room.state, { name: 'Ada', room: 'retro' });
  });

  it('markup as text', async () => {
    keep('"><b>Bob</b>', 'retro');
    const [lobby] = await openLobby();
    assert.strictEqual(field(lobby, 'name').value, '"><b>Bob</b>');
    assert.strictEqual(lobby.shadowRoot?.querySelector('b'), null);
  });
});
