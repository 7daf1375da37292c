/** The spec of a claim, as it stands in claims and in templates for them. */
import { child, type FieldError, forbiddenField, invalidValue, notSupported, required } from '../field-errors.js';
import type { JsonObject } from '../json-value.js';
import { dnsLabel, dnsSubdomain } from '../names.js';
import { validateAnnotations, validateLabels } from '../object-meta.js';
import { formatQuantity, parseQuantity, signOf } from '../quantity.js';
import { invalidEach } from './checks.js';
import { validateLabelSelector } from './label-selector.js';
import { objectAt, textAt, textsAt } from './members.js';
import { isWhole } from './pods/resources.js';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

export interface ClaimOptions {
  /** A stored claim may have a selector, or a group of its source, that today's rules refuse. */
  allowInvalidSelectorValues?: boolean;
  allowInvalidSourceGroup?: boolean;
}

/** Of claims and volumes. */
export function validateAccessModes(spec: JsonObject, field: string, errors: FieldError[]): void {
  const modes = textsAt(spec, 'accessModes');
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) errors.push(notSupported(field, mode, ACCESS_MODES));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode));
  if (modes.includes('ReadWriteOncePod') && others)
    errors.push(forbiddenField(field, 'may not use ReadWriteOncePod with other access modes'));
}

function validateStorage(spec: JsonObject, field: string, errors: FieldError[]): void {
  const text = objectAt(objectAt(spec, 'resources'), 'requests')?.['storage'];
  if (text === undefined) {
    errors.push(required(field));
    return;
  }
  const quantity = parseQuantity(text as string);
  if (signOf(quantity) <= 0) errors.push(invalidValue(field, formatQuantity(quantity), 'must be greater than zero'));
}

function validateSource(source: JsonObject, path: string, options: ClaimOptions, errors: FieldError[]): void {
  const kind = textAt(source, 'kind');
  const group = textAt(source, 'apiGroup');
  for (const member of ['name', 'kind']) if (textAt(source, member) === '') errors.push(required(child(path, member)));
  if (group === '' && kind !== 'PersistentVolumeClaim')
    errors.push(invalidValue(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  if (group !== '' && !options.allowInvalidSourceGroup) invalidEach(child(path, 'apiGroup'), group, dnsSubdomain(group), errors);
}

function validateSources(spec: JsonObject, path: string, options: ClaimOptions, errors: FieldError[]): void {
  const source = objectAt(spec, 'dataSource');
  const reference = objectAt(spec, 'dataSourceRef');
  const namespace = textAt(reference, 'namespace');
  if (source) validateSource(source, child(path, 'dataSource'), options, errors);
  if (reference) {
    validateSource(reference, child(path, 'dataSourceRef'), options, errors);
    if (namespace !== '') invalidEach(`${path}.dataSourceRef.namespace`, namespace, dnsLabel(namespace), errors);
  }
  if (!source || !reference) return;
  const same = ['apiGroup', 'kind', 'name'].every((member) => source[member] === reference[member]);
  const problem =
    namespace !== '' ? 'may not be specified when dataSourceRef.namespace is specified' : same ? '' : 'must match dataSourceRef';
  // Kubernetes prints the path in the place of the value: an object without exported members.
  if (problem !== '') errors.push(invalidValue(path, {}, problem));
}

export function validateClaimSpec(spec: JsonObject, path: string, options: ClaimOptions, errors: FieldError[]): void {
  const modes = child(path, 'accessModes');
  if (textsAt(spec, 'accessModes').length === 0) errors.push(required(modes, 'at least 1 access mode is required'));
  validateLabelSelector(objectAt(spec, 'selector'), child(path, 'selector'), errors, {
    allowInvalidValues: options.allowInvalidSelectorValues ?? false,
  });
  validateAccessModes(spec, modes, errors);
  validateStorage(spec, `${path}.resources[storage]`, errors);
  const storageClass = textAt(spec, 'storageClassName');
  if (storageClass !== '') invalidEach(child(path, 'storageClassName'), storageClass, dnsSubdomain(storageClass), errors);
  const volumeMode = spec['volumeMode'];
  if (volumeMode !== undefined && volumeMode !== 'Block' && volumeMode !== 'Filesystem')
    errors.push(notSupported(child(path, 'volumeMode'), volumeMode, ['Block', 'Filesystem']));
  validateSources(spec, path, options, errors);
  const attributes = textAt(spec, 'volumeAttributesClassName');
  if (attributes !== '') invalidEach(child(path, 'volumeAttributesClassName'), attributes, dnsSubdomain(attributes), errors);
}

/** Members of ObjectMeta that the metadata of an embedded template may not have, in the order of Go's type. */
const NOT_IN_TEMPLATES = [
  ...['name', 'generateName', 'namespace', 'selfLink', 'uid', 'resourceVersion', 'generation', 'creationTimestamp', 'deletionTimestamp'],
  ...['deletionGracePeriodSeconds', 'ownerReferences', 'finalizers', 'managedFields'],
];

/** A claim template of a pod: of its metadata only labels and annotations are used, so nothing else may be set. */
export function validateClaimTemplate(template: JsonObject, path: string, errors: FieldError[]): void {
  validateTemplateMeta(objectAt(template, 'metadata'), child(path, 'metadata'), errors);
  validateClaimSpec(objectAt(template, 'spec') ?? {}, child(path, 'spec'), {}, errors);
}

/** The metadata of a template for objects that their owner names. */
export function validateTemplateMeta(metadata: JsonObject | undefined, path: string, errors: FieldError[]): void {
  if (!metadata) return;
  errors.push(...validateAnnotations(metadata['annotations'] as Record<string, string> | undefined, child(path, 'annotations')));
  errors.push(...validateLabels(metadata['labels'] as Record<string, string> | undefined, child(path, 'labels')));
  for (const member of NOT_IN_TEMPLATES) {
    const value = metadata[member];
    if (value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0)) continue;
    errors.push(forbiddenField(child(path, member === 'uid' ? 'uID' : member), 'cannot be set'));
  }
}

/** Warnings about amounts of storage that are no whole bytes. */
export function warnOfClaimSpec(spec: JsonObject | undefined, path: string, warnings: string[]): void {
  for (const list of ['requests', 'limits']) {
    const text = objectAt(objectAt(spec, 'resources'), list)?.['storage'];
    if (text !== undefined && !isWhole(parseQuantity(text as string)))
      warnings.push(`${path}.resources.${list}[storage]: fractional byte value "${text}" is invalid, must be an integer`);
  }
}
