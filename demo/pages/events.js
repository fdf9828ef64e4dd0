import { ApiError, OwnerApi } from './events-api.js';
import { describe, endedBy, isUnderWay, personOf } from './events-lines.js';

/** Of this tab alone, and gone with it. Never in the address. */
const KEY = 'video-room-api-key';

/** How often the list of rooms is read again, in milliseconds. */
const ROOMS_EVERY = 10_000;

/** How often somebody who cannot see the lines is told of new ones, in milliseconds. */
const NEWS_EVERY = 3000;

/** Entries that are asked for at once. */
const PAGE = 100;

/** Lines that are kept on the page. */
const LINE_LIMIT = 1000;

const find = (id) => document.getElementById(id);
const timeFormat = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const momentFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** Undefined while nobody has given a key. */
let api;
/** The record that is shown; undefined: none. */
let record;

find('entrance').addEventListener('submit', (event) => {
  event.preventDefault();
  const key = find('key').value.trim();
  find('key').value = '';
  void open(key);
});
find('forget').addEventListener('click', () => {
  close();
  find('key').focus();
});
find('other').addEventListener('submit', (event) => {
  event.preventDefault();
  show(find('other-name').value.trim());
});
find('earlier').addEventListener('click', () => record.showEarlier());
find('dialog-cancel').addEventListener('click', () => find('dialog').close());
window.setInterval(() => {
  if (api && !document.hidden) void attempt(showRooms, find('rooms-error'));
}, ROOMS_EVERY);

const kept = window.sessionStorage.getItem(KEY);
if (kept) void open(kept);
else close();

async function open(key) {
  api = new OwnerApi(key);
  if (!(await attempt(showRooms))) {
    api = undefined;
    find('entrance').hidden = false;
    return;
  }
  window.sessionStorage.setItem(KEY, key);
  const isFirst = find('site').hidden;
  find('entrance').hidden = true;
  find('site').hidden = false;
  find('forget').hidden = false;
  // The form that had the focus is hidden now.
  if (isFirst) (find('rooms').querySelector('button') ?? find('other-name')).focus();
}

function close(message = '') {
  api = undefined;
  record?.close();
  record = undefined;
  window.sessionStorage.removeItem(KEY);
  if (find('dialog').open) find('dialog').close();
  find('entrance').hidden = false;
  for (const id of ['site', 'record', 'forget']) find(id).hidden = true;
  for (const id of ['rooms', 'rooms-error', 'entries', 'record-title']) find(id).replaceChildren();
  find('error').textContent = message;
}

/** Does what may fail, and says how it did. @param place where */
async function attempt(action, place = find('error')) {
  let failure = '';
  try {
    await action();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    failure = error.message;
    if (error.status === 401) {
      close(failure);
      return false;
    }
  }
  // The same once more would be read out once more.
  if (place.textContent !== failure) place.textContent = failure;
  return failure === '';
}

async function showRooms() {
  const asked = api;
  const rooms = await asked.ask('GET', 'rooms');
  if (asked !== api) return;
  const list = find('rooms');
  const focused = document.activeElement?.dataset?.room;
  list.replaceChildren(...rooms.map(roomItem));
  if (rooms.length === 0) list.append(element('li', {}, 'No room is open.'));
  // It was replaced by one that looks alike.
  if (focused !== undefined) list.querySelector(`[data-room="${window.CSS.escape(focused)}"]`)?.focus();
}

function roomItem({ name, displayName, participantCount, waitingCount }) {
  const waiting = waitingCount > 0 ? `, ${waitingCount} waiting` : '';
  const label = [text(displayName || name), ` (${participantCount}${waiting})`];
  const button = actionButton(label, () => show(name));
  button.dataset.room = name;
  if (record?.room === name) button.setAttribute('aria-current', 'true');
  return element('li', {}, button);
}

function show(room) {
  record?.close();
  record = new ShownRecord(room);
  for (const button of find('rooms').querySelectorAll('button'))
    if (button.dataset.room === room) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
}

/** The record of one room, newest first, for as long as it is shown. */
class ShownRecord {
  room;
  #path;
  #abort = new window.AbortController();
  /** Of entries on the page. */
  #lines = new Map();
  /** Participants that were told of, by id. */
  #people = new Map();
  /** Participants, streams, calls and people waiting who are there no more. */
  #gone = new Set();
  #hasAll = false;
  #newsTimer;
  #newsCount = 0;

