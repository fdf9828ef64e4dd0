import assert from 'node:assert/strict';
import test from 'node:test';
import { problemOf, ROOM, setUpOwner, STREAM } from './owner-set-up.js';

const many = <Value>(count: number, value: Value): Value[] => Array.from({ length: count }, () => value);
const fromNow = (milliseconds: number): string => new Date(Date.now() + milliseconds).toISOString();

const ROOMS = 'POST api/rooms';
const CHANGE = `PATCH api/rooms/${ROOM}`;
const MUTE = `POST api/rooms/${ROOM}/mute`;
const PERSON = `PATCH api/rooms/${ROOM}/participants/{ada}`;
const CLASSES = `PUT api/rooms/${ROOM}/streams/${STREAM.id}/layout-classes`;
const SIGNALS = `POST api/rooms/${ROOM}/signals`;
const CALLS = `POST api/rooms/${ROOM}/calls`;
const INVITE = `POST api/rooms/${ROOM}/invitations`;
const WEBHOOKS = 'POST api/webhooks';
const YEAR = 365 * 86_400_000;

/** What a field may just be, what it may just not be any more, and how that is said. */
const FIELDS: readonly [route: string, good: object | undefined, bad: unknown, detail: RegExp][] = [
  [ROOMS, { name: 'x'.repeat(64) }, { name: 'x'.repeat(65) }, /^The field "name" must have at most 64 characters\.$/],
  [ROOMS, { name: '👋'.repeat(64) }, { name: '\u202Eabc' }, /^The field "name" must not contain control characters/],
  [ROOMS, undefined, { name: '  ' }, /^The field "name" must not be empty/],
  [ROOMS, { name: '...' }, { name: '..' }, /^The field "name" must not be "\." or "\.\."\.$/],
  [ROOMS, undefined, {}, /^The field "name" must be a text/],
  [
    ROOMS,
    { name: 'a', maxParticipants: 20 },
    { name: 'b', maxParticipants: 21 },
    /^The field "maxParticipants" must be/,
  ],
  [ROOMS, { name: 'c', maxParticipants: 1 }, { name: 'd', maxParticipants: 0 }, /^The field "maxParticipants" must be/],
  [ROOMS, { name: 'e', timeLimitSeconds: 32_400 }, { name: 'f', timeLimitSeconds: 32_401 }, /must be at most 32400/],
  [ROOMS, { name: 'g', timeLimitSeconds: 1 }, { name: 'h', timeLimitSeconds: 0 }, /must be at least 1/],
  [ROOMS, { name: 'i', audioOnly: true }, { name: 'j', audioOnly: 'yes' }, /^The field "audioOnly" must be true or/],
  [ROOMS, undefined, { name: 'k', isLocked: true }, /^The field "isLocked" is not known here\.$/],
  [ROOMS, undefined, [], /^The body must be a JSON object\.$/],
  [ROOMS, undefined, 'null', /^The body must be a JSON object\.$/],
  [ROOMS, undefined, '{"name"', /^The body is not JSON\.$/],
  [CHANGE, { displayName: 'x'.repeat(64) }, { displayName: 'x'.repeat(65) }, /"displayName" must have at most 64/],
  [CHANGE, { layout: null }, { layout: 'circle' }, /^The field "layout" must be one of grid, speaker, spotlight/],
  [CHANGE, { spotlight: null }, { spotlight: 'x'.repeat(129) }, /"spotlight" must have at most 128/],
  [CHANGE, { locked: false }, { locked: null }, /^The field "locked" must be true or false/],
  [MUTE, {}, { except: many(101, 'a') }, /^The field "except" must have at most 100 entries/],
  [MUTE, { except: [STREAM.id] }, { except: ['x'.repeat(129)] }, /^The field "except.0" must have at most 128/],
  [PERSON, { microphone: 'ask' }, { microphone: 'on' }, /^The field "microphone" must be "off" or "ask"/],
  [PERSON, { hand: false }, { hand: true }, /^The field "hand" must be false/],
  [PERSON, { role: 'guest' }, { role: 'owner' }, /^The field "role"/],
  [PERSON, undefined, {}, /^The body must have at least one field\.$/],
  [CLASSES, { layoutClasses: many(16, 'a'.repeat(64)) }, { layoutClasses: many(17, 'a') }, /must have at most 16/],
  [CLASSES, { layoutClasses: [] }, { layoutClasses: ['a'.repeat(65)] }, /"layoutClasses.0" must be 1 to 64 letters/],
  [CLASSES, undefined, { layoutClasses: ['a b'] }, /"layoutClasses.0" must be 1 to 64 letters/],
  [SIGNALS, { type: 'x'.repeat(64), data: 1 }, { type: 'x'.repeat(65), data: 1 }, /^The field "type" must be 1 to 64/],
  [
    SIGNALS,
    { type: 'a', data: 'x'.repeat(8190) },
    { type: 'a', data: 'x'.repeat(8191) },
    /"data" must have at most 8192/,
  ],
  [
    SIGNALS,
    { type: 'chat', data: { text: 'x'.repeat(2000) } },
    { type: 'chat', data: { text: 'x'.repeat(2001) } },
    /"data.text" must have at most 2000/,
  ],
  [SIGNALS, { id: 'x'.repeat(64), type: 'a' }, { id: 'x'.repeat(65), type: 'a' }, /^The field "id" must be 8 to 64/],
  [SIGNALS, { id: 'x'.repeat(8), type: 'a' }, { id: 'x'.repeat(7), type: 'a' }, /^The field "id" must be 8 to 64/],
  [CALLS, undefined, { number: '1'.repeat(257) }, /^The field "number" must have at most 256/],
  [CALLS, undefined, { number: '+12025550100', hears: many(101, 'a') }, /^The field "hears" must have at most 100/],
  [CALLS, undefined, { number: '+12025550100', uui: 'x'.repeat(351) }, /^The field "uui" must have at most 350/],
  [INVITE, { data: 'x'.repeat(1000) }, { data: 'x'.repeat(1001) }, /^The field "data" must have at most 1000/],
  [INVITE, { expiresAt: fromNow(YEAR) }, { expiresAt: fromNow(YEAR + 2 * 86_400_000) }, /must be within a year/],
  [INVITE, { expiresAt: fromNow(600_000) }, { expiresAt: fromNow(-1) }, /must be later than now/],
  [
    INVITE,
    { notBefore: fromNow(600_000), expiresAt: fromNow(601_000) },
    { notBefore: fromNow(601_000), expiresAt: fromNow(600_000) },
    /"expiresAt" must be later than now and than "notBefore"/,
  ],
  [INVITE, undefined, { expiresAt: 'tomorrow' }, /^The field "expiresAt" must be a moment such as/],
  [
    INVITE,
    { permissions: { take: ['room.message'] } },
    { permissions: { take: ['room.fly'] } },
    /"permissions.take.0"/,
  ],
  [
    WEBHOOKS,
    { url: `http://a/${'x'.repeat(1991)}` },
    { url: `http://a/${'x'.repeat(1992)}` },
    /at most 2000 characters/,
  ],
  [WEBHOOKS, undefined, { url: 'ftp://example.com' }, /must begin with http/],
  [WEBHOOKS, undefined, { url: 'https://a', types: ['fire'] }, /^Nothing of the type "fire" is recorded/],
];

