/** Phone calls of a room: real requests and real server-sent events, answered by what each test writes. */
import { assert } from '@open-wc/testing';
import { RoomError } from '../../src/index.js';
import type { VideoRoom } from '../../src/index.js';
import { EventRecord, mountRoom, release, until } from './helpers/page.js';
import { useFakeProvider, type FakeProvider } from './helpers/fake-provider.js';
import { remoteMedia } from './helpers/remote-media.js';
import { ScriptedEndpoint } from './helpers/scripted-endpoint.js';

const NUMBER = '+12025550100';

let provider: FakeProvider;
let endpoint: ScriptedEndpoint;

beforeEach(() => {
  provider = useFakeProvider();
  endpoint = new ScriptedEndpoint();
});

interface Offer {
  readonly calls?: string | undefined;
  readonly events?: string | undefined;
  readonly permissions?: readonly string[];
}

/** In a meeting whose endpoint offers calls and a channel, unless said otherwise. */
async function join({ calls = 'calls', events = 'events?ticket=1', permissions }: Offer = {}): Promise<VideoRoom> {
  const room = mountRoom('no-audio no-video');
  const links = { ...(calls && { calls: endpoint.base + calls }), ...(events && { events: endpoint.base + events }) };
  Object.assign(room, { token: '', fetchToken: async () => ({ token: 't', session: 'secret', links, permissions }) });
  const { error } = await room.join();
  assert.strictEqual(error, undefined);
  return room;
}

/** The call that was started here, by the endpoint's words for it. */
async function startCall(
  room: VideoRoom,
  name = 'Bob',
): Promise<{ id: string; tell: (status: string) => Promise<void> }> {
  await endpoint.write('POST', 'calls', 201, { status: 'ringing', participantId: 'phone' });
  await room.room.dial(NUMBER, { name });
  const id = room.state.calls.at(-1)?.id ?? '';
  return { id, tell: (status) => endpoint.tell('call-changed', { id, number: NUMBER, name, status }) };
}

/** Does something to each request for a call on its way. */
function interfere(meddle: (send: () => Promise<Response>) => Promise<Response>): void {
  const { fetch } = window;
  release(() => (window.fetch = fetch));
  window.fetch = (...request) => {
    const send = (): Promise<Response> => fetch(...request);
    return request[0] === `${endpoint.base}calls` ? meddle(send) : send();
  };
}

function statuses(room: VideoRoom): string[] {
  return room.state.calls.map(({ status }) => status);
}

describe('whether phones can be called', () => {
  for (const [what, offer, dialing] of [
    ['offers none', { calls: '' }, 'unavailable'],
    ['offers them and knows no permissions', {}, 'available'],
    ['offers them and permits it', { permissions: ['room.dial_out'] }, 'available'],
    ['offers them and permits nothing', { permissions: [] }, 'forbidden'],
    ['offers them and permits other things', { permissions: ['room.self.audio_mute'] }, 'forbidden'],
  ] as const) {
    it(`is told: the endpoint ${what}`, async () => {
      const room = await join({ ...offer, events: '' });
      assert.strictEqual(room.state.dialing, dialing);
      room.leave();
      assert.strictEqual(room.state.dialing, 'unavailable');
    });
  }
});

