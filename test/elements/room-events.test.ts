/** What a page hears of a meeting: exactly which events, in which order, with which facts. */
import { assert } from '@open-wc/testing';
import { RoomError, type VideoRoom } from '../../src/index.js';
import { unplug, useDevices } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { buttonOf, EVENT_NAMES, EventRecord, inside, mountJoinedRoom, mountRoom, until } from './helpers/page.js';
import { ScriptedEndpoint } from './helpers/scripted-endpoint.js';
import { remoteMedia } from './helpers/remote-media.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
});

async function joined(attributes = 'no-audio no-video', children = ''): Promise<[VideoRoom, EventRecord]> {
  const room = await mountJoinedRoom(attributes, children);
  return [room, new EventRecord(room)];
}

describe('joining and leaving', () => {
  it('are told in order, with the others who are there already', async () => {
    const room = mountRoom();
    const record = new EventRecord(room);
    const ada = remoteMedia('ada');
    provider.onConnect = (connection) => void connection.show(ada);
    await room.join();
    await until(() => room.state.participants.length === 2, 'Ada is there');
    assert.deepEqual(record.types, [
      'connection-changed',
      'connection-changed',
      'room-joined',
      'participant-joined',
      'stream-available',
    ]);
    record.clear();
    room.leave();
    assert.deepEqual(record.types, ['stream-unavailable', 'participant-left', 'room-left', 'connection-changed']);
  });

  it('carry the room, the person and the reason', async () => {
    const room = mountRoom('no-audio no-video');
    room.fetchToken = async () => ({ token: 'token', participantId: 'p-1', room: 'Stand-up' });
    room.token = '';
    const record = new EventRecord(room);
    await room.join();
    room.leave();
    const [entered] = record.of('room-joined');
    const [left] = record.of('room-left');
    assert.deepEqual([entered?.room, entered?.participantId], ['Stand-up', 'p-1']);
    assert.deepEqual([left?.room, left?.reason], ['Stand-up', 'left']);
    assert.deepEqual(
      record.of('connection-changed').map(({ connection, previous }) => `${previous} ${connection}`),
      ['disconnected connecting', 'connecting connected', 'connected disconnected'],
    );
  });

  it('given up in the middle are no stay', async () => {
    provider.gate = new Promise(() => undefined);
    const room = mountRoom('no-audio no-video');
    const record = new EventRecord(room);
    const joining = room.join();
    await until(() => provider.connections.length === 1, 'asked for a connection');
    room.leave();
    assert.strictEqual((await joining).connection, 'disconnected');
    assert.deepEqual(record.types, ['connection-changed', 'connection-changed']);
  });
});

describe('a connection', () => {
  it('that is interrupted and comes back costs nobody anything', async () => {
    const [room, record] = await joined();
    await provider.connection.show(remoteMedia('ada'));
    record.clear();
    provider.connection.setConnected(false);
    assert.strictEqual(room.state.participants.length, 2);
    provider.connection.setConnected(false);
    provider.connection.setConnected(true);
    assert.deepEqual(
      record.of('connection-changed').map(({ connection }) => connection),
      ['reconnecting', 'connected'],
    );
    assert.strictEqual(record.types.length, 2);
  });

  it('that is lost ends the stay with its reason and one error', async () => {
    const [room, record] = await joined();
    provider.connection.end(new RoomError('connection-lost'));
    assert.deepEqual(record.types, ['room-left', 'connection-changed', 'room-error']);
    assert.strictEqual(record.of('room-left')[0]?.reason, 'connection-lost');
    assert.include(record.of('room-error')[0], { code: 'connection-lost', retryable: true });
    assert.strictEqual(record.of('room-error')[0]?.message, room.state.error?.message);
  });
});

