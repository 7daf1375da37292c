/** PersistentVolume */
import { type FieldError, forbiddenField, invalidValue } from '../../field-errors.js';
import { equal, type JsonObject } from '../../json-value.js';
import { labelValue } from '../../names.js';
import { roundUp } from '../../defaulting/pods.js';
import { IMMUTABLE, immutable } from '../checks.js';
import { coreForm } from '../go-form.js';
import { made, objectAt, objectsAt, preset, presetPointer, specOf, take, textAt, textsAt } from '../members.js';
import { semanticallyEqual } from '../pods/update.js';
import { warnOfNodeTerm } from '../pods/warnings.js';
import type { KindRules, WriteContext } from '../rules.js';
import { unifiedDiff } from '../unified-diff.js';
import { CLASS_ANNOTATION } from './class-annotation.js';
import { SOURCE_TYPES } from './persistent-volume-source.js';
import { validateVolumeSpec } from './persistent-volume-spec.js';

const MOUNT_ANNOTATION = 'volume.beta.kubernetes.io/mount-options';
const WITH_MOUNT_OPTIONS = [
  ...['gcePersistentDisk', 'awsElasticBlockStore', 'glusterfs', 'quobyte', 'nfs', 'iscsi', 'rbd', 'cephfs', 'cinder', 'azureFile'],
  ...['azureDisk', 'vsphereVolume', 'storageos'],
];
/** Sources without a driver in Kubernetes any more. */
const GONE: readonly (readonly [type: string, path: string, when: string])[] = [
  ['cephfs', 'cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['photonPersistentDisk', 'photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['scaleIO', 'scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['storageos', 'storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['rbd', 'rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

const annotationOf = (object: JsonObject, name: string): unknown => objectAt(objectAt(object, 'metadata'), 'annotations')?.[name];
const nodeTerms = (spec: JsonObject): readonly JsonObject[] =>
  objectsAt(objectAt(objectAt(spec, 'nodeAffinity'), 'required'), 'nodeSelectorTerms');

function hasInvalidNodeTerms(spec: JsonObject): boolean {
  return nodeTerms(spec).some((term) =>
    objectsAt(term, 'matchExpressions').some((each) => textsAt(each, 'values').some((value) => labelValue(value).length > 0)),
  );
}

function validateVolume(object: JsonObject, old: JsonObject | undefined, errors: FieldError[]): void {
  const spec = specOf(object);
  const options = {
    name: textAt(objectAt(object, 'metadata'), 'name'),
    isInline: false,
    allowInvalidNodeTerms: old !== undefined && hasInvalidNodeTerms(specOf(old)),
  };
  validateVolumeSpec(spec, 'spec', options, errors);
  if (annotationOf(object, MOUNT_ANNOTATION) !== undefined && !WITH_MOUNT_OPTIONS.some((type) => objectAt(spec, type)))
    errors.push(forbiddenField(`metadata.annotations.${MOUNT_ANNOTATION}`, 'may not specify mount options for this volume type'));
}

/** The source alone; a secret for expansion may be added later. */
function sourceOf(spec: JsonObject, old?: JsonObject): JsonObject {
  const source: JsonObject = {};
  for (const type of SOURCE_TYPES) if (spec[type] !== undefined) source[type] = spec[type];
  const [csi, before] = [objectAt(spec, 'csi'), objectAt(old, 'csi')];
  if (csi && before && before['controllerExpandSecretRef'] === undefined) {
    const { controllerExpandSecretRef: _, ...rest } = csi;
    source['csi'] = rest;
  }
  return source;
}

function validateTransition(spec: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const [source, before] = [sourceOf(spec, old), sourceOf(old)];
  if (!semanticallyEqual(source, before)) {
    const [a, b] = [before, source].map((each) => coreForm('PersistentVolumeSource', each) as JsonObject) as [JsonObject, JsonObject];
    errors.push(
      forbiddenField('spec.persistentvolumesource', `spec.persistentvolumesource is immutable after creation\n${unifiedDiff(a, b)}`),
    );
  }
  immutable('volumeMode', spec['volumeMode'], old['volumeMode'], errors);
  if (objectAt(old, 'nodeAffinity') !== undefined) {
    const affinity = objectAt(spec, 'nodeAffinity');
    if (!equal(affinity ?? null, objectAt(old, 'nodeAffinity')!))
      errors.push(
        invalidValue('nodeAffinity', coreForm('VolumeNodeAffinity', affinity), `${IMMUTABLE}, except for updating from beta label to GA`),
      );
  }
  if (old['volumeAttributesClassName'] !== undefined && spec['volumeAttributesClassName'] === undefined)
    errors.push(forbiddenField('spec.volumeAttributesClassName', 'update from non-nil value to nil is forbidden'));
}

function warnings(object: JsonObject): string[] {
  const spec = specOf(object);
  const found: string[] = [];
  for (const [annotation, since, member] of [
    [CLASS_ANNOTATION, 'v1.8', 'storageClassName'],
    [MOUNT_ANNOTATION, 'v1.31', 'mountOptions'],
  ] as const)
    if (annotationOf(object, annotation) !== undefined)
      found.push(`metadata.annotations[${annotation}]: deprecated since ${since}; use "${member}" attribute instead`);
  if (spec['persistentVolumeReclaimPolicy'] === 'Recycle')
    found.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.',
    );
  nodeTerms(spec).forEach((term, i) => {
    warnOfNodeTerm(term, false, `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`, found);
  });
  for (const [type, path, when] of GONE) if (objectAt(spec, type)) found.push(`spec.${path}: ${when}`);
  return found;
}

/** The phase with the time of its last change. */
function stampPhase(status: JsonObject, context: WriteContext | undefined): void {
  if (context) status['lastPhaseTransitionTime'] = context.now;
}

export const persistentVolume: KindRules = {
  default(object) {
    preset(made(object, 'status'), 'phase', 'Pending');
    const spec = made(object, 'spec');
    preset(spec, 'persistentVolumeReclaimPolicy', 'Retain');
    presetPointer(spec, 'volumeMode', 'Filesystem');
    roundUp(objectAt(spec, 'capacity'));
    const hostPath = objectAt(spec, 'hostPath');
    if (hostPath) hostPath['type'] ??= '';
  },
  prepareForCreate(object, context) {
    const status: JsonObject = { phase: 'Pending' };
    object['status'] = status;
    stampPhase(status, context);
  },
  prepareForStatusUpdate(object, old, context) {
    take(object, old, 'spec');
    const [status, before] = [made(object, 'status'), objectAt(old, 'status') ?? {}];
    const time = 'lastPhaseTransitionTime';
    if (status['phase'] !== before['phase']) {
      if (status[time] === undefined || status[time] === before[time]) stampPhase(status, context);
    } else if (before[time] !== undefined) status[time] ??= before[time]!;
  },
  validate(object) {
    const errors: FieldError[] = [];
    validateVolume(object, undefined, errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    validateVolume(object, old, errors);
    // Kubernetes looks twice (R2.28).
    errors.push(...errors);
    validateTransition(specOf(object), specOf(old), errors);
    return errors;
  },
  warnings,
};
