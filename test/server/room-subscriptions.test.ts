/** Who receives whom, by what the platform was told: its own registry says what comes of that. */
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Registry } from '../../demo/platform/registry.js';
import { BandwidthWebrtcApi } from '../../demo/server/bandwidth-webrtc-api.js';
import type { Role } from '../../demo/server/roles.js';
import { DEFAULT_ROOM_LIMITS, RoomService } from '../../demo/server/room-service.js';
import { MemoryRoomStore, type MemberRecord } from '../../demo/server/room-store.js';
import { RoomSubscriptions } from '../../demo/server/room-subscriptions.js';
import { ACCOUNT, startFakeWebrtcApi, type Exchange } from './fake-webrtc-api.js';

const ROOM = 'standup';
const isChange = ({ method, path }: Pick<Exchange, 'method' | 'path'>): boolean =>
  method === 'PUT' && path.endsWith('/subscriptions');

async function setUp(t: TestContext) {
  const platform = await startFakeWebrtcApi();
  const logged: string[] = [];
  const log = (message: string): void => void logged.push(message);
  const api = new BandwidthWebrtcApi({ ...ACCOUNT, webrtcUrl: platform.url });
  const limits = { ...DEFAULT_ROOM_LIMITS, publishGraceMilliseconds: 60_000 };
  const rooms = new RoomService({
    ...{ api, limits, log },
    store: new MemoryRoomStore(),
    callbackUrl: undefined,
    canDialOut: true,
  });
  const underWay = new Set<Promise<void>>();
  const subscriptions = new RoomSubscriptions({
    rooms,
    api: {
      setSubscriptions(...change) {
        const request = api.setSubscriptions(...change).finally(() => underWay.delete(request));
        underWay.add(request);
        return request;
      },
    },
    log,
  });
  t.after(async () => {
    subscriptions.close();
    rooms.close();
    await platform.close();
    assert.deepEqual(platform.violations, []);
  });

  const member = (name: string): MemberRecord =>
    rooms.members(ROOM).find((each) => each.name === name) ?? assert.fail(`${name} is in the room`);
  const join = (name: string, role: Role = 'guest', bearer?: string) =>
    rooms.join({ room: ROOM, name, role, permissionChanges: {}, mayEnterLocked: true }, bearer);
  const change = (name: string, change: Partial<MemberRecord>): void => rooms.updateMember(member(name).bearer, change);

  /** For each, those whom they receive: by their first letters, `*` where that is the whole session, whoever comes. */
  function received(): Record<string, string> {
    const members = rooms.members(ROOM);
    return Object.fromEntries(
      members.map(({ name, participantId: id = '' }) => {
        const others = members.filter(({ participantId = '' }) =>
          platform.registry.isSubscribed(id, participantId, ''),
        );
        const isAll = platform.registry.participant(id)?.subscriptions.participants === undefined && others.length > 0;
        return [name, isAll ? '*' : others.map((other) => other.name[0]).join('')];
      }),
    );
  }

  /** Resolves when nothing is asked of the platform any more. */
  async function settled(): Promise<void> {
    do {
      await setImmediate();
      await Promise.allSettled(underWay);
    } while (underWay.size > 0);
  }

  const changes = (): Exchange[] => platform.exchanges.filter(isChange);
  return { platform, rooms, subscriptions, logged, member, join, change, received, settled, changes };
}