test('what fields may be, and one past it', async (t) => {
  const { ask, join } = await setUpOwner(t);
  const ada = await join('Ada', { role: 'moderator' });
  await ask('PATCH', 'rooms/self', { bearer: ada.session, body: { streams: [STREAM] } });
  for (const [route, good, bad, detail] of FIELDS) {
    const [method = '', path = ''] = route.replace('{ada}', ada.participantId).split(' ');
    const label = `${route} ${JSON.stringify(bad).slice(0, 100)}`;
    const refused = problemOf(await ask(method, path, { body: bad }));
    assert.deepEqual([refused.status, refused.code], [400, 'endpoint-rejected'], label);
    assert.match(refused.detail, detail, label);
    if (good === undefined) continue;
    const { status, body } = await ask(method, path, { body: good });
    assert.ok(
      status < 300,
      `${route} ${JSON.stringify(good).slice(0, 100)}: ${JSON.stringify(body ?? null).slice(0, 300)}`,
    );
  }
});

test('what parameters and names in the address may be, and one past it', async (t) => {
  const { ask, join } = await setUpOwner(t);
  const ada = await join('Ada');
  const table: [path: string, detail: RegExp][] = [
    ['?limit=201', /^The parameter "limit" must be at most 200/],
    ['?limit=0', /^The parameter "limit" must be at least 1/],
    ['?limit=1.5', /^The parameter "limit" must be a whole number/],
    ['?limit=x', /^The parameter "limit" must be a whole number/],
    [`?before=${'x'.repeat(65)}`, /^The parameter "before" must have at most 64/],
  ];
  for (const [query, detail] of table)
    assert.match(problemOf(await ask('GET', `api/rooms/${ROOM}/events${query}`)).detail, detail);
  for (const query of ['?limit=1', '?limit=200', `?before=${'x'.repeat(64)}`])
    assert.equal((await ask('GET', `api/rooms/${ROOM}/events${query}`)).status, 200);
  const long = await ask('GET', `api/rooms/${'x'.repeat(65)}`);
  assert.match(problemOf(long).detail, /^The part of the path "room" must have at most 64 characters/);
  assert.equal((await ask('GET', `api/rooms/${'x'.repeat(64)}`)).status, 404);
  const person = `api/rooms/${ROOM}/participants/${ada.participantId}`;
  const tooLong = problemOf(await ask('DELETE', `${person}?reason=${'x'.repeat(501)}`));
  assert.match(tooLong.detail, /^The parameter "reason" must have at most 500/);
  assert.equal((await ask('DELETE', `${person}?reason=${'x'.repeat(500)}`)).status, 204);
});

test('a room of any name is found by it', async (t) => {
  const { ask, join } = await setUpOwner(t);
  for (const room of ['a/b', 'ü?&#%', '<b>', '👨‍👩‍👧', 'a b', '%2F', 'mute', '__proto__']) {
    await join('Ada', { room });
    const { status, body } = await ask('GET', `api/rooms/${encodeURIComponent(room)}`);
    assert.deepEqual([status, (body as { name?: string }).name], [200, room]);
  }
  // One name, however its letters are composed.
  assert.equal((await ask('GET', `api/rooms/${encodeURIComponent('u\u0308?&#%')}`)).status, 200);
});

test('a body that is too large is refused, and nothing that breaks off harms', async (t) => {
  const { ask } = await setUpOwner(t);
  const of = (length: number): string => `{"name":"a"${' '.repeat(length - 12)}}`;
  assert.equal(problemOf(await ask('POST', 'api/rooms', { body: of(16_385) })).status, 413);
  assert.equal((await ask('POST', 'api/rooms', { body: of(16_384) })).status, 201);
});
