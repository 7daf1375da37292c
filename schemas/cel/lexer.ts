import type { Issue } from './issues.js';

export type TokenKind =
  | '=='
  | '!='
  | 'in'
  | '<'
  | '<='
  | '>='
  | '>'
  | '&&'
  | '||'
  | '['
  | ']'
  | '{'
  | '}'
  | '('
  | ')'
  | '.'
  | ','
  | '-'
  | '!'
  | '?'
  | ':'
  | '+'
  | '*'
  | '/'
  | '%'
  | 'true'
  | 'false'
  | 'null'
  | 'NUM_FLOAT'
  | 'NUM_INT'
  | 'NUM_UINT'
  | 'STRING'
  | 'BYTES'
  | 'IDENTIFIER'
  | 'ESC_IDENTIFIER'
  | '<EOF>';

export interface Token {
  kind: TokenKind;
  text: string;
  position: number;
}

/** Token kinds in the order in which «expecting {…}» lists them. */
export const TOKEN_ORDER: readonly TokenKind[] = [
  '==',
  '!=',
  'in',
  '<',
  '<=',
  '>=',
  '>',
  '&&',
  '||',
  '[',
  ']',
  '{',
  '}',
  '(',
  ')',
  '.',
  ',',
  '-',
  '!',
  '?',
  ':',
  '+',
  '*',
  '/',
  '%',
  'true',
  'false',
  'null',
  'NUM_FLOAT',
  'NUM_INT',
  'NUM_UINT',
  'STRING',
  'BYTES',
  'IDENTIFIER',
  'ESC_IDENTIFIER',
];

