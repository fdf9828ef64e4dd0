/** <level-meter>: how loud the microphone is, for no longer than it is shown. */
import { assert } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { LevelMeter, RoomState } from '../../src/index.js';
import { GivenRoom } from './helpers/given-room.js';
import { inside, mount, until } from './helpers/page.js';
import { remoteMedia } from './helpers/remote-media.js';
import { recordAudioContexts } from './helpers/sound.js';
import { Holdings } from './helpers/suites.js';

const ON = { on: true, used: true, deviceId: '' };

/** A stream with a tone in it. */
function tone(): MediaStream {
  return remoteMedia('me', { types: ['AUDIO'] }).mediaStream;
}

function statesOf(contexts: readonly AudioContext[]): string[] {
  return contexts.map(({ state }) => state);
}

async function mountMeter(changes: Partial<RoomState>): Promise<[LevelMeter, HTMLMeterElement, GivenRoom]> {
  const given = new GivenRoom({ microphone: ON, ...changes });
  const element = mount('level-meter', 'for="given"');
  await element.updateComplete;
  return [element, inside(element, 'meter', HTMLMeterElement), given];
}

describe('<level-meter>', () => {
  it('has a name, and stands at 0 without a room', async () => {
    const element: LevelMeter = mount('level-meter');
    await element.updateComplete;
    const meter = inside(element, 'meter', HTMLMeterElement);
    assert.deepEqual([meter.ariaLabel, meter.value, meter.min, meter.max], ['Microphone level', 0, 0, 1]);
  });

  it('rises with the sound and falls with it', async () => {
    const localStream = tone();
    const [, meter] = await mountMeter({ localStream });
    // A full tone has a root mean square of -3 dB, of the 60 dB above silence.
    await until(() => meter.value > 0.9, 'loud');
    for (const track of localStream.getTracks()) track.enabled = false;
    await until(() => meter.value === 0, 'silent');
  });

  it('moves by itself, not by being rendered, and not faster than the eye', async () => {
    const [element, meter] = await mountMeter({ localStream: tone() });
    const times: number[] = [];
    let renders = 0;
    const { requestUpdate } = element;
    element.requestUpdate = (...parameters: Parameters<typeof requestUpdate>) => {
      renders++;
      requestUpdate.apply(element, parameters);
    };
    Object.defineProperty(meter, 'value', { set: () => times.push(performance.now()) });
    await until(() => times.length > 10, 'ten times');
    assert.strictEqual(renders, 0);
    assert.isAbove((times[10] ?? 0) - (times[0] ?? 0), 400);
  });

  const SILENT: { what: string; make: () => Partial<RoomState> }[] = [
    { what: 'no device was opened', make: () => ({}) },
    { what: 'only the camera is open', make: () => ({ localStream: new MediaStream() }) },
    { what: 'the microphone is muted', make: () => ({ localStream: tone(), microphone: { ...ON, on: false } }) },
    { what: 'the page joins without', make: () => ({ microphone: { ...ON, on: false, used: false } }) },
  ];

  for (const { what, make } of SILENT) {
    it(`runs nothing where ${what}`, async () => {
      const state = make();
      const contexts = recordAudioContexts();
      const holdings = new Holdings();
      const [, meter] = await mountMeter(state);
      assert.deepEqual([meter.value, contexts.length, holdings.isEmpty], [0, 0, true], holdings.toString());
    });
  }

  it('stops when the microphone is muted, and goes on when it is not', async () => {
    const localStream = tone();
    const contexts = recordAudioContexts();
    const holdings = new Holdings();
    const [element, meter, given] = await mountMeter({ localStream });
    await until(() => meter.value > 0.9, 'loud');
    given.set({ microphone: { ...ON, on: false } });
    await element.updateComplete;
    assert.deepEqual([meter.value, holdings.isEmpty], [0, true], holdings.toString());
    await until(() => statesOf(contexts).join() === 'closed', 'closed');
    given.set({ microphone: ON });
    await until(() => meter.value > 0.9, 'loud again');
    element.remove();
    assert.strictEqual(holdings.isEmpty, true, holdings.toString());
    await until(() => statesOf(contexts).join() === 'closed,closed', 'both closed');
  });

  it('follows when the microphone is exchanged in the same stream', async () => {
    const [silent] = tone().getAudioTracks();
    const [loud] = tone().getAudioTracks();
    if (!silent || !loud) throw new Error('There is no sound.');
    silent.enabled = false;
    const localStream = new MediaStream([silent]);
    const contexts = recordAudioContexts();
    const [element, meter, given] = await mountMeter({ localStream });
    localStream.removeTrack(silent);
    localStream.addTrack(loud);
    given.set({ microphone: { ...ON, deviceId: 'other' } });
    await until(() => meter.value > 0.9, 'loud');
    assert.strictEqual(contexts.length, 2);
    element.remove();
    await until(() => statesOf(contexts).join() === 'closed,closed', 'both closed');
  });

  it('is put back where it was taken away, and runs nothing in between', async () => {
    const localStream = tone();
    const contexts = recordAudioContexts();
    const [element, meter] = await mountMeter({ localStream });
    const parent = element.parentElement;
    await until(() => meter.value > 0.9, 'loud');
    element.remove();
    assert.strictEqual(meter.value, 0);
    await until(() => statesOf(contexts).join() === 'closed', 'closed');
    parent?.append(element);
    await until(() => meter.value > 0.9, 'loud again');
  });

  it('starts with the next press of a key where the browser has held back the sound', async () => {
    const localStream = tone();
    const contexts = recordAudioContexts();
    const [, meter] = await mountMeter({ localStream });
    const [context] = contexts;
    await context?.suspend();
    await until(() => context?.state === 'suspended', 'suspended');
    await sendKeys({ press: 'Shift' });
    await until(() => context?.state === 'running' && meter.value > 0.9, 'running');
  });
});
