/**
 * JSON as Kubernetes' decoder reads it: Go's grammar and error texts, duplicate members reported, int64 kept, nesting bounded.
 *
 * Almost every body is ordinary, so `JSON.parse` does the work and one linear scan over the text proves that nothing it
 * would hide is there. Whatever the scan finds suspicious goes through the parser below, which is slower and exact.
 */
import { isUtf8 } from 'node:buffer';
import type { JsonObject, JsonValue } from '../json-value.js';

/** R11.13 */
const MAX_DEPTH = 10000;
const MAX_PROBLEMS = 100;
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** The text is no JSON; the message is Go's (`unexpected end of JSON input`, `exceeded max depth` …). */
export class JsonError extends Error {}

export interface DecodedJson {
  value: JsonValue;
  /** `duplicate field "<path>"` (R4.11), and `unknown field "<path>"` for a dropped `__proto__`, in document order, each once, at most 100. */
  duplicates: string[];
  /** The text of numbers that JavaScript prints otherwise (`2.0`, `1e3`, beyond int64), by path; absent when there are none. */
  literals?: ReadonlyMap<string, string>;
}

/** Decodes a whole document (R4.11, R4.17). Of duplicate members the last wins. Throws `JsonError`. */
export function decodeJson(bytes: Uint8Array | string): DecodedJson {
  const text = typeof bytes === 'string' ? bytes : decodeUtf8(bytes);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return parse(text);
  }
  return isOrdinary(text, value) ? { value, duplicates: [] } : parse(text);
}

/** The value of a document in which nothing is unusual: no duplicate, no member or number that JavaScript reads otherwise. undefined for others. */
export function ordinaryJson(text: string): JsonValue | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isOrdinary(text, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const LONG_NUMBER = /[0-9]{16}/;

/** Decodes what `encodeJson` has made: nothing can hide in it but an integer beyond 2^53. */
export function decodeOwnJson(text: string): JsonValue {
  return LONG_NUMBER.test(text) ? decodeJson(text).value : (JSON.parse(text) as JsonValue);
}

/** UTF-8 to text; every invalid byte becomes one U+FFFD, as in Go (the platform's decoder merges some of them). */
export function decodeUtf8(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer)) return buffer.toString('utf8');
  const parts: string[] = [];
  let valid = 0;
  for (let i = 0; i < buffer.length; ) {
    const length = sequenceLength(buffer, i);
    if (length === 0) {
      parts.push(buffer.toString('utf8', valid, i), '\ufffd');
      valid = i + 1;
    }
    i += length || 1;
  }
  parts.push(buffer.toString('utf8', valid));
  return parts.join('');
}

/** How many bytes the character at `i` has, 0 when it is none: overlong forms, surrogates and cut-off sequences are not. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i]!;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || i + length > bytes.length) return 0;
  const second = bytes[i + 1]!;
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let n = 2; n < length; n++) if ((bytes[i + n]! & 0xc0) !== 0x80) return 0;
  return length;
}

/**
 * True when `JSON.parse` lost nothing of `text`: as many members in the tree as colons in the text, no number that a double
 * cannot hold or would print otherwise, no key with a character by its number (which might spell `__proto__`), no lone surrogate, no
 * `__proto__`, no excessive depth.
 * The hot loop of every request with a body: flat, without allocation for integers and strings.
 */
function isOrdinary(text: string, value: JsonValue): boolean {
  if (text.includes('__proto__')) return false;
  let members = 0;
  let depth = 0;
  let escaped = false;
  const end = text.length;
  const escapes = text.includes('\\');
  for (let i = 0; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      escaped = false;
      // Short strings are quicker by hand than by a call; long ones without escapes are not.
      for (let first = i; ; ) {
        if (!escapes && i - first > 24) {
          i = text.indexOf('"', i + 1);
          break;
        }
        const inner = text.charCodeAt(++i);
        if (inner === 0x22) break;
        if (inner !== 0x5c || text.charCodeAt(++i) !== 0x75) continue;
        escaped = true;
        if ((text.charCodeAt(i + 1) | 0x20) === 0x64) return false;
      }
    } else if (c === 0x3a) {
      if (escaped) return false;
      members++;
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > MAX_DEPTH) return false;
    } else if (c === 0x7d || c === 0x5d) {
      depth--;
    } else if (c === 0x2d || (c >= 0x30 && c <= 0x39)) {
      const start = i;
      let integer = true;
      for (; i + 1 < end; i++) {
        const next = text.charCodeAt(i + 1);
        if (next >= 0x30 && next <= 0x39) continue;
        if (next !== 0x2e && next !== 0x2b && next !== 0x2d && (next | 0x20) !== 0x65) break;
        integer = false;
      }
      if (i - start >= 15 || (c === 0x2d && text.charCodeAt(start + 1) === 0x30)) return false;
      if (!integer && !printsAlike(text.slice(start, i + 1))) return false;
    }
  }
  return members === countMembers(value);
}

