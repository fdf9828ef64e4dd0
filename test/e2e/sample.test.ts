/** A page that was written for the vendor's meeting sample meets pages of ours, on our room service. */
import assert from 'node:assert/strict';
import { SimulatedPhones } from '../../demo/platform/voice/simulated-phones.js';
import {
  hasEvents,
  hears,
  meetingTest,
  seesMoving,
  seesTiles,
  type Attendee,
  type MeetingContext,
  type MeetingPage,
} from '../helpers/meeting.js';
import type { Reception, RecordedEvent, SeenTile } from '../helpers/page-recorder.js';
import { bundlePage } from '../helpers/bundle-page.mjs';
import { pageWith, startSite } from '../helpers/site.js';
import { until } from '../helpers/until.js';

/** Energy of the fake microphones' beeps that a phone hears within a second or so; silence adds nothing. */
const HEARD = 0.001;

const CONTROLS = `
  <label>Name <input name="caller" /></label>
  <button id="join">Join</button>
  <label>Callee <input name="callee" /></label>
  <label>Number <input name="number" /></label>
  <button id="call">Call</button>
  <button id="hangUp">Hang up</button>
  <button id="end">End for all</button>
  <output></output>
  <main></main>`;

class SamplePage implements Attendee {
  readonly name: string;
  readonly #page: MeetingPage;

  constructor(page: MeetingPage) {
    this.name = page.name;
    this.#page = page;
  }

  get complaints(): readonly string[] {
    return this.#page.complaints;
  }

  tiles(): Promise<SeenTile[]> {
    return this.#page.page.evaluate(() =>
      [...document.querySelectorAll('figure')].map((tile) => {
        const video = tile.querySelector('video') as HTMLVideoElement;
        return {
          name: tile.innerText,
          isLocal: false,
          isSpeaking: false,
          initials: '',
          frames: video.getVideoPlaybackQuality().totalVideoFrames,
          width: video.videoWidth,
          ...window.recorder.lookOf(video),
          area: video.clientWidth * video.clientHeight,
        };
      }),
    );
  }

  reception(): Promise<Reception[]> {
    return this.#page.page.evaluate(() => {
      const receptions = [...document.querySelectorAll('figure')].map(async (tile) => {
        const stream = tile.querySelector('video')?.srcObject as MediaStream;
        return { name: tile.innerText, ...(await window.recorder.receptionOf(stream)) };
      });
      return Promise.all(receptions);
    });
  }

  events(): Promise<RecordedEvent[]> {
    return this.#page.events();
  }

  async fill(label: string, text: string): Promise<void> {
    await this.#page.page.getByLabel(label).fill(text);
  }

  /** Presses a button, and waits for what the page says then. */
  async press(button: string, said: string): Promise<void> {
    await this.#page.press(button);
    await this.#page.page.getByText(said, { exact: true }).waitFor();
  }
}

meetingTest(
  'a page of the vendor’s sample and one with the elements meet, call a phone, and are both let go',
  {
    phones: new SimulatedPhones({ ringMilliseconds: 300, log: () => undefined }),
    expectedLog: [/^Call to [^"]+ from the room "standup" by /],
  },
  async (context) => {
    const script = await bundlePage(new URL('sample-page.js', import.meta.url));
    const files = { '/sample.html': pageWith('sample-page.js', CONTROLS), '/sample-page.js': script };
    const site = await startSite(new Map(Object.entries(files)), context.server.url);
    try {
      await holdMeeting(context, `${site.url}/sample.html?room=standup`);
    } finally {
      await site.close();
    }
  },
);

async function holdMeeting({ meeting, server }: MeetingContext, samplePage: string): Promise<void> {
  // The bare SDK says goodbye also where the platform was quicker to close the socket.
  const expected = [/^WebSocket is already in CLOSING or CLOSED state/];
  const ada = new SamplePage(await meeting.open('Ada', { path: samplePage, expected }));
  await ada.fill('Name', 'Ada');
  await ada.press('Join', 'In standup');
  const [bob] = await meeting.openAll(['Bob']);
  await Promise.all([seesMoving(ada, ['Bob']), seesMoving(bob, ['Ada'])]);
  await Promise.all([hears(ada, ['Bob']), hears(bob, ['Ada'])]);

  const phone = () => server.platform?.phones.at(-1);
  const phoneIsPutDown = () => until(phone, (each) => each?.state === 'over', { what: 'the phone is put down' });
  const callGrace = async () => {
    await ada.press('Call', 'ringing');
    await Promise.all([seesTiles(ada, ['Bob', 'Grace']), seesTiles(bob, ['Ada', 'Grace'])]);
  };
  await ada.fill('Callee', 'Grace');
  await ada.fill('Number', '+12025550100');
  await callGrace();
  await Promise.all([hears(ada, ['Bob', 'Grace']), hears(bob, ['Ada', 'Grace'])]);
  await until(phone, (each) => (each?.heardEnergy ?? 0) > HEARD, { what: 'the phone hears the room' });
  await ada.press('Hang up', 'hungup');
  await phoneIsPutDown();
  await Promise.all([seesTiles(ada, ['Bob']), seesTiles(bob, ['Ada'])]);

  await callGrace();
  assert.equal(phone()?.state, 'answered');
  await ada.press('End for all', "room/session 'standup' deleted");
  await phoneIsPutDown();
  const devices = () => server.platform?.gateway.statistics().devices;
  await until(devices, (count) => count === 0, { what: 'nobody is in the meeting any more' });
  assert.equal(await bob.errorCode(), 'room-ended');
  assert.match(await bob.errorText(), /The meeting was ended/);
  const departures = await hasEvents(bob, 'room-left', 1);
  assert.deepEqual(
    departures.map(({ reason }) => reason),
    ['room-ended'],
  );
  const others = await meeting.audit('standup');
  assert.deepEqual(await others(), [], 'of the room that was, nobody is left');
}
