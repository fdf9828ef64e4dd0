/** <dial-pad>: what is pressed and typed goes to the right call, is heard here, shown and read out. */
import { assert } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { DialPad } from '../../src/index.js';
import type { CallState } from '../../src/room/state.js';
import { GivenPhones } from './helpers/calls.js';
import { allInside, Complaints, inside, mount, release, textInside, until } from './helpers/page.js';
import { recordAudioContexts } from './helpers/sound.js';

const KEYS = '123456789*0#'.split('');

let given: GivenPhones;

async function mountPad(attributes = '', ...calls: Partial<CallState>[]): Promise<DialPad> {
  given = new GivenPhones();
  for (const call of calls) given.add({ status: 'answered', ...call });
  const pad = mount('dial-pad', `${attributes} for="given"`);
  await pad.updateComplete;
  return pad;
}

function keyOf(pad: DialPad, key: string): HTMLButtonElement {
  const button = allInside(pad, 'button')[KEYS.indexOf(key)];
  if (button instanceof HTMLButtonElement) return button;
  throw new Error(`There is no key ${key}.`);
}

function keys(pad: DialPad): HTMLElement {
  return inside(pad, '[role=group]', HTMLElement);
}

/** The frequencies of every wave that is made from now on. */
function recordWaves(): unknown[] {
  const waves: unknown[] = [];
  const { OscillatorNode } = window;
  window.OscillatorNode = class extends OscillatorNode {
    constructor(context: BaseAudioContext, options?: OscillatorOptions) {
      super(context, options);
      waves.push(options?.frequency);
    }
  };
  release(() => (window.OscillatorNode = OscillatorNode));
  return waves;
}

function replaceAudioContext(replacement: unknown): void {
  const { AudioContext } = window;
  Object.assign(window, { AudioContext: replacement });
  release(() => (window.AudioContext = AudioContext));
}

