import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { browserKind } from '../internal/browser-kind.js';
import { fieldStyles } from '../internal/field-styles.js';
import { Localize } from '../internal/localize.js';
import { NAME_LENGTH } from '../internal/name-length.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import { DEVICE_KINDS, type DeviceKind, type SelectableKind } from '../room/devices.js';
import { recall, remember } from '../room/remembered.js';
import type { Room } from '../room/room.js';
import { isInMeeting } from '../room/state.js';
import { roomLobbyStyles } from './room-lobby.styles.js';

/** How long the element may be out of the page before it lets the devices go, in milliseconds: moving it is no end. */
const REMOVAL_GRACE = 500;

/**
 * What a person sees before a meeting: the own picture, the devices to choose, the name, and the button to join. Shows
 * nothing in a meeting. Letting it go lets the devices go that it has opened.
 *
 * ```html
 * <video-room endpoint="/rooms/join"><room-lobby></room-lobby></video-room>
 * ```
 *
 * @cssstate meeting - In a meeting, where the element is not displayed.
 * @csspart lobby - The form around everything.
 * @csspart title - The name of the meeting.
 * @csspart preview - The column with the picture, the button that opens the devices, and the hint.
 * @csspart self-view - The `<self-view>`; its own parts are `video` and `placeholder`.
 * @csspart fields - The column with the fields.
 * @csspart field - Each label with its field.
 * @csspart input - Each native input.
 * @csspart device-picker - Each `<device-picker>`; its own parts are `label`, `select` and `note`.
 * @csspart level-meter - The `<level-meter>`; its own part is `meter`.
 * @csspart button - Each native button; also `check`, `join` or `cancel`.
 * @csspart waiting - What is said while a moderator has not let the person in yet.
 * @csspart hint - What the browser asks, or how to allow what it has blocked.
 * @cssproperty [--video-room-accent=#2f6feb] - Background of the join button.
 * @cssproperty [--video-room-field=#fff] - Background of fields.
 * @cssproperty [--video-room-field-text=#14171c] - Colour of text in fields.
 * @cssproperty [--video-room-field-border=#8a93a3] - Colour of frames of fields.
 */
export class RoomLobby extends LitElement {
  static override styles = [baseStyles, buttonStyles, fieldStyles, roomLobbyStyles];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  /** Open camera and microphone without waiting for the person. */
  @property({ type: Boolean }) autostart = false;

  /** Neither keep in this browser what is typed, nor use what was kept. */
  @property({ type: Boolean, attribute: 'no-remember' }) noRemember = false;

  /** Whether devices are being opened here. */
  @state() private isOpening = false;

  @query('input[name=name]') private readonly nameInput!: HTMLInputElement;

  @query('input[name=room]') private readonly roomInput!: HTMLInputElement;

  @query('.join, .cancel') private readonly mainButton!: HTMLButtonElement | null;

