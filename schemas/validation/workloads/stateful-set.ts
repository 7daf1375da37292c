import { child, type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel } from '../../names.js';
import { defaultStatefulSet } from '../../defaulting/workloads.js';
import { invalidEach, notNegative } from '../checks.js';
import { goForm } from '../go-form.js';
import { isValidSelector, printedSelector } from '../label-selector.js';
import { numberAt, objectAt, objectsAt, textAt } from '../members.js';
import { validateClaimSpec, warnOfClaimSpec } from '../persistent-volume-claim-spec.js';
import { validatePodAnnotations } from '../pods/annotations.js';
import type { PodOptions } from '../pods/options.js';
import { validatePodTemplate } from '../pods/template.js';
import { semanticallyEqual } from '../pods/update.js';
import { validateAnnotations, validateLabels } from '../../object-meta.js';
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
  doesNotSelect,
  mismatch,
  prepareChanged,
  prepareNew,
  specOf,
  templateLabels,
  templateOf,
  templateOptions,
  validateRequiredSelector,
  validateRunsForever,
  warnOfTemplate,
} from './template.js';

const form = (type: string, value: JsonObject) => goForm(`io.k8s.api.apps.v1.${type}`, value);

function validateRollingUpdate(rollout: JsonObject, path: string, errors: FieldError[]): void {
  const max = rollout['maxUnavailable'];
  const field = child(path, 'maxUnavailable');
  notNegative(rollout, 'partition', path, errors);
  if (max === undefined) return;
  validateIntOrPercent(max, field, errors);
  if (intOrPercent(max) === 0) errors.push(invalidValue(field, max, 'cannot be 0'));
  validateAtMost100Percent(max, field, errors);
}

