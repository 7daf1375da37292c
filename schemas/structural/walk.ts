import { invalidValue, printValue, type FieldError, type FieldErrorType } from '../field-errors.js';
import type { JsonValue } from '../json-value.js';

/** One validation on its way through an object: where it is, what it found. */
export interface Walk {
  /** The FIELD of the value that the walk began with; `''` for a whole object. */
  readonly base: string;
  /** Members and indices from there; rendered only for an error. */
  readonly path: (string | number)[];
  readonly errors: FieldError[];
  /** Passed checks: chooses the branch of anyOf and oneOf whose errors are told (B6.2). */
  matches: number;
}

export function startWalk(base: string): Walk {
  return { base, path: [], errors: [], matches: 0 };
}

/** The path of B6.1 as texts quote it: `spec.list[0].name`. */
export function pathOf(walk: Walk): string {
  let text = '';
  for (const step of walk.path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}

/** The FIELD of an error at a path below the walk's beginning. */
export function fieldAt(walk: Walk, path: string): string {
  if (path === '') return walk.base === '' ? '<nil>' : walk.base;
  const name = path.startsWith('.') ? path.slice(1) : path;
  return walk.base === '' ? name : `${walk.base}.${name}`;
}

/** `Invalid value: <value>: <path> in body <detail>`. */
export function report(walk: Walk, type: FieldErrorType, value: JsonValue, detail: string): void {
  const path = pathOf(walk);
  walk.errors.push({ type, field: fieldAt(walk, path), body: `Invalid value: ${printValue(value)}: ${path} in body ${detail}` });
}

/** Findings about a node as a whole have no FIELD of their own (B6.2, B6.5). */
export function reportUnplaced(walk: Walk, detail: string): void {
  walk.errors.push(invalidValue(fieldAt(walk, ''), '', detail));
}

/** Findings of one branch, taken out of the walk. */
export interface Attempt {
  errors: readonly FieldError[];
  matches: number;
}
const NONE: readonly FieldError[] = [];

/** Runs a check aside; the walk is left as it was. */
export function attempt(walk: Walk, check: () => void): Attempt {
  const from = walk.errors.length;
  const before = walk.matches;
  walk.matches = 0;
  check();
  const matches = walk.matches;
  walk.matches = before;
  return { errors: walk.errors.length > from ? walk.errors.splice(from) : NONE, matches };
}

/** Takes over what a branch found. */
export function adopt(walk: Walk, found: Attempt): void {
  for (const error of found.errors) walk.errors.push(error);
  walk.matches += found.matches;
}
