import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { parse } from 'sdp-transform';
import { MediaServer } from '../../../demo/platform/media/media-server.js';
import type { ParticipantMedia, StreamMetadata } from '../../../demo/platform/media/participant-media.js';
import { readRtcp, writeNack, writePictureLossIndication } from '../../../demo/platform/media/rtcp.js';
import { readRtp, writeRtpHeader } from '../../../demo/platform/media/rtp.js';
import { readPublishOffer } from '../../../demo/platform/media/sdp-publish.js';
import type { SubscribeOffer } from '../../../demo/platform/media/subscribe-side.js';
import { Registry, type PublishPermission } from '../../../demo/platform/registry.js';
import { FakeTransport, readFixture } from './helpers.js';

/** Where the transports go that are opened next: those of the device that acts. */
let opened: FakeTransport[] = [];
const servers: MediaServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

interface Device {
  readonly participantId: string;
  readonly media: ParticipantMedia;
  readonly offers: { offer: SubscribeOffer; streams: StreamMetadata }[];
  /** Its transports in the order they were opened. */
  readonly transports: FakeTransport[];
}

interface Meeting {
  readonly server: MediaServer;
  readonly registry: Registry;
  readonly sessionId: string;
  join(permissions?: PublishPermission[]): Promise<Device>;
}

/** A session whose participants are subscribed to all of it. */
function createMeeting(): Meeting {
  const registry = new Registry();
  const server = new MediaServer({
    registry,
    openTransport: (options) => {
      const transport = new FakeTransport(options);
      opened.push(transport);
      return Promise.resolve(transport);
    },
  });
  servers.push(server);
  const { id: sessionId } = registry.createSession({ accountId: 'account' });
  return {
    server,
    registry,
    sessionId,
    async join(publishPermissions = ['AUDIO', 'VIDEO']) {
      const { id: participantId } = registry.createParticipant({ accountId: 'account', publishPermissions });
      registry.addToSession(participantId, sessionId, { sessionId });
      const offers: Device['offers'] = [];
      const transports: FakeTransport[] = [];
      opened = transports;
      const media = server.join({
        participantId,
        deviceId: `device of ${participantId}`,
        sendOffer: (offer, streams) => offers.push({ offer, streams }),
      });
      await media.startSubscribing();
      return { participantId, media, offers, transports };
    },
  };
}

async function publish(device: Device, fixture = 'chromium-camera', alias = 'camera'): Promise<StreamMetadata> {
  opened = device.transports;
  const sdp = readFixture(fixture);
  const aliases = new Map(readPublishOffer(sdp).tracks.map(({ streamId }) => [streamId, alias]));
  const { streamMetadata } = await device.media.publish(sdp, aliases);
  await settle();
  return streamMetadata;
}

/** Answers the last offer the way a browser does. */
async function answer(device: Device): Promise<void> {
  const last = device.offers.at(-1) ?? assert.fail('no offer');
  await device.media.answer(
    last.offer.sdpOffer.replaceAll('actpass', 'passive').replaceAll('a=sendonly', 'a=recvonly'),
  );
  await settle();
}

