import { child, duplicate, type FieldError, forbiddenField, goQuote, index, invalidValue, required } from '../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { oldItems, unchanged } from '../structural/correlate.js';
import { FEATURES, featuresBelow, featuresOf } from '../structural/features.js';
import { structural } from '../structural/structural.js';
import { COST_LIMIT } from './environment.js';
import { fromJson } from './json-adapter.js';
import type { Bindings } from './steps.js';
import { type CompiledRule, compileRule, type Rule, rulesOf } from './rule-compiler.js';
import { escapeName, schemaType } from './schema-type.js';
import type { CelType } from './types.js';
import { CelError, costExceeded, NONE, Optional } from './values.js';

/** B7.9: the limit of all rules of one object. */
export const RULES_COST_BUDGET = 10_000_000;
const MESSAGE_BYTES_MAX = 5120;

/** The rules of a schema node and of all below it; a rule is compiled when it first runs. */
export interface CompiledRules {
  schema: JsonObject;
  type: CelType;
  rules(): readonly CompiledRule[];
  properties: ReadonlyMap<string, CompiledRules>;
  additionalProperties: CompiledRules | undefined;
  items: CompiledRules | undefined;
  allOf: readonly CompiledRules[];
}

/** All `x-kubernetes-validations` of the schema of a resource; undefined if it has none (B7). */
export function compileRules(schema: JsonObject): CompiledRules | undefined {
  if ((featuresOf(schema) & FEATURES.rules) === 0) return undefined;
  const type = schemaType(schema, { name: 'selfType', resourceRoot: true });
  return type && nodeRules(schema, schema, type);
}

/** `written` is where the rules stand: the node itself, or a branch of its allOf. */
function nodeRules(written: JsonObject, schema: JsonObject, type: CelType): CompiledRules | undefined {
  const own = rulesOf(written);
  const properties = new Map<string, CompiledRules>();
  for (const [name, inner, node] of pairs(written['properties'], schema['properties'])) {
    const fieldType = fieldTypeOf(name, node, type);
    const rules = fieldType && nodeRules(inner, node, fieldType);
    if (rules) properties.set(name, rules);
  }
  const below = (name: 'items' | 'additionalProperties'): CompiledRules | undefined => {
    const element = type.params[name === 'items' ? 0 : 1];
    const inner = written[name];
    const node = schema[name];
    return element && mayHaveRules(inner) && isObject(node) ? nodeRules(inner, node, element) : undefined;
  };
  const items = type.kind === 'list' ? below('items') : undefined;
  const additionalProperties = type.kind === 'map' ? below('additionalProperties') : undefined;
  const branches = Array.isArray(written['allOf']) ? written['allOf'].filter(mayHaveRules) : [];
  const allOf = branches.map((branch) => nodeRules(branch, schema, type)).filter((rules) => rules !== undefined);
  if (own.length === 0 && properties.size === 0 && !items && !additionalProperties && allOf.length === 0) return undefined;
  let compiled: readonly CompiledRule[] | undefined;
  const rules = (): readonly CompiledRule[] => {
    compiled ??= own.map((rule) => compileRule(rule, schema, type));
    return compiled;
  };
  return { schema, type, rules, properties, additionalProperties, items, allOf };
}

/** The properties that have rules, as they are written and as they are. */
function pairs(written: JsonValue | undefined, schema: JsonValue | undefined): [string, JsonObject, JsonObject][] {
  const found: [string, JsonObject, JsonObject][] = [];
  if (!isObject(written) || !isObject(schema)) return found;
  for (const name in written) {
    const inner = written[name];
    if (!mayHaveRules(inner)) continue;
    const node = schema[name];
    if (isObject(node)) found.push([name, inner, node]);
  }
  return found;
}

const mayHaveRules = (schema: JsonValue | undefined): schema is JsonObject =>
  isObject(schema) && (featuresBelow(schema) & FEATURES.rules) !== 0;

/** A property without a name in expressions still has rules of its own; one that is invisible has none. */
function fieldTypeOf(name: string, schema: JsonObject, type: CelType): CelType | undefined {
  const escaped = escapeName(name);
  if (escaped !== undefined) return type.fields?.get(escaped);
  return schemaType(schema, { name: `${type.name}.${name}`, resourceRoot: schema['x-kubernetes-embedded-resource'] === true });
}

