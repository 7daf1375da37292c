/** Warnings about pods and templates that are valid and yet probably not meant (R3.36). */
import { goQuote } from '../../field-errors.js';
import { equal, type JsonObject } from '../../json-value.js';
import { labelValue } from '../../names.js';
import { parseQuantity } from '../../quantity.js';
import { warnOfIp } from '../ip.js';
import { entriesAt, numberAt, objectAt, objectsAt, textAt, textsAt } from '../members.js';
import { warnOfClaimSpec } from '../persistent-volume-claim-spec.js';
import { requiredNodeTerms } from './affinity.js';
import { APPARMOR_CONTAINER, profileOfAnnotation, SECCOMP_CONTAINER, SECCOMP_POD } from './annotations.js';
import { usableProfile } from './prepare.js';
import { isWhole } from './resources.js';
import { containersOf, visitContainers } from './visit.js';
import { warnOfOverlappingPaths } from './volume-paths.js';

const at = (path: string, rest: string): string => (path === '' ? rest : `${path}.${rest}`);

export const DEPRECATED_NODE_LABELS: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
  'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
  'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
  'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
  'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods': 'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

/** A node selector term; `checkValues` where validation lets bad label values pass. */
export function warnOfNodeTerm(term: JsonObject | undefined, checkValues: boolean, path: string, warnings: string[]): void {
  objectsAt(term, 'matchExpressions').forEach((expression, i) => {
    const key = textAt(expression, 'key');
    const deprecated = DEPRECATED_NODE_LABELS[key];
    if (deprecated) warnings.push(`${path}.matchExpressions[${i}].key: ${key} is ${deprecated}`);
    if (!checkValues) return;
    textsAt(expression, 'values').forEach((value, j) => {
      for (const message of labelValue(value))
        warnings.push(`${path}.matchExpressions[${i}].values[${j}]: ${value} is invalid, ${message}`);
    });
  });
}

function warnOfPlacement(spec: JsonObject, path: string, warnings: string[]): void {
  for (const [key] of entriesAt(spec, 'nodeSelector')) {
    const deprecated = DEPRECATED_NODE_LABELS[key];
    if (deprecated) warnings.push(`${at(path, `spec.nodeSelector[${key}]`)}: ${deprecated}`);
  }
  const nodeAffinity = at(path, 'spec.affinity.nodeAffinity');
  requiredNodeTerms(spec).forEach((term, i) => {
    warnOfNodeTerm(term, false, `${nodeAffinity}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`, warnings);
  });
  const preferred = objectsAt(objectAt(objectAt(spec, 'affinity'), 'nodeAffinity'), 'preferredDuringSchedulingIgnoredDuringExecution');
  preferred.forEach((term, i) => {
    const where = `${nodeAffinity}.preferredDuringSchedulingIgnoredDuringExecution[${i}].preference`;
    warnOfNodeTerm(objectAt(term, 'preference'), true, where, warnings);
  });
  objectsAt(spec, 'topologySpreadConstraints').forEach((constraint, i) => {
    const where = at(path, `spec.topologySpreadConstraints[${i}]`);
    const key = textAt(constraint, 'topologyKey');
    const deprecated = DEPRECATED_NODE_LABELS[key];
    if (deprecated) warnings.push(`${where}.topologyKey: ${key} is ${deprecated}`);
    if (!objectAt(constraint, 'labelSelector')) warnings.push(`${where}.labelSelector: ${NULL_SELECTOR}`);
  });
}

const NULL_SELECTOR = 'a null labelSelector results in matching no pod';

