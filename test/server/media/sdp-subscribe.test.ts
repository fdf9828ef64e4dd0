import assert from 'node:assert/strict';
import test from 'node:test';
import { parse } from 'sdp-transform';
import { SdpError } from '../../../demo/platform/media/sdp.js';
import {
  readSubscribeAnswer,
  writeSubscribeOffer,
  type OfferedMediaLine,
} from '../../../demo/platform/media/sdp-subscribe.js';
import { FakeTransport } from './helpers.js';

const { localParameters: local } = new FakeTransport({
  role: 'subscribe',
  observer: { rtpReceived() {}, rtcpReceived() {}, messageReceived() {}, stateChanged() {} },
});
const AUDIO: OfferedMediaLine = {
  mid: 'audio0',
  kind: 'audio',
  source: { streamId: 'stream', trackId: 'track', ssrc: 42 },
};
const UNUSED: OfferedMediaLine = { mid: 'video1', kind: 'video', source: undefined };

function write(lines: OfferedMediaLine[]): string {
  return writeSubscribeOffer({ local, sessionId: '1', version: 2, lines });
}

test('the data channels come first, with the candidates, even alone', () => {
  const { media, groups } = parse(write([]));
  assert.equal(groups?.[0]?.mids, 'data');
  assert.deepEqual(
    media.map(({ type, setup, candidates }) => [type, setup, candidates?.length]),
    [['application', 'actpass', 1]],
  );
  assert.equal(media[0]?.endOfCandidates, 'end-of-candidates');
});

test('a used line sends its stream, an unused one is inactive; both are bundled', () => {
  const { media, groups } = parse(write([AUDIO, UNUSED]));
  assert.equal(groups?.[0]?.mids, 'data audio0 video1');
  assert.deepEqual(
    media.map(({ type, direction, msid, ssrcs, payloads }) => [type, direction, msid, ssrcs?.[0]?.id, payloads]),
    [
      ['application', undefined, undefined, undefined, 'webrtc-datachannel'],
      ['audio', 'sendonly', 'stream track', 42, '111 0 110 126'],
      ['video', 'inactive', undefined, undefined, '96 102'],
    ],
  );
});

const ANSWER = write([AUDIO, UNUSED]).replaceAll('actpass', 'passive').replace('a=sendonly', 'a=recvonly');

test('an answer says who answers and on which lines it receives', () => {
  const { remote, receiving } = readSubscribeAnswer(ANSWER);
  assert.equal(remote.usernameFragment, local.usernameFragment);
  assert.equal(remote.fingerprint.value, local.fingerprint);
  assert.deepEqual([...receiving], ['audio0']);
});

const NOT_RECEIVING: [what: string, answer: string][] = [
  ['refused', ANSWER.replace('m=audio 9', 'm=audio 0')],
  ['inactive', ANSWER.replace('a=recvonly', 'a=inactive')],
  ['left out of the bundle', ANSWER.replace('BUNDLE data audio0', 'BUNDLE data')],
];

for (const [what, answer] of NOT_RECEIVING) {
  test(`a line that was ${what} does not receive`, () => {
    assert.deepEqual([...readSubscribeAnswer(answer).receiving], []);
  });
}

for (const answer of ['', 'v=0', ANSWER.replaceAll(/a=ice-.*\r\n/g, '')]) {
  test(`an answer is refused: ${JSON.stringify(answer.slice(0, 20))}`, () =>
    assert.throws(() => readSubscribeAnswer(answer), SdpError));
}
