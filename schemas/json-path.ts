/**
 * The JSONPath dialect of printer columns and selectable fields (R8.32): `.a.b`, `['k']`, `[0]`, `[1:3]`, `[*]`, `['a','b']`, `..`,
 * `[?(@.type=="Ready")]`, `\.` in names. Missing members give nothing; an index beyond the end or a step that does not fit is an error.
 */
import { isObject, type JsonObject, type JsonValue } from './json-value.js';

/** A path that cannot be read. */
export class JsonPathError extends Error {}

/** Finds values in an object. Throws `JsonPathError` where a step does not fit the value that it meets. */
export type JsonPath = (object: JsonValue) => JsonValue[];

type Step = (values: readonly JsonValue[], budget: Budget) => JsonValue[];

/** Bounds the work of one search: `..` could otherwise multiply without end. */
interface Budget {
  left: number;
}
const VALUES_MAX = 100_000;

/** Reads a path without its braces: `.spec.replicas`. Throws `JsonPathError`. */
export function parseJsonPath(text: string): JsonPath {
  const steps = new Parser(text).steps();
  return (object) => run(steps, [object], { left: VALUES_MAX });
}

function run(steps: readonly Step[], values: readonly JsonValue[], budget: Budget): JsonValue[] {
  let found = [...values];
  for (const step of steps) {
    found = step(found, budget);
    budget.left -= found.length + 1;
    if (budget.left < 0) throw new JsonPathError('too many values');
  }
  return found;
}

const TERMINATORS = new Set([undefined, ' ', '\t', '\n', '\r', '.', ',', '[', ']', '$', '@', '{', '}']);

class Parser {
  private at = 0;
  private lastWasRecursive = false;

  constructor(private readonly text: string) {}

  steps(): Step[] {
    const steps: Step[] = [];
    while (this.at < this.text.length && this.text[this.at] !== '}') {
      const wasRecursive = this.lastWasRecursive;
      this.lastWasRecursive = false;
      const step = this.step(wasRecursive);
      if (step !== undefined) steps.push(step);
    }
    return steps;
  }

  private step(wasRecursive: boolean): Step | undefined {
    const c = this.text[this.at]!;
    if (this.text.startsWith('[?(', this.at)) return this.filter();
    if (this.text.startsWith('..', this.at)) {
      if (wasRecursive) throw new JsonPathError('invalid multiple recursive descent');
      this.at += 2;
      this.lastWasRecursive = true;
      if (/[A-Za-z0-9_]/.test(this.text[this.at] ?? '')) return sequence([recurse, this.field()]);
      return recurse;
    }
    if (c === '[') return this.brackets();
    if (c === '.') {
      this.at++;
      return this.field();
    }
    if (c === '"' || c === "'") return constant(this.quoted(c));
    if (/[-+0-9]/.test(c)) return constant(this.number());
    if (/[A-Za-z_]/.test(c)) return constant(this.word());
    if (c !== ' ' && c !== '@' && c !== '$') throw new JsonPathError(`unrecognized character in action: ${c}`);
    this.at++;
    return undefined;
  }

  /** A member's name, up to what cannot stand in one unescaped. */
  private field(): Step {
    let name = '';
    while (!TERMINATORS.has(this.text[this.at])) {
      if (this.text[this.at] === '\\') this.at++;
      name += this.text[this.at++] ?? '';
    }
    return name === '*' ? wildcard : member(name);
  }

  private brackets(): Step {
    const end = this.text.indexOf(']', this.at);
    if (end < 0) throw new JsonPathError('unterminated array');
    const inner = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    return bracketed(inner);
  }

  private quoted(quote: string): string {
    let value = '';
    for (this.at++; this.text[this.at] !== quote; this.at++) {
      if (this.at >= this.text.length) throw new JsonPathError('unterminated quoted string');
      if (this.text[this.at] === '\\') this.at++;
      value += this.text[this.at] ?? '';
    }
    this.at++;
    return value;
  }

  private number(): number {
    const digits = /[-+]?[0-9.]*/y;
    digits.lastIndex = this.at;
    const text = digits.exec(this.text)![0];
    this.at += text.length;
    const value = Number(text);
    if (Number.isNaN(value)) throw new JsonPathError(`cannot parse number ${text}`);
    return value;
  }

  private word(): boolean {
    const word = /[A-Za-z0-9_]*/y;
    word.lastIndex = this.at;
    const text = word.exec(this.text)![0];
    this.at += text.length;
    if (text !== 'true' && text !== 'false') throw new JsonPathError(`unrecognized identifier ${text}`);
    return text === 'true';
  }

