import { type FieldError, forbiddenField, internalFieldError, invalidValue, notSupported, required } from '../field-errors.js';
import { isObject, type JsonObject, type JsonValue } from '../json-value.js';
import { UNBOUNDED } from './estimate.js';
import { type CompiledRule, compileRule, type Rule, rulesOf } from './rule-compiler.js';
import { readFieldPath } from './rule-field-path.js';
import { escapeName, schemaType } from './schema-type.js';
import type { CelType } from './types.js';

/** B2.31 */
const EXPRESSION_COST_MAX = 10_000_000;
const SCHEMA_COST_MAX = 100_000_000;
const EXPENSIVE_COST_MIN = 1_000_000;
const EXPENSIVE_LISTED_MAX = 4;
const REQUEST_BYTES_MAX = 3 * 1024 * 1024;

const LINE_BREAK = /[\n\r]/;
const ROOT_TYPE = 'selfType';
const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired'];

const NO_TYPE =
  'internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations';

/** What is wrong with the rules of one node before they are compiled (B2.30); `path` is the schema node's. */
export function ruleFieldErrors(schema: JsonObject, path: string): FieldError[] {
  return rulesOf(schema).flatMap((rule, i) => fieldErrors(rule, schema, `${path}.x-kubernetes-validations[${i}]`));
}

function fieldErrors(rule: Rule, schema: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const add = (error: FieldError): void => void errors.push(error);
  const message = rule.message.trim();
  if (rule.rule.trim() === '') add(required(`${path}.rule`, 'rule is not specified'));
  else if (rule.message !== '' && message === '') add(invalidValue(`${path}.message`, rule.message, 'must be non-empty if specified'));
  else if (LINE_BREAK.test(message)) add(invalidValue(`${path}.message`, rule.message, 'must not contain line breaks'));
  else if (LINE_BREAK.test(rule.rule.trim()) && message === '')
    add(required(`${path}.message`, 'message must be specified if rule contains line breaks'));
  if (rule.messageExpression !== '' && rule.messageExpression.trim() === '')
    add(required(`${path}.messageExpression`, 'messageExpression must be non-empty if specified'));
  if (rule.reason !== undefined && !REASONS.includes(rule.reason)) add(notSupported(`${path}.reason`, rule.reason, REASONS));
  if (rule.fieldPath !== '') errors.push(...fieldPathErrors(rule.fieldPath, schema, `${path}.fieldPath`));
  return errors;
}

function fieldPathErrors(fieldPath: string, schema: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (fieldPath.trim() === '') errors.push(invalidValue(path, fieldPath, 'must be non-empty if specified'));
  if (LINE_BREAK.test(fieldPath)) errors.push(invalidValue(path, fieldPath, 'must not contain line breaks'));
  if ('problem' in readFieldPath(fieldPath, schema)) errors.push(invalidValue(path, fieldPath, 'must be a valid path'));
  return errors;
}

export interface RuleErrors {
  /** Compile problems, `oldSelf` where it cannot be, and costs of single expressions, in the order of the schema's nodes. */
  expressions: FieldError[];
  /** What follows the schema's other errors if all rules together are too expensive. */
  total: FieldError[];
}
export interface RuleErrorOptions {
  /** Nodes that have, or contain, an error of their own: their rules are not compiled (B2.30). */
  skip?: (path: string) => boolean;
}

/** Compiles all rules of an openAPIV3Schema and estimates their costs (B2.30a, B2.31); `path` ends in `openAPIV3Schema`. */
export function ruleErrors(schema: JsonObject, path: string, options: RuleErrorOptions = {}): RuleErrors {
  const walk: Walk = { errors: [], expensive: [], total: 0, skip: options.skip ?? (() => false), ruled: new Set() };
  const type = findRules(schema, walk.ruled) ? schemaType(schema, { name: ROOT_TYPE, resourceRoot: true }) : undefined;
  if (type) checkNode(walk, schema, path, { type, name: ROOT_TYPE, cardinality: 1, uncorrelatable: undefined });
  return { expressions: walk.errors, total: totalErrors(walk, path) };
}

interface Walk {
  errors: FieldError[];
  expensive: { path: string; cost: number }[];
  total: number;
  skip: (path: string) => boolean;
  /** The nodes that have rules, themselves or below: the others are passed over. */
  ruled: Set<JsonObject>;
}
interface SeenPlace extends Place {
  type: CelType;
}
interface Place {
  /** undefined where expressions cannot see the node (B7.3). */
  type: CelType | undefined;
  /** Of the type as a part of the root's: to its own rules it is the root. */
  name: string;
  /** How often the node can occur; undefined if nothing declared limits it. */
  cardinality: number | undefined;
  /** The list or map within which there is no old value. */
  uncorrelatable: string | undefined;
}

/** Collects the nodes that have rules or contain one that has. */
function findRules(schema: JsonObject, ruled: Set<JsonObject>): boolean {
  let found = rulesOf(schema).length > 0;
  const properties = schema['properties'];
  const inner = [schema['additionalProperties'], schema['items'], ...(isObject(properties) ? Object.values(properties) : [])];
  for (const each of inner) if (isObject(each) && findRules(each, ruled)) found = true;
  if (found) ruled.add(schema);
  return found;
}

function checkNode(walk: Walk, schema: JsonObject, path: string, place: Place): void {
  if (!walk.ruled.has(schema)) return;
  for (const [inner, innerPath, innerPlace] of nodesBelow(schema, path, place)) checkNode(walk, inner, innerPath, innerPlace);
  const rules = rulesOf(schema);
  if (rules.length === 0 || walk.skip(path)) return;
  const { type } = place;
  if (type === undefined) {
    walk.errors.push(internalFieldError(`${path}.x-kubernetes-validations`, NO_TYPE));
    return;
  }
  rules.forEach((rule, i) => {
    checkRule(walk, compileRule(rule, schema, type), `${path}.x-kubernetes-validations[${i}]`, { ...place, type });
  });
}

