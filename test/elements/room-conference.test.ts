/** What the room channel tells and lets people do: real requests and real server-sent events, written by each test. */
import { assert } from '@open-wc/testing';
import type { MessageState, ParticipantFacts, RoomErrorCode, VideoRoom } from '../../src/index.js';
import { EventRecord, mountRoom, until } from './helpers/page.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { remoteMedia } from './helpers/remote-media.js';
import { ScriptedEndpoint } from './helpers/scripted-endpoint.js';

let provider: FakeProvider;
let endpoint: ScriptedEndpoint;

beforeEach(() => {
  provider = useFakeProvider();
  endpoint = new ScriptedEndpoint();
});

const ALL = ['room.self.audio_unmute', 'room.self.video_unmute', 'room.message', 'room.member.remove'];
const LINKS = ['self', 'participants', 'room', 'waiting', 'messages'];

/** In a meeting whose endpoint has a channel, as the participant `me`. */
async function join(attributes = 'no-audio no-video', grant: object = {}): Promise<VideoRoom> {
  const room = mountRoom(attributes);
  const links = Object.fromEntries([...LINKS, 'events'].map((name) => [name, endpoint.base + name]));
  await endpoint.write('PATCH', 'self', 204);
  const answer = { token: 't', session: 'secret', participantId: 'me', name: 'Me', permissions: ALL, links, ...grant };
  Object.assign(room, { token: '', fetchToken: async () => answer });
  const { error } = await room.join();
  assert.strictEqual(error, undefined);
  return room;
}

function person(id: string, facts: object = {}): object {
  return { id, name: id.toUpperCase(), role: 'guest', presence: 'connected', ...facts };
}

function self(changes: object = {}): object {
  return {
    id: 'me',
    role: 'guest',
    permissions: ALL,
    isSpeakingAllowed: true,
    publish: ['AUDIO', 'VIDEO'],
    ...changes,
  };
}

function snapshot(changes: object = {}): Promise<void> {
  return endpoint.tell('snapshot', {
    room: { name: 'standup', displayName: 'Standup' },
    self: self(),
    participants: [person('me')],
    waiting: [],
    calls: [],
    messages: [],
    ...changes,
  });
}

function message(id: string, text: string, changes: object = {}): object {
  const from = { id: 'ada', name: 'Ada' };
  return { id, type: 'chat', data: { text }, from, to: null, sentAt: '2026-11-21T12:00:00Z', ...changes };
}

function among(record: EventRecord, types: readonly string[]): string[] {
  return record.types.filter((type) => types.includes(type));
}

function ids(room: VideoRoom): string[] {
  return room.state.participants.map(({ id }) => id);
}

function factsOf(room: VideoRoom, id: string): ParticipantFacts | undefined {
  return room.state.participants.find((participant) => participant.id === id)?.facts;
}

