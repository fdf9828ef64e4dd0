/** <control-bar>: what it holds, how it wraps, and the small window with the picture of who speaks. */
import { assert } from '@open-wc/testing';
import { sendMouse } from '@web/test-runner-commands';
import type { ControlBar, RoomState } from '../../src/index.js';
import type { ParticipantState } from '../../src/room/state.js';
import { GivenRoom, people } from './helpers/given-room.js';
import { allInside, inside, mount, release, rendered, until } from './helpers/page.js';
import { remoteMedia, type RemoteMedia } from './helpers/remote-media.js';
import { assertAccessible } from './helpers/suites.js';
import { useFakeProvider } from './helpers/fake-provider.js';

beforeEach(() => {
  useFakeProvider();
});

async function mountBar(changes: Partial<RoomState> = {}, children = ''): Promise<[ControlBar, GivenRoom]> {
  const given = new GivenRoom({ connection: 'connected', participants: people('Ada'), ...changes });
  const bar = mount('control-bar', 'for="given"', children);
  await bar.updateComplete;
  return [bar, given];
}

function video(bar: ControlBar): HTMLVideoElement {
  return inside(bar, 'video', HTMLVideoElement);
}

function windowButton(bar: ControlBar): HTMLButtonElement {
  return inside(bar, '[part~=picture-in-picture]', HTMLButtonElement);
}

/** As a person does: browsers open windows on nothing else. */
async function click(element: Element): Promise<void> {
  const { left, top, width, height } = element.getBoundingClientRect();
  await sendMouse({ type: 'click', position: [Math.round(left + width / 2), Math.round(top + height / 2)] });
}

const DEFAULT_CONTROLS = [
  'mic-button',
  'camera-button',
  'screen-share-button',
  'layout-picker',
  'button',
  'leave-button',
];

function ownControls(bar: ControlBar): Element[] {
  return [...(bar.shadowRoot?.children ?? [])].filter((control) => !control.matches('slot, video'));
}

/** What is shown in the bar of its own, in order. */
function controls(bar: ControlBar): string[] {
  return ownControls(bar).map(({ localName }) => localName);
}

/** Somebody with these streams. */
function person(name: string, ...streams: RemoteMedia[]): ParticipantState {
  return { id: name, name, isLocal: name === 'me', isSpeaking: false, streams };
}

