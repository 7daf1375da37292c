/** Service (R3.38) */
import { defaultService, isExternallyAccessible } from '../../defaulting/network.js';
import { child, duplicate, type FieldError, forbiddenField, index, invalidValue, notSupported, required } from '../../field-errors.js';
import type { JsonObject } from '../../json-value.js';
import { dnsLabel, dnsSubdomain, qualifiedName } from '../../names.js';
import { validateLabels } from '../../object-meta.js';
import { invalidEach, oneOf, requiredOneOf } from '../checks.js';
import { validateLegacyCidr, validateLegacyIp, warnOfCidr, warnOfIp } from '../ip.js';
import { made, numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { portNumber, validatePortNumberOrName, validateProtocol } from '../pods/ports.js';
import type { KindRules } from '../rules.js';
import { validateEndpointIp } from './endpoint-ip.js';
import { validateBalancerStatus, warnOfBalancerStatus } from './load-balancer.js';
import {
  clusterIpsOf,
  familiesOf,
  isExternalName,
  isHeadless,
  specOf,
  validateClusterIps,
  validateClusterIpsUpdate,
} from './service-addresses.js';
import { dropWhatTypeLacks, keepAllocated, needsHealthCheckPort, syncClusterIps } from './service-transitions.js';

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const CLUSTER_OR_LOCAL = ['Cluster', 'Local'];
const AFFINITY_SECONDS_MAX = 86400;
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'";
const ANNOTATIONS = 'metadata.annotations';
const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';

const typeOf = (spec: JsonObject): string => textAt(spec, 'type');
const isBalanced = (spec: JsonObject): boolean => typeOf(spec) === 'LoadBalancer';
const portsOf = (spec: JsonObject): readonly JsonObject[] => objectsAt(spec, 'ports');
const portPath = (i: number): string => index('spec.ports', i);
const numberOf = (port: JsonObject, name: string): number => numberAt(port, name) ?? 0;

function annotation(service: JsonObject, key: string): string | undefined {
  return objectAt(objectAt(service, 'metadata'), 'annotations')?.[key] as string | undefined;
}

function validateTopologyAnnotations(service: JsonObject, errors: FieldError[]): void {
  const [mode, hints] = [annotation(service, MODE), annotation(service, HINTS)];
  if (mode !== undefined && hints !== undefined && mode !== hints)
    errors.push(invalidValue(index(ANNOTATIONS, MODE), mode, `must match annotations[${HINTS}] when both are specified`));
}

function validateExternalName(service: JsonObject, errors: FieldError[]): void {
  const spec = specOf(service);
  const set: [string, boolean][] = [
    ['clusterIPs', clusterIpsOf(service).length > 0],
    ['ipFamilies', familiesOf(service).length > 0],
    ['ipFamilyPolicy', spec['ipFamilyPolicy'] !== undefined],
  ];
  for (const [member, isSet] of set) {
    if (isSet) errors.push(forbiddenField(child('spec', member), 'may not be set for ExternalName services'));
  }
  const name = textAt(spec, 'externalName').replace(/\.$/, '');
  if (name === '') errors.push(required('spec.externalName'));
  else invalidEach('spec.externalName', name, dnsSubdomain(name), errors);
}

function validateType(service: JsonObject, errors: FieldError[]): void {
  const type = typeOf(specOf(service));
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(service))
    errors.push(invalidValue('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${type} services`));
  if (type === 'ExternalName') validateExternalName(service, errors);
}

function validatePort(port: JsonObject, requireName: boolean, names: Set<string>, path: string, errors: FieldError[]): void {
  const name = textAt(port, 'name');
  if (name !== '') {
    invalidEach(`${path}.name`, name, dnsLabel(name), errors);
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name));
    names.add(name);
  } else if (requireName) errors.push(required(`${path}.name`));
  const number = numberOf(port, 'port');
  invalidEach(`${path}.port`, number, portNumber(number), errors);
  validateProtocol(port, path, errors);
  validatePortNumberOrName(port['targetPort'], `${path}.targetPort`, errors);
  const appProtocol = port['appProtocol'] as string | undefined;
  if (appProtocol !== undefined) invalidEach(`${path}.appProtocol`, appProtocol, qualifiedName(appProtocol), errors);
}