describe('who is in the meeting', () => {
  it('are those of whom the channel tells, with or without media, in the order in which they came', async () => {
    const room = await join();
    const ada = remoteMedia('ada');
    await provider.connection.show(ada);
    await until(() => room.state.participants.length === 2, 'media shows Ada');
    await snapshot({
      participants: [person('me'), person('bob'), person('ada'), person('eve', { presence: 'joining' })],
    });
    await until(() => room.state.participants.length === 3, 'Bob is there');
    assert.deepEqual(ids(room), ['me', 'ada', 'bob']);
    assert.strictEqual(room.state.participants[1]?.name, 'ADA');
    await endpoint.tell('participant-changed', person('eve'));
    await until(() => room.state.participants.length === 4, 'Eve is connected');
    await endpoint.tell('participant-left', { id: 'bob', reason: 'left' });
    await until(() => room.state.participants.length === 3, 'Bob has left');
    assert.deepEqual(ids(room), ['me', 'ada', 'eve']);
  });

  it('have what their media cannot tell', async () => {
    const room = await join();
    const record = new EventRecord(room);
    const raised = '2026-11-21T12:00:00.000Z';
    await snapshot({
      participants: [
        person('me', { role: 'moderator' }),
        person('ada', { microphone: 'off', camera: 'on', handRaisedAt: raised }),
      ],
    });
    await until(() => factsOf(room, 'ada'), 'Ada is there');
    assert.deepEqual(factsOf(room, 'ada'), {
      role: 'guest',
      isPhone: false,
      isConnected: true,
      microphone: 'off',
      camera: 'on',
      network: undefined,
      handRaisedAt: Date.parse(raised),
      isSpeakingAllowed: true,
      isDeaf: false,
      data: undefined,
    });
    assert.strictEqual(factsOf(room, 'me')?.role, 'moderator');
    await endpoint.tell(
      'participant-changed',
      person('ada', { microphone: 'on', presence: 'reconnecting', network: 'poor' }),
    );
    await until(() => factsOf(room, 'ada')?.isConnected === false, 'Ada is reconnecting');
    assert.deepEqual([factsOf(room, 'ada')?.microphone, factsOf(room, 'ada')?.network], ['on', 'poor']);
    assert.deepEqual(among(record, ['participant-joined', 'room-changed', 'participant-changed']), [
      'participant-joined',
      'room-changed',
      'participant-changed',
    ]);
  });

  it('keep their place when another participant stands for the same person, and are not there twice', async () => {
    const room = await join();
    await snapshot({ participants: [person('me'), person('ada'), person('bob')] });
    const before = remoteMedia('ada');
    await provider.connection.show(before);
    await endpoint.tell('participant-changed', person('ada-2', { replaces: 'ada' }));
    await until(() => ids(room).includes('ada-2'), 'the other participant is there');
    assert.deepEqual(ids(room), ['me', 'ada-2', 'bob']);
    await endpoint.tell('participant-changed', person('ada-3', { replaces: 'ada-2' }));
    await until(() => ids(room).includes('ada-3'), 'one more is there');
    await endpoint.tell('participant-changed', person('ada-3', { name: 'Ada' }));
    await until(() => room.state.participants[1]?.name === 'Ada', 'who is told of again');
    assert.deepEqual(
      room.state.participants.map(({ id, firstId }) => [id, firstId]),
      [
        ['me', undefined],
        ['ada-3', 'ada'],
        ['bob', undefined],
      ],
    );
    await endpoint.tell('participant-changed', person('me-2', { replaces: 'me' }));
    await endpoint.tell('self-changed', self({ id: 'me-2' }));
    await endpoint.tell('participant-left', { id: 'bob' });
    await until(() => !ids(room).includes('bob'), 'Bob has left');
    assert.deepEqual(ids(room), ['me', 'ada-3']);
  });

  it('are not those whom only the media knew, once nothing comes from them', async () => {
    const room = await join();
    const ada = remoteMedia('ada-before');
    await provider.connection.show(ada);
    await snapshot({ participants: [person('me'), person('ada')] });
    await until(() => room.state.participants.length === 3, 'both are there');
    provider.connection.setConnected(false);
    provider.connection.hide(ada);
    await until(() => room.state.participants.length === 2, 'who was before is gone');
    assert.deepEqual(ids(room), ['me', 'ada']);
  });

  it('gives streams the classes that the site has set', async () => {
    const room = await join('no-video');
    const ada = remoteMedia('ada');
    await provider.connection.show(ada);
    const own = { id: `sent-${room.state.localStream?.id}`, layoutClasses: ['own'] };
    await snapshot({
      participants: [
        person('me', { streams: [own] }),
        person('ada', { streams: [{ id: ada.id, layoutClasses: ['full', 5] }] }),
      ],
    });
    await until(() => room.state.participants[1]?.streams[0]?.layoutClasses, 'the classes are there');
    assert.deepEqual(
      room.state.participants.map(({ streams }) => streams[0]?.layoutClasses),
      [['own'], ['full']],
    );
  });

  it('is unmoved by rubbish', async () => {
    const room = await join();
    await snapshot({ participants: [person('me'), person('ada')], waiting: [{ id: 'w', name: 'Will' }] });
    await until(() => ids(room).length === 2, 'Ada is there');
    const before = room.state;
    for (const type of ['participant-changed', 'participant-left', 'message', 'mute', 'unmute-request', 'snapshot'])
      for (const data of ['nonsense', 'null', '5', '[]', {}, { id: 5, device: 'constructor', type: {} }])
        await endpoint.tell(type, data);
    await endpoint.tell('participant-joined', person('last'));
    await until(() => ids(room).includes('last'), 'all was told');
    assert.deepEqual(ids(room), ['me', 'ada', 'last']);
    const { permissions, role, messages, microphone } = room.state;
    assert.deepEqual(
      { permissions, role, messages, microphone },
      {
        permissions: before.permissions,
        role: before.role,
        messages: [],
        microphone: before.microphone,
      },
    );
  });
});

