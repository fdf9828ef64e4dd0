/** <dial-out-button>: calls a number, or asks for one; says how each call goes; hangs up. */
import { assert } from '@open-wc/testing';
import { registerTranslation } from '@shoelace-style/localize';
import { sendKeys } from '@web/test-runner-commands';
// Brings the sentences of what can be wrong with a call, as a meeting with calls does.
import '../../src/room/calls.js';
import { DialPad, type DialOutButton, type RoomState } from '../../src/index.js';
import { RoomError } from '../../src/room/errors.js';
import type { CallStatus } from '../../src/room/state.js';
import { GivenPhones } from './helpers/calls.js';
import {
  allInside,
  buttonOf,
  Complaints,
  inside,
  mount,
  release,
  rendered,
  textInside,
  until,
} from './helpers/page.js';
import { assertAccessible } from './helpers/suites.js';

const NUMBER = '+12025550100';

let given: GivenPhones;

async function mountButton(attributes = '', children = '', changes: Partial<RoomState> = {}): Promise<DialOutButton> {
  given = new GivenPhones(changes);
  const element = mount('dial-out-button', `${attributes} for="given"`, children);
  await element.updateComplete;
  return element;
}

function dialogOf(element: DialOutButton): HTMLElement {
  return inside(element, '[popover]', HTMLElement);
}

function isOpen(element: DialOutButton): boolean {
  return dialogOf(element).matches(':popover-open');
}

function input(element: DialOutButton, name: 'number' | 'name'): HTMLInputElement {
  return inside(element, `input[name=${name}]`, HTMLInputElement);
}

/** What has the focus in the element. */
function focused(element: DialOutButton): string | null {
  const active = element.shadowRoot?.activeElement;
  return active ? (active.getAttribute('name') ?? active.ariaLabel ?? active.textContent.trim()) : null;
}

/** As a person opens it, and waits until all is there. */
async function open(element: DialOutButton): Promise<void> {
  buttonOf(element).click();
  await until(() => focused(element) === 'number', 'the number has the focus');
  await numbersLoaded(element);
}

/** The rules of phone numbers are at work: they space what is typed. */
async function numbersLoaded(element: DialOutButton): Promise<void> {
  await until(() => {
    type(element, '+12');
    return input(element, 'number').value === '+1 2';
  }, 'spaced');
  type(element, '');
}

function type(element: DialOutButton, text: string, inputType = 'insertText'): void {
  const field = input(element, 'number');
  field.value = text;
  field.dispatchEvent(new InputEvent('input', { inputType, bubbles: true }));
}

async function submit(element: DialOutButton): Promise<void> {
  inside(element, 'form', HTMLFormElement).requestSubmit();
  await element.updateComplete;
}

function said(element: DialOutButton): string {
  return (textInside(element, '[role=status]') ?? '').replace(/\s+/g, ' ');
}

