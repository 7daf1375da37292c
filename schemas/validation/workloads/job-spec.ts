/** The spec of a job, as it stands in jobs and in templates of cron jobs. */
import { child, duplicate, type FieldError, index, invalidValue, notSupported, required, tooLong, tooMany } from '../../field-errors.js';
import type { JsonObject, JsonValue } from '../../json-value.js';
import { qualifiedName } from '../../names.js';
import { validateDomainPrefixedPath } from '../domain-prefixed-path.js';
import { invalidEach, notNegative, oneOf } from '../checks.js';
import { goForm } from '../go-form.js';
import { bytes, numberAt, objectAt, objectsAt, textAt } from '../members.js';
import type { PodOptions } from '../pods/options.js';
import { validatePodTemplate } from '../pods/template.js';
import { warnOfPod } from '../pods/warnings.js';
import { countIndexes } from './index-intervals.js';
import { templateOf } from './template.js';

const PARALLELISM_MAX = 100000;
const FAILED_INDEXES_MAX = 100000;
const MANY_COMPLETIONS = 100000;
const MANY_COMPLETIONS_LIMIT = 10000;
const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;
const MANAGED_BY_MAX = 63;
const INDEXES_BYTES_MAX = 65536;

export const isIndexed = (spec: JsonObject): boolean => textAt(spec, 'completionMode') === 'Indexed';

/** An Invalid that prints no value. */
export function invalidWhole(field: string, detail: string): FieldError {
  return { type: 'Invalid', field, body: `Invalid value: ${detail}` };
}

function validateManagedBy(spec: JsonObject, field: string, errors: FieldError[]): void {
  const managedBy = spec['managedBy'] as string | undefined;
  if (managedBy === undefined) return;
  validateDomainPrefixedPath(field, managedBy, errors);
  if (bytes(managedBy) > MANAGED_BY_MAX) errors.push(tooLong(field, MANAGED_BY_MAX));
}

function validateIndexed(spec: JsonObject, path: string, errors: FieldError[]): void {
  const completions = numberAt(spec, 'completions');
  const parallelism = numberAt(spec, 'parallelism');
  const maxFailed = numberAt(spec, 'maxFailedIndexes');
  const atMost = (member: string, value: number | undefined, max: number, when: string): void => {
    if (value !== undefined && value > max)
      errors.push(invalidValue(child(path, member), value, `must be less than or equal to ${max}${when}`));
  };
  if (completions === undefined) errors.push(required(child(path, 'completions'), 'when completion mode is Indexed'));
  atMost('parallelism', parallelism, PARALLELISM_MAX, ' when completion mode is Indexed');
  if (completions !== undefined && maxFailed !== undefined && maxFailed > completions)
    errors.push(invalidValue(child(path, 'maxFailedIndexes'), maxFailed, 'must be less than or equal to completions'));
  atMost('maxFailedIndexes', maxFailed, FAILED_INDEXES_MAX, '');
  if (completions === undefined || completions <= MANY_COMPLETIONS || spec['backoffLimitPerIndex'] === undefined) return;
  if (maxFailed === undefined)
    errors.push(required(child(path, 'maxFailedIndexes'), `must be specified when completions is above ${MANY_COMPLETIONS}`));
  const when = ` when completions are above ${MANY_COMPLETIONS} and used with backoff limit per index`;
  atMost('parallelism', parallelism, MANY_COMPLETIONS_LIMIT, when);
  atMost('maxFailedIndexes', maxFailed, MANY_COMPLETIONS_LIMIT, when);
}

function validateCompletionMode(spec: JsonObject, path: string, errors: FieldError[]): void {
  const mode = spec['completionMode'];
  if (mode !== undefined) oneOf(child(path, 'completionMode'), mode as string, ['NonIndexed', 'Indexed'], errors);
  if (isIndexed(spec)) validateIndexed(spec, path, errors);
  if (mode !== undefined && mode !== 'NonIndexed') return;
  for (const member of ['backoffLimitPerIndex', 'maxFailedIndexes'])
    if (spec[member] !== undefined) errors.push(invalidValue(child(path, member), spec[member], 'requires indexed completion mode'));
}

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const CONDITION_STATUSES = ['False', 'True', 'Unknown'];
const validValues = (values: readonly string[]): string => `valid values: [${values.map((value) => `"${value}"`).join(' ')}]`;

