/** What the SDK gets in place of its dependencies. */
import assert from 'node:assert/strict';
import test from 'node:test';
import * as sdpTransform from 'sdp-transform';
import { Mutex } from '../../src/providers/bandwidth/shims/mutex.js';
import { parse, write } from '../../src/providers/bandwidth/shims/sdp.js';

const SESSION = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'];
const AUDIO = ['m=audio 9 UDP/TLS/RTP/SAVPF 111', 'c=IN IP4 0.0.0.0', 'a=mid:0', 'a=rtpmap:111 opus/48000/2'];
const VIDEO = ['m=video 9 UDP/TLS/RTP/SAVPF 96', 'a=mid:1', 'a=rtpmap:96 VP8/90000', 'a=setup:active'];

const sdpOf = (...lines: string[]): string => lines.map((line) => `${line}\r\n`).join('');

test('a description comes out of it as it went in', () => {
  for (const lines of [SESSION, [...SESSION, ...AUDIO], [...SESSION, ...AUDIO, 'a=setup:passive', ...VIDEO]]) {
    assert.equal(write(parse(sdpOf(...lines))), sdpOf(...lines));
  }
});

for (const direction of ['sendrecv', 'sendonly', 'recvonly', 'inactive', undefined]) {
  test(`reads the direction ${direction} of each section`, () => {
    const line = direction ? [`a=${direction}`] : [];
    const sdp = sdpOf(...SESSION, ...AUDIO, ...line, ...VIDEO);
    const directions = (media: readonly { direction?: string | undefined }[]) => media.map((each) => each.direction);
    assert.deepEqual(directions(parse(sdp).media), [direction, undefined]);
    assert.deepEqual(directions(sdpTransform.parse(sdp).media), directions(parse(sdp).media));
  });
}

test('sets who begins the handshake, whether it was said before or not, and as sdp-transform does', () => {
  const sdp = sdpOf(...SESSION, ...AUDIO, ...VIDEO);
  const [ours, theirs] = [parse(sdp), sdpTransform.parse(sdp)];
  for (const { media } of [ours, theirs]) for (const each of media) Object.assign(each, { setup: 'passive' });
  assert.deepEqual(sdpTransform.parse(write(ours)), theirs);
  assert.equal(write(ours).match(/a=setup:passive\r\n/g)?.length, 2);
  assert.equal(write(ours).includes('active\r\na=setup'), false);
});

test('one after the other, whether or not the one before fails', async () => {
  const mutex = new Mutex();
  const order: string[] = [];
  const task = (name: string, fails = false) =>
    mutex.runExclusive(async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const results = await Promise.allSettled([task('first'), task('second', true), task('third')]);
  assert.deepEqual(order, ['first begins', 'first ends', 'second begins', 'second ends', 'third begins', 'third ends']);
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : String(result.reason))),
    ['first', 'Error: second', 'third'],
  );
});
