import { ContextProvider } from '@lit/context';
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { languageChanged, Localize } from '../internal/localize.js';
import { roomContext } from '../internal/room-context.js';
import { eventsBetween } from '../internal/room-events.js';
import { addRoomHost, removeRoomHost, roomHostsChanged } from '../internal/room-hosts.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import { loadProvider } from '../providers/index.js';
import type { FetchToken } from '../room/endpoint.js';
import { Room } from '../room/room.js';
import { isInMeeting, type RoomState } from '../room/state.js';
import { ParticipantJoinedEvent, ParticipantLeftEvent } from '../events.js';
import { videoRoomStyles } from './video-room.styles.js';

/**
 * How long the element may be out of the page before it leaves the meeting, in milliseconds: moving it is no hang-up.
 */
const REMOVAL_GRACE = 500;

/** The longest name a person may type, in characters: the room service's limit. */
const NAME_LENGTH = 64;

/**
 * A video meeting. Without children it shows the complete meeting; with children it only provides the room to them.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"></video-room>
 * ```
 *
 * @slot - Your own meeting, made of the other elements. Replaces the default interface.
 * @fires {StreamAvailableEvent} stream-available - Another participant's stream can be shown. Once per stream.
 * @fires {StreamUnavailableEvent} stream-unavailable - Another participant's stream is gone.
 * @fires {RoomJoinedEvent} room-joined - The meeting was entered.
 * @fires {RoomLeftEvent} room-left - The meeting was left, or could not go on.
 * @fires {RoomErrorEvent} room-error - Something went wrong; has a code and a sentence.
 * @fires {ParticipantJoinedEvent} participant-joined - Somebody else came.
 * @fires {ParticipantLeftEvent} participant-left - Somebody else left.
 * @fires {ConnectionChangedEvent} connection-changed - The connection came up, was lost, is being restored, or ended.
 * @fires {MicrophoneChangedEvent} microphone-changed - This person's microphone went on or off, or failed.
 * @fires {CameraChangedEvent} camera-changed - This person's camera went on or off, or failed.
 * @csspart lobby - What is shown before joining.
 * @csspart title - The name of the meeting, in the lobby.
 * @csspart meeting - What is shown in the meeting.
 * @csspart grid - The `<participant-grid>`.
 * @csspart controls - The row of buttons.
 * @csspart status - The line that says how the meeting stands.
 * @csspart error - The sentence that says what went wrong.
 * @cssproperty [--video-room-background=#171a21] - Background of the whole.
 * @cssproperty [--video-room-text=#f4f5f7] - Colour of text.
 * @cssproperty [--video-room-accent=#2f6feb] - Background of the join button.
 * @cssproperty [--video-room-font=1rem/1.4 system-ui, sans-serif] - The font.
 * @cssproperty [--video-room-focus=#8ab4ff] - Frame of the control with the focus.
 */
export class VideoRoom extends LitElement {
  static override styles = [baseStyles, buttonStyles, videoRoomStyles];

  /** Where to ask for permission to join: a URL that answers `POST` with a token. */
  @property() endpoint = '';

  /** The room to join. Another name in the middle of a meeting moves the person there. */
  @property({ attribute: 'room' }) roomName = '';

  /** The name others see. */
  @property() name = '';

  /** A token the page already has, instead of an endpoint. */
  @property() token = '';

  /** Which media SDK to use, where the endpoint does not say. */
  @property() provider = 'bandwidth';

  /** Join without waiting for the person. */
  @property({ type: Boolean }) autojoin = false;

  /** Join without microphone. */
  @property({ type: Boolean, attribute: 'no-audio' }) noAudio = false;

  /** Join without camera. */
  @property({ type: Boolean, attribute: 'no-video' }) noVideo = false;

  /** Join with the microphone off. */
  @property({ type: Boolean }) muted = false;

  /** Join with the camera off. */
  @property({ type: Boolean, attribute: 'camera-off' }) cameraOff = false;

  /** The page's own way to a token, instead of an endpoint. */
  @property({ attribute: false }) fetchToken: FetchToken | undefined;

