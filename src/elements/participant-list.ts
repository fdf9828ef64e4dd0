import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, query, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from '../internal/repeat.js';
import { RemoveRequestEvent } from '../events.js';
import { fieldStyles } from '../internal/field-styles.js';
import { renderIcon, type Icon } from '../internal/icon.js';
import { Mic, MicOff, Phone, ScreenShare, Video, VideoOff } from '../internal/icons.js';
import { Localize } from '../internal/localize.js';
import { Hand } from '../internal/people-icons.js';
import { RoomController } from '../internal/room-controller.js';
import { baseStyles, buttonStyles } from '../internal/styles.js';
import type { PeopleTranslation } from '../internal/translations/people-en.js';
import '../internal/translations/people-en.js';
import type { MemberChange, RoomChange } from '../room/conference.js';
import type { Room } from '../room/room.js';
import {
  INITIAL_STATE,
  isInMeeting,
  personKey,
  type DeviceCondition,
  type DeviceState,
  type ParticipantFacts,
  type ParticipantState,
  type RoomFacts,
  type RoomState,
} from '../room/state.js';
import { SCREEN_SHARE_ALIAS } from '../room/tiles.js';
import { participantListStyles } from './participant-list.styles.js';

type ListState = ReturnType<typeof select>;

/** What is asked of the room; by a form, with what was filled in. */
type Request = (room: Room, answers: readonly string[]) => Promise<unknown>;

/** What the popover shows: what can be done to somebody or for everybody, or a question about one of these. */
type View = 'person' | 'remove' | 'everybody' | 'mute' | 'end';

/** The texts that are the same whatever they are about. */
type Label = {
  [Key in keyof PeopleTranslation]: PeopleTranslation[Key] extends string ? Key : never;
}[keyof PeopleTranslation];

type Action = readonly [
  label: Label,
  /** What it needs. */
  permission: string,
  /** What a press asks of the room, or what it leads to in the popover. */
  request: Request | View,
  /** Left out: it is no switch. */
  isOn?: boolean,
];

/** What the list shows of somebody, as far as it is known. */
interface Person extends Partial<Omit<ParticipantFacts, 'role'>> {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly isLocal: boolean;
  readonly isSpeaking: boolean;
  readonly isSharing: boolean;
  readonly isPhone: boolean;
  readonly role?: string | undefined;
}

/** How long news is collected before it is read out, in milliseconds: of a crowd that comes at once, only its size. */
const NEWS_PAUSE = 1000;

/** The longest reason for removing somebody. */
const REASON_LENGTH = 200;

/**
 * Shows who is here, people and phones: the person in front of the page, then raised hands, then the others by name. Who
 * may moderate mutes, asks to unmute, lowers hands and removes from here, and lets people in; what may not be done is not
 * offered. Without a room channel it lists whom the media shows.
 *
 * ```html
 * <video-room endpoint="/rooms/join" room="standup"><participant-list></participant-list></video-room>
 * ```
 *
 * @fires {RemoveRequestEvent} remove-request - A moderator wants to take somebody out. Cancel it and they stay.
 * @csspart heading - How many people are here.
 * @csspart waiting - Those who wait to be let in.
 * @csspart people - The list of those who are here.
 * @csspart person - Each of them, in either list.
 * @csspart name - Each name.
 * @csspart notes - What is said below a name, such as the role.
 * @csspart mark - Each mark beside a name.
 * @csspart icon - Each icon.
 * @csspart button - Each native button; also `opener` where it opens what can be done.
 * @csspart dialog - What can be done to somebody, or for everybody.
 * @csspart field - Each label with its field.
 * @csspart input - Each native input.
 * @cssproperty [--video-room-speaking] - Ring around the microphone of who is speaking.
 * @cssproperty [--video-room-danger=#b3261e] - Background of the buttons that remove, and that end the meeting.
 * @cssproperty [--video-room-accent=#2f6feb] - Background of what is switched on.
 * @cssproperty [--video-room-panel=Canvas] - Background of what can be done.
 * @cssproperty [--video-room-panel-text=CanvasText] - Colour of text in there.
 */