function* nodesBelow(schema: JsonObject, path: string, place: Place): Generator<[JsonObject, string, Place]> {
  const { type, name, cardinality } = place;
  const times = (limit: JsonValue | undefined): number | undefined =>
    cardinality === undefined || limit === undefined || limit === null ? undefined : Math.min(UNBOUNDED, cardinality * Number(limit));
  const additional = schema['additionalProperties'];
  if (isObject(additional))
    yield [
      additional,
      `${path}.additionalProperties`,
      {
        type: type?.kind === 'map' ? type.params[1]! : seenAlone(additional, name),
        name: `${name}.@elem`,
        cardinality: times(schema['maxProperties']),
        uncorrelatable: place.uncorrelatable,
      },
    ];
  if (isObject(schema['properties']))
    for (const [property, inner] of Object.entries(schema['properties'])) {
      if (!isObject(inner)) continue;
      const field = { name: `${name}.${escapeName(property) ?? property}`, cardinality, uncorrelatable: place.uncorrelatable };
      const fieldType = (type && fieldTypeByName(type, property)) ?? seenAlone(inner, name);
      yield [inner, `${path}.properties[${property}]`, { type: fieldType, ...field }];
    }
  const items = schema['items'];
  const atomicList = schema['x-kubernetes-list-type'] !== 'map';
  if (isObject(items))
    yield [
      items,
      `${path}.items`,
      {
        type: type?.kind === 'list' ? type.params[0]! : seenAlone(items, name),
        name: `${name}.@idx`,
        cardinality: times(schema['maxItems']),
        uncorrelatable: place.uncorrelatable ?? (atomicList ? path : undefined),
      },
    ];
}

/** The type of a node that is not in the type of the node above. */
const seenAlone = (schema: JsonObject, name: string): CelType | undefined =>
  schemaType(schema, { name, resourceRoot: schema['x-kubernetes-embedded-resource'] === true });

function fieldTypeByName(type: CelType, name: string): CelType | undefined {
  const renamed = type.jsonNames && [...type.jsonNames].find(([, json]) => json === name);
  return type.fields?.get(renamed ? renamed[0] : name);
}

function checkRule(walk: Walk, compiled: CompiledRule, path: string, place: SeenPlace): void {
  const { rule } = compiled;
  const rulePath = `${path}.rule`;
  const occurrences = place.cardinality ?? Math.floor(REQUEST_BYTES_MAX / (place.type.minSerializedSize! + 1));
  if (compiled.program) observe(walk, rulePath, 'estimated rule cost', compiled.program.estimateCost().max * occurrences);
  if (compiled.problem !== undefined)
    walk.errors.push(invalidValue(rulePath, internalForm(rule), compiled.problem.replaceAll(place.name, ROOT_TYPE)));
  const messagePath = `${path}.messageExpression`;
  if (compiled.messageProblem !== undefined)
    walk.errors.push(invalidValue(messagePath, internalForm(rule), compiled.messageProblem.replaceAll(place.name, ROOT_TYPE)));
  else if (compiled.messageProgram)
    observe(walk, messagePath, 'estimated messageExpression cost', compiled.messageProgram.estimateCost().max);
  if (compiled.usesOldSelf) {
    if (place.uncorrelatable !== undefined) {
      const detail = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${place.uncorrelatable}`;
      walk.errors.push(invalidValue(rulePath, rule.rule, detail));
    }
  } else if (rule.optionalOldSelf !== undefined)
    walk.errors.push(invalidValue(`${path}.optionalOldSelf`, rule.optionalOldSelf, 'may not be set if oldSelf is not used in rule'));
}

/** A rule as errors print it (B2.30a). */
function internalForm(rule: Rule): Record<string, unknown> {
  return {
    Rule: rule.rule,
    Message: rule.message,
    MessageExpression: rule.messageExpression,
    Reason: rule.reason ?? null,
    FieldPath: rule.fieldPath,
    OptionalOldSelf: rule.optionalOldSelf ?? null,
  };
}

function observe(walk: Walk, path: string, what: string, cost: number): void {
  if (cost > EXPRESSION_COST_MAX) walk.errors.push(forbiddenField(path, tooExpensive(what, cost, EXPRESSION_COST_MAX)));
  walk.total = Math.min(UNBOUNDED, walk.total + cost);
  if (cost >= EXPENSIVE_COST_MIN) walk.expensive.push({ path, cost });
}

function tooExpensive(what: string, cost: number, limit: number): string {
  const excess = cost / limit;
  const factor = excess > 100 ? 'more than 100x' : excess < 1.5 ? `${excess.toFixed(6)}x` : `${excess.toFixed(1)}x`;
  const advice = 'try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared';
  return `${what} exceeds budget by factor of ${factor} (${advice})`;
}

function totalErrors(walk: Walk, path: string): FieldError[] {
  if (walk.total <= SCHEMA_COST_MAX) return [];
  const dearest = [...walk.expensive].sort((a, b) => b.cost - a.cost).slice(0, EXPENSIVE_LISTED_MAX);
  const contributed = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema';
  const what = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema';
  return [
    ...dearest.map((expression) => forbiddenField(expression.path, contributed)),
    forbiddenField(path, tooExpensive(what, walk.total, SCHEMA_COST_MAX)),
  ];
}