describe('<dial-out-button number>', () => {
  const LABELS: { what: string; attributes?: string; state?: Partial<RoomState>; label: string; enabled?: true }[] = [
    { what: 'nowhere', attributes: 'for="nowhere"', label: 'Not connected to a meeting' },
    { what: 'outside a meeting', state: { connection: 'disconnected' }, label: 'Not connected to a meeting' },
    {
      what: 'where nothing dials',
      state: { dialing: 'unavailable' },
      label: 'No phones can be called from this meeting',
    },
    {
      what: 'where this person may not',
      state: { dialing: 'forbidden' },
      label: 'You may not call phones from this meeting',
    },
    { what: 'by name', attributes: 'name="Bob"', label: 'Call Bob', enabled: true },
    { what: 'by number', attributes: 'number="+1 202 555 0100"', label: 'Call +1 202 555 0100', enabled: true },
    { what: 'reconnecting', state: { connection: 'reconnecting' }, label: `Call ${NUMBER}`, enabled: true },
    {
      what: 'with an endpoint, where nothing dials',
      attributes: 'endpoint="/startPSTNCall"',
      state: { dialing: 'unavailable' },
      label: `Call ${NUMBER}`,
      enabled: true,
    },
    {
      what: 'with an endpoint, outside a meeting',
      attributes: 'endpoint="/startPSTNCall"',
      state: { connection: 'connecting' },
      label: 'Not connected to a meeting',
    },
    {
      what: 'with what is no number',
      attributes: 'number="Bob"',
      label: 'This is not a phone number. Write it with its country code, such as +1 202 555 0100.',
    },
  ];

  for (const { what, attributes = '', state = {}, label, enabled = false } of LABELS) {
    it(`${what}: ${label}`, async () => {
      const element = await mountButton(`${attributes} number="${NUMBER}"`, '', state);
      const button = buttonOf(element);
      assert.deepEqual([button.ariaLabel, button.title, !button.disabled], [label, label, enabled]);
      assert.deepEqual([...button.part], ['button', 'off']);
      button.click();
      assert.strictEqual(given.dialed.length, enabled ? 1 : 0);
    });
  }

  it('calls the number in E.164, with the name and the endpoint', async () => {
    const element = await mountButton('number="+1 (202) 555-0100" name="Bob" endpoint="/startPSTNCall"');
    buttonOf(element).click();
    assert.deepEqual(given.dialed, [{ number: NUMBER, name: 'Bob', endpoint: '/startPSTNCall' }]);
  });

  const STATES: { status: CallStatus; says: string; label: string }[] = [
    { status: 'dialing', says: 'Calling Bob…', label: 'Hang up Bob' },
    { status: 'ringing', says: 'Ringing at Bob…', label: 'Hang up Bob' },
    { status: 'answered', says: 'Bob answered.', label: 'Hang up Bob' },
    { status: 'busy', says: 'Bob is busy.', label: 'Call Bob' },
    { status: 'no-answer', says: 'Bob did not answer.', label: 'Call Bob' },
    { status: 'rejected', says: 'Bob rejected the call.', label: 'Call Bob' },
    { status: 'failed', says: 'The call to Bob failed.', label: 'Call Bob' },
    { status: 'ended', says: 'The call to Bob has ended.', label: 'Call Bob' },
  ];

  for (const { status, says, label } of STATES) {
    it(`${status}: “${says}”, and the button: ${label}`, async () => {
      const element = await mountButton(`number="${NUMBER}" name="Bob"`);
      const region = inside(element, '[role=status]', HTMLElement);
      buttonOf(element).click();
      given.change('call-1', status);
      await element.updateComplete;
      assert.deepEqual([said(element), buttonOf(element).ariaLabel], [says, label]);
      assert.strictEqual(inside(element, '[role=status]', HTMLElement), region, 'the same, or nothing is read out');
      assert.ok(region.getBoundingClientRect().width > 50, 'it can be seen');
      buttonOf(element).click();
      await element.updateComplete;
      if (label === 'Hang up Bob') assert.deepEqual([given.asked, given.dialed.length], [['hangUp call-1'], 1]);
      else assert.deepEqual([given.asked, given.dialed.length, said(element)], [[], 2, 'Calling Bob…']);
    });
  }

  it('says why a call failed', async () => {
    const element = await mountButton(`number="${NUMBER}" name="Bob"`);
    buttonOf(element).click();
    given.change('call-1', 'failed', { error: new RoomError('call-failed', { message: '<b>Too many</b> calls.' }) });
    await element.updateComplete;
    assert.strictEqual(said(element), 'The call to Bob failed. <b>Too many</b> calls.');
    assert.strictEqual(allInside(element, 'b').length, 0);
  });

  it('has its number run from left to right, also in the middle of what does not', async () => {
    const element = await mountButton('number="+1 202 555 0100"');
    buttonOf(element).click();
    given.change('call-1', 'busy');
    const region = inside(element, '[role=status]', HTMLElement);
    for (const dir of ['ltr', 'rtl']) {
      element.dir = dir;
      element.requestUpdate();
      await element.updateComplete;
      const left = (from: string): number => {
        const text = document.createTreeWalker(region, NodeFilter.SHOW_TEXT);
        while (!text.currentNode.textContent?.includes(from) || text.currentNode === region) text.nextNode();
        const start = text.currentNode.textContent.indexOf(from);
        const range = document.createRange();
        range.setStart(text.currentNode, start);
        range.setEnd(text.currentNode, start + from.length);
        return range.getBoundingClientRect().left;
      };
      assert.isBelow(left('202'), left('0100'), dir);
    }
  });

  it('speaks English where there are no texts, and another language where there are', async () => {
    const complaints = new Complaints();
    const element = await mountButton(`number="${NUMBER}" name="Bob" lang="nl"`);
    assert.strictEqual(buttonOf(element).ariaLabel, 'Call Bob');
    const dutch = { $code: 'nl', $name: 'Nederlands', $dir: 'ltr', callTo: (who: string) => `${who} bellen` } as const;
    registerTranslation(dutch);
    await element.updateComplete;
    assert.strictEqual(buttonOf(element).ariaLabel, 'Bob bellen');
    buttonOf(element).click();
    await element.updateComplete;
    assert.strictEqual(said(element), 'Calling Bob…');
    await complaints.assertNone();
  });

  it('shows the page’s own content, by state', async () => {
    const element = await mountButton(`number="${NUMBER}"`, '<i slot="on">Hang up</i><i slot="off">Call support</i>');
    const shown = (): string[] =>
      [...element.children].filter((sign) => sign.checkVisibility()).map((sign) => sign.textContent);
    assert.deepEqual(shown(), ['Call support']);
    buttonOf(element).click();
    await element.updateComplete;
    assert.deepEqual(shown(), ['Hang up']);
    assert.deepEqual([...buttonOf(element).part], ['button', 'on']);
  });

  it('says nothing of calls that were not started with it', async () => {
    const element = await mountButton(`number="${NUMBER}" name="Bob"`);
    const other = mount('dial-out-button', 'for="given" number="+12025550101" name="Eve"');
    await other.updateComplete;
    given.add({ id: 'theirs', number: NUMBER, name: 'Bob' });
    given.add({ id: 'own', number: '+12025550102', isOwn: true });
    buttonOf(other).click();
    await Promise.all([element.updateComplete, other.updateComplete]);
    assert.deepEqual([said(element), said(other)], ['', 'Calling Eve…']);
    assert.deepEqual([buttonOf(element).ariaLabel, buttonOf(other).ariaLabel], ['Call Bob', 'Hang up Eve']);
  });

  it('pressed twice before the call is there dials once', async () => {
    const element = await mountButton(`number="${NUMBER}"`);
    given.reactions['dial'] = () => new Promise(() => undefined);
    buttonOf(element).click();
    buttonOf(element).click();
    assert.deepEqual(given.calls.length, 1);
  });

  it('can be pressed again where no call came of it', async () => {
    const element = await mountButton(`number="${NUMBER}"`);
    given.reactions['dial'] = () => undefined;
    buttonOf(element).click();
    await new Promise((resolve) => setTimeout(resolve));
    buttonOf(element).click();
    assert.strictEqual(given.calls.length, 2);
    given.add({ id: 'late', number: NUMBER, isOwn: true });
    await element.updateComplete;
    assert.strictEqual(buttonOf(element).ariaLabel, `Hang up ${NUMBER}`);
  });
});

