/** <participant-list>: who is here and what is known of each, and what a moderator can do from there. */
import { assert } from '@open-wc/testing';
import { registerTranslation } from '@shoelace-style/localize';
import { sendKeys } from '@web/test-runner-commands';
import { ParticipantList } from '../../src/elements/participant-list.js';
import '../../src/people-elements.js';
import type {
  ParticipantFacts,
  ParticipantState,
  RoomFacts,
  RoomState,
  StreamState,
  WaitingState,
} from '../../src/room/state.js';
import { GivenRoom } from './helpers/given-room.js';
import { allInside, Complaints, inside, mount, release, rendered, textInside, until } from './helpers/page.js';
import { assertAccessible, contractSuite, leakSuite } from './helpers/suites.js';

const MEMBER_PERMISSIONS = [
  'room.member.audio_mute',
  'room.member.audio_unmute',
  'room.member.video_mute',
  'room.member.video_unmute',
  'room.member.lowerhand',
  'room.set_spotlight',
  'room.member.deaf',
  'room.member.undeaf',
  'room.member.promote',
  'room.member.demote',
  'room.member.remove',
] as const;
const ROOM_PERMISSIONS = [
  'room.member.admit',
  'room.hide_video_muted',
  'room.show_video_muted',
  'room.lock',
  'room.end',
] as const;
const MODERATOR = [...MEMBER_PERMISSIONS, ...ROOM_PERMISSIONS];

const ROOM: RoomFacts = {
  displayName: '',
  isAudioOnly: false,
  isLocked: false,
  hasWaitingRoom: false,
  isMuted: false,
  spotlightId: '',
  hidesVideoMuted: false,
};

const GUEST: ParticipantFacts = {
  role: 'guest',
  isPhone: false,
  isConnected: true,
  microphone: 'on',
  camera: 'on',
  network: 'good',
  isSpeakingAllowed: true,
  isDeaf: false,
};

const SCREEN: StreamState = {
  id: 'screen',
  alias: 'screenshare',
  mediaTypes: ['VIDEO'],
  mediaStream: new MediaStream(),
};

let given: GivenRoom;

/** Somebody else, as the room channel tells of them. */
function person(
  name: string,
  facts: Partial<ParticipantFacts> = {},
  others: Partial<ParticipantState> = {},
): ParticipantState {
  const id = name.toLowerCase() || 'nameless';
  return { id, name, isLocal: false, isSpeaking: false, streams: [], facts: { ...GUEST, ...facts }, ...others };
}

const ADA = person('Ada', { role: 'moderator' }, { id: 'me', isLocal: true });
const BOB = person('Bob');

/** A meeting with a room channel, of Ada in front of the page, who moderates, and these. */
function meeting(...others: ParticipantState[]): Partial<RoomState> {
  return { connection: 'connected', facts: ROOM, permissions: MODERATOR, participants: [ADA, ...others] };
}

async function mountList(state: Partial<RoomState>, attributes = ''): Promise<ParticipantList> {
  given = new GivenRoom(state);
  const element = mount('participant-list', `${attributes} for="given"`);
  await element.updateComplete;
  return element;
}

async function set(element: ParticipantList, changes: Partial<RoomState>): Promise<void> {
  given.set(changes);
  await element.updateComplete;
}

/** What is asked of the room with which parameters. The room answers when the test says so. */
function recordRequests(...methods: string[]): { requests: unknown[][]; answer: () => void } {
  const requests: unknown[][] = [];
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => (answer = resolve));
  for (const method of methods) {
    given.reactions[method] = async (...parameters) => {
      requests.push([method, ...parameters]);
      await answered;
    };
  }
  return { requests, answer };
}

const METHODS = ['moderate', 'remove', 'admit', 'changeRoom', 'endForAll', 'raiseHand'];

function rows(element: ParticipantList): HTMLElement[] {
  return allInside(element, '[part=people] > li');
}

/** What a screen reader reads of each person, without the controls. */
function sentences(element: ParticipantList): string[] {
  return rows(element).map((row) => (row.querySelector('.name')?.textContent ?? '').trim());
}

function dialogOf(element: ParticipantList): HTMLElement {
  return inside(element, '[popover]', HTMLElement);
}

/** As it is read out. */
function titleOf(element: ParticipantList): string | undefined {
  return (dialogOf(element) as HTMLElement & { computedName?: string }).computedName;
}

function isOpen(element: ParticipantList): boolean {
  return dialogOf(element).matches(':popover-open');
}

function labelOf(button: Element): string {
  return button.getAttribute('aria-label') ?? button.textContent.trim();
}

function find(element: ParticipantList, label: string): HTMLButtonElement | undefined {
  return allInside(element, 'button').find((each) => labelOf(each) === label) as HTMLButtonElement | undefined;
}

function button(element: ParticipantList, label: string): HTMLButtonElement {
  const found = find(element, label);
  if (!found) {
    throw new Error(`There is no button “${label}” but: ${allInside(element, 'button').map(labelOf).join(', ')}.`);
  }
  return found;
}

async function press(element: ParticipantList, label: string): Promise<void> {
  button(element, label).click();
  await element.updateComplete;
}

/** Opens what can be done, by its button. */
async function open(element: ParticipantList, label: string): Promise<void> {
  await press(element, label);
  await until(() => element.shadowRoot?.activeElement === dialogOf(element), 'it has the focus');
}

/** What can be done, in order. */
function offered(element: ParticipantList): string[] {
  return allInside(element, '[popover] button').map(labelOf);
}

