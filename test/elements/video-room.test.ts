/** <video-room>: its settings, its lobby, its interface, and how long a meeting lasts. */
import { assert } from '@open-wc/testing';
import { RingingTone } from '../../src/room/ringing-tone.js';
import { registerTranslation } from '@shoelace-style/localize';
import { english, type Translation } from '../../src/internal/translations/en.js';
import { findRoomHost } from '../../src/internal/room-hosts.js';
import { RoomError, type JoinRequest, type VideoRoom } from '../../src/index.js';
import { assertAllEnded, useDevices } from './helpers/devices.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import {
  allInside,
  buttonOf,
  Complaints,
  EventRecord,
  inside,
  mount,
  mountJoinedRoom,
  mountRoom,
  release,
  textInside,
  until,
  controlsOf,
  lobbyOf,
  rendered,
  statusOf,
} from './helpers/page.js';
import { remoteMedia } from './helpers/remote-media.js';
import { ScriptedEndpoint } from './helpers/scripted-endpoint.js';

let provider: FakeProvider;

beforeEach(() => {
  provider = useFakeProvider();
});

/** Asks the page for the token, and keeps what it was asked with. */
function recordRequests(room: VideoRoom): JoinRequest[] {
  const requests: JoinRequest[] = [];
  room.token = '';
  room.fetchToken = async (request) => {
    requests.push(request);
    return 'token';
  };
  return requests;
}

function field(room: VideoRoom, name: string): HTMLInputElement {
  return inside(lobbyOf(room), `input[name=${name}]`, HTMLInputElement);
}

function joinButton(room: VideoRoom): HTMLButtonElement {
  return inside(lobbyOf(room), 'button[type=submit]', HTMLButtonElement);
}

function isShown(element: HTMLElement): boolean {
  return element.checkVisibility();
}

describe('the settings', () => {
  const ROWS: { attributes: string; request?: Partial<JoinRequest>; devices?: string; on?: [boolean, boolean] }[] = [
    { attributes: '', request: { audio: true, video: true, room: 'standup', name: '' }, devices: 'audio video' },
    { attributes: 'name="Ada"', request: { name: 'Ada' } },
    { attributes: 'no-audio', request: { audio: false, video: true }, devices: 'video', on: [false, true] },
    { attributes: 'no-video', request: { audio: true, video: false }, devices: 'audio', on: [true, false] },
    { attributes: 'no-audio no-video', request: { audio: false, video: false }, devices: '', on: [false, false] },
    { attributes: 'muted', request: { audio: true, video: true }, devices: 'audio video', on: [false, true] },
    { attributes: 'camera-off', request: { audio: true, video: true }, devices: 'audio', on: [true, false] },
    { attributes: 'muted camera-off', devices: 'audio', on: [false, false] },
  ];

  for (const { attributes, request, devices, on = [true, true] } of ROWS) {
    it(`joins as said by: ${attributes || 'nothing'}`, async () => {
      const used = useDevices();
      const room = mountRoom(attributes);
      const requests = recordRequests(room);
      await rendered(room);
      assert.deepEqual([room.state.microphone.on, room.state.camera.on], on, 'before');
      await room.join();
      assert.deepEqual([room.state.microphone.on, room.state.camera.on], on, 'after');
      if (request) assert.include(requests[0], request);
      if (devices !== undefined) assert.deepEqual(used.requests, devices ? [devices] : []);
      assert.strictEqual(requests.length, 1);
    });
  }

  it('that are properties count like the attributes', async () => {
    const room = mountRoom();
    const requests = recordRequests(room);
    Object.assign(room, { roomName: 'retro', name: 'Bob', noVideo: true, muted: true });
    await room.join();
    assert.include(requests[0], { room: 'retro', name: 'Bob', audio: true, video: false });
    assert.strictEqual(room.state.microphone.on, false);
  });

  it('send headers, credentials and the whole request to the endpoint', async () => {
    const room = mountRoom('name="Ada" no-video');
    Object.assign(room, { token: '', endpoint: '/__endpoint/echo', headers: { 'x-csrf': 'secret' } });
    await room.join();
    const { method, headers, body } = JSON.parse(provider.connection.options.grant.token) as EchoedRequest;
    assert.strictEqual(method, 'POST');
    assert.include(headers, { 'x-csrf': 'secret', 'content-type': 'application/json' });
    const asked = { room: 'standup', name: 'Ada', audio: true, video: false };
    assert.deepEqual(body, { ...asked, caller: { name: 'Ada' }, call_type: 'app' });
  });

  it('prefer the token over fetchToken, and fetchToken over the endpoint', async () => {
    const room = mountRoom('endpoint="/__endpoint/echo" no-audio no-video');
    await rendered(room);
    room.fetchToken = async () => ({ token: 'from the page' });
    const tokens: string[] = [];
    for (const token of ['own', '']) {
      room.token = token;
      await room.join();
      tokens.push(provider.connection.options.grant.token);
      room.leave();
    }
    assert.deepEqual(tokens, ['own', 'from the page']);
  });

  it('take the provider the endpoint names before that of the attribute', async () => {
    const room = mountRoom('no-audio no-video');
    Object.assign(room, { token: '', provider: 'unknown', fetchToken: async () => ({ token: 't', provider: 'fake' }) });
    assert.strictEqual((await room.join()).connection, 'connected');
  });

  it('autojoin joins without a person, set at first or later', async () => {
    const first = mountRoom('autojoin no-audio no-video');
    await until(() => first.state.connection === 'connected', 'the first joins');
    const later = mountRoom('no-audio no-video');
    await later.updateComplete;
    later.autojoin = true;
    await until(() => later.state.connection === 'connected', 'the second joins');
    later.leave();
    later.name = 'Ada';
    await later.updateComplete;
    assert.strictEqual(later.state.connection, 'disconnected', 'only once');
  });

  it('changed in the meeting count from the next join on', async () => {
    const room = await mountJoinedRoom('no-audio no-video name="Ada"');
    const requests = recordRequests(room);
    room.name = 'Bob';
    await rendered(room);
    assert.strictEqual(room.state.name, 'Ada');
    room.leave();
    await room.join();
    assert.strictEqual(requests[0]?.name, 'Bob');
  });
});