const printsAlike = (literal: string): boolean => String(Number(literal)) === literal;

function countMembers(root: JsonValue): number {
  if (typeof root !== 'object' || root === null) return 0;
  const open: (JsonObject | JsonValue[])[] = [root];
  let members = 0;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (Array.isArray(node)) {
      for (let i = 0; i < node.length; i++) {
        const item = node[i]!;
        if (typeof item === 'object' && item !== null) open.push(item);
      }
    } else {
      for (const key in node) {
        members++;
        const member = node[key]!;
        if (typeof member === 'object' && member !== null) open.push(member);
      }
    }
  }
  return members;
}

/** An open object or array; `key` is the member being read, `at` the number of items so far. */
type Frame = { object: JsonObject; items: null; key: string } | { object: null; items: JsonValue[]; key: '' };

/** The exact parser: no recursion, Go's error texts. */
function parse(text: string): DecodedJson {
  const frames: Frame[] = [];
  const duplicates: string[] = [];
  const literals = new Map<string, string>();
  let overflow: string | undefined;
  let at = 0;

  const skipSpace = (): void => {
    for (let c = text.charCodeAt(at); c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09; c = text.charCodeAt(at)) at++;
  };
  const fail = (position: number, context: string): never => {
    if (position >= text.length) throw new JsonError('unexpected end of JSON input');
    throw new JsonError(`invalid character ${quoteByte(text, position)} ${context}`);
  };
  const path = (): string => {
    let out = '';
    for (const frame of frames) {
      if (frame.items) out += `[${frame.items.length}]`;
      else out += out === '' ? frame.key : `.${frame.key}`;
    }
    return out;
  };
  const report = (kind: string): void => {
    const problem = `${kind} field "${path()}"`;
    if (duplicates.length < MAX_PROBLEMS && !duplicates.includes(problem)) duplicates.push(problem);
  };

  const readString = (): string => {
    const start = ++at;
    let plain = true;
    for (;;) {
      const c = text.charCodeAt(at);
      if (c === 0x22) break;
      if (c < 0x20 || at >= text.length) fail(at, 'in string literal');
      if (c === 0x5c) {
        plain = false;
        at++;
        if (text[at] === 'u') {
          for (let i = 0; i < 4; i++) if (!/[0-9a-fA-F]/.test(text[++at] ?? '')) fail(at, 'in \\u hexadecimal character escape');
        } else if (!'"\\/bfnrt'.includes(text[at] ?? 'x')) fail(at, 'in string escape code');
      }
      at++;
    }
    const raw = text.slice(start, at++);
    return plain ? raw : wellFormed(JSON.parse(`"${raw}"`) as string);
  };

  const digits = (): void => {
    while (text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  };
  const digitsRequired = (context: string): void => {
    const start = at;
    digits();
    if (at === start) fail(at, context);
  };
  const readNumber = (): JsonValue => {
    const start = at;
    let integer = true;
    if (text[at] === '-') at++;
    if (text[at] === '0') at++;
    else digitsRequired('in numeric literal');
    if (text[at] === '.') {
      integer = false;
      at++;
      digitsRequired('after decimal point in numeric literal');
    }
    if (text[at] === 'e' || text[at] === 'E') {
      integer = false;
      at++;
      if (text[at] === '+' || text[at] === '-') at++;
      digitsRequired('in exponent of numeric literal');
    }
    const literal = text.slice(start, at);
    const value = toNumber(literal, integer);
    if (typeof value === 'bigint') return value;
    if (!Number.isFinite(value)) overflow ??= literal;
    if (String(value) !== literal && !(integer && value === 0)) literals.set(path(), literal);
    return value;
  };

  const readLiteral = (word: string, value: JsonValue): JsonValue => {
    for (let i = 1; i < word.length; i++) if (text[at + i] !== word[i]) fail(at + i, `in literal ${word} (expecting '${word[i]}')`);
    at += word.length;
    return value;
  };

  /** Reads a member's key and colon into the frame; a duplicate is reported here, before its value. */
  const readKey = (frame: Frame & { items: null }): void => {
    if (text[at] !== '"') fail(at, 'looking for beginning of object key string');
    frame.key = readString();
    if (frame.key === '__proto__') report('unknown');
    else if (Object.hasOwn(frame.object, frame.key)) report('duplicate');
    skipSpace();
    if (text[at] !== ':') fail(at, 'after object key');
    at++;
  };

  for (;;) {
    skipSpace();
    let value: JsonValue;
    const c = text[at];
    if (c === '{' || c === '[') {
      at++;
      if (frames.length >= MAX_DEPTH) throw new JsonError('exceeded max depth');
      const frame: Frame = c === '{' ? { object: {}, items: null, key: '' } : { object: null, items: [], key: '' };
      skipSpace();
      if (text[at] === (c === '{' ? '}' : ']')) {
        at++;
        value = frame.items ?? frame.object;
      } else {
        frames.push(frame);
        if (!frame.items) readKey(frame);
        continue;
      }
    } else if (c === '"') value = readString();
    else if (c === 't') value = readLiteral('true', true);
    else if (c === 'f') value = readLiteral('false', false);
    else if (c === 'n') value = readLiteral('null', null);
    else if (c === '-' || (c !== undefined && c >= '0' && c <= '9')) value = readNumber();
    else value = fail(at, 'looking for beginning of value');

    // A value is complete: put it into its container, and close every container that ends here.
    for (;;) {
      skipSpace();
      const frame = frames.at(-1);
      if (frame === undefined) {
        if (at < text.length) fail(at, 'after top-level value');
        if (overflow !== undefined) throw new JsonError(`json: cannot unmarshal number ${overflow} into Go value of type float64`);
        return { value, duplicates, ...(literals.size > 0 && { literals }) };
      }
      if (frame.items) frame.items.push(value);
      else if (frame.key !== '__proto__') frame.object[frame.key] = value;
      const separator = text[at];
      if (separator === ',') {
        at++;
        skipSpace();
        if (!frame.items) readKey(frame);
        break;
      }
      if (separator !== (frame.items ? ']' : '}')) fail(at, frame.items ? 'after array element' : 'after object key:value pair');
      at++;
      frames.pop();
      value = frame.items ?? frame.object;
    }
  }
}

/** int64 stays exact; an integer beyond it is a float, as in Go. */
function toNumber(literal: string, integer: boolean): number | bigint {
  const number = Number(literal);
  if (!integer || Number.isSafeInteger(number)) return number === 0 ? 0 : number;
  if (literal.length > 20) return number;
  const exact = BigInt(literal);
  return exact >= INT64_MIN && exact <= INT64_MAX ? exact : number;
}

const wellFormed = (text: string): string =>
  text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, '\ufffd');

