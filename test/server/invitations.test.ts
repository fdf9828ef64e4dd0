import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { SignJWT, UnsecuredJWT } from 'jose';
import { INVITE_LIMIT, Invitations, type InvitationFields } from '../../demo/server/invitations.js';
import { invitedOnly, openRooms, permitEntry, type Authorize } from '../../demo/server/join-policy.js';
import { permissionSchema, type Role } from '../../demo/server/roles.js';
import { problem } from './room-service-set-up.js';

const SECRET = 's'.repeat(32);
const SECOND = 1000;

/** Moments in whole seconds, as invitations have them. */
function stopTime(t: TestContext): {
  now: number;
  at: (seconds: number) => Date;
  pass: (milliseconds: number) => void;
} {
  const now = Math.floor(Date.now() / SECOND) * SECOND;
  t.mock.timers.enable({ apis: ['Date'], now });
  return {
    now,
    at: (seconds) => new Date(now + seconds * SECOND),
    pass: (milliseconds) => t.mock.timers.tick(milliseconds),
  };
}

const invitations = new Invitations(SECRET);

function issue(fields: Partial<InvitationFields> = {}): Promise<string> {
  return invitations.issue({ room: 'a', role: 'guest', expiresAt: new Date(Date.now() + 60 * SECOND), ...fields });
}

test('an invitation says who it is for, and each has an id of its own', async () => {
  const fields = {
    room: 'café',
    role: 'moderator',
    name: '李雷',
    permissions: { grant: ['room.dial_out'], take: ['room.end'] },
    data: '{"user":7}\n<b>',
    layoutClasses: ['stage', 'big-1'],
  } as const;
  const { id, ...read } = await invitations.read(await issue(fields));
  assert.deepEqual(read, fields);
  assert.match(id, /^[\w-]{36}$/);
  assert.notEqual((await invitations.read(await issue(fields))).id, id);
  const { id: _, ...least } = await invitations.read(await issue());
  assert.deepEqual(least, { room: 'a', role: 'guest' });
});

test('a secret that could be guessed is refused', () => {
  assert.throws(() => new Invitations('s'.repeat(31)), /at least 32 characters/);
});

test('it is valid from its beginning to its end, and as often as wanted', async (t) => {
  const { at, pass } = stopTime(t);
  const invite = await issue({ notBefore: at(10), expiresAt: at(20) });
  await assert.rejects(invitations.read(invite), /not valid yet/);
  pass(9999);
  await assert.rejects(invitations.read(invite), problem('invitation-invalid', 403));
  pass(1);
  await invitations.read(invite);
  pass(9999);
  await invitations.read(invite);
  pass(1);
  await assert.rejects(invitations.read(invite), /has expired/);
  await assert.rejects(invitations.read(invite), problem('invitation-invalid', 403));
});

test('what was not made with the secret, or is no invitation, is refused', async () => {
  const key = new TextEncoder().encode(SECRET);
  const claims = { jti: 'one', room: 'a', role: 'moderator' };
  const sign = (payload: Record<string, unknown>, header: { alg: string } = { alg: 'HS256' }, expiry = '1h') => {
    const token = new SignJWT(payload).setProtectedHeader(header);
    return (expiry === '' ? token : token.setExpirationTime(expiry)).sign(key);
  };
  await invitations.read(await sign(claims));
  const good = await issue({ role: 'guest' });
  const [header = '', body = '', signature = ''] = good.split('.');
  const raised = Buffer.from(body, 'base64url').toString().replace('guest', 'moderator');
  const table: [what: string, invite: string][] = [
    ['nothing', ''],
    ['no JWT', 'invitation'],
    ['another role', [header, Buffer.from(raised).toString('base64url'), signature].join('.')],
    ['no signature', [header, body, ''].join('.')],
    ['half of a signature', good.slice(0, -20)],
    ['unsigned', new UnsecuredJWT(claims).setExpirationTime('1h').encode()],
    [
      'another secret',
      await new Invitations('t'.repeat(32)).issue({ room: 'a', role: 'guest', expiresAt: new Date(8e14) }),
    ],
    ['another algorithm', await sign(claims, { alg: 'HS512' })],
    ['no end', await sign(claims, { alg: 'HS256' }, '')],
    ['no id', await sign({ ...claims, jti: undefined })],
    ['a long id', await sign({ ...claims, jti: 'x'.repeat(65) })],
    ['no room', await sign({ ...claims, room: undefined })],
    ['an unknown role', await sign({ ...claims, role: 'admin' })],
    ['an unknown permission', await sign({ ...claims, permissions: { grant: ['room.everything'] } })],
    ['a name that is none', await sign({ ...claims, name: 'a\u202eb' })],
  ];
  for (const [what, invite] of table)
    await assert.rejects(invitations.read(invite), problem('invitation-invalid', 403), what);
});

