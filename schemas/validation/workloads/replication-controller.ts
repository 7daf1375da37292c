/** ReplicationController, PodTemplate and ControllerRevision */
import { type FieldError, goJson, invalidValue, required } from '../../field-errors.js';
import { isObject, type JsonObject } from '../../json-value.js';
import { defaultPodTemplateKind, defaultReplicationController } from '../../defaulting/workloads.js';
import { notNegative } from '../checks.js';
import { entriesAt, objectAt, take } from '../members.js';
import { dropDisabledTemplateMembers } from '../pods/disabled.js';
import { type PodOptions, podOptions } from '../pods/options.js';
import { validatePodTemplate } from '../pods/template.js';
import { semanticallyEqual } from '../pods/update.js';
import { warnOfPod } from '../pods/warnings.js';
import type { KindRules } from '../rules.js';
import { REPLICA_COUNTS, REPLICA_SUBTOTALS } from './deployment.js';
import { validateCounts, validateSubtotals } from './rollout.js';
import {
  mismatch,
  prepareChanged,
  prepareNew,
  specChanged,
  specOf,
  templateLabels,
  templateOptions,
  validateRunsForever,
  warnOfName,
  warnOfTemplate,
} from './template.js';

function validateSpec(spec: JsonObject, options: PodOptions, errors: FieldError[]): void {
  const template = objectAt(spec, 'template');
  const selector = entriesAt(spec, 'selector');
  const at = 'spec.template';
  notNegative(spec, 'minReadySeconds', 'spec', errors);
  if (selector.length === 0) errors.push(required('spec.selector'));
  notNegative(spec, 'replicas', 'spec', errors);
  if (!template) {
    errors.push(required(at));
    return;
  }
  const labels = templateLabels(template);
  if (selector.some(([key, value]) => labels?.[key] !== value)) errors.push(mismatch(template, at));
  validatePodTemplate(template, at, options, errors);
  validateRunsForever(template, 'ReplicationController', at, errors);
}

export const replicationController: KindRules = {
  default: defaultReplicationController,
  prepareForCreate: (object) => prepareNew(object, ['replicas']),
  prepareForUpdate: prepareChanged,
  /** Labels default to the template's, which a status update comes without. */
  prepareForStatusUpdate(object, old) {
    take(object, old, 'spec');
    defaultReplicationController(object);
  },
  validate(object) {
    const errors: FieldError[] = [];
    validateSpec(specOf(object), templateOptions(), errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    validateSpec(specOf(object), templateOptions(old), errors);
    return errors;
  },
  validateStatusUpdate(object) {
    const errors: FieldError[] = [];
    const status = objectAt(object, 'status');
    validateCounts(status, REPLICA_COUNTS, errors);
    validateSubtotals(status, REPLICA_SUBTOTALS, 'readyReplicas', errors);
    return errors;
  },
  /** On update Kubernetes looks at the old template. */
  warnings(object, old) {
    const warnings: string[] = [];
    if (!old) {
      warnOfName(object, warnings);
      warnOfTemplate(object, undefined, warnings);
    } else if (specChanged(object, old)) warnOfPod(objectAt(specOf(old), 'template'), 'spec.template', warnings);
    return warnings;
  },
};

function validateTemplateKind(object: JsonObject, old?: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  validatePodTemplate(objectAt(object, 'template') ?? {}, 'template', podOptions(false, objectAt(old, 'template')), errors);
  return errors;
}

export const podTemplate: KindRules = {
  default: defaultPodTemplateKind,
  prepareForCreate: (object) => dropDisabledTemplateMembers(objectAt(object, 'template')),
  prepareForUpdate: (object, old) => dropDisabledTemplateMembers(objectAt(object, 'template'), objectAt(old, 'template')),
  validate: (object) => validateTemplateKind(object),
  validateUpdate: validateTemplateKind,
  warnings(object, old) {
    const warnings: string[] = [];
    if (!old || !semanticallyEqual(object['template'], old['template'])) warnOfPod(objectAt(object, 'template'), 'template', warnings);
    return warnings;
  },
};

function validateRevision(revision: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const number = Number(revision['revision'] ?? 0);
  if (number < 0) errors.push(invalidValue('revision', revision['revision'], 'must be greater than or equal to 0'));
  return errors;
}

export const controllerRevision: KindRules = {
  validate(object) {
    const errors = validateRevision(object);
    const data = object['data'];
    if (data === undefined || data === null) errors.push(required('data', 'data is mandatory'));
    else if (!isObject(data)) errors.push(required('data', 'data must be a valid JSON object'));
    return errors;
  },
  validateUpdate(object, old) {
    const errors = validateRevision(object);
    // Kubernetes compares bytes: the same members in another order, as strategic merge patches leave them, are a change.
    if (goJson(object['data'] ?? null) !== goJson(old['data'] ?? null))
      errors.push(invalidValue('data', object['data'] ?? null, 'field is immutable'));
    return errors;
  },
};