describe('a call', () => {
  it('is asked of the endpoint, followed by its events, and told to the page', async () => {
    const room = await join();
    const record = new EventRecord(room);
    const call = await startCall(room);
    assert.deepEqual(statuses(room), ['ringing']);
    await call.tell('answered');
    await until(() => statuses(room)[0] === 'answered', 'it is answered');
    await call.tell('ended');
    await until(() => statuses(room)[0] === 'ended', 'it is over');
    assert.deepEqual(
      record.of('call-changed').map(({ call: { status, number, name, isOwn } }) => [status, number, name, isOwn]),
      ['dialing', 'ringing', 'answered', 'ended'].map((status) => [status, NUMBER, 'Bob', true]),
    );
    assert.strictEqual(room.state.calls[0]?.participantId, 'phone');
    const [request] = await endpoint.requests('calls');
    assert.deepEqual(request?.body, { id: call.id, number: NUMBER, name: 'Bob' });
    assert.match(call.id, /^[\w-]{8,64}$/);
    assert.strictEqual(request?.headers['authorization'], 'Bearer secret');
  });

  it('does not go back: what was asked for earlier may be answered after newer news', async () => {
    const room = await join();
    const call = await startCall(room);
    for (const status of ['busy', 'ringing', 'answered', 'ended']) await call.tell(status);
    await endpoint.tell('call-changed', { id: 'last-call', status: 'ringing' });
    await until(() => room.state.calls.length === 2, 'all was told');
    assert.deepEqual(statuses(room), ['busy', 'ringing']);
  });

  it('of others is shown, from the snapshot and from then on', async () => {
    const room = await join();
    const theirs = { id: 'theirs-1', number: NUMBER, name: 'Bob', status: 'answered', participantId: 'phone' };
    await endpoint.tell('snapshot', { room: { name: 'standup' }, participants: [], calls: [theirs] });
    await endpoint.tell('call-changed', { ...theirs, id: 'theirs-2', status: 'ringing' });
    await until(() => room.state.calls.length === 2, 'both are there');
    assert.deepEqual(
      room.state.calls.map(({ isOwn }) => isOwn),
      [false, false],
    );
  });

  it('that a snapshot does not know any more is over', async () => {
    const room = await join();
    await startCall(room);
    await endpoint.tell('snapshot', { calls: [] });
    await until(() => statuses(room)[0] === 'ended', 'it is over');
  });

  it('is unmoved by rubbish', async () => {
    const room = await join();
    const call = await startCall(room);
    for (const data of ['nonsense', 'null', '5', '[]', { id: 5 }, { id: call.id, status: 'constructor', name: {} }])
      await endpoint.tell('call-changed', data);
    for (const data of ['nonsense', 'null', {}, { calls: {} }]) await endpoint.tell('snapshot', data);
    await endpoint.tell('call-changed', { id: 'last-call', status: 'ringing' });
    await until(() => room.state.calls.length === 2, 'all was told');
    assert.deepEqual([statuses(room), room.state.calls[0]?.name], [['ringing', 'ringing'], 'Bob']);
  });

  for (const [status, body, code, message] of [
    [
      400,
      { code: 'number-invalid', detail: 'This number is too short.' },
      'number-invalid',
      'This number is too short.',
    ],
    [403, { code: 'number-not-allowed' }, 'number-not-allowed', 'This number may not be called from here.'],
    [403, { code: 'permission-missing', detail: 'Not you.' }, 'permission-missing', 'Not you.'],
    [429, { code: 'call-limit' }, 'call-limit', 'Too many calls. Wait a minute, then try again.'],
    [
      502,
      { code: 'call-failed', detail: 'secret' },
      'call-failed',
      'The phone service has a problem. Try again in a moment.',
    ],
    [401, undefined, 'permission-missing', 'You are not allowed to do this here.'],
    [403, undefined, 'permission-missing', 'You are not allowed to do this here.'],
    [409, undefined, 'call-failed', 'The phone service has a problem. Try again in a moment.'],
    [429, undefined, 'call-limit', 'Too many calls. Wait a minute, then try again.'],
    [500, undefined, 'endpoint-failed', 'The meeting service has a problem. Try again in a moment.'],
  ] as const) {
    it(`that is refused with ${status} ${body?.code ?? ''} has failed, and says why`, async () => {
      const room = await join();
      const record = new EventRecord(room);
      await endpoint.write('POST', 'calls', status, body);
      await room.room.dial(NUMBER);
      const [call] = room.state.calls;
      assert.deepEqual([call?.status, call?.error?.code, call?.error?.message], ['failed', code, message]);
      assert.deepEqual(record.types, ['call-changed', 'call-changed']);
    });
  }

  it('outside a meeting comes to nothing', async () => {
    const room = mountRoom('no-audio no-video');
    await room.room.dial(NUMBER);
    await room.room.hangUp('any');
    await room.room.sendDigits('any', '1');
    assert.deepEqual(room.state.calls, []);
  });

  it('is hung up by the endpoint', async () => {
    const room = await join();
    const { id } = await startCall(room);
    await endpoint.write('DELETE', `calls/${id}`, 204);
    await room.room.hangUp(id);
    assert.deepEqual(statuses(room), ['ended']);
  });

  it('that is gone counts as hung up; one that can’t be hung up goes on, and that is told', async () => {
    const room = await join();
    const first = await startCall(room);
    const second = await startCall(room);
    await endpoint.write('DELETE', `calls/${first.id}`, 404, { code: 'call-gone' });
    await endpoint.write('DELETE', `calls/${second.id}`, 500);
    await room.room.hangUp(first.id);
    await room.room.hangUp(second.id);
    assert.deepEqual(statuses(room), ['ended', 'ringing']);
    assert.strictEqual(room.state.error?.code, 'endpoint-failed');
    await endpoint.write('DELETE', `calls/${second.id}`, 204);
    await room.room.hangUp(second.id);
    assert.deepEqual(statuses(room), ['ended', 'ended']);
    assert.strictEqual(room.state.error, undefined, 'it is overcome');
  });

  it('that is hung up before the endpoint has heard of it is hung up once more', async () => {
    const room = await join();
    let heard = (): void => undefined;
    const onItsWay = new Promise<void>((resolve) => (heard = resolve));
    interfere((send) => onItsWay.then(send));
    await endpoint.write('POST', 'calls', 201, { status: 'ringing' });
    const dialing = room.room.dial(NUMBER);
    await until(() => room.state.calls.length === 1, 'dialing');
    const id = room.state.calls[0]?.id ?? '';
    await endpoint.write('DELETE', `calls/${id}`, 404, { code: 'call-gone' });
    await room.room.hangUp(id);
    await endpoint.write('DELETE', `calls/${id}`, 204);
    heard();
    await dialing;
    assert.deepEqual(
      (await endpoint.requests('calls')).map(({ method }) => method),
      ['DELETE', 'POST', 'DELETE'],
    );
    assert.deepEqual(statuses(room), ['ended']);
  });

  it('whose answer got lost goes on as the endpoint says', async () => {
    const room = await join();
    await endpoint.write('POST', 'calls', 201, { status: 'ringing' });
    interfere((send) => send().then(() => Promise.reject(new TypeError('The network is gone.'))));
    await room.room.dial(NUMBER);
    const [call] = room.state.calls;
    assert.deepEqual([call?.status, call?.error?.code], ['failed', 'endpoint-unreachable']);
    await endpoint.tell('snapshot', { calls: [{ id: call?.id, number: NUMBER, status: 'answered' }] });
    await until(() => statuses(room)[0] === 'answered', 'it is there');
    assert.deepEqual([room.state.calls[0]?.error, room.state.calls[0]?.isOwn], [undefined, true]);
  });

  it('of somebody else that was only dialing when the endpoint forgot it is over', async () => {
    const room = await join();
    await endpoint.tell('call-changed', { id: 'theirs', status: 'dialing' });
    await endpoint.tell('snapshot', { calls: [] });
    await until(() => statuses(room)[0] === 'ended', 'it is over');
  });

  it('that the endpoint is only being asked for need not be known to it', async () => {
    const room = await join();
    await endpoint.write('POST', 'calls', 201, { status: 'ringing' });
    let heard = (): void => undefined;
    const onItsWay = new Promise<void>((resolve) => (heard = resolve));
    interfere((send) => onItsWay.then(send));
    const dialing = room.room.dial(NUMBER);
    await endpoint.tell('snapshot', { calls: [] });
    await endpoint.tell('call-changed', { id: 'theirs', status: 'ringing' });
    await until(() => room.state.calls.length === 2, 'all was told');
    assert.deepEqual(statuses(room), ['dialing', 'ringing']);
    heard();
    await dialing;
  });

  it('leads nowhere else by its id', async () => {
    const room = await join();
    const id = 'x/../../self';
    await endpoint.tell('call-changed', { id, status: 'ringing' });
    await until(() => room.state.calls.length === 1, 'it is there');
    await room.room.hangUp(id);
    const asked = (await endpoint.requests()).filter(({ method }) => method === 'DELETE').map(({ path }) => path);
    assert.deepEqual(asked, []);
  });

  it('ends for the page with the meeting, and nothing is listened to any more', async () => {
    const room = await join();
    await startCall(room);
    await endpoint.listened(1);
    room.leave();
    assert.deepEqual(room.state.calls, []);
    await endpoint.listened(0);
  });
});

