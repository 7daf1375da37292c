/** Defaults of pods and pod templates (R3.35, R3.37). */
import type { JsonObject } from '../json-value.js';
import { formatQuantity, parseQuantity, quantityIn } from '../quantity.js';
import { entriesAt, made, numberAt, objectAt, objectsAt, preset, presetPointer, textAt } from '../validation/members.js';
import { aggregateLimits, aggregateRequests } from '../validation/pods/pod-resources.js';
import { allowsOvercommit, isHugePages, isPodLevelResource } from '../validation/pods/resources.js';
import { containersOf } from '../validation/pods/visit.js';
import { isLatest } from './image-name.js';

function defaultHttpGet(owner: JsonObject | undefined): void {
  const action = objectAt(owner, 'httpGet');
  if (!action) return;
  preset(action, 'path', '/');
  preset(action, 'scheme', 'HTTP');
}

const PROBE: readonly (readonly [member: string, value: number])[] = [
  ['timeoutSeconds', 1],
  ['periodSeconds', 10],
  ['successThreshold', 1],
  ['failureThreshold', 3],
];

function defaultProbe(probe: JsonObject | undefined): void {
  if (!probe) return;
  for (const [member, value] of PROBE) if (!probe[member]) probe[member] = value;
  defaultHttpGet(probe);
  const grpc = objectAt(probe, 'grpc');
  if (grpc) preset(grpc, 'service', '');
}

/** Amounts below a thousandth are rounded up to it. */
export function roundUp(list: JsonObject | undefined): void {
  for (const [name, value] of list ? Object.entries(list) : []) {
    if (typeof value !== 'string' || !/[nu]$/.test(value)) continue;
    list![name] = formatQuantity({ unscaled: quantityIn(parseQuantity(value), -3), exponent: -3, format: 'DecimalSI' });
  }
}

export function defaultResources(owner: JsonObject): void {
  const resources = objectAt(owner, 'resources');
  roundUp(objectAt(resources, 'limits'));
  roundUp(objectAt(resources, 'requests'));
}

function defaultContainer(container: JsonObject): void {
  preset(container, 'imagePullPolicy', isLatest(textAt(container, 'image')) ? 'Always' : 'IfNotPresent');
  preset(container, 'terminationMessagePath', '/dev/termination-log');
  preset(container, 'terminationMessagePolicy', 'File');
  made(container, 'resources');
  defaultResources(container);
  for (const port of objectsAt(container, 'ports')) preset(port, 'protocol', 'TCP');
  for (const variable of objectsAt(container, 'env')) {
    const field = objectAt(objectAt(variable, 'valueFrom'), 'fieldRef');
    if (field) preset(field, 'apiVersion', 'v1');
    const file = objectAt(objectAt(variable, 'valueFrom'), 'fileKeyRef');
    if (file) preset(file, 'optional', false);
  }
  for (const probe of ['livenessProbe', 'readinessProbe', 'startupProbe']) defaultProbe(objectAt(container, probe));
  for (const hook of ['postStart', 'preStop']) defaultHttpGet(objectAt(objectAt(container, 'lifecycle'), hook));
}

const FILE_MODE = 0o644;

/** Defaults of single volume types; those without a condition are in the definitions, as far as they are marked there. */
const VOLUMES: Readonly<Record<string, (source: JsonObject) => void>> = {
  secret: (source) => preset(source, 'defaultMode', FILE_MODE),
  configMap: (source) => preset(source, 'defaultMode', FILE_MODE),
  downwardAPI: (source) => {
    preset(source, 'defaultMode', FILE_MODE);
    defaultDownwardFiles(source);
  },
  projected: (source) => {
    preset(source, 'defaultMode', FILE_MODE);
    for (const projection of objectsAt(source, 'sources')) {
      defaultDownwardFiles(objectAt(projection, 'downwardAPI'));
      const token = objectAt(projection, 'serviceAccountToken');
      if (token) preset(token, 'expirationSeconds', 3600);
    }
  },
  hostPath: (source) => {
    if (source['type'] === undefined || source['type'] === null) source['type'] = '';
  },
  iscsi: (source) => preset(source, 'iscsiInterface', 'default'),
  rbd: (source) => {
    preset(source, 'pool', 'rbd');
    preset(source, 'user', 'admin');
    preset(source, 'keyring', '/etc/ceph/keyring');
  },
  azureDisk: (source) => {
    presetPointer(source, 'cachingMode', 'ReadWrite');
    presetPointer(source, 'kind', 'Shared');
    presetPointer(source, 'fsType', 'ext4');
    preset(source, 'readOnly', false);
  },
  scaleIO: (source) => {
    preset(source, 'storageMode', 'ThinProvisioned');
    preset(source, 'fsType', 'xfs');
  },
  ephemeral: (source) => {
    const spec = objectAt(objectAt(source, 'volumeClaimTemplate'), 'spec');
    if (spec) defaultClaimSpec(spec);
  },
  image: (source) => preset(source, 'pullPolicy', isLatest(textAt(source, 'reference')) ? 'Always' : 'IfNotPresent'),
};

/** The spec of a claim, in claims and templates. */
export function defaultClaimSpec(spec: JsonObject): void {
  presetPointer(spec, 'volumeMode', 'Filesystem');
  defaultResources(spec);
}

