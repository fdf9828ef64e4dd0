import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test, { type TestContext } from 'node:test';
import { decodeMuLaw, encodeMuLaw } from '../../demo/platform/media/g711.js';
import { readRtp, RTP_HEADER_LENGTH, writeRtpHeader, type RtpPacket } from '../../demo/platform/media/rtp.js';
import { FRAME_SAMPLES, type DialOptions, type PhoneCall, type PhoneNetwork } from '../../demo/platform/voice/phone.js';
import { decodeALaw, encodeALaw } from '../../demo/platform/voice/sip/a-law.js';
import { createSipTrunk, SipTrunkError, type SipTrunkOptions } from '../../demo/platform/voice/sip/sip-trunk.js';
import { RecordingObserver, RtpEnd, ScriptedPhone, type Request } from './scripted-phone.js';

const TO = '+12025550100';
const FROM = '+12025550199';
const TONE = Int16Array.from({ length: FRAME_SAMPLES }, (_, sample) => Math.round(8000 * Math.sin(sample / 3)));

interface Line {
  readonly phone: ScriptedPhone;
  readonly observer: RecordingObserver;
  readonly trunk: PhoneNetwork;
  readonly call: PhoneCall;
}

/** Calls a scripted phone. */
async function dial(
  t: TestContext,
  { dialing, ...trunkOptions }: Partial<SipTrunkOptions> & { dialing?: Partial<DialOptions> } = {},
): Promise<Line> {
  const phone = await ScriptedPhone.open();
  const observer = new RecordingObserver();
  const trunk = createSipTrunk({ uri: phone.uri, ...trunkOptions });
  t.after(async () => {
    phone.leaveAlone();
    await trunk.close();
    phone.close();
  });
  return { phone, observer, trunk, call: trunk.dial({ to: TO, from: FROM, observer, ...dialing }) };
}

async function answered(t: TestContext, body?: (phone: ScriptedPhone) => string): Promise<Line & { invite: Request }> {
  const line = await dial(t);
  const invite = await line.phone.answer(body?.(line.phone));
  await line.observer.told.next((each) => each === 'answered');
  return { ...line, invite };
}

/** Where the platform receives the sound of the call. */
function soundPort({ body }: { body: string }): number {
  return Number(/m=audio (\d+)/.exec(body)?.[1]);
}

function rtp(sequenceNumber: number, payload: Buffer, payloadType = 0): Buffer {
  const header = Buffer.alloc(RTP_HEADER_LENGTH);
  writeRtpHeader(header, { marker: false, payloadType, sequenceNumber, timestamp: sequenceNumber * 160, ssrc: 7 });
  return Buffer.concat([header, payload]);
}

async function heard(end: RtpEnd): Promise<RtpPacket> {
  const packet = readRtp(await end.datagrams.next());
  assert.ok(packet);
  return packet;
}

test('A-law has the values of the standard, and gives each of its own back', () => {
  // ITU-T G.711 table 1 in 16 bits: the smallest and the largest of both signs.
  assert.deepEqual([...decodeALaw(Buffer.from([0xd5, 0x55, 0xaa, 0x2a]))], [8, -8, 32256, -32256]);
  const all = Buffer.from(Array.from({ length: 256 }, (_, code) => code));
  assert.deepEqual(encodeALaw(decodeALaw(all)), all);
  for (let sample = -32768; sample <= 32767; sample += 7) {
    const [decoded = NaN] = decodeALaw(encodeALaw(Int16Array.of(sample)));
    assert.ok(Math.abs(decoded - sample) <= Math.max(8, Math.abs(sample) / 32), `${sample} became ${decoded}`);
  }
});

test('an INVITE names the number, who calls, and offers G.711 with telephone events', async (t) => {
  const { phone } = await dial(t, { dialing: { displayName: 'Ada "the\r\nfirst"' } });
  const invite = await phone.request('INVITE');
  assert.equal(invite.ruri?.toString(), `sip:${TO}@127.0.0.1:${phone.port}`);
  assert.match(invite.getHeader('from') ?? '', /^"Ada thefirst" <sip:\+12025550199@127\.0\.0\.1>;tag=/);
  assert.match(invite.getHeader('contact') ?? '', /^<sip:\+12025550199@127\.0\.0\.1:\d+>$/);
  assert.match(invite.body, /^m=audio \d*[02468] RTP\/AVP 0 8 101\r$/m);
  assert.match(invite.body, /^a=rtpmap:101 telephone-event\/8000\r$/m);
  phone.reply(invite, '486 Busy Here');
});

