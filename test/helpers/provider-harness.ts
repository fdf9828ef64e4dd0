/** What a page needs to try a media provider without elements: connections with names, and what they were told. */
import type { RoomErrorCode } from '../../src/room/errors.js';
import type { MediaConnection, MediaGrant, RemoteStream } from '../../src/room/media-connection.js';

/** One thing a connection told its observer. */
export interface Told {
  readonly type: 'available' | 'unavailable' | 'connected' | 'interrupted' | 'closed';
  readonly id?: string;
  readonly participantId?: string;
  readonly alias?: string | undefined;
  readonly mediaTypes?: readonly string[];
  readonly code?: RoomErrorCode;
}

/** What is still open in the page: all zero when everything was released. */
export interface Leftovers {
  readonly sockets: number;
  readonly peerConnections: number;
  readonly timers: number;
  readonly listeners: number;
}

export interface Participant {
  readonly connection: MediaConnection;
  readonly told: Told[];
  /** Sends a tone and a moving picture. */
  readonly source: Source;
  readonly streams: Map<string, RemoteStream>;
}

export interface Source {
  readonly stream: MediaStream;
  readonly audioTrack: MediaStreamTrack;
  readonly videoTrack: MediaStreamTrack;
  /** What is shared, with a picture that is wider than the camera's, and a sound. */
  readonly screen: MediaStream;
  /** A moving picture, 16:9; in pixels. */
  newVideoTrack(width?: number): MediaStreamTrack;
  /** Silence. */
  newAudioTrack(): MediaStreamTrack;
  /** 0 is silence. */
  setLoudness(gain: number): void;
}

export interface JoinOptions {
  readonly room: string;
  /** What asking for a new grant fails with. */
  readonly renewalFailure?: RoomErrorCode;
  /** Each new grant makes a new participant, beside the one there was: most endpoints know no better. */
  readonly isForgotten?: boolean;
}

export interface ProviderHarness {
  readonly participants: Record<string, Participant>;
  /** Unhandled errors and rejections. */
  readonly accidents: string[];
  /** Connects to a meeting of the server that the page comes from. */
  join(name: string, options: JoinOptions): Promise<Participant>;
  /** Tries to connect; resolves to the error's code, or its text where it has none. */
  tryGrant(grant: MediaGrant, signal?: AbortSignal): Promise<{ outcome: string; milliseconds: number }>;
  get(name: string): Participant;
  /** Of all streams, or of those with this alias. */
  received(name: string, alias?: string): Promise<Received>;
  leftovers(): Leftovers;
}

/** What a participant has received so far, of several streams together. */
export interface Received {
  readonly framesDecoded: number;
  /** Of the widest picture decoded last, in pixels. */
  readonly width: number;
  readonly audioPackets: number;
}

declare global {
  interface Window {
    harness: ProviderHarness;
  }
}