/** Lets what was started by the last call come to its end: the fakes wait for nothing. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

const linesOf = ({ offers }: Device): string[] =>
  parse(offers.at(-1)?.offer.sdpOffer ?? '')
    .media.slice(1)
    .map(({ mid, direction, msid }) => `${mid} ${direction} ${msid?.split(' ')[0] ?? '-'}`);

const CAMERA = readPublishOffer(readFixture('chromium-camera')).tracks[0]?.streamId ?? '';
const ACTIVE = [`audio0 sendonly ${CAMERA}`, `video1 sendonly ${CAMERA}`];
const INACTIVE = ['audio0 inactive -', 'video1 inactive -'];

test('the first offer carries data channels alone', async () => {
  const { join } = createMeeting();
  const device = await join();
  assert.deepEqual(linesOf(device), []);
  assert.equal(device.offers.length, 1);
});

test('what one publishes is offered to the others, with what is known of it', async () => {
  const { join } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  const published = await publish(publisher);
  const description = {
    endpointId: `device of ${publisher.participantId}`,
    mediaTypes: ['AUDIO', 'VIDEO'],
    alias: 'camera',
    participantId: publisher.participantId,
  };
  assert.deepEqual(published, { [CAMERA]: description });
  assert.deepEqual(subscriber.offers.at(-1)?.streams, { [CAMERA]: description });
  assert.deepEqual(linesOf(subscriber), ACTIVE);
  assert.equal(publisher.offers.length, 1);
});

test('while an offer is out, changes wait and are offered together', async () => {
  const { join } = createMeeting();
  const [publisher, other, subscriber] = [await join(), await join(), await join()];
  await publish(publisher);
  await publish(other, 'firefox-camera');
  assert.equal(subscriber.offers.length, 1);
  await answer(subscriber);
  assert.equal(subscriber.offers.length, 2);
  assert.equal(linesOf(subscriber).length, 4);
});

test('a line is used again only after it was seen inactive, by another stream and ssrc', async () => {
  const { join } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  await publish(publisher);
  const ssrcs = (): unknown[] =>
    parse(subscriber.offers.at(-1)?.offer.sdpOffer ?? '').media.map((line) => line.ssrcs?.[0]?.id);
  const before = ssrcs();
  await answer(subscriber);
  await publish(publisher, 'chromium-data');
  assert.deepEqual(linesOf(subscriber), INACTIVE);
  await publish(publisher);
  await answer(subscriber);
  assert.deepEqual(linesOf(subscriber), ACTIVE);
  assert.notDeepEqual(ssrcs(), before);
});

test('thirty shares need no more lines than one', async () => {
  const { join } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  for (let share = 0; share < 30; share += 1) {
    await publish(publisher);
    await answer(subscriber);
    await publish(publisher, 'chromium-data');
    await answer(subscriber);
  }
  assert.deepEqual(linesOf(subscriber), INACTIVE);
  const revisions = subscriber.offers.map(({ offer }) => offer.sdpRevision);
  assert.ok(revisions.every((revision, position) => position === 0 || revision > (revisions[position - 1] ?? 0)));
});

test('a track added to a stream later reaches the subscriber under the same stream', async () => {
  const { join } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  const full = readFixture('chromium-camera');
  const audioOnly = full.slice(0, full.indexOf('m=video')).replace('BUNDLE 0 1 2', 'BUNDLE 0 1');
  await publisher.media.publish(audioOnly, new Map([[CAMERA, 'camera']]));
  await settle();
  assert.deepEqual(linesOf(subscriber), ACTIVE.slice(0, 1));
  const ssrc = parse(subscriber.offers.at(-1)?.offer.sdpOffer ?? '').media[1]?.ssrcs?.[0]?.id;
  await answer(subscriber);
  await publish(publisher);
  assert.deepEqual(linesOf(subscriber), ACTIVE);
  assert.equal(parse(subscriber.offers.at(-1)?.offer.sdpOffer ?? '').media[1]?.ssrcs?.[0]?.id, ssrc);
});

test('two publishers with the same stream id are told apart', async () => {
  const { join } = createMeeting();
  const [first, second, subscriber] = [await join(), await join(), await join()];
  await publish(first);
  await publish(second);
  await answer(subscriber);
  const streams = Object.entries(subscriber.offers.at(-1)?.streams ?? {});
  assert.deepEqual(
    streams.map(([, { participantId }]) => participantId),
    [first.participantId, second.participantId],
  );
  assert.equal(new Set(linesOf(subscriber).map((line) => line.split(' ')[2])).size, 2);
});

const PERMISSIONS: [permissions: PublishPermission[], mediaTypes: string[] | undefined][] = [
  [
    ['AUDIO', 'VIDEO'],
    ['AUDIO', 'VIDEO'],
  ],
  [['AUDIO'], ['AUDIO']],
  [['VIDEO'], ['VIDEO']],
  [[], undefined],
];

for (const [permissions, mediaTypes] of PERMISSIONS) {
  test(`with the permissions [${permissions.join(' ')}] that much is accepted`, async () => {
    const { join } = createMeeting();
    const publisher = await join(permissions);
    assert.deepEqual((await publish(publisher))[CAMERA]?.mediaTypes, mediaTypes);
  });
}

test('no more than four streams of a participant are accepted', async () => {
  const { join } = createMeeting();
  const publisher = await join();
  const sdp = readFixture('chromium-camera');
  const video = sdp.slice(sdp.indexOf('m=video'));
  const mids = Array.from({ length: 8 }, (_, position) => position + 3);
  const more = mids.map((mid) => video.replaceAll(/a=mid:\d/g, `a=mid:${mid}`).replaceAll(CAMERA, `stream${mid}`));
  const offer = sdp.replace('BUNDLE 0 1 2', `BUNDLE 0 1 2 ${mids.join(' ')}`) + more.join('');
  const { sdpAnswer, streamMetadata } = await publisher.media.publish(offer, new Map());
  assert.equal(Object.keys(streamMetadata).length, 4);
  assert.equal(parse(sdpAnswer).media.filter(({ direction }) => direction === 'recvonly').length, 5);
});

test('what is forwarded follows the subscriptions', async () => {
  const { join, server, registry, sessionId } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  await publish(publisher);
  await answer(subscriber);
  const { participantId } = publisher;
  const steps: [change: () => void, lines: string[]][] = [
    [() => registry.setSubscriptions(subscriber.participantId, {}), INACTIVE],
    [() => registry.setSubscriptions(subscriber.participantId, { participants: [{ participantId }] }), ACTIVE],
    [
      () =>
        registry.setSubscriptions(subscriber.participantId, {
          participants: [{ participantId, streamAliases: ['x'] }],
        }),
      INACTIVE,
    ],
    [
      () =>
        registry.setSubscriptions(subscriber.participantId, {
          participants: [{ participantId, streamAliases: ['camera'] }],
        }),
      ACTIVE,
    ],
    [() => registry.removeFromSession(publisher.participantId), INACTIVE],
    [() => registry.addToSession(publisher.participantId, sessionId, { sessionId }), ACTIVE],
    [() => server.leave(publisher.media), INACTIVE],
  ];
  for (const [change, lines] of steps) {
    change();
    await settle();
    assert.deepEqual(linesOf(subscriber), lines);
    await answer(subscriber);
  }
});

/** Sends one packet of the fixture's video from the publisher. */
function sendVideo(publisher: Device, sequenceNumber: number, rolloverCounter = 0): void {
  const ssrc = readPublishOffer(readFixture('chromium-camera')).tracks[1]?.ssrc ?? 0;
  const packet = Buffer.concat([Buffer.alloc(12), Buffer.from('1000', 'hex')]);
  writeRtpHeader(packet, { marker: true, payloadType: 96, sequenceNumber, timestamp: 9, ssrc });
  publisher.transports[1]?.observer.rtpReceived(packet, rolloverCounter);
}