describe('dial-out-request', () => {
  for (const attributes of [`number="${NUMBER}" name="Bob"`, '']) {
    const way = attributes ? 'a number of its own' : 'a number that was typed';
    const press = async (element: DialOutButton): Promise<void> => {
      if (attributes) return buttonOf(element).click();
      await open(element);
      type(element, '(202) 555-0100');
      input(element, 'name').value = 'Bob';
      await submit(element);
    };

    it(`comes before ${way} is called, and can be cancelled`, async () => {
      const element = await mountButton(attributes);
      const requests: unknown[] = [];
      const stop = new AbortController();
      release(() => stop.abort());
      document.addEventListener(
        'dial-out-request',
        (event) => {
          requests.push([event.target, event.number, event.name, given.calls.length]);
          event.preventDefault();
        },
        { signal: stop.signal },
      );
      await press(element);
      assert.deepEqual(requests, [[element, NUMBER, 'Bob', 0]]);
      await element.updateComplete;
      assert.deepEqual([given.calls, said(element)], [[], '']);
      if (!attributes) assert.strictEqual(input(element, 'number').value, '(202) 555-0100', 'nothing is lost');
      stop.abort();
      if (attributes) buttonOf(element).click();
      else await submit(element);
      assert.deepEqual(given.dialed, [{ number: NUMBER, name: 'Bob', endpoint: '' }]);
    });
  }
});