test('a user in the address of the trunk is called whatever the number is', async (t) => {
  const phone = await ScriptedPhone.open();
  const trunk = createSipTrunk({ uri: `sip:desk@127.0.0.1:${phone.port}` });
  t.after(async () => {
    await trunk.close();
    phone.close();
  });
  trunk.dial({ to: TO, from: FROM, observer: new RecordingObserver() });
  const invite = await phone.request('INVITE');
  assert.equal(invite.ruri?.toString(), `sip:desk@127.0.0.1:${phone.port}`);
  phone.reply(invite, '486 Busy Here');
});

test('a SIP address is called by way of the trunk, with what belongs to User-to-User', async (t) => {
  const userToUser = ['aGVsbG8;encoding=base64', 'e30.e30.e30;encoding=jwt'];
  const { phone } = await dial(t, { dialing: { to: 'sip:Desk.2@pbx.example.com:5080', userToUser } });
  const invite = await phone.request('INVITE');
  assert.equal(invite.ruri?.toString(), 'sip:Desk.2@pbx.example.com:5080');
  assert.match(invite.getHeader('to') ?? '', /^<sip:Desk\.2@pbx\.example\.com:5080>/);
  assert.deepEqual(invite.getHeaders('user-to-user'), userToUser);
  phone.reply(invite, '486 Busy Here');
});

const REFUSALS = [
  ['486 Busy Here', 'busy'],
  ['600 Busy Everywhere', 'busy'],
  ['408 Request Timeout', 'timeout'],
  ['480 Temporarily Unavailable', 'timeout'],
  ['487 Request Terminated', 'cancel'],
  ['403 Forbidden', 'rejected'],
  ['603 Decline', 'rejected'],
  ['404 Not Found', 'error'],
  ['488 Not Acceptable Here', 'error'],
  ['503 Service Unavailable', 'error'],
  ['302 Moved Temporarily', 'error'],
  ['401 Unauthorized', 'error'],
] as const;

for (const [status, cause] of REFUSALS) {
  test(`${status} is ${cause}, and is acknowledged each time it comes`, async (t) => {
    const { phone, observer } = await dial(t);
    const invite = await phone.request('INVITE');
    phone.reply(invite, '180 Ringing');
    phone.reply(invite, '183 Session Progress');
    phone.reply(invite, status);
    const acknowledgement = await phone.request('ACK');
    assert.equal(acknowledgement.viaBranch, invite.viaBranch);
    phone.reply(invite, status);
    await phone.request('ACK');
    assert.equal(await observer.told.next(), 'ringing');
    assert.deepEqual(await observer.told.next(), [cause, `The SIP phone answered ${status}.`]);
    assert.deepEqual(observer.told.waiting, []);
  });
}

test('an answer is acknowledged each time it comes, and told once', async (t) => {
  const { phone, observer, invite } = await answered(t);
  phone.reply(invite, '200 OK', { body: phone.sdp() });
  await phone.request('ACK');
  assert.deepEqual(observer.told.waiting, []);
});

test('the phone hears in the law it likes best, in packets of 20 ms', async (t) => {
  for (const [payloadTypes, payloadType, decode] of [
    ['0 8', 0, decodeMuLaw],
    ['8 0 101', 8, decodeALaw],
  ] as const) {
    const { phone, call } = await answered(t, (each) => each.sdp({ payloadTypes }));
    call.hear(TONE);
    call.hear(TONE);
    const [first, second] = [await heard(phone.rtp), await heard(phone.rtp)];
    assert.deepEqual([first.payloadType, first.marker, second.marker], [payloadType, true, false]);
    assert.equal(second.sequenceNumber, (first.sequenceNumber + 1) & 0xffff);
    assert.equal(second.timestamp, (first.timestamp + FRAME_SAMPLES) >>> 0);
    const worst = Math.max(...decode(first.payload).map((sample, index) => Math.abs(sample - (TONE[index] ?? 0))));
    assert.ok(worst < 300, `off by ${worst}`);
  }
});

