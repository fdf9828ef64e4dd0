/** Rings SIP programs that others wrote: baresip, a phone, and SIPp, which is strict about what it is sent. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import type { PhoneCall } from '../../demo/platform/voice/phone.js';
import { createSipTrunk, type SipCredentials } from '../../demo/platform/voice/sip/sip-trunk.js';
import type { Call } from '../../demo/server/calls.js';
import { startServer } from '../../demo/server/start-server.js';
import { until } from '../helpers/until.js';
import { amplitudeOf, loudness, toneFrames } from './media/sound.js';
import { Arrivals, LOOPBACK, RecordingObserver } from './scripted-phone.js';

const TONE_HERTZ = 600;
/** Where Debian's package has them. */
const BARESIP_MODULES = '/usr/lib/baresip/modules';

interface BaresipEvent {
  readonly event?: true;
  readonly type?: string;
  readonly param?: string;
}

/** A baresip that speaks back what it hears, and is told what to do over TCP. */
class Baresip {
  readonly port: number;
  readonly events = new Arrivals<BaresipEvent>();
  readonly #control: Socket;
  #received = Buffer.alloc(0);

  static async start(t: TestContext, codec: 'PCMU' | 'PCMA'): Promise<Baresip> {
    const [port, controlPort] = [await freePort(), await freePort()];
    const folder = await temporaryFolder(t);
    await writeFile(
      join(folder, 'config'),
      [
        `sip_listen ${LOOPBACK}:${port}`,
        'audio_player aubridge,loop',
        'audio_source aubridge,loop',
        `module_path ${BARESIP_MODULES}`,
        'module g711.so',
        'module aubridge.so',
        'module_tmp account.so',
        'module_app menu.so',
        'module_app ctrl_tcp.so',
        `ctrl_tcp_listen ${LOOPBACK}:${controlPort}`,
        '',
      ].join('\n'),
    );
    const account = `<sip:phone@${LOOPBACK}:${port}>;regint=0;answermode=manual;audio_codecs=${codec}/8000/1\n`;
    await writeFile(join(folder, 'accounts'), account);
    await writeFile(join(folder, 'contacts'), '');
    const program = spawn('baresip', ['-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    endAfter(t, program);
    await printed(program, 'baresip is ready');
    const control = connect(controlPort, LOOPBACK);
    await once(control, 'connect');
    t.after(() => control.destroy());
    return new Baresip(port, control);
  }

  private constructor(port: number, control: Socket) {
    this.port = port;
    this.#control = control;
    control.on('data', (data) => this.#dataReceived(data));
    // The program is ended while we are connected.
    control.on('error', () => {});
  }

  get uri(): string {
    return `sip:phone@${LOOPBACK}:${this.port}`;
  }

  command(command: 'accept' | 'hangup' | 'hold' | 'resume'): void {
    this.#control.write(netstring(JSON.stringify({ command, params: '' })));
  }

  async event(type: string): Promise<BaresipEvent> {
    return this.events.next((each) => each.type === type);
  }

  #dataReceived(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    for (;;) {
      const colon = this.#received.indexOf(':');
      const end = colon + 1 + Number(this.#received.toString('latin1', 0, colon));
      if (colon < 0 || this.#received.length <= end) return;
      this.events.push(JSON.parse(this.#received.toString('utf8', colon + 1, end)) as BaresipEvent);
      this.#received = this.#received.subarray(end + 1);
    }
  }
}

function netstring(text: string): string {
  return `${Buffer.byteLength(text)}:${text},`;
}

async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'video-room-sip-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

function endAfter(t: TestContext, program: ChildProcess): void {
  t.after(async () => {
    if (program.exitCode !== null || program.signalCode !== null) return;
    program.kill('SIGKILL');
    await once(program, 'exit');
  });
}

async function printed(program: ChildProcess, text: string): Promise<void> {
  let output = '';
  await new Promise<void>((resolve, reject) => {
    const look = (chunk: Buffer): void => {
      output += chunk.toString();
      if (output.includes(text)) resolve();
    };
    program.stdout?.on('data', look);
    program.stderr?.on('data', look);
    program.once('error', reject);
    program.once('exit', () => reject(new Error(`The program ended: ${output}`)));
  });
}

/** One that is free for UDP and for TCP: baresip takes both. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, LOOPBACK);
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const isFree = await isFreeForUdp(port);
    server.close();
    await once(server, 'close');
    if (isFree) return port;
  }
}

async function isFreeForUdp(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, LOOPBACK);
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

function dial(
  t: TestContext,
  uri: string,
  credentials?: SipCredentials,
): { call: PhoneCall; observer: RecordingObserver } {
  const trunk = createSipTrunk({ uri, credentials });
  t.after(() => trunk.close());
  const observer = new RecordingObserver();
  return { call: trunk.dial({ to: '+12025550100', from: '+12025550199', displayName: 'Ada', observer }), observer };
}

/** Speaks a tone, frame by frame, until the test ends. */
function keepSpeaking(t: TestContext, take: (frame: Int16Array) => void): void {
  // A whole number of its waves fits into a frame.
  const frames = toneFrames(1, TONE_HERTZ);
  const timer = setInterval(() => frames.forEach(take), 20);
  t.after(() => clearInterval(timer));
}

function hasTone(frame: Int16Array): boolean {
  return amplitudeOf(TONE_HERTZ, frame) > 0.9 * loudness(frame) * Math.SQRT2 && loudness(frame) > 4000;
}

for (const codec of ['PCMU', 'PCMA'] as const) {
  test(`baresip rings, answers, hears us, is heard, gets keys, holds, and hangs up: ${codec}`, async (t) => {
    const phone = await Baresip.start(t, codec);
    const { call, observer } = dial(t, phone.uri);
    assert.equal(await observer.told.next(), 'ringing');
    phone.command('accept');
    assert.equal(await observer.told.next(), 'answered');
    await phone.event('CALL_ESTABLISHED');

    keepSpeaking(t, (frame) => call.hear(frame));
    // It speaks back what it hears.
    await observer.frames.next(hasTone);
    call.hearDigit('5', 100);
    call.hearDigit('#', 100);
    assert.equal((await phone.event('CALL_DTMF_START')).param, '5');
    assert.equal((await phone.event('CALL_DTMF_START')).param, '#');

    phone.command('hold');
    assert.equal((await phone.event('CALL_REMOTE_SDP')).param, 'answer');
    call.hearDigit('7', 100);
    phone.command('resume');
    assert.equal((await phone.event('CALL_REMOTE_SDP')).param, 'answer');
    assert.equal((await phone.event('CALL_DTMF_START')).param, '7');

    phone.command('hangup');
    assert.deepEqual(await observer.told.next(), ['hangup', undefined]);
  });
}

test('baresip is hung up', async (t) => {
  const phone = await Baresip.start(t, 'PCMU');
  const { call, observer } = dial(t, phone.uri);
  assert.equal(await observer.told.next(), 'ringing');
  phone.command('accept');
  assert.equal(await observer.told.next(), 'answered');
  await phone.event('CALL_ESTABLISHED');
  call.hangUp();
  await phone.event('CALL_CLOSED');
  assert.deepEqual(observer.told.waiting, []);
});

test('baresip stops ringing', async (t) => {
  const phone = await Baresip.start(t, 'PCMU');
  const { call, observer } = dial(t, phone.uri);
  assert.equal(await observer.told.next(), 'ringing');
  call.hangUp();
  await phone.event('CALL_CLOSED');
  assert.deepEqual(observer.told.waiting, []);
});

test('baresip does not want to talk', async (t) => {
  const phone = await Baresip.start(t, 'PCMU');
  const { observer } = dial(t, phone.uri);
  assert.equal(await observer.told.next(), 'ringing');
  phone.command('hangup');
  assert.deepEqual(await observer.told.next(), ['busy', 'The SIP phone answered 486 Rejected.']);
});

test('baresip is called into a room: it hears who is there and is heard, gets the keys, and hangs up', async (t) => {
  const phone = await Baresip.start(t, 'PCMA');
  const server = await startServer({ sipTrunk: { uri: phone.uri }, log: () => undefined });
  t.after(() => server.close());
  const joined = await fetch(`${server.url}/rooms/join`, { method: 'POST', body: JSON.stringify({ room: 'standup' }) });
  const { token, session } = (await joined.json()) as { token: string; session: string };
  const heard = new Arrivals<Int16Array>();
  const person = await server.platform?.gateway.connectPhone(token, {
    hear: (frame) => heard.push(frame),
    hearDigit: () => undefined,
    ended: () => undefined,
  });
  assert.ok(person);
  keepSpeaking(t, (frame) => person.speak(frame));

  const headers = { authorization: `Bearer ${session}` };
  const ask = (path: string, body?: object): Promise<Response> =>
    fetch(`${server.url}/rooms/${path}`, { headers, ...(body && { method: 'POST', body: JSON.stringify(body) }) });
  const { id } = (await (await ask('calls', { number: '+12025550100' })).json()) as Call;
  assert.equal((await phone.event('CALL_INCOMING')).param, 'sip:+12025550199@127.0.0.1');
  phone.command('accept');
  await heard.next(hasTone);
  assert.equal((await ask(`calls/${id}/digits`, { digits: '8' })).status, 204);
  assert.equal((await phone.event('CALL_DTMF_START')).param, '8');
  phone.command('hangup');
  await until(
    async () => ((await (await ask('calls')).json()) as Call[]).find((call) => call.id === id)?.status,
    (status) => status === 'ended',
    { what: 'the call has ended' },
  );
});

const FINAL_HEADERS = `[last_Via:]
[last_From:]
[last_To:];tag=[call_number]final
[last_Call-ID:]
[last_CSeq:]`;

/** Asks for a digest and checks it: refuses the call, or takes it and waits for its end. */
const DIGEST_SCENARIO = `<?xml version="1.0" encoding="UTF-8"?>
<scenario name="digest">
  <recv request="INVITE"/>
  <send><![CDATA[

SIP/2.0 401 Unauthorized
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]challenge
[last_Call-ID:]
[last_CSeq:]
WWW-Authenticate: Digest realm="phones", nonce="47ebe028cda119c35d4877b383027d28"
Content-Length: 0

]]></send>
  <recv request="ACK"/>
  <recv request="INVITE">
    <action>
      <verifyauth assign_to="genuine" username="ada" password="secret"/>
    </action>
  </recv>
  <nop test="genuine" next="take"/>
  <send><![CDATA[

SIP/2.0 403 Forbidden
${FINAL_HEADERS}
Content-Length: 0

]]></send>
  <recv request="ACK" next="end"/>
  <label id="take"/>
  <send retrans="500"><![CDATA[

SIP/2.0 200 OK
${FINAL_HEADERS}
Contact: <sip:[local_ip]:[local_port]>
Content-Type: application/sdp
Content-Length: [len]

v=0
o=phone 1 1 IN IP4 [local_ip]
s=-
c=IN IP4 [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0
a=rtpmap:0 PCMU/8000

]]></send>
  <recv request="ACK"/>
  <recv request="BYE"/>
  <send><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:]
[last_Call-ID:]
[last_CSeq:]
Content-Length: 0

]]></send>
  <label id="end"/>
</scenario>
`;

for (const [password, told] of [
  ['secret', 'answered'],
  ['wrong', ['rejected', 'The SIP phone answered 403 Forbidden.']],
] as const) {
  test(`SIPp checks the digest of a ${password} password`, async (t) => {
    const [port, folder] = [await freePort(), await temporaryFolder(t)];
    const scenario = join(folder, 'digest.xml');
    await writeFile(scenario, DIGEST_SCENARIO);
    const command = `sipp -sf ${scenario} -m 1 -nostdin -timeout 10s -timeout_error -i ${LOOPBACK} -p ${port} -mp ${await freePort()}`;
    // SIPp tells only a terminal that it is ready.
    const program = spawn('script', ['-qec', command, '/dev/null'], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
    endAfter(t, program);
    const ended = once(program, 'exit');
    await printed(program, 'Scenario Screen');
    const { call, observer } = dial(t, `sip:${LOOPBACK}:${port}`, { username: 'ada', password });
    assert.deepEqual(await observer.told.next(), told);
    call.hangUp();
    assert.deepEqual(await ended, [0, null]);
  });
}