test(
  'everybody receives the others but those who must not be heard, with as few requests as that takes',
  { timeout: 10_000 },
  async (t) => {
    const { rooms, join, change, received, settled, changes, member } = await setUp(t);
    const mutePhone = (isPhoneMuted: boolean): void => change('Phone', { isPhoneMuted });
    const steps: [what: string, act: () => unknown, expected: Record<string, string>, requests: number][] = [
      ['one is alone', () => join('Ada', 'moderator'), { Ada: '' }, 0],
      ['two', () => join('Bob'), { Ada: '*', Bob: '*' }, 0],
      ['a viewer comes', () => join('Vic', 'viewer'), { Ada: 'B', Bob: 'A', Vic: '*' }, 2],
      ['another one', () => join('Wim', 'viewer'), { Ada: 'B', Bob: 'A', Vic: 'AB', Wim: 'AB' }, 1],
      ['a guest', () => join('Eve'), { Ada: 'BE', Bob: 'AE', Vic: 'ABE', Wim: 'ABE', Eve: 'AB' }, 4],
      ['Eve goes', () => rooms.leave(member('Eve').bearer), { Ada: 'B', Bob: 'A', Vic: 'AB', Wim: 'AB' }, 4],
      ['a viewer goes', () => rooms.leave(member('Wim').bearer), { Ada: 'B', Bob: 'A', Vic: '*' }, 1],
      ['the last viewer goes', () => rooms.leave(member('Vic').bearer), { Ada: '*', Bob: '*' }, 2],
      ['a phone comes', () => rooms.addPhone(ROOM, 'Phone'), { Ada: '*', Bob: '*', Phone: '*' }, 0],
      ['it is muted', () => mutePhone(true), { Ada: 'B', Bob: 'A', Phone: '*' }, 2],
      ['said again', () => mutePhone(true), { Ada: 'B', Bob: 'A', Phone: '*' }, 0],
      ['no longer', () => mutePhone(false), { Ada: '*', Bob: '*', Phone: '*' }, 2],
      ['all are muted', () => rooms.updateRoom(ROOM, { isMuted: true }), { Ada: 'B', Bob: 'A', Phone: '*' }, 2],
      ['but the phone', () => change('Phone', { isExceptedFromMute: true }), { Ada: '*', Bob: '*', Phone: '*' }, 2],
      ['another phone comes', () => rooms.addPhone(ROOM, 'Q'), { Ada: 'BP', Bob: 'AP', Phone: 'AB', Q: '*' }, 3],
      ['lifted', () => rooms.updateRoom(ROOM, { isMuted: false }), { Ada: '*', Bob: '*', Phone: '*', Q: '*' }, 3],
      ['Bob is deaf', () => change('Bob', { isDeaf: true }), { Ada: '*', Bob: '', Phone: '*', Q: '*' }, 1],
      ['a phone is muted', () => mutePhone(true), { Ada: 'BQ', Bob: '', Phone: '*', Q: 'AB' }, 2],
      ['Bob hears', () => change('Bob', { isDeaf: false }), { Ada: 'BQ', Bob: 'AQ', Phone: '*', Q: 'AB' }, 1],
      [
        'Bob may only look',
        () => rooms.setRole(member('Bob').bearer, 'viewer'),
        { Ada: 'Q', Bob: 'AQ', Phone: 'AQ', Q: 'A' },
        3,
      ],
      [
        'and comes again',
        () => join('Bob', 'guest', member('Bob').bearer),
        { Ada: 'Q', Bob: 'AQ', Phone: 'AQ', Q: 'A' },
        0,
      ],
      [
        'Ada comes again',
        () => join('Ada', 'guest', member('Ada').bearer),
        { Ada: 'Q', Bob: 'AQ', Phone: 'AQ', Q: 'A' },
        3,
      ],
      ['a name changes', () => change('Bob', { name: 'Bea' }), { Ada: 'Q', Bea: 'AQ', Phone: 'AQ', Q: 'A' }, 0],
    ];
    for (const [what, act, expected, requests] of steps) {
      const before = changes().length;
      await act();
      await settled();
      assert.deepEqual([received(), changes().length - before], [expected, requests], what);
    }
  },
);

test('lists have nobody who may publish nothing in a room for audio only, or was taken off the platform', async (t) => {
  const { rooms, join, change, received, settled } = await setUp(t);
  await join('Ada');
  await join('Bob');
  const onlyVideo = { take: ['room.self.audio_unmute'] } as const;
  await rooms.join({ room: ROOM, name: 'Eve', role: 'guest', permissionChanges: onlyVideo, mayEnterLocked: true });
  rooms.updateRoom(ROOM, { isAudioOnly: true });
  await settled();
  assert.deepEqual(received(), { Ada: 'B', Bob: 'A', Eve: '*' });
  change('Bob', { publishes: undefined });
  await rooms.addPhone(ROOM, 'Phone');
  await settled();
  assert.deepEqual(received(), { Ada: 'P', Bob: 'AP', Eve: '*', Phone: 'A' });
});

test('a phone that hears some people only goes on doing so as people come and go', { timeout: 10_000 }, async (t) => {
  const { rooms, join, member, received, settled, changes } = await setUp(t);
  for (const name of ['Ada', 'Bob']) await join(name);
  await rooms.addPhone(ROOM, 'Phone', [member('Bob').bearer]);
  const steps: [act: () => unknown, expected: string, requests: number][] = [
    [() => undefined, 'B', 0],
    [() => join('Eve'), 'B', 0],
    [() => join('Bob', 'guest', member('Bob').bearer), 'B', 1],
    [() => rooms.leave(member('Bob').bearer), '', 1],
  ];
  for (const [act, expected, requests] of steps) {
    const before = changes().length;
    await act();
    await settled();
    assert.deepEqual([received()['Phone'], changes().length - before], [expected, requests]);
  }
});

