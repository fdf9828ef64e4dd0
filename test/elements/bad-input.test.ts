/**
 * Whatever is wrong: one error with its own code, a sentence in the interface, and a second try that works once the
 * fault is mended. Nothing hangs, nothing is thrown into the page, no device stays on.
 */
import { assert } from '@open-wc/testing';
import { registerProvider, RoomError, type FetchToken, type RoomErrorCode, type VideoRoom } from '../../src/index.js';
import type { MediaProvider } from '../../src/room/media-connection.js';
import { serverUrl } from '../helpers/wtr-server-url.js';
import { assertAllEnded, useDevices, usePermissions, type DeviceFaults } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import {
  buttonOf,
  Complaints,
  EventRecord,
  inside,
  mount,
  mountRoom,
  release,
  textInside,
  until,
  controlsOf,
  lobbyOf,
  rendered,
} from './helpers/page.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
});

function joinButton(room: VideoRoom): HTMLButtonElement {
  return inside(lobbyOf(room), 'button[type=submit]', HTMLButtonElement);
}

interface Fault {
  readonly what: string;
  readonly code: RoomErrorCode;
  /** In the sentence that is shown. */
  readonly says?: string;
  readonly doesNotSay?: string;
  /** Attributes beside the room. The provider is the fake one where they name none. */
  readonly attributes?: string;
  /** Breaks something. What it returns mends it. */
  readonly damage?: (room: VideoRoom) => () => void;
  /** Settings with which the next try works. Default: none. */
  readonly mended?: Partial<VideoRoom>;
}

/** The endpoint gives this answer, and a good one later. */
function endpoint(what: string, name: string, code: RoomErrorCode, more: Partial<Fault> = {}): Fault {
  return {
    what,
    code,
    attributes: `endpoint="/__endpoint/${name}"`,
    mended: { endpoint: '/__endpoint/good' },
    ...more,
  };
}

/** The page's own function does this, and gives a token later. */
function page(what: string, fetchToken: () => unknown, code: RoomErrorCode, more: Partial<Fault> = {}): Fault {
  return {
    what: `fetchToken ${what}`,
    code,
    damage: (room) => {
      room.fetchToken = fetchToken as FetchToken;
      return () => (room.fetchToken = async () => 'token');
    },
    ...more,
  };
}

/** Connecting fails like this, and later no longer. */
function connecting(what: string, failure: Error, code: RoomErrorCode): Fault {
  return {
    what,
    code,
    attributes: 'token="token"',
    damage: () => {
      provider.failure = failure;
      return () => (provider.failure = undefined);
    },
  };
}

/** The page has no such thing, and has it again later. */
function without(target: object, name: string): () => void {
  const own = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value: undefined, configurable: true });
  const restore = (): void => {
    if (own) Object.defineProperty(target, name, own);
    else Reflect.deleteProperty(target, name);
  };
  release(restore);
  return restore;
}

function jwt(claims: Record<string, unknown>): string {
  const encode = (part: unknown): string => btoa(JSON.stringify(part)).replace(/=+$/, '');
  return `${encode({ alg: 'none' })}.${encode(claims)}.c2ln`;
}

const REAL = { provider: 'bandwidth', token: '', endpoint: `${serverUrl}/rooms/join` };
const EXPIRED = jwt({ p: 'participant', exp: 1_000_000_000 });

