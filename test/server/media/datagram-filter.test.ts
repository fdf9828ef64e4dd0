import assert from 'node:assert/strict';
import test from 'node:test';
import { DatagramFilter, isSignedWith, isStun, receiverOf } from '../../../demo/platform/media/datagram-filter.js';
import { bindingRequest, randomBuffer, seededRandom } from './helpers.js';

/** The request of RFC 5769 section 2.1. */
const SAMPLE = Buffer.from(
  '000100582112a442b7e7a701bc34d686fa87dfae802200105354554e207465737420636c69656e74' +
    '002400046e0001ff80290008932ff9b151263b3600060009' +
    '6576746a3a68367659202020' +
    '000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a280280004e57a3bcf',
  'hex',
);
const SAMPLE_PASSWORD = 'VOkJxbRl1RmTxUk/WvJxBt';
const DTLS = Buffer.from('16fefd0000000000000000', 'hex');

const filterFor = (sources?: ReadonlySet<string>): DatagramFilter =>
  new DatagramFilter({ passwordOf: (name) => (name === 'mine' ? 'secret' : undefined), sources });

test('the sample request of RFC 5769 is read and verified', () => {
  assert.ok(isStun(SAMPLE));
  assert.equal(receiverOf(SAMPLE), 'evtj');
  assert.ok(isSignedWith(SAMPLE, SAMPLE_PASSWORD));
  assert.ok(!isSignedWith(SAMPLE, 'another password'));
});

const REFUSED: [what: string, datagram: Buffer][] = [
  ['DTLS', DTLS],
  ['RTP', Buffer.from('80e000010000000200000003aabb', 'hex')],
  ['nothing', Buffer.alloc(0)],
  ['a request signed with another password', bindingRequest('mine', 'wrong')],
  ['a request for somebody else', bindingRequest('other', 'secret')],
  ['a request for a property that every object has', bindingRequest('constructor', 'secret')],
  ['a request without integrity', bindingRequest('mine', 'secret').subarray(0, -24)],
  ['a request cut within its integrity', bindingRequest('mine', 'secret').subarray(0, -1)],
  ['a request without attributes', Buffer.from('000100002112a442000102030405060708090a0b', 'hex')],
];

for (const [what, datagram] of REFUSED) {
  test(`a stranger's datagram is dropped: ${what}`, () => assert.ok(!filterFor().accepts(datagram, '10.0.0.1', 1)));
}

test('one signed request opens the way for its sender alone', () => {
  const filter = filterFor();
  assert.ok(filter.accepts(bindingRequest('mine', 'secret'), '10.0.0.1', 1));
  assert.ok(filter.accepts(DTLS, '10.0.0.1', 1));
  assert.ok(!filter.accepts(DTLS, '10.0.0.1', 2));
  assert.ok(!filter.accepts(DTLS, '10.0.0.2', 1));
});

test('a response needs no known sender: who waits for it checks it', () => {
  const response = Buffer.from(bindingRequest('mine', 'secret'));
  response.writeUInt16BE(0x0101, 0);
  assert.ok(filterFor().accepts(response, '10.0.0.1', 1));
});

test('senders beyond the bound push out those that were heard least', () => {
  const filter = filterFor();
  for (let port = 1; port <= 40; port += 1) filter.accepts(bindingRequest('mine', 'secret'), '10.0.0.1', port);
  const known = Array.from({ length: 40 }, (_, position) => position + 1).filter((port) =>
    filter.accepts(DTLS, '10.0.0.1', port),
  );
  assert.equal(known.length, 32);
  assert.equal(known.at(-1), 40);
});

test('only the given sources are let in at all', () => {
  const filter = filterFor(new Set(['127.0.0.1']));
  assert.ok(!filter.accepts(bindingRequest('mine', 'secret'), '10.0.0.1', 1));
  assert.ok(filter.accepts(bindingRequest('mine', 'secret'), '127.0.0.1', 1));
});

test('random and randomly damaged datagrams never throw', () => {
  const random = seededRandom(3);
  const filter = filterFor();
  for (let round = 0; round < 10_000; round += 1) {
    const datagram =
      random() < 0.5 ? bindingRequest('mine', 'secret') : randomBuffer(random, Math.floor(random() * 80));
    for (let flips = 0; flips < 3 && datagram.length > 20; flips += 1) {
      datagram.writeUInt8(Math.floor(random() * 256), 20 + Math.floor(random() * (datagram.length - 20)));
    }
    filter.accepts(datagram.subarray(0, Math.ceil(random() * datagram.length)), '10.0.0.1', 1);
  }
});
