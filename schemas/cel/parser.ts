import { copyExpr, type Expr, type MapEntry, type StructField, walk } from './ast.js';
import type { Issue } from './issues.js';
import { hasBadEscape, TOKEN_ORDER, type Token, type TokenKind, tokenize, unquote, unquoteBytes } from './lexer.js';
import { brokenExpr, expandGlobal, expandReceiver, type MacroContext } from './macros.js';
import { INT_MAX, INT_MIN, UINT_MAX, Uint } from './values.js';

const CODE_POINTS_MAX = 100_000;
const DEPTH_MAX = 250;
/** Macros may copy their operands; nested ones would double the tree each time. */
const NODES_MAX = 200_000;

const RESERVED = new Set('as break const continue else for function if import let loop package namespace return var void while'.split(' '));
const EXPRESSION_START: readonly TokenKind[] = [
  '[',
  '{',
  '(',
  '.',
  '-',
  '!',
  'true',
  'false',
  'null',
  'NUM_FLOAT',
  'NUM_INT',
  'NUM_UINT',
  'STRING',
  'BYTES',
  'IDENTIFIER',
];
const AFTER_MEMBER: readonly TokenKind[] = ['==', '!=', 'in', '<', '<=', '>=', '>', '&&', '||', '[', '.', '-', '?', '+', '*', '/', '%'];
const RELATIONS = new Set<TokenKind>(['<', '<=', '>=', '>', '==', '!=', 'in']);

/** A syntax error that was reported: the rule it happened in is given up. */
class Mismatch extends Error {}
/** The end of parsing: a limit was exceeded. */
class Stop extends Error {}
/** After so many syntax errors parsing ends. */
const RECOVERIES_MAX = 30;

/** Parses a source; syntax errors are appended to `issues` in cel-go's words and the result is then undefined. */
export function parse(source: string, issues: Issue[]): Expr | undefined {
  const size = [...source].length;
  if (size > CODE_POINTS_MAX) {
    issues.push({ position: -1, message: `expression code point size exceeds limit: size: ${size}, limit ${CODE_POINTS_MAX}` });
    return undefined;
  }
  const parser = new Parser(tokenize(source, issues), source, issues);
  try {
    const expr = parser.start();
    return issues.length === 0 ? expr : undefined;
  } catch (error) {
    if (error instanceof Stop || error instanceof Mismatch) return undefined;
    throw error;
  }
}

/** Recursive descent over the tokens; one method per rule of the grammar. */
class Parser {
  private at = 0;
  private depth = 0;
  private copied = 0;
  private recovering = false;
  private recoveries = 0;
  private lastFailure = -1;
  /** What may follow the expression being read, innermost last: decides whether a missing bracket can be assumed. */
  private readonly follow: (readonly TokenKind[])[] = [['<EOF>']];

  constructor(
    private readonly tokens: Token[],
    private readonly source: string,
    private readonly issues: Issue[],
  ) {}

  start(): Expr {
    const expr = this.expression();
    this.expect('<EOF>', []);
    return expr;
  }

  private get token(): Token {
    return this.tokens[this.at]!;
  }
  private get next(): Token {
    return this.tokens[Math.min(this.at + 1, this.tokens.length - 1)]!;
  }
  private is(kind: TokenKind): boolean {
    return this.token.kind === kind;
  }
  private advance(): Token {
    this.recovering = false;
    const token = this.token;
    if (this.at < this.tokens.length - 1) this.at++;
    return token;
  }
  private accept(kind: TokenKind): Token | undefined {
    return this.token.kind === kind ? this.advance() : undefined;
  }

  private report(position: number, message: string): void {
    this.issues.push({ position, message });
  }
  /** Errors that only follow from one just reported stay silent. */
  private syntaxError(message: string, token = this.token): void {
    if (!this.recovering) this.report(token.position, `Syntax error: ${message}`);
    this.recovering = true;
  }
  private stop(message: string, token = this.token): never {
    this.syntaxError(message, token);
    throw new Mismatch();
  }