const FAULTS: Fault[] = [
  { what: 'no endpoint', code: 'endpoint-missing', mended: { endpoint: '/__endpoint/good' } },
  endpoint('an endpoint that is not there', 'not-found', 'endpoint-not-found'),
  endpoint('a host that can’t be reached', '', 'endpoint-unreachable', {
    attributes: 'endpoint="https://127.0.0.1:9"',
  }),
  endpoint('an endpoint that is no URL', '', 'endpoint-unreachable', { attributes: 'endpoint="http://["' }),
  endpoint('an answer of HTML', 'html', 'endpoint-answer-invalid'),
  endpoint('an empty answer', 'empty', 'endpoint-answer-invalid'),
  endpoint('an answer of null', 'null', 'endpoint-answer-invalid'),
  endpoint('an answer of a number', 'number', 'endpoint-answer-invalid'),
  endpoint('an answer with a damaged link', 'link-invalid', 'endpoint-answer-invalid'),
  endpoint('an answer without token', 'no-token', 'token-missing'),
  endpoint('an answer of a list', 'list', 'token-missing'),
  endpoint('a token that is a number', 'token-number', 'token-missing'),
  endpoint('400', 'rejected', 'endpoint-rejected', { says: 'The name is too long.' }),
  endpoint('a reason that is markup', 'markup', 'endpoint-rejected', { says: '<img src=x onerror=alert(1)>' }),
  endpoint('401', 'unauthorized', 'endpoint-unauthorized', { says: 'not allowed' }),
  endpoint('403', 'forbidden', 'endpoint-unauthorized', { says: 'Ask Ada for an invitation.' }),
  endpoint('409', 'full', 'room-full'),
  endpoint('429', 'too-often', 'endpoint-rate-limited', { doesNotSay: '<h1>' }),
  endpoint('500', 'failing', 'endpoint-failed'),
  endpoint('500 with a reason that is nobody’s business', 'failing-loudly', 'endpoint-failed', {
    doesNotSay: 'SELECT',
  }),
  endpoint('a code of its own', 'own-code', 'token-expired', { says: 'Your invitation has run out.' }),
  endpoint('a code nobody knows', 'unknown-code', 'endpoint-rejected'),
  endpoint('an endpoint that never answers', 'never', 'endpoint-timeout', {
    damage: () => {
      // The time limit comes at once.
      const { timeout } = AbortSignal;
      AbortSignal.timeout = () => timeout.call(AbortSignal, 100);
      const restore = (): void => {
        AbortSignal.timeout = timeout;
      };
      release(restore);
      return restore;
    },
  }),

  page('that rejects', () => Promise.reject(new Error('no')), 'endpoint-failed', { doesNotSay: 'no.' }),
  page(
    'that throws',
    () => {
      throw new TypeError('no');
    },
    'endpoint-failed',
  ),
  page('that rejects with a RoomError', () => Promise.reject(new RoomError('room-full')), 'room-full'),
  page('that gives undefined', () => undefined, 'endpoint-answer-invalid'),
  page('that gives null', () => Promise.resolve(null), 'endpoint-answer-invalid'),
  page('that gives a number', () => Promise.resolve(5), 'endpoint-answer-invalid'),
  page('that gives an empty text', () => Promise.resolve(''), 'token-missing'),
  page('that gives an object without token', () => Promise.resolve({}), 'token-missing'),

  { what: 'no room', code: 'room-missing', attributes: 'endpoint="/__endpoint/good"', damage: typeBlankRoom },
  {
    what: 'an unknown provider',
    code: 'provider-unknown',
    attributes: 'token="t" provider="none"',
    mended: { provider: 'fake' },
  },
  {
    what: 'a provider that can’t be loaded',
    code: 'provider-unavailable',
    attributes: 'token="t" provider="broken"',
    damage: () => {
      registerProvider('broken', () => Promise.reject(new TypeError('Failed to fetch')));
      return () => registerProvider('broken', async () => ({ provider }));
    },
  },
  {
    what: 'a provider that breaks its word',
    code: 'connect-refused',
    attributes: 'token="t" provider="wrong"',
    damage: () => {
      registerProvider('wrong', async () => ({ provider: {} as MediaProvider }));
      return () => registerProvider('wrong', async () => ({ provider }));
    },
  },
  connecting('a platform that refuses', new RoomError('connect-refused'), 'connect-refused'),
  connecting('a platform that takes too long', new RoomError('connect-timeout'), 'connect-timeout'),
  connecting('connecting that fails for no known reason', new TypeError('x'), 'connect-refused'),

  {
    what: 'a token that is no JWT',
    code: 'token-invalid',
    attributes: 'token="rubbish" provider="bandwidth"',
    mended: REAL,
  },
  {
    what: 'a JWT that has expired',
    code: 'token-expired',
    attributes: `token="${EXPIRED}" provider="bandwidth"`,
    mended: REAL,
  },

  {
    what: 'a page that is not secure',
    code: 'insecure-context',
    attributes: 'token="t"',
    damage: () => without(navigator, 'mediaDevices'),
  },
  {
    what: 'a browser without WebRTC',
    code: 'webrtc-unsupported',
    attributes: 'token="t"',
    damage: () => {
      const restore = [without(window, 'RTCPeerConnection'), without(window, 'MediaStream')];
      return () => restore.forEach((each) => each());
    },
  },
];

/** White space passes for a name until it is looked at. */
function typeBlankRoom(room: VideoRoom): () => void {
  const type = (text: string): void => {
    inside(lobbyOf(room), 'input[name=room]', HTMLInputElement).value = text;
  };
  room.roomName = '';
  void room.updateComplete.then(() => type('  '));
  return () => type('standup');
}