export interface EvaluateOptions {
  /** Whether failures of unchanged parts become warnings (B7.10). */
  ratcheting?: boolean;
  /** Takes those warnings: `spec.n: Invalid value: 10: n is small`. */
  warn?: (text: string) => void;
}

/** Where evaluation stands: what is left of the budget, and how the value relates to the old one. */
interface Run {
  errors: FieldError[];
  budget: number;
  /** Set when nothing more may run. */
  stopped: boolean;
  warn: ((text: string) => void) | undefined;
}
/** A value and the one it replaces. */
interface Correlation {
  readonly unchanged: boolean;
}
function correlate(node: CompiledRules, value: JsonValue, old: JsonValue): Correlation {
  let known: boolean | undefined;
  return {
    get unchanged() {
      known ??= unchanged(structural(node.schema), value, old);
      return known;
    },
  };
}
interface Relation {
  /** The old value `oldSelf` sees. */
  old: JsonValue | undefined;
  current: Correlation | undefined;
  /** The nearest one above that could be correlated. */
  parent: Correlation | undefined;
}

/** Evaluates the rules over an object (and the one it replaces, undefined on create); errors in the order of B7.11. */
export function evaluateRules(
  compiled: CompiledRules | undefined,
  path: string,
  value: JsonValue,
  old: JsonValue | undefined,
  options: EvaluateOptions = {},
): FieldError[] {
  if (!compiled) return [];
  const run: Run = { errors: [], budget: RULES_COST_BUDGET, stopped: false, warn: options.warn };
  const ratchet = options.ratcheting === true && old !== undefined && old !== null;
  evaluateNode(run, compiled, path, value, {
    old: old === null ? undefined : old,
    current: ratchet ? correlate(compiled, value, old) : undefined,
    parent: undefined,
  });
  return run.errors;
}

function evaluateNode(run: Run, node: CompiledRules, path: string, value: JsonValue, relation: Relation): void {
  if (value === null || run.stopped) return;
  evaluateOwn(run, node, path, value, relation);
  for (const branch of node.allOf)
    evaluateNode(run, branch, path, value, { old: relation.old, current: undefined, parent: relation.parent });
  if (Array.isArray(value)) evaluateItems(run, node, path, value, relation);
  else if (isObject(value)) evaluateMembers(run, node, path, value, relation);
}

function evaluateMembers(run: Run, node: CompiledRules, path: string, value: JsonObject, relation: Relation): void {
  if (node.properties.size === 0 && !node.additionalProperties) return;
  const oldObject = isObject(relation.old) ? relation.old : undefined;
  for (const name of Object.keys(value).sort()) {
    const member = value[name]!;
    const rules = node.properties.get(name) ?? node.additionalProperties;
    if (!rules) continue;
    const oldMember = oldObject && Object.hasOwn(oldObject, name) ? oldObject[name]! : undefined;
    const memberPath = node.additionalProperties ? index(path, name) : child(path, name);
    evaluateNode(run, rules, memberPath, member, below(rules, relation, member, oldMember));
  }
}

function evaluateItems(run: Run, node: CompiledRules, path: string, value: readonly JsonValue[], relation: Relation): void {
  if (!node.items) return;
  const find = oldItems(structural(node.schema), relation.old);
  for (const [i, item] of value.entries()) {
    evaluateNode(run, node.items, index(path, i), item, below(node.items, relation, item, find(item)));
  }
}

function below(node: CompiledRules, relation: Relation, value: JsonValue, old: JsonValue | undefined): Relation {
  const current = relation.current && old !== undefined ? correlate(node, value, old) : undefined;
  return { old: old ?? undefined, current, parent: relation.current ?? relation.parent };
}

function evaluateOwn(run: Run, node: CompiledRules, path: string, value: JsonValue, relation: Relation): void {
  const rules = node.rules();
  if (rules.length === 0) return;
  const self = fromJson(value, node.type);
  const oldSelf = relation.old === undefined ? undefined : fromJson(relation.old, node.type);
  for (const compiled of rules) {
    if (run.stopped) return;
    if (compiled.problem !== undefined) failToEvaluate(run, node, path, `rule compile error: ${compiled.problem}`);
    if (!compiled.program) continue;
    const optional = compiled.rule.optionalOldSelf === true;
    if (compiled.usesOldSelf && oldSelf === undefined && !optional) continue;
    const bindings = { self, oldSelf: optional ? (oldSelf === undefined ? NONE : new Optional(oldSelf)) : oldSelf };
    const result = compiled.program.evaluate(bindings, { costLimit: COST_LIMIT });
    if (!spend(run, result.cost))
      failToEvaluate(run, node, path, 'validation failed due to running out of cost budget, no further validation rules will be run');
    else if (result.value instanceof CelError) failToEvaluate(run, node, path, evaluationProblem(run, result.value, compiled.rule));
    else if (result.value !== true) reportFalse(run, node, path, value, relation, compiled, bindings);
  }
}

