/**
 * THE TABLE of built-in kinds of Kubernetes 1.36: groups in discovery's order (R9.7), the core group first, kinds by their plural.
 * What a row leaves out has the usual value: served in the group's first version, cluster-scoped unless in `namespaced`, all eight
 * verbs, singular = lower-case kind, stored in its own group and first version.
 */
import type { FieldLabel, Verb } from './kind.js';

export interface Row {
  kind: string;
  plural: string;
  /** Served versions, preferred first. */
  versions?: readonly string[];
  namespaced?: true;
  shortNames?: readonly string[];
  categories?: readonly string[];
  verbs?: readonly Verb[];
  /** `status`, or name, verbs and kind (`group/version/Kind`; a bare `Kind` is of the same group-version). */
  subresources?: readonly (string | readonly [string, readonly Verb[], string?])[];
  /** Group/version it is stored as, where that is not the group's first; `null`: never stored. */
  storedAs?: string | null;
  /** Under `/registry/`, where that is not the plural. */
  storagePath?: string;
  /** Selectable besides `metadata.name`; present (even empty) for kinds with their own field list (R6.51). */
  fields?: readonly (string | FieldLabel)[];
  /** Its text for other labels, where that is not the usual one: `%s` is the label, `%gvk` the kind. */
  unknownField?: string;
  generation?: true;
  createOnUpdate?: true;
  needsResourceVersion?: true;
  deleteReturnsObject?: true;
  defaultPropagation?: 'Orphan' | 'None';
  gracefulDelete?: true;
  platform?: true;
  /** By version: deprecated since 1.n, gone in 1.m (0: no date), and what replaces it (R1.33). */
  deprecated?: Readonly<Record<string, readonly [number, number, string?]>>;
}

export interface GroupRows {
  group: string;
  /** Of the Go types: `io.k8s.api.apps`, without the version. */
  package: string;
  versions: readonly string[];
  kinds: readonly Row[];
}

const CREATE: readonly Verb[] = ['create'];
const UPDATE: readonly Verb[] = ['get', 'patch', 'update'];
const CONNECT: readonly Verb[] = ['create', 'delete', 'get', 'patch', 'update'];
const STREAM: readonly Verb[] = ['create', 'get'];
const SCALE = ['scale', UPDATE, 'autoscaling/v1/Scale'] as const;
const ALL = ['all'];
const EXTENSIONS = ['api-extensions'];
const namespaced = true;
const platform = true;
const generation = true;
const createOnUpdate = true;
const needsResourceVersion = true;
const deleteReturnsObject = true;

const eventObject = (root: string): string[] =>
  ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map((member) => `${root}.${member}`);

