/**
 * YAML text → tokens, as libyaml (and so go-yaml v2) cuts them, with its error texts and its way of counting lines: clients see both (R4.19).
 * One pass, no recursion, no regular expression that can backtrack.
 */

/** The text is no YAML or has no JSON counterpart; the message is the whole Go text (`yaml: line 2: …`). */
export class YamlError extends Error {}

export type TokenType =
  | 'stream-start'
  | 'stream-end'
  | 'directive'
  | 'document-start'
  | 'document-end'
  | 'block-sequence-start'
  | 'block-mapping-start'
  | 'block-end'
  | 'flow-sequence-start'
  | 'flow-sequence-end'
  | 'flow-mapping-start'
  | 'flow-mapping-end'
  | 'block-entry'
  | 'flow-entry'
  | 'key'
  | 'value'
  | 'alias'
  | 'anchor'
  | 'tag'
  | 'scalar';

export interface Token {
  type: TokenType;
  /** Counted from 0. */
  line: number;
  /** Of scalars, anchors, aliases, tags and directives. */
  text: string;
  /** Of a scalar: written without quotes or block indicator. */
  plain: boolean;
}

interface Mark {
  index: number;
  line: number;
  column: number;
}

/** A place where a key may have begun without `?`; only the `:` that follows tells. */
interface SimpleKey extends Mark {
  possible: boolean;
  required: boolean;
  tokenNumber: number;
}

const MAX_DEPTH = 10000;
const SIMPLE_KEY_MAX = 1024;
const NEVER: SimpleKey = { possible: false, required: false, tokenNumber: 0, index: 0, line: 0, column: 0 };

const isBreak = (c: string): boolean => c === '\n' || c === '\r' || c === '\x85' || c === '\u2028' || c === '\u2029';
const isBlank = (c: string): boolean => c === ' ' || c === '\t';
const isBreakOrEnd = (c: string): boolean => c === '' || isBreak(c);
const isBlankOrEnd = (c: string): boolean => isBlank(c) || isBreakOrEnd(c);
const isWord = (c: string): boolean => /^[0-9A-Za-z_-]$/.test(c);

/** `line` counts from 0; the first line is not mentioned. */
export function yamlError(problem: string, line: number, contextLine = 0): YamlError {
  const shown = line || contextLine;
  return new YamlError(`yaml: ${shown > 0 ? `line ${shown}: ` : ''}${problem}`);
}

/** Everything a YAML stream may not contain. */
const FORBIDDEN = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])/;

export class Scanner {
  private index = 0;
  private line = 0;
  private column = 0;
  private readonly tokens: Token[] = [];
  private head = 0;
  /** How many tokens were taken; numbers tokens across the whole stream. */
  private taken = 0;
  private ended = false;
  private indent = -1;
  private readonly indents: number[] = [];
  private flowLevel = 0;
  private simpleKeyAllowed = true;
  /** One for each level of flow collections. */
  private readonly simpleKeys: SimpleKey[] = [NEVER];
  private readonly keyAt = new Map<number, SimpleKey>();

  constructor(private readonly text: string) {
    if (FORBIDDEN.test(text)) throw new YamlError('yaml: control characters are not allowed');
    this.push('stream-start');
  }

  peek(): Token {
    this.fill();
    return this.tokens[this.head]!;
  }
  next(): Token {
    const token = this.peek();
    this.head++;
    this.keyAt.delete(this.taken++);
    if (this.head > 1000) {
      this.tokens.splice(0, this.head);
      this.head = 0;
    }
    return token;
  }

  /** The head token is settled once no key that may still turn out to be one stands before it. */
  private fill(): void {
    while (!this.ended && (this.head === this.tokens.length || this.mayBecomeKey())) this.fetch();
  }
  private mayBecomeKey(): boolean {
    const key = this.keyAt.get(this.taken);
    return key !== undefined && this.isValid(key);
  }

