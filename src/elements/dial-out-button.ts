import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { repeat } from '../internal/repeat.js';
import { DialOutRequestEvent } from '../events.js';
import { renderControlButton } from '../internal/control-button.js';
import { fieldStyles } from '../internal/field-styles.js';
import { renderIcon } from '../internal/icon.js';
import { Phone, PhoneOff } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { asE164, loadPhoneNumbers, type PhoneNumbers } from '../internal/phone-numbers.js';
import { NAME_LENGTH } from '../internal/name-length.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import type { PhoneTranslation } from '../internal/translations/phone-en.js';
import '../internal/translations/phone-en.js';
import type { Room } from '../room/room.js';
import { isInMeeting, type CallState } from '../room/state.js';
import { dialOutButtonStyles } from './dial-out-button.styles.js';

/**
 * Calls a phone into the meeting, says how the call goes, and hangs up. Without a number it asks for one.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><dial-out-button number="+12025550100" name="Bob"></dial-out-button></video-room>
 * ```
 *
 * @slot on - What the button shows during its call. Default: an icon.
 * @slot off - What the button shows else. Default: an icon.
 * @fires {DialOutRequestEvent} dial-out-request - Somebody wants to call a phone. Cancel it and no call is made.
 * @csspart button - Each native button; also `on` or `off`, `call` or `hang-up`.
 * @csspart icon - Each default icon.
 * @csspart text - What is said of the call, where the element has a number.
 * @csspart dialog - What asks for a number.
 * @csspart field - Each label with its field.
 * @csspart input - Each native input.
 * @csspart error - What is wrong with the number.
 * @csspart calls - The list of calls.
 * @csspart keypad - The keypad of a call, and what unfolds it.
 * @cssproperty [--video-room-danger=#b3261e] - Background of the button that hangs up.
 * @cssproperty [--video-room-accent=#2f6feb] - Background of the button that calls the number that was typed.
 * @cssproperty [--video-room-panel=Canvas] - Background of what asks for a number.
 * @cssproperty [--video-room-panel-text=CanvasText] - Colour of text in there.
 */
export class DialOutButton extends LitElement {
  static override shadowRootOptions: ShadowRootInit = { ...LitElement.shadowRootOptions, delegatesFocus: true };
  static override styles = [baseStyles, buttonStyles, fieldStyles, dialOutButtonStyles];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  /** The number to call, with + and its country code. Without one the element asks for it. */
  @property() number = '';

  /** Who is called, as the others will see it. */
  @property() name = '';

  /** Where to ask for the call instead of the room's own endpoint: a URL that behaves as the vendor's sample. */
  @property() endpoint = '';

  /** The country of numbers typed without +, as in ISO 3166-1: `GB`. Default: that of the language, or else `US`. */
  @property() country = '';

  /** Whether what was typed is no number. */
  @state() private isWrong = false;

  @query('button') private readonly button!: HTMLButtonElement;

  @query('[popover]') private readonly dialog!: HTMLElement | null;

  @query('input[name=number]') private readonly numberInput!: HTMLInputElement;

  @query('input[name=name]') private readonly nameInput!: HTMLInputElement;

