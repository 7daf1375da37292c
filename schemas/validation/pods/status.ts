/** `pods/status`: what kubelets and schedulers may write. */
import {
  child,
  duplicate,
  type FieldError,
  forbiddenField,
  index,
  internalFieldError,
  invalidValue,
  required,
  tooLong,
} from '../../field-errors.js';
import type { JsonObject, JsonValue } from '../../json-value.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from '../../names.js';
import { immutable, invalidEach, oneOf } from '../checks.js';
import { coreForm } from '../go-form.js';
import { parseAddress, validateLegacyIp } from '../ip.js';
import { bytes, numberAt, objectAt, objectsAt, take, textAt } from '../members.js';

const SYSTEM_CONDITIONS = ['PodScheduled', 'Ready', 'Initialized'];
const GENERATION = 'must be a non-negative integer';

function validateConditions(status: JsonObject, errors: FieldError[]): void {
  objectsAt(status, 'conditions').forEach((condition, i) => {
    const at = index('status.conditions', i);
    const generation = numberAt(condition, 'observedGeneration') ?? 0;
    if (generation < 0) errors.push(invalidValue(child(at, 'observedGeneration'), generation, GENERATION));
    const type = textAt(condition, 'type');
    if (!SYSTEM_CONDITIONS.includes(type)) invalidEach(child(at, 'Type'), type, qualifiedName(type), errors);
  });
}

function validateNomination(pod: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const field = 'status.nominatedNodeName';
  const name = textAt(objectAt(pod, 'status'), 'nominatedNodeName');
  if (name === '' || name === textAt(objectAt(old, 'status'), 'nominatedNodeName')) return;
  invalidEach(field, name, dnsSubdomain(name), errors);
  if (textAt(objectAt(old, 'spec'), 'nodeName') !== '')
    errors.push(forbiddenField(field, 'may not be set on pods that are already bound to a node'));
}

const terminatedOf = (status: JsonObject): JsonObject | undefined => objectAt(objectAt(status, 'state'), 'terminated');

/** The action of the first rule that covers the exit code. */
function ruleFor(container: JsonObject, exitCode: number): string | undefined {
  const rule = objectsAt(container, 'restartPolicyRules').find((each) => {
    const codes = objectAt(each, 'exitCodes');
    const listed = ((codes?.['values'] ?? []) as JsonValue[]).some((code) => Number(code) === exitCode);
    return codes !== undefined && (textAt(codes, 'operator') === 'In' ? listed : !listed);
  });
  return rule && textAt(rule, 'action');
}

/** Whether a container that ended so may run again. */
function mayRestart(container: JsonObject, spec: JsonObject, exitCode: number): boolean {
  const own = container['restartPolicy'];
  const action = own === undefined ? undefined : ruleFor(container, exitCode);
  if (action === 'Restart' || action === 'RestartAllContainers') return true;
  const policy = own === 'Always' || own === 'OnFailure' || own === 'Never' ? own : textAt(spec, 'restartPolicy');
  return policy === 'OnFailure' ? exitCode !== 0 : policy !== 'Never';
}

const restartsAll = (spec: JsonObject): boolean =>
  ['initContainers', 'containers'].some((list) =>
    objectsAt(spec, list).some((container) =>
      objectsAt(container, 'restartPolicyRules').some(({ action }) => action === 'RestartAllContainers'),
    ),
  );

/** A container that ended stays so, unless its restart policy lets it run again. */
function validateTransitions(pod: JsonObject, old: JsonObject, statuses: string, list: string, errors: FieldError[]): void {
  const spec = objectAt(old, 'spec') ?? {};
  if (list !== '' && restartsAll(spec)) return;
  const current = objectsAt(objectAt(pod, 'status'), statuses);
  objectsAt(objectAt(old, 'status'), statuses).forEach((before, i) => {
    const terminated = terminatedOf(before);
    if (!terminated) return;
    const name = textAt(before, 'name');
    if (!current.some((status) => textAt(status, 'name') === name && !terminatedOf(status))) return;
    const container = objectsAt(spec, list).find((each) => textAt(each, 'name') === name);
    if (container && mayRestart(container, spec, numberAt(terminated, 'exitCode') ?? 0)) return;
    errors.push(forbiddenField(`status.${statuses}[${i}].state`, 'may not be transitioned to non-terminated state'));
  });
}

