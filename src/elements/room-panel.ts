import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query } from 'lit/decorators.js';
import { renderIcon } from '../internal/icon.js';
import { Localize } from '../internal/localize.js';
import { X } from '../internal/people-icons.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import type { PeopleTranslation } from '../internal/translations/people-en.js';
import '../internal/translations/people-en.js';
import type { Panel } from '../room/state.js';

/** The parts of what is in the panel, under names that are unlike those of other elements' parts. */
const LIST_PARTS = exported(
  'list',
  'heading waiting people person name notes mark icon button opener dialog field input',
);
const CHAT_PARTS = exported(
  'chat',
  'log message own private sender text link button newest send notice recipient input count',
);

/** Of those, what the panel passes on, besides its own. */
const PARTS = `heading, close, people, chat, ${(LIST_PARTS + CHAT_PARTS).replace(/\w+:/g, '')}`;

/**
 * What is beside the meeting: its people or its messages, whichever a `<panel-button>` has opened. Shows nothing until
 * then. Escape closes it too.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><panel-button></panel-button><room-panel></room-panel></video-room>
 * ```
 *
 * @csspart panel - The box.
 * @csspart heading - What the panel is about.
 * @csspart close - The button that closes it.
 * @csspart icon - The icon of that button.
 * @csspart people - The `<participant-list>`.
 * @csspart chat - The `<chat-panel>`.
 * @csspart list-heading - Each part of the list, with `list-` before its name, and of the messages, with `chat-`.
 * @cssproperty [--video-room-panel=Canvas] - Background.
 */
export class RoomPanel extends LitElement {
  static override styles = [
    baseStyles,
    buttonStyles,
    css`
      :host {
        display: block;
        min-block-size: 0;
      }

      .panel {
        display: flex;
        flex-direction: column;
        gap: 0.5rem;
        block-size: 100%;
        padding: 0.75rem;
        border: 1px solid var(--video-room-field-border, #8a93a3);
        border-radius: 0.75rem;
        background: var(--video-room-panel, Canvas);
        color: var(--video-room-panel-text, CanvasText);
      }

      .head {
        display: flex;
        align-items: center;
        justify-content: space-between;
      }

      h2 {
        margin: 0;
        font-size: 1.125rem;
      }

      h2:focus-visible {
        outline: 3px solid var(--video-room-focus, #8ab4ff);
        outline-offset: 2px;
      }

      participant-list,
      chat-panel {
        flex: 1;
        min-block-size: 0;
        overflow: auto;
      }

      /* The rings of what has the focus have their place. */
      participant-list {
        margin: -0.375rem;
        padding: 0.375rem;
      }
    `,
  ];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  @query('h2') private readonly heading!: HTMLElement | null;

  readonly #internals = this.attachInternals();
  readonly #localize = new Localize<PeopleTranslation>(this);
  readonly #room = new RoomController(this, ({ panel, facts }) => (facts ? panel : ''));
  #shown: Panel = '';
  /** What has opened it, to which the focus returns. */
  #opener: HTMLElement | undefined;

  constructor() {
    super();
    this.addEventListener('keydown', (event) => this.#onKeyDown(event));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // What contains it need not know what it contains.
    if (!this.hasAttribute('exportparts')) this.setAttribute('exportparts', PARTS);
  }

  override render(): TemplateResult | typeof nothing {
    const panel = this.#room.selected;
    if (!panel) return nothing;
    const close = this.#localize.term('closePanel');
    return html`<div part="panel" class="panel">
      <div class="head">
        <h2 part="heading" tabindex="-1">${this.#localize.term(panel)}</h2>
        <button part="close" type="button" aria-label=${close} title=${close} @click=${() => this.#close()}>
          ${renderIcon(X)}
        </button>
      </div>
      ${
        panel === 'chat'
          ? html`<chat-panel part="chat" exportparts=${CHAT_PARTS} for=${this.for}></chat-panel>`
          : html`<participant-list part="people" exportparts=${LIST_PARTS} for=${this.for}></participant-list>`
      }
    </div>`;
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    const panel = this.#room.selected;
    this.#internals.role = panel ? 'complementary' : null;
    this.#internals.ariaLabel = panel ? this.#localize.term(panel) : null;
    if (panel !== this.#shown) this.#changed(panel);
    this.#shown = panel;
  }

  #changed(panel: Panel): void {
    const active = activeElement();
    // Only who has pressed a button for it is led there: a page that opens it takes nobody's place.
    if (panel && active?.localName === 'panel-button') {
      this.#opener = active;
      this.heading?.focus({ preventScroll: true });
    }
  }

  #onKeyDown(event: KeyboardEvent): void {
    if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
    // It closes what is open in here first.
    const isTaken = event.composedPath().some((target) => target instanceof Element && target.matches(':popover-open'));
    if (isTaken) return;
    event.preventDefault();
    this.#close();
  }

  #close(): void {
    this.#room.room?.setPanel('');
    this.#opener?.focus();
    this.#opener = undefined;
  }
}

/** For `exportparts`. */
function exported(prefix: string, parts: string): string {
  return parts.replace(/\w+/g, `$&: ${prefix}-$&,`);
}

/** The element of the page that has the focus, in whatever shadow root: of those in a row of hosts the last but one. */
function activeElement(): HTMLElement | undefined {
  let host: HTMLElement | undefined;
  for (
    let active = document.activeElement;
    active instanceof HTMLElement;
    active = active.shadowRoot?.activeElement ?? null
  ) {
    if (active.shadowRoot?.activeElement) host = active;
  }
  return host;
}

declare global {
  interface HTMLElementTagNameMap {
    'room-panel': RoomPanel;
  }
}