function validatePorts(spec: JsonObject, errors: FieldError[]): void {
  const ports = portsOf(spec);
  const names = new Set<string>();
  ports.forEach((port, i) => {
    validatePort(port, ports.length > 1, names, portPath(i), errors);
  });
}

function validateAffinity(spec: JsonObject, errors: FieldError[]): void {
  const affinity = textAt(spec, 'sessionAffinity');
  const field = 'spec.sessionAffinityConfig';
  requiredOneOf('spec.sessionAffinity', affinity, ['ClientIP', 'None'], errors);
  const config = objectAt(spec, 'sessionAffinityConfig');
  if (affinity === 'None' && config) errors.push(forbiddenField(field, 'must not be set when session affinity is None'));
  const timeout = numberAt(objectAt(config, 'clientIP'), 'timeoutSeconds');
  if (affinity !== 'ClientIP' || timeout === undefined || (timeout > 0 && timeout <= AFFINITY_SECONDS_MAX)) return;
  const detail = `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`;
  errors.push(invalidValue(`${field}.clientIP.timeoutSeconds`, timeout, detail));
}

function validateExternalIps(spec: JsonObject, old: JsonObject | undefined, errors: FieldError[]): void {
  const stored = old ? textsAt(specOf(old), 'externalIPs') : [];
  textsAt(spec, 'externalIPs').forEach((ip, i) => {
    const field = index('spec.externalIPs', i);
    if (validateLegacyIp(field, ip, errors, stored)) validateEndpointIp(field, ip, errors);
  });
}

/** No two ports share a node port, nor a port, within one protocol. */
function validateUniquePorts(spec: JsonObject, errors: FieldError[]): void {
  if (typeOf(spec) === 'ClusterIP') {
    portsOf(spec).forEach((port, i) => {
      if (numberOf(port, 'nodePort') !== 0)
        errors.push(forbiddenField(`${portPath(i)}.nodePort`, "may not be used when `type` is 'ClusterIP'"));
    });
  }
  const repeated = (member: string, found: (port: JsonObject, i: number) => void): void => {
    const seen = new Set<string>();
    portsOf(spec).forEach((port, i) => {
      const key = `${textAt(port, 'protocol')}/${numberOf(port, member)}`;
      if (seen.has(key)) found(port, i);
      seen.add(key);
    });
  };
  repeated('nodePort', (port, i) => {
    const number = numberOf(port, 'nodePort');
    if (number !== 0) errors.push(duplicate(`${portPath(i)}.nodePort`, number));
  });
  repeated('port', (port, i) => {
    const [protocol, number] = [textAt(port, 'protocol'), numberOf(port, 'port')];
    errors.push(duplicate(portPath(i), { Name: '', Protocol: protocol, AppProtocol: null, Port: number, TargetPort: 0, NodePort: 0 }));
  });
}

/** The list, or the annotation that preceded it. */
function validateSourceRanges(service: JsonObject, old: JsonObject | undefined, errors: FieldError[]): void {
  const spec = specOf(service);
  const ranges = textsAt(spec, 'loadBalancerSourceRanges');
  const annotated = annotation(service, SOURCE_RANGES);
  if (ranges.length === 0 && annotated === undefined) return;
  const path = ranges.length > 0 ? 'spec.LoadBalancerSourceRanges' : index(ANNOTATIONS, SOURCE_RANGES);
  if (!isBalanced(spec)) errors.push(forbiddenField(path, ONLY_BALANCED));
  if (ranges.length > 0) {
    const stored = old ? textsAt(specOf(old), 'loadBalancerSourceRanges').map((range) => range.trim()) : [];
    ranges.forEach((range, i) => {
      validateLegacyCidr(index(path, i), range.trim(), errors, stored);
    });
    return;
  }
  if (annotated!.trim() === '' || (old && annotation(old, SOURCE_RANGES) === annotated)) return;
  for (const range of annotated!.trim().split(',')) validateLegacyCidr(path, range.trim(), errors);
}

