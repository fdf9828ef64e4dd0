/** The buttons and `for`: how an element finds its room, and what a press does there. */
import { assert } from '@open-wc/testing';
import type { CameraButton, MicButton } from '../../src/index.js';
import { useDevices } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { buttonOf, Complaints, EventRecord, inside, mount, mountJoinedRoom, mountRoom, until } from './helpers/page.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
});

async function labelOf(element: MicButton | CameraButton): Promise<string | null> {
  await element.updateComplete;
  return buttonOf(element).getAttribute('aria-label');
}

const DEVICES = [
  {
    tag: 'mic-button',
    kind: 'microphone',
    off: 'muted',
    unused: 'no-audio',
    alone: 'no-video',
    labels: ['Mute microphone', 'Unmute microphone'],
  },
  {
    tag: 'camera-button',
    kind: 'camera',
    off: 'camera-off',
    unused: 'no-video',
    alone: 'no-audio',
    labels: ['Turn camera off', 'Turn camera on'],
  },
] as const;

for (const { tag, kind, off, unused, alone, labels } of DEVICES) {
  describe(`<${tag}>`, () => {
    it('switches on and off in the meeting', async () => {
      const room = await mountJoinedRoom(alone, `<${tag}></${tag}>`);
      const [element] = room.querySelectorAll(tag);
      if (!element) throw new Error('There is no button.');
      const seen: [boolean, string | null][] = [];
      for (const on of [true, false, true]) {
        await until(() => room.state[kind].on === on, on ? 'on' : 'off');
        seen.push([on, await labelOf(element)]);
        assert.strictEqual(buttonOf(element).matches('.off'), !on);
        assert.strictEqual(buttonOf(element).part.contains(on ? 'on' : 'off'), true);
        buttonOf(element).click();
      }
      assert.deepEqual(seen, [
        [true, labels[0]],
        [false, labels[1]],
        [true, labels[0]],
      ]);
    });

    it('chooses before the meeting how it is joined, without opening anything', async () => {
      const devices = useDevices();
      const room = mountRoom(`${alone} ${off}`, `<${tag}></${tag}>`);
      const [element] = room.querySelectorAll(tag);
      if (!element) throw new Error('There is no button.');
      assert.strictEqual(await labelOf(element), labels[1]);
      buttonOf(element).click();
      assert.strictEqual(await labelOf(element), labels[0]);
      assert.deepEqual(devices.requests, []);
      await room.join();
      assert.strictEqual(room.state[kind].on, true);
    });

    const FAULTS = [
      { fault: 'NotAllowedError', failure: 'denied' },
      { fault: 'NotFoundError', failure: 'absent' },
      { fault: 'NotReadableError', failure: 'in-use' },
    ] as const;

    for (const { fault, failure } of FAULTS) {
      it(`says why the device is off when it is ${failure}, and a press tries again`, async () => {
        const complaints = new Complaints();
        const devices = useDevices({ [kind]: fault });
        const room = await mountJoinedRoom(alone, `<${tag}></${tag}>`);
        const [element] = room.querySelectorAll(tag);
        if (!element) throw new Error('There is no button.');
        assert.include(room.state[kind], { used: true, on: false, failure });
        assert.strictEqual(room.state.error?.code, `${kind}-${failure}`);
        assert.strictEqual(await labelOf(element), labels[1]);
        const record = new EventRecord(room);
        buttonOf(element).click();
        await until(() => record.types.includes('room-error'), 'told once more');
        assert.deepEqual(
          record.of('room-error').map(({ code }) => code),
          [`${kind}-${failure}`],
        );
        devices.faults[kind] = undefined;
        buttonOf(element).click();
        await until(() => room.state[kind].on, 'on');
        assert.strictEqual(room.state.error, undefined);
        assert.strictEqual(devices.requests.length, 3);
        await complaints.assertNone();
      });
    }

    it('is disabled where the page joins without the device, and where there is no room', async () => {
      const room = await mountJoinedRoom(`${unused} ${alone}`, `<${tag}></${tag}>`);
      const [unusedButton] = room.querySelectorAll(tag);
      const lonely = mount(tag);
      await lonely.updateComplete;
      assert.deepEqual(
        [unusedButton, lonely].map((element) => element && buttonOf(element).disabled),
        [true, true],
      );
      assert.strictEqual(await labelOf(lonely), 'Not connected to a meeting');
    });

    it('shows the page’s own signs', async () => {
      const room = await mountJoinedRoom(
        alone,
        `<${tag}><i slot="on">yes</i><i slot="off" style="display: inline-block">no</i></${tag}>`,
      );
      const [element] = room.querySelectorAll(tag);
      if (!element) throw new Error('There is no button.');
      await element.updateComplete;
      const shown = (): string[] =>
        [...element.children].filter((sign) => sign.checkVisibility()).map((sign) => sign.textContent);
      assert.deepEqual(shown(), ['yes']);
      buttonOf(element).click();
      await until(() => shown().join() === 'no', 'the other sign');
    });
  });
}

