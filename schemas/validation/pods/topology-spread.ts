/** `topologySpreadConstraints`, and the label keys that they share with pod affinity. */
import { child, duplicate, type FieldError, forbiddenField, index, invalidValue, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { qualifiedName } from '../../names.js';
import { invalidEach, oneOf } from '../checks.js';
import { validateLabelSelector } from '../label-selector.js';
import { entriesAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';

const UNSET_SELECTOR = 'must not be specified when labelSelector is not set';
const IN_BOTH = 'exists in both matchLabelKeys and labelSelector';

function validateKeys(keys: readonly string[], hasSelector: boolean, path: string, errors: FieldError[]): void {
  if (keys.length === 0) return;
  if (!hasSelector) errors.push(forbiddenField(path, UNSET_SELECTOR));
  else
    keys.forEach((key, i) => {
      invalidEach(index(path, i), key, qualifiedName(key), errors);
    });
}

/**
 * `matchLabelKeys` and `mismatchLabelKeys` of a constraint or affinity term. The keys were already merged into the selector
 * when the pod was made, so that a key found there twice was there before.
 */
export function validateMatchLabelKeys(owner: JsonObject, path: string, errors: FieldError[]): void {
  const keys = textsAt(owner, 'matchLabelKeys');
  const mismatched = textsAt(owner, 'mismatchLabelKeys');
  const selector = objectAt(owner, 'labelSelector');
  validateKeys(keys, selector !== undefined, child(path, 'matchLabelKeys'), errors);
  validateKeys(mismatched, selector !== undefined, child(path, 'mismatchLabelKeys'), errors);
  const selected = new Set(entriesAt(selector, 'matchLabels').map(([key]) => key));
  for (const requirement of objectsAt(selector, 'matchExpressions')) {
    const key = textAt(requirement, 'key');
    if (keys.includes(key) && selected.has(key)) errors.push(invalidValue(index(path, keys.lastIndexOf(key)), key, IN_BOTH));
    selected.add(key);
  }
  keys.forEach((key, i) => {
    if (mismatched.includes(key))
      errors.push(invalidValue(index(child(path, 'matchLabelKeys'), i), key, 'exists in both matchLabelKeys and mismatchLabelKeys'));
  });
}

export function hasValidMatchLabelKeys(owner: JsonObject): boolean {
  const errors: FieldError[] = [];
  validateMatchLabelKeys(owner, '', errors);
  return errors.length === 0;
}

/** The rule of older versions, for stored constraints that break today's. */
function validateOldMatchLabelKeys(constraint: JsonObject, path: string, errors: FieldError[]): void {
  const keys = textsAt(constraint, 'matchLabelKeys');
  if (keys.length === 0) return;
  const selector = objectAt(constraint, 'labelSelector');
  if (!selector) errors.push(forbiddenField(path, UNSET_SELECTOR));
  const selected = new Set([
    ...entriesAt(selector, 'matchLabels').map(([key]) => key),
    ...objectsAt(selector, 'matchExpressions').map((each) => textAt(each, 'key')),
  ]);
  keys.forEach((key, i) => {
    invalidEach(index(path, i), key, qualifiedName(key), errors);
    if (selected.has(key)) errors.push(invalidValue(index(path, i), key, IN_BOTH));
  });
}

const ABOVE_ZERO = 'must be greater than zero';

function validateMinDomains(constraint: JsonObject, path: string, errors: FieldError[]): void {
  const domains = numberAt(constraint, 'minDomains');
  if (domains === undefined) return;
  if (domains <= 0) errors.push(invalidValue(path, domains, ABOVE_ZERO));
  const action = textAt(constraint, 'whenUnsatisfiable');
  if (action !== 'DoNotSchedule')
    errors.push(invalidValue(path, domains, `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`));
}

export interface SpreadOptions {
  allowInvalidSpreadSelectors: boolean;
  oldMatchLabelKeys: boolean;
}

export function validateTopologySpread(spec: JsonObject, path: string, options: SpreadOptions, errors: FieldError[]): void {
  const constraints = objectsAt(spec, 'topologySpreadConstraints');
  const pairs = constraints.map((each) => `{${textAt(each, 'topologyKey')}, ${textAt(each, 'whenUnsatisfiable')}}`);
  constraints.forEach((constraint, i) => {
    const at = index(child(path, 'topologySpreadConstraints'), i);
    const skew = numberAt(constraint, 'maxSkew') ?? 0;
    if (skew <= 0) errors.push(invalidValue(child(at, 'maxSkew'), skew, ABOVE_ZERO));
    if (textAt(constraint, 'topologyKey') === '') errors.push(required(child(at, 'topologyKey'), 'can not be empty'));
    oneOf(child(at, 'whenUnsatisfiable'), textAt(constraint, 'whenUnsatisfiable'), ['DoNotSchedule', 'ScheduleAnyway'], errors);
    if (pairs.includes(pairs[i]!, i + 1)) errors.push(duplicate(child(at, '{topologyKey, whenUnsatisfiable}'), pairs[i]!));
    validateMinDomains(constraint, child(at, 'minDomains'), errors);
    for (const policy of ['nodeAffinityPolicy', 'nodeTaintsPolicy'])
      if (constraint[policy] !== undefined) oneOf(child(at, policy), textAt(constraint, policy), ['Honor', 'Ignore'], errors);
    if (options.oldMatchLabelKeys) validateOldMatchLabelKeys(constraint, child(at, 'matchLabelKeys'), errors);
    else validateMatchLabelKeys(constraint, at, errors);
    if (!options.allowInvalidSpreadSelectors)
      validateLabelSelector(objectAt(constraint, 'labelSelector'), child(at, 'labelSelector'), errors);
  });
}