test(
  'what changes in one moment, or while a request is under way, is one request for each',
  { timeout: 10_000 },
  async (t) => {
    const { platform, rooms, join, change, received, settled, changes } = await setUp(t);
    for (const name of ['Ada', 'Bob']) await join(name);
    for (const name of ['P', 'Q', 'R']) await rooms.addPhone(ROOM, name);
    const atOnce = new Map<string, number>();
    let most = 0;
    platform.fault = async ({ method, path }) => {
      if (!isChange({ method, path })) return undefined;
      atOnce.set(path, (atOnce.get(path) ?? 0) + 1);
      most = Math.max(most, ...atOnce.values());
      await setImmediate();
      atOnce.set(path, (atOnce.get(path) ?? 0) - 1);
      return undefined;
    };
    change('P', { isPhoneMuted: true });
    change('Q', { isPhoneMuted: true });
    await setImmediate();
    change('P', { isPhoneMuted: false });
    change('R', { isPhoneMuted: true });
    change('Q', { isPhoneMuted: false });
    await settled();
    assert.deepEqual(received(), { Ada: 'BPQ', Bob: 'APQ', P: 'ABQ', Q: 'ABP', R: '*' });
    // R was told to leave P and Q out, and then nobody.
    assert.deepEqual([changes().length, most], [10, 1]);
  },
);

test(
  'who joins gets the right list at once, also where somebody is muted meanwhile',
  { timeout: 10_000 },
  async (t) => {
    const { platform, rooms, join, change, received, settled, changes, member } = await setUp(t);
    await join('Ada');
    await rooms.addPhone(ROOM, 'P');
    await rooms.addPhone(ROOM, 'Q');
    change('P', { isPhoneMuted: true });
    await settled();
    platform.fault = ({ method, path }) => {
      if (method === 'PUT' && !isChange({ method, path })) change('Q', { isPhoneMuted: true });
      return undefined;
    };
    const before = changes().length;
    await join('Bob');
    const { participantId } = member('Bob');
    const added = platform.exchanges.find(({ method, path }) => method === 'PUT' && path.endsWith(`/${participantId}`));
    assert.match(added?.body ?? '', /^\{"participants":\[\{.*\},\{.*\}\]\}$/);
    await settled();
    assert.deepEqual(received(), { Ada: 'B', P: 'AB', Q: 'AB', Bob: 'A' });
    const own = changes()
      .slice(before)
      .filter(({ path }) => path.includes(participantId ?? '-'));
    assert.equal(own.length, 1);
  },
);

test(
  'a request that fails is made once more; what fails again is logged, and made with the next change',
  { timeout: 10_000 },
  async (t) => {
    const table: [failures: number, status: number, requests: number, isTold: boolean, lines: number][] = [
      [1, 500, 2, true, 0],
      [2, 500, 2, false, 1],
      [1, 404, 2, true, 0],
      [2, 404, 2, false, 0],
    ];
    const tryOut = async ([failures, status, requests, isTold, lines]: (typeof table)[number]): Promise<void> => {
      const { platform, rooms, join, change, received, settled, changes, logged } = await setUp(t);
      await join('Ada');
      await rooms.addPhone(ROOM, 'Phone');
      let left = failures;
      platform.fault = (request) =>
        isChange(request) && left-- > 0 ? Response.json({ error: 'x', requestId: 'x' }, { status }) : undefined;
      const first = platform.next(isChange);
      change('Phone', { isPhoneMuted: true });
      await first;
      await platform.next(isChange);
      await settled();
      assert.deepEqual([received()['Ada'], changes().length, logged.length], [isTold ? '' : '*', requests, lines]);
      await join('Bob');
      await settled();
      assert.deepEqual(received(), { Ada: 'B', Phone: '*', Bob: 'A' }, `${failures} times ${status}`);
    };
    await Promise.all(table.map(tryOut));
  },
);

test('those whom the platform has lost with their session are left alone', { timeout: 10_000 }, async (t) => {
  const { platform, rooms, join, change, received, settled, changes, member, logged } = await setUp(t);
  for (const name of ['Ada', 'Bob']) await join(name);
  await rooms.addPhone(ROOM, 'Phone');
  platform.registry = new Registry();
  await join('Ada', 'guest', member('Ada').bearer);
  await rooms.addPhone(ROOM, 'Q');
  change('Q', { isPhoneMuted: true });
  await settled();
  assert.deepEqual(received(), { Ada: '', Bob: '', Phone: '', Q: '*' });
  assert.deepEqual(logged, []);
  const told = JSON.stringify(changes().map(({ body }) => body));
  assert.ok(!told.includes(member('Bob').participantId ?? '-'));
});

test(
  'a room that ends while requests are under way, and a server that is closed, ask for nothing more',
  { timeout: 10_000 },
  async (t) => {
    const { platform, rooms, subscriptions, join, change, settled, changes, logged } = await setUp(t);
    await join('Ada');
    await rooms.addPhone(ROOM, 'Phone');
    platform.fault = (request) => {
      if (!isChange(request)) return undefined;
      rooms.end(ROOM, 'ended');
      return Response.json({ error: 'x', requestId: 'x' }, { status: 500 });
    };
    change('Phone', { isPhoneMuted: true });
    await settled();
    assert.equal(subscriptions.size, 0);
    platform.fault = undefined;
    await join('Ada');
    await rooms.addPhone(ROOM, 'Phone');
    subscriptions.close();
    change('Phone', { isPhoneMuted: true });
    await settled();
    assert.deepEqual([changes().length, logged], [1, []]);
  },
);
