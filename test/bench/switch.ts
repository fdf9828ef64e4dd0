/** What the others miss while somebody changes the camera: the longest time without a new frame at the other side. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from 'playwright-core';
import type { VideoRoom } from '../../src/elements/video-room.js';
import { NAME_HELPER } from '../helpers/page-recorder.js';
import { BenchServer } from './bench-server.js';
import { median, milliseconds, type Report } from './report.js';
import { startBenchSite } from './site.js';

const SWITCHES = 10;

/** How long the frames are looked at before and after a switch, in milliseconds. */
const WINDOW = 1500;

/** `camera`: another device is opened. `ready`: what is sent in its place is there already, drawn by the page. */
type Source = 'camera' | 'ready';

/** Milliseconds. */
interface Switch {
  /** The longest time between two frames at the other side with the switch in it. */
  readonly gap: number;
  /** Every time between two frames just before. */
  readonly normalGaps: readonly number[];
  /** Until the sender has said that it is done. */
  readonly duration: number;
}

declare global {
  interface Window {
    /** When frames were shown: milliseconds since 1970, so that pages can be compared. */
    frameTimes: number[];
  }
}

export async function measureSwitch(browser: Browser): Promise<Report> {
  const server = await BenchServer.start();
  const site = await startBenchSite(server.url);
  try {
    const camera = await measureSource(browser, `${site.url}/element.html`, 'camera');
    const ready = await measureSource(browser, `${site.url}/element.html`, 'ready');
    return {
      title: `switch: time between two frames at the other side, ${SWITCHES} switches, up to 20 frames a second`,
      columns: ['', 'median', 'worst'],
      rows: [
        row('**another camera**', gapsOf(camera)),
        row('between two frames without a switch', normalGapsOf(camera)),
        row('until the sender has switched', durationsOf(camera)),
        row('another track that is ready (canvas)', gapsOf(ready)),
        row('between two frames without a switch', normalGapsOf(ready)),
        row('until the sender has switched', durationsOf(ready)),
      ],
      figures: { camera, ready },
    };
  } finally {
    await site.close();
    await server.stop();
  }
}

async function measureSource(browser: Browser, url: string, source: Source): Promise<Switch[]> {
  const sender = await open(browser, url, source);
  const receiver = await open(browser, url, source);
  await receiver.waitForFunction(watchFrames, undefined, { polling: 100 });
  const switches: Switch[] = [];
  // The first one warms up, and does not count.
  for (let index = 0; index <= SWITCHES; index++) {
    await pause(WINDOW);
    const { start, end } = await sender.evaluate(switchCamera, index % 2 === 0);
    await pause(WINDOW);
    const times = await receiver.evaluate(() => window.frameTimes);
    const gap = Math.max(...gapsBetween(times, start, end + WINDOW));
    const normalGaps = gapsBetween(times, start - WINDOW, start);
    if (index > 0) switches.push({ gap, normalGaps, duration: end - start });
  }
  await Promise.all([sender, receiver].map((page) => page.context().close()));
  return switches;
}

/** The gaps that end between two moments. */
function gapsBetween(times: readonly number[], from: number, to: number): number[] {
  return times.flatMap((time, index) =>
    index > 0 && time > from && time <= to ? [time - (times[index - 1] ?? NaN)] : [],
  );
}

async function open(browser: Browser, url: string, source: Source): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 640, height: 480 } });
  await page.addInitScript(NAME_HELPER);
  await page.addInitScript(installSource, source);
  await page.goto(url);
  return page;
}

/** Runs before the page's own scripts: small pictures, from fake cameras or drawn. */
function installSource(source: Source): void {
  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  const draw = (): MediaStreamTrack => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width: 320, height: 180 });
    const context = canvas.getContext('2d');
    const hue = Math.random() * 360;
    setInterval(() => {
      if (!context) return;
      context.fillStyle = `hsl(${hue} 50% ${30 + ((performance.now() / 50) % 40)}%)`;
      context.fillRect(0, 0, canvas.width, canvas.height);
    }, 50);
    return canvas.captureStream(20).getVideoTracks()[0] as MediaStreamTrack;
  };
  const drawn = source === 'ready' ? [draw(), draw()] : [];
  devices.getUserMedia = async ({ audio = false, video = false } = {}) => {
    if (source === 'camera') {
      const { deviceId } = video as MediaTrackConstraints;
      return getUserMedia({
        audio,
        video: video && { ...(deviceId && { deviceId }), width: 320, height: 180, frameRate: 20 },
      });
    }
    const stream = audio ? await getUserMedia({ audio }) : new MediaStream();
    // In turn, so that it is always the other one.
    if (video && drawn[0]) {
      drawn.reverse();
      stream.addTrack(drawn[0].clone());
    }
    return stream;
  };
}

/** Whether somebody else is there whose frames are noted from now on. */
function watchFrames(): boolean {
  const room = document.querySelector<VideoRoom>('video-room');
  const stream = room?.state?.participants.find(({ isLocal }) => !isLocal)?.streams[0];
  if (!stream?.mediaTypes.includes('VIDEO')) return false;
  const video = document.createElement('video');
  Object.assign(video, { muted: true, autoplay: true, srcObject: stream.mediaStream });
  document.body.prepend(video);
  window.frameTimes = [];
  const onFrame = (): void => {
    window.frameTimes.push(performance.timeOrigin + performance.now());
    video.requestVideoFrameCallback(onFrame);
  };
  video.requestVideoFrameCallback(onFrame);
  return true;
}

/** The first camera or the third one: what the second one gives, Chromium sends to nobody. */
async function switchCamera(isThird: boolean): Promise<{ start: number; end: number }> {
  const room = document.querySelector<VideoRoom>('video-room');
  const { id = '' } = room?.state.devices.camera[isThird ? 2 : 0] ?? {};
  const now = (): number => performance.timeOrigin + performance.now();
  const before = room?.state.localStream?.getVideoTracks()[0];
  const start = now();
  await room?.room.selectDevice('camera', id);
  const end = now();
  const after = room?.state.localStream?.getVideoTracks()[0];
  if (before === after) throw new Error('The camera was not changed.');
  return { start, end };
}

const gapsOf = (switches: readonly Switch[]): number[] => switches.map(({ gap }) => gap);
const normalGapsOf = (switches: readonly Switch[]): number[] => switches.flatMap(({ normalGaps }) => normalGaps);
const durationsOf = (switches: readonly Switch[]): number[] => switches.map(({ duration }) => duration);

function row(text: string, values: readonly number[]): string[] {
  return [text, milliseconds(median(values)), milliseconds(Math.max(...values))];
}
