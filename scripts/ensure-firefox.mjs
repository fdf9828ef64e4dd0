/** Gets CI a Firefox where apt-get can install one. Without one the tests run all the same, less the Firefox ones. */
import { findFirefox } from './browsers.mjs';
import { aptInstall } from './install.mjs';

const path = findFirefox() ?? (aptInstall('firefox-esr') ? findFirefox() : undefined);
console.log(path ?? 'Firefox is not installed: the tests that need it will not be run.');