function requiredOneOf(field: string, value: string, values: readonly string[], errors: FieldError[]): void {
  if (value === '') errors.push(required(field, validValues(values)));
  else if (!values.includes(value)) errors.push(notSupported(field, value, values));
}

function validateExitCodes(codes: JsonObject, path: string, containers: readonly string[], errors: FieldError[]): void {
  const operator = textAt(codes, 'operator');
  requiredOneOf(child(path, 'operator'), operator, ['In', 'NotIn'], errors);
  const container = codes['containerName'] as string | undefined;
  if (container !== undefined && !containers.includes(container)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalidValue(child(path, 'containerName'), container, detail));
  }
  const values = (codes['values'] ?? []) as JsonValue[];
  const field = child(path, 'values');
  if (values.length === 0) errors.push(invalidValue(field, codes['values'] ?? null, 'at least one value is required'));
  if (values.length > EXIT_CODES_MAX) errors.push(tooMany(field, values.length, EXIT_CODES_MAX));
  const seen = new Set<JsonValue>();
  values.forEach((value, j) => {
    if (operator === 'In' && value === 0) errors.push(invalidValue(index(field, j), 0, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(index(field, j), value));
    seen.add(value);
  });
  if (values.some((value, j) => j > 0 && Number(values[j - 1]) > Number(value)))
    errors.push(invalidValue(field, values, 'must be ordered'));
}

function validateConditions(patterns: readonly JsonObject[], path: string, errors: FieldError[]): void {
  if (patterns.length > RULES_MAX) errors.push(tooMany(path, patterns.length, RULES_MAX));
  patterns.forEach((pattern, j) => {
    const at = index(path, j);
    const type = textAt(pattern, 'type');
    invalidEach(child(at, 'type'), type, qualifiedName(type), errors);
    requiredOneOf(child(at, 'status'), textAt(pattern, 'status'), CONDITION_STATUSES, errors);
  });
}