describe('the others', () => {
  it('come and go with their streams', async () => {
    const [, record] = await joined();
    const [camera, screen] = [remoteMedia('ada', { alias: 'Ada' }), remoteMedia('ada', { alias: 'screenshare' })];
    const { connection } = provider;
    await connection.show(camera);
    await connection.show(screen);
    connection.hide(camera);
    connection.hide(screen);
    assert.deepEqual(record.types, [
      'participant-joined',
      'stream-available',
      'stream-available',
      'stream-unavailable',
      'stream-unavailable',
      'participant-left',
    ]);
    const [available] = record.of('stream-available');
    assert.include(available, { endpointId: camera.id, participantId: 'ada', alias: 'Ada' });
    assert.ok(available?.mediaStream === camera.mediaStream);
    assert.deepEqual(available?.mediaTypes, ['AUDIO', 'VIDEO']);
    assert.deepEqual(
      record.of('stream-unavailable').map(({ endpointId }) => endpointId),
      [camera.id, screen.id],
    );
    assert.include(record.of('participant-joined')[0]?.participant, { id: 'ada', name: 'Ada', isLocal: false });
    assert.strictEqual(record.of('participant-left')[0]?.participant.id, 'ada');
  });

  it('have each stream announced once, however often the provider repeats it', async () => {
    const [room, record] = await joined();
    const ada = remoteMedia('ada');
    for (let round = 0; round < 3; round++) await provider.connection.show(ada);
    await provider.connection.show({ ...ada, mediaTypes: ['AUDIO'] });
    assert.deepEqual(record.types, ['participant-joined', 'stream-available']);
    assert.deepEqual(room.state.participants[1]?.streams[0]?.mediaTypes, ['AUDIO']);
    provider.connection.hide(ada);
    provider.connection.hide(ada);
    assert.strictEqual(record.of('stream-unavailable').length, 1);
    await provider.connection.show(ada);
    assert.strictEqual(record.of('stream-available').length, 2);
  });

  it('have a stream announced again that comes as another one under the same id', async () => {
    const [, record] = await joined();
    const ada = remoteMedia('ada');
    await provider.connection.show(ada);
    const { mediaStream } = remoteMedia('ada');
    await provider.connection.show({ ...ada, mediaStream });
    assert.deepEqual(record.types, [
      'participant-joined',
      'stream-available',
      'stream-unavailable',
      'stream-available',
    ]);
    assert.ok(record.of('stream-available')[1]?.mediaStream === mediaStream);
  });

  it('are told of when they speak, and who it is that speaks', async () => {
    const [room, record] = await joined();
    const ada = remoteMedia('ada');
    await provider.connection.show(ada);
    record.clear();
    provider.connection.levels = new Map([[ada.id, 0.5]]);
    await until(() => room.state.participants[1]?.isSpeaking, 'speaking');
    provider.connection.levels = new Map([[ada.id, 0]]);
    await until(() => room.state.participants[1]?.isSpeaking === false, 'silent');
    assert.deepEqual(record.types, ['participant-changed', 'active-speaker-changed', 'participant-changed']);
    assert.deepEqual(
      record.of('participant-changed').map(({ participant }) => participant.isSpeaking),
      [true, false],
    );
    assert.strictEqual(record.of('active-speaker-changed')[0]?.participantId, 'ada');
  });
});

describe('the devices', () => {
  it('are told when the person switches them, in the meeting', async () => {
    const [room, record] = await joined('', '<mic-button></mic-button><camera-button></camera-button>');
    for (const button of room.children) {
      buttonOf(button).click();
      await until(() => !room.state[button.localName === 'mic-button' ? 'microphone' : 'camera'].on, 'off');
    }
    await room.setMicrophone(true);
    await room.setCamera(true);
    assert.deepEqual(record.types, ['microphone-changed', 'camera-changed', 'microphone-changed', 'camera-changed']);
    assert.deepEqual(
      record.events.map((event) => 'on' in event && event.on),
      [false, false, true, true],
    );
  });

  it('are not told when they are as asked for already', async () => {
    const [room, record] = await joined('muted');
    await room.setMicrophone(false);
    await room.setCamera(true);
    assert.deepEqual(record.types, []);
  });

  it('are told when the person switches them before joining', async () => {
    const room = mountRoom('', '<mic-button></mic-button>');
    const record = new EventRecord(room);
    await room.updateComplete;
    buttonOf(room.children[0] as HTMLElement).click();
    await room.setCamera(false);
    assert.deepEqual(record.types, ['microphone-changed', 'camera-changed']);
  });

  it('are not told of what the page sets', async () => {
    const room = mountRoom('muted camera-off');
    const record = new EventRecord(room);
    await room.updateComplete;
    room.muted = false;
    room.noVideo = true;
    await room.updateComplete;
    assert.strictEqual(room.state.microphone.on, true);
    assert.include(room.state.camera, { used: false, on: false });
    assert.deepEqual(record.types, []);
  });

  it('are told with the reason when they fail, and the fault is no news when the person leaves', async () => {
    useDevices({ camera: 'NotFoundError' });
    const room = mountRoom();
    const record = new EventRecord(room);
    await room.join();
    room.leave();
    assert.deepEqual(record.types, [
      'connection-changed',
      'camera-changed',
      'connection-changed',
      'room-joined',
      'room-error',
      'room-left',
      'connection-changed',
    ]);
    assert.include(record.of('camera-changed')[0], { on: false, failure: 'absent' });
    assert.strictEqual(record.of('room-error')[0]?.code, 'camera-absent');
  });

  it('are told when one goes away by itself, and whether another takes its place', async () => {
    const devices = useDevices();
    const [room, record] = await joined();
    assert.deepEqual(devices.tracks, []);
    room.leave();
    room.noAudio = room.noVideo = false;
    await room.join();
    record.clear();
    unplug(devices, 'audio');
    await until(() => record.types.length > 0, 'told');
    assert.deepEqual(record.types, ['device-changed']);
    assert.include(record.of('device-changed')[0], { kind: 'microphone', standsInFor: devices.tracks[0]?.label });
    assert.strictEqual(room.state.microphone.on, true);
    record.clear();
    devices.faults.microphone = 'NotFoundError';
    unplug(devices, 'audio');
    await until(() => record.types.length > 1, 'told again');
    assert.deepEqual(record.types, ['microphone-changed', 'room-error']);
    assert.include(record.of('microphone-changed')[0], { on: false, failure: 'absent' });
    record.clear();
    devices.faults.microphone = undefined;
    await room.setMicrophone(true);
    assert.deepEqual(record.types, ['microphone-changed']);
    assert.strictEqual(room.state.error, undefined);
  });
});

