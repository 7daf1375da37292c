/** Defaults of networking kinds (R3.38). */
import type { JsonObject } from '../json-value.js';
import { made, numberAt, objectAt, objectsAt, preset, textAt, textsAt } from '../validation/members.js';

const CLIENT_IP_SECONDS = 10800;
const BALANCED = 'LoadBalancer';
const TYPES_OF_CLUSTER_TRAFFIC = ['ClusterIP', 'NodePort', BALANCED];

/** Whether traffic may come from outside the cluster. */
export function isExternallyAccessible(spec: JsonObject): boolean {
  const type = textAt(spec, 'type');
  return type === BALANCED || type === 'NodePort' || (type === 'ClusterIP' && textsAt(spec, 'externalIPs').length > 0);
}

function defaultAffinity(spec: JsonObject): void {
  preset(spec, 'sessionAffinity', 'None');
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig'];
  if (spec['sessionAffinity'] !== 'ClientIP') return;
  const timeout = numberAt(objectAt(objectAt(spec, 'sessionAffinityConfig'), 'clientIP'), 'timeoutSeconds');
  if (timeout === undefined) spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: CLIENT_IP_SECONDS } };
}

export function defaultService(service: JsonObject): void {
  const spec = made(service, 'spec');
  const status = made(service, 'status');
  const balancer = made(status, 'loadBalancer');
  defaultAffinity(spec);
  preset(spec, 'type', 'ClusterIP');
  for (const port of objectsAt(spec, 'ports')) {
    preset(port, 'protocol', 'TCP');
    if (port['targetPort'] === 0) delete port['targetPort'];
    preset(port, 'targetPort', port['port'] ?? 0);
  }
  if (isExternallyAccessible(spec)) preset(spec, 'externalTrafficPolicy', 'Cluster');
  const type = textAt(spec, 'type');
  if (TYPES_OF_CLUSTER_TRAFFIC.includes(type) && spec['internalTrafficPolicy'] === undefined) spec['internalTrafficPolicy'] = 'Cluster';
  if (type !== BALANCED) return;
  preset(spec, 'allocateLoadBalancerNodePorts', true);
  for (const ingress of objectsAt(balancer, 'ingress')) {
    if (textAt(ingress, 'ip') !== '' && ingress['ipMode'] === undefined) ingress['ipMode'] = 'VIP';
  }
}

export function defaultEndpoints(endpoints: JsonObject): void {
  for (const subset of objectsAt(endpoints, 'subsets')) {
    for (const port of objectsAt(subset, 'ports')) preset(port, 'protocol', 'TCP');
  }
}

export function defaultEndpointSlice(slice: JsonObject): void {
  for (const port of objectsAt(slice, 'ports')) {
    port['name'] ??= '';
    port['protocol'] ??= 'TCP';
  }
}

export function defaultNetworkPolicy(policy: JsonObject): void {
  const spec = made(policy, 'spec');
  made(spec, 'podSelector');
  const rules = [...objectsAt(spec, 'ingress'), ...objectsAt(spec, 'egress')];
  for (const port of rules.flatMap((rule) => objectsAt(rule, 'ports'))) port['protocol'] ??= 'TCP';
  if (textsAt(spec, 'policyTypes').length > 0) return;
  spec['policyTypes'] = objectsAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

export function defaultIngressClass(ingressClass: JsonObject): void {
  const parameters = objectAt(objectAt(ingressClass, 'spec'), 'parameters');
  if (parameters) parameters['scope'] ??= 'Cluster';
}