  /** Sent with each request to the endpoint. */
  @property({ attribute: false }) headers: Readonly<Record<string, string>> | undefined;

  /** Whether cookies go to the endpoint, as with `fetch`. Default: `same-origin`. */
  @property({ attribute: false }) credentials: RequestCredentials | undefined;

  /** What the status line says of the latest coming or going. */
  @state() private announcement = '';

  /** Whether the page brings its own meeting. */
  @state() private hasChildren = false;

  /** True once a meeting was left, until the next one. */
  @state() private hasLeft = false;

  @query('input[name=name]') private readonly nameInput!: HTMLInputElement;

  @query('input[name=room]') private readonly roomInput!: HTMLInputElement;

  /** The meeting without its interface. */
  readonly room = new Room({ loadProvider });

  readonly #internals = this.attachInternals();
  readonly #localize = new Localize(this);
  readonly #childrenObserver = new MutationObserver(() => this.#checkChildren());
  #isConfiguring = false;
  #hadFocus = false;
  #removal: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new ContextProvider(this, { context: roomContext, initialValue: this.room });
    this.room.subscribe((next, previous) => this.#roomChanged(next, previous));
  }

  static override get observedAttributes(): string[] {
    return [...super.observedAttributes, 'id', 'lang'];
  }

  /** The meeting as it is now: frozen, and another object after each change. */
  get state(): RoomState {
    return this.room.state;
  }

