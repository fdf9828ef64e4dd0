import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeMuLaw } from '../../../demo/platform/media/g711.js';
import { OpusTrackDecoder } from '../../../demo/platform/media/opus-track-decoder.js';
import { TrackListener } from '../../../demo/platform/media/track-listener.js';
import { FRAME_SAMPLES } from '../../../demo/platform/voice/phone.js';
import { until } from '../../helpers/until.js';
import { amplitudeOf, opusPackets, type OpusTone } from './sound.js';

const OPUS = 111;
const PCMU = 0;
const TELEPHONE_EVENT = 126;

/** Everything that a listener has, frame by frame, each added to what is there already. */
class Listening {
  readonly digits: string[] = [];
  readonly listener = new TrackListener((digit, milliseconds) => this.digits.push(`${digit} ${milliseconds}`));

  send(index: number, payloadType: number, payload: Buffer, timestamp = index * FRAME_SAMPLES): void {
    const header = { marker: false, sequenceNumber: index & 0xffff, timestamp, ssrc: 1 };
    this.listener.send({ ...header, payloadType, payload }, index, payloadType);
  }

  frame(): Int32Array {
    const sum = new Int32Array(FRAME_SAMPLES);
    this.listener.mixInto(sum);
    return sum;
  }

  frames(count: number): Int32Array[] {
    return Array.from({ length: count }, () => this.frame());
  }
}

/** Samples that are all alike, coded. */
const level = (value: number, count = FRAME_SAMPLES): Buffer => encodeMuLaw(new Int16Array(count).fill(value));
/** The samples of such a frame; undefined where they differ. */
const levelOf = (frame: Int32Array): number | undefined =>
  frame.every((sample) => sample === frame[0]) ? frame[0] : undefined;

test('another phone’s sound comes as it was sent, on top of the others’', () => {
  const listening = new Listening();
  for (const index of [0, 1, 2]) listening.send(index, PCMU, level(4092));
  const sum = new Int32Array(FRAME_SAMPLES).fill(1000);
  listening.listener.mixInto(sum);
  assert.equal(levelOf(sum), 5092);
});

test('what is lost is covered by what came before it, softer each time', () => {
  const listening = new Listening();
  for (const index of [0, 3, 4]) listening.send(index, PCMU, level(4092));
  assert.deepEqual(listening.frames(6).map(levelOf), [4092, 2046, 1023, 4092, 4092, 0]);
});

test('packets of another length make frames of 20 ms all the same', () => {
  const listening = new Listening();
  const levels = [4092, 1980, 924];
  levels.forEach((value, index) => listening.send(index, PCMU, level(value, 240)));
  const heard = listening.frames(6).flatMap((frame) => [...frame]);
  const sent = levels.flatMap((value) => Array<number>(240).fill(value));
  assert.deepEqual(heard, [...sent, ...Array<number>(6 * FRAME_SAMPLES - sent.length).fill(0)]);
});

test('a packet as long as a datagram can be is cut', () => {
  const listening = new Listening();
  for (const index of [0, 1, 2]) listening.send(index, PCMU, level(4092, 60_000));
  const heard = listening.frames(100).filter((frame) => levelOf(frame) !== 0);
  assert.ok(heard.length < 50, `${heard.length} frames`);
});

test('a key makes no sound and no gap, and is told at once', () => {
  const listening = new Listening();
  listening.send(0, PCMU, level(4092));
  for (const index of [1, 2, 3]) listening.send(index, TELEPHONE_EVENT, Buffer.from('058a0320', 'hex'), 160);
  for (const index of [4, 5]) listening.send(index, PCMU, level(4092));
  assert.deepEqual(listening.digits, ['5 100']);
  assert.deepEqual(listening.frames(4).map(levelOf), [4092, 4092, 4092, 0]);
});

test('nothing is heard of a payload type that is not forwarded, nor after closing', () => {
  const listening = new Listening();
  for (const index of [0, 1, 2]) listening.send(index, 96, level(4092));
  assert.equal(levelOf(listening.frame()), 0);
  listening.listener.close();
  for (const index of [0, 1, 2]) listening.send(index, PCMU, level(4092));
  assert.equal(levelOf(listening.frame()), 0);
});

/** Full scale is 32768, the recorded tones have a quarter of it. */
const TONE = 8192;

const DECODED: [tone: OpusTone, amplitudes: [frequency: number, least: number, most: number][]][] = [
  [
    '1000 Hz',
    [
      [1000, TONE * 0.95, TONE * 1.05],
      [2000, 0, 20],
    ],
  ],
  // More than a phone can carry: it must not come back as 2000 Hz.
  [
    '6000 Hz',
    [
      [2000, 0, 20],
      [1000, 0, 20],
    ],
  ],
];

for (const [tone, amplitudes] of DECODED) {
  test(`of a browser’s ${tone} a phone hears what it can`, async () => {
    const listening = new Listening();
    opusPackets(tone)
      .slice(0, 9)
      .forEach((packet, index) => listening.send(index, OPUS, packet));
    // Until the decoder is loaded the packets wait.
    await until(
      () => listening.frame(),
      (frame) => frame.some((sample) => sample !== 0),
      { what: 'sound' },
    );
    const steady = listening
      .frames(6)
      .slice(2)
      .flatMap((frame) => [...frame]);
    for (const [frequency, least, most] of amplitudes) {
      const amplitude = amplitudeOf(frequency, steady);
      assert.ok(amplitude >= least && amplitude <= most, `${frequency} Hz: ${amplitude}`);
    }
    listening.listener.close();
  });
}

async function loadedDecoder(): Promise<OpusTrackDecoder> {
  const decoder = new OpusTrackDecoder();
  await until(
    () => decoder.isLoading,
    (isLoading) => !isLoading,
    { what: 'the decoder' },
  );
  return decoder;
}

test('malformed packets make no sound and little noise, and good ones are decoded again after them', async (context) => {
  const complaints = context.mock.method(console, 'error', () => {});
  let now = 0;
  context.mock.method(performance, 'now', () => now);
  const decoder = await loadedDecoder();
  for (const malformed of [
    Buffer.alloc(0),
    Buffer.alloc(60_000),
    Buffer.from('ffff', 'hex'),
    Buffer.from('03', 'hex'),
  ]) {
    assert.equal(decoder.decode(malformed).length, 0);
  }
  const [good = assert.fail()] = opusPackets('1000 Hz');
  assert.equal(decoder.decode(good).length, 0);
  assert.equal(complaints.mock.callCount(), 1);
  now = 1000;
  assert.equal(decoder.decode(good).length, FRAME_SAMPLES);
  decoder.close();
});

test('a decoder that is closed decodes nothing, whether it was loaded or not', async () => {
  const [loaded, loading] = [await loadedDecoder(), new OpusTrackDecoder()];
  const [packet = assert.fail()] = opusPackets('1000 Hz');
  assert.equal(loading.isLoading, true);
  for (const decoder of [loaded, loading]) {
    decoder.close();
    decoder.close();
    assert.equal(decoder.isLoading, false);
  }
  // By then the one that was closed before has loaded too.
  (await loadedDecoder()).close();
  for (const decoder of [loaded, loading]) assert.equal(decoder.decode(packet).length, 0);
});
