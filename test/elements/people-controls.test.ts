/** What the default interface has where an endpoint has a room channel: hands, reactions, panels, news, and prompts. */
import { assert } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import {
  CameraButton,
  MicButton,
  PanelButton,
  RaiseHandButton,
  ReactionButton,
  RoomNews,
  RoomPanel,
  ScreenShareButton,
  UnmutePrompt,
} from '../../src/index.js';
import type { ParticipantFacts, RoomFacts, RoomState } from '../../src/room/state.js';
import { useFakeProvider } from './helpers/fake-provider.js';
import { GivenRoom, people } from './helpers/given-room.js';
import { allInside, buttonOf, mount, mountRoom, release, rendered, textInside, until } from './helpers/page.js';
import { ScriptedEndpoint } from './helpers/scripted-endpoint.js';
import { assertAccessible, contractSuite } from './helpers/suites.js';

const FOR = { property: 'for', attribute: 'for', initial: '', value: 'standup' } as const;

contractSuite('raise-hand-button', RaiseHandButton, [FOR]);
contractSuite('reaction-button', ReactionButton, [FOR]);
contractSuite('panel-button', PanelButton, [
  FOR,
  { property: 'panel', attribute: 'panel', initial: 'people', value: 'chat' },
]);
contractSuite('unmute-prompt', UnmutePrompt, [FOR]);
contractSuite('room-news', RoomNews, [FOR]);
contractSuite('room-panel', RoomPanel, [FOR]);

const FACTS: RoomFacts = {
  displayName: '',
  isAudioOnly: false,
  isLocked: false,
  hasWaitingRoom: false,
  isMuted: false,
  spotlightId: '',
  hidesVideoMuted: false,
};

const PERSON: ParticipantFacts = {
  role: 'guest',
  isPhone: false,
  isConnected: true,
  isSpeakingAllowed: true,
  isDeaf: false,
};

const ALL = ['room.self.raisehand', 'room.self.lowerhand', 'room.reaction', 'room.message'];

function meeting(changes: Partial<RoomState> = {}): GivenRoom {
  return new GivenRoom({
    connection: 'connected',
    facts: FACTS,
    permissions: ALL,
    participants: people('Ada', 'Bob'),
    ...changes,
  });
}

/** The same people, of whom these have a hand up. */
function withHands(...names: string[]): Partial<RoomState> {
  return {
    participants: people('Ada', 'Bob').map((person) => ({
      ...person,
      facts: names.includes(person.name) ? { ...PERSON, handRaisedAt: 1 } : PERSON,
    })),
  };
}

describe('<raise-hand-button>', () => {
  it('asks for a hand to be raised or lowered, and shows what the endpoint says of it', async () => {
    const given = meeting(withHands());
    const element = mount('raise-hand-button', 'for="given"');
    await rendered(element);
    const button = buttonOf(element);
    assert.deepEqual([button.ariaLabel, button.ariaPressed], ['Raise your hand', 'false']);
    button.click();
    await rendered(element);
    assert.strictEqual(button.ariaPressed, 'false', 'not before the endpoint has said so');
    given.set(withHands('Me'));
    await rendered(element);
    assert.deepEqual([button.ariaPressed, button.title], ['true', 'Lower your hand']);
    button.click();
    assert.deepEqual(given.calls, ['raiseHand true', 'raiseHand false']);
    await assertAccessible(element);
  });
});

const OBSTACLES = [
  { tag: 'raise-hand-button', state: { connection: 'disconnected' }, reason: 'Not connected to a meeting' },
  { tag: 'raise-hand-button', state: { facts: undefined }, reason: 'This meeting does not offer this' },
  {
    tag: 'raise-hand-button',
    state: { permissions: ['room.message'] },
    reason: 'You are not allowed to do this here.',
  },
  { tag: 'raise-hand-button', state: { refusals: { 'room.self.raisehand': 'Not now.' } }, reason: 'Not now.' },
  { tag: 'reaction-button', state: { facts: undefined }, reason: 'This meeting does not offer this' },
  { tag: 'reaction-button', state: { permissions: ['room.message'] }, reason: 'You are not allowed to do this here.' },
  { tag: 'panel-button', state: { connection: 'disconnected' }, reason: 'Not connected to a meeting' },
  { tag: 'panel-button', state: { facts: undefined }, reason: 'This meeting does not offer this' },
] as const satisfies { tag: keyof HTMLElementTagNameMap; state: Partial<RoomState>; reason: string }[];