  private filter(): Step {
    let at = this.at + 3;
    const from = at;
    for (let quote = ''; quote !== '' || this.text[at] !== ')'; at++) {
      const c = this.text[at];
      if (c === undefined) throw new JsonPathError('unterminated filter');
      if (c === '\\') at++;
      else if (quote === '' && (c === '"' || c === "'")) quote = c;
      else if (c === quote) quote = '';
    }
    if (this.text[at + 1] !== ']') throw new JsonPathError('unclosed array expect ]');
    this.at = at + 2;
    return filtered(this.text.slice(from, at));
  }
}

const sequence =
  (steps: readonly Step[]): Step =>
  (values, budget) =>
    run(steps, values, budget);
const constant =
  (value: JsonValue): Step =>
  (values) =>
    values.map(() => value);

function member(name: string): Step {
  return (values) => {
    if (name === '') return [...values];
    return values.flatMap((value) => (isObject(value) && Object.hasOwn(value, name) ? [value[name]!] : []));
  };
}

const childrenOf = (value: JsonValue): JsonValue[] => {
  if (Array.isArray(value)) return value;
  return isObject(value)
    ? Object.keys(value)
        .sort()
        .map((name) => value[name]!)
    : [];
};

const wildcard: Step = (values) => values.flatMap(childrenOf);

const recurse: Step = (values, budget) => {
  const found: JsonValue[] = [];
  for (const value of values) {
    const children = childrenOf(value);
    budget.left -= children.length;
    if (budget.left < 0) throw new JsonPathError('too many values');
    if (children.length > 0) found.push(value, ...recurse(children, budget));
  }
  return found;
};

function bracketed(inner: string): Step {
  if (inner === '*') return slice(undefined, undefined, undefined);
  const parts = inner.split(',');
  if (parts.length > 1) {
    const union = parts.map((part) => bracketed(part.trim()));
    return (values, budget) => union.flatMap((step) => step(values, budget));
  }
  const key = /^'([^']*)'$/.exec(inner)?.[1];
  if (key !== undefined) return sequence(new Parser(`.${key}`).steps());
  const range = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(inner);
  if (range === null) throw new JsonPathError(`invalid array index ${inner}`);
  const [start, end, step] = range
    .slice(1)
    .map((text) => (text === undefined || text === '' || text === ':' ? undefined : Number(text.replace(':', ''))));
  return range[2] === undefined ? item(start ?? 0) : slice(start, end, step);
}

function listOf(value: JsonValue): JsonValue[] {
  if (!Array.isArray(value)) throw new JsonPathError('value is not array or slice');
  return value;
}

function item(position: number): Step {
  return (values) =>
    values
      .filter((value) => value !== null)
      .map((value) => {
        const list = listOf(value);
        const found = list[position < 0 ? position + list.length : position];
        if (found === undefined) throw new JsonPathError(`array index out of bounds: index ${position}, length ${list.length}`);
        return found;
      });
}

function slice(start: number | undefined, end: number | undefined, step = 1): Step {
  if (step <= 0) throw new JsonPathError('step must be > 0');
  return (values) =>
    values
      .filter((value) => value !== null)
      .flatMap((value) => {
        const list = listOf(value);
        const from = start === undefined ? 0 : start < 0 ? start + list.length : start;
        const to = end === undefined ? list.length : end < 0 ? end + list.length : end;
        if (from === to) return [];
        if (from < 0 || from >= list.length || to < 0 || to > list.length || from > to)
          throw new JsonPathError('array index out of bounds');
        return list.slice(from, to).filter((_, i) => i % step === 0);
      });
}

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  '==': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '>=': (order) => order >= 0,
};

/** `@.type=="Ready"`, or a path that must give something. */
function filtered(text: string): Step {
  const parts = /^([^!<>=]+)([!<>=]+)(.+)$/s.exec(text);
  const left = new Parser((parts?.[1] ?? text).trim()).steps();
  const right = parts === null ? [] : new Parser(parts[3]!.trim()).steps();
  const compare = parts === null ? undefined : COMPARISONS[parts[2]!];
  if (parts !== null && compare === undefined) throw new JsonPathError(`unrecognized filter operator ${parts[2]}`);
  const passes = (value: JsonValue, budget: Budget): boolean => {
    const [a, ...others] = run(left, [value], budget);
    if (a === undefined) return false;
    if (compare === undefined) return true;
    const [b] = run(right, [value], budget);
    if (others.length > 0) throw new JsonPathError('can only compare one element at a time');
    return b !== undefined && compare(orderOf(a, b));
  };
  return (values, budget) =>
    values.filter((value) => value !== null).flatMap((value) => listOf(value).filter((each) => passes(each, budget)));
}

function orderOf(a: JsonValue, b: JsonValue): number {
  const bothNumbers = [a, b].every((value) => typeof value === 'number' || typeof value === 'bigint');
  if (!bothNumbers && (typeof a !== typeof b || typeof a === 'object')) throw new JsonPathError('incompatible types for comparison');
  const [x, y] = [a as JsonObject[string] & (string | number), b as JsonObject[string] & (string | number)];
  return x < y ? -1 : x > y ? 1 : 0;
}
