/** Node */
import {
  child,
  duplicate,
  type FieldError,
  forbiddenField,
  goQuote,
  index,
  internalFieldError,
  invalidValue,
  notSupported,
  required,
} from '../field-errors.js';
import { equal, type JsonObject } from '../json-value.js';
import { labelValue, qualifiedName } from '../names.js';
import { parseQuantity } from '../quantity.js';
import { roundUp } from '../defaulting/pods.js';
import { invalidEach } from './checks.js';
import { coreForm } from './go-form.js';
import { parseCidr, validateLegacyCidr, warnOfCidr } from './ip.js';
import { entriesAt, made, objectAt, objectsAt, specOf, statusOf, take, textAt, textsAt } from './members.js';
import { validateQuantity } from './pods/resources.js';
import type { KindRules } from './rules.js';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateTaint(taint: JsonObject, path: string, errors: FieldError[]): void {
  const [key, value, effect] = ['key', 'value', 'effect'].map((member) => textAt(taint, member)) as [string, string, string];
  invalidEach(child(path, 'key'), key, qualifiedName(key), errors);
  const messages = labelValue(value);
  if (messages.length > 0) errors.push(invalidValue(child(path, 'value'), value, messages.join(';')));
  if (effect === '') errors.push(required(child(path, 'effect')));
  else if (!EFFECTS.includes(effect)) errors.push(notSupported(child(path, 'effect'), effect, EFFECTS));
}

function duplicateTaint(taint: JsonObject, path: string): FieldError {
  const printed = JSON.stringify(coreForm('Taint', taint));
  return { type: 'Duplicate', field: path, body: `Duplicate value: ${printed}: taints must be unique by key and effect pair` };
}

function validateTaints(object: JsonObject, errors: FieldError[]): void {
  const seen = new Set<string>();
  objectsAt(specOf(object), 'taints').forEach((taint, i) => {
    const at = index('metadata.taints', i);
    validateTaint(taint, at, errors);
    const identity = `${textAt(taint, 'effect')}:${textAt(taint, 'key')}`;
    if (seen.has(identity)) errors.push(duplicateTaint(taint, at));
    seen.add(identity);
  });
}

function validateAmounts(object: JsonObject, errors: FieldError[]): void {
  for (const list of ['capacity', 'allocatable'])
    for (const [name, value] of entriesAt(statusOf(object), list))
      validateQuantity(name, parseQuantity(value as string), `status.${list}.${name}`, errors);
}

function validatePodCidrs(object: JsonObject, errors: FieldError[]): void {
  const field = 'spec.podCIDRs';
  const cidrs = textsAt(specOf(object), 'podCIDRs');
  cidrs.forEach((cidr, i) => {
    validateLegacyCidr(index(field, i), cidr, errors);
  });
  if (cidrs.length < 2) return;
  const families = cidrs.map((cidr) => parseCidr(cidr)?.address.family);
  const bad = cidrs[families.indexOf(undefined)];
  if (bad !== undefined) {
    const reason = `invalid CIDR[${families.indexOf(undefined)}]: <nil> (invalid CIDR address: ${bad})`;
    errors.push(internalFieldError(field, `invalid PodCIDRs. failed to check with dual stack with error:${reason}`));
  }
  if (bad !== undefined || cidrs.length > 2 || families[0] === families[1])
    errors.push(invalidValue(field, [...cidrs], 'may specify no more than one CIDR for each IP family'));
}

const FEATURE_NAME = /^[A-Z][A-Za-z0-9]*(\/[A-Za-z][A-Za-z0-9]*)*$/;
const FEATURE_WORDS =
  "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes";

function validateFeatures(object: JsonObject, errors: FieldError[]): void {
  const names = textsAt(statusOf(object), 'declaredFeatures');
  names.forEach((name, i) => {
    const at = index('status.declaredFeatures', i);
    if (names.indexOf(name) < i) errors.push(duplicate(at, name));
    if (!FEATURE_NAME.test(name)) errors.push(invalidValue(at, name, `invalid feature name ${goQuote(name)}: ${FEATURE_WORDS}`));
  });
}

