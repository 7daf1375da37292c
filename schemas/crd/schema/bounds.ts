/** Bounds that kube-apiserver does not have: a schema is compiled and judged in the thread that serves everybody. */
import { forbiddenField, type FieldError } from '../../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../../json-value.js';

/** Many times what definitions of real projects have, and little enough to be compiled in a moment. */
export const SCHEMA_BOUNDS = {
  /** Different patterns. */
  patterns: 1000,
  /** Characters of all of them. */
  patternLength: 100_000,
  /** Schemas in or below `allOf`, `anyOf`, `oneOf` and `not`. */
  branches: 10_000,
} as const;

const JUNCTORS = ['allOf', 'anyOf', 'oneOf', 'not'] as const;

/** What exceeds a bound; then nothing else of the schema is to be looked at. */
export function boundErrors(schema: JsonObject, path: string): FieldError[] {
  const patterns = new Set<string>();
  let patternLength = 0;
  let branches = 0;
  const visitAll = (values: JsonValue | undefined, isBranch: boolean): void => {
    if (Array.isArray(values)) for (const value of values) visit(value, isBranch);
    else visit(values, isBranch);
  };
  const visit = (value: JsonValue | undefined, isBranch: boolean): void => {
    if (!isObject(value)) return;
    if (isBranch) branches++;
    if (typeof value.pattern === 'string' && !patterns.has(value.pattern)) {
      patterns.add(value.pattern);
      patternLength += value.pattern.length;
    }
    for (const junctor of JUNCTORS) visitAll(value[junctor], true);
    visitAll(value.items, isBranch);
    visit(value.additionalProperties, isBranch);
    if (isObject(value.properties)) for (const name in value.properties) visit(value.properties[name], isBranch);
  };
  visit(schema, false);
  const errors: FieldError[] = [];
  const bound = (found: number, most: number, what: string): void => {
    if (found > most) errors.push(forbiddenField(path, `must not have more than ${most} ${what}, has ${found}`));
  };
  bound(patterns.size, SCHEMA_BOUNDS.patterns, 'different patterns');
  bound(patternLength, SCHEMA_BOUNDS.patternLength, 'characters in patterns');
  bound(branches, SCHEMA_BOUNDS.branches, 'schemas below allOf, anyOf, oneOf and not');
  return errors;
}
