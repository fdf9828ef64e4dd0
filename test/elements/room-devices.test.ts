/** The person's devices in a room without elements: opened, exchanged, lost, denied, remembered, and let go. */
import { assert } from '@open-wc/testing';
import { Room, type RoomSettings } from '../../src/room/index.js';
import { assertAllEnded, unplug, useDevices, usePermissions } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { release, until } from './helpers/page.js';
import { remoteMedia } from './helpers/remote-media.js';
import { recordPlayers } from './helpers/sound.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
  localStorage.clear();
});

function makeRoom(settings: Partial<RoomSettings> = {}): Room {
  const room = new Room({ loadProvider: async () => provider });
  room.configure({ room: 'standup', token: 'token', ...settings });
  release(room.watchDevices());
  release(() => {
    room.leave();
    room.closeDevices();
  });
  return room;
}

async function joinedRoom(settings: Partial<RoomSettings> = {}): Promise<Room> {
  const room = makeRoom(settings);
  await room.join();
  assert.strictEqual(room.state.connection, 'connected', room.state.error?.message);
  return room;
}

/** The ids of the devices of a kind, once they are known. */
async function idsOf(room: Room, kind: 'microphone' | 'camera' | 'speaker'): Promise<string[]> {
  await until(() => room.state.devices[kind].some(({ label }) => label), `a ${kind} with a label`);
  return room.state.devices[kind].map(({ id }) => id);
}

describe('before a meeting', () => {
  const wishes: {
    what: string;
    settings: Partial<RoomSettings>;
    requests: string[];
    kinds: string[];
    on: [microphone: boolean, camera: boolean];
  }[] = [
    { what: 'both', settings: {}, requests: ['audio video'], kinds: ['audio', 'video'], on: [true, true] },
    {
      what: 'muted',
      settings: { muted: true },
      requests: ['audio video'],
      kinds: ['audio', 'video'],
      on: [false, true],
    },
    { what: 'camera off', settings: { cameraOff: true }, requests: ['audio'], kinds: ['audio'], on: [true, false] },
    { what: 'audio only', settings: { video: false }, requests: ['audio'], kinds: ['audio'], on: [true, false] },
    { what: 'a viewer', settings: { audio: false, video: false }, requests: [], kinds: [], on: [false, false] },
  ];
  for (const { what, settings, requests, kinds, on } of wishes) {
    it(`${what}: opens what is used, with one question; joining asks for nothing more; leaving lets all go`, async () => {
      const devices = useDevices();
      const room = makeRoom(settings);
      await room.openDevices();
      assert.deepEqual(devices.requests, requests);
      assert.deepEqual(
        room.state.localStream
          ?.getTracks()
          .map(({ kind }) => kind)
          .sort() ?? [],
        kinds,
      );
      assert.deepEqual([room.state.microphone.on, room.state.camera.on], on);
      assert.deepEqual(room.state.participants, []);
      const { localStream } = room.state;
      await room.join();
      assert.deepEqual(devices.requests, requests);
      assert.ok(room.state.localStream === localStream, 'the same stream');
      room.leave();
      assertAllEnded(devices.tracks);
      assert.ok(room.state.localStream === undefined, 'nothing is shown any more');
    });
  }

  it('lets the devices go again, those that are still being opened too', async () => {
    const devices = useDevices();
    const room = makeRoom();
    await room.openDevices();
    room.closeDevices();
    let open: (value?: unknown) => void = () => undefined;
    devices.gate = new Promise((resolve) => (open = resolve));
    const opening = room.openDevices();
    await until(() => devices.requests.length === 2, 'asked');
    room.closeDevices();
    open();
    await opening;
    assert.strictEqual(devices.tracks.length, 4);
    assertAllEnded(devices.tracks);
    assert.ok(room.state.localStream === undefined, 'no stream');
  });

  it('keeps the preview where joining fails, and closes what joining itself had opened', async () => {
    const devices = useDevices();
    provider.failure = new Error('no');
    const room = makeRoom();
    await room.join();
    assertAllEnded(devices.tracks);
    await room.openDevices();
    await room.join();
    assert.strictEqual(room.state.error?.code, 'connect-refused');
    assert.deepEqual(
      room.state.localStream?.getTracks().map(({ readyState }) => readyState),
      ['live', 'live'],
    );
  });

  it('are not taken into a meeting that the page has meanwhile set to go without them', async () => {
    const devices = useDevices();
    const room = makeRoom();
    await room.openDevices();
    room.configure({ audio: false });
    await room.join();
    assert.deepEqual(provider.connection.publications[0]?.kinds, ['video']);
    assertAllEnded(devices.tracks.filter(({ kind }) => kind === 'audio'));
  });

  it('can be muted also where the next meeting will be joined without them', async () => {
    const room = await joinedRoom();
    room.configure({ audio: false });
    await room.setCamera(false);
    await room.setMicrophone(false);
    assert.include(room.state.microphone, { used: true, on: false });
    assert.strictEqual(room.state.localStream?.getAudioTracks()[0]?.enabled, false);
  });

  it('switches the preview, and what the join will do', async () => {
    const devices = useDevices();
    const room = makeRoom();
    await room.openDevices();
    await room.setCamera(false);
    await room.setMicrophone(false);
    assert.deepEqual([room.state.microphone.on, room.state.camera.on], [false, false]);
    const [camera] = devices.tracks.filter(({ kind }) => kind === 'video');
    await until(() => camera?.readyState === 'ended', 'the camera’s light is off');
    await room.join();
    assert.deepEqual([room.state.microphone.on, room.state.camera.on], [false, false]);
    await room.setCamera(true);
    assert.strictEqual(room.state.camera.on, true);
  });

  it('says where devices are refused, and opens them by itself once they are allowed', async () => {
    const devices = useDevices({ microphone: 'NotAllowedError', camera: 'NotAllowedError' });
    const permissions = usePermissions({ microphone: 'denied', camera: 'denied' });
    const room = makeRoom();
    await room.openDevices();
    assert.include(room.state.microphone, { on: false, failure: 'denied' });
    assert.include(room.state.camera, { on: false, failure: 'denied' });
    assert.strictEqual(devices.requests.length, 1);
    Object.assign(devices.faults, { microphone: undefined, camera: undefined });
    permissions.change('microphone', 'prompt');
    permissions.change('microphone', 'granted');
    permissions.change('camera', 'granted');
    await until(() => room.state.microphone.on && room.state.camera.on, 'open');
    assert.deepEqual(devices.requests, ['audio video', 'audio', 'video']);
    assert.strictEqual(room.state.camera.failure, undefined);
  });
});