function defaultDownwardFiles(source: JsonObject | undefined): void {
  for (const file of objectsAt(source, 'items')) {
    const field = objectAt(file, 'fieldRef');
    if (field) preset(field, 'apiVersion', 'v1');
  }
}

function defaultVolume(volume: JsonObject): void {
  const types = Object.keys(volume).filter((key) => key !== 'name' && volume[key] !== null && volume[key] !== undefined);
  if (types.length === 0) volume['emptyDir'] = {};
  for (const type of types) {
    const source = objectAt(volume, type);
    if (source) VOLUMES[type]?.(source);
  }
}

/** A pod spec, in pods and templates. */
export function defaultPodSpec(spec: JsonObject): void {
  preset(spec, 'dnsPolicy', 'ClusterFirst');
  preset(spec, 'restartPolicy', 'Always');
  made(spec, 'securityContext');
  preset(spec, 'terminationGracePeriodSeconds', 30);
  preset(spec, 'schedulerName', 'default-scheduler');
  aliasServiceAccount(spec);
  for (const volume of objectsAt(spec, 'volumes')) defaultVolume(volume);
  for (const container of containersOf(spec)) defaultContainer(container);
  roundUp(objectAt(spec, 'overhead'));
  defaultResources(spec);
}

/** Two members for one thing; the newer name wins. */
function aliasServiceAccount(spec: JsonObject): void {
  const name = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount');
  if (name === '') return;
  spec['serviceAccountName'] = name;
  spec['serviceAccount'] = name;
}

const INIT_ANNOTATIONS = ['init-containers', 'init-container-statuses'].flatMap((name) => [
  `pod.beta.kubernetes.io/${name}`,
  `pod.alpha.kubernetes.io/${name}`,
]);

/** Annotations of the first clients of init containers are dropped. */
function dropInitAnnotations(owner: JsonObject): void {
  const annotations = objectAt(objectAt(owner, 'metadata'), 'annotations');
  for (const name of INIT_ANNOTATIONS) delete annotations?.[name];
}

/** The template of a workload, at `template` of its spec. */
export function defaultPodTemplate(owner: JsonObject, member = 'template'): void {
  const template = made(owner, member);
  dropInitAnnotations(template);
  defaultPodSpec(made(template, 'spec'));
}

/** Limits without requests are requests, too. */
function defaultRequests(container: JsonObject): void {
  const resources = made(container, 'resources');
  const limits = entriesAt(resources, 'limits');
  if (limits.length === 0) return;
  const requests = made(resources, 'requests');
  for (const [name, limit] of limits) if (requests[name] === undefined) requests[name] = limit;
}

/** What a pod with some resources of its own takes over from its containers. */
function defaultPodResources(spec: JsonObject): void {
  const resources = objectAt(spec, 'resources');
  if (!resources) return;
  if (entriesAt(resources, 'limits').length + entriesAt(resources, 'requests').length === 0) return;
  const requests = { ...objectAt(resources, 'requests') };
  const limits = { ...objectAt(resources, 'limits') };
  for (const [name, sum] of aggregateLimits(spec))
    if (isHugePages(name) && requests[name] === undefined && limits[name] === undefined) limits[name] = formatQuantity(sum);
  if (Object.keys(limits).length === 0) return;
  resources['limits'] = limits;
  for (const [name, sum] of aggregateRequests(spec))
    if (requests[name] === undefined && isPodLevelResource(name) && allowsOvercommit(name)) requests[name] = formatQuantity(sum);
  for (const [name, limit] of Object.entries(limits)) if (requests[name] === undefined && isPodLevelResource(name)) requests[name] = limit;
  if (Object.keys(requests).length > 0) resources['requests'] = requests;
}

/** In the host's network a container's ports are the host's. */
function defaultHostPorts(spec: JsonObject): void {
  for (const list of ['containers', 'initContainers'])
    for (const container of objectsAt(spec, list))
      for (const port of objectsAt(container, 'ports'))
        if (!port['hostPort'] && port['containerPort']) port['hostPort'] = port['containerPort'];
}

/** `podIP` is the first of `podIPs`; where they differ it wins. */
function agreeOnIps(status: JsonObject | undefined): void {
  if (!status) return;
  const [ip, ips] = [textAt(status, 'podIP'), objectsAt(status, 'podIPs')];
  if (ip !== '' && textAt(ips[0], 'ip') !== ip) status['podIPs'] = [{ ip }];
  if (ip === '' && ips.length > 0) preset(status, 'podIP', textAt(ips[0], 'ip'));
}

export function defaultPod(pod: JsonObject): void {
  dropInitAnnotations(pod);
  agreeOnIps(objectAt(pod, 'status'));
  const spec = made(pod, 'spec');
  defaultPodSpec(spec);
  for (const list of ['containers', 'initContainers']) for (const container of objectsAt(spec, list)) defaultRequests(container);
  defaultPodResources(spec);
  preset(spec, 'enableServiceLinks', true);
  if (spec['hostNetwork'] === true) defaultHostPorts(spec);
  if ((numberAt(spec, 'terminationGracePeriodSeconds') ?? 0) < 0) spec['terminationGracePeriodSeconds'] = 1;
}
