/** What the parts of a stay that are loaded only where they are needed get from it. */
import type { DeviceKind } from './devices.js';
import type { EndpointSettings, JoinGrant } from './endpoint.js';
import type { RoomError } from './errors.js';
import type { Layout } from './layout.js';
import type { MessageState, RoomState } from './state.js';

/** What can go wrong without ending the stay. */
export type Trouble = 'devices' | 'publishing' | 'screen' | 'calls' | 'conference';

export interface Stay {
  readonly settings: EndpointSettings;
  /** The name of the room, as the endpoint knows it. */
  readonly room: string;
  /** The newest one. */
  readonly grant: () => JoinGrant;
  /** Takes new facts into the room's state. */
  readonly report: (facts: Partial<RoomState>) => void;
  /** Something went wrong that does not end the stay. */
  readonly fail: (trouble: Trouble, error: RoomError) => void;
  /** It goes right again. */
  readonly overcome: (trouble: Trouble) => void;
  /** Switches a device off that may not be on. */
  readonly switchOff: (kind: DeviceKind) => void;
  readonly setLayout: (layout: Layout) => void;
  readonly onMessage: (message: MessageState) => void;
  /** The stay is over without the person having asked for it: with an error, unless the page goes away. */
  readonly onEnded: (error?: RoomError) => void;
  /** Sends digits with this device's sound, which every phone in the meeting hears. False where it sends none. */
  readonly playDigits: (digits: string) => boolean;
  /** What the endpoint tells of participants is otherwise now. */
  readonly onMembersChanged: () => void;
  /** What the endpoint tells of phone calls: all there are, or some. */
  readonly onCalls: (calls: readonly unknown[], isComplete: boolean) => void;
  /** This person may send something else now: another grant is needed. */
  readonly onPublishChanged: (publish: readonly string[]) => void;
  /** The endpoint does not know this person any more: another grant is needed. */
  readonly onForgotten: () => void;
  readonly signal: AbortSignal;
}
