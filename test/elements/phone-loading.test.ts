/** What is for phone calls is loaded only where phones can be called, and a failure to load it does no harm. */
import { assert } from '@open-wc/testing';
import { executeServerCommand } from '@web/test-runner-commands';
// Not by the index, nor by helpers that import it: that one has the elements for phones in it.
import { ControlBar } from '../../src/elements/control-bar.js';
import { addRoomHost, removeRoomHost } from '../../src/internal/room-hosts.js';
import type { Room, RoomListener } from '../../src/room/room.js';
import { INITIAL_STATE, type RoomState } from '../../src/room/state.js';

const listeners = new Set<RoomListener>();
const room = {
  state: INITIAL_STATE,
  subscribe: (listener: RoomListener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};
const complaints: unknown[] = [];
const loaded = (): string[] =>
  performance
    .getEntriesByType('resource')
    .map(({ name }) => new URL(name).pathname)
    .filter((path) => /phone-elements|libphonenumber|dial-/.test(path));

let bar: ControlBar;

async function set(changes: Partial<RoomState>): Promise<void> {
  const previous = room.state;
  room.state = { ...previous, ...changes };
  for (const listener of listeners) listener(room.state, previous);
  await bar.updateComplete;
}

async function until(condition: () => unknown, what: string): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not so in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

before(() => {
  addEventListener('unhandledrejection', ({ reason }) => complaints.push(reason));
  customElements.define('control-bar', ControlBar);
  const host = Object.assign(document.createElement('div'), { id: 'given', room: room as unknown as Room });
  addRoomHost(host);
  bar = new ControlBar();
  bar.for = 'given';
  document.body.append(bar);
  after(() => {
    bar.remove();
    removeRoomHost(host);
  });
});

it('a meeting without phones loads nothing for them', async () => {
  for (const dialing of ['unavailable', 'forbidden'] as const) {
    await set({ connection: 'connected', dialing });
    assert.strictEqual(bar.shadowRoot?.querySelector('dial-out-button'), null);
  }
  assert.deepEqual(loaded(), []);
});

it('a meeting with phones loads the elements, once more where that failed', async () => {
  await executeServerCommand('block-requests', '**/phone-elements*');
  await set({ dialing: 'available' });
  const button = bar.shadowRoot?.querySelector('dial-out-button');
  assert.ok(button);
  await until(() => loaded().some((path) => path.includes('phone-elements')), 'tried');
  assert.strictEqual(customElements.get('dial-out-button'), undefined);
  await executeServerCommand('block-requests', '');
  await set({ isAudioBlocked: true });
  await customElements.whenDefined('dial-out-button');
  await button.updateComplete;
  assert.strictEqual(button.shadowRoot?.querySelector('button')?.ariaLabel, 'Call a phone');
  assert.deepEqual(complaints, []);
});

it('the rules of phone numbers are loaded when somebody is about to type one', async () => {
  assert.isFalse(loaded().some((path) => path.includes('libphonenumber')));
  const dialed: string[] = [];
  Object.assign(room, { dial: async (number: string) => dialed.push(number) });
  await executeServerCommand('block-requests', '**/libphonenumber-js/min/**');
  const button = bar.shadowRoot?.querySelector('dial-out-button');
  const root = button?.shadowRoot;
  const field = root?.querySelector<HTMLInputElement>('input[type=tel]');
  const form = root?.querySelector('form');
  assert.ok(button && root && field && form);
  const press = (): void => root.querySelector('button')?.click();
  const type = (text: string): void => {
    field.value = text;
    field.dispatchEvent(new InputEvent('input', { inputType: 'insertText' }));
  };
  press();
  await until(() => loaded().some((path) => path.includes('libphonenumber')), 'tried');

  type('(202) 555-0100');
  form.requestSubmit();
  await until(() => field.ariaInvalid === 'true', 'of which country? Said when the rules are not to be had');
  assert.deepEqual([field.value, dialed], ['(202) 555-0100', []]);
  type('+1 (202) 555-0100');
  form.requestSubmit();
  assert.deepEqual(dialed, ['+12025550100'], 'with its country code a number can be called all the same');

  press();
  await until(() => !root.querySelector(':popover-open'), 'closed');
  await executeServerCommand('block-requests', '');
  press();
  await until(() => {
    type('2025550100');
    return field.value === '(202) 555-0100';
  }, 'loaded after all');
  form.requestSubmit();
  assert.strictEqual(dialed.length, 2);
  assert.deepEqual(complaints, []);
});
