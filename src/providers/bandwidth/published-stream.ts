/** One stream that is being sent, and what carries its tracks. */

const KINDS = ['audio', 'video'] as const;

/** Those that carry a stream already: two streams may hold the same track. */
const taken = new WeakSet<RTCRtpTransceiver>();

export class PublishedStream {
  readonly alias: string | undefined;
  /**
   * What the SDK is given in place of the caller's stream: it stops all tracks of a stream it lets go. So the tracks are
   * in here only until the SDK has taken them. Its id is the one that the others see.
   */
  readonly handover = new MediaStream();
  readonly #source: MediaStream;
  readonly #transceivers: RTCRtpTransceiver[] = [];
  #connection: RTCPeerConnection | undefined;

  constructor(source: MediaStream, alias: string | undefined) {
    this.#source = source;
    this.alias = alias;
  }

  /** Whether the SDK has made room for it. From then on `update` brings changes to what is sent. */
  get isTaken(): boolean {
    return this.#connection !== undefined;
  }

  /** Whether there is a track that the platform doesn't know of yet. */
  get needsNegotiation(): boolean {
    return this.#transceivers.some(({ currentDirection }) => currentDirection === null);
  }

  /** Whether the platform takes nothing of it. */
  get isRefused(): boolean {
    return this.isTaken && this.#transceivers.every(({ currentDirection }) => currentDirection !== 'sendonly');
  }

  /** Puts the tracks where the SDK takes them from. False where there are none. */
  fill(): boolean {
    this.empty();
    const tracks = this.#source.getTracks();
    for (const track of tracks) this.handover.addTrack(track);
    return tracks.length > 0;
  }

  /** Takes the tracks out of the SDK's reach. */
  empty(): void {
    for (const track of this.handover.getTracks()) this.handover.removeTrack(track);
  }

  /** Finds what the SDK has made for the tracks, if it got that far. */
  take(connections: Iterable<RTCPeerConnection>): void {
    const tracks = this.handover.getTracks();
    for (const connection of connections) {
      for (const transceiver of connection.getTransceivers()) {
        const { track } = transceiver.sender;
        if (!track || !tracks.includes(track) || taken.has(transceiver)) continue;
        this.#connection = connection;
        this.#add(transceiver);
      }
    }
    if (this.isTaken) this.empty();
  }

  /** Sends the tracks that the caller's stream has now, in place of those it had. */
  async update(): Promise<void> {
    for (const kind of KINDS) {
      const tracks = this.#source.getTracks().filter((track) => track.kind === kind);
      for (const { sender, receiver, direction } of this.#transceivers) {
        if (receiver.track.kind !== kind) continue;
        const track = tracks.shift() ?? null;
        // Stopped: the platform doesn't take this kind of media from this participant.
        if (sender.track !== track && direction !== 'stopped') await sender.replaceTrack(track);
      }
      for (const track of tracks) {
        const transceiver = this.#connection?.addTransceiver(track, {
          direction: 'sendonly',
          streams: [this.handover],
        });
        if (transceiver) this.#add(transceiver);
      }
    }
  }

  /** False where none of it can carry them. Those still being played come first: inserting replaces them. */
  sendDigits(digits: string): boolean {
    const dtmf = this.#transceivers.map(({ sender }) => sender.dtmf).find((each) => each?.canInsertDTMF);
    dtmf?.insertDTMF(dtmf.toneBuffer + digits);
    return Boolean(dtmf);
  }

  /** Stops sending. The tracks themselves go on. */
  stop(): void {
    for (const transceiver of this.#transceivers) transceiver.stop();
    this.empty();
  }

  #add(transceiver: RTCRtpTransceiver): void {
    taken.add(transceiver);
    this.#transceivers.push(transceiver);
  }
}
