/** Every page of the demo does what it shows. */
import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import test from 'node:test';
import { allMeet, hears, meetingTest, seesTiles, type MeetingPage } from '../helpers/meeting.js';

const pages: Readonly<Record<string, { name: string; query?: string; join: (page: MeetingPage) => Promise<void> }>> = {
  'index.html': { name: 'Ada', join: (page) => page.join() },
  'classic.html': { name: 'Grace', join: (page) => page.join() },
  'parts.html': { name: 'Parts', join: (page) => page.join() },
  'invited.html': { name: 'Invited', query: '?room=standup&as=moderator', join: (page) => page.join() },
  'sample.html': { name: 'Sample', query: '?room=standup', join: (page) => page.join() },
};

/** These have tests of their own: one without elements, one for the site's owner. */
const OTHERS = ['headless.html', 'events.html'];

test('no page of the demo is left out here', async () => {
  const files = await readdir('demo/pages');
  assert.deepEqual(files.filter((file) => file.endsWith('.html')).sort(), [...Object.keys(pages), ...OTHERS].sort());
});

for (const [file, { name, query = '', join }] of Object.entries(pages)) {
  meetingTest(`${file} joins and leaves`, {}, async ({ meeting }) => {
    const [host] = await meeting.openAll(['Host']);
    const page = await meeting.open(name, { path: `/${file}${query}` });
    // Some elements come a little later than the others.
    await page.page.waitForFunction(() => document.querySelector(':not(:defined)') === null);
    await join(page);
    await allMeet([host, page]);
    await hears(page, ['Host']);
    await page.page.getByRole('button', { name: 'Leave' }).click();
    await seesTiles(host, []);
    assert.deepEqual(await page.held(), { connections: 0, tracks: 0 });
  });
}
