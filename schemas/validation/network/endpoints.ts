/** Endpoints and EndpointSlice */
import { defaultEndpoints, defaultEndpointSlice } from '../../defaulting/network.js';
import { child, duplicate, type FieldError, index, invalidValue, notSupported, required, tooMany } from '../../field-errors.js';
import { equal, type JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from '../../names.js';
import { metaOf, validateLabels } from '../../object-meta.js';
import { immutable, invalidEach, requiredOneOf } from '../checks.js';
import { parseAddress, validateCanonicalIp, validateLegacyIp, warnOfIp } from '../ip.js';
import { entriesAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { portNumber, PROTOCOLS, validateProtocol } from '../pods/ports.js';
import type { KindRules } from '../rules.js';
import { validateEndpointIp } from './endpoint-ip.js';

const labelsOf = (object: JsonObject): JsonObject | undefined => objectAt(objectAt(object, 'metadata'), 'labels');

/** `nodeName`, `hostname` and `appProtocol`: checked where present, empty or not. */
function validateName(parent: JsonObject, name: string, path: string, rule: (text: string) => string[], errors: FieldError[]): void {
  const value = parent[name] as string | undefined;
  if (value !== undefined) invalidEach(child(path, name), value, rule(value), errors);
}

function validateEndpointAddress(address: JsonObject, path: string, errors: FieldError[]): void {
  const ip = textAt(address, 'ip');
  validateLegacyIp(`${path}.ip`, ip, errors);
  if (textAt(address, 'hostname') !== '') validateName(address, 'hostname', path, dnsLabel, errors);
  validateName(address, 'nodeName', path, dnsSubdomain, errors);
  validateEndpointIp(`${path}.ip`, ip, errors);
}

function validateEndpointPort(port: JsonObject, requireName: boolean, path: string, errors: FieldError[]): void {
  if (textAt(port, 'name') !== '') validateName(port, 'name', path, dnsLabel, errors);
  else if (requireName) errors.push(required(`${path}.name`));
  const number = numberAt(port, 'port') ?? 0;
  invalidEach(`${path}.port`, number, portNumber(number), errors);
  validateProtocol(port, path, errors);
  validateName(port, 'appProtocol', path, qualifiedName, errors);
}

const ADDRESS_LISTS = ['addresses', 'notReadyAddresses'];

function validateSubsets(endpoints: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  objectsAt(endpoints, 'subsets').forEach((subset, s) => {
    const path = index('subsets', s);
    if (ADDRESS_LISTS.every((list) => objectsAt(subset, list).length === 0))
      errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'));
    for (const list of ADDRESS_LISTS) {
      objectsAt(subset, list).forEach((address, a) => {
        validateEndpointAddress(address, `${path}.${list}[${a}]`, errors);
      });
    }
    const ports = objectsAt(subset, 'ports');
    ports.forEach((port, p) => {
      validateEndpointPort(port, ports.length > 1, `${path}.ports[${p}]`, errors);
    });
  });
  return errors;
}

function warnOfSubsets(endpoints: JsonObject): string[] {
  if (labelsOf(endpoints)?.['endpoints.kubernetes.io/managed-by'] === 'endpoint-controller') return [];
  const warnings: string[] = [];
  objectsAt(endpoints, 'subsets').forEach((subset, s) => {
    for (const list of ADDRESS_LISTS) {
      objectsAt(subset, list).forEach((address, a) => {
        warnOfIp(`subsets[${s}].${list}[${a}].ip`, textAt(address, 'ip'), warnings);
      });
    }
  });
  return warnings;
}

export const endpoints: KindRules = {
  default: defaultEndpoints,
  validate: validateSubsets,
  validateUpdate: (object, old) => (equal(object['subsets'], old['subsets']) ? [] : validateSubsets(object)),
  warnings: warnOfSubsets,
};

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6'];
const MAX = { ports: 20000, endpoints: 1000, addresses: 100, hints: 8, topology: 16 };

function validateSlicePorts(slice: JsonObject, errors: FieldError[]): void {
  const ports = objectsAt(slice, 'ports');
  if (ports.length > MAX.ports) {
    errors.push(tooMany('ports', ports.length, MAX.ports));
    return;
  }
  const names = new Set<string>();
  ports.forEach((port, i) => {
    const path = index('ports', i);
    const name = textAt(port, 'name');
    if (name !== '') invalidEach(`${path}.name`, name, dnsLabel(name), errors);
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
    const protocol = textAt(port, 'protocol');
    if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(child(path, 'protocol'), protocol, PROTOCOLS));
    validateName(port, 'appProtocol', path, qualifiedName, errors);
  });
}

/** A name of two labels or more; a dot may end it. */
function validateDomain(field: string, value: string, errors: FieldError[]): void {
  const name = value.endsWith('.') ? value.slice(0, -1) : value;
  const labels = name.split('.');
  const whole = dnsSubdomain(name);
  const wrong = labels.find((label) => dnsLabel(label).length > 0);
  if (value === '') errors.push(required(field));
  else if (whole.length > 0) errors.push(invalidValue(field, name, whole.join(',')));
  else if (labels.length < 2) errors.push(invalidValue(field, name, 'should be a domain with at least two segments separated by dots'));
  else if (wrong !== undefined) errors.push(invalidValue(field, wrong, dnsLabel(wrong).join(',')));
}

function validateSliceAddress(address: string, type: string, list: string, i: number, errors: FieldError[]): void {
  const field = index(list, i);
  if (type === 'FQDN') validateDomain(field, address, errors);
  if (type !== 'IPv4' && type !== 'IPv6') return;
  if (!(type === 'IPv4' ? validateLegacyIp(field, address, errors) : validateCanonicalIp(field, address, errors))) return;
  if (`IPv${parseAddress(address)!.family}` !== type) errors.push(invalidValue(list, address, `must be an ${type} address`));
  validateEndpointIp(field, address, errors);
}

/** Hints of one kind; false where there are too many to go on. */
function validateHintNames(hints: JsonObject, list: string, path: string, rule: (name: string) => string[], errors: FieldError[]): boolean {
  const items = objectsAt(hints, list);
  if (items.length > MAX.hints) {
    errors.push(tooMany(child(path, list), items.length, MAX.hints));
    return false;
  }
  const names = new Set<string>();
  items.forEach((item, i) => {
    const field = `${path}.${list}[${i}].name`;
    const name = textAt(item, 'name');
    if (names.has(name)) errors.push(duplicate(field, name));
    names.add(name);
    invalidEach(field, name, rule(name), errors);
  });
  return true;
}

function validateEndpoint(endpoint: JsonObject, type: string, path: string, errors: FieldError[]): void {
  const list = `${path}.addresses`;
  const addresses = textsAt(endpoint, 'addresses');
  if (addresses.length === 0) errors.push(required(list, 'must contain at least 1 address'));
  else if (addresses.length > MAX.addresses) errors.push(tooMany(list, addresses.length, MAX.addresses));
  addresses.forEach((address, i) => {
    validateSliceAddress(address, type, list, i, errors);
  });
  validateName(endpoint, 'nodeName', path, dnsSubdomain, errors);
  const topology = entriesAt(endpoint, 'deprecatedTopology');
  const field = `${path}.deprecatedTopology`;
  if (topology.length > MAX.topology) errors.push(tooMany(field, topology.length, MAX.topology));
  errors.push(...validateLabels(endpoint['deprecatedTopology'] as Record<string, string> | undefined, field));
  validateName(endpoint, 'hostname', path, dnsLabel, errors);
  const hints = objectAt(endpoint, 'hints');
  if (hints && validateHintNames(hints, 'forZones', `${path}.hints`, labelValue, errors))
    validateHintNames(hints, 'forNodes', `${path}.hints`, dnsSubdomain, errors);
}

function validateEndpoints(slice: JsonObject, errors: FieldError[]): void {
  const items = objectsAt(slice, 'endpoints');
  if (items.length > MAX.endpoints) {
    errors.push(tooMany('endpoints', items.length, MAX.endpoints));
    return;
  }
  items.forEach((endpoint, i) => {
    validateEndpoint(endpoint, textAt(slice, 'addressType'), index('endpoints', i), errors);
  });
}

function validateSlice(slice: JsonObject, old?: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  requiredOneOf('addressType', textAt(slice, 'addressType'), ADDRESS_TYPES, errors);
  validateSlicePorts(slice, errors);
  if (!old || !equal(slice['endpoints'], old['endpoints'])) validateEndpoints(slice, errors);
  return errors;
}

const HOSTNAME_LABEL = 'kubernetes.io/hostname';

/** discovery.k8s.io/v1 has no topology to write: node names that older versions kept there move to `nodeName`. */
function dropTopology(slice: JsonObject, old?: JsonObject): void {
  if (old && equal(slice['endpoints'], old['endpoints'])) return;
  const known = new Set(objectsAt(old, 'endpoints').map((each) => textAt(objectAt(each, 'deprecatedTopology'), HOSTNAME_LABEL)));
  for (const endpoint of objectsAt(slice, 'endpoints')) {
    const host = textAt(objectAt(endpoint, 'deprecatedTopology'), HOSTNAME_LABEL);
    if (endpoint['nodeName'] === undefined && host !== '' && known.has(host) && dnsSubdomain(host).length === 0)
      endpoint['nodeName'] = host;
    delete endpoint['deprecatedTopology'];
  }
}

const SLICE_CONTROLLERS = ['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io'];

function warnOfSlice(slice: JsonObject, old?: JsonObject): string[] {
  const warnings: string[] = [];
  if (!old && textAt(slice, 'addressType') === 'FQDN') warnings.push('spec.addressType: FQDN endpoints are deprecated');
  if (SLICE_CONTROLLERS.includes(textAt(labelsOf(slice), 'endpointslice.kubernetes.io/managed-by'))) return warnings;
  objectsAt(slice, 'endpoints').forEach((endpoint, e) => {
    textsAt(endpoint, 'addresses').forEach((address, a) => {
      warnOfIp(`endpoints[${e}].addresses[${a}]`, address, warnings);
    });
  });
  return warnings;
}

const topologies = (slice: JsonObject): number =>
  objectsAt(slice, 'endpoints').filter((endpoint) => objectAt(endpoint, 'deprecatedTopology')).length;

export const endpointSlice: KindRules = {
  default: defaultEndpointSlice,
  prepareForCreate: (object) => dropTopology(object),
  /** Labels say whose addresses they are: they count as content. So does topology that was sent, though it is not kept. */
  prepareForUpdate(object, old) {
    const [meta, before] = [metaOf(object), metaOf(old)];
    const isRelabelled = !equal((meta.labels ?? {}) as JsonObject, (before.labels ?? {}) as JsonObject);
    if (isRelabelled || topologies(object) !== topologies(old)) meta.generation = (before.generation ?? 0) + 1;
    dropTopology(object, old);
  },
  validate: (object) => validateSlice(object),
  validateUpdate(object, old) {
    const errors = validateSlice(object, old);
    immutable('addressType', textAt(object, 'addressType'), textAt(old, 'addressType'), errors);
    return errors;
  },
  warnings: warnOfSlice,
};
