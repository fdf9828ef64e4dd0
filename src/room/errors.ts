/** A sentence for the person, and whether trying again without changing anything in the page can help. */
type Sentence = readonly [sentence: string, retryable: boolean];

/** Everything that can go wrong with a meeting, by the code for the page. */
const SENTENCES = {
  'endpoint-missing': ['This meeting is not set up: the page names no endpoint to join through.', false],
  'room-missing': ['Type the name of the room to join.', true],
  'endpoint-unreachable': ['The meeting service cannot be reached. Check your connection and try again.', true],
  'endpoint-timeout': ['The meeting service did not answer in time. Try again.', true],
  'endpoint-not-found': [
    'The meeting service was not found at the address this page uses. Tell the owner of the page.',
    true,
  ],
  'endpoint-rejected': [
    'The meeting service did not accept the request. Check the name and the room, then try again.',
    true,
  ],
  'endpoint-unauthorized': [
    'You are not allowed to join this room. Sign in, or ask for an invitation, then try again.',
    true,
  ],
  'endpoint-rate-limited': ['Too many attempts to join. Wait a minute, then try again.', true],
  'endpoint-failed': ['The meeting service has a problem. Try again in a moment.', true],
  'endpoint-answer-invalid': [
    'The meeting service gave an answer this page cannot read. Tell the owner of the page.',
    true,
  ],
  'room-full': ['The room is full. Try again when someone has left.', true],
  'token-missing': ['The meeting service gave no permission to join. Try again.', true],
  'token-invalid': ['The permission to join is damaged. Try again.', true],
  'token-expired': ['The permission to join has run out. Try again.', true],
  'provider-unknown': ['This page asks for a meeting provider that does not exist. Tell the owner of the page.', false],
  'provider-unavailable': ['A part of the meeting could not be loaded. Check your connection and try again.', true],
  'connect-refused': ['The meeting could not be connected. Try again in a moment.', true],
  'connect-timeout': ['Connecting to the meeting took too long. Check your connection and try again.', true],
  'connection-lost': ['The connection to the meeting was lost. Check your network, then join again.', true],
  'publish-failed': ['Your microphone and camera could not be sent. Leave and join again.', true],
  'screen-share-failed': ['The screen could not be shared. Try again.', true],
  'speaker-refused': ['The chosen speaker cannot be used. You hear the others where you did before.', true],
  'picture-in-picture-refused': ['The browser refused to show the small window. Try again.', true],
  'full-screen-refused': ['The browser refused to fill the screen. Try again.', true],
  'permission-missing': ['You are not allowed to do this here.', true],
  'room-locked': ['The room is locked. Ask its host to let you in, then try again.', true],
  'room-ended': ['The meeting was ended.', true],
  'entry-denied': ['You were not let in.', true],
  'invitation-invalid': ['This invitation is not valid, or not valid any more. Ask for a new one.', true],
  removed: ['You were removed from the meeting.', true],
  'insecure-context': ['Browsers allow microphone and camera on secure pages only. Open this page with https.', false],
  'webrtc-unsupported': ['This browser cannot take part in video meetings. Use a current browser.', false],
  'devices-denied': [
    'Microphone and camera are blocked, so you can only listen. Allow them in the browser’s site settings, then switch them on here.',
    true,
  ],
  'microphone-denied': [
    'The microphone is blocked. Allow it in the browser’s site settings, then switch it on here.',
    true,
  ],
  'camera-denied': ['The camera is blocked. Allow it in the browser’s site settings, then switch it on here.', true],
  'devices-absent': [
    'No microphone and no camera were found, so you can only listen. Connect one, then switch it on here.',
    true,
  ],
  'microphone-absent': ['No microphone was found. Connect one, then switch it on here.', true],
  'camera-absent': ['No camera was found. Connect one, then switch it on here.', true],
  'devices-in-use': ['Microphone and camera are used by another program. Close it, then switch them on here.', true],
  'microphone-in-use': ['The microphone is used by another program. Close it, then switch it on here.', true],
  'camera-in-use': ['The camera is used by another program. Close it, then switch it on here.', true],
} as const satisfies Record<string, Sentence>;

/** What comes with the code for phone calls, or with that for the room channel: not every meeting has these. */
type LaterCode =
  | 'number-invalid'
  | 'number-not-allowed'
  | 'call-limit'
  | 'call-gone'
  | 'call-failed'
  | 'participant-gone'
  | 'rate-limited';

/** The machine-readable name of a failure, as carried by the `room-error` event. */
export type RoomErrorCode = keyof typeof SENTENCES | LaterCode;

const sentences: Partial<Record<RoomErrorCode, Sentence>> = SENTENCES;

/** To be called by what brings the sentences of these codes. */
export function addSentences(more: Partial<Record<LaterCode, Sentence>>): void {
  Object.assign(sentences, more);
}

/** A failure with a code a page can branch on and a sentence a person can act on. */
export class RoomError extends Error {
  override readonly name = 'RoomError';
  readonly code: RoomErrorCode;
  /** True where the same person can try again without the page being changed. */
  readonly retryable: boolean;
  /** The permission that is missing, where the endpoint names it. */
  readonly permission: string | undefined;

  /** `message` replaces the standard sentence, for an endpoint that explains itself better. */
  constructor(
    code: RoomErrorCode,
    options: { message?: string | undefined; permission?: string | undefined; cause?: unknown } = {},
  ) {
    // A page may use a code before its sentence is there.
    const [sentence, retryable] = sentences[code] ?? [code, true];
    super(options.message || sentence, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryable = retryable;
    this.permission = options.permission;
  }
}

export function isRoomErrorCode(value: unknown): value is RoomErrorCode {
  return typeof value === 'string' && Object.hasOwn(sentences, value);
}

/** The error itself, or one of this code around what came from a part that breaks its word. */
export function asRoomError(error: unknown, code: RoomErrorCode): RoomError {
  return error instanceof RoomError ? error : new RoomError(code, { cause: error });
}
