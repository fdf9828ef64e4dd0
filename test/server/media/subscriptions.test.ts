/** Who hears whom in the middle of a meeting, by packets on real sockets, with werift's peer connections for browsers. */
import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import test, { type TestContext } from 'node:test';
import { MediaStream, MediaStreamTrack, RTCPeerConnection, RtpHeader, type RTCDtlsTransport } from 'werift';
import { MediaServer } from '../../../demo/platform/media/media-server.js';
import type { ParticipantMedia, StreamMetadata } from '../../../demo/platform/media/participant-media.js';
import type { SubscribeOffer } from '../../../demo/platform/media/subscribe-side.js';
import { weriftTransports } from '../../../demo/platform/media/werift-transport.js';
import { Registry, type PublishPermission, type Subscriptions } from '../../../demo/platform/registry.js';

/** Packets by which it is seen who is heard. */
const ENOUGH = 10;

function createPeer(): RTCPeerConnection {
  const peer = new RTCPeerConnection({
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    bundlePolicy: 'max-bundle',
  });
  peer.createDataChannel('__heartbeat__', { id: 0, negotiated: true });
  return peer;
}

/** A page that sends its name in each packet, whether it may or not, and tells whose packets it gets. */
class Page extends EventEmitter<{ heard: [name: string]; offered: [] }> {
  readonly name: string;
  readonly participantId: string;
  /** What the last offer has, by participant. */
  streams: string[] = [];
  readonly #media: ParticipantMedia;
  readonly #publishing = createPeer();
  readonly #subscribing = createPeer();
  #transport: RTCDtlsTransport | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, participantId: string, server: MediaServer) {
    super();
    this.name = name;
    this.participantId = participantId;
    this.#media = server.join({
      participantId,
      deviceId: `device of ${name}`,
      sendOffer: (offer, streams) => void this.#answer(offer, streams),
    });
  }

  /** @returns the direction that sound is answered with, and what is known of the stream */
  async publish(): Promise<{ direction: string | undefined; mediaTypes: readonly string[] | undefined }> {
    const track = new MediaStreamTrack({ kind: 'audio' });
    this.#publishing.addTrack(track, new MediaStream([track]));
    await this.#publishing.setLocalDescription(await this.#publishing.createOffer());
    const { sdpAnswer, streamMetadata } = await this.#media.publish(
      this.#publishing.localDescription?.sdp ?? '',
      new Map(),
    );
    await this.#publishing.setRemoteDescription({ type: 'answer', sdp: sdpAnswer });
    if (this.#publishing.connectionState !== 'connected')
      await this.#publishing.connectionStateChange.watch((state) => state === 'connected');
    this.#speak();
    const audio = sdpAnswer.slice(sdpAnswer.indexOf('m=audio'));
    const [stream] = Object.values(streamMetadata);
    return { direction: /a=(recvonly|inactive)/.exec(audio)?.[1], mediaTypes: stream?.mediaTypes };
  }

  async subscribe(): Promise<void> {
    const offered = once(this, 'offered');
    await this.#media.startSubscribing();
    await offered;
  }

  /** Resolves when these, and nobody else, are heard; there is one whom everybody always hears. */
  async hears(expected: readonly string[]): Promise<void> {
    const counts = new Map<string, number>();
    const isSo = (): boolean =>
      expected.every((name) => (counts.get(name) ?? 0) >= ENOUGH) && counts.size === expected.length;
    while (!isSo()) {
      const [name] = (await once(this, 'heard')) as [string];
      counts.set(name, (counts.get(name) ?? 0) + 1);
      // What was on its way when somebody was left out.
      if (!expected.includes(name)) counts.clear();
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([this.#publishing.close(), this.#subscribing.close()]);
  }

  async #answer({ sdpOffer }: SubscribeOffer, streams: StreamMetadata): Promise<void> {
    await this.#subscribing.setRemoteDescription({ type: 'offer', sdp: sdpOffer });
    // All that arrives, whatever werift makes of a line that is used again.
    const [transport] = this.#subscribing.dtlsTransports;
    if (transport !== this.#transport)
      transport?.onRtp.subscribe(({ payload }) => this.emit('heard', payload.toString()));
    this.#transport = transport;
    const answer = await this.#subscribing.createAnswer();
    const sdp = answer.sdp.replaceAll('a=setup:active', 'a=setup:passive');
    await this.#subscribing.setLocalDescription({ type: 'answer', sdp });
    this.streams = Object.values(streams).map(({ participantId }) => participantId);
    this.emit('offered');
    await this.#media.answer(sdp);
  }

  #speak(): void {
    const [sender] = this.#publishing.getSenders();
    const [transport] = this.#publishing.dtlsTransports;
    let sequenceNumber = 0;
    this.#timer = setInterval(() => {
      sequenceNumber += 1;
      const header = new RtpHeader({
        payloadType: 96,
        sequenceNumber,
        timestamp: sequenceNumber * 960,
        ssrc: sender?.ssrc ?? 0,
      });
      transport?.sendRtp(Buffer.from(this.name), header).catch(() => {});
    }, 10);
  }
}

