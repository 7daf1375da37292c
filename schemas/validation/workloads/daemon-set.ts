import { child, type FieldError, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { defaultDaemonSet, TEMPLATE_GENERATION } from '../../defaulting/workloads.js';
import { notNegative } from '../checks.js';
import { goForm } from '../go-form.js';
import { hasInvalidValues, isEmptySelector, printedSelector, validateLabelSelector } from '../label-selector.js';
import { objectAt, take, textAt } from '../members.js';
import type { PodOptions } from '../pods/options.js';
import { validatePodTemplate } from '../pods/template.js';
import { semanticallyEqual } from '../pods/update.js';
import { warnOfPod } from '../pods/warnings.js';
import type { KindRules } from '../rules.js';
import { validateSameSelector } from './deployment.js';
import { intOrPercent, validateAtMost100Percent, validateCollisionCount, validateCounts, validateIntOrPercent } from './rollout.js';
import {
  doesNotSelect,
  mismatch,
  prepareChanged,
  prepareNew,
  specOf,
  templateLabels,
  templateOf,
  templateOptions,
  validateRunsForever,
} from './template.js';

function validateRollingUpdate(rollout: JsonObject, path: string, errors: FieldError[]): void {
  const { maxUnavailable, maxSurge } = rollout;
  const fields = [
    [maxUnavailable, child(path, 'maxUnavailable')],
    [maxSurge, child(path, 'maxSurge')],
  ] as const;
  for (const [value, field] of fields) validateIntOrPercent(value, field, errors);
  for (const [value, field] of fields) validateAtMost100Percent(value, field, errors);
  const [unavailable, surge] = [intOrPercent(maxUnavailable) !== 0, intOrPercent(maxSurge) !== 0];
  if (unavailable && surge) errors.push(invalidValue(child(path, 'maxSurge'), maxSurge, 'may not be set when maxUnavailable is non-zero'));
  if (!unavailable && !surge) errors.push(required(child(path, 'maxUnavailable'), 'cannot be 0 when maxSurge is 0'));
}

const STRATEGIES = ['RollingUpdate', 'OnDelete'];

function validateUpdateStrategy(spec: JsonObject, path: string, errors: FieldError[]): void {
  const strategy = objectAt(spec, 'updateStrategy') ?? {};
  const type = textAt(strategy, 'type');
  const rollout = objectAt(strategy, 'rollingUpdate');
  if (!STRATEGIES.includes(type))
    errors.push(notSupported(path, goForm('io.k8s.api.apps.v1.DaemonSetUpdateStrategy', strategy), STRATEGIES));
  else if (type === 'RollingUpdate' && rollout) validateRollingUpdate(rollout, child(path, 'rollingUpdate'), errors);
}

function validateSpec(spec: JsonObject, options: PodOptions, errors: FieldError[]): void {
  const selector = objectAt(spec, 'selector');
  const template = templateOf(spec);
  validateLabelSelector(selector, 'spec.selector', errors, { allowInvalidValues: options.allowInvalidAffinitySelectors });
  if (doesNotSelect(selector, templateLabels(template))) errors.push(mismatch(template, 'spec.template'));
  if (selector && isEmptySelector(selector))
    errors.push(invalidValue('spec.selector', printedSelector(selector), 'empty selector is invalid for daemonset'));
  validatePodTemplate(template, 'spec.template', options, errors);
  validateRunsForever(template, 'DaemonSet', 'spec.template', errors);
  notNegative(spec, 'minReadySeconds', 'spec', errors);
  validateUpdateStrategy(spec, 'spec.updateStrategy', errors);
  notNegative(spec, 'revisionHistoryLimit', 'spec', errors);
}

const COUNTS = [
  ...['currentNumberScheduled', 'numberMisscheduled', 'desiredNumberScheduled', 'numberReady', 'observedGeneration'],
  ...['updatedNumberScheduled', 'numberAvailable', 'numberUnavailable', 'collisionCount'],
];

function setTemplateGeneration(set: JsonObject, generation: number): void {
  const metadata = objectAt(set, 'metadata') ?? {};
  set['metadata'] = metadata;
  metadata['annotations'] = { ...objectAt(metadata, 'annotations'), [TEMPLATE_GENERATION]: String(generation) };
}

function templateGeneration(set: JsonObject): number {
  const text = textAt(objectAt(objectAt(set, 'metadata'), 'annotations'), TEMPLATE_GENERATION);
  return text === '' ? 0 : Number(text);
}

const templateChanged = (set: JsonObject, old: JsonObject): boolean => !semanticallyEqual(templateOf(specOf(set)), templateOf(specOf(old)));

export const daemonSet: KindRules = {
  default: defaultDaemonSet,
  prepareForCreate(object) {
    prepareNew(object, COUNTS.slice(0, 4));
    setTemplateGeneration(object, Math.max(1, templateGeneration(object)));
  },
  prepareForUpdate(object, old) {
    prepareChanged(object, old);
    setTemplateGeneration(object, templateGeneration(old) + (templateChanged(object, old) ? 1 : 0));
  },
  prepareForStatusUpdate(object, old) {
    take(object, old, 'spec');
    setTemplateGeneration(object, templateGeneration(old));
  },
  validate(object) {
    const errors: FieldError[] = [];
    validateSpec(specOf(object), templateOptions(), errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    const options = templateOptions(old);
    if (hasInvalidValues(objectAt(specOf(old), 'selector'))) options.allowInvalidAffinitySelectors = true;
    validateSameSelector(specOf(object), specOf(old), errors);
    validateSpec(specOf(object), options, errors);
    return errors;
  },
  validateStatusUpdate(object, old) {
    const errors: FieldError[] = [];
    validateCounts(objectAt(object, 'status'), COUNTS, errors);
    validateCollisionCount(objectAt(object, 'status'), objectAt(old, 'status'), errors);
    return errors;
  },
  warnings(object, old) {
    const warnings: string[] = [];
    if (!old || templateChanged(object, old)) warnOfPod(templateOf(specOf(object)), 'spec.template', warnings);
    return warnings;
  },
};