for (const { tag, state, reason } of OBSTACLES) {
  it(`<${tag}> is disabled and says why: ${reason} ${JSON.stringify(state)}`, async () => {
    meeting(state);
    const element = mount(tag, 'for="given"');
    await rendered(element);
    assert.deepEqual([buttonOf(element).disabled, buttonOf(element).ariaLabel], [true, reason]);
  });
}

const OFF = { on: false, used: true, deviceId: '' };

const DEVICE_OBSTACLES = [
  {
    tag: 'mic-button',
    state: { microphone: OFF, isSpeakingAllowed: false },
    reason: 'Everybody is muted by a moderator',
  },
  { tag: 'mic-button', state: { microphone: OFF }, reason: 'You are not allowed to do this here.' },
  { tag: 'mic-button', state: { isSpeakingAllowed: false }, reason: undefined },
  { tag: 'mic-button', state: { microphone: OFF, permissions: [] }, reason: undefined },
  {
    tag: 'mic-button',
    state: { microphone: OFF, permissions: [], refusals: { 'room.self.audio_unmute': 'A viewer may not speak.' } },
    reason: 'A viewer may not speak.',
  },
  { tag: 'camera-button', state: { camera: OFF }, reason: 'You are not allowed to do this here.' },
  { tag: 'camera-button', state: { camera: OFF, permissions: ['room.self.video_unmute'] }, reason: undefined },
  {
    tag: 'camera-button',
    state: { camera: OFF, permissions: [], facts: { ...FACTS, isAudioOnly: true } },
    reason: 'This meeting has no pictures',
  },
  { tag: 'screen-share-button', state: {}, reason: 'You are not allowed to do this here.' },
  { tag: 'screen-share-button', state: { permissions: ['room.self.screenshare'] }, reason: undefined },
] as const satisfies { tag: keyof HTMLElementTagNameMap; state: Partial<RoomState>; reason: string | undefined }[];

for (const { tag, state, reason } of DEVICE_OBSTACLES) {
  it(`<${tag}> with ${JSON.stringify(state)}: ${reason ?? 'can be pressed'}`, async () => {
    meeting(state);
    const element: MicButton | CameraButton | ScreenShareButton = mount(tag, 'for="given"');
    await rendered(element);
    const { disabled, ariaLabel } = buttonOf(element);
    assert.strictEqual(disabled, reason !== undefined);
    if (reason) assert.strictEqual(ariaLabel, reason);
  });
}

describe('<reaction-button>', () => {
  it('sends one of six emoji, closes, and gives the focus back', async () => {
    const given = meeting();
    const element = mount('reaction-button', 'for="given"');
    await rendered(element);
    const button = buttonOf(element);
    button.focus();
    button.click();
    await until(() => element.shadowRoot?.activeElement?.ariaLabel === 'Thumbs up', 'the first emoji has the focus');
    await assertAccessible(element);
    const emoji = allInside(element, '[popover] button');
    assert.strictEqual(emoji.length, 6);
    emoji[3]?.click();
    await until(() => element.shadowRoot?.activeElement === button, 'the focus is back');
    assert.deepEqual(given.calls, ['send reaction [object Object]']);
  });
});

describe('<panel-button>', () => {
  it('opens and closes its panel', async () => {
    const given = meeting();
    const element = mount('panel-button', 'for="given" panel="chat"');
    await rendered(element);
    buttonOf(element).click();
    assert.strictEqual(buttonOf(element).ariaExpanded, 'false');
    given.set({ panel: 'chat' });
    await rendered(element);
    assert.strictEqual(buttonOf(element).ariaExpanded, 'true');
    buttonOf(element).click();
    assert.deepEqual(given.calls, ['setPanel chat', 'setPanel ']);
  });

  const BADGES = [
    { panel: 'chat', state: { unreadCount: 3 }, label: 'Chat, 3 unread', badge: '3' },
    { panel: 'chat', state: { unreadCount: 100 }, label: 'Chat, 99+ unread', badge: '99+' },
    { panel: 'chat', state: { unreadCount: 0 }, label: 'Chat', badge: undefined },
    {
      panel: 'people',
      state: { ...withHands('Me', 'Ada'), waiting: [{ id: 'w', name: 'Grace' }] },
      label: 'People, 2 waiting',
      badge: '2',
    },
  ] as const;

  for (const { panel, state, label, badge } of BADGES) {
    it(`says how much is new: ${label}`, async () => {
      meeting(state);
      const element = mount('panel-button', `for="given" panel="${panel}"`);
      await rendered(element);
      assert.deepEqual([buttonOf(element).ariaLabel, textInside(element, '.badge')], [label, badge]);
      await assertAccessible(element);
    });
  }
});

