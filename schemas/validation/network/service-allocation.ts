/**
 * What a Service needs of the allocator, which is the server's: addresses by family, node ports, a port for health checks. The
 * allocator works before `prepareForCreate` and `prepareForUpdate` (Kubernetes refuses what it cannot give before it validates the rest).
 */
import { type FieldError, index, invalidValue } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { rawError } from '../../status.js';
import { made, numberAt, objectAt, objectsAt, textAt } from '../members.js';
import {
  CLUSTER_IPS,
  clusterIpsOf,
  familiesOf,
  familyOf,
  familyPolicyOf,
  IP_FAMILIES,
  IP_FAMILY_POLICY,
  type IpFamily,
  isExternalName,
  isHeadless,
  sameTexts,
  specOf,
  validateClusterIps,
} from './service-addresses.js';
import { keepAllocated, needsHealthCheckPort, needsNodePorts, nodePortsOf, syncClusterIps } from './service-transitions.js';

/** Not `''` where the client asks for this address or port. */
export interface AddressNeed {
  family: IpFamily;
  /** In `clusterIPs` and `ipFamilies`. */
  place: number;
  requested: string;
}

export interface NodePortNeed {
  /** 0: any. */
  requested: number;
  /** The ports that get it; findings are about the first. */
  places: number[];
}

const isUnselected = (service: JsonObject): boolean => Object.keys(objectAt(specOf(service), 'selector') ?? {}).length === 0;
const isHeadlessWithoutSelector = (service: JsonObject): boolean =>
  textAt(specOf(service), 'clusterIP') === 'None' && isUnselected(service);
const otherFamily = (family: string): IpFamily => (family === 'IPv4' ? 'IPv6' : 'IPv4');

/** An update that leaves a PreferDualStack service as it was: it is not upgraded because the cluster was. */
function isSettled(service: JsonObject, old: JsonObject): boolean {
  const policies = [familyPolicyOf(service), familyPolicyOf(old)];
  return (
    !isExternalName(service) &&
    textAt(specOf(service), 'type') === textAt(specOf(old), 'type') &&
    policies[0] === 'PreferDualStack' &&
    (policies[1] === 'PreferDualStack' || policies[1] === '') &&
    sameTexts(clusterIpsOf(service), clusterIpsOf(old)) &&
    sameTexts(familiesOf(service), familiesOf(old))
  );
}

function presetPolicy(service: JsonObject, old: JsonObject | undefined): void {
  if (specOf(service)['ipFamilyPolicy'] !== undefined) return;
  const before = old ? familyPolicyOf(old) : '';
  const fresh = isHeadlessWithoutSelector(service) ? 'RequireDualStack' : 'SingleStack';
  made(service, 'spec')['ipFamilyPolicy'] = before === '' ? fresh : before;
}

/** SingleStack gives up the second address of a stored service; any other policy may not lose it. */
function shrink(service: JsonObject, old: JsonObject, errors: FieldError[]): void {
  const spec = made(service, 'spec');
  const policy = familyPolicyOf(service);
  const members = [
    ['clusterIPs', clusterIpsOf, 'cluster IP'],
    ['ipFamilies', familiesOf, 'IP family'],
  ] as const;
  for (const [member, read, what] of members) {
    const [now, before] = [read(service), read(old)];
    if (policy === 'SingleStack') {
      if (sameTexts(now, before) && now.length > 1) spec[member] = now.slice(0, 1);
    } else if (now.length > 0 && now.length < before.length)
      errors.push(invalidValue(IP_FAMILY_POLICY, policy, `must be 'SingleStack' to release the secondary ${what}`));
  }
}

function validateSingleStack(service: JsonObject, errors: FieldError[]): void {
  if (familyPolicyOf(service) !== 'SingleStack') return;
  const refuse = (what: string): void => {
    const detail = `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`;
    errors.push(invalidValue(IP_FAMILY_POLICY, 'SingleStack', detail));
  };
  if (clusterIpsOf(service).length === 2) refuse('cluster IPs');
  if (familiesOf(service).length === 2) refuse('IP families');
}

function inferFamilies(service: JsonObject, configured: readonly IpFamily[], errors: FieldError[]): void {
  const ips = clusterIpsOf(service);
  if (ips[0] === 'None') return;
  const families = [...familiesOf(service)];
  const named = families.length;
  ips.slice(named).forEach((ip, i) => {
    const family = familyOf(ip);
    if (configured.includes(family)) families.push(family);
    else errors.push(invalidValue(index(CLUSTER_IPS, named + i), ips, `${family} is not configured on this cluster`));
  });
  if (families.length > 0) made(service, 'spec')['ipFamilies'] = families;
}

function validateConfigured(service: JsonObject, configured: readonly IpFamily[], errors: FieldError[]): void {
  const policy = familyPolicyOf(service);
  if (policy === 'RequireDualStack' && configured.length < 2)
    errors.push(invalidValue(IP_FAMILY_POLICY, policy, 'this cluster is not configured for dual-stack services'));
  familiesOf(service).forEach((family, i) => {
    if (!configured.includes(family as IpFamily))
      errors.push(invalidValue(index(IP_FAMILIES, i), family, 'not configured on this cluster'));
  });
}

function completeFamilies(service: JsonObject, configured: readonly IpFamily[], mayAdd: boolean): void {
  const families = [...familiesOf(service)];
  if (families.length === 0) families.push(configured[0]!);
  if (families.length === 1 && mayAdd && familyPolicyOf(service) !== 'SingleStack') families.push(otherFamily(families[0]!));
  made(service, 'spec')['ipFamilies'] = families;
}

/**
 * Settles `clusterIPs`, `ipFamilyPolicy` and `ipFamilies` for a cluster that gives addresses of these families (its default first).
 * With findings the write is refused.
 */
