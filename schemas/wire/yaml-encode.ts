/**
 * JSON → YAML in go-yaml v2's layout (R8.21): keys in its natural order, list items at the indentation of their key, long scalars
 * folded at 80 columns, several lines as `|`. Layout is byte for byte what clients of Kubernetes see.
 */
import type { JsonObject, JsonValue } from '../json-value.js';
import { goFloat } from '../printing/go-value.js';
import { needsQuotes } from './yaml-scalar.js';

const WIDTH = 80;
const INDENT = 2;
const SIMPLE_KEY_BYTES_MAX = 128;

/** The whole document, with its final newline. */
export function encodeYaml(value: JsonValue): string {
  const out = new Output();
  const open: Block[] = [];

  /** Writes a scalar or an empty container at once; opens a block otherwise. `after` says what stands before it on the line. */
  const node = (value: JsonValue, indent: number, after: 'start' | 'key' | 'dash'): void => {
    if (typeof value !== 'object' || value === null) {
      out.scalar(value, Math.max(indent, 0) + INDENT, false);
      return;
    }
    const keys = Array.isArray(value) ? null : Object.keys(value).sort(naturally);
    const size = keys?.length ?? (value as JsonValue[]).length;
    const nested = after === 'start' ? 0 : after === 'key' && keys === null ? indent : indent + INDENT;
    if (size === 0) out.token(keys ? '{}' : '[]');
    else open.push({ value, keys, size, next: 0, indent: nested });
  };

  node(value, -INDENT, 'start');
  for (let block = open.at(-1); block !== undefined; block = open.at(-1)) {
    if (block.next === block.size) {
      open.pop();
      continue;
    }
    const position = block.next++;
    out.line(block.indent);
    if (block.keys === null) {
      out.dash('-');
      node((block.value as JsonValue[])[position]!, block.indent, 'dash');
      continue;
    }
    const key = block.keys[position]!;
    const member = (block.value as JsonObject)[key]!;
    if (/[\n\u2028\u2029]/.test(key) || Buffer.byteLength(key) > SIMPLE_KEY_BYTES_MAX) {
      out.dash('?');
      out.scalar(key, block.indent + INDENT, false);
      out.line(block.indent);
      out.dash(':');
      node(member, block.indent, 'dash');
    } else {
      out.scalar(key, block.indent + INDENT, true);
      out.colon();
      node(member, block.indent, 'key');
    }
  }
  return out.finish();
}

/** The number comes from JSON text, where integers have neither point nor exponent. */
const number = (value: number): string => (Number.isInteger(value) && Math.abs(value) < 2 ** 64 ? String(value) : goFloat(value));

interface Block {
  value: JsonObject | JsonValue[];
  /** Sorted; null for a list. */
  keys: string[] | null;
  size: number;
  next: number;
  indent: number;
}

/** Text, the column it has reached, and whether the line so far is only indentation and dashes. */
class Output {
  private readonly parts: string[] = [];
  private column = 0;
  private blank = true;
  private fresh = true;

  /** Text without surrogates: those are written as escapes. */
  put(text: string): void {
    this.parts.push(text);
    this.column += text.length;
    this.fresh = false;
    this.blank = false;
  }
  private newline(): void {
    this.parts.push('\n');
    this.column = 0;
  }
  /** Brings the column to `indent`, on a new line unless this one has nothing but indentation. */
  line(indent: number): void {
    if (!this.blank || this.column > indent || (this.column === indent && !this.fresh)) this.newline();
    if (this.column < indent) {
      this.parts.push(' '.repeat(indent - this.column));
      this.column = indent;
    }
    this.blank = true;
    this.fresh = true;
  }
  /** A token, with a blank before it where there is none. */
  token(text: string): void {
    this.put(this.fresh ? text : ` ${text}`);
  }
  /** `-`, `?`, `:` of a block: what follows may still be indentation. */
  dash(mark: string): void {
    const blank = this.blank;
    this.token(mark);
    this.blank = blank;
  }
  colon(): void {
    this.put(':');
  }
  finish(): string {
    if (this.column > 0) this.newline();
    return this.parts.join('');
  }

  scalar(value: JsonValue, indent: number, isKey: boolean): void {
    if (typeof value !== 'string') this.token(typeof value === 'number' ? number(value) : String(value));
    else this[styleOf(value, isKey)](value, indent, isKey);
  }

  /** The first blank after a run of text beyond the 80th column becomes a line break. */
  private folds(text: string, i: number, isKey: boolean): boolean {
    return !isKey && text[i] === ' ' && text[i - 1] !== ' ' && text[i + 1] !== ' ' && this.column > WIDTH;
  }

