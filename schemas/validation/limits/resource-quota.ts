/** ResourceQuota (C6.4) */
import { child, type FieldError, index, invalidValue, required } from '../../field-errors.js';
import { equal, type JsonObject } from '../../json-value.js';
import { parseQuantity } from '../../quantity.js';
import { IMMUTABLE } from '../checks.js';
import { coreForm } from '../go-form.js';
import { roundUp } from '../../defaulting/pods.js';
import { entriesAt, objectAt, objectsAt, specOf, statusOf, textAt, textsAt } from '../members.js';
import { isHugePages, OBJECT_COUNTS, validateQuantity, validateResourceName } from '../pods/resources.js';
import type { KindRules } from '../rules.js';

const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];
const STANDARD = new Set([
  ...COMPUTE,
  ...OBJECT_COUNTS,
  ...['ephemeral-storage', 'requests.ephemeral-storage', 'limits.ephemeral-storage', 'requests.storage'],
]);
const isStandard = (name: string): boolean => STANDARD.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');

const PODS = ['pods', ...COMPUTE];
/** Which standard resources a scope can narrow. */
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  BestEffort: ['pods'],
  CrossNamespacePodAffinity: PODS,
  NotBestEffort: PODS,
  NotTerminating: PODS,
  PriorityClass: PODS,
  Terminating: PODS,
  VolumeAttributesClass: ['persistentvolumeclaims', 'requests.storage'],
};
const WITHOUT_VALUES = ['BestEffort', 'NotBestEffort', 'Terminating', 'NotTerminating', 'CrossNamespacePodAffinity'];
const CONFLICTS = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];
const EXISTS_ONLY =
  "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";

function validateAmounts(parent: JsonObject | undefined, member: string, path: string, errors: FieldError[]): void {
  for (const [name, value] of entriesAt(parent, member)) {
    const at = index(child(path, member), name);
    validateResourceName(name, at, errors);
    if (!name.includes('/') && !isStandard(name)) errors.push(invalidValue(at, name, 'must be a standard resource for quota'));
    validateQuantity(name, parseQuantity(value as string), at, errors);
  }
}

/** One finding for every standard resource of the quota that the scope cannot narrow. */
function validateFit(spec: JsonObject, scope: string, finding: FieldError, errors: FieldError[]): void {
  const fitting = SCOPES[scope];
  for (const [name] of entriesAt(spec, 'hard')) if (fitting && isStandard(name) && !fitting.includes(name)) errors.push(finding);
}

const conflicting = (scopes: readonly string[]): boolean[] =>
  CONFLICTS.filter((pair) => pair.every((scope) => scopes.includes(scope))).map(() => true);

function validateScopes(spec: JsonObject, errors: FieldError[]): void {
  const field = 'spec.scopes';
  const scopes = textsAt(spec, 'scopes');
  for (const scope of scopes) {
    if (!SCOPES[scope]) errors.push(invalidValue(field, scopes, 'unsupported scope'));
    validateFit(spec, scope, invalidValue(field, scopes, 'unsupported scope applied to resource'), errors);
  }
  for (const _ of conflicting(scopes)) errors.push(invalidValue(field, scopes, 'conflicting scopes'));
}

function validateRequirement(requirement: JsonObject, path: string, errors: FieldError[]): void {
  const scope = textAt(requirement, 'scopeName');
  const operator = textAt(requirement, 'operator');
  const values = textsAt(requirement, 'values');
  const field = child(path, 'operator');
  if (WITHOUT_VALUES.includes(scope) && operator !== 'Exists') errors.push(invalidValue(field, operator, EXISTS_ONLY));
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0)
      errors.push(required(child(path, 'values'), "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0)
      errors.push(
        invalidValue(child(path, 'values'), values, "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"),
      );
  } else {
    errors.push(invalidValue(field, operator, 'not a valid selector operator'));
  }
}

function validateScopeSelector(spec: JsonObject, errors: FieldError[]): void {
  const selector = objectAt(spec, 'scopeSelector');
  const path = 'spec.scopeSelector.matchExpressions';
  const requirements = objectsAt(selector, 'matchExpressions');
  for (const requirement of requirements) {
    const scope = textAt(requirement, 'scopeName');
    if (!SCOPES[scope]) errors.push(invalidValue(child(path, 'scopeName'), scope, 'unsupported scope'));
    const printed = coreForm('ScopeSelector', selector);
    validateFit(spec, scope, invalidValue(path, printed, 'unsupported scope applied to resource'), errors);
    validateRequirement(requirement, path, errors);
  }
  for (const _ of conflicting(requirements.map((each) => textAt(each, 'scopeName'))))
    errors.push(invalidValue(path, spec['scopes'] ?? null, 'conflicting scopes'));
}

function validateSpec(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = specOf(object);
  validateAmounts(spec, 'hard', 'spec', errors);
  validateScopes(spec, errors);
  validateScopeSelector(spec, errors);
  return errors;
}

const scopeSet = (object: JsonObject): string[] => [...new Set(textsAt(specOf(object), 'scopes'))].sort();

export const resourceQuota: KindRules = {
  default(object) {
    roundUp(objectAt(specOf(object), 'hard'));
    for (const list of ['hard', 'used']) roundUp(objectAt(statusOf(object), list));
  },
  validate: validateSpec,
  validateUpdate(object, old) {
    const errors = validateSpec(object);
    if (!equal(scopeSet(object), scopeSet(old))) errors.push(invalidValue('spec.scopes', specOf(object)['scopes'] ?? null, IMMUTABLE));
    return errors;
  },
  validateStatusUpdate(object) {
    const errors: FieldError[] = [];
    for (const member of ['hard', 'used']) validateAmounts(objectAt(object, 'status'), member, 'status', errors);
    return errors;
  },
};