export class ParticipantList extends LitElement {
  static override styles = [baseStyles, buttonStyles, fieldStyles, participantListStyles];

  /** The id of the room, where the element is not inside one. */
  @property() for = '';

  /** What the popover shows; undefined while it is closed. */
  @state() private view: View | undefined;

  /** The key of the person whom that is about; empty: everybody. */
  @state() private subject = '';

  @query('[popover]') private readonly dialog!: HTMLElement | null;

  @query('h2') private readonly heading!: HTMLElement | null;

  readonly #localize = new Localize<PeopleTranslation>(this);
  readonly #room = new RoomController(this, select);
  #knownRoom: Room | undefined;
  #known = select(INITIAL_STATE);
  /** What the room was asked for and has not answered yet. */
  readonly #underWay = new Set<string>();
  /** Of whom there is something to be read out, by key or by the id of who waits, and what was read out last. */
  #news: readonly string[] = [];
  #toldText = '';
  #newsTimer: ReturnType<typeof setTimeout> | undefined;
  /** What has opened the popover. */
  #opener: HTMLElement | undefined;
  /** The title of the popover and what is in it; undefined while it is closed. */
  #shown: readonly [title: string, content: TemplateResult] | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#newsTimer);
    this.#newsTimer = undefined;
    // A popover that is taken out of the page is closed without an event.
    this.view = undefined;
  }

  override render(): TemplateResult {
    return html`${this.#room.selected.isInMeeting ? this.#renderMeeting() : nothing}
      <p class="hidden" role="status">${this.#toldText}</p>`;
  }

  protected override update(changed: PropertyValues<this>): void {
    const { room, selected } = this.#room;
    if (room !== this.#knownRoom || !selected.isInMeeting) {
      this.#knownRoom = room;
      this.#known = select(INITIAL_STATE);
      this.#news = [];
      this.#toldText = '';
    }
    this.#compare(this.#known, selected);
    this.#known = selected;
    const [title = '', content] = this.#renderView() ?? [];
    this.#shown = content && [title, content];
    if (!content) {
      this.view = undefined;
      // Before what has the focus in there is gone.
      this.dialog?.hidePopover();
    }
    const focused = (this.shadowRoot?.activeElement ?? null) as HTMLElement | null;
    const row = this.#rows.findIndex((each) => each.matches(':focus-within, :has([aria-expanded=true])'));
    super.update(changed);
    if (focused) this.#keepFocus(focused, row);
  }

  get #rows(): HTMLElement[] {
    return [...(this.shadowRoot?.querySelectorAll('li') ?? [])];
  }

  /** What had the focus may have been moved, or be gone. */
  #keepFocus(focused: HTMLElement, row: number): void {
    const next = this.#rows[row]?.querySelector('button');
    // What is not to be seen does not take it.
    for (const element of [focused, this.dialog, next, this.heading]) {
      if (!this.shadowRoot?.activeElement) element?.focus();
    }
  }

  #renderMeeting(): TemplateResult {
    const { people } = this.#room.selected;
    const [title, content] = this.#shown ?? [];
    return html`<header>
        <h2 part="heading" id="heading" tabindex="-1">
          ${this.#localize.term('peopleCount', Object.keys(people).length)}
        </h2>
        ${
          this.#actionsForEverybody().length > 0
            ? this.#renderOpener('everybody', '', this.#localize.term('forEverybody'))
            : nothing
        }
      </header>
      ${this.#renderWaiting()} ${this.#renderPeople()}
      <div
        id="dialog"
        part="dialog"
        popover
        tabindex="-1"
        role="dialog"
        aria-labelledby="title"
        @beforetoggle=${this.#onBeforeToggle}
        @toggle=${this.#onToggle}
      >
        <p class="title" id="title">${title}</p>
        ${content}
      </div>`;
  }

  #renderWaiting(): TemplateResult | typeof nothing {
    const { waiting } = this.#room.selected;
    const permission = 'room.member.admit';
    if (waiting.length === 0 || !this.#isOffered(permission)) return nothing;
    return html`<section part="waiting">
      <h3 id="waiting">${this.#localize.term('waitingCount', waiting.length)}</h3>
      <ul aria-labelledby="waiting">
        ${repeat(
          waiting,
          ({ id }) => id,
          ({ id, name }) => {
            const who = name || this.#localize.term('guest');
            return html`<li part="person">
              <div class="who name"><bdi part="name">${who}</bdi></div>
              ${this.#renderButton(['admit', permission, (room) => room.admit(id, true)], {
                id,
                name: this.#localize.term('admitPerson', who),
              })}
              ${this.#renderButton(['deny', permission, (room) => room.admit(id, false)], {
                id,
                name: this.#localize.term('denyPerson', who),
              })}
            </li>`;
          },
        )}
      </ul>
      ${
        waiting.length > 1
          ? this.#renderButton([
              'admitAll',
              permission,
              (room) => Promise.all(waiting.map(({ id }) => room.admit(id, true))),
            ])
          : nothing
      }
    </section>`;
  }

  #renderPeople(): TemplateResult {
    const { people, facts, permissions, refusals } = this.#room.selected;
    const lang = this.#localize.lang();
    // Tells whether the texts have become others, as where a language comes late.
    const text = this.#localize.term('moderator');
    return html`<ul part="people" aria-labelledby="heading">
      ${repeat(
        inOrder(Object.values(people), lang, this.#localize.term('guest')),
        ({ key }) => key,
        (person) =>
          guard([person, this.#isOpenFor(person.key), facts, permissions, refusals, lang, text], () =>
            this.#renderPerson(person),
          ),
      )}
    </ul>`;
  }

  #renderPerson(person: Person): TemplateResult {
    const name = this.#nameOf(person);
    const notes = notesOf(person).map(([label]) => this.#localize.term(label));
    const marks = marksOf(person).map(([icon, label, look]) => ({ icon, look, text: this.#localize.term(label) }));
    const speaking = person.isSpeaking ? [this.#localize.term('speaking')] : [];
    const facts = [...notes, ...marks.map(({ text }) => text), ...speaking];
    return html`<li part="person">
      <div class="who">
        <div class="name">
          <bdi part="name">${name}</bdi><span class="hidden">${facts.map((text) => `, ${text}`)}</span>
        </div>
        ${notes.length > 0 ? html`<small part="notes" aria-hidden="true">${notes.join(' · ')}</small>` : nothing}
      </div>
      ${marks.map(
        ({ icon, look, text }) =>
          html`<span part="mark" class="mark ${look}" title=${text} aria-hidden="true">${renderIcon(icon)}</span>`,
      )}
      ${
        this.#actionsFor(person).length > 0
          ? this.#renderOpener('person', person.key, this.#localize.term('actionsFor', name))
          : nothing
      }
    </li>`;
  }

  #renderOpener(view: View, key: string, label: string): TemplateResult {
    return html`<button
      part="button opener"
      class="opener"
      type="button"
      popovertarget="dialog"
      aria-label=${label}
      aria-expanded=${this.#isOpenFor(key)}
      title=${label}
      @click=${({ currentTarget }: Event) => this.#open(view, key, currentTarget as HTMLElement)}
    >
      ${key ? '⋯' : label}
    </button>`;
  }

  /** What the popover is about, and what is in it; undefined where there is nothing to be done any more. */
  #renderView(): [title: string, content: TemplateResult | undefined] | undefined {
    const { people, facts } = this.#room.selected;
    const person = people[this.subject];
    const name = person ? this.#nameOf(person) : '';
    if (!facts) return undefined;
    switch (this.view) {
      case 'person':
        return person && [this.#localize.term('actionsFor', name), this.#renderActions(this.#actionsFor(person))];
      case 'remove':
        return person && [this.#localize.term('removePerson', name), this.#renderRemoving(person)];
      case 'everybody':
        return [this.#localize.term('forEverybody'), this.#renderActions(this.#actionsForEverybody())];
      case 'mute':
        return [this.#localize.term('muteAll'), facts.isMuted ? undefined : this.#renderMuting()];
      case 'end':
        return [
          this.#localize.term('endQuestion'),
          this.#renderQuestion(['endForAll', 'room.end', (room) => room.endForAll()]),
        ];
      default:
        return undefined;
    }
  }

  #renderActions(actions: readonly Action[]): TemplateResult | undefined {
    if (actions.length === 0) return undefined;
    return html`<div class="actions">
      ${repeat(
        actions,
        ([label, permission]) => label + permission,
        (action) => this.#renderButton(action, { id: this.subject }),
      )}
    </div>`;
  }

  #renderRemoving({ id }: Person): TemplateResult | undefined {
    return this.#renderQuestion(
      [
        'remove',
        'room.member.remove',
        async (room, [reason = '']) => {
          if (this.dispatchEvent(new RemoveRequestEvent(id))) await room.remove(id, reason.trim() || undefined);
        },
      ],
      html`<label part="field">
        ${this.#localize.term('reason')}
        <input part="input" name="reason" autocomplete="off" maxlength=${REASON_LENGTH} />
      </label>`,
    );
  }

  #renderMuting(): TemplateResult | undefined {
    const { people } = this.#room.selected;
    // Moderators always speak, and viewers never.
    const others = Object.values(people).filter(({ role }) => role !== 'moderator' && role !== 'viewer');
    return this.#renderQuestion(
      ['muteAll', 'room.member.audio_mute', (room, except) => room.changeRoom({ muted: { except } })],
      html`<p>${this.#localize.term('muteNote')}</p>
        <fieldset>
          <legend>${this.#localize.term('exceptions')}</legend>
          ${repeat(
            inOrder(others, this.#localize.lang(), this.#localize.term('guest')),
            ({ key }) => key,
            (person) =>
              html`<label part="field">
                <input part="input" type="checkbox" name="except" value=${person.id} />
                <bdi>${this.#nameOf(person)}</bdi>
              </label>`,
          )}
        </fieldset>`,
    );
  }

  #renderQuestion(action: Action, content: unknown = nothing): TemplateResult | undefined {
    if (!this.#isOffered(action[1])) return undefined;
    return html`<form @submit=${(event: SubmitEvent) => this.#onSubmit(event, action)}>
      ${content}
      <div class="answers">
        <button part="button" type="button" @click=${() => (this.view = undefined)}>
          ${this.#localize.term('cancel')}
        </button>
        ${this.#renderButton(action, { id: this.subject, type: 'submit' })}
      </div>
    </form>`;
  }

  /**
   * @param options `id`: whom it is about. `name`: what is read out where that is not what is seen. `type`: `submit`,
   *   where the form does what is asked.
   */
  #renderButton(action: Action, { id = '', name = '', type = 'button' } = {}): TemplateResult {
    const [label, permission, , isOn] = action;
    const reason = this.#room.selected.refusals[permission];
    const isBusy = this.#underWay.has(label + id);
    // It keeps the focus, and says why it does nothing.
    return html`<button
      part="button"
      class=${isOn ? 'accent' : type === 'submit' ? 'danger' : ''}
      type=${type}
      aria-label=${name || nothing}
      aria-pressed=${isOn ?? nothing}
      aria-disabled=${isBusy || reason !== undefined}
      aria-busy=${isBusy}
      title=${reason ?? nothing}
      @click=${() => type === 'button' && this.#press(action, id)}
    >
      ${this.#localize.term(label)}
    </button>`;
  }

  #isOpenFor(key: string): boolean {
    return this.view !== undefined && this.subject === key;
  }

  /** Also where it is refused: then it is shown with the reason. */
  #isOffered(permission: string): boolean {
    const { permissions, refusals } = this.#room.selected;
    return permissions.includes(permission) || Object.hasOwn(refusals, permission);
  }

  #actionsFor(person: Person): Action[] {
    const { facts } = this.#room.selected;
    return facts ? actionsFor(person, facts).filter(([, permission]) => this.#isOffered(permission)) : [];
  }

  #actionsForEverybody(): Action[] {
    const { facts, people } = this.#room.selected;
    if (!facts) return [];
    return actionsForEverybody(Object.values(people), facts).filter(([, permission]) => this.#isOffered(permission));
  }

  #nameOf({ name, isLocal }: Person): string {
    return isLocal ? this.#localize.term('you', name) : name || this.#localize.term('guest');
  }

  /** The browser shows the popover, or hides it again, once this is done. */
  #open(view: View, key: string, opener: HTMLElement): void {
    this.#opener = opener;
    if (this.#isOpenFor(key)) return;
    // It would hide what is there of somebody else.
    this.dialog?.hidePopover();
    this.view = view;
    this.subject = key;
  }

  /** Not every browser gives the focus back by itself. */
  #onBeforeToggle({ newState }: ToggleEvent): void {
    if (newState === 'closed' && this.dialog?.matches(':focus-within')) this.#opener?.focus();
  }

  #onToggle({ newState }: ToggleEvent): void {
    if (newState === 'open') this.dialog?.focus();
    else this.view = undefined;
  }

  #onSubmit(event: SubmitEvent, action: Action): void {
    event.preventDefault();
    const answers = new FormData(event.target as HTMLFormElement).values();
    this.#press(action, this.subject, [...answers].map(String));
  }

  #press([label, permission, request]: Action, id: string, answers: readonly string[] = []): void {
    if (this.#room.selected.refusals[permission] !== undefined) return;
    if (typeof request === 'string') this.view = request;
    else void this.#ask(label + id, permission, (room) => request(room, answers));
  }

  async #ask(key: string, permission: string, request: (room: Room) => Promise<unknown>): Promise<void> {
    const { room } = this.#room;
    if (!room || this.#underWay.has(key)) return;
    const { view, subject } = this;
    this.#underWay.add(key);
    this.requestUpdate();
    try {
      await request(room);
    } finally {
      this.#underWay.delete(key);
      this.requestUpdate();
    }
    // What was refused says why.
    const isRefused = room.state.refusals[permission] !== undefined;
    if (!isRefused && this.view === view && this.subject === subject) this.view = undefined;
  }

  #compare(previous: ListState, next: ListState): void {
    const raised = Object.values(next.people).filter(
      ({ key, isLocal, handRaisedAt }) =>
        // Who is new to the list has not raised it now.
        !isLocal && handRaisedAt !== undefined && previous.facts && isHandDown(previous.people[key]),
    );
    const came = next.waiting.filter(({ id }) => !previous.waiting.some((each) => each.id === id));
    if (raised.length + came.length === 0) return;
    // So that the same can be told again.
    this.#toldText = '';
    this.#news = [...this.#news, ...raised.map(({ key }) => key), ...came.map(({ id }) => id)];
    this.#newsTimer ??= setTimeout(() => this.#tell(), NEWS_PAUSE);
  }

  #tell(): void {
    const { people, waiting } = this.#room.selected;
    this.#newsTimer = undefined;
    const isNew = (id: string): boolean => this.#news.includes(id);
    const hands = Object.values(people).filter((person) => isNew(person.key) && !isHandDown(person));
    const sentences = (
      [
        ['handsRaised', hands],
        ['peopleWait', waiting.filter(({ id }) => isNew(id))],
      ] as const
    ).map(([text, [first, ...others]]) =>
      first ? this.#localize.term(text, others.length + 1, first.name || this.#localize.term('guest')) : '',
    );
    this.#news = [];
    this.#toldText = sentences.join(' ').trim();
    this.requestUpdate();
  }
}

