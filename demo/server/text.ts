/** Text that people write to each other: kept as it was typed, but for what is no text or would disturb its surroundings. */

/** Characters as people count them, nearly: code points. */
export function lengthOf(text: string): number {
  return Array.from(text).length;
}

/** What ends a line (Unicode Standard Annex #14: CR, NEL, LS, PS). */
const LINE_ENDS = /\r\n?|[\u0085\u2028\u2029]/g;
/** Control characters but tab and newline, and halves of characters, which cannot be sent on. */
const NO_TEXT = /[^\P{Cc}\t\n]|\p{Cs}/gu;
/** What changes the direction of text (Unicode Standard Annex #9, 2.1 to 2.5), and newlines, which end that. */
const DIRECTION = /[\u202A-\u202E\u2066-\u2069\n]/g;

const POP_EMBEDDING = '\u202C';
const POP_ISOLATE = '\u2069';
const ISOLATES = '\u2066\u2067\u2068';

/** The text in NFC. Markup stays what it is: text. */
export function cleanText(text: string): string {
  return balanced(text.replace(LINE_ENDS, '\n').replace(NO_TEXT, '').normalize('NFC'));
}

/**
 * Ends within each line whatever was begun there to change the text's direction, and removes ends of what was not: the
 * text around it stays in its order.
 */
function balanced(text: string): string {
  /** What will end what was begun, the newest last. */
  let open: string[] = [];
  const close = (from: number): string => {
    const ends = open.slice(from).reverse().join('');
    open = open.slice(0, from);
    return ends;
  };
  const lines = text.replace(DIRECTION, (character) => {
    if (character === '\n') return close(0) + character;
    // It ends what was begun within the isolate, too.
    if (character === POP_ISOLATE) return open.includes(POP_ISOLATE) ? close(open.lastIndexOf(POP_ISOLATE)) : '';
    if (character === POP_EMBEDDING) return open.at(-1) === POP_EMBEDDING ? close(open.length - 1) : '';
    open.push(ISOLATES.includes(character) ? POP_ISOLATE : POP_EMBEDDING);
    return character;
  });
  return lines + close(0);
}