describe('another device', () => {
  for (const kind of ['microphone', 'camera'] as const) {
    const trackKind = kind === 'microphone' ? 'audio' : 'video';

    it(`${kind}: takes the place of the one before, in the same stream, and is remembered`, async () => {
      const devices = useDevices();
      const room = await joinedRoom();
      const [, other = ''] = await idsOf(room, kind);
      const { localStream } = room.state;
      const before = devices.tracks.find((track) => track.kind === trackKind);
      const publications = provider.connection.publications.length;
      await room.selectDevice(kind, other);
      assert.strictEqual(room.state[kind].deviceId, other);
      assert.ok(room.state.localStream === localStream, 'the same stream');
      assert.strictEqual(before?.readyState, 'ended');
      assert.strictEqual(provider.connection.publications.length, publications + 1);
      assert.deepEqual(
        room.state.localStream?.getTracks().map((track) => track.readyState),
        ['live', 'live'],
      );
      const { label } = room.state.devices[kind].find(({ id }) => id === other) ?? {};
      assert.deepEqual(JSON.parse(localStorage.getItem(`video-room-elements:${kind}`) ?? ''), { id: other, label });
      room.leave();
      await room.join();
      assert.strictEqual(room.state[kind].deviceId, other);
    });

    it(`${kind}: that is gone at the next visit is replaced, and found again by its label`, async () => {
      const room = await joinedRoom();
      const [first = '', second = ''] = await idsOf(room, kind);
      const label = room.state.devices[kind].find(({ id }) => id === second)?.label;
      localStorage.setItem(`video-room-elements:${kind}`, JSON.stringify({ id: 'gone', label: 'Old one' }));
      const later = await joinedRoom();
      assert.include(later.state[kind], { deviceId: first, standsInFor: 'Old one', on: true });
      localStorage.setItem(`video-room-elements:${kind}`, JSON.stringify({ id: 'renamed', label }));
      const again = await joinedRoom();
      assert.include(again.state[kind], { deviceId: second, standsInFor: undefined });
      localStorage.setItem(`video-room-elements:${kind}`, '{"id":7');
      const nonsense = await joinedRoom();
      assert.include(nonsense.state[kind], { deviceId: first, standsInFor: undefined });
      const forgetful = await joinedRoom({ remember: false });
      await forgetful.selectDevice(kind, second);
      assert.strictEqual(localStorage.getItem(`video-room-elements:${kind}`), '{"id":7');
    });

    it(`${kind}: is opened after the one before was closed, where only one can be open`, async () => {
      const devices = useDevices();
      const room = await joinedRoom();
      const [, other = ''] = await idsOf(room, kind);
      const before = devices.tracks.find((track) => track.kind === trackKind);
      const recorded = navigator.mediaDevices.getUserMedia;
      navigator.mediaDevices.getUserMedia = async (constraints) => {
        if (before?.readyState === 'live') throw new DOMException('', 'NotReadableError');
        return recorded.call(navigator.mediaDevices, constraints);
      };
      await room.selectDevice(kind, other);
      assert.include(room.state[kind], { deviceId: other, on: true, failure: undefined });
    });

    it(`${kind}: that is still being opened when the person switches off sends nothing, nor does the one before`, async () => {
      const devices = useDevices();
      const room = await joinedRoom();
      const [, other = ''] = await idsOf(room, kind);
      const before = devices.tracks.find((track) => track.kind === trackKind);
      const { connection } = provider;
      const publish = connection.publish.bind(connection);
      const sent: boolean[] = [];
      connection.publish = async (stream, alias) => {
        sent.push(...stream.getTracks().flatMap((track) => (track.kind === trackKind ? [track.enabled] : [])));
        return publish(stream, alias);
      };
      let open: (value?: unknown) => void = () => undefined;
      devices.gate = new Promise((resolve) => (open = resolve));
      const selected = room.selectDevice(kind, other);
      await until(() => devices.requests.length === 2, 'asked for');
      const switched = kind === 'camera' ? room.setCamera(false) : room.setMicrophone(false);
      assert.strictEqual(before?.enabled, false, 'at once');
      open();
      await Promise.all([selected, switched]);
      assert.deepEqual(sent, [false]);
      assert.include(room.state[kind], { on: false, deviceId: other });
    });

    it(`${kind}: that cannot be had leaves the one before in use, and says so`, async () => {
      const room = await joinedRoom();
      const { deviceId } = room.state[kind];
      const [, other = ''] = await idsOf(room, kind);
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (constraints) => {
        if (JSON.stringify(constraints).includes(other)) throw new DOMException('', 'NotReadableError');
        return open(constraints);
      };
      release(() => Reflect.deleteProperty(mediaDevices, 'getUserMedia'));
      await room.selectDevice(kind, other);
      assert.include(room.state[kind], { on: true, deviceId, failure: 'in-use' });
      assert.strictEqual(room.state.error?.code, `${kind}-in-use`);
      mediaDevices.getUserMedia = open;
      await room.selectDevice(kind, other);
      assert.include(room.state[kind], { on: true, deviceId: other, failure: undefined });
      assert.strictEqual(room.state.error, undefined);
    });
  }

  it('chosen while off, or before any was opened, is the one that is switched on', async () => {
    const room = await joinedRoom({ cameraOff: true });
    const [, second = '', third = ''] = [...(await idsOf(room, 'microphone'))];
    await room.setMicrophone(false);
    await room.selectDevice('microphone', third);
    assert.include(room.state.microphone, { on: true, deviceId: third });
    room.leave();
    await room.selectDevice('microphone', second);
    assert.include(room.state.microphone, { on: true, deviceId: second });
    assert.ok(room.state.localStream === undefined, 'nothing is opened by choosing alone');
    await room.openDevices();
    assert.include(room.state.microphone, { on: true, deviceId: second });
  });

  it('that cannot be had does not switch on the one before, which was off, neither now nor in the next meeting', async () => {
    const devices = useDevices();
    const room = await joinedRoom();
    await room.setMicrophone(false);
    await room.selectDevice('microphone', 'gone');
    assert.include(room.state.microphone, { on: false, failure: 'absent' });
    assert.deepEqual(
      devices.tracks.flatMap(({ kind, enabled }) => (kind === 'audio' ? [enabled] : [])),
      [false],
    );
    room.leave();
    await room.join();
    assert.strictEqual(room.state.microphone.on, false);
  });

  it('chosen while the browser still hides which ones there are is the browser’s choice', async () => {
    const { mediaDevices } = navigator;
    mediaDevices.enumerateDevices = async () => [{ kind: 'videoinput', deviceId: '', label: '' } as MediaDeviceInfo];
    release(() => Reflect.deleteProperty(mediaDevices, 'enumerateDevices'));
    const room = makeRoom();
    await room.selectDevice('camera', '');
    await room.openDevices();
    assert.include(room.state.camera, { on: true, failure: undefined });
  });

  it('takes the place of one that is unplugged, muted as that was', async () => {
    const devices = useDevices();
    const room = await joinedRoom();
    await room.setMicrophone(false);
    unplug(devices, 'audio');
    unplug(devices, 'video');
    await until(() => room.state.microphone.standsInFor && room.state.camera.standsInFor, 'told');
    assert.deepEqual([room.state.microphone.on, room.state.camera.on], [false, true]);
    assert.deepEqual(
      room.state.localStream
        ?.getTracks()
        .map(({ kind, readyState, enabled }) => `${kind} ${readyState} ${enabled}`)
        .sort(),
      ['audio live false', 'video live true'],
    );
  });

  for (const isThere of [true, false]) {
    it(`${isThere ? 'is not' : 'is'} looked for in a browser that keeps no permission, where the device is ${isThere ? 'still there' : 'gone'}`, async () => {
      const devices = useDevices();
      usePermissions({ camera: 'prompt', microphone: 'prompt' });
      const room = await joinedRoom();
      const { mediaDevices } = navigator;
      const all = await mediaDevices.enumerateDevices();
      const { deviceId } = room.state.camera;
      mediaDevices.enumerateDevices = async () => all.filter((device) => isThere || device.deviceId !== deviceId);
      release(() => Reflect.deleteProperty(mediaDevices, 'enumerateDevices'));
      unplug(devices, 'video');
      await until(() => room.state.camera.failure ?? room.state.camera.standsInFor, 'told');
      assert.include(room.state.camera, isThere ? { on: false, failure: 'denied' } : { on: true, failure: undefined });
    });
  }

  it('stays dark where the one that is unplugged had just been switched off', async () => {
    const devices = useDevices();
    const room = await joinedRoom();
    void room.setCamera(false);
    unplug(devices, 'video');
    await room.setCamera(false);
    assert.strictEqual(room.state.camera.on, false);
    assert.deepEqual(devices.requests, ['audio video']);
  });

  it('is not looked for where the person took the permission away; given back, it goes on', async () => {
    const devices = useDevices();
    const permissions = usePermissions({ microphone: 'granted', camera: 'granted' });
    const room = await joinedRoom();
    permissions.change('camera', 'denied');
    unplug(devices, 'video');
    await until(() => room.state.camera.failure, 'told');
    assert.include(room.state.camera, { on: false, failure: 'denied' });
    assert.strictEqual(room.state.error?.code, 'camera-denied');
    assert.strictEqual(devices.requests.length, 1);
    permissions.change('camera', 'granted');
    await until(() => room.state.camera.on, 'on again');
    assert.strictEqual(room.state.error, undefined);
  });
});

