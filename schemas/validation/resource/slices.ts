/** ResourceSlice, DeviceTaintRule, ResourcePoolStatusRequest: devices that there are. */
import { child, type FieldError, index, invalidValue, notSupported, required, tooLong } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { labelValue, qualifiedName } from '../../names.js';
import { immutable, invalidEach } from '../checks.js';
import { coreForm } from '../go-form.js';
import { ALL_BUT_STATUS, keepAllButStatus } from '../kept-metadata.js';
import { bytes, entriesAt, numberAt, objectAt, objectsAt, specOf, textAt } from '../members.js';
import { validateNodeSelector } from '../pods/affinity.js';
import { validateCapacity } from './capacity.js';
import { validateBinding, validateCounterSets, validateNodes } from './device-parts.js';
import type { KindRules, WriteContext } from '../rules.js';
import { EFFECTS } from './claim-spec.js';
import { asInV1 } from './claims.js';
import {
  validateDevice,
  validateDriver,
  validateItems,
  validateNamed,
  validatePool,
  validateQualified,
  validateSubdomain,
} from './names.js';

const DEVICES_MAX = 128;
const TAINTS_MAX = 16;
const TEXT_BYTES_MAX = 64;
const FACTS_MAX = 32;
const NAME_SHOWN_MAX = 96;
const PLACES = ['nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection'];
const ONE_PLACE = `exactly one of ${PLACES.map((place) => `\`${place}\``).join(', ')} is required`;
const VALUES = ['int', 'bool', 'string', 'version'];
/** Of a feature that is off by default. */
const LISTS = ['ints', 'bools', 'strings', 'versions'];

function stamp(taint: JsonObject | undefined, context: WriteContext | undefined): void {
  if (taint && context) taint['timeAdded'] ??= context.now;
}

function validateTaint(taint: JsonObject | undefined, path: string, errors: FieldError[]): void {
  const [key, value, effect] = ['key', 'value', 'effect'].map((member) => textAt(taint, member)) as [string, string, string];
  invalidEach(child(path, 'key'), key, qualifiedName(key), errors);
  if (value !== '') invalidEach(child(path, 'value'), value, labelValue(value), errors);
  if (effect === '') errors.push(required(child(path, 'effect')));
  else if (!EFFECTS.includes(effect)) errors.push(notSupported(child(path, 'effect'), effect, EFFECTS));
}

/** A name as it stands in a path: its two ends where it is too long for one. */
function cut(name: string): string {
  if (name.length <= NAME_SHOWN_MAX) return name;
  const shown = NAME_SHOWN_MAX - 3;
  return `${name.slice(0, Math.ceil(shown / 2))}...${name.slice(-Math.floor(shown / 2))}`;
}

/** `ints` is `IntValues` in the internal type. */
const internalName = (member: string): string =>
  `${member[0]!.toUpperCase()}${member.slice(1).replace(/s?$/, (plural) => `Value${plural}`)}`;

/** Of semver.org, 2.0.0. */
const VERSION =
  /^(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(\.(0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?(\+[\dA-Za-z-]+(\.[\dA-Za-z-]+)*)?$/;

function validateAttribute(attribute: JsonObject, path: string, errors: FieldError[]): void {
  const { string, version } = attribute;
  if (typeof string === 'string' && bytes(string) > TEXT_BYTES_MAX) errors.push(tooLong(child(path, 'string'), TEXT_BYTES_MAX));
  if (typeof version === 'string') {
    const field = child(path, 'version');
    if (bytes(version) > TEXT_BYTES_MAX) errors.push(tooLong(field, TEXT_BYTES_MAX));
    else if (!VERSION.test(version)) errors.push(invalidValue(field, version, 'must be a string compatible with semver.org spec 2.0.0'));
  }
  const set = VALUES.filter((member) => attribute[member] !== undefined);
  if (set.length === 1) return;
  const internal = Object.fromEntries([...VALUES, ...LISTS].map((member) => [internalName(member), attribute[member] ?? null]));
  errors.push(invalidValue(path, set.length === 0 ? '' : internal, 'exactly one value must be specified'));
}

function validateDeviceEntry(device: JsonObject, path: string, isPerDevice: boolean, errors: FieldError[]): void {
  validateDevice(child(path, 'name'), textAt(device, 'name'), errors);
  const [attributes, capacities] = [entriesAt(device, 'attributes'), entriesAt(device, 'capacity')];
  for (const [name, value] of attributes) {
    validateQualified(child(path, 'attributes'), name, errors);
    validateAttribute(value as JsonObject, index(child(path, 'attributes'), cut(name)), errors);
  }
  for (const [name, value] of capacities) {
    validateQualified(child(path, 'capacity'), name, errors);
    validateCapacity(value as JsonObject, index(child(path, 'capacity'), cut(name)), device['allowMultipleAllocations'] === true, errors);
  }
  const facts = attributes.length + capacities.length;
  if (facts > FACTS_MAX)
    errors.push(invalidValue(path, facts, `the total number of attributes and capacities must not exceed ${FACTS_MAX}`));
  const taint = (each: JsonObject, at: string): void => validateTaint(each, at, errors);
  validateItems(objectsAt(device, 'taints'), child(path, 'taints'), TAINTS_MAX, taint, errors);
  validateCounterSets(device, 'consumesCounters', 'counterSet', path, errors);
  validateNodes(device, path, isPerDevice, errors);
  validateBinding(device, path, errors);
}

function validatePoolEntry(pool: JsonObject | undefined, errors: FieldError[]): void {
  validatePool('spec.pool.name', textAt(pool, 'name'), errors);
  const count = numberAt(pool, 'resourceSliceCount') ?? 0;
  const generation = numberAt(pool, 'generation') ?? 0;
  if (count <= 0) errors.push(invalidValue('spec.pool.resourceSliceCount', count, 'must be greater than zero'));
  if (generation < 0) errors.push(invalidValue('spec.pool.generation', generation, 'must be greater than or equal to zero'));
}

function validateSelector(selector: JsonObject, errors: FieldError[]): void {
  validateNodeSelector(selector, 'spec.nodeSelector', false, errors);
  const terms = objectsAt(selector, 'nodeSelectorTerms');
  if (terms.length === 1) return;
  const printed = selector['nodeSelectorTerms'] && terms.map((term) => coreForm('NodeSelectorTerm', term));
  errors.push(invalidValue('spec.nodeSelector.nodeSelectorTerms', printed, 'must have exactly one node selector term'));
}

/** Where the devices are: on a node, on some, on all, or as each says. */
function validatePlace(spec: JsonObject, errors: FieldError[]): void {
  const set = PLACES.filter((place) => spec[place] !== undefined);
  const node = spec['nodeName'];
  if (node === '') errors.push(invalidValue('spec.nodeName', node, 'must be either unset or set to a non-empty string'));
  else if (node !== undefined) validateSubdomain('spec.nodeName', node as string, errors);
  const selector = objectAt(spec, 'nodeSelector');
  if (selector) validateSelector(selector, errors);
  for (const flag of ['allNodes', 'perDeviceNodeSelection'])
    if (spec[flag] === false) errors.push(invalidValue(child('spec', flag), false, 'must be either unset or set to true'));
  const named = set.filter((place) => spec[place] !== false && spec[place] !== '');
  if (named.length === 0) errors.push(required('spec', ONE_PLACE));
  if (named.length > 1) {
    const printed = `{${named.map((place) => `\`${place}\``).join(', ')}}`;
    errors.push(invalidValue('spec', printed, `${ONE_PLACE}, but multiple fields are set`));
  }
}

function validateSlice(object: JsonObject, old?: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const spec = specOf(object);
  validateDriver('spec.driver', textAt(spec, 'driver'), errors);
  validatePoolEntry(objectAt(spec, 'pool'), errors);
  if (old) {
    const before = specOf(old);
    immutable('spec.pool.name', objectAt(spec, 'pool')?.['name'], objectAt(before, 'pool')?.['name'], errors);
    immutable('spec.driver', spec['driver'], before['driver'], errors);
    immutable('spec.nodeName', spec['nodeName'], before['nodeName'], errors);
  }
  validatePlace(spec, errors);
  if (objectsAt(spec, 'devices').length > 0 && objectsAt(spec, 'sharedCounters').length > 0)
    errors.push(invalidValue('spec', '', 'only one of `sharedCounters` or `devices` is allowed'));
  validateNamed(
    objectsAt(spec, 'devices'),
    'spec.devices',
    DEVICES_MAX,
    (device, at) => validateDeviceEntry(device, at, spec['perDeviceNodeSelection'] === true, errors),
    errors,
  );
  validateCounterSets(spec, 'sharedCounters', 'name', 'spec', errors);
  return errors;
}

function prepareSlice(object: JsonObject, context: WriteContext | undefined): void {
  for (const device of objectsAt(specOf(object), 'devices')) {
    const facts = objectAt(device, 'basic') ?? device;
    for (const taint of objectsAt(facts, 'taints')) stamp(taint, context);
    // of a feature that is off by default
    delete facts['nodeAllocatableResourceMappings'];
    for (const [, attribute] of entriesAt(facts, 'attributes')) for (const list of LISTS) delete (attribute as JsonObject)[list];
  }
}

const slice: KindRules = {
  prepareForCreate: prepareSlice,
  prepareForUpdate: (object, _old, context) => prepareSlice(object, context),
  validate: (object) => validateSlice(object),
  validateUpdate: validateSlice,
};

function validateTaintRule(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const selector = objectAt(specOf(object), 'deviceSelector');
  const checks = { driver: validateDriver, pool: validatePool, device: validateDevice };
  for (const [member, validate] of Object.entries(checks))
    if (selector?.[member] !== undefined) validate(`spec.deviceSelector.${member}`, textAt(selector, member), errors);
  validateTaint(objectAt(specOf(object), 'taint'), 'spec.taint', errors);
  return errors;
}

const taintRule: KindRules = {
  prepareForCreate(object, context) {
    object['status'] = {};
    stamp(objectAt(specOf(object), 'taint'), context);
  },
  prepareForUpdate: (object, _old, context) => stamp(objectAt(specOf(object), 'taint'), context),
  prepareForStatusUpdate: keepAllButStatus,
  resetFields: ALL_BUT_STATUS,
  validate: validateTaintRule,
  validateUpdate: validateTaintRule,
};

const poolStatusRequest: KindRules = {
  prepareForStatusUpdate: keepAllButStatus,
  resetFields: ALL_BUT_STATUS,
  validate(object) {
    const errors: FieldError[] = [];
    const spec = specOf(object);
    validateDriver('spec.driver', textAt(spec, 'driver'), errors);
    if (spec['poolName'] !== undefined) validatePool('spec.poolName', textAt(spec, 'poolName'), errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    immutable('spec', object['spec'], old['spec'], errors);
    return errors;
  },
};

export const slices = {
  DeviceTaintRule: taintRule,
  ResourcePoolStatusRequest: poolStatusRequest,
  ResourceSlice: slice,
  'ResourceSlice/v1beta1': asInV1('ResourceSlice', slice),
};
