/** Functions that run in the pages under measurement. */

/** Milliseconds from the start of the navigation to what happened for the first time. */
export type Laps = Readonly<Record<Lap, number>>;
export type Lap = (typeof LAPS)[number];

/** In the order in which they are reported, which is not the order in which they happen on every page. */
export const LAPS = ['script', 'devices', 'token', 'socket', 'track', 'video', 'frame'] as const;

/** What a page has received so far. */
export interface Reception {
  readonly packets: number;
  readonly bytes: number;
  /** Packets. */
  readonly lost: number;
  /** Decoded. */
  readonly frames: number;
  /** Of which frames were decoded. */
  readonly videos: number;
}

declare global {
  interface Window {
    laps: Promise<Laps>;
    receive: () => Promise<Reception>;
  }
}

/** Runs before the page's own scripts: takes the time of each step until the first remote frame is on the screen. */
export function installStopwatch(): void {
  const laps: Partial<Record<Lap, number>> = {};
  const remoteTracks = new Set<MediaStreamTrack>();
  const note = (lap: Lap): void => {
    laps[lap] ??= performance.now();
  };
  const downloaded = (path: string): number => {
    const entries = performance.getEntriesByType('resource') as PerformanceResourceTiming[];
    return entries.find(({ name }) => new URL(name).pathname === path)?.responseEnd ?? NaN;
  };

  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async (constraints) => {
    const stream = await getUserMedia(constraints);
    note('devices');
    return stream;
  };
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('open', () => note('socket'));
    }
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('track', ({ track }) => {
        if (track.kind === 'video') note('track');
        remoteTracks.add(track);
      });
    }
  };
  window.laps = new Promise((resolve) => {
    const srcObject = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'srcObject');
    Object.defineProperty(HTMLMediaElement.prototype, 'srcObject', {
      ...srcObject,
      set(this: HTMLMediaElement, stream: MediaStream | null) {
        srcObject?.set?.call(this, stream);
        if (!(this instanceof HTMLVideoElement) || !stream?.getTracks().some((track) => remoteTracks.has(track)))
          return;
        note('video');
        this.requestVideoFrameCallback((_, { presentationTime }) => {
          const script = document.querySelector('script')?.src ?? '';
          laps.frame = presentationTime;
          laps.script = downloaded(new URL(script).pathname);
          laps.token = downloaded('/rooms/join');
          resolve(laps as Laps);
        });
      },
    });
  });
}

/** Runs before the page's own scripts: makes the camera's picture small, so that two cores carry several pages. */
export function installSmallCamera(): void {
  const devices = navigator.mediaDevices;
  const getUserMedia = devices.getUserMedia.bind(devices);
  devices.getUserMedia = ({ audio = false, video = false } = {}) =>
    getUserMedia({ audio, video: video && { width: 320, height: 180, frameRate: 20 } });
}

/** Runs before the page's own scripts: counts what comes in. */
export function installMeter(): void {
  const connections: RTCPeerConnection[] = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      connections.push(this);
    }
  };
  window.receive = async () => {
    const reports = await Promise.all(connections.map((connection) => connection.getStats()));
    const inbound = reports.flatMap((report) =>
      [...report.values()].filter(({ type }: RTCStats) => type === 'inbound-rtp'),
    ) as RTCInboundRtpStreamStats[];
    const sum = (field: 'packetsReceived' | 'bytesReceived' | 'packetsLost' | 'framesDecoded'): number =>
      inbound.reduce((total, stats) => total + (stats[field] ?? 0), 0);
    return {
      packets: sum('packetsReceived'),
      bytes: sum('bytesReceived'),
      lost: sum('packetsLost'),
      frames: sum('framesDecoded'),
      videos: inbound.filter(({ framesDecoded = 0 }) => framesDecoded > 0).length,
    };
  };
}

/** Whether a tile of somebody else shows a picture. */
export function showsSomebody(): boolean {
  const findAll = (tag: string, root: ParentNode): HTMLElement[] => [
    ...root.querySelectorAll<HTMLElement>(tag),
    ...[...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot ? findAll(tag, shadowRoot) : [])),
  ];
  return findAll('participant-tile', document)
    .filter((tile) => tile.getAttribute('participant-id') !== 'local')
    .some((tile) => (tile.shadowRoot?.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0) > 0);
}