/** Runs in a page before anything else. */
export function installProviderHarness(): void {
  const participants: Record<string, Participant> = {};
  const accidents: string[] = [];
  const sockets: WebSocket[] = [];
  const peerConnections: RTCPeerConnection[] = [];
  const timers = new Set<unknown>();
  const listeners = new Set<unknown>();

  addEventListener('error', ({ message }) => accidents.push(message));
  addEventListener('unhandledrejection', ({ reason }) => accidents.push(String(reason)));

  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL) {
      super(url);
      sockets.push(this);
    }
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      peerConnections.push(this);
    }
  };
  const watchTimers = (start: 'setTimeout' | 'setInterval', stop: 'clearTimeout' | 'clearInterval') => {
    const startTimer = window[start].bind(window) as (run: () => void, pause?: number) => number;
    const stopTimer = window[stop].bind(window);
    Object.assign(window, {
      [start]: (run: () => void, pause?: number) => {
        const timer = startTimer(() => {
          if (start === 'setTimeout') timers.delete(timer);
          run();
        }, pause);
        timers.add(timer);
        return timer;
      },
      [stop]: (timer?: number) => {
        timers.delete(timer);
        stopTimer(timer);
      },
    });
  };
  watchTimers('setTimeout', 'clearTimeout');
  watchTimers('setInterval', 'clearInterval');

  const addListener = window.addEventListener.bind(window);
  const removeListener = window.removeEventListener.bind(window);
  Object.assign(window, {
    addEventListener: (type: string, listener: EventListener, options?: AddEventListenerOptions) => {
      listeners.add(listener);
      options?.signal?.addEventListener('abort', () => listeners.delete(listener));
      addListener(type, listener, options);
    },
    removeEventListener: (type: string, listener: EventListener) => {
      listeners.delete(listener);
      removeListener(type, listener);
    },
  });

  const load = async () => {
    const base = '/dist';
    const providers = (await import(`${base}/providers/index.js`)) as typeof import('../../src/providers/index.js');
    const errors = (await import(`${base}/room/errors.js`)) as typeof import('../../src/room/errors.js');
    return { provider: await providers.loadProvider('bandwidth'), RoomError: errors.RoomError };
  };

  const createSource = (): Source => {
    const context = new AudioContext();
    const oscillator = new OscillatorNode(context, { frequency: 440 });
    const gain = new GainNode(context, { gain: 0.5 });
    const output = new MediaStreamAudioDestinationNode(context);
    oscillator.connect(gain).connect(output);
    oscillator.start();
    const newAudioTrack = () => {
      const destination = new MediaStreamAudioDestinationNode(context);
      // Without an input, nothing at all is sent.
      oscillator.connect(new GainNode(context, { gain: 0 })).connect(destination);
      const [track] = destination.stream.getAudioTracks();
      if (!track) throw new Error('A destination gives an audio track.');
      return track;
    };
    const newVideoTrack = (width = 160) => {
      const height = (width * 9) / 16;
      const canvas = document.createElement('canvas');
      Object.assign(canvas, { width, height });
      const drawing = canvas.getContext('2d');
      let frame = 0;
      const paint = () => {
        if (!drawing) return;
        drawing.fillStyle = `hsl(${(frame += 20) % 360} 100% 50%)`;
        drawing.fillRect(0, 0, width, height);
        requestAnimationFrame(paint);
      };
      paint();
      const [track] = canvas.captureStream(10).getVideoTracks();
      if (!track) throw new Error('A canvas gives a video track.');
      return track;
    };
    const [audioTrack] = output.stream.getAudioTracks();
    if (!audioTrack) throw new Error('A destination gives an audio track.');
    const videoTrack = newVideoTrack();
    return {
      stream: new MediaStream([audioTrack, videoTrack]),
      audioTrack,
      videoTrack,
      screen: new MediaStream([newVideoTrack(320), newAudioTrack()]),
      newVideoTrack,
      newAudioTrack,
      setLoudness: (value) => {
        gain.gain.value = value;
      },
    };
  };

  // Browsers decode, and so measure, only the audio that is played.
  const play = (stream: MediaStream) => {
    const audio = new Audio();
    audio.srcObject = stream;
    void audio.play();
  };

  const get = (name: string): Participant => {
    const participant = participants[name];
    if (!participant) throw new Error(`Nobody is called ${name}.`);
    return participant;
  };

  window.harness = {
    participants,
    accidents,
    get,

    async join(name, { room, renewalFailure, isForgotten = false }) {
      const { provider, RoomError } = await load();
      let session: string | undefined;
      const requestGrant = async (): Promise<MediaGrant> => {
        const response = await fetch('/rooms/join', {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...(session && { authorization: `Bearer ${session}` }) },
          body: JSON.stringify({ room, name, audio: true, video: true }),
        }).catch((cause: unknown) => {
          throw new RoomError('endpoint-unreachable', { cause });
        });
        if (!response.ok) throw new RoomError('endpoint-failed', { message: await response.text() });
        const grant = (await response.json()) as MediaGrant & { session: string };
        if (!isForgotten) session = grant.session;
        return grant;
      };
      const told: Told[] = [];
      const streams = new Map<string, RemoteStream>();
      const connection = await provider.connect({
        grant: await requestGrant(),
        renewGrant: () => (renewalFailure ? Promise.reject(new RoomError(renewalFailure)) : requestGrant()),
        signal: new AbortController().signal,
        observer: {
          streamAvailable: (stream) => {
            const { id, participantId, alias, mediaTypes } = stream;
            if (!streams.has(id)) play(stream.mediaStream);
            streams.set(id, stream);
            told.push({ type: 'available', id, participantId, alias, mediaTypes });
          },
          streamUnavailable: (id) => {
            streams.delete(id);
            told.push({ type: 'unavailable', id });
          },
          connectedChanged: (connected) => told.push({ type: connected ? 'connected' : 'interrupted' }),
          closed: ({ code }) => told.push({ type: 'closed', code }),
        },
      });
      return (participants[name] = { connection, told, streams, source: createSource() });
    },

    async tryGrant(grant, signal = new AbortController().signal) {
      const { provider, RoomError } = await load();
      const startedAt = performance.now();
      const nothing = () => undefined;
      const outcome = await provider
        .connect({
          grant,
          signal,
          renewGrant: () => Promise.reject(new RoomError('endpoint-unauthorized')),
          observer: {
            streamAvailable: nothing,
            streamUnavailable: nothing,
            connectedChanged: nothing,
            closed: nothing,
          },
        })
        .then(
          (connection) => {
            connection.close();
            return 'connected';
          },
          (error: unknown) => (error instanceof RoomError ? error.code : String(error)),
        );
      return { outcome, milliseconds: performance.now() - startedAt };
    },

    async received(name, alias) {
      const streams = [...get(name).streams.values()].filter((stream) => alias === undefined || stream.alias === alias);
      const tracks = streams.flatMap(({ mediaStream }) => mediaStream.getTracks());
      const receivers = peerConnections
        .filter(({ signalingState }) => signalingState !== 'closed')
        .flatMap((connection) => connection.getReceivers())
        .filter(({ track }) => tracks.includes(track));
      const reports = await Promise.all(receivers.map((receiver) => receiver.getStats()));
      const inbound: RTCInboundRtpStreamStats[] = reports.flatMap((report) =>
        [...report.values()].filter(({ type }: RTCStats) => type === 'inbound-rtp'),
      );
      return {
        framesDecoded: inbound.reduce((sum, { framesDecoded = 0 }) => sum + framesDecoded, 0),
        width: Math.max(0, ...inbound.map(({ frameWidth = 0 }) => frameWidth)),
        audioPackets: inbound.reduce(
          (sum, { kind, packetsReceived = 0 }) => sum + (kind === 'audio' ? packetsReceived : 0),
          0,
        ),
      };
    },

    leftovers: () => ({
      sockets: sockets.filter(({ readyState }) => readyState < WebSocket.CLOSING).length,
      peerConnections: peerConnections.filter(({ signalingState }) => signalingState !== 'closed').length,
      timers: timers.size,
      listeners: listeners.size,
    }),
  };
}