test('a key is sent as one event whose end is sent three times, and the next one after a pause', async (t) => {
  const { phone, call } = await answered(t);
  for (const [digit, milliseconds] of [
    ['5', 100],
    ['#', 1],
    ['x', 100],
  ] as const) {
    call.hearDigit(digit, milliseconds);
  }
  for (let frame = 0; frame < 16; frame++) call.hear(TONE);
  const packets: RtpPacket[] = [];
  while (packets.length < 16) packets.push(await heard(phone.rtp));
  const events = packets.map(({ payloadType, marker, payload }) =>
    payloadType === 101 ? [payload[0], marker, (payload[1] ?? 0) >> 7, payload.readUInt16BE(2)] : 'sound',
  );
  assert.deepEqual(events, [
    [5, true, 0, 160],
    [5, false, 0, 320],
    [5, false, 0, 480],
    [5, false, 0, 640],
    [5, false, 1, 800],
    [5, false, 1, 800],
    [5, false, 1, 800],
    ...['sound', 'sound', 'sound'],
    [11, true, 0, 160],
    [11, false, 1, 320],
    [11, false, 1, 320],
    [11, false, 1, 320],
    ...['sound', 'sound'],
  ]);
  assert.equal(new Set(packets.slice(0, 7).map(({ timestamp }) => timestamp)).size, 1);
  assert.equal(((packets[7]?.timestamp ?? 0) - (packets[0]?.timestamp ?? 0)) >>> 0, 7 * FRAME_SAMPLES);
});

test('keys are left out where the phone takes no telephone events', async (t) => {
  const { phone, call } = await answered(t, (each) => each.sdp({ payloadTypes: '0' }));
  call.hearDigit('5', 100);
  call.hear(TONE);
  assert.equal((await heard(phone.rtp)).payloadType, 0);
});

test('what is spoken into the phone comes in order, in either law, in frames of 20 ms', async (t) => {
  const { phone, observer, invite } = await answered(t);
  const port = soundPort(invite);
  const level = (value: number, samples = FRAME_SAMPLES): Buffer => encodeMuLaw(new Int16Array(samples).fill(value));
  phone.rtp.send(rtp(65534, level(1000)), port);
  phone.rtp.send(rtp(0, level(3000)), port);
  phone.rtp.send(rtp(65535, encodeALaw(new Int16Array(FRAME_SAMPLES).fill(2000)), 8), port);
  // A key takes its place in the order, and is no sound.
  phone.rtp.send(rtp(1, Buffer.from([5, 10, 0, 160]), 101), port);
  phone.rtp.send(rtp(0, level(9999)), port);
  phone.rtp.send(rtp(2, level(4000, 80)), port);
  phone.rtp.send(rtp(3, level(5000, 240)), port);
  // 4 is lost: it is waited for until three later ones are here.
  for (const sequenceNumber of [5, 6, 7, 8]) phone.rtp.send(rtp(sequenceNumber, level(1000 * sequenceNumber)), port);
  for (const expected of [1000, 2000, 3000, 4000, 5000, 5000, 6000, 7000, 8000]) {
    const frame = await observer.frames.next();
    assert.equal(frame.length, FRAME_SAMPLES);
    assert.ok(Math.abs((frame[0] ?? 0) - expected) < 300, `${frame[0]} instead of ${expected}`);
  }
});

test('nobody else can speak into the call, nor take its sound away', async (t) => {
  const { phone, observer, invite, call } = await answered(t);
  const [stranger, neighbour] = [await RtpEnd.open('127.0.0.2'), await RtpEnd.open('127.0.0.1')];
  t.after(() => [stranger, neighbour].forEach((end) => end.close()));
  const port = soundPort(invite);
  const sound = encodeMuLaw(TONE);
  stranger.send(rtp(1, sound), port);
  phone.rtp.send(Buffer.from('rubbish'), port);
  phone.rtp.send(rtp(100, sound), port);
  await observer.frames.next();
  // On the phone's machine, but not the port that speaks by now.
  neighbour.send(rtp(101, sound), port);
  phone.rtp.send(rtp(101, encodeMuLaw(new Int16Array(FRAME_SAMPLES))), port);
  assert.equal((await observer.frames.next())[1], 0);
  assert.deepEqual(observer.frames.waiting, []);
  call.hear(TONE);
  assert.equal((await heard(phone.rtp)).payloadType, 0);
});

