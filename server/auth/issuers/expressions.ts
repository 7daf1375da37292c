/** CEL over the claims of a token, and over the user that was made of them (E2.6). */
import { USER } from '../../../schemas/cel/admission.js';
import { environment, type Environment, type Program } from '../../../schemas/cel/environment.js';
import { fromJson, toJson } from '../../../schemas/cel/json-adapter.js';
import { BOOL, DYN, mapOf, sameType, STRING } from '../../../schemas/cel/types.js';
import { CelError, type Value } from '../../../schemas/cel/values.js';
import type { JsonObject, JsonValue } from '../../../schemas/json-value.js';

export type Variable = 'claims' | 'user';

const TYPES = { claims: mapOf(STRING, DYN), user: USER };
const environments = new Map<Variable, Environment>();

function environmentOf(variable: Variable): Environment {
  const known = environments.get(variable) ?? environment({ variables: { [variable]: TYPES[variable] } });
  environments.set(variable, known);
  return known;
}

export type Compiled = { program: Program; problem?: undefined } | { program?: undefined; problem: string };

/** The program, or what is wrong with the expression, in Kubernetes' words. */
export function compileExpression(source: string, variable: Variable, wants: 'bool' | 'any'): Compiled {
  const { program, issues } = environmentOf(variable).compile(source);
  if (!program) return { problem: `compilation failed: ${issues}` };
  return wants === 'any' || sameType(program.resultType, BOOL) ? { program } : { problem: 'must evaluate to bool' };
}

/** The value. Throws an Error that names the expression. */
export function evaluateExpression({ source, evaluate }: Program, variable: Variable, object: JsonObject): Value {
  const { value } = evaluate({ [variable]: fromJson(object, TYPES[variable]) });
  if (value instanceof CelError) throw new Error(`expression '${source}' resulted in error: ${value.message}`);
  return value;
}

/** Some texts, from one or a list of them; empty ones, null and an empty list count as absent. Throws an Error for anything else. */
export function textsOf(value: Value): string[] {
  const json: JsonValue | CelError = toJson(value);
  const list = json === null ? [] : Array.isArray(json) ? json : [json];
  if (!list.every((item) => typeof item === 'string')) throw new Error('expression must return a string or a list of strings');
  return list.filter((item) => item !== '');
}
