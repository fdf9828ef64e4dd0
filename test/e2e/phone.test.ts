/** Somebody meets from another device of the network: over https, by the machine's own address. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { LOOPBACK, outwardAddress } from '../../demo/platform/media/local-addresses.js';
import { externalAddresses, startServer } from '../../demo/server/start-server.js';
import { launchChromium } from '../helpers/browser.js';
import { hears, Meeting, seesMoving, type MeetingPage } from '../helpers/meeting.js';
import { PageServer } from '../helpers/page-server.js';

/** Where each connection of the page that is up sends its media. */
function remoteAddresses({ page }: MeetingPage): Promise<string[]> {
  return page.evaluate(async () => {
    const reports = await Promise.all(window.recorder.peerConnections.map((connection) => connection.getStats()));
    return reports.flatMap((report) => {
      const all = [...report.values()] as Record<string, string | undefined>[];
      const pairs = all.filter(
        ({ type, nominated, state }) => type === 'candidate-pair' && nominated && state === 'succeeded',
      );
      return pairs.map(({ remoteCandidateId = '' }) => (report.get(remoteCandidateId) as { address: string }).address);
    });
  });
}

test('a page on the address of this machine joins over https, and its media takes that address too', async () => {
  // A machine without a network has loopback alone to show it by.
  const address = (await outwardAddress()) ?? externalAddresses()[0] ?? LOOPBACK;
  const log: string[] = [];
  const server = await startServer({ https: true, host: '0.0.0.0', log: (message) => log.push(message) });
  const browser = await launchChromium({ args: ['--ignore-certificate-errors'] });
  const site = await PageServer.start();
  const meeting = new Meeting(browser, site, `https://${address}:${server.port}`);
  try {
    const phone = await meeting.open('Phone', { path: '/' });
    assert.equal(await phone.page.evaluate(() => location.origin), meeting.url);
    assert.equal(await phone.page.evaluate(() => isSecureContext), true);
    const desk = await meeting.open('Desk', { path: '/' });
    await phone.join();
    await desk.join();
    await Promise.all([seesMoving(phone, ['Desk']), seesMoving(desk, ['Phone'])]);
    await hears(desk, ['Phone']);
    for (const attendee of [phone, desk]) {
      const addresses = await remoteAddresses(attendee);
      assert.deepEqual(addresses, [address, address], 'what is sent and what is received');
    }
  } finally {
    log.push(...(await meeting.close()));
    await browser.close();
    await site.close();
    await server.close();
  }
  assert.deepEqual(log, []);
});