test('a phone that sends from another port than it says hears there, too', async (t) => {
  const { phone, observer, invite, call } = await answered(t, (each) => each.sdp({ port: 9 }));
  phone.rtp.send(rtp(1, encodeMuLaw(TONE)), soundPort(invite));
  await observer.frames.next();
  call.hear(TONE);
  await heard(phone.rtp);
});

test('the phone hangs up: told once, answered each time', async (t) => {
  const { phone, observer, invite, call } = await dial(t).then(async (line) => ({
    ...line,
    invite: await line.phone.answer(),
  }));
  assert.equal(await observer.told.next(), 'answered');
  for (const branch of ['z9hG4bKbye', 'z9hG4bKbye']) {
    phone.ask('BYE', invite, { branch, cseq: 1 });
    assert.equal((await phone.response('BYE')).statusCode, 200);
  }
  assert.deepEqual(await observer.told.next(), ['hangup', undefined]);
  call.hangUp();
  call.hear(TONE);
  phone.ask('BYE', invite, { branch: 'z9hG4bKlate' });
  assert.equal((await phone.response('BYE')).statusCode, 481);
  assert.deepEqual([observer.told.waiting, phone.rtp.datagrams.waiting], [[], []]);
});

test('hanging up sends BYE until it is answered', async (t) => {
  const { phone, observer, call, trunk } = await dial(t);
  await phone.answer();
  assert.equal(await observer.told.next(), 'answered');
  call.hangUp();
  call.hangUp();
  const [first, second] = [await phone.request('BYE'), await phone.request('BYE')];
  assert.equal(first.viaBranch, second.viaBranch);
  phone.reply(second, '200 OK');
  await trunk.close();
  assert.deepEqual([observer.told.waiting, phone.messages.waiting], [[], []]);
});

test('hanging up while it rings cancels', async (t) => {
  const { phone, observer, call } = await dial(t);
  const invite = await phone.request('INVITE');
  phone.reply(invite, '180 Ringing');
  assert.equal(await observer.told.next(), 'ringing');
  call.hangUp();
  const cancel = await phone.request('CANCEL');
  assert.equal(cancel.viaBranch, invite.viaBranch);
  phone.reply(cancel, '200 OK');
  phone.reply(invite, '487 Request Terminated');
  await phone.request('ACK');
  assert.deepEqual(observer.told.waiting, []);
});

test('a call that nobody has taken yet is cancelled at the first sign of life', async (t) => {
  const { phone, call, observer } = await dial(t);
  const invite = await phone.request('INVITE');
  call.hangUp();
  const again = await phone.request('INVITE');
  assert.equal(again.viaBranch, invite.viaBranch);
  phone.reply(again, '100 Trying');
  phone.reply(await phone.request('CANCEL'), '200 OK');
  phone.reply(invite, '487 Request Terminated');
  await phone.request('ACK');
  assert.deepEqual(observer.told.waiting, []);
});

test('an answer that crosses the CANCEL is hung up', async (t) => {
  const { phone, call, observer } = await dial(t);
  const invite = await phone.request('INVITE');
  phone.reply(invite, '180 Ringing');
  assert.equal(await observer.told.next(), 'ringing');
  call.hangUp();
  phone.reply(await phone.request('CANCEL'), '200 OK');
  phone.reply(invite, '200 OK', { body: phone.sdp() });
  await phone.request('ACK');
  phone.reply(await phone.request('BYE'), '200 OK');
  assert.deepEqual(observer.told.waiting, []);
});

test('a second phone that answers the same call is hung up, and the first one goes on', async (t) => {
  const { phone, invite, observer, call } = await answered(t);
  phone.reply(invite, '200 OK', { body: phone.sdp(), tag: 'second' });
  const acknowledgement = await phone.request('ACK');
  const bye = await phone.request('BYE');
  assert.deepEqual([acknowledgement.toTag, bye.toTag], ['second', 'second']);
  phone.reply(bye, '200 OK');
  call.hear(TONE);
  await heard(phone.rtp);
  assert.deepEqual(observer.told.waiting, []);
});

