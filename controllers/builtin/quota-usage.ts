/** What one object counts for against a ResourceQuota (C6): pure, for the controller that recounts and the admission that refuses. */
import { type GroupResource, groupResourceName } from '../../schemas/group-version.js';
import { isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { addQuantities, compareQuantities, parseQuantity, type Quantity } from '../../schemas/quantity.js';

export type Usage = Map<string, Quantity>;

export interface ScopeRequirement {
  scopeName: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: string[];
}

const CLAIMS = 'resourceclaims.resource.k8s.io';
const DEVICES = '.deviceclass.resource.k8s.io/devices';
/** A claim for all devices counts as the most that it may be given. */
const DEVICES_MAX = 32;

/** Counted under their bare names as well. */
const legacyCounts = new Set(['configmaps', 'persistentvolumeclaims', 'replicationcontrollers', 'resourcequotas', 'secrets', 'services']);
const one = count(1);

/** The resource a key of `spec.hard` counts objects of, if it does: `count/widgets.example.com`, `services.nodeports`, `cpu` (pods). */
export function countedBy(key: string): GroupResource {
  if (key.startsWith('count/')) {
    const [resource, ...group] = key.slice('count/'.length).split('.');
    return { resource: resource!, group: group.join('.') };
  }
  if (legacyCounts.has(key)) return { group: '', resource: key };
  if (key.startsWith('services.')) return { group: '', resource: 'services' };
  if (key === 'requests.storage' || key.includes('.storageclass.storage.k8s.io/')) return { group: '', resource: 'persistentvolumeclaims' };
  if (key.endsWith(DEVICES)) return { group: 'resource.k8s.io', resource: 'resourceclaims' };
  return { group: '', resource: 'pods' };
}

/** Everything the object counts for, whether a quota asks for it or not. */
export function usageOf(gr: GroupResource, object: JsonObject): Usage {
  const name = groupResourceName(gr);
  const usage: Usage = new Map([[`count/${name}`, one]]);
  if (legacyCounts.has(name)) usage.set(name, one);
  const spec = at(object, 'spec');
  if (name === 'services') addService(usage, spec);
  if (name === 'persistentvolumeclaims') addClaim(usage, object, spec);
  if (name === CLAIMS) addDevices(usage, spec);
  if (name === 'pods' && !isFinished(object)) addPod(usage, spec);
  return usage;
}

/** Adds `more` to `total` in place. */
export function addUsage(total: Usage, more: Usage): void {
  for (const [key, quantity] of more) {
    const sum = total.get(key);
    total.set(key, sum ? addQuantities(sum, quantity) : quantity);
  }
}

/** Whether a quota with these scopes concerns the object. Scopes are about pods, that of a class about claims too. */
export function isInScope(gr: GroupResource, object: JsonObject, spec: JsonObject): boolean {
  const named = ((spec['scopes'] ?? []) as string[]).map((scopeName): ScopeRequirement => ({ scopeName, operator: 'Exists' }));
  const selected = (at(spec, 'scopeSelector')['matchExpressions'] ?? []) as unknown as ScopeRequirement[];
  const requirements = [...named, ...selected];
  if (requirements.length === 0) return true;
  if (gr.group !== '') return false;
  if (gr.resource === 'pods') return requirements.every((requirement) => podHolds(requirement, at(object, 'spec')));
  return gr.resource === 'persistentvolumeclaims' && requirements.every((requirement) => claimHolds(requirement, object));
}

/** A claim is in the scope of every class that it has, had or is about to have. */
function claimHolds({ scopeName, operator, values = [] }: ScopeRequirement, claim: JsonObject): boolean {
  if (scopeName !== 'VolumeAttributesClass') return false;
  const status = at(claim, 'status');
  const names = [
    at(claim, 'spec')['volumeAttributesClassName'],
    status['currentVolumeAttributesClassName'],
    at(status, 'modifyVolumeStatus')['targetVolumeAttributesClassName'],
  ].filter((name): name is string => typeof name === 'string' && name !== '');
  switch (operator) {
    case 'Exists':
      return names.length > 0;
    case 'DoesNotExist':
      return names.length === 0;
    case 'In':
      return names.some((name) => values.includes(name));
    case 'NotIn':
      return names.length === 0 || names.some((name) => !values.includes(name));
  }
}

function podHolds({ scopeName, operator, values = [] }: ScopeRequirement, spec: JsonObject): boolean {
  const isTerminating = typeof spec['activeDeadlineSeconds'] === 'number';
  switch (scopeName) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return isBestEffort(spec);
    case 'NotBestEffort':
      return !isBestEffort(spec);
    case 'CrossNamespacePodAffinity':
      return hasCrossNamespaceAffinity(spec);
    case 'PriorityClass': {
      const name = (spec['priorityClassName'] as string | undefined) ?? '';
      if (operator === 'Exists') return name !== '';
      if (operator === 'DoesNotExist') return name === '';
      return values.includes(name) === (operator === 'In');
    }
    default:
      return false;
  }
}