  private plain(text: string, indent: number, isKey: boolean): void {
    this.token('');
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      if (text[i] !== ' ') continue;
      this.put(text.slice(start, i));
      start = i;
      if (!this.folds(text, i, isKey)) continue;
      this.line(indent);
      start = i + 1;
    }
    this.put(text.slice(start));
  }

  private single(text: string, indent: number, isKey: boolean): void {
    this.token("'");
    let start = 0;
    for (let i = 0; i < text.length; i++) {
      if (text[i] !== ' ') continue;
      this.put(text.slice(start, i).replaceAll("'", "''"));
      start = i;
      if (i === 0 || i === text.length - 1 || !this.folds(text, i, isKey)) continue;
      this.line(indent);
      start = i + 1;
    }
    this.put(`${text.slice(start).replaceAll("'", "''")}'`);
  }

  private double(text: string, indent: number, isKey: boolean): void {
    this.token('"');
    let spaces = false;
    let at = 0;
    for (const c of text) {
      const next = at + c.length;
      if (c === ' ' && !isKey && !spaces && this.column > WIDTH && at > 0 && next < text.length) {
        this.line(indent);
        if (text[next] === ' ') this.put('\\');
      } else this.put(c === ' ' ? c : escapeDouble(c));
      spaces = c === ' ';
      at = next;
    }
    this.put('"');
  }

  private literal(text: string, indent: number): void {
    const hint = text[0] === ' ' || text[0] === '\n' ? String(INDENT) : '';
    const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
    this.token(`|${hint}${chomp}`);
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    for (const line of lines) {
      this.newline();
      if (line !== '') this.put(' '.repeat(indent) + line);
    }
    if (chomp !== '-') this.newline();
    this.fresh = true;
    this.blank = chomp !== '-';
  }
}

type Style = 'plain' | 'single' | 'double' | 'literal';

/** go-yaml's choice: literal for several lines, double quotes for what would read as something else, single quotes where syntax needs them. */
function styleOf(text: string, isKey: boolean): Style {
  const special = SPECIAL.test(text) || / [\n\u2028\u2029]/.test(text);
  if (text.includes('\n')) return special || isKey || text.endsWith(' ') ? 'double' : 'literal';
  if (needsQuotes(text) || special || /[\u2028\u2029] /.test(text)) return 'double';
  return PLAIN_FORBIDDEN.test(text) ? 'single' : 'plain';
}

/** What YAML cannot show as it is: control characters, tabs, and everything beyond the basic plane. */
const SPECIAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** Indicators at the start, `: ` and ` #` inside, blanks at the ends, document marks. */
const PLAIN_FORBIDDEN = /^(?:---|\.\.\.)|^[#,[\]{}&*!|>'"%@`]|^[-?:](?: |$)|:(?: |$)| #|^ | $|[\u2028\u2029]/;

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escapeDouble(c: string): string {
  const named = ESCAPES[c];
  if (named !== undefined) return named;
  if (!SPECIAL.test(c)) return c;
  const code = c.codePointAt(0)!.toString(16).toUpperCase();
  if (code.length <= 2) return `\\x${code.padStart(2, '0')}`;
  return code.length <= 4 ? `\\u${code.padStart(4, '0')}` : `\\U${code.padStart(8, '0')}`;
}

/** go-yaml's order of keys: runs of digits compare as numbers, letters come after everything else. */
export function naturally(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let i = 0; i < left.length && i < right.length; i++) {
    const l = left[i]!;
    const r = right[i]!;
    if (l === r) continue;
    const lLetter = /\p{L}/u.test(l);
    const rLetter = /\p{L}/u.test(r);
    if (lLetter !== rLetter) return rLetter ? -1 : 1;
    if (!lLetter) {
      const order = compareNumbers(left, right, i);
      if (order !== 0) return order;
    }
    return l.codePointAt(0)! - r.codePointAt(0)!;
  }
  return left.length - right.length;
}

function compareNumbers(left: string[], right: string[], at: number): number {
  let start = 0n;
  if (left[at] === '0' || right[at] === '0')
    for (let j = at - 1; j >= 0 && isDigit(left[j]); j--)
      if (left[j] !== '0') {
        start = 1n;
        break;
      }
  const [l, lLength] = digitRun(left, at, start);
  const [r, rLength] = digitRun(right, at, start);
  return l === r ? lLength - rLength : l < r ? -1 : 1;
}

const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';

/** The number that begins at `at` (wrapping as int64 does), and how many digits it has. */
function digitRun(characters: string[], at: number, start: bigint): [bigint, number] {
  let end = at;
  while (isDigit(characters[end])) end++;
  const digits = characters.slice(at, end).join('');
  const value = digits === '' ? start : BigInt(`${start}${digits}`);
  return [BigInt.asIntN(64, value), end - at];
}
