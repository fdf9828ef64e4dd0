/** Registers the elements for phone calls, which a page needs where the endpoint offers these. */
import { DialOutButton } from './elements/dial-out-button.js';
import { DialPad } from './elements/dial-pad.js';
import { define } from './internal/define.js';

define('dial-out-button', DialOutButton);
define('dial-pad', DialPad);
