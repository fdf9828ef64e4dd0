/** Registers every element and exports what a page can program against. */
import { CameraButton } from './elements/camera-button.js';
import { LeaveButton } from './elements/leave-button.js';
import { MicButton } from './elements/mic-button.js';
import { ParticipantGrid } from './elements/participant-grid.js';
import { ParticipantTile } from './elements/participant-tile.js';
import { VideoRoom } from './elements/video-room.js';
import { define } from './internal/define.js';

// The room first: it has to be there when the elements inside it ask for it.
define('video-room', VideoRoom);
define('participant-grid', ParticipantGrid);
define('participant-tile', ParticipantTile);
define('mic-button', MicButton);
define('camera-button', CameraButton);
define('leave-button', LeaveButton);

export { CameraButton, LeaveButton, MicButton, ParticipantGrid, ParticipantTile, VideoRoom };
export * from './events.js';
export { registerProvider } from './providers/index.js';
export * from './room/index.js';
