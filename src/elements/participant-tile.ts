import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { classMap } from 'lit/directives/class-map.js';
import { renderIcon } from '../internal/icon.js';
import { MicOff } from '../internal/icons.js';
import { initials } from '../internal/initials.js';
import { Localize } from '../internal/localize.js';
import { PictureWatch } from '../internal/picture-watch.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles } from '../internal/styles.js';
import type { ParticipantState, RoomState, StreamState } from '../room/state.js';
import { SCREEN_SHARE_ALIAS } from '../room/tiles.js';
import { tileStyles } from './participant-tile.styles.js';

interface TileState {
  readonly participant: ParticipantState | undefined;
  /** False where it is known that the device at the other end of the picture or sound is off. */
  readonly isCameraOn: boolean;
  readonly isMicrophoneOn: boolean;
}

/**
 * Shows one participant: the picture, or initials while there is none, the name, and who is speaking. Its video is
 * always silent: `<video-room>` plays the sound.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><participant-tile participant-id="local"></participant-tile></video-room>
 * ```
 *
 * @slot - Laid over the picture.
 * @csspart tile - The box; also `speaking` while the participant speaks.
 * @csspart video - The native video.
 * @csspart avatar - The initials that stand in for the picture.
 * @csspart label - The name and the marks.
 * @cssproperty [--video-room-tile=#2a303c] - Background of a tile.
 * @cssproperty [--video-room-avatar=#4a5568] - Background of the initials.
 * @cssproperty [--video-room-speaking=#7ee2a8] - Frame of who is speaking.
 * @cssproperty [--video-room-radius=0.75rem] - Radius of the corners.
 * @cssproperty [--video-room-fit=cover] - How the picture fills the tile.
 */
export class ParticipantTile extends LitElement {
  static override styles = [baseStyles, tileStyles];

  /** Whom to show: the id of a participant, or `local` for the person in front of this page. */
  @property({ attribute: 'participant-id' }) participantId = '';

  /** Which of the participant's streams to show. Empty: the first one. */
  @property({ attribute: 'stream-id' }) streamId = '';

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  @query('video') private readonly video!: HTMLVideoElement | null;

  readonly #internals = this.attachInternals();
  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, (state) => this.#select(state));
  readonly #picture = new PictureWatch(() => this.requestUpdate());

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) this.#showStream();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A video outside the page would go on decoding until it is collected.
    this.#picture.stop();
    if (this.video) this.video.srcObject = null;
  }

  override render(): TemplateResult {
    const { participant, isMicrophoneOn } = this.#room.selected;
    const isSpeaking = participant?.isSpeaking ?? false;
    const name = this.#name();
    return html`
      <div part="tile ${isSpeaking ? 'speaking' : ''}" class=${classMap({ tile: true, speaking: isSpeaking })}>
        <video
          part="video"
          class=${classMap({ mirrored: this.#isMirrored(), shown: this.#hasPicture() })}
          autoplay
          playsinline
          .muted=${true}
          aria-hidden="true"
        ></video>
        ${this.#hasPicture() ? nothing : html`<div part="avatar" class="avatar" aria-hidden="true">${initials(participant?.name ?? '')}</div>`}
        <slot></slot>
        <div part="label" class="label">
          ${isMicrophoneOn ? nothing : renderIcon(MicOff)}
          <span class="name">${name}</span>
        </div>
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
    const id = this.participantId;
    const participant = state.participants.find((each) => each.id === id || (each.isLocal && id === 'local'));
    return {
      participant,
      isCameraOn: !participant?.isLocal || state.camera.on,
      isMicrophoneOn: !participant?.isLocal || !state.microphone.used || state.microphone.on,
    };
  }

  get #stream(): StreamState | undefined {
    const streams = this.#room.selected.participant?.streams;
    return this.streamId ? streams?.find(({ id }) => id === this.streamId) : streams?.[0];
  }

  get #isScreen(): boolean {
    return this.#stream?.alias === SCREEN_SHARE_ALIAS;
  }

  #showStream(): void {
    const { video } = this;
    if (!video) return;
    const mediaStream = this.#stream?.mediaTypes.includes('VIDEO') ? this.#stream.mediaStream : null;
    if (video.srcObject === mediaStream) return;
    video.srcObject = mediaStream;
    if (!mediaStream) {
      this.#picture.stop();
      return;
    }
    this.#picture.start(video, this.#isScreen);
    // Autoplay does not start a video again that was moved in the page. A stream that is gone again is no matter.
    video.play().catch(() => undefined);
  }

  #hasPicture(): boolean {
    return this.#room.selected.isCameraOn && this.#picture.hasPicture;
  }

  #isMirrored(): boolean {
    return this.#room.selected.participant?.isLocal === true && !this.#isScreen;
  }

  #name(): string {
    const { participant } = this.#room.selected;
    if (participant?.isLocal) return this.#localize.term('you', participant.name);
    return participant?.name || this.#localize.term('guest');
  }

  /** What a screen reader says of the tile: the name, then what the eye sees of its state. */
  #description(): string {
    const { participant, isCameraOn, isMicrophoneOn } = this.#room.selected;
    const states = [
      participant?.isSpeaking && this.#localize.term('speaking'),
      !isMicrophoneOn && this.#localize.term('microphoneOff'),
      !isCameraOn && this.#localize.term('cameraOff'),
    ];
    return [this.#name(), ...states].filter(Boolean).join(', ');
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'participant-tile': ParticipantTile;
  }
}
