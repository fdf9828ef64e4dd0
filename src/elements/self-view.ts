import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles } from '../internal/styles.js';

/**
 * Shows this person's camera as a mirror does, before and in a meeting. It makes no sound.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><self-view></self-view></video-room>
 * ```
 *
 * @csspart video - The native video.
 * @csspart placeholder - What stands in for the picture while the camera is off.
 * @cssproperty [--video-room-tile=#2a303c] - Background while there is no picture.
 * @cssproperty [--video-room-tile-text=#f4f5f7] - Colour of text on it.
 * @cssproperty [--video-room-radius=0.75rem] - Radius of the corners.
 * @cssproperty [--video-room-fit=cover] - How the picture fills the box.
 */
export class SelfView extends LitElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: grid;
        place-items: center;
        aspect-ratio: 16 / 9;
        overflow: hidden;
        border-radius: var(--video-room-radius, 0.75rem);
        background: var(--video-room-tile, #2a303c);
        color: var(--video-room-tile-text, #f4f5f7);
      }

      video,
      div {
        grid-area: 1 / 1;
      }

      video {
        inline-size: 100%;
        block-size: 100%;
        min-block-size: 0;
        object-fit: var(--video-room-fit, cover);
        transform: scaleX(-1);
      }

      div::first-letter {
        text-transform: uppercase;
      }

      @media (forced-colors: active) {
        :host {
          outline: 1px solid;
          outline-offset: -1px;
        }
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  @query('video') private readonly video!: HTMLVideoElement;

  readonly #internals = this.attachInternals();
  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, ({ camera, localStream }) =>
    camera.on ? localStream?.getVideoTracks()[0] : undefined,
  );
  #shown: MediaStreamTrack | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    // A video outside the page would go on decoding until it is collected.
    this.#show(undefined);
  }

  override render(): TemplateResult {
    const isOff = !this.#room.selected;
    return html`<video part="video" autoplay playsinline .muted=${true} aria-hidden="true" ?hidden=${isOff}></video>
      ${isOff ? html`<div part="placeholder">${this.#localize.term('cameraOff')}</div>` : nothing}`;
  }

  protected override updated(): void {
    if (this.isConnected) this.#show(this.#room.selected);
    this.#internals.role = 'img';
    const state = this.#room.selected ? [] : [this.#localize.term('cameraOff')];
    this.#internals.ariaLabel = [this.#localize.term('selfView'), ...state].join(', ');
  }

  #show(track: MediaStreamTrack | undefined): void {
    if (track === this.#shown) return;
    this.#shown = track;
    // A stream of its own, because not every browser follows when the track in a stream is exchanged.
    this.video.srcObject = track ? new MediaStream([track]) : null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'self-view': SelfView;
  }
}
