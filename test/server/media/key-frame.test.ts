import assert from 'node:assert/strict';
import test from 'node:test';
import { startsH264KeyFrame, startsVp8KeyFrame } from '../../../demo/platform/media/key-frame.js';

const VP8: [what: string, payload: string, isKeyFrame: boolean][] = [
  ['key frame, plain descriptor', '1000', true],
  ['other frame, plain descriptor', '1001', false],
  ['key frame, 7-bit picture id', '90800500', true],
  ['key frame, 15-bit picture id', '9080852a00', true],
  ['other frame, 15-bit picture id', '9080852a01', false],
  ['key frame, all extensions', '90e0852a011000', true],
  ['other frame, all extensions', '90f0852a010001', false],
  ['continuation of a partition', '0000', false],
  ['later partition', '1100', false],
  ['nothing', '', false],
  ['descriptor cut', '90', false],
  ['no header', '10', false],
];

for (const [what, payload, isKeyFrame] of VP8) {
  test(`VP8: ${what}`, () => assert.equal(startsVp8KeyFrame(Buffer.from(payload, 'hex')), isKeyFrame));
}

const H264: [what: string, payload: string, isKeyFrame: boolean][] = [
  ['IDR slice', '6588', true],
  ['parameter set', '6742', true],
  ['other slice', '4188', false],
  ['aggregate that starts with a parameter set', '7800046742c01e', true],
  ['aggregate that starts with another slice', '78000241880003', false],
  ['first fragment of an IDR slice', '7c85', true],
  ['later fragment of an IDR slice', '7c05', false],
  ['first fragment of another slice', '7c81', false],
  ['nothing', '', false],
  ['aggregate cut', '78', false],
  ['fragment cut', '7c', false],
];

for (const [what, payload, isKeyFrame] of H264) {
  test(`H264: ${what}`, () => assert.equal(startsH264KeyFrame(Buffer.from(payload, 'hex')), isKeyFrame));
}