describe('every event', () => {
  it('bubbles, crosses shadow roots, can not be cancelled, and comes from the element', async () => {
    const host = document.createElement('div');
    document.body.append(host);
    const inner = host.attachShadow({ mode: 'open' }).appendChild(document.createElement('video-room'));
    const endpoint = new ScriptedEndpoint();
    const fetchToken = async () => ({ token: 'token', links: { events: `${endpoint.base}events` } });
    Object.assign(inner, { roomName: 'standup', fetchToken, provider: 'fake', noVideo: true });
    const inShadow = new EventRecord(inner);
    const record = new EventRecord(document);
    const devices = useDevices();
    await inner.join();
    const ada = remoteMedia('ada');
    await provider.connection.show(ada);
    provider.connection.levels = new Map([[ada.id, 0.5]]);
    await inner.setMicrophone(false);
    unplug(devices, 'audio');
    await inner.room.setScreenShare(true);
    await inner.room.dial('+12025550100');
    await endpoint.tell('room-changed', { isLocked: true });
    await endpoint.tell('message', { id: 'm1', type: 'chat', data: { text: 'Hello' } });
    await endpoint.tell('unmute-request', { device: 'camera', by: 'Grace' });
    await until(() => inner.state.activeSpeakerId && inner.state.microphone.standsInFor, 'told');
    await until(() => inner.state.unmuteRequest, 'the channel has told all');
    provider.connection.end(new RoomError('connection-lost'));
    inner.noVideo = false;
    await inner.join();
    await inner.setCamera(false);
    inner.leave();
    host.remove();
    assert.deepEqual([...new Set(record.types)].sort(), [...EVENT_NAMES].sort());
    assert.ok(
      record.events.every((event, index) => event === inShadow.events[index]),
      'the same events',
    );
    for (const { type, bubbles, composed, cancelable } of record.events) {
      assert.include({ type, bubbles, composed, cancelable }, { bubbles: true, composed: true, cancelable: false });
    }
  });

  it('comes when the state already says the same', async () => {
    const room = mountRoom('no-audio no-video');
    const seen: string[] = [];
    for (const name of EVENT_NAMES) {
      room.addEventListener(name, () => seen.push(`${room.state.connection} ${room.state.participants.length}`));
    }
    await room.join();
    await provider.connection.show(remoteMedia('ada', { types: ['VIDEO'] }));
    assert.deepEqual(seen, ['connecting 0', 'connected 1', 'connected 1', 'connected 2', 'connected 2']);
  });

  it('may be answered with another wish', async () => {
    const room = mountRoom('no-audio no-video');
    room.addEventListener('room-joined', () => room.leave(), { once: true });
    const record = new EventRecord(room);
    await room.join();
    assert.strictEqual(room.state.connection, 'disconnected');
    assert.strictEqual(provider.connection.isClosed, true);
    assert.deepEqual(provider.connection.publications, []);
    assert.deepEqual(record.types, [
      'connection-changed',
      'connection-changed',
      'room-joined',
      'room-left',
      'connection-changed',
    ]);
  });

  it('may be answered by joining, which still joins once', async () => {
    const room = mountRoom('no-audio no-video');
    room.addEventListener('connection-changed', () => void room.room.join());
    await room.join();
    assert.strictEqual(provider.connections.length, 1);
    assert.ok(inside(room, '[part=meeting]', HTMLElement));
  });
});