describe('the list of devices', () => {
  it('follows what is plugged in and out, and is watched until the last one stops', async () => {
    const { mediaDevices } = navigator;
    let present = ['audioinput', 'videoinput', 'audiooutput'];
    mediaDevices.enumerateDevices = async () =>
      present.map((kind) => ({ kind, deviceId: `${kind}-1`, label: kind }) as MediaDeviceInfo);
    release(() => Reflect.deleteProperty(mediaDevices, 'enumerateDevices'));
    const counts = (): number[] => Object.values(room.state.devices).map((list) => list.length);
    const room = makeRoom();
    await until(() => counts().join() === '1,1,1', 'listed');
    present = ['audioinput', 'audioinput'];
    mediaDevices.dispatchEvent(new Event('devicechange'));
    await until(() => counts().join() === '2,0,0', 'listed again');
    mediaDevices.enumerateDevices = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    mediaDevices.dispatchEvent(new Event('devicechange'));
    await until(() => counts().join() === '0,0,0', 'none');
  });
});

describe('the camera’s picture', () => {
  it('is as large as it is shown', async () => {
    const room = await joinedRoom();
    // What is asked for: what comes depends on the other pages that have the same camera open.
    const height = (): unknown => {
      const { height: asked } = room.state.localStream?.getVideoTracks()[0]?.getConstraints() ?? {};
      return typeof asked === 'object' ? asked.ideal : asked;
    };
    assert.strictEqual(height(), 720);
    const others = Array.from({ length: 10 }, (_, index) => remoteMedia(`p-${index}`, { types: ['AUDIO'] }));
    await provider.connection.show(...others.slice(0, 5));
    await until(
      () => height() === 360,
      () => `smaller, but ${String(height())}`,
    );
    await provider.connection.show(...others.slice(5));
    await until(
      () => height() === 180,
      () => `smaller still, but ${String(height())}`,
    );
    provider.connection.hide(...others);
    await until(
      () => height() === 720,
      () => `large again, but ${String(height())}`,
    );
  });
});

