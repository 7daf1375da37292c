/** Deployment and ReplicaSet (R3.35) */
import { child, type FieldError, forbiddenField, invalidValue, notSupported } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { defaultDeployment, defaultReplicaSet } from '../../defaulting/workloads.js';
import { immutable, notNegative } from '../checks.js';
import { goForm } from '../go-form.js';
import { printedSelector } from '../label-selector.js';
import { made, numberAt, objectAt, take, textAt } from '../members.js';
import type { PodOptions } from '../pods/options.js';
import type { KindRules } from '../rules.js';
import {
  intOrPercent,
  validateAtMost100Percent,
  validateCollisionCount,
  validateCounts,
  validateIntOrPercent,
  validateSubtotals,
} from './rollout.js';
import {
  prepareChanged,
  prepareNew,
  specOf,
  templateOptions,
  validateRequiredSelector,
  validateSelectedTemplate,
  warnOfName,
  warnOfTemplate,
} from './template.js';

const STRATEGIES = ['Recreate', 'RollingUpdate'];

function validateRollingUpdate(rollout: JsonObject, path: string, errors: FieldError[]): void {
  const { maxUnavailable, maxSurge } = rollout;
  const field = child(path, 'maxUnavailable');
  validateIntOrPercent(maxUnavailable, field, errors);
  validateIntOrPercent(maxSurge, child(path, 'maxSurge'), errors);
  if (intOrPercent(maxUnavailable) === 0 && intOrPercent(maxSurge) === 0)
    errors.push(invalidValue(field, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  validateAtMost100Percent(maxUnavailable, field, errors);
}

function validateStrategy(spec: JsonObject, path: string, errors: FieldError[]): void {
  const strategy = objectAt(spec, 'strategy') ?? {};
  const type = textAt(strategy, 'type');
  const rollout = objectAt(strategy, 'rollingUpdate');
  if (!STRATEGIES.includes(type)) errors.push(notSupported(path, goForm('io.k8s.api.apps.v1.DeploymentStrategy', strategy), STRATEGIES));
  else if (type === 'Recreate' && rollout)
    errors.push(forbiddenField(child(path, 'rollingUpdate'), "may not be specified when strategy `type` is 'Recreate'"));
  else if (type === 'RollingUpdate' && rollout) validateRollingUpdate(rollout, child(path, 'rollingUpdate'), errors);
}

function validateSpec(spec: JsonObject, options: PodOptions, errors: FieldError[]): void {
  notNegative(spec, 'replicas', 'spec', errors);
  validateRequiredSelector(spec, 'deployment', 'spec', errors);
  validateSelectedTemplate(spec, options, 'spec', errors);
  validateStrategy(spec, 'spec.strategy', errors);
  for (const member of ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds']) notNegative(spec, member, 'spec', errors);
  const deadline = numberAt(spec, 'progressDeadlineSeconds');
  if (deadline !== undefined && deadline <= (numberAt(spec, 'minReadySeconds') ?? 0))
    errors.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
}

/** Selectors never change (R3.33). */
export function validateSameSelector(spec: JsonObject, old: JsonObject, errors: FieldError[]): void {
  immutable('spec.selector', printedSelector(objectAt(spec, 'selector')), printedSelector(objectAt(old, 'selector')), errors);
}

const DEPLOYMENT_COUNTS = [
  ...['observedGeneration', 'replicas', 'updatedReplicas', 'readyReplicas', 'availableReplicas', 'unavailableReplicas'],
  ...['terminatingReplicas', 'collisionCount'],
];

function warnings(object: JsonObject, old?: JsonObject): string[] {
  const found: string[] = [];
  if (!old) warnOfName(object, found);
  warnOfTemplate(object, old, found);
  return found;
}

export const deployment: KindRules = {
  default: defaultDeployment,
  prepareForCreate: (object) => prepareNew(object),
  prepareForUpdate: prepareChanged,
  /** R1.24 */
  prepareForStatusUpdate(object, old) {
    take(object, old, 'spec');
    take(made(object, 'metadata'), objectAt(old, 'metadata') ?? {}, 'labels');
  },
  resetFields: { status: ['spec', 'metadata.labels'] },
  validate(object) {
    const errors: FieldError[] = [];
    validateSpec(specOf(object), templateOptions(), errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    validateSpec(specOf(object), templateOptions(old), errors);
    validateSameSelector(specOf(object), specOf(old), errors);
    return errors;
  },
  validateStatusUpdate(object, old) {
    const errors: FieldError[] = [];
    const status = objectAt(object, 'status');
    validateCounts(status, DEPLOYMENT_COUNTS, errors);
    validateSubtotals(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], 'readyReplicas', errors);
    validateCollisionCount(status, objectAt(old, 'status'), errors);
    return errors;
  },
  warnings,
};

function validateReplicaSetSpec(spec: JsonObject, options: PodOptions, errors: FieldError[]): void {
  for (const member of ['replicas', 'minReadySeconds']) notNegative(spec, member, 'spec', errors);
  validateRequiredSelector(spec, 'deployment', 'spec', errors);
  validateSelectedTemplate(spec, options, 'spec', errors);
}

/** Counters of ReplicaSets and ReplicationControllers. */
export const REPLICA_COUNTS = ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas', 'observedGeneration'];
export const REPLICA_SUBTOTALS = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'];

export const replicaSet: KindRules = {
  default: defaultReplicaSet,
  prepareForCreate: (object) => prepareNew(object, ['replicas']),
  prepareForUpdate: prepareChanged,
  validate(object) {
    const errors: FieldError[] = [];
    validateReplicaSetSpec(specOf(object), templateOptions(), errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    validateReplicaSetSpec(specOf(object), templateOptions(old), errors);
    validateSameSelector(specOf(object), specOf(old), errors);
    return errors;
  },
  validateStatusUpdate(object) {
    const errors: FieldError[] = [];
    const status = objectAt(object, 'status');
    validateCounts(status, [...REPLICA_COUNTS, 'terminatingReplicas'], errors);
    validateSubtotals(status, REPLICA_SUBTOTALS, 'readyReplicas', errors);
    return errors;
  },
  warnings,
};