describe('joining fails with', () => {
  for (const { what, code, says = '', doesNotSay, attributes = '', damage, mended = {} } of FAULTS) {
    it(`${what}: ${code}`, async () => {
      const complaints = new Complaints();
      const devices = useDevices();
      const settings = attributes.includes('provider=') ? attributes : `provider="fake" ${attributes}`;
      const room = mount('video-room', `room="standup" ${settings}`);
      const mend = damage?.(room);
      await rendered(room);
      await rendered(room);
      const record = new EventRecord(room);

      joinButton(room).click();
      await until(() => room.state.connection === 'disconnected' && room.state.error, 'an error');
      await rendered(room);
      assert.deepEqual(
        record.of('room-error').map((event) => event.code),
        [code],
      );
      const sentence = textInside(room, '[role=alert]') ?? '';
      assert.strictEqual(sentence, record.of('room-error')[0]?.message);
      assert.match(sentence, /^.*\S.*\.$/);
      assert.include(sentence, says);
      if (doesNotSay) assert.notInclude(sentence, doesNotSay);
      assert.notInclude(record.types, 'room-joined');
      assertAllEnded(devices.tracks);

      mend?.();
      Object.assign(room, mended);
      await rendered(room);
      assert.strictEqual(joinButton(room).disabled, false);
      joinButton(room).click();
      await until(
        () => room.state.connection === 'connected',
        () => `joined: ${room.state.error?.message ?? ''}`,
      );
      await rendered(room);
      assert.strictEqual(room.state.error, undefined);
      assert.strictEqual(textInside(room, '[role=alert]'), '');
      assert.strictEqual(record.of('room-error').length, 1);
      room.leave();
      assertAllEnded(devices.tracks);
      await complaints.assertNone();
    });
  }
});

interface DeviceFault {
  readonly what: string;
  readonly faults: DeviceFaults;
  readonly permissions?: Parameters<typeof usePermissions>[0];
  readonly code: RoomErrorCode;
  /** What the endpoint is told that this person can send. */
  readonly sends: readonly [audio: boolean, video: boolean];
  /** How often, and for what, the devices are asked for. */
  readonly requests: readonly string[];
}

const DENIED = 'NotAllowedError';
const ABSENT = 'NotFoundError';
const IN_USE = 'NotReadableError';
const BOTH = 'audio video';

const DEVICE_FAULTS: DeviceFault[] = [
  {
    what: 'camera denied for good, microphone allowed',
    faults: { camera: DENIED },
    permissions: { microphone: 'granted', camera: 'denied' },
    code: 'camera-denied',
    sends: [true, false],
    requests: [BOTH, 'audio'],
  },
  {
    what: 'camera denied for good, microphone not asked for yet',
    faults: { camera: DENIED },
    permissions: { microphone: 'prompt', camera: 'denied' },
    code: 'camera-denied',
    sends: [true, false],
    requests: [BOTH, 'audio'],
  },
  {
    what: 'microphone denied for good',
    faults: { microphone: DENIED },
    permissions: { microphone: 'denied', camera: 'prompt' },
    code: 'microphone-denied',
    sends: [false, true],
    requests: [BOTH, 'video'],
  },
  {
    what: 'camera refused this time, microphone allowed',
    faults: { camera: DENIED },
    permissions: { microphone: 'granted', camera: 'prompt' },
    code: 'camera-denied',
    sends: [true, false],
    requests: [BOTH, 'audio'],
  },
  {
    what: 'both denied for good: nobody is asked twice',
    faults: { microphone: DENIED, camera: DENIED },
    permissions: { microphone: 'denied', camera: 'denied' },
    code: 'devices-denied',
    sends: [false, false],
    requests: [BOTH],
  },
  {
    what: 'both refused this time: nobody is asked twice',
    faults: { microphone: DENIED, camera: DENIED },
    permissions: { microphone: 'prompt', camera: 'prompt' },
    code: 'devices-denied',
    sends: [false, false],
    requests: [BOTH],
  },
  {
    what: 'both denied in a browser that does not tell permissions',
    faults: { microphone: DENIED, camera: DENIED },
    permissions: {},
    code: 'devices-denied',
    sends: [false, false],
    requests: [BOTH, 'audio', 'video'],
  },
  {
    what: 'denied by the page’s policy',
    faults: { microphone: 'SecurityError', camera: 'SecurityError' },
    permissions: { microphone: 'denied', camera: 'denied' },
    code: 'devices-denied',
    sends: [false, false],
    requests: [BOTH],
  },
  {
    what: 'no camera',
    faults: { camera: ABSENT },
    code: 'camera-absent',
    sends: [true, false],
    requests: [BOTH, 'audio', 'video'],
  },
  {
    what: 'no microphone',
    faults: { microphone: ABSENT },
    code: 'microphone-absent',
    sends: [false, true],
    requests: [BOTH, 'audio', 'video'],
  },
  {
    what: 'neither',
    faults: { microphone: ABSENT, camera: ABSENT },
    code: 'devices-absent',
    sends: [false, false],
    requests: [BOTH, 'audio', 'video'],
  },
  {
    what: 'a camera that can’t do what is asked',
    faults: { camera: 'OverconstrainedError' },
    code: 'camera-absent',
    sends: [true, false],
    requests: [BOTH, 'audio', 'video'],
  },
  {
    what: 'camera in use',
    faults: { camera: IN_USE },
    code: 'camera-in-use',
    sends: [true, false],
    requests: [BOTH, 'audio', 'video'],
  },
  {
    what: 'microphone in use',
    faults: { microphone: IN_USE },
    code: 'microphone-in-use',
    sends: [false, true],
    requests: [BOTH, 'audio', 'video'],
  },
  {
    what: 'both in use',
    faults: { microphone: IN_USE, camera: 'AbortError' },
    code: 'devices-in-use',
    sends: [false, false],
    requests: [BOTH, 'audio', 'video'],
  },
  {
    what: 'a microphone in use and no camera: the first is told',
    faults: { microphone: IN_USE, camera: ABSENT },
    code: 'microphone-in-use',
    sends: [false, false],
    requests: [BOTH, 'audio', 'video'],
  },
];

