/**
 * Path elements as strings in one canonical form (A2.2), so that equal elements are equal strings:
 * `f:<name>` a field or map key, `k:{"port":80,"protocol":"TCP"}` the item of a list map, `v:"x"` the item of a set, `i:3` an index.
 */
import { goNumber } from '../printing/go-value.js';
import { goJson, goQuote } from '../field-errors.js';
import type { JsonObject, JsonValue } from '../json-value.js';
import { decodeJson } from '../wire/json.js';

export type PathElement = string;
export type Path = readonly PathElement[];

/** A FieldsV1 key that is no path element. */
export class PathElementError extends Error {}

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}
/** The keys of one item. */
export function keyElement(keys: JsonObject): PathElement {
  return `k:${elementText(keys)}`;
}
export function valueElement(value: JsonValue): PathElement {
  return `v:${elementText(value)}`;
}

/** Elements that are canonical at sight: a key of one plain name and value, a plain string. Most are, and parsing is slow. */
const PLAIN_KEY = /^k:\{"([\w./-]+)":(?:"([\w ./:=+-]*)"|(0|[1-9]\d{0,14}))\}$/;
const PLAIN_VALUE = /^v:"[\w ./:=+-]*"$/;

/** Reads a FieldsV1 key into canonical form; undefined for a kind of element that is to be ignored. Throws `PathElementError`. */
export function parseElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new PathElementError('key must be 2 characters long:');
  if (text[1] !== ':') throw new PathElementError(`missing colon: ${text}`);
  switch (text[0]) {
    case 'f':
      return text;
    case 'v':
      return PLAIN_VALUE.test(text) ? text : valueElement(parseValue(text.slice(2)));
    case 'k': {
      if (PLAIN_KEY.test(text)) return text;
      const keys = parseValue(text.slice(2));
      if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) throw new PathElementError(`not a key: ${text}`);
      return keyElement(keys);
    }
    case 'i':
      if (!/^i:[+-]?\d+$/.test(text)) throw new PathElementError(`not an index: ${text}`);
      return `i:${Number(text.slice(2))}`;
    default:
      return undefined;
  }
}

/** A2.6: `.name`, `[port=80,protocol="TCP"]`, `[="x"]`, `[3]`. */
export function printElement(element: PathElement): string {
  const text = element.slice(2);
  switch (element[0]) {
    case 'f':
      return `.${text}`;
    case 'k':
      return `[${sortedEntries(parseValue(text) as JsonObject)
        .map(([name, value]) => `${name}=${printElementValue(value)}`)
        .join(',')}]`;
    case 'v':
      return `[=${printElementValue(parseValue(text))}]`;
    default:
      return `[${text}]`;
  }
}

export function printPath(path: Path): string {
  return path.map(printElement).join('');
}

/** In the order of A2.3. */
export function sortElements(elements: Iterable<PathElement>): PathElement[] {
  const sorted = [...elements];
  if (sorted.length < 2) return sorted;
  if (sorted.every((element) => element[0] === 'f')) return sorted.sort(compareText);
  const decoded = sorted.map((element) => ({ element, rank: 'fkvi'.indexOf(element[0]!), value: elementOrderValue(element) }));
  decoded.sort((a, b) => a.rank - b.rank || compareValues(a.value, b.value));
  return decoded.map(({ element }) => element);
}

/** Go's order of strings: by UTF-8 bytes, which is by code points. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    // Surrogates are above every other unit.
    const surrogateX = x >= 0xd800 && x <= 0xdfff;
    const surrogateY = y >= 0xd800 && y <= 0xdfff;
    return surrogateX === surrogateY ? x - y : surrogateX ? 1 : -1;
  }
  return a.length - b.length;
}

export function sortedEntries(object: JsonObject): [string, JsonValue][] {
  return Object.entries(object).sort(([a], [b]) => compareText(a, b));
}

/** A list is compared item by item, so a key is the list of its names and values. */
function elementOrderValue(element: PathElement): JsonValue {
  const text = element.slice(2);
  if (element[0] === 'f') return text;
  if (element[0] === 'i') return Number(text);
  if (PLAIN_VALUE.test(element)) return text.slice(1, -1);
  const plain = PLAIN_KEY.exec(element);
  if (plain) return [plain[1]!, plain[2] ?? Number(plain[3])];
  const value = parseValue(text);
  return element[0] === 'k' ? sortedEntries(value as JsonObject).flat() : value;
}

/** A2.3: numbers < strings < booleans < lists < maps < null. */
function compareValues(a: JsonValue, b: JsonValue): number {
  const rank = valueRank(a) - valueRank(b);
  if (rank !== 0 || a === null) return rank;
  if (typeof a === 'string') return compareText(a, b as string);
  if (Array.isArray(a)) return compareLists(a, b as JsonValue[]);
  if (typeof a === 'object') return compareLists(sortedEntries(a).flat(), sortedEntries(b as JsonObject).flat());
  return a < b! ? -1 : a > b! ? 1 : 0;
}

function compareLists(a: readonly JsonValue[], b: readonly JsonValue[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const order = compareValues(a[i]!, b[i]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function valueRank(value: JsonValue): number {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 0;
    case 'string':
      return 1;
    case 'boolean':
      return 2;
    default:
      return value === null ? 5 : Array.isArray(value) ? 3 : 4;
  }
}

/** A value within an element: compact JSON as Go writes it, keys sorted (A2.4). */
export function elementText(value: JsonValue): string {
  if (typeof value === 'string') return PLAIN.test(value) ? `"${value}"` : goJson(value);
  if (Array.isArray(value)) return `[${value.map(elementText).join(',')}]`;
  // Go writes two digits of an exponent
  if (typeof value === 'number') return String(value).replace(/e-(?=\d$)/, 'e-0');
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${sortedEntries(value)
    .map(([name, member]) => `${elementText(name)}:${elementText(member)}`)
    .join(',')}}`;
}
const PLAIN = /^[\w ./:=+-]*$/;

function printElementValue(value: JsonValue): string {
  if (typeof value === 'string') return goQuote(value);
  if (Array.isArray(value)) return `[${value.map(printElementValue).join(',')}]`;
  if (typeof value === 'number' || typeof value === 'bigint') return goNumber(value);
  if (typeof value !== 'object' || value === null) return String(value);
  return sortedEntries(value)
    .map(([name, member]) => `${name}=${printElementValue(member)}`)
    .join('');
}

/** Numbers beyond 2^53 survive; the quick way is right for all short texts. */
function parseValue(text: string): JsonValue {
  try {
    return /\d{16}/.test(text) ? decodeJson(text).value : (JSON.parse(text) as JsonValue);
  } catch (error) {
    throw new PathElementError(`parsing ${text}: ${(error as Error).message}`);
  }
}
