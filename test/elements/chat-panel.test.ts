/** <chat-panel>: what is said is shown as it was typed, what is written goes to whom it is for, and nothing is lost. */
import { assert } from '@open-wc/testing';
import { registerTranslation } from '@shoelace-style/localize';
import { sendKeys } from '@web/test-runner-commands';
import { ChatPanel } from '../../src/index.js';
import { addRoomHost, removeRoomHost } from '../../src/internal/room-hosts.js';
import { RoomError } from '../../src/room/errors.js';
import type { MessageState, ParticipantFacts, ParticipantState, RoomFacts, RoomState } from '../../src/room/state.js';
import { GivenRoom, people } from './helpers/given-room.js';
import { allInside, Complaints, inside, mount, release, textInside, until } from './helpers/page.js';
import { assertAccessible, contractSuite, leakSuite } from './helpers/suites.js';

const FACTS: RoomFacts = {
  displayName: '',
  isAudioOnly: false,
  isLocked: false,
  hasWaitingRoom: false,
  isMuted: false,
  spotlightId: '',
  hidesVideoMuted: false,
};

/** In a minute of its own. */
const NOON = new Date(2026, 0, 15, 12, 0).getTime();

interface Sent {
  readonly type: string;
  readonly data: unknown;
  readonly toId: string | undefined;
}

/** A room in which people write to each other, without an endpoint. */
class GivenChat extends GivenRoom {
  readonly sent: Sent[] = [];
  /** What becomes of the next messages. */
  answer: () => boolean | Promise<boolean> = () => true;

  constructor(changes: Partial<RoomState> = {}, id = 'chat') {
    super(
      {
        connection: 'connected',
        facts: FACTS,
        permissions: ['room.message'],
        participants: people('Grace', 'Alan'),
        ...changes,
      },
      `${id}-itself`,
    );
    this.reactions['markRead'] = () => this.set({ unreadCount: 0 });
    const send = async (type: string, data: unknown, toId?: string): Promise<boolean> => {
      this.sent.push({ type, data, toId });
      return this.answer();
    };
    const room = new Proxy(this.room, {
      get: (target, name): unknown => (name === 'send' ? send : Reflect.get(target, name)),
    });
    const host = Object.assign(document.createElement('div'), { id, room });
    addRoomHost(host);
    release(() => removeRoomHost(host));
  }

  /** Messages come that nobody has seen. */
  receive(...messages: MessageState[]): void {
    const unreadCount = this.state.unreadCount + messages.filter(({ isOwn }) => !isOwn).length;
    this.set({ messages: [...this.state.messages, ...messages], unreadCount });
  }

  get markedRead(): number {
    return this.calls.filter((call) => call === 'markRead').length;
  }
}

let given: GivenChat;
let ids = 0;

function message(text: unknown, facts: Partial<MessageState> = {}): MessageState {
  const id = `m-${++ids}`;
  return {
    id,
    type: 'chat',
    data: { text },
    fromId: 'Grace',
    fromName: 'Grace',
    isOwn: false,
    sentAt: NOON,
    ...facts,
  };
}

const OWN: Partial<MessageState> = { fromId: 'me', fromName: 'Me', isOwn: true };

function messages(count: number, text = 'message'): MessageState[] {
  return Array.from({ length: count }, (_, index) => message(`${text} ${index}`, { sentAt: NOON + index * 10_000 }));
}

async function mountPanel(changes: Partial<RoomState> = {}, attributes = ''): Promise<ChatPanel> {
  given = new GivenChat(changes);
  const panel = mount('chat-panel', `for="chat" style="block-size: 400px; inline-size: 360px" ${attributes}`);
  await panel.updateComplete;
  return panel;
}

function field(panel: ChatPanel): HTMLTextAreaElement {
  return inside(panel, 'textarea', HTMLTextAreaElement);
}

function select(panel: ChatPanel): HTMLSelectElement {
  return inside(panel, 'select', HTMLSelectElement);
}

function log(panel: ChatPanel): HTMLElement {
  return inside(panel, '[role=log]', HTMLElement);
}

function sendButton(panel: ChatPanel): HTMLButtonElement {
  return inside(panel, '[type=submit]', HTMLButtonElement);
}

function newestButton(panel: ChatPanel): HTMLElement | undefined {
  return allInside(panel, '[part~=newest]')[0];
}

function notice(panel: ChatPanel): string | undefined {
  return textInside(panel, '[role=status]');
}

function texts(panel: ChatPanel): string[] {
  return allInside(panel, '[part=text]').map(({ textContent }) => textContent);
}

/** What is read above each message: of those that go on, too. */
function senders(panel: ChatPanel): string[] {
  return allInside(panel, '[part=sender]').map(({ textContent }) => textContent.trim().replace(/\s+/g, ' '));
}

function options(panel: ChatPanel): string[] {
  return [...select(panel).options].map(({ label }) => label);
}

