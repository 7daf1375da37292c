/** The tables of the core group (rest.md §8.5). */
import type { JsonObject } from '../json-value.js';
import { age } from '../printing/duration.js';
import {
  column,
  wide,
  at,
  text,
  integer,
  truth,
  items,
  strings,
  size,
  labels,
  firstThree,
  ageOf,
  annotation,
  loadBalancerAddresses,
  type KindColumns,
} from './column.js';
import { NAME, AGE, WIDE_TEMPLATE, containerNames, containerImages } from './metadata-columns.js';
import { podSummary, podRestarts, readinessGates } from './pod.js';

export const CORE: KindColumns = {
  ConfigMap: [
    NAME,
    column(
      'Data',
      'string',
      "Data contains the configuration data. Each key must consist of alphanumeric characters, '-', '_' or '.'. Values with non-UTF-8 byte sequences must use the BinaryData field. The keys stored in Data must not overlap with the keys in the BinaryData field, this is enforced during validation process.",
      (o) => size(o, 'data') + size(o, 'binaryData'),
    ),
    AGE,
  ],
  Secret: [
    NAME,
    column(
      'Type',
      'string',
      'Used to facilitate programmatic handling of secret data. More info: https://kubernetes.io/docs/concepts/configuration/secret/#secret-types',
      (o) => text(o, 'type'),
    ),
    column(
      'Data',
      'string',
      "Data contains the secret data. Each key must consist of alphanumeric characters, '-', '_' or '.'. The serialized form of the secret data is a base64 encoded string, representing the arbitrary (possibly non-string) data value here. Described in https://tools.ietf.org/html/rfc4648#section-4",
      (o) => size(o, 'data'),
    ),
    AGE,
  ],
  ServiceAccount: [NAME, AGE],
  Namespace: [NAME, column('Status', 'string', 'The status of the namespace', (o) => text(o, 'status.phase')), AGE],
  Node: [
    NAME,
    column('Status', 'string', 'The status of the node', nodeStatus),
    column('Roles', 'string', 'The roles of the node', nodeRoles),
    AGE,
    column('Version', 'string', 'Kubelet Version reported by the node.', (o) => text(o, 'status.nodeInfo.kubeletVersion')),
    wide(
      'Internal-IP',
      'string',
      "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).",
      (o) => nodeAddress(o, 'InternalIP'),
    ),
    wide(
      'External-IP',
      'string',
      "List of addresses reachable to the node. Queried from cloud provider, if available. More info: https://kubernetes.io/docs/reference/node/node-status/#addresses Note: This field is declared as mergeable, but the merge key is not sufficiently unique, which can cause data corruption when it is merged. Callers should instead use a full-replacement patch. See https://pr.k8s.io/79391 for an example. Consumers should assume that addresses can change during the lifetime of a Node. However, there are some exceptions where this may not be possible, such as Pods that inherit a Node's address in its own status or consumers of the downward API (status.hostIP).",
      (o) => nodeAddress(o, 'ExternalIP'),
    ),
    wide(
      'OS-Image',
      'string',
      'OS Image reported by the node from /etc/os-release (e.g. Debian GNU/Linux 7 (wheezy)).',
      (o) => text(o, 'status.nodeInfo.osImage') || '<unknown>',
    ),
    wide('Kernel-Version', 'string', "Kernel Version reported by the node from 'uname -r' (e.g. 3.16.0-0.bpo.4-amd64).", kernelVersion),
    wide(
      'Container-Runtime',
      'string',
      'ContainerRuntime Version reported by the node through runtime remote API (e.g. containerd://1.4.2).',
      (o) => text(o, 'status.nodeInfo.containerRuntimeVersion') || '<unknown>',
    ),
  ],
  Pod: [
    NAME,
    column('Ready', 'string', 'The aggregate readiness state of this pod for accepting traffic.', (o) => podSummary(o).ready),
    column('Status', 'string', 'The aggregate status of the containers in this pod.', (o) => podSummary(o).status),
    column(
      'Restarts',
      'string',
      'The number of times the containers in this pod have been restarted and when the last container in this pod has restarted.',
      podRestarts,
    ),
    AGE,
    wide(
      'IP',
      'string',
      'podIP address allocated to the pod. Routable at least within the cluster. Empty if not yet allocated.',
      (o) => text(items(o, 'status.podIPs')[0], 'ip') || '<none>',
    ),
    wide(
      'Node',
      'string',
      'NodeName indicates in which node this pod is scheduled. If empty, this pod is a candidate for scheduling by the scheduler defined in schedulerName. Once this field is set, the kubelet for this node becomes responsible for the lifecycle of this pod. This field should not be used to express a desire for the pod to be scheduled on a specific node. https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#nodename',
      (o) => text(o, 'spec.nodeName') || '<none>',
    ),
    wide(
      'Nominated Node',
      'string',
      'nominatedNodeName is set only when this pod preempts other pods on the node, but it cannot be scheduled right away as preemption victims receive their graceful termination periods. This field does not guarantee that the pod will be scheduled on this node. Scheduler may decide to place the pod elsewhere if other nodes become available sooner. Scheduler may also decide to give the resources on this node to a higher priority pod that is created after preemption. As a result, this field may be different than PodSpec.nodeName when the pod is scheduled.',
      (o) => text(o, 'status.nominatedNodeName') || '<none>',
    ),
    wide(
      'Readiness Gates',
      'string',
      'If specified, all readiness gates will be evaluated for pod readiness. A pod is ready when all its containers are ready AND all conditions specified in the readiness gates have status equal to "True" More info: https://git.k8s.io/enhancements/keps/sig-network/580-pod-readiness-gates',
      readinessGates,
    ),
  ],
  PodTemplate: [
    NAME,
    column('Containers', 'string', 'Names of each container in the template.', (o) => containerNames(o, 'template.spec')),
    column('Images', 'string', 'Images referenced by each container in the template.', (o) => containerImages(o, 'template.spec')),
    column('Pod Labels', 'string', 'The labels for the pod template.', (o) => labels(o, 'template.metadata.labels')),
  ],
  ReplicationController: [
    NAME,
    column(
      'Desired',
      'integer',
      'Replicas is the number of desired replicas. This is a pointer to distinguish between explicit zero and unspecified. Defaults to 1. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller#what-is-a-replicationcontroller',
      (o) => integer(o, 'spec.replicas'),
    ),
    column(
      'Current',
      'integer',
      'Replicas is the most recently observed number of replicas. More info: https://kubernetes.io/docs/concepts/workloads/controllers/replicationcontroller#what-is-a-replicationcontroller',
      (o) => integer(o, 'status.replicas'),
    ),
    column('Ready', 'integer', 'The number of ready replicas for this replication controller.', (o) => integer(o, 'status.readyReplicas')),
    AGE,
    ...WIDE_TEMPLATE,
    wide(
      'Selector',
      'string',
      'Selector is a label query over pods that should match the Replicas count. If Selector is empty, it is defaulted to the labels present on the Pod template. Label keys and values that must match in order to be controlled by this replication controller, if empty defaulted to labels on Pod template. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors',
      (o) => labels(o, 'spec.selector'),
    ),
  ],
  Service: [
    NAME,
    column(
      'Type',
      'string',
      'type determines how the Service is exposed. Defaults to ClusterIP. Valid options are ExternalName, ClusterIP, NodePort, and LoadBalancer. "ClusterIP" allocates a cluster-internal IP address for load-balancing to endpoints. Endpoints are determined by the selector or if that is not specified, by manual construction of an Endpoints object or EndpointSlice objects. If clusterIP is "None", no virtual IP is allocated and the endpoints are published as a set of endpoints rather than a virtual IP. "NodePort" builds on ClusterIP and allocates a port on every node which routes to the same endpoints as the clusterIP. "LoadBalancer" builds on NodePort and creates an external load-balancer (if supported in the current cloud) which routes to the same endpoints as the clusterIP. "ExternalName" aliases this service to the specified externalName. Several other fields do not apply to ExternalName services. More info: https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types',
      (o) => text(o, 'spec.type'),
    ),
    column(
      'Cluster-IP',
      'string',
      'clusterIP is the IP address of the service and is usually assigned randomly. If an address is specified manually, is in-range (as per system configuration), and is not in use, it will be allocated to the service; otherwise creation of the service will fail. This field may not be changed through updates unless the type field is also being changed to ExternalName (which requires this field to be blank) or the type field is being changed from ExternalName (in which case this field may optionally be specified, as describe above).  Valid values are "None", empty string (""), or a valid IP address. Setting this to "None" makes a "headless service" (no virtual IP), which is useful when direct endpoint connections are preferred and proxying is not required.  Only applies to types ClusterIP, NodePort, and LoadBalancer. If this field is specified when creating a Service of type ExternalName, creation will fail. This field will be wiped when updating a Service to type ExternalName. More info: https://kubernetes.io/docs/concepts/services-networking/service/#virtual-ips-and-service-proxies',
      (o) => strings(o, 'spec.clusterIPs')[0] ?? '<none>',
    ),
    column(
      'External-IP',
      'string',
      'externalIPs is a list of IP addresses for which nodes in the cluster will also accept traffic for this service.  These IPs are not managed by Kubernetes.  The user is responsible for ensuring that traffic arrives at a node with this IP.  A common example is external load-balancers that are not part of the Kubernetes system.',
      externalIp,
    ),
    column(
      'Port(s)',
      'string',
      'The list of ports that are exposed by this service. More info: https://kubernetes.io/docs/concepts/services-networking/service/#virtual-ips-and-service-proxies',
      servicePorts,
    ),
    AGE,
    wide(
      'Selector',
      'string',
      'Route service traffic to pods with label keys and values matching this selector. If empty or not present, the service is assumed to have an external process managing its endpoints, which Kubernetes will not modify. Only applies to types ClusterIP, NodePort, and LoadBalancer. Ignored if type is ExternalName. More info: https://kubernetes.io/docs/concepts/services-networking/service/',
      (o) => labels(o, 'spec.selector'),
    ),
  ],
  Endpoints: [
    NAME,
    column(
      'Endpoints',
      'string',
      'The set of all endpoints is the union of all subsets. Addresses are placed into subsets according to the IPs they share. A single address with multiple ports, some of which are ready and some of which are not (because they come from different containers) will result in the address being displayed in different subsets for the different ports. No address will appear in both Addresses and NotReadyAddresses in the same subset. Sets of addresses and ports that comprise a service.',
      endpointAddresses,
    ),
    AGE,
  ],
  Event: [
    column('Last Seen', 'string', 'The time at which the most recent occurrence of this event was recorded.', lastSeen),
    column('Type', 'string', 'Type of this event (Normal, Warning), new types could be added in the future', (o) => text(o, 'type')),
    column(
      'Reason',
      'string',
      "This should be a short, machine understandable string that gives the reason for the transition into the object's current status.",
      (o) => text(o, 'reason'),
    ),
    column('Object', 'string', 'The object that this event is about.', eventObject),
    wide(
      'Subobject',
      'string',
      'If referring to a piece of an object instead of an entire object, this string should contain a valid JSON/Go field access statement, such as desiredState.manifest.containers[2]. For example, if the object reference is to a container within a pod, this would take on a value like: "spec.containers{name}" (where "name" refers to the name of the container that triggered the event) or if no container name is specified "spec.containers[2]" (container with index 2 in this pod). This syntax is chosen only to have some well-defined way of referencing a part of an object.',
      (o) => ofEvent(o, 'involvedObject.fieldPath', 'regarding.fieldPath'),
    ),
    wide('Source', 'string', 'The component reporting this event. Should be a short machine understandable string.', eventSource),
    column('Message', 'string', 'A human-readable description of the status of this operation.', (o) =>
      ofEvent(o, 'message', 'note').trim(),
    ),
    wide('First Seen', 'string', 'The time at which the event was first recorded. (Time of server receipt is in TypeMeta.)', firstSeen),
    wide('Count', 'string', 'The number of times this event has occurred.', eventCount),
    {
      ...wide(
        'Name',
        'string',
        'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
        (o) => text(o, 'metadata.name'),
      ),
      format: 'name',
    },
  ],
  PersistentVolume: [
    NAME,
    column(
      'Capacity',
      'string',
      "capacity is the description of the persistent volume's resources and capacity. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#capacity",
      (o) => text(o, 'spec.capacity.storage'),
    ),
    column(
      'Access Modes',
      'string',
      'accessModes contains all ways the volume can be mounted. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes',
      (o) => accessModes(o, 'spec.accessModes'),
    ),
    column(
      'Reclaim Policy',
      'string',
      'persistentVolumeReclaimPolicy defines what happens to a persistent volume when released from its claim. Valid options are Retain (default for manually created PersistentVolumes), Delete (default for dynamically provisioned PersistentVolumes), and Recycle (deprecated). Recycle must be supported by the volume plugin underlying this PersistentVolume. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#reclaiming',
      (o) => text(o, 'spec.persistentVolumeReclaimPolicy'),
    ),
    column(
      'Status',
      'string',
      'phase indicates if a volume is available, bound to a claim, or released by a claim. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#phase',
      phaseOrTerminating,
    ),
    column(
      'Claim',
      'string',
      'claimRef is part of a bi-directional binding between PersistentVolume and PersistentVolumeClaim. Expected to be non-nil when bound. claim.VolumeName is the authoritative bind between PV and PVC. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#binding',
      (o) => (at(o, 'spec.claimRef') ? `${text(o, 'spec.claimRef.namespace')}/${text(o, 'spec.claimRef.name')}` : ''),
    ),
    column('StorageClass', 'string', 'StorageClass of the pv', storageClassOf),
    column(
      'VolumeAttributesClass',
      'string',
      'VolumeAttributesClass of the pv',
      (o) => text(o, 'spec.volumeAttributesClassName') || '<unset>',
    ),
    column(
      'Reason',
      'string',
      'reason is a brief CamelCase string that describes any failure and is meant for machine parsing and tidy display in the CLI.',
      (o) => text(o, 'status.reason'),
    ),
    AGE,
    wide(
      'VolumeMode',
      'string',
      'volumeMode defines if a volume is intended to be used with a formatted filesystem or to remain in raw block state. Value of Filesystem is implied when not included in spec.',
      (o) => text(o, 'spec.volumeMode') || '<unset>',
    ),
  ],
  PersistentVolumeClaim: [
    NAME,
    column('Status', 'string', 'phase represents the current phase of PersistentVolumeClaim.', phaseOrTerminating),
    column('Volume', 'string', 'volumeName is the binding reference to the PersistentVolume backing this claim.', (o) =>
      text(o, 'spec.volumeName'),
    ),
    column('Capacity', 'string', 'capacity represents the actual resources of the underlying volume.', (o) =>
      text(o, 'spec.volumeName') ? text(o, 'status.capacity.storage') || '0' : '',
    ),
    column(
      'Access Modes',
      'string',
      'accessModes contains the actual access modes the volume backing the PVC has. More info: https://kubernetes.io/docs/concepts/storage/persistent-volumes#access-modes-1',
      (o) => (text(o, 'spec.volumeName') ? accessModes(o, 'status.accessModes') : ''),
    ),
    column('StorageClass', 'string', 'StorageClass of the pvc', storageClassOf),
    column(
      'VolumeAttributesClass',
      'string',
      'VolumeAttributesClass of the pvc',
      (o) => text(o, 'spec.volumeAttributesClassName') || '<unset>',
    ),
    AGE,
    wide(
      'VolumeMode',
      'string',
      'volumeMode defines what type of volume is required by the claim. Value of Filesystem is implied when not included in claim spec.',
      (o) => text(o, 'spec.volumeMode') || '<unset>',
    ),
  ],
  ResourceQuota: [
    NAME,
    column('Request', 'string', 'Request represents a minimum amount of cpu/memory that a container may consume.', (o) =>
      quotaUse(o, false),
    ),
    column(
      'Limit',
      'string',
      'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
      (o) => quotaUse(o, true),
    ),
    AGE,
  ],
  ComponentStatus: [
    NAME,
    column('Status', 'string', 'Status of the component conditions', componentHealth),
    column('Message', 'string', 'Message of the component conditions', (o) => text(healthCondition(o), 'message')),
    column('Error', 'string', 'Error of the component conditions', (o) => text(healthCondition(o), 'error')),
  ],
};

