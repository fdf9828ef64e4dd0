/** BXML: what a call has to do, verb by verb. The verbs that the local platform knows; any other one is refused by name. */
import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { errorText } from '../../error-text.js';

/** Bytes. A document that brings a call into a room has a few hundred. */
export const BXML_LIMIT = 64 * 1024;

export type Verb =
  | { readonly verb: 'Transfer'; readonly token: string }
  | { readonly verb: 'SpeakSentence'; readonly sentence: string }
  | {
      readonly verb: 'SendDtmf';
      readonly digits: string;
      /** Milliseconds. */
      readonly toneDuration: number;
      /** Milliseconds. */
      readonly toneInterval: number;
    }
  | { readonly verb: 'Hangup' };

/** The document is not BXML, or asks for what the local platform does not know; the message says what. */
export class BxmlError extends Error {}

interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (Element | string)[];
}

/** As the parser gives it: the element's name as a key, its attributes as `:@`. */
type ParsedNode = Readonly<Record<string, unknown>>;

/** The parser counts the root as one. Speech markup inside `<SpeakSentence>` may nest. */
const DEPTH_LIMIT = 8;
const ROOTS = ['Response', 'Bxml'];
/** Anything but the five entities of XML and character references. */
const FOREIGN_ENTITY = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-f]{1,6});)/i;

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  trimValues: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  htmlEntities: true,
  maxNestedTags: DEPTH_LIMIT,
});

const READERS = new Map<string, (element: Element) => Verb>([
  ['Transfer', readTransfer],
  ['SpeakSentence', readSpeakSentence],
  ['SendDtmf', readSendDtmf],
  ['Hangup', readHangup],
]);

/**
 * @param text an XML document whose root is `<Response>` (or `<Bxml>`)
 * @throws BxmlError
 */
export function parseBxml(text: string): Verb[] {
  const root = parseXml(text);
  if (!ROOTS.includes(root.name)) throw new BxmlError(`The root is <${root.name}>, not <Response>.`);
  return elementsIn(root).map((element) => {
    const read = READERS.get(element.name);
    if (!read) throw new BxmlError(`The verb <${element.name}> is not supported here.`);
    return read(element);
  });
}

function parseXml(text: string): Element {
  if (Buffer.byteLength(text) > BXML_LIMIT) throw new BxmlError(`The document is larger than ${BXML_LIMIT} bytes.`);
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new BxmlError('A document type definition is not allowed.');
  if (FOREIGN_ENTITY.test(text))
    throw new BxmlError('Only the five entities of XML and character references may be used.');
  // The next major version moves it to a package of its own.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const validity = XMLValidator.validate(text);
  if (validity !== true) throw new BxmlError(`The document is not XML: ${validity.err.msg}`);
  const [root, another] = parseNodes(text).map(toElement).filter(isElement);
  if (!root || another) throw new BxmlError('The document needs one root element.');
  return root;
}

function parseNodes(text: string): readonly ParsedNode[] {
  try {
    return parser.parse(text) as readonly ParsedNode[];
  } catch (error) {
    // Nested too deep, or names that would reach into a prototype.
    throw new BxmlError(`The document cannot be read: ${errorText(error)}`);
  }
}

function toElement(node: ParsedNode): Element | string {
  const text = node['#text'];
  if (typeof text === 'string') return text;
  const name = Object.keys(node).find((key) => key !== ':@') ?? '';
  return {
    name,
    attributes: new Map(Object.entries((node[':@'] ?? {}) as Record<string, string>)),
    children: (node[name] as readonly ParsedNode[]).map(toElement),
  };
}

function isElement(node: Element | string): node is Element {
  return typeof node !== 'string';
}

function readTransfer(transfer: Element): Verb {
  // The room shows no caller, and lets a phone in at once.
  allowAttributes(transfer, ['transferCallerId', 'transferCallerDisplayName', 'callTimeout']);
  const targets = elementsIn(transfer);
  const [target] = targets;
  if (targets.length !== 1 || target?.name !== 'SipUri')
    throw new BxmlError('<Transfer> needs one <SipUri> and nothing else.');
  allowAttributes(target, ['uui']);
  const uri = textOf(target).trim();
  if (!/^sips?:[^\s<>"@:;]+(?:@[^\s<>"@:;]+)?(?::\d{1,5})?(?:;[^\s<>"]*)?$/.test(uri))
    throw new BxmlError('<SipUri> is not a SIP URI.');
  return { verb: 'Transfer', token: tokenOf(target.attributes.get('uui') ?? '') };
}

/** User-To-User values (RFC 7433), separated by commas; one of them is the participant's token. */
function tokenOf(uui: string): string {
  const values = uui.split(',').map((value) => /^([^;\s]+);encoding=(base64|jwt|hex)$/.exec(value.trim()));
  if (values.includes(null))
    throw new BxmlError('<SipUri> attribute "uui" needs values of the form {data};encoding={base64, jwt or hex}.');
  const tokens = values.flatMap((value) => (value?.[2] === 'jwt' ? [value[1]] : []));
  const [token] = tokens;
  if (tokens.length !== 1 || token === undefined)
    throw new BxmlError('<SipUri> attribute "uui" needs one value whose encoding is jwt: the token of a participant.');
  return token;
}

function readSpeakSentence(element: Element): Verb {
  allowAttributes(element, ['voice', 'gender', 'locale']);
  return { verb: 'SpeakSentence', sentence: textOf(element).trim() };
}

function readSendDtmf(element: Element): Verb {
  allowAttributes(element, ['toneDuration', 'toneInterval']);
  const digits = textOf(element).trim();
  if (!/^[\d*#a-dA-D,wW]{1,50}$/.test(digits))
    throw new BxmlError('<SendDtmf> needs 1 to 50 of the characters 0-9 * # a-d A-D , w W.');
  return {
    verb: 'SendDtmf',
    digits,
    toneDuration: milliseconds(element, 'toneDuration', 200),
    toneInterval: milliseconds(element, 'toneInterval', 400),
  };
}

function readHangup(element: Element): Verb {
  allowAttributes(element, []);
  return { verb: 'Hangup' };
}

/** Defaults and range are those of the BXML documentation. */
function milliseconds({ name, attributes }: Element, attribute: string, fallback: number): number {
  const value = attributes.get(attribute);
  if (value === undefined) return fallback;
  if (/^\d+(?:\.\d+)?$/.test(value) && Number(value) >= 50 && Number(value) <= 5000) return Number(value);
  throw new BxmlError(`<${name}> attribute "${attribute}" must be 50 to 5000 milliseconds.`);
}

function allowAttributes({ name, attributes }: Element, allowed: readonly string[]): void {
  const foreign = [...attributes.keys()].find((attribute) => !allowed.includes(attribute));
  if (foreign !== undefined) throw new BxmlError(`<${name}> attribute "${foreign}" is not supported here.`);
}

function elementsIn({ name, children }: Element): Element[] {
  if (children.some((child) => !isElement(child) && child.trim() !== ''))
    throw new BxmlError(`<${name}> has text where elements are expected.`);
  return children.filter(isElement);
}

/** The text of the element and of the markup in it. */
function textOf({ children }: Element): string {
  return children.map((child) => (isElement(child) ? textOf(child) : child)).join('');
}
