/** What one object counts for against a ResourceQuota (C6): pure, for the controller that recounts and the admission that refuses. */
import { type GroupResource, groupResourceName } from '../../schemas/group-version.js';
import { equal, isObject, type JsonObject, type JsonValue } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import { compareQuantities, parseQuantity, type Quantity, quantityIn } from '../../schemas/quantity.js';
import { addAll, podUsage, qosClass } from '../../schemas/validation/pods/pod-resources.js';

export type Usage = Map<string, Quantity>;

export interface ScopeRequirement {
  scopeName: string;
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  values?: string[];
}

const CLAIMS = 'resourceclaims.resource.k8s.io';
const DEVICES = '.deviceclass.resource.k8s.io/devices';
/** The same by the name under which a pod asks for a device without a claim. */
const REQUESTED_DEVICES = 'requests.deviceclass.resource.kubernetes.io/';
/** A claim for all devices counts as the most that it may be given. */
const DEVICES_MAX = 32;

/** Counted under their bare names as well. */
const legacyCounts = new Set(['configmaps', 'persistentvolumeclaims', 'replicationcontrollers', 'resourcequotas', 'secrets', 'services']);
const one = count(1);

const SERVICES = ['services.loadbalancers', 'services.nodeports'];
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage'];
const POD_KEYS = new Set(['pods', ...COMPUTE, ...COMPUTE.flatMap((name) => [`requests.${name}`, `limits.${name}`])]);

/** The resource a key of `spec.hard` counts objects of, if it does: `count/widgets.example.com`, `services.nodeports`, `cpu` (pods). */
export function countedBy(key: string): GroupResource | undefined {
  if (key.startsWith('count/')) {
    const [resource, ...group] = key.slice('count/'.length).split('.');
    return { resource: resource!, group: group.join('.') };
  }
  if (legacyCounts.has(key)) return { group: '', resource: key };
  if (SERVICES.includes(key)) return { group: '', resource: 'services' };
  if (key === 'requests.storage' || key.includes('.storageclass.storage.k8s.io/')) return { group: '', resource: 'persistentvolumeclaims' };
  if (key.endsWith(DEVICES) || key.startsWith(REQUESTED_DEVICES)) return { group: 'resource.k8s.io', resource: 'resourceclaims' };
  if (POD_KEYS.has(key) || /^(requests\.)?hugepages-/.test(key) || isExtended(key)) return { group: '', resource: 'pods' };
  return undefined;
}

/** `requests.example.com/gpu` */
function isExtended(key: string): boolean {
  return key.startsWith('requests.') && key.includes('/') && !key.includes('kubernetes.io/');
}

/** The keys of `hard` that the objects of a resource count for, sorted. */
export function keysCounting(gr: GroupResource, hard: JsonObject): string[] {
  const name = groupResourceName(gr);
  const counts = (by: GroupResource | undefined): boolean => by !== undefined && groupResourceName(by) === name;
  return Object.keys(hard)
    .filter((key) => counts(countedBy(key)))
    .sort();
}