function validateFailureRule(rule: JsonObject, spec: JsonObject, path: string, containers: readonly string[], errors: FieldError[]): void {
  const action = textAt(rule, 'action');
  if (action === 'FailIndex') {
    if (spec['backoffLimitPerIndex'] === undefined)
      errors.push(invalidValue(child(path, 'action'), action, 'requires the backoffLimitPerIndex to be set'));
  } else requiredOneOf(child(path, 'action'), action, ACTIONS, errors);
  const codes = objectAt(rule, 'onExitCodes');
  const conditions = objectsAt(rule, 'onPodConditions');
  if (codes) validateExitCodes(codes, child(path, 'onExitCodes'), containers, errors);
  if (conditions.length > 0) validateConditions(conditions, child(path, 'onPodConditions'), errors);
  if (codes && conditions.length > 0) errors.push(invalidWhole(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  if (!codes && conditions.length === 0) errors.push(invalidWhole(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
}

function validateFailurePolicy(spec: JsonObject, path: string, errors: FieldError[]): void {
  const policy = objectAt(spec, 'podFailurePolicy');
  if (!policy) return;
  const rules = objectsAt(policy, 'rules');
  const at = child(path, 'rules');
  if (rules.length > RULES_MAX) errors.push(tooMany(at, rules.length, RULES_MAX));
  const podSpec = objectAt(templateOf(spec), 'spec');
  const containers = [...objectsAt(podSpec, 'containers'), ...objectsAt(podSpec, 'initContainers')].map((each) => textAt(each, 'name'));
  rules.forEach((rule, i) => {
    validateFailureRule(rule, spec, index(at, i), containers, errors);
  });
}

function validateSuccessRule(rule: JsonObject, completions: number, path: string, errors: FieldError[]): void {
  const indexes = rule['succeededIndexes'] as string | undefined;
  const count = numberAt(rule, 'succeededCount');
  if (indexes === undefined && count === undefined)
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  let total = 0;
  if (indexes !== undefined) {
    const field = child(path, 'succeededIndexes');
    if (bytes(indexes) > INDEXES_BYTES_MAX) errors.push(tooLong(field, INDEXES_BYTES_MAX));
    try {
      total = countIndexes(indexes, completions);
    } catch (error) {
      errors.push(invalidValue(field, indexes, `error parsing succeededIndexes: ${(error as Error).message}`));
    }
  }
  if (count === undefined) return;
  notNegative(rule, 'succeededCount', path, errors);
  const atMost = (max: number, what: string): void => {
    if (count > max)
      errors.push(invalidValue(child(path, 'succeededCount'), count, `must be less than or equal to ${max} (the number of ${what})`));
  };
  atMost(completions, 'specified completions');
  if (indexes !== undefined) atMost(total, 'indexes in the specified succeededIndexes field');
}

function validateSuccessPolicy(spec: JsonObject, path: string, errors: FieldError[]): void {
  const policy = objectAt(spec, 'successPolicy');
  if (!policy) return;
  if (!isIndexed(spec)) {
    errors.push(invalidValue(path, goForm('io.k8s.api.batch.v1.SuccessPolicy', policy), 'requires indexed completion mode'));
    return;
  }
  const rules = objectsAt(policy, 'rules');
  const at = child(path, 'rules');
  if (rules.length === 0) errors.push(required(at, 'at least one rules must be specified when the successPolicy is specified'));
  if (rules.length > RULES_MAX) errors.push(tooMany(at, rules.length, RULES_MAX));
  rules.forEach((rule, i) => {
    validateSuccessRule(rule, numberAt(spec, 'completions') ?? 0, index(at, i), errors);
  });
}

function validateReplacementPolicy(spec: JsonObject, field: string, errors: FieldError[]): void {
  const policy = spec['podReplacementPolicy'];
  if (policy === undefined) return;
  oneOf(field, policy as string, objectAt(spec, 'podFailurePolicy') ? ['Failed'] : ['Failed', 'TerminatingOrFailed'], errors);
}

/** A job's pods end. */
function validateEnds(spec: JsonObject, field: string, errors: FieldError[]): void {
  const policy = textAt(objectAt(templateOf(spec), 'spec'), 'restartPolicy');
  if (policy === 'Always' || policy === '') errors.push(required(field, 'valid values: "OnFailure", "Never"'));
  else if (policy !== 'OnFailure' && policy !== 'Never') errors.push(notSupported(field, policy, ['OnFailure', 'Never']));
  else if (objectAt(spec, 'podFailurePolicy') && policy !== 'Never')
    errors.push(invalidValue(field, policy, 'only "Never" is supported when podFailurePolicy is specified'));
}

/** Everything but the selector, which cron jobs do not have. */
export function validateJobSpec(spec: JsonObject, options: PodOptions, path: string, errors: FieldError[]): void {
  for (const member of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
  ])
    notNegative(spec, member, path, errors);
  notNegative(spec, 'maxFailedIndexes', path, errors);
  if (spec['maxFailedIndexes'] !== undefined && spec['backoffLimitPerIndex'] === undefined)
    errors.push(required(child(path, 'backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  validateManagedBy(spec, child(path, 'managedBy'), errors);
  validateCompletionMode(spec, path, errors);
  validateFailurePolicy(spec, child(path, 'podFailurePolicy'), errors);
  validateSuccessPolicy(spec, child(path, 'successPolicy'), errors);
  validateReplacementPolicy(spec, child(path, 'podReplacementPolicy'), errors);
  validatePodTemplate(templateOf(spec), child(path, 'template'), options, errors);
  validateEnds(spec, `${path}.template.spec.restartPolicy`, errors);
}

export function warnOfJobSpec(spec: JsonObject, path: string, warnings: string[]): void {
  const high = (member: string, max: number): boolean => (numberAt(spec, member) ?? 0) > max;
  if (isIndexed(spec) && high('completions', MANY_COMPLETIONS) && high('parallelism', MANY_COMPLETIONS_LIMIT))
    warnings.push(
      `${path}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`,
    );
  warnOfPod(templateOf(spec), `${path}.template`, warnings);
}
