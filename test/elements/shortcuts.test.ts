/** Keyboard shortcuts: which keys do what, where, and when they do nothing. */
import { assert } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { listenForShortcuts } from '../../src/internal/shortcuts.js';
import type { RoomState } from '../../src/index.js';
import { INITIAL_STATE } from '../../src/room/state.js';
import { useFakeProvider } from './helpers/fake-provider.js';
import { GivenRoom } from './helpers/given-room.js';
import { buttonOf, mount, mountJoinedRoom, release, until } from './helpers/page.js';

const KEY_M = { key: 'M', code: 'KeyM', altKey: true, shiftKey: true };

function listen(changes: Partial<RoomState> = {}): GivenRoom {
  const given = new GivenRoom({ connection: 'connected', ...changes });
  release(listenForShortcuts(given.host));
  return given;
}

function press(init: KeyboardEventInit, target: EventTarget = document.body): KeyboardEvent {
  const event = new KeyboardEvent('keydown', { bubbles: true, composed: true, cancelable: true, ...init });
  target.dispatchEvent(event);
  return event;
}

describe('shortcuts by key', () => {
  const ROWS: { what: string; keys: KeyboardEventInit; state?: Partial<RoomState>; calls: string[] }[] = [
    { what: 'M mutes', keys: {}, calls: ['setMicrophone false'] },
    {
      what: 'M unmutes',
      keys: {},
      state: { microphone: { ...INITIAL_STATE.microphone, on: false } },
      calls: ['setMicrophone true'],
    },
    { what: 'C', keys: { key: 'C', code: 'KeyC' }, calls: ['setCamera false'] },
    { what: 'S', keys: { key: 'S', code: 'KeyS' }, calls: ['setScreenShare true'] },
    {
      what: 'S while a screen is shared',
      keys: { key: 'S', code: 'KeyS' },
      state: { screenShare: { on: true, isSupported: true } },
      calls: ['setScreenShare false'],
    },
    { what: 'L', keys: { key: 'L', code: 'KeyL' }, calls: ['leave'] },
    { what: 'm with caps lock', keys: { key: 'm' }, calls: ['setMicrophone false'] },
    { what: 'what Option makes of M', keys: { key: 'Â' }, calls: ['setMicrophone false'] },
    { what: 'a Cyrillic letter in the place of M', keys: { key: 'Ь' }, calls: ['setMicrophone false'] },
    { what: 'a dead key in the place of M', keys: { key: 'Dead' }, calls: ['setMicrophone false'] },
    { what: 'M elsewhere, on another Latin keyboard', keys: { code: 'Semicolon' }, calls: ['setMicrophone false'] },
    { what: 'another Latin letter in the place of M', keys: { key: 'X' }, calls: [] },
    { what: 'another letter', keys: { key: 'K', code: 'KeyK' }, calls: [] },
    { what: 'no letter', keys: { key: 'Enter', code: 'Enter' }, calls: [] },
    { what: 'nothing but Alt and Shift', keys: { key: 'Shift', code: 'ShiftLeft' }, calls: [] },
    { what: 'without Alt', keys: { altKey: false }, calls: [] },
    { what: 'without Shift', keys: { shiftKey: false }, calls: [] },
    { what: 'with Control', keys: { ctrlKey: true }, calls: [] },
    { what: 'with the system key', keys: { metaKey: true }, calls: [] },
    { what: 'held down', keys: { repeat: true }, calls: [] },
    { what: 'in the middle of a composed sign', keys: { isComposing: true }, calls: [] },
  ];

  for (const { what, keys, state, calls } of ROWS) {
    it(`${what}: ${calls.join() || 'nothing'}`, () => {
      const given = listen(state);
      const event = press({ ...KEY_M, ...keys });
      assert.deepEqual(given.calls, calls);
      assert.strictEqual(event.defaultPrevented, calls.length > 0, 'the page hears whether it was used');
    });
  }
});