export const TABLE: readonly GroupRows[] = [
  {
    group: '',
    package: 'io.k8s.api.core',
    versions: ['v1'],
    kinds: [
      { kind: 'Binding', plural: 'bindings', namespaced, verbs: CREATE, storedAs: null },
      {
        kind: 'ComponentStatus',
        plural: 'componentstatuses',
        shortNames: ['cs'],
        verbs: ['get', 'list'],
        storedAs: null,
        deprecated: { v1: [19, 0] },
      },
      { kind: 'ConfigMap', plural: 'configmaps', namespaced, shortNames: ['cm'], platform },
      {
        kind: 'Endpoints',
        plural: 'endpoints',
        namespaced,
        shortNames: ['ep'],
        storagePath: 'services/endpoints',
        createOnUpdate,
        deprecated: { v1: [33, 0, 'discovery.k8s.io/v1 EndpointSlice'] },
      },
      {
        kind: 'Event',
        plural: 'events',
        namespaced,
        shortNames: ['ev'],
        fields: [
          ...eventObject('involvedObject'),
          'reason',
          'reportingComponent',
          { label: 'source', path: 'source.component', otherPath: 'reportingComponent' },
          'type',
        ],
        createOnUpdate,
        defaultPropagation: 'None',
        platform,
      },
      { kind: 'LimitRange', plural: 'limitranges', namespaced, shortNames: ['limits'], createOnUpdate, platform },
      {
        kind: 'Namespace',
        plural: 'namespaces',
        shortNames: ['ns'],
        verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
        subresources: [['finalize', ['update']], 'status'],
        fields: ['status.phase'],
        deleteReturnsObject,
        platform,
      },
      {
        kind: 'Node',
        plural: 'nodes',
        shortNames: ['no'],
        subresources: [['proxy', CONNECT, 'NodeProxyOptions'], 'status'],
        storagePath: 'minions',
        fields: [{ label: 'spec.unschedulable', path: 'spec.unschedulable', absent: 'false' }],
      },
      {
        kind: 'PersistentVolumeClaim',
        plural: 'persistentvolumeclaims',
        namespaced,
        shortNames: ['pvc'],
        subresources: ['status'],
        deleteReturnsObject,
      },
      { kind: 'PersistentVolume', plural: 'persistentvolumes', shortNames: ['pv'], subresources: ['status'], deleteReturnsObject },
      {
        kind: 'Pod',
        plural: 'pods',
        namespaced,
        shortNames: ['po'],
        categories: ALL,
        subresources: [
          ['attach', STREAM, 'PodAttachOptions'],
          ['binding', CREATE, 'Binding'],
          ['ephemeralcontainers', UPDATE],
          ['eviction', CREATE, 'policy/v1/Eviction'],
          ['exec', STREAM, 'PodExecOptions'],
          ['log', ['get']],
          ['portforward', STREAM, 'PodPortForwardOptions'],
          ['proxy', CONNECT, 'PodProxyOptions'],
          ['resize', UPDATE],
          'status',
        ],
        fields: [
          'spec.nodeName',
          { label: 'spec.host', path: 'spec.nodeName' },
          'spec.restartPolicy',
          'spec.schedulerName',
          'spec.serviceAccountName',
          { label: 'spec.hostNetwork', path: 'spec.hostNetwork', absent: 'false' },
          'status.phase',
          'status.podIP',
          { label: 'status.podIPs' },
          'status.nominatedNodeName',
        ],
        generation,
        deleteReturnsObject,
        gracefulDelete: true,
      },
      { kind: 'PodTemplate', plural: 'podtemplates', namespaced, generation, deleteReturnsObject },
      {
        kind: 'ReplicationController',
        plural: 'replicationcontrollers',
        namespaced,
        shortNames: ['rc'],
        categories: ALL,
        subresources: [SCALE, 'status'],
        storagePath: 'controllers',
        fields: [{ label: 'status.replicas', path: 'status.replicas', absent: '0' }],
        generation,
        defaultPropagation: 'Orphan',
      },
      {
        kind: 'ResourceQuota',
        plural: 'resourcequotas',
        namespaced,
        shortNames: ['quota'],
        subresources: ['status'],
        deleteReturnsObject,
        platform,
      },
      { kind: 'Secret', plural: 'secrets', namespaced, fields: ['type'], platform },
      {
        kind: 'ServiceAccount',
        plural: 'serviceaccounts',
        namespaced,
        shortNames: ['sa'],
        subresources: [['token', CREATE, 'authentication.k8s.io/v1/TokenRequest']],
        deleteReturnsObject,
        platform,
      },
      {
        kind: 'Service',
        plural: 'services',
        namespaced,
        shortNames: ['svc'],
        categories: ALL,
        subresources: [['proxy', CONNECT, 'ServiceProxyOptions'], 'status'],
        storagePath: 'services/specs',
        fields: ['spec.clusterIP', 'spec.type'],
        createOnUpdate,
        deleteReturnsObject,
      },
    ],
  },
  {
    group: 'apiregistration.k8s.io',
    package: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
    versions: ['v1'],
    kinds: [
      {
        kind: 'APIService',
        plural: 'apiservices',
        categories: EXTENSIONS,
        subresources: ['status'],
        storagePath: 'apiregistration.k8s.io/apiservices',
        needsResourceVersion,
        platform,
      },
    ],
  },
  {
    group: 'apps',
    package: 'io.k8s.api.apps',
    versions: ['v1'],
    kinds: [
      { kind: 'ControllerRevision', plural: 'controllerrevisions', namespaced },
      {
        kind: 'DaemonSet',
        plural: 'daemonsets',
        namespaced,
        shortNames: ['ds'],
        categories: ALL,
        subresources: ['status'],
        generation,
      },
      {
        kind: 'Deployment',
        plural: 'deployments',
        namespaced,
        shortNames: ['deploy'],
        categories: ALL,
        subresources: [SCALE, 'status'],
        generation,
      },
      {
        kind: 'ReplicaSet',
        plural: 'replicasets',
        namespaced,
        shortNames: ['rs'],
        categories: ALL,
        subresources: [SCALE, 'status'],
        generation,
      },
      {
        kind: 'StatefulSet',
        plural: 'statefulsets',
        namespaced,
        shortNames: ['sts'],
        categories: ALL,
        subresources: [SCALE, 'status'],
        generation,
      },
    ],
  },
  {
    group: 'events.k8s.io',
    package: 'io.k8s.api.events',
    versions: ['v1'],
    kinds: [
      {
        kind: 'Event',
        plural: 'events',
        namespaced,
        shortNames: ['ev'],
        storedAs: '/v1',
        fields: [...eventObject('regarding'), 'reason', 'reportingController', 'type'],
        createOnUpdate,
        defaultPropagation: 'None',
        platform,
      },
    ],
  },
  {
    group: 'authentication.k8s.io',
    package: 'io.k8s.api.authentication',
    versions: ['v1'],
    kinds: [
      { kind: 'SelfSubjectReview', plural: 'selfsubjectreviews', verbs: CREATE, storedAs: null, platform },
      { kind: 'TokenReview', plural: 'tokenreviews', verbs: CREATE, storedAs: null, platform },
    ],
  },
  {
    group: 'authorization.k8s.io',
    package: 'io.k8s.api.authorization',
    versions: ['v1'],
    kinds: [
      { kind: 'LocalSubjectAccessReview', plural: 'localsubjectaccessreviews', namespaced, verbs: CREATE, storedAs: null, platform },
      { kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews', verbs: CREATE, storedAs: null, platform },
      { kind: 'SelfSubjectRulesReview', plural: 'selfsubjectrulesreviews', verbs: CREATE, storedAs: null, platform },
      { kind: 'SubjectAccessReview', plural: 'subjectaccessreviews', verbs: CREATE, storedAs: null, platform },
    ],
  },
  {
    group: 'autoscaling',
    package: 'io.k8s.api.autoscaling',
    versions: ['v2', 'v1'],
    kinds: [
      {
        kind: 'HorizontalPodAutoscaler',
        plural: 'horizontalpodautoscalers',
        versions: ['v2', 'v1'],
        namespaced,
        shortNames: ['hpa'],
        categories: ALL,
        subresources: ['status'],
      },
    ],
  },
  {
    group: 'batch',
    package: 'io.k8s.api.batch',
    versions: ['v1'],
    kinds: [
      {
        kind: 'CronJob',
        plural: 'cronjobs',
        namespaced,
        shortNames: ['cj'],
        categories: ALL,
        subresources: ['status'],
        generation,
      },
      {
        kind: 'Job',
        plural: 'jobs',
        namespaced,
        categories: ALL,
        subresources: ['status'],
        fields: [{ label: 'status.successful', path: 'status.succeeded', absent: '0' }],
        unknownField: 'field label "%s" not supported for Job',
        generation,
        defaultPropagation: 'Orphan',
      },
    ],
  },
  {
    group: 'certificates.k8s.io',
    package: 'io.k8s.api.certificates',
    versions: ['v1', 'v1beta1', 'v1alpha1'],
    kinds: [
      {
        kind: 'CertificateSigningRequest',
        plural: 'certificatesigningrequests',
        shortNames: ['csr'],
        subresources: [['approval', UPDATE], 'status'],
        fields: ['spec.signerName'],
        platform,
      },
      {
        kind: 'ClusterTrustBundle',
        plural: 'clustertrustbundles',
        versions: ['v1beta1', 'v1alpha1'],
        fields: ['spec.signerName'],
        needsResourceVersion,
        deprecated: { v1alpha1: [34, 37] },
      },
      {
        kind: 'PodCertificateRequest',
        plural: 'podcertificaterequests',
        versions: ['v1beta1'],
        namespaced,
        subresources: ['status'],
        fields: ['spec.signerName', 'spec.podName', 'spec.nodeName'],
        needsResourceVersion,
      },
    ],
  },
  {
    group: 'networking.k8s.io',
    package: 'io.k8s.api.networking',
    versions: ['v1', 'v1beta1'],
    kinds: [
      { kind: 'IngressClass', plural: 'ingressclasses', generation },
      {
        kind: 'Ingress',
        plural: 'ingresses',
        namespaced,
        shortNames: ['ing'],
        subresources: ['status'],
        storagePath: 'ingress',
        generation,
      },
      {
        kind: 'IPAddress',
        plural: 'ipaddresses',
        versions: ['v1', 'v1beta1'],
        shortNames: ['ip'],
        deprecated: { v1beta1: [34, 37] },
      },
      { kind: 'NetworkPolicy', plural: 'networkpolicies', namespaced, shortNames: ['netpol'], generation },
      {
        kind: 'ServiceCIDR',
        plural: 'servicecidrs',
        versions: ['v1', 'v1beta1'],
        subresources: ['status'],
        deprecated: { v1beta1: [34, 37] },
      },
    ],
  },
  {
    group: 'policy',
    package: 'io.k8s.api.policy',
    versions: ['v1'],
    kinds: [
      {
        kind: 'PodDisruptionBudget',
        plural: 'poddisruptionbudgets',
        namespaced,
        shortNames: ['pdb'],
        subresources: ['status'],
        generation,
        needsResourceVersion,
      },
    ],
  },
  {
    group: 'rbac.authorization.k8s.io',
    package: 'io.k8s.api.rbac',
    versions: ['v1'],
    kinds: [
      { kind: 'ClusterRoleBinding', plural: 'clusterrolebindings', createOnUpdate, platform },
      { kind: 'ClusterRole', plural: 'clusterroles', createOnUpdate, platform },
      { kind: 'RoleBinding', plural: 'rolebindings', namespaced, createOnUpdate, platform },
      { kind: 'Role', plural: 'roles', namespaced, createOnUpdate, platform },
    ],
  },
  {
    group: 'storage.k8s.io',
    package: 'io.k8s.api.storage',
    versions: ['v1', 'v1beta1'],
    kinds: [
      { kind: 'CSIDriver', plural: 'csidrivers', needsResourceVersion, deleteReturnsObject },
      { kind: 'CSINode', plural: 'csinodes', needsResourceVersion, deleteReturnsObject },
      { kind: 'CSIStorageCapacity', plural: 'csistoragecapacities', namespaced, needsResourceVersion },
      { kind: 'StorageClass', plural: 'storageclasses', shortNames: ['sc'], deleteReturnsObject },
      { kind: 'VolumeAttachment', plural: 'volumeattachments', subresources: ['status'], needsResourceVersion, deleteReturnsObject },
      {
        kind: 'VolumeAttributesClass',
        plural: 'volumeattributesclasses',
        versions: ['v1', 'v1beta1'],
        shortNames: ['vac'],
        deleteReturnsObject,
        deprecated: { v1beta1: [34, 37, 'storage.k8s.io/v1 VolumeAttributesClass'] },
      },
    ],
  },
  {
    group: 'admissionregistration.k8s.io',
    package: 'io.k8s.api.admissionregistration',
    versions: ['v1', 'v1beta1', 'v1alpha1'],
    kinds: [
      {
        kind: 'MutatingAdmissionPolicy',
        plural: 'mutatingadmissionpolicies',
        versions: ['v1', 'v1beta1', 'v1alpha1'],
        categories: EXTENSIONS,
        storedAs: 'admissionregistration.k8s.io/v1beta1',
        generation,
        needsResourceVersion,
        platform,
        deprecated: { v1alpha1: [35, 38] },
      },
      {
        kind: 'MutatingAdmissionPolicyBinding',
        plural: 'mutatingadmissionpolicybindings',
        versions: ['v1', 'v1beta1', 'v1alpha1'],
        categories: EXTENSIONS,
        storedAs: 'admissionregistration.k8s.io/v1beta1',
        generation,
        needsResourceVersion,
        platform,
        deprecated: { v1alpha1: [35, 38] },
      },
      {
        kind: 'MutatingWebhookConfiguration',
        plural: 'mutatingwebhookconfigurations',
        categories: EXTENSIONS,
        generation,
        needsResourceVersion,
        platform,
      },
      {
        kind: 'ValidatingAdmissionPolicy',
        plural: 'validatingadmissionpolicies',
        categories: EXTENSIONS,
        subresources: ['status'],
        generation,
        needsResourceVersion,
        platform,
      },
      {
        kind: 'ValidatingAdmissionPolicyBinding',
        plural: 'validatingadmissionpolicybindings',
        categories: EXTENSIONS,
        generation,
        needsResourceVersion,
        platform,
      },
      {
        kind: 'ValidatingWebhookConfiguration',
        plural: 'validatingwebhookconfigurations',
        categories: EXTENSIONS,
        generation,
        needsResourceVersion,
        platform,
      },
    ],
  },
  {
    group: 'apiextensions.k8s.io',
    package: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
    versions: ['v1'],
    kinds: [
      {
        kind: 'CustomResourceDefinition',
        plural: 'customresourcedefinitions',
        shortNames: ['crd', 'crds'],
        categories: EXTENSIONS,
        subresources: ['status'],
        storedAs: 'apiextensions.k8s.io/v1beta1',
        storagePath: 'apiextensions.k8s.io/customresourcedefinitions',
        generation,
        needsResourceVersion,
        platform,
      },
    ],
  },
  {
    group: 'scheduling.k8s.io',
    package: 'io.k8s.api.scheduling',
    versions: ['v1', 'v1alpha2'],
    kinds: [
      { kind: 'PodGroup', plural: 'podgroups', versions: ['v1alpha2'], namespaced, subresources: ['status'] },
      { kind: 'PriorityClass', plural: 'priorityclasses', shortNames: ['pc'], generation },
      { kind: 'Workload', plural: 'workloads', versions: ['v1alpha2'], namespaced },
    ],
  },
  {
    group: 'coordination.k8s.io',
    package: 'io.k8s.api.coordination',
    versions: ['v1', 'v1beta1', 'v1alpha2'],
    kinds: [
      {
        kind: 'LeaseCandidate',
        plural: 'leasecandidates',
        versions: ['v1beta1', 'v1alpha2'],
        namespaced,
        createOnUpdate,
        needsResourceVersion,
        deprecated: { v1beta1: [36, 39], v1alpha2: [35, 38] },
      },
      { kind: 'Lease', plural: 'leases', namespaced, createOnUpdate, needsResourceVersion, platform },
    ],
  },
  {
    group: 'node.k8s.io',
    package: 'io.k8s.api.node',
    versions: ['v1'],
    kinds: [{ kind: 'RuntimeClass', plural: 'runtimeclasses', createOnUpdate, needsResourceVersion }],
  },
  {
    group: 'discovery.k8s.io',
    package: 'io.k8s.api.discovery',
    versions: ['v1'],
    kinds: [{ kind: 'EndpointSlice', plural: 'endpointslices', namespaced, generation }],
  },
  {
    group: 'resource.k8s.io',
    package: 'io.k8s.api.resource',
    versions: ['v1', 'v1beta2', 'v1beta1', 'v1alpha3'],
    kinds: [
      {
        kind: 'DeviceClass',
        plural: 'deviceclasses',
        versions: ['v1', 'v1beta2', 'v1beta1'],
        generation,
        deleteReturnsObject,
        deprecated: { v1beta2: [36, 39], v1beta1: [35, 38] },
      },
      {
        kind: 'DeviceTaintRule',
        plural: 'devicetaintrules',
        versions: ['v1beta2', 'v1alpha3'],
        subresources: ['status'],
        generation,
        deleteReturnsObject,
        deprecated: { v1alpha3: [36, 39] },
      },
      {
        kind: 'ResourceClaim',
        plural: 'resourceclaims',
        versions: ['v1', 'v1beta2', 'v1beta1'],
        namespaced,
        subresources: ['status'],
        deleteReturnsObject,
        deprecated: { v1beta2: [36, 39], v1beta1: [35, 38] },
      },
      {
        kind: 'ResourceClaimTemplate',
        plural: 'resourceclaimtemplates',
        versions: ['v1', 'v1beta2', 'v1beta1'],
        namespaced,
        deleteReturnsObject,
        deprecated: { v1beta2: [36, 39], v1beta1: [35, 38] },
      },
      {
        kind: 'ResourcePoolStatusRequest',
        plural: 'resourcepoolstatusrequests',
        versions: ['v1alpha3'],
        subresources: ['status'],
        deleteReturnsObject,
      },
      {
        kind: 'ResourceSlice',
        plural: 'resourceslices',
        versions: ['v1', 'v1beta2', 'v1beta1'],
        fields: ['spec.nodeName', 'spec.driver'],
        unknownField: 'field label not supported for %gvk: %s',
        generation,
        deleteReturnsObject,
        deprecated: { v1beta2: [36, 39], v1beta1: [35, 38] },
      },
    ],
  },
  {
    group: 'flowcontrol.apiserver.k8s.io',
    package: 'io.k8s.api.flowcontrol',
    versions: ['v1'],
    kinds: [
      { kind: 'FlowSchema', plural: 'flowschemas', subresources: ['status'], generation, platform },
      { kind: 'PriorityLevelConfiguration', plural: 'prioritylevelconfigurations', subresources: ['status'], generation, platform },
    ],
  },
  {
    group: 'internal.apiserver.k8s.io',
    package: 'io.k8s.api.apiserverinternal',
    versions: ['v1alpha1'],
    kinds: [{ kind: 'StorageVersion', plural: 'storageversions', subresources: ['status'], needsResourceVersion }],
  },
  {
    group: 'storagemigration.k8s.io',
    package: 'io.k8s.api.storagemigration',
    versions: ['v1beta1'],
    kinds: [{ kind: 'StorageVersionMigration', plural: 'storageversionmigrations', subresources: ['status'], needsResourceVersion }],
  },
];