  /** Reads a rule; if it fails, skips to where an enclosing rule can go on, so that later errors are found too. */
  private recover<T>(read: () => T, otherwise: (position: number) => T, after: readonly TokenKind[]): T {
    const depths = [this.depth, this.follow.length] as const;
    try {
      return read();
    } catch (error) {
      if (!(error instanceof Mismatch)) throw error;
      [this.depth, this.follow.length] = depths;
      if (++this.recoveries > RECOVERIES_MAX) {
        this.report(this.token.position, `Syntax error: error recovery attempt limit exceeded: ${RECOVERIES_MAX}`);
        throw new Stop();
      }
      if (this.at === this.lastFailure && this.at < this.tokens.length - 1) this.at++;
      const stops = new Set([...after, ...this.follow.flat()]);
      while (!stops.has(this.token.kind) && !this.is('<EOF>')) this.at++;
      this.lastFailure = this.at;
      return otherwise(this.token.position);
    }
  }

  /** Takes one token of the kind; drops one token too many, assumes one that is missing, gives up otherwise. */
  private expect(kind: TokenKind, after: readonly TokenKind[]): Token {
    if (this.is(kind)) return this.advance();
    if (this.next.kind === kind && !this.is('<EOF>')) {
      this.syntaxError(`extraneous input '${printed(this.token)}' expecting ${printSet([kind])}`);
      this.advance();
      return this.advance();
    }
    if (after.includes(this.token.kind)) {
      this.syntaxError(`missing ${printSet([kind])} at '${printed(this.token)}'`);
      return { kind, text: '', position: this.token.position };
    }
    this.stop(`mismatched input '${printed(this.token)}' expecting ${printSet([kind])}`);
  }

  /** Makes sure that the next token is one of the kinds, dropping one token too many. */
  private require(kinds: readonly TokenKind[]): void {
    if (kinds.includes(this.token.kind)) return;
    if (!kinds.includes(this.next.kind) || this.is('<EOF>'))
      this.stop(`mismatched input '${printed(this.token)}' expecting ${printSet(kinds)}`);
    this.syntaxError(`extraneous input '${printed(this.token)}' expecting ${printSet(kinds)}`);
    this.advance();
  }

  private followSet(): readonly TokenKind[] {
    return [...AFTER_MEMBER, ...this.follow.at(-1)!];
  }

  /** An expression in brackets: `after` may follow it. */
  private nested<T>(after: readonly TokenKind[], read: () => T): T {
    this.follow.push(after);
    const result = read();
    this.follow.pop();
    return result;
  }

  private deeper<T>(read: () => T): T {
    if (++this.depth > DEPTH_MAX) this.tooDeep();
    const result = read();
    this.depth--;
    return result;
  }
  private tooDeep(): never {
    this.issues.length = 0;
    this.report(-1, `expression recursion limit exceeded: ${DEPTH_MAX}`);
    throw new Stop();
  }

  private expression(): Expr {
    return this.recover(() => this.conditional(), brokenExpr, []);
  }

  private conditional(): Expr {
    return this.deeper(() => {
      const condition = this.logical('||');
      const operator = this.accept('?');
      if (!operator) return condition;
      const truthy = this.nested([':'], () => this.logical('||'));
      this.expect(':', EXPRESSION_START);
      const falsy = this.expression();
      return call(operator.position, '_?_:_', condition, truthy, falsy);
    });
  }

  /** `a && b && c` becomes a balanced tree: a thousand terms are ten levels. */
  private logical(operator: '&&' | '||'): Expr {
    const read = (): Expr => (operator === '||' ? this.logical('&&') : this.relation());
    const terms = [read()];
    const positions: number[] = [];
    for (let token = this.accept(operator); token; token = this.accept(operator)) {
      positions.push(token.position);
      terms.push(read());
    }
    return balance(`_${operator}_`, terms, positions, 0, positions.length - 1);
  }

  private relation(): Expr {
    let left = this.additive();
    for (let count = 1; RELATIONS.has(this.token.kind); count++) {
      if (count > DEPTH_MAX) this.tooDeep();
      const operator = this.advance();
      const name = operator.kind === 'in' ? '@in' : `_${operator.kind}_`;
      left = call(operator.position, name, left, this.additive());
    }
    return left;
  }