interface EchoedRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

describe('the lobby', () => {
  it('has the name, the room only where the page names none, and join', async () => {
    const named = mountRoom('name="Ada"');
    const open = mount('video-room', 'token="token" provider="fake"');
    for (const room of [named, open]) await rendered(room);
    assert.strictEqual(field(named, 'name').value, 'Ada');
    assert.deepEqual([isShown(field(named, 'room')), isShown(field(open, 'room'))], [false, true]);
    assert.strictEqual(textInside(lobbyOf(named), '[part=title]'), 'Video meeting standup');
    assert.strictEqual(textInside(lobbyOf(open), '[part=title]'), 'Video meeting');
    assert.strictEqual(joinButton(open).textContent.trim(), 'Join');
  });

  it('joins with what was typed, and keeps it for the next time', async () => {
    const room = mount('video-room', 'provider="fake" no-audio no-video');
    const requests = recordRequests(room);
    await rendered(room);
    field(room, 'name').value = '  Ada ';
    field(room, 'room').value = ' retro ';
    joinButton(room).click();
    await until(() => room.state.connection === 'connected', 'joined');
    assert.include(requests[0], { name: 'Ada', room: 'retro' });
    room.leave();
    await rendered(room);
    assert.deepEqual([field(room, 'name').value, field(room, 'room').value], ['Ada', 'retro']);
  });

  it('keeps what is being typed while the page changes something else', async () => {
    const room = mountRoom();
    await rendered(room);
    field(room, 'name').value = 'Ad';
    room.noVideo = true;
    room.endpoint = '/elsewhere';
    await rendered(room);
    assert.strictEqual(field(room, 'name').value, 'Ad');
  });

  for (const value of ['', '   ']) {
    it(`asks for a room where the attribute is "${value}"`, async () => {
      const room = mount('video-room', `room="${value}" token="token" provider="fake"`);
      await rendered(room);
      assert.strictEqual(isShown(field(room, 'room')), true);
      joinButton(room).click();
      assert.strictEqual(room.state.connection, 'disconnected');
      assert.strictEqual(field(room, 'room').matches(':invalid'), true);
    });
  }

  it('pressed twice, joins once', async () => {
    const room = mountRoom('no-audio no-video');
    const requests = recordRequests(room);
    await rendered(room);
    const button = joinButton(room);
    button.click();
    button.click();
    void room.join();
    await until(() => room.state.connection === 'connected', 'joined');
    await room.join();
    assert.deepEqual([requests.length, provider.connections.length], [1, 1]);
  });

  it('while joining: locks its fields, says so, and can be cancelled', async () => {
    provider.gate = new Promise(() => undefined);
    const room = mountRoom('no-audio no-video');
    await rendered(room);
    joinButton(room).click();
    await until(() => provider.connections.length === 1, 'connecting');
    assert.strictEqual(field(room, 'name').disabled, true);
    assert.strictEqual(statusOf(room), 'Joining…');
    const cancel = inside(lobbyOf(room), 'button.cancel', HTMLButtonElement);
    assert.strictEqual(cancel.textContent.trim(), 'Cancel');
    cancel.click();
    await rendered(room);
    assert.strictEqual(provider.connection.options.signal.aborted, true);
    assert.strictEqual(joinButton(room).textContent.trim(), 'Join');
    assert.strictEqual(room.state.error, undefined);
  });

  it('says after a meeting that it was left', async () => {
    const room = await mountJoinedRoom('no-audio no-video');
    room.leave();
    await rendered(room);
    assert.strictEqual(statusOf(room), 'You left the meeting.');
  });
});