describe('shortcuts by focus', () => {
  const ROWS: { markup: string; works: boolean }[] = [
    { markup: '<button id="focus"></button>', works: true },
    { markup: '<a href="#x" id="focus">x</a>', works: true },
    { markup: '<input type="checkbox" id="focus">', works: true },
    { markup: '<input type="range" id="focus">', works: true },
    { markup: '<input readonly id="focus">', works: true },
    { markup: '<video controls id="focus"></video>', works: true },
    { markup: '<input id="focus">', works: false },
    { markup: '<input type="search" id="focus">', works: false },
    { markup: '<input type="email" id="focus">', works: false },
    { markup: '<input type="number" id="focus">', works: false },
    { markup: '<input type="password" id="focus">', works: false },
    { markup: '<input type="date" id="focus">', works: false },
    { markup: '<textarea id="focus"></textarea>', works: false },
    { markup: '<select id="focus"><option>x</option></select>', works: false },
    { markup: '<p contenteditable id="focus">x</p>', works: false },
    { markup: '<p contenteditable="plaintext-only" id="focus">x</p>', works: false },
    { markup: '<div contenteditable><b id="focus">x</b></div>', works: false },
  ];

  for (const { markup, works } of ROWS) {
    for (const place of ['in the page', 'in a shadow root']) {
      it(`on ${markup} ${place}: ${works ? 'work' : 'nothing'}`, () => {
        const given = listen();
        const host = mount('div');
        const root = place === 'in the page' ? host : host.attachShadow({ mode: 'open' });
        root.innerHTML = markup;
        const target = root.querySelector('#focus');
        assert.ok(target);
        press(KEY_M, target);
        assert.deepEqual(given.calls, works ? ['setMicrophone false'] : []);
      });
    }
  }
});

describe('shortcuts by state', () => {
  const ROWS: { state: Partial<RoomState>; works: boolean }[] = [
    { state: { connection: 'disconnected' }, works: false },
    { state: { connection: 'connecting' }, works: false },
    { state: { connection: 'connected' }, works: true },
    { state: { connection: 'reconnecting' }, works: true },
    { state: { connection: 'connected', hasShortcuts: false }, works: false },
  ];
  const BUTTONS = [
    ['mic-button', 'Alt+Shift+M', 'Mute microphone'],
    ['camera-button', 'Alt+Shift+C', 'Turn camera off'],
    ['screen-share-button', 'Alt+Shift+S', 'Share your screen'],
    ['leave-button', 'Alt+Shift+L', 'Leave'],
  ] as const;

  for (const { state, works } of ROWS) {
    it(`${JSON.stringify(state)}: ${works ? 'work, and tooltips show them' : 'nothing, and tooltips keep quiet'}`, async () => {
      const given = listen(state);
      press(KEY_M);
      assert.deepEqual(given.calls, works ? ['setMicrophone false'] : []);
      for (const [tag, keys, name] of BUTTONS) {
        const element = mount(tag, 'for="given"');
        await element.updateComplete;
        const button = buttonOf(element);
        assert.strictEqual(button.getAttribute('aria-keyshortcuts'), works ? keys : null, tag);
        assert.strictEqual(button.title.includes('Alt'), works, tag);
        if (works) assert.deepEqual([button.ariaLabel, button.title], [name, `${name} (${keys})`]);
      }
    });
  }

  it('of a button that can’t be pressed are not shown', async () => {
    new GivenRoom({ connection: 'connected', microphone: { ...INITIAL_STATE.microphone, used: false } });
    const element = mount('mic-button', 'for="given"');
    await element.updateComplete;
    assert.strictEqual(buttonOf(element).title, 'This meeting is joined without a microphone');
    assert.strictEqual(buttonOf(element).getAttribute('aria-keyshortcuts'), null);
  });
});