describe('what this page does', () => {
  it('is told to the endpoint, at first and when it changes', async () => {
    const room = await join('muted');
    await snapshot();
    const sent = async (): Promise<unknown> =>
      Object.assign({}, ...(await endpoint.requests('self')).map(({ body }) => body));
    await waitFor(sent, { microphone: 'off', camera: 'on' });
    await room.setMicrophone(true);
    await waitFor(sent, { microphone: 'on', camera: 'on' });
    const [request] = await endpoint.requests('self');
    assert.deepEqual([request?.method, request?.headers['authorization']], ['PATCH', 'Bearer secret']);
  });

  it('is told with the streams that are sent, by the ids that the others see', async () => {
    const room = await join('no-video');
    await snapshot();
    const { localStream } = room.state;
    const hasStream = (body: unknown): boolean =>
      (body as { streams?: { id: string }[] }).streams?.[0]?.id === `sent-${localStream?.id}`;
    await waitFor(async () => ({ found: (await endpoint.requests('self')).some(({ body }) => hasStream(body)) }), {
      found: true,
    });
  });

  it('is told again to an endpoint that has forgotten it, or may have while the connection was rebuilt', async () => {
    await join();
    await waitForCount('self', 1);
    await snapshot();
    await endpoint.tell('snapshot', { self: self() });
    await waitForCount('self', 2);
    provider.connection.setConnected(false);
    provider.connection.setConnected(true);
    await waitForCount('self', 3);
    const [first, ...others] = await endpoint.requests('self');
    for (const { body } of others) assert.deepEqual(body, first?.body);
  });

  it('goes off again where the endpoint refuses it', async () => {
    const room = await join('muted');
    await snapshot();
    await waitForCount('self', 1);
    const detail = 'You need the permission "room.self.audio_unmute" for this.';
    const permission = 'room.self.audio_unmute';
    await endpoint.write('PATCH', 'self', 403, { code: 'permission-missing', detail, permission });
    await room.setMicrophone(true);
    await until(() => !room.state.microphone.on, 'it is off');
    assert.deepEqual({ ...room.state.refusals }, { [permission]: detail });
    assert.strictEqual(room.state.error?.code, 'permission-missing');
    assert.strictEqual(room.state.camera.on, true);
  });
});

async function waitFor(read: () => Promise<unknown>, wanted: Record<string, unknown>): Promise<void> {
  let found: Record<string, unknown> = {};
  await until(
    () => {
      void read().then((value) => (found = value as Record<string, unknown>));
      return Object.entries(wanted).every(([name, value]) => found[name] === value);
    },
    () => JSON.stringify(found),
  );
}

async function waitForCount(path: string, count: number): Promise<void> {
  await waitFor(async () => ({ count: (await endpoint.requests(path)).length }), { count });
}