  override attributeChangedCallback(name: string, old: string | null, value: string | null): void {
    super.attributeChangedCallback(name, old, value);
    if (name === 'id' && this.isConnected) roomHostsChanged();
    if (name === 'lang') languageChanged();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    clearTimeout(this.#removal);
    this.#checkChildren();
    this.#childrenObserver.observe(this, { childList: true });
    addRoomHost(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#childrenObserver.disconnect();
    removeRoomHost(this);
    this.#removal = setTimeout(() => this.room.leave(), REMOVAL_GRACE);
  }

  /** Joins the meeting. Resolves with the state in which the attempt ended; never rejects. */
  async join(): Promise<RoomState> {
    // Properties set in the same breath count.
    await this.updateComplete;
    return this.room.join();
  }

  /** Leaves the meeting at once. */
  leave(): void {
    this.room.leave();
  }

  /** Resolves when the microphone is as wanted, or could not be: `state.microphone` tells. */
  setMicrophone(on: boolean): Promise<void> {
    return this.room.setMicrophone(on);
  }

  /** Resolves when the camera is as wanted, or could not be: `state.camera` tells. */
  setCamera(on: boolean): Promise<void> {
    return this.room.setCamera(on);
  }

  override render(): TemplateResult {
    if (this.hasChildren) return html`<slot></slot>`;
    const { error } = this.state;
    // The lines that are read out stay in the page whatever is above them: a new one would not be read out.
    return html`<div class="default">
      ${isInMeeting(this.state) ? this.#renderMeeting() : this.#renderLobby()}
      <p part="error" class="error" role="alert">${error ? this.#localize.errorText(error) : nothing}</p>
      <p part="status" class="status" role="status">${this.#status()}</p>
    </div>`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { endpoint, token, provider, fetchToken, headers, credentials } = this;
    this.#isConfiguring = true;
    this.room.configure({
      endpoint,
      token,
      provider,
      fetchToken,
      headers,
      credentials,
      audio: !this.noAudio,
      video: !this.noVideo,
      // These a person may have changed in the interface: only what the page changes now counts.
      ...(changed.has('roomName') && { room: this.roomName.trim() }),
      ...(changed.has('name') && { name: this.name }),
      ...(changed.has('muted') && { muted: this.muted }),
      ...(changed.has('cameraOff') && { cameraOff: this.cameraOff }),
    });
    this.#isConfiguring = false;
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    if (changed.has('autojoin') && this.autojoin) void this.join();
    this.#internals.role = 'region';
    this.#internals.ariaLabel = this.#localize.term('meeting', this.state.room);
    // The control that had the focus went with its part of the interface.
    if (this.#hadFocus && !this.#focused) void this.#focusFirstControl();
    this.#hadFocus = false;
  }

  /** Whether the page says which room it is. */
  get #isRoomNamed(): boolean {
    return this.roomName.trim() !== '';
  }

  #renderLobby(): TemplateResult {
    const { state } = this;
    const isJoining = state.connection === 'connecting';
    return html`<form part="lobby" class="lobby" @submit=${this.#onSubmit}>
      <p part="title" class="title">${this.#localize.term('meeting', this.roomName)}</p>
      <label>
        ${this.#localize.term('yourName')}
        <input name="name" autocomplete="name" maxlength=${NAME_LENGTH} .value=${state.name} ?disabled=${isJoining} />
      </label>
      <label ?hidden=${this.#isRoomNamed}>
        ${this.#localize.term('roomName')}
        <input name="room" maxlength=${NAME_LENGTH} .value=${state.room} ?disabled=${isJoining} required />
      </label>
      ${
        isJoining
          ? html`<button type="button" @click=${() => this.leave()}>${this.#localize.term('cancel')}</button>`
          : html`<button class="join" type="submit">${this.#localize.term('join')}</button>`
      }
    </form>`;
  }

  #renderMeeting(): TemplateResult {
    const { isAudioBlocked } = this.state;
    return html`<div part="meeting" class="meeting">
      <participant-grid part="grid" exportparts="participant, tile, video, avatar, label, speaking"></participant-grid>
      <div part="controls" class="controls">
        <mic-button></mic-button>
        <camera-button></camera-button>
        <leave-button></leave-button>
        ${
          isAudioBlocked
            ? html`<button type="button" @click=${() => this.room.resumeAudio()}>
                ${this.#localize.term('turnOnSound')}
              </button>`
            : nothing
        }
      </div>
    </div>`;
  }

  #status(): string {
    const { connection, error, participants } = this.state;
    if (connection === 'disconnected') return this.hasLeft && !error ? this.#localize.term('left') : '';
    if (connection === 'connecting') return this.#localize.term('joining');
    if (connection === 'reconnecting') return this.#localize.term('reconnecting');
    const count = participants.length;
    const present = count < 2 ? this.#localize.term('alone') : this.#localize.term('peopleHere', count);
    return [this.announcement, present].filter(Boolean).join(' ');
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    this.room.configure({
      name: this.nameInput.value.trim(),
      ...(!this.#isRoomNamed && { room: this.roomInput.value.trim() }),
    });
    void this.room.join();
  }

  #roomChanged(next: RoomState, previous: RoomState): void {
    // What the page sets before a meeting is no news to it.
    if (this.#isConfiguring && next.connection === previous.connection) return;
    const events = eventsBetween(previous, next);
    for (const event of events) this.#announce(event);
    if (isInMeeting(next) !== isInMeeting(previous)) this.hasLeft = !isInMeeting(next);
    if (next.connection !== previous.connection) {
      this.announcement = next.connection === 'connected' ? this.announcement : '';
      this.#hadFocus ||= this.#focused !== undefined;
    }
    this.requestUpdate();
    for (const event of events) this.dispatchEvent(event);
  }

  #announce(event: Event): void {
    if (event instanceof ParticipantJoinedEvent) {
      this.announcement = this.#localize.term('personJoined', event.participant.name || this.#localize.term('guest'));
    } else if (event instanceof ParticipantLeftEvent) {
      this.announcement = this.#localize.term('personLeft', event.participant.name || this.#localize.term('guest'));
    }
  }

  async #focusFirstControl(): Promise<void> {
    for (const control of this.renderRoot.querySelectorAll<HTMLElement>('button, .controls > *')) {
      // An element that is new can take the focus only once it has rendered its button.
      if (control instanceof LitElement) await control.updateComplete;
      control.focus();
      if (this.#focused === control) return;
    }
  }

  /** What has the focus in here. A control that can no longer be used is about to lose it. */
  get #focused(): Element | undefined {
    const active = this.shadowRoot?.activeElement;
    return active && !active.matches(':disabled') ? active : undefined;
  }

  #checkChildren(): void {
    this.hasChildren = this.childElementCount > 0;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'video-room': VideoRoom;
  }
}