function nodeStatus(node: JsonObject): string {
  const ready = items(node, 'status.conditions').find((condition) => condition['type'] === 'Ready');
  const status = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return truth(node, 'spec.unschedulable') ? `${status},SchedulingDisabled` : status;
}

const ROLE_PREFIX = 'node-role.kubernetes.io/';

function nodeRoles(node: JsonObject): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries((at(node, 'metadata.labels') ?? {}) as JsonObject)) {
    if (key.startsWith(ROLE_PREFIX)) roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === 'kubernetes.io/role') roles.add(String(value));
  }
  roles.delete('');
  return [...roles].sort().join(',') || '<none>';
}

const nodeAddress = (node: JsonObject, type: string): string =>
  text(
    items(node, 'status.addresses').find((address) => address['type'] === type),
    'address',
  ) || '<none>';

function kernelVersion(node: JsonObject): string {
  const kernel = text(node, 'status.nodeInfo.kernelVersion');
  const architecture = text(node, 'status.nodeInfo.architecture');
  if (kernel === '') return '<unknown>';
  return architecture === '' ? kernel : `${kernel} (${architecture})`;
}

/** R8.28 */
function externalIp(service: JsonObject): string {
  const external = strings(service, 'spec.externalIPs');
  switch (text(service, 'spec.type')) {
    case 'ClusterIP':
    case 'NodePort':
      return external.join(',') || '<none>';
    case 'LoadBalancer':
      return [...loadBalancerAddresses(service), ...external].join(',') || '<pending>';
    case 'ExternalName':
      return text(service, 'spec.externalName');
    default:
      return '<unknown>';
  }
}