describe('<control-bar>', () => {
  it('has every control of a meeting, in a group with a name', async () => {
    const [bar] = await mountBar();
    assert.deepEqual(controls(bar), DEFAULT_CONTROLS);
    const { computedRole, computedName } = bar as Element & { computedRole?: string; computedName?: string };
    assert.deepEqual([computedRole, computedName], ['group', 'Controls']);
    const named = allInside(bar, '[for]').map((control) => control.getAttribute('for'));
    assert.deepEqual(named, ['given', 'given', 'given', 'given', 'given']);
  });

  const CHILDREN = [
    { what: 'nothing', children: '', own: false },
    { what: 'white space and comments', children: ' \n <!-- x --> ', own: false },
    { what: 'an element', children: '<leave-button for="given"></leave-button>', own: true },
  ];

  for (const { what, children, own } of CHILDREN) {
    it(`with ${what} inside has ${own ? 'only that' : 'the default controls'}`, async () => {
      const [bar] = await mountBar({}, children);
      assert.deepEqual(controls(bar), own ? [] : DEFAULT_CONTROLS);
      for (const child of bar.children) assert.ok(child.checkVisibility());
    });
  }

  it('changes when children come and go', async () => {
    const [bar] = await mountBar();
    const child = document.createElement('leave-button');
    bar.append(child);
    await until(() => controls(bar).length === 0, 'the page’s own');
    child.remove();
    await until(() => controls(bar).length === DEFAULT_CONTROLS.length, 'the default ones');
  });

  it('takes the focus with the first control that can be used', async () => {
    const [bar, given] = await mountBar();
    bar.focus();
    assert.strictEqual(bar.shadowRoot?.activeElement?.localName, 'mic-button');
    given.set({ microphone: { ...given.state.microphone, used: false } });
    await bar.updateComplete;
    bar.blur();
    bar.focus();
    assert.strictEqual(bar.shadowRoot?.activeElement?.localName, 'camera-button');
  });

  it('offers sound where the browser blocks it, with one button that stands out', async () => {
    const [bar, given] = await mountBar();
    assert.strictEqual(allInside(bar, '[part~=sound]').length, 0);
    given.set({ isAudioBlocked: true });
    await bar.updateComplete;
    const button = inside(bar, '[part~=sound]', HTMLButtonElement);
    assert.strictEqual(button.textContent.trim(), 'Turn on sound');
    assert.notStrictEqual(
      getComputedStyle(button).backgroundColor,
      getComputedStyle(windowButton(bar)).backgroundColor,
    );
    button.click();
    assert.deepEqual(given.calls, ['resumeAudio']);
    given.set({ isAudioBlocked: false });
    await bar.updateComplete;
    assert.strictEqual(allInside(bar, '[part~=sound]').length, 0);
  });

  it('can call a phone where phones can be called', async () => {
    const [bar, given] = await mountBar({ dialing: 'forbidden' });
    assert.deepEqual(controls(bar), DEFAULT_CONTROLS);
    given.set({ dialing: 'available' });
    await bar.updateComplete;
    assert.deepEqual(controls(bar), [...DEFAULT_CONTROLS.slice(0, -1), 'dial-out-button', 'leave-button']);
    const button = inside(bar, 'dial-out-button', HTMLElement);
    assert.strictEqual(button.getAttribute('for'), 'given');
    const parts = button.getAttribute('exportparts') ?? '';
    assert.include(parts, `${inside(bar, 'mic-button', HTMLElement).getAttribute('exportparts')}, `);
    assert.include(parts, 'dialog: phone-dialog');
  });

  const STATES: { what: string; state: Partial<RoomState> }[] = [
    { what: 'outside a meeting', state: { connection: 'disconnected' } },
    { what: 'in a meeting', state: {} },
    { what: 'sharing a screen', state: { screenShare: { on: true, isSupported: true } } },
    { what: 'with sound to be turned on', state: { isAudioBlocked: true } },
    { what: 'where phones can be called', state: { dialing: 'available' } },
  ];

  for (const { what, state } of STATES) {
    it(`is accessible ${what}`, async () => {
      const [bar] = await mountBar(state);
      await assertAccessible(bar);
    });
  }

  for (const width of [1280, 360, 200]) {
    it(`fits into ${width} pixels, each control large enough for a finger`, async () => {
      const [bar] = await mountBar({ isAudioBlocked: true, dialing: 'available' });
      await rendered(bar);
      bar.style.width = `${width}px`;
      const box = bar.getBoundingClientRect();
      for (const control of ownControls(bar)) {
        const { left, right, height } = control.getBoundingClientRect();
        assert.isAtLeast(left, box.left, control.localName);
        assert.isAtMost(right, box.right, control.localName);
        assert.isAtLeast(Math.round(height), 44, control.localName);
      }
      assert.strictEqual(bar.scrollWidth, width);
    });
  }
});

