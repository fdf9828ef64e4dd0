import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { StreamResizedEvent } from '../events.js';
import { renderIcon } from '../internal/icon.js';
import { Maximize, MicOff, Pin, PinOff } from '../internal/icons.js';
import { initials } from '../internal/initials.js';
import { Localize } from '../internal/localize.js';
import { PictureWatch } from '../internal/picture-watch.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import { RoomError } from '../room/errors.js';
import {
  participantOf,
  type DeviceCondition,
  type ParticipantState,
  type RoomState,
  type StreamState,
} from '../room/state.js';
import { mainStreamOf, SCREEN_SHARE_ALIAS, tileKey } from '../room/tiles.js';
import { tileStyles } from './participant-tile.styles.js';

interface TileState {
  readonly participant: ParticipantState | undefined;
  readonly stream: StreamState | undefined;
  readonly isScreen: boolean;
  /** False where it is known that the device at the other end of the picture or sound is off. */
  readonly isCameraOn: boolean;
  readonly isMicrophoneOn: boolean;
  readonly isSpeaking: boolean;
  readonly isPinned: boolean;
  readonly isHandUp: boolean;
  /** While their connection is being restored. */
  readonly isUnreachable: boolean;
}

/**
 * Shows one participant: the picture, or initials while there is none, the name, and who is speaking. Its video is
 * always silent: `<video-room>` plays the sound. Out of sight, it lets go of the picture.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><participant-tile participant-id="local"></participant-tile></video-room>
 * ```
 *
 * @fires {StreamResizedEvent} stream-resized - The picture has another size, or its first.
 * @slot - Laid over the picture.
 * @csspart tile - The box; also `speaking` while the participant speaks, `unreachable` while their connection is being restored.
 * @csspart video - The native video.
 * @csspart avatar - The initials that stand in for the picture.
 * @csspart label - The name and the marks.
 * @csspart pin - The button that pins the tile.
 * @csspart full-screen - The button that lets the tile fill the screen.
 * @cssproperty [--video-room-tile=#2a303c] - Background of a tile.
 * @cssproperty [--video-room-tile-text=#f4f5f7] - Colour of the initials.
 * @cssproperty [--video-room-avatar=#4a5568] - Background of the initials.
 * @cssproperty [--video-room-speaking=#7ee2a8] - Frame of who is speaking.
 * @cssproperty [--video-room-radius=0.75rem] - Radius of the corners.
 * @cssproperty [--video-room-fit=cover] - How the picture fills the tile; a shared screen is always shown whole.
 */
export class ParticipantTile extends LitElement {
  static override styles = [baseStyles, buttonStyles, tileStyles];

  /** Whom to show: the id of a participant, or `local` for the person in front of this page. */
  @property({ attribute: 'participant-id' }) participantId = '';

  /** Which of the participant's streams to show. Empty: the first one that is no shared screen. */
  @property({ attribute: 'stream-id' }) streamId = '';

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  /** Offer buttons: to pin the tile, and to let it fill the screen where it is large or shows a screen. */
  @property({ type: Boolean }) controls = false;

  /** Do not offer to pin the tile. */
  @property({ type: Boolean, attribute: 'no-pin' }) noPin = false;

  /** Whether the tile is one of those shown large. */
  @property({ type: Boolean }) large = false;

  @query('video') private readonly video!: HTMLVideoElement | null;