describe('<unmute-prompt>', () => {
  for (const [device, name, sentence, labels] of [
    ['microphone', 'Grace', 'Grace asks you to unmute.', ['Unmute', 'Stay muted']],
    ['camera', '', 'You are asked to turn your camera on.', ['Turn camera on', 'Keep it off']],
  ] as const) {
    it(`asks, and takes no focus: ${sentence}`, async () => {
      const given = meeting({ microphone: OFF, camera: OFF });
      const field = mount('raise-hand-button', 'for="given"');
      await rendered(field);
      buttonOf(field).focus();
      const element = mount('unmute-prompt', 'for="given"');
      await rendered(element);
      assert.strictEqual(textInside(element, '[role=alert]'), '');
      given.set({ unmuteRequest: { device, name } });
      await rendered(element);
      assert.strictEqual(textInside(element, '[role=alert]'), sentence);
      assert.isTrue(document.activeElement === field);
      await assertAccessible(element);
      const [accept, decline] = allInside(element, 'button');
      assert.deepEqual([accept?.textContent.trim(), decline?.textContent.trim()], [...labels]);
      await sendKeys({ press: 'Tab' });
      decline?.focus();
      decline?.click();
      assert.deepEqual(given.calls, ['answerUnmuteRequest false']);
      assert.isTrue(document.activeElement === field, 'the focus is where it came from');
      accept?.click();
      assert.strictEqual(given.calls.at(-1), 'answerUnmuteRequest true');
    });
  }

  it('goes when the device was switched on meanwhile', async () => {
    const given = meeting({ microphone: OFF, unmuteRequest: { device: 'microphone', name: 'Grace' } });
    const element = mount('unmute-prompt', 'for="given"');
    given.set({ microphone: { ...OFF, on: true } });
    await rendered(element);
    assert.deepEqual([textInside(element, '[role=alert]'), allInside(element, 'button').length], ['', 0]);
  });
});

