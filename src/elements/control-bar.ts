import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property } from 'lit/decorators.js';
import { renderIcon } from '../internal/icon.js';
import { PictureInPicture2 } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { PictureInPicture } from '../internal/picture-in-picture.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import { othersOf, participantOf, type RoomState } from '../room/state.js';
import { mainStreamOf, SCREEN_SHARE_ALIAS } from '../room/tiles.js';

/** What asks for a number, under names that are unlike those of other elements' parts. */
const PHONE_PARTS = ['dialog', 'field', 'input', 'error', 'call', 'calls', 'hang-up', 'keypad']
  .map((part) => `${part}: phone-${part}`)
  .join();

/**
 * The controls of a meeting in a row. Without children these are all there are; with children it is a row for those.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><control-bar></control-bar></video-room>
 * ```
 *
 * @slot - Your own controls. They replace the default ones.
 * @csspart button - Each native button; also `on` or `off` where it has two states.
 * @csspart icon - Each icon.
 * @csspart sound - The button that turns sound on where the browser has blocked it.
 * @csspart phone-dialog - What asks for a phone's number; in it `phone-field`, `phone-input`, `phone-error`, `phone-call`,
 *   `phone-calls`, `phone-hang-up` and `phone-keypad`.
 * @csspart badge - How much is new in what a button opens.
 * @csspart reactions - The box with the emoji to choose from; `reaction` is each of them.
 * @csspart picture-in-picture - The button for the small window.
 * @cssproperty [--video-room-accent=#2f6feb] - Background of what stands out: sharing, the small window, sound to turn on.
 * @cssproperty [--video-room-control-gap=0.5rem] - Space between controls.
 */
export class ControlBar extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: center;
        gap: var(--video-room-control-gap, 0.5rem);
      }

      layout-picker::part(select) {
        min-block-size: 2.75rem;
        padding-inline: 0.6rem;
        border: 1px solid transparent;
        border-radius: var(--video-room-button-radius, 1.375rem);
        background: var(--video-room-button, #3b4250);
        color: var(--video-room-button-text, #f4f5f7);
        font: inherit;
      }

      layout-picker::part(select):focus-visible {
        outline: 3px solid var(--video-room-focus, #8ab4ff);
        outline-offset: 2px;
      }

      /* Not display: none, where a browser may not let it out into a window. */
      video {
        position: absolute;
        inline-size: 1px;
        /* Were it the picture's, what the browser shows instead would be resized in the middle of a frame. */
        block-size: 1px;
        opacity: 0;
        pointer-events: none;
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  readonly #internals = this.attachInternals();
  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, (state) => ({
    isAudioBlocked: state.isAudioBlocked,
    picture: pictureOf(state),
    canDial: state.dialing === 'available',
    hasChannel: state.facts !== undefined,
  }));
  readonly #pictureInPicture = new PictureInPicture(this, (error) => this.#room.room?.report(error));

  override render(): TemplateResult {
    return html`<slot @slotchange=${() => this.requestUpdate()}></slot>
      ${this.#hasOwnControls ? nothing : this.#renderControls()}`;
  }

  protected override update(changed: PropertyValues<this>): void {
    this.#pictureInPicture.follow(this.#hasOwnControls ? undefined : this.#room.selected.picture);
    // A failure does no harm: the next time it is tried again.
    if (this.#room.selected.hasChannel) import('../people-elements.js').catch(() => undefined);
    if (this.#room.selected.canDial) import('../phone-elements.js').catch(() => undefined);
    super.update(changed);
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    this.#internals.role = 'group';
    this.#internals.ariaLabel = this.#localize.term('controls');
  }

  /** Whether the page brings its own. */
  get #hasOwnControls(): boolean {
    return this.childElementCount > 0;
  }

  #renderControls(): TemplateResult {
    const parts = 'button, on, off, icon';
    return html`
      <mic-button for=${this.for} exportparts=${parts}></mic-button>
      <camera-button for=${this.for} exportparts=${parts}></camera-button>
      <screen-share-button for=${this.for} exportparts=${parts}></screen-share-button>
      <layout-picker for=${this.for}></layout-picker>
      ${document.pictureInPictureEnabled ? this.#renderPictureInPicture() : nothing}
      ${
        this.#room.selected.canDial
          ? html`<dial-out-button for=${this.for} exportparts=${`${parts}, ${PHONE_PARTS}`}></dial-out-button>`
          : nothing
      }
      ${
        this.#room.selected.hasChannel
          ? html`<raise-hand-button for=${this.for} exportparts=${parts}></raise-hand-button>
              <reaction-button for=${this.for} exportparts=${`${parts}, reactions, reaction`}></reaction-button>
              ${['people', 'chat'].map(
                (panel) =>
                  html`<panel-button for=${this.for} panel=${panel} exportparts=${`${parts}, badge`}></panel-button>`,
              )}`
          : nothing
      }
      <leave-button for=${this.for} exportparts=${parts}></leave-button>
      ${
        this.#room.selected.isAudioBlocked
          ? html`<button
              part="button sound"
              class="accent"
              type="button"
              @click=${() => this.#room.room?.resumeAudio()}
            >
              ${this.#localize.term('turnOnSound')}
            </button>`
          : nothing
      }
    `;
  }

  #renderPictureInPicture(): TemplateResult {
    const { picture } = this.#room.selected;
    const label = this.#localize.term('pictureInPicture');
    const { isOpen, video } = this.#pictureInPicture;
    return html`<button
        part="button picture-in-picture"
        class=${isOpen ? 'accent' : ''}
        type="button"
        aria-label=${label}
        aria-pressed=${isOpen}
        title=${label}
        ?disabled=${!picture}
        @click=${() => this.#togglePictureInPicture()}
      >
        ${renderIcon(PictureInPicture2)}</button
      >${video}`;
  }

  #togglePictureInPicture(): void {
    const { picture } = this.#room.selected;
    if (this.#pictureInPicture.isOpen) this.#pictureInPicture.close();
    else if (picture) void this.#pictureInPicture.open(picture);
  }
}

/** What of the others is to be seen where there is room for one picture: a screen, who speaks, or anybody. */
function pictureOf(state: RoomState): MediaStream | undefined {
  const others = othersOf(state);
  const screens = others.flatMap(({ streams }) => streams.filter(({ alias }) => alias === SCREEN_SHARE_ALIAS));
  const speaker = participantOf(state, state.activeSpeakerId);
  const people = [...(speaker ? [speaker] : []), ...others].map(mainStreamOf);
  return [...screens, ...people].find((stream) => stream?.mediaTypes.includes('VIDEO'))?.mediaStream;
}

declare global {
  interface HTMLElementTagNameMap {
    'control-bar': ControlBar;
  }
}
