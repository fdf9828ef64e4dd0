/** Other people's media: a drawn picture and a tone, as streams a provider could hand over. */
import type { MediaType, RemoteStream } from '../../../src/room/media-connection.js';
import { release } from './page.js';

export interface RemoteMediaOptions {
  readonly alias?: string;
  readonly types?: readonly MediaType[];
}

export interface RemoteMedia extends RemoteStream {
  /** No more frames come, as from a camera that was switched off. */
  freeze(): void;
  thaw(): void;
}

/** Pictures a second. */
const FRAME_RATE = 15;

export function remoteMedia(
  participantId: string,
  { alias, types = ['AUDIO', 'VIDEO'] }: RemoteMediaOptions = {},
): RemoteMedia {
  const picture = types.includes('VIDEO') ? drawPicture() : undefined;
  const tracks = [...(types.includes('AUDIO') ? [makeTone()] : []), ...(picture ? [picture.track] : [])];
  const mediaStream = new MediaStream(tracks);
  release(() => tracks.forEach((track) => track.stop()));
  return {
    id: mediaStream.id,
    participantId,
    alias,
    mediaTypes: types,
    mediaStream,
    freeze: () => picture?.stop(),
    thaw: () => picture?.start(),
  };
}

interface Picture {
  readonly track: MediaStreamTrack;
  start(): void;
  stop(): void;
}

function drawPicture(): Picture {
  const canvas = document.createElement('canvas');
  canvas.width = 64;
  canvas.height = 36;
  const context = canvas.getContext('2d');
  const [track] = canvas.captureStream(FRAME_RATE).getVideoTracks();
  if (!context || !track) throw new Error('A canvas gives no picture.');
  let hue = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const draw = (): void => {
    hue = (hue + 40) % 360;
    context.fillStyle = `hsl(${hue} 80% 50%)`;
    context.fillRect(0, 0, canvas.width, canvas.height);
  };
  const stop = (): void => clearInterval(timer);
  const start = (): void => {
    stop();
    draw();
    timer = setInterval(draw, 1000 / FRAME_RATE);
  };
  start();
  release(stop);
  return { track, start, stop };
}

function makeTone(): MediaStreamTrack {
  const context = new AudioContext();
  const destination = context.createMediaStreamDestination();
  const oscillator = context.createOscillator();
  oscillator.connect(destination);
  oscillator.start();
  release(() => context.close());
  const [track] = destination.stream.getAudioTracks();
  if (!track) throw new Error('An oscillator gives no sound.');
  return track;
}
