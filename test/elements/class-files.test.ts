/** The class files have no side effect: who imports one registers nothing and changes nothing in the page. */
import { assert } from '@open-wc/testing';

const CLASS_FILES: Record<string, () => Promise<object>> = {
  'video-room': () => import('../../src/elements/video-room.js'),
  'participant-grid': () => import('../../src/elements/participant-grid.js'),
  'participant-tile': () => import('../../src/elements/participant-tile.js'),
  'mic-button': () => import('../../src/elements/mic-button.js'),
  'camera-button': () => import('../../src/elements/camera-button.js'),
  'screen-share-button': () => import('../../src/elements/screen-share-button.js'),
  'leave-button': () => import('../../src/elements/leave-button.js'),
  'control-bar': () => import('../../src/elements/control-bar.js'),
  'room-status': () => import('../../src/elements/room-status.js'),
  'room-lobby': () => import('../../src/elements/room-lobby.js'),
  'self-view': () => import('../../src/elements/self-view.js'),
  'level-meter': () => import('../../src/elements/level-meter.js'),
  'dial-out-button': () => import('../../src/elements/dial-out-button.js'),
  'dial-pad': () => import('../../src/elements/dial-pad.js'),
  'device-picker': () => import('../../src/elements/device-picker.js'),
};

const TAGS = Object.keys(CLASS_FILES);

/** Lit's own record of its versions and, in development, of its warnings. */
const LIT_GLOBALS = ['litElementVersions', 'litHtmlVersions', 'litIssuedWarnings', 'reactiveElementVersions'];

function pageFacts(): unknown[] {
  return [
    Object.getOwnPropertyNames(window).filter((name) => !LIT_GLOBALS.includes(name)),
    document.documentElement.outerHTML,
    document.adoptedStyleSheets.length,
  ];
}

it('importing every element’s class registers none and leaves the page as it was', async () => {
  const before = pageFacts();
  for (const load of Object.values(CLASS_FILES)) await load();
  assert.deepEqual(
    TAGS.filter((tag) => customElements.get(tag)),
    [],
  );
  assert.deepEqual(pageFacts(), before);
});

it('a class can be registered under the page’s own name', async () => {
  const { MicButton } = await import('../../src/elements/mic-button.js');
  const OwnMicButton = class extends MicButton {};
  customElements.define('my-microphone', OwnMicButton);
  const button = new OwnMicButton();
  document.body.append(button);
  await button.updateComplete;
  assert.strictEqual(button.localName, 'my-microphone');
  assert.ok(button.shadowRoot?.querySelector('button'));
  button.remove();
});

it('the index registers every element, and leaves alone what the page has registered before', async () => {
  const own = class extends HTMLElement {};
  customElements.define('leave-button', own);
  await import('../../src/index.js');
  assert.strictEqual(customElements.get('leave-button'), own);
  assert.ok(TAGS.every((tag) => customElements.get(tag)));
});
