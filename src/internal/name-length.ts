/** The longest name of a person, a phone or a room, in characters: what the room service takes. */
export const NAME_LENGTH = 64;