function servicePorts(service: JsonObject): string {
  const ports = items(service, 'spec.ports').map((port) => {
    const nodePort = integer(port, 'nodePort');
    return `${text(port, 'port')}${nodePort > 0 ? `:${nodePort}` : ''}/${text(port, 'protocol')}`;
  });
  return ports.join(',') || '<none>';
}

/** Per subset each port with all its addresses in turn; addresses alone where there are no ports. */
function endpointAddresses(endpoints: JsonObject): string {
  const subsets = items(endpoints, 'subsets');
  if (subsets.length === 0) return '<none>';
  const all = subsets.flatMap((subset) => {
    const addresses = items(subset, 'addresses').map((address) => text(address, 'ip'));
    const ports = items(subset, 'ports');
    if (ports.length === 0) return addresses;
    return ports.flatMap((port) => addresses.map((ip) => `${ip.includes(':') ? `[${ip}]` : ip}:${text(port, 'port')}`));
  });
  return firstThree(all);
}

function phaseOrTerminating(object: JsonObject): string {
  return text(object, 'metadata.deletionTimestamp') ? 'Terminating' : text(object, 'status.phase');
}

function storageClassOf(object: JsonObject): string {
  return annotation(object, 'volume.beta.kubernetes.io/storage-class') || text(object, 'spec.storageClassName');
}