  readonly #localize = new Localize<PhoneTranslation>(this);
  readonly #room = new RoomController(this, (state) => ({
    isInMeeting: isInMeeting(state),
    dialing: state.dialing,
    calls: state.calls,
  }));
  #numbers: PhoneNumbers | undefined;
  #knownRoom: Room | undefined;
  #known: readonly CallState[] = [];
  /** Numbers that were dialed here, whose calls the room does not show yet. */
  readonly #dialed = new Set<string>();
  /** The ids of the calls that were started here. */
  #started: readonly string[] = [];
  /** The ids of those of which there is news. */
  #news: readonly string[] = [];
  #hadFocus = false;

  override render(): TemplateResult {
    const call = this.#ownCall;
    const obstacle = this.#obstacle;
    return html`${renderControlButton({
        localize: this.#localize,
        label: call ? this.#localize.term('hangUp', this.#callee(call)) : this.#label,
        icon: call ? PhoneOff : Phone,
        obstacle: call || obstacle === undefined ? undefined : { text: obstacle },
        shortcut: '',
        on: call !== undefined,
        tone: call ? 'danger' : '',
        onPress: () => this.#onPress(call),
      })}
      <p part="text" class=${this.number ? 'text' : 'hidden'} role="status">${this.#newsText()}</p>
      ${this.number ? nothing : this.#renderDialog()}`;
  }

  protected override update(changed: PropertyValues<this>): void {
    const { room, selected } = this.#room;
    if (room && room !== this.#knownRoom) {
      this.#knownRoom = room;
      this.#known = [];
      this.#started = [];
      this.#news = [];
      this.#dialed.clear();
    }
    if (changed.has('number')) this.#forgetOver();
    this.#compare(this.#known, selected.calls);
    this.#known = selected.calls;
    this.#hadFocus = this.shadowRoot?.activeElement != null;
    super.update(changed);
  }

  protected override updated(changed: PropertyValues<this>): void {
    super.updated(changed);
    const { button, dialog } = this;
    button.popoverTargetElement = dialog;
    if (button.disabled) dialog?.hidePopover();
    // The control that had the focus went with its call.
    else if (this.#hadFocus && !this.shadowRoot?.activeElement) (dialog ? this.numberInput : button).focus();
  }

  #renderDialog(): TemplateResult {
    // The newest first: a keypad below it may be long.
    const calls = this.#room.selected.calls
      .filter((call) => isUnderWay(call) || this.#started.includes(call.id))
      .reverse();
    const error = this.isWrong ? this.#localize.term('numberInvalid') : nothing;
    return html`<div
      part="dialog"
      popover
      tabindex="-1"
      role="dialog"
      aria-label=${this.#localize.term('callPhone')}
      @toggle=${this.#onToggle}
    >
      <form novalidate @submit=${(event: SubmitEvent) => void this.#onSubmit(event)}>
        <label part="field">
          ${this.#localize.term('phoneNumber')}
          <input
            part="input"
            name="number"
            type="tel"
            dir="ltr"
            autocomplete="tel"
            maxlength=${NAME_LENGTH}
            aria-invalid=${this.isWrong}
            aria-describedby="error"
            @input=${this.#onInput}
          />
        </label>
        <p part="error" id="error" class="error" role="alert">${error}</p>
        <label part="field">
          ${this.#localize.term('calleeName')}
          <input part="input" name="name" autocomplete="off" maxlength=${NAME_LENGTH} />
        </label>
        <button part="button call" class="accent" type="submit" @click=${this.#onCallClick}>
          ${this.#localize.term('call')}
        </button>
      </form>
      <ul part="calls">
        ${repeat(
          calls,
          ({ id }) => id,
          (call) => this.#renderCall(call),
        )}
      </ul>
    </div>`;
  }

  #renderCall(call: CallState): TemplateResult {
    const label = this.#localize.term('hangUp', this.#callee(call));
    return html`<li>
      <p>${this.#sentence(call)}</p>
      ${
        isUnderWay(call)
          ? html`<button
              part="button hang-up"
              class="danger"
              type="button"
              aria-label=${label}
              title=${label}
              @click=${() => void this.#room.room?.hangUp(call.id)}
            >
              ${renderIcon(PhoneOff)}
            </button>`
          : nothing
      }
      ${
        call.status === 'answered'
          ? html`<details part="keypad">
              <summary>${this.#localize.term('keypad')}</summary>
              <dial-pad for=${this.for} call=${call.id} exportparts="output, keys, button, letters"></dial-pad>
            </details>`
          : nothing
      }
    </li>`;
  }

  get #label(): string {
    if (!this.number) return this.#localize.term('callPhone');
    return this.#localize.term('callTo', this.name || this.#asRead(this.number));
  }

  /** Why nobody can be called; undefined where somebody can. */
  get #obstacle(): string | undefined {
    const { isInMeeting, dialing } = this.#room.selected;
    if (!isInMeeting) return this.#localize.term('noRoom');
    if (!this.endpoint && dialing === 'unavailable') return this.#localize.term('dialingUnavailable');
    if (!this.endpoint && dialing === 'forbidden') return this.#localize.term('dialingForbidden');
    return this.number && !asE164(this.number) ? this.#localize.term('numberInvalid') : undefined;
  }

  /** The call that the button hangs up. */
  get #ownCall(): CallState | undefined {
    if (!this.number) return undefined;
    return this.#room.selected.calls.find((call) => this.#started.includes(call.id) && isUnderWay(call));
  }

  /** Where numbers without + are from, the best guess first. */
  get #countries(): readonly string[] {
    const regions = [this.#localize.lang(), ...navigator.languages].map((lang) => /-([a-z]{2})\b/i.exec(lang)?.[1]);
    return [this.country, ...regions].map((country = '') => country.toUpperCase());
  }

  #callee({ name, number }: CallState): string {
    if (name || !number) return name || this.#localize.term('guest');
    return this.#asRead(asE164(this.number) === number ? this.number : (this.#numbers?.format(number) ?? number));
  }

  /** A number runs from left to right, also in the middle of what does not. */
  #asRead(number: string): string {
    return this.matches(':dir(rtl)') ? `\u200e${number}` : number;
  }

  #sentence(call: CallState): string {
    const { status, error } = call;
    return `${this.#localize.term('callStatus', this.#callee(call), status)} ${error ? this.#localize.errorText(error) : ''}`;
  }

  #newsText(): string {
    return this.#room.selected.calls
      .filter(({ id }) => this.#news.includes(id))
      .map((call) => this.#sentence(call))
      .join(' ');
  }

  #compare(previous: readonly CallState[], next: readonly CallState[]): void {
    const isNew = ({ id }: CallState): boolean => !previous.some((call) => call.id === id);
    const begun = next.filter((call) => call.isOwn && isNew(call) && this.#dialed.delete(call.number));
    this.#started = [...this.#started, ...begun.map(({ id }) => id)];
    const changed = next.filter(
      ({ id, status }) => this.#started.includes(id) && previous.find((call) => call.id === id)?.status !== status,
    );
    if (changed.length > 0) this.#news = changed.map(({ id }) => id);
  }

  /** Calls that are over are shown until there is something newer. */
  #forgetOver(): void {
    this.#started = this.#room.selected.calls
      .filter((call) => isUnderWay(call) && this.#started.includes(call.id))
      .map(({ id }) => id);
    this.#news = this.#news.filter((id) => this.#started.includes(id));
  }

  #onPress(call: CallState | undefined): void {
    // Not every browser does so by itself: the focus comes back here.
    this.button.focus();
    if (!this.number) return;
    const number = asE164(this.number);
    if (call) void this.#room.room?.hangUp(call.id);
    else if (number && !this.#dialed.has(number)) this.#request(number, this.name);
  }

  #onToggle({ newState }: ToggleEvent): void {
    const { activeElement = null } = this.shadowRoot ?? {};
    if (newState === 'open') {
      this.numberInput.focus();
      void this.#loadNumbers();
    } else if (activeElement ? this.dialog?.contains(activeElement) : document.activeElement === document.body) {
      // Not every browser gives the focus back by itself.
      this.button.focus();
    }
  }

  async #loadNumbers(): Promise<void> {
    try {
      this.#numbers ??= await loadPhoneNumbers();
      this.requestUpdate();
    } catch {
      // Numbers with their country code can be called all the same.
    }
  }

  /** What the browser fills in by itself comes with an event that tells nothing. */
  #onInput({ inputType = '', isComposing }: Partial<InputEvent>): void {
    const { numberInput } = this;
    const { value, selectionEnd } = numberInput;
    this.isWrong = false;
    // Who deletes, or changes something in the middle, knows what it is to look like.
    if (isComposing || inputType.startsWith('delete') || selectionEnd !== value.length) return;
    numberInput.value = this.#numbers?.formatTyped(value, this.#countries) ?? value;
  }

  /** The second click of two has nothing to call any more. */
  #onCallClick(event: MouseEvent): void {
    if (event.detail > 1) event.preventDefault();
  }

  async #onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const { value } = this.numberInput;
    // Only the rules can tell whether it is no number at all.
    if (!this.#numbers && !asE164(value)) await this.#loadNumbers();
    const number = this.#numbers ? this.#numbers.parse(value, this.#countries) : asE164(value);
    this.isWrong = !number;
    if (!number) this.numberInput.focus();
    else if (this.#request(number, this.nameInput.value.trim())) (event.target as HTMLFormElement).reset();
  }

  /** @returns whether the page lets it happen */
  #request(number: string, name: string): boolean {
    const { room } = this.#room;
    if (!room || !this.dispatchEvent(new DialOutRequestEvent(number, name))) return false;
    void this.#dial(room, number, name);
    return true;
  }

  async #dial(room: Room, number: string, name: string): Promise<void> {
    this.#forgetOver();
    this.#dialed.add(number);
    await room.dial(number, { name, endpoint: this.endpoint });
    // Where no call came of it.
    await this.updateComplete;
    this.#dialed.delete(number);
  }
}

function isUnderWay({ status }: CallState): boolean {
  return status === 'dialing' || status === 'ringing' || status === 'answered';
}

declare global {
  interface HTMLElementTagNameMap {
    'dial-out-button': DialOutButton;
  }
}
