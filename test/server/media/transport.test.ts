/** The transport on real sockets, with werift's own peer connection in the browser's place. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test, { after } from 'node:test';
import { RTCPeerConnection, RtpHeader, RtpPacket } from 'werift';
import { readPublishOffer, writePublishAnswer } from '../../../demo/platform/media/sdp-publish.js';
import { readSubscribeAnswer, writeSubscribeOffer } from '../../../demo/platform/media/sdp-subscribe.js';
import { readRtp, writeRtpHeader } from '../../../demo/platform/media/rtp.js';
import { readRtcp, writePictureLossIndication } from '../../../demo/platform/media/rtcp.js';
import type { MediaTransport, TransportObserver, TransportState } from '../../../demo/platform/media/transport.js';
import { UdpSocket } from '../../../demo/platform/media/udp-socket.js';
import { weriftTransports } from '../../../demo/platform/media/werift-transport.js';
import { bindingRequest, randomBuffer, seededRandom } from './helpers.js';

const open = weriftTransports({ bindAddress: '127.0.0.1' });
const releases: (() => Promise<unknown>)[] = [];
after(() => Promise.all(releases.map((release) => release())));

function createPeer(): RTCPeerConnection {
  const peer = new RTCPeerConnection({
    iceServers: [],
    iceUseIpv6: false,
    iceAdditionalHostAddresses: ['127.0.0.1'],
    bundlePolicy: 'max-bundle',
  });
  releases.push(() => peer.close());
  return peer;
}

interface Received {
  readonly observer: TransportObserver;
  readonly connected: Promise<void>;
  readonly packets: { packet: Buffer; rolloverCounter: number }[];
  readonly states: TransportState[];
  /** Resolves when the next call of this method comes. */
  next(method: 'rtpReceived' | 'rtcpReceived' | 'messageReceived'): Promise<void>;
}

function createReceiver(): Received {
  const packets: Received['packets'] = [];
  const states: TransportState[] = [];
  const waiting = new Map<string, () => void>();
  const connected = new Promise<void>((resolve) => waiting.set('connected', resolve));
  const call = (name: string): void => waiting.get(name)?.();
  return {
    packets,
    states,
    connected,
    next: (method) => new Promise((resolve) => waiting.set(method, resolve)),
    observer: {
      rtpReceived: (packet, rolloverCounter) => {
        packets.push({ packet, rolloverCounter });
        call('rtpReceived');
      },
      rtcpReceived: () => call('rtcpReceived'),
      messageReceived: () => call('messageReceived'),
      stateChanged: (state) => {
        states.push(state);
        call(state);
      },
    },
  };
}

async function connectSubscriber(): Promise<{
  transport: MediaTransport;
  peer: RTCPeerConnection;
  received: Received;
}> {
  const received = createReceiver();
  const transport = await open({ role: 'subscribe', observer: received.observer });
  releases.push(() => transport.close());
  const peer = createPeer();
  peer.createDataChannel('__heartbeat__', { id: 0, negotiated: true });
  const source = { streamId: 'stream', trackId: 'track', ssrc: 4242 };
  const lines = [{ mid: 'video0', kind: 'video' as const, source }];
  const sdp = writeSubscribeOffer({ local: transport.localParameters, sessionId: '1', version: 1, lines });
  await peer.setRemoteDescription({ type: 'offer', sdp });
  const answer = await peer.createAnswer();
  const passive = answer.sdp.replaceAll('a=setup:active', 'a=setup:passive');
  await peer.setLocalDescription({ type: 'answer', sdp: passive });
  await transport.setRemoteParameters(readSubscribeAnswer(passive).remote);
  await received.connected;
  return { transport, peer, received };
}