export function initAllocation(service: JsonObject, old: JsonObject | undefined, configured: readonly IpFamily[]): FieldError[] {
  const errors: FieldError[] = [];
  if (old) keepAllocated(service, old);
  syncClusterIps(service, old);
  if (isExternalName(service) || (old && isSettled(service, old))) return errors;
  presetPolicy(service, old);
  validateClusterIps(service, old, errors);
  if (errors.length > 0) return errors;
  if (old) shrink(service, old, errors);
  validateSingleStack(service, errors);
  inferFamilies(service, configured, errors);
  if (errors.length > 0) return errors;
  const anyFamily = isHeadlessWithoutSelector(service);
  if (!anyFamily) validateConfigured(service, configured, errors);
  if (errors.length === 0) completeFamilies(service, configured, anyFamily || configured.length === 2);
  return errors;
}

/** Addresses to allocate, after `initAllocation`. */
export function addressNeeds(service: JsonObject, old?: JsonObject): AddressNeed[] {
  if (isExternalName(service) || isHeadless(service)) return [];
  const keepsAddresses = old !== undefined && !isExternalName(old);
  if (keepsAddresses && (isHeadless(old) || familiesOf(old).length !== 1 || familiesOf(service).length !== 2)) return [];
  const ips = clusterIpsOf(service);
  const first = keepsAddresses ? 1 : 0;
  return familiesOf(service)
    .slice(first)
    .map((family, i) => ({ family: family as IpFamily, place: first + i, requested: ips[first + i] ?? '' }));
}

/** Addresses that the stored service had and the new one (none: it was deleted) does not. */
export function releasedAddresses(service: JsonObject | undefined, old: JsonObject): string[] {
  if (isExternalName(old) || isHeadless(old)) return [];
  const kept = service && !isExternalName(service) ? clusterIpsOf(service) : [];
  return clusterIpsOf(old).filter((ip) => !kept.includes(ip));
}

/** Writes an allocated address. */
export function setAddress(service: JsonObject, place: number, ip: string): void {
  const spec = made(service, 'spec');
  const ips = [...clusterIpsOf(service)];
  ips[place] = ip;
  spec['clusterIPs'] = ips;
  if (place === 0) spec['clusterIP'] = ip;
}

/** On create, ports of the same number and different protocols share a node port. */
function neededByNew(service: JsonObject): NodePortNeed[] {
  const ports = objectsAt(specOf(service), 'ports');
  const needs: NodePortNeed[] = [];
  const byNumber = new Map<number, NodePortNeed>();
  ports.forEach((port, place) => {
    const [number, requested] = [numberAt(port, 'port') ?? 0, numberAt(port, 'nodePort') ?? 0];
    if (requested === 0 && !needsNodePorts(specOf(service))) return;
    const shared = byNumber.get(number);
    if (!shared) {
      const asked = ports
        .map((other) => (numberAt(other, 'port') === number ? (numberAt(other, 'nodePort') ?? 0) : 0))
        .find((p) => p !== 0);
      const need = { requested: asked ?? 0, places: [place] };
      byNumber.set(number, need);
      needs.push(need);
    } else if (requested === 0) shared.places.push(place);
    else if (requested !== shared.requested) needs.push({ requested, places: [place] });
  });
  return needs;
}

function neededByChanged(service: JsonObject, old: JsonObject): NodePortNeed[] {
  const taken = nodePortsOf(old);
  const needs: NodePortNeed[] = [];
  const asked = new Set<string>();
  objectsAt(specOf(service), 'ports').forEach((port, place) => {
    const requested = numberAt(port, 'nodePort') ?? 0;
    const text = `{${textAt(port, 'protocol')} ${requested}}`;
    if (requested !== 0 && asked.has(text)) throw rawError(`duplicate nodePort: ${text}`);
    asked.add(text);
    if (requested === 0 ? !needsNodePorts(specOf(service)) : taken.has(requested)) return;
    if (requested !== 0) taken.add(requested);
    needs.push({ requested, places: [place] });
  });
  return needs;
}

/** Node ports to allocate. An update that asks for one twice is an error without a reason. */
export function nodePortNeeds(service: JsonObject, old?: JsonObject): NodePortNeed[] {
  const type = textAt(specOf(service), 'type');
  if (type !== 'NodePort' && type !== 'LoadBalancer') return [];
  return old ? neededByChanged(service, old) : neededByNew(service);
}

/** Writes an allocated node port. */
export function setNodePort(service: JsonObject, { places }: NodePortNeed, nodePort: number): void {
  const ports = objectsAt(specOf(service), 'ports');
  for (const place of places) ports[place]!['nodePort'] = nodePort;
}

/** The port for health checks to allocate (0: any), undefined where none is needed or it is there already. */
export function healthCheckPortNeed(service: JsonObject, old?: JsonObject): number | undefined {
  if (!needsHealthCheckPort(specOf(service)) || (old && needsHealthCheckPort(specOf(old)))) return undefined;
  return numberAt(specOf(service), 'healthCheckNodePort') ?? 0;
}

function portsHeldBy(service: JsonObject): Set<number> {
  const spec = specOf(service);
  const held = nodePortsOf(service);
  if (needsHealthCheckPort(spec)) held.add(numberAt(spec, 'healthCheckNodePort') ?? 0);
  held.delete(0);
  return held;
}

/** Node ports that the stored service had and the new one (none: it was deleted) does not. */
export function releasedPorts(service: JsonObject | undefined, old: JsonObject): number[] {
  const type = service && textAt(specOf(service), 'type');
  const kept = type === 'NodePort' || type === 'LoadBalancer' ? portsHeldBy(service!) : new Set<number>();
  return [...portsHeldBy(old)].filter((port) => !kept.has(port));
}