describe('the interface', () => {
  it('of the meeting has the grid, the controls and a status line that tells who comes and goes', async () => {
    const room = await mountJoinedRoom('no-audio no-video');
    assert.deepEqual(
      allInside(room, '[part=meeting] .areas > *').map(({ localName }) => localName),
      ['control-bar', 'participant-grid'],
    );
    assert.strictEqual(statusOf(room), 'Nobody else is here yet.');
    const ada = remoteMedia('ada', { alias: 'Ada', types: ['VIDEO'] });
    await provider.connection.show(ada);
    await rendered(room);
    assert.strictEqual(statusOf(room), 'Ada joined. 2 people are here.');
    provider.connection.setConnected(false);
    await rendered(room);
    assert.strictEqual(statusOf(room), 'The connection was lost. Reconnecting…');
    provider.connection.setConnected(true);
    provider.connection.hide(ada);
    await until(() => statusOf(room)?.startsWith('Ada left.'), 'told that Ada left');
  });

  it('fills its box: the lobby in the middle, in the meeting the grid above the controls', async () => {
    const room = mountRoom('no-audio no-video style="width: 600px; height: 500px"');
    await rendered(room);
    const box = inside(room, '.default', HTMLElement).getBoundingClientRect();
    assert.deepEqual([box.width, box.height], [600, 500]);
    const lobby = inside(room, '[part=lobby]', HTMLElement).getBoundingClientRect();
    assert.approximately(lobby.top - box.top, box.bottom - lobby.bottom, 60);
    await room.join();
    await rendered(room);
    const grid = inside(room, 'participant-grid', HTMLElement).getBoundingClientRect();
    const controls = inside(room, '[part=controls]', HTMLElement).getBoundingClientRect();
    const status = inside(room, '[part=status]', HTMLElement).getBoundingClientRect();
    assert.isAbove(grid.height, 350);
    assert.isAtMost(grid.bottom, controls.top);
    assert.isAtMost(controls.bottom, status.top);
    assert.isAtMost(status.bottom, box.bottom);
  });

  const CHILDREN = [
    { what: 'nothing', children: '', own: false },
    { what: 'white space and comments', children: ' \n <!-- x --> ', own: false },
    { what: 'an element', children: '<p>mine</p>', own: true },
    { what: 'a slotted element of no use', children: '<p slot="nowhere">mine</p>', own: true },
  ];

  for (const { what, children, own } of CHILDREN) {
    it(`with ${what} inside is ${own ? 'the page’s' : 'the default one'}`, async () => {
      const room = mountRoom('', children);
      await rendered(room);
      assert.strictEqual(allInside(room, 'room-lobby').length, own ? 0 : 1);
      assert.strictEqual(allInside(room, 'slot').length, own ? 1 : 0);
    });
  }

  it('changes when children come and go, and the meeting goes on', async () => {
    const room = await mountJoinedRoom('no-audio no-video');
    const child = document.createElement('leave-button');
    room.append(child);
    await until(() => allInside(room, 'slot').length === 1, 'own interface');
    assert.strictEqual(buttonOf(child).disabled, false);
    child.remove();
    await until(() => allInside(room, '[part=meeting]').length === 1, 'default interface');
    assert.strictEqual(room.state.connection, 'connected');
  });

  it('gives elements anywhere inside the room, also in other shadow roots', async () => {
    const room = await mountJoinedRoom('no-audio no-video', '<section><div></div></section>');
    const shadow = room.querySelector('div')?.attachShadow({ mode: 'open' });
    const button = document.createElement('leave-button');
    shadow?.append(button);
    await button.updateComplete;
    buttonOf(button).click();
    assert.strictEqual(room.state.connection, 'disconnected');
  });

  it('offers sound where the browser blocks it', async () => {
    const { play } = HTMLMediaElement.prototype;
    let isBlocked = true;
    HTMLMediaElement.prototype.play = async function () {
      if (isBlocked && this instanceof HTMLAudioElement) throw new DOMException('', 'NotAllowedError');
      await play.call(this);
    };
    release(() => (HTMLMediaElement.prototype.play = play));
    const room = await mountJoinedRoom('no-audio no-video');
    await provider.connection.show(remoteMedia('ada'));
    await until(() => room.state.isAudioBlocked, 'blocked');
    await rendered(room);
    isBlocked = false;
    inside(controlsOf(room), '[part~=sound]', HTMLButtonElement).click();
    await until(() => !room.state.isAudioBlocked, 'no longer blocked');
    await rendered(room);
    assert.strictEqual(allInside(controlsOf(room), '[part~=sound]').length, 0);
  });

  it('is in the language of the nearest lang', async () => {
    const german: Translation = { ...english, $code: 'de', $name: 'Deutsch', join: 'Beitreten' };
    registerTranslation(german);
    release(() => (document.documentElement.lang = 'en'));
    const around = document.createElement('div');
    around.lang = 'de';
    document.body.append(around);
    release(() => around.remove());
    const [inGerman, plain, unknown] = [mountRoom(), mountRoom(), mountRoom('lang="xx"')];
    around.append(inGerman);
    for (const room of [inGerman, plain, unknown]) await rendered(room);
    assert.deepEqual(
      [inGerman, plain, unknown].map((room) => joinButton(room).textContent.trim()),
      ['Beitreten', 'Join', 'Join'],
    );
    document.documentElement.lang = 'de';
    await until(() => joinButton(plain).textContent.trim() === 'Beitreten', 'follows the page');
    plain.lang = 'en';
    await until(() => joinButton(plain).textContent.trim() === 'Join', 'follows its own lang');
  });

  it('says what went wrong in the language, and in English what has no translation', async () => {
    registerTranslation({
      ...english,
      $code: 'nl',
      $name: 'Nederlands',
      'error-room-full': 'De kamer is vol.',
    } as Translation);
    const room = mountRoom('lang="nl-BE" no-audio no-video');
    for (const [code, sentence] of [
      ['room-full', 'De kamer is vol.'],
      ['removed', 'You were removed from the meeting.'],
    ] as const) {
      provider.failure = new RoomError(code);
      await room.join();
      await rendered(room);
      assert.strictEqual(textInside(room, '[role=alert]'), sentence);
    }
  });

  it('shows a name that is markup as text', async () => {
    const complaints = new Complaints();
    const name = '<img src=x onerror="document.title=`hacked`"><script>alert(1)</script>';
    const room = mountRoom('no-audio no-video');
    Object.assign(room, { token: '', fetchToken: async () => ({ token: 't', name, room: name, role: name }) });
    await room.join();
    await provider.connection.show(remoteMedia('ada', { alias: name, types: ['VIDEO'] }));
    const grid = inside(room, 'participant-grid', HTMLElement);
    await until(() => allInside(grid, 'participant-tile').length === 2, 'two tiles');
    for (const tile of allInside(grid, 'participant-tile')) {
      assert.include(textInside(tile, '.name'), name);
      assert.strictEqual(allInside(tile, 'img, script').length, 0);
    }
    assert.include(statusOf(room), name);
    room.leave();
    await rendered(room);
    assert.strictEqual(allInside(room, 'img, script').length, 0);
    await complaints.assertNone();
  });
});