  private additive(): Expr {
    return this.leftToRight(['+', '-'], () => this.leftToRight(['*', '/', '%'], () => this.unary()));
  }

  private leftToRight(operators: readonly TokenKind[], read: () => Expr): Expr {
    let left = read();
    for (let count = 1; operators.includes(this.token.kind); count++) {
      if (count > DEPTH_MAX) this.tooDeep();
      const operator = this.advance();
      left = call(operator.position, `_${operator.kind}_`, left, read());
    }
    return left;
  }

  private unary(): Expr {
    return this.recover(() => this.signed(), brokenExpr, AFTER_MEMBER);
  }

  private signed(): Expr {
    this.require(EXPRESSION_START);
    const kind = this.token.kind;
    if (kind !== '!' && kind !== '-') return this.operand();
    if (kind === '-' && (this.next.kind === 'NUM_INT' || this.next.kind === 'NUM_FLOAT')) {
      const sign = this.advance();
      return this.member(this.number(sign.position, '-'), false);
    }
    const operator = this.token;
    let count = 0;
    for (; this.token.kind === kind; count++) this.advance();
    if (!EXPRESSION_START.includes(this.token.kind)) this.nothingToNegate(kind, count);
    const operand = this.operand();
    return count % 2 === 0 ? operand : call(operator.position, kind === '!' ? '!_' : '-_', operand);
  }

  private nothingToNegate(kind: '!' | '-', count: number): never {
    const expecting = printSet(EXPRESSION_START);
    if (kind === '!') this.stop(`extraneous input '${printed(this.token)}' expecting ${expecting}`);
    this.syntaxError(`no viable alternative at input '-${tail(this.token)}'`);
    this.recovering = count === 1;
    this.stop(`mismatched input '${printed(this.token)}' expecting ${expecting}`);
  }

  private operand(): Expr {
    const named = this.is('IDENTIFIER') || this.is('.');
    return this.member(this.primary(), named);
  }

  /** `named`: so far only names and dots, which could also become the name of a message. */
  private member(first: Expr, named: boolean): Expr {
    let expr = first;
    let onlyNames = named && first.kind === 'ident';
    for (let count = 1; ; count++) {
      if (count > DEPTH_MAX) this.tooDeep();
      if (this.is('.')) expr = this.selection(expr, onlyNames);
      else if (this.is('[')) expr = this.index(expr);
      else return expr;
      onlyNames &&= expr.kind === 'select';
    }
  }

  private selection(operand: Expr, onlyNames: boolean): Expr {
    const dot = this.advance();
    const optional = this.accept('?') !== undefined;
    if (optional) this.require(['IDENTIFIER', 'ESC_IDENTIFIER']);
    const name = this.token;
    if (name.kind !== 'IDENTIFIER' && name.kind !== 'ESC_IDENTIFIER') {
      if (onlyNames) this.stop(`mismatched input '${printed(name)}' expecting IDENTIFIER`);
      const end = name.kind === '<EOF>' ? this.source.length : name.position + name.text.length;
      this.stop(`no viable alternative at input '${this.source.slice(dot.position, end).trimEnd()}'`);
    }
    this.advance();
    const field = this.fieldName(name);
    if (!optional && name.kind === 'IDENTIFIER' && this.is('(')) {
      const open = this.token.position;
      const args = this.args();
      return this.receiverCall(open, operand, field, args);
    }
    if (optional) {
      const literal: Expr = { kind: 'literal', position: name.position, value: field };
      return call(dot.position, '_?._', operand, literal);
    }
    return { kind: 'select', position: dot.position, operand, field, testOnly: false };
  }

  /** Names in backquotes are a later addition to CEL, which Kubernetes does not turn on. */
  private fieldName(token: Token): string {
    if (token.kind === 'ESC_IDENTIFIER') this.report(token.position, "unsupported syntax: '`'");
    return token.text;
  }

  private receiverCall(position: number, target: Expr, name: string, args: Expr[]): Expr {
    const expanded = expandReceiver(this.macroContext(position), name, target, args);
    return expanded ?? { kind: 'call', position, name, target, args };
  }