test('in the call: OPTIONS is answered; hold stops the sound, and the end of hold starts it again', async (t) => {
  const { phone, invite, call } = await answered(t);
  phone.ask('OPTIONS', invite);
  assert.equal((await phone.response('OPTIONS')).statusCode, 200);

  for (const [body, direction, hears] of [
    [phone.sdp({ direction: 'sendonly' }), 'recvonly', false],
    [phone.sdp({ address: '0.0.0.0' }), 'recvonly', false],
    [phone.sdp({ direction: 'inactive' }), 'inactive', false],
    [phone.sdp({ payloadTypes: '8 101' }), 'sendrecv', true],
  ] as const) {
    const answer = await reinvite(phone, invite, body);
    assert.equal(answer.statusCode, 200);
    assert.match(answer.body, new RegExp(`^a=${direction}\r$`, 'm'));
    assert.equal(soundPort(answer), soundPort(invite));
    call.hear(TONE);
    if (hears) assert.equal((await heard(phone.rtp)).payloadType, 8);
    assert.deepEqual(phone.rtp.datagrams.waiting, []);
  }
});

test('a re-INVITE with no offer is offered all, and its ACK has the answer; one that cannot be met is refused', async (t) => {
  const { phone, invite, call } = await answered(t);
  const offer = await reinvite(phone, invite, '', phone.sdp({ payloadTypes: '8' }));
  assert.match(offer.body, /^m=audio \d+ RTP\/AVP 0 8 101\r$/m);
  // SIP.js has handled the ACK before it answers this.
  phone.ask('OPTIONS', invite);
  await phone.response('OPTIONS');
  call.hear(TONE);
  assert.equal((await heard(phone.rtp)).payloadType, 8);

  const refusal = await reinvite(phone, invite, phone.sdp({ payloadTypes: '9' }));
  assert.equal(refusal.statusCode, 488);
  call.hear(TONE);
  assert.equal((await heard(phone.rtp)).payloadType, 8);
});

let lastCseq = 1000;
async function reinvite(
  phone: ScriptedPhone,
  invite: Request,
  body: string,
  acknowledgementBody = '',
): Promise<{ statusCode: number | undefined; body: string }> {
  const cseq = ++lastCseq;
  phone.ask('INVITE', invite, { body, branch: `z9hG4bKre${cseq}`, cseq });
  let response = await phone.response('INVITE');
  while ((response.statusCode ?? 0) < 200) response = await phone.response('INVITE');
  const branch = response.statusCode === 200 ? `z9hG4bKack${cseq}` : `z9hG4bKre${cseq}`;
  phone.ask('ACK', invite, { body: acknowledgementBody, branch, cseq });
  return response;
}

test('a trunk that asks for a name and password is given their digest', async (t) => {
  const { phone, observer } = await dial(t, { credentials: { username: 'ada', password: 'secret' } });
  const first = await phone.request('INVITE');
  const challenge = 'Proxy-Authenticate: Digest realm="phones", nonce="n1", algorithm=MD5, qop="auth"';
  phone.reply(first, '407 Proxy Authentication Required', { headers: [challenge] });
  const second = await phone.request('INVITE');
  const header = second.getHeader('proxy-authorization') ?? '';
  const value = (name: string): string => new RegExp(`\\b${name}="?([^",]*)`).exec(header)?.[1] ?? '';
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const secret = md5(`ada:phones:secret`);
  const expected = md5(
    `${secret}:n1:${value('nc')}:${value('cnonce')}:auth:${md5(`INVITE:${second.ruri?.toString() ?? ''}`)}`,
  );
  assert.equal(value('response'), expected);
  phone.reply(second, '407 Proxy Authentication Required', { headers: [challenge] });
  assert.deepEqual(await observer.told.next(), ['error', 'The SIP phone answered 407 Proxy Authentication Required.']);
});

test('an answer without usable sound ends the call with a reason', async (t) => {
  const bodies: ((phone: ScriptedPhone) => string)[] = [
    (phone) => phone.sdp({ payloadTypes: '9 18' }),
    (phone) => phone.sdp({ port: 0 }),
    (phone) => phone.sdp({ address: 'phone.example' }),
    () => 'rubbish',
    () => '',
  ];
  for (const body of bodies) {
    const { phone, observer } = await dial(t);
    await phone.answer(body(phone));
    phone.reply(await phone.request('BYE'), '200 OK');
    const [cause, message] = (await observer.told.next()) as readonly [string, string];
    assert.equal(cause, 'error');
    assert.match(message, /^The (phone|session description) /);
    assert.deepEqual(observer.told.waiting, []);
  }
});