describe('shortcuts do what the buttons do', () => {
  const OFF = { on: false, used: true, deviceId: '' };
  const FACTS = { displayName: '', isLocked: false, hasWaitingRoom: false, isMuted: false, spotlightId: '' };
  const ROWS: { what: string; letter: string; state: Partial<RoomState> }[] = [
    { what: 'everybody is muted', letter: 'M', state: { microphone: OFF, isSpeakingAllowed: false } },
    { what: 'a permission is missing', letter: 'M', state: { microphone: OFF, permissions: ['room.message'] } },
    { what: 'it was refused', letter: 'C', state: { camera: OFF, refusals: { 'room.self.video_unmute': 'No.' } } },
    {
      what: 'the room has no pictures',
      letter: 'C',
      state: { camera: OFF, facts: { ...FACTS, isAudioOnly: true, hidesVideoMuted: false } },
    },
    { what: 'the device is not used', letter: 'C', state: { camera: { ...OFF, used: false } } },
    { what: 'no screen may be shared', letter: 'S', state: { permissions: ['room.message'] } },
    { what: 'no screen can be shared', letter: 'S', state: { screenShare: { on: false, isSupported: false } } },
  ];

  for (const { what, letter, state } of ROWS) {
    it(`${letter} does nothing where ${what}`, () => {
      const given = listen(state);
      press({ ...KEY_M, key: letter, code: `Key${letter}` });
      assert.deepEqual(given.calls, []);
    });
  }

  it('M still mutes where nobody may speak', () => {
    const given = listen({ isSpeakingAllowed: false, permissions: ['room.message'] });
    press(KEY_M);
    assert.deepEqual(given.calls, ['setMicrophone false']);
  });

  it('L asks the page first, which may keep the person there', () => {
    const given = listen();
    const keys = { ...KEY_M, key: 'L', code: 'KeyL' };
    given.host.addEventListener('leave-request', (event) => event.preventDefault(), { once: true });
    press(keys);
    assert.deepEqual(given.calls, []);
    press(keys);
    assert.deepEqual(given.calls, ['leave']);
  });
});

describe('shortcuts', () => {
  it('leave alone what the page has handled', () => {
    const given = listen();
    const stop = new AbortController();
    document.addEventListener('keydown', (event) => event.preventDefault(), { signal: stop.signal });
    release(() => stop.abort());
    press(KEY_M);
    assert.deepEqual(given.calls, []);
  });

  it('of two meetings in a page go to the one that listened first', () => {
    const both = [listen(), listen()];
    press(KEY_M);
    assert.deepEqual(
      both.map(({ calls }) => calls.length),
      [1, 0],
    );
  });

  it('work no longer once they are stopped', () => {
    const given = new GivenRoom({ connection: 'connected' });
    listenForShortcuts(given.host)();
    press(KEY_M);
    assert.deepEqual(given.calls, []);
  });

  it('survive a keydown that is no keyboard event, as autofill sends it', () => {
    const given = listen();
    document.body.dispatchEvent(new Event('keydown', { bubbles: true }));
    assert.deepEqual(given.calls, []);
  });

  it('work for a room in the page, unless it has none', async () => {
    useFakeProvider();
    const room = await mountJoinedRoom('no-video');
    press(KEY_M);
    await until(() => !room.state.microphone.on, 'muted');
    room.noShortcuts = true;
    await room.updateComplete;
    press(KEY_M);
    assert.strictEqual(room.state.hasShortcuts, false);
    assert.strictEqual(room.state.microphone.on, false);
    room.noShortcuts = false;
    await room.updateComplete;
    press({ ...KEY_M, key: 'L', code: 'KeyL' });
    assert.strictEqual(room.state.connection, 'disconnected');
  });

  it('work with a real keyboard, and not while a name is typed', async () => {
    const given = listen();
    await sendKeys({ press: 'Alt+Shift+M' });
    assert.deepEqual(given.calls, ['setMicrophone false']);
    const input = mount('input');
    input.focus();
    await sendKeys({ press: 'Alt+Shift+M' });
    assert.strictEqual(given.calls.length, 1);
  });
});
