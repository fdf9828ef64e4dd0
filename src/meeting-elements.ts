/** Registers the elements that have little to show before somebody has joined. */
import { ParticipantGrid } from './elements/participant-grid.js';
import { ParticipantTile } from './elements/participant-tile.js';
import { ControlBar } from './elements/control-bar.js';
import { MicButton } from './elements/mic-button.js';
import { CameraButton } from './elements/camera-button.js';
import { ScreenShareButton } from './elements/screen-share-button.js';
import { LayoutPicker } from './elements/layout-picker.js';
import { LeaveButton } from './elements/leave-button.js';
import { RoomStatus } from './elements/room-status.js';
import { define } from './internal/define.js';

define('participant-grid', ParticipantGrid);
define('participant-tile', ParticipantTile);
define('control-bar', ControlBar);
define('mic-button', MicButton);
define('camera-button', CameraButton);
define('screen-share-button', ScreenShareButton);
define('layout-picker', LayoutPicker);
define('leave-button', LeaveButton);
define('room-status', RoomStatus);
