/** scheduling.k8s.io PriorityClass */
import { type FieldError, forbiddenField, notSupported, required } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { immutable } from './checks.js';
import { flagAt, numberAt, objectAt, presetPointer, textAt } from './members.js';
import type { KindRules } from './rules.js';

const RESERVED = 'system-';
const USER_VALUE_MAX = 1000000000;
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
/** The classes that Kubernetes has itself, and their values. */
export const SYSTEM_PRIORITIES: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2000000000,
  'system-node-critical': 2000001000,
};

const priorityOf = (object: JsonObject): number => numberAt(object, 'value') ?? 0;

/** Why a class with a reserved name is none of the system's. */
function systemProblem(name: string, object: JsonObject): string | undefined {
  const value = SYSTEM_PRIORITIES[name];
  if (value === undefined) return `${name} is not a known system priority class`;
  if (priorityOf(object) !== value) return `value of ${name} PriorityClass must be ${value}`;
  return flagAt(object, 'globalDefault') ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const name = textAt(objectAt(object, 'metadata'), 'name');
  if (name.startsWith(RESERVED)) {
    const problem = systemProblem(name, object);
    const words = `priority class names with '${RESERVED}' prefix are reserved for system use only. error: ${problem}`;
    if (problem !== undefined) errors.push(forbiddenField('metadata.name', words));
  } else if (priorityOf(object) > USER_VALUE_MAX) {
    errors.push(forbiddenField('value', `maximum allowed value of a user defined priority is ${USER_VALUE_MAX}`));
  }
  const policy = object['preemptionPolicy'];
  if (policy === '') errors.push(required('preemptionPolicy'));
  else if (policy !== undefined && !PREEMPTION_POLICIES.includes(policy as string))
    errors.push(notSupported('preemptionPolicy', policy, PREEMPTION_POLICIES));
  return errors;
}

export const priorityClass: KindRules = {
  default: (object) => presetPointer(object, 'preemptionPolicy', 'PreemptLowerPriority'),
  validate,
  /** R3.33 */
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    if (priorityOf(object) !== priorityOf(old)) errors.push(forbiddenField('value', 'may not be changed in an update.'));
    immutable('preemptionPolicy', object['preemptionPolicy'], old['preemptionPolicy'], errors);
    return errors;
  },
};
