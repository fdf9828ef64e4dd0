/** Firefox meets Chromium. */
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import type { Browser } from 'puppeteer-core';
import { launchFirefox } from '../helpers/browser.js';
import { FirefoxPage } from '../helpers/firefox.js';
import { allMeet, hears, meetingTest, seesMoving, seesTiles } from '../helpers/meeting.js';

let firefox: Browser;

before(async () => {
  firefox = await launchFirefox();
});

after(() => firefox.close());

meetingTest('Firefox and Chromium see and hear each other', {}, async ({ meeting }) => {
  const [ada] = await meeting.openAll(['Ada']);
  const fox = await FirefoxPage.open(firefox, 'Fox', meeting.pageOf('name="Fox" room="standup" autojoin'));
  await allMeet([ada, fox], 30_000);
  await Promise.all([hears(ada, ['Fox']), hears(fox, ['Ada'])]);

  const [grace] = await meeting.openAll(['Grace']);
  await Promise.all([allMeet([ada, grace, fox])]);
  await grace.pressLeave();
  await Promise.all([seesTiles(fox, ['Ada']), seesMoving(fox, ['Ada'])]);
  await fox.leave();
  await seesTiles(ada, []);
  assert.deepEqual(fox.complaints, []);
});
