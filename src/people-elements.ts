/** Registers the elements for people and messages, which a page needs where the endpoint has a room channel. */
import { ChatPanel } from './elements/chat-panel.js';
import { PanelButton } from './elements/panel-button.js';
import { ParticipantList } from './elements/participant-list.js';
import { RaiseHandButton } from './elements/raise-hand-button.js';
import { ReactionButton } from './elements/reaction-button.js';
import { RoomNews } from './elements/room-news.js';
import { RoomPanel } from './elements/room-panel.js';
import { UnmutePrompt } from './elements/unmute-prompt.js';
import { define } from './internal/define.js';

define('participant-list', ParticipantList);
define('chat-panel', ChatPanel);
define('raise-hand-button', RaiseHandButton);
define('reaction-button', ReactionButton);
define('panel-button', PanelButton);
define('unmute-prompt', UnmutePrompt);
define('room-news', RoomNews);
define('room-panel', RoomPanel);
