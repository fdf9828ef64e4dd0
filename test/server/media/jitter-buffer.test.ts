import assert from 'node:assert/strict';
import test from 'node:test';
import { CODECS } from '../../../demo/platform/media/codecs.js';
import { JitterBuffer } from '../../../demo/platform/media/jitter-buffer.js';

const [codec = assert.fail()] = CODECS;

/** Numbers are packets that come; `take` asks for one, `drain` for all there are. */
type Step = number | 'take' | 'drain';

/** What comes out: the packets' numbers, `lost`, and `-` for nothing. */
function play(steps: readonly Step[]): string {
  const buffer = new JitterBuffer();
  const taken: string[] = [];
  const take = (): boolean => {
    const packet = buffer.take();
    taken.push(packet ? (packet === 'lost' ? packet : String(packet.payload.readUInt32BE())) : '-');
    return packet !== undefined;
  };
  for (const step of steps) {
    if (step === 'take') take();
    else if (step === 'drain') while (take());
    else {
      const payload = Buffer.alloc(4);
      payload.writeUInt32BE(step);
      buffer.add(step, { codec, payload });
    }
  }
  return taken.join(' ');
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const CASES: [what: string, steps: readonly Step[], taken: string][] = [
  ['nothing has come', ['take'], '-'],
  ['it plays only when 60 ms are there', [1, 'take', 2, 'take', 3, 'take', 'take', 'take', 'take'], '- - 1 2 3 -'],
  ['packets come in the wrong order', [2, 4, 3, 1, 'drain'], '1 2 3 4 -'],
  ['a packet comes twice', [1, 2, 2, 3, 1, 'drain'], '1 2 3 -'],
  ['a packet is missing', [1, 2, 4, 5, 'drain'], '1 2 lost 4 5 -'],
  ['a packet comes after it was due', [1, 2, 4, 'take', 'take', 'take', 3, 'drain'], '1 2 lost 4 -'],
  ['a packet comes again after it was played', [1, 2, 3, 'take', 1, 'drain'], '1 2 3 -'],
  ['it ran dry: 60 ms are gathered again', [1, 2, 3, 'drain', 4, 'take', 5, 'take', 6, 'drain'], '1 2 3 - - - 4 5 6 -'],
  [
    'what comes late after it ran dry is played late',
    [1, 2, 4, 'drain', 3, 5, 6, 'drain'],
    '1 2 lost 4 - 3 lost 5 6 -',
  ],
  ['more than 200 ms: the oldest are dropped', [...upTo(11), 'drain'], '8 9 10 -'],
  [
    'more than 200 ms behind while it plays: what was dropped is not covered up',
    [0, 1, 2, 'take', ...upTo(12).slice(3), 'drain'],
    '0 9 10 11 -',
  ],
  ['200 ms are kept', [...upTo(10), 'drain'], `${upTo(10).join(' ')} -`],
  ['a flood', [...upTo(1e5), 'drain'], '99992 99993 99994 99995 99996 99997 99998 99999 -'],
  ['a gap of a second is skipped', [1, 2, 3, 'take', 53, 'drain'], '1 2 3 53 -'],
];

for (const [what, steps, taken] of CASES) {
  test(`jitter buffer: ${what}`, () => assert.equal(play(steps), taken));
}
