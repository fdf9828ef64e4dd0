/** What a page under test writes down about itself: events, peer connections, devices, and what reaches it. */
import type { RoomEventMap } from '../../src/events.js';
import type { FetchToken } from '../../src/room/endpoint.js';
import type { RoomState } from '../../src/room/state.js';

/** What the tests use of `<video-room>`. */
export interface RoomElement extends HTMLElement {
  readonly state: RoomState;
  fetchToken: FetchToken | undefined;
  join(): Promise<RoomState>;
  leave(): void;
}

export interface RecordedEvent {
  readonly type: keyof RoomEventMap;
  readonly code?: string;
  readonly connection?: string;
  readonly endpointId?: string;
  readonly participantId?: string;
  readonly alias?: string;
  readonly mediaTypes?: readonly string[];
  readonly on?: boolean;
  readonly failure?: string;
  readonly kind?: string;
  readonly reason?: string;
  /** Of a call. */
  readonly status?: string;
}

/** A tile as a person sees it. */
export interface SeenTile {
  readonly name: string;
  readonly isLocal: boolean;
  readonly isSpeaking: boolean;
  /** The initials in place of the picture, where there is none. */
  readonly initials: string;
  /** Frames painted so far, and their width in pixels. */
  readonly frames: number;
  readonly width: number;
  /** Average brightness of the picture, and how bright the lightest spot of it is, each from 0 to 255. */
  readonly brightness: number;
  readonly lightest: number;
  /** Of the tile, in square pixels. */
  readonly area: number;
}

/** What was received of one stream of a remote participant. */
export interface Reception {
  /** As on the tile. */
  readonly name: string;
  readonly framesDecoded: number;
  readonly audioPackets: number;
  readonly audioEnergy: number;
}

export interface PageRecorder {
  readonly events: RecordedEvent[];
  readonly peerConnections: RTCPeerConnection[];
  /** Every track the page got from a microphone, a camera or a screen. */
  readonly tracks: MediaStreamTrack[];
  /** Every screen the page got. */
  readonly screens: MediaStream[];
  /** Everything the page made to play sound. */
  readonly players: HTMLAudioElement[];
  /** How often the page asked for microphone or camera. */
  requests: number;
  tiles(): SeenTile[];
  lookOf(video: HTMLVideoElement): Pick<SeenTile, 'brightness' | 'lightest'>;
  receptionOf(mediaStream: MediaStream): Promise<Omit<Reception, 'name'>>;
  reception(): Promise<Reception[]>;
}

declare global {
  interface Window {
    recorder: PageRecorder;
  }
}

/** The compiler of the tests calls this in every function with a name; pages do not have it. */
export const NAME_HELPER = 'globalThis.__name = (value) => value;';

/**
 * Runs in a page before its own scripts. Changes nothing but the size of what fake cameras and screens show, so that two
 * cores carry several pages.
 */