test('packets flow once the subscriber has answered, and no longer after its stream is gone', async () => {
  const { join, server } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  subscriber.transports[0]?.changeState('connected');
  await publish(publisher);
  sendVideo(publisher, 1);
  await answer(subscriber);
  sendVideo(publisher, 65535);
  sendVideo(publisher, 0, 1);
  await publish(publisher, 'chromium-data');
  sendVideo(publisher, 1, 1);
  const numbers = subscriber.transports[0]?.rtp.map(({ header }) => readRtp(header)?.sequenceNumber);
  assert.deepEqual(numbers, [1, 2]);
  assert.equal(server.statistics().forwardedPackets, 2);
});

test('nothing flows on a line that the subscriber refuses', async () => {
  const { join } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  subscriber.transports[0]?.changeState('connected');
  await publish(publisher);
  const { sdpOffer } = subscriber.offers.at(-1)?.offer ?? assert.fail();
  await subscriber.media.answer(sdpOffer.replaceAll('actpass', 'passive').replaceAll('a=sendonly', 'a=inactive'));
  sendVideo(publisher, 1);
  assert.deepEqual(subscriber.transports[0]?.rtp, []);
});

test('the subscriber’s feedback reaches the publisher’s track', async () => {
  const { join } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  subscriber.transports[0]?.changeState('connected');
  await publish(publisher);
  await answer(subscriber);
  const toPublisher = publisher.transports[1]?.rtcp ?? assert.fail();
  assert.equal(readRtcp(toPublisher[0] ?? Buffer.alloc(0))[0]?.type, 'key-frame-request');
  sendVideo(publisher, 10);
  sendVideo(publisher, 11);
  const line = parse(subscriber.offers.at(-1)?.offer.sdpOffer ?? '').media[2];
  const ssrc = Number(line?.ssrcs?.[0]?.id);
  const received = subscriber.transports[0] ?? assert.fail();
  received.observer.rtcpReceived(Buffer.concat([writePictureLossIndication(1, ssrc), writeNack(1, ssrc, [1])]));
  received.observer.rtcpReceived(writeNack(1, ssrc + 1, [2]));
  received.observer.rtcpReceived(Buffer.from('nonsense'));
  assert.equal(received.rtp.length, 3);
});

test('nothing is asked of a publisher before the subscriber’s transport connects', async () => {
  const { join, server } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  await publish(publisher);
  await answer(subscriber);
  assert.equal(server.statistics().keyFrameRequests, 0);
  subscriber.transports[0]?.changeState('connected');
  assert.equal(server.statistics().keyFrameRequests, 1);
});