describe('the state', () => {
  it('is frozen all the way down, and another object only after a change', async () => {
    const room = await mountJoinedRoom();
    await provider.connection.show(remoteMedia('ada'));
    const { state } = room;
    const frozen: object[] = [state, state.permissions, state.microphone, state.camera, state.participants];
    for (const participant of state.participants) frozen.push(participant, participant.streams, ...participant.streams);
    assert.ok(frozen.every((part) => Object.isFrozen(part)));
    assert.throws(() => Object.assign(state, { room: 'x' }), TypeError);
    assert.ok(room.state === state);
    assert.ok(room.room.state === state);
    await room.setCamera(false);
    assert.ok(room.state !== state);
    assert.strictEqual(room.state.microphone, state.microphone);
  });

  it('can’t be set', () => {
    const room = mountRoom();
    assert.throws(() => Object.assign(room, { state: {} }), TypeError);
  });

  it('has the local person first, with the facts of the grant', async () => {
    const room = mountRoom();
    const grant = { token: 't', participantId: 'p', name: 'Ada', role: 'guest', permissions: ['a', 1, 'b'] };
    Object.assign(room, { token: '', fetchToken: async () => grant });
    await room.join();
    await provider.connection.show(remoteMedia('bob'));
    assert.deepEqual(
      room.state.participants.map(({ id, isLocal }) => [id, isLocal]),
      [
        ['p', true],
        ['bob', false],
      ],
    );
    assert.include(room.state, { name: 'Ada', role: 'guest' });
    assert.deepEqual(room.state.permissions, ['a', 'b']);
    room.leave();
    assert.deepEqual([room.state.participants, room.state.permissions, room.state.role], [[], [], undefined]);
  });

  it('follows a renewed grant', async () => {
    const room = mountRoom('no-audio no-video');
    let count = 0;
    Object.assign(room, { token: '', fetchToken: async () => ({ token: 't', participantId: `p-${++count}` }) });
    await room.join();
    await provider.connection.renewGrant();
    assert.strictEqual(room.state.participants[0]?.id, 'p-2');
  });
});