async function connectPublisher(): Promise<{ transport: MediaTransport; peer: RTCPeerConnection; received: Received }> {
  const received = createReceiver();
  const transport = await open({ role: 'publish', observer: received.observer });
  releases.push(() => transport.close());
  const peer = createPeer();
  peer.createDataChannel('__heartbeat__', { id: 0, negotiated: true });
  peer.addTransceiver('video', { direction: 'sendonly' });
  const offer = await peer.createOffer();
  await peer.setLocalDescription(offer);
  const read = readPublishOffer(peer.localDescription?.sdp ?? '');
  await transport.setRemoteParameters(read.remote);
  const { localParameters: local } = transport;
  const sdp = writePublishAnswer(read, { local, sessionId: '1', version: 1, accepted: new Set(read.tracks) });
  await peer.setRemoteDescription({ type: 'answer', sdp });
  await received.connected;
  if (peer.connectionState !== 'connected') await peer.connectionStateChange.watch((state) => state === 'connected');
  return { transport, peer, received };
}

test('a subscriber gets packets, reports and messages', async () => {
  const { transport, peer } = await connectSubscriber();
  const [receiver] = peer.getReceivers();
  const packet = new Promise<Buffer>((resolve) => {
    receiver?.track.onReceiveRtp.subscribe(({ payload }) => resolve(payload));
  });
  const header = Buffer.alloc(12);
  writeRtpHeader(header, { marker: true, payloadType: 96, sequenceNumber: 1, timestamp: 1, ssrc: 4242 });
  transport.sendRtp(header, Buffer.from('payload'), 0);
  assert.equal((await packet).toString(), 'payload');
});

test('a message comes back from the browser', async () => {
  const { transport, peer, received } = await connectSubscriber();
  const channel = Object.values(peer.sctpTransport?.dataChannels ?? {})[0] ?? assert.fail();
  channel.onMessage.subscribe((text) => channel.send(`${String(text)} too`));
  const answered = received.next('messageReceived');
  const sending = setInterval(() => transport.sendMessage(0, 'PING'), 20);
  await answered;
  clearInterval(sending);
});

test('a publisher’s packets and reports are decrypted; it gets feedback', async () => {
  const { transport, peer, received } = await connectPublisher();
  const [sender] = peer.getSenders();
  const arrived = received.next('rtpReceived');
  const header = new RtpHeader({ payloadType: 96, sequenceNumber: 7, timestamp: 1, ssrc: 77, marker: true });
  const asked = new Promise<void>((resolve) => sender?.onPictureLossIndication.subscribe(() => resolve()));
  sender?.sendRtp(new RtpPacket(header, Buffer.from('payload'))).catch(() => {});
  await arrived;
  const [{ packet, rolloverCounter }] = received.packets as [Received['packets'][0]];
  assert.equal(readRtp(packet)?.payload.toString(), 'payload');
  assert.equal(rolloverCounter, 0);
  transport.sendRtcp(writePictureLossIndication(1, sender?.ssrc ?? 0));
  await asked;
  assert.deepEqual(readRtcp(packet), []);
});

test('strangers’ datagrams change nothing', async () => {
  const { transport, peer } = await connectSubscriber();
  const [candidate] = transport.localParameters.candidates;
  const stranger = createSocket('udp4');
  const random = seededRandom(5);
  const firsts = [0, 1, 20, 22, 23, 128, 144, 200, 255];
  for (let round = 0; round < 300; round += 1) {
    const datagram = randomBuffer(random, 1 + Math.floor(random() * 200));
    datagram.writeUInt8(firsts[round % firsts.length] ?? 0, 0);
    await new Promise((resolve) => stranger.send(datagram, candidate?.port, '127.0.0.1', resolve));
  }
  stranger.close();
  const [receiver] = peer.getReceivers();
  const packet = new Promise<void>((resolve) => receiver?.track.onReceiveRtp.subscribe(() => resolve()));
  const header = Buffer.alloc(12);
  writeRtpHeader(header, { marker: true, payloadType: 96, sequenceNumber: 1, timestamp: 1, ssrc: 4242 });
  transport.sendRtp(header, Buffer.alloc(5), 0);
  await packet;
  assert.equal(transport.state, 'connected');
});

test('only a signed request is answered', async () => {
  const transport = await open({ role: 'publish', observer: createReceiver().observer });
  releases.push(() => transport.close());
  const { usernameFragment, password, candidates } = transport.localParameters;
  const stranger = createSocket('udp4');
  const answered = once(stranger, 'message');
  const signed = bindingRequest(usernameFragment, password);
  const unsigned = Buffer.from(signed.subarray(0, -24));
  unsigned.writeUInt16BE(unsigned.length - 20, 2);
  unsigned.write('another one!', 8, 'latin1');
  for (const request of [unsigned, signed]) stranger.send(request, candidates[0]?.port, '127.0.0.1');
  const [response] = (await answered) as [Buffer];
  stranger.close();
  assert.deepEqual(response.subarray(8, 20), signed.subarray(8, 20));
});