function focused(element: ParticipantList): string {
  const active = element.shadowRoot?.activeElement;
  if (!active) return 'nothing';
  return active.localName === 'button' ? labelOf(active) : active.localName;
}

function said(element: ParticipantList): string | undefined {
  return textInside(element, '[role=status]');
}

contractSuite('participant-list', ParticipantList, [
  { property: 'for', attribute: 'for', initial: '', value: 'standup' },
]);

describe('who is here', () => {
  it('is nobody outside a meeting', async () => {
    const element = await mountList({ connection: 'connecting' });
    assert.deepEqual([rows(element).length, allInside(element, 'h2').length], [0, 0]);
    await set(element, meeting(BOB));
    assert.strictEqual(textInside(element, 'h2'), 'Participants (2)');
    await set(element, { connection: 'disconnected', facts: undefined });
    assert.deepEqual([rows(element).length, said(element)], [0, '']);
  });

  it('stands in order: oneself, hands as they were raised, the others by name, and follows what changes', async () => {
    const names = (): string[] => sentences(element).map((text) => text.split(',')[0] ?? '');
    const [zoe, bo, oe] = [person('Zoe', { handRaisedAt: 1 }), person('bo', { handRaisedAt: 2 }), person('Örjan')];
    const element = await mountList(meeting(person('Åke'), oe, BOB, bo, person(''), zoe));
    assert.deepEqual(names(), ['Ada (you)', 'Zoe', 'bo', 'Åke', 'Bob', 'Guest', 'Örjan']);
    // In Swedish these come last.
    element.lang = 'sv';
    await set(element, { participants: [oe, person('Åke'), person('Zoe'), BOB, { ...ADA, name: '' }] });
    assert.deepEqual(names(), ['You', 'Bob', 'Zoe', 'Åke', 'Örjan']);
    // Not the name of any language.
    element.lang = 'x y';
    element.requestUpdate();
    await element.updateComplete;
    assert.strictEqual(names().length, 5);
    assert.deepEqual(names().slice(0, 2), ['You', 'Åke']);
  });

  const FACTS: { what: string; facts?: Partial<ParticipantFacts>; others?: Partial<ParticipantState>; says: string }[] =
    [
      { what: 'all on', says: 'camera on, microphone on' },
      { what: 'all off', facts: { microphone: 'off', camera: 'off' }, says: 'camera off, microphone off' },
      {
        what: 'nothing there',
        facts: { microphone: 'unavailable', camera: 'unavailable' },
        says: 'no camera, no microphone',
      },
      { what: 'a page that tells nothing', facts: { microphone: undefined, camera: undefined }, says: '' },
      { what: 'a moderator', facts: { role: 'moderator' }, says: 'moderator, camera on, microphone on' },
      {
        what: 'a viewer',
        facts: { role: 'viewer', microphone: undefined, camera: undefined },
        says: 'viewer',
      },
      { what: 'a role of the site’s own', facts: { role: 'teacher' }, says: 'camera on, microphone on' },
      { what: 'a raised hand', facts: { handRaisedAt: 0 }, says: 'hand raised, camera on, microphone on' },
      {
        what: 'a phone',
        facts: { isPhone: true, camera: 'unavailable', microphone: 'off' },
        says: 'on the phone, microphone off',
      },
      { what: 'reconnecting', facts: { isConnected: false }, says: 'reconnecting, camera on, microphone on' },
      { what: 'a bad network', facts: { network: 'poor' }, says: 'bad connection, camera on, microphone on' },
      { what: 'a fair network', facts: { network: 'fair' }, says: 'camera on, microphone on' },
      {
        what: 'not allowed to speak',
        facts: { isSpeakingAllowed: false, microphone: 'off' },
        says: 'may not speak, camera on, microphone off',
      },
      { what: 'deaf', facts: { isDeaf: true }, says: 'hears and sees nobody, camera on, microphone on' },
      { what: 'speaking', others: { isSpeaking: true }, says: 'camera on, microphone on, speaking' },
      { what: 'a screen', others: { streams: [SCREEN] }, says: 'shares a screen, camera on, microphone on' },
      {
        what: 'without a room channel',
        others: { facts: undefined, isSpeaking: true, streams: [SCREEN] },
        says: 'shares a screen, microphone on, speaking',
      },
    ];

  for (const { what, facts, others, says } of FACTS) {
    it(`${what}: “${says}”`, async () => {
      const element = await mountList(meeting(person('Bob', facts, others)));
      assert.strictEqual(sentences(element)[1], says ? `Bob, ${says}` : 'Bob');
      // What is seen is what is read, but for the frame of who is speaking.
      const seen = [
        ...(rows(element)[1]?.querySelector('small')?.textContent.split(' · ') ?? []),
        ...[...(rows(element)[1]?.querySelectorAll<HTMLElement>('[part=mark]') ?? [])].map(({ title }) => title),
      ];
      assert.strictEqual(seen.join(', '), says.replace(', speaking', ''));
      assert.strictEqual(rows(element)[1]?.querySelectorAll('.speaking').length, says.includes('speaking') ? 1 : 0);
    });
  }

  it('is known of oneself by one’s own devices, also without a room channel', async () => {
    const participants = [{ ...ADA, facts: undefined }];
    const element = await mountList({ connection: 'connected', role: 'moderator', participants });
    assert.deepEqual(sentences(element), ['Ada (you), moderator, camera on, microphone on']);
    const { camera, microphone } = given.state;
    await set(element, { camera: { ...camera, on: false }, microphone: { ...microphone, used: false } });
    assert.deepEqual(sentences(element), ['Ada (you), moderator, camera off, no microphone']);
  });

  it('is a phone where only the calls tell', async () => {
    const participants = [person('Bob', {}, { facts: undefined })];
    const call = { id: '1', number: '', name: '', status: 'answered', participantId: 'bob', isOwn: true } as const;
    const element = await mountList({ connection: 'connected', participants, calls: [call] });
    assert.deepEqual(sentences(element), ['Bob, on the phone']);
  });

  it('has names of any content: markup, other directions, 10,000 characters', async () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '\u202eEvil\u202c ‮reversed',
      'שלום',
      'W'.repeat(10_000),
      'a b '.repeat(2500),
    ];
    const element = await mountList(meeting(...names.map((name, index) => person(name, {}, { id: `p-${index}` }))));
    element.style.inlineSize = '20rem';
    assert.strictEqual(allInside(element, 'img').length, 0);
    const shown = allInside(element, '[part=people] bdi').map(({ textContent }) => textContent);
    assert.sameMembers(shown.slice(1), names);
    for (const row of rows(element)) {
      assert.isAtMost(row.scrollWidth, row.clientWidth, 'nothing sticks out');
      assert.isAtMost(row.clientHeight, 100, 'a name is cut');
    }
  });

  it('is another text in another language, also where that comes late', async () => {
    const element = await mountList(meeting(person('', { handRaisedAt: 1 })));
    element.lang = 'xx';
    const texts = {
      $code: 'xx',
      $name: 'XX',
      $dir: 'ltr',
      guest: 'Gast',
      moderator: 'Leitung',
      handRaised: 'meldet sich',
    };
    registerTranslation(texts as never);
    await element.updateComplete;
    assert.deepEqual(sentences(element), [
      'Ada (you), Leitung, camera on, microphone on',
      'Gast, meldet sich, camera on, microphone on',
    ]);
  });

  it('one person’s change renders no other row, of 50', async () => {
    const people = Array.from({ length: 49 }, (_, index) => person(`P${String(index).padStart(2, '0')}`));
    const element = await mountList(meeting(...people));
    const changed = new Set<string>();
    const observer = new MutationObserver((records) => {
      for (const { target } of records) {
        const row = (target instanceof Element ? target : target.parentElement)?.closest('li');
        changed.add(row?.querySelector('bdi')?.textContent ?? 'the list');
      }
    });
    observer.observe(inside(element, '[part=people]', HTMLElement), {
      subtree: true,
      childList: true,
      attributes: true,
      characterData: true,
    });
    release(() => observer.disconnect());
    const before = rows(element);
    await set(element, {
      participants: given.state.participants.map((each) => (each.id === 'p30' ? { ...each, isSpeaking: true } : each)),
    });
    assert.deepEqual([...changed], ['P30']);
    changed.clear();
    await set(element, { participants: given.state.participants.filter(({ id }) => id !== 'p10') });
    assert.deepEqual([...changed], ['the list']);
    const left = new Set(rows(element));
    assert.deepEqual(before.filter((row) => !left.has(row)).length, 1, 'the others keep their rows');
  });
});

