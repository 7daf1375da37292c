/** The rules of every built-in kind, by group. A new group or family is one import and one line. */
import { customResourceDefinition } from '../crd/rules.js';
import { admissionregistration } from './admissionregistration/index.js';
import { apiService } from './api-service.js';
import { autoscaling } from './autoscaling.js';
import { certificates } from './certificates.js';
import { configMap } from './config-map.js';
import { coordination } from './coordination.js';
import { coreEvent, event } from './event.js';
import { flowSchema } from './flowcontrol/flow-schema.js';
import { priorityLevelConfiguration } from './flowcontrol/priority-level.js';
import { leaseCandidate } from './lease-candidate.js';
import { limitRange } from './limits/limit-range.js';
import { resourceQuota } from './limits/resource-quota.js';
import { namespace } from './namespace.js';
import { endpointSlice, endpoints } from './network/endpoints.js';
import { ingress, ingressClass } from './network/ingress.js';
import { networkPolicy } from './network/network-policy.js';
import { service } from './network/service.js';
import { ipAddress, serviceCidr } from './network/service-cidr.js';
import { node } from './node.js';
import { binding, pod } from './pods/pod.js';
import { podCertificateRequest } from './pod-certificate-request.js';
import { podGroup, workload } from './pod-groups.js';
import { podDisruptionBudget } from './policy.js';
import { priorityClass } from './priority-class.js';
import { rbac } from './rbac.js';
import { claims } from './resource/claims.js';
import { slices } from './resource/slices.js';
import type { GroupRules, KindRules } from './rules.js';
import { runtimeClass } from './runtime-class.js';
import { storageVersion, storageVersionMigration } from './storage-versions.js';
import { csiDriver, csiNode, csiStorageCapacity } from './storage/csi.js';
import { persistentVolume } from './storage/persistent-volume.js';
import { persistentVolumeClaim } from './storage/persistent-volume-claim.js';
import { storageClass, volumeAttributesClass } from './storage/storage-class.js';
import { volumeAttachment } from './storage/volume-attachment.js';
import { cronJob } from './workloads/cron-job.js';
import { daemonSet } from './workloads/daemon-set.js';
import { deployment, replicaSet } from './workloads/deployment.js';
import { job } from './workloads/job.js';
import { controllerRevision, podTemplate, replicationController } from './workloads/replication-controller.js';
import { statefulSet } from './workloads/stateful-set.js';
import { secret } from './secret.js';
import { serviceAccount } from './service-account.js';

export type { GroupRules, KindRules, SubresourceRules } from './rules.js';

const core: GroupRules = {
  Binding: binding,
  ConfigMap: configMap,
  Endpoints: endpoints,
  Event: coreEvent,
  LimitRange: limitRange,
  Namespace: namespace,
  Node: node,
  PersistentVolume: persistentVolume,
  PersistentVolumeClaim: persistentVolumeClaim,
  Pod: pod,
  PodTemplate: podTemplate,
  ReplicationController: replicationController,
  ResourceQuota: resourceQuota,
  Secret: secret,
  Service: service,
  ServiceAccount: serviceAccount,
};

const GROUPS: Readonly<Record<string, GroupRules>> = {
  '': core,
  'admissionregistration.k8s.io': admissionregistration,
  'apiextensions.k8s.io': { CustomResourceDefinition: customResourceDefinition },
  'apiregistration.k8s.io': { APIService: apiService },
  apps: {
    ControllerRevision: controllerRevision,
    DaemonSet: daemonSet,
    Deployment: deployment,
    ReplicaSet: replicaSet,
    StatefulSet: statefulSet,
  },
  autoscaling,
  batch: { CronJob: cronJob, Job: job },
  'certificates.k8s.io': { ...certificates, PodCertificateRequest: podCertificateRequest },
  'coordination.k8s.io': { ...coordination, LeaseCandidate: leaseCandidate },
  'discovery.k8s.io': { EndpointSlice: endpointSlice },
  'events.k8s.io': { Event: event },
  'flowcontrol.apiserver.k8s.io': { FlowSchema: flowSchema, PriorityLevelConfiguration: priorityLevelConfiguration },
  'internal.apiserver.k8s.io': { StorageVersion: storageVersion },
  'networking.k8s.io': {
    Ingress: ingress,
    IngressClass: ingressClass,
    IPAddress: ipAddress,
    NetworkPolicy: networkPolicy,
    ServiceCIDR: serviceCidr,
  },
  'node.k8s.io': { RuntimeClass: runtimeClass },
  policy: { PodDisruptionBudget: podDisruptionBudget },
  'rbac.authorization.k8s.io': rbac,
  'resource.k8s.io': { ...claims, ...slices },
  'scheduling.k8s.io': { PodGroup: podGroup, PriorityClass: priorityClass, Workload: workload },
  'storage.k8s.io': {
    CSIDriver: csiDriver,
    CSINode: csiNode,
    CSIStorageCapacity: csiStorageCapacity,
    StorageClass: storageClass,
    VolumeAttachment: volumeAttachment,
    VolumeAttributesClass: volumeAttributesClass,
  },
  'storagemigration.k8s.io': { StorageVersionMigration: storageVersionMigration },
};

/** The rules of a kind; undefined where it has none beyond its shape. `version` matters only to kinds whose versions differ in rules. */
export function rulesOf(group: string, kind: string, version = ''): KindRules | undefined {
  const kinds = GROUPS[group];
  return kinds?.[`${kind}/${version}`] ?? kinds?.[kind];
}
