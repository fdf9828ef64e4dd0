/** Finds the addresses in what somebody wrote, and tells where they lead to where that is not what is read. */

export interface SafeLink {
  /** As it was typed. */
  readonly text: string;
  /** Starts with `http://` or `https://`. */
  readonly href: string;
  /** The host it leads to, in ASCII, where something else is read in `text`; else empty. */
  readonly host: string;
}

/**
 * What an address is made of. It ends where anybody sees it end: an invisible sign does not end it, or `https://bank.co`
 * and `m` would be read as one.
 */
const SIGN = String.raw`[^\t\n\r "()<>\\\xa0\u2028\u2029\u202f\u205f\u3000-\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f]`;

/** A parenthesis belongs to an address only where it is closed. */
const ADDRESS = new RegExp(String.raw`\bhttps?://(?:${SIGN}|\(${SIGN}*\))+`, 'gi');

/** At the end of an address these belong to the sentence around it. */
const PUNCTUATION = /[.,:;!?'*…»”’\]}\s\p{Cf}]/u;

/** Splits a text into what is just text and what can be a link. Together they are the text again. */
export function splitLinks(text: string): (string | SafeLink)[] {
  const parts: (string | SafeLink)[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const link = asLink(withoutPunctuation(found));
    if (!link) continue;
    parts.push(text.slice(end, index), link);
    end = index + link.text.length;
  }
  parts.push(text.slice(end));
  return parts.filter((part) => part !== '');
}

function withoutPunctuation(found: string): string {
  let { length } = found;
  while (PUNCTUATION.test(found.charAt(length - 1))) length--;
  return found.slice(0, length);
}

/** Undefined for what is no address, and for what could be read as another one. */
function asLink(text: string): SafeLink | undefined {
  // A name before the host looks like a host, and what turns the writing around shows it in another order.
  if (/\p{Bidi_Control}/u.test(text)) return undefined;
  const url = asURL(text);
  if (!url || url.username || url.password) return undefined;
  const { href, hostname } = url;
  const typed = text.replace(/^\w+:\/\/([^/?#]*).*/s, '$1').replace(/:\d*$/, '');
  return { text, href, host: typed.toLowerCase() === hostname ? '' : hostname };
}

function asURL(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}