function select(state: RoomState) {
  const { facts, permissions, refusals, waiting, participants } = state;
  return {
    isInMeeting: isInMeeting(state),
    facts,
    permissions,
    refusals,
    waiting,
    // By key: so nobody's facts are others because somebody else came or went.
    people: Object.fromEntries(
      participants.map((participant) => [personKey(participant), personOf(participant, state)]),
    ),
  };
}

function personOf(participant: ParticipantState, state: RoomState): Person {
  const { id, name, isLocal, isSpeaking, streams, facts } = participant;
  return {
    ...facts,
    ...(isLocal && {
      role: facts?.role ?? state.role,
      microphone: conditionOf(state.microphone),
      camera: conditionOf(state.camera),
    }),
    id,
    key: personKey(participant),
    name,
    isLocal,
    isSpeaking,
    isSharing: streams.some(({ alias }) => alias === SCREEN_SHARE_ALIAS),
    isPhone: facts?.isPhone ?? state.calls.some(({ participantId }) => participantId === id),
  };
}

function conditionOf({ used, on }: DeviceState): DeviceCondition {
  return used ? (on ? 'on' : 'off') : 'unavailable';
}

function isHandDown(person: Person | undefined): boolean {
  return person !== undefined && person.handRaisedAt === undefined;
}

