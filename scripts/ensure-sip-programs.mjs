/** Gets CI the SIP programs where apt-get can install them. Without them the tests run all the same, less those. */
import { aptInstall } from './install.mjs';
import { SIP_PACKAGES } from './sip-programs.mjs';

for (const { packageName, isInstalled } of SIP_PACKAGES) {
  const isThere = isInstalled() || (aptInstall(packageName) && isInstalled());
  console.log(isThere ? packageName : `${packageName} is not installed: the tests that need it will not be run.`);
}