describe('what can be done to somebody', () => {
  const ALL = [
    'Mute',
    'Turn camera off',
    'Put in the spotlight',
    'Let hear and see nobody',
    'Make moderator',
    'Make viewer',
    'Remove from the meeting…',
  ];
  const without = (...labels: string[]): string[] => ALL.filter((label) => !labels.includes(label));

  const OFFERS: { what: string; facts?: Partial<ParticipantFacts>; room?: Partial<RoomFacts>; offers: string[] }[] = [
    { what: 'a guest', offers: ALL },
    {
      what: 'who has all off',
      facts: { microphone: 'off', camera: 'off' },
      offers: ['Ask to unmute', 'Ask to turn the camera on', ...without('Mute', 'Turn camera off')],
    },
    {
      what: 'whose page tells nothing',
      facts: { microphone: undefined, camera: undefined },
      offers: [
        'Mute',
        'Ask to unmute',
        'Turn camera off',
        'Ask to turn the camera on',
        ...without('Mute', 'Turn camera off'),
      ],
    },
    {
      what: 'who has neither',
      facts: { microphone: 'unavailable', camera: 'unavailable' },
      offers: without('Mute', 'Turn camera off'),
    },
    {
      what: 'who may not speak',
      facts: { isSpeakingAllowed: false, microphone: 'off' },
      offers: ['Ask to unmute', ...without('Mute')],
    },
    { what: 'in an audio-only room', room: { isAudioOnly: true }, offers: without('Turn camera off') },
    {
      what: 'a raised hand',
      facts: { handRaisedAt: 5 },
      offers: ['Mute', 'Turn camera off', 'Lower hand', ...without('Mute', 'Turn camera off')],
    },
    {
      what: 'who has the spotlight',
      room: { spotlightId: 'bob' },
      offers: ALL.map((label) => label.replace('Put in', 'Take out of')),
    },
    {
      what: 'deaf',
      facts: { isDeaf: true },
      offers: ALL.map((label) => label.replace('Let hear and see nobody', 'Let hear and see everybody again')),
    },
    {
      what: 'a moderator',
      facts: { role: 'moderator' },
      offers: ALL.map((label) => label.replace('Make moderator', 'Make guest')),
    },
    {
      what: 'a viewer',
      facts: { role: 'viewer' },
      offers: ['Let hear and see nobody', 'Make moderator', 'Make guest', 'Remove from the meeting…'],
    },
    {
      what: 'a phone',
      facts: { isPhone: true, microphone: 'off', camera: 'unavailable' },
      offers: ['Unmute', 'Put in the spotlight', 'Let hear and see nobody', 'Remove from the meeting…'],
    },
  ];

  for (const { what, facts, room, offers } of OFFERS) {
    it(`${what}: ${offers.join(', ')}`, async () => {
      const element = await mountList({ ...meeting(person('Bob', facts)), facts: { ...ROOM, ...room } });
      await open(element, 'Actions for Bob');
      assert.deepEqual(offered(element), offers);
      assert.strictEqual(titleOf(element), 'Actions for Bob');
    });
  }

  /** With each permission alone, the one or two controls that need it. */
  const BY_PERMISSION: Readonly<Record<(typeof MEMBER_PERMISSIONS)[number], string[]>> = {
    'room.member.audio_mute': ['Mute'],
    'room.member.audio_unmute': ['Ask to unmute'],
    'room.member.video_mute': ['Turn camera off'],
    'room.member.video_unmute': ['Ask to turn the camera on'],
    'room.member.lowerhand': ['Lower hand'],
    'room.set_spotlight': ['Put in the spotlight'],
    'room.member.deaf': ['Let hear and see nobody'],
    'room.member.undeaf': [],
    'room.member.promote': ['Make moderator'],
    'room.member.demote': ['Make viewer'],
    'room.member.remove': ['Remove from the meeting…'],
  };

  for (const permission of MEMBER_PERMISSIONS) {
    it(`${permission} alone`, async () => {
      const all = person('Bob', { microphone: undefined, camera: undefined, handRaisedAt: 1 });
      const element = await mountList({ ...meeting(all), permissions: [permission] });
      const offers = BY_PERMISSION[permission];
      assert.strictEqual(find(element, 'Actions for Bob') !== undefined, offers.length > 0);
      if (offers.length > 0) await open(element, 'Actions for Bob');
      assert.deepEqual(offered(element), offers);
    });
  }

  it('is nothing for oneself, for a guest, without a room channel, and of whom it does not know', async () => {
    const element = await mountList(meeting(BOB, person('Cy', {}, { facts: undefined })));
    assert.deepEqual(allInside(element, 'button').map(labelOf), ['For everybody', 'Actions for Bob']);
    await set(element, { permissions: ['room.self.audio_mute', 'room.message'] });
    assert.deepEqual(allInside(element, 'button'), []);
    await set(element, { permissions: MODERATOR, facts: undefined });
    assert.deepEqual(allInside(element, 'button'), []);
  });

  const REQUESTS: { label: string; facts?: Partial<ParticipantFacts>; room?: Partial<RoomFacts>; asks: unknown[] }[] = [
    { label: 'Mute', asks: ['moderate', 'bob', { microphone: 'off' }] },
    { label: 'Ask to unmute', facts: { microphone: 'off' }, asks: ['moderate', 'bob', { microphone: 'ask' }] },
    { label: 'Turn camera off', asks: ['moderate', 'bob', { camera: 'off' }] },
    { label: 'Ask to turn the camera on', facts: { camera: 'off' }, asks: ['moderate', 'bob', { camera: 'ask' }] },
    { label: 'Lower hand', facts: { handRaisedAt: 1 }, asks: ['moderate', 'bob', { hand: false }] },
    { label: 'Put in the spotlight', asks: ['changeRoom', { spotlight: 'bob' }] },
    { label: 'Take out of the spotlight', room: { spotlightId: 'bob' }, asks: ['changeRoom', { spotlight: null }] },
    { label: 'Let hear and see nobody', asks: ['moderate', 'bob', { deaf: true }] },
    { label: 'Let hear and see everybody again', facts: { isDeaf: true }, asks: ['moderate', 'bob', { deaf: false }] },
    { label: 'Make moderator', asks: ['moderate', 'bob', { role: 'moderator' }] },
    { label: 'Make guest', facts: { role: 'viewer' }, asks: ['moderate', 'bob', { role: 'guest' }] },
    { label: 'Make guest', facts: { role: 'moderator' }, asks: ['moderate', 'bob', { role: 'guest' }] },
    { label: 'Make viewer', asks: ['moderate', 'bob', { role: 'viewer' }] },
  ];

  for (const { label, facts, room, asks } of REQUESTS) {
    it(`${label} is asked for once, is busy meanwhile, and changes nothing by itself`, async () => {
      const element = await mountList({ ...meeting(person('Bob', facts)), facts: { ...ROOM, ...room } });
      const { requests, answer } = recordRequests(...METHODS);
      const before = sentences(element);
      await open(element, 'Actions for Bob');
      await press(element, label);
      await press(element, label);
      assert.deepEqual(requests, [asks]);
      const { ariaDisabled, ariaBusy } = button(element, label);
      assert.deepEqual([ariaDisabled, ariaBusy, isOpen(element)], ['true', 'true', true]);
      assert.deepEqual(sentences(element), before);
      answer();
      await until(() => !isOpen(element), 'closed when it is done');
      assert.strictEqual(focused(element), 'Actions for Bob');
      await open(element, 'Actions for Bob');
      assert.strictEqual(button(element, label).ariaDisabled, 'false');
    });
  }

  it('is shown with the reason where it is refused, and asks for nothing', async () => {
    const refusals = { 'room.member.deaf': 'Not in this room.' };
    const permissions = MODERATOR.filter((each) => each !== 'room.member.deaf');
    const element = await mountList({ ...meeting(BOB), permissions, refusals });
    await open(element, 'Actions for Bob');
    const refused = button(element, 'Let hear and see nobody') as HTMLElement & { computedName?: string };
    assert.deepEqual([refused.ariaDisabled, refused.title], ['true', 'Not in this room.']);
    assert.strictEqual(refused.computedName, 'Let hear and see nobody', 'the title describes, and does not name');
    refused.click();
    assert.deepEqual(given.calls, []);
  });

  it('stays open where it is refused only then, and says why', async () => {
    const element = await mountList(meeting(BOB));
    given.reactions['moderate'] = () => given.set({ refusals: { 'room.member.audio_mute': 'Not any more.' } });
    await open(element, 'Actions for Bob');
    await press(element, 'Mute');
    await until(() => button(element, 'Mute').title === 'Not any more.', 'the reason');
    await rendered(element);
    assert.deepEqual([isOpen(element), button(element, 'Mute').ariaBusy], [true, 'false']);
  });

  it('is of one person at a time, and another press closes it', async () => {
    const element = await mountList(meeting(BOB, person('Cy')));
    await open(element, 'Actions for Bob');
    assert.strictEqual(button(element, 'Actions for Bob').ariaExpanded, 'true');
    await press(element, 'Actions for Cy');
    await until(() => titleOf(element) === 'Actions for Cy' && isOpen(element), 'of the other');
    assert.deepEqual(
      ['Bob', 'Cy'].map((name) => button(element, `Actions for ${name}`).ariaExpanded),
      ['false', 'true'],
    );
    await press(element, 'Actions for Cy');
    await until(() => !isOpen(element), 'closed');
    await until(() => button(element, 'Actions for Cy').ariaExpanded === 'false', 'told');
    await open(element, 'Actions for Cy');
    await sendKeys({ press: 'Escape' });
    await until(() => !isOpen(element), 'closed by Escape');
    assert.strictEqual(focused(element), 'Actions for Cy');
  });
});

