/** What follows from the type of a Service: which allocated members it has, keeps and loses. */
import { isExternallyAccessible } from '../../defaulting/network.js';
import { equal, type JsonObject } from '../../json-value.js';
import { made, numberAt, objectsAt, textAt } from '../members.js';
import { clusterIpsOf, isExternalName, sameTexts, specOf } from './service-addresses.js';

const typeOf = (spec: JsonObject): string => textAt(spec, 'type');
const portsOf = (service: JsonObject): readonly JsonObject[] => objectsAt(specOf(service), 'ports');

/** Node ports that are set. */
export const nodePortsOf = (service: JsonObject): Set<number> =>
  new Set(portsOf(service).flatMap((port) => numberAt(port, 'nodePort') || []));

/** Whether node ports are allocated where none is asked for. */
export function needsNodePorts(spec: JsonObject): boolean {
  return typeOf(spec) === 'NodePort' || (typeOf(spec) === 'LoadBalancer' && spec['allocateLoadBalancerNodePorts'] !== false);
}

export function needsHealthCheckPort(spec: JsonObject): boolean {
  return typeOf(spec) === 'LoadBalancer' && textAt(spec, 'externalTrafficPolicy') === 'Local';
}

function setClusterIps(service: JsonObject, ips: readonly string[]): void {
  const spec = made(service, 'spec');
  if (ips.length === 0) delete spec['clusterIPs'];
  else spec['clusterIPs'] = [...ips];
}

/** Clients that know only `clusterIP` change it alone: `clusterIPs` follows. Before anything looks at either. */
export function syncClusterIps(service: JsonObject, old?: JsonObject): void {
  const ip = textAt(specOf(service), 'clusterIP');
  if (!old) {
    if (ip !== '' && clusterIpsOf(service).length === 0) setClusterIps(service, [ip]);
    return;
  }
  const [before, ipBefore] = [clusterIpsOf(old), textAt(specOf(old), 'clusterIP')];
  if (clusterIpsOf(service).length === 0 && ip === ipBefore) setClusterIps(service, before);
  if (ip !== ipBefore && sameTexts(clusterIpsOf(service), before)) setClusterIps(service, ip === '' ? [] : [ip]);
}

function keepNodePorts(service: JsonObject, old: JsonObject): void {
  const wanted = nodePortsOf(service);
  const byName = new Map(portsOf(old).map((port) => [textAt(port, 'name'), numberAt(port, 'nodePort') ?? 0]));
  for (const port of portsOf(service)) {
    const kept = byName.get(textAt(port, 'name')) ?? 0;
    if (!numberAt(port, 'nodePort') && kept !== 0 && !wanted.has(kept)) port['nodePort'] = kept;
  }
}

/** What was allocated to the stored Service and is not named in the new one stays. */
export function keepAllocated(service: JsonObject, old: JsonObject): void {
  const [spec, before] = [made(service, 'spec'), specOf(old)];
  if (!isExternalName(service) && !isExternalName(old)) {
    if (textAt(spec, 'clusterIP') === '' && textAt(before, 'clusterIP') !== '') spec['clusterIP'] = before['clusterIP']!;
    if (clusterIpsOf(service).length === 0) setClusterIps(service, clusterIpsOf(old));
  }
  if (needsNodePorts(before) && needsNodePorts(spec)) keepNodePorts(service, old);
  if (needsHealthCheckPort(before) && needsHealthCheckPort(spec) && !numberAt(spec, 'healthCheckNodePort'))
    spec['healthCheckNodePort'] = before['healthCheckNodePort'] ?? 0;
}

/** Drops a member that the new type has no use for, unless the client set it to something new: validation refuses that. */
export function dropWhatTypeLacks(service: JsonObject, old: JsonObject): void {
  const [spec, before] = [made(service, 'spec'), specOf(old)];
  const [type, typeBefore] = [typeOf(spec), typeOf(before)];
  const drop = (had: boolean, has: boolean, members: readonly string[]): void => {
    if (had && !has && members.every((member) => equal(spec[member], before[member]))) for (const member of members) delete spec[member];
  };
  const hasNodePorts = (of: string): boolean => of === 'NodePort' || of === 'LoadBalancer';
  const had = { clusterIps: !isExternalName(old), balancer: typeBefore === 'LoadBalancer' };
  const has = { clusterIps: !isExternalName(service), balancer: type === 'LoadBalancer' };
  drop(had.clusterIps, has.clusterIps, ['clusterIP', 'clusterIPs']);
  drop(had.clusterIps, has.clusterIps, ['ipFamilies']);
  drop(had.clusterIps, has.clusterIps, ['ipFamilyPolicy']);
  const known = nodePortsOf(old);
  if (hasNodePorts(typeBefore) && !hasNodePorts(type) && [...nodePortsOf(service)].every((port) => known.has(port))) {
    for (const port of portsOf(service)) delete port['nodePort'];
  }
  drop(needsHealthCheckPort(before), needsHealthCheckPort(spec), ['healthCheckNodePort']);
  drop(had.balancer, has.balancer, ['allocateLoadBalancerNodePorts']);
  drop(had.balancer, has.balancer, ['loadBalancerClass']);
  drop(isExternallyAccessible(before), isExternallyAccessible(spec), ['externalTrafficPolicy']);
  if (!has.balancer) made(service, 'status')['loadBalancer'] = {};
}