const PUNCTUATION = new Set<string>('== != < <= >= > && || [ ] { } ( ) . , - ! ? : + * / %'.split(' '));
const KEYWORDS = new Set<string>(['in', 'true', 'false', 'null']);
const SPACE = /[\t \r\n\f]+|\/\/[^\n]*/y;
const NUMBER = /0x[0-9a-fA-F]+[uU]?|(?:[0-9]+\.[0-9]+|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+|[0-9]+[uU]?/y;
const WORD = /[A-Za-z_][A-Za-z0-9_]*/y;
const ESCAPED_WORD = /`[A-Za-z0-9_./ -]+`/y;
const ESCAPE = /\\(?:[abfnrtv"'\\?`]|[0-3][0-7][0-7]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})/y;
const ESCAPE_BEGINNING = /\\(?:[0-3][0-7]?|[xX][0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7})?/y;

function match(pattern: RegExp, source: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(source)?.[0];
}

/** Splits a source into tokens, the last of them `<EOF>`; unreadable characters are skipped and reported. */
export function tokenize(source: string, issues: Issue[]): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const space = match(SPACE, source, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = readToken(source, at);
    if (typeof token === 'number') {
      issues.push({ position: at, message: `Syntax error: token recognition error at: '${escapeText(source.slice(at, token))}'` });
      at = token;
    } else {
      tokens.push(token);
      at += token.text.length;
    }
  }
  tokens.push({ kind: '<EOF>', text: '<EOF>', position: source.length });
  return tokens;
}

/** The token at a place, or where to go on after the character that fits no token. */
function readToken(source: string, at: number): Token | number {
  const string = readString(source, at);
  if (typeof string === 'string') return { kind: /^[rR]?[bB]/.test(string) ? 'BYTES' : 'STRING', text: string, position: at };
  const word = match(WORD, source, at);
  if (word !== undefined) return { kind: (KEYWORDS.has(word) ? word : 'IDENTIFIER') as TokenKind, text: word, position: at };
  const number = match(NUMBER, source, at);
  if (number !== undefined) return { kind: numberKind(number), text: number, position: at };
  const escaped = match(ESCAPED_WORD, source, at);
  if (escaped !== undefined) return { kind: 'ESC_IDENTIFIER', text: escaped, position: at };
  for (const length of [2, 1]) {
    const text = source.slice(at, at + length);
    if (PUNCTUATION.has(text)) return { kind: text as TokenKind, text, position: at };
  }
  if (string !== undefined) return string;
  // What began well is skipped together with the character that spoilt it.
  const begun = match(/[=&|]|`[A-Za-z0-9_./ -]*/y, source, at)?.length ?? 0;
  return Math.min(source.length, at + begun + charLength(source, at + begun));
}

const charLength = (source: string, at: number): number => ((source.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);

function numberKind(text: string): TokenKind {
  if (/[uU]$/.test(text)) return 'NUM_UINT';
  return !text.startsWith('0x') && /[.eE]/.test(text) ? 'NUM_FLOAT' : 'NUM_INT';
}

/** The string literal at a place, undefined if none begins there, or the end of one that is broken. */
function readString(source: string, at: number): string | number | undefined {
  const prefix = match(/[bB]?[rR]?(?=["'])/y, source, at);
  if (prefix === undefined) return undefined;
  const raw = /[rR]$/.test(prefix);
  const open = at + prefix.length;
  const quote = source[open]!;
  const triple = source.startsWith(quote.repeat(3), open);
  if (triple) {
    const end = scanString(source, open + 3, quote.repeat(3), raw);
    if (end > 0) return source.slice(at, end);
    return source.slice(at, open + 2);
  }
  const end = scanString(source, open + 1, quote, raw);
  if (end > 0) return source.slice(at, end);
  // A broken literal with a prefix is an identifier followed by a broken literal.
  return prefix === '' ? -end : undefined;
}

/** The end of the literal, or minus the place after the character that breaks it. */
function scanString(source: string, from: number, close: string, raw: boolean): number {
  let at = from;
  while (at < source.length) {
    if (source.startsWith(close, at)) return at + close.length;
    const c = source[at]!;
    if (close.length === 1 && (c === '\n' || c === '\r')) return -(at + 1);
    if (c === '\\' && !raw) {
      const sequence = match(ESCAPE, source, at);
      if (sequence === undefined) return -Math.min(source.length, at + match(ESCAPE_BEGINNING, source, at)!.length + 1);
      at += sequence.length;
    } else at++;
  }
  return -source.length;
}

/** Line breaks in an error text are written as escapes. */
function escapeText(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}

const SIMPLE_ESCAPES: Record<string, number> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 };

/** The text of a string literal token. */
export function unquote(token: string): string {
  const { body, raw } = literalBody(token);
  if (raw || !body.includes('\\')) return body;
  return body.replace(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[xX][0-9a-fA-F]{2}|[0-3][0-7]{2}|.)/gs, (_, code: string) =>
    String.fromCodePoint(escapeCode(code)),
  );
}

/** The bytes of a bytes literal token: `\x` and octal escapes are bytes, all else is UTF-8. */
export function unquoteBytes(token: string): Uint8Array {
  const { body, raw } = literalBody(token.slice(1));
  if (raw || !body.includes('\\')) return new TextEncoder().encode(body);
  const parts: Buffer[] = [];
  for (const [part, code] of body.matchAll(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[xX][0-9a-fA-F]{2}|[0-3][0-7]{2}|.)|[^\\]+/gs)) {
    if (code === undefined) parts.push(Buffer.from(part));
    else if (/^[xX0-3]/.test(code)) parts.push(Buffer.from([escapeCode(code)]));
    else parts.push(Buffer.from(String.fromCodePoint(escapeCode(code))));
  }
  return new Uint8Array(Buffer.concat(parts));
}

/** The code point of an escape; one beyond Unicode or a surrogate is a parse error, told by −1 from `badEscape`. */
function escapeCode(code: string): number {
  if (/^[uUxX]./.test(code)) return Number.parseInt(code.slice(1), 16);
  if (/^[0-3]/.test(code)) return Number.parseInt(code, 8);
  return SIMPLE_ESCAPES[code] ?? code.codePointAt(0)!;
}

/** Whether a literal names a code point that does not exist. */
export function hasBadEscape(token: string): boolean {
  const { body, raw } = literalBody(token);
  if (raw) return false;
  for (const [, code] of body.matchAll(/\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)/gs)) {
    if (!/^[uU]./.test(code!)) continue;
    const value = Number.parseInt(code!.slice(1), 16);
    if (value > 0x10ffff || (value >= 0xd800 && value < 0xe000)) return true;
  }
  return false;
}

function literalBody(token: string): { body: string; raw: boolean } {
  const raw = /^[bB]?[rR]/.test(token);
  const quoted = token.replace(/^[bB]?[rR]?/, '');
  const width = /^("""|''')/.test(quoted) && quoted.length >= 6 ? 3 : 1;
  return { body: quoted.slice(width, -width).replaceAll('\r\n', '\n').replaceAll('\r', '\n'), raw };
}
