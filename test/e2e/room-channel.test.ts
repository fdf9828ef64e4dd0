/** The room channel between real pages: whoever comes first, and whatever is cut. */
import assert from 'node:assert/strict';
import { meetingTest, REQUEST_FAILED, SOCKET_FAILED } from '../helpers/meeting.js';
import { TcpProxy } from '../helpers/tcp-proxy.js';
import { until } from '../helpers/until.js';

const ROLES = ['moderator', 'guest', 'viewer', 'guest'] as const;

/** Orders that differ in who comes when, the two guests being alike. */
function orders(roles: readonly string[]): string[][] {
  if (roles.length === 0) return [[]];
  return [...new Set(roles)].flatMap((first) => {
    const others = [...roles];
    others.splice(others.indexOf(first), 1);
    return orders(others).map((rest) => [first, ...rest]);
  });
}

/** What somebody in a meeting knows: who has which role, what they may do, and whether the room is locked. */
interface Known {
  readonly roles: string;
  readonly mayRemove: boolean;
  readonly maySpeak: boolean;
  readonly isLocked: boolean | undefined;
}

meetingTest(
  'a moderator, two guests and a viewer know the same, in every order of arrival',
  {},
  async ({ meeting }) => {
    const { page } = await meeting.open('Crowd', { path: '/headless.html' });
    const all = orders(ROLES);
    assert.equal(all.length, 12);
    for (const order of all) {
      const outcome = await page.evaluate(meetInThisOrder, order);
      const expected = order.map((role) => ({
        roles: 'guest,guest,moderator,viewer',
        mayRemove: role === 'moderator',
        maySpeak: role !== 'viewer',
        isLocked: true,
      }));
      assert.deepEqual(outcome, expected, order.join());
    }
  },
);

/**
 * In the page: each person has a connection of their own, four at a time, because a browser has six connections to a
 * server. Gives what each knows when the moderator has locked the room that all are in.
 */
async function meetInThisOrder(order: readonly string[]): Promise<Known[]> {
  const path = '/dist/cdn/room.js';
  const { createRoom } = (await import(path)) as typeof import('../../src/headless.js');
  const rooms = order.map((as) =>
    createRoom({ endpoint: '/rooms/join', room: order.join('-'), name: as, as, audio: false, video: false }),
  );
  const known = (): Known[] =>
    rooms.map(({ state }) => ({
      roles: state.participants
        .map(({ facts }) => facts?.role)
        .sort()
        .join(),
      mayRemove: state.permissions.includes('room.member.remove'),
      maySpeak: state.permissions.includes('room.self.audio_unmute'),
      isLocked: state.facts?.isLocked,
    }));
  const until = async (condition: (each: Known) => unknown): Promise<void> => {
    const deadline = performance.now() + 10_000;
    while (!known().every(condition) && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };
  try {
    for (const room of rooms) await room.join();
    await until(({ roles }) => roles === 'guest,guest,moderator,viewer');
    await rooms[order.indexOf('moderator')]?.changeRoom({ locked: true });
    await until(({ isLocked }) => isLocked);
    return known();
  } finally {
    for (const room of rooms) room.leave();
  }
}

/** Everybody writes at most this many: more at once is refused. */
const EACH = 15;
const WRITERS = 10;
const MESSAGES = EACH * WRITERS;

meetingTest(
  'the channel is cut in the middle of a burst of messages: none is lost, none comes twice',
  {},
  async ({ meeting, server }) => {
    const network = await TcpProxy.start();
    network.targetPort = server.port;
    try {
      const body = `<video-room endpoint="http://127.0.0.1:${network.port}/rooms/join" room="standup" name="Ada" autojoin no-video></video-room>`;
      const { page } = await meeting.open('Ada', { body, expected: [REQUEST_FAILED, SOCKET_FAILED] });
      await page.getByRole('button', { name: /^Chat/ }).waitFor();
      await page.evaluate(() => {
        const heard: unknown[] = [];
        document.addEventListener('message-received', ({ message }) => heard.push(message.data));
        Object.assign(window, { heard });
      });
      const heard = (): Promise<unknown[]> => page.evaluate(() => (window as unknown as { heard: unknown[] }).heard);
      const writers = await Promise.all(
        Array.from({ length: WRITERS }, async (_, index) => {
          const answer = await post(`${meeting.url}/rooms/join`, { room: 'standup', name: `Writer ${index}` });
          return ((await answer.json()) as { session: string }).session;
        }),
      );
      const write = async (from: number, to: number): Promise<void> => {
        for (let number = from; number < to; number++) {
          const message = { id: `message-${number}`, type: 'count', data: number };
          const { status } = await post(`${meeting.url}/rooms/messages`, message, writers[number % WRITERS]);
          assert.equal(status, 201);
        }
      };
      await write(0, MESSAGES / 3);
      network.cut();
      await write(MESSAGES / 3, (2 * MESSAGES) / 3);
      assert.ok((await heard()).length <= (2 * MESSAGES) / 3 - 1, 'some are missing while the channel is cut');
      network.restore();
      await write((2 * MESSAGES) / 3, MESSAGES);
      await until(heard, (numbers) => numbers.length >= MESSAGES, { what: 'all messages are there' });
      assert.deepEqual(
        await heard(),
        Array.from({ length: MESSAGES }, (_, number) => number),
      );
    } finally {
      await network.close();
    }
  },
);

function post(url: string, body: object, session?: string): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(session && { authorization: `Bearer ${session}` }) },
    body: JSON.stringify(body),
  });
}

meetingTest(
  'what one writes to another reaches nobody else, and who comes later reads what all could',
  {},
  async ({ meeting }) => {
    const [ada, grace, eve] = await meeting.openAll(['Ada', 'Grace', 'Eve'], {
      attributes: 'room="standup" no-audio no-video',
    });
    for (const { page } of [ada, grace, eve]) await page.getByRole('button', { name: /^Chat/ }).click();
    const chat = ({ page }: typeof ada) => page.locator('chat-panel');
    await chat(ada).getByLabel('Message', { exact: true }).fill('<img src=x onerror=alert(1)> https://example.com/a');
    await ada.page.keyboard.press('Enter');
    await Promise.all([grace, eve].map((each) => chat(each).getByText('<img src=x onerror=alert(1)>').waitFor()));
    assert.equal(await chat(eve).locator('img').count(), 0);
    assert.equal(await chat(eve).getByRole('link').getAttribute('href'), 'https://example.com/a');
    await chat(ada).locator('select').selectOption({ label: 'Grace' });
    await chat(ada).getByLabel('Message', { exact: true }).fill('Only you');
    await ada.page.keyboard.press('Enter');
    await chat(grace).getByText('Only you', { exact: true }).waitFor();
    await chat(grace).getByText('only to you', { exact: true }).waitFor();
    await chat(grace).getByLabel('Message', { exact: true }).fill('The last one');
    await grace.page.keyboard.press('Enter');
    await chat(eve).getByText('The last one').waitFor();
    assert.equal(await chat(eve).getByText('Only you', { exact: true }).count(), 0);
    const [late] = await meeting.openAll(['Late'], { attributes: 'room="standup" no-audio no-video' });
    await late.page.getByRole('button', { name: /^Chat/ }).click();
    await chat(late).getByText('The last one').waitFor();
    assert.equal(await chat(late).getByText('Only you', { exact: true }).count(), 0);
  },
);
