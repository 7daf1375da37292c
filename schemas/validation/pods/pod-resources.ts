/** What a pod asks for altogether: sums over its containers, and its quality of service. */
import type { JsonObject } from '../../json-value.js';
import { addQuantities, compareQuantities, parseQuantity, type Quantity, signOf } from '../../quantity.js';
import { entriesAt, objectAt, objectsAt } from '../members.js';
import { isSidecar } from './visit.js';

export type ResourceList = Map<string, Quantity>;

export function resourceList(parent: JsonObject | undefined, name: string): ResourceList {
  return new Map(entriesAt(parent, name).map(([key, value]) => [key, parseQuantity(value as string)]));
}

function addAll(sum: ResourceList, list: ResourceList): void {
  for (const [name, quantity] of list) {
    const before = sum.get(name);
    sum.set(name, before ? addQuantities(before, quantity) : quantity);
  }
}

function raiseAll(maximum: ResourceList, list: ResourceList): void {
  for (const [name, quantity] of list) {
    const before = maximum.get(name);
    if (!before || compareQuantities(quantity, before) > 0) maximum.set(name, quantity);
  }
}

/**
 * Containers and sidecars run together; an ordinary init container runs beside the sidecars that precede it.
 * The pod needs the larger of the two.
 */
function aggregate(spec: JsonObject, member: 'requests' | 'limits'): ResourceList {
  const sum: ResourceList = new Map();
  const sidecars: ResourceList = new Map();
  const starting: ResourceList = new Map();
  for (const container of objectsAt(spec, 'containers')) addAll(sum, resourceList(objectAt(container, 'resources'), member));
  for (const container of objectsAt(spec, 'initContainers')) {
    const own = resourceList(objectAt(container, 'resources'), member);
    if (isSidecar(container)) {
      addAll(sum, own);
      addAll(sidecars, own);
      raiseAll(starting, sidecars);
    } else {
      addAll(own, sidecars);
      raiseAll(starting, own);
    }
  }
  raiseAll(sum, starting);
  return sum;
}

export const aggregateRequests = (spec: JsonObject): ResourceList => aggregate(spec, 'requests');
export const aggregateLimits = (spec: JsonObject): ResourceList => aggregate(spec, 'limits');

/** `status.qosClass` of a pod with this spec. */
export function qosClass(spec: JsonObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const own = objectAt(spec, 'resources');
  const sources = own
    ? [own]
    : [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')].map((container) => objectAt(container, 'resources'));
  const requests: ResourceList = new Map();
  const limits: ResourceList = new Map();
  let guaranteed = true;
  for (const source of sources) {
    addAll(requests, computeOnly(resourceList(source, 'requests')));
    const ownLimits = computeOnly(resourceList(source, 'limits'));
    addAll(limits, ownLimits);
    const exempt = own !== undefined && entriesAt(own, 'limits').length === 0;
    if (ownLimits.size < 2 && !exempt) guaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return 'BestEffort';
  const covered = [...requests].every(([name, request]) => {
    const limit = limits.get(name);
    return limit !== undefined && compareQuantities(limit, request) === 0;
  });
  return guaranteed && covered && requests.size === limits.size ? 'Guaranteed' : 'Burstable';
}

/** cpu and memory above zero */
function computeOnly(list: ResourceList): ResourceList {
  return new Map([...list].filter(([name, quantity]) => (name === 'cpu' || name === 'memory') && signOf(quantity) > 0));
}