async function setUp(t: TestContext) {
  const registry = new Registry();
  const server = new MediaServer({ registry, openTransport: weriftTransports({ bindAddress: '127.0.0.1' }) });
  const { id: sessionId } = registry.createSession({ accountId: 'account' });
  const pages: Page[] = [];
  t.after(async () => {
    await Promise.all(pages.map((page) => page.close()));
    await server.close();
  });
  const join = (name: string, publishPermissions: PublishPermission[] = ['AUDIO', 'VIDEO']): Page => {
    const { id } = registry.createParticipant({ accountId: 'account', publishPermissions });
    registry.addToSession(id, sessionId, { sessionId });
    const page = new Page(name, id, server);
    pages.push(page);
    return page;
  };
  return { registry, sessionId, join };
}

test('what a viewer sends all the same reaches nobody', { timeout: 15_000 }, async (t) => {
  const { join } = await setUp(t);
  const [ada, eve, viewer] = [join('Ada'), join('Eve'), join('Vic', [])];
  await ada.subscribe();
  assert.deepEqual(await viewer.publish(), { direction: 'inactive', mediaTypes: undefined });
  assert.deepEqual(await eve.publish(), { direction: 'recvonly', mediaTypes: ['AUDIO'] });
  await ada.hears(['Eve']);
  assert.deepEqual(ada.streams, [eve.participantId]);
});

test(
  'media stops and starts again as subscriptions change in the middle of a meeting',
  { timeout: 15_000 },
  async (t) => {
    const { registry, sessionId, join } = await setUp(t);
    const [ada, bob, eve] = [join('Ada'), join('Bob'), join('Eve')];
    await ada.subscribe();
    await bob.publish();
    await eve.publish();
    await ada.hears(['Bob', 'Eve']);
    const only = (...pages: Page[]): Subscriptions => ({
      participants: pages.map(({ participantId }) => ({ participantId })),
    });
    const steps: [subscriptions: Subscriptions, expected: Page[]][] = [
      [only(eve), [eve]],
      [only(bob, eve), [bob, eve]],
      [only(bob), [bob]],
      [{ sessionId }, [bob, eve]],
      [{ sessionId, ...only(eve) }, [eve]],
      [{ sessionId }, [bob, eve]],
    ];
    for (const [subscriptions, expected] of steps) {
      registry.setSubscriptions(ada.participantId, subscriptions);
      await ada.hears(expected.map(({ name }) => name));
      assert.deepEqual(ada.streams.sort(), expected.map(({ participantId }) => participantId).sort());
    }

    // None at all: what is heard last is heard before the offer without streams is answered.
    const offered = once(ada, 'offered');
    registry.setSubscriptions(ada.participantId, {});
    await offered;
    assert.deepEqual(ada.streams, []);
    const heard: string[] = [];
    ada.on('heard', (name) => heard.push(name));
    const again = join('Ann');
    await again.subscribe();
    await again.hears(['Bob', 'Eve']);
    assert.deepEqual(heard, []);
  },
);
