/** PersistentVolumeClaim */
import { type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../../field-errors.js';
import { clone, type JsonObject, type JsonValue } from '../../json-value.js';
import { defaultClaimSpec, roundUp } from '../../defaulting/pods.js';
import { qualifiedName } from '../../names.js';
import { compareQuantities, parseQuantity, type Quantity } from '../../quantity.js';
import { IMMUTABLE, immutable, invalidEach } from '../checks.js';
import { coreForm } from '../go-form.js';
import { hasInvalidValues } from '../label-selector.js';
import { entriesAt, made, objectAt, preset, specOf, statusOf, take, textAt, textsAt } from '../members.js';
import { type ClaimOptions, validateClaimSpec, warnOfClaimSpec } from '../persistent-volume-claim-spec.js';
import { isNative } from '../pods/resources.js';
import { semanticallyEqual } from '../pods/update.js';
import type { KindRules } from '../rules.js';
import { unifiedDiff } from '../unified-diff.js';
import { CLASS_ANNOTATION } from './class-annotation.js';
import { validateBasicResource } from './persistent-volume-spec.js';

const SIZE = 'spec.resources.requests.storage';
const SNAPSHOTS = 'snapshot.storage.k8s.io';
const RESIZE_STATES = [
  ...['ControllerResizeInProgress', 'ControllerResizeInfeasible', 'NodeResizePending', 'NodeResizeInProgress', 'NodeResizeInfeasible'],
].sort();

/** Sources that were known before any could be named are all that `dataSource` may hold of a new claim. */
function dropUnknownSource(spec: JsonObject): void {
  const source = objectAt(spec, 'dataSource');
  const [group, kind] = [textAt(source, 'apiGroup'), textAt(source, 'kind')];
  const known = (kind === 'PersistentVolumeClaim' && group === '') || (kind === 'VolumeSnapshot' && group === SNAPSHOTS);
  if (source && !known) delete spec['dataSource'];
}

/** Each of `dataSource` and `dataSourceRef` stands for the other where that is absent. */
function mirrorSources(spec: JsonObject): void {
  const [source, reference] = [objectAt(spec, 'dataSource'), objectAt(spec, 'dataSourceRef')];
  if (source && !reference) spec['dataSourceRef'] = clone(source);
  if (!reference || source) return;
  const { namespace: _, ...rest } = reference;
  spec['dataSource'] = rest;
}

function prepareSources(object: JsonObject, old?: JsonObject): void {
  const spec = specOf(object);
  const before = old && specOf(old);
  const hadSource = objectAt(before, 'dataSource') !== undefined || objectAt(before, 'dataSourceRef') !== undefined;
  // References to other namespaces are not there yet.
  if (!hadSource && textAt(objectAt(spec, 'dataSourceRef'), 'namespace') !== '') delete spec['dataSourceRef'];
  if (!hadSource && !objectAt(spec, 'dataSourceRef')) dropUnknownSource(spec);
  mirrorSources(spec);
}

function optionsOf(old: JsonObject | undefined): ClaimOptions {
  if (!old) return {};
  const group = textAt(objectAt(specOf(old), 'dataSource'), 'apiGroup') + textAt(objectAt(specOf(old), 'dataSourceRef'), 'apiGroup');
  return { allowInvalidSelectorValues: hasInvalidValues(objectAt(specOf(old), 'selector')), allowInvalidSourceGroup: group !== '' };
}

const classAnnotation = (object: JsonObject): JsonValue | undefined =>
  objectAt(objectAt(object, 'metadata'), 'annotations')?.[CLASS_ANNOTATION];

/** A claim that named its class by annotation may name the same by member. */
function movesClassToMember(object: JsonObject, old: JsonObject): boolean {
  const before = classAnnotation(old);
  const after = classAnnotation(object);
  const name = specOf(object)['storageClassName'];
  return (
    before !== undefined && specOf(old)['storageClassName'] === undefined && name === before && (after === undefined || after === before)
  );
}

/** The spec of an update without what it may change. */
function comparableSpec(object: JsonObject, old: JsonObject, errors: FieldError[]): JsonObject {
  const spec = clone(specOf(object));
  const before = specOf(old);
  if (movesClassToMember(object, old)) {
    delete spec['storageClassName'];
  } else {
    const annotation = classAnnotation(object);
    if (annotation !== classAnnotation(old))
      errors.push(invalidValue(index('metadata.annotations', CLASS_ANNOTATION), annotation ?? '', IMMUTABLE));
    if (classAnnotation(old) === undefined && before['storageClassName'] === undefined) delete spec['storageClassName'];
  }
  const requests = objectAt(objectAt(spec, 'resources'), 'requests');
  if (textAt(statusOf(object), 'phase') !== 'Bound') return spec;
  if (requests) take(requests, objectAt(objectAt(before, 'resources'), 'requests') ?? {}, 'storage');
  take(spec, before, 'volumeAttributesClassName');
  return spec;
}

function quantityAt(list: JsonObject | undefined, name: string): Quantity {
  const text = list?.[name];
  return parseQuantity(typeof text === 'string' ? text : '0');
}

const sizeOf = (object: JsonObject): Quantity => quantityAt(objectAt(objectAt(specOf(object), 'resources'), 'requests'), 'storage');

function validateTransition(object: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const spec = comparableSpec(object, old, errors);
  const before = clone(specOf(old));
  if (textAt(before, 'volumeName') === '') take(before, spec, 'volumeName');
  if (!semanticallyEqual(spec, before)) {
    const [a, b] = [before, spec].map((each) => coreForm('PersistentVolumeClaimSpec', each) as JsonObject) as [JsonObject, JsonObject];
    const words = 'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';
    errors.push(forbiddenField('spec', `${words}\n${unifiedDiff(a, b)}`));
  }
  const size = sizeOf(object);
  const granted = quantityAt(objectAt(statusOf(old), 'capacity'), 'storage');
  if (compareQuantities(size, sizeOf(old)) < 0 && compareQuantities(size, granted) <= 0)
    errors.push(forbiddenField(SIZE, 'field can not be less than status.capacity'));
  immutable('volumeMode', specOf(object)['volumeMode'], specOf(old)['volumeMode'], errors);
  validateAttributesClass(specOf(object)['volumeAttributesClassName'], old, errors);
}

/** A class, once in effect, can only be followed by another. */
function validateAttributesClass(name: JsonValue | undefined, old: JsonObject, errors: FieldError[]): void {
  if (statusOf(old)['currentVolumeAttributesClassName'] === undefined) return;
  const field = 'spec.volumeAttributesClassName';
  if (name === undefined && specOf(old)['volumeAttributesClassName'] !== undefined)
    errors.push(forbiddenField(field, 'update from non-nil value to nil is forbidden'));
  else if (name === '' && specOf(old)['volumeAttributesClassName'] !== '')
    errors.push(forbiddenField(field, 'update from non-nil value to an empty string is forbidden'));
}

/** Keys of `allocatedResources`: `storage`, or of the user's own domain. */
function validateResourceKey(name: string, field: string, errors: FieldError[]): boolean {
  const before = errors.length;
  invalidEach(field, name, qualifiedName(name), errors);
  if (errors.length === before && isNative(name) && name !== 'storage') errors.push(notSupported(field, name, ['storage']));
  return errors.length === before;
}

function validateStatus(object: JsonObject, errors: FieldError[]): void {
  const status = statusOf(object);
  if (textsAt(specOf(object), 'accessModes').length === 0) errors.push(required('Spec.accessModes'));
  for (const [name, value] of entriesAt(status, 'capacity')) validateBasicResource(value as string, index('status.capacity', name), errors);
  const states = 'status.allocatedResourceStatuses';
  for (const [name, state] of entriesAt(status, 'allocatedResourceStatuses')) {
    validateResourceKey(name, states, errors);
    // It is the resource that is called unsupported, not its state.
    if (!RESIZE_STATES.includes(state as string)) errors.push(notSupported(states, name, RESIZE_STATES));
  }
  const amounts = 'status.allocatedResources';
  for (const [name, value] of entriesAt(status, 'allocatedResources'))
    if (validateResourceKey(name, amounts, errors)) validateBasicResource(value as string, index(amounts, name), errors);
}

function warnings(object: JsonObject): string[] {
  const found: string[] = [];
  if (classAnnotation(object) !== undefined)
    found.push(`metadata.annotations[${CLASS_ANNOTATION}]: deprecated since v1.8; use "storageClassName" attribute instead`);
  warnOfClaimSpec(specOf(object), 'spec', found);
  return found;
}

export const persistentVolumeClaim: KindRules = {
  default(object) {
    const status = made(object, 'status');
    preset(status, 'phase', 'Pending');
    roundUp(objectAt(status, 'capacity'));
    defaultClaimSpec(made(object, 'spec'));
  },
  prepareForCreate(object) {
    object['status'] = { phase: 'Pending' };
    prepareSources(object);
  },
  prepareForUpdate: prepareSources,
  validate(object) {
    const errors: FieldError[] = [];
    validateClaimSpec(specOf(object), 'spec', {}, errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    validateClaimSpec(specOf(object), 'spec', optionsOf(old), errors);
    validateTransition(object, old, errors);
    return errors;
  },
  validateStatusUpdate(object) {
    const errors: FieldError[] = [];
    validateStatus(object, errors);
    return errors;
  },
  warnings,
};