describe('the keypad', () => {
  it('goes with the sound where one phone hears it', async () => {
    const room = await join();
    const call = await startCall(room);
    await call.tell('answered');
    await until(() => statuses(room)[0] === 'answered', 'it is answered');
    await room.room.sendDigits(call.id, '12#');
    assert.strictEqual(provider.connection.digits, '12#');
  });

  for (const [what, prepare] of [
    ['two phones are there', async (room: VideoRoom) => (await startCall(room)).tell('answered')],
    ['no sound is sent', async () => (provider.connection.carriesDigits = false)],
  ] as const) {
    it(`goes by the endpoint where ${what}, all that is pressed quickly together`, async () => {
      const room = await join();
      const call = await startCall(room);
      await call.tell('answered');
      await prepare(room);
      await until(() => statuses(room).every((status) => status === 'answered'), 'they are answered');
      await endpoint.write('POST', `calls/${call.id}/digits`, 204);
      await Promise.all(['1', '*', '3'].map((digit) => room.room.sendDigits(call.id, digit)));
      const requests = await endpoint.requests(`calls/${call.id}/digits`);
      assert.deepEqual(
        requests.map(({ body }) => body),
        [{ digits: '1*3' }],
      );
      assert.strictEqual(provider.connection.digits, '');
    });
  }

  it('has no keys but a telephone’s: the browser throws at others, and that is told', async () => {
    const room = await join();
    const call = await startCall(room);
    await call.tell('answered');
    await until(() => statuses(room)[0] === 'answered', 'it is answered');
    provider.connection.sendDigits = () => {
      throw new DOMException('What insertDTMF() says.', 'InvalidCharacterError');
    };
    await room.room.sendDigits(call.id, 'hello');
    assert.strictEqual(room.state.error?.code, 'call-failed');
  });
});