async function type(panel: ChatPanel, text: string): Promise<void> {
  field(panel).value = text;
  field(panel).dispatchEvent(new InputEvent('input'));
  await panel.updateComplete;
}

async function press(panel: ChatPanel, facts: KeyboardEventInit = {}): Promise<KeyboardEvent> {
  const event = new KeyboardEvent('keydown', { key: 'Enter', cancelable: true, bubbles: true, ...facts });
  field(panel).dispatchEvent(event);
  await settled(panel);
  return event;
}

async function write(panel: ChatPanel, text: string): Promise<void> {
  await type(panel, text);
  await press(panel);
}

async function choose(panel: ChatPanel, value: string): Promise<void> {
  select(panel).value = value;
  select(panel).dispatchEvent(new Event('change'));
  await panel.updateComplete;
}

/** An answer has been taken up, and rendered. */
async function settled(panel: ChatPanel): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  await panel.updateComplete;
}

/** The browser has told what can be seen: two frames, as it answers between them. */
async function seen(panel: ChatPanel): Promise<void> {
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve))));
  await panel.updateComplete;
}

function withFacts(participant: ParticipantState, facts: Partial<ParticipantFacts>): ParticipantState {
  const all = { role: 'guest', isPhone: false, isConnected: true, isSpeakingAllowed: true, isDeaf: false };
  return { ...participant, facts: { ...all, ...facts } };
}

contractSuite('chat-panel', ChatPanel, [{ property: 'for', attribute: 'for', initial: '', value: 'standup' }]);

