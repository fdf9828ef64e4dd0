/** Measures what one phone in a meeting costs the local platform, tells who started this process, and ends. */
import { setTimeout as pause } from 'node:timers/promises';
import { CODECS } from '../../demo/platform/media/codecs.js';
import { createCounters, PublishedTrack, randomSsrc } from '../../demo/platform/media/forwarder.js';
import { FrameClock } from '../../demo/platform/media/frame-clock.js';
import { PhoneLeg } from '../../demo/platform/media/phone-leg.js';
import { FRAME_SAMPLES } from '../../demo/platform/voice/phone.js';
import { opusPackets, toneFrames } from '../server/media/sound.js';
import { WINDOW, type PhoneLegCost } from './phone-leg.js';

/** People who talk all at once, in Opus. */
const TALKERS = [1, 3];
/** How long each runs before it is measured, in milliseconds. */
const SETTLING = 2000;
/** Samples of a packet at Opus’ 48 kHz. */
const OPUS_SAMPLES = FRAME_SAMPLES * 6;

const legs: PhoneLegCost[] = [];
// The first one pays for what is loaded and compiled, and does not count.
await measure(Math.max(...TALKERS), true);
for (const talkers of TALKERS) {
  // What the talkers themselves cost is not the phone's.
  const cost = (await measure(talkers, true)) - (await measure(talkers, false));
  legs.push({ talkers, cpuMicrosecondsPerSecond: Math.round(cost) });
}
process.send?.(legs);
process.disconnect();

/** Microseconds of CPU a second. */
async function measure(talkers: number, withPhone: boolean): Promise<number> {
  const tracks = Array.from({ length: talkers }, createOpusTrack);
  const leg = withPhone ? createPhone() : undefined;
  leg?.setTracks(new Set(tracks));
  const packets = opusPackets('1000 Hz');
  const [frame = new Int16Array(FRAME_SAMPLES)] = toneFrames(1, 1000);
  let count = 0;
  const clock = new FrameClock(() => {
    const payload = packets[count % packets.length] ?? Buffer.alloc(0);
    for (const track of tracks) {
      const header = { marker: false, payloadType: 111, sequenceNumber: count & 0xffff, ssrc: track.ssrc };
      track.packetReceived({ ...header, timestamp: count * OPUS_SAMPLES, payload }, count);
    }
    leg?.speak(frame);
    count += 1;
  });
  await pause(SETTLING);
  const [startedAt, before] = [performance.now(), process.cpuUsage()];
  await pause(WINDOW);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - startedAt) / 1000;
  clock.close();
  await leg?.close();
  return (user + system) / seconds;
}

function createPhone(): PhoneLeg {
  return new PhoneLeg({
    participantId: 'phone',
    deviceId: 'phone',
    counters: createCounters(),
    isPublisher: true,
    hear: () => {},
    hearDigit: () => {},
  });
}

function createOpusTrack(_: unknown, position: number): PublishedTrack {
  const codecs = CODECS.filter(({ name }) => name === 'opus').map((codec) => [codec.payloadType, codec] as const);
  return new PublishedTrack({
    participantId: `talker ${position}`,
    deviceId: `talker ${position}`,
    streamId: `stream ${position}`,
    alias: undefined,
    kind: 'audio',
    ssrc: randomSsrc(),
    codecs: new Map(codecs),
    counters: createCounters(),
    feedbackSsrc: randomSsrc(),
    sendFeedback: () => {},
  });
}
