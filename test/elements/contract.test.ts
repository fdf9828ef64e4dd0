/** What holds for every element, one call each. */
import {
  ControlBar,
  RoomStatus,
  ScreenShareButton,
  CameraButton,
  DevicePicker,
  DialOutButton,
  DialPad,
  LayoutPicker,
  LeaveButton,
  LevelMeter,
  MicButton,
  ParticipantGrid,
  ParticipantTile,
  RoomLobby,
  SelfView,
  VideoRoom,
} from '../../src/index.js';
import { contractSuite, type PropertyCase } from './helpers/suites.js';

const FOR: PropertyCase = { property: 'for', attribute: 'for', initial: '', value: 'standup' };

contractSuite('mic-button', MicButton, [FOR]);
contractSuite('camera-button', CameraButton, [FOR]);
contractSuite('leave-button', LeaveButton, [FOR]);
contractSuite('layout-picker', LayoutPicker, [FOR]);
contractSuite('screen-share-button', ScreenShareButton, [FOR]);
contractSuite('control-bar', ControlBar, [FOR]);
contractSuite('room-status', RoomStatus, [FOR]);
contractSuite('self-view', SelfView, [FOR]);
contractSuite('level-meter', LevelMeter, [FOR]);
contractSuite('device-picker', DevicePicker, [
  FOR,
  { property: 'kind', attribute: 'kind', initial: 'camera', value: 'speaker' },
]);
contractSuite('dial-out-button', DialOutButton, [
  FOR,
  { property: 'number', attribute: 'number', initial: '', value: '+12025550100' },
  { property: 'name', attribute: 'name', initial: '', value: 'Bob' },
  { property: 'endpoint', attribute: 'endpoint', initial: '', value: '/startPSTNCall' },
  { property: 'country', attribute: 'country', initial: '', value: 'GB' },
]);
contractSuite('dial-pad', DialPad, [FOR, { property: 'call', attribute: 'call', initial: '', value: 'call' }]);
contractSuite('room-lobby', RoomLobby, [
  FOR,
  { property: 'autostart', attribute: 'autostart', initial: false, value: true },
  { property: 'noRemember', attribute: 'no-remember', initial: false, value: true },
]);
contractSuite('participant-grid', ParticipantGrid, [
  FOR,
  { property: 'layout', attribute: 'layout', initial: '', value: 'speaker' },
]);
contractSuite('participant-tile', ParticipantTile, [
  FOR,
  { property: 'participantId', attribute: 'participant-id', initial: '', value: 'local' },
  { property: 'streamId', attribute: 'stream-id', initial: '', value: 'stream' },
  { property: 'controls', attribute: 'controls', initial: false, value: true },
  { property: 'noPin', attribute: 'no-pin', initial: false, value: true },
  { property: 'large', attribute: 'large', initial: false, value: true },
]);
contractSuite('video-room', VideoRoom, [
  { property: 'endpoint', attribute: 'endpoint', initial: '', value: '/rooms/join' },
  { property: 'invite', attribute: 'invite', initial: '', value: 'invitation' },
  { property: 'as', attribute: 'as', initial: '', value: 'moderator' },
  { property: 'roomName', attribute: 'room', initial: '', value: 'standup' },
  { property: 'name', attribute: 'name', initial: '', value: 'Ada' },
  { property: 'token', attribute: 'token', initial: '', value: 'token' },
  { property: 'provider', attribute: 'provider', initial: 'bandwidth', value: 'fake' },
  { property: 'noAudio', attribute: 'no-audio', initial: false, value: true },
  { property: 'noVideo', attribute: 'no-video', initial: false, value: true },
  { property: 'muted', attribute: 'muted', initial: false, value: true },
  { property: 'cameraOff', attribute: 'camera-off', initial: false, value: true },
  { property: 'noRemember', attribute: 'no-remember', initial: false, value: true },
  { property: 'fromQuery', attribute: 'from-query', initial: false, value: true },
  { property: 'ringing', attribute: 'ringing', initial: false, value: true },
  { property: 'noShortcuts', attribute: 'no-shortcuts', initial: false, value: true },
  { property: 'layout', attribute: 'layout', initial: '', value: 'speaker' },
  { property: 'credentials', initial: undefined, value: 'include' },
]);