describe('a moderator', () => {
  for (const device of ['microphone', 'camera'] as const) {
    it(`switches the ${device} off, and asks to have it on again`, async () => {
      const room = await join('');
      const record = new EventRecord(room);
      await snapshot();
      await endpoint.tell('mute', { device, by: 'Grace' });
      await until(() => !room.state[device].on, 'it is off');
      assert.deepEqual({ ...room.state.mutedBy }, { device, name: 'Grace' });
      await endpoint.tell('unmute-request', { device, by: 'Grace' });
      await until(() => room.state.unmuteRequest, 'the person is asked');
      assert.strictEqual(room.state[device].on, false);
      assert.deepEqual(among(record, ['unmute-requested']), ['unmute-requested']);
      await room.room.answerUnmuteRequest(false);
      assert.deepEqual([room.state.unmuteRequest, room.state[device].on], [undefined, false]);
      await endpoint.tell('unmute-request', { device, by: 'Grace' });
      await until(() => room.state.unmuteRequest, 'the person is asked again');
      await room.room.answerUnmuteRequest(true);
      assert.deepEqual([room.state.mutedBy, room.state[device].on], [undefined, true]);
    });
  }

  it('mutes everybody', async () => {
    const room = await join('');
    await snapshot();
    await endpoint.tell('self-changed', self({ isSpeakingAllowed: false }));
    await until(() => !room.state.microphone.on, 'it is off');
    assert.deepEqual([room.state.isSpeakingAllowed, room.state.camera.on], [false, true]);
    await endpoint.tell('self-changed', self());
    await until(() => room.state.isSpeakingAllowed, 'it is lifted');
    assert.strictEqual(room.state.microphone.on, false, 'nobody is switched on by others');
  });

  it('has muted everybody before somebody comes', async () => {
    const room = await join('', { isSpeakingAllowed: false });
    assert.strictEqual(room.state.microphone.on, false);
    assert.isTrue(
      provider.connection.publications.every(({ stream }) => stream.getAudioTracks().every((track) => !track.enabled)),
    );
  });

  it('sets the layout for everybody, which each may change again', async () => {
    const room = await join();
    await snapshot();
    await endpoint.tell('room-changed', { layout: 'speaker', isLocked: true, spotlightId: 'ada', isMuted: true });
    await until(() => room.state.facts?.isLocked, 'the room is locked');
    assert.deepEqual(
      [room.state.layout, room.state.facts?.spotlightId, room.state.facts?.isMuted],
      ['speaker', 'ada', true],
    );
    room.room.setLayout('grid');
    await endpoint.tell('room-changed', { layout: 'speaker', isLocked: false });
    await until(() => room.state.facts?.isLocked === false, 'it is no longer');
    assert.strictEqual(room.state.layout, 'grid');
  });

  it('lets nobody send a picture in a room for sound', async () => {
    const room = await join('');
    await snapshot({ room: { isAudioOnly: true } });
    await until(() => !room.state.camera.on, 'the camera is off');
    assert.strictEqual(room.state.microphone.on, true);
  });

  it('makes somebody a viewer, who has to be granted that anew', async () => {
    const room = await join('', { publish: ['AUDIO', 'VIDEO'] });
    await snapshot();
    await endpoint.tell('self-changed', self({ role: 'viewer', permissions: [], publish: [] }));
    await until(() => provider.connection.renewals === 1, 'another grant is asked for');
    assert.deepEqual([room.state.role, room.state.permissions.length], ['viewer', 0]);
    assert.strictEqual(provider.connection.unpublished.length, 1);
  });
});

it('a viewer who may speak now is heard once the connection has the other grant', async () => {
  const publish: string[] = [];
  const room = await join('no-video', { role: 'viewer', publish });
  await snapshot({ self: self({ publish: [] }) });
  await until(() => room.state.facts, 'the channel is there');
  const { connection } = provider;
  await endpoint.tell('self-changed', self());
  await until(() => connection.renewals === 1, 'another grant is asked for');
  publish.push('AUDIO', 'VIDEO');
  await connection.options.renewGrant(new AbortController().signal);
  connection.setConnected(false);
  connection.setConnected(true);
  await room.setMicrophone(true);
  assert.deepEqual(
    connection.publications.map(({ kinds }) => kinds.join()),
    ['audio'],
  );
});

it('who may send something else once more, while the connection is rebuilt for that, is granted this too', async () => {
  const room = await join('', { publish: ['AUDIO', 'VIDEO'] });
  await snapshot();
  await until(() => room.state.facts, 'the channel is there');
  const { connection } = provider;
  await endpoint.tell('self-changed', self({ publish: [] }));
  await until(() => connection.renewals === 1, 'another grant is asked for');
  connection.setConnected(false);
  connection.setConnected(true);
  await until(() => Number(connection.renewals) === 2, 'the grant is still the former one: another one is asked for');
});

it('a viewer sends nothing', async () => {
  const room = await join('', { role: 'viewer', permissions: ['room.message'], publish: [] });
  assert.deepEqual([room.state.microphone.on, room.state.camera.on], [false, false]);
  assert.deepEqual(provider.connection.publications, []);
});

