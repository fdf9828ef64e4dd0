import assert from 'node:assert/strict';
import test from 'node:test';
import { parse } from 'sdp-transform';
import { SdpError } from '../../../demo/platform/media/sdp.js';
import { readPublishOffer, writePublishAnswer, type PublishOffer } from '../../../demo/platform/media/sdp-publish.js';
import { FakeTransport, readFixture, seededRandom } from './helpers.js';

const { localParameters: local } = new FakeTransport({
  role: 'publish',
  observer: { rtpReceived() {}, rtcpReceived() {}, messageReceived() {}, stateChanged() {} },
});

function answerTo(offer: PublishOffer, accepted = offer.tracks): ReturnType<typeof parse> & { text: string } {
  const text = writePublishAnswer(offer, { local, sessionId: '1', version: 2, accepted: new Set(accepted) });
  return { ...parse(text), text };
}

type Shape = [type: string, port: number, direction: string | undefined, mid: string];
const shapeOf = (sdp: string): Shape[] =>
  parse(sdp).media.map(({ type, port, direction, mid }) => [type, port, direction, String(mid)]);

const DATA: Shape = ['application', 9, undefined, '0'];
const OFFERS: [fixture: string, codecs: string[][], shape: Shape[]][] = [
  ['chromium-data', [], [DATA]],
  ['firefox-data', [], [DATA]],
  [
    'chromium-camera',
    [
      ['111 opus', '0 PCMU', '110 telephone-event', '126 telephone-event'],
      ['96 VP8', '102 H264'],
    ],
    [DATA, ['audio', 9, 'recvonly', '1'], ['video', 9, 'recvonly', '2']],
  ],
  [
    'firefox-camera',
    [['109 opus', '0 PCMU', '101 telephone-event'], ['120 VP8']],
    [DATA, ['audio', 9, 'recvonly', '1'], ['video', 9, 'recvonly', '2']],
  ],
  [
    'chromium-two-streams',
    [
      ['111 opus', '0 PCMU', '110 telephone-event', '126 telephone-event'],
      ['96 VP8', '102 H264'],
      ['96 VP8', '102 H264'],
    ],
    [DATA, ['audio', 9, 'recvonly', '1'], ['video', 9, 'recvonly', '2'], ['video', 9, 'recvonly', '3']],
  ],
  [
    'chromium-stopped',
    [
      ['111 opus', '0 PCMU', '110 telephone-event', '126 telephone-event'],
      ['96 VP8', '102 H264'],
    ],
    [DATA, ['audio', 9, 'recvonly', '1'], ['video', 9, 'recvonly', '2'], ['video', 0, 'inactive', '3']],
  ],
  [
    'firefox-stopped',
    [['109 opus', '0 PCMU', '101 telephone-event'], ['120 VP8']],
    [DATA, ['audio', 9, 'recvonly', '1'], ['video', 9, 'recvonly', '2'], ['video', 0, 'inactive', '3']],
  ],
];

for (const [fixture, codecs, shape] of OFFERS) {
  test(`${fixture}: the tracks and the answer`, () => {
    const sdp = readFixture(fixture);
    const offer = readPublishOffer(sdp);
    const found = offer.tracks.map((track) =>
      track.codecs.map(({ payloadType, codec }) => `${payloadType} ${codec.name}`),
    );
    assert.deepEqual(found, codecs);
    for (const { ssrc, streamId } of offer.tracks) {
      assert.match(sdp, new RegExp(`a=ssrc:${ssrc} cname`));
      assert.ok(sdp.includes(`a=msid:${streamId} `));
    }
    const answer = answerTo(offer);
    assert.deepEqual(shapeOf(answer.text), shape);
    const bundled = shape.filter(([, port]) => port !== 0).map(([, , , mid]) => mid);
    assert.deepEqual(String(answer.groups?.[0]?.mids).split(' '), bundled);
    for (const media of answer.media.filter(({ port }) => port !== 0)) {
      assert.equal(media.setup, 'passive');
      assert.equal(media.iceUfrag, local.usernameFragment);
      assert.equal(media.fingerprint?.hash, local.fingerprint);
      assert.equal(media.candidates?.length ?? 0, media === answer.media[0] ? 1 : 0);
    }
  });
}

test('feedback and parameters are what both sides know', () => {
  const { media } = answerTo(readPublishOffer(readFixture('firefox-camera')));
  assert.deepEqual(media[1]?.fmtp, [
    { payload: 109, config: 'maxplaybackrate=48000;stereo=1;useinbandfec=1' },
    { payload: 101, config: '0-15' },
  ]);
  const feedback = media[2]?.rtcpFb?.map(({ payload, type, subtype }) => `${payload} ${type} ${subtype ?? ''}`.trim());
  assert.deepEqual(feedback?.sort(), ['120 ccm fir', '120 goog-remb', '120 nack', '120 nack pli']);
  assert.equal(media[1]?.rtcpFb, undefined);
});

test('a track that is not accepted is answered as inactive, in the bundle', () => {
  const offer = readPublishOffer(readFixture('chromium-camera'));
  const audioOnly = answerTo(
    offer,
    offer.tracks.filter(({ kind }) => kind === 'audio'),
  );
  assert.deepEqual(shapeOf(audioOnly.text), [DATA, ['audio', 9, 'recvonly', '1'], ['video', 9, 'inactive', '2']]);
  assert.equal(audioOnly.groups?.[0]?.mids, '0 1 2');
});

