import { assert } from '@open-wc/testing';
import type { LayoutPicker } from '../../src/index.js';
import { useFakeProvider } from './helpers/fake-provider.js';
import { inside, mount, mountRoom, until } from './helpers/page.js';

beforeEach(() => {
  useFakeProvider();
});

function selectOf(picker: LayoutPicker): HTMLSelectElement {
  return inside(picker, 'select', HTMLSelectElement);
}

async function choose(picker: LayoutPicker, layout: string): Promise<void> {
  selectOf(picker).value = layout;
  selectOf(picker).dispatchEvent(new Event('change'));
  await picker.updateComplete;
}

it('shows the room’s layout, whoever chose it, and changes it', async () => {
  const room = mountRoom('', '<layout-picker></layout-picker>');
  const picker = room.querySelector('layout-picker');
  if (!picker) throw new Error('There is no picker.');
  await picker.updateComplete;
  assert.deepEqual(
    [...selectOf(picker).options].map(({ value, text }) => [value, text]),
    [
      ['grid', 'Grid'],
      ['speaker', 'Speaker'],
      ['spotlight', 'Spotlight'],
    ],
  );
  assert.deepEqual([selectOf(picker).value, selectOf(picker).title], ['spotlight', '']);
  for (const layout of ['speaker', 'grid', 'spotlight']) {
    await choose(picker, layout);
    assert.strictEqual(room.state.layout, layout);
  }
  room.room.setLayout('grid');
  await picker.updateComplete;
  assert.strictEqual(selectOf(picker).value, 'grid');
});

it('can’t be used without a room and says so, and finds the room that comes later', async () => {
  const picker = mount('layout-picker', 'for="later"');
  await picker.updateComplete;
  const { disabled, title } = selectOf(picker);
  assert.deepEqual([disabled, title], [true, 'Not connected to a meeting']);
  const room = mountRoom('id="later" layout="speaker"');
  await until(() => !selectOf(picker).disabled, 'the room is found');
  await picker.updateComplete;
  assert.deepEqual([selectOf(picker).value, selectOf(picker).title], ['speaker', '']);
  await choose(picker, 'grid');
  assert.strictEqual(room.state.layout, 'grid');
  room.remove();
  await until(() => selectOf(picker).disabled, 'the room is gone');
});
