/** Thirty rounds of joining and leaving, many at the same time, and nothing of it is left over. */
import assert from 'node:assert/strict';
import { setTimeout as pass } from 'node:timers/promises';
import { allMeet, meetingTest, seesTiles, SOCKET_CANCELLED, type MeetingPage } from '../helpers/meeting.js';
import type { RoomElement } from '../helpers/page-recorder.js';
import { until } from '../helpers/until.js';

const NAMES = ['Ada', 'Grace', 'Alan', 'Edsger', 'Barbara'] as const;
const ROUNDS = 30;

/** Within what time joining can be interrupted, in milliseconds. */
const OVERLAP = 400;

/** Any number does: it makes the order the same in every run. */
const SEED = 3;

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
      NAMES.map((name) =>
        meeting.open(name, { attributes: `room="standup" name="${name}"`, expected: [SOCKET_CANCELLED] }),
      ),
    );
    const present = new Set<MeetingPage>();
    const joining: Promise<void>[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const chosen = pages.filter(() => random() < 0.5);
      // In some rounds everybody gets into the meeting; in the others, leaving meets joining at any stage of it.
      const inOrder = random() < 0.3;
      for (const page of chosen) {
        if (present.delete(page)) {
          await leave(page);
        } else {
          present.add(page);
          joining.push(join(page));
        }
      }
      await (inOrder ? Promise.all(joining) : pass(random() * OVERLAP));
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