test('an m-line outside the bundle is refused', () => {
  const offer = readPublishOffer(readFixture('chromium-camera').replace('BUNDLE 0 1 2', 'BUNDLE 0 1'));
  const answer = answerTo(offer);
  assert.deepEqual(shapeOf(answer.text)[2], ['video', 0, 'inactive', '2']);
  assert.equal(answer.groups?.[0]?.mids, '0 1');
  assert.deepEqual(
    offer.tracks.map(({ kind }) => kind),
    ['audio'],
  );
});

test('media that nobody forwards is refused', () => {
  const sdp = readFixture('chromium-camera')
    .replace(/^m=video 9 (\S+) .*$/m, 'm=video 9 $1 98')
    .replace('m=audio 9', 'm=text 9');
  assert.deepEqual(shapeOf(answerTo(readPublishOffer(sdp)).text), [
    DATA,
    ['text', 0, 'inactive', '1'],
    ['video', 0, 'inactive', '2'],
  ]);
});

const WITHOUT_TRACK: [what: string, change: (sdp: string) => string][] = [
  ['it only receives', (sdp) => sdp.replaceAll('a=sendonly', 'a=recvonly')],
  ['it is inactive', (sdp) => sdp.replaceAll('a=sendonly', 'a=inactive')],
  ['it has no stream', (sdp) => sdp.replaceAll(/a=msid:.*\r\n/g, '')],
  ['its stream has a name that is no token', (sdp) => sdp.replaceAll(/a=msid:\S+/g, 'a=msid:<b>')],
  ['it has no ssrc', (sdp) => sdp.replaceAll(/a=ssrc:.*\r\n/g, '')],
  ['its ssrc is out of range', (sdp) => sdp.replaceAll(/a=ssrc:\d+/g, 'a=ssrc:4294967296')],
  ['its ssrc is zero', (sdp) => sdp.replaceAll(/a=ssrc:\d+/g, 'a=ssrc:0')],
];

for (const [what, change] of WITHOUT_TRACK) {
  test(`an m-line is no track when ${what}`, () => {
    const offer = readPublishOffer(change(readFixture('chromium-camera')));
    assert.deepEqual(offer.tracks, []);
    assert.equal(answerTo(offer).media.length, 3);
  });
}

const REFUSED: [what: string, sdp: string][] = [
  ['empty', ''],
  ['no SDP', 'hello'],
  ['without media', 'v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n'],
  ['without a bundle', readFixture('chromium-camera').replace(/a=group:BUNDLE.*\r\n/, '')],
  ['with a media identifier that is no token', readFixture('chromium-camera').replace('BUNDLE 0', 'BUNDLE <0>')],
  ['without ICE credentials', readFixture('chromium-camera').replaceAll(/a=ice-.*\r\n/g, '')],
  ['with a short ICE password', readFixture('chromium-camera').replaceAll(/a=ice-pwd:.*/g, 'a=ice-pwd:short')],
  ['without a fingerprint', readFixture('chromium-camera').replaceAll(/a=fingerprint:.*\r\n/g, '')],
  ['with an unknown fingerprint algorithm', readFixture('chromium-camera').replaceAll('sha-256', 'md5')],
  ['with a malformed m-line', readFixture('chromium-camera').replace('m=audio 9 UDP', 'm=audio nine')],
  ['with too many m-lines', readFixture('chromium-camera') + 'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\n'.repeat(300)],
  ['too long', readFixture('chromium-camera') + `a=x:${'y'.repeat(300_000)}\r\n`],
];

for (const [what, sdp] of REFUSED) {
  test(`an offer is refused with a sentence: ${what}`, () =>
    assert.throws(
      () => readPublishOffer(sdp),
      (error) => error instanceof SdpError && error.message.endsWith('.'),
    ));
}

test('randomly damaged offers are read or refused, and what is read can be answered', () => {
  const random = seededRandom(4);
  const fixtures = ['chromium-camera', 'firefox-two-streams', 'chromium-stopped'].map(readFixture);
  let answered = 0;
  for (let round = 0; round < 1500; round += 1) {
    const lines = (fixtures[round % fixtures.length] ?? '').split('\r\n');
    for (let damage = 0; damage < 4; damage += 1) {
      const position = Math.floor(random() * lines.length);
      const line = lines[position] ?? '';
      const cut = Math.floor(random() * (line.length + 1));
      const kind = random();
      if (kind < 0.3) lines.splice(position, 1);
      else if (kind < 0.6) lines[position] = line.slice(0, cut);
      else if (kind < 0.8)
        lines[position] = `${line.slice(0, cut)}${String.fromCharCode(random() * 65536)}${line.slice(cut)}`;
      else lines.splice(position, 0, lines[Math.floor(random() * lines.length)] ?? '');
    }
    try {
      const offer = readPublishOffer(lines.join('\r\n'));
      assert.equal(answerTo(offer).media.length, offer.media.length);
      answered += 1;
    } catch (error) {
      assert.ok(error instanceof SdpError, String(error));
    }
  }
  assert.ok(answered > 300, String(answered));
});
