/** Registers the elements that a page shows before anybody has joined. */
import { VideoRoom } from './elements/video-room.js';
import { RoomLobby } from './elements/room-lobby.js';
import { SelfView } from './elements/self-view.js';
import { DevicePicker } from './elements/device-picker.js';
import { LevelMeter } from './elements/level-meter.js';
import { define } from './internal/define.js';

// The room first: it has to be there when the elements inside it ask for it.
define('video-room', VideoRoom);
define('room-lobby', RoomLobby);
define('self-view', SelfView);
define('device-picker', DevicePicker);
define('level-meter', LevelMeter);