test('a browser that sends nonsense over its connection harms nobody', async () => {
  const { transport, peer, received } = await connectPublisher();
  const dtls = peer.dtlsTransports[0] ?? assert.fail();
  const random = seededRandom(6);
  for (let round = 0; round < 200; round += 1) {
    await dtls.iceTransport.connection.send(randomBuffer(random, 1 + Math.floor(random() * 100)));
    await dtls.sendData(randomBuffer(random, 1 + Math.floor(random() * 100)));
    await dtls.iceTransport.connection.send(dtls.srtcp.encrypt(randomBuffer(random, 8 + Math.floor(random() * 40))));
  }
  const { sctp } = peer.sctpTransport ?? assert.fail();
  await sctp.send(9, 50, Buffer.from([2])); // acknowledges a channel that is not there
  await sctp.send(9, 77, Buffer.from('of no known kind'));
  const [sender] = peer.getSenders();
  const arrived = received.next('rtpReceived');
  const header = new RtpHeader({ payloadType: 96, sequenceNumber: 7, timestamp: 1, ssrc: 77 });
  sender?.sendRtp(new RtpPacket(header, Buffer.from('payload'))).catch(() => {});
  await arrived;
  assert.equal(transport.state, 'connected');
});

test('closing in the middle of connecting, and twice, is quiet and final', async () => {
  const received = createReceiver();
  const transport = await open({ role: 'subscribe', observer: received.observer });
  await transport.setRemoteParameters({
    usernameFragment: 'abcd',
    password: 'a'.repeat(22),
    fingerprint: { algorithm: 'sha-256', value: 'AB' },
  });
  await transport.close();
  await transport.close();
  await transport.restartIce();
  transport.sendRtp(Buffer.alloc(12), Buffer.alloc(1), 0);
  transport.sendRtcp(Buffer.alloc(8));
  transport.sendMessage(0, 'PING');
  assert.equal(transport.state, 'closed');
  assert.deepEqual(received.states, []);
});

test('an ICE restart gives new credentials and keeps the ports', async () => {
  const transport = await open({ role: 'subscribe', observer: createReceiver().observer });
  releases.push(() => transport.close());
  const before = transport.localParameters;
  await transport.restartIce();
  const { usernameFragment, candidates } = transport.localParameters;
  assert.notEqual(usernameFragment, before.usernameFragment);
  assert.deepEqual(candidates, before.candidates);
});

test('with no address given there is loopback, and the announced address stands for the bound one', async () => {
  const own = await weriftTransports({})({ role: 'publish', observer: createReceiver().observer });
  const announced = await weriftTransports({ bindAddress: '127.0.0.1', announcedAddress: '203.0.113.9' })({
    role: 'publish',
    observer: createReceiver().observer,
  });
  releases.push(
    () => own.close(),
    () => announced.close(),
  );
  assert.equal(own.localParameters.candidates[0]?.address, '127.0.0.1');
  assert.deepEqual(
    announced.localParameters.candidates.map(({ address }) => address),
    ['203.0.113.9'],
  );
});

test('a datagram that the network refuses is lost without an error', async () => {
  const socket = await UdpSocket.bind('127.0.0.1');
  await socket.send(Buffer.alloc(70_000), ['127.0.0.1', 9]);
  await socket.send(Buffer.alloc(1), ['203.0.113.9', 9]);
  const other = createSocket('udp4');
  other.bind(0, '127.0.0.1');
  await once(other, 'listening');
  const received = once(other, 'message');
  await socket.send(Buffer.from('still alive'), ['127.0.0.1', other.address().port]);
  assert.equal(String((await received)[0]), 'still alive');
  other.close();
  await socket.close();
  await socket.close();
  await socket.send(Buffer.alloc(1), ['127.0.0.1', 9]);
});
