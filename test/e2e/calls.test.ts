/** Phones in a meeting: called from a page, heard and hearing, by the whole way from the button to the sound. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { SimulatedPhones, SPOKEN_FREQUENCIES } from '../../demo/platform/voice/simulated-phones.js';
import type { RunningServer } from '../../demo/server/start-server.js';
import {
  hasEvents,
  hears,
  Meeting,
  meetingTest,
  REQUEST_FAILED,
  seesMoving,
  seesTiles,
  withPages,
  type MeetingPage,
} from '../helpers/meeting.js';
import { SampleServer } from '../helpers/sample-server.js';
import { until } from '../helpers/until.js';

/** Energy of the fake microphone's beeps that a phone hears within a second or so; silence adds nothing. */
const HEARD = 0.001;

const phones = (): SimulatedPhones =>
  new SimulatedPhones({ ringMilliseconds: 300, patienceMilliseconds: 1500, log: () => undefined });

/** What the server writes down of each call. */
const expectedLog = [
  /^Call to [^"]+ from the room "standup" by /,
  /^The call \S+ ended: error\. The number cannot be reached\.$/,
];

/** Fills in the dialog of the control bar, and calls. */
async function call({ page }: MeetingPage, number: string, name: string): Promise<void> {
  const button = page.getByRole('button', { name: 'Call a phone' });
  await button.waitFor();
  if (!(await page.getByLabel('Phone number').isVisible())) await button.click();
  await page.getByLabel('Phone number').fill(number);
  await page.getByLabel('Name (optional)').fill(name);
  await page.getByRole('button', { name: 'Call', exact: true }).click();
}

/** Waits until the page shows this sentence of a call. */
async function says({ page }: MeetingPage, sentence: string): Promise<void> {
  await page.getByRole('listitem').getByText(sentence).first().waitFor();
}

/** How each call of the page went, by the events it has heard. */
async function callEvents(page: MeetingPage): Promise<(string | undefined)[]> {
  return (await page.events()).filter(({ type }) => type === 'call-changed').map(({ status }) => status);
}

/** Waits until this much more of the room has reached the phone that was called last. */
async function phoneHears({ platform }: RunningServer): Promise<void> {
  const phone = platform?.phones.at(-1);
  const before = phone?.heardEnergy ?? 0;
  await until(
    async () => phone?.heardEnergy ?? 0,
    (energy) => energy > before + HEARD,
    { what: 'the phone hears the room' },
  );
}

/** Waits until all tones of the phone's speech were the loudest of what comes from it. */
function recognises({ page }: MeetingPage, name: string): Promise<void> {
  return page.evaluate(
    async ([wanted, frequencies]) => {
      const { state } = document.querySelector('video-room') as HTMLElementTagNameMap['video-room'];
      const stream = state.participants.find((participant) => participant.name === wanted)?.streams[0]?.mediaStream;
      if (!stream) throw new Error('The phone is not there.');
      const context = new AudioContext();
      const analyser = new AnalyserNode(context, { fftSize: 2048, smoothingTimeConstant: 0 });
      context.createMediaStreamSource(stream).connect(analyser);
      await context.resume();
      const missing = new Set(frequencies);
      const spectrum = new Float32Array(analyser.frequencyBinCount);
      const width = context.sampleRate / analyser.fftSize;
      const deadline = performance.now() + 20_000;
      while (missing.size > 0 && performance.now() < deadline) {
        await new Promise(requestAnimationFrame);
        analyser.getFloatFrequencyData(spectrum);
        const loudest = spectrum.indexOf(Math.max(...spectrum));
        for (const frequency of missing) {
          if ((spectrum[loudest] ?? -Infinity) > -60 && Math.abs(loudest * width - frequency) < 2 * width)
            missing.delete(frequency);
        }
      }
      await context.close();
      if (missing.size > 0) throw new Error(`Never heard: ${[...missing].join(', ')} Hz.`);
    },
    [name, [...SPOKEN_FREQUENCIES]] as const,
  );
}

meetingTest(
  'a phone is called, heard by all, hears all and the keys that are pressed, and is hung up',
  { phones: phones(), expectedLog },
  async ({ meeting, server }) => {
    const ada = await meeting.open('Ada', { path: '/' });
    await ada.join();
    const [bob] = await meeting.openAll(['Bob']);
    await call(ada, '(202) 555-0100', 'Grace');
    await says(ada, 'Grace answered.');
    await seesTiles(ada, ['Bob', 'Grace']);
    await seesTiles(bob, ['Ada', 'Grace']);
    await Promise.all([hears(ada, ['Grace']), hears(bob, ['Grace'])]);
    await recognises(ada, 'Grace');
    await phoneHears(server);
    await ada.page.getByText('Keypad').click();
    for (const key of ['1', '5', 'Hash']) await ada.page.getByRole('button', { name: key, exact: true }).click();
    await ada.page.keyboard.press('0');
    const phone = server.platform?.phones.at(-1);
    await until(
      async () => phone?.heardDigits,
      (digits) => digits === '15#0',
      { what: 'the phone hears the keys' },
    );
    await ada.press('Hang up Grace');
    await says(ada, 'The call to Grace has ended.');
    await Promise.all([seesTiles(ada, ['Bob']), seesTiles(bob, ['Ada'])]);
    assert.equal(phone?.state, 'over');
    assert.deepEqual(await callEvents(ada), ['dialing', 'ringing', 'answered', 'ended']);
    // The room channel told the other one of the same call.
    assert.deepEqual((await callEvents(bob)).slice(-2), ['answered', 'ended']);
    await seesMoving(bob, ['Ada']);
  },
);

meetingTest(
  'each number does what it stands for',
  { phones: phones(), expectedLog, callLimits: { ringingSeconds: 2 } },
  async ({ meeting, server }) => {
    const [ada] = await meeting.openAll(['Ada'], { expected: [REQUEST_FAILED] });
    for (const [number, sentence, state] of [
      ['+1 202 555 0101', 'B is busy.', 'busy'],
      ['+1 202 555 0103', 'B rejected the call.', 'rejected'],
      ['+1 202 555 0105', 'The call to B failed.', 'failed'],
      ['+1 202 555 0104', 'The call to B has ended.', 'ended'],
    ] as const) {
      await call(ada, number, 'B');
      await says(ada, sentence);
      assert.equal((await callEvents(ada)).at(-1), state);
    }
    // Nobody answers: whoever called gives up, or the platform does.
    await call(ada, '+1 202 555 0102', 'B');
    await says(ada, 'Ringing at B…');
    await ada.press('Hang up B');
    await until(
      async () => server.platform?.phones.at(-1)?.state,
      (state) => state === 'over',
      { what: 'it stops' },
    );
    await call(ada, '+1 202 555 0102', 'B');
    await says(ada, 'B did not answer.');
    // Not one of the numbers that may be called.
    await call(ada, '+1 212 736 5000', 'B');
    await says(ada, 'This number may not be called');
    await seesTiles(ada, []);
  },
);

meetingTest(
  'a call belongs to the room: it outlives who dialed, and ends with the room, also while it rings',
  { phones: phones(), expectedLog },
  async ({ meeting, server }) => {
    const [ada, bob] = await meeting.openAll(['Ada', 'Bob']);
    await call(ada, '+1 202 555 0100', 'Grace');
    await seesTiles(bob, ['Ada', 'Grace']);
    // Closes what was asked, which may cover other controls.
    await ada.page.keyboard.press('Escape');
    await ada.pressLeave();
    await seesTiles(bob, ['Grace']);
    await hears(bob, ['Grace']);
    await call(bob, '+1 202 555 0102', 'Eve');
    await says(bob, 'Ringing at Eve…');
    await bob.page.keyboard.press('Escape');
    await bob.pressLeave();
    await until(
      async () => server.platform?.phones.map(({ state }) => state),
      (states) => states?.join() === 'over,over',
      { what: 'nobody is left, so both phones are hung up' },
    );
    await hasEvents(bob, 'room-left', 1);
  },
);

for (const variant of ['python', 'node'] as const) {
  test(`the elements work with the vendor’s sample server (${variant})`, () =>
    withPages(async (site, browser) => {
      const log: string[] = [];
      const server = await SampleServer.start({
        variant,
        phones: phones(),
        allowedOrigins: [site.origin],
        log: (message) => log.push(message),
      });
      const meeting = new Meeting(browser, site, server.url);
      const body = `<video-room id="room" endpoint="${server.url}/joinCall" id-lookup="${server.url}/idLookup" room="lobby"></video-room>
        <dial-out-button for="room" endpoint="${server.url}/startPSTNCall" number="+12025550100" name="Grace"></dial-out-button>`;
      try {
        const expected = variant === 'node' ? [REQUEST_FAILED] : [];
        const ada = await meeting.open('Ada', { body, expected });
        const bob = await meeting.open('Bob', { body });
        server.failure = 'failed to create participant';
        await ada.page.getByLabel('Your name').fill('Ada');
        await ada.press('Join');
        await ada.errorCode();
        server.failure = undefined;
        await ada.pressJoin();
        await bob.join();
        await seesMoving(ada, ['Bob']);
        await ada.press('Call Grace');
        await ada.page.getByText('Grace answered.').waitFor();
        await seesTiles(bob, ['Ada', 'Grace']);
        await hears(bob, ['Grace']);
        await ada.press('Hang up Grace');
        await ada.page.getByText('The call to Grace has ended.').waitFor();
        await seesTiles(bob, ['Ada']);
        assert.deepEqual(await callEvents(ada), ['dialing', 'ringing', 'answered', 'ended']);
      } finally {
        log.push(...(await meeting.close()));
        await server.close();
      }
      assert.deepEqual(log, []);
    }));
}
