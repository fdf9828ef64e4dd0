/** <self-view>: the own picture as in a mirror, and what stands in for it. */
import { assert } from '@open-wc/testing';
import type { RoomState, SelfView } from '../../src/index.js';
import { GivenRoom } from './helpers/given-room.js';
import { useDevices } from './helpers/devices.js';
import { useFakeProvider } from './helpers/fake-provider.js';
import { inside, mount, mountRoom, textInside, until } from './helpers/page.js';
import { remoteMedia } from './helpers/remote-media.js';

const ON = { on: true, used: true, deviceId: '' };

beforeEach(() => {
  useFakeProvider();
});

function picture(): MediaStream {
  return remoteMedia('me').mediaStream;
}

async function mountView(changes: Partial<RoomState>): Promise<[SelfView, GivenRoom]> {
  const given = new GivenRoom(changes);
  const view = mount('self-view', 'for="given" style="width: 160px"');
  await view.updateComplete;
  return [view, given];
}

function video(view: Element): HTMLVideoElement {
  return inside(view, 'video', HTMLVideoElement);
}

/** The track that is shown. */
function shown(view: Element): MediaStreamTrack | undefined {
  const { srcObject } = video(view);
  return srcObject instanceof MediaStream ? srcObject.getVideoTracks()[0] : undefined;
}

/** The name as the browser computes it. */
function nameOf(view: Element & { computedName?: string }): string | undefined {
  return view.computedName;
}

describe('<self-view>', () => {
  const STATES: { what: string; make: () => Partial<RoomState>; isPicture: boolean }[] = [
    { what: 'no device was opened', make: () => ({ camera: ON }), isPicture: false },
    {
      what: 'only the microphone is open',
      make: () => ({ camera: ON, localStream: new MediaStream() }),
      isPicture: false,
    },
    {
      what: 'the camera is off',
      make: () => ({ camera: { ...ON, on: false }, localStream: picture() }),
      isPicture: false,
    },
    { what: 'the camera is on', make: () => ({ camera: ON, localStream: picture() }), isPicture: true },
    {
      what: 'the camera is on in a meeting',
      make: () => ({ camera: ON, localStream: picture(), connection: 'connected' }),
      isPicture: true,
    },
  ];

  for (const { what, make, isPicture } of STATES) {
    it(`${what}: shows ${isPicture ? 'the picture' : 'that the camera is off'}`, async () => {
      const state = make();
      const [view] = await mountView(state);
      assert.strictEqual(video(view).checkVisibility(), isPicture);
      assert.strictEqual(shown(view), isPicture ? state.localStream?.getVideoTracks()[0] : undefined);
      assert.strictEqual(textInside(view, '[part=placeholder]'), isPicture ? undefined : 'camera off');
      assert.strictEqual(nameOf(view), isPicture ? 'Your picture' : 'Your picture, camera off');
    });
  }

  it('is mirrored, silent and moving', async () => {
    const [view] = await mountView({ camera: ON, localStream: picture() });
    assert.strictEqual(new DOMMatrix(getComputedStyle(video(view)).transform).a, -1);
    assert.strictEqual(video(view).muted, true);
    await until(() => video(view).videoWidth > 0 && !video(view).paused, 'playing');
  });

  it('follows when the camera is exchanged in the same stream', async () => {
    const localStream = picture();
    const [view, given] = await mountView({ camera: { ...ON, deviceId: 'first' }, localStream });
    const [first] = localStream.getVideoTracks();
    const [second] = picture().getVideoTracks();
    if (!first || !second) throw new Error('There is no picture.');
    localStream.removeTrack(first);
    localStream.addTrack(second);
    given.set({ camera: { ...ON, deviceId: 'second' } });
    await view.updateComplete;
    assert.strictEqual(shown(view), second);
    await until(() => !video(view).paused, 'playing');
  });

  it('lets the picture go out of the page, and shows it again', async () => {
    const [view] = await mountView({ camera: ON, localStream: picture() });
    const parent = view.parentElement;
    view.remove();
    assert.strictEqual(video(view).srcObject, null);
    parent?.append(view);
    await view.updateComplete;
    await until(() => shown(view) && !video(view).paused, 'playing again');
  });

  it('shows the camera of its room, which stays off where the page joins without', async () => {
    useDevices();
    const room = mountRoom('', '<self-view></self-view>');
    const unseen = mountRoom('no-video', '<self-view></self-view>');
    for (const each of [room, unseen]) await each.room.openDevices();
    const [view, dark] = [room, unseen].map((each) => each.querySelector('self-view'));
    await until(() => view && shown(view), 'a picture');
    assert.strictEqual(dark && shown(dark), undefined);
  });
});
