/** What became of a claim: who uses it, which devices it got, how they are. */
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
import { isObject, type JsonObject } from '../../json-value.js';
import { dnsLabel, qualifiedName } from '../../names.js';
import { invalidEach } from '../checks.js';
import { conditionsErrors } from '../conditions.js';
import { goForm } from '../go-form.js';
import { parseCidr } from '../ip.js';
import { bytes, objectAt, objectsAt, specOf, statusOf, textAt, textsAt } from '../members.js';
import { validateNodeSelector } from '../pods/affinity.js';
import { semanticallyEqual } from '../pods/update.js';
import { NO_REQUEST, requestNames, validateConfiguration, validateReferences } from './claim-spec.js';
import { validateDevice, validateDriver, validateItems, validatePool } from './names.js';

const CONSUMERS_MAX = 256;
const RESULTS_MAX = 32;
const CONFIGURATIONS_MAX = 64;
const CONDITIONS_MAX = 8;
const DATA_BYTES_MAX = 10 * 1024;
const ADDRESSES_MAX = 16;
const INTERFACE_BYTES_MAX = 256;
const HARDWARE_BYTES_MAX = 128;
const SOURCES = ['FromClaim', 'FromClass'];
const RESULT = 'io.k8s.api.resource.v1.AllocationResult';

function validateConsumers(status: JsonObject, errors: FieldError[]): void {
  const uids = new Set<string>();
  const path = 'status.reservedFor';
  const consumers = objectsAt(status, 'reservedFor');
  const validate = (consumer: JsonObject, at: string): void => {
    for (const member of ['resource', 'name', 'uid']) if (textAt(consumer, member) === '') errors.push(required(child(at, member)));
    const uid = textAt(consumer, 'uid');
    if (uids.has(uid)) errors.push(duplicate(at, uid));
    uids.add(uid);
  };
  validateItems(consumers, path, CONSUMERS_MAX, validate, errors);
  if (consumers.length > 0 && !objectAt(status, 'allocation'))
    errors.push(forbiddenField(path, 'may not be specified when `allocated` is not set'));
}

function validateIdentity(device: JsonObject, path: string, errors: FieldError[]): void {
  validateDriver(child(path, 'driver'), textAt(device, 'driver'), errors);
  validatePool(child(path, 'pool'), textAt(device, 'pool'), errors);
  validateDevice(child(path, 'device'), textAt(device, 'device'), errors);
}

/** By which a device is known, as Go prints it. */
const identityOf = (device: JsonObject): JsonObject => ({
  Driver: textAt(device, 'driver'),
  Pool: textAt(device, 'pool'),
  Device: textAt(device, 'device'),
  ShareID: textAt(device, 'shareID'),
});

function validateNetwork(network: JsonObject | undefined, path: string, errors: FieldError[]): void {
  if (bytes(textAt(network, 'interfaceName')) > INTERFACE_BYTES_MAX)
    errors.push(tooLong(child(path, 'interfaceName'), INTERFACE_BYTES_MAX));
  if (bytes(textAt(network, 'hardwareAddress')) > HARDWARE_BYTES_MAX)
    errors.push(tooLong(child(path, 'hardwareAddress'), HARDWARE_BYTES_MAX));
  const seen = new Set<string>();
  const validate = (address: string, at: string): void => {
    if (!parseCidr(address))
      errors.push(invalidValue(at, address, 'must be a valid address in CIDR form, (e.g. 10.9.8.7/24 or 2001:db8::1/64)'));
    if (seen.has(address)) errors.push(duplicate(at, address));
    seen.add(address);
  };
  validateItems(textsAt(network, 'ips'), child(path, 'ips'), ADDRESSES_MAX, validate, errors);
}

function validateDeviceStatus(device: JsonObject, path: string, errors: FieldError[]): void {
  const conditions = objectsAt(device, 'conditions');
  validateItems(conditions, child(path, 'conditions'), CONDITIONS_MAX, () => {}, errors);
  errors.push(...conditionsErrors(conditions, child(path, 'conditions')));
  const data = device['data'] ?? null;
  if (data !== null && bytes(JSON.stringify(data)) > DATA_BYTES_MAX) errors.push(tooLong(child(path, 'data'), DATA_BYTES_MAX));
  else if (data !== null && !isObject(data))
    errors.push(invalidValue(child(path, 'data'), '<value omitted>', 'must be a valid JSON object'));
  validateNetwork(objectAt(device, 'networkData'), child(path, 'networkData'), errors);
}

