/** The rules of every built-in kind, by group. A new group or family is one import and one line. */
import { customResourceDefinition } from '../crd/rules.js';
import { admissionregistration } from './admissionregistration/index.js';
import { certificates } from './certificates.js';
import { configMap } from './config-map.js';
import { coordination } from './coordination.js';
import { coreEvent, event } from './event.js';
import { namespace } from './namespace.js';
import { endpointSlice, endpoints } from './network/endpoints.js';
import { ingress, ingressClass } from './network/ingress.js';
import { networkPolicy } from './network/network-policy.js';
import { service } from './network/service.js';
import { ipAddress, serviceCidr } from './network/service-cidr.js';
import { binding, pod } from './pods/pod.js';
import { rbac } from './rbac.js';
import type { GroupRules, KindRules } from './rules.js';
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
  Namespace: namespace,
  Pod: pod,
  PodTemplate: podTemplate,
  ReplicationController: replicationController,
  Secret: secret,
  Service: service,
  ServiceAccount: serviceAccount,
};

const GROUPS: Readonly<Record<string, GroupRules>> = {
  '': core,
  'admissionregistration.k8s.io': admissionregistration,
  'apiextensions.k8s.io': { CustomResourceDefinition: customResourceDefinition },
  apps: {
    ControllerRevision: controllerRevision,
    DaemonSet: daemonSet,
    Deployment: deployment,
    ReplicaSet: replicaSet,
    StatefulSet: statefulSet,
  },
  batch: { CronJob: cronJob, Job: job },
  'certificates.k8s.io': certificates,
  'coordination.k8s.io': coordination,
  'discovery.k8s.io': { EndpointSlice: endpointSlice },
  'events.k8s.io': { Event: event },
  'networking.k8s.io': {
    Ingress: ingress,
    IngressClass: ingressClass,
    IPAddress: ipAddress,
    NetworkPolicy: networkPolicy,
    ServiceCIDR: serviceCidr,
  },
  'rbac.authorization.k8s.io': rbac,
};

/** The rules of a kind; undefined where it has none beyond its shape. `version` matters only to kinds whose versions differ in rules. */
export function rulesOf(group: string, kind: string, version = ''): KindRules | undefined {
  const kinds = GROUPS[group];
  return kinds?.[`${kind}/${version}`] ?? kinds?.[kind];
}