function addService(usage: Usage, spec: JsonObject): void {
  const ports = list(spec, 'ports');
  const isBalanced = spec['type'] === 'LoadBalancer';
  const allocates = spec['type'] === 'NodePort' || (isBalanced && spec['allocateLoadBalancerNodePorts'] !== false);
  const nodePorts = allocates ? ports.length : ports.filter((port) => Number(port['nodePort'] ?? 0) !== 0).length;
  usage.set('services.loadbalancers', count(isBalanced ? 1 : 0));
  usage.set('services.nodeports', count(spec['type'] === 'NodePort' || isBalanced ? nodePorts : 0));
}

function addClaim(usage: Usage, object: JsonObject, spec: JsonObject): void {
  const storage = at(at(spec, 'resources'), 'requests')['storage'];
  const annotated = at(at(object, 'metadata'), 'annotations')['volume.beta.kubernetes.io/storage-class'];
  const storageClass = annotated ?? spec['storageClassName'];
  if (storage !== undefined) usage.set('requests.storage', parseQuantity(String(storage)));
  if (typeof storageClass !== 'string' || storageClass === '') return;
  const prefix = `${storageClass}.storageclass.storage.k8s.io/`;
  usage.set(`${prefix}persistentvolumeclaims`, one);
  if (storage !== undefined) usage.set(`${prefix}requests.storage`, parseQuantity(String(storage)));
}

/** Of alternatives, what each class may come to at most. */
function addDevices(usage: Usage, spec: JsonObject): void {
  for (const request of list(at(spec, 'devices'), 'requests')) {
    const worst = new Map<string, number>();
    const alternatives = list(request, 'firstAvailable');
    for (const one of alternatives.length > 0 ? alternatives : [at(request, 'exactly')]) {
      const key = `${one['deviceClassName']}${DEVICES}`;
      const devices = one['allocationMode'] === 'All' ? DEVICES_MAX : Number(one['count'] ?? 0);
      worst.set(key, Math.max(worst.get(key) ?? 0, devices));
    }
    addUsage(usage, new Map([...worst].map(([key, devices]) => [key, count(devices)])));
  }
}

/** Requests and limits of the whole pod, under all the names a quota may have for them. */
function addPod(usage: Usage, spec: JsonObject): void {
  usage.set('pods', one);
  for (const [name, quantity] of podResources(spec, 'requests')) {
    const isExtended = name.includes('/');
    usage.set(`requests.${name}`, quantity);
    if (!isExtended) usage.set(name, quantity);
  }
  for (const [name, quantity] of podResources(spec, 'limits')) if (!name.includes('/')) usage.set(`limits.${name}`, quantity);
}

/** The sum of the containers that run together, or what one init container wants when that is more; and the overhead. */
function podResources(spec: JsonObject, member: 'requests' | 'limits'): Usage {
  const resourcesOf = (container: JsonObject): Usage =>
    new Map(Object.entries(at(at(container, 'resources'), member)).map(([name, value]) => [name, parseQuantity(String(value))]));
  const total: Usage = new Map();
  const initial: Usage = new Map();
  const sidecars: Usage = new Map();
  for (const container of list(spec, 'initContainers')) {
    const need = resourcesOf(container);
    if (container['restartPolicy'] === 'Always') addUsage(sidecars, need);
    else addUsage(need, sidecars);
    atLeast(initial, container['restartPolicy'] === 'Always' ? sidecars : need);
  }
  for (const container of list(spec, 'containers')) addUsage(total, resourcesOf(container));
  addUsage(total, sidecars);
  atLeast(total, initial);
  const overhead = Object.entries(at(spec, 'overhead'));
  addUsage(total, new Map(overhead.map(([name, value]) => [name, parseQuantity(String(value))])));
  return total;
}

function atLeast(total: Usage, floor: Usage): void {
  for (const [key, quantity] of floor) {
    const sum = total.get(key);
    if (!sum || compareQuantities(sum, quantity) < 0) total.set(key, quantity);
  }
}

function isFinished(pod: JsonObject): boolean {
  return ['Succeeded', 'Failed'].includes(String(at(pod, 'status')['phase']));
}

function isBestEffort(spec: JsonObject): boolean {
  const containers = [...list(spec, 'containers'), ...list(spec, 'initContainers')];
  return containers.every((container) => {
    const resources = at(container, 'resources');
    return ['requests', 'limits'].every((member) => ['cpu', 'memory'].every((name) => at(resources, member)[name] === undefined));
  });
}

function hasCrossNamespaceAffinity(spec: JsonObject): boolean {
  const affinity = at(spec, 'affinity');
  return ['podAffinity', 'podAntiAffinity'].some((member) => {
    const part = at(affinity, member);
    const terms = [
      ...list(part, 'requiredDuringSchedulingIgnoredDuringExecution'),
      ...list(part, 'preferredDuringSchedulingIgnoredDuringExecution').map((weighted) => at(weighted, 'podAffinityTerm')),
    ];
    return terms.some((term) => (term['namespaces'] as JsonValue[] | undefined)?.length || term['namespaceSelector'] !== undefined);
  });
}

function count(n: number): Quantity {
  return { unscaled: BigInt(n), exponent: 0, format: 'DecimalSI' };
}

function at(object: JsonObject, member: string): JsonObject {
  const value = object[member];
  return isObject(value) ? value : {};
}

function list(object: JsonObject, member: string): JsonObject[] {
  const value = object[member];
  return Array.isArray(value) ? value.filter(isObject) : [];
}
