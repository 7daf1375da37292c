import type { Issue } from './issues.js';
import type { Token, TokenKind } from './lexer.js';

export const DEPTH_MAX = 250;
/** What may follow any operand. */
export const AFTER_MEMBER: readonly TokenKind[] = [
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
  '.',
  '-',
  '?',
  '+',
  '*',
  '/',
  '%',
];

/** A syntax error that was reported: the rule it happened in is given up. */
export class Mismatch extends Error {}
/** The end of parsing: a limit was exceeded. */
export class Stop extends Error {}
/** After so many syntax errors parsing ends. */
const RECOVERIES_MAX = 30;

/** The tokens, what is expected of them, and the recovery from errors, as ANTLR does it: the texts are part of the API. */
export class TokenReader {
  protected depth = 0;
  private at = 0;
  protected recovering = false;
  private recoveries = 0;
  private lastFailure = -1;
  /** What may follow the expression being read, innermost last: decides whether a missing bracket can be assumed. */
  private readonly follow: (readonly TokenKind[])[] = [['<EOF>']];

  constructor(
    private readonly tokens: readonly Token[],
    protected readonly issues: Issue[],
  ) {}

  protected peek(ahead: number): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }
  protected skip(count: number): void {
    this.at += count;
  }
  protected get token(): Token {
    return this.peek(0);
  }
  protected get next(): Token {
    return this.peek(1);
  }
  protected is(kind: TokenKind): boolean {
    return this.token.kind === kind;
  }
  protected advance(): Token {
    this.recovering = false;
    const token = this.token;
    if (this.at < this.tokens.length - 1) this.at++;
    return token;
  }
  protected accept(kind: TokenKind): Token | undefined {
    return this.token.kind === kind ? this.advance() : undefined;
  }

  protected report(position: number, message: string): void {
    this.issues.push({ position, message });
  }
  /** Errors that only follow from one just reported stay silent. */
  protected syntaxError(message: string, token = this.token): void {
    if (!this.recovering) this.report(token.position, `Syntax error: ${message}`);
    this.recovering = true;
  }
  protected stop(message: string, token = this.token): never {
    this.syntaxError(message, token);
    throw new Mismatch();
  }

  /** Reads a rule; if it fails, skips to where an enclosing rule can go on, so that later errors are found too. */
  protected recover<T>(read: () => T, otherwise: (position: number) => T, after: readonly TokenKind[]): T {
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
  protected expect(kind: TokenKind, after: readonly TokenKind[]): Token {
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
  protected require(kinds: readonly TokenKind[]): void {
    if (kinds.includes(this.token.kind)) return;
    if (!kinds.includes(this.next.kind) || this.is('<EOF>'))
      this.stop(`mismatched input '${printed(this.token)}' expecting ${printSet(kinds)}`);
    this.syntaxError(`extraneous input '${printed(this.token)}' expecting ${printSet(kinds)}`);
    this.advance();
  }

  protected followSet(): readonly TokenKind[] {
    return [...AFTER_MEMBER, ...this.follow.at(-1)!];
  }

  /** An expression in brackets: `after` may follow it. */
  protected nested<T>(after: readonly TokenKind[], read: () => T): T {
    this.follow.push(after);
    const result = read();
    this.follow.pop();
    return result;
  }

  protected deeper<T>(read: () => T): T {
    if (++this.depth > DEPTH_MAX) this.tooDeep();
    const result = read();
    this.depth--;
    return result;
  }
  protected tooDeep(): never {
    this.issues.length = 0;
    this.report(-1, `expression recursion limit exceeded: ${DEPTH_MAX}`);
    throw new Stop();
  }
}

/** Source as error texts quote it. */
export const escaped = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
export const printed = (token: Token): string => escaped(token.text);
export const tail = (token: Token): string => (token.kind === '<EOF>' ? '' : printed(token));

/** What was expected: one kind, or `{'a', 'b'}`. */
export function printSet(kinds: readonly TokenKind[]): string {
  const names = kinds.map((kind) => (/^[A-Z<]{2}/.test(kind) && kind !== '<=' ? kind : `'${kind}'`));
  return names.length === 1 ? names[0]! : `{${names.join(', ')}}`;
}