describe('<leave-button>', () => {
  it('leaves the meeting, and is disabled outside', async () => {
    const room = mountRoom('no-audio no-video', '<leave-button></leave-button>');
    const [element] = room.querySelectorAll('leave-button');
    if (!element) throw new Error('There is no button.');
    await element.updateComplete;
    assert.strictEqual(buttonOf(element).disabled, true);
    await room.join();
    await element.updateComplete;
    assert.strictEqual(buttonOf(element).disabled, false);
    buttonOf(element).click();
    assert.deepEqual([room.state.connection, provider.connection.isClosed], ['disconnected', true]);
    await element.updateComplete;
    assert.strictEqual(buttonOf(element).disabled, true);
  });

  it('stops joining', async () => {
    provider.gate = new Promise(() => undefined);
    const room = mountRoom('no-audio no-video', '<leave-button></leave-button>');
    const [element] = room.querySelectorAll('leave-button');
    if (!element) throw new Error('There is no button.');
    const joining = room.join();
    await element.updateComplete;
    await until(() => !buttonOf(element).disabled, 'enabled');
    buttonOf(element).click();
    assert.strictEqual((await joining).connection, 'disconnected');
  });
});

describe('for', () => {
  /** Whether the button has found a room that is in a meeting. */
  const hasMeeting = (element: Element): boolean => !buttonOf(element).disabled;

  it('finds the room that is there already', async () => {
    await mountJoinedRoom('id="standup" no-audio no-video');
    const button = mount('leave-button', 'for="standup"');
    await button.updateComplete;
    assert.strictEqual(hasMeeting(button), true);
  });

  it('finds the room that comes later, and the one that gets its id later', async () => {
    const buttons = [mount('leave-button', 'for="first"'), mount('leave-button', 'for="second"')];
    for (const button of buttons) await button.updateComplete;
    const room = await mountJoinedRoom('id="first" no-audio no-video');
    await until(() => buttons.map(hasMeeting).join() === 'true,false', 'the first is found');
    room.id = 'second';
    await until(() => buttons.map(hasMeeting).join() === 'false,true', 'the second is found');
    room.removeAttribute('id');
    await until(() => buttons.map(hasMeeting).join() === 'false,false', 'none is found');
  });

  it('can be set, changed and taken away later, and wins over the room around', async () => {
    const around = await mountJoinedRoom('no-audio no-video', '<leave-button></leave-button>');
    const elsewhere = mountRoom('id="elsewhere"');
    const [button] = around.querySelectorAll('leave-button');
    if (!button) throw new Error('There is no button.');
    await button.updateComplete;
    const seen = [hasMeeting(button)];
    for (const id of ['elsewhere', 'nowhere', '']) {
      button.for = id;
      await button.updateComplete;
      seen.push(hasMeeting(button));
    }
    assert.deepEqual(seen, [true, false, false, true]);
    assert.strictEqual(elsewhere.state.connection, 'disconnected');
  });

  it('follows when the room is replaced by another of that id', async () => {
    const first = await mountJoinedRoom('id="standup" no-audio no-video');
    const button = mount('leave-button', 'for="standup"');
    await button.updateComplete;
    await until(() => hasMeeting(button), 'found');
    const second = mountRoom('id="standup" no-audio no-video');
    first.replaceWith(second);
    await until(() => !hasMeeting(button), 'the other is found');
    await second.join();
    await until(() => hasMeeting(button), 'in its meeting');
    buttonOf(button).click();
    assert.strictEqual(second.state.connection, 'disconnected');
    first.leave();
  });

  it('takes the room of the same tree where several have the id', async () => {
    const host = mount('div');
    const shadow = host.attachShadow({ mode: 'open' });
    const outer = mountRoom('id="standup" no-audio no-video');
    shadow.innerHTML = '<leave-button for="standup"></leave-button>';
    const [button] = shadow.querySelectorAll('leave-button');
    if (!button) throw new Error('There is no button.');
    await outer.join();
    await button.updateComplete;
    await until(() => hasMeeting(button), 'the outer one, for want of another');
    const inner = document.createElement('video-room');
    inner.id = 'standup';
    shadow.append(inner);
    await until(() => !hasMeeting(button), 'the one beside it');
  });

  it('is handed on by the grid to its tiles', async () => {
    await mountJoinedRoom('id="standup" no-audio no-video name="Ada"');
    const grid = mount('participant-grid', 'for="standup" style="height: 200px"');
    await until(() => grid.shadowRoot?.querySelector('participant-tile'), 'a tile');
    const tile = inside(grid, 'participant-tile', HTMLElement);
    await until(() => tile.shadowRoot?.querySelector('.name')?.textContent === 'Ada (you)', 'the name');
  });

  it('moved out of its room, an element lets the room go', async () => {
    const room = await mountJoinedRoom('no-audio no-video', '<leave-button></leave-button>');
    const [button] = room.querySelectorAll('leave-button');
    if (!button) throw new Error('There is no button.');
    await button.updateComplete;
    assert.strictEqual(hasMeeting(button), true);
    mount('div').append(button);
    await button.updateComplete;
    assert.strictEqual(hasMeeting(button), false);
    room.append(button);
    await until(() => hasMeeting(button), 'found again');
  });
});