describe('messages', () => {
  it('that were there before are read, and those that come are new', async () => {
    const room = await join();
    const heard: MessageState[] = [];
    room.room.onMessage((each) => heard.push(each));
    await snapshot({ messages: [message('m1', 'Hello')] });
    await until(() => room.state.messages.length === 1, 'the history is there');
    assert.deepEqual([room.state.unreadCount, heard.length], [0, 0]);
    await endpoint.tell('message', message('m2', 'News'));
    await endpoint.tell('message', message('m2', 'News'));
    await endpoint.tell(
      'message',
      message('m3', 'Mine', { from: { id: 'me', name: 'Me' }, to: { id: 'ada', name: 'Ada' } }),
    );
    await until(() => room.state.messages.length === 3, 'they are there');
    assert.deepEqual(
      heard.map(({ id, isOwn }) => [id, isOwn]),
      [
        ['m2', false],
        ['m3', true],
      ],
    );
    assert.strictEqual(room.state.unreadCount, 1);
    assert.deepEqual(
      { ...room.state.messages[2] },
      {
        id: 'm3',
        type: 'chat',
        data: { text: 'Mine' },
        fromId: 'me',
        fromName: 'Me',
        isOwn: true,
        toId: 'ada',
        toName: 'Ada',
        sentAt: Date.parse('2026-11-21T12:00:00Z'),
      },
    );
    room.room.markRead();
    await until(() => room.state.unreadCount === 0, 'they are read');
    // A fresh snapshot, because too much was missed.
    await snapshot({ messages: [message('m1', 'Hello'), message('m2', 'News'), message('m4', 'Missed')] });
    await until(() => room.state.messages.length === 4, 'the missed one is there');
    assert.deepEqual([room.state.unreadCount, heard.at(-1)?.id], [1, 'm4']);
  });

  it('of other types are told to the page, and are not there to be read', async () => {
    const room = await join();
    const record = new EventRecord(room);
    await snapshot();
    await endpoint.tell('message', message('s1', '', { type: 'poll', data: { choice: [1, 2] }, from: null }));
    await endpoint.tell('message', message('r1', '', { type: 'reaction', data: { emoji: '👍' } }));
    await until(() => room.state.reactions.length === 1, 'the reaction is there');
    assert.deepEqual([room.state.messages.length, room.state.reactions[0]?.participantId], [0, 'ada']);
    assert.deepEqual(among(record, ['message-received']), ['message-received', 'message-received']);
  });

  it('are sent with an id of their own, to all or to one', async () => {
    const room = await join();
    await snapshot();
    await endpoint.write('POST', 'messages', 201, {});
    assert.isTrue(await room.room.send('chat', { text: 'Hello' }));
    assert.isTrue(await room.room.send('poll', [1], 'ada'));
    const bodies = (await endpoint.requests('messages')).map(({ body }) => body as Record<string, unknown>);
    assert.deepEqual(
      bodies.map(({ type, data, to }) => [type, data, to]),
      [
        ['chat', { text: 'Hello' }, undefined],
        ['poll', [1], 'ada'],
      ],
    );
    for (const { id } of bodies) assert.match(String(id), /^[\w-]{8,64}$/);
    assert.notStrictEqual(bodies[0]?.['id'], bodies[1]?.['id']);
  });

  it('that are not taken are told so', async () => {
    const room = await join();
    await snapshot();
    await endpoint.write('POST', 'messages', 429, { code: 'rate-limited', detail: 'Slower, please.' });
    assert.isFalse(await room.room.send('chat', { text: 'Hello' }));
    assert.deepEqual([room.state.error?.code, room.state.error?.message], ['rate-limited', 'Slower, please.']);
    await endpoint.write('POST', 'messages', 201, {});
    assert.isTrue(await room.room.send('chat', { text: 'Hello' }));
    assert.strictEqual(room.state.error, undefined);
  });
});