/** Go's scanner sees bytes: of a character beyond ASCII it names the first byte of its UTF-8, read as Latin-1. */
function quoteByte(text: string, position: number): string {
  const byte = Buffer.from(String.fromCodePoint(text.codePointAt(position)!))[0]!;
  const named: Record<number, string> = { 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 39: "\\'", 92: '\\\\' };
  if (named[byte] !== undefined) return `'${named[byte]}'`;
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, '0')}'`;
  return `'${String.fromCharCode(byte)}'`;
}

/**
 * R4.12 for built-ins: duplicates (of `decodeJson`) and unknown fields of one document, mixed in document order.
 * What lies inside an unknown field is not reported.
 */
export function inDocumentOrder(bytes: Uint8Array | string, duplicates: readonly string[], unknown: readonly string[]): string[] {
  if (duplicates.length === 0) return [...unknown];
  const skipped = new Set(unknown.map(pathOf));
  const visible = duplicates.filter((problem) => !isBelow(pathOf(problem), skipped));
  if (unknown.length === 0 || visible.length === 0) return [...visible, ...unknown];
  const wanted = new Set([...visible, ...unknown]);
  const seen = new Set<string>();
  const ordered = new Set<string>();
  walkMembers(typeof bytes === 'string' ? bytes : decodeUtf8(bytes), (path) => {
    const problem = `${seen.has(path) ? 'duplicate' : 'unknown'} field "${path}"`;
    seen.add(path);
    if (wanted.has(problem)) ordered.add(problem);
  });
  return [...ordered, ...[...wanted].filter((problem) => !ordered.has(problem))];
}