function validateBalancerClass(spec: JsonObject, errors: FieldError[]): void {
  const name = spec['loadBalancerClass'] as string | undefined;
  if (name === undefined) return;
  if (isBalanced(spec)) invalidEach('spec.loadBalancerClass', name, qualifiedName(name), errors);
  else errors.push(forbiddenField('spec.loadBalancerClass', ONLY_BALANCED));
}

function validateBalancer(spec: JsonObject, errors: FieldError[]): void {
  const allocate = spec['allocateLoadBalancerNodePorts'];
  if (allocate !== undefined && !isBalanced(spec)) errors.push(forbiddenField('spec.allocateLoadBalancerNodePorts', ONLY_BALANCED));
  if (allocate === undefined && isBalanced(spec)) errors.push(required('allocateLoadBalancerNodePorts'));
  validateBalancerClass(spec, errors);
}

function validateExternalTraffic(spec: JsonObject, errors: FieldError[]): void {
  const policy = textAt(spec, 'externalTrafficPolicy');
  const field = 'spec.externalTrafficPolicy';
  if (isExternallyAccessible(spec)) requiredOneOf(field, policy, CLUSTER_OR_LOCAL, errors);
  else if (policy !== '') errors.push(invalidValue(field, policy, 'may only be set for externally-accessible services'));
  const port = numberOf(spec, 'healthCheckNodePort');
  const portField = 'spec.healthCheckNodePort';
  if (needsHealthCheckPort(spec)) {
    if (port === 0) errors.push(required(portField));
    else invalidEach(portField, port, portNumber(port), errors);
  } else if (port !== 0) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    errors.push(invalidValue(portField, port, detail));
  }
}

function validateTraffic(spec: JsonObject, errors: FieldError[]): void {
  validateExternalTraffic(spec, errors);
  const internal = spec['internalTrafficPolicy'] as string | undefined;
  if (internal === undefined) {
    if (['NodePort', 'LoadBalancer', 'ClusterIP'].includes(typeOf(spec))) errors.push(required('spec.internalTrafficPolicy'));
  } else oneOf('spec.internalTrafficPolicy', internal, CLUSTER_OR_LOCAL, errors);
  const distribution = spec['trafficDistribution'] as string | undefined;
  if (distribution !== undefined && !DISTRIBUTIONS.includes(distribution))
    errors.push(notSupported('spec.trafficDistribution', distribution, DISTRIBUTIONS));
}

function validateService(service: JsonObject, old: JsonObject | undefined, errors: FieldError[]): void {
  const spec = specOf(service);
  validateTopologyAnnotations(service, errors);
  if (portsOf(spec).length === 0 && !isHeadless(service) && !isExternalName(service)) errors.push(required('spec.ports'));
  validateType(service, errors);
  validatePorts(spec, errors);
  errors.push(...validateLabels(spec['selector'] as Record<string, string> | undefined, 'spec.selector'));
  validateAffinity(spec, errors);
  validateClusterIps(service, old, errors);
  validateExternalIps(spec, old, errors);
  requiredOneOf('spec.type', typeOf(spec), TYPES, errors);
  validateUniquePorts(spec, errors);
  validateSourceRanges(service, old, errors);
  validateBalancer(spec, errors);
  validateTraffic(spec, errors);
}

function validateBalancerClassUpdate(spec: JsonObject, before: JsonObject, errors: FieldError[]): void {
  const name = spec['loadBalancerClass'];
  if (isBalanced(spec) && isBalanced(before) && name !== before['loadBalancerClass'])
    errors.push(invalidValue('spec.loadBalancerClass', name ?? null, 'may not change once set'));
  validateBalancerClass(spec, errors);
}

