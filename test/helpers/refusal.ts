/** A meeting that is refused, and the way into it once that is repaired. */
import assert from 'node:assert/strict';
import { hasEvents, meetingTest, SOCKET_FAILED, type MeetingContext, type MeetingPage } from './meeting.js';

/** What a page holds that is in no meeting. */
export const NOTHING = { connections: 0, tracks: 0 };

export interface Refusal {
  readonly what: string;
  readonly code: string;
  readonly sentence: RegExp;
  readonly breakIt: (page: MeetingPage, context: MeetingContext) => Promise<void> | void;
  readonly repairIt: (page: MeetingPage, context: MeetingContext) => Promise<void> | void;
}

export function refusalTest({ what, code, sentence, breakIt, repairIt }: Refusal): void {
  meetingTest(what, { throughProxy: true }, async (context) => {
    const page = await context.meeting.open('Ada', { attributes: 'room="standup"', expected: [SOCKET_FAILED] });
    await breakIt(page, context);
    await page.page.getByRole('button', { name: 'Join', exact: true }).click();
    assert.equal(await page.errorCode(), code);
    assert.match(await page.errorText(), sentence);
    assert.deepEqual(await page.held(), NOTHING);

    await repairIt(page, context);
    await page.join();
    assert.equal(await page.errorText(), '');
    await hasEvents(page, 'room-joined', 1);
    assert.equal(await page.errorCode(), code, 'there was one error and no more');
  });
}