/** B7.8: the value is the type's name. */
function failToEvaluate(run: Run, node: CompiledRules, path: string, detail: string): void {
  run.errors.push(invalidValue(field(path), typeName(node), detail));
}
const typeName = (node: CompiledRules): string => (typeof node.schema['type'] === 'string' ? node.schema['type'] : '');

function evaluationProblem(run: Run, error: CelError, rule: Rule): string {
  const { message } = error;
  const text = ruleText(rule);
  if (message.startsWith('no such overload'))
    return `'${message}': call arguments did not match a supported operator, function or macro signature for rule: ${text}`;
  if (error !== costExceeded) return `${message} evaluating rule: ${text}`;
  run.stopped = true;
  return `'${message}': no further validation rules will be run due to call cost exceeds limit for rule: ${text}`;
}

function reportFalse(
  run: Run,
  node: CompiledRules,
  path: string,
  value: JsonValue,
  relation: Relation,
  compiled: CompiledRule,
  bindings: Bindings,
): void {
  const { detail, ends } = failureDetail(run, compiled, bindings);
  const at = field(compiled.fieldPath === '' ? path : child(path, compiled.fieldPath));
  const error = ends ? invalidValue(at, typeName(node), detail) : failure(at, value, detail, compiled.rule.reason);
  const ratcheted = !compiled.usesOldSelf && (relation.current ?? relation.parent)?.unchanged === true;
  if (ratcheted) run.warn?.(`${error.field}: ${error.body}`);
  else run.errors.push(error);
  if (ends) run.stopped = true;
}

const field = (path: string): string => (path === '' ? '<nil>' : path);

/** Takes the cost from the budget; false, and the end, if it does not suffice. */
function spend(run: Run, cost: number): boolean {
  if (run.budget <= 0 || cost > run.budget) {
    run.stopped = true;
    return false;
  }
  run.budget -= cost;
  return true;
}

function ruleText(rule: Rule): string {
  return rule.message === '' ? rule.rule.trim() : rule.message.trim();
}

/** What a false rule says: its message expression if that gives a usable text, its message, or itself (B7.7). */
function failureDetail(run: Run, compiled: CompiledRule, bindings: Bindings): { detail: string; ends: boolean } {
  const { rule, messageProgram } = compiled;
  const fallback = { detail: rule.message === '' ? `failed rule: ${ruleText(rule)}` : ruleText(rule), ends: false };
  if (!messageProgram) return fallback;
  const { value, cost } = messageProgram.evaluate(bindings, { costLimit: COST_LIMIT });
  const further = 'no further validation rules will be run';
  if (cost > run.budget) return { detail: `messageExpression evaluation failed due to running out of cost budget, ${further}`, ends: true };
  run.budget -= cost;
  if (value === costExceeded) {
    const source = goQuote(rule.messageExpression);
    return { detail: `${further} due to call cost exceeds limit for messageExpression: ${source}`, ends: true };
  }
  if (typeof value !== 'string') return fallback;
  const text = value.trim();
  const usable = text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= MESSAGE_BYTES_MAX;
  return usable ? { detail: text, ends: false } : fallback;
}

/** B7.7: objects and lists are not printed. */
function failure(path: string, value: JsonValue, detail: string, reason: string | undefined): FieldError {
  const composite = typeof value === 'object';
  switch (reason) {
    case 'FieldValueForbidden':
      return forbiddenField(path, detail);
    case 'FieldValueRequired':
      return required(path, detail);
    case 'FieldValueDuplicate':
      return composite ? { type: 'Duplicate', field: path, body: 'Duplicate value' } : duplicate(path, value);
    default:
      return composite ? { type: 'Invalid', field: path, body: `Invalid value: ${detail}` } : invalidValue(path, value, detail);
  }
}