  readonly #internals = this.attachInternals();
  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, (state) => this.#select(state));
  readonly #picture = new PictureWatch(() => this.requestUpdate());
  readonly #sight = new IntersectionObserver((entries) => {
    this.#isInSight = entries.at(-1)?.isIntersecting ?? true;
    this.#showStream();
  });
  /** As far as is known. */
  #isInSight = true;
  /** Of which stream, and which size, the page was told last. */
  #size = '';

  constructor() {
    super();
    this.addEventListener('fullscreenchange', () => this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sight.observe(this);
    if (this.hasUpdated) this.#showStream();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#sight.disconnect();
    // A video outside the page would go on decoding until it is collected.
    this.#picture.stop();
    if (this.video) this.video.srcObject = null;
  }

  override render(): TemplateResult {
    const { participant, isScreen, isMicrophoneOn, isSpeaking, isHandUp, isUnreachable } = this.#room.selected;
    const isMirrored = !isScreen && participant?.isLocal === true;
    const hasPicture = this.#hasPicture();
    const look = `tile ${isSpeaking ? 'speaking' : ''}${isUnreachable ? ' unreachable' : ''}`;
    return html`
      <div part=${look} class=${look}>
        <video
          part="video"
          class="${isMirrored ? 'mirrored' : ''} ${isScreen ? 'screen' : ''} ${hasPicture ? 'shown' : ''}"
          autoplay
          playsinline
          .muted=${true}
          aria-hidden="true"
          @resize=${this.#onResize}
        ></video>
        ${
          hasPicture || isScreen
            ? nothing
            : html`<div part="avatar" class="avatar" aria-hidden="true">${initials(participant?.name ?? '')}</div>`
        }
        <slot></slot>
        <div part="label" class="label">
          ${isHandUp ? html`<span aria-hidden="true">✋</span>` : nothing}
          ${isMicrophoneOn ? nothing : renderIcon(MicOff)}
          <span class="name">${this.#name()}</span>
        </div>
        ${this.controls ? this.#renderControls() : nothing}
      </div>
    `;
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    this.#showStream();
    this.#internals.role = 'group';
    this.#internals.ariaLabel = this.#description();
  }

  #select(state: RoomState): TileState {
    const participant = participantOf(state, this.participantId);
    const stream =
      participant &&
      (this.streamId ? participant.streams.find(({ id }) => id === this.streamId) : mainStreamOf(participant));
    const isScreen = stream?.alias === SCREEN_SHARE_ALIAS;
    const facts = isScreen ? undefined : participant?.facts;
    const isElsewhere = isScreen || !participant?.isLocal;
    const isOn = (condition: DeviceCondition = 'on'): boolean => condition === 'on';
    return {
      participant,
      stream,
      isScreen,
      isCameraOn: isElsewhere ? isOn(facts?.camera) : state.camera.on,
      isMicrophoneOn: isElsewhere ? isOn(facts?.microphone) : !state.microphone.used || state.microphone.on,
      isSpeaking: !isScreen && participant?.isSpeaking === true,
      isPinned: participant !== undefined && state.pinnedTile === tileKey(participant, this.streamId),
      isHandUp: facts?.handRaisedAt !== undefined,
      isUnreachable: facts?.isConnected === false,
    };
  }

  #renderControls(): TemplateResult {
    const { isScreen, isPinned } = this.#room.selected;
    const pin = this.#localize.term(isPinned ? 'unpin' : 'pin', this.#name());
    const fullScreen = this.#localize.term('fullScreen');
    return html`<div class="controls">
      ${
        this.noPin
          ? nothing
          : html`<button part="pin" type="button" aria-label=${pin} title=${pin} @click=${() => this.#togglePin()}>
              ${renderIcon(isPinned ? PinOff : Pin)}
            </button>`
      }
      ${
        (isScreen || this.large) && document.fullscreenEnabled
          ? html`<button
              part="full-screen"
              type="button"
              aria-label=${fullScreen}
              aria-pressed=${this.matches(':fullscreen')}
              title=${fullScreen}
              @click=${() => this.#toggleFullScreen()}
            >
              ${renderIcon(Maximize)}
            </button>`
          : nothing
      }
    </div>`;
  }

  #togglePin(): void {
    const { participant, isPinned } = this.#room.selected;
    if (participant) this.#room.room?.pin(isPinned ? '' : tileKey(participant, this.streamId));
  }

  async #toggleFullScreen(): Promise<void> {
    try {
      await (this.matches(':fullscreen') ? document.exitFullscreen() : this.requestFullscreen());
    } catch (cause) {
      this.#room.room?.report(new RoomError('full-screen-refused', { cause }));
    }
  }

  #showStream(): void {
    const { video } = this;
    if (!video) return;
    const { stream, isScreen } = this.#room.selected;
    const mediaStream = this.#isInSight && stream?.mediaTypes.includes('VIDEO') ? stream.mediaStream : null;
    if (video.srcObject === mediaStream) return;
    video.srcObject = mediaStream;
    if (!mediaStream) {
      this.#picture.stop();
      return;
    }
    this.#picture.start(video, isScreen);
    // Autoplay does not start a video again that was moved in the page. A stream that is gone again is no matter.
    video.play().catch(() => undefined);
  }

  /** Browsers tell the first size more than once. */
  #onResize(): void {
    const { video } = this;
    const { stream } = this.#room.selected;
    if (!video || !stream) return;
    const { videoWidth, videoHeight } = video;
    const size = `${stream.id} ${videoWidth} ${videoHeight}`;
    if (size !== this.#size) this.dispatchEvent(new StreamResizedEvent(stream.id, videoWidth, videoHeight));
    this.#size = size;
  }

  #hasPicture(): boolean {
    const { participant, isCameraOn } = this.#room.selected;
    // Of the others the picture itself tells best.
    return (isCameraOn || participant?.isLocal !== true) && this.#picture.hasPicture;
  }

  #name(): string {
    const { participant, isScreen } = this.#room.selected;
    if (participant?.isLocal) {
      return isScreen ? this.#localize.term('yourScreen') : this.#localize.term('you', participant.name);
    }
    const name = participant?.name || this.#localize.term('guest');
    return isScreen ? this.#localize.term('screenOf', name) : name;
  }

  /** What a screen reader says of the tile: the name, then what the eye sees of its state. */
  #description(): string {
    const { isCameraOn, isMicrophoneOn, isSpeaking, isPinned, isHandUp, isUnreachable } = this.#room.selected;
    const states = [
      isSpeaking && this.#localize.term('speaking'),
      !isMicrophoneOn && this.#localize.term('microphoneOff'),
      !isCameraOn && this.#localize.term('cameraOff'),
      isHandUp && this.#localize.term('handUp'),
      isUnreachable && this.#localize.term('unreachable'),
      this.large && isPinned && this.#localize.term('pinned'),
    ];
    return [this.#name(), ...states].filter(Boolean).join(', ');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'participant-tile': ParticipantTile;
  }
}