/** The person in front of the page, then raised hands, the first one first, then by name. */
function inOrder(people: Person[], lang: string, guest: string): Person[] {
  const names = collatorOf(lang);
  return people.sort(
    (a, b) =>
      Number(b.isLocal) - Number(a.isLocal) ||
      // Infinity less Infinity is no number.
      (a.handRaisedAt ?? Infinity) - (b.handRaisedAt ?? Infinity) ||
      names.compare(a.name || guest, b.name || guest),
  );
}

/** A page may say that it is in a language that is none. */
function collatorOf(lang: string): Intl.Collator {
  try {
    return new Intl.Collator(lang);
  } catch {
    return new Intl.Collator();
  }
}

/** What is said of somebody in words. */
function notesOf(person: Person): (readonly [Label])[] {
  const { role } = person;
  return chosen<readonly [Label]>([
    [role === 'moderator', 'moderator'],
    [role === 'viewer', 'viewer'],
    [person.isConnected === false, 'connectionLost'],
    [person.network === 'poor', 'badConnection'],
    [person.isSpeakingAllowed === false, 'mayNotSpeak'],
    [person.isDeaf, 'hearsNobody'],
  ]);
}

/** What is shown of somebody by icons, with what they mean. */
function marksOf(person: Person): (readonly [icon: Icon, label: Label, look: string])[] {
  const { isSpeaking, isPhone } = person;
  const microphone = isSpeaking ? 'on' : person.microphone;
  const camera = isPhone ? undefined : person.camera;
  return chosen<readonly [Icon, Label, string]>([
    [isPhone, Phone, 'onPhone', ''],
    [person.handRaisedAt !== undefined, Hand, 'handRaised', ''],
    [person.isSharing, ScreenShare, 'sharesScreen', ''],
    [camera === 'on', Video, 'cameraOn', ''],
    [camera === 'off', VideoOff, 'cameraOff', ''],
    [camera === 'unavailable', VideoOff, 'noCamera', 'unavailable'],
    [microphone === 'on', Mic, 'microphoneOn', isSpeaking ? 'speaking' : ''],
    [microphone === 'off', MicOff, 'microphoneOff', ''],
    [microphone === 'unavailable', MicOff, 'noMicrophone', 'unavailable'],
  ]);
}