  readonly #localize = new Localize(this);
  readonly #room = new RoomController(this, (state) => ({
    isInMeeting: isInMeeting(state),
    isJoining: state.connection === 'connecting',
    isWaiting: state.isWaiting,
    isRoomGiven: state.isRoomGiven,
    room: state.room,
    name: state.name,
    camera: state.camera,
    microphone: state.microphone,
    devices: state.devices,
    hasStream: !!state.localStream,
  }));
  readonly #internals = this.attachInternals();
  #remembered = { name: recall('name'), room: recall('room') };
  /** Whose devices were opened here. */
  #openedRoom: Room | undefined;
  #removal: ReturnType<typeof setTimeout> | undefined;
  #hadFocus = false;

  override connectedCallback(): void {
    super.connectedCallback();
    clearTimeout(this.#removal);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    const room = this.#openedRoom;
    if (room) this.#removal = setTimeout(() => room.closeDevices(), REMOVAL_GRACE);
  }

  /** To the button that joins, or stops joining. */
  override focus(options?: FocusOptions): void {
    this.mainButton?.focus(options);
  }

  override render(): TemplateResult | typeof nothing {
    const { isInMeeting, isJoining, isWaiting, isRoomGiven, camera, microphone } = this.#room.selected;
    if (isInMeeting) return nothing;
    const hasPreview = camera.used || microphone.used;
    const room = this.#preset('room');
    return html`<form part="lobby" class="lobby ${camera.used ? 'wide' : ''}" @submit=${this.#onSubmit}>
      <p part="title" class="title">${this.#localize.term('meeting', isRoomGiven ? room : '')}</p>
      ${hasPreview ? this.#renderPreview() : nothing}
      <div part="fields" class="fields">
        <label part="field">
          ${this.#localize.term('yourName')}
          <input
            part="input"
            name="name"
            autocomplete="name"
            maxlength=${NAME_LENGTH}
            .value=${this.#preset('name')}
            ?disabled=${isJoining}
          />
        </label>
        <label part="field" ?hidden=${isRoomGiven}>
          ${this.#localize.term('roomName')}
          <input
            part="input"
            name="room"
            maxlength=${NAME_LENGTH}
            .value=${room}
            ?disabled=${isJoining}
            ?required=${!isRoomGiven}
          />
        </label>
        ${camera.used ? this.#renderPicker('camera') : nothing}
        ${
          microphone.used
            ? html`${this.#renderPicker('microphone')}
                <level-meter part="level-meter" exportparts="meter" for=${this.for}></level-meter>`
            : nothing
        }
        ${this.#renderPicker('speaker')}
        <p part="waiting" class="hint" role="status">${isWaiting ? this.#localize.term('waiting') : nothing}</p>
        ${
          isJoining
            ? html`<button part="button cancel" class="cancel" type="button" @click=${() => this.#room.room?.leave()}>
                ${this.#localize.term('cancel')}
              </button>`
            : html`<button part="button join" class="join" type="submit" ?disabled=${!this.#room.room}>
                ${this.#localize.term('join')}
              </button>`
        }
      </div>
    </form>`;
  }

  protected override willUpdate(): void {
    this.#hadFocus = this.#hasFocus;
  }

  protected override updated(): void {
    const { room, selected } = this.#room;
    if (selected.isInMeeting) this.#internals.states.add('meeting');
    else this.#internals.states.clear();
    // The control that had the focus is gone, or locked. The picture that was asked for stays in view.
    if (this.#hadFocus && !this.#hasFocus) this.focus({ preventScroll: true });
    if (this.#openedRoom !== room) {
      this.#openedRoom?.closeDevices();
      this.#openedRoom = undefined;
      if (this.autostart && room && this.#missing.length > 0) queueMicrotask(() => void this.#openDevices());
    }
  }

  #renderPreview(): TemplateResult {
    const { isJoining, camera } = this.#room.selected;
    return html`<div part="preview" class="preview">
      ${
        camera.used
          ? html`<self-view part="self-view" exportparts="video, placeholder" for=${this.for}></self-view>`
          : nothing
      }
      ${
        this.#missing.length > 0 && !isJoining
          ? html`<button
              part="button check"
              class="check"
              type="button"
              ?disabled=${!this.#room.room}
              @click=${this.#openDevices}
            >
              ${this.#localize.term('checkDevices')}
            </button>`
          : nothing
      }
      <p part="hint" class="hint" role="status">${this.#hint()}</p>
    </div>`;
  }

  #renderPicker(kind: SelectableKind): TemplateResult {
    return html`<device-picker
      part="device-picker"
      exportparts="label, select, note"
      kind=${kind}
      for=${this.for}
    ></device-picker>`;
  }

  /** Whether something in here has the focus that can go on having it. */
  get #hasFocus(): boolean {
    return this.shadowRoot?.activeElement?.matches(':enabled, device-picker') ?? false;
  }

  /** The devices that joining would open, and that are not open. */
  get #missing(): readonly DeviceKind[] {
    const { selected } = this.#room;
    return DEVICE_KINDS.filter((kind) => {
      const { used, on, failure } = selected[kind];
      // A muted microphone is opened all the same.
      return used && (failure || (!selected.hasStream && (on || kind === 'microphone')));
    });
  }

  /** What is set, else what was typed here last. */
  #preset(key: 'name' | 'room'): string {
    return this.#room.selected[key] || (this.noRemember ? '' : this.#remembered[key]);
  }

  #hint(): string {
    const { isJoining, ...selected } = this.#room.selected;
    const missing = this.#missing;
    // Where a device has a name, the person has allowed it before.
    const isAsking = missing.some(
      (kind) =>
        (this.isOpening || (isJoining && !selected[kind].failure)) &&
        !selected.devices[kind].some(({ label }) => label),
    );
    if (isAsking) return this.#localize.term('askingForDevices');
    const isDenied = missing.some((kind) => selected[kind].failure === 'denied');
    return isDenied ? this.#localize.term(`allowIn${browserKind()}`) : '';
  }

  async #openDevices(): Promise<void> {
    const { room } = this.#room;
    if (!room || this.isOpening) return;
    this.#openedRoom = room;
    this.isOpening = true;
    await room.openDevices();
    this.isOpening = false;
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const { room, selected } = this.#room;
    this.#remembered = { name: this.nameInput.value.trim(), room: this.roomInput.value.trim() };
    if (!this.noRemember) {
      remember('name', this.#remembered.name);
      if (!selected.isRoomGiven) remember('room', this.#remembered.room);
    }
    room?.configure(this.#remembered);
    void room?.join();
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'room-lobby': RoomLobby;
  }
}