  constructor(room) {
    this.room = room;
    this.#path = `rooms/${encodeURIComponent(room)}`;
    find('record').hidden = false;
    find('record-title').replaceChildren('Record of ', text(room));
    find('record-title').focus();
    find('news').textContent = '';
    find('entries').replaceChildren();
    find('earlier').hidden = true;
    find('room-actions').replaceChildren(
      actionButton('Send to all', () => this.#sendTo(undefined)),
      actionButton('Mute all', () => this.#do('POST', 'mute', {})),
      actionButton('Lift mute', () => this.#do('DELETE', 'mute')),
      actionButton('End the meeting', () => this.#end()),
    );
    void this.#follow();
  }

  close() {
    this.#abort.abort();
    window.clearTimeout(this.#newsTimer);
  }

  async showEarlier() {
    const { id: oldest } = find('entries').lastElementChild.dataset;
    const before = `?limit=${PAGE}&before=${encodeURIComponent(oldest)}`;
    await attempt(async () => {
      const { entries, next } = await api.ask('GET', `${this.#path}/events${before}`);
      if (this.#abort.signal.aborted) return;
      this.#hasAll = next === null;
      this.#add(entries, 'append');
      find('news').textContent = `${entries.length} earlier entries`;
    });
  }

  async #follow() {
    const on = {
      connected: () => (find('connection').textContent = ''),
      interrupted: () => (find('connection').textContent = 'Interrupted. Trying again.'),
      reset: () => {
        this.#lines.clear();
        this.#gone.clear();
        find('entries').replaceChildren();
      },
      entries: (entries) => {
        this.#add(entries, 'prepend');
        this.#announce(entries.length);
      },
    };
    await attempt(() => api.follow(this.room, on, this.#abort.signal));
  }

  /** @param where `prepend`: newer ones, oldest first; `append`: earlier ones, newest first */
  #add(entries, where) {
    const list = find('entries');
    for (const entry of entries) {
      if (this.#lines.has(entry.id)) continue;
      if (where === 'prepend') {
        // The page may publish the same stream again.
        this.#gone.delete(entry.data.id);
        this.#endActions(endedBy(entry));
      } else for (const id of endedBy(entry)) this.#gone.add(id);
      const line = this.#line(entry);
      this.#lines.set(entry.id, line);
      list[where](line.item);
    }
    while (where === 'prepend' && this.#lines.size > LINE_LIMIT) {
      const oldest = list.lastElementChild;
      this.#lines.delete(oldest.dataset.id);
      oldest.remove();
      this.#hasAll = false;
    }
    // What is not on the page may be in the record.
    find('earlier').hidden = this.#hasAll || this.#lines.size < PAGE;
  }

  #endActions(ids) {
    if (ids.length === 0) return;
    for (const id of ids) this.#gone.add(id);
    for (const { item, actions, about } of this.#lines.values()) {
      if (!actions || !about.some((id) => ids.includes(id))) continue;
      // Who is at one of them stays at the line.
      if (actions.contains(document.activeElement)) item.focus();
      actions.remove();
    }
  }

  #line(entry) {
    const { id, at, type } = entry;
    const person = personOf(entry);
    if (person) this.#people.set(person.id, { isPhone: this.#people.get(person.id)?.isPhone, ...person });
    const { who, said } = describe(entry, (each) => this.#people.get(each)?.name);
    const moment = new Date(at);
    const isToday = moment.toDateString() === new Date().toDateString();
    const time = element('time', { dateTime: at }, (isToday ? timeFormat : momentFormat).format(moment));
    const item = element(
      'li',
      { tabIndex: -1 },
      element(
        'div',
        { className: 'what' },
        element('span', { className: 'type' }, type),
        time,
        ...(who ? [element('span', { className: 'who' }, text(who))] : []),
      ),
      ...(said ? [element('p', { className: 'said' }, text(said))] : []),
    );
    item.dataset.id = id;
    const { about, buttons } = this.#actionsFor(entry);
    const isOver = buttons.length === 0 || about.some((each) => this.#gone.has(each));
    const actions = isOver ? undefined : element('div', { className: 'actions' }, ...buttons);
    item.append(...(actions ? [actions] : []), dataOf(entry));
    return { item, actions, about };
  }

  /** What can be done about a line, and the ids of those it is about. */
  #actionsFor(entry) {
    const { type, data } = entry;
    const person = personOf(entry);
    const buttons = person ? this.#personActions(person) : [];
    const about = person ? [person.id] : [];
    if (type === 'stream-created') {
      about.push(data.id, data.participant.id);
      buttons.push(...this.#streamActions(data));
    }
    if (type === 'call-changed' && isUnderWay(data)) {
      about.push(data.id);
      const path = `calls/${encodeURIComponent(data.id)}`;
      buttons.push(actionButton('Hang up', () => this.#do('DELETE', path), data.name));
    }
    if (type === 'waiting-changed') {
      about.push('waiting');
      buttons.push(...data.flatMap((waiting) => this.#waitingActions(waiting)));
    }
    return { about, buttons };
  }

  #personActions(person) {
    const { name } = person;
    const path = `participants/${encodeURIComponent(person.id)}`;
    return [
      // A phone reads nothing.
      ...(this.#people.get(person.id).isPhone ? [] : [actionButton('Send', () => this.#sendTo(person), `to ${name}`)]),
      actionButton('Mute', () => this.#do('PATCH', path, { microphone: 'off' }), name),
      actionButton('Remove', () => this.#remove(person, path), name),
    ];
  }

  #streamActions({ id, videoType, participant: { name }, layoutClasses }) {
    const path = `streams/${encodeURIComponent(id)}`;
    return [
      // A screen has no microphone.
      ...(videoType === 'screen' ? [] : [actionButton('Mute', () => this.#do('POST', `${path}/mute`), name)]),
      actionButton('Layout classes', () => this.#setClasses(path, layoutClasses), `of ${name}`),
    ];
  }

  #waitingActions({ id, name }) {
    const path = `waiting/${encodeURIComponent(id)}`;
    const decide = (admitted) => () => this.#do('PATCH', path, { admitted });
    return [
      actionButton(['Let ', text(name), ' in'], decide(true)),
      actionButton(['Turn ', text(name), ' away'], decide(false)),
    ];
  }

  #sendTo(person) {
    ask({
      title: ['Send to ', person ? text(person.name) : 'all'],
      submit: 'Send',
      fields: [
        { name: 'type', label: 'Type', value: 'chat', required: true, maxLength: 64 },
        { name: 'content', label: 'Text; of other types than chat also JSON', isLong: true, required: true },
      ],
      act: async ({ type, content }) => {
        const to = person && { to: person.id };
        await this.#ask('POST', 'signals', { type, data: dataFor(type, content), ...to });
      },
    });
  }

  #remove({ name }, path) {
    ask({
      title: ['Remove ', text(name)],
      submit: 'Remove',
      fields: [{ name: 'reason', label: 'Why, for the person to read', maxLength: 500 }],
      act: ({ reason }) => this.#ask('DELETE', `${path}?${new window.URLSearchParams({ reason })}`),
    });
  }

  #setClasses(path, classes) {
    ask({
      title: ['Layout classes'],
      submit: 'Set',
      fields: [{ name: 'classes', label: 'With spaces between them', value: classes.join(' ') }],
      act: ({ classes: given }) =>
        this.#ask('PUT', `${path}/layout-classes`, { layoutClasses: given.split(/\s+/).filter(Boolean) }),
    });
  }

  #end() {
    ask({
      title: ['End the meeting for everybody?'],
      submit: 'End it',
      fields: [],
      act: () => this.#ask('DELETE', ''),
    });
  }

  /** Does something and says how it went. */
  #do(method, path, body) {
    return attempt(() => this.#ask(method, path, body));
  }

  async #ask(method, path, body) {
    await api.ask(method, path === '' ? this.#path : `${this.#path}/${path}`, body);
    find('news').textContent = 'Done.';
  }

  /** One sentence for all that have come within a while. */
  #announce(count) {
    this.#newsCount += count;
    this.#newsTimer ??= window.setTimeout(() => {
      find('news').textContent = this.#newsCount === 1 ? '1 new entry' : `${this.#newsCount} new entries`;
      this.#newsCount = 0;
      this.#newsTimer = undefined;
    }, NEWS_EVERY);
  }
}

/** Asks for what an action needs, and does it; what went wrong is said where it was asked. */
function ask({ title, submit, fields, act }) {
  const inputs = fields.map(({ name, label, isLong = false, ...properties }) => {
    const input = element(isLong ? 'textarea' : 'input', { name, ...properties });
    return { name, input, label: element('label', {}, label, input) };
  });
  find('dialog-title').replaceChildren(...title);
  find('dialog-fields').replaceChildren(...inputs.map(({ label }) => label));
  find('dialog-error').textContent = '';
  find('dialog-submit').textContent = submit;
  find('dialog-form').onsubmit = async (event) => {
    event.preventDefault();
    try {
      await act(Object.fromEntries(inputs.map(({ name, input }) => [name, input.value.trim()])));
      find('dialog').close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) close(error.message);
      else find('dialog-error').textContent = error.message;
    }
  };
  find('dialog').showModal();
}

function dataFor(type, content) {
  if (type === 'chat') return { text: content };
  if (type === 'reaction') return { emoji: content };
  try {
    return JSON.parse(content);
  } catch {
    return content;
  }
}

/** All of an entry, made when somebody wants to see it. */
function dataOf({ data }) {
  const details = element('details', {}, element('summary', {}, 'Data'));
  const open = () => details.append(element('pre', { dir: 'auto' }, JSON.stringify(data, null, 2)));
  details.addEventListener('toggle', open, { once: true });
  return details;
}

/** @param about what comes after the label for who does not see the line */
function actionButton(label, act, about) {
  const button = element('button', { type: 'button' }, ...[label].flat());
  if (about !== undefined) button.setAttribute('aria-label', `${label} ${about}`);
  button.addEventListener('click', () => act());
  return button;
}

/** Text that somebody wrote: never markup, and its direction is its own. */
function text(content) {
  return element('bdi', {}, content);
}

function element(name, properties, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}