describe('the small window', () => {
  it('is told of when the browser refuses it, and nothing is decoded', async () => {
    const [bar, given] = await mountBar({ participants: [person('me'), person('ada', remoteMedia('ada'))] });
    // Nobody has done anything in this page yet: the browser refuses.
    windowButton(bar).click();
    await until(() => given.errors.length > 0, 'told');
    const [error] = given.errors;
    assert.strictEqual(error?.code, 'picture-in-picture-refused');
    assert.strictEqual((error?.cause as DOMException).name, 'NotAllowedError');
    await bar.updateComplete;
    assert.deepEqual([video(bar).srcObject, windowButton(bar).ariaPressed], [null, 'false']);
  });

  it('opens on a press, follows who is to be seen, and goes when the meeting is left', async () => {
    const [ada, bob] = [remoteMedia('ada'), remoteMedia('bob')];
    const [bar, given] = await mountBar({ participants: [person('me'), person('ada', ada), person('bob', bob)] });
    assert.strictEqual(video(bar).srcObject, null, 'nothing is decoded before');
    await click(windowButton(bar));
    await until(() => bar.shadowRoot?.pictureInPictureElement === video(bar), 'a window');
    assert.deepEqual([video(bar).srcObject, windowButton(bar).ariaPressed], [ada.mediaStream, 'true']);
    assert.ok(video(bar).muted);
    given.set({ activeSpeakerId: 'bob' });
    await until(() => video(bar).srcObject === bob.mediaStream, 'who speaks');
    await until(() => video(bar).videoWidth > 0 && !video(bar).paused, 'and it moves');
    assert.strictEqual(bar.shadowRoot?.pictureInPictureElement, video(bar), 'the same window');
    given.set({ connection: 'disconnected' });
    await until(() => !bar.shadowRoot?.pictureInPictureElement, 'the window is gone');
    await bar.updateComplete;
    assert.deepEqual([video(bar).srcObject, windowButton(bar).ariaPressed], [null, 'false']);
    assert.strictEqual(windowButton(bar).disabled, true);
    // A press that worked takes back what was told of one that did not.
    assert.deepEqual(given.calls, ['report undefined']);
  });

  const ENDS: { what: string; end: (bar: ControlBar) => unknown }[] = [
    { what: 'pressed again', end: (bar) => windowButton(bar).click() },
    { what: 'closed in the window itself', end: () => document.exitPictureInPicture() },
    { what: 'taken out of the page', end: (bar) => bar.remove() },
    { what: 'given controls of the page’s own', end: (bar) => bar.append(document.createElement('leave-button')) },
  ];

  for (const { what, end } of ENDS) {
    it(`is gone when ${what}, and can be opened again`, async () => {
      const [bar, given] = await mountBar({ participants: [person('me'), person('ada', remoteMedia('ada'))] });
      const place = bar.parentElement;
      const small = video(bar);
      for (let round = 0; round < 2; round++) {
        await click(windowButton(bar));
        await until(() => bar.shadowRoot?.pictureInPictureElement, 'a window');
        await end(bar);
        await until(() => !document.pictureInPictureElement && small.srcObject === null, 'gone');
        place?.append(bar);
        bar.replaceChildren();
        await until(() => allInside(bar, 'video').length === 1, 'the default controls');
        await bar.updateComplete;
        assert.strictEqual(windowButton(bar).ariaPressed, 'false');
      }
      assert.deepEqual(given.calls, ['report undefined', 'report undefined']);
    });
  }

  const PICTURES: {
    what: string;
    make: () => [participants: ParticipantState[], shown?: RemoteMedia];
    speaker?: string;
  }[] = [
    { what: 'nobody, where nobody else is there', make: () => [[person('me', remoteMedia('me'))]] },
    {
      what: 'nobody, where nobody else has a picture',
      make: () => [
        [person('me', remoteMedia('me')), person('ada', remoteMedia('ada', { types: ['AUDIO'] })), person('bob')],
      ],
    },
    {
      what: 'the first one with a picture, where nobody has spoken',
      make: () => {
        const bob = remoteMedia('bob');
        return [[person('me'), person('ada'), person('bob', bob), person('eve', remoteMedia('eve'))], bob];
      },
    },
    {
      what: 'who speaks',
      speaker: 'eve',
      make: () => {
        const eve = remoteMedia('eve');
        return [[person('me'), person('bob', remoteMedia('bob')), person('eve', eve)], eve];
      },
    },
    {
      what: 'the first one with a picture, where who speaks has none',
      speaker: 'eve',
      make: () => {
        const bob = remoteMedia('bob');
        return [[person('me'), person('bob', bob), person('eve')], bob];
      },
    },
    {
      what: 'a shared screen, whoever speaks',
      speaker: 'bob',
      make: () => {
        const screen = remoteMedia('eve', { alias: 'screenshare', types: ['VIDEO'] });
        return [[person('me'), person('bob', remoteMedia('bob')), person('eve', remoteMedia('eve'), screen)], screen];
      },
    },
    {
      what: 'who speaks, while the person shares a screen',
      speaker: 'bob',
      make: () => {
        const bob = remoteMedia('bob');
        return [[person('me', remoteMedia('me', { alias: 'screenshare' })), person('bob', bob)], bob];
      },
    },
  ];

  for (const { what, make, speaker = '' } of PICTURES) {
    it(`shows ${what}`, async () => {
      const [participants, shown] = make();
      const [bar] = await mountBar({ participants, activeSpeakerId: speaker });
      windowButton(bar).click();
      assert.strictEqual(windowButton(bar).disabled, !shown);
      assert.strictEqual(video(bar).srcObject, shown?.mediaStream ?? null);
    });
  }

  it('is told of when no picture comes in time', async () => {
    const connection = new RTCPeerConnection();
    release(() => connection.close());
    const mediaStream = new MediaStream([connection.addTransceiver('video').receiver.track]);
    const still = { ...remoteMedia('ada'), mediaStream };
    const [bar, given] = await mountBar({
      participants: [person('me'), person('ada', still)],
    });
    await click(windowButton(bar));
    await until(() => given.errors.length > 0, 'told');
    assert.strictEqual((given.errors[0]?.cause as DOMException).name, 'InvalidStateError');
    assert.strictEqual(video(bar).srcObject, null);
  });

  it('pressed twice in a row is neither opened nor refused', async () => {
    const [bar, given] = await mountBar({ participants: [person('me'), person('ada', remoteMedia('ada'))] });
    windowButton(bar).click();
    windowButton(bar).click();
    assert.strictEqual(video(bar).srcObject, null);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual([given.calls, document.pictureInPictureElement], [[], null]);
  });

  for (const outcome of ['refuses', 'opens it'] as const) {
    it(`closed before the browser ${outcome} is neither there nor refused`, async () => {
      const [bar, given] = await mountBar({ participants: [person('me'), person('ada', remoteMedia('ada'))] });
      let answer: (() => void) | undefined;
      video(bar).requestPictureInPicture = () =>
        new Promise((resolve, reject) => {
          const refuse = (): void => reject(new DOMException('', 'NotAllowedError'));
          answer = outcome === 'refuses' ? refuse : () => resolve({} as PictureInPictureWindow);
        });
      let exits = 0;
      document.exitPictureInPicture = async () => {
        exits++;
      };
      release(() => Reflect.deleteProperty(document, 'exitPictureInPicture'));
      windowButton(bar).click();
      await until(() => answer, 'asked');
      windowButton(bar).click();
      answer?.();
      await new Promise((resolve) => setTimeout(resolve));
      assert.deepEqual([given.calls, exits], [[], outcome === 'refuses' ? 0 : 1]);
      assert.strictEqual(video(bar).srcObject, null);
    });
  }

  for (const value of [false, undefined]) {
    it(`is not offered where document.pictureInPictureEnabled is ${value}`, async () => {
      Object.defineProperty(document, 'pictureInPictureEnabled', { value, configurable: true });
      release(() => Reflect.deleteProperty(document, 'pictureInPictureEnabled'));
      const [bar] = await mountBar();
      assert.deepEqual(
        controls(bar),
        DEFAULT_CONTROLS.filter((name) => name !== 'button'),
      );
      assert.strictEqual(allInside(bar, 'video').length, 0);
    });
  }
});
