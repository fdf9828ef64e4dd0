import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from '../internal/repeat.js';
import { fieldStyles } from '../internal/field-styles.js';
import { Localize } from '../internal/localize.js';
import { RoomController } from '../internal/room-controller.js';
import { splitLinks, type SafeLink } from '../internal/safe-links.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import type { PeopleTranslation } from '../internal/translations/people-en.js';
import '../internal/translations/people-en.js';
import type { Room } from '../room/room.js';
import { isInMeeting, othersOf, personKey, type MessageState, type RoomState } from '../room/state.js';
import { chatPanelStyles } from './chat-panel.styles.js';

/** The longest message in characters (Unicode code points): what the room service takes. */
const TEXT_LENGTH = 2000;

/** From how many characters left on their number is shown. */
const FEW_LEFT = 100;

const MINUTE = 60_000;

/** What somebody is writing in a room, which outlives the element. */
interface Draft {
  text: string;
  /** The key of the person whom it is for; empty: everybody. */
  toKey: string;
  toName: string;
  /** True once the one whom it was for is gone, until the person agrees that everybody shall read it. */
  isRedirected: boolean;
  isSending: boolean;
  /** Why it was not sent, or what has become of it. */
  notice: string;
  shownBy: ChatPanel | undefined;
}

const drafts = new WeakMap<Room, Draft>();

/**
 * Shows the messages of a meeting, and sends them to everybody or to one person.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><chat-panel></chat-panel></video-room>
 * ```
 *
 * @csspart log - The list of messages, which is scrolled.
 * @csspart message - Each message; also `own`, `private`.
 * @csspart sender - Who has sent messages, and when.
 * @csspart text - What is said in a message.
 * @csspart link - Each link in it.
 * @csspart button - Each native button; also `newest` or `send`.
 * @csspart notice - Why nothing can be sent, or was not.
 * @csspart recipient - The list of people with its label.
 * @csspart input - The field for a message.
 * @csspart count - How many characters are left.
 * @cssproperty [--video-room-panel=Canvas] - Background.
 * @cssproperty [--video-room-panel-text=CanvasText] - Colour of text.
 * @cssproperty [--video-room-panel-error] - Colour of what is said where something cannot be sent.
 * @cssproperty [--video-room-accent=#2f6feb] - Background of the button that sends.
 */
export class ChatPanel extends LitElement {
  static override styles = [baseStyles, buttonStyles, fieldStyles, chatPanelStyles];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  /** Whether the newest message can be seen. */
  @state() private isAtEnd = true;

  /** Whether what comes now is read out: what was there before is not. */
  @state() private isLive = false;

  @query('[role=log]') private readonly log!: HTMLElement;

  @query('.end') private readonly end!: HTMLElement | null;

  @query('select') private readonly select!: HTMLSelectElement;

  @query('textarea') private readonly field!: HTMLTextAreaElement;

