/** StorageClass and VolumeAttributesClass */
import {
  child,
  duplicate,
  type FieldError,
  forbiddenField,
  index,
  invalidValue,
  notSupported,
  required,
  tooLong,
} from '../../field-errors.js';
import { equal, type JsonObject } from '../../json-value.js';
import { qualifiedName } from '../../names.js';
import { immutable, invalidEach } from '../checks.js';
import { bytes, entriesAt, objectAt, objectsAt, presetPointer, sorted, textAt, textsAt } from '../members.js';
import { DEPRECATED_NODE_LABELS } from '../pods/warnings.js';
import type { KindRules } from '../rules.js';

const PARAMETERS_MAX = 512;
const PARAMETER_BYTES_MAX = 256 * 1024;
const RECLAIM_POLICIES = ['Delete', 'Retain'];
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer'];

function validateProvisioner(object: JsonObject, member: string, errors: FieldError[]): void {
  const name = textAt(object, member).toLowerCase();
  if (name === '') errors.push(required(member));
  else invalidEach(member, name, qualifiedName(name), errors);
}

function validateParameters(object: JsonObject, allowNone: boolean, errors: FieldError[]): void {
  const field = 'parameters';
  const parameters = entriesAt(object, field);
  if (parameters.length > PARAMETERS_MAX) {
    errors.push(tooLong(field, PARAMETERS_MAX));
    return;
  }
  let size = 0;
  for (const [name, value] of parameters) {
    if (name === '') errors.push(invalidValue(field, name, 'field can not be empty.'));
    size += bytes(name) + bytes(value as string);
  }
  if (size > PARAMETER_BYTES_MAX) errors.push(tooLong(field, PARAMETER_BYTES_MAX));
  if (!allowNone && parameters.length === 0) errors.push(required(field, 'must contain at least one key/value pair'));
}

/** Returns the values by key. */
function validateTopologyTerm(term: JsonObject, path: string, errors: FieldError[]): JsonObject {
  const keys: JsonObject = {};
  objectsAt(term, 'matchLabelExpressions').forEach((expression, i) => {
    const at = index(child(path, 'matchLabelExpressions'), i);
    const key = textAt(expression, 'key');
    const values = new Set<string>();
    if (textsAt(expression, 'values').length === 0) errors.push(required(child(at, 'values')));
    textsAt(expression, 'values').forEach((value, j) => {
      if (values.has(value)) errors.push(duplicate(index(child(at, 'values'), j), value));
      values.add(value);
    });
    invalidEach(child(at, 'key'), key, qualifiedName(key), errors);
    if (Object.hasOwn(keys, key)) errors.push(duplicate(child(at, 'key'), key));
    keys[key] = [...values].sort();
  });
  return keys;
}

/** Kubernetes compares a term also with as many empty ones as there are terms: an empty term is always a duplicate. */
function validateTopologies(object: JsonObject, errors: FieldError[]): void {
  const terms = objectsAt(object, 'allowedTopologies');
  const seen: JsonObject[] = terms.map(() => ({}));
  terms.forEach((term, i) => {
    const at = index('allowedTopologies', i);
    const keys = validateTopologyTerm(term, at, errors);
    for (const other of seen) if (equal(keys, other)) errors.push(duplicate(child(at, 'matchLabelExpressions'), ''));
    seen.push(keys);
  });
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  validateProvisioner(object, 'provisioner', errors);
  validateParameters(object, true, errors);
  const policy = textAt(object, 'reclaimPolicy');
  if (policy !== '' && !RECLAIM_POLICIES.includes(policy)) errors.push(notSupported('reclaimPolicy', policy, RECLAIM_POLICIES));
  const mode = textAt(object, 'volumeBindingMode');
  if (!BINDING_MODES.includes(mode)) errors.push(notSupported('volumeBindingMode', mode, BINDING_MODES));
  validateTopologies(object, errors);
  return errors;
}

export const storageClass: KindRules = {
  default(object) {
    presetPointer(object, 'reclaimPolicy', 'Delete');
    presetPointer(object, 'volumeBindingMode', 'Immediate');
  },
  validate,
  /** R3.33 */
  validateUpdate(object, old) {
    const errors = validate(object);
    immutable('parameters', sorted(objectAt(object, 'parameters')), sorted(objectAt(old, 'parameters')), errors);
    for (const member of ['provisioner', 'reclaimPolicy', 'volumeBindingMode']) immutable(member, object[member], old[member], errors);
    return errors;
  },
  warnings(object) {
    return objectsAt(object, 'allowedTopologies').flatMap((term, i) =>
      objectsAt(term, 'matchLabelExpressions').flatMap((expression, j) => {
        const deprecated = DEPRECATED_NODE_LABELS[textAt(expression, 'key')];
        return deprecated ? [`allowedTopologies[${i}].matchLabelExpressions[${j}].key: ${deprecated}`] : [];
      }),
    );
  },
};

function validateAttributesClass(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  validateProvisioner(object, 'driverName', errors);
  validateParameters(object, false, errors);
  return errors;
}

export const volumeAttributesClass: KindRules = {
  validate: validateAttributesClass,
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    for (const member of ['driverName', 'parameters'])
      if (!equal(object[member] ?? null, old[member] ?? null)) errors.push(forbiddenField(member, `updates to ${member} are forbidden.`));
    return [...errors, ...validateAttributesClass(object)];
  },
};
