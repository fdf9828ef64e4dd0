import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import { MessageReceivedEvent } from '../events.js';
import { languageChanged, Localize } from '../internal/localize.js';
import { eventsBetween } from '../internal/room-events.js';
import { addRoomHost, removeRoomHost, roomHostsChanged } from '../internal/room-hosts.js';
import { listenForShortcuts } from '../internal/shortcuts.js';
import { baseStyles } from '../internal/styles.js';
import { loadProvider } from '../providers/index.js';
import type { FetchToken } from '../room/endpoint.js';
import { asLayout } from '../room/layout.js';
import { Room } from '../room/room.js';
import { isInMeeting, type RoomState } from '../room/state.js';
import { videoRoomStyles } from './video-room.styles.js';

/**
 * How long the element may be out of the page before it leaves the meeting, in milliseconds: moving it is no hang-up.
 */
const REMOVAL_GRACE = 500;

/** Of the state, what the element itself shows. */
const SHOWN = ['connection', 'error', 'facts', 'panel'] as const;

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
 * @fires {ParticipantChangedEvent} participant-changed - Somebody else speaks, falls silent, has another name, or what
 *   the room channel tells of them has changed.
 * @fires {ActiveSpeakerChangedEvent} active-speaker-changed - Somebody else is the one who speaks.
 * @fires {ScreenShareChangedEvent} screen-share-changed - This person's screen is shared, or no longer, or could not be.
 * @fires {DeviceChangedEvent} device-changed - Another microphone, camera or speaker is used.
 * @fires {CallChangedEvent} call-changed - A phone call is dialing, ringing, answered or over.
 * @fires {RoomChangedEvent} room-changed - The meeting is run otherwise now: locked, muted, with somebody in the spotlight.
 * @fires {MessageReceivedEvent} message-received - Somebody has sent a message or a signal, this person too.
 * @fires {UnmuteRequestedEvent} unmute-requested - A moderator asks this person to switch the microphone or camera on.
 * @fires {LeaveRequestEvent} leave-request - The keys for leaving were pressed. Cancel it and the person stays.
 * @cssstate connecting, connected, reconnecting, disconnected - How the connection stands.
 * @cssstate meeting - Connected or reconnecting.
 * @csspart lobby - The `<room-lobby>`, shown outside a meeting.
 * @csspart title - The name of the meeting, in the lobby.
 * @csspart meeting - What is shown in the meeting.
 * @csspart grid - The `<participant-grid>`.
 * @csspart controls - The `<control-bar>`.
 * @csspart prompt - The `<unmute-prompt>`.
 * @csspart panel - The `<room-panel>`, beside the grid or below it; in it `heading`, `close`, `people` and `chat`,
 *   in `people` what the list has with `list-` before its name (`list-person`), in `chat` the same with `chat-`.
 * @csspart news - The `<room-news>`, over the grid.
 * @csspart status - The `<room-status>`: the line that says how the meeting stands; in it `name` and `quality`.
 * @csspart error - The sentence that says what went wrong.
 * @cssproperty [--video-room-background=#171a21] - Background of the whole.
 * @cssproperty [--video-room-text=#f4f5f7] - Colour of text.
 * @cssproperty [--video-room-accent=#2f6feb] - Background of the join button.
 * @cssproperty [--video-room-font=1rem/1.4 system-ui, sans-serif] - The font.
 * @cssproperty [--video-room-focus=#8ab4ff] - Frame of the control with the focus.
 */
export class VideoRoom extends LitElement {
  static override styles = [baseStyles, videoRoomStyles];

  /** Where to ask for permission to join: a URL that answers `POST` with a token. */
  @property() endpoint = '';

  /** The room to join. Another name in the middle of a meeting moves the person there. */
  @property({ attribute: 'room' }) roomName = '';

  /** The name others see. */
  @property() name = '';

  /** An invitation that the site has given this person. */
  @property() invite = '';

  /** The role to ask for where the room is open to all, such as `moderator`. */
  @property() as = '';

  /** A token the page already has, instead of an endpoint. */
  @property() token = '';

  /** Which media SDK to use, where the endpoint does not say. */
  @property() provider = 'bandwidth';

  /** Where to look up the names of those who come without one: `?id=` is added, as with the vendor's sample. */
  @property({ attribute: 'id-lookup' }) idLookup = '';

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

  /** Turn on camera and microphone in the lobby without waiting for the person. */
  @property({ type: Boolean }) autostart = false;

  /** Keep no name, room and devices in this browser. */
  @property({ type: Boolean, attribute: 'no-remember' }) noRemember = false;

  /**
   * Take `?room=`, `?name=` and `?as=` of the page's address in place of the attributes, and `#invite=`, which is no
   * server's business.
   */
  @property({ type: Boolean, attribute: 'from-query' }) fromQuery = false;

  /** How the meeting is laid out at first: `grid`, `speaker` or `spotlight`. */
  @property() layout = '';

  /** Play a ringing tone until somebody else is there. */
  @property({ type: Boolean }) ringing = false;

  /** No keyboard shortcuts. */
  @property({ type: Boolean, attribute: 'no-shortcuts' }) noShortcuts = false;

  /** The page's own way to a token, instead of an endpoint. */
  @property({ attribute: false }) fetchToken: FetchToken | undefined;

  /** Sent with each request to the endpoint. */
  @property({ attribute: false }) headers: Readonly<Record<string, string>> | undefined;

  /** Whether cookies go to the endpoint, as with `fetch`. Default: `same-origin`. */
  @property({ attribute: false }) credentials: RequestCredentials | undefined;

  /** Whether the page brings its own meeting. */
  @state() private hasChildren = false;

  /** The meeting without its interface. */
  readonly room = new Room({ loadProvider });

  readonly #internals = this.attachInternals();
  readonly #localize = new Localize(this);
  readonly #childrenObserver = new MutationObserver(() => this.#checkChildren());
  #isConfiguring = false;
  #hadFocus = false;
  #wasInMeeting = false;
  /** What lasts as long as the element is in the page. */
  #stops: (() => void)[] = [];
  #removal: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    this.room.subscribe((next, previous) => this.#roomChanged(next, previous));
    this.room.onMessage((message) => this.dispatchEvent(new MessageReceivedEvent(message)));
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
    this.#stops = [this.room.watchDevices(), listenForShortcuts(this)];
    addRoomHost(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#childrenObserver.disconnect();
    for (const stop of this.#stops) stop();
    removeRoomHost(this);
    this.#removal = setTimeout(() => this.#release(), REMOVAL_GRACE);
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
    const isInside = isInMeeting(this.state);
    return html`<div class="default ${isInside ? '' : 'outside'}">
      ${isInside ? this.#renderMeeting() : this.#renderLobby()}
      <p part="error" class="error" role="alert">${error ? this.#localize.errorText(error) : nothing}</p>
      <room-status part="status" exportparts="quality, name"></room-status>
    </div>`;
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    super.willUpdate(changed);
    const { endpoint, idLookup, token, provider, fetchToken, headers, credentials, ringing } = this;
    const query = new URLSearchParams(this.fromQuery ? location.search : '');
    const fragment = new URLSearchParams(this.fromQuery ? location.hash.slice(1) : '');
    const isQueryNews = changed.has('fromQuery');
    this.#isConfiguring = true;
    this.room.configure({
      endpoint,
      idLookup,
      token,
      provider,
      fetchToken,
      headers,
      credentials,
      ringing,
      invite: fragment.get('invite') ?? this.invite,
      as: query.get('as') ?? this.as,
      audio: !this.noAudio,
      video: !this.noVideo,
      remember: !this.noRemember,
      hasShortcuts: !this.noShortcuts,
      isRoomGiven: !this.fromQuery && this.roomName.trim() !== '',
      // These a person may have changed in the interface: only what the page changes now counts.
      ...((changed.has('roomName') || isQueryNews) && { room: query.get('room')?.trim() || this.roomName.trim() }),
      ...((changed.has('name') || isQueryNews) && { name: query.get('name') ?? this.name }),
      ...(changed.has('muted') && { muted: this.muted }),
      ...(changed.has('cameraOff') && { cameraOff: this.cameraOff }),
      ...(changed.has('layout') && this.layout && { layout: asLayout(this.layout) }),
    });
    this.#isConfiguring = false;
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    if (changed.has('autojoin') && this.autojoin) void this.join();
    this.#showState();
    this.#internals.role = 'region';
    this.#internals.ariaLabel = this.#localize.term('meeting', this.state.facts?.displayName || this.state.room);
    // The control that had the focus went with its part of the interface.
    if (this.#hadFocus && !this.#focused) this.#focusFirstControl();
    this.#hadFocus = false;
  }

  #release(): void {
    this.room.leave();
    this.room.closeDevices();
  }

  #renderLobby(): TemplateResult {
    // Who has just left does not want the camera's light on again.
    return html`<room-lobby
      part="lobby"
      exportparts="title, preview, self-view, level-meter, fields, field, input, device-picker, select, button, hint"
      ?autostart=${this.autostart && !this.#wasInMeeting}
      ?no-remember=${this.noRemember}
    ></room-lobby>`;
  }

  #renderMeeting(): TemplateResult {
    // First, whatever is below it for the eye: nobody shall have to pass by all tiles to get to the controls.
    const { facts, panel } = this.state;
    return html`<div part="meeting" class="meeting">
      <div class="areas ${facts && panel ? 'beside' : ''}">
        <control-bar
          part="controls"
          exportparts="button, on, off, icon, badge, reactions, reaction, sound, picture-in-picture, phone-dialog, phone-field, phone-input, phone-error, phone-call, phone-calls, phone-hang-up, phone-keypad"
        ></control-bar>
        ${facts ? html`<unmute-prompt part="prompt"></unmute-prompt> <room-panel part="panel"></room-panel>` : nothing}
        <participant-grid
          part="grid"
          exportparts="participant, large, tile, video, avatar, label, speaking, pin, full-screen, pages, page-button"
        ></participant-grid>
        ${facts ? html`<room-news part="news"></room-news>` : nothing}
      </div>
    </div>`;
  }

  #roomChanged(next: RoomState, previous: RoomState): void {
    // What the page sets before a meeting is no news to it.
    if (this.#isConfiguring && next.connection === previous.connection) return;
    const events = eventsBetween(previous, next);
    if (next.connection !== previous.connection) {
      this.#hadFocus ||= this.#focused !== undefined;
      this.#wasInMeeting ||= isInMeeting(next);
    }
    if (SHOWN.some((fact) => next[fact] !== previous[fact])) this.requestUpdate();
    for (const event of events) this.dispatchEvent(event);
  }

  /** For style sheets: `video-room:state(connected)`, and `:state(meeting)` also while reconnecting. */
  #showState(): void {
    const { states } = this.#internals;
    states.clear();
    states.add(this.state.connection);
    if (isInMeeting(this.state)) states.add('meeting');
    if (!this.hasChildren) states.add('default');
  }

  #focusFirstControl(): void {
    // Elements that are new can take the focus only once they have rendered.
    setTimeout(() => this.renderRoot.querySelector<HTMLElement>('room-lobby, control-bar')?.focus());
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
