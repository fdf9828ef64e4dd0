/** Registers the elements for people and messages, which a page needs where the endpoint has a room channel. */
import './internal/translations/people-en.js';
