import type { Expr, ListExpr, MapExpr } from './ast.js';
import { walk } from './ast.js';
import type { Issue } from './issues.js';
import { EXPECTED, expand, FormatError, clauseError } from './library/format-text.js';
import { regex } from './library/texts.js';
import { isTimestamp, parseGoDuration, parseRfc3339 } from './times.js';
import { type CelType, DYN, formatType, optionalElement, sameType } from './types.js';
import { CelError, type Value } from './values.js';

/** Literals that are wrong whatever the input: durations, timestamps, patterns, format texts, mixed lists (B7.20). */
export function checkLiterals(root: Expr, issues: Issue[], homogeneous: boolean): void {
  walk(root, (expr, ancestors) => {
    if (expr.kind === 'call') checkCall(expr, issues);
    if (!homogeneous || ancestors.some((above) => above.kind === 'call' && above.name === 'format')) return;
    if (expr.kind === 'list') checkList(expr, issues);
    else if (expr.kind === 'map') checkMap(expr, issues);
  });
}

function checkCall(expr: Expr & { kind: 'call' }, issues: Issue[]): void {
  const [first, second] = expr.args;
  // a literal number of nanoseconds is refused *(quirk)*
  if (expr.name === 'duration' && first?.kind === 'literal' && typeof first.value !== 'string')
    issues.push({ position: first.position, message: 'invalid duration argument' });
  if (expr.name === 'duration') checkText(expr.name, first, issues, (text) => parseGoDuration(text) !== undefined);
  else if (expr.name === 'timestamp' && first?.kind === 'literal') checkTimestamp(first.value, first.position, issues);
  else if (expr.name === 'matches')
    checkText(expr.name, expr.target ? first : second, issues, (text) => !(regex(text) instanceof CelError));
  else if (expr.name === 'format') checkFormat(expr, issues);
}

function checkTimestamp(value: Value, position: number, issues: Issue[]): void {
  if (typeof value !== 'string' && typeof value !== 'bigint') return;
  const nanos = typeof value === 'bigint' ? value * 1_000_000_000n : parseRfc3339(value)?.nanos;
  if (nanos === undefined || !isTimestamp(nanos)) issues.push({ position, message: 'invalid timestamp argument' });
}

function checkText(name: string, argument: Expr | undefined, issues: Issue[], valid: (text: string) => boolean): void {
  if (argument?.kind !== 'literal' || typeof argument.value !== 'string' || valid(argument.value)) return;
  issues.push({ position: argument.position, message: `invalid ${name} argument` });
}

/** A literal format text with a literal list of arguments. */
function checkFormat(expr: Expr & { kind: 'call' }, issues: Issue[]): void {
  const args = expr.args[0];
  if (expr.target?.kind !== 'literal' || typeof expr.target.value !== 'string' || args?.kind !== 'list') return;
  let used = 0;
  let at = expr.position;
  try {
    expand(expr.target.value, args.elements.length, (index, clause) => {
      used = index + 1;
      const unfit = firstUnfit(clause.verb, args.elements[index]!);
      if (unfit) {
        const { kind, name } = unfit.type ?? DYN;
        at = unfit.position;
        throw clauseError(clause.verb, kind === 'null' ? 'null_type' : name);
      }
      return '';
    });
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    issues.push({ position: at, message: error.message });
    return;
  }
  if (args.elements.length <= used) return;
  const message = `too many arguments supplied to string.format (expected ${used}, got ${args.elements.length})`;
  issues.push({ position: expr.position, message });
}

/** The argument, or what `%s` would print of it, if the clause does not take its type. */
function firstUnfit(verb: string, argument: Expr): Expr | undefined {
  if (!fits(verb, argument.type ?? DYN)) return argument;
  if (argument.kind !== 'list' && argument.kind !== 'map') return undefined;
  const inner = argument.kind === 'list' ? argument.elements : argument.entries.flatMap(({ key, value }) => [key, value]);
  for (const element of inner) {
    const unfit = firstUnfit(verb, element);
    if (unfit) return unfit;
  }
  return undefined;
}

function fits(verb: string, type: CelType): boolean {
  return ['dyn', 'param', 'error'].includes(type.kind) || EXPECTED[verb]!.types.includes(type.name);
}

function checkList(expr: ListExpr, issues: Issue[]): void {
  let expected: CelType | undefined;
  for (const [i, element] of expr.elements.entries()) {
    const type = expr.optional.has(i) ? unwrapped(element.type!) : element.type!;
    expected ??= type;
    if (sameType(expected, type)) continue;
    issues.push(mismatch(element, expected, type));
    return;
  }
}

function checkMap(expr: MapExpr, issues: Issue[]): void {
  const [first] = expr.entries;
  if (!first) return;
  const value = (entry: typeof first): CelType => (entry.optional ? unwrapped(entry.value.type!) : entry.value.type!);
  for (const entry of expr.entries) {
    if (!sameType(first.key.type!, entry.key.type!)) issues.push(mismatch(entry.key, first.key.type!, entry.key.type!));
    if (!sameType(value(first), value(entry))) issues.push(mismatch(entry.value, value(first), value(entry)));
  }
}

const unwrapped = (type: CelType): CelType => optionalElement(type) ?? type;

function mismatch(expr: Expr, expected: CelType, actual: CelType): Issue {
  return { position: expr.position, message: `expected type '${formatType(expected)}' but found '${formatType(actual)}'` };
}
