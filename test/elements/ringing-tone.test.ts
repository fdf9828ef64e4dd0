/** The ringing tone, as it would be heard, and what is left of it. */
import { assert } from '@open-wc/testing';
import { RingingTone } from '../../src/room/ringing-tone.js';
import { Complaints, release } from './helpers/page.js';

/** Every audio context made from now on, and what is played in them. */
function recordSound(): { contexts: AudioContext[]; sources: AudioBufferSourceNode[] } {
  const contexts: AudioContext[] = [];
  const sources: AudioBufferSourceNode[] = [];
  const { AudioContext, AudioBufferSourceNode } = window;
  window.AudioContext = class extends AudioContext {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.push(this);
    }
  };
  window.AudioBufferSourceNode = class extends AudioBufferSourceNode {
    constructor(context: BaseAudioContext, options?: AudioBufferSourceOptions) {
      super(context, options);
      sources.push(this);
    }
  };
  release(() => Object.assign(window, { AudioContext, AudioBufferSourceNode }));
  return { contexts, sources };
}

/** The amplitude of one frequency in a piece of sound, by the formula of Fourier. */
function amplitude(samples: Float32Array, frequency: number, sampleRate: number): number {
  let [real, imaginary] = [0, 0];
  samples.forEach((sample, index) => {
    const angle = (2 * Math.PI * frequency * index) / sampleRate;
    real += sample * Math.cos(angle);
    imaginary += sample * Math.sin(angle);
  });
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}

/** The sound of the tone from one second to another, as it leaves the loudspeaker. */
async function render(from: number, to: number): Promise<{ samples: Float32Array; sampleRate: number }> {
  const { sources } = recordSound();
  const tone = new RingingTone();
  tone.start();
  const [source] = sources;
  assert.ok(source?.buffer);
  const context = new OfflineAudioContext(1, to * 16_000, 16_000);
  const copy = new AudioBufferSourceNode(context, { buffer: source.buffer, loop: source.loop });
  copy.connect(context.destination);
  copy.start();
  tone.stop();
  const { sampleRate, ...rendered } = { sampleRate: context.sampleRate, buffer: await context.startRendering() };
  return { samples: rendered.buffer.getChannelData(0).slice(from * sampleRate), sampleRate };
}

describe('the ringing tone', () => {
  const SECONDS: { from: number; to: number; sounds: boolean }[] = [
    { from: 0, to: 2, sounds: true },
    { from: 2.1, to: 6, sounds: false },
    { from: 6, to: 8, sounds: true },
    { from: 8.1, to: 12, sounds: false },
  ];

  for (const { from, to, sounds } of SECONDS) {
    it(`${sounds ? 'sounds' : 'is silent'} from second ${from} to ${to}`, async () => {
      const { samples, sampleRate } = await render(from, to);
      const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
      if (sounds) {
        for (const frequency of [440, 480]) {
          assert.approximately(amplitude(samples, frequency, sampleRate), 0.05, 0.002, `${frequency} Hz`);
        }
        assert.isBelow(amplitude(samples, 460, sampleRate), 0.001, 'and no other');
        assert.approximately(20 * Math.log10(loudest), -20, 0.5, 'decibels below full scale');
      } else {
        assert.isBelow(loudest, 0.0001);
      }
    });
  }

  it('holds nothing once it is stopped, however often it was started and stopped', async () => {
    const { contexts } = recordSound();
    const complaints = new Complaints();
    const tone = new RingingTone();
    tone.stop();
    tone.start();
    tone.start();
    tone.stop();
    tone.stop();
    tone.start();
    tone.stop();
    assert.ok(contexts.length >= 2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual(
      contexts.map(({ state }) => state),
      contexts.map(() => 'closed'),
    );
    await complaints.assertNone();
  });
});