function validateClaimStatuses(pod: JsonObject, errors: FieldError[]): void {
  const claims = objectsAt(objectAt(pod, 'spec'), 'resourceClaims').map((claim) => textAt(claim, 'name'));
  const seen = new Set<string>();
  objectsAt(objectAt(pod, 'status'), 'resourceClaimStatuses').forEach((status, i) => {
    const at = index('status.resourceClaimStatuses', i);
    const name = textAt(status, 'name');
    if (!claims.includes(name))
      errors.push(invalidValue(child(at, 'name'), name, 'must match the name of an entry in `spec.resourceClaims`'));
    if (seen.has(name)) errors.push(duplicate(child(at, 'name'), name));
    seen.add(name);
    const claim = status['resourceClaimName'] as string | undefined;
    if (claim !== undefined) invalidEach(child(at, 'resourceClaimName'), claim, dnsSubdomain(claim), errors);
  });
}

/** The claim that stands for extended resources. */
function validateExtendedClaim(pod: JsonObject, errors: FieldError[]): void {
  const status = objectAt(objectAt(pod, 'status'), 'extendedResourceClaimStatus');
  if (!status) return;
  const path = 'status.extendedResourceClaimStatus';
  const spec = objectAt(pod, 'spec');
  const containers = new Map(
    [...objectsAt(spec, 'initContainers'), ...objectsAt(spec, 'containers')].map((each) => [textAt(each, 'name'), each]),
  );
  const mappings = objectsAt(status, 'requestMappings');
  if (mappings.length === 0) errors.push(required(child(path, 'requestMappings'), 'at least one request mapping is required'));
  const seen = new Set<string>();
  mappings.forEach((mapping, i) => {
    const at = index(child(path, 'requestMappings'), i);
    const [container, resource, request] = ['containerName', 'resourceName', 'requestName'].map((each) => textAt(mapping, each)) as [
      string,
      string,
      string,
    ];
    const found = containers.get(container);
    const where = (member: string): string => `must match ${member}`;
    if (!found)
      errors.push(
        invalidValue(
          child(at, 'containerName'),
          container,
          where('the name of an entry in spec.initContainers.name or spec.containers.name'),
        ),
      );
    else if (objectAt(objectAt(found, 'resources'), 'requests')?.[resource] === undefined)
      errors.push(
        invalidValue(
          child(at, 'resourceName'),
          resource,
          where('the extended resource name of an entry in spec.initContainers.resources.requests or spec.containers.resources.requests'),
        ),
      );
    invalidEach(child(path, 'requestName'), request, dnsLabel(request), errors);
    const key = JSON.stringify([container, resource, request]);
    if (seen.has(key))
      for (const member of ['containerName', 'resourceName', 'requestName'])
        errors.push(duplicate(child(at, member), textAt(mapping, member)));
    seen.add(key);
  });
  const claim = textAt(status, 'resourceClaimName');
  if (claim === '') errors.push(required(child(path, 'resourceClaimName')));
  else invalidEach(child(path, 'resourceClaimName'), claim, dnsSubdomain(claim), errors);
}

