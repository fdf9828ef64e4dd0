/** <device-picker>: what can be chosen, what is used, and what happens when a choice can't be had. */
import { assert } from '@open-wc/testing';
import type { DevicePicker, RoomState, VideoRoom } from '../../src/index.js';
import { unplug, useDevices } from './helpers/devices.js';
import { useFakeProvider } from './helpers/fake-provider.js';
import { GivenRoom } from './helpers/given-room.js';
import { allInside, inside, mount, mountJoinedRoom, mountRoom, release, textInside, until } from './helpers/page.js';
import { assertAccessible } from './helpers/suites.js';

beforeEach(() => {
  localStorage.clear();
  useFakeProvider();
});

function selectOf(picker: Element): HTMLSelectElement {
  return inside(picker, 'select', HTMLSelectElement);
}

function optionsOf(picker: Element): string[] {
  return allInside(picker, 'option').map((option) => option.textContent.trim());
}

function chosen(picker: Element): string | undefined {
  return selectOf(picker).selectedOptions[0]?.textContent.trim();
}

function choose(picker: Element, text: string): void {
  selectOf(picker).selectedIndex = optionsOf(picker).indexOf(text);
  selectOf(picker).dispatchEvent(new Event('change', { bubbles: true }));
}

/** What is shown: the list with the chosen one marked, whether it is locked, and the note. */
function shown(picker: Element): { list: string[]; isLocked: boolean; note: string | undefined } {
  const { selectedIndex, disabled } = selectOf(picker);
  return {
    list: optionsOf(picker).map((text, index) => (index === selectedIndex ? `> ${text}` : text)),
    isLocked: disabled,
    note: textInside(picker, '[part=note]'),
  };
}

async function mountPicker(kind: string, changes: Partial<RoomState> = {}): Promise<[DevicePicker, GivenRoom]> {
  const given = new GivenRoom(changes);
  const picker = mount('device-picker', `for="given" kind="${kind}"`);
  await picker.updateComplete;
  return [picker, given];
}

const ON = { on: true, used: true, deviceId: '' };
const NAMED = {
  camera: [
    { id: 'c1', label: 'Front' },
    { id: 'c2', label: 'Back' },
  ],
  microphone: [{ id: 'm1', label: 'Headset' }],
  speaker: [
    { id: 'default', label: 'Default' },
    { id: 's2', label: 'Hall' },
  ],
};
const UNNAMED = {
  camera: [
    { id: '', label: '' },
    { id: '', label: '' },
  ],
  microphone: [{ id: '', label: '' }],
  speaker: [],
};