test('an invitation that could not be sent is not issued', async () => {
  const permissions = { take: [...permissionSchema.options] };
  const layoutClasses = Array<string>(16).fill('x'.repeat(64));
  const withData = (length: number) => issue({ permissions, layoutClasses, data: '\u0001'.repeat(length) });
  let length = 0;
  while (length < 1000 && (await withData(length + 1).catch(() => undefined))) length++;
  assert.ok(length > 500 && length < 1000, String(length));
  assert.ok((await withData(length)).length <= INVITE_LIMIT);
  await assert.rejects(withData(length + 1), problem('endpoint-rejected', 400));
});

test('its fields have limits', async () => {
  const table: [fields: Partial<InvitationFields>, field: RegExp | undefined][] = [
    [
      { name: '🙂'.repeat(64), data: '🙂'.repeat(1000), layoutClasses: Array<string>(16).fill('x'.repeat(64)) },
      undefined,
    ],
    [{ room: '' }, /"room" must not be empty/],
    [{ room: '.' }, /"room" must not be "\."/],
    [{ room: 'x'.repeat(65) }, /"room" must have at most 64/],
    [{ name: 'x'.repeat(65) }, /"name" must have at most 64/],
    [{ data: 'x'.repeat(1001) }, /"data" must have at most 1000/],
    [{ layoutClasses: Array<string>(17).fill('x') }, /"layoutClasses" must have at most 16/],
    [{ layoutClasses: ['x'.repeat(65)] }, /"layoutClasses.0" must be 1 to 64 letters/],
    [{ layoutClasses: ['a b'] }, /"layoutClasses.0" must be 1 to 64 letters/],
  ];
  for (const [fields, refusal] of table) {
    if (refusal === undefined) await invitations.read(await issue(fields));
    else await assert.rejects(issue(fields), refusal);
  }
});

const request = new Request('https://meet.example.com/rooms/join', { method: 'POST' });

function ask(
  authorize: Authorize,
  asked: { invite?: string; role?: Role; room?: string; hasModerator?: boolean } = {},
) {
  return permitEntry(authorize, request, { room: 'a', name: 'Ada', hasModerator: false, ...asked });
}

test('in open rooms the first one moderates, or who asks for it, where anybody may; else nobody without an invitation', async () => {
  const table: [mayModerate: boolean, role: Role | undefined, hasModerator: boolean, given: Role][] = [
    [true, undefined, false, 'moderator'],
    [true, undefined, true, 'guest'],
    [true, 'guest', false, 'guest'],
    [true, 'viewer', true, 'viewer'],
    [true, 'moderator', true, 'moderator'],
    [false, undefined, false, 'guest'],
    [false, undefined, true, 'guest'],
    [false, 'moderator', false, 'guest'],
    [false, 'viewer', false, 'viewer'],
  ];
  for (const [mayModerate, role, hasModerator, given] of table) {
    const permit = await ask(openRooms({ invitations, mayModerate }), { ...(role && { role }), hasModerator });
    assert.deepEqual(
      [permit.role, permit.name, permit.isNameGiven, permit.mayEnterLocked],
      [given, 'Ada', false, false],
      JSON.stringify([mayModerate, role, hasModerator]),
    );
  }
});

test('an invitation is honoured by both policies, and a bad one is refused by both', async () => {
  const invite = await issue({ role: 'moderator', name: 'Grace', data: 'x', layoutClasses: ['stage'] });
  const { id } = await invitations.read(invite);
  for (const policy of [openRooms({ invitations, mayModerate: false }), invitedOnly(invitations)]) {
    assert.deepEqual(await ask(policy, { invite, role: 'viewer' }), {
      room: 'a',
      name: 'Grace',
      isNameGiven: true,
      role: 'moderator',
      permissionChanges: {},
      data: 'x',
      layoutClasses: ['stage'],
      invitationId: id,
      mayEnterLocked: true,
    });
    assert.equal((await ask(policy, { invite: await issue() })).mayEnterLocked, false);
    for (const [bad, room] of [
      [invite, 'b'],
      ['', 'a'],
      [`${invite}x`, 'a'],
    ] as const)
      await assert.rejects(ask(policy, { invite: bad, room }), problem('invitation-invalid', 403));
  }
  await assert.rejects(ask(invitedOnly(invitations)), problem('invitation-invalid', 403));
});

test('a policy of the site decides by what the page has sent', async () => {
  const policy: Authorize = async ({ headers }, { room, name }) => {
    await Promise.resolve();
    if (headers.get('cookie') !== 'user=7') return { refused: true, detail: 'Sign in first.' };
    if (room === 'b') return { refused: true, detail: 'Not today.', code: 'entry-denied' };
    return { role: 'guest', name: `${name} (7)`, permissions: { take: ['room.dial_out'] } };
  };
  await assert.rejects(ask(policy), problem('endpoint-unauthorized', 403));
  const signedIn = new Request(request, { headers: { cookie: 'user=7' } });
  const asked = { room: 'a', name: 'Ada', hasModerator: false };
  const { name, permissionChanges } = await permitEntry(policy, signedIn, asked);
  assert.deepEqual([name, permissionChanges], ['Ada (7)', { take: ['room.dial_out'] }]);
  await assert.rejects(permitEntry(policy, signedIn, { ...asked, room: 'b' }), problem('entry-denied', 403));
});