function validateUpdateStrategy(spec: JsonObject, path: string, errors: FieldError[]): void {
  const strategy = objectAt(spec, 'updateStrategy') ?? {};
  const rollout = objectAt(strategy, 'rollingUpdate');
  const at = child(path, 'rollingUpdate');
  switch (textAt(strategy, 'type')) {
    case '':
      errors.push(required(path));
      break;
    case 'OnDelete':
      if (rollout)
        errors.push(invalidValue(at, form('RollingUpdateStatefulSetStrategy', rollout), "only allowed for updateStrategy 'RollingUpdate'"));
      break;
    case 'RollingUpdate':
      if (rollout) validateRollingUpdate(rollout, at, errors);
      break;
    default:
      errors.push(invalidValue(path, form('StatefulSetUpdateStrategy', strategy), "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

function validateRetention(spec: JsonObject, path: string, errors: FieldError[]): void {
  const policy = objectAt(spec, 'persistentVolumeClaimRetentionPolicy');
  if (!policy) return;
  for (const member of ['whenDeleted', 'whenScaled']) {
    const type = textAt(policy, member);
    if (type !== 'Retain' && type !== 'Delete') errors.push(notSupported(child(path, member), type, ['Retain', 'Delete']));
  }
}

/** The template as the controller uses it: names are its own, claims of the set take the place of volumes of the same name. */
function effectiveTemplate(spec: JsonObject): JsonObject {
  const template = templateOf(spec);
  const podSpec = { ...objectAt(template, 'spec') };
  delete podSpec['subdomain'];
  delete podSpec['hostname'];
  const claims = objectsAt(spec, 'volumeClaimTemplates').map((claim) => textAt(objectAt(claim, 'metadata'), 'name'));
  if (claims.length > 0) {
    const volumes = [...new Set(claims)].map((name): JsonObject => ({ name, persistentVolumeClaim: { claimName: name } }));
    podSpec['volumes'] = [...volumes, ...objectsAt(podSpec, 'volumes').filter((volume) => !claims.includes(textAt(volume, 'name')))];
  }
  return { ...template, spec: podSpec };
}

interface SetOptions {
  pod: PodOptions;
  /** On update: what cannot change anyway is not judged again, nor a template that was never valid. */
  isUpdate?: boolean;
  skipTemplate?: boolean;
}

function validateTemplate(spec: JsonObject, options: SetOptions, errors: FieldError[]): void {
  const selector = objectAt(spec, 'selector');
  if (!isValidSelector(selector)) {
    errors.push(invalidValue('spec.selector', printedSelector(selector), ''));
    return;
  }
  const at = 'spec.template';
  const template = effectiveTemplate(spec);
  const metadata = objectAt(template, 'metadata');
  const annotations = objectAt(metadata, 'annotations');
  if (doesNotSelect(selector, templateLabels(template))) errors.push(mismatch(template, at));
  if (!options.skipTemplate) validatePodTemplate(template, at, options.pod, errors);
  errors.push(...validateLabels(metadata?.['labels'] as Record<string, string> | undefined, `${at}.labels`));
  errors.push(...validateAnnotations(annotations as Record<string, string> | undefined, `${at}.annotations`));
  validatePodAnnotations(annotations, objectAt(template, 'spec') ?? {}, `${at}.annotations`, options.pod, errors);
}

function validateSpec(spec: JsonObject, options: SetOptions, errors: FieldError[]): void {
  const management = textAt(spec, 'podManagementPolicy');
  if (management === '') errors.push(required('spec.podManagementPolicy'));
  else if (management !== 'OrderedReady' && management !== 'Parallel')
    errors.push(invalidValue('spec.podManagementPolicy', management, "must be 'OrderedReady' or 'Parallel'"));
  validateUpdateStrategy(spec, 'spec.updateStrategy', errors);
  validateRetention(spec, 'spec.persistentVolumeClaimRetentionPolicy', errors);
  if (!options.isUpdate)
    objectsAt(spec, 'volumeClaimTemplates').forEach((claim, i) => {
      validateClaimSpec(specOf(claim), `${index('spec.volumeClaimTemplates', i)}.spec`, {}, errors);
    });
  for (const member of ['replicas', 'minReadySeconds']) notNegative(spec, member, 'spec', errors);
  notNegative(objectAt(spec, 'ordinals'), 'start', 'spec.ordinals', errors);
  const service = textAt(spec, 'serviceName');
  if (!options.isUpdate && service !== '') invalidEach('spec.serviceName', service, dnsLabel(service), errors);
  validateRequiredSelector(spec, 'statefulset', 'spec', errors);
  validateTemplate(spec, options, errors);
  validateRunsForever(templateOf(spec), 'StatefulSet', 'spec.template', errors);
}

/** R3.33 */
const UPDATABLE = [
  ...['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy'],
  'minReadySeconds',
];
const NOT_UPDATABLE =
  "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";

function withoutUpdatable(spec: JsonObject): JsonObject {
  const rest = { ...spec };
  for (const member of UPDATABLE) delete rest[member];
  return rest;
}

/** The gate MaxUnavailableStatefulSet is off. */
function dropMaxUnavailable(set: JsonObject, old?: JsonObject): void {
  const rollout = (of: JsonObject | undefined) => objectAt(objectAt(objectAt(of, 'spec'), 'updateStrategy'), 'rollingUpdate');
  if (rollout(old)?.['maxUnavailable'] === undefined) delete rollout(set)?.['maxUnavailable'];
}

const COUNTS = [
  ...['replicas', 'readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas', 'observedGeneration', 'collisionCount'],
];

export const statefulSet: KindRules = {
  default: defaultStatefulSet,
  prepareForCreate(object) {
    prepareNew(object, ['replicas', 'availableReplicas']);
    dropMaxUnavailable(object);
  },
  prepareForUpdate(object, old) {
    prepareChanged(object, old);
    dropMaxUnavailable(object, old);
  },
  validate(object) {
    const errors: FieldError[] = [];
    validateSpec(specOf(object), { pod: templateOptions() }, errors);
    return errors;
  },
  validateUpdate(object, old) {
    const pod = templateOptions(old);
    const oldErrors: FieldError[] = [];
    validateSpec(specOf(old), { pod, isUpdate: true }, oldErrors);
    const errors: FieldError[] = [];
    validateSpec(specOf(object), { pod, isUpdate: true, skipTemplate: oldErrors.length > 0 }, errors);
    if (!semanticallyEqual(withoutUpdatable(specOf(object)), withoutUpdatable(specOf(old))))
      errors.push(forbiddenField('spec', NOT_UPDATABLE));
    return errors;
  },
  validateStatusUpdate(object, old) {
    const errors: FieldError[] = [];
    const status = objectAt(object, 'status');
    validateCounts(status, COUNTS, errors);
    validateSubtotals(status, ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'], 'status.readyReplicas', errors);
    validateCollisionCount(status, objectAt(old, 'status'), errors);
    return errors;
  },
  warnings(object, old) {
    const warnings: string[] = [];
    warnOfTemplate(object, old, warnings);
    objectsAt(specOf(object), 'volumeClaimTemplates').forEach((claim, i) => {
      warnOfClaimSpec(objectAt(claim, 'spec'), `spec.volumeClaimTemplates[${i}]${old ? '.Spec' : ''}`, warnings);
    });
    if ((numberAt(specOf(object), 'revisionHistoryLimit') ?? 0) < 0)
      warnings.push('spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended');
    return warnings;
  },
};