export function installRecorder(): void {
  const events: RecordedEvent[] = [];
  const peerConnections: RTCPeerConnection[] = [];
  const tracks: MediaStreamTrack[] = [];
  const screens: MediaStream[] = [];
  const players: HTMLAudioElement[] = [];
  const size = { width: 320, height: 180, frameRate: 15 };
  const facts = [
    ...['code', 'connection', 'endpointId', 'participantId', 'alias', 'mediaTypes', 'on', 'failure', 'kind'],
    'reason',
  ];
  const types = [
    ...['stream-available', 'stream-unavailable', 'room-joined', 'room-left', 'room-error', 'participant-joined'],
    ...['participant-left', 'connection-changed', 'microphone-changed', 'camera-changed', 'screen-share-changed'],
    'device-changed',
    'call-changed',
  ];
  for (const type of types) {
    addEventListener(type, (event) => {
      const known = facts.filter((fact) => fact in event).map((fact) => [fact, Reflect.get(event, fact) as unknown]);
      const participant: unknown = Reflect.get(event, 'participant');
      const participantId = participant ? { participantId: Reflect.get(participant, 'id') as unknown } : {};
      const call: unknown = Reflect.get(event, 'call');
      const status = call ? { status: Reflect.get(call, 'status') as unknown } : {};
      events.push({ type, ...Object.fromEntries(known), ...participantId, ...status } as RecordedEvent);
    });
  }

  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      peerConnections.push(this);
    }
  };

  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices) {
    const getUserMedia = devices.getUserMedia.bind(devices);
    devices.getUserMedia = async ({ audio = false, video = false } = {}) => {
      window.recorder.requests++;
      const { deviceId } = video as MediaTrackConstraints;
      const stream = await getUserMedia({ audio, video: video && { ...(deviceId && { deviceId }), ...size } });
      tracks.push(...stream.getTracks());
      return stream;
    };
    const getDisplayMedia = devices.getDisplayMedia.bind(devices);
    devices.getDisplayMedia = async ({ audio = false } = {}) => {
      const stream = await getDisplayMedia({ audio, video: size });
      tracks.push(...stream.getTracks());
      screens.push(stream);
      return stream;
    };
  }

  window.Audio = new Proxy(Audio, {
    construct(target, given: [string?]) {
      const player = new target(...given);
      players.push(player);
      return player;
    },
  });

  const findAll = (tag: string, root: ParentNode = document): HTMLElement[] => [
    ...root.querySelectorAll<HTMLElement>(tag),
    ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? findAll(tag, shadowRoot) : [])),
  ];

  const lookOf: PageRecorder['lookOf'] = (video) => {
    const canvas = new OffscreenCanvas(16, 9);
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (!context || video.videoWidth === 0) return { brightness: 0, lightest: 0 };
    context.drawImage(video, 0, 0, 16, 9);
    const bytes = context.getImageData(0, 0, 16, 9).data;
    const colours = bytes.filter((_, index) => index % 4 !== 3);
    return {
      brightness: colours.reduce((sum, byte) => sum + byte, 0) / colours.length,
      lightest: Math.max(...colours),
    };
  };

  // Firefox has a count of its own in place of the standard one, which stays 0 there for streams.
  const framesOf = (video: HTMLVideoElement): number =>
    Number(Reflect.get(video, 'mozPaintedFrames') ?? video.getVideoPlaybackQuality().totalVideoFrames);

  window.recorder = {
    events,
    peerConnections,
    tracks,
    screens,
    players,
    requests: 0,
    lookOf,
    tiles: () =>
      findAll('participant-tile').map((tile) => {
        const find = (selector: string): Element | null | undefined => tile.shadowRoot?.querySelector(selector);
        const video = find('video') as HTMLVideoElement | null;
        const { width, height } = tile.getBoundingClientRect();
        return {
          name: find('.name')?.textContent.trim() ?? '',
          isLocal: tile.getAttribute('participant-id') === 'local',
          isSpeaking: find('[part~=speaking]') != null,
          initials: find('[part~=avatar]')?.textContent.trim() ?? '',
          frames: video ? framesOf(video) : 0,
          width: video?.videoWidth ?? 0,
          ...(video ? lookOf(video) : { brightness: 0, lightest: 0 }),
          area: width * height,
        };
      }),
    receptionOf: async (mediaStream) => {
      const ownTracks = mediaStream.getTracks();
      const own = peerConnections
        .filter(({ signalingState }) => signalingState !== 'closed')
        .flatMap((connection) => connection.getReceivers())
        .filter(({ track }) => ownTracks.includes(track));
      const reports = await Promise.all(own.map((receiver) => receiver.getStats()));
      const inbound: RTCInboundRtpStreamStats[] = reports.flatMap((report) =>
        [...report.values()].filter(({ type }: RTCStats) => type === 'inbound-rtp'),
      );
      const sum = (kind: string, field: 'framesDecoded' | 'packetsReceived' | 'totalAudioEnergy'): number =>
        inbound.filter((each) => each.kind === kind).reduce((total, each) => total + (each[field] ?? 0), 0);
      return {
        framesDecoded: sum('video', 'framesDecoded'),
        audioPackets: sum('audio', 'packetsReceived'),
        audioEnergy: sum('audio', 'totalAudioEnergy'),
      };
    },
    reception: async () => {
      const states = findAll('video-room').map((room) => (room as RoomElement).state);
      const remote = states
        .flatMap(({ participants }) => participants.filter(({ isLocal }) => !isLocal))
        .flatMap(({ name, streams }) =>
          streams.map(({ alias, mediaStream }) => ({
            name: alias === 'screenshare' ? `Screen of ${name}` : name,
            mediaStream,
          })),
        );
      return Promise.all(
        remote.map(async ({ name, mediaStream }) => ({ name, ...(await window.recorder.receptionOf(mediaStream)) })),
      );
    },
  };
}