describe('the dialog', () => {
  it('opens with the focus on the number, and Escape gives it back to the button', async () => {
    const element = await mountButton();
    assert.strictEqual(buttonOf(element).ariaLabel, 'Call a phone');
    assert.strictEqual(isOpen(element), false);
    buttonOf(element).focus();
    await sendKeys({ press: 'Enter' });
    await until(() => focused(element) === 'number', 'the number has the focus');
    assert.ok(isOpen(element));
    await sendKeys({ press: 'Escape' });
    await until(() => !isOpen(element), 'closed');
    assert.strictEqual(focused(element), 'Call a phone');
    await sendKeys({ press: 'Space' });
    await until(() => isOpen(element), 'open again');
    buttonOf(element).click();
    await until(() => !isOpen(element), 'the button closes it too');
  });

  it('is gone through in order with the keyboard, and Enter calls', async () => {
    const element = await mountButton();
    await open(element);
    await sendKeys({ type: '2025550100' });
    assert.strictEqual(input(element, 'number').value, '(202) 555-0100');
    await sendKeys({ press: 'Tab' });
    assert.strictEqual(focused(element), 'name');
    await sendKeys({ type: ' Bob ' });
    await sendKeys({ press: 'Tab' });
    assert.strictEqual(focused(element), 'Call');
    await sendKeys({ press: 'Shift+Tab' });
    await sendKeys({ press: 'Enter' });
    await until(() => given.dialed.length > 0, 'dialed');
    assert.deepEqual(given.dialed, [{ number: NUMBER, name: 'Bob', endpoint: '' }]);
    assert.deepEqual([input(element, 'number').value, input(element, 'name').value], ['', ''], 'ready for the next');
    assert.ok(isOpen(element));
  });

  const TYPED: { attributes?: string; lang?: string; typed: string; shown: string; number?: string }[] = [
    { typed: '2025550100', shown: '(202) 555-0100', number: NUMBER },
    { typed: '+442079460018', shown: '+44 20 7946 0018', number: '+442079460018' },
    { attributes: 'country="GB"', typed: '02079460018', shown: '020 7946 0018', number: '+442079460018' },
    { attributes: 'country="gb"', typed: '02079460018', shown: '020 7946 0018', number: '+442079460018' },
    { lang: 'en-GB', typed: '02079460018', shown: '020 7946 0018', number: '+442079460018' },
    { lang: 'zh-Hant-TW', typed: '0223456789', shown: '02 2345 6789', number: '+886223456789' },
    { attributes: 'country="DE"', lang: 'en-GB', typed: '030123456', shown: '030 123456', number: '+4930123456' },
    { attributes: 'country="__proto__"', lang: 'xx', typed: '2025550100', shown: '(202) 555-0100', number: NUMBER },
    { attributes: 'country="GB"', typed: '+12025550100', shown: '+1 202 555 0100', number: NUMBER },
    { typed: '1 (800) FLOWERS', shown: '1 (800) FLOWERS' },
    { typed: '', shown: '' },
    { typed: '5550100', shown: '(555) 010-0' },
    { typed: '911', shown: '(911)' },
    { typed: 'Bob', shown: 'Bob' },
    { typed: '<img src=x>', shown: '<img src=x>' },
    { typed: '9'.repeat(64), shown: '9'.repeat(64) },
  ];

  for (const { attributes = '', lang = '', typed, shown, number } of TYPED) {
    it(`${attributes} ${lang} “${typed}” is shown as “${shown}” and ${number ? `calls ${number}` : 'is wrong'}`, async () => {
      const element = await mountButton(`${attributes} lang="${lang}"`);
      await open(element);
      type(element, typed);
      const field = input(element, 'number');
      assert.strictEqual(field.value, shown);
      await submit(element);
      assert.deepEqual(
        given.dialed.map((each) => each.number),
        number ? [number] : [],
      );
      assert.strictEqual(field.ariaInvalid, String(!number));
    });
  }

  it('spaces what the browser fills in by itself', async () => {
    const complaints = new Complaints();
    const element = await mountButton();
    await open(element);
    const field = input(element, 'number');
    field.value = '2025550100';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    assert.strictEqual(field.value, '(202) 555-0100');
    await complaints.assertNone();
  });

  it('takes a double click for one', async () => {
    const element = await mountButton();
    await open(element);
    type(element, NUMBER);
    const call = inside(element, 'button[type=submit]', HTMLButtonElement);
    for (const detail of [1, 2]) call.dispatchEvent(new MouseEvent('click', { detail, cancelable: true }));
    await element.updateComplete;
    assert.deepEqual([given.dialed.length, textInside(element, '[role=alert]')], [1, '']);
  });

  it('says what is wrong with a number at its field, which keeps focus and text', async () => {
    const element = await mountButton();
    await open(element);
    type(element, '12');
    const call = inside(element, 'button[type=submit]', HTMLButtonElement);
    call.focus();
    call.click();
    await element.updateComplete;
    const field = input(element, 'number');
    const description = field.getAttribute('aria-describedby') ?? '';
    const sentence = 'This is not a phone number. Write it with its country code, such as +1 202 555 0100.';
    assert.strictEqual(textInside(element, `#${description}[role=alert]`), sentence);
    assert.deepEqual([focused(element), field.value, field.ariaInvalid], ['number', '1 2', 'true']);
    type(element, '+');
    await element.updateComplete;
    assert.deepEqual([textInside(element, `#${description}`), field.ariaInvalid], ['', 'false']);
  });

  it('leaves no gap where nothing is wrong', async () => {
    const element = await mountButton();
    await open(element);
    const top = (): number => input(element, 'name').getBoundingClientRect().top;
    const bottom = (): number => input(element, 'number').getBoundingClientRect().bottom;
    const before = top() - bottom();
    assert.isBelow(before, 44);
    await submit(element);
    assert.isAbove(top() - bottom(), before + 20);
  });

  it('leaves alone what is deleted, and what is changed in the middle', async () => {
    const element = await mountButton();
    await open(element);
    type(element, '(202', 'deleteContentBackward');
    assert.strictEqual(input(element, 'number').value, '(202');
    const field = input(element, 'number');
    field.value = '2025550100';
    field.setSelectionRange(3, 3);
    field.dispatchEvent(new InputEvent('input', { inputType: 'insertText' }));
    assert.strictEqual(field.value, '2025550100');
  });

  it('has the calls of the room under way, and those that were started here, the newest first', async () => {
    const element = await mountButton();
    given.add({ id: 'theirs', name: 'Eve' });
    given.add({ id: 'over', name: 'Ada', status: 'busy' });
    await open(element);
    type(element, NUMBER);
    await submit(element);
    const rows = (): string[] => allInside(element, 'li p').map((row) => row.textContent.trim());
    assert.deepEqual(rows(), ['Calling +1 202 555 0100…', 'Calling Eve…']);
    assert.strictEqual(said(element), 'Calling +1 202 555 0100…', 'who has not started the other need not be told');
    given.change('call-1', 'no-answer');
    given.change('theirs', 'answered');
    await element.updateComplete;
    assert.deepEqual(rows(), ['+1 202 555 0100 did not answer.', 'Eve answered.']);
    assert.strictEqual(said(element), '+1 202 555 0100 did not answer.');
    assert.deepEqual(
      allInside(element, 'li button').map((button) => button.ariaLabel),
      ['Hang up Eve'],
    );
    inside(element, 'li button', HTMLButtonElement).click();
    assert.deepEqual(given.asked, ['hangUp theirs']);
    given.change('theirs', 'ended');
    type(element, '+12025550101');
    await submit(element);
    assert.deepEqual(rows(), ['Calling +1 202 555 0101…'], 'what is over goes with the next call');
  });

  it('follows several calls at once', async () => {
    const element = await mountButton();
    await open(element);
    for (const number of [NUMBER, '+12025550101', NUMBER]) {
      type(element, number);
      await submit(element);
    }
    assert.strictEqual(allInside(element, 'li').length, 3);
    given.set({ calls: given.state.calls.map((call) => ({ ...call, status: 'ringing' })) });
    await element.updateComplete;
    assert.strictEqual(said(element).match(/Ringing/g)?.length, 3);
    given.change('call-2', 'answered');
    await element.updateComplete;
    assert.strictEqual(said(element), '+1 202 555 0101 answered.');
  });

  it('has a keypad for who has answered, which stays open whatever the others do', async () => {
    const element = await mountButton();
    given.add({ id: 'a', name: 'Ada', status: 'ringing' });
    given.add({ id: 'b', name: 'Bob', status: 'answered' });
    await open(element);
    const [keypad, ...others] = allInside(element, 'details');
    assert.ok(keypad instanceof HTMLDetailsElement && others.length === 0);
    keypad.querySelector('summary')?.click();
    const pad = keypad.querySelector('dial-pad');
    assert.ok(pad instanceof DialPad && pad.checkVisibility());
    await pad.updateComplete;
    inside(pad, 'button', HTMLButtonElement).click();
    assert.deepEqual(given.asked, ['sendDigits b 1']);
    given.change('a', 'busy');
    await element.updateComplete;
    assert.deepEqual(allInside(element, 'details'), [keypad]);
    assert.ok(keypad.open);
    given.change('b', 'ended');
    await element.updateComplete;
    assert.strictEqual(allInside(element, 'details').length, 0);
  });

  for (const place of ['top', 'bottom'] as const) {
    it(`does not cover the button at the ${place} of the page, however much is in it`, async () => {
      const element = await mountButton(`style="position: fixed; ${place}: 100px; left: 300px"`);
      for (let count = 0; count < 20; count++) given.add({ id: `call-${count}`, name: 'Bob' });
      await open(element);
      const [button, dialog] = [buttonOf(element), dialogOf(element)].map((each) => each.getBoundingClientRect());
      assert.ok(button && dialog);
      assert.ok(dialog.bottom <= button.top || dialog.top >= button.bottom);
      assert.isAtLeast(dialog.top, 0);
      assert.isAtMost(dialog.bottom, innerHeight);
      assert.isAbove(dialog.height, 300);
    });
  }

  it('keeps the focus when the control that had it goes', async () => {
    const element = await mountButton();
    given.add({ id: 'b', name: 'Bob', status: 'ringing' });
    await open(element);
    inside(element, 'li button', HTMLButtonElement).focus();
    given.change('b', 'busy');
    await element.updateComplete;
    assert.strictEqual(focused(element), 'number');
  });

  it('closes when the meeting is left', async () => {
    const complaints = new Complaints();
    const element = await mountButton();
    await open(element);
    given.set({ connection: 'disconnected' });
    await until(() => !isOpen(element), 'closed');
    assert.ok(buttonOf(element).disabled);
    await complaints.assertNone();
  });
});