/** What can be done to somebody. */
function actionsFor(person: Person, facts: RoomFacts): Action[] {
  const { id, role, microphone, camera, isPhone, isLocal } = person;
  // Nobody moderates themselves, nor whom the room channel does not know yet.
  if (isLocal || role === undefined) return [];
  const isViewer = role === 'viewer';
  const canSpeak = !isViewer && microphone !== 'unavailable';
  const canBeSeen = !isViewer && !isPhone && !facts.isAudioOnly && camera !== 'unavailable';
  const hasSpotlight = facts.spotlightId === id;
  const change =
    (wanted: MemberChange): Request =>
    (room) =>
      room.moderate(id, wanted);
  return chosen<Action>([
    [canSpeak && microphone !== 'off', 'mute', 'room.member.audio_mute', change({ microphone: 'off' })],
    [
      canSpeak && (microphone !== 'on' || person.isSpeakingAllowed === false),
      isPhone ? 'unmute' : 'askToUnmute',
      'room.member.audio_unmute',
      change({ microphone: 'ask' }),
    ],
    [canBeSeen && camera !== 'off', 'turnCameraOff', 'room.member.video_mute', change({ camera: 'off' })],
    [canBeSeen && camera !== 'on', 'askForCamera', 'room.member.video_unmute', change({ camera: 'ask' })],
    [!isHandDown(person), 'lowerTheirHand', 'room.member.lowerhand', change({ hand: false })],
    [
      !isViewer || hasSpotlight,
      hasSpotlight ? 'takeOutOfSpotlight' : 'putInSpotlight',
      'room.set_spotlight',
      (room) => room.changeRoom({ spotlight: hasSpotlight ? null : id }),
    ],
    [!person.isDeaf, 'deafen', 'room.member.deaf', change({ deaf: true })],
    [person.isDeaf === true, 'undeafen', 'room.member.undeaf', change({ deaf: false })],
    [!isPhone && role !== 'moderator', 'makeModerator', 'room.member.promote', change({ role: 'moderator' })],
    [!isPhone && isViewer, 'makeGuest', 'room.member.promote', change({ role: 'guest' })],
    [!isPhone && role === 'moderator', 'makeGuest', 'room.member.demote', change({ role: 'guest' })],
    [!isPhone && !isViewer, 'makeViewer', 'room.member.demote', change({ role: 'viewer' })],
    [true, 'removeFromMeeting', 'room.member.remove', 'remove'],
  ]);
}