describe('removing somebody', () => {
  async function asked(): Promise<ParticipantList> {
    const element = await mountList(meeting(BOB, person('Cy')));
    await open(element, 'Actions for Bob');
    await press(element, 'Remove from the meeting…');
    return element;
  }

  it('is asked back first, where the focus is on no control', async () => {
    const element = await asked();
    assert.deepEqual(given.calls, []);
    assert.deepEqual([offered(element), focused(element)], [['Cancel', 'Remove'], 'div']);
    assert.strictEqual(titleOf(element), 'Remove Bob from the meeting?');
    await press(element, 'Cancel');
    await until(() => !isOpen(element), 'closed');
    assert.deepEqual([given.calls, focused(element)], [[], 'Actions for Bob']);
  });

  for (const { typed, reason } of [
    { typed: '', reason: undefined },
    { typed: '  Too <b>loud</b> ', reason: 'Too <b>loud</b>' },
  ]) {
    it(`with the reason “${typed}”`, async () => {
      const element = await asked();
      const { requests, answer } = recordRequests('remove');
      inside(element, 'input[name=reason]', HTMLInputElement).value = typed;
      await press(element, 'Remove');
      await press(element, 'Remove');
      assert.deepEqual([requests, button(element, 'Remove').ariaBusy], [[['remove', 'bob', reason]], 'true']);
      await set(element, { participants: given.state.participants.filter(({ id }) => id !== 'bob') });
      assert.deepEqual([isOpen(element), focused(element)], [false, 'Actions for Cy']);
      answer();
    });
  }

  it('can be cancelled by the page', async () => {
    const element = await asked();
    const ids: string[] = [];
    const stop = new AbortController();
    const listener = (event: HTMLElementEventMap['remove-request']): void => {
      ids.push(event.participantId);
      event.preventDefault();
    };
    document.addEventListener('remove-request', listener, { signal: stop.signal });
    release(() => stop.abort());
    await press(element, 'Remove');
    await until(() => !isOpen(element), 'closed');
    assert.deepEqual([ids, given.calls], [['bob'], []]);
  });
});