/** `podIPs` or `hostIPs`: one of each family at most. */
function validateIps(pod: JsonObject, old: JsonObject, list: 'podIPs' | 'hostIPs', errors: FieldError[]): void {
  const field = `status.${list}`;
  const ips = objectsAt(objectAt(pod, 'status'), list);
  const texts = ips.map((each) => textAt(each, 'ip'));
  const stored = objectsAt(objectAt(old, 'status'), list).map((each) => textAt(each, 'ip'));
  if (list === 'hostIPs' && texts.length > 0 && textAt(objectAt(pod, 'status'), 'hostIP') !== texts[0])
    errors.push(invalidValue(`${field}[0].ip`, texts[0], 'must be equal to `hostIP`'));
  texts.forEach((text, i) => {
    validateLegacyIp(index(field, i), text, errors, stored);
  });
  if (texts.length < 2) return;
  const unreadable = texts.findIndex((text) => parseAddress(text) === undefined);
  if (unreadable >= 0) {
    const problem = `failed to check for dual stack with error:invalid IP[${unreadable}]: ${texts[unreadable]}`;
    errors.push(internalFieldError(field, problem));
  }
  const families = new Set(texts.map((text) => parseAddress(text)?.family));
  if (families.size !== 2 || families.has(undefined) || texts.length > 2) {
    const printed = ips.map((each) => coreForm(list === 'podIPs' ? 'PodIP' : 'HostIP', each));
    errors.push(invalidValue(field, printed, 'may specify no more than one IP for each IP family'));
  }
}

const MAX_ID = 2147483647;

function validateUsers(pod: JsonObject, statuses: string, errors: FieldError[]): void {
  const os = textAt(objectAt(objectAt(pod, 'spec'), 'os'), 'name') || 'linux';
  objectsAt(objectAt(pod, 'status'), statuses).forEach((status, i) => {
    const user = objectAt(objectAt(status, 'user'), 'linux');
    if (!user) return;
    const at = `status.${statuses}[${i}].user.linux`;
    if (os === 'windows') errors.push(forbiddenField(at, 'cannot be set for a windows pod'));
    if (os !== 'linux') return;
    const id = (value: JsonValue | undefined, field: string): void => {
      const number = Number(value ?? 0);
      if (number < 0 || number > MAX_ID) errors.push(invalidValue(field, value, `must be between 0 and ${MAX_ID}, inclusive`));
    };
    id(user['uid'], child(at, 'uid'));
    id(user['gid'], child(at, 'gid'));
    ((user['supplementalGroups'] ?? []) as JsonValue[]).forEach((group, g) => {
      id(group, index(child(at, 'supplementalGroups'), g));
    });
  });
}

const HEALTH = ['Healthy', 'Unhealthy', 'Unknown'];
const HEALTH_MESSAGE_MAX = 1024;

/** Names under which a container's claims are reported. */
const claimNames = (container: JsonObject): string[] =>
  objectsAt(objectAt(container, 'resources'), 'claims').map((claim) => {
    const request = textAt(claim, 'request');
    return `claim:${textAt(claim, 'name')}${request === '' ? '' : `/${request}`}`;
  });

function validateAllocated(pod: JsonObject, statuses: string, list: string, errors: FieldError[]): void {
  const containers = objectsAt(objectAt(pod, 'spec'), list);
  objectsAt(objectAt(pod, 'status'), statuses).forEach((status, i) => {
    const container = containers.find((each) => textAt(each, 'name') === textAt(status, 'name'));
    objectsAt(status, 'allocatedResourcesStatus').forEach((allocated, j) => {
      const at = `status.${statuses}[${i}].allocatedResourcesStatus[${j}]`;
      const name = textAt(allocated, 'name');
      if (container) validateAllocatedName(name, container, child(at, 'name'), errors);
      validateHealth(allocated, at, errors);
    });
  });
}

function validateAllocatedName(name: string, container: JsonObject, field: string, errors: FieldError[]): void {
  if (name.startsWith('claim:')) {
    if (!claimNames(container).includes(name))
      errors.push(
        invalidValue(
          field,
          name,
          "must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty",
        ),
      );
  } else if (objectAt(objectAt(container, 'resources'), 'requests')?.[name] === undefined) {
    errors.push(invalidValue(field, name, "must match one of the container's resource requests"));
  }
}

