/** Two people meet on the page with the two lines. */
import assert from 'node:assert/strict';
import { hears, meetingTest, seesMoving } from '../helpers/meeting.js';
import { until } from '../helpers/until.js';

meetingTest('two pages with the two lines see and hear each other', {}, async ({ meeting }) => {
  const ada = await meeting.open('Ada', { path: '/' });
  const grace = await meeting.open('Grace', { path: '/' });
  await ada.join();
  await grace.join();

  await Promise.all([seesMoving(ada, ['Grace']), seesMoving(grace, ['Ada'])]);
  await Promise.all([hears(ada, ['Grace']), hears(grace, ['Ada'])]);

  for (const [me, other] of [
    [ada, grace],
    [grace, ada],
  ] as const) {
    const tiles = await me.tiles();
    assert.deepEqual(
      tiles.map(({ name }) => name),
      [`${me.name} (you)`, other.name],
    );
    const [received] = await me.reception();
    assert.ok(received && received.framesDecoded > 0, 'the picture comes through the peer connection');
    // The fake microphone beeps once a second.
    await until(
      () => me.tiles(),
      (all) => all.some(({ name, isSpeaking }) => name === other.name && isSpeaking),
      { what: `${other.name} is marked as speaking on ${me.name}'s page` },
    );
    const events = await me.events();
    assert.deepEqual(
      events.map(({ type, connection }) => (connection ? `${type} ${connection}` : type)),
      [
        'connection-changed connecting',
        'connection-changed connected',
        'room-joined',
        'participant-joined',
        'stream-available',
      ],
    );
    const joined = events.find(({ type }) => type === 'participant-joined');
    const stream = events.find(({ type }) => type === 'stream-available');
    assert.equal(stream?.participantId, joined?.participantId);
    const otherEvents = await other.events();
    assert.equal(stream?.participantId, otherEvents.find(({ type }) => type === 'room-joined')?.participantId);
  }
});
