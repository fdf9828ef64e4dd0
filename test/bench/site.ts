/** The site of the bench: pages that hold the same meeting with `<video-room>`, with a button to call a phone, and by hand. */
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundlePage } from '../helpers/bundle-page.mjs';
import { pageWith, startSite, type Site } from '../helpers/site.js';

const CDN = fileURLToPath(new URL('../../dist/cdn/', import.meta.url));

/** Pages: `/element.html`, `/phone.html`, `/bare.html`. @param endpoint the room service */
export async function startBenchSite(endpoint: string): Promise<Site> {
  const element = '<video-room id="room" endpoint="/rooms/join" room="bench" autojoin></video-room>';
  const dialOut = '<dial-out-button for="room" number="+12025550100" name="Grace"></dial-out-button>';
  const files = new Map([
    ['/element.html', pageWith('video-room.js', element)],
    ['/phone.html', pageWith('video-room.js', element + dialOut)],
    ['/bare.html', pageWith('bare.js', '')],
    ['/bare.js', await bundlePage(new URL('bare-page.js', import.meta.url), { isMinified: true })],
    ...(await scriptsOfElement()),
  ]);
  return startSite(files, endpoint);
}

async function scriptsOfElement(): Promise<(readonly [path: string, text: string])[]> {
  const names = (await readdir(CDN)).filter((name) => name.endsWith('.js'));
  return Promise.all(names.map(async (name) => [`/${name}`, await readFile(CDN + name, 'utf8')] as const));
}