describe('<room-news>', () => {
  async function news(state: Partial<RoomState> = {}): Promise<[GivenRoom, RoomNews]> {
    const given = meeting({ ...withHands(), ...state });
    const element = mount('room-news', 'for="given"');
    await rendered(element);
    return [given, element];
  }

  const reaction = (id: string, participantId: string, emoji: string) => ({ id, participantId, emoji });

  it('shows reactions with names, and says them together, but not this person’s own', async () => {
    const [given, element] = await news();
    given.set({ reactions: [reaction('1', 'Ada', '👍'), reaction('2', 'me', '🎉')] });
    given.set({ reactions: [...given.state.reactions, reaction('3', 'Bob', '👍'), reaction('4', 'Bob', '😂')] });
    await rendered(element);
    assert.deepEqual(
      allInside(element, '.reaction').map(({ textContent }) => textContent.trim().replace(/\s+/g, ' ')),
      ['👍 Ada', '🎉 Me', '👍 Bob', '😂 Bob'],
    );
    await until(() => textInside(element, '[role=status]'), 'said');
    assert.strictEqual(textInside(element, '[role=status]'), '2 people react with 👍. Bob reacts with 😂.');
  });

  it('shows only the latest of a flood', async () => {
    const [given, element] = await news();
    given.set({ reactions: Array.from({ length: 100 }, (_, index) => reaction(String(index), 'Ada', '👍')) });
    await rendered(element);
    assert.strictEqual(allInside(element, '.reaction').length, 12);
    await until(() => textInside(element, '[role=status]'), 'said');
    assert.strictEqual(textInside(element, '[role=status]'), 'Ada reacts with 👍.');
  });

  const NEWS = [
    { what: withHands('Ada'), says: 'Ada raised a hand.' },
    { what: withHands('Ada', 'Bob'), says: '2 people raised their hands.' },
    { what: { ...withHands('Ada'), panel: 'people' }, says: '' },
    { what: { waiting: [{ id: 'w', name: 'Grace' }] }, says: 'Grace waits to be let in.' },
    { what: { mutedBy: { device: 'microphone', name: 'Grace' } }, says: 'Grace has muted you.' },
    { what: { mutedBy: { device: 'camera', name: '' } }, says: 'Your camera was turned off.' },
    { what: { facts: { ...FACTS, isLocked: true } }, says: 'The meeting is locked now.' },
    { what: { facts: { ...FACTS, closesAt: Date.now() + 290_000 } }, says: 'The meeting ends in 5 minutes.' },
    { what: { facts: { ...FACTS, closesAt: Date.now() + 50_000 } }, says: 'The meeting ends in a minute.' },
    { what: { facts: { ...FACTS, closesAt: Date.now() + 3_600_000 } }, says: '' },
    {
      what: {
        unreadCount: 1,
        messages: [
          { id: 'm', type: 'chat', data: { text: 'Hi' }, fromId: 'Ada', fromName: 'Ada', isOwn: false, sentAt: 1 },
        ],
      },
      says: 'New message from Ada.',
    },
  ] as const satisfies { what: Partial<RoomState>; says: string }[];

  for (const { what, says } of NEWS) {
    it(`says once: ${says || 'nothing'} ${Object.keys(what).join()}`, async () => {
      const [given, element] = await news();
      given.set(what);
      // Something that is always told.
      given.set({ mutedBy: given.state.mutedBy ?? { device: 'microphone', name: 'Eve' } });
      await until(() => textInside(element, '[role=status]'), 'said');
      const said = textInside(element, '[role=status]')?.replace('Eve has muted you.', '').trim();
      assert.strictEqual(said, says);
      await assertAccessible(element);
    });
  }

  it('says nothing of a hand whose owner is another participant after a reconnect', async () => {
    const [given, element] = await news(withHands('Ada'));
    const participants = given.state.participants.map((each) => ({ ...each, id: `${each.id}-2`, firstId: each.id }));
    given.set({ participants, facts: { ...FACTS, isLocked: true } });
    await until(() => textInside(element, '[role=status]'), 'said');
    assert.strictEqual(textInside(element, '[role=status]'), 'The meeting is locked now.');
  });

  it('says nothing of what was there before', async () => {
    const [given, element] = await news(withHands('Ada'));
    given.set({ facts: { ...FACTS, isLocked: true } });
    await until(() => textInside(element, '[role=status]'), 'said');
    assert.strictEqual(textInside(element, '[role=status]'), 'The meeting is locked now.');
  });
});

describe('<room-panel>', () => {
  it('shows what a button has opened, leads there, and back when it is closed', async () => {
    const given = meeting(withHands());
    given.reactions['setPanel'] = (panel) => given.set({ panel: panel as RoomState['panel'] });
    const opener = mount('panel-button', 'for="given" panel="people"');
    const panel = mount('room-panel', 'for="given"');
    await rendered(panel);
    assert.strictEqual(allInside(panel, '*').length, 0);
    await rendered(opener);
    for (const close of [
      () => sendKeys({ press: 'Escape' }),
      async () => allInside(panel, '[part=close]')[0]?.click(),
    ]) {
      buttonOf(opener).focus();
      buttonOf(opener).click();
      await until(() => panel.shadowRoot?.activeElement?.localName === 'h2', 'the heading has the focus');
      assert.strictEqual(allInside(panel, 'participant-list').length, 1);
      await rendered(panel);
      await assertAccessible(panel);
      await close();
      await until(() => document.activeElement === opener, 'the focus is back');
      await rendered(panel);
      assert.strictEqual(allInside(panel, '*').length, 0);
    }
    opener.blur();
    given.set({ panel: 'chat' });
    await panel.updateComplete;
    assert.isTrue(document.activeElement === document.body, 'the page has opened it: nobody is led there');
    assert.strictEqual(allInside(panel, 'chat-panel').length, 1);
  });
});

