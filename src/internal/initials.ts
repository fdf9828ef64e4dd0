/** The first letters of the first and the last word of a name, in capitals; empty for a name without letters. */
export function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => /\p{Letter}|\p{Number}/u.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  return chosen
    .map((word) => (word ? /\p{Letter}|\p{Number}/u.exec(word)?.[0] : ''))
    .join('')
    .toLocaleUpperCase();
}
