import { type FieldError, forbiddenField, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel } from '../../names.js';
import { defaultPod } from '../../defaulting/pods.js';
import { coreForm } from '../go-form.js';
import { warnOfIp } from '../ip.js';
import { objectAt, objectsAt, take, textAt } from '../members.js';
import type { KindRules } from '../rules.js';
import { unifiedDiff } from '../unified-diff.js';
import { isMirror, validateAnnotationsUpdate, validatePodAnnotations, validateProfilesMatch } from './annotations.js';
import { validateImageTrimmed } from './containers.js';
import { dropDisabledMembers } from './disabled.js';
import { type PodOptions, podOptions } from './options.js';
import { prepareForCreate } from './prepare.js';
import { keepOnlyResources, unresizable, validateResize } from './resize.js';
import { validatePodSpec } from './spec.js';
import { prepareForStatusUpdate, validateStatus } from './status.js';
import { semanticallyEqual, validateSpecUpdate } from './update.js';
import { appArmorDeprecations, warnOfPod } from './warnings.js';

const specOf = (pod: JsonObject): JsonObject => objectAt(pod, 'spec') ?? {};
const annotationsOf = (pod: JsonObject): JsonObject | undefined => objectAt(objectAt(pod, 'metadata'), 'annotations');

/** Annotations and spec, as far as they hold for every pod, new or old. */
function validateContent(pod: JsonObject, options: PodOptions, errors: FieldError[]): void {
  const spec = specOf(pod);
  validatePodAnnotations(annotationsOf(pod), spec, 'metadata.annotations', options, errors);
  validatePodSpec(spec, objectAt(pod, 'metadata') ?? {}, 'spec', options, errors);
  if (textAt(spec, 'serviceAccountName') === '') validateNoTokens(spec, errors);
  for (const list of ['containers', 'initContainers'])
    objectsAt(spec, list).forEach((container, i) => {
      validateImageTrimmed(container, `spec.${list}[${i}]`, errors);
    });
}

/** Without an account there is no token to project. */
function validateNoTokens(spec: JsonObject, errors: FieldError[]): void {
  objectsAt(spec, 'volumes').forEach((volume, v) => {
    objectsAt(objectAt(volume, 'projected'), 'sources').forEach((source, s) => {
      if (objectAt(source, 'serviceAccountToken'))
        errors.push(
          forbiddenField(
            `spec.volumes[${v}].projected.sources[${s}].serviceAccountToken`,
            'must not be specified when serviceAccountName is not set',
          ),
        );
    });
  });
}

function validate(pod: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = specOf(pod);
  validateContent(pod, podOptions(true), errors);
  if (objectsAt(spec, 'ephemeralContainers').length > 0) errors.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'));
  if (textAt(spec, 'nodeName') !== '' && objectsAt(spec, 'schedulingGates').length > 0)
    errors.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  validateProfilesMatch(annotationsOf(pod), spec, 'spec', errors);
  return errors;
}

function validateAnnotations(pod: JsonObject, old: JsonObject, options: PodOptions, errors: FieldError[]): void {
  validateAnnotationsUpdate(annotationsOf(pod), annotationsOf(old), 'metadata.annotations', errors);
  validatePodAnnotations(annotationsOf(pod), specOf(pod), 'metadata.annotations', options, errors);
}

function validateUpdate(pod: JsonObject, old: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const options = podOptions(true, old);
  validateContent(pod, options, errors);
  validateAnnotations(pod, old, options, errors);
  validateSpecUpdate(specOf(pod), specOf(old), options, errors);
  return errors;
}

function validateStatusUpdate(pod: JsonObject, old: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  validateAnnotations(pod, old, podOptions(true, old), errors);
  validateStatus(pod, old, errors);
  return errors;
}

/** Metadata that only the object's own update may change. */
function keepMetadata(pod: JsonObject, old: JsonObject): void {
  const metadata = objectAt(pod, 'metadata') ?? {};
  for (const member of ['labels', 'annotations', 'finalizers', 'ownerReferences', 'deletionTimestamp'])
    take(metadata, objectAt(old, 'metadata') ?? {}, member);
}