describe('what is asked for', () => {
  for (const [what, act, expected] of [
    ['a hand', (room: VideoRoom) => room.room.raiseHand(true), ['PATCH', 'self', { hand: true }]],
    [
      'a change of somebody',
      (room: VideoRoom) => room.room.moderate('ada-1', { microphone: 'off' }),
      ['PATCH', 'participants/ada-1', { microphone: 'off' }],
    ],
    [
      'a removal',
      (room: VideoRoom) => room.room.remove('ada', 'Be nice & quiet'),
      ['DELETE', 'participants/ada?reason=Be+nice+%26+quiet', undefined],
    ],
    ['an admission', (room: VideoRoom) => room.room.admit('w1', true), ['PATCH', 'waiting/w1', { admitted: true }]],
    [
      'a change of the room',
      (room: VideoRoom) => room.room.changeRoom({ locked: true }),
      ['PATCH', 'room', { locked: true }],
    ],
    ['the end', (room: VideoRoom) => room.room.endForAll(), ['DELETE', 'room', undefined]],
  ] as const) {
    it(`goes to the endpoint: ${what}`, async () => {
      const room = await join();
      await snapshot();
      await until(() => room.state.facts, 'the channel is there');
      await act(room);
      const found = (await endpoint.requests()).find(
        ({ method, path, body }) =>
          method === expected[0] && path === expected[1] && JSON.stringify(body) === JSON.stringify(expected[2]),
      );
      assert.isDefined(found, JSON.stringify(await endpoint.requests()));
      assert.strictEqual(found?.headers['authorization'], 'Bearer secret');
    });
  }

  it('is remembered where it is refused, until it is permitted again', async () => {
    const room = await join();
    await snapshot();
    const permission = 'room.member.remove';
    await endpoint.write('DELETE', 'participants/ada', 403, { code: 'permission-missing', detail: 'No.', permission });
    await room.room.remove('ada');
    assert.deepEqual(
      [{ ...room.state.refusals }, room.state.error?.code],
      [{ [permission]: 'No.' }, 'permission-missing'],
    );
    await endpoint.tell('self-changed', self({ permissions: [] }));
    await until(() => room.state.permissions.length === 0, 'it is taken away');
    assert.deepEqual(Object.keys(room.state.refusals), [permission]);
    await endpoint.tell('self-changed', self());
    await until(() => room.state.permissions.length > 0, 'it is given back');
    assert.deepEqual({ ...room.state.refusals }, {});
  });
});

describe('the end', () => {
  for (const [type, data, code, text] of [
    ['removed', { text: 'Too loud.' }, 'removed', 'You were removed from the meeting: Too loud.'],
    ['removed', { text: '' }, 'removed', 'You were removed from the meeting.'],
    ['room-ended', { reason: 'ended' }, 'room-ended', 'The meeting was ended.'],
  ] as const) {
    it(`is told with its reason: ${type} ${JSON.stringify(data)}`, async () => {
      const room = await join();
      await snapshot();
      await endpoint.tell(type, data);
      await until(() => room.state.connection === 'disconnected', 'it is over');
      assert.deepEqual([room.state.error?.code, room.state.error?.message], [code as RoomErrorCode, text]);
      assert.deepEqual(
        [room.state.facts, room.state.messages.length, room.state.isSpeakingAllowed],
        [undefined, 0, true],
      );
    });
  }

  it('may be known to the media first', async () => {
    const room = await join();
    await snapshot();
    await until(() => room.state.facts, 'the channel is there');
    const { RoomError } = await import('../../src/index.js');
    provider.connection.end(new RoomError('removed'));
    await endpoint.tell('removed', { text: 'Too loud.' });
    await until(() => room.state.connection === 'disconnected', 'it is over');
    assert.strictEqual(room.state.error?.message, 'You were removed from the meeting: Too loud.');
  });

  it('does not come where the endpoint has forgotten this page: another grant is asked for', async () => {
    const room = await join();
    await snapshot();
    await until(() => room.state.facts, 'the channel is there');
    await endpoint.write('GET', 'events', 401);
    await endpoint.write('POST', 'events', 401);
    await endpoint.cut();
    await until(() => provider.connection.renewals > 0, 'another grant is asked for');
    assert.strictEqual(room.state.connection, 'connected');
  });
});

describe('who has to be let in', () => {
  it('waits, and comes in', async () => {
    const room = mountRoom('no-audio no-video');
    const answers = [{ waiting: true, session: 'waiting-1', links: { self: `${endpoint.base}self` } }, { token: 't' }];
    let asked = 0;
    Object.assign(room, { token: '', fetchToken: async () => answers[Math.min(asked++, 1)] });
    const joining = room.join();
    await until(() => room.state.isWaiting, 'it waits');
    assert.strictEqual(room.state.connection, 'connecting');
    const { connection, isWaiting } = await joining;
    assert.deepEqual([connection, isWaiting, asked], ['connected', false, 2]);
  });

  it('may give up', async () => {
    const room = mountRoom('no-audio no-video');
    await endpoint.write('DELETE', 'self', 204);
    const answer = { waiting: true, session: 'waiting-1', links: { self: `${endpoint.base}self` } };
    Object.assign(room, { token: '', fetchToken: async () => answer });
    const joining = room.join();
    await until(() => room.state.isWaiting, 'it waits');
    room.leave();
    await joining;
    assert.deepEqual(
      [room.state.connection, room.state.isWaiting, room.state.error],
      ['disconnected', false, undefined],
    );
    await waitForCount('self', 1);
  });
});
