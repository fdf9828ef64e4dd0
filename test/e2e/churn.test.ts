/** Thirty rounds of joining and leaving, many at the same time, and nothing of it is left over. */
import assert from 'node:assert/strict';
import { allMeet, meetingTest, seesTiles, type MeetingPage } from '../helpers/meeting.js';
import type { RoomElement } from '../helpers/page-recorder.js';
import { until } from '../helpers/until.js';

const NAMES = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara'] as const;
const ROUNDS = 30;

/** Any number does: it makes the order the same in every run. */
const SEED = 5;

/** Numbers from 0 to 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Resolves when the attempt to join has come to its end, whatever that is. */
async function join({ page }: MeetingPage): Promise<void> {
  await page.locator('video-room').evaluate(async (room: RoomElement) => {
    await room.join();
  });
}

async function leave({ page }: MeetingPage): Promise<void> {
  await page.locator('video-room').evaluate((room: RoomElement) => room.leave());
}

meetingTest(
  'thirty rounds of churn',
  { limits: { absenceMilliseconds: 5000, sweepMilliseconds: 500 } },
  async ({ meeting, server }) => {
    const random = randomNumbers(SEED);
    const pages = await Promise.all(
      NAMES.map((name) => meeting.open(name, { attributes: `room="standup" name="${name}"` })),
    );
    const present = new Set<MeetingPage>();
    const joining: Promise<void>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const chosen = pages.filter(() => random() < 0.4);
      // In half of the rounds everybody gets into the meeting before the next one, in the others they overlap.
      const inOrder = random() < 0.5;
      for (const page of chosen) {
        if (present.delete(page)) {
          await leave(page);
        } else {
          present.add(page);
          joining.push(join(page));
        }
      }
      if (inOrder) await Promise.all(joining);
    }
    await Promise.all(joining);

    assert.ok(present.size >= 3 && present.size < pages.length, `${present.size} pages are in the meeting at the end`);
    const here = [...present];
    await allMeet(here);
    for (const page of pages.filter((each) => !present.has(each))) {
      await seesTiles(page, []);
      assert.deepEqual(await page.held(), { connections: 0, tracks: 0 });
    }
    for (const page of here) assert.deepEqual(await page.held(), { connections: 2, tracks: 2 });

    const names = here.map(({ name }) => name).sort();
    await until(await meeting.audit('standup'), (all) => all.join() === names.join(), {
      what: `the server knows of ${names.join()} only`,
    });
    const statistics = server.platform?.gateway.statistics();
    assert.equal(statistics?.devices, here.length);
    assert.equal(statistics.publishedTracks, 2 * here.length);
  },
);
