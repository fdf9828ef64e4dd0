import assert from 'node:assert/strict';
import test, { after, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { MediaServer } from '../../../demo/platform/media/media-server.js';
import type { ParticipantMedia, StreamMetadata } from '../../../demo/platform/media/participant-media.js';
import type { PhoneLeg } from '../../../demo/platform/media/phone-leg.js';
import { readRtcp } from '../../../demo/platform/media/rtcp.js';
import { readRtp, writeRtpHeader } from '../../../demo/platform/media/rtp.js';
import { readPublishOffer } from '../../../demo/platform/media/sdp-publish.js';
import { Registry, type PublishPermission, type Subscriptions } from '../../../demo/platform/registry.js';
import { FRAME_SAMPLES } from '../../../demo/platform/voice/phone.js';
import { FakeTransport, readFixture } from './helpers.js';
import { amplitudeOf, loudness, opusPackets, toneFrames } from './sound.js';

const servers: MediaServer[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

/** How long real things may take, in milliseconds. */
const PATIENCE = 10_000;
const OPUS = 111;
const TELEPHONE_EVENT = 126;
const AMPLITUDE = 8000;

/** Something that gives a frame of its own sound whenever 20 ms have passed. */
type Speaker = (count: number) => void;

class Phone {
  readonly participantId: string;
  readonly leg: PhoneLeg;
  readonly heard: Int16Array[] = [];
  readonly digits: string[] = [];

  constructor(server: MediaServer, participantId: string) {
    this.participantId = participantId;
    this.leg = server.joinPhone({
      participantId,
      deviceId: `device of ${participantId}`,
      hear: (frame) => this.heard.push(frame),
      hearDigit: (digit, milliseconds) => this.digits.push(`${digit} ${milliseconds}`),
    });
  }

  /** Whether the last frames have these frequencies, and none of the others. */
  hears(frequencies: readonly number[], among = [500, 1000, 2000]): boolean {
    const latest = this.heard.slice(-3);
    return (
      latest.length === 3 &&
      among.every((frequency) =>
        latest.every((frame) => amplitudeOf(frequency, frame) > AMPLITUDE * 0.9 === frequencies.includes(frequency)),
      )
    );
  }
}

/** A browser whose transports are scripted. */
interface Browser {
  readonly participantId: string;
  readonly media: ParticipantMedia;
  readonly streams: StreamMetadata[];
  readonly offers: string[];
  readonly transports: FakeTransport[];
}

class Meeting {
  readonly registry = new Registry();
  readonly server: MediaServer;
  readonly sessionId = this.registry.createSession({ accountId: 'account' }).id;
  readonly speakers = new Set<Speaker>();
  readonly #context: TestContext;
  #opened: FakeTransport[] = [];
  #now = 0;
  #frames = 0;

  constructor(context: TestContext) {
    this.#context = context;
    context.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    context.mock.method(performance, 'now', () => this.#now);
    this.server = new MediaServer({
      registry: this.registry,
      openTransport: (options) => {
        const transport = new FakeTransport(options);
        this.#opened.push(transport);
        return Promise.resolve(transport);
      },
    });
    servers.push(this.server);
  }

  participant(publishPermissions: PublishPermission[] = ['AUDIO'], subscriptions?: Subscriptions): string {
    const { id } = this.registry.createParticipant({ accountId: 'account', publishPermissions });
    this.registry.addToSession(id, this.sessionId, subscriptions ?? { sessionId: this.sessionId });
    return id;
  }

  phone(participantId = this.participant()): Phone {
    return new Phone(this.server, participantId);
  }

  async browser(): Promise<Browser> {
    const participantId = this.participant(['AUDIO', 'VIDEO']);
    const [streams, offers, transports]: [StreamMetadata[], string[], FakeTransport[]] = [[], [], []];
    this.#opened = transports;
    const media = this.server.join({
      participantId,
      deviceId: `device of ${participantId}`,
      sendOffer: ({ sdpOffer }, metadata) => {
        offers.push(sdpOffer);
        streams.push(metadata);
      },
    });
    await media.startSubscribing();
    return { participantId, media, streams, offers, transports };
  }

  /** Lets time pass in steps of 20 ms, in each of which everybody speaks. */
  pass(milliseconds: number): void {
    for (let passed = 0; passed < milliseconds; passed += 20) {
      this.#now += 20;
      for (const speak of this.speakers) speak(this.#frames);
      this.#frames += 1;
      this.#context.mock.timers.tick(20);
    }
  }

  /** Lets time pass until it is so. */
  async until(what: string, isReached: () => boolean): Promise<void> {
    for (const end = Date.now() + PATIENCE; !isReached(); await turn()) {
      this.pass(20);
      if (Date.now() > end) assert.fail(`Never: ${what}`);
    }
  }

  speakTone(phone: Phone, frequency: number): Speaker {
    // Each of these frequencies has whole periods in a frame.
    const [frame = new Int16Array()] = toneFrames(1, frequency, AMPLITUDE);
    const speaker: Speaker = () => phone.leg.speak(frame);
    this.speakers.add(speaker);
    return speaker;
  }
}

type SendAudio = (payload: Buffer, payloadType?: number, timestamp?: number) => void;

/** Lets a browser publish, and gives what sends packets of its audio. */
async function publishAudio({ media, transports }: Browser): Promise<SendAudio> {
  const sdp = readFixture('chromium-camera');
  await media.publish(sdp, new Map());
  const ssrc = readPublishOffer(sdp).tracks.find(({ kind }) => kind === 'audio')?.ssrc ?? assert.fail();
  const transport = transports.at(-1) ?? assert.fail();
  let sequenceNumber = 0;
  return (payload, payloadType = OPUS, timestamp = sequenceNumber * 960) => {
    const packet = Buffer.concat([Buffer.alloc(12), payload]);
    writeRtpHeader(packet, { marker: false, payloadType, sequenceNumber, timestamp, ssrc });
    transport.observer.rtpReceived(packet, 0);
    sequenceNumber += 1;
  };
}

async function answer(browser: Browser): Promise<void> {
  const sdp = browser.offers.at(-1) ?? assert.fail();
  await browser.media.answer(sdp.replaceAll('actpass', 'passive').replaceAll('a=sendonly', 'a=recvonly'));
  browser.transports[0]?.changeState('connected');
  for (let step = 0; step < 10; step += 1) await Promise.resolve();
}

test('two phones and a browser’s Opus: each phone hears all but itself', async (context) => {
  const meeting = new Meeting(context);
  const [low, high] = [meeting.phone(), meeting.phone()];
  meeting.speakTone(low, 500);
  meeting.speakTone(high, 2000);
  const send = await publishAudio(await meeting.browser());
  const packets = opusPackets('1000 Hz').slice(2, 9);
  meeting.speakers.add((count) => send(packets[count % packets.length] ?? assert.fail()));
  await meeting.until('the low phone hears the others', () => low.hears([1000, 2000]));
  await meeting.until('the high phone hears the others', () => high.hears([500, 1000]));
});

test('a phone hears one frame each 20 ms, of silence while nobody speaks', (context) => {
  const meeting = new Meeting(context);
  const [listening, speaking] = [meeting.phone(), meeting.phone()];
  const speaker = meeting.speakTone(speaking, 500);
  meeting.pass(400);
  meeting.speakers.delete(speaker);
  meeting.pass(400);
  meeting.speakers.add(speaker);
  meeting.pass(400);
  assert.equal(listening.heard.length, 60);
  assert.ok(listening.heard.every(({ length }) => length === FRAME_SAMPLES));
  const isLoud = listening.heard.map((frame) => (loudness(frame) > 5000 ? '#' : '-')).join('');
  assert.match(isLoud, /^-{2,3}#{20}-{20}#{17,18}$/);
});

test('what is louder together than a sample can be is clipped', (context) => {
  const meeting = new Meeting(context);
  const listening = meeting.phone();
  for (const value of [30000, 30000]) {
    const speaking = meeting.phone();
    meeting.speakers.add(() =>
      speaking.leg.speak(new Int16Array(FRAME_SAMPLES).map((_, at) => (at % 2 ? value : -value))),
    );
  }
  meeting.pass(200);
  assert.deepEqual([...(listening.heard.at(-1)?.subarray(0, 4) ?? [])], [-32768, 32767, -32768, 32767]);
});

test('a phone hears what its participant is subscribed to', async (context) => {
  const meeting = new Meeting(context);
  const [low, high, listening] = [meeting.phone(), meeting.phone(), meeting.phone()];
  meeting.speakTone(low, 500);
  meeting.speakTone(high, 2000);
  const { sessionId, registry } = meeting;
  const { participantId } = low;
  const steps: [subscriptions: Subscriptions, heard: number[]][] = [
    [{ sessionId }, [500, 2000]],
    [{ participants: [{ participantId }] }, [500]],
    [{ participants: [{ participantId, streamAliases: ['camera'] }] }, []],
    [{ sessionId }, [500, 2000]],
    [{}, []],
  ];
  for (const [subscriptions, heard] of steps) {
    registry.setSubscriptions(listening.participantId, subscriptions);
    await meeting.until(`${JSON.stringify(subscriptions)}: ${heard.join(' ')}`, () => listening.hears(heard));
  }
});

test('a phone whose participant may not publish is heard by nobody, and hears', (context) => {
  const meeting = new Meeting(context);
  const [mute, other] = [meeting.phone(meeting.participant([])), meeting.phone()];
  meeting.speakTone(mute, 500);
  meeting.speakTone(other, 2000);
  meeting.pass(400);
  assert.ok(other.hears([]));
  assert.ok(mute.hears([2000]));
  assert.equal(meeting.server.statistics().publishedTracks, 1);
});

test('browsers get a phone as a stream of audio alone, in PCMU, with its clock', async (context) => {
  const meeting = new Meeting(context);
  const browser = await meeting.browser();
  await answer(browser);
  const phone = meeting.phone();
  await answer(browser);
  const { participantId } = phone;
  const description = {
    endpointId: `device of ${participantId}`,
    mediaTypes: ['AUDIO'],
    alias: '__default__',
    participantId,
  };
  assert.deepEqual(Object.values(browser.streams.at(-1) ?? {}), [description]);
  meeting.speakTone(phone, 500);
  meeting.pass(4000);
  const [transport] = browser.transports;
  const sent = transport?.rtp.map(({ header, payload }) => readRtp(Buffer.concat([header, payload]))) ?? [];
  assert.equal(sent.length, 200);
  assert.ok(sent.every((packet) => packet?.payloadType === 0 && packet.payload.length === FRAME_SAMPLES));
  assert.equal(((sent.at(-1)?.timestamp ?? 0) - (sent[0]?.timestamp ?? 0)) >>> 0, 199 * FRAME_SAMPLES);
  const reports = transport?.rtcp.flatMap(readRtcp).filter(({ type }) => type === 'sender-report');
  assert.equal(reports?.length, 2);
});

test('a key that is pressed in a browser is heard once', async (context) => {
  const meeting = new Meeting(context);
  const phone = meeting.phone();
  const send = await publishAudio(await meeting.browser());
  for (const payload of ['050a0190', '058a0320', '058a0320', '058a0320']) {
    send(Buffer.from(payload, 'hex'), TELEPHONE_EVENT, 48000);
  }
  // The end of this one is lost.
  send(Buffer.from('0b0a0190', 'hex'), TELEPHONE_EVENT, 96000);
  meeting.pass(1000);
  assert.deepEqual(phone.digits, ['5 100', '# 50']);
});

test('a key of somebody the phone is no longer subscribed to is not heard', async (context) => {
  const meeting = new Meeting(context);
  const phone = meeting.phone();
  const send = await publishAudio(await meeting.browser());
  meeting.registry.setSubscriptions(phone.participantId, {});
  send(Buffer.from('058a0320', 'hex'), TELEPHONE_EVENT);
  meeting.pass(1000);
  assert.deepEqual(phone.digits, []);
});

test('more than is spoken in that time is dropped', (context) => {
  const meeting = new Meeting(context);
  const { leg } = meeting.phone();
  let packets = 0;
  leg.tracks[0]?.addSink({ send: () => (packets += 1), sendReport() {} });
  leg.speak(new Int16Array(0));
  leg.speak(new Int16Array(1_000_000));
  assert.equal(packets, 0);
  for (let count = 0; count < 10_000; count += 1) leg.speak(new Int16Array(FRAME_SAMPLES));
  assert.equal(packets, 50);
  meeting.pass(1000);
  leg.speak(new Int16Array(FRAME_SAMPLES));
  assert.equal(packets, 51);
});

test('what a phone hears goes on while others come and go', (context) => {
  const meeting = new Meeting(context);
  const [listening, speaking] = [meeting.phone(), meeting.phone()];
  meeting.speakTone(speaking, 500);
  meeting.pass(200);
  const { leg } = meeting.phone();
  meeting.pass(200);
  meeting.server.leave(leg);
  meeting.pass(200);
  assert.ok(listening.heard.slice(-20).every((frame) => loudness(frame) > 5000));
});

test('a flood of packets costs a phone no more than the pace of sound', async (context) => {
  const meeting = new Meeting(context);
  const phone = meeting.phone();
  const send = await publishAudio(await meeting.browser());
  const [packet = assert.fail()] = opusPackets('1000 Hz');
  for (let count = 0; count < 20_000; count += 1) send(packet);
  await meeting.until('the phone hears the last packets', () => phone.heard.some((frame) => loudness(frame) > 0));
  meeting.pass(400);
  assert.ok(phone.heard.filter((frame) => loudness(frame) > 0).length <= 10);
});

test('after leaving, a phone hears nothing and is heard no more', (context) => {
  const meeting = new Meeting(context);
  const [leaving, staying] = [meeting.phone(), meeting.phone()];
  meeting.speakTone(leaving, 500);
  meeting.pass(400);
  meeting.server.leave(leaving.leg);
  const { length } = leaving.heard;
  meeting.pass(400);
  assert.equal(leaving.heard.length, length);
  assert.ok(staying.hears([]));
  assert.equal(meeting.server.statistics().publishedTracks, 1);
});