  private char(ahead = 0): string {
    return this.text[this.index + ahead] ?? '';
  }
  private mark(): Mark {
    return { index: this.index, line: this.line, column: this.column };
  }
  private skip(count = 1): void {
    this.index += count;
    this.column += count;
  }
  private skipLine(): string {
    const c = this.char();
    this.index += c === '\r' && this.char(1) === '\n' ? 2 : 1;
    this.column = 0;
    this.line++;
    return c === '\u2028' || c === '\u2029' ? c : '\n';
  }
  private push(type: TokenType, mark: Mark = this.mark(), text = '', plain = false): void {
    this.tokens.push({ type, line: mark.line, text, plain });
  }
  private fail(problem: string, context: Mark = this.mark()): never {
    throw yamlError(problem, this.line === 0 ? 0 : this.line + 1, context.line);
  }

  private isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.line === this.line && key.index + SIMPLE_KEY_MAX >= this.index) return true;
    if (key.required) this.fail("could not find expected ':'", key);
    key.possible = false;
    return false;
  }
  private saveSimpleKey(): void {
    if (!this.simpleKeyAllowed) return;
    const required = this.flowLevel === 0 && this.indent === this.column;
    this.removeSimpleKey();
    const tokenNumber = this.taken + this.tokens.length - this.head;
    const key = { possible: true, required, tokenNumber, ...this.mark() };
    this.simpleKeys[this.simpleKeys.length - 1] = key;
    this.keyAt.set(tokenNumber, key);
  }
  private removeSimpleKey(): void {
    const key = this.simpleKeys.at(-1)!;
    if (key.possible && key.required) this.fail("could not find expected ':'", key);
    this.forgetSimpleKey(key);
  }
  private forgetSimpleKey(key: SimpleKey): void {
    if (key.possible) this.keyAt.delete(key.tokenNumber);
    this.simpleKeys[this.simpleKeys.length - 1] = NEVER;
  }
  private rollIndent(column: number, tokenNumber: number | undefined, type: TokenType, mark: Mark): void {
    if (this.flowLevel > 0 || this.indent >= column) return;
    this.indents.push(this.indent);
    this.indent = column;
    if (this.indents.length > MAX_DEPTH) this.fail(`exceeded max depth of ${MAX_DEPTH}`, mark);
    this.insert(tokenNumber, type, mark);
  }
  private insert(tokenNumber: number | undefined, type: TokenType, mark: Mark): void {
    const token: Token = { type, line: mark.line, text: '', plain: false };
    if (tokenNumber === undefined) this.tokens.push(token);
    else this.tokens.splice(this.head + tokenNumber - this.taken, 0, token);
  }
  private unrollIndent(column: number): void {
    if (this.flowLevel > 0) return;
    while (this.indent > column) {
      this.push('block-end');
      this.indent = this.indents.pop()!;
    }
  }

  private fetch(): void {
    this.scanToNextToken();
    this.unrollIndent(this.column);
    const c = this.char();
    const following = this.char(1);
    const spaced = isBlankOrEnd(following);
    if (this.index >= this.text.length) this.fetchStreamEnd();
    else if (this.column === 0 && c === '%') this.fetchDirective();
    else if (this.column === 0 && this.atDocumentMark()) this.fetchDocumentMark(c === '-' ? 'document-start' : 'document-end');
    else if (c === '[' || c === '{') this.fetchFlowStart(c === '[' ? 'flow-sequence-start' : 'flow-mapping-start');
    else if (c === ']' || c === '}') this.fetchFlowEnd(c === ']' ? 'flow-sequence-end' : 'flow-mapping-end');
    else if (c === ',') this.fetchFlowEntry();
    else if (c === '-' && spaced) this.fetchBlockEntry();
    else if (c === '?' && (this.flowLevel > 0 || spaced)) this.fetchKey();
    else if (c === ':' && (this.flowLevel > 0 || spaced)) this.fetchValue();
    else if (c === '*' || c === '&') this.fetchContent(() => this.scanAnchor(c === '*' ? 'alias' : 'anchor'));
    else if (c === '!') this.fetchContent(() => this.scanTag());
    else if ((c === '|' || c === '>') && this.flowLevel === 0) this.fetchBlockScalar(c === '|');
    else if (c === "'" || c === '"') this.fetchContent(() => this.scanFlowScalar(c));
    else if (!isBlankOrEnd(c) && (c === '-' || ((c === '?' || c === ':') && this.flowLevel === 0) || !'?:#|>%@`'.includes(c)))
      this.fetchContent(() => this.scanPlainScalar());
    else this.fail('found character that cannot start any token');
  }

  /** Blanks, comments and line breaks. A tab is a blank where no block could begin. */
  private scanToNextToken(): void {
    for (;;) {
      if (this.column === 0 && this.char() === '\ufeff') this.skip();
      while (this.char() === ' ' || ((this.flowLevel > 0 || !this.simpleKeyAllowed) && this.char() === '\t')) this.skip();
      if (this.char() === '#') while (!isBreakOrEnd(this.char())) this.skip();
      if (!isBreak(this.char())) return;
      this.skipLine();
      if (this.flowLevel === 0) this.simpleKeyAllowed = true;
    }
  }

  private atDocumentMark(): boolean {
    const mark = this.text.slice(this.index, this.index + 3);
    return (mark === '---' || mark === '...') && isBlankOrEnd(this.char(3));
  }

  private fetchStreamEnd(): void {
    if (this.column !== 0) {
      this.column = 0;
      this.line++;
    }
    this.unrollIndent(-1);
    this.removeSimpleKey();
    this.simpleKeyAllowed = false;
    this.ended = true;
    this.push('stream-end');
  }
  private fetchDirective(): void {
    this.unrollIndent(-1);
    this.removeSimpleKey();
    this.simpleKeyAllowed = false;
    const mark = this.mark();
    const start = this.index;
    while (!isBreakOrEnd(this.char())) this.skip();
    const text = this.text.slice(start + 1, this.index);
    if (!/^(YAML|TAG)[ \t]/.test(text))
      this.fail(isWord(text[0] ?? '') ? 'found unknown directive name' : 'could not find expected directive name', mark);
    this.push('directive', mark, text);
  }
  private fetchDocumentMark(type: TokenType): void {
    this.unrollIndent(-1);
    this.removeSimpleKey();
    this.simpleKeyAllowed = false;
    this.push(type);
    this.skip(3);
  }
  private fetchFlowStart(type: TokenType): void {
    this.saveSimpleKey();
    this.simpleKeys.push(NEVER);
    if (++this.flowLevel > MAX_DEPTH) this.fail(`exceeded max depth of ${MAX_DEPTH}`);
    this.simpleKeyAllowed = true;
    this.push(type);
    this.skip();
  }
  private fetchFlowEnd(type: TokenType): void {
    this.removeSimpleKey();
    if (this.flowLevel > 0) {
      this.flowLevel--;
      this.simpleKeys.pop();
    }
    this.simpleKeyAllowed = false;
    this.push(type);
    this.skip();
  }
  private fetchFlowEntry(): void {
    this.removeSimpleKey();
    this.simpleKeyAllowed = true;
    this.push('flow-entry');
    this.skip();
  }
  private fetchBlockEntry(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) this.fail('block sequence entries are not allowed in this context');
      this.rollIndent(this.column, undefined, 'block-sequence-start', this.mark());
    }
    this.removeSimpleKey();
    this.simpleKeyAllowed = true;
    this.push('block-entry');
    this.skip();
  }
  private fetchKey(): void {
    if (this.flowLevel === 0) {
      if (!this.simpleKeyAllowed) this.fail('mapping keys are not allowed in this context');
      this.rollIndent(this.column, undefined, 'block-mapping-start', this.mark());
    }
    this.removeSimpleKey();
    this.simpleKeyAllowed = this.flowLevel === 0;
    this.push('key');
    this.skip();
  }
  private fetchValue(): void {
    const key = this.simpleKeys.at(-1)!;
    if (this.isValid(key)) {
      this.insert(key.tokenNumber, 'key', key);
      this.rollIndent(key.column, key.tokenNumber, 'block-mapping-start', key);
      this.forgetSimpleKey(key);
      this.simpleKeyAllowed = false;
    } else {
      if (this.flowLevel === 0) {
        if (!this.simpleKeyAllowed) this.fail('mapping values are not allowed in this context');
        this.rollIndent(this.column, undefined, 'block-mapping-start', this.mark());
      }
      this.simpleKeyAllowed = this.flowLevel === 0;
    }
    this.push('value');
    this.skip();
  }
  /** What may be a key: a scalar, an alias, or the anchor and tag before one. */
  private fetchContent(scan: () => void): void {
    this.saveSimpleKey();
    this.simpleKeyAllowed = false;
    scan();
  }
  private fetchBlockScalar(literal: boolean): void {
    this.removeSimpleKey();
    this.simpleKeyAllowed = true;
    this.scanBlockScalar(literal);
  }

  private scanAnchor(type: TokenType): void {
    const mark = this.mark();
    this.skip();
    const start = this.index;
    while (isWord(this.char())) this.skip();
    const c = this.char();
    if (this.index === start || !(isBlankOrEnd(c) || '?:,]}%@`'.includes(c)))
      this.fail('did not find expected alphabetic or numeric character', mark);
    this.push(type, mark, this.text.slice(start, this.index));
  }

  /** `!`, `!!name`, `!handle!name`, `!<uri>`: the text is given as written, a verbatim one without brackets. */
  private scanTag(): void {
    const mark = this.mark();
    const start = this.index;
    const verbatim = this.char(1) === '<';
    if (verbatim) this.skip(2);
    while (/^[0-9A-Za-z_\-;/?:@&=+$,.!~*'()[\]%]$/.test(this.char()) && !(this.flowLevel > 0 && !verbatim && ',[]'.includes(this.char())))
      this.skip();
    if (verbatim && this.char() !== '>') this.fail("did not find the expected '>'", mark);
    const text = verbatim ? this.text.slice(start + 2, this.index) : this.text.slice(start, this.index);
    if (verbatim) this.skip();
    if (!isBlankOrEnd(this.char()) && !(this.flowLevel > 0 && this.char() === ','))
      this.fail('did not find expected whitespace or line break', mark);
    this.push('tag', mark, text);
  }

  private scanBlockScalar(literal: boolean): void {
    const mark = this.mark();
    this.skip();
    let chomping = '';
    let increment = 0;
    for (let c = this.char(); c !== '' && '+-0123456789'.includes(c); c = this.char()) {
      if (c === '+' || c === '-') {
        if (chomping !== '') break;
        chomping = c;
      } else {
        if (increment !== 0) break;
        if (c === '0') this.fail('found an indentation indicator equal to 0', mark);
        increment = Number(c);
      }
      this.skip();
    }
    while (isBlank(this.char())) this.skip();
    if (this.char() === '#') while (!isBreakOrEnd(this.char())) this.skip();
    if (!isBreakOrEnd(this.char())) this.fail('did not find expected comment or line break', mark);
    if (isBreak(this.char())) this.skipLine();

    const base = Math.max(this.indent, 0);
    const block = { indent: increment > 0 ? base + increment : 0, breaks: '' };
    this.scanBlockBreaks(block, mark);
    const parts: string[] = [];
    let leadingBreak = '';
    let leadingBlank = false;
    while (this.column === block.indent && this.index < this.text.length) {
      const blank = isBlank(this.char());
      if (!literal && leadingBreak.startsWith('\n') && !leadingBlank && !blank) {
        if (block.breaks === '') parts.push(' ');
      } else parts.push(leadingBreak);
      parts.push(block.breaks);
      leadingBlank = blank;
      const start = this.index;
      while (!isBreakOrEnd(this.char())) this.skip();
      parts.push(this.text.slice(start, this.index));
      leadingBreak = isBreak(this.char()) ? this.skipLine() : '';
      block.breaks = '';
      this.scanBlockBreaks(block, mark);
    }
    if (chomping !== '-') parts.push(leadingBreak);
    if (chomping === '+') parts.push(block.breaks);
    this.push('scalar', mark, parts.join(''));
  }

  /** Indentation and empty lines; finds the indentation of the block when it is not given. */
  private scanBlockBreaks(block: { indent: number; breaks: string }, mark: Mark): void {
    let widest = 0;
    for (;;) {
      while ((block.indent === 0 || this.column < block.indent) && this.char() === ' ') this.skip();
      widest = Math.max(widest, this.column);
      if ((block.indent === 0 || this.column < block.indent) && this.char() === '\t')
        this.fail('found a tab character where an indentation space is expected', mark);
      if (!isBreak(this.char())) break;
      block.breaks += this.skipLine();
    }
    if (block.indent === 0) block.indent = Math.max(widest, this.indent + 1, 1);
  }

  private scanFlowScalar(quote: string): void {
    const mark = this.mark();
    const double = quote === '"';
    const parts: string[] = [];
    this.skip();
    for (;;) {
      if (this.column === 0 && this.atDocumentMark()) this.fail('found unexpected document indicator', mark);
      if (this.index >= this.text.length) this.fail('found unexpected end of stream', mark);
      let joined = false;
      while (!isBlankOrEnd(this.char())) {
        const c = this.char();
        if (!double && c === "'" && this.char(1) === "'") {
          parts.push("'");
          this.skip(2);
        } else if (c === quote) break;
        else if (double && c === '\\' && isBreak(this.char(1))) {
          this.skip();
          this.skipLine();
          joined = true;
          break;
        } else if (double && c === '\\') parts.push(this.scanEscape(mark));
        else parts.push(this.scanRun(double));
      }
      if (this.char() === quote) break;
      parts.push(this.scanFold(joined));
    }
    this.skip();
    this.push('scalar', mark, parts.join(''));
  }

  /** Characters without meaning in a quoted scalar. */
  private scanRun(double: boolean): string {
    const start = this.index;
    while (!isBlankOrEnd(this.char()) && this.char() !== (double ? '"' : "'") && !(double && this.char() === '\\')) this.skip();
    return this.text.slice(start, this.index);
  }

  private scanEscape(mark: Mark): string {
    const c = this.char(1);
    const simple = ESCAPES[c];
    const width = { x: 2, u: 4, U: 8 }[c];
    if (simple === undefined && width === undefined) this.fail('found unknown escape character', mark);
    this.skip(2);
    if (simple !== undefined) return simple;
    const digits = this.text.slice(this.index, this.index + width!);
    if (digits.length < width! || !/^[0-9a-fA-F]+$/.test(digits)) this.fail('did not find expected hexdecimal number', mark);
    const code = Number.parseInt(digits, 16);
    if ((code >= 0xd800 && code <= 0xdfff) || code > 0x10ffff) this.fail('found invalid Unicode character escape code', mark);
    this.skip(width);
    return String.fromCodePoint(code);
  }

  /** Blanks and line breaks inside a flow scalar: one break is a blank, n breaks are n - 1 breaks. */
  private scanFold(joined: boolean): string {
    let blanks = '';
    let first = '';
    let more = '';
    let broken = joined;
    while (isBlank(this.char()) || isBreak(this.char())) {
      if (isBlank(this.char())) {
        if (!broken) blanks += this.char();
        this.skip();
      } else if (broken) more += this.skipLine();
      else {
        first = this.skipLine();
        blanks = '';
        broken = true;
      }
    }
    if (!broken) return blanks;
    return first === '\n' ? more || ' ' : first + more;
  }

  private scanPlainScalar(): void {
    const mark = this.mark();
    const parts: string[] = [];
    const indent = this.indent + 1;
    let between = '';
    let broken = false;
    for (;;) {
      if (this.column === 0 && this.atDocumentMark()) break;
      if (this.char() === '#') break;
      const start = this.index;
      while (!isBlankOrEnd(this.char()) && !this.endsPlain()) this.skip();
      if (this.index > start) {
        parts.push(between, this.text.slice(start, this.index));
        broken = false;
      }
      if (!isBlank(this.char()) && !isBreak(this.char())) break;
      let blanks = '';
      let first = '';
      let more = '';
      while (isBlank(this.char()) || isBreak(this.char())) {
        if (isBlank(this.char())) {
          if (broken && this.column < indent && this.char() === '\t') this.fail('found a tab character that violates indentation', mark);
          if (!broken) blanks += this.char();
          this.skip();
        } else if (broken) more += this.skipLine();
        else {
          first = this.skipLine();
          broken = true;
        }
      }
      between = !broken ? blanks : first === '\n' ? more || ' ' : first + more;
      if (this.flowLevel === 0 && this.column < indent) break;
    }
    if (broken) this.simpleKeyAllowed = true;
    this.push('scalar', mark, parts.join(''), true);
  }
  private endsPlain(): boolean {
    const c = this.char();
    return (c === ':' && isBlankOrEnd(this.char(1))) || (this.flowLevel > 0 && ',?[]{}'.includes(c));
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
