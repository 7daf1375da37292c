/** CSIDriver, CSINode, CSIStorageCapacity */
import { child, duplicate, type FieldError, index, invalidValue, notSupported, required } from '../../field-errors.js';
import { equal, type JsonObject } from '../../json-value.js';
import { dnsSubdomain, qualifiedName } from '../../names.js';
import { metaOf } from '../../object-meta.js';
import { formatQuantity, parseQuantity, signOf } from '../../quantity.js';
import { IMMUTABLE, immutable, invalidEach, NOT_NEGATIVE } from '../checks.js';
import { goForm } from '../go-form.js';
import { hasInvalidValues, printedSelector, validateLabelSelector } from '../label-selector.js';
import { bytes, made, numberAt, objectAt, objectsAt, presetPointer, specOf, textAt, textsAt } from '../members.js';
import { validateCsiDriverName } from '../pods/volumes.js';
import type { KindRules } from '../rules.js';

const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const LIFECYCLE_MODES = ['Persistent', 'Ephemeral'];
const TOKEN_SECONDS_MIN = 600;
const TOKEN_SECONDS_MAX = 2 ** 32;
const UPDATE_SECONDS_MIN = 10;
const TOKENS_IN_ATTRIBUTES =
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver, set to true to prevent possible logging of tokens in volume attributes';

function validateTokenRequests(spec: JsonObject, errors: FieldError[]): void {
  const audiences = new Set<string>();
  objectsAt(spec, 'tokenRequests').forEach((request, i) => {
    const at = index('spec.tokenRequests', i);
    const audience = textAt(request, 'audience');
    if (audiences.has(audience)) {
      errors.push(duplicate(child(at, 'audience'), audience));
      return;
    }
    audiences.add(audience);
    const seconds = numberAt(request, 'expirationSeconds');
    const field = child(at, 'expirationSeconds');
    if (seconds === undefined) return;
    if (seconds < TOKEN_SECONDS_MIN) errors.push(invalidValue(field, seconds, 'may not specify a duration less than 10 minutes'));
    if (seconds > TOKEN_SECONDS_MAX) errors.push(invalidValue(field, seconds, 'may not specify a duration larger than 2^32 seconds'));
  });
}

function validateUpdatePeriod(spec: JsonObject, errors: FieldError[]): void {
  const seconds = numberAt(spec, 'nodeAllocatableUpdatePeriodSeconds');
  if (seconds !== undefined && seconds < UPDATE_SECONDS_MIN)
    errors.push(invalidValue('spec.nodeAllocatableUpdatePeriodSeconds', seconds, 'must be greater than or equal to 10 seconds'));
}

const asksForTokens = (spec: JsonObject): boolean => objectsAt(spec, 'tokenRequests').length > 0;

function validateDriver(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = specOf(object);
  const policy = textAt(spec, 'fsGroupPolicy');
  if (!FS_GROUP_POLICIES.includes(policy)) errors.push(notSupported('spec.fsGroupPolicy', policy, FS_GROUP_POLICIES));
  validateTokenRequests(spec, errors);
  for (const mode of textsAt(spec, 'volumeLifecycleModes'))
    if (!LIFECYCLE_MODES.includes(mode)) errors.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLE_MODES));
  validateUpdatePeriod(spec, errors);
  const inSecrets = spec['serviceAccountTokenInSecrets'];
  if (inSecrets !== undefined && !asksForTokens(spec))
    errors.push(
      invalidValue(
        'spec.serviceAccountTokenInSecrets',
        inSecrets,
        'serviceAccountTokenInSecrets is set but no tokenRequests are specified',
      ),
    );
  return errors;
}

const DRIVER_DEFAULTS: readonly (readonly [member: string, value: boolean | string])[] = [
  ['attachRequired', true],
  ['podInfoOnMount', false],
  ['storageCapacity', false],
  ['fsGroupPolicy', 'ReadWriteOnceWithFSType'],
  ['requiresRepublish', false],
  ['seLinuxMount', false],
];

/** Of a feature that is off by default. */
function dropGated(spec: JsonObject): void {
  delete spec['preventPodSchedulingIfMissing'];
}