/** Everything the object counts for at a time, whether a quota asks for it or not. */
export function usageOf(gr: GroupResource, object: JsonObject, nowMs: number): Usage {
  const name = groupResourceName(gr);
  const usage: Usage = new Map([[`count/${name}`, one]]);
  if (legacyCounts.has(name)) usage.set(name, one);
  const spec = at(object, 'spec');
  if (name === 'services') addService(usage, spec);
  if (name === 'persistentvolumeclaims') addClaim(usage, object, spec);
  if (name === CLAIMS) addDevices(usage, spec);
  if (name === 'pods' && takesUp(object, nowMs)) addPod(usage, object);
  return usage;
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
  const names = attributesClassesOf(claim);
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

function attributesClassesOf(claim: JsonObject): string[] {
  const status = at(claim, 'status');
  return [
    at(claim, 'spec')['volumeAttributesClassName'],
    status['currentVolumeAttributesClassName'],
    at(status, 'modifyVolumeStatus')['targetVolumeAttributesClassName'],
  ].filter((name): name is string => typeof name === 'string' && name !== '');
}

function podHolds({ scopeName, operator, values = [] }: ScopeRequirement, spec: JsonObject): boolean {
  const isTerminating = typeof spec['activeDeadlineSeconds'] === 'number';
  switch (scopeName) {
    case 'Terminating':
      return isTerminating;
    case 'NotTerminating':
      return !isTerminating;
    case 'BestEffort':
      return qosClass(spec) === 'BestEffort';
    case 'NotBestEffort':
      return qosClass(spec) !== 'BestEffort';
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

function addClaim(usage: Usage, claim: JsonObject, spec: JsonObject): void {
  const storage = storageOf(claim);
  const annotated = at(at(claim, 'metadata'), 'annotations')['volume.beta.kubernetes.io/storage-class'];
  const storageClass = annotated ?? spec['storageClassName'];
  if (storage) usage.set('requests.storage', storage);
  if (typeof storageClass !== 'string' || storageClass === '') return;
  const prefix = `${storageClass}.storageclass.storage.k8s.io/`;
  usage.set(`${prefix}persistentvolumeclaims`, one);
  if (storage) usage.set(`${prefix}requests.storage`, storage);
}

/** In whole bytes: what is asked for, or what an expansion under way has allocated when that is more. */
function storageOf(claim: JsonObject): Quantity | undefined {
  const asked = at(at(at(claim, 'spec'), 'resources'), 'requests')['storage'];
  if (asked === undefined) return undefined;
  const quantity = parseQuantity(String(asked));
  const storage: Quantity = { unscaled: quantityIn(quantity, 0), exponent: 0, format: quantity.format };
  const allocated = at(at(claim, 'status'), 'allocatedResources')['storage'];
  const given = allocated === undefined ? storage : parseQuantity(String(allocated));
  return compareQuantities(given, storage) > 0 ? given : storage;
}

/** Of alternatives, what each class may come to at most. */
function addDevices(usage: Usage, spec: JsonObject): void {
  for (const request of list(at(spec, 'devices'), 'requests')) {
    const worst = new Map<string, number>();
    const alternatives = list(request, 'firstAvailable');
    for (const one of alternatives.length > 0 ? alternatives : [at(request, 'exactly')]) {
      const devices = one['allocationMode'] === 'All' ? DEVICES_MAX : Number(one['count'] ?? 0);
      for (const key of [`${one['deviceClassName']}${DEVICES}`, `${REQUESTED_DEVICES}${one['deviceClassName']}`])
        worst.set(key, Math.max(worst.get(key) ?? 0, devices));
    }
    addAll(usage, new Map([...worst].map(([key, devices]) => [key, count(devices)])));
  }
}

/** Requests and limits of the whole pod, under all the names a quota may have for them. */
function addPod(usage: Usage, pod: JsonObject): void {
  usage.set('pods', one);
  for (const [name, quantity] of podUsage(pod, 'requests')) {
    usage.set(`requests.${name}`, quantity);
    if (!name.includes('/')) usage.set(name, quantity);
  }
  for (const [name, quantity] of podUsage(pod, 'limits')) if (!name.includes('/')) usage.set(`limits.${name}`, quantity);
}

/** What has finished takes nothing up any more, nor does what should have gone by now. */
function takesUp(pod: JsonObject, nowMs: number): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = metaOf(pod);
  const isOverdue =
    deletionTimestamp !== undefined &&
    deletionGracePeriodSeconds !== undefined &&
    nowMs > Date.parse(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
  return !isOverdue && !['Succeeded', 'Failed'].includes(String(at(pod, 'status')['phase']));
}

/**
 * Whether a change of an object has its quotas counted anew, as it may have made room. Not all that makes room does: the rest is seen
 * when everything is counted.
 */
export function makesRoom(gr: GroupResource, old: JsonObject, object: JsonObject, nowMs: number): boolean {
  switch (groupResourceName(gr)) {
    case 'pods':
      return takesUp(old, nowMs) && !takesUp(object, nowMs);
    case 'services': {
      const costly = (service: JsonObject): JsonValue | undefined =>
        ['NodePort', 'LoadBalancer'].includes(String(at(service, 'spec')['type'])) ? at(service, 'spec')['type'] : undefined;
      return costly(old) !== costly(object);
    }
    case 'persistentvolumeclaims': {
      const allocated = (claim: JsonObject): JsonValue | undefined => at(at(claim, 'status'), 'allocatedResources')['storage'];
      return allocated(old) !== allocated(object) || !equal(attributesClassesOf(old), attributesClassesOf(object));
    }
    default:
      return false;
  }
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