test('when the subscriber’s transport connects, key frames are asked for again', async () => {
  const { join, server } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  await publish(publisher);
  await answer(subscriber);
  sendVideo(publisher, 1);
  const before = server.statistics().keyFrameRequests;
  const asked = new Promise<void>((resolve) => {
    const transport = publisher.transports[1] ?? assert.fail();
    transport.sendRtcp = () => resolve();
  });
  subscriber.transports[0]?.changeState('connected');
  await asked;
  assert.equal(server.statistics().keyFrameRequests, before + 1);
});

test('after a reconnect the same offer is made again, with a newer revision', async () => {
  const { join } = createMeeting();
  const [publisher, subscriber] = [await join(), await join()];
  await answer(subscriber);
  await publish(publisher);
  const first = subscriber.offers.at(-1)?.offer ?? assert.fail();
  subscriber.media.offerAgain();
  await settle();
  const second = subscriber.offers.at(-1)?.offer ?? assert.fail();
  assert.ok(second.sdpRevision > first.sdpRevision);
  assert.deepEqual(linesOf(subscriber), ACTIVE);
  assert.equal(subscriber.transports[0]?.restarts, 0);
});

test('a subscriber whose media was lost is offered new ICE credentials', async () => {
  const { join } = createMeeting();
  const subscriber = await join();
  await answer(subscriber);
  const transport = subscriber.transports[0] ?? assert.fail();
  transport.changeState('connected');
  transport.changeState('disconnected');
  await settle();
  assert.equal(subscriber.offers.length, 2);
  assert.match(subscriber.offers.at(-1)?.offer.sdpOffer ?? '', /a=ice-ufrag:local1/);
});

test('an offer that nobody answers is made again in the end', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const { join } = createMeeting();
  const subscriber = await join();
  context.mock.timers.tick(10_000);
  await settle();
  assert.equal(subscriber.offers.length, 2);
  await answer(subscriber);
  context.mock.timers.tick(60_000);
  await settle();
  assert.equal(subscriber.offers.length, 2);
});

test('an answer that nobody waits for is refused', async () => {
  const { join } = createMeeting();
  const subscriber = await join();
  await answer(subscriber);
  await assert.rejects(answer(subscriber), { message: 'There is no offer to answer.' });
});

const TRANSPORTS: [what: string, change: (sdp: string) => string, hasConnected: boolean, opened: number][] = [
  ['the same credentials', (sdp) => sdp, false, 1],
  ['new credentials after it connected', (sdp) => sdp.replaceAll(/ice-ufrag:.*/g, 'ice-ufrag:other'), true, 1],
  ['new credentials before it connected', (sdp) => sdp.replaceAll(/ice-ufrag:.*/g, 'ice-ufrag:other'), false, 2],
  ['another certificate', (sdp) => sdp.replaceAll(/(fingerprint:sha-256 )../g, '$100'), true, 2],
];

for (const [what, change, hasConnected, opened] of TRANSPORTS) {
  test(`an offer with ${what} needs ${opened} transport(s)`, async () => {
    const { join } = createMeeting();
    const publisher = await join();
    const offer = readFixture('chromium-camera');
    await publisher.media.publish(offer, new Map());
    const [, first] = publisher.transports;
    if (hasConnected) first?.changeState('connected');
    await publisher.media.publish(change(offer), new Map());
    assert.equal(publisher.transports.length - 1, opened);
    assert.equal(first?.state === 'closed', opened === 2);
  });
}

test('each second the publisher hears how its media arrives, and each five a PING goes out', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const { join } = createMeeting();
  const publisher = await join();
  await publish(publisher);
  sendVideo(publisher, 1);
  context.mock.timers.tick(5000);
  const [subscribing, publishing] = publisher.transports;
  assert.equal(publishing?.rtcp.length, 5);
  const [packet] = publishing.rtcp;
  assert.deepEqual([packet?.readUInt8(1), packet?.toString('latin1', 32 + 12, 32 + 16)], [201, 'REMB']);
  assert.deepEqual(
    [...publishing.messages, ...(subscribing?.messages ?? [])],
    [
      [0, 'PING'],
      [0, 'PING'],
    ],
  );
});

test('leaving and closing release every transport', async () => {
  const { join, server } = createMeeting();
  const [first, second] = [await join(), await join()];
  await publish(first);
  await publish(second, 'firefox-camera');
  server.leave(first.media);
  await server.close();
  const transports = [...first.transports, ...second.transports];
  assert.deepEqual(
    transports.map(({ state }) => state),
    ['closed', 'closed', 'closed', 'closed'],
  );
  assert.equal(server.statistics().publishedTracks, 0);
});