  private macroContext(position: number): MacroContext {
    return {
      position,
      copy: (expr) => {
        walk(expr, () => this.copied++);
        if (this.copied > NODES_MAX) this.tooDeep();
        return copyExpr(expr);
      },
      fail: (at, message) => {
        this.report(at.position, message);
        return brokenExpr(position);
      },
    };
  }

  private index(operand: Expr): Expr {
    const open = this.advance();
    const optional = this.accept('?') !== undefined;
    const key = this.nested([']'], () => this.expression());
    this.expect(']', this.followSet());
    return call(open.position, optional ? '_[?_]' : '_[_]', operand, key);
  }

  /** `(a, b)`. */
  private args(): Expr[] {
    this.advance();
    const args: Expr[] = [];
    this.require(withKinds(EXPRESSION_START, ')'));
    if (!this.is(')'))
      do args.push(this.nested([',', ')'], () => this.expression()));
      while (this.accept(','));
    this.expect(')', this.followSet());
    return args;
  }

  private primary(): Expr {
    const token = this.token;
    switch (token.kind) {
      case 'IDENTIFIER':
      case '.':
        return this.identifier();
      case '(':
        return this.parenthesis();
      case '[':
        return this.list();
      case '{':
        return this.map();
      default:
        return this.literal();
    }
  }

  private parenthesis(): Expr {
    this.advance();
    const expr = this.nested([')'], () => this.expression());
    this.expect(')', this.followSet());
    return expr;
  }

  private identifier(): Expr {
    const dot = this.accept('.');
    if (!this.is('IDENTIFIER')) this.stop(`no viable alternative at input '${dot ? '.' : ''}${tail(this.token)}'`);
    const first = this.token;
    const prefix = dot ? '.' : '';
    const message = this.messageName(prefix);
    if (message !== undefined) return this.struct(message);
    this.advance();
    const name = `${prefix}${first.text}`;
    if (RESERVED.has(first.text)) return this.reserved(first, dot?.position ?? first.position);
    if (!this.is('(')) return { kind: 'ident', position: dot?.position ?? first.position, name };
    const open = this.token.position;
    const args = this.args();
    return expandGlobal(this.macroContext(open), name, args) ?? { kind: 'call', position: open, name, target: undefined, args };
  }

  private reserved(name: Token, position: number): Expr {
    this.report(position, `reserved identifier: ${name.text}`);
    if (this.is('(')) this.args();
    return brokenExpr(position);
  }

  /** `a.b.C` if a `{` follows it, that is, if a message begins here. */
  private messageName(prefix: string): string | undefined {
    let at = this.at;
    const names: string[] = [];
    for (; this.tokens[at]!.kind === 'IDENTIFIER'; at += 2) {
      names.push(this.tokens[at]!.text);
      const after = this.tokens[at + 1]!.kind;
      if (after === '{') {
        this.at = at + 1;
        return prefix + names.join('.');
      }
      if (after !== '.') return undefined;
    }
    return undefined;
  }

  private struct(name: string): Expr {
    const open = this.advance();
    const fields: StructField[] = [];
    this.require(['}', ',', '?', 'IDENTIFIER', 'ESC_IDENTIFIER']);
    this.members(() => fields.push(this.structField()));
    this.accept(',');
    this.require(['}', ',']);
    this.expect('}', this.followSet());
    return { kind: 'struct', position: open.position, name, fields };
  }

  /** What stands between braces, with commas between and perhaps after. */
  private members(read: () => void): void {
    const all = (): void => {
      while (!this.is('}') && !this.is(',')) {
        read();
        if (!this.is(',') || this.next.kind === '}') return;
        this.advance();
      }
    };
    this.recover(all, () => undefined, [',', '}']);
  }

  private structField(): StructField {
    const optional = this.accept('?') !== undefined;
    if (!this.is('IDENTIFIER') && !this.is('ESC_IDENTIFIER')) this.require(['IDENTIFIER', 'ESC_IDENTIFIER']);
    const name = this.advance();
    const colon = this.expect(':', EXPRESSION_START);
    const value = this.nested([',', '}'], () => this.expression());
    return { name: this.fieldName(name), value, optional, position: colon.position };
  }

