/** Compute resources of containers and pods: names, quantities, requests against limits, claims. */
import {
  child,
  duplicate,
  type FieldError,
  forbiddenField,
  goQuote,
  index,
  invalidValue,
  notSupported,
  required,
} from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, qualifiedName } from '../../names.js';
import { compareQuantities, formatQuantity, parseQuantity, type Quantity, quantityIn, signOf } from '../../quantity.js';
import { invalidEach, NOT_NEGATIVE } from '../checks.js';
import { entriesAt, objectAt, objectsAt, textAt } from '../members.js';
import { aggregateLimits, aggregateRequests } from './pod-resources.js';
import { containersOf } from './visit.js';

export const OBJECT_COUNTS = [
  ...['pods', 'resourcequotas', 'services', 'replicationcontrollers', 'secrets', 'configmaps', 'persistentvolumeclaims'],
  ...['services.nodeports', 'services.loadbalancers'],
];
const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage'];
const STANDARD_RESOURCES = new Set([
  ...CONTAINER_RESOURCES.flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
  ...OBJECT_COUNTS,
  'storage',
  'requests.storage',
]);

export const isHugePages = (name: string): boolean => name.startsWith('hugepages-');
export const isNative = (name: string): boolean => !name.includes('/') || name.includes('kubernetes.io/');
export const isExtended = (name: string): boolean =>
  !isNative(name) && !name.startsWith('requests.') && qualifiedName(`requests.${name}`).length === 0;

/** Whether a request may stay below its limit. */
export const allowsOvercommit = (name: string): boolean => isNative(name) && !isHugePages(name);

