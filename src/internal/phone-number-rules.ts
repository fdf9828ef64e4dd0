/** The rules of all countries' telephone numbers: large, and so a file that is loaded when somebody types a number. */
export { AsYouType, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