const ACCESS_MODES = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' };

function accessModes(object: JsonObject, path: string): string {
  const modes = strings(object, path);
  return Object.entries(ACCESS_MODES)
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',');
}

/** `<resource>: <used>/<hard>` of the resources that are limits, or of the others. */
function quotaUse(quota: JsonObject, limits: boolean): string {
  const hard = (at(quota, 'status.hard') ?? {}) as JsonObject;
  const used = (at(quota, 'status.used') ?? {}) as JsonObject;
  return Object.keys(hard)
    .filter((resource) => resource.startsWith('limits.') === limits)
    .sort()
    .map((resource) => `${resource}: ${used[resource] ?? '0'}/${hard[resource]}`)
    .join(', ');
}

const healthCondition = (status: JsonObject): JsonObject | undefined =>
  items(status, 'conditions').find((condition) => condition['type'] === 'Healthy');

function componentHealth(component: JsonObject): string {
  const status = healthCondition(component)?.['status'];
  return status === 'True' ? 'Healthy' : status === 'False' ? 'Unhealthy' : 'Unknown';
}

/** The member of a v1 Event, or of an events.k8s.io Event, which is the same object under other names (R3.39). */
const ofEvent = (event: JsonObject, core: string, modern: string): string => text(event, core) || text(event, modern);