describe('the local media', () => {
  it('is published once, with the name in the alias only where the endpoint tells no names', async () => {
    const room = await mountJoinedRoom('name="Ada"');
    room.leave();
    Object.assign(room, {
      token: '',
      fetchToken: async () => ({ token: 't', session: 's', links: { participants: '/__endpoint/names' } }),
    });
    await room.join();
    assert.deepEqual(
      provider.connections.map(({ publications }) => publications.map(({ alias, kinds }) => [alias, kinds])),
      [[['Ada', ['audio', 'video']]], [[undefined, ['audio', 'video']]]],
    );
  });

  it('is not published by who has none, and is as soon as there is some', async () => {
    const devices = useDevices({ microphone: 'NotFoundError', camera: 'NotFoundError' });
    const room = await mountJoinedRoom();
    assert.deepEqual(provider.connection.publications, []);
    delete devices.faults.microphone;
    await room.setMicrophone(true);
    assert.deepEqual(
      provider.connection.publications.map(({ kinds }) => kinds),
      [['audio']],
    );
  });

  it('that can not be sent is told, and the meeting goes on', async () => {
    provider.onConnect = (connection) => (connection.publishFailure = new TypeError('no'));
    const room = mountRoom();
    const record = new EventRecord(room);
    await room.join();
    assert.deepEqual(
      record.of('room-error').map(({ code }) => code),
      ['publish-failed'],
    );
    assert.strictEqual(room.state.connection, 'connected');
    provider.connection.publishFailure = undefined;
    room.leave();
    provider.onConnect = undefined;
    await room.join();
    assert.strictEqual(room.state.error, undefined);
  });

  it('can’t be switched on where the page joins without it', async () => {
    const devices = useDevices();
    const room = await mountJoinedRoom('no-audio no-video');
    await room.setMicrophone(true);
    await room.setCamera(true);
    assert.deepEqual(devices.requests, []);
    assert.deepEqual([room.state.microphone.on, room.state.camera.on], [false, false]);
  });

  it('stays muted in the next meeting when the person has muted it', async () => {
    const room = await mountJoinedRoom('no-video');
    await room.setMicrophone(false);
    room.leave();
    assert.strictEqual(room.state.microphone.on, false);
    await room.join();
    assert.strictEqual(room.state.microphone.on, false);
    assert.strictEqual(provider.connection.publications[0]?.stream.getAudioTracks()[0]?.enabled, false);
  });

  it('camera off: the light goes out, and on again opens it', async () => {
    const devices = useDevices();
    const room = await mountJoinedRoom('no-audio');
    await room.setCamera(false);
    await until(() => devices.tracks.every(({ readyState }) => readyState === 'ended'), 'the camera is let go');
    await room.setCamera(true);
    assert.deepEqual(
      devices.tracks.map(({ readyState }) => readyState),
      ['ended', 'live'],
    );
    assert.deepEqual(provider.connection.publications.length, 2);
  });

  it('switches happen in the order asked for', async () => {
    const room = await mountJoinedRoom();
    await Promise.all([true, false, true, false].map((on) => room.setCamera(on)));
    assert.strictEqual(room.state.camera.on, false);
    await Promise.all([false, true, false, true].map((on) => room.setMicrophone(on)));
    assert.strictEqual(room.state.microphone.on, true);
  });
});