function validateHealth(allocated: JsonObject, path: string, errors: FieldError[]): void {
  const seen = new Set<string>();
  objectsAt(allocated, 'resources').forEach((resource, k) => {
    const at = index(child(path, 'resources'), k);
    const message = resource['message'] as string | undefined;
    const id = textAt(resource, 'resourceID');
    oneOf(child(at, 'health'), textAt(resource, 'health'), HEALTH, errors);
    if (message === '') errors.push(required(child(at, 'message'), 'must be non-empty if specified'));
    else if (message !== undefined && bytes(message) > HEALTH_MESSAGE_MAX) errors.push(tooLong(child(at, 'message'), HEALTH_MESSAGE_MAX));
    if (seen.has(id)) errors.push(duplicate(child(at, 'resourceID'), id));
    seen.add(id);
  });
}

const LISTS: readonly (readonly [statuses: string, list: string])[] = [
  ['containerStatuses', 'containers'],
  ['initContainerStatuses', 'initContainers'],
  ['ephemeralContainerStatuses', ''],
];

export function validateStatus(pod: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const status = objectAt(pod, 'status') ?? {};
  validateConditions(status, errors);
  validateNomination(pod, old, errors);
  const generation = numberAt(status, 'observedGeneration') ?? 0;
  if (generation < 0) errors.push(invalidValue('status.observedGeneration', generation, GENERATION));
  immutable('status.qosClass', textAt(status, 'qosClass'), textAt(objectAt(old, 'status'), 'qosClass'), errors);
  for (const [statuses, list] of LISTS) validateTransitions(pod, old, statuses, list, errors);
  validateClaimStatuses(pod, errors);
  validateExtendedClaim(pod, errors);
  validateIps(pod, old, 'podIPs', errors);
  validateIps(pod, old, 'hostIPs', errors);
  for (const [statuses] of LISTS) validateUsers(pod, statuses, errors);
  for (const [statuses, list] of LISTS) if (list !== '') validateAllocated(pod, statuses, list, errors);
  objectsAt(status, 'ephemeralContainerStatuses').forEach((each, i) => {
    if (objectsAt(each, 'allocatedResourcesStatus').length > 0)
      errors.push(
        forbiddenField(`status.ephemeralContainerStatuses[${i}].allocatedResourcesStatus`, 'must not be specified in container status'),
      );
  });
}

/** R1.24: spec and owners stay; what old kubelets drop is kept. */
export function prepareForStatusUpdate(pod: JsonObject, old: JsonObject): void {
  take(pod, old, 'spec');
  const [metadata, stored] = [objectAt(pod, 'metadata') ?? {}, objectAt(old, 'metadata') ?? {}];
  for (const member of ['deletionTimestamp', 'ownerReferences']) take(metadata, stored, member);
  const status = objectAt(pod, 'status');
  const before = objectAt(old, 'status') ?? {};
  if (!status) return;
  if (textAt(status, 'qosClass') === '') take(status, before, 'qosClass');
  if (!numberAt(status, 'observedGeneration')) take(status, before, 'observedGeneration');
  keepObservedGenerations(status, before);
  if (objectsAt(before, 'nodeAllocatableResourceClaimStatuses').length === 0) delete status['nodeAllocatableResourceClaimStatuses'];
}

/** Types may repeat: the n-th condition of a type continues the n-th of the stored ones. */
function keepObservedGenerations(status: JsonObject, old: JsonObject): void {
  const before = new Map<string, JsonObject[]>();
  for (const condition of objectsAt(old, 'conditions')) {
    const type = textAt(condition, 'type');
    before.set(type, [...(before.get(type) ?? []), condition]);
  }
  for (const condition of objectsAt(status, 'conditions')) {
    const previous = before.get(textAt(condition, 'type'))?.shift();
    if (previous && !numberAt(condition, 'observedGeneration')) take(condition, previous, 'observedGeneration');
  }
}