function firstSeen(event: JsonObject, now: number): string {
  return age(ofEvent(event, 'firstTimestamp', 'deprecatedFirstTimestamp') || text(event, 'eventTime'), now);
}

function lastSeen(event: JsonObject, now: number): string {
  if (at(event, 'series')) return ageOf(event, 'series.lastObservedTime', now);
  const last = ofEvent(event, 'lastTimestamp', 'deprecatedLastTimestamp');
  return last === '' ? firstSeen(event, now) : age(last, now);
}

function eventCount(event: JsonObject): number {
  if (at(event, 'series')) return integer(event, 'series.count');
  return integer(event, 'count') || integer(event, 'deprecatedCount') || 1;
}

function eventObject(event: JsonObject): string {
  const kind = ofEvent(event, 'involvedObject.kind', 'regarding.kind').toLowerCase();
  const name = ofEvent(event, 'involvedObject.name', 'regarding.name');
  return name === '' ? kind : `${kind}/${name}`;
}

function eventSource(event: JsonObject): string {
  const component =
    ofEvent(event, 'source.component', 'deprecatedSource.component') || ofEvent(event, 'reportingComponent', 'reportingController');
  const instance = ofEvent(event, 'source.host', 'deprecatedSource.host') || text(event, 'reportingInstance');
  return instance === '' ? component : `${component}, ${instance}`;
}