function validateDevices(status: JsonObject, errors: FieldError[]): void {
  const keyOf = (device: JsonObject): string => JSON.stringify(identityOf(device));
  const allocated = new Set(objectsAt(objectAt(objectAt(status, 'allocation'), 'devices'), 'results').map(keyOf));
  const seen = new Set<string>();
  objectsAt(status, 'devices').forEach((device, i) => {
    const at = index('status.devices', i);
    const key = keyOf(device);
    validateIdentity(device, at, errors);
    if (!allocated.has(key)) errors.push(invalidValue(at, identityOf(device), 'must be an allocated device in the claim'));
    validateDeviceStatus(device, at, errors);
    if (seen.has(key)) errors.push(duplicate(at, identityOf(device)));
    seen.add(key);
  });
}

function validateBinding(result: JsonObject, path: string, errors: FieldError[]): void {
  const lists = ['bindingConditions', 'bindingFailureConditions'] as const;
  for (const list of lists)
    textsAt(result, list).forEach((name, i) => {
      invalidEach(index(child(path, list), i), name, qualifiedName(name), errors);
    });
  const [conditions, failures] = lists.map((list) => textsAt(result, list)) as [readonly string[], readonly string[]];
  conditions.forEach((name, i) => {
    if (conditions.indexOf(name) < i) errors.push(duplicate(index(child(path, lists[0]), i), name));
  });
  failures.forEach((name, i) => {
    const at = index(child(path, lists[1]), i);
    if (conditions.includes(name)) errors.push(invalidValue(at, name, 'bindingFailureConditions must not overlap with bindingConditions'));
    if (failures.indexOf(name) < i) errors.push(duplicate(at, name));
  });
}

function validateResult(result: JsonObject, path: string, names: ReadonlySet<string>, errors: FieldError[]): void {
  const request = textAt(result, 'request');
  const field = child(path, 'request');
  for (const part of request.split('/').slice(0, 2)) invalidEach(field, part, dnsLabel(part), errors);
  if (!names.has(request)) errors.push(invalidValue(field, request, NO_REQUEST));
  validateIdentity(result, path, errors);
  validateBinding(result, path, errors);
  const share = result['shareID'];
  if (typeof share === 'string' && !UUID.test(share))
    errors.push(invalidValue(child(path, 'shareID'), share, `error validating uid: ${wrongUuid(share)}`));
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const UUID_LENGTHS = [32, 36, 38, 45];
const wrongUuid = (text: string): string =>
  UUID_LENGTHS.includes(text.length) ? 'invalid UUID format' : `invalid UUID length: ${text.length}`;

function validateAllocation(allocation: JsonObject, names: ReadonlySet<string>, errors: FieldError[]): void {
  const devices = objectAt(allocation, 'devices');
  const path = 'status.allocation.devices';
  const result = (each: JsonObject, at: string): void => validateResult(each, at, names, errors);
  validateItems(objectsAt(devices, 'results'), child(path, 'results'), RESULTS_MAX, result, errors);
  const configure = (configuration: JsonObject, at: string): void => {
    const source = textAt(configuration, 'source');
    if (source === '') errors.push(required(child(at, 'source')));
    else if (!SOURCES.includes(source)) errors.push(notSupported(child(at, 'source'), source, SOURCES));
    validateReferences(configuration, at, names, errors);
    validateConfiguration(configuration, at, errors);
  };
  validateItems(objectsAt(devices, 'config'), child(path, 'config'), CONFIGURATIONS_MAX, configure, errors);
  const selector = objectAt(allocation, 'nodeSelector');
  if (selector) validateNodeSelector(selector, 'status.allocation.nodeSelector', false, errors);
}

/** An allocation is made once; to change it, it is taken away before. */
export function validateClaimStatus(object: JsonObject, old: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const status = statusOf(object);
  validateConsumers(status, errors);
  validateDevices(status, errors);
  const [allocation, before] = [objectAt(status, 'allocation'), objectAt(statusOf(old), 'allocation')];
  if (!allocation || (before && semanticallyEqual(allocation, before))) return errors;
  if (before) errors.push(invalidValue('status.allocation', goForm(RESULT, allocation), 'field is immutable'));
  else validateAllocation(allocation, requestNames(specOf(object)), errors);
  return errors;
}