describe('<device-picker> shows', () => {
  const STATES: { what: string; kind: string; state: Partial<RoomState>; list: string[]; note?: string }[] = [
    { what: 'that none is found', kind: 'camera', state: {}, list: ['> None found'] },
    { what: 'that no speaker is found', kind: 'speaker', state: { devices: UNNAMED }, list: ['> None found'] },
    {
      what: 'numbers before the browser names any, and the default as used',
      kind: 'camera',
      state: { devices: UNNAMED },
      list: ['Off', '> Camera 1', 'Camera 2'],
    },
    {
      what: 'names, and the default while none was opened',
      kind: 'camera',
      state: { devices: NAMED },
      list: ['Off', '> Front', 'Back'],
    },
    {
      what: 'the one that is used',
      kind: 'camera',
      state: { devices: NAMED, camera: { ...ON, deviceId: 'c2' } },
      list: ['Off', 'Front', '> Back'],
    },
    {
      what: 'the default for one that is not there',
      kind: 'microphone',
      state: { devices: NAMED, microphone: { ...ON, deviceId: 'gone' } },
      list: ['Off', '> Headset'],
    },
    {
      what: 'off, whatever was used',
      kind: 'camera',
      state: { devices: NAMED, camera: { ...ON, on: false, deviceId: 'c2' } },
      list: ['> Off', 'Front', 'Back'],
    },
    {
      what: 'the speaker',
      kind: 'speaker',
      state: { devices: NAMED, speaker: { on: true, deviceId: 's2', isSelectable: true } },
      list: ['Off', 'Default', '> Hall'],
    },
    {
      what: 'the speaker off',
      kind: 'speaker',
      state: { devices: NAMED, speaker: { on: false, deviceId: 's2', isSelectable: true } },
      list: ['> Off', 'Default', 'Hall'],
    },
    {
      what: 'the camera for a kind that is nonsense',
      kind: 'toaster',
      state: { devices: NAMED },
      list: ['Off', '> Front', 'Back'],
    },
    {
      what: 'why a camera is blocked',
      kind: 'camera',
      state: { devices: NAMED, camera: { ...ON, on: false, failure: 'denied' } },
      list: ['> Off', 'Front', 'Back'],
      note: 'The camera is blocked. Allow it in the browser’s site settings, then switch it on here.',
    },
    {
      what: 'that a microphone is missing',
      kind: 'microphone',
      state: { microphone: { ...ON, on: false, failure: 'absent' } },
      list: ['> None found'],
      note: 'No microphone was found. Connect one, then switch it on here.',
    },
    {
      what: 'that a microphone is in use',
      kind: 'microphone',
      state: { devices: NAMED, microphone: { ...ON, on: false, failure: 'in-use' } },
      list: ['> Off', 'Headset'],
      note: 'The microphone is used by another program. Close it, then switch it on here.',
    },
    {
      what: 'what stands in for a device that is gone',
      kind: 'camera',
      state: { devices: NAMED, camera: { ...ON, deviceId: 'c2', standsInFor: 'Side' } },
      list: ['Off', 'Front', '> Back'],
      note: '“Side” is gone. “Back” is used instead.',
    },
    {
      what: 'a label that is markup as text',
      kind: 'camera',
      state: { devices: { ...NAMED, camera: [{ id: 'x', label: '<b>Front</b>' }] } },
      list: ['Off', '> <b>Front</b>'],
    },
  ];

  for (const { what, kind, state, list, note = '' } of STATES) {
    it(`${what} (${kind})`, async () => {
      const [picker] = await mountPicker(kind, state);
      assert.deepEqual(shown(picker), { list, isLocked: list.includes('> None found'), note });
      await assertAccessible(picker);
    });
  }

  const LOCKED: { what: string; kind: string; state: Partial<RoomState>; note: string }[] = [
    {
      what: 'a camera the room does not use',
      kind: 'camera',
      state: { camera: { ...ON, on: false, used: false } },
      note: 'This meeting is joined without a camera',
    },
    {
      what: 'a microphone the room does not use',
      kind: 'microphone',
      state: { microphone: { ...ON, on: false, used: false } },
      note: 'This meeting is joined without a microphone',
    },
    {
      what: 'a speaker the browser chooses',
      kind: 'speaker',
      state: { speaker: { on: true, deviceId: '', isSelectable: false } },
      note: 'Your browser chooses the speaker',
    },
  ];

  for (const { what, kind, state, note } of LOCKED) {
    it(`${what}, locked, with the reason`, async () => {
      const [picker] = await mountPicker(kind, { ...state, devices: NAMED });
      assert.deepInclude(shown(picker), { isLocked: true, note });
      assert.strictEqual(selectOf(picker).getAttribute('aria-describedby'), 'note');
      await assertAccessible(picker);
    });
  }

  it('nothing to choose without a room, and all as soon as there is one', async () => {
    const picker = mount('device-picker', 'for="given" kind="microphone"');
    await picker.updateComplete;
    assert.deepEqual(shown(picker), { list: ['> Off'], isLocked: true, note: 'Not connected to a meeting' });
    new GivenRoom({ devices: NAMED });
    await until(() => chosen(picker) === 'Headset', 'the microphone');
    assert.deepInclude(shown(picker), { isLocked: false, note: '' });
  });

  it('another kind when that is set, and the camera when it is nonsense or taken away', async () => {
    const [picker] = await mountPicker('speaker', { devices: NAMED });
    const seen: (string | undefined)[] = [];
    for (const kind of ['microphone', 'toaster', 'speaker', null]) {
      if (kind === null) picker.removeAttribute('kind');
      else picker.setAttribute('kind', kind);
      await picker.updateComplete;
      seen.push(`${picker.kind}: ${chosen(picker) ?? ''}`);
    }
    assert.deepEqual(seen, ['microphone: Headset', 'camera: Front', 'speaker: Default', 'camera: Front']);
  });
});

describe('<device-picker> asks the room for', () => {
  const CHOICES = [
    { kind: 'camera', text: 'Back', call: 'selectDevice camera c2' },
    { kind: 'camera', text: 'Off', call: 'setCamera false' },
    { kind: 'microphone', text: 'Headset', call: 'selectDevice microphone m1' },
    { kind: 'microphone', text: 'Off', call: 'setMicrophone false' },
    { kind: 'speaker', text: 'Hall', call: 'selectDevice speaker s2' },
    { kind: 'speaker', text: 'Off', call: 'setSpeaker false' },
  ];

  for (const { kind, text, call } of CHOICES) {
    it(`${kind} ${text}, and shows what is used where that could not be`, async () => {
      const [picker, given] = await mountPicker(kind, { devices: NAMED });
      const before = chosen(picker);
      choose(picker, text);
      assert.deepEqual(given.calls, [call]);
      await until(() => chosen(picker) === before, 'as it is');
    });
  }
});