describe('the keypad of a call that is not answered', () => {
  it('is heard by no other phone', async () => {
    const room = await join();
    const ringing = await startCall(room);
    const call = await startCall(room);
    await call.tell('answered');
    await until(() => statuses(room)[1] === 'answered', 'it is answered');
    await room.room.sendDigits(ringing.id, '1');
    assert.strictEqual(provider.connection.digits, '');
    assert.deepEqual(statuses(room), ['ringing', 'answered']);
  });
});

describe('the room channel', () => {
  it('is resumed from where it was when it breaks', async () => {
    const room = await join();
    await startCall(room);
    await endpoint.tell('snapshot', {});
    await endpoint.cut();
    await endpoint.listened(1);
    const requests = await endpoint.requests('events');
    assert.deepEqual(
      requests.map(({ path, headers }) => [path, headers['last-event-id']]),
      [
        ['events?ticket=1', undefined],
        ['events?ticket=1', 'e-1'],
      ],
    );
  });

  it('is opened with a new ticket, from where it was, when the old one is refused', async () => {
    await join();
    await endpoint.tell('snapshot', {});
    await endpoint.write('GET', 'events', 401);
    await endpoint.write('POST', 'events', 200, { events: 'other/events?ticket=2' });
    await endpoint.cut();
    let asked: (string | undefined)[][] = [];
    await until(() => {
      void endpoint.requests('other').then((requests) => (asked = requests.map(({ method, path }) => [method, path])));
      return asked.length > 0;
    }, 'the new address is used');
    assert.deepEqual(asked[0], ['GET', 'other/events?ticket=2&lastEventId=e-1']);
    const renewals = (await endpoint.requests('events')).filter(({ method }) => method === 'POST');
    assert.strictEqual(renewals[0]?.headers['authorization'], 'Bearer secret');
  });

  it('is closed where a renewed grant offers none', async () => {
    const room = mountRoom('no-audio no-video');
    let events: string | undefined = `${endpoint.base}events`;
    Object.assign(room, { token: '', fetchToken: async () => ({ token: 't', session: 's', links: { events } }) });
    await room.join();
    await endpoint.listened(1);
    events = undefined;
    await provider.connection.renewGrant();
    await endpoint.listened(0);
  });

  it('follows a renewed grant', async () => {
    const room = mountRoom('no-audio no-video');
    let count = 0;
    const fetchToken = async () => ({
      token: 't',
      session: 's',
      links: { events: `${endpoint.base}events?n=${++count}` },
    });
    Object.assign(room, { token: '', fetchToken });
    await room.join();
    await endpoint.listened(1);
    await provider.connection.renewGrant();
    await endpoint.listened(1);
    await until(() => count === 2, 'renewed');
    assert.deepEqual(
      (await endpoint.requests('events')).map(({ path }) => path),
      ['events?n=1', 'events?n=2'],
    );
  });
});