describe('what can be done for everybody', () => {
  const ALL = [
    'Mute everybody…',
    'Lock the meeting',
    'Waiting room',
    'Hide people without a picture',
    'End the meeting for everybody…',
  ];

  const BY_PERMISSION: Readonly<Record<string, string[]>> = {
    'room.member.audio_mute': ['Mute everybody…'],
    'room.member.lowerhand': ['Lower all hands'],
    'room.lock': ['Lock the meeting', 'Waiting room'],
    'room.hide_video_muted': ['Hide people without a picture'],
    'room.show_video_muted': [],
    'room.end': ['End the meeting for everybody…'],
    'room.member.admit': [],
  };

  for (const [permission, offers] of Object.entries(BY_PERMISSION)) {
    it(`${permission} alone: ${offers.join(', ') || 'nothing'}`, async () => {
      const element = await mountList({ ...meeting(person('Bob', { handRaisedAt: 1 })), permissions: [permission] });
      assert.strictEqual(find(element, 'For everybody') !== undefined, offers.length > 0);
      if (offers.length > 0) await open(element, 'For everybody');
      assert.deepEqual(offered(element), offers);
    });
  }

  it('is less where it makes no sense', async () => {
    const element = await mountList({ ...meeting(BOB), facts: { ...ROOM, isAudioOnly: true } });
    await open(element, 'For everybody');
    assert.deepEqual(
      offered(element),
      ALL.filter((label) => !label.startsWith('Hide')),
    );
  });

  const SWITCHES: { label: string; fact: keyof RoomFacts; change: string }[] = [
    { label: 'Lock the meeting', fact: 'isLocked', change: 'locked' },
    { label: 'Waiting room', fact: 'hasWaitingRoom', change: 'waitingRoom' },
    { label: 'Hide people without a picture', fact: 'hidesVideoMuted', change: 'hideVideoMuted' },
  ];

  for (const { label, fact, change } of SWITCHES) {
    for (const isOn of [false, true]) {
      it(`${label} is switched ${isOn ? 'off' : 'on'}, and shown so when the room says so`, async () => {
        const element = await mountList({ ...meeting(BOB), facts: { ...ROOM, [fact]: isOn } });
        const { requests, answer } = recordRequests(...METHODS);
        const pressed = (): string | null => button(element, label).ariaPressed;
        await open(element, 'For everybody');
        await press(element, label);
        await press(element, label);
        assert.deepEqual(requests, [['changeRoom', { [change]: !isOn }]]);
        assert.deepEqual([pressed(), button(element, label).ariaBusy], [String(isOn), 'true']);
        await set(element, { facts: { ...ROOM, [fact]: !isOn } });
        assert.strictEqual(pressed(), String(!isOn));
        answer();
        await until(() => !isOpen(element), 'closed');
        assert.strictEqual(focused(element), 'For everybody');
      });
    }
  }

  it('lowers all hands, one’s own too', async () => {
    const own = { ...ADA, facts: { ...GUEST, handRaisedAt: 1 } };
    const hands = [person('Bob', { handRaisedAt: 2 }), person('Cy'), person('Dan', { handRaisedAt: 3 })];
    const element = await mountList({ ...meeting(), participants: [own, ...hands] });
    const { requests } = recordRequests(...METHODS);
    await open(element, 'For everybody');
    await press(element, 'Lower all hands');
    assert.deepEqual(requests, [
      ['raiseHand', false],
      ['moderate', 'bob', { hand: false }],
      ['moderate', 'dan', { hand: false }],
    ]);
  });

  it('mutes everybody except whom one chooses, who stay chosen while people come and go, and lifts it again', async () => {
    const element = await mountList(meeting(BOB, person('Cy'), person('Vi', { role: 'viewer' })));
    const { requests, answer } = recordRequests(...METHODS);
    const boxes = (): HTMLInputElement[] => allInside(element, 'input[type=checkbox]') as HTMLInputElement[];
    await open(element, 'For everybody');
    await press(element, 'Mute everybody…');
    assert.include(dialogOf(element).textContent, 'Who comes later starts muted');
    assert.deepEqual(
      boxes().map(({ labels }) => labels?.[0]?.textContent.trim()),
      ['Bob', 'Cy'],
      'neither moderators nor viewers',
    );
    boxes()[1]?.click();
    await set(element, { participants: [ADA, person('Abe'), person('Cy', { handRaisedAt: 1 }), BOB] });
    assert.deepEqual(
      boxes().map(({ value, checked }) => `${value} ${checked}`),
      ['cy true', 'abe false', 'bob false'],
    );
    await press(element, 'Mute everybody');
    assert.deepEqual(requests, [['changeRoom', { muted: { except: ['cy'] } }]]);
    answer();
    await until(() => !isOpen(element), 'closed');

    await set(element, { facts: { ...ROOM, isMuted: true } });
    await open(element, 'For everybody');
    assert.strictEqual(find(element, 'Mute everybody…'), undefined);
    await press(element, 'Let everybody speak again');
    assert.deepEqual(requests[1], ['changeRoom', { muted: false }]);
  });

  it('mutes a guest who may mute others, unless chosen', async () => {
    const own = { ...ADA, facts: GUEST };
    const permissions = ['room.member.audio_mute'];
    const element = await mountList({ ...meeting(), permissions, participants: [own, BOB] });
    await open(element, 'For everybody');
    await press(element, 'Mute everybody…');
    assert.deepEqual(
      allInside(element, 'fieldset label').map(({ textContent }) => textContent.trim()),
      ['Ada (you)', 'Bob'],
    );
  });

  it('ends the meeting when asked back', async () => {
    const element = await mountList(meeting(BOB));
    const { requests } = recordRequests(...METHODS);
    await open(element, 'For everybody');
    await press(element, 'End the meeting for everybody…');
    assert.deepEqual([requests, offered(element)], [[], ['Cancel', 'End for everybody']]);
    await press(element, 'End for everybody');
    assert.deepEqual(requests, [['endForAll']]);
    await set(element, { connection: 'disconnected', facts: undefined });
    await set(element, meeting(BOB));
    assert.deepEqual([isOpen(element), button(element, 'For everybody').ariaExpanded], [false, 'false']);
  });
});

