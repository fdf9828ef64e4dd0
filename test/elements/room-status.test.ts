/** <room-status>: what it says of each state and of what leads from one to the next. */
import { assert } from '@open-wc/testing';
import type { RoomState, RoomStatus } from '../../src/index.js';
import { RoomError } from '../../src/index.js';
import { INITIAL_STATE, type ParticipantState } from '../../src/room/state.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { GivenRoom, people } from './helpers/given-room.js';
import { inside, mount, mountRoom, textInside, until } from './helpers/page.js';
import { remoteMedia } from './helpers/remote-media.js';
import { assertAccessible } from './helpers/suites.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
});

const CONNECTED = { connection: 'connected', participants: people() } as const;
const DISCONNECTED = { connection: 'disconnected' } as const;
const DENIED = { on: false, isSupported: true, failure: 'denied' } as const;
const CAMERAS = [
  { id: 'a', label: 'Camera A' },
  { id: 'b', label: 'Camera B' },
];

function sharing(name: string): ParticipantState[] {
  return people(name).map((person) =>
    person.isLocal
      ? person
      : {
          ...person,
          streams: [{ id: 's', alias: 'screenshare', mediaTypes: ['VIDEO'], mediaStream: new MediaStream() }],
        },
  );
}

function standingIn(standsInFor?: string): Partial<RoomState> {
  return { camera: { ...INITIAL_STATE.camera, deviceId: 'b', standsInFor } };
}

async function mountStatus(changes: Partial<RoomState> = {}): Promise<[RoomStatus, GivenRoom]> {
  const given = new GivenRoom(changes);
  const status = mount('room-status', 'for="given"');
  await status.updateComplete;
  return [status, given];
}

function said(status: RoomStatus): string | undefined {
  return textInside(status, '[role=status]')?.replace(/\s+/g, ' ');
}

function shownQuality(status: RoomStatus): string | undefined {
  return textInside(status, '[part~=quality]');
}

