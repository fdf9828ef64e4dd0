/** Registers every element and exports what a page can program against. */
// The lobby's first: the room has to be there when the elements inside it ask for it.
export * from './lobby-elements.js';
export * from './meeting-elements.js';
export * from './events.js';
export * from './headless.js';