function validate(object: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  validateTaints(object, errors);
  validateAmounts(object, errors);
  validatePodCidrs(object, errors);
  validateFeatures(object, errors);
  return errors;
}

function validateAddresses(object: JsonObject, errors: FieldError[]): void {
  const seen: JsonObject[] = [];
  objectsAt(statusOf(object), 'addresses').forEach((address, i) => {
    if (seen.some((other) => equal(address, other)))
      errors.push({
        type: 'Duplicate',
        field: index('status.addresses', i),
        body: `Duplicate value: ${JSON.stringify(coreForm('NodeAddress', address))}`,
      });
    seen.push(address);
  });
}

/** What any update checks, status or not. */
function validateChange(object: JsonObject, old: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const [spec, before] = [specOf(object), specOf(old)];
  validateAmounts(object, errors);
  validateFeatures(object, errors);
  validateAddresses(object, errors);
  const [cidrs, oldCidrs] = [textsAt(spec, 'podCIDRs'), textsAt(before, 'podCIDRs')];
  const words = `node updates may not change podCIDR except from ${goQuote('')} to valid`;
  if (oldCidrs.length > 0 && cidrs.length !== oldCidrs.length) errors.push(forbiddenField('spec.podCIDRs', words));
  else oldCidrs.forEach((cidr, i) => void (cidrs[i] !== cidr && errors.push(forbiddenField('spec.podCIDRs', words))));
  if (textAt(before, 'providerID') !== '' && spec['providerID'] !== before['providerID'])
    errors.push(forbiddenField('spec.providerID', `node updates may not change providerID except from ${goQuote('')} to valid`));
  validateTaints(object, errors);
  if (textAt(spec, 'externalID') !== textAt(before, 'externalID')) errors.push(forbiddenField('spec.externalID', 'may not be updated'));
  return errors;
}

/** `podCIDR` is the first of `podCIDRs`; where they differ it wins. */
function alignCidrs(spec: JsonObject): void {
  const [one, all] = [textAt(spec, 'podCIDR'), textsAt(spec, 'podCIDRs')];
  if (one === '' && all.length === 0) return;
  if (one !== '' && one !== all[0]) spec['podCIDRs'] = [one];
  if (one === '') spec['podCIDR'] = all[0]!;
}

/** A create may bring a status. */
export const node: KindRules = {
  default(object) {
    alignCidrs(made(object, 'spec'));
    const status = made(object, 'status');
    for (const list of ['capacity', 'allocatable']) roundUp(objectAt(status, list));
    if (status['allocatable'] === undefined && status['capacity'] !== undefined)
      status['allocatable'] = { ...(status['capacity'] as JsonObject) };
  },
  prepareForCreate(object) {
    delete specOf(object)['configSource'];
    delete statusOf(object)['config'];
  },
  prepareForUpdate(object, old) {
    if (specOf(old)['configSource'] === undefined) delete specOf(object)['configSource'];
  },
  validate,
  validateUpdate: (object, old) => [...validate(object), ...validateChange(object, old)],
  prepareForStatusUpdate(object, old) {
    take(object, old, 'spec');
    if (statusOf(old)['config'] === undefined) delete statusOf(object)['config'];
  },
  validateStatusUpdate: validateChange,
  warnings(object) {
    const found: string[] = [];
    if (objectAt(specOf(object), 'configSource')) found.push('spec.configSource: the spec.configSource field is deprecated');
    if (textAt(specOf(object), 'externalID') !== '') found.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
    textsAt(specOf(object), 'podCIDRs').forEach((cidr, i) => {
      warnOfCidr(index('spec.podCIDRs', i), cidr, found);
    });
    return found;
  },
};