describe('<device-picker> in a room', () => {
  /** What the browser lists, which can change. */
  function useDeviceList(): { list: MediaDeviceInfo[]; change: (list: MediaDeviceInfo[]) => void } {
    const { mediaDevices } = navigator;
    const listed = {
      list: [] as MediaDeviceInfo[],
      change: (list: MediaDeviceInfo[]): void => {
        listed.list = list;
        mediaDevices.dispatchEvent(new Event('devicechange'));
      },
    };
    mediaDevices.enumerateDevices = async () => listed.list;
    release(() => Reflect.deleteProperty(mediaDevices, 'enumerateDevices'));
    return listed;
  }

  function camera(deviceId: string, label: string): MediaDeviceInfo {
    return { kind: 'videoinput', deviceId, label, groupId: '', toJSON: () => undefined };
  }

  function pickerIn(room: VideoRoom): DevicePicker {
    const [picker] = room.querySelectorAll('device-picker');
    if (!picker) throw new Error('There is no picker.');
    return picker;
  }

  async function openRoom(kind: string, attributes = ''): Promise<[VideoRoom, DevicePicker]> {
    const room = mountRoom(attributes, `<device-picker kind="${kind}"></device-picker>`);
    await room.updateComplete;
    await room.room.openDevices();
    const picker = pickerIn(room);
    await until(() => optionsOf(picker).length > 1 && !optionsOf(picker).includes('Camera 1'), 'the names');
    return [room, picker];
  }

  it('is kept right when devices are plugged in and out', async () => {
    const listed = useDeviceList();
    const room = mountRoom('', '<device-picker></device-picker>');
    const picker = pickerIn(room);
    await until(() => picker.shadowRoot?.querySelector('select'), 'rendered');
    assert.deepEqual(optionsOf(picker), ['None found']);
    listed.change([camera('one', 'One')]);
    await until(() => optionsOf(picker).join() === 'Off,One', 'plugged in');
    assert.strictEqual(selectOf(picker).disabled, false);
    listed.change([camera('one', 'One'), camera('two', 'Two')]);
    await until(() => optionsOf(picker).join() === 'Off,One,Two', 'another one');
    listed.change([]);
    await until(() => optionsOf(picker).join() === 'None found', 'plugged out');
    assert.deepEqual([selectOf(picker).disabled, room.state.error], [true, undefined]);
  });

  it('uses the camera that is chosen before the meeting, and keeps it in the meeting', async () => {
    const devices = useDevices();
    const [room, picker] = await openRoom('camera');
    const [, , second = ''] = optionsOf(picker);
    choose(picker, second);
    await until(() => room.state.camera.deviceId === room.state.devices.camera[1]?.id, 'the second one');
    await until(() => chosen(picker) === second, 'shown');
    await room.join();
    assert.strictEqual(room.state.connection, 'connected');
    assert.strictEqual(room.state.camera.deviceId, room.state.devices.camera[1]?.id);
    assert.strictEqual(chosen(picker), second);
    assert.deepEqual(devices.requests, ['audio video', 'video']);
  });

  it('changes camera in the meeting, switches it off, and on again', async () => {
    const room = await mountJoinedRoom('', '<device-picker></device-picker>');
    const picker = pickerIn(room);
    await until(() => optionsOf(picker).length > 2, 'the names');
    const [, first = '', second = ''] = optionsOf(picker);
    for (const text of [second, 'Off', first]) {
      choose(picker, text);
      await until(() => chosen(picker) === text && room.state.camera.on === (text !== 'Off'), text);
      assert.strictEqual(textInside(picker, '[part=note]'), '');
    }
    assert.strictEqual(room.state.camera.deviceId, room.state.devices.camera[0]?.id);
  });

  it('says which device stands in for the chosen one that is gone', async () => {
    localStorage.setItem('video-room-elements:camera', JSON.stringify({ id: 'gone', label: 'My old camera' }));
    const [room, picker] = await openRoom('camera');
    const used = chosen(picker) ?? '';
    assert.strictEqual(room.state.camera.standsInFor, 'My old camera');
    await until(
      () => textInside(picker, '[part=note]') === `“My old camera” is gone. “${used}” is used instead.`,
      'the note',
    );
  });

  it('says so when the camera is unplugged while it is shown', async () => {
    const devices = useDevices();
    const [room, picker] = await openRoom('camera');
    const lost = chosen(picker) ?? '';
    unplug(devices, 'video');
    await until(() => textInside(picker, '[part=note]')?.startsWith(`“${lost}” is gone.`), 'the note');
    assert.strictEqual(room.state.camera.on, true);
  });

  for (const [fault, failure] of [
    ['NotAllowedError', 'blocked'],
    ['NotFoundError', 'No camera was found'],
    ['NotReadableError', 'used by another program'],
  ] as const) {
    it(`says what is wrong: ${fault}; and no longer when it is overcome`, async () => {
      const devices = useDevices({ camera: fault });
      const [room, picker] = await openRoom('camera', 'no-audio');
      assert.include(textInside(picker, '[part=note]'), failure);
      assert.strictEqual(chosen(picker), 'Off');
      delete devices.faults.camera;
      const [, first = ''] = optionsOf(picker);
      choose(picker, first);
      await until(() => room.state.camera.on && chosen(picker) !== 'Off', 'on');
      assert.strictEqual(textInside(picker, '[part=note]'), '');
    });
  }

  it('speaker: the others are heard where it says', async () => {
    const [room, picker] = await openRoom('speaker');
    const last = optionsOf(picker).at(-1) ?? '';
    choose(picker, last);
    await until(() => room.state.speaker.deviceId === room.state.devices.speaker.at(-1)?.id, 'chosen');
    await until(() => chosen(picker) === last, 'shown');
    choose(picker, 'Off');
    await until(() => !room.state.speaker.on && chosen(picker) === 'Off', 'off');
  });
});