describe('the attributes', () => {
  it('from-query: the page’s address names room and person, in place of the attributes, and the person may change both', async () => {
    const { href } = location;
    const url = new URL(href);
    url.searchParams.set('room', ' retro ');
    url.searchParams.set('name', '<b>Ada');
    history.replaceState(null, '', url);
    release(() => history.replaceState(null, '', href));
    const room = mountRoom('name="Grace" from-query');
    await rendered(room);
    assert.deepEqual([field(room, 'room').value, field(room, 'name').value], ['retro', '<b>Ada']);
    assert.strictEqual(isShown(field(room, 'room')), true);
    const deaf = mountRoom('name="Grace"');
    await rendered(deaf);
    assert.deepEqual([deaf.state.room, field(deaf, 'name').value], ['standup', 'Grace']);
  });

  for (const { what, attributes, address, asked } of [
    { what: 'nothing', attributes: 'from-query', address: '', asked: [undefined, undefined] },
    { what: 'the attributes', attributes: 'invite="abc" as="viewer"', address: '', asked: ['abc', 'viewer'] },
    {
      what: 'the address in place of the attributes',
      attributes: 'from-query invite="abc" as="viewer"',
      address: '?as=moderator#invite=e.y%2B_-&x=1',
      asked: ['e.y+_-', 'moderator'],
    },
    {
      what: 'the attributes where the address says nothing',
      attributes: 'from-query invite="abc" as="viewer"',
      address: '#top',
      asked: ['abc', 'viewer'],
    },
    {
      what: 'nothing of the address without from-query',
      attributes: '',
      address: '?as=moderator#invite=xyz',
      asked: [undefined, undefined],
    },
  ] as const) {
    it(`the invitation and the role that are asked for: ${what}`, async () => {
      const { href } = location;
      history.replaceState(null, '', address || href);
      release(() => history.replaceState(null, '', href));
      const endpoint = new ScriptedEndpoint();
      await endpoint.write('POST', 'join', 200, { token: 't' });
      const room = mountRoom(`no-audio no-video ${attributes}`);
      Object.assign(room, { token: '', endpoint: `${endpoint.base}join` });
      const { error } = await room.join();
      assert.strictEqual(error, undefined);
      const [request] = await endpoint.requests('join');
      const { invite, role } = request?.body as Record<string, unknown>;
      assert.deepEqual([invite, role], [...asked]);
    });
  }

  it('from-query, with nothing in the address: what the attributes say', async () => {
    const room = mountRoom('name="Grace" from-query');
    await rendered(room);
    assert.deepEqual([field(room, 'room').value, field(room, 'name').value], ['standup', 'Grace']);
  });

  it('autostart: opens the devices in the lobby, and not again after the meeting', async () => {
    const devices = useDevices();
    const room = mountRoom('autostart');
    await until(() => room.state.localStream, 'open');
    await room.join();
    room.leave();
    await rendered(room);
    assert.deepEqual(devices.requests, ['audio video']);
    assertAllEnded(devices.tracks);
  });

  it('autostart asks for nothing in a room that uses nothing', async () => {
    const devices = useDevices();
    await rendered(mountRoom('autostart no-audio no-video'));
    assert.deepEqual(devices.requests, []);
  });

  for (const [attribute, layout] of [
    ['', 'spotlight'],
    ['layout="speaker"', 'speaker'],
    ['layout="nonsense"', 'spotlight'],
  ] as const) {
    it(`${attribute || 'no layout'}: ${layout} at first, then what the person chooses`, async () => {
      const room = mountRoom(attribute);
      await rendered(room);
      assert.strictEqual(room.state.layout, layout);
      room.room.setLayout('grid');
      room.muted = true;
      await rendered(room);
      assert.strictEqual(room.state.layout, 'grid');
    });
  }

  it('ringing: rings from joining until somebody else is there, or it is left', async () => {
    const { start, stop } = RingingTone.prototype;
    const calls: string[] = [];
    Object.assign(RingingTone.prototype, { start: () => calls.push('start'), stop: () => calls.push('stop') });
    release(() => Object.assign(RingingTone.prototype, { start, stop }));
    const room = await mountJoinedRoom('ringing no-audio no-video');
    await until(
      () => calls.join() === 'start',
      () => `rings: ${calls.join()}`,
    );
    await provider.connection.show(remoteMedia('ada', { types: ['AUDIO'] }));
    assert.strictEqual(calls[1], 'stop');
    room.leave();
    const quiet = await mountJoinedRoom('no-audio no-video');
    quiet.leave();
    provider.onConnect = ({ options }) => options.observer.streamAvailable(remoteMedia('ada', { types: ['AUDIO'] }));
    await mountJoinedRoom('ringing no-audio no-video');
    // What would ring is there by then.
    await import('../../src/room/ringing-tone.js');
    assert.strictEqual(calls.filter((call) => call === 'start').length, 1, 'where nobody was there');
  });

  it('no-shortcuts: the keys do nothing', async () => {
    const room = await mountJoinedRoom('no-video no-shortcuts');
    const press = (): boolean =>
      document.body.dispatchEvent(
        new KeyboardEvent('keydown', { key: 'M', code: 'KeyM', altKey: true, shiftKey: true, bubbles: true }),
      );
    press();
    assert.strictEqual(room.state.microphone.on, true);
    room.noShortcuts = false;
    await rendered(room);
    press();
    await until(() => !room.state.microphone.on, 'muted');
  });
});

