import { ITEM_EFFORT, spendEffort, TEXT_LENGTH_MAX } from '../effort.js';
import type { Library } from '../functions.js';
import { ArrayList, CelError, costExceeded, type List, type Value } from '../values.js';
import { formatText } from './format-text.js';

const BEYOND_ASCII = /[\u0080-\uffff]/;
/** The characters of a text; for ASCII the text itself serves. */
function characters(text: string): string | string[] {
  spendEffort(text.length);
  if (!BEYOND_ASCII.test(text)) return text;
  spendEffort(text.length * ITEM_EFFORT);
  return [...text];
}
const cut = (text: string | string[], from: number, to: number): string =>
  typeof text === 'string' ? text.slice(from, to) : text.slice(from, to).join('');

const outOfRange = (index: number): CelError => new CelError(`index out of range: ${index}`);

function charAt(text: string, index: number): Value {
  const all = characters(text);
  if (index < 0 || index > all.length) return outOfRange(index);
  return all[index] ?? '';
}

function substring(text: string, start: number, end?: number): Value {
  const all = characters(text);
  if (end !== undefined && start > end) return new CelError(`invalid substring range. start: ${start}, end: ${end}`);
  if (start < 0 || start > all.length) return outOfRange(start);
  if (end !== undefined && (end < 0 || end > all.length)) return outOfRange(end);
  return cut(all, start, end ?? all.length);
}

/** Positions count code points; a start beyond the end finds nothing, an empty text is found wherever one looks (B7.21). */
function indexOf(text: string, part: string, offset: number): Value {
  if (part === '') return BigInt(offset);
  if (offset < 0) return outOfRange(offset);
  const all = characters(text);
  if (offset >= all.length) return -1n;
  if (typeof all === 'string') return BigInt(all.indexOf(part, offset));
  const from = cut(all, 0, offset).length;
  const found = text.indexOf(part, from);
  return found < 0 ? -1n : BigInt([...text.slice(0, found)].length);
}

function lastIndexOf(text: string, part: string, offset?: number): Value {
  const all = characters(text);
  if (offset === undefined) {
    if (part === '') return BigInt(all.length);
    const found = text.lastIndexOf(part);
    return found < 0 ? -1n : BigInt([...text.slice(0, found)].length);
  }
  if (part === '') return BigInt(offset);
  if (offset < 0) return outOfRange(offset);
  if (offset >= all.length) return -1n;
  const found = text.lastIndexOf(part, cut(all, 0, offset).length);
  return found < 0 ? -1n : BigInt([...text.slice(0, found)].length);
}

/** Replaces the first `limit` occurrences, all if it is negative; an empty `old` stands between all characters. */
function replace(text: string, old: string, fresh: string, limit: number): Value {
  const parts = old === '' ? ['', ...text, ''] : text.split(old);
  const count = limit < 0 ? parts.length - 1 : Math.min(limit, parts.length - 1);
  if (text.length + count * fresh.length > TEXT_LENGTH_MAX) return costExceeded;
  if (count === parts.length - 1) return parts.join(fresh);
  const kept = parts.slice(count + 1).map((part) => old + part);
  return parts.slice(0, count + 1).join(fresh) + kept.join('');
}

function split(text: string, separator: string, limit: number): Value {
  if (limit === 0) return new ArrayList([]);
  const parts = separator === '' ? [...text] : text.split(separator);
  if (limit < 0 || parts.length <= limit) return new ArrayList(parts);
  return new ArrayList([...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)]);
}

function join(list: List, separator: string): Value {
  const parts: string[] = [];
  let length = 0;
  for (let i = 0; i < list.size; i++) {
    const part = list.get(i);
    if (part instanceof CelError) return part;
    if (typeof part !== 'string') return new CelError(`join: invalid input: ${String(part)}`);
    length += part.length + separator.length;
    if (length > TEXT_LENGTH_MAX) return costExceeded;
    parts.push(part);
  }
  return parts.join(separator);
}

/** What Unicode calls white space, as Go trims it. */
const trim = (text: string): string => text.replace(/^[\s\u0085]+|[\s\u0085]+$/g, (spaces) => spaces.replace(/[^\ufeff]/g, ''));

const QUOTED: Record<string, string> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
};
const quote = (text: string): string => `"${text.replace(/[\p{Cc}\\"]/gu, (c) => QUOTED[c] ?? c)}"`;

const lower = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
const upper = (text: string): string => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());

/** The string functions of cel-go, version 2 (B7.21). */
export const strings: Library = {
  charAt: [['string_char_at_int', 'string.(int) -> string', (text, index) => charAt(text as string, Number(index))]],
  indexOf: [
    ['string_index_of_string', 'string.(string) -> int', (text, part) => indexOf(text as string, part as string, 0)],
    [
      'string_index_of_string_int',
      'string.(string, int) -> int',
      (text, part, offset) => indexOf(text as string, part as string, Number(offset)),
    ],
  ],
  lastIndexOf: [
    ['string_last_index_of_string', 'string.(string) -> int', (text, part) => lastIndexOf(text as string, part as string)],
    [
      'string_last_index_of_string_int',
      'string.(string, int) -> int',
      (text, part, offset) => lastIndexOf(text as string, part as string, Number(offset)),
    ],
  ],
  lowerAscii: [['string_lower_ascii', 'string.() -> string', (text) => lower(text as string)]],
  upperAscii: [['string_upper_ascii', 'string.() -> string', (text) => upper(text as string)]],
  replace: [
    [
      'string_replace_string_string',
      'string.(string, string) -> string',
      (text, old, fresh) => replace(text as string, old as string, fresh as string, -1),
    ],
    [
      'string_replace_string_string_int',
      'string.(string, string, int) -> string',
      (text, old, fresh, limit) => replace(text as string, old as string, fresh as string, Number(limit)),
    ],
  ],
  split: [
    ['string_split_string', 'string.(string) -> list(string)', (text, separator) => split(text as string, separator as string, -1)],
    [
      'string_split_string_int',
      'string.(string, int) -> list(string)',
      (text, separator, limit) => split(text as string, separator as string, Number(limit)),
    ],
  ],
  substring: [
    ['string_substring_int', 'string.(int) -> string', (text, start) => substring(text as string, Number(start))],
    [
      'string_substring_int_int',
      'string.(int, int) -> string',
      (text, start, end) => substring(text as string, Number(start), Number(end)),
    ],
  ],
  trim: [['string_trim', 'string.() -> string', (text) => trim(text as string)]],
  format: [['string_format', 'string.(list(dyn)) -> string', (text, args) => formatText(text as string, args as List)]],
  'strings.quote': [['strings_quote', '(string) -> string', (text) => quote(text as string)]],
  join: [
    ['list_join', 'list(string).() -> string', (list) => join(list as List, '')],
    ['list_join_string', 'list(string).(string) -> string', (list, separator) => join(list as List, separator as string)],
  ],
};