/** What can be done for everybody. */
function actionsForEverybody(people: readonly Person[], facts: RoomFacts): Action[] {
  const { isMuted, isLocked, hasWaitingRoom, hidesVideoMuted } = facts;
  const raised = people.filter((person) => !isHandDown(person));
  const change =
    (wanted: RoomChange): Request =>
    (room) =>
      room.changeRoom(wanted);
  return chosen<Action>([
    [!isMuted, 'muteEverybody', 'room.member.audio_mute', 'mute'],
    [isMuted, 'unmuteEverybody', 'room.member.audio_mute', change({ muted: false })],
    [
      raised.length > 0,
      'lowerAllHands',
      'room.member.lowerhand',
      (room) =>
        Promise.all(
          raised.map(({ id, isLocal }) => (isLocal ? room.raiseHand(false) : room.moderate(id, { hand: false }))),
        ),
    ],
    [true, 'lockMeeting', 'room.lock', change({ locked: !isLocked }), isLocked],
    [true, 'waitingRoom', 'room.lock', change({ waitingRoom: !hasWaitingRoom }), hasWaitingRoom],
    [
      !facts.isAudioOnly,
      'hidePeopleWithoutPicture',
      hidesVideoMuted ? 'room.show_video_muted' : 'room.hide_video_muted',
      change({ hideVideoMuted: !hidesVideoMuted }),
      hidesVideoMuted,
    ],
    [true, 'endMeeting', 'room.end', 'end'],
  ]);
}

/** What is behind the first of each row, where that is true. */
function chosen<Rest extends readonly unknown[]>(
  rows: readonly (readonly [is: boolean | undefined, ...Rest])[],
): Rest[] {
  return rows.filter(([is]) => is).map(([, ...rest]) => rest);
}

declare global {
  interface HTMLElementTagNameMap {
    'participant-list': ParticipantList;
  }
}