describe('the speaker', () => {
  /** What setSinkId was asked for, by any element; refuses what is in `refused`. */
  function useSinks(refused: string[] = []): string[] {
    const asked: string[] = [];
    const { prototype } = HTMLMediaElement;
    const { setSinkId } = prototype;
    prototype.setSinkId = async function (id) {
      asked.push(id);
      if (refused.includes(id)) throw new DOMException('', 'NotAllowedError');
      await setSinkId.call(this, id);
    };
    release(() => Object.assign(prototype, { setSinkId }));
    return asked;
  }

  it('is used for everybody, those who come later too, and remembered', async () => {
    const room = await joinedRoom();
    const ada = remoteMedia('ada', { types: ['AUDIO'] });
    await provider.connection.show(ada);
    const [, second = ''] = await idsOf(room, 'speaker');
    const asked = useSinks();
    await room.selectDevice('speaker', second);
    assert.deepEqual(new Set(asked), new Set([second]));
    assert.strictEqual(room.state.speaker.deviceId, second);
    asked.length = 0;
    await provider.connection.show(remoteMedia('bob', { types: ['AUDIO'] }));
    assert.deepEqual(new Set(asked), new Set([second]));
    const later = makeRoom();
    await until(() => later.state.speaker.deviceId === second, 'remembered');
  });

  it('is used for those too who come while it is being changed', async () => {
    const room = await joinedRoom();
    const [, second = ''] = await idsOf(room, 'speaker');
    const players = recordPlayers();
    const selected = room.selectDevice('speaker', second);
    await Promise.all([provider.connection.show(remoteMedia('ada', { types: ['AUDIO'] })), selected]);
    await until(() => players.every(({ sinkId }) => sinkId === second), 'all are heard there');
  });

  it('that the browser refuses is not used, and the error says so', async () => {
    const room = await joinedRoom();
    await provider.connection.show(remoteMedia('ada', { types: ['AUDIO'] }));
    const [, second = '', third = ''] = await idsOf(room, 'speaker');
    await room.selectDevice('speaker', second);
    const asked = useSinks([third]);
    await room.selectDevice('speaker', third);
    assert.strictEqual(room.state.speaker.deviceId, second);
    assert.strictEqual(room.state.error?.code, 'speaker-refused');
    assert.strictEqual(asked.at(-1), second);
    await room.selectDevice('speaker', '');
    assert.strictEqual(room.state.error, undefined);
  });

  it('that is unplugged gives way to the default one, until it is back', async () => {
    const room = await joinedRoom();
    const [, second = ''] = await idsOf(room, 'speaker');
    await room.selectDevice('speaker', second);
    const { mediaDevices } = navigator;
    const all = await mediaDevices.enumerateDevices();
    mediaDevices.enumerateDevices = async () => all.filter(({ deviceId }) => deviceId !== second);
    release(() => Reflect.deleteProperty(mediaDevices, 'enumerateDevices'));
    const asked = useSinks();
    mediaDevices.dispatchEvent(new Event('devicechange'));
    await until(() => room.state.speaker.deviceId === '', 'the default one');
    assert.deepEqual(asked, ['']);
    mediaDevices.enumerateDevices = async () => all;
    mediaDevices.dispatchEvent(new Event('devicechange'));
    await until(() => room.state.speaker.deviceId === second, 'back');
  });

  it('can be silent', async () => {
    const room = await joinedRoom();
    room.setSpeaker(false);
    assert.strictEqual(room.state.speaker.on, false);
    const [, second = ''] = await idsOf(room, 'speaker');
    await room.selectDevice('speaker', second);
    assert.strictEqual(room.state.speaker.on, true);
  });
});