describe('axe finds nothing in', () => {
  const STATES: { what: string; attributes?: string; prepare?: (element: DialOutButton) => unknown }[] = [
    { what: 'the button of a number', attributes: `number="${NUMBER}" name="Bob"` },
    {
      what: 'the button during its call',
      attributes: `number="${NUMBER}"`,
      prepare: (element) => buttonOf(element).click(),
    },
    { what: 'the dialog', prepare: open },
    {
      what: 'the dialog with a wrong number',
      prepare: async (element) => {
        await open(element);
        await submit(element);
      },
    },
    {
      what: 'the dialog with calls and an open keypad',
      prepare: async (element) => {
        given.add({ id: 'a', name: 'Ada', status: 'ringing' });
        given.add({ id: 'b', name: 'Bob', status: 'answered' });
        await open(element);
        inside(element, 'summary', HTMLElement).click();
      },
    },
  ];

  for (const { what, attributes = '', prepare } of STATES) {
    for (const scheme of ['light', 'dark']) {
      it(`${what}, ${scheme}`, async () => {
        const element = await mountButton(attributes);
        document.documentElement.style.colorScheme = scheme;
        release(() => document.documentElement.removeAttribute('style'));
        await prepare?.(element);
        await rendered(element);
        await assertAccessible(element);
      });
    }
  }
});

