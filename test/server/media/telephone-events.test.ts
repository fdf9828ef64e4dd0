import assert from 'node:assert/strict';
import test from 'node:test';
import { TelephoneEventReader } from '../../../demo/platform/media/telephone-events.js';

interface Packet {
  readonly code: number;
  readonly timestamp: number;
  readonly duration: number;
  readonly end?: boolean;
  readonly marker?: boolean;
  readonly clockRate?: number;
  /** When it comes, in milliseconds. */
  readonly at?: number;
}

/** Which keys are told, with their milliseconds. */
function read(packets: readonly (Packet | { expireAt: number } | Buffer)[]): string[] {
  const told: string[] = [];
  const reader = new TelephoneEventReader((digit, milliseconds) => told.push(`${digit} ${milliseconds}`), 0);
  for (const packet of packets) {
    if ('expireAt' in packet) reader.expire(packet.expireAt);
    else if (Buffer.isBuffer(packet)) reader.packetReceived({ payload: packet, marker: false, timestamp: 1 }, 8000, 0);
    else {
      const { code, timestamp, duration, end = false, marker = false, clockRate = 8000, at = 0 } = packet;
      const payload = Buffer.of(code, (end ? 0x80 : 0) | 10, duration >> 8, duration & 0xff);
      reader.packetReceived({ payload, marker, timestamp }, clockRate, at);
    }
  }
  return told;
}

/** An event as it is sent: begun, gone on, ended three times. */
function press(code: number, timestamp: number, duration = 800): Packet[] {
  const end = { code, timestamp, duration, end: true };
  return [
    { code, timestamp, duration: duration / 4, marker: true },
    { code, timestamp, duration: duration / 2 },
    ...[end, end, end],
  ];
}

const [begun, goesOn, ends] = press(1, 1000) as [Packet, Packet, Packet];
const LONG = { code: 5, clockRate: 48000 };
const LONG_KEY = { ...LONG, timestamp: 0, duration: 0xffff };

const CASES: [what: string, packets: Parameters<typeof read>[0], told: string[]][] = [
  [
    'all sixteen keys',
    Array.from({ length: 16 }, (_, code) => press(code, code * 1000)).flat(),
    [...Array.from('0123456789*#ABCD', (digit) => `${digit} 100`)],
  ],
  ['an end alone', [ends], ['1 100']],
  ['the same key twice', [...press(1, 1000), ...press(1, 3000)], ['1 100', '1 100']],
  ['packets in the wrong order', [goesOn, begun, ends, goesOn], ['1 100']],
  ['an end that comes before its middle', [begun, ends, goesOn, ends], ['1 100']],
  ['an earlier event’s end after the next one has begun', [begun, press(2, 3000)[0] ?? begun, ends, ends], ['1 25']],
  ['an end that is lost, and another key', [begun, goesOn, ...press(2, 3000)], ['1 50', '2 100']],
  ['an end that is lost, and the same key', [begun, goesOn, ...press(1, 3000)], ['1 50', '1 100']],
  [
    'an end that is lost, and nothing',
    [begun, goesOn, { expireAt: 500 }, { expireAt: 501 }, { expireAt: 2000 }],
    ['1 50'],
  ],
  ['an end that comes after the event was given up', [begun, { expireAt: 501 }, ends], ['1 25']],
  ['a key that is held', [begun, { ...goesOn, at: 400 }, { expireAt: 800 }, { ...ends, at: 850 }], ['1 100']],
  ['the clock of Opus', [{ ...ends, duration: 4800, clockRate: 48000 }], ['1 100']],
  [
    'segments of a long event',
    [
      LONG_KEY,
      { ...LONG, timestamp: 0xffff, duration: 0xffff },
      { ...LONG, timestamp: 0x1fffe, duration: 12930, end: true },
      { ...LONG, timestamp: 0x1fffe, duration: 12930, end: true },
    ],
    ['5 3000'],
  ],
  [
    'a long key, its end lost, pressed again',
    [LONG_KEY, { ...LONG_KEY, timestamp: 96000, duration: 4800, end: true, marker: true }],
    ['5 1365', '5 100'],
  ],
  [
    'a long key, its end lost, and another one whose beginning is',
    [LONG_KEY, { ...LONG_KEY, code: 6, timestamp: 96000, duration: 4800, end: true }],
    ['5 1365', '6 100'],
  ],
  [
    'an end that is lost, and the same key whose beginning is',
    [begun, goesOn, ...press(1, 3000).slice(1)],
    ['1 50', '1 100'],
  ],
  ['its middle before its beginning', [goesOn, begun, { expireAt: 501 }], ['1 50']],
  [
    'a key that comes only after the next one',
    [...press(2, 3000).slice(0, 2), ...press(1, 1000), ...press(2, 3000).slice(2)],
    ['2 100'],
  ],
  ['a timestamp that wraps around', [...press(1, 0xffffff00), ...press(2, 0x100)], ['1 100', '2 100']],
  ['what is no key', [...press(16, 1000), ...press(255, 3000)], []],
  ['what is too short', [Buffer.alloc(0), Buffer.of(1), Buffer.of(1, 0x80, 1)], []],
  [
    'a flood',
    Array.from({ length: 1000 }, (_, position) => ({ ...ends, timestamp: position })),
    Array<string>(20).fill('1 100'),
  ],
];

for (const [what, packets, told] of CASES) {
  test(`telephone events: ${what}`, () => assert.deepEqual(read(packets), told));
}
