import { copyExpr, type Expr, type MapEntry, type StructField, walk } from './ast.js';
import type { Issue } from './issues.js';
import { hasBadEscape, TOKEN_ORDER, type Token, type TokenKind, tokenize, unquote, unquoteBytes } from './lexer.js';
import { brokenExpr, expandGlobal, expandReceiver, type MacroContext } from './macros.js';
import { AFTER_MEMBER, DEPTH_MAX, escaped, Mismatch, printed, printSet, Stop, TokenReader, tail } from './token-reader.js';
import { INT_MAX, INT_MIN, UINT_MAX, Uint } from './values.js';

const CODE_POINTS_MAX = 100_000;
/** Macros may copy their operands; nested ones would double the tree each time. */
const NODES_MAX = 200_000;

const RESERVED = new Set('as break const continue else for function if import let loop package namespace return var void while'.split(' '));
const NAMES: readonly TokenKind[] = ['IDENTIFIER', 'ESC_IDENTIFIER'];
const CONSTANTS: readonly TokenKind[] = ['true', 'false', 'null'];
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
const RELATIONS = new Set<TokenKind>(['<', '<=', '>=', '>', '==', '!=', 'in']);

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

/** Recursive descent; one method per rule of the grammar. */
class Parser extends TokenReader {
  private copied = 0;

  constructor(
    tokens: readonly Token[],
    private readonly source: string,
    issues: Issue[],
  ) {
    super(tokens, issues);
  }

  start(): Expr {
    const expr = this.expression();
    this.expect('<EOF>', []);
    return expr;
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
      return this.member(this.number(sign.position, '-'));
    }
    const operator = this.token;
    let last = operator;
    let count = 0;
    for (; this.token.kind === kind; count++) last = this.advance();
    if (kind === '-' && this.is('!')) this.noViable(last, this.token);
    if (!EXPRESSION_START.includes(this.token.kind)) this.nothingToNegate(last);
    const operand = this.operand();
    return count % 2 === 0 ? operand : call(operator.position, kind === '!' ? '!_' : '-_', operand);
  }

  /** One token too many may be dropped, else the operand is given up. */
  private nothingToNegate(operator: Token): void {
    if (operator.kind === '!') this.stop(`extraneous input '${printed(this.token)}' expecting ${printSet(EXPRESSION_START)}`);
    this.syntaxError(this.unviable(operator, this.token));
    this.recovering = false;
    this.require(EXPRESSION_START);
  }

  private unviable(from: Token, to: Token): string {
    const end = to.kind === '<EOF>' ? this.source.length : to.position + to.text.length;
    return `no viable alternative at input '${escaped(this.source.slice(from.position, end))}'`;
  }

  private noViable(from: Token, to: Token): never {
    this.stop(this.unviable(from, to), to);
  }

  private operand(): Expr {
    return this.member(this.primary());
  }

  private member(first: Expr): Expr {
    let expr = first;
    for (let count = 1; ; count++) {
      if (count > DEPTH_MAX) this.tooDeep();
      if (this.is('.')) expr = this.selection(expr);
      else if (this.is('[')) expr = this.index(expr);
      else return expr;
    }
  }

  private selection(operand: Expr): Expr {
    const dot = this.advance();
    const optional = this.accept('?') !== undefined;
    if (!NAMES.includes(this.token.kind)) this.noName(dot, optional);
    const name = this.advance();
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

  /** After `.?` one token too many may be dropped, else there is no selection. */
  private noName(dot: Token, optional: boolean): void {
    const { token } = this;
    if (!optional && CONSTANTS.includes(token.kind)) this.stop(`mismatched input '${printed(token)}' expecting IDENTIFIER`);
    if (!optional) this.noViable(dot, token);
    if (NAMES.includes(this.next.kind)) {
      this.require(NAMES);
      return;
    }
    this.syntaxError(`mismatched input '${printed(token)}' expecting ${printSet(NAMES)}`);
    this.report(token.position, 'unsupported ident kind');
    throw new Mismatch();
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
        return brokenExpr(at.position);
      },
    };
  }

  private index(operand: Expr): Expr {
    const open = this.advance();
    this.require(withKinds(EXPRESSION_START, '?'));
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
    if (!this.is('(')) return { kind: 'ident', position: first.position, name };
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
    const names: string[] = [];
    for (let ahead = 0; this.peek(ahead).kind === 'IDENTIFIER'; ahead += 2) {
      names.push(this.peek(ahead).text);
      const after = this.peek(ahead + 1).kind;
      if (after === '{') {
        this.skip(ahead + 1);
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
        if (token.kind === '-') this.noViable(token, this.next);
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