function keepOnlyEphemeralContainers(pod: JsonObject, old: JsonObject): void {
  const spec = { ...specOf(old) };
  take(spec, specOf(pod), 'ephemeralContainers');
  pod['spec'] = spec;
  take(pod, old, 'status');
  keepMetadata(pod, old);
  dropDisabledMembers(spec, specOf(old));
}

const inGo = (container: JsonObject): JsonObject => coreForm('EphemeralContainer', container) as JsonObject;

/** Existing ephemeral containers stay as they are, in any order; new ones may join. */
function validateEphemeralUpdate(pod: JsonObject, old: JsonObject): FieldError[] {
  if (isMirror(annotationsOf(old))) return [forbiddenField('', 'static pods do not support ephemeral containers')];
  const errors: FieldError[] = [];
  const options = podOptions(true, old);
  validateContent(pod, options, errors);
  validateAnnotations(pod, old, options, errors);
  const now = new Map(objectsAt(specOf(pod), 'ephemeralContainers').map((each) => [textAt(each, 'name'), each]));
  for (const before of objectsAt(specOf(old), 'ephemeralContainers')) {
    const name = textAt(before, 'name');
    const after = now.get(name);
    const field = 'spec.ephemeralContainers';
    if (!after) errors.push(forbiddenField(field, `existing ephemeral containers "${name}" may not be removed\n`));
    else if (!semanticallyEqual(before, after))
      errors.push(
        forbiddenField(field, `existing ephemeral containers "${name}" may not be changed\n${unifiedDiff(inGo(before), inGo(after))}`),
      );
  }
  return errors;
}

function validateResizeUpdate(pod: JsonObject, old: JsonObject): FieldError[] {
  const impossible = unresizable(old);
  if (impossible) return impossible;
  const errors: FieldError[] = [];
  validateContent(pod, podOptions(true, old), errors);
  validateResize(pod, old, errors);
  return errors;
}

function warnOfStatusIps(pod: JsonObject): string[] {
  const warnings: string[] = [];
  for (const list of ['podIPs', 'hostIPs'])
    objectsAt(objectAt(pod, 'status'), list).forEach((each, i) => {
      warnOfIp(`status.${list}[${i}].ip`, textAt(each, 'ip'), warnings);
    });
  return warnings;
}

export const pod: KindRules = {
  default: defaultPod,
  deprecations: appArmorDeprecations,
  resetFields: { status: ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'] },
  prepareForCreate,
  prepareForUpdate(object, old) {
    take(object, old, 'status');
    dropDisabledMembers(specOf(object), specOf(old));
  },
  prepareForStatusUpdate,
  validate,
  validateUpdate,
  validateStatusUpdate,
  /** Only new pods: people rarely update one. */
  warnings(object, old) {
    if (old) return [];
    const warnings: string[] = [];
    const messages = dnsLabel(textAt(objectAt(object, 'metadata'), 'name'));
    if (messages.length > 0)
      warnings.push(
        `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${messages.join(' ')}]`,
      );
    warnOfPod(object, '', warnings);
    return warnings;
  },
  subresources: {
    status: { warnings: warnOfStatusIps },
    ephemeralcontainers: { prepareForUpdate: keepOnlyEphemeralContainers, validateUpdate: validateEphemeralUpdate },
    resize: {
      prepareForUpdate(object, old) {
        keepOnlyResources(object, old);
        take(object, old, 'status');
        keepMetadata(object, old);
        dropDisabledMembers(specOf(object), specOf(old));
      },
      validateUpdate: validateResizeUpdate,
    },
  },
};

/** R1.27 */
export const binding: KindRules = {
  validate(object) {
    const errors: FieldError[] = [];
    const target = objectAt(object, 'target');
    const kind = textAt(target, 'kind');
    if (kind !== '' && kind !== 'Node') errors.push(notSupported('target.kind', kind, ['Node', '<empty>']));
    if (textAt(target, 'name') === '') errors.push(required('target.name'));
    return errors;
  },
};
