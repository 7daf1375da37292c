/** The spec of a volume, in PersistentVolumes and inline in VolumeAttachments. */
import { child, type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsSubdomain } from '../../names.js';
import { formatQuantity, parseQuantity, quantityIn, signOf } from '../../quantity.js';
import { invalidEach } from '../checks.js';
import { entriesAt, objectAt, sorted, textAt, textsAt } from '../members.js';
import { validateAccessModes } from '../persistent-volume-claim-spec.js';
import { validateNodeSelector } from '../pods/affinity.js';
import { validateVolumeSource } from './persistent-volume-source.js';

const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain'];
const VOLUME_MODES = ['Block', 'Filesystem'];
const INLINE = 'in the context of inline volumes';

export interface VolumeOptions {
  /** Of the volume that the spec belongs to; '' where it is inline. */
  name: string;
  isInline: boolean;
  allowInvalidNodeTerms: boolean;
}

/** Not negative; `status.capacity` of claims is judged so too. */
export function validateBasicResource(text: string, field: string, errors: FieldError[]): void {
  const quantity = parseQuantity(text);
  if (signOf(quantity) < 0 && quantityIn(quantity, 0) < 0n)
    errors.push(invalidValue(field, quantityIn(quantity, 0), 'must be a valid resource quantity'));
}

function validateCapacity(spec: JsonObject, field: string, errors: FieldError[]): void {
  const capacity = entriesAt(spec, 'capacity');
  if (capacity.length === 0) errors.push(required(field));
  if (!capacity.some(([name]) => name === 'storage') || capacity.length > 1)
    errors.push(notSupported(field, sorted(objectAt(spec, 'capacity')), ['storage']));
  for (const [name, value] of capacity) {
    const at = index(field, name);
    validateBasicResource(value as string, at, errors);
    const quantity = parseQuantity(value as string);
    if (signOf(quantity) <= 0) errors.push(invalidValue(at, formatQuantity(quantity), 'must be greater than zero'));
  }
}

function validateReclaimPolicy(spec: JsonObject, field: string, isInline: boolean, errors: FieldError[]): void {
  const policy = textAt(spec, 'persistentVolumeReclaimPolicy');
  if (policy === '') return;
  if (isInline && policy !== 'Retain') errors.push(forbiddenField(field, `may only be Retain ${INLINE}`));
  if (!isInline && !RECLAIM_POLICIES.includes(policy)) errors.push(notSupported(field, policy, RECLAIM_POLICIES));
}

function validateNodeAffinity(affinity: JsonObject, path: string, options: VolumeOptions, errors: FieldError[]): void {
  if (options.isInline) {
    errors.push(forbiddenField(path, `may not be specified ${INLINE}`));
    return;
  }
  const selector = objectAt(affinity, 'required');
  if (selector) validateNodeSelector(selector, child(path, 'required'), options.allowInvalidNodeTerms, errors);
  else errors.push(required(child(path, 'required'), 'must specify required node constraints'));
}

function validateClasses(spec: JsonObject, path: string, isInline: boolean, errors: FieldError[]): void {
  const storageClass = textAt(spec, 'storageClassName');
  if (storageClass !== '') {
    const field = child(path, 'storageClassName');
    if (isInline) errors.push(forbiddenField(field, `may not be specified ${INLINE}`));
    else invalidEach(field, storageClass, dnsSubdomain(storageClass), errors);
  }
  const mode = spec['volumeMode'];
  if (mode !== undefined) {
    const field = child(path, 'volumeMode');
    if (isInline && mode !== 'Filesystem') errors.push(forbiddenField(field, `may not specify volumeMode other than Filesystem ${INLINE}`));
    if (!isInline && !VOLUME_MODES.includes(mode as string)) errors.push(notSupported(field, mode, VOLUME_MODES));
  }
  const attributes = spec['volumeAttributesClassName'];
  if (attributes === undefined) return;
  const field = child(path, 'volumeAttributesClassName');
  if (attributes === '') errors.push(required(field, 'an empty string is disallowed'));
  else invalidEach(field, attributes, dnsSubdomain(attributes as string), errors);
  if (!objectAt(spec, 'csi')) errors.push(required(child(path, 'csi'), 'has to be specified when using volumeAttributesClassName'));
}

/** Whether the path, shortened, is `/`. */
function isRoot(path: string): boolean {
  let depth = 0;
  for (const part of path.split('/')) {
    if (part === '..') depth = Math.max(0, depth - 1);
    else if (part !== '' && part !== '.') depth++;
  }
  return path.startsWith('/') && depth === 0;
}

export function validateVolumeSpec(spec: JsonObject, path: string, options: VolumeOptions, errors: FieldError[]): void {
  const { isInline } = options;
  if (isInline) {
    if (objectAt(spec, 'claimRef')) errors.push(forbiddenField(child(path, 'claimRef'), `may not be specified ${INLINE}`));
    if (entriesAt(spec, 'capacity').length > 0) errors.push(forbiddenField(child(path, 'capacity'), `may not be specified ${INLINE}`));
    if (!objectAt(spec, 'csi')) errors.push(required(child(path, 'csi'), `has to be specified ${INLINE}`));
  }
  if (textsAt(spec, 'accessModes').length === 0) errors.push(required(child(path, 'accessModes')));
  validateAccessModes(spec, child(path, 'accessModes'), errors);
  if (!isInline) validateCapacity(spec, child(path, 'capacity'), errors);
  const reclaimPolicy = child(path, 'persistentVolumeReclaimPolicy');
  validateReclaimPolicy(spec, reclaimPolicy, isInline, errors);
  const affinity = objectAt(spec, 'nodeAffinity');
  if (affinity) validateNodeAffinity(affinity, child(path, 'nodeAffinity'), options, errors);
  validateVolumeSource(spec, path, { volumeName: options.name, hasNodeAffinity: affinity !== undefined && !isInline }, errors);
  const hostPath = objectAt(spec, 'hostPath');
  if (hostPath && isRoot(textAt(hostPath, 'path')) && spec['persistentVolumeReclaimPolicy'] === 'Recycle')
    errors.push(forbiddenField(reclaimPolicy, "may not be 'recycle' for a hostPath mount of '/'"));
  validateClasses(spec, path, isInline, errors);
}