describe('<dial-pad>', () => {
  it('has the keys of a telephone in their order, with names that can be said', async () => {
    const pad = await mountPad('', { id: 'bob' });
    const names = allInside(pad, 'button').map((button) => (button as { computedName?: string }).computedName);
    assert.deepEqual(names, ['1', '2', '3', '4', '5', '6', '7', '8', '9', 'Star', '0', 'Hash']);
    const letters = allInside(pad, 'small').map((small) => small.textContent);
    assert.deepEqual(letters, ['', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ', '', '+', '']);
    assert.deepEqual([keys(pad).ariaLabel, keys(pad).title], ['Keypad', '']);
  });

  it('sends each key that is pressed, and shows them all', async () => {
    const pad = await mountPad('', { id: 'bob' });
    for (const key of KEYS) keyOf(pad, key).click();
    await pad.updateComplete;
    assert.deepEqual(
      given.asked,
      KEYS.map((key) => `sendDigits bob ${key}`),
    );
    assert.strictEqual(textInside(pad, 'output'), KEYS.join(''));
  });

  it('takes what is typed while it has the focus, and nothing else', async () => {
    const pad = await mountPad('', { id: 'bob' });
    await sendKeys({ press: '1' });
    assert.deepEqual(given.asked, [], 'without the focus');
    pad.focus();
    await sendKeys({ type: '7*#x' });
    for (const held of ['Control', 'Alt', 'Meta']) {
      await sendKeys({ down: held });
      await sendKeys({ press: '5' });
      await sendKeys({ up: held });
    }
    await sendKeys({ press: 'Space' });
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Enter' });
    await sendKeys({ press: 'ArrowLeft' });
    assert.deepEqual(
      given.asked,
      ['7', '*', '#', '1', '2'].map((key) => `sendDigits bob ${key}`),
    );
    await sendKeys({ down: '3' });
    await sendKeys({ down: '3' });
    assert.strictEqual(given.asked.length, 6, 'held down is pressed once');
    await sendKeys({ up: '3' });
  });

  const TARGETS: { what: string; call?: string; calls: Partial<CallState>[]; target?: string }[] = [
    { what: 'without a call', calls: [] },
    { what: 'while it rings', calls: [{ id: 'bob', status: 'ringing' }] },
    { what: 'when it is over', calls: [{ id: 'bob', status: 'ended' }] },
    { what: 'to who has answered', calls: [{ id: 'bob' }, { id: 'eve', status: 'busy' }], target: 'bob' },
    { what: 'to the last one', calls: [{ id: 'bob' }, { id: 'eve' }], target: 'eve' },
    { what: 'to the call that is named', call: 'bob', calls: [{ id: 'bob' }, { id: 'eve' }], target: 'bob' },
    {
      what: 'while the one that is named rings',
      call: 'bob',
      calls: [{ id: 'bob', status: 'ringing' }, { id: 'eve' }],
    },
    { what: 'where the one that is named is unknown', call: '<b>', calls: [{ id: 'bob' }] },
  ];

  it('leaves the focus where it is when the call ends, until it moves on by itself', async () => {
    const pad = await mountPad('', { id: 'bob' });
    keyOf(pad, '5').focus();
    given.change('bob', 'ended');
    await pad.updateComplete;
    assert.strictEqual(pad.shadowRoot?.activeElement, keyOf(pad, '5'));
    assert.strictEqual(keyOf(pad, '5').ariaDisabled, 'true');
    keyOf(pad, '5').click();
    assert.deepEqual(given.asked, []);
    keyOf(pad, '5').blur();
    await pad.updateComplete;
    assert.strictEqual(allInside(pad, 'button:disabled').length, 12);
  });

  for (const { what, call = '', calls, target } of TARGETS) {
    it(`${what}: ${target ?? 'disabled, with the reason'}`, async () => {
      const pad = await mountPad(`call="${call}"`, ...calls);
      const disabled = allInside(pad, 'button:disabled').length;
      const reason = 'No phone has answered';
      assert.deepEqual(
        [disabled, keys(pad).ariaLabel, keys(pad).title],
        target ? [0, 'Keypad', ''] : [12, reason, reason],
      );
      keyOf(pad, '5').click();
      keys(pad).dispatchEvent(new KeyboardEvent('keydown', { key: '6' }));
      assert.deepEqual(given.asked, target ? [`sendDigits ${target} 5`, `sendDigits ${target} 6`] : []);
    });
  }

  it('goes to who answered last, whoever was called first, and begins anew with each', async () => {
    const pad = await mountPad('', { id: 'bob', status: 'ringing' }, { id: 'eve' });
    keyOf(pad, '1').click();
    given.change('bob', 'answered');
    await pad.updateComplete;
    assert.strictEqual(textInside(pad, 'output'), '');
    keyOf(pad, '2').click();
    given.change('bob', 'ended');
    await pad.updateComplete;
    keyOf(pad, '3').click();
    await pad.updateComplete;
    assert.strictEqual(textInside(pad, 'output'), '3');
    assert.deepEqual(given.asked, ['sendDigits eve 1', 'sendDigits bob 2', 'sendDigits eve 3']);
  });

  it('reads out each digit once: only a new node comes into its live region', async () => {
    const pad = await mountPad('', { id: 'bob' });
    const output = inside(pad, 'output', HTMLOutputElement);
    assert.strictEqual(output.getAttribute('aria-atomic'), 'false');
    keyOf(pad, '4').click();
    await pad.updateComplete;
    const [first] = output.children;
    const changes: MutationRecord[] = [];
    const observer = new MutationObserver((records) => changes.push(...records));
    observer.observe(output, { subtree: true, childList: true, characterData: true });
    keyOf(pad, '4').click();
    await pad.updateComplete;
    await Promise.resolve();
    observer.disconnect();
    assert.strictEqual(output.firstElementChild, first);
    const added = changes.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node.textContent);
    assert.deepEqual(
      added.map((node) => node.textContent),
      ['4'],
    );
  });

  it('is the same way round where the text runs from right to left', async () => {
    const pad = await mountPad('dir="rtl"', { id: 'bob' });
    assert.isBelow(keyOf(pad, '1').getBoundingClientRect().left, keyOf(pad, '3').getBoundingClientRect().left);
  });

  for (const width of [360, 200]) {
    it(`fits into ${width} pixels, each key large enough for a finger`, async () => {
      const pad = await mountPad('', { id: 'bob' });
      const place = pad.parentElement as HTMLElement;
      place.style.width = `${width}px`;
      for (const button of allInside(pad, 'button')) {
        const { width: wide, height } = button.getBoundingClientRect();
        assert.isAtLeast(Math.min(wide, height), 44);
      }
      assert.isAtMost(place.scrollWidth, width);
    });
  }
});

describe('the tones of the keys', () => {
  // ITU-T Q.23, table 1.
  const TONES: Record<string, [number, number]> = {
    1: [697, 1209],
    2: [697, 1336],
    3: [697, 1477],
    4: [770, 1209],
    5: [770, 1336],
    6: [770, 1477],
    7: [852, 1209],
    8: [852, 1336],
    9: [852, 1477],
    '*': [941, 1209],
    0: [941, 1336],
    '#': [941, 1477],
  };

  it('are of the two frequencies of each', async () => {
    const pad = await mountPad('', { id: 'bob' });
    const waves = recordWaves();
    for (const [key, tones] of Object.entries(TONES)) {
      waves.length = 0;
      keyOf(pad, key).click();
      assert.deepEqual(waves, tones, key);
    }
  });

  it('are heard for about 150 ms', async () => {
    // The tone as the browser would play it. Such a context need not be closed, and can't be.
    const offline = Object.assign(new OfflineAudioContext(1, 24_000, 48_000), { close: async () => undefined });
    replaceAudioContext(function () {
      return offline;
    });
    const pad = await mountPad('', { id: 'bob' });
    keyOf(pad, '5').click();
    const samples = (await offline.startRendering()).getChannelData(0);
    const loud: boolean[] = [];
    for (let start = 0; start < samples.length; start += 480) {
      loud.push(samples.subarray(start, start + 480).some((sample) => Math.abs(sample) > 0.01));
    }
    const milliseconds = loud.filter(Boolean).length * 10;
    assert.isTrue(loud[0], 'at once');
    assert.isAtLeast(milliseconds, 140);
    assert.isAtMost(milliseconds, 170, 'faded out, not cut off');
  });

  it('share one context, which is closed when it is not used any more', async () => {
    const pad = await mountPad('', { id: 'bob' });
    const contexts = recordAudioContexts();
    for (const key of KEYS) keyOf(pad, key).click();
    assert.strictEqual(contexts.length, 1);
    await until(() => contexts[0]?.state === 'closed', 'closed');
    keyOf(pad, '1').click();
    assert.strictEqual(contexts.length, 2);
    pad.remove();
    await until(() => contexts[1]?.state === 'closed', 'closed with its element', 500);
  });

  const WITHOUT: Record<string, unknown> = {
    'where there is no AudioContext': undefined,
    'where none can be had': function () {
      throw new DOMException('', 'NotSupportedError');
    },
  };

  for (const [what, replacement] of Object.entries(WITHOUT)) {
    it(`${what} the digits go all the same, without a sound`, async () => {
      const complaints = new Complaints();
      replaceAudioContext(replacement);
      const pad = await mountPad('', { id: 'bob' });
      keyOf(pad, '1').click();
      pad.remove();
      assert.deepEqual(given.asked, ['sendDigits bob 1']);
      await complaints.assertNone();
    });
  }
});