describe('those who wait', () => {
  const WAITING: readonly WaitingState[] = [
    { id: 'w-1', name: 'Zoe' },
    { id: 'w-2', name: '' },
  ];

  it('are admitted or denied one by one, or all of them', async () => {
    const element = await mountList({ ...meeting(), waiting: WAITING });
    const { requests, answer } = recordRequests('admit');
    assert.strictEqual(textInside(element, 'h3'), 'Waiting to be let in (2)');
    for (const label of ['Admit Zoe', 'Admit Zoe', 'Deny Guest', 'Admit all']) await press(element, label);
    assert.deepEqual(requests, [
      ['admit', 'w-1', true],
      ['admit', 'w-2', false],
      ['admit', 'w-1', true],
      ['admit', 'w-2', true],
    ]);
    assert.deepEqual(
      ['Admit Zoe', 'Deny Zoe', 'Deny Guest', 'Admit all'].map((label) => button(element, label).ariaBusy),
      ['true', 'false', 'true', 'true'],
    );
    answer();
    await set(element, { waiting: WAITING.slice(1) });
    assert.strictEqual(find(element, 'Admit all'), undefined, 'of one only');
    await set(element, { waiting: [] });
    assert.strictEqual(allInside(element, '[part=waiting]').length, 0);
  });

  it('are nobody’s business who may not admit, and are shown with the reason where that is refused', async () => {
    const element = await mountList({ ...meeting(), waiting: WAITING, permissions: [] });
    assert.strictEqual(find(element, 'Admit Zoe'), undefined);
    await set(element, { refusals: { 'room.member.admit': 'Not you.' } });
    const { title, ariaDisabled } = button(element, 'Admit Zoe');
    assert.deepEqual([title, ariaDisabled], ['Not you.', 'true']);
    await press(element, 'Admit Zoe');
    assert.deepEqual(given.calls, []);
  });
});