export const csiDriver: KindRules = {
  default(object) {
    const spec = made(object, 'spec');
    for (const [member, value] of DRIVER_DEFAULTS) presetPointer(spec, member, value);
    if (textsAt(spec, 'volumeLifecycleModes').length === 0) spec['volumeLifecycleModes'] = ['Persistent'];
  },
  prepareForCreate(object) {
    dropGated(specOf(object));
  },
  /** A change of the spec counts as a new generation, though a driver starts without one. */
  prepareForUpdate(object, old) {
    dropGated(specOf(object));
    if (equal(specOf(object), specOf(old))) return;
    metaOf(object).generation = (metaOf(old).generation ?? 0) + 1;
  },
  validate: validateDriver,
  validateUpdate(object, old) {
    const errors = validateDriver(object);
    const [spec, before] = [specOf(object), specOf(old)];
    immutable('spec.attachedRequired', spec['attachRequired'], before['attachRequired'], errors);
    immutable('spec.volumeLifecycleModes', spec['volumeLifecycleModes'], before['volumeLifecycleModes'], errors);
    return errors;
  },
  warnings(object, old) {
    const spec = specOf(object);
    if (old && equal(spec['tokenRequests'] ?? null, specOf(old)['tokenRequests'] ?? null)) return [];
    return asksForTokens(spec) && spec['serviceAccountTokenInSecrets'] === undefined ? [TOKENS_IN_ATTRIBUTES] : [];
  },
};

const NODE_ID_BYTES_MAX = 256;

function validateNodeDriver(driver: JsonObject, path: string, names: Set<string>, errors: FieldError[]): void {
  const name = textAt(driver, 'name');
  const nodeId = textAt(driver, 'nodeID');
  validateCsiDriverName(name, child(path, 'name'), errors);
  if (nodeId === '') errors.push(required(child(path, 'nodeID')));
  if (bytes(nodeId) > NODE_ID_BYTES_MAX)
    errors.push(invalidValue(child(path, 'nodeID'), nodeId, `must be ${NODE_ID_BYTES_MAX} characters or less`));
  const count = numberAt(objectAt(driver, 'allocatable'), 'count') ?? 0;
  if (count < 0) errors.push(invalidValue(child(path, 'allocatable.count'), count, NOT_NEGATIVE));
  if (names.has(name)) errors.push(duplicate(child(path, 'name'), name));
  names.add(name);
  const keys = new Set<string>();
  for (const key of textsAt(driver, 'topologyKeys')) {
    if (key === '') errors.push(required(path));
    if (keys.has(key)) errors.push(duplicate(path, key));
    keys.add(key);
    invalidEach(path, key, qualifiedName(key), errors);
  }
}

function validateNode(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const names = new Set<string>();
  objectsAt(specOf(object), 'drivers').forEach((driver, i) => {
    validateNodeDriver(driver, index('spec.drivers', i), names, errors);
  });
  return errors;
}

/** What of a driver's entry stays as it is. */
function fixedPart({ allocatable: _, ...rest }: JsonObject): JsonObject {
  return { ...rest, topologyKeys: rest['topologyKeys'] ?? null };
}

export const csiNode: KindRules = {
  validate: validateNode,
  validateUpdate(object, old) {
    const errors = validateNode(object);
    for (const before of objectsAt(specOf(old), 'drivers'))
      for (const driver of objectsAt(specOf(object), 'drivers'))
        if (driver['name'] === before['name'] && !equal(fixedPart(driver), fixedPart(before)))
          errors.push(invalidValue('spec.drivers', goForm('io.k8s.api.storage.v1.CSINodeDriver', fixedPart(driver)), IMMUTABLE));
    return errors;
  },
};

function validateCapacity(object: JsonObject, old?: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  validateLabelSelector(objectAt(object, 'nodeTopology'), 'nodeTopology', errors, {
    allowInvalidValues: hasInvalidValues(objectAt(old, 'nodeTopology')),
  });
  const storageClass = textAt(object, 'storageClassName');
  invalidEach('storageClassName', storageClass, dnsSubdomain(storageClass), errors);
  const capacity = object['capacity'] === undefined ? undefined : parseQuantity(object['capacity'] as string);
  if (capacity && signOf(capacity) < 0) errors.push(invalidValue('capacity', formatQuantity(capacity), NOT_NEGATIVE));
  return errors;
}

export const csiStorageCapacity: KindRules = {
  validate: (object) => validateCapacity(object),
  validateUpdate(object, old) {
    const errors = validateCapacity(object, old);
    immutable('nodeTopology', printedSelector(objectAt(object, 'nodeTopology')), printedSelector(objectAt(old, 'nodeTopology')), errors);
    immutable('storageClassName', object['storageClassName'], old['storageClassName'], errors);
    return errors;
  },
};
