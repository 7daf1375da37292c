/** CEL expressions inside webhook configurations and policies: do they compile, and to the right type (C3.2, C4.9, C5.4)? */
import { admissionEnvironment, type AdmissionOptions } from '../../cel/admission.js';
import type { Environment, Program } from '../../cel/environment.js';
import { BOOL, type CelType, DYN, formatType, listOf, NULL, sameType, STRING, struct } from '../../cel/types.js';
import { child, duplicate, type FieldError, index, internalFieldError, invalidValue, required, tooMany } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { qualifiedName } from '../../names.js';
import { invalidEach } from '../checks.js';
import { objectsAt, textAt } from '../members.js';

const MATCH_CONDITIONS_MAX = 64;

/** What an expression may evaluate to; undefined: anything. */
export type Wanted = readonly CelType[] | undefined;
export const WANT_BOOL: Wanted = [BOOL];
export const WANT_STRING: Wanted = [STRING];
export const WANT_STRING_OR_NULL: Wanted = [STRING, NULL];
export const WANT_OBJECT: Wanted = [struct('Object')];
export const WANT_JSON_PATCH: Wanted = [listOf(struct('JSONPatch'))];

/** `isInternal`: a constant part cannot be evaluated, which is told as an error of the server. */
export type Compiled = { program: Program; problem?: undefined } | { program?: undefined; problem: string; isInternal?: boolean };

/** The program, or what is wrong with the expression in Kubernetes' words. */
export function compileFor(environment: Environment, source: string, wanted: Wanted): Compiled {
  const compilation = environment.compile(source);
  if (compilation.stage === 'compile') return { problem: `compilation failed: ${compilation.issues}` };
  const { resultType } = compilation.program ?? compilation;
  if (wanted && !wanted.some((type) => sameType(type, resultType))) {
    const types = wanted.length > 1 ? `one of [${wanted.map(nameOf).join(' ')}]` : nameOf(wanted[0]!);
    return { problem: `must evaluate to ${types} but got ${nameOf(resultType)}` };
  }
  const { program, issues } = compilation;
  return program ? { program } : { problem: `program instantiation failed: ${issues}`, isInternal: true };
}

/** Types whose names are others here than in the errors of the checker. */
const NAMES: Readonly<Record<string, string>> = {
  duration: 'google.protobuf.Duration',
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
};

const nameOf = (type: CelType): string => NAMES[type.kind] ?? formatType(type);

/** The finding of an expression; `printed` is the value that it is told with. */
export function expressionErrors(environment: Environment, source: string, wanted: Wanted, path: string, printed = source): FieldError[] {
  const compiled = compileFor(environment, source, wanted);
  return compiled.problem === undefined ? [] : [findingOf(compiled, path, printed)];
}

function findingOf({ problem, isInternal }: Compiled & { problem: string }, path: string, printed: string): FieldError {
  return isInternal === true ? internalFieldError(path, problem) : invalidValue(path, printed, problem);
}

/** Match conditions of webhooks (no params) and policies (C3.2). */
export function matchConditionsErrors(conditions: readonly JsonObject[], hasParams: boolean, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (conditions.length > MATCH_CONDITIONS_MAX) errors.push(tooMany(path, conditions.length, MATCH_CONDITIONS_MAX));
  if (conditions.length === 0) return errors;
  const environment = admissionEnvironment({ params: hasParams, authorizer: true, namespaceObject: true });
  const names = new Set<string>();
  conditions.forEach((condition, i) => {
    const at = index(path, i);
    const expression = textAt(condition, 'expression').trim();
    const name = textAt(condition, 'name');
    if (expression === '') errors.push(required(child(at, 'expression')));
    else errors.push(...expressionErrors(environment, expression, WANT_BOOL, child(at, 'expression')));
    if (name === '') errors.push(required(child(at, 'name')));
    else invalidEach(child(at, 'name'), name, qualifiedName(name), errors);
    if (name !== '' && names.has(name)) errors.push(duplicate(child(at, 'name'), name));
    names.add(name);
  });
  return errors;
}

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(' '),
);

/** Findings of `spec.variables`, and the types by which later expressions know them. */
export function variablesErrors(
  spec: JsonObject,
  options: AdmissionOptions,
  path: string,
): { errors: FieldError[]; types: ReadonlyMap<string, CelType> } {
  const errors: FieldError[] = [];
  const types = new Map<string, CelType>();
  objectsAt(spec, 'variables').forEach((variable, i) => {
    const at = index(path, i);
    const name = textAt(variable, 'name');
    const expression = textAt(variable, 'expression');
    if (name.trim() === '') errors.push(required(child(at, 'name'), 'name is not specified'));
    else if (!IDENTIFIER.test(name) || RESERVED.has(name))
      errors.push(invalidValue(child(at, 'name'), name, 'must be a valid CEL identifier'));
    if (expression.trim() === '') {
      errors.push(required(child(at, 'expression'), 'expression is not specified'));
      return;
    }
    const compiled = compileFor(admissionEnvironment({ ...options, variables: types }), expression, undefined);
    if (compiled.problem !== undefined) errors.push(findingOf(compiled, child(at, 'expression'), expression));
    types.set(name, compiled.program?.resultType ?? DYN);
  });
  return { errors, types };
}