describe('the focus', () => {
  it('stays on a row that moves, also in its open popover', async () => {
    const [bob, cy] = [person('Bob'), person('Cy')];
    const element = await mountList(meeting(bob, cy));
    const raise = (at: number | undefined): Promise<void> =>
      set(element, { participants: [ADA, bob, person('Cy', { handRaisedAt: at })] });
    button(element, 'Actions for Cy').focus();
    for (const at of [1, undefined]) {
      await raise(at);
      assert.strictEqual(focused(element), 'Actions for Cy');
    }
    await open(element, 'Actions for Cy');
    button(element, 'Make viewer').focus();
    for (const at of [1, undefined]) {
      await raise(at);
      assert.deepEqual([focused(element), isOpen(element)], ['Make viewer', true]);
    }
    await sendKeys({ press: 'Escape' });
    await until(() => focused(element) === 'Actions for Cy', 'back');
  });

  it('stays with who is another participant after a reconnect, whose popover stays open for them', async () => {
    const element = await mountList(meeting(person('Bob'), person('Cy')));
    await open(element, 'Actions for Bob');
    const { x, y } = dialogOf(element).getBoundingClientRect();
    button(element, 'Mute').focus();
    await set(element, {
      participants: [ADA, person('Bob', {}, { id: 'bob-2', firstId: 'bob' }), person('Cy')],
    });
    assert.deepEqual([focused(element), isOpen(element)], ['Mute', true]);
    const after = dialogOf(element).getBoundingClientRect();
    assert.deepEqual([after.x, after.y], [x, y], 'it is where it was');
    const { requests, answer } = recordRequests(...METHODS);
    await press(element, 'Mute');
    assert.deepEqual(requests, [['moderate', 'bob-2', { microphone: 'off' }]]);
    answer();
  });

  it('goes to the next row when somebody leaves, whose popover closes, and to the heading where there is none', async () => {
    const [bob, cy, dan] = [person('Bob'), person('Cy'), person('Dan')];
    const element = await mountList(meeting(bob, cy, dan));
    await open(element, 'Actions for Bob');
    button(element, 'Mute').focus();
    await set(element, { participants: [ADA, cy, dan] });
    assert.deepEqual([isOpen(element), focused(element)], [false, 'Actions for Cy']);
    await set(element, { participants: [ADA, dan] });
    assert.strictEqual(focused(element), 'Actions for Dan');
    await set(element, { participants: [ADA] });
    assert.strictEqual(focused(element), 'h2');
  });

  it('goes to the next one who waits', async () => {
    const waiting = ['Yan', 'Zoe'].map((name) => ({ id: name, name }));
    const element = await mountList({ ...meeting(BOB), waiting });
    button(element, 'Admit Yan').focus();
    await set(element, { waiting: waiting.slice(1) });
    assert.strictEqual(focused(element), 'Admit Zoe');
    await set(element, { waiting: [] });
    assert.strictEqual(focused(element), 'h2');
  });

  it('stays in the popover where its control goes, and closes it where nothing is left', async () => {
    const element = await mountList(meeting(BOB));
    await open(element, 'Actions for Bob');
    button(element, 'Mute').focus();
    await set(element, { participants: [ADA, person('Bob', { microphone: 'off' })] });
    assert.deepEqual([focused(element), isOpen(element)], ['div', true]);
    await set(element, { permissions: [] });
    assert.deepEqual([isOpen(element), focused(element)], [false, 'h2']);
  });

  it('is not taken from the rest of the page', async () => {
    const input = mount('input', 'aria-label="own"');
    const element = await mountList(meeting(BOB));
    input.focus();
    await set(element, meeting());
    assert.strictEqual(document.activeElement, input);
  });

  it('goes everywhere by keyboard', async () => {
    const element = await mountList({ ...meeting(BOB), waiting: [{ id: 'w', name: 'Zoe' }] });
    const { requests } = recordRequests(...METHODS);
    const order: string[] = [];
    for (let step = 0; step < 4; step++) {
      await sendKeys({ press: 'Tab' });
      order.push(focused(element));
    }
    assert.deepEqual(order, ['For everybody', 'Admit Zoe', 'Deny Zoe', 'Actions for Bob']);
    await sendKeys({ press: 'Enter' });
    await until(() => focused(element) === 'div', 'open');
    // The popover itself: a key held down presses nothing.
    await sendKeys({ press: 'Enter' });
    assert.deepEqual(requests, []);
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Space' });
    assert.deepEqual(requests, [['moderate', 'bob', { microphone: 'off' }]]);
  });
});