const DEPRECATED_ANNOTATIONS: readonly (readonly [key: string, message: string])[] = [
  ['scheduler.alpha.kubernetes.io/critical-pod', 'non-functional in v1.16+; use the "priorityClassName" field instead'],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  ['security.alpha.kubernetes.io/unsafe-sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
];

/** Member, path where it differs, message. */
const DEPRECATED_VOLUMES: readonly (readonly [member: string, message: string, path?: string])[] = [
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+', 'storageOS'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['ephemeral', ''],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
];

function warnOfVolumes(spec: JsonObject, path: string, warnings: string[]): void {
  objectsAt(spec, 'volumes').forEach((volume, i) => {
    const where = at(path, `spec.volumes[${i}]`);
    for (const [member, message, name = member] of DEPRECATED_VOLUMES) {
      const source = objectAt(volume, member);
      if (!source) continue;
      if (message !== '') warnings.push(`${where}.${name}: ${message}`);
      else
        warnOfClaimSpec(objectAt(objectAt(source, 'volumeClaimTemplate'), 'spec'), `${where}.ephemeral.volumeClaimTemplate.spec`, warnings);
    }
  });
  warnOfOverlappingPaths(spec, warnings);
}

function warnOfRepeats(spec: JsonObject, list: string, member: string, path: string, warnings: string[]): void {
  const seen = new Set<string>();
  objectsAt(spec, list).forEach((item, i) => {
    const value = textAt(item, member);
    if (seen.has(value)) warnings.push(`${at(path, `spec.${list}[${i}].${member}`)}: duplicate ${member} ${goQuote(value)}`);
    seen.add(value);
  });
}

function warnOfFractions(list: JsonObject | undefined, name: string, path: string, warnings: string[]): void {
  const value = list?.[name];
  if (typeof value === 'string' && !isWhole(parseQuantity(value)))
    warnings.push(`${path}[${name}]: fractional byte value ${goQuote(value)} is invalid, must be an integer`);
}

const BYTES = ['memory', 'ephemeral-storage'];

function warnOfEnv(container: JsonObject, path: string, warnings: string[]): void {
  const seen = new Set<string>();
  objectsAt(container, 'env').forEach((variable, i) => {
    const name = textAt(variable, 'name');
    const reference = `$(${name})`;
    const value = textAt(variable, 'value');
    // A new value that quotes the old one, `X=$(X)123`, is fine.
    const quotesOld = !objectAt(variable, 'valueFrom') && value !== reference && value.includes(reference);
    if (seen.has(name) && !quotesOld)
      warnings.push(`${path}.env[${i}]: hides previous definition of ${goQuote(name)}, which may be dropped when using apply`);
    seen.add(name);
  });
}

function warnOfContainer(container: JsonObject, path: string, pod: Pod, warnings: string[]): void {
  const context = objectAt(container, 'securityContext');
  const name = textAt(container, 'name');
  const annotation = (key: string): string => at(pod.path, `metadata.annotations[${key}]`);
  if (!objectAt(context, 'seccompProfile') && pod.annotations?.[SECCOMP_CONTAINER + name] !== undefined)
    warnings.push(`${annotation(SECCOMP_CONTAINER + name)}: non-functional in v1.27+; use the "seccompProfile" field instead`);
  if (!objectAt(context, 'appArmorProfile')) warnOfAppArmor(name, pod, annotation(APPARMOR_CONTAINER + name), warnings);
  for (const resource of BYTES)
    for (const list of ['limits', 'requests'])
      warnOfFractions(objectAt(objectAt(container, 'resources'), list), resource, `${path}.resources.${list}`, warnings);
  warnOfEnv(container, path, warnings);
}

/** A template keeps the annotation; a pod's becomes a field: `appArmorDeprecations`. */
function warnOfAppArmor(container: string, pod: Pod, field: string, warnings: string[]): void {
  const annotation = pod.annotations?.[APPARMOR_CONTAINER + container];
  if (pod.path === '' || typeof annotation !== 'string') return;
  const podProfile = objectAt(objectAt(pod.spec, 'securityContext'), 'appArmorProfile');
  if (!podProfile || !equal(profileOfAnnotation(annotation), podProfile)) warnings.push(`${field}: ${APPARMOR_DEPRECATED}`);
}

const APPARMOR_DEPRECATED = 'deprecated since v1.30; use the "appArmorProfile" field instead';

/** Annotations of a new pod that become fields, or cannot. */
export function appArmorDeprecations(pod: JsonObject): string[] {
  const spec = objectAt(pod, 'spec');
  const annotations = objectAt(objectAt(pod, 'metadata'), 'annotations');
  if (!annotations || objectAt(spec, 'os')?.['name'] === 'windows') return [];
  const podProfile = objectAt(objectAt(spec, 'securityContext'), 'appArmorProfile');
  return containersOf(spec).flatMap((container) => {
    const key = APPARMOR_CONTAINER + textAt(container, 'name');
    const annotation = annotations[key];
    if (typeof annotation !== 'string' || objectAt(objectAt(container, 'securityContext'), 'appArmorProfile')) return [];
    const profile = usableProfile(annotation);
    return profile && equal(profile, podProfile) ? [] : [`metadata.annotations[${key}]: ${APPARMOR_DEPRECATED}`];
  });
}

interface Port {
  field: string;
  hostIP: string;
  hostPort: number;
}

const printedPort = (port: JsonObject): string =>
  `{Name:${textAt(port, 'name')} HostPort:${numberAt(port, 'hostPort') ?? 0} ContainerPort:${numberAt(port, 'containerPort') ?? 0} ` +
  `Protocol:${textAt(port, 'protocol')} HostIP:${textAt(port, 'hostIP')}}`;

function conflict(a: Port, b: Port): string {
  if (a.hostIP === b.hostIP && a.hostPort === b.hostPort) return 'duplicate';
  if (a.hostPort === 0 || b.hostPort === 0) return 'overlapping';
  return a.hostPort === b.hostPort && (a.hostIP === '') !== (b.hostIP === '') ? 'dangerously ambiguous' : '';
}

function warnOfPorts(spec: JsonObject, path: string, warnings: string[]): void {
  const ports = new Map<string, Port[]>();
  const names = new Map<string, string>();
  const nameWarnings: string[] = [];
  visitContainers(spec, at(path, 'spec'), (container, where) => {
    objectsAt(container, 'ports').forEach((port, i) => {
      const own: Port = { field: `${where}.ports[${i}]`, hostIP: textAt(port, 'hostIP'), hostPort: numberAt(port, 'hostPort') ?? 0 };
      if (own.hostIP !== '' && own.hostPort === 0) warnings.push(`${own.field}: hostIP set without hostPort: ${printedPort(port)}`);
      const key = `${numberAt(port, 'containerPort') ?? 0}/${textAt(port, 'protocol')}`;
      const others = ports.get(key) ?? [];
      for (const other of others) {
        const kind = conflict(own, other);
        if (kind !== '') warnings.push(`${own.field}: ${kind} port definition with ${other.field}`);
      }
      ports.set(key, [...others, own]);
      const name = textAt(port, 'name');
      const other = names.get(name);
      if (other !== undefined)
        nameWarnings.push(
          `${own.field}: duplicate port name ${goQuote(name)} with ${other}, services and probes that select ports by name will use ${other}`,
        );
      else if (name !== '') names.set(name, own.field);
    });
  });
  warnings.push(...nameWarnings);
}

function warnOfPodAffinity(spec: JsonObject, path: string, warnings: string[]): void {
  for (const kind of ['podAffinity', 'podAntiAffinity']) {
    const affinity = objectAt(objectAt(spec, 'affinity'), kind);
    const where = at(path, `spec.affinity.${kind}`);
    objectsAt(affinity, 'requiredDuringSchedulingIgnoredDuringExecution').forEach((term, i) => {
      if (!objectAt(term, 'labelSelector'))
        warnings.push(`${where}.requiredDuringSchedulingIgnoredDuringExecution[${i}].labelSelector: ${NULL_SELECTOR}`);
    });
    objectsAt(affinity, 'preferredDuringSchedulingIgnoredDuringExecution').forEach((weighted, i) => {
      if (!objectAt(objectAt(weighted, 'podAffinityTerm'), 'labelSelector'))
        warnings.push(`${where}.preferredDuringSchedulingIgnoredDuringExecution[${i}].podAffinityTerm.labelSelector: ${NULL_SELECTOR}`);
    });
  }
}

interface Pod {
  path: string;
  spec: JsonObject;
  annotations: JsonObject | undefined;
}

/** `owner` is a pod (path '') or a template (`spec.template` …). */
export function warnOfPod(owner: JsonObject | undefined, path: string, warnings: string[]): void {
  if (!owner) return;
  const spec = objectAt(owner, 'spec') ?? {};
  const annotations = objectAt(objectAt(owner, 'metadata'), 'annotations');
  warnOfPlacement(spec, path, warnings);
  for (const [key, message] of DEPRECATED_ANNOTATIONS)
    if (annotations?.[key] !== undefined) warnings.push(`${at(path, `metadata.annotations[${key}]`)}: ${message}`);
  warnOfVolumes(spec, path, warnings);
  warnOfRepeats(spec, 'hostAliases', 'ip', path, warnings);
  warnOfRepeats(spec, 'imagePullSecrets', 'name', path, warnings);
  objectsAt(spec, 'imagePullSecrets').forEach((secret, i) => {
    if (textAt(secret, 'name') === '') warnings.push(`${at(path, `spec.imagePullSecrets[${i}].name`)}: invalid empty name ""`);
  });
  for (const resource of BYTES) warnOfFractions(objectAt(spec, 'overhead'), resource, at(path, 'spec.overhead'), warnings);
  if (!objectAt(objectAt(spec, 'securityContext'), 'seccompProfile') && annotations?.[SECCOMP_POD] !== undefined)
    warnings.push(`${at(path, `metadata.annotations[${SECCOMP_POD}]`)}: non-functional in v1.27+; use the "seccompProfile" field instead`);
  visitContainers(spec, at(path, 'spec'), (container, where) => {
    warnOfContainer(container, where, { path, spec, annotations }, warnings);
  });
  warnOfPorts(spec, path, warnings);
  if ((numberAt(spec, 'terminationGracePeriodSeconds') ?? 0) < 0)
    warnings.push(`${at(path, 'spec.terminationGracePeriodSeconds')}: must be >= 0; negative values are invalid and will be treated as 1`);
  warnOfPodAffinity(spec, path, warnings);
  textsAt(objectAt(spec, 'dnsConfig'), 'nameservers').forEach((server, i) => {
    warnOfIp(at(path, `spec.dnsConfig.nameservers[${i}]`), server, warnings);
  });
  objectsAt(spec, 'hostAliases').forEach((alias, i) => {
    warnOfIp(at(path, `spec.hostAliases[${i}].ip`), textAt(alias, 'ip'), warnings);
  });
}