describe('<room-status>', () => {
  const ROWS: { what: string; steps: Partial<RoomState>[]; says: string }[] = [
    { what: 'before a meeting', steps: [], says: '' },
    { what: 'joining', steps: [{ connection: 'connecting' }], says: 'Joining…' },
    { what: 'alone', steps: [CONNECTED], says: 'Nobody else is here yet.' },
    {
      what: 'with others from the start',
      steps: [{ ...CONNECTED, participants: people('Ada', 'Bob') }],
      says: '3 people are here.',
    },
    {
      what: 'when somebody joins',
      steps: [CONNECTED, { participants: people('Ada') }],
      says: 'Ada joined. 2 people are here.',
    },
    {
      what: 'when somebody without a name joins',
      steps: [CONNECTED, { participants: people('') }],
      says: 'Guest joined. 2 people are here.',
    },
    {
      what: 'when one goes and one comes at once',
      steps: [CONNECTED, { participants: people('Ada', 'Eve') }, { participants: people('Bob', 'Eve') }],
      says: 'Ada left. Bob joined. 3 people are here.',
    },
    {
      what: 'when many come at once: the last of them',
      steps: [CONNECTED, { participants: people('A', 'B', 'C', 'D', 'E') }],
      says: 'C joined. D joined. E joined. 6 people are here.',
    },
    {
      what: 'when one of several leaves',
      steps: [{ ...CONNECTED, participants: people('Ada', 'Bob') }, { participants: people('Bob') }],
      says: 'Ada left. 2 people are here.',
    },
    {
      what: 'when everyone else has left',
      steps: [{ ...CONNECTED, participants: people('Ada') }, { participants: people() }],
      says: 'Ada left. Everyone else has left.',
    },
    {
      what: 'alone in the next meeting',
      steps: [{ ...CONNECTED, participants: people('Ada') }, DISCONNECTED, CONNECTED],
      says: 'Nobody else is here yet.',
    },
    {
      what: 'when somebody is another participant after a reconnect',
      steps: [
        { ...CONNECTED, participants: people('Ada') },
        { participants: people('Ada').map((person) => ({ ...person, id: `${person.id}-2`, firstId: person.id })) },
      ],
      says: '2 people are here.',
    },
    {
      what: 'when somebody only speaks',
      steps: [{ ...CONNECTED, participants: people('Ada') }, { activeSpeakerId: 'Ada' }],
      says: '2 people are here.',
    },
    {
      what: 'while somebody shares a screen',
      steps: [CONNECTED, { participants: sharing('Ada') }],
      says: 'Ada joined. Ada shares a screen. 2 people are here.',
    },
    {
      what: 'when nobody shares a screen any more',
      steps: [{ ...CONNECTED, participants: sharing('Ada') }, { participants: people('Ada') }],
      says: '2 people are here.',
    },
    {
      what: 'when the person chose no screen',
      steps: [CONNECTED, { screenShare: DENIED }],
      says: 'Nothing is shared. Nobody else is here yet.',
    },
    {
      what: 'when the person then shared one',
      steps: [CONNECTED, { screenShare: DENIED }, { screenShare: { on: true, isSupported: true } }],
      says: 'Nobody else is here yet.',
    },
    {
      what: 'when sharing failed otherwise, which is an error',
      steps: [CONNECTED, { screenShare: { ...DENIED, failure: 'in-use' } }],
      says: 'Nobody else is here yet.',
    },
    {
      what: 'when another device stands in',
      steps: [CONNECTED, standingIn('Camera A')],
      says: '“Camera A” is gone. “Camera B” is used instead. Nobody else is here yet.',
    },
    {
      what: 'when another device stands in before a meeting',
      steps: [standingIn('Camera A')],
      says: '“Camera A” is gone. “Camera B” is used instead.',
    },
    {
      what: 'when another device without a name stands in',
      steps: [{ ...standingIn('Camera A'), devices: INITIAL_STATE.devices }],
      says: '“Camera A” is gone. “Camera” is used instead.',
    },
    {
      what: 'when the device is back',
      steps: [CONNECTED, standingIn('Camera A'), standingIn()],
      says: 'Nobody else is here yet.',
    },
    {
      what: 'while the connection is lost',
      steps: [{ ...CONNECTED, participants: people('Ada') }, { connection: 'reconnecting' }],
      says: 'The connection was lost. Reconnecting…',
    },
    {
      what: 'when the connection is back',
      steps: [
        { ...CONNECTED, participants: people('Ada') },
        { connection: 'reconnecting' },
        { connection: 'connected' },
      ],
      says: '2 people are here.',
    },
    { what: 'after leaving', steps: [CONNECTED, DISCONNECTED], says: 'You left the meeting.' },
    { what: 'after joining was cancelled', steps: [{ connection: 'connecting' }, DISCONNECTED], says: '' },
    {
      what: 'after an error ended the meeting, which says so itself',
      steps: [CONNECTED, { ...DISCONNECTED, error: new RoomError('removed') }],
      says: '',
    },
  ];

  for (const { what, steps, says } of ROWS) {
    it(`says ${what}: ${says || 'nothing'}`, async () => {
      const [status, given] = await mountStatus({ devices: { ...INITIAL_STATE.devices, camera: CAMERAS } });
      const line = inside(status, '[role=status]', HTMLElement);
      for (const step of steps) {
        given.set(step);
        await status.updateComplete;
      }
      assert.strictEqual(said(status), says);
      assert.ok(line.isConnected, 'screen readers read out only a line that stays');
    });
  }

  it('knows nothing of another room’s past, and goes on where it was moved', async () => {
    const [status, given] = await mountStatus({ ...CONNECTED, participants: people('Ada') });
    new GivenRoom({ ...CONNECTED, participants: people('Bob', 'Eve') }, 'other');
    status.for = 'other';
    await status.updateComplete;
    assert.strictEqual(said(status), '3 people are here.');
    status.for = 'nowhere';
    await status.updateComplete;
    assert.strictEqual(said(status), '');
    status.for = 'given';
    await status.updateComplete;
    assert.strictEqual(said(status), '2 people are here.');
    mount('div').append(status);
    await status.updateComplete;
    assert.strictEqual(said(status), '2 people are here.');
    given.set({ participants: people('Ada', 'Bob') });
    await status.updateComplete;
    assert.strictEqual(said(status), 'Bob joined. 3 people are here.');
  });

  it('shows the display name of the meeting, and has it not read out with each piece of news', async () => {
    const facts = {
      isAudioOnly: false,
      isLocked: false,
      hasWaitingRoom: false,
      isMuted: false,
      hidesVideoMuted: false,
    };
    const [status] = await mountStatus({
      ...CONNECTED,
      facts: { ...facts, spotlightId: '', displayName: '<b>Weekly' },
    });
    assert.strictEqual(textInside(status, '[part=name]'), '<b>Weekly');
    assert.strictEqual(said(status), 'Nobody else is here yet.');
  });

  it('says a name that is markup as text', async () => {
    const [status] = await mountStatus({ ...CONNECTED, participants: sharing('<img src=x>') });
    assert.include(said(status), '<img src=x> shares a screen.');
  });

  it('goes along with a real meeting', async () => {
    const room = mountRoom('no-audio no-video', '<room-status></room-status>');
    const [status] = room.querySelectorAll('room-status');
    assert.ok(status);
    await room.join();
    await status.updateComplete;
    assert.strictEqual(said(status), 'Nobody else is here yet.');
    const ada = remoteMedia('ada', { alias: 'Ada', types: ['VIDEO'] });
    await provider.connection.show(ada);
    await until(() => said(status) === 'Ada joined. 2 people are here.', 'Ada came');
    provider.connection.hide(ada);
    await until(() => said(status) === 'Ada left. Everyone else has left.', 'Ada went');
    room.leave();
    await until(() => said(status) === 'You left the meeting.', 'left');
  });
});