describe('what is read out', () => {
  it('is who raises a hand and who waits, and only that', async () => {
    const complaints = new Complaints();
    const element = await mountList(meeting(BOB, person('Cy', { handRaisedAt: 1 })));
    const region = inside(element, '[role=status]', HTMLElement);
    await set(element, {
      participants: [ADA, person('Bob', { handRaisedAt: 2, microphone: 'off' }), person('Dan', { handRaisedAt: 3 })],
    });
    await until(() => said(element), 'said');
    assert.strictEqual(said(element), 'Bob raised a hand.', 'not who came with it, nor what was so before');
    await set(element, { waiting: [{ id: 'w', name: '' }] });
    await until(() => said(element) === 'Guest waits to be let in.', 'said too');
    await set(element, { waiting: [] });
    await set(element, { waiting: [{ id: 'w-2', name: '' }] });
    assert.strictEqual(said(element), '', 'so that the same is said again');
    await until(() => said(element) === 'Guest waits to be let in.', 'said again');
    await set(element, { connection: 'disconnected' });
    assert.deepEqual([said(element), region.isConnected], ['', true]);
    await complaints.assertNone();
  });

  it('is a number where many come at once', async () => {
    const names = ['Bob', 'Cy', 'Dan'];
    const element = await mountList(meeting(...names.map((name) => person(name))));
    for (let count = 1; count <= 3; count++) {
      await set(element, {
        participants: [ADA, ...names.map((name, index) => person(name, index < count ? { handRaisedAt: index } : {}))],
        waiting: names.slice(0, count).map((id) => ({ id: `w-${id}`, name: id })),
      });
    }
    assert.strictEqual(said(element), '');
    await until(() => said(element), 'said');
    assert.strictEqual(said(element), '3 people raised their hands. 3 people wait to be let in.');
  });

  it('is not one’s own hand, nor what has gone meanwhile', async () => {
    const element = await mountList(meeting(BOB));
    await set(element, {
      participants: [{ ...ADA, facts: { ...GUEST, handRaisedAt: 1 } }, person('Bob', { handRaisedAt: 2 })],
    });
    await set(element, { participants: [ADA, BOB], waiting: [{ id: 'w', name: 'Zoe' }] });
    await until(() => said(element), 'said');
    assert.strictEqual(said(element), 'Zoe waits to be let in.');
  });
});

describe('for everybody’s eyes', () => {
  const VIEWS: { what: string; state?: Partial<RoomState>; open: string[] }[] = [
    { what: 'the list', open: [] },
    { what: 'what can be done to somebody', open: ['Actions for Bob'] },
    { what: 'the question before removing', open: ['Actions for Bob', 'Remove from the meeting…'] },
    { what: 'what can be done for everybody', open: ['For everybody'] },
    { what: 'muting everybody', open: ['For everybody', 'Mute everybody…'] },
    { what: 'those who wait', state: { waiting: [{ id: 'w', name: 'Zoe' }] }, open: [] },
    { what: 'a guest’s view', state: { permissions: [] }, open: [] },
  ];

  for (const { what, state, open: labels } of VIEWS) {
    for (const style of [
      'color: #14171c; background: #fff',
      'color-scheme: dark; color: #f4f5f7; background: #171a21',
    ]) {
      it(`axe finds nothing in ${what}, ${style}`, async () => {
        const people = [BOB, person('Cy', { handRaisedAt: 1, network: 'poor' }), person('Vi', { role: 'viewer' })];
        const element = await mountList({ ...meeting(...people), ...state }, `style="${style}"`);
        for (const label of labels) await press(element, label);
        await rendered(element);
        await assertAccessible(element);
      });
    }
  }

  it('is a list, named by its heading, with the popover beside the button that has opened it', async () => {
    const element = await mountList(meeting(BOB));
    const list = inside(element, '[part=people]', HTMLElement) as HTMLElement & {
      computedRole?: string;
      computedName?: string;
    };
    assert.deepEqual([list.computedRole, list.computedName], ['list', 'Participants (2)']);
    element.style.cssText = 'display: block; inline-size: 300px; margin-inline-start: auto';
    for (const dir of ['ltr', 'rtl']) {
      document.documentElement.dir = dir;
      release(() => document.documentElement.removeAttribute('dir'));
      await open(element, 'Actions for Bob');
      const [opener, dialog] = [button(element, 'Actions for Bob'), dialogOf(element)].map((each) =>
        each.getBoundingClientRect(),
      );
      assert.ok(opener && dialog);
      assert.isAtLeast(dialog.left, 0, dir);
      assert.isAtMost(dialog.right, innerWidth, dir);
      assert.ok(dialog.top >= opener.bottom || dialog.bottom <= opener.top, `${dir}: covers no button of its own`);
      assert.ok(dialog.left < opener.right && opener.left < dialog.right, `${dir}: beside it`);
      await press(element, 'Actions for Bob');
      await until(() => !isOpen(element), 'closed');
    }
  });
});

describe('leaks', () => {
  beforeEach(() => {
    given = new GivenRoom(meeting(BOB));
  });

  let hands = 0;
  leakSuite('<participant-list> with an open popover and news to be read out', {
    cycles: 20,
    make: async () => {
      const element = document.createElement('participant-list');
      element.setAttribute('for', 'given');
      document.body.append(element);
      await element.updateComplete;
      await press(element, 'Actions for Bob');
      given.set({ waiting: [{ id: `w-${++hands}`, name: 'Zoe' }] });
      await element.updateComplete;
      return element;
    },
  });
});
