/** policy PodDisruptionBudget */
import { type FieldError, invalidValue, notSupported } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { notNegative } from './checks.js';
import { conditionsErrors } from './conditions.js';
import { goForm } from './go-form.js';
import { hasInvalidValues, validateLabelSelector } from './label-selector.js';
import { objectAt, objectsAt } from './members.js';
import type { KindRules } from './rules.js';
import { validateAtMost100Percent, validateIntOrPercent } from './workloads/rollout.js';

const EVICTION_POLICIES = ['AlwaysAllow', 'IfHealthyBudget'];
const COUNTS = ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods'];

function validate(object: JsonObject, old?: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(object, 'spec') ?? {};
  if (spec['minAvailable'] !== undefined && spec['maxUnavailable'] !== undefined) {
    const printed = goForm('io.k8s.api.policy.v1.PodDisruptionBudgetSpec', spec);
    errors.push(invalidValue('spec', printed, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const member of ['minAvailable', 'maxUnavailable']) {
    if (spec[member] === undefined) continue;
    validateIntOrPercent(spec[member], `spec.${member}`, errors);
    validateAtMost100Percent(spec[member], `spec.${member}`, errors);
  }
  validateLabelSelector(objectAt(spec, 'selector'), 'spec.selector', errors, {
    allowInvalidValues: hasInvalidValues(objectAt(objectAt(old, 'spec'), 'selector')),
  });
  const policy = spec['unhealthyPodEvictionPolicy'];
  if (policy !== undefined && !EVICTION_POLICIES.includes(policy as string))
    errors.push(notSupported('spec.unhealthyPodEvictionPolicy', policy, EVICTION_POLICIES));
  return errors;
}

export const podDisruptionBudget: KindRules = {
  validate: (object) => validate(object),
  validateUpdate: validate,
  validateStatusUpdate(object) {
    const errors: FieldError[] = [];
    const status = objectAt(object, 'status');
    errors.push(...conditionsErrors(objectsAt(status, 'conditions'), 'status.conditions'));
    for (const member of COUNTS) notNegative(status, member, 'status', errors);
    return errors;
  },
};
