/** Sharing a screen from a room without elements. */
import { assert } from '@open-wc/testing';
import { mountRoom, EventRecord, release, until } from './helpers/page.js';
import { assertAllEnded } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import type { VideoRoom } from '../../src/index.js';

let provider: FakeProvider;
let room: VideoRoom;
let record: EventRecord;
let screens: MediaStreamTrack[];
/** What the next question for a screen fails with. */
let fault: string | undefined;

beforeEach(async () => {
  provider = useFakeProvider();
  screens = [];
  fault = undefined;
  const { mediaDevices } = navigator;
  const capture = mediaDevices.getDisplayMedia.bind(mediaDevices);
  mediaDevices.getDisplayMedia = async (options) => {
    if (fault) throw new DOMException('', fault);
    const stream = await capture(options);
    screens.push(...stream.getTracks());
    return stream;
  };
  release(() => Reflect.deleteProperty(mediaDevices, 'getDisplayMedia'));
  room = mountRoom('no-audio no-video');
  await room.join();
  record = new EventRecord(room);
});

const sharedStreams = (): string[] => room.state.participants[0]?.streams.map(({ alias = '' }) => alias) ?? [];

it('shows the screen with its sound to the others, and takes it back', async () => {
  await room.room.setScreenShare(true);
  assert.deepEqual({ ...room.state.screenShare }, { on: true, isSupported: true, failure: undefined });
  assert.deepEqual(
    provider.connection.publications.map(({ alias, kinds }) => [alias, [...kinds].sort()]),
    [['screenshare', ['audio', 'video']]],
  );
  assert.deepEqual(sharedStreams(), ['screenshare']);
  const [publication] = provider.connection.publications;
  await room.room.setScreenShare(false);
  assert.strictEqual(room.state.screenShare.on, false);
  assert.ok(provider.connection.unpublished[0] === publication?.stream, 'the same stream is taken back');
  assert.deepEqual(sharedStreams(), []);
  assertAllEnded(screens);
  assert.deepEqual(record.types, ['screen-share-changed', 'screen-share-changed']);
});

it('ends when the browser’s own bar ends it', async () => {
  await room.room.setScreenShare(true);
  const track = screens.find(({ kind }) => kind === 'video');
  track?.stop();
  track?.dispatchEvent(new Event('ended'));
  assert.strictEqual(room.state.screenShare.on, false);
  assert.strictEqual(provider.connection.unpublished.length, 1);
  assertAllEnded(screens);
  await room.room.setScreenShare(true);
  assert.strictEqual(room.state.screenShare.on, true);
});

it('asked for twice, asks the person once', async () => {
  await Promise.all([room.room.setScreenShare(true), room.room.setScreenShare(true)]);
  assert.strictEqual(provider.connection.publications.length, 1);
});

for (const [name, failure, code] of [
  ['NotAllowedError', 'denied', undefined],
  ['NotFoundError', 'absent', 'screen-share-failed'],
  ['NotReadableError', 'in-use', 'screen-share-failed'],
] as const) {
  it(`says why nothing is shared: ${failure}; each time; and can be tried again`, async () => {
    fault = name;
    await room.room.setScreenShare(true);
    await room.room.setScreenShare(true);
    assert.include(room.state.screenShare, { on: false, failure });
    assert.strictEqual(room.state.error?.code, code);
    assert.deepEqual(record.of('screen-share-changed').filter((event) => event.failure).length, 2);
    fault = undefined;
    await room.room.setScreenShare(true);
    assert.include(room.state.screenShare, { on: true, failure: undefined });
    assert.strictEqual(room.state.error, undefined);
  });
}

it('is over when the platform takes it not, with an error', async () => {
  provider.connection.publishFailure = new Error('no');
  await room.room.setScreenShare(true);
  assert.strictEqual(room.state.screenShare.on, false);
  assert.strictEqual(room.state.error?.code, 'screen-share-failed');
  assertAllEnded(screens);
});

it('is over when the meeting is left, also while the person is being asked', async () => {
  await room.room.setScreenShare(true);
  room.leave();
  assertAllEnded(screens);
  assert.strictEqual(room.state.screenShare.on, false);
  await room.join();
  const asking = room.room.setScreenShare(true);
  room.leave();
  await asking;
  await until(() => screens.length > 2, 'the screen was given');
  assertAllEnded(screens);
  assert.strictEqual(room.state.screenShare.on, false);
});

it('does nothing outside a meeting', async () => {
  room.leave();
  await room.room.setScreenShare(true);
  assert.deepEqual(screens, []);
});