/** A resource name that is known, or qualified. */
export function validateResourceName(name: string, field: string, errors: FieldError[]): boolean {
  const messages = qualifiedName(name);
  invalidEach(field, name, messages, errors);
  if (messages.length > 0) return false;
  if (name.includes('/') || STANDARD_RESOURCES.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-')) return true;
  errors.push(invalidValue(field, name, 'must be a standard resource type or fully qualified'));
  return false;
}

export function validateContainerResourceName(name: string, field: string, errors: FieldError[]): void {
  validateResourceName(name, field, errors);
  if (!name.includes('/')) {
    if (!CONTAINER_RESOURCES.includes(name) && !isHugePages(name))
      errors.push(invalidValue(field, name, 'must be a standard resource for containers'));
  } else if (!isNative(name) && !isExtended(name)) {
    errors.push(invalidValue(field, name, "doesn't follow extended resource name standard"));
  }
}

const POD_RESOURCES = ['cpu', 'hugepages-', 'memory'];
export const isPodLevelResource = (name: string): boolean => name === 'cpu' || name === 'memory' || isHugePages(name);

function validatePodResourceName(name: string, field: string, errors: FieldError[]): void {
  if (validateResourceName(name, field, errors) && !isPodLevelResource(name)) errors.push(notSupported(field, name, POD_RESOURCES));
}

/** Whether the quantity is a whole number of the resource's unit. */
export const isWhole = (quantity: Quantity): boolean => quantityIn(quantity, -3) % 1000n === 0n;

/** Not negative; whole where the resource is counted. */
export function validateQuantity(name: string, quantity: Quantity, field: string, errors: FieldError[]): void {
  if (signOf(quantity) < 0) errors.push(invalidValue(field, formatQuantity(quantity), NOT_NEGATIVE));
  if ((OBJECT_COUNTS.includes(name) || isExtended(name)) && !isWhole(quantity))
    errors.push(invalidValue(field, formatQuantity(quantity), 'must be an integer'));
}

function pageSize(name: string): bigint | undefined {
  try {
    const size = parseQuantity(name.slice('hugepages-'.length));
    return signOf(size) > 0 && isWhole(size) ? quantityIn(size, 0) : undefined;
  } catch {
    return undefined;
  }
}

function isDivisible(name: string, quantity: Quantity): boolean {
  const size = pageSize(name);
  return size !== undefined && quantityIn(quantity, 0) % size === 0n;
}

function hasIndivisible(list: JsonObject | undefined, member: string): boolean {
  return entriesAt(list, member).some(([name, value]) => isHugePages(name) && !isDivisible(name, parseQuantity(value as string)));
}

/** Whether a stored spec asks for parts of huge pages. */
export function hasIndivisibleHugePages(spec: JsonObject): boolean {
  return (
    hasIndivisible(spec, 'overhead') ||
    containersOf(spec).some((container) => {
      const resources = objectAt(container, 'resources');
      return hasIndivisible(resources, 'limits') || hasIndivisible(resources, 'requests');
    })
  );
}

export interface ResourceOptions {
  allowIndivisibleHugePages: boolean;
  /** Names of the pod's claims. */
  claims: ReadonlySet<string>;
}

type ValidateName = (name: string, field: string, errors: FieldError[]) => void;

function validateList(
  list: readonly [string, Quantity][],
  path: string,
  validateName: ValidateName,
  options: ResourceOptions,
  errors: FieldError[],
  afterQuantity?: (name: string, quantity: Quantity) => void,
): void {
  for (const [name, quantity] of list) {
    const field = index(path, name);
    validateName(name, field, errors);
    validateQuantity(name, quantity, field, errors);
    afterQuantity?.(name, quantity);
    if (isHugePages(name) && !options.allowIndivisibleHugePages && !isDivisible(name, quantity)) {
      const text = formatQuantity(quantity);
      errors.push(invalidValue(field, text, `${text} is not positive integer multiple of ${name}`));
    }
  }
}

const quantitiesAt = (parent: JsonObject | undefined, name: string): [string, Quantity][] =>
  entriesAt(parent, name).map(([key, value]) => [key, parseQuantity(value as string)]);

function validateRequirements(
  requirements: JsonObject | undefined,
  validateName: ValidateName,
  path: string,
  options: ResourceOptions,
  errors: FieldError[],
): void {
  if (!requirements) return;
  const limits = quantitiesAt(requirements, 'limits');
  const requests = quantitiesAt(requirements, 'requests');
  const [limitsPath, requestsPath] = [child(path, 'limits'), child(path, 'requests')];
  const limitOf = new Map(limits);
  validateList(limits, limitsPath, validateName, options, errors);
  validateList(requests, requestsPath, validateName, options, errors, (name, request) => {
    const limit = limitOf.get(name);
    if (!limit) {
      if (!allowsOvercommit(name)) errors.push(required(limitsPath, 'Limit must be set for non overcommitable resources'));
      return;
    }
    const order = compareQuantities(request, limit);
    const relation = order !== 0 && !allowsOvercommit(name) ? 'equal to' : order > 0 ? 'less than or equal to' : '';
    if (relation === '') return;
    errors.push(invalidValue(requestsPath, formatQuantity(request), `must be ${relation} ${name} limit of ${formatQuantity(limit)}`));
  });
  const names = [...limits, ...requests].map(([name]) => name);
  if (names.some(isHugePages) && !names.some((name) => name === 'cpu' || name === 'memory'))
    errors.push(forbiddenField(path, 'HugePages require cpu or memory'));
  validateClaims(objectsAt(requirements, 'claims'), child(path, 'claims'), options.claims, errors);
}

export function validateContainerResources(
  requirements: JsonObject | undefined,
  path: string,
  options: ResourceOptions,
  errors: FieldError[],
): void {
  validateRequirements(requirements, validateContainerResourceName, path, options, errors);
}

/** A claim may be named once, or its requests once each. */
function validateClaims(claims: readonly JsonObject[], path: string, known: ReadonlySet<string>, errors: FieldError[]): void {
  const seen = new Set<string>();
  claims.forEach((claim, i) => {
    const at = index(path, i);
    const name = textAt(claim, 'name');
    const request = textAt(claim, 'request');
    if (name === '') {
      errors.push(required(at));
      return;
    }
    if (seen.has(name)) {
      errors.push(duplicate(at, name));
    } else {
      if (request !== '') invalidEach(child(at, 'request'), request, dnsLabel(request), errors);
      const key = request === '' ? name : `${name}/${request}`;
      if (seen.has(key)) errors.push(duplicate(at, key));
      else if (request === '') for (const other of seen) if (other.split('/')[0] === name) errors.push(duplicate(at, name));
      seen.add(key);
    }
    if (known.has(name)) return;
    const names = known.size === 0 ? ' which is empty' : `: ${[...known].sort().join(', ')}`;
    errors.push({
      type: 'NotFound',
      field: at,
      body: `Not found: ${goQuote(name)}: must be one of the names in pod.spec.resourceClaims${names}`,
    });
  });
}

/** `spec.resources`: what the whole pod may use. */
export function validatePodResources(spec: JsonObject, path: string, options: ResourceOptions, errors: FieldError[]): void {
  const resources = objectAt(spec, 'resources');
  if (!resources) return;
  const at = child(path, 'resources');
  if (objectAt(spec, 'os')?.['name'] === 'windows') {
    errors.push(forbiddenField(at, 'may not be set for a windows pod'));
    return;
  }
  if (objectsAt(resources, 'claims').length > 0)
    errors.push(forbiddenField(child(at, 'claims'), 'claims may not be set for Resources at pod-level'));
  validateRequirements(resources, validatePodResourceName, at, options, errors);
  validateConsistency(spec, resources, at, errors);
}

/** The pod's resources have room for those of its containers. */
function validateConsistency(spec: JsonObject, resources: JsonObject, path: string, errors: FieldError[]): void {
  const requests = new Map(quantitiesAt(resources, 'requests'));
  const limits = new Map(quantitiesAt(resources, 'limits'));
  const notBelow = (field: string, own: Quantity | undefined, sum: Quantity, what: string): void => {
    if (own && compareQuantities(sum, own) > 0) {
      const detail = `must be greater than or equal to aggregate container ${what} of ${formatQuantity(sum)}`;
      errors.push(invalidValue(field, formatQuantity(own), detail));
    }
  };
  for (const [name, sum] of aggregateRequests(spec)) notBelow(index(child(path, 'requests'), name), requests.get(name), sum, 'requests');
  for (const [name, sum] of aggregateLimits(spec))
    if (isHugePages(name)) notBelow(index(child(path, 'limits'), name), limits.get(name), sum, 'limits');
  objectsAt(spec, 'containers').forEach((container, i) => {
    for (const [name, limit] of quantitiesAt(objectAt(container, 'resources'), 'limits')) {
      const own = limits.get(name);
      if (!own || compareQuantities(limit, own) <= 0) continue;
      const field = `${path}.containers[${i}][${name}].limits`;
      errors.push(invalidValue(field, formatQuantity(limit), `must be less than or equal to pod limits of ${formatQuantity(own)}`));
    }
  });
}
