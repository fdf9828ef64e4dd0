/** Registers every element and exports what a page can program against. */
// The lobby's first: the room has to be there when the elements inside it ask for it.
import './lobby-elements.js';
import './meeting-elements.js';
import './people-elements.js';
import './phone-elements.js';

export * from './elements/camera-button.js';
export * from './elements/chat-panel.js';
export * from './elements/control-bar.js';
export * from './elements/device-picker.js';
export * from './elements/dial-out-button.js';
export * from './elements/dial-pad.js';
export * from './elements/layout-picker.js';
export * from './elements/leave-button.js';
export * from './elements/level-meter.js';
export * from './elements/mic-button.js';
export * from './elements/panel-button.js';
export * from './elements/participant-grid.js';
export * from './elements/participant-list.js';
export * from './elements/participant-tile.js';
export * from './elements/raise-hand-button.js';
export * from './elements/reaction-button.js';
export * from './elements/room-lobby.js';
export * from './elements/room-news.js';
export * from './elements/room-panel.js';
export * from './elements/room-status.js';
export * from './elements/screen-share-button.js';
export * from './elements/self-view.js';
export * from './elements/unmute-prompt.js';
export * from './elements/video-room.js';
export * from './events.js';
export * from './headless.js';