describe('joining without a device works:', () => {
  for (const { what, faults, permissions, code, sends, requests } of DEVICE_FAULTS) {
    it(what, async () => {
      const complaints = new Complaints();
      const devices = useDevices({ ...faults });
      if (permissions) usePermissions(permissions);
      const room = mountRoom();
      const asked: boolean[][] = [];
      Object.assign(room, { token: '' });
      room.fetchToken = async ({ audio, video }) => {
        asked.push([audio, video]);
        return 'token';
      };
      const record = new EventRecord(room);

      await rendered(room);
      joinButton(room).click();
      await until(() => room.state.error, 'an error');
      await rendered(room);
      assert.strictEqual(room.state.connection, 'connected');
      assert.deepEqual(
        record.of('room-error').map((event) => event.code),
        [code],
      );
      assert.strictEqual(textInside(room, '[role=alert]'), record.of('room-error')[0]?.message);
      assert.deepEqual(asked, [[...sends]]);
      assert.deepEqual(devices.requests, requests);
      assert.deepEqual([room.state.microphone.on, room.state.camera.on], [...sends]);
      assert.deepEqual(
        provider.connection.publications.flatMap(({ kinds }) => kinds),
        ['audio', 'video'].filter((_, index) => sends[index]),
      );

      const failing = (['microphone', 'camera'] as const).filter((kind) => faults[kind]);
      for (const kind of failing) {
        devices.faults[kind] = undefined;
        const button = buttonOf(
          inside(controlsOf(room), kind === 'camera' ? 'camera-button' : 'mic-button', HTMLElement),
        );
        assert.strictEqual(button.disabled, false);
        button.click();
        await until(() => room.state[kind].on, `${kind} on`);
        assert.strictEqual(room.state[kind].failure, undefined);
        assert.strictEqual(room.state.error, undefined);
      }
      assert.strictEqual(record.of('room-error').length, 1);
      const published = provider.connection.publications.at(-1)?.kinds ?? [];
      assert.deepEqual([...published].sort(), ['audio', 'video']);
      room.leave();
      assertAllEnded(devices.tracks);
      await complaints.assertNone();
    });
  }

  it('what only one of the devices is told of is asked for alone', async () => {
    const devices = useDevices({ microphone: DENIED });
    const room = mountRoom('no-video');
    await room.join();
    assert.deepEqual(devices.requests, ['audio']);
    assert.strictEqual(room.state.error?.code, 'microphone-denied');
  });

  it('an insecure page can still be joined by who neither speaks nor is seen', async () => {
    without(navigator, 'mediaDevices');
    const room = mountRoom('no-audio no-video');
    assert.include(await room.join(), { connection: 'connected', error: undefined });
  });
});