test('rubbish does no harm', async (t) => {
  const { phone, observer, invite, call } = await answered(t);
  const lines = (...text: string[]): Buffer => Buffer.from(`${text.join('\r\n')}\r\n\r\n`);
  for (const datagram of [
    Buffer.alloc(0),
    Buffer.alloc(1400, 0xff),
    lines(''),
    lines('SIP/2.0 200 OK'),
    lines('SIP/2.0 999 What', 'CSeq: x', 'Via: y'),
    lines(`BYE sip:${FROM}@b SIP/2.0`, 'Via: SIP/2.0/UDP x;branch=z9hG4bKx', 'CSeq: 1 BYE'),
    lines(
      `NONSENSE sip:${FROM}@b SIP/2.0`,
      'Via: SIP/2.0/UDP x;branch=z9hG4bKq',
      'From: <sip:a@b>;tag=1',
      'To: <sip:b@b>',
      'Call-ID: 1',
      'CSeq: 1 NONSENSE',
    ),
  ]) {
    phone.send(datagram);
  }
  // An INVITE without Contact, for another call, from outside, and a BYE with tags that are not ours.
  phone.send(
    lines(
      `INVITE sip:${FROM}@b SIP/2.0`,
      'Via: SIP/2.0/UDP x;branch=z9hG4bKi',
      'From: <sip:a@b>;tag=1',
      'To: <sip:b@b>',
      'Call-ID: 1',
      'CSeq: 1 INVITE',
    ),
  );
  phone.send(
    lines(
      `BYE sip:${FROM}@b SIP/2.0`,
      'Via: SIP/2.0/UDP x;branch=z9hG4bKb',
      'From: <sip:a@b>;tag=1',
      'To: <sip:b@b>;tag=2',
      `Call-ID: ${invite.callId}`,
      'CSeq: 1 BYE',
    ),
  );
  assert.equal((await phone.response('BYE')).statusCode, 481);
  call.hear(TONE);
  await heard(phone.rtp);
  assert.deepEqual(observer.told.waiting, []);
});

test('a phone that is not there is an error at once', async () => {
  const phone = await ScriptedPhone.open();
  const { uri, port } = phone;
  phone.close();
  for (const [address, message] of [
    [uri, `No SIP phone can be reached at 127.0.0.1:${port}.`],
    ['sip:nowhere.invalid', /^No SIP phone can be reached at nowhere\.invalid:5060 \(.+\)\.$/],
  ] as const) {
    const trunk = createSipTrunk({ uri: address });
    const observer = new RecordingObserver();
    trunk.dial({ to: TO, from: FROM, observer });
    const [cause, reason] = (await observer.told.next()) as readonly [string, string];
    assert.equal(cause, 'error');
    if (typeof message === 'string') assert.equal(reason, message);
    else assert.match(reason, message);
    await trunk.close();
  }
});

test('closing hangs up every call, and waits for no phone that does not answer', async (t) => {
  const { phone, observer, trunk } = await dial(t);
  await phone.answer();
  assert.equal(await observer.told.next(), 'answered');
  trunk.dial({ to: TO, from: FROM, observer });
  await phone.request('INVITE');
  // This one is closed while it is still opening its sockets.
  trunk.dial({ to: TO, from: FROM, observer });
  await trunk.close();
  await phone.request('BYE');
  assert.deepEqual(observer.told.waiting, []);
});

test('half a minute after its end a call holds no socket any more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { phone, observer } = await dial(t);
  const invite = await phone.request('INVITE');
  phone.reply(invite, '486 Busy Here');
  await phone.request('ACK');
  assert.equal((await observer.told.next())[0], 'busy');
  t.mock.timers.tick(32_000);
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  for (const port of [invite.via.port, soundPort(invite)]) {
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.send('Is anybody there?');
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    assert.equal(error.code, 'ECONNREFUSED');
    socket.disconnect();
  }
});

for (const uri of [
  '',
  'phone',
  'sips:127.0.0.1',
  'sip:127.0.0.1;transport=tcp',
  'sip:ada:secret@127.0.0.1',
  'http://127.0.0.1',
]) {
  test(`"${uri}" is no trunk`, () => {
    assert.throws(() => createSipTrunk({ uri }), SipTrunkError);
  });
}
