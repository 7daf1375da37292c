/** What a pod asks for altogether: sums over its containers, and its quality of service. */
import type { JsonObject } from '../../json-value.js';
import { addQuantities, compareQuantities, parseQuantity, type Quantity, signOf } from '../../quantity.js';
import { entriesAt, objectAt, objectsAt, textAt } from '../members.js';
import { isSidecar } from './visit.js';

export type ResourceList = Map<string, Quantity>;
type Member = 'requests' | 'limits';

export function resourceList(parent: JsonObject | undefined, name: string): ResourceList {
  return new Map(entriesAt(parent, name).map(([key, value]) => [key, parseQuantity(value as string)]));
}

/** Adds `list` to `sum` in place. */
export function addAll(sum: ResourceList, list: ResourceList): void {
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
function aggregate(spec: JsonObject | undefined, resourcesOf: (container: JsonObject) => ResourceList): ResourceList {
  const sum: ResourceList = new Map();
  const sidecars: ResourceList = new Map();
  const starting: ResourceList = new Map();
  for (const container of objectsAt(spec, 'containers')) addAll(sum, resourcesOf(container));
  for (const container of objectsAt(spec, 'initContainers')) {
    const own = resourcesOf(container);
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

const asked =
  (member: Member) =>
  (container: JsonObject): ResourceList =>
    resourceList(objectAt(container, 'resources'), member);
export const aggregateRequests = (spec: JsonObject): ResourceList => aggregate(spec, asked('requests'));
export const aggregateLimits = (spec: JsonObject): ResourceList => aggregate(spec, asked('limits'));

/** What the pod says itself counts instead of its containers. */
export function podResources(spec: JsonObject | undefined, member: Member, resourcesOf = asked(member)): ResourceList {
  const total = aggregate(spec, resourcesOf);
  for (const [name, quantity] of resourceList(objectAt(spec, 'resources'), member)) total.set(name, quantity);
  return total;
}

/**
 * What a pod takes up: what its containers have been given, as long as that is more than what they ask for, and the overhead of its
 * RuntimeClass, which is no limit where there is none.
 */
export function podUsage(pod: JsonObject, member: Member): ResourceList {
  const spec = objectAt(pod, 'spec');
  const total = podResources(spec, member, given(objectAt(pod, 'status'), member));
  const isLimited = (name: string): boolean => total.has(name) && signOf(total.get(name)!) !== 0;
  const overhead = [...resourceList(spec, 'overhead')].filter(([name]) => member === 'requests' || isLimited(name));
  addAll(total, new Map(overhead));
  return total;
}

/** By container: what it asks for and what its status says it has, each resource the greater; only the latter when a resize cannot be done. */
function given(status: JsonObject | undefined, member: Member): (container: JsonObject) => ResourceList {
  const statuses = ['containerStatuses', 'initContainerStatuses'].flatMap((list) => [...objectsAt(status, list)]);
  const byName = new Map(statuses.map((container) => [textAt(container, 'name'), container]));
  const isInfeasible = objectsAt(status, 'conditions').some(
    (condition) => textAt(condition, 'type') === 'PodResizePending' && textAt(condition, 'reason') === 'Infeasible',
  );
  return (container) => {
    const wanted = asked(member)(container);
    const has = byName.get(textAt(container, 'name'));
    if (!objectAt(has, 'resources')) return wanted;
    const most: ResourceList = isInfeasible ? new Map() : wanted;
    raiseAll(most, asked(member)(has!));
    if (member === 'requests') raiseAll(most, resourceList(has, 'allocatedResources'));
    return most;
  };
}

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