describe('<chat-panel>', () => {
  it('says that there is nothing yet', async () => {
    const panel = await mountPanel();
    assert.strictEqual(textInside(panel, '[role=log]'), 'No messages yet.');
  });

  it('has the messages oldest first, and who sent them when and for whom', async () => {
    const time = new Date(NOON).toLocaleTimeString('en', { timeStyle: 'short' });
    const later = new Date(NOON + 60_000).toLocaleTimeString('en', { timeStyle: 'short' });
    const panel = await mountPanel({
      messages: [
        message('one'),
        message('two', { sentAt: NOON + 59_999 }),
        message('three', { sentAt: NOON + 60_000 }),
        message('four', { fromId: 'Alan', fromName: 'Alan' }),
        message('five', OWN),
        message('six', { ...OWN, toId: 'Grace', toName: 'Grace' }),
        message('seven', { toId: 'me', toName: 'Me' }),
        message('eight', { fromId: 'nameless', fromName: '' }),
        message('nine', { fromId: '', fromName: '' }),
      ],
    });
    assert.deepEqual(texts(panel), ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine']);
    assert.deepEqual(senders(panel), [
      `Grace ${time}`,
      `Grace ${time}`,
      `Grace ${later}`,
      `Alan ${time}`,
      `You ${time}`,
      `You to Grace only ${time}`,
      `Grace only to you ${time}`,
      `Guest ${time}`,
      `This meeting ${time}`,
    ]);
    const heads = allInside(panel, '[part=sender]');
    assert.deepEqual(
      heads.map((head) => head.getBoundingClientRect().width > 1),
      [true, false, true, true, true, true, true, true, true],
      'what goes on within a minute is one group',
    );
    const parts = allInside(panel, 'li').map(({ part }) => [...part].join(' '));
    assert.deepEqual(parts.slice(3, 7), ['message', 'message own', 'message own private', 'message private']);
    assert.strictEqual(inside(panel, 'time', HTMLTimeElement).dateTime, new Date(NOON).toISOString());
  });

  it('leaves out what is no message that can be read', async () => {
    const WRONG = [null, undefined, 1, 'text', [], {}, { text: null }, { text: 7 }, { text: { text: 'x' } }];
    const panel = await mountPanel({
      messages: [...WRONG.map((data) => message('', { data })), message('fine'), message('', { data: null })],
    });
    assert.deepEqual(texts(panel), ['fine']);
  });

  it('makes links of addresses, which tell the other side nothing', async () => {
    const text = 'See https://a.example/b_(c), or (http://\u0430.example). javascript:alert(1)';
    const panel = await mountPanel({ messages: [message(text)] });
    assert.deepEqual(texts(panel), [
      'See https://a.example/b_(c), or (http://\u0430.example (xn--80a.example)). javascript:alert(1)',
    ]);
    const links = allInside(panel, 'bdi > a') as HTMLAnchorElement[];
    assert.deepEqual(
      links.map(({ href, textContent, target, rel }) => [href, textContent, target, rel]),
      [
        ['https://a.example/b_(c)', 'https://a.example/b_(c)', '_blank', 'noopener noreferrer nofollow ugc'],
        ['http://xn--80a.example/', 'http://\u0430.example', '_blank', 'noopener noreferrer nofollow ugc'],
      ],
    );
  });

  it('is in the language around it, also once that changes', async () => {
    registerTranslation({ $code: 'xx', $name: 'Test', $dir: 'ltr', ...{ onlyToYou: 'pour vous' } });
    const panel = await mountPanel({ messages: [message('one', { toId: 'me' })] });
    panel.lang = 'xx';
    panel.requestUpdate();
    await panel.updateComplete;
    assert.include(senders(panel)[0], 'pour vous');
  });

  const NOWHERE: { what: string; state: Partial<RoomState>; says: string }[] = [
    { what: 'outside a meeting', state: { connection: 'disconnected' }, says: 'Not connected to a meeting' },
    { what: 'where there is no channel', state: { facts: undefined }, says: 'Messages cannot be sent in this meeting' },
    { what: 'who may not', state: { permissions: ['room.signal'] }, says: 'You may not send messages in this meeting' },
    {
      what: 'who was refused',
      state: { refusals: { 'room.message': 'Only the host writes here.' } },
      says: 'Only the host writes here.',
    },
  ];

  for (const { what, state, says } of NOWHERE) {
    it(`lets nobody write ${what}, says so, and goes on showing`, async () => {
      const panel = await mountPanel({ ...state, messages: [message('one')] });
      const isDisabled = (): boolean[] => [field(panel), select(panel), sendButton(panel)].map((each) => each.disabled);
      assert.deepEqual(isDisabled(), [true, true, true]);
      assert.strictEqual(notice(panel), says);
      assert.include(field(panel).getAttribute('aria-describedby'), 'notice');
      given.receive(message('two'));
      await panel.updateComplete;
      assert.deepEqual(texts(panel), ['one', 'two']);
      panel.focus();
      assert.strictEqual(panel.shadowRoot?.activeElement, log(panel));
      given.set({ connection: 'connected', facts: FACTS, permissions: ['room.message'], refusals: {} });
      await panel.updateComplete;
      assert.deepEqual([isDisabled(), notice(panel)], [[false, false, false], '']);
      panel.focus();
      assert.strictEqual(panel.shadowRoot?.activeElement, field(panel));
    });
  }
});

describe('writing', () => {
  it('Enter sends to everybody, and Shift+Enter begins a line', async () => {
    const panel = await mountPanel();
    field(panel).focus();
    await sendKeys({ type: 'Hello' });
    await sendKeys({ press: 'Shift+Enter' });
    await sendKeys({ type: 'world ' });
    await sendKeys({ press: 'Enter' });
    await settled(panel);
    assert.deepEqual(given.sent, [{ type: 'chat', data: { text: 'Hello\nworld' }, toId: undefined }]);
    assert.strictEqual(field(panel).value, '');
    await sendKeys({ press: 'Enter' });
    await type(panel, ' \n ');
    await press(panel);
    assert.strictEqual(given.sent.length, 1, 'nothing is nothing to be sent');
  });

  it('the button sends, and the field has the focus again', async () => {
    const panel = await mountPanel();
    await type(panel, 'Hello');
    sendButton(panel).focus();
    sendButton(panel).click();
    await settled(panel);
    assert.deepEqual([given.sent.length, field(panel).value], [1, '']);
    assert.strictEqual(panel.shadowRoot?.activeElement, field(panel));
  });

  const OTHER_KEYS: { what: string; facts: KeyboardEventInit; isTaken?: true }[] = [
    { what: 'Shift+Enter', facts: { shiftKey: true } },
    { what: 'Enter of a composition', facts: { isComposing: true } },
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- Nothing else tells in Safari.
    { what: 'Enter that ends a composition in Safari', facts: { keyCode: 229 } },
    { what: 'Enter that is held', facts: { repeat: true }, isTaken: true },
    { what: 'another key', facts: { key: 'a' } },
  ];

  for (const { what, facts, isTaken = false } of OTHER_KEYS) {
    it(`${what} does not send`, async () => {
      const panel = await mountPanel();
      await type(panel, 'Hello');
      const event = await press(panel, facts);
      assert.deepEqual([given.sent.length, event.defaultPrevented], [0, isTaken]);
      assert.strictEqual(field(panel).value, 'Hello');
    });
  }

  it('to one person, by the list', async () => {
    const [me, ...others] = people('Grace', '', 'Alan');
    const phone = withFacts(
      { id: 'phone', name: '+1', isLocal: false, isSpeaking: false, streams: [] },
      { isPhone: true },
    );
    assert.ok(me);
    const panel = await mountPanel({ participants: [me, ...others.map((other) => withFacts(other, {})), phone] });
    assert.deepEqual(options(panel), ['Everybody', 'Grace', 'Guest', 'Alan']);
    await choose(panel, 'Alan');
    await write(panel, 'Psst');
    assert.deepEqual(given.sent, [{ type: 'chat', data: { text: 'Psst' }, toId: 'Alan' }]);
    given.set({ participants: people('Eve', 'Alan', 'Grace') });
    await panel.updateComplete;
    assert.strictEqual(select(panel).value, 'Alan', 'still to the same');
    await choose(panel, '');
    await write(panel, 'Hello');
    assert.strictEqual(given.sent[1]?.toId, undefined);
  });

  it('to one whose connection is rebuilt, which makes them another participant: still to them', async () => {
    const panel = await mountPanel();
    await choose(panel, 'Grace');
    await type(panel, 'Psst');
    const [me, , alan] = people('Grace', 'Alan');
    assert.ok(me && alan);
    given.set({ participants: [me, { ...alan, id: 'Grace-2', firstId: 'Grace', name: 'Grace' }, alan] });
    await panel.updateComplete;
    assert.deepEqual([select(panel).selectedOptions[0]?.label, notice(panel)], ['Grace', '']);
    await press(panel);
    assert.deepEqual(given.sent, [{ type: 'chat', data: { text: 'Psst' }, toId: 'Grace-2' }]);
  });

  for (const how of ['leaves', 'left with the meeting, which is joined again'] as const) {
    it(`to one who ${how}: to nobody else before the person agrees`, async () => {
      const panel = await mountPanel();
      await choose(panel, 'Grace');
      await type(panel, 'Psst');
      if (how === 'leaves') given.set({ participants: people('Alan') });
      else {
        given.set({ connection: 'disconnected' });
        await panel.updateComplete;
        given.set({ connection: 'connected', participants: people('Alan') });
      }
      await panel.updateComplete;
      assert.deepEqual([select(panel).value, field(panel).value], ['', 'Psst']);
      assert.strictEqual(notice(panel), 'Grace is not here any more. Messages go to everybody now.');
      await press(panel);
      assert.deepEqual([given.sent, field(panel).value], [[], 'Psst']);
      assert.strictEqual(notice(panel), 'Not sent: Grace is not here any more. Send again, and everybody can read it.');
      await press(panel);
      assert.deepEqual(given.sent, [{ type: 'chat', data: { text: 'Psst' }, toId: undefined }]);
      assert.strictEqual(notice(panel), '');
    });
  }

  it('to one who leaves, and then to another who is chosen: no question', async () => {
    const panel = await mountPanel();
    await choose(panel, 'Grace');
    given.set({ participants: people('Alan') });
    await panel.updateComplete;
    await choose(panel, 'Alan');
    assert.strictEqual(notice(panel), '');
    await write(panel, 'Psst');
    assert.strictEqual(given.sent[0]?.toId, 'Alan');
  });

  it('what is not taken stays, with the reason, and can be sent again', async () => {
    const panel = await mountPanel({ error: new RoomError('camera-denied') });
    given.answer = () => false;
    await write(panel, 'Hello');
    assert.deepEqual([field(panel).value, notice(panel)], ['Hello', 'The message was not sent. Try again.']);
    given.answer = () => {
      given.set({ error: new RoomError('rate-limited', { message: 'Not so fast.' }) });
      return false;
    };
    await press(panel);
    assert.deepEqual([field(panel).value, notice(panel)], ['Hello', 'Not so fast.']);
    assert.isFalse(field(panel).disabled);
    given.answer = () => true;
    await press(panel);
    assert.deepEqual([given.sent.length, field(panel).value, notice(panel)], [3, '', '']);
  });

  it('what is typed while a message is on its way stays, and none is sent twice', async () => {
    const panel = await mountPanel();
    let take: (isTaken: boolean) => void = () => undefined;
    given.answer = () => new Promise<boolean>((resolve) => (take = resolve));
    await write(panel, 'One');
    await press(panel);
    await type(panel, 'OneTwo');
    assert.strictEqual(given.sent.length, 1);
    take(true);
    await settled(panel);
    assert.strictEqual(field(panel).value, 'Two');
    await press(panel);
    await type(panel, 'Three');
    take(true);
    await settled(panel);
    assert.deepEqual([given.sent.length, field(panel).value], [2, 'Three']);
  });

  const LENGTHS: { text: string; count: string; isSent: boolean }[] = [
    { text: 'x'.repeat(1900), count: '', isSent: true },
    { text: 'x'.repeat(1901), count: 'Characters left: 99', isSent: true },
    { text: '😀'.repeat(2000), count: 'Characters left: 0', isSent: true },
    { text: ` ${'x'.repeat(2000)}\n`, count: 'Characters left: 0', isSent: true },
    { text: 'x'.repeat(2001), count: 'Characters too many: 1', isSent: false },
    { text: '😀'.repeat(2001), count: 'Characters too many: 1', isSent: false },
  ];

  for (const { text, count, isSent } of LENGTHS) {
    it(`${text.length} characters, as they are counted in the field: ${count || 'nothing is said'}`, async () => {
      const panel = await mountPanel();
      await type(panel, text);
      assert.deepEqual([textInside(panel, '#count'), field(panel).ariaInvalid], [count, String(!isSent)]);
      await press(panel);
      assert.strictEqual(given.sent.length, isSent ? 1 : 0);
      assert.strictEqual(field(panel).value, isSent ? '' : text);
      assert.strictEqual(notice(panel), isSent ? '' : 'Not sent: a message has 2000 characters at most.');
    });
  }

  it('the field grows with what is in it, up to a limit, and shrinks again', async () => {
    const panel = await mountPanel();
    const height = (): number => field(panel).getBoundingClientRect().height;
    const one = height();
    await type(panel, 'a\nb\nc');
    assert.isAbove(height(), one + 20);
    await type(panel, 'x'.repeat(200));
    assert.isAbove(height(), one + 20);
    await type(panel, 'x\n'.repeat(200));
    assert.isBelow(height(), 200);
    await type(panel, '');
    assert.strictEqual(height(), one);
  });
});

describe('nothing typed is lost', () => {
  it('by what else happens, also a reconnect', async () => {
    const panel = await mountPanel();
    field(panel).focus();
    await sendKeys({ type: 'Hello' });
    field(panel).setSelectionRange(2, 2);
    given.receive(...messages(3));
    given.set({ connection: 'reconnecting' });
    await panel.updateComplete;
    given.set({ connection: 'connected', facts: { ...FACTS, isLocked: true } });
    await panel.updateComplete;
    await sendKeys({ type: 'y' });
    assert.strictEqual(field(panel).value, 'Heyllo', 'the caret is where it was');
  });

  it('by the panel that is closed and opened', async () => {
    const first = await mountPanel();
    given.answer = () => false;
    await choose(first, 'Grace');
    await write(first, 'Hello');
    first.remove();
    const second = mount('chat-panel', 'for="chat"');
    await second.updateComplete;
    assert.deepEqual(
      [field(second).value, select(second).value, notice(second)],
      ['Hello', 'Grace', 'The message was not sent. Try again.'],
    );
  });

  it('by the panel that is closed and opened while a message is on its way', async () => {
    const first = await mountPanel();
    let take: (isTaken: boolean) => void = () => undefined;
    given.answer = () => new Promise<boolean>((resolve) => (take = resolve));
    await write(first, 'One');
    first.remove();
    const second = mount('chat-panel', 'for="chat"');
    await second.updateComplete;
    await press(second);
    await seen(second);
    assert.deepEqual([given.sent.length, field(second).value], [1, 'One']);
    take(true);
    await settled(second);
    assert.strictEqual(field(second).value, '');
  });

  it('and nothing is carried to another room', async () => {
    const panel = await mountPanel();
    await type(panel, 'Hello');
    new GivenChat({}, 'other');
    panel.for = 'other';
    await panel.updateComplete;
    assert.strictEqual(field(panel).value, '');
    panel.for = 'chat';
    await panel.updateComplete;
    assert.strictEqual(field(panel).value, 'Hello');
  });
});

describe('the newest message', () => {
  it('is seen when it comes, and counts as read', async () => {
    const panel = await mountPanel({ messages: messages(50), unreadCount: 3 });
    await until(() => given.state.unreadCount === 0, 'read');
    assert.isAtMost(Math.abs(log(panel).scrollTop), 1);
    given.receive(message('new'));
    await until(() => given.state.unreadCount === 0, 'read');
    assert.strictEqual(newestButton(panel), undefined);
    const { bottom } = log(panel).getBoundingClientRect();
    assert.isAtMost(allInside(panel, '[part=text]').at(-1)?.getBoundingClientRect().bottom ?? 0, bottom + 1);
    assert.strictEqual(given.markedRead, 2, 'once each');
  });

  it('waits below where somebody reads what was before, with a button that goes there', async () => {
    const panel = await mountPanel({ messages: messages(50) });
    await seen(panel);
    log(panel).scrollTop = -500;
    await seen(panel);
    const [reading] = allInside(panel, '[part=text]').slice(20);
    const top = (): number => Math.round(reading?.getBoundingClientRect().top ?? 0);
    const before = top();
    assert.strictEqual(newestButton(panel), undefined, 'nothing is new');
    given.receive(message('new'));
    await seen(panel);
    assert.deepEqual([given.state.unreadCount, top()], [1, before]);
    assert.strictEqual(newestButton(panel)?.textContent.trim(), 'New messages');
    newestButton(panel)?.click();
    await until(() => given.state.unreadCount === 0 && !newestButton(panel), 'read');
    assert.strictEqual(panel.shadowRoot?.activeElement, log(panel));
  });

  it('is shown to who sent it', async () => {
    const panel = await mountPanel({ messages: messages(50) });
    log(panel).scrollTop = -500;
    await seen(panel);
    given.answer = () => {
      given.receive(message('mine', OWN));
      return true;
    };
    await write(panel, 'mine');
    assert.strictEqual(Math.round(log(panel).scrollTop), 0);
  });

  it('stays in sight when the panel becomes smaller', async () => {
    const panel = await mountPanel({ messages: messages(50) });
    panel.style.inlineSize = '200px';
    panel.style.blockSize = '300px';
    await seen(panel);
    given.receive(message('new'));
    await until(() => given.state.unreadCount === 0, 'read');
  });

  const UNSEEN: { what: string; style: string }[] = [
    { what: 'a panel that is hidden', style: 'display: none' },
    {
      what: 'a panel in a part of the page that is hidden',
      style: 'position: absolute; top: 0; height: 0; overflow: hidden',
    },
    { what: 'a panel that is scrolled out of the page', style: 'margin-top: 300vh' },
  ];

  for (const { what, style } of UNSEEN) {
    it(`is not read in ${what}, until that is shown`, async () => {
      const panel = await mountPanel({ messages: messages(50), unreadCount: 1 });
      given.set({ unreadCount: 0 });
      const container = panel.parentElement;
      container?.setAttribute('style', style);
      await seen(panel);
      given.calls.length = 0;
      given.receive(message('new'));
      await seen(panel);
      await seen(panel);
      assert.deepEqual([given.state.unreadCount, given.markedRead], [1, 0]);
      container?.removeAttribute('style');
      await until(() => given.state.unreadCount === 0, 'read');
    });
  }

  it('is not read in a window that nobody sees, until it is shown', async () => {
    const panel = await mountPanel({ messages: messages(5) });
    let hidden = true;
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
    release(() => Reflect.deleteProperty(document, 'hidden'));
    given.receive(message('new'));
    await seen(panel);
    assert.strictEqual(given.state.unreadCount, 1);
    hidden = false;
    document.dispatchEvent(new Event('visibilitychange'));
    await until(() => given.state.unreadCount === 0, 'read');
  });

  it('is read out, and what was there before is not', async () => {
    const panel = await mountPanel({ facts: undefined });
    const isLive = (): string | null => log(panel).ariaLive;
    await seen(panel);
    assert.strictEqual(isLive(), 'off', 'there is no channel yet');
    given.set({ facts: FACTS, messages: messages(20) });
    await panel.updateComplete;
    assert.strictEqual(isLive(), 'off', 'while the history is put in');
    await until(() => isLive() === 'polite', 'live');
    given.receive(message('new'));
    await panel.updateComplete;
    assert.strictEqual(isLive(), 'polite');
    panel.style.display = 'none';
    await until(() => isLive() === 'off', 'off again: what is shown later is not new');
    panel.style.display = '';
    await until(() => isLive() === 'polite', 'live again');
    given.set({ connection: 'disconnected', facts: undefined });
    await panel.updateComplete;
    assert.strictEqual(isLive(), 'off');
  });

  it('is the only one that is rendered when it comes, also where the oldest goes', async () => {
    const history = messages(200);
    const panel = await mountPanel({ messages: history });
    const items = allInside(panel, 'li');
    const records: MutationRecord[] = [];
    const observer = new MutationObserver((batch) => records.push(...batch));
    observer.observe(inside(panel, 'ul', HTMLElement), {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    release(() => observer.disconnect());
    const { DateTimeFormat } = Intl;
    let formats = 0;
    Object.assign(Intl, {
      DateTimeFormat: class extends DateTimeFormat {
        constructor(...parameters: ConstructorParameters<typeof DateTimeFormat>) {
          super(...parameters);
          formats++;
        }
      },
    });
    release(() => Object.assign(Intl, { DateTimeFormat }));
    given.set({ messages: [...history, message('new', { sentAt: NOON + 1e9 })] });
    await panel.updateComplete;
    const now = allInside(panel, 'li');
    assert.deepEqual([now.length, now.slice(0, 200).every((item, index) => item === items[index])], [201, true]);
    assert.strictEqual(formats, 1, 'nothing is computed again');
    // As from a room: equal messages are other objects once their places have changed.
    const copies = given.state.messages.slice(1).map((each) => ({ ...each }));
    given.set({ messages: [...copies, message('newer', { sentAt: NOON + 2e9 })] });
    await panel.updateComplete;
    await settled(panel);
    const changed = new Set(records.map(({ target }) => target).filter((node) => node instanceof HTMLLIElement));
    assert.strictEqual(changed.size, 0);
    const kept = allInside(panel, 'li');
    assert.ok(kept.slice(0, 199).every((item, index) => item === items[index + 1]));
    // The one that begins the list now has the head of its group.
    const attributes = records.filter(({ type }) => type === 'attributes').length;
    assert.isAtMost(attributes, 1);
  });
});

describe('whatever somebody writes', () => {
  let complaints: Complaints;

  beforeEach(() => {
    complaints = new Complaints();
  });

  afterEach(() => complaints.assertNone());

  const HOSTILE: { what: string; text: string }[] = [
    { what: 'tags', text: '<img src=x onerror=alert(1)><script>alert(1)</script><b>bold</b></p></li><h1>x' },
    { what: 'entities', text: '&lt;b&gt; &amp; &#60;img src=x&#62; &nbsp;&copy' },
    { what: 'comments and sections', text: '<!-- x --><![CDATA[x]]><?x?><!doctype html>' },
    { what: 'the marks of templates', text: '${alert(1)} {{x}} <?lit$123$?> ?lit$1$ <!--?lit$1$-->' },
    { what: 'a link with a tag', text: 'https://a.example/<img/src=x> https://a.example/"onclick="alert(1)' },
    { what: 'a link that runs', text: 'javascript:alert(1) data:text/html,<b>x JAVASCRIPT://%0aalert(1)' },
    { what: 'overrides of direction', text: '\u202e\u202b\u2066gnp.exe\u2069\u2069\u2069\u202c evil' },
    { what: 'Arabic and Hebrew', text: 'مرحبا بالعالم, שלום https://a.example/א?ب=1 hello' },
    { what: 'nothing that can be seen', text: '\u200b\u200d\ufeff\u2060\u00ad\u3164\u{e0041}\u{e007f}' },
    { what: 'control characters', text: '\u0000\u0007\u001b[31m\u0008\u007f\u0085\u2028\u2029' },
    { what: 'broken surrogates', text: '\ud83d \ude00 \udfff\ud800' },
    { what: 'emoji of several', text: '👨‍👩‍👧‍👦🏳️‍🌈👍🏽🇺🇳'.repeat(50) },
    { what: 'towers of accents', text: `Z${'\u0301\u0316\u0489'.repeat(100)}a\u0334l${'\u0310'.repeat(300)}go` },
    { what: '10,000 characters in one word', text: 'x'.repeat(10_000) },
    { what: '10,000 lines', text: 'x\n'.repeat(10_000) },
    { what: '10,000 characters of markup', text: '<b>'.repeat(3333) },
    { what: 'a link of 10,000 characters', text: `https://a.example/${'x'.repeat(10_000)}` },
    { what: 'a thousand links', text: 'https://a.example '.repeat(1000) },
    { what: 'wide signs', text: '﷽'.repeat(200) + '𒐫'.repeat(200) + '꧅'.repeat(50) },
    { what: 'nothing', text: '' },
  ];

  /** What may be in a message. */
  const TAGS = new Set(['LI', 'P', 'BDI', 'TIME', 'A']);

  for (const { what, text } of HOSTILE) {
    it(`is text: ${what}`, async () => {
      const participants = people(text);
      const panel = await mountPanel({
        participants,
        messages: [
          message('before', { fromId: 'other' }),
          message(text, { fromName: text, toId: text || 'x', toName: text }),
          message(text, { ...OWN, fromName: text, toId: 'x', toName: text }),
          message('after', { fromId: 'other' }),
        ],
      });
      await type(panel, text);
      await choose(panel, text || 'nameless');
      given.set({ participants: people('Alan') });
      await panel.updateComplete;
      const shown = texts(panel);
      assert.deepEqual([shown[0], shown[3]], ['before', 'after']);
      assert.strictEqual(shown[1], text);
      assert.strictEqual(inside(panel, 'li:nth-child(2) bdi', HTMLElement).textContent, text || 'Guest', 'the name');
      for (const element of allInside(panel, 'li, li *')) {
        assert.ok(TAGS.has(element.tagName), element.outerHTML.slice(0, 100));
        const names = element.getAttributeNames().filter((name) => !['part', 'class', 'dir'].includes(name));
        const expected = { A: ['href', 'rel', 'target'], TIME: ['datetime'] }[element.tagName] ?? [];
        assert.deepEqual(names.sort(), expected);
      }
      for (const link of allInside(panel, 'a') as HTMLAnchorElement[]) assert.strictEqual(link.protocol, 'https:');
      assert.strictEqual(select(panel).querySelectorAll('option *').length, 0);
      assert.strictEqual(notice(panel)?.includes(text.trim() || 'Guest'), true);
      assertInside(panel);
    });
  }

  it('stays in its own message', async () => {
    const tower = `Z${'\u0301'.repeat(200)}`;
    const panel = await mountPanel({ messages: [message('before'), message(tower), message('after')] });
    const [, middle] = allInside(panel, '[part=text]');
    assert.ok(middle);
    assert.isAtMost(middle.getBoundingClientRect().height, 60);
    assert.strictEqual(getComputedStyle(middle).overflow, 'hidden');
  });

  it('a name that turns the writing around leaves what is beside it alone', async () => {
    const TIME = { sentAt: NOON };
    const names = ['Eve', 'Eve\u202e', 'Eve\u2069\u2069\u202e', 'Eve\u2067', 'عدن\u202d'];
    const panel = await mountPanel({
      messages: names.map((fromName, index) => message('x', { fromName, fromId: String(index), toId: 'me', ...TIME })),
    });
    for (const head of allInside(panel, '[part=sender]')) {
      const [name, privacy, time] = [...head.children].map((child) => child.getBoundingClientRect().left);
      assert.isBelow(name ?? 0, privacy ?? 0);
      assert.isBelow(privacy ?? 0, time ?? 0);
    }
  });

  it('a language that is none', async () => {
    const panel = await mountPanel({ messages: [message('one')] }, 'lang="-"');
    assert.deepEqual(texts(panel), ['one']);
    assert.match(senders(panel)[0] ?? '', /Grace .*12/);
  });

  it('500 messages of hostile texts are there in no long time', async () => {
    const all = Array.from({ length: 500 }, (_, index) => message(HOSTILE[index % 8]?.text));
    const started = performance.now();
    await mountPanel({ messages: all });
    assert.isBelow(performance.now() - started, 2000);
  });
});

describe('axe finds nothing in', () => {
  const CONVERSATION = [
    message('Hello'),
    message('See https://\u0430.example', OWN),
    message('Psst', { toId: 'me' }),
    message('What?', { ...OWN, toId: 'Grace', toName: 'Grace' }),
    ...messages(20),
  ];
  const STATES: { what: string; state?: Partial<RoomState>; prepare?: (panel: ChatPanel) => unknown }[] = [
    { what: 'an empty panel' },
    { what: 'a panel outside a meeting', state: { connection: 'disconnected' } },
    { what: 'a conversation', state: { messages: CONVERSATION } },
    {
      what: 'a panel with new messages below',
      state: { messages: CONVERSATION },
      prepare: async (panel) => {
        log(panel).scrollTop = -300;
        await seen(panel);
        given.receive(message('new'));
        await until(() => newestButton(panel), 'the button');
      },
    },
    {
      what: 'a text that is too long, to one person',
      prepare: async (panel) => {
        await choose(panel, 'Grace');
        await write(panel, 'x'.repeat(2001));
      },
    },
  ];

  for (const { what, state = {}, prepare } of STATES) {
    for (const scheme of ['light', 'dark']) {
      it(`${what}, ${scheme}`, async () => {
        const panel = await mountPanel(state);
        document.documentElement.style.colorScheme = scheme;
        release(() => document.documentElement.removeAttribute('style'));
        await prepare?.(panel);
        await assertAccessible(panel);
      });
    }
  }

  it('a panel without a room', async () => {
    const panel = mount('chat-panel');
    await panel.updateComplete;
    await assertAccessible(panel);
  });
});

describe('axe finds nothing in', () => {
  const CONVERSATION = [
    message('Hello'),
    message('See https://\u0430.example', OWN),
    message('Psst', { toId: 'me' }),
    message('What?', { ...OWN, toId: 'Grace', toName: 'Grace' }),
    ...messages(20),
  ];
  const STATES: { what: string; state?: Partial<RoomState>; prepare?: (panel: ChatPanel) => unknown }[] = [
    { what: 'an empty panel' },
    { what: 'a panel outside a meeting', state: { connection: 'disconnected' } },
    { what: 'a conversation', state: { messages: CONVERSATION } },
    {
      what: 'a panel with new messages below',
      state: { messages: CONVERSATION },
      prepare: async (panel) => {
        log(panel).scrollTop = -300;
        await seen(panel);
        given.receive(message('new'));
        await until(() => newestButton(panel), 'the button');
      },
    },
    {
      what: 'a text that is too long, to one person',
      prepare: async (panel) => {
        await choose(panel, 'Grace');
        await write(panel, 'x'.repeat(2001));
      },
    },
  ];

  for (const { what, state = {}, prepare } of STATES) {
    for (const scheme of ['light', 'dark']) {
      it(`${what}, ${scheme}`, async () => {
        const panel = await mountPanel(state);
        document.documentElement.style.colorScheme = scheme;
        release(() => document.documentElement.removeAttribute('style'));
        await prepare?.(panel);
        await assertAccessible(panel);
      });
    }
  }

  it('a panel without a room', async () => {
    const panel = mount('chat-panel');
    await panel.updateComplete;
    await assertAccessible(panel);
  });
});

describe('leaks', () => {
  let isFirst = true;

  leakSuite('<chat-panel>', {
    cycles: 100,
    make: async () => {
      if (isFirst) given = new GivenChat({ messages: messages(3) });
      isFirst = false;
      const panel = mount('chat-panel', 'for="chat"');
      await panel.updateComplete;
      await type(panel, 'Hello');
      return panel;
    },
  });
});

/** Nothing makes the panel wider or higher than it is. */
function assertInside(panel: ChatPanel): void {
  assert.deepEqual([panel.scrollWidth, panel.scrollHeight], [panel.clientWidth, panel.clientHeight]);
  assert.strictEqual(log(panel).scrollWidth, log(panel).clientWidth);
  assert.isAtLeast(log(panel).clientHeight, 80);
  const { right } = panel.getBoundingClientRect();
  for (const each of [field(panel), select(panel), sendButton(panel)]) {
    assert.isAtMost(each.getBoundingClientRect().right, right);
  }
}