describe('the connection’s quality', () => {
  type Level = 'good' | 'fair' | 'poor' | undefined;
  const WORDS = { good: 'Good connection', fair: 'Weak connection', poor: 'Bad connection' };
  /** What is read out after each of the levels, besides how many are here. */
  const ROWS: { levels: Level[]; readOut: string[] }[] = [
    { levels: [undefined], readOut: [''] },
    { levels: ['good', 'good'], readOut: ['', ''] },
    { levels: ['fair', 'poor', 'good'], readOut: [WORDS.fair, WORDS.poor, WORDS.good] },
    { levels: ['good', 'fair', undefined, 'fair'], readOut: ['', WORDS.fair, WORDS.fair, WORDS.fair] },
    { levels: ['good', undefined, 'good'], readOut: ['', '', ''] },
  ];

  function quality(level: Level): Pick<RoomState, 'quality'> {
    return { quality: level && { level, lossPercent: 2, roundTripMilliseconds: 180, framesPerSecond: 24 } };
  }

  for (const { levels, readOut } of ROWS) {
    it(`${levels.join(', ')}: reads out ${readOut.filter(Boolean).join(', ') || 'nothing'}`, async () => {
      const [status, given] = await mountStatus(CONNECTED);
      for (const [index, level] of levels.entries()) {
        given.set(quality(level));
        await status.updateComplete;
        assert.strictEqual(said(status), ['Nobody else is here yet.', readOut[index]].filter(Boolean).join(' '));
        // One reading that says nothing changes nothing.
        const known = level ?? levels[index - 1];
        assert.strictEqual(shownQuality(status), known && WORDS[known]);
      }
    });
  }

  it('has its figures on it, and they change without a word', async () => {
    const [status, given] = await mountStatus({ ...CONNECTED, ...quality('fair') });
    const changes: string[] = [];
    const observer = new MutationObserver((records) => changes.push(...records.map(({ type }) => type)));
    observer.observe(inside(status, '[role=status]', HTMLElement), {
      subtree: true,
      childList: true,
      characterData: true,
    });
    const shown = inside(status, '[part~=quality]', HTMLElement);
    assert.strictEqual(shown.title, '2 % lost, 180 ms there and back, 24 pictures a second');
    given.set({ quality: { level: 'fair', lossPercent: 3, roundTripMilliseconds: 200 } });
    await status.updateComplete;
    assert.strictEqual(shown.title, '3 % lost, 200 ms there and back');
    assert.deepEqual([observer.takeRecords().length, changes], [0, []]);
    assert.deepEqual([...shown.part], ['quality', 'fair']);
  });

  for (const level of ['good', 'fair', 'poor'] as const) {
    it(`is accessible when it is ${level}`, async () => {
      const [status] = await mountStatus({ ...CONNECTED, ...quality(level) });
      await assertAccessible(status);
    });
  }

  it('is not shown without a connection, and starts anew in the next meeting', async () => {
    const [status, given] = await mountStatus({ ...CONNECTED, ...quality('poor') });
    given.set({ connection: 'reconnecting' });
    await status.updateComplete;
    assert.strictEqual(shownQuality(status), undefined);
    given.set({ ...DISCONNECTED, ...quality(undefined) });
    await status.updateComplete;
    assert.strictEqual(shownQuality(status), undefined);
    given.set({ ...CONNECTED, ...quality('good') });
    await status.updateComplete;
    assert.deepEqual([said(status), shownQuality(status)], ['Nobody else is here yet.', WORDS.good]);
  });
});