it('<video-room> lets a page style what is in its panel', async () => {
  const style = document.createElement('style');
  style.textContent = `video-room::part(list-person) { color: rgb(1 2 3) }
    video-room::part(chat-log), video-room::part(heading) { color: rgb(4 5 6) }`;
  document.head.append(style);
  release(() => style.remove());
  useFakeProvider();
  const endpoint = new ScriptedEndpoint();
  const room = mountRoom('no-audio no-video');
  const answer = { token: 't', session: 's', participantId: 'me', links: { events: `${endpoint.base}events` } };
  Object.assign(room, { token: '', fetchToken: async () => answer });
  await room.join();
  await endpoint.tell('snapshot', { room: { displayName: '' }, participants: [{ id: 'ada', name: 'Ada' }] });
  const colors = async (panel: 'people' | 'chat', ...selectors: string[]): Promise<string[]> => {
    room.room.setPanel(panel);
    let found: (Element | undefined)[] = [];
    await until(() => {
      const [box] = allInside(room, 'room-panel');
      const [content] = box ? allInside(box, 'participant-list, chat-panel') : [];
      found = selectors.map((each) => (box && allInside(box, each)[0]) ?? (content && allInside(content, each)[0]));
      return found.every(Boolean);
    }, `${panel} is there`);
    return found.map((each) => (each ? getComputedStyle(each).color : ''));
  };
  assert.deepEqual(await colors('people', 'h2', '[part=person]'), ['rgb(4, 5, 6)', 'rgb(1, 2, 3)']);
  assert.deepEqual(await colors('chat', 'h2', '[part=log]'), ['rgb(4, 5, 6)', 'rgb(4, 5, 6)']);
});

it('<leave-button> asks first: who cancels it stays', async () => {
  const given = meeting();
  const element = mount('leave-button', 'for="given"');
  await rendered(element);
  const keep = (event: Event): void => event.preventDefault();
  document.addEventListener('leave-request', keep);
  release(() => document.removeEventListener('leave-request', keep));
  buttonOf(element).click();
  assert.deepEqual(given.calls, []);
  document.removeEventListener('leave-request', keep);
  buttonOf(element).click();
  assert.deepEqual(given.calls, ['leave']);
});

it('<room-lobby> says that the person waits, and lets them go', async () => {
  const given = new GivenRoom({ connection: 'connecting', isWaiting: true });
  const lobby = mount('room-lobby', 'for="given"');
  await rendered(lobby);
  assert.strictEqual(textInside(lobby, '[part=waiting]'), 'You will be let in soon.');
  allInside(lobby, '.cancel')[0]?.click();
  assert.deepEqual(given.calls, ['leave']);
});

it('<participant-grid> shows large who is in the spotlight, unless the person has pinned another', async () => {
  const given = meeting({ facts: { ...FACTS, spotlightId: 'Bob' } });
  const grid = mount('participant-grid', 'for="given"');
  const large = (): (string | null)[] =>
    allInside(grid, 'participant-tile[large]').map((tile) => tile.getAttribute('participant-id'));
  await rendered(grid);
  assert.deepEqual(large(), ['Bob']);
  given.set({ pinnedTile: 'Ada' });
  await rendered(grid);
  assert.deepEqual(large(), ['Ada']);
  given.set({ pinnedTile: '', facts: { ...FACTS, spotlightId: 'me' } });
  await rendered(grid);
  assert.deepEqual(large(), ['local']);
});

it('<participant-grid> gives each tile the layout classes of its stream as part names', async () => {
  const stream = {
    id: 's',
    mediaTypes: [],
    mediaStream: new MediaStream(),
    layoutClasses: ['wide', 'a b', 'x"y', 'top-2'],
  };
  meeting({ participants: people('Ada').map((person) => ({ ...person, streams: person.isLocal ? [] : [stream] })) });
  const grid = mount('participant-grid', 'for="given"');
  await rendered(grid);
  const [, tile] = allInside(grid, 'participant-tile');
  assert.deepEqual([...(tile?.part ?? [])], ['participant', 'class-wide', 'class-top-2']);
});

it('<participant-tile> says and shows what is known of somebody', async () => {
  const given = meeting(withHands());
  const tile = mount('participant-tile', 'for="given" participant-id="Ada"');
  await rendered(tile);
  await assertAccessible(tile);
  given.set({
    participants: people('Ada').map((person) => ({
      ...person,
      facts: { ...PERSON, microphone: 'off', camera: 'unavailable', handRaisedAt: 1, isConnected: false },
    })),
  });
  await rendered(tile);
  assert.strictEqual(await getComputedName(tile), 'Ada, microphone off, camera off, hand raised, reconnecting');
  assert.strictEqual(allInside(tile, '.unreachable').length, 1);
});

/** As the browser computes it, by a switch of the browser under test. */
async function getComputedName(element: Element): Promise<string> {
  await until(() => 'computedName' in element, 'the browser tells names');
  return (element as Element & { readonly computedName: string }).computedName;
}
