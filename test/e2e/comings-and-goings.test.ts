/** People come and go in every way there is, and the others see it. */
import assert from 'node:assert/strict';
import { allMeet, hasEvents, meetingTest, othersOf, seesMoving, seesTiles } from '../helpers/meeting.js';
import type { RoomElement } from '../helpers/page-recorder.js';
import { until } from '../helpers/until.js';

/** How soon the others know of somebody who left in good order, in milliseconds. */
const QUICKLY = 3000;

meetingTest(
  'four meet; one leaves, one crashes, one reloads, a fifth comes late',
  { graceMilliseconds: 2000, limits: { absenceMilliseconds: 5000, sweepMilliseconds: 500 } },
  async ({ meeting }) => {
    const [ada, grace, alan, edsger] = await meeting.openAll(['Ada', 'Grace', 'Alan', 'Edsger']);
    await allMeet([ada, grace, alan, edsger]);

    await grace.pressLeave();
    await Promise.all([
      seesTiles(ada, ['Alan', 'Edsger'], QUICKLY),
      seesTiles(alan, ['Ada', 'Edsger'], QUICKLY),
      seesTiles(edsger, ['Ada', 'Alan'], QUICKLY),
    ]);

    // The navigation fails, as the page's process ends.
    await alan.page.goto('chrome://crash').catch(() => undefined);
    await Promise.all([seesTiles(ada, ['Edsger']), seesTiles(edsger, ['Ada'])]);

    await edsger.page.reload();
    await hasEvents(ada, 'participant-left', 3);
    await allMeet([ada, edsger]);

    const [barbara] = await meeting.openAll(['Barbara']);
    await allMeet([ada, edsger, barbara]);

    const counts = (await ada.events()).reduce<Record<string, number>>(
      (sums, { type }) => ({ ...sums, [type]: (sums[type] ?? 0) + 1 }),
      {},
    );
    assert.deepEqual(counts, {
      'connection-changed': 2,
      'room-joined': 1,
      'participant-joined': 5,
      'stream-available': 5,
      'stream-unavailable': 3,
      'participant-left': 3,
    });
    await until(await meeting.audit('standup'), (names) => names.join() === 'Ada,Barbara,Edsger', {
      what: 'the server has forgotten who crashed',
    });
  },
);

meetingTest('closing the tab or going to another page is leaving', {}, async ({ meeting }) => {
  const [ada, grace, alan] = await meeting.openAll(['Ada', 'Grace', 'Alan']);
  await allMeet([ada, grace, alan]);
  await grace.page.close({ runBeforeUnload: true });
  await seesTiles(ada, ['Alan'], QUICKLY);
  await alan.page.goto('about:blank');
  await seesTiles(ada, [], QUICKLY);
});

meetingTest('rooms are apart from each other, also on one page', {}, async ({ meeting }) => {
  const rooms = ['kitchen', 'garden'].map(
    (room) => `<video-room endpoint="ENDPOINT" room="${room}" name="Both" autojoin></video-room>`,
  );
  const both = await meeting.open('Both', { body: rooms.join('') });
  const [cook] = await meeting.openAll(['Cook'], { attributes: 'room="kitchen"' });
  const [gardener] = await meeting.openAll(['Gardener'], { attributes: 'room="garden"' });
  await Promise.all([
    seesMoving(cook, ['Both']),
    seesMoving(gardener, ['Both']),
    seesMoving(both, othersOf(both, [both, cook, gardener])),
  ]);
  const [inKitchen, inGarden] = await both.page
    .locator('video-room')
    .evaluateAll((all: RoomElement[]) => all.map((room) => room.state.participants.map(({ name }) => name)));
  assert.deepEqual(
    [inKitchen, inGarden],
    [
      ['Both', 'Cook'],
      ['Both', 'Gardener'],
    ],
  );

  await both.page.locator('video-room').first().getByRole('button', { name: 'Leave' }).click();
  await Promise.all([seesTiles(cook, []), seesMoving(gardener, ['Both']), seesMoving(both, ['Gardener'])]);
});