  readonly #localize = new Localize<PeopleTranslation>(this);
  readonly #room = new RoomController(this, chatOf);
  readonly #observer = new IntersectionObserver(([entry]) => entry && this.#onSeen(entry));
  #knownRoom: Room | undefined;
  #draft = draftOf(undefined);

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('visibilitychange', this.#look);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('visibilitychange', this.#look);
    this.#observer.disconnect();
    if (this.#draft.shownBy === this) this.#draft.shownBy = undefined;
  }

  /** Goes to the field, or to the messages where nothing can be written. */
  override focus(options?: FocusOptions): void {
    (this.field.disabled ? this.log : this.field).focus(options);
  }

  override render(): TemplateResult {
    const { unreadCount } = this.#room.selected;
    return html`<div class="messages">
        <div
          part="log"
          role="log"
          aria-label=${this.#localize.term('messages')}
          aria-live=${this.isLive ? 'polite' : 'off'}
          tabindex="0"
        >
          <div>
            ${this.#renderMessages()}
            <div class="end"></div>
          </div>
        </div>
        ${
          unreadCount > 0 && !this.isAtEnd
            ? html`<button part="button newest" class="accent" type="button" @click=${this.#onNewestClick}>
                ${this.#localize.term('newMessages')}
              </button>`
            : nothing
        }
      </div>
      ${this.#renderForm()}`;
  }

  protected override update(changed: PropertyValues<this>): void {
    const { room, selected } = this.#room;
    if (room !== this.#knownRoom) {
      this.#knownRoom = room;
      this.#draft = draftOf(room);
      this.isLive = false;
    }
    this.isLive &&= selected.hasChannel;
    this.#redirect();
    super.update(changed);
  }

  protected override updated(): void {
    if (!this.isConnected) return;
    this.#draft.shownBy = this;
    this.select.value = this.#draft.toKey;
    this.#look();
  }

  #renderMessages(): TemplateResult {
    const messages = this.#room.selected.messages.filter((message) => textOf(message) !== undefined);
    if (messages.length === 0) return html`<p>${this.#localize.term('noMessages')}</p>`;
    const language = [this.#localize.lang(), this.#localize.term('onlyToYou')];
    return html`<ul>
      ${repeat(
        messages,
        ({ id }) => id,
        (message, index) => {
          const isContinued = isSameGroup(messages[index - 1], message);
          // What came once is what it is: the others are left alone when there is another.
          return guard([...language, isContinued, message.fromName], () => this.#renderMessage(message, isContinued));
        },
      )}
    </ul>`;
  }

  #renderMessage(message: MessageState, isContinued: boolean): TemplateResult {
    const { isOwn, toId, sentAt } = message;
    const text = splitLinks(textOf(message) ?? '').map((part) => (typeof part === 'string' ? part : renderLink(part)));
    return html`<li part="message ${isOwn ? 'own' : ''} ${toId ? 'private' : ''}" class=${isOwn ? 'own' : ''}>
      <p part="sender" class=${isContinued ? 'hidden' : ''}>
        <bdi>${this.#senderOf(message)}</bdi>
        ${toId ? html`<bdi>${this.#privacyOf(message)}</bdi>` : nothing}
        <time datetime=${new Date(sentAt).toISOString()}>${this.#timeOf(sentAt)}</time>
      </p>
      <p part="text" class=${toId ? 'private' : ''} dir="auto">${text}</p>
    </li>`;
  }

  #renderForm(): TemplateResult {
    const { text, toKey, notice } = this.#draft;
    const { people } = this.#room.selected;
    const obstacle = this.#obstacle;
    const isDisabled = obstacle !== undefined;
    const left = charactersLeft(text);
    return html`<form @submit=${this.#onSubmit}>
      <p part="notice" id="notice" role="status">${obstacle ?? notice}</p>
      <label part="recipient">
        ${this.#localize.term('recipient')}
        <select ?disabled=${isDisabled} @change=${this.#onRecipientChange}>
          <option value="">${this.#localize.term('everybody')}</option>
          ${people.map(({ key, name }) => html`<option value=${key}>${name || this.#localize.term('guest')}</option>`)}
        </select>
      </label>
      <div class="field" data-text=${text}>
        <textarea
          part="input"
          class=${toKey ? 'private' : ''}
          rows="1"
          dir="auto"
          enterkeyhint="send"
          aria-label=${this.#localize.term('message')}
          aria-describedby="notice count"
          aria-invalid=${left < 0}
          placeholder=${this.#localize.term('message')}
          ?disabled=${isDisabled}
          .value=${text}
          @input=${this.#onInput}
          @keydown=${this.#onKeyDown}
        ></textarea>
      </div>
      <button part="button send" class="accent" type="submit" ?disabled=${isDisabled}>
        ${this.#localize.term('send')}
      </button>
      <p part="count" id="count">${left < FEW_LEFT ? this.#localize.term('charactersLeft', left) : nothing}</p>
    </form>`;
  }

  /** Why nothing can be written; undefined where something can. */
  get #obstacle(): string | undefined {
    const { isInMeeting, hasChannel, isAllowed, refusal } = this.#room.selected;
    if (!isInMeeting) return this.#localize.term('noRoom');
    if (!hasChannel) return this.#localize.term('messagesUnavailable');
    return refusal ?? (isAllowed ? undefined : this.#localize.term('messagesForbidden'));
  }

  #senderOf({ isOwn, fromId, fromName }: MessageState): string {
    if (isOwn) return this.#localize.term('you', '');
    return fromName || this.#localize.term(fromId ? 'guest' : 'site');
  }

  #privacyOf({ isOwn, toName }: MessageState): string {
    return isOwn
      ? this.#localize.term('onlyTo', toName || this.#localize.term('guest'))
      : this.#localize.term('onlyToYou');
  }

  #timeOf(time: number): string {
    const options = { timeStyle: 'short' } as const;
    try {
      return this.#localize.date(new Date(time), options);
    } catch {
      // A page may name a language that is none.
      return new Date(time).toLocaleTimeString(undefined, options);
    }
  }

  /** To be asked again whenever there may be something new to be seen: the observer's first answer always comes. */
  readonly #look = (): void => {
    this.#observer.disconnect();
    if (this.end) this.#observer.observe(this.end);
  };

  #onSeen({ isIntersecting, boundingClientRect }: IntersectionObserverEntry): void {
    const { room, selected } = this.#room;
    const isRendered = boundingClientRect.height > 0;
    if (isRendered) this.isAtEnd = isIntersecting;
    this.isLive = isRendered && selected.hasChannel;
    if (isIntersecting && !document.hidden && selected.unreadCount > 0) room?.markRead();
  }

  #onNewestClick(): void {
    this.#showNewest();
    // The button goes.
    this.log.focus({ preventScroll: true });
  }

  /** The list is laid out from its end, which is where it begins to be scrolled from. */
  #showNewest(): void {
    this.log.scrollTop = 0;
  }

  #onRecipientChange(): void {
    const { value } = this.select;
    const name = this.#room.selected.people.find(({ key }) => key === value)?.name;
    const toName = name || this.#localize.term('guest');
    Object.assign(this.#draft, { toKey: value, toName, isRedirected: false, notice: '' });
    this.requestUpdate();
  }

  #onInput(): void {
    this.#draft.text = this.field.value;
    this.requestUpdate();
  }

  #onKeyDown(event: KeyboardEvent): void {
    const { key, shiftKey, isComposing, repeat } = event;
    // Safari ends a composition before the key that ends it: only this number tells.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (key !== 'Enter' || shiftKey || isComposing || event.keyCode === 229) return;
    event.preventDefault();
    if (!repeat) void this.#send();
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    this.field.focus();
    void this.#send();
  }

  /** Nobody else takes the place of one who is gone before the person has agreed. */
  #redirect(): void {
    const draft = this.#draft;
    if (!draft.toKey || this.#recipientOf(draft)) return;
    draft.toKey = '';
    draft.isRedirected = true;
    draft.notice = this.#localize.term('recipientGone', draft.toName);
  }

  #recipientOf({ toKey }: Draft): { readonly id: string } | undefined {
    return this.#room.selected.people.find(({ key }) => key === toKey);
  }

  async #send(): Promise<void> {
    const { room } = this.#room;
    const draft = this.#draft;
    const { text } = draft;
    if (!room || this.#obstacle !== undefined || draft.isSending || !text.trim()) return;
    draft.notice = this.#objection(draft);
    this.requestUpdate();
    if (draft.notice) return;
    draft.isSending = true;
    const { error } = room.state;
    const isTaken = await room.send('chat', { text: text.trim() }, this.#recipientOf(draft)?.id);
    draft.isSending = false;
    if (isTaken) {
      // What was typed meanwhile stays.
      if (draft.text.startsWith(text)) draft.text = draft.text.slice(text.length);
      this.#showNewest();
    } else {
      const reason = room.state.error;
      const isNew = reason && reason !== error;
      draft.notice = isNew ? this.#localize.errorText(reason) : this.#localize.term('messageNotSent');
    }
    draft.shownBy?.requestUpdate();
  }

  /** Why this is not sent now; empty: it is. */
  #objection(draft: Draft): string {
    if (charactersLeft(draft.text) < 0) return this.#localize.term('messageTooLong', TEXT_LENGTH);
    if (!draft.isRedirected) return '';
    draft.isRedirected = false;
    return this.#localize.term('sendToEverybody', draft.toName);
  }
}

function chatOf(state: RoomState) {
  return {
    isInMeeting: isInMeeting(state),
    hasChannel: state.facts !== undefined,
    isAllowed: state.permissions.includes('room.message'),
    refusal: state.refusals['room.message'],
    messages: state.messages,
    unreadCount: state.unreadCount,
    people: othersOf(state)
      .filter(({ facts }) => !facts?.isPhone)
      .map((person) => ({ key: personKey(person), id: person.id, name: person.name })),
  };
}

function newDraft(): Draft {
  return {
    text: '',
    toKey: '',
    toName: '',
    isRedirected: false,
    isSending: false,
    notice: '',
    shownBy: undefined,
  };
}

function draftOf(room: Room | undefined): Draft {
  const draft = (room && drafts.get(room)) ?? newDraft();
  if (room) drafts.set(room, draft);
  return draft;
}

/** Undefined where there is none: anybody can send anything as `data`. */
function textOf({ data }: MessageState): string | undefined {
  const text = (data as { text?: unknown } | null | undefined)?.text;
  return typeof text === 'string' ? text : undefined;
}

function isSameGroup(previous: MessageState | undefined, next: MessageState): boolean {
  return (
    previous?.fromId === next.fromId &&
    previous.toId === next.toId &&
    Math.floor(previous.sentAt / MINUTE) === Math.floor(next.sentAt / MINUTE)
  );
}

function charactersLeft(text: string): number {
  return TEXT_LENGTH - Array.from(text.trim()).length;
}

function renderLink({ text, href, host }: SafeLink): TemplateResult {
  return html`<bdi
    ><a part="link" href=${href} target="_blank" rel="noopener noreferrer nofollow ugc">${text}</a>${
      host ? ` (${host})` : nothing
    }</bdi
  >`;
}

declare global {
  interface HTMLElementTagNameMap {
    'chat-panel': ChatPanel;
  }
}