describe('an endpoint that behaves as the vendor’s sample', () => {
  const dialOptions = (): { name: string; endpoint: string } => ({
    name: 'Bob',
    endpoint: `${endpoint.base}startPSTNCall`,
  });

  it('is asked for a call, which is answered when the phone is there and over when it has gone', async () => {
    const room = await join({ calls: '', events: '' });
    const record = new EventRecord(room);
    await provider.connection.show(remoteMedia('before', { alias: 'Bob', types: ['AUDIO'] }));
    await endpoint.write('POST', 'startPSTNCall', 200, { status: 'ringing' });
    await room.room.dial(NUMBER, dialOptions());
    await provider.connection.show(
      remoteMedia('ada', { alias: 'Bob' }),
      remoteMedia('eve', { alias: 'Eve', types: ['AUDIO'] }),
    );
    assert.deepEqual(statuses(room), ['ringing']);
    const phone = remoteMedia('phone', { types: ['AUDIO'] });
    await provider.connection.show(phone);
    await until(() => statuses(room)[0] === 'answered', 'it is answered');
    assert.strictEqual(room.state.calls[0]?.participantId, 'phone');
    // Away for a moment, as for digits that go by the endpoint.
    provider.connection.hide(phone);
    await provider.connection.show(phone);
    assert.deepEqual(statuses(room), ['answered']);
    provider.connection.hide(phone);
    await until(() => statuses(room)[0] === 'ended', 'it is over', 8000);
    assert.deepEqual(
      record.of('call-changed').map(({ call }) => call.status),
      ['dialing', 'ringing', 'answered', 'ended'],
    );
    const [request] = await endpoint.requests('startPSTNCall');
    assert.deepEqual(request?.body, {
      room: 'standup',
      number: NUMBER,
      name: 'Bob',
      callee: { name: 'Bob', phone_number: NUMBER },
    });
    assert.strictEqual(request?.headers['authorization'], undefined, 'the bearer is no business of this server');
  });

  it('has one phone answer one call', async () => {
    const room = await join({ calls: '', events: '' });
    await endpoint.write('POST', 'startPSTNCall', 200, { status: 'ringing' });
    await room.room.dial(NUMBER, dialOptions());
    await room.room.dial('+12025550102', { ...dialOptions(), name: 'Eve' });
    for (const [id, expected] of [
      ['first', ['answered', 'ringing']],
      ['second', ['answered', 'answered']],
    ] as const) {
      await provider.connection.show(remoteMedia(id, { types: ['AUDIO'] }));
      await until(() => room.state.calls.some(({ participantId }) => participantId === id), `${id} is there`);
      assert.deepEqual(statuses(room), [...expected]);
    }
  });

  it('at what is no address makes the call fail', async () => {
    const room = await join({ calls: '', events: '' });
    await room.room.dial(NUMBER, { endpoint: 'http://[' });
    assert.deepEqual(statuses(room), ['failed']);
  });

  it('is asked to hang up', async () => {
    const room = await join({ calls: '', events: '' });
    await endpoint.write('POST', 'startPSTNCall', 200, { status: 'ringing' });
    await endpoint.write('GET', 'endPSTNCall', 200, { status: 'hungup' });
    await room.room.dial(NUMBER, dialOptions());
    await room.room.hangUp(room.state.calls[0]?.id ?? '');
    assert.deepEqual(statuses(room), ['ended']);
    const [request] = await endpoint.requests('endPSTNCall');
    assert.strictEqual(request?.path, 'endPSTNCall?room=standup');
  });

  for (const [status, body, message] of [
    [200, { message: 'failed to start PSTN call' }, 'The phone service has a problem. Try again in a moment.'],
    [200, { status: 'failed' }, 'The phone service has a problem. Try again in a moment.'],
    [200, undefined, 'The phone service has a problem. Try again in a moment.'],
    [500, { message: 'failed' }, 'The meeting service has a problem. Try again in a moment.'],
  ] as const) {
    it(`and fails with ${status} makes the call fail`, async () => {
      const room = await join({ calls: '', events: '' });
      await endpoint.write('POST', 'startPSTNCall', status, body);
      await room.room.dial(NUMBER, dialOptions());
      const [call] = room.state.calls;
      assert.deepEqual([call?.status, call?.error?.message], ['failed', message]);
    });
  }

  for (const room of ['standup', { name: 'standup', session_id: '1' }]) {
    it(`gives a room as ${typeof room}`, async () => {
      await endpoint.write('POST', 'joinCall', 200, { message: 'created', token: 'token', room });
      const element = mountRoom(`no-audio no-video endpoint="${endpoint.base}joinCall"`);
      Object.assign(element, { token: '', roomName: 'other', name: 'Ada' });
      await element.join();
      assert.deepEqual([element.state.connection, element.state.room], ['connected', 'standup']);
      const [request] = await endpoint.requests('joinCall');
      const { caller, call_type: type } = request?.body as { caller: unknown; call_type: string };
      assert.deepEqual([caller, type], [{ name: 'Ada' }, 'app']);
    });
  }

  it('that gives no token says why', async () => {
    await endpoint.write('POST', 'joinCall', 200, { message: 'failed to create participant' });
    const element = mountRoom(`no-audio no-video endpoint="${endpoint.base}joinCall"`);
    element.token = '';
    const { error } = await element.join();
    assert.deepEqual([error?.code, error?.cause], ['token-missing', 'failed to create participant']);
    assert.instanceOf(error, RoomError);
  });

  it('is asked for the names of those who have none', async () => {
    await endpoint.write('GET', 'idLookup', 200, { attendee: 'Bob' });
    const room = mountRoom(`no-audio no-video id-lookup="${endpoint.base}idLookup"`);
    Object.assign(room, { token: '', fetchToken: async () => ({ token: 't', session: 'secret' }) });
    await room.join();
    await provider.connection.show(remoteMedia('phone', { types: ['AUDIO'] }), remoteMedia('ada', { alias: 'Ada' }));
    await until(() => room.state.participants.length === 3, 'both are there');
    assert.deepEqual(
      room.state.participants
        .slice(1)
        .map(({ name }) => name)
        .sort(),
      ['Ada', 'Bob'],
    );
    assert.deepEqual(
      (await endpoint.requests('idLookup')).map(({ path, headers }) => [path, headers['authorization']]),
      [['idLookup?id=phone', undefined]],
      'the bearer is no business of this server',
    );
  });
});