describe('for style sheets', () => {
  it('the element says how the connection stands', async () => {
    const matches = (room: VideoRoom): string[] =>
      ['disconnected', 'connecting', 'connected', 'reconnecting', 'meeting', 'default'].filter((state) =>
        room.matches(`:state(${state})`),
      );
    const room = mountRoom('no-audio no-video', '<p>mine</p>');
    await rendered(room);
    assert.deepEqual(matches(room), ['disconnected']);
    await room.join();
    await rendered(room);
    assert.deepEqual(matches(room), ['connected', 'meeting']);
    provider.connection.setConnected(false);
    await rendered(room);
    assert.deepEqual(matches(room), ['reconnecting', 'meeting']);
    room.leave();
    room.textContent = '';
    await until(() => matches(room).join() === 'disconnected,default', 'the default interface');
  });
});

describe('a meeting', () => {
  it('gives its seat back when it is left, also before it was connected', async () => {
    const calls: string[] = [];
    const { fetch } = globalThis;
    globalThis.fetch = async (url, options) => {
      const request = new Request(url, options);
      calls.push(`${request.method} ${request.url} ${request.headers.get('authorization')}`);
      return new Response(null, { status: 204 });
    };
    release(() => (globalThis.fetch = fetch));
    const room = mountRoom('no-audio no-video');
    room.token = '';
    room.fetchToken = async () => ({ token: 't', session: 'secret', links: { self: '/seat' } });
    await room.join();
    room.leave();
    provider.gate = new Promise(() => undefined);
    const joining = room.join();
    await until(() => provider.connections.length === 2, 'connecting');
    room.leave();
    await joining;
    const call = `DELETE ${new URL('/seat', document.baseURI).href} Bearer secret`;
    assert.deepEqual(calls, [call, call]);
  });

  it('survives a move of the element in the page', async () => {
    const devices = useDevices();
    const room = await mountJoinedRoom();
    const record = new EventRecord(room);
    const { connection } = provider;
    const elsewhere = document.createElement('div');
    document.body.append(elsewhere);
    release(() => elsewhere.remove());
    elsewhere.append(room);
    room.remove();
    await new Promise((resolve) => setTimeout(resolve));
    elsewhere.append(room);
    // The grace that a removed element has, in milliseconds, and what a timer may be late by.
    await new Promise((resolve) => setTimeout(resolve, 600));
    assert.deepEqual([connection.isClosed, record.types], [false, []]);
    assert.ok(devices.tracks.every(({ readyState }) => readyState === 'live'));
    room.leave();
  });

  it('is left when the element is removed for good, devices and all', async () => {
    const devices = useDevices();
    const room = await mountJoinedRoom('id="gone"');
    const record = new EventRecord(room);
    room.remove();
    await until(() => provider.connection.isClosed, 'left');
    assertAllEnded(devices.tracks);
    assert.strictEqual(devices.tracks.length, 2);
    assert.deepEqual(record.types, ['room-left', 'connection-changed']);
    assert.ok(!findRoomHost('gone', document));
  });

  const MOMENTS = ['opening the devices', 'asking the page', 'connecting'] as const;
  for (const moment of MOMENTS) {
    it(`given up while ${moment}, leaves nothing behind`, async () => {
      const complaints = new Complaints();
      const devices = useDevices();
      let open: (value?: unknown) => void = () => undefined;
      const gate = new Promise((resolve) => (open = resolve));
      const room = mountRoom();
      const requests = recordRequests(room);
      const { fetchToken } = room;
      if (moment === 'opening the devices') devices.gate = gate;
      if (moment === 'connecting') provider.gate = gate;
      if (moment === 'asking the page') {
        room.fetchToken = async (...parameters) => {
          const answer = await fetchToken?.(...parameters);
          await gate;
          return answer;
        };
      }
      const reached = {
        'opening the devices': () => devices.requests.length === 1,
        'asking the page': () => requests.length === 1,
        connecting: () => provider.connections.length === 1,
      };
      const joining = room.join();
      await until(reached[moment], moment);
      room.remove();
      assert.include(await joining, { connection: 'disconnected', error: undefined });
      open();
      await until(() => devices.tracks.length === 2, 'the devices were opened');
      await until(() => devices.tracks.every(({ readyState }) => readyState === 'ended'), 'the devices are let go');
      assert.ok(provider.connections.every(({ isOpen, isClosed }) => !isOpen || isClosed));
      await complaints.assertNone();
    });
  }

  it('is left when the page goes away', async () => {
    const devices = useDevices();
    const room = await mountJoinedRoom();
    dispatchEvent(new PageTransitionEvent('pagehide', { persisted: true }));
    assert.strictEqual(provider.connection.isClosed, true);
    assertAllEnded(devices.tracks);
    assert.include(room.state, { connection: 'disconnected', error: undefined });
  });

  it('is left for another room when the attribute changes, muted as it was', async () => {
    const devices = useDevices();
    const room = await mountJoinedRoom();
    await room.setMicrophone(false);
    const requests = recordRequests(room);
    const record = new EventRecord(room);
    room.setAttribute('room', 'retro');
    await until(() => record.types.includes('room-joined'), 'in the other room');
    assert.deepEqual(record.types, [
      'room-left',
      'connection-changed',
      'connection-changed',
      'connection-changed',
      'room-joined',
    ]);
    assert.deepEqual([record.of('room-left')[0]?.room, record.of('room-joined')[0]?.room], ['standup', 'retro']);
    assert.deepEqual(
      requests.map((request) => request.room),
      ['retro'],
    );
    assert.deepEqual(
      provider.connections.map(({ isClosed }) => isClosed),
      [true, false],
    );
    assertAllEnded(devices.tracks.slice(0, 2));
    assert.strictEqual(room.state.microphone.on, false);
  });

  it('of another room is joined when the attribute changes in the middle of joining', async () => {
    provider.gate = new Promise(() => undefined);
    const room = mountRoom('no-audio no-video');
    const requests = recordRequests(room);
    void room.join();
    await until(() => provider.connections.length === 1, 'connecting');
    provider.gate = Promise.resolve();
    room.roomName = 'retro';
    await until(() => room.state.connection === 'connected', 'joined');
    assert.deepEqual(
      requests.map((request) => request.room),
      ['standup', 'retro'],
    );
    assert.strictEqual(room.state.room, 'retro');
  });

  it('can be joined again after it was lost', async () => {
    const room = await mountJoinedRoom('no-audio no-video');
    provider.connection.end(new RoomError('connection-lost'));
    await rendered(room);
    assert.include(textInside(room, '[role=alert]'), 'connection to the meeting was lost');
    joinButton(room).click();
    await until(() => room.state.connection === 'connected', 'joined again');
    assert.strictEqual(room.state.error, undefined);
  });

  it('goes on beside another one in the same page', async () => {
    const [one, two] = [await mountJoinedRoom('id="one"'), await mountJoinedRoom('id="two" room="retro"')];
    const [first, second] = provider.connections;
    const records = [new EventRecord(one), new EventRecord(two)];
    await second?.show(remoteMedia('ada', { types: ['VIDEO'] }));
    await one.setMicrophone(false);
    one.leave();
    assert.deepEqual([one.state.connection, two.state.connection], ['disconnected', 'connected']);
    assert.strictEqual(two.state.microphone.on, true);
    assert.deepEqual(records[1]?.types, ['participant-joined', 'stream-available']);
    assert.deepEqual([first?.isClosed, second?.isClosed], [true, false]);
    const tracks = second?.publications[0]?.stream.getTracks() ?? [];
    assert.deepEqual(
      tracks.map(({ readyState }) => readyState),
      ['live', 'live'],
    );
  });
});