  private list(): Expr {
    const open = this.advance();
    const elements: Expr[] = [];
    const optional = new Set<number>();
    this.require(withKinds(EXPRESSION_START, ']', ',', '?'));
    while (!this.is(']') && !this.is(',')) {
      if (this.accept('?')) optional.add(elements.length);
      elements.push(this.nested([',', ']'], () => this.expression()));
      if (!this.is(',') || this.next.kind === ']') break;
      this.advance();
    }
    this.require([']', ',']);
    this.accept(',');
    this.expect(']', this.followSet());
    return { kind: 'list', position: open.position, elements, optional };
  }

  private map(): Expr {
    const open = this.advance();
    const entries: MapEntry[] = [];
    this.require(withKinds(EXPRESSION_START, '}', ',', '?'));
    this.members(() => {
      const optional = this.accept('?') !== undefined;
      const key = this.nested([':'], () => this.expression());
      this.expect(':', EXPRESSION_START);
      entries.push({ key, value: this.nested([',', '}'], () => this.expression()), optional });
    });
    this.require(['}', ',']);
    this.accept(',');
    this.expect('}', this.followSet());
    return { kind: 'map', position: open.position, entries };
  }

  private literal(): Expr {
    const token = this.token;
    switch (token.kind) {
      case 'true':
      case 'false':
        this.advance();
        return { kind: 'literal', position: token.position, value: token.kind === 'true' };
      case 'null':
        this.advance();
        return { kind: 'literal', position: token.position, value: null };
      case 'STRING':
      case 'BYTES':
        return this.text();
      case 'NUM_INT':
      case 'NUM_UINT':
      case 'NUM_FLOAT':
        return this.number(token.position, '');
      default:
        this.stop(`no viable alternative at input '${printed(token)}'`);
    }
  }

  private text(): Expr {
    const { kind, text, position } = this.advance();
    if (hasBadEscape(text) || (kind === 'BYTES' && /^b["'].*\\[uU]/is.test(text))) {
      this.report(position, kind === 'BYTES' ? 'illegal escape sequence in bytes' : 'invalid unicode code point');
      return brokenExpr(position);
    }
    return { kind: 'literal', position, value: kind === 'BYTES' ? unquoteBytes(text) : unquote(text) };
  }

  private number(position: number, sign: '' | '-'): Expr {
    const { kind, text } = this.advance();
    if (kind === 'NUM_FLOAT') {
      const value = Number(sign + text);
      if (Number.isFinite(value)) return { kind: 'literal', position, value };
      this.report(position, 'invalid double literal');
      return brokenExpr(position);
    }
    if (kind === 'NUM_UINT') {
      const value = BigInt(text.slice(0, -1));
      if (value <= UINT_MAX) return { kind: 'literal', position, value: new Uint(value) };
      this.report(position, 'invalid uint literal');
      return brokenExpr(position);
    }
    const value = sign === '-' ? -BigInt(text) : BigInt(text);
    if (value >= INT_MIN && value <= INT_MAX) return { kind: 'literal', position, value };
    this.report(position, 'invalid int literal');
    return brokenExpr(position);
  }
}

function call(position: number, name: string, ...args: Expr[]): Expr {
  return { kind: 'call', position, name, target: undefined, args };
}

function balance(name: string, terms: Expr[], positions: number[], low: number, high: number): Expr {
  if (low > high) return terms[low]!;
  const middle = Math.floor((low + high + 1) / 2);
  const left = balance(name, terms, positions, low, middle - 1);
  const right = balance(name, terms, positions, middle + 1, high);
  return call(positions[middle]!, name, left, right);
}

function withKinds(kinds: readonly TokenKind[], ...more: TokenKind[]): TokenKind[] {
  return TOKEN_ORDER.filter((kind) => kinds.includes(kind) || more.includes(kind));
}

const printed = (token: Token): string => token.text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
const tail = (token: Token): string => (token.kind === '<EOF>' ? '' : printed(token));

function printSet(kinds: readonly TokenKind[]): string {
  const names = kinds.map((kind) => (/^[A-Z<]{2}/.test(kind) && kind !== '<=' ? kind : `'${kind}'`));
  return names.length === 1 ? names[0]! : `{${names.join(', ')}}`;
}
