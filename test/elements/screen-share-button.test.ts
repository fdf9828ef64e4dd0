/** <screen-share-button>: what it shows of each state, and what a press does. */
import { assert } from '@open-wc/testing';
import type { RoomState } from '../../src/index.js';
import { useFakeProvider } from './helpers/fake-provider.js';
import { GivenRoom } from './helpers/given-room.js';
import { buttonOf, Complaints, mount, mountJoinedRoom, release, until } from './helpers/page.js';

beforeEach(() => {
  useFakeProvider();
});

/** Shares a drawn picture, or what the given function gives. */
function useScreen(choose?: () => Promise<MediaStream>): MediaStreamTrack[] {
  const tracks: MediaStreamTrack[] = [];
  const { mediaDevices } = navigator;
  mediaDevices.getDisplayMedia = async () => {
    const stream = choose ? await choose() : document.createElement('canvas').captureStream(1);
    tracks.push(...stream.getTracks());
    return stream;
  };
  release(() => Reflect.deleteProperty(mediaDevices, 'getDisplayMedia'));
  return tracks;
}

const SHARE = 'Share your screen';
const STOP = 'Stop sharing your screen';
const OFF = { on: false, isSupported: true } as const;

describe('<screen-share-button>', () => {
  const ROWS: { state: Partial<RoomState>; label: string; calls: string[]; isOn?: boolean }[] = [
    { state: { connection: 'disconnected' }, label: 'Not connected to a meeting', calls: [] },
    { state: { connection: 'connecting' }, label: 'Not connected to a meeting', calls: [] },
    { state: { connection: 'connected', screenShare: OFF }, label: SHARE, calls: ['setScreenShare true'] },
    {
      state: { connection: 'connected', screenShare: { ...OFF, failure: 'denied' } },
      label: SHARE,
      calls: ['setScreenShare true'],
    },
    {
      state: { connection: 'connected', screenShare: { ...OFF, on: true } },
      label: STOP,
      calls: ['setScreenShare false'],
      isOn: true,
    },
    {
      state: { connection: 'reconnecting', screenShare: { ...OFF, on: true } },
      label: STOP,
      calls: ['setScreenShare false'],
      isOn: true,
    },
    {
      state: { connection: 'connected', screenShare: { on: false, isSupported: false } },
      label: 'This browser cannot share a screen',
      calls: [],
    },
    {
      state: { connection: 'disconnected', screenShare: { on: false, isSupported: false } },
      label: 'This browser cannot share a screen',
      calls: [],
    },
  ];

  for (const { state, label, calls, isOn = false } of ROWS) {
    it(`${JSON.stringify(state)}: ${label}`, async () => {
      const given = new GivenRoom(state);
      const element = mount('screen-share-button', 'for="given"');
      await element.updateComplete;
      const button = buttonOf(element);
      assert.deepEqual([button.ariaLabel, button.ariaPressed, button.disabled], [label, null, calls.length === 0]);
      assert.deepEqual([...button.part], ['button', isOn ? 'on' : 'off']);
      button.click();
      assert.deepEqual(given.calls, calls);
    });
  }

  it('is disabled without a room', async () => {
    const element = mount('screen-share-button');
    await element.updateComplete;
    assert.deepEqual([buttonOf(element).disabled, buttonOf(element).ariaLabel], [true, 'Not connected to a meeting']);
  });

  it('shares a screen, shows that it does, and stops', async () => {
    const tracks = useScreen();
    const room = await mountJoinedRoom(
      'no-audio no-video',
      '<screen-share-button><i slot="on">yes</i><i slot="off">no</i></screen-share-button>',
    );
    const [element] = room.querySelectorAll('screen-share-button');
    assert.ok(element);
    const shown = (): string[] =>
      [...element.children].filter((sign) => sign.checkVisibility()).map((sign) => sign.textContent);
    await until(() => shown().join() === 'no', 'off');
    buttonOf(element).click();
    await until(() => shown().join() === 'yes', 'on');
    assert.strictEqual(room.state.screenShare.on, true);
    buttonOf(element).click();
    await until(() => shown().join() === 'no', 'off again');
    assert.deepEqual(
      tracks.map(({ readyState }) => readyState),
      ['ended'],
    );
  });

  it('stays as it was when the person chooses nothing', async () => {
    const complaints = new Complaints();
    useScreen(() => Promise.reject(new DOMException('', 'NotAllowedError')));
    const room = await mountJoinedRoom('no-audio no-video', '<screen-share-button></screen-share-button>');
    const [element] = room.querySelectorAll('screen-share-button');
    assert.ok(element);
    buttonOf(element).click();
    await until(() => room.state.screenShare.failure === 'denied', 'told');
    await element.updateComplete;
    assert.deepEqual([buttonOf(element).ariaLabel, room.state.error], [SHARE, undefined]);
    await complaints.assertNone();
  });
});
