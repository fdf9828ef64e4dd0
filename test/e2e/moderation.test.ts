/** A host runs a meeting: what everybody may do, what it does to media, and what every list says of it. */
import assert from 'node:assert/strict';
import { SimulatedPhones } from '../../demo/platform/voice/simulated-phones.js';
import {
  hears,
  hearsSilence,
  meetingTest,
  REQUEST_FAILED,
  seesMoving,
  seesPicture,
  seesTiles,
  type MeetingPage,
} from '../helpers/meeting.js';
import { actOn, actOnEverybody, listsPeople, openPeople } from '../helpers/people.js';
import { until } from '../helpers/until.js';

const phones = (): SimulatedPhones => new SimulatedPhones({ ringMilliseconds: 200, log: () => undefined });

const expectedLog = [/^Call to [^"]+ from the room "standup" by /];

/** The bearer of the page's seat, by the answer to its joining. */
function bearerOf({ page }: MeetingPage): Promise<string> {
  return page.waitForResponse(/\/rooms\/join$/).then(async (response) => {
    const { session } = (await response.json()) as { session: string };
    return session;
  });
}

/** Waits until nothing that can be heard comes from somebody, because nothing comes at all. */
function hearsNothingFrom(attendee: MeetingPage, name: string): Promise<unknown> {
  return until(
    () => attendee.reception(),
    (all) => !all.some((each) => each.name === name),
    { what: `${attendee.name} gets nothing from ${name}` },
  );
}

async function isDisabled({ page }: MeetingPage, name: string): Promise<boolean> {
  return page.getByRole('button', { name, exact: true }).isDisabled();
}

meetingTest(
  'a moderator, two guests, a viewer and a phone: each may do what is theirs, and it reaches media and lists',
  { phones: phones(), expectedLog },
  async ({ meeting }) => {
    const open = (name: string, as: string): Promise<MeetingPage> =>
      meeting.open(name, {
        attributes: `room="standup" name="${name}" autojoin as="${as}"`,
        expected: [REQUEST_FAILED],
      });
    const ada = await open('Ada', 'guest');
    const grace = await open('Grace', 'moderator');
    const bob = await open('Bob', 'guest');
    const bearer = bearerOf(bob);
    const vic = await open('Vic', 'viewer');
    const everybody = [ada, grace, bob, vic];
    await Promise.all(everybody.map((each) => openPeople(each)));

    // Who is here, and what each is offered.
    await Promise.all([
      seesMoving(ada, ['Grace', 'Bob']),
      seesMoving(grace, ['Ada', 'Bob']),
      seesMoving(bob, ['Ada', 'Grace']),
      seesMoving(vic, ['Ada', 'Grace', 'Bob']),
    ]);
    for (const each of everybody) {
      const mark = (name: string): string => (each.name === name ? `${name} (you)` : name);
      await listsPeople(each, {
        [mark('Ada')]: ['microphone on', 'camera on'],
        [mark('Grace')]: ['moderator', 'microphone on', 'camera on'],
        [mark('Bob')]: ['microphone on'],
        [mark('Vic')]: ['viewer', '!microphone on', '!camera on'],
      });
    }
    assert.deepEqual(
      await Promise.all(everybody.map(({ page }) => page.getByRole('button', { name: /^Actions for/ }).count())),
      [0, 3, 0, 0],
    );
    assert.equal(await vic.page.locator('mic-button button').isDisabled(), true);
    assert.equal(await vic.page.locator('camera-button button').isDisabled(), true);
    assert.equal(await ada.page.locator('mic-button button').isDisabled(), false);

    // One is muted, asked, and speaks again.
    await actOn(grace, 'Ada', 'Mute');
    await ada.page.getByRole('button', { name: 'Unmute microphone' }).waitFor();
    await hearsSilence(bob, 'Ada');
    await listsPeople(vic, { Ada: ['microphone off'], Grace: [], Bob: [], 'Vic (you)': [] });
    await actOn(grace, 'Ada', 'Ask to unmute');
    await ada.page.getByText('Grace asks you to unmute.').first().waitFor();
    assert.equal(await ada.page.getByRole('button', { name: 'Unmute microphone' }).count(), 1, 'nobody is forced');
    await ada.press('Unmute');
    await hears(bob, ['Ada']);

    // A hand goes up and is lowered.
    await bob.press('Raise your hand');
    await listsPeople(grace, { Ada: [], 'Grace (you)': [], Bob: ['hand raised'], Vic: [] });
    await actOn(grace, 'Bob', 'Lower hand');
    await bob.page.getByRole('button', { name: 'Raise your hand' }).waitFor();

    // A phone comes; everybody but Bob is muted, and nobody hears the phone any more.
    await grace.page.getByRole('button', { name: 'Call a phone' }).click();
    await grace.page.getByLabel('Phone number').fill('+12025550100');
    await grace.page.getByLabel('Name (optional)').fill('Phil');
    await grace.page.getByRole('button', { name: 'Call', exact: true }).click();
    await Promise.all([hears(bob, ['Phil']), hears(vic, ['Phil'])]);
    await grace.page.keyboard.press('Escape');
    await listsPeople(ada, { 'Ada (you)': [], Grace: [], Bob: [], Vic: [], Phil: ['on the phone'] });
    await actOnEverybody(grace, 'Mute everybody…');
    await grace.page.getByLabel('Bob', { exact: true }).check();
    await grace.page.getByRole('button', { name: 'Mute everybody', exact: true }).click();
    await Promise.all([hearsSilence(bob, 'Ada'), hearsNothingFrom(bob, 'Phil'), hearsNothingFrom(ada, 'Phil')]);
    await hears(ada, ['Bob', 'Grace']);
    assert.equal(await ada.page.locator('mic-button button').isDisabled(), true);
    assert.equal(await bob.page.locator('mic-button button').isDisabled(), false);
    await listsPeople(bob, {
      Ada: ['may not speak'],
      Grace: ['!may not speak'],
      'Bob (you)': ['!may not speak'],
      Vic: [],
      Phil: [],
    });
    await actOnEverybody(grace, 'Let everybody speak again');
    await hears(ada, ['Phil']);
    await until(
      () => isDisabled(ada, 'Unmute microphone'),
      (disabled) => !disabled,
      { what: 'Ada may speak again' },
    );

    // A viewer becomes a guest, and is seen.
    await actOn(grace, 'Vic', 'Make guest');
    await until(
      () => vic.page.locator('camera-button button').isDisabled(),
      (disabled) => !disabled,
      { what: 'Vic may send' },
    );
    await vic.press('Turn camera on');
    await seesPicture(bob, 'Vic', 'wheel');

    // One is removed, is told why, and stays out.
    await actOn(grace, 'Bob', 'Remove from the meeting…');
    await grace.page.getByLabel(/Reason/).fill('Too loud <b>');
    await grace.page.getByRole('button', { name: 'Remove', exact: true }).click();
    await until(
      () => bob.errorText(),
      (text) => text.includes('You were removed from the meeting: Too loud <b>'),
      { what: 'Bob is told why' },
    );
    await listsPeople(ada, { 'Ada (you)': [], Grace: [], Vic: [], Phil: [] });
    const again = await fetch(`${meeting.url}/rooms/join`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await bearer}` },
      body: JSON.stringify({ room: 'standup', name: 'Bob' }),
    });
    assert.deepEqual([again.status, ((await again.json()) as { code: string }).code], [403, 'removed']);
    assert.deepEqual(await bob.held(), { connections: 0, tracks: 0 });
  },
);

meetingTest(
  'who comes waits, is let in or not, or finds the room locked; and it is ended for all',
  {},
  async ({ meeting }) => {
    const grace = await meeting.open('Grace', { attributes: 'room="standup" name="Grace" autojoin' });
    await openPeople(grace);
    await actOnEverybody(grace, 'Waiting room');
    const [ada, bob] = await Promise.all(
      ['Ada', 'Bob'].map((name) =>
        meeting.open(name, { attributes: 'room="standup" no-audio', expected: [REQUEST_FAILED] }),
      ),
    );
    assert.ok(ada && bob);
    for (const each of [ada, bob]) {
      await each.page.getByLabel('Your name').fill(each.name);
      await each.page.getByRole('button', { name: 'Join', exact: true }).click();
      await grace.page.getByRole('button', { name: `Admit ${each.name}` }).waitFor();
      assert.equal(await each.page.getByRole('button', { name: 'Leave' }).count(), 0);
    }
    await grace.press('Deny Bob');
    await until(
      () => bob.errorCode(),
      (code) => code === 'entry-denied',
      { what: 'Bob is told' },
    );
    await grace.press('Admit Ada');
    await ada.joined();
    await seesMoving(grace, ['Ada']);
    await actOnEverybody(grace, 'Waiting room');
    await actOnEverybody(grace, 'Lock the meeting');
    await bob.page.getByRole('button', { name: 'Join', exact: true }).click();
    await until(
      async () => (await bob.events()).filter(({ type }) => type === 'room-error').at(-1)?.code,
      (code) => code === 'room-locked',
      { what: 'the room is locked' },
    );
    await seesTiles(grace, ['Ada']);
    await actOnEverybody(grace, 'End the meeting for everybody…');
    await grace.press('End for everybody');
    await Promise.all(
      [ada, grace].map((each) =>
        until(
          () => each.errorText(),
          (text) => text.includes('The meeting was ended.'),
          { what: `${each.name} is told` },
        ),
      ),
    );
  },
);