function warnOfHeadless(spec: JsonObject, warnings: string[]): void {
  if (typeOf(spec) !== 'ClusterIP' || textAt(spec, 'clusterIP') !== 'None') return;
  const ignored = [
    textAt(spec, 'loadBalancerIP') !== '' && 'spec.loadBalancerIP',
    textsAt(spec, 'externalIPs').length > 0 && 'spec.externalIPs',
    textAt(spec, 'sessionAffinity') !== 'None' && 'spec.SessionAffinity',
  ];
  for (const member of ignored) if (member) warnings.push(`${member} is ignored for headless services`);
}

function warnOfExternalIps(spec: JsonObject, warnings: string[]): void {
  const ips = textsAt(spec, 'externalIPs');
  ips.forEach((ip, i) => {
    warnOfIp(index('spec.externalIPs', i), ip, warnings);
  });
  const isServed = typeOf(spec) !== 'ExternalName' && !(typeOf(spec) === 'ClusterIP' && textAt(spec, 'clusterIP') === 'None');
  if (ips.length > 0 && isServed) warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
}

function warnOfExternalName(spec: JsonObject, warnings: string[]): void {
  const isNamed = typeOf(spec) === 'ExternalName';
  if (isNamed && textsAt(spec, 'externalIPs').length > 0) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (!isNamed && textAt(spec, 'externalName') !== '') warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
}

function warningsOf(service: JsonObject): string[] {
  const warnings: string[] = [];
  const spec = specOf(service);
  if (annotation(service, HINTS) !== undefined) warnings.push(`annotation ${HINTS} is deprecated, please use ${MODE} instead`);
  clusterIpsOf(service).forEach((ip, i) => {
    warnOfIp(index('spec.clusterIPs', i), ip, warnings);
  });
  warnOfHeadless(spec, warnings);
  warnOfExternalIps(spec, warnings);
  warnOfIp('spec.loadBalancerIP', textAt(spec, 'loadBalancerIP'), warnings);
  textsAt(spec, 'loadBalancerSourceRanges').forEach((range, i) => {
    warnOfCidr(index('spec.loadBalancerSourceRanges', i), range, warnings);
  });
  warnOfExternalName(spec, warnings);
  if (spec['trafficDistribution'] === 'PreferClose')
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  return warnings;
}

export const service: KindRules = {
  default: defaultService,
  prepareForCreate(object) {
    syncClusterIps(object);
    object['status'] = { loadBalancer: {} };
  },
  prepareForUpdate(object, old) {
    keepAllocated(object, old);
    syncClusterIps(object, old);
    object['status'] = { loadBalancer: {}, ...objectAt(old, 'status') };
    dropWhatTypeLacks(object, old);
  },
  /** What an ExternalName service says of traffic inside the cluster is not shown. */
  canonicalize(object) {
    if (isExternalName(object)) delete made(object, 'spec')['internalTrafficPolicy'];
  },
  validate(object) {
    const errors: FieldError[] = [];
    validateService(object, undefined, errors);
    return errors;
  },
  validateUpdate(object, old) {
    const errors: FieldError[] = [];
    const [spec, before] = [specOf(object), specOf(old)];
    validateClusterIpsUpdate(object, old, errors);
    validateBalancerClassUpdate(spec, before, errors);
    const ports = [spec, before].map((each) => numberOf(each, 'healthCheckNodePort'));
    if (needsHealthCheckPort(spec) && needsHealthCheckPort(before) && ports[0] !== ports[1])
      errors.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'));
    validateService(object, old, errors);
    return errors;
  },
  validateStatusUpdate(object, old) {
    const errors: FieldError[] = [];
    validateBalancerStatus(object, old, errors);
    return errors;
  },
  warnings: warningsOf,
  subresources: { status: { warnings: warnOfBalancerStatus } },
};