const pathOf = (problem: string): string => problem.slice(problem.indexOf('"') + 1, -1);

const isBelow = (path: string, roots: ReadonlySet<string>): boolean => {
  for (const root of roots) if (path.startsWith(root) && (path.length === root.length || '.['.includes(path[root.length]!))) return true;
  return false;
};

/** Calls `visit` with the path of every member of a valid document, in document order, duplicates too. */
function walkMembers(text: string, visit: (path: string) => void): void {
  const prefixes: { path: string; index: number }[] = [];
  const tokens = /"((?:[^"\\]|\\.)*)"(\s*:)?|[{}[\],]/g;
  let current = '';
  for (const token of text.matchAll(tokens)) {
    const top = prefixes.at(-1);
    if (token[2] !== undefined) {
      const key = JSON.parse(`"${token[1]}"`) as string;
      current = top!.path === '' ? key : `${top!.path}.${key}`;
      visit(current);
    } else if (token[0] === '{') prefixes.push({ path: current, index: -1 });
    else if (token[0] === '[') {
      prefixes.push({ path: current, index: 0 });
      current = `${current}[0]`;
    } else if (token[0] === ',') {
      if (top!.index >= 0) current = `${top!.path}[${++top!.index}]`;
    } else if (token[0] === '}' || token[0] === ']') current = prefixes.pop()!.path;
  }
}

/** Compact JSON; bigints as integers, any depth. The final newline of an answer is the caller's. */
export function encodeJson(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch {
    return write(value, '');
  }
}

/** JSON indented by two spaces, as Go's encoder does (R8.20). */
export function prettyJson(value: JsonValue): string {
  try {
    return JSON.stringify(value, null, 2);
  } catch {
    return write(value, '  ');
  }
}

/** For what `JSON.stringify` refuses: bigints, and nesting that would overflow its stack. */
function write(root: JsonValue, indent: string): string {
  const parts: string[] = [];
  const open: { value: JsonObject | JsonValue[]; keys: string[] | null; next: number }[] = [];
  const newline = (): void => {
    if (indent !== '') parts.push('\n', indent.repeat(open.length));
  };
  const begin = (value: JsonValue): void => {
    if (typeof value === 'bigint') parts.push(String(value));
    else if (typeof value !== 'object' || value === null) parts.push(JSON.stringify(value));
    else {
      const keys = Array.isArray(value) ? null : Object.keys(value).filter((key) => value[key] !== undefined);
      const empty = (keys ?? (value as JsonValue[])).length === 0;
      parts.push(keys === null ? (empty ? '[]' : '[') : empty ? '{}' : '{');
      if (!empty) open.push({ value, keys, next: 0 });
    }
  };
  begin(root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const size = (top.keys ?? (top.value as JsonValue[])).length;
    if (top.next === size) {
      open.pop();
      newline();
      parts.push(top.keys === null ? ']' : '}');
      continue;
    }
    if (top.next > 0) parts.push(',');
    newline();
    const position = top.next++;
    if (top.keys === null) begin((top.value as JsonValue[])[position]!);
    else {
      const key = top.keys[position]!;
      parts.push(JSON.stringify(key), indent === '' ? ':' : ': ');
      begin((top.value as JsonObject)[key]!);
    }
  }
  return parts.join('');
}
