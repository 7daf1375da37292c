import type { RE2JS } from 're2js';
import { compileExpression } from '../../structural/pattern.js';
import { spendEffort } from '../effort.js';
import type { Implementation, Library } from '../functions.js';
import { CelError, codePoints, type List, type MapValue } from '../values.js';

const codePointSize: Implementation = (text) => BigInt(codePoints(text as string));
const byteSize: Implementation = (bytes) => BigInt((bytes as Uint8Array).length);
const collectionSize: Implementation = (value) => BigInt((value as List | MapValue).size);

function sizes(): Library[string] {
  const rows = [
    ['string', 'string', codePointSize],
    ['bytes', 'bytes', byteSize],
    ['list', 'list(A)', collectionSize],
    ['map', 'map(A, B)', collectionSize],
  ] as const;
  return [
    ...rows.map(([id, type, apply]) => [`size_${id}`, `(${type}) -> int`, apply] as const),
    ...rows.map(([id, type, apply]) => [`${id}_size`, `${type}.() -> int`, apply] as const),
  ];
}

const COMPILED = new Map<string, RE2JS | CelError>();
const COMPILED_MAX = 1000;
/** A pattern of a few letters can have thousands of states. */
const COMPILE_EFFORT = 200_000;

/** A regular expression of RE2, compiled once; an error if it is none. */
export function regex(pattern: string): RE2JS | CelError {
  const known = COMPILED.get(pattern);
  if (known) return known;
  spendEffort(COMPILE_EFFORT);
  const expression = compileExpression(pattern);
  const compiled = typeof expression === 'string' ? new CelError(expression) : expression;
  if (COMPILED.size >= COMPILED_MAX) COMPILED.clear();
  COMPILED.set(pattern, compiled);
  return compiled;
}

const matches: Implementation = (text, pattern) => {
  const compiled = regex(pattern as string);
  return compiled instanceof CelError ? compiled : compiled.matcher(text as string).find();
};

/** `size`, `matches`, `contains` … */
export const texts: Library = {
  size: sizes(),
  matches: [
    ['matches', '(string, string) -> bool', matches],
    ['matches_string', 'string.(string) -> bool', matches],
  ],
  contains: [['contains_string', 'string.(string) -> bool', (text, part) => (text as string).includes(part as string)]],
  startsWith: [['starts_with_string', 'string.(string) -> bool', (text, part) => (text as string).startsWith(part as string)]],
  endsWith: [['ends_with_string', 'string.(string) -> bool', (text, part) => (text as string).endsWith(part as string)]],
};