describe('whatever is wrong', () => {
  let complaints: Complaints;

  beforeEach(() => {
    complaints = new Complaints();
  });

  afterEach(() => complaints.assertNone());

  const LONG = 'x'.repeat(10_000);
  const MARKUP = '<img src=x onerror=alert(1)>';

  for (const attributes of [
    { number: LONG },
    { number: '+'.repeat(10_000) },
    { number: '1'.repeat(10_000) },
    { number: MARKUP },
    { number: '+12025550100', name: LONG },
    { number: '+12025550100', name: MARKUP },
    { number: '+12025550100', endpoint: 'http://[' },
    { country: LONG },
    { country: MARKUP, lang: LONG },
    { country: 'constructor', lang: '-' },
  ] as Record<string, string>[]) {
    it(`is rendered: ${JSON.stringify(attributes).slice(0, 60)}`, async () => {
      const element = await mountButton();
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      await element.updateComplete;
      buttonOf(element).click();
      await element.updateComplete;
      if (!attributes['number']) await numbersLoaded(element);
      assert.strictEqual(allInside(element, 'img').length, 0);
      assert.isAtMost(element.getBoundingClientRect().height, 200);
      assert.strictEqual(given.dialed.length, attributes['number'] === NUMBER ? 1 : 0);
    });
  }

  it('names and reasons of any length are shown as text, and the dialog stays in the page', async () => {
    const element = await mountButton();
    given.add({ id: 'a', name: MARKUP });
    given.add({ id: 'b', name: LONG, status: 'answered' });
    given.add({ id: 'c' });
    await open(element);
    type(element, NUMBER);
    await submit(element);
    given.change('call-1', 'failed', { error: new RoomError('call-failed', { message: LONG }) });
    await element.updateComplete;
    assert.strictEqual(allInside(element, 'img').length, 0);
    const [, nobody, , somebody] = allInside(element, 'li p').map((row) => row.textContent.trim());
    assert.deepEqual([nobody, somebody], ['Calling Guest…', `Calling ${MARKUP}…`]);
    const { height, width } = dialogOf(element).getBoundingClientRect();
    assert.isAtMost(height, innerHeight);
    assert.isAtMost(width, innerWidth);
    assert.strictEqual(dialogOf(element).scrollWidth, dialogOf(element).clientWidth);
  });

  it('another number during a call: the call can still be hung up, and then the new one is called', async () => {
    const element = await mountButton(`number="${NUMBER}" name="Bob"`);
    buttonOf(element).click();
    element.number = '+12025550101';
    element.name = 'Eve';
    await element.updateComplete;
    assert.deepEqual([buttonOf(element).ariaLabel, said(element)], ['Hang up Bob', 'Calling Bob…']);
    buttonOf(element).click();
    given.change('call-1', 'ended');
    await element.updateComplete;
    assert.strictEqual(buttonOf(element).ariaLabel, 'Call Eve');
    buttonOf(element).click();
    await element.updateComplete;
    assert.deepEqual([given.asked, given.dialed[1]?.number], [['hangUp call-1'], '+12025550101']);
    assert.strictEqual(said(element), 'Calling Eve…');
  });

  it('another number after a call: nothing is said of the old one', async () => {
    const element = await mountButton(`number="${NUMBER}" name="Bob"`);
    buttonOf(element).click();
    given.change('call-1', 'busy');
    await element.updateComplete;
    element.number = '+12025550101';
    await element.updateComplete;
    assert.strictEqual(said(element), '');
  });

  it('number given and taken away while the dialog is open', async () => {
    const element = await mountButton();
    await open(element);
    element.number = NUMBER;
    await element.updateComplete;
    assert.strictEqual(allInside(element, '[popover]').length, 0);
    buttonOf(element).click();
    element.number = '';
    await element.updateComplete;
    assert.strictEqual(buttonOf(element).ariaLabel, 'Call a phone');
    await open(element);
    assert.deepEqual(
      allInside(element, 'li p').map((row) => row.textContent.trim()),
      ['Calling +1 202 555 0100…'],
    );
  });

  for (const isShown of [true, false]) {
    it(`another room, ${isShown ? 'during' : 'before'} the call: nothing is said of the calls of the one before`, async () => {
      const element = await mountButton(`number="${NUMBER}" name="Bob"`);
      buttonOf(element).click();
      if (isShown) await element.updateComplete;
      const first = given;
      given = new GivenPhones({}, 'other');
      given.add({ id: 'call-1', number: NUMBER, name: 'Somebody', isOwn: true });
      element.for = 'other';
      await element.updateComplete;
      assert.deepEqual([buttonOf(element).ariaLabel, said(element)], ['Call Bob', '']);
      first.change('call-1', 'answered');
      await element.updateComplete;
      assert.strictEqual(said(element), '');
    });
  }

  it('moved while dialing, also by way of nowhere: the call is still its own', async () => {
    const element = await mountButton(`number="${NUMBER}" name="Bob"`);
    buttonOf(element).click();
    mount('div').append(element);
    await element.updateComplete;
    assert.strictEqual(buttonOf(element).ariaLabel, 'Hang up Bob');
    element.remove();
    element.requestUpdate();
    await element.updateComplete;
    given.change('call-1', 'answered');
    mount('div').append(element);
    await element.updateComplete;
    assert.deepEqual([buttonOf(element).ariaLabel, said(element)], ['Hang up Bob', 'Bob answered.']);
  });

  it('removed while the dialog is open, and put back', async () => {
    const element = await mountButton();
    await open(element);
    type(element, '2025550100');
    element.remove();
    await element.updateComplete;
    mount('div').append(element);
    await element.updateComplete;
    assert.strictEqual(isOpen(element), false);
    buttonOf(element).click();
    await until(() => focused(element) === 'number', 'open again');
    assert.strictEqual(input(element, 'number').value, '(202) 555-0100', 'nothing is lost');
  });

  it('removed before the numbers are loaded', async () => {
    const element = await mountButton();
    buttonOf(element).click();
    element.remove();
    await new Promise((resolve) => setTimeout(resolve, 50));
  });

  it('the meeting ends while it is ringing', async () => {
    const element = await mountButton(`number="${NUMBER}" name="Bob"`);
    buttonOf(element).click();
    given.change('call-1', 'ringing');
    await element.updateComplete;
    given.set({ connection: 'disconnected' });
    await element.updateComplete;
    assert.deepEqual(
      [buttonOf(element).ariaLabel, buttonOf(element).disabled, said(element)],
      ['Not connected to a meeting', true, ''],
    );
  });

  it('what comes after the end of a call is shown as it is', async () => {
    const element = await mountButton(`number="${NUMBER}" name="Bob"`);
    buttonOf(element).click();
    given.change('call-1', 'busy');
    await element.updateComplete;
    given.change('call-1', 'failed', { error: new RoomError('call-failed') });
    await element.updateComplete;
    assert.strictEqual(
      said(element),
      'The call to Bob failed. The phone service has a problem. Try again in a moment.',
    );
  });
});
