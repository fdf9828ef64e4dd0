import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import type { ParticipantFacts, RoomFacts, SelfFacts, WaitingPerson } from '../../demo/server/room-facts.js';
import type { RoomLimits } from '../../demo/server/room-service.js';
import { ROOM, setUpChannel, turnEnd, type ChannelSetUp, type Seat, type ToldEvent } from './channel-set-up.js';

/** What a page knows of the room by what it was told: refuses what it could not make sense of. */
class Page {
  readonly told: ToldEvent[] = [];
  room: RoomFacts;
  self: SelfFacts;
  readonly participants: Map<string, ParticipantFacts>;
  waiting: readonly WaitingPerson[];
  readonly #setUp: ChannelSetUp;
  readonly #session: string;
  #listening: { stop: () => void };
  #lastId: string;

  constructor(setUp: ChannelSetUp, session: string) {
    this.#setUp = setUp;
    this.#session = session;
    const listening = setUp.listen(session, (event) => this.#take(event));
    const { room, self, participants, waiting = [] } = setUp.snapshot(session);
    this.room = room;
    this.self = self;
    this.waiting = waiting;
    this.participants = new Map(participants.map((facts) => [facts.id, facts]));
    this.#listening = listening;
    this.#lastId = listening.position;
  }

  /** Goes away. */
  cut(): void {
    this.#listening.stop();
  }

  /** Comes back and gets what it has missed. */
  resume(): void {
    this.#listening = this.#setUp.listen(this.#session, (event) => this.#take(event), this.#lastId);
  }

  get types(): string[] {
    return this.told.splice(0).map(({ type }) => type);
  }

  /** Knows what is so. */
  check(what: string): void {
    const { room, self, participants, waiting = [] } = this.#setUp.snapshot(this.#session);
    const known = [this.room, this.self, [...this.participants.values()].sort(byId), this.waiting];
    assert.deepEqual(known, [room, self, [...participants].sort(byId), waiting], what);
  }

  #take(event: ToldEvent): void {
    const { id, type, data } = event;
    const number = (text: string): number => Number(text.split('-')[1]);
    assert.ok(number(id) > number(this.#lastId), 'ids are in order');
    this.#lastId = id;
    this.told.push(event);
    if (type === 'room-changed') this.room = changed(this.room, data as RoomFacts);
    else if (type === 'self-changed') this.self = changed(this.self, data as SelfFacts);
    else if (type === 'waiting-changed') this.waiting = data as WaitingPerson[];
    else if (type.startsWith('participant-')) this.#takeParticipant(type, data as ParticipantFacts);
  }

  #takeParticipant(type: string, { replaces, ...facts }: ParticipantFacts & { replaces?: string }): void {
    const previous = this.participants.get(replaces ?? facts.id);
    assert.equal(previous === undefined, type === 'participant-joined', `${type} of ${facts.name}`);
    assert.notEqual(replaces, facts.id);
    this.participants.delete(replaces ?? facts.id);
    if (type === 'participant-left') return;
    this.participants.set(facts.id, previous ? changed(previous, facts) : facts);
  }
}

function changed<Facts>(before: Facts, facts: Facts): Facts {
  assert.notDeepEqual(facts, before, 'what is as it was is not told');
  return facts;
}

function byId(one: ParticipantFacts, other: ParticipantFacts): number {
  return one.id < other.id ? -1 : 1;
}

interface Cast extends ChannelSetUp {
  readonly host: Seat;
  readonly guest: Seat;
  readonly viewer: Seat;
}

/** A moderator, a guest and a viewer, with their pages. */
async function setUp(t: TestContext, limits: Partial<RoomLimits> = {}, callbackUrl?: string) {
  const channel = setUpChannel(t, limits, callbackUrl);
  const [host, guest, viewer] = [
    await channel.join('Ada', 'moderator'),
    await channel.join('Gus'),
    await channel.join('Vic', 'viewer'),
  ];
  const cast: Cast = { ...channel, host, guest, viewer };
  for (const { session } of [host, guest, viewer]) cast.rooms.channelOpened(session);
  await turnEnd();
  const pages = {
    host: new Page(cast, host.session),
    guest: new Page(cast, guest.session),
    viewer: new Page(cast, viewer.session),
  };
  return { cast, pages };
}

const SCREEN = { id: 's', videoType: 'screen', name: '', hasAudio: false, hasVideo: true } as const;
const CHANGED = 'participant-changed';

interface Row {
  readonly what: string;
  readonly deed: (cast: Cast) => unknown;
  /** Types of the events for everybody. */
  readonly all: string;
  /** Of all that the moderator and the guest are told, where that differs. */
  readonly host?: string;
  readonly guest?: string;
}

const TABLE: readonly Row[] = [
  {
    what: 'nothing new',
    deed: ({ rooms, guest }) => rooms.updateMember(guest.session, { since: 1, attempt: 9 }),
    all: '',
  },
  { what: 'the same again', deed: ({ rooms }) => rooms.updateRoom(ROOM, { isLocked: false }), all: '' },
  {
    what: 'there and back',
    deed: ({ rooms, guest }) => {
      rooms.updateMember(guest.session, { isDeaf: true });
      rooms.updateMember(guest.session, { isDeaf: false });
    },
    all: '',
  },
  { what: 'a microphone', deed: report({ microphone: 'on' }), all: CHANGED },
  {
    what: 'several things',
    deed: report({ camera: 'on', network: 'poor', hand: true, streams: [SCREEN] }),
    all: CHANGED,
  },
  { what: 'a lock', deed: room({ locked: true }), all: 'room-changed' },
  {
    what: 'a spotlight',
    deed: ({ control, guest }) => control.setRoom('owner', ROOM, { spotlight: guest.participantId }),
    all: 'room-changed',
  },
  { what: 'a layout', deed: room({ layout: 'speaker', hideVideoMuted: true }), all: 'room-changed' },
  {
    what: 'everybody muted',
    deed: room({ muted: { except: [] } }),
    all: `mute ${CHANGED} ${CHANGED} room-changed self-changed`,
    host: `${CHANGED} ${CHANGED} room-changed`,
  },
  {
    what: 'everybody muted but one',
    deed: ({ control, guest }) => control.setRoom('owner', ROOM, { muted: { except: [guest.participantId] } }),
    all: `mute ${CHANGED} room-changed self-changed`,
    host: `${CHANGED} room-changed`,
    guest: `${CHANGED} room-changed`,
  },
  { what: 'a mute', deed: member({ microphone: 'off' }), all: '', guest: 'mute' },
  { what: 'an unmute request', deed: member({ camera: 'ask' }), all: '', guest: 'unmute-request' },
  { what: 'deaf', deed: member({ deaf: true }), all: CHANGED },
  {
    what: 'a guest becomes a moderator',
    deed: member({ role: 'moderator' }),
    all: CHANGED,
    guest: `${CHANGED} self-changed waiting-changed`,
  },
  {
    what: 'a moderator becomes a viewer',
    deed: ({ rooms, host }) => rooms.setRole(host.session, 'viewer'),
    all: CHANGED,
    host: `${CHANGED} self-changed waiting-changed`,
  },
  {
    what: 'an audio-only room',
    deed: ({ rooms }) => rooms.updateRoom(ROOM, { isAudioOnly: true }),
    all: 'room-changed self-changed',
    // A viewer could do nothing with a camera before.
  },
  { what: 'somebody comes', deed: ({ join }) => join('Eve'), all: 'participant-joined' },
  {
    what: 'many come at once',
    deed: ({ join }) => Promise.all(['Eve', 'Fay', 'Guy', 'Hal', 'Ida'].map((name) => join(name))),
    all: Array.from({ length: 5 }, () => 'participant-joined').join(' '),
  },
  {
    what: 'a renewal',
    deed: ({ renew, guest }) => renew(guest.session),
    // Without a connection meanwhile, then with another id.
    all: `${CHANGED} ${CHANGED}`,
    guest: `${CHANGED} ${CHANGED} self-changed`,
  },
  {
    what: 'a phone comes, is muted and goes',
    deed: async ({ rooms, control }) => {
      const { participantId } = await rooms.addPhone(ROOM, 'Phone');
      await turnEnd();
      control.setMember('owner', ROOM, participantId, { microphone: 'off' });
      await turnEnd();
      rooms.removePhone(participantId);
    },
    all: `participant-joined ${CHANGED} participant-left`,
  },
  {
    what: 'somebody waits',
    deed: async ({ rooms }) => {
      rooms.updateRoom(ROOM, { hasWaitingRoom: true });
      const request = { room: ROOM, name: 'Eve', role: 'guest', permissionChanges: {}, mayEnterLocked: false } as const;
      await rooms.join(request);
    },
    all: 'room-changed',
    host: 'room-changed waiting-changed',
  },
  {
    what: 'somebody goes who is in the spotlight',
    deed: async ({ join, rooms }) => {
      const { session } = await join('Eve');
      rooms.updateRoom(ROOM, { spotlight: session });
      await turnEnd();
      rooms.leave(session);
    },
    all: 'participant-joined room-changed participant-left room-changed',
  },
  {
    what: 'who comes and goes at once',
    deed: async ({ join, rooms }) => rooms.leave((await join('Eve')).session),
    all: 'participant-joined participant-left',
  },
  { what: 'a message to all', deed: send(), all: 'message' },
  {
    what: 'a message to one',
    deed: ({ host, ...cast }) => send(host.participantId)({ host, ...cast }),
    all: '',
    host: 'message',
    guest: 'message',
  },
];

type Deed = (cast: Cast) => unknown;

function report(change: Parameters<ChannelSetUp['control']['report']>[1]): Deed {
  return ({ control, guest }) => control.report(guest.session, change);
}

function room(change: Parameters<ChannelSetUp['control']['setRoom']>[2]): Deed {
  return ({ control }) => control.setRoom('owner', ROOM, change);
}

function member(change: Parameters<ChannelSetUp['control']['setMember']>[3]): Deed {
  return ({ control, guest }) => control.setMember('owner', ROOM, guest.participantId, change);
}

function send(to?: string): Deed {
  return ({ messages, guest }) =>
    messages.send({ bearer: guest.session }, ROOM, { id: crypto.randomUUID(), type: 'chat', data: { text: 'Hi' }, to });
}

for (const { what, deed, all, host = all, guest = all } of TABLE)
  test(`the channel tells of: ${what}`, async (t) => {
    const { cast, pages } = await setUp(t);
    await deed(cast);
    await turnEnd();
    // A viewer has no devices that could be taken away.
    const viewer = what === 'an audio-only room' ? 'room-changed' : all;
    const told = { host: pages.host.types, guest: pages.guest.types, viewer: pages.viewer.types };
    const expected = { host, guest, viewer };
    for (const seat of ['host', 'guest', 'viewer'] as const) {
      assert.deepEqual(told[seat].join(' '), expected[seat], seat);
      pages[seat].check(seat);
    }
  });

test('people who wait are told to who may let them in, from when they may until they no longer may', async (t) => {
  const { cast, pages } = await setUp(t);
  const { rooms, control, guest } = cast;
  rooms.updateRoom(ROOM, { hasWaitingRoom: true });
  const request = { room: ROOM, role: 'guest', permissionChanges: {}, mayEnterLocked: false } as const;
  await rooms.join({ ...request, name: 'Eve' });
  await rooms.join({ ...request, name: 'Fay' });
  await turnEnd();
  const names = () =>
    [pages.host, pages.guest, pages.viewer].map(({ waiting }) => waiting.map(({ name }) => name).join());
  assert.deepEqual(names(), ['Eve,Fay', '', '']);
  rooms.setRole(guest.session, 'moderator');
  await turnEnd();
  assert.deepEqual(names(), ['Eve,Fay', 'Eve,Fay', '']);
  const [eve] = rooms.waiting(ROOM);
  control.admit('owner', ROOM, eve?.id ?? '', false);
  await turnEnd();
  assert.deepEqual(names(), ['Fay', 'Fay', '']);
  rooms.setRole(guest.session, 'guest');
  await turnEnd();
  assert.deepEqual(names(), ['Fay', '', '']);
  for (const page of Object.values(pages)) page.check('everybody');
});

test('who is removed is told why, the others that they are gone', async (t) => {
  const { cast, pages } = await setUp(t);
  const { control, guest } = cast;
  control.remove('owner', ROOM, guest.participantId, 'Enough.');
  const gone = ['participant-left', { id: guest.participantId, reason: 'removed' }];
  const told = (page: Page) => page.told.map(({ type, data }) => [type, data]);
  // At once: the streams end then.
  assert.deepEqual(told(pages.guest), [['removed', { text: 'Enough.' }], gone]);
  assert.deepEqual(told(pages.host), [gone]);
  assert.deepEqual(told(pages.viewer), [gone]);
});

test('that the room has ended is one event, whoever was there; an empty room has nobody to tell', async (t) => {
  for (const reason of ['ended', 'time-limit'] as const) {
    const { cast, pages } = await setUp(t);
    const { rooms, publisher } = cast;
    rooms.end(ROOM, reason);
    for (const page of Object.values(pages))
      assert.deepEqual(
        page.told.map(({ type, data }) => ({ type, data })),
        [{ type: 'room-ended', data: { reason } }],
      );
    assert.equal(publisher.size, 0);
  }
  const { cast, pages } = await setUp(t);
  const { rooms, publisher, host, guest, viewer } = cast;
  for (const { session } of [host, guest, viewer]) rooms.leave(session);
  assert.deepEqual(pages.viewer.types, ['participant-left', 'participant-left', 'participant-left']);
  assert.equal(publisher.size, 0);
});

test('a page that is away for a while, or whose device is, is reconnecting', async (t) => {
  const presences = ({ participants }: Page, { participantId }: Seat) => participants.get(participantId)?.presence;
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { cast, pages } = await setUp(t);
  const { rooms, guest } = cast;
  rooms.channelEnded(guest.session);
  t.mock.timers.tick(2999);
  await turnEnd();
  assert.equal(presences(pages.host, guest), 'connected');
  t.mock.timers.tick(1);
  await turnEnd();
  assert.equal(presences(pages.host, guest), 'reconnecting');
  rooms.channelOpened(guest.session);
  await turnEnd();
  assert.equal(presences(pages.host, guest), 'connected');
  const { cast: other, pages: others } = await setUp(t, {}, 'https://meet.example.com/webhooks');
  const { participantId } = other.guest;
  for (const [event, presence] of [
    ['onConnect', 'connected'],
    ['onDisconnect', 'reconnecting'],
    ['onConnect', 'connected'],
  ] as const) {
    assert.notEqual(presences(others.viewer, other.guest), presence);
    other.rooms.handleEvent({ event, timestamp: Date.now(), participantId });
    await turnEnd();
    assert.equal(presences(others.viewer, other.guest), presence);
  }
});

/** Numbers that look random, and are the same in each run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state >>> 8;
  }
}

test('whatever happens in whatever order, with pages that go away and resume, all pages know what is so', async (t) => {
  const deeds = TABLE.filter(({ what }) => !/^(somebody|many|who|a renewal)/.test(what)).map(({ deed }) => deed);
  for (const seed of [1, 2, 3, 4, 5]) {
    const { cast, pages } = await setUp(t, { maxParticipants: 20 });
    const random = numbers(seed);
    const pick = <Item>(items: readonly Item[]): Item | undefined => items[random.next().value % items.length];
    const guestSeat = () => ({ ...cast, guest: { ...cast.guest, participantId: currentId(cast) } });
    const away = new Set<Page>();
    const others: Seat[] = [];
    const more: Deed[] = [
      ({ renew, guest }) => renew(guest.session),
      async ({ join }) => others.length < 5 && others.push(await join(`Eve ${others.length}`)),
      ({ rooms }) => rooms.leave(others.shift()?.session),
      ({ rooms, guest }) => rooms.updateMember(guest.session, { isExceptedFromMute: true }),
      room({ muted: false, locked: false, spotlight: null, layout: null, hideVideoMuted: false }),
      ({ rooms, host }) => rooms.setRole(host.session, 'moderator'),
      ({ rooms, guest }) => rooms.setRole(guest.session, 'guest'),
    ];
    for (let step = 0; step < 150; step++) {
      const page = pick(Object.values(pages));
      if (page && step % 4 === 0) {
        if (away.delete(page)) page.resume();
        else {
          page.cut();
          away.add(page);
        }
      }
      try {
        await pick([...deeds, ...more])?.(guestSeat());
      } catch (error) {
        // Such as a camera in a room for audio only.
        assert.equal((error as Error).name, 'Problem', String(error));
      }
    }
    await turnEnd();
    for (const page of away) page.resume();
    for (const [name, page] of Object.entries(pages)) page.check(`${name}, seed ${seed}`);
  }
});

function currentId({ rooms, guest }: Cast): string {
  return rooms.member(guest.session).participantId ?? '';
}

test('a seat that was renewed gets what was for it alone before, and nobody else does', async (t) => {
  const { cast } = await setUp(t);
  const { events, listen, renew, guest, host } = cast;
  const first = listen(guest.session, () => {});
  first.stop();
  events.publish(ROOM, 'mute', { number: 1 }, [guest.session]);
  await renew(guest.session);
  events.publish(ROOM, 'mute', { number: 2 }, [guest.session, host.session]);
  events.publish(ROOM, 'mute', { number: 3 }, []);
  const missedBy = ({ session }: Seat) => {
    const missed: unknown[] = [];
    listen(session, ({ type, data }) => type === 'mute' && missed.push(data), first.position).stop();
    return missed;
  };
  assert.deepEqual(missedBy(guest), [{ number: 1 }, { number: 2 }]);
  assert.deepEqual(missedBy(host), [{ number: 2 }]);
  assert.deepEqual(missedBy(cast.viewer), []);
});

test('an event is encoded once, however many listen', async (t) => {
  const { cast } = await setUp(t);
  let count = 0;
  const data = { toJSON: () => ++count };
  for (let listener = 0; listener < 20; listener++) cast.listen(cast.guest.session, () => {});
  cast.events.publish(ROOM, 'message', data);
  cast.events.publish(ROOM, 'message', data, [cast.guest.session]);
  assert.equal(count, 2);
});

test('rooms that were opened and left leave nothing', async (t) => {
  const { rooms, publisher, join } = setUpChannel(t);
  for (let number = 0; number < 300; number++) {
    const { session } = await join('Ada', 'guest', {}, `room ${number}`);
    if (number % 3) await turnEnd();
    rooms.leave(session);
  }
  await turnEnd();
  assert.equal(publisher.size, 0);
});
