/**
 * Roles and bindings that every cluster has from the start (E7.10–E7.13), as data. A rule reads `verbs: resources`, then `in` its API groups
 * (the core group, called `core`, where there are none) and `named` its resource names; `paths:` stands in front of non-resource URLs.
 */
export interface BootstrapRole {
  name: string;
  /** Roles only. */
  namespace?: string;
  rules: readonly string[];
  /** `admin`: its rules go into that aggregated role. */
  aggregateTo?: string;
  /** Gathers the roles that aggregate to this name. */
  aggregated?: boolean;
}

export interface BootstrapBinding {
  name: string;
  namespace?: string;
  role: string;
  /** `Group:system:masters`, `User:…`, `ServiceAccount:namespace/name` */
  subjects: readonly string[];
}

const READ = 'get list watch';
const WRITE = 'create delete deletecollection patch update';
const EVENTS = 'create patch update: events in core events.k8s.io';
const REVIEWS = ['create: tokenreviews in authentication.k8s.io', 'create: subjectaccessreviews in authorization.k8s.io'];

const signers = (name: string): BootstrapRole => ({
  name: `system:certificates.k8s.io:${name}-approver`,
  rules: [`approve: signers in certificates.k8s.io named kubernetes.io/${name}`],
});

const USER_ROLES: readonly BootstrapRole[] = [
  { name: 'cluster-admin', rules: ['*: * in *', '* paths: *'] },
  { name: 'admin', rules: [], aggregated: true },
  { name: 'edit', rules: [], aggregated: true, aggregateTo: 'admin' },
  { name: 'view', rules: [], aggregated: true, aggregateTo: 'edit' },
  {
    name: 'system:aggregate-to-admin',
    aggregateTo: 'admin',
    rules: [
      'create: localsubjectaccessreviews in authorization.k8s.io',
      'create delete deletecollection get list patch update watch: rolebindings roles in rbac.authorization.k8s.io',
    ],
  },
  {
    name: 'system:aggregate-to-edit',
    aggregateTo: 'edit',
    rules: [
      `${READ}: pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy`,
      'impersonate: serviceaccounts',
      `${WRITE}: pods pods/attach pods/exec pods/portforward pods/proxy`,
      'create: pods/eviction',
      `${WRITE}: configmaps events persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy`,
      'create: serviceaccounts/token',
      `${WRITE}: daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets statefulsets/scale in apps`,
      `${WRITE}: horizontalpodautoscalers in autoscaling`,
      `${WRITE}: cronjobs jobs in batch`,
      `${WRITE}: daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale replicationcontrollers/scale in extensions`,
      `${WRITE}: poddisruptionbudgets in policy`,
      `${WRITE}: ingresses networkpolicies in networking.k8s.io`,
      'create delete deletecollection get list patch update watch: leases in coordination.k8s.io',
      `${WRITE}: resourceclaims resourceclaimtemplates in resource.k8s.io`,
    ],
  },
  {
    name: 'system:aggregate-to-view',
    aggregateTo: 'view',
    rules: [
      `${READ}: configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers replicationcontrollers/scale serviceaccounts services services/status`,
      `${READ}: bindings events limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas resourcequotas/status`,
      `${READ}: namespaces`,
      `${READ}: endpointslices in discovery.k8s.io`,
      `${READ}: controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status in apps`,
      `${READ}: horizontalpodautoscalers horizontalpodautoscalers/status in autoscaling`,
      `${READ}: cronjobs cronjobs/status jobs jobs/status in batch`,
      `${READ}: daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale in extensions`,
      `${READ}: poddisruptionbudgets poddisruptionbudgets/status in policy`,
      `${READ}: ingresses ingresses/status networkpolicies in networking.k8s.io`,
      `${READ}: resourceclaims resourceclaims/status resourceclaimtemplates in resource.k8s.io`,
    ],
  },
  {
    name: 'system:discovery',
    rules: ['get paths: /api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/'],
  },
  { name: 'system:public-info-viewer', rules: ['get paths: /healthz /livez /readyz /version /version/'] },
  {
    name: 'system:basic-user',
    rules: [
      'create: selfsubjectaccessreviews selfsubjectrulesreviews in authorization.k8s.io',
      'create: selfsubjectreviews in authentication.k8s.io',
    ],
  },
  { name: 'system:auth-delegator', rules: REVIEWS },
  { name: 'system:service-account-issuer-discovery', rules: ['get paths: /.well-known/openid-configuration /openid/v1/jwks'] },
  {
    name: 'system:monitoring',
    rules: ['get paths: /healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*'],
  },
  signers('kube-apiserver-client'),
  signers('kube-apiserver-client-kubelet'),
  signers('kubelet-serving'),
  signers('legacy-unknown'),
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    rules: ['create: certificatesigningrequests/nodeclient in certificates.k8s.io'],
  },
  {
    name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    rules: ['create: certificatesigningrequests/selfnodeclient in certificates.k8s.io'],
  },
];

const COMPONENT_ROLES: readonly BootstrapRole[] = [
  { name: 'system:heapster', rules: [`${READ}: events namespaces nodes pods`, `${READ}: deployments in extensions`] },
  { name: 'system:kube-aggregator', rules: [`${READ}: endpoints services`] },
  {
    name: 'system:kube-controller-manager',
    rules: [
      EVENTS,
      'create: leases in coordination.k8s.io',
      'get update: leases in coordination.k8s.io named kube-controller-manager',
      'create: secrets serviceaccounts',
      'delete: secrets',
      'get: configmaps namespaces secrets serviceaccounts',
      'update: secrets serviceaccounts',
      ...REVIEWS,
      'list watch: * in *',
      'create: serviceaccounts/token',
    ],
  },
  { name: 'system:kube-dns', rules: ['list watch: endpoints services'] },
  {
    name: 'system:kube-scheduler',
    rules: [
      EVENTS,
      'create: leases in coordination.k8s.io',
      'get update: leases in coordination.k8s.io named kube-scheduler',
      `${READ}: nodes`,
      'delete get list watch: pods',
      'create: bindings pods/binding',
      'patch update: pods/status',
      `${READ}: replicationcontrollers services`,
      `${READ}: replicasets in apps extensions`,
      `${READ}: statefulsets in apps`,
      `${READ}: poddisruptionbudgets in policy`,
      `${READ}: persistentvolumeclaims persistentvolumes`,
      ...REVIEWS,
      `${READ}: csinodes in storage.k8s.io`,
      `${READ}: namespaces`,
      `${READ}: csidrivers in storage.k8s.io`,
      `${READ}: csistoragecapacities in storage.k8s.io`,
    ],
  },
  {
    name: 'system:kubelet-api-admin',
    rules: [`${READ}: nodes`, 'proxy: nodes', '*: nodes/log nodes/metrics nodes/proxy nodes/stats'],
  },
  {
    name: 'system:node',
    rules: [
      'create: tokenreviews in authentication.k8s.io',
      'create: localsubjectaccessreviews subjectaccessreviews in authorization.k8s.io',
      `${READ}: services`,
      'create get list watch: nodes',
      'patch update: nodes/status',
      'patch update: nodes',
      'create patch update: events',
      `${READ}: pods`,
      'create delete: pods',
      'patch update: pods/status',
      'create: pods/eviction',
      `${READ}: configmaps secrets`,
      'get: persistentvolumeclaims persistentvolumes',
      'get: endpoints',
      'create get list watch: certificatesigningrequests in certificates.k8s.io',
      'create delete get patch update: leases in coordination.k8s.io',
      'get: volumeattachments in storage.k8s.io',
      'create: serviceaccounts/token',
      'get patch update: persistentvolumeclaims/status',
      `${READ}: csidrivers in storage.k8s.io`,
      'create delete get patch update: csinodes in storage.k8s.io',
      `${READ}: runtimeclasses in node.k8s.io`,
    ],
  },
  {
    name: 'system:node-bootstrapper',
    rules: ['create get list watch: certificatesigningrequests in certificates.k8s.io'],
  },
  { name: 'system:node-problem-detector', rules: ['get: nodes', 'patch: nodes/status', EVENTS] },
  {
    name: 'system:node-proxier',
    rules: ['list watch: endpoints services', `${READ}: nodes`, EVENTS, 'list watch: endpointslices in discovery.k8s.io'],
  },
  {
    name: 'system:persistent-volume-provisioner',
    rules: [
      'create delete get list watch: persistentvolumes',
      'get list update watch: persistentvolumeclaims',
      `${READ}: storageclasses in storage.k8s.io`,
      'watch: events',
      EVENTS,
    ],
  },
  {
    name: 'system:volume-scheduler',
    rules: [
      'get list patch update watch: persistentvolumes',
      `${READ}: storageclasses in storage.k8s.io`,
      'get list patch update watch: persistentvolumeclaims',
    ],
  },
];

const CONTROLLERS: Readonly<Record<string, readonly string[]>> = {
  'attachdetach-controller': [
    'list watch: persistentvolumeclaims persistentvolumes',
    `${READ}: nodes`,
    'patch update: nodes/status',
    'list watch: pods',
    EVENTS,
    'create delete get list watch: volumeattachments in storage.k8s.io',
    `${READ}: csidrivers in storage.k8s.io`,
    `${READ}: csinodes in storage.k8s.io`,
  ],
  'certificate-controller': [
    'delete get list watch: certificatesigningrequests in certificates.k8s.io',
    'update: certificatesigningrequests/approval certificatesigningrequests/status in certificates.k8s.io',
    'approve: signers in certificates.k8s.io named kubernetes.io/kube-apiserver-client-kubelet',
    'sign: signers in certificates.k8s.io named kubernetes.io/kube-apiserver-client kubernetes.io/kube-apiserver-client-kubelet kubernetes.io/kubelet-serving kubernetes.io/legacy-unknown',
    'create: subjectaccessreviews in authorization.k8s.io',
    EVENTS,
  ],
  'clusterrole-aggregation-controller': ['escalate get list patch update watch: clusterroles in rbac.authorization.k8s.io'],
  'cronjob-controller': [
    'get list update watch: cronjobs in batch',
    'create delete get list patch update watch: jobs in batch',
    'update: cronjobs/status in batch',
    'update: cronjobs/finalizers in batch',
    'delete list watch: pods',
    EVENTS,
  ],
  'daemon-set-controller': [
    `${READ}: daemonsets in apps extensions`,
    'update: daemonsets/status in apps extensions',
    'update: daemonsets/finalizers in apps extensions',
    'list watch: nodes',
    'create delete list patch watch: pods',
    'create: pods/binding',
    'create delete get list patch update watch: controllerrevisions in apps',
    EVENTS,
  ],
  'deployment-controller': [
    'get list update watch: deployments in apps extensions',
    'update: deployments/status in apps extensions',
    'update: deployments/finalizers in apps extensions',
    'create delete get list patch update watch: replicasets in apps extensions',
    'get list update watch: pods',
    EVENTS,
  ],
  'device-taint-eviction-controller': [
    'delete get list watch: pods',
    'patch update: pods/status',
    `${READ}: resourceclaims in resource.k8s.io`,
    `${READ}: resourceslices in resource.k8s.io`,
    `${READ}: deviceclasses in resource.k8s.io`,
    EVENTS,
  ],
  'disruption-controller': [
    `${READ}: deployments in apps extensions`,
    `${READ}: replicasets in apps extensions`,
    `${READ}: replicationcontrollers`,
    `${READ}: poddisruptionbudgets in policy`,
    `${READ}: statefulsets in apps`,
    'update: poddisruptionbudgets/status in policy',
    'patch update: pods/status',
    'get: */scale in *',
    EVENTS,
  ],
  'endpoint-controller': [
    `${READ}: pods services`,
    'create delete get list update watch: endpoints',
    'create: endpoints/restricted',
    EVENTS,
  ],
  'endpointslice-controller': [
    `${READ}: nodes pods services`,
    'update: services/finalizers',
    'create delete get list update watch: endpointslices in discovery.k8s.io',
    EVENTS,
  ],
  'endpointslicemirroring-controller': [
    `${READ}: endpoints services`,
    'update: services/finalizers',
    'update: endpoints/finalizers',
    'create delete get list update watch: endpointslices in discovery.k8s.io',
    EVENTS,
  ],
  'ephemeral-volume-controller': [`${READ}: pods`, 'update: pods/finalizers', 'create get list watch: persistentvolumeclaims', EVENTS],
  'expand-controller': [
    'get list patch update watch: persistentvolumes',
    'patch update: persistentvolumeclaims/status',
    `${READ}: persistentvolumeclaims`,
    EVENTS,
  ],
  'generic-garbage-collector': ['delete get list patch update watch: * in *', EVENTS],
  'horizontal-pod-autoscaler': [
    `${READ}: horizontalpodautoscalers in autoscaling`,
    'update: horizontalpodautoscalers/status in autoscaling',
    'get update: */scale in *',
    'list watch: pods',
    'list watch: pods in metrics.k8s.io',
    `${READ}: * in custom.metrics.k8s.io`,
    `${READ}: * in external.metrics.k8s.io`,
    EVENTS,
  ],
  'job-controller': [
    'get list patch update watch: jobs in batch',
    'update: jobs/status in batch',
    'update: jobs/finalizers in batch',
    'create delete list patch watch: pods',
    EVENTS,
  ],
  'legacy-service-account-token-cleaner': [
    'get: configmaps named kube-apiserver-legacy-service-account-token-tracking',
    'delete patch: secrets',
  ],
  'namespace-controller': [
    'delete get list watch: namespaces',
    'update: namespaces/finalize namespaces/status',
    'delete deletecollection get list watch: * in *',
  ],
  'node-controller': [
    'delete get list patch update watch: nodes',
    'patch update: nodes/status',
    'patch update: pods/status',
    'delete get list watch: pods',
    EVENTS,
  ],
  'persistent-volume-binder': [
    'create delete get list update watch: persistentvolumes',
    'update: persistentvolumes/status',
    'get list update watch: persistentvolumeclaims',
    'update: persistentvolumeclaims/status',
    'create delete get list watch: pods',
    `${READ}: storageclasses in storage.k8s.io`,
    'list watch: nodes',
    EVENTS,
    'watch: events',
  ],
  'pod-garbage-collector': ['delete list watch: pods', `${READ}: nodes`, 'patch: pods/status'],
  'pv-protection-controller': ['get list update watch: persistentvolumes', EVENTS],
  'pvc-protection-controller': [
    'get list update watch: persistentvolumeclaims',
    'update: persistentvolumeclaims/status',
    `${READ}: pods`,
    EVENTS,
  ],
  'replicaset-controller': [
    'get list update watch: replicasets in apps extensions',
    'update: replicasets/status in apps extensions',
    'update: replicasets/finalizers in apps extensions',
    'create delete list patch watch: pods',
    EVENTS,
  ],
  'replication-controller': [
    'get list update watch: replicationcontrollers',
    'update: replicationcontrollers/status',
    'update: replicationcontrollers/finalizers',
    'create delete list patch watch: pods',
    EVENTS,
  ],
  'resource-claim-controller': [
    `${READ}: pods`,
    'update: pods/finalizers',
    'create delete get list watch: resourceclaims in resource.k8s.io',
    'patch update: resourceclaims resourceclaims/status in resource.k8s.io',
    'patch update: pods/status',
    EVENTS,
    'patch update: resourceclaims/binding in resource.k8s.io',
  ],
  'resourcequota-controller': ['list watch: * in *', 'update: resourcequotas/status', EVENTS],
  'root-ca-cert-publisher': ['create update: configmaps', EVENTS],
  'route-controller': ['list watch: nodes', 'patch: nodes/status', EVENTS],
  'selinux-warning-controller': [
    EVENTS,
    `${READ}: persistentvolumes`,
    `${READ}: persistentvolumeclaims`,
    `${READ}: pods`,
    `${READ}: csidrivers in storage.k8s.io`,
  ],
  'service-account-controller': ['create: serviceaccounts', EVENTS],
  'service-cidrs-controller': [
    'get list patch update watch: servicecidrs in networking.k8s.io',
    'patch update: servicecidrs/finalizers in networking.k8s.io',
    'patch update: servicecidrs/status in networking.k8s.io',
    `${READ}: ipaddresses in networking.k8s.io`,
    EVENTS,
  ],
  'service-controller': [`${READ}: services`, 'patch update: services/status', 'list watch: nodes', EVENTS],
  'statefulset-controller': [
    'list watch: pods',
    `${READ}: statefulsets in apps`,
    'update: statefulsets/status in apps',
    'update: statefulsets/finalizers in apps',
    'create delete get patch update: pods',
    'create delete get list patch update watch: controllerrevisions in apps',
    'create get list watch: persistentvolumeclaims',
    'delete update: persistentvolumeclaims',
    'update: pods/finalizers',
    EVENTS,
  ],
  'ttl-after-finished-controller': ['delete get list watch: jobs in batch', EVENTS],
  'ttl-controller': ['list patch update watch: nodes', EVENTS],
  'validatingadmissionpolicy-status-controller': [
    `${READ}: validatingadmissionpolicies in admissionregistration.k8s.io`,
    'get patch update: validatingadmissionpolicies/status in admissionregistration.k8s.io',
    EVENTS,
  ],
  'volumeattributesclass-protection-controller': [
    `${READ}: persistentvolumeclaims`,
    `${READ}: persistentvolumes`,
    'get list update watch: volumeattributesclasses in storage.k8s.io',
    EVENTS,
  ],
};

const AUTHENTICATED = 'Group:system:authenticated';
const EVERYBODY = [AUTHENTICATED, 'Group:system:unauthenticated'];
const asRole = (role: string, ...subjects: string[]): BootstrapBinding => ({ name: role, role, subjects });

export const CLUSTER_ROLES: readonly BootstrapRole[] = [
  ...USER_ROLES,
  ...COMPONENT_ROLES,
  ...Object.entries(CONTROLLERS).map(([name, rules]) => ({ name: `system:controller:${name}`, rules })),
];

export const CLUSTER_ROLE_BINDINGS: readonly BootstrapBinding[] = [
  asRole('cluster-admin', 'Group:system:masters'),
  asRole('system:monitoring', 'Group:system:monitoring'),
  asRole('system:discovery', AUTHENTICATED),
  asRole('system:basic-user', AUTHENTICATED),
  asRole('system:public-info-viewer', ...EVERYBODY),
  asRole('system:node-proxier', 'User:system:kube-proxy'),
  asRole('system:kube-controller-manager', 'User:system:kube-controller-manager'),
  asRole('system:kube-dns', 'ServiceAccount:kube-system/kube-dns'),
  asRole('system:kube-scheduler', 'User:system:kube-scheduler'),
  asRole('system:volume-scheduler', 'User:system:kube-scheduler'),
  asRole('system:service-account-issuer-discovery', 'Group:system:serviceaccounts'),
  asRole('system:node'),
  ...Object.keys(CONTROLLERS).map((name) => asRole(`system:controller:${name}`, `ServiceAccount:kube-system/${name}`)),
];

const LEADER_RULES = [
  'create get list update watch: leases in coordination.k8s.io',
  'create get list update watch: leasecandidates in coordination.k8s.io',
];

export const ROLES: readonly BootstrapRole[] = [
  {
    namespace: 'kube-public',
    name: 'system:controller:bootstrap-signer',
    rules: [`${READ}: configmaps`, 'update: configmaps named cluster-info', EVENTS],
  },
  {
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication-reader',
    rules: [`${READ}: configmaps named extension-apiserver-authentication`],
  },
  { namespace: 'kube-system', name: 'system::leader-locking-kube-controller-manager', rules: LEADER_RULES },
  { namespace: 'kube-system', name: 'system::leader-locking-kube-scheduler', rules: LEADER_RULES },
  { namespace: 'kube-system', name: 'system:controller:bootstrap-signer', rules: [`${READ}: secrets`] },
  { namespace: 'kube-system', name: 'system:controller:cloud-provider', rules: ['create get list watch: configmaps'] },
  { namespace: 'kube-system', name: 'system:controller:token-cleaner', rules: ['delete get list watch: secrets', EVENTS] },
];

const ofController = (namespace: string, name: string): BootstrapBinding => ({
  namespace,
  ...asRole(`system:controller:${name}`, `ServiceAccount:kube-system/${name}`),
});

export const ROLE_BINDINGS: readonly BootstrapBinding[] = [
  ofController('kube-public', 'bootstrap-signer'),
  {
    namespace: 'kube-system',
    name: 'system::extension-apiserver-authentication-reader',
    role: 'extension-apiserver-authentication-reader',
    subjects: ['User:system:kube-controller-manager', 'User:system:kube-scheduler'],
  },
  {
    namespace: 'kube-system',
    ...asRole(
      'system::leader-locking-kube-controller-manager',
      'User:system:kube-controller-manager',
      'ServiceAccount:kube-system/kube-controller-manager',
      'ServiceAccount:kube-system/leader-election-controller',
    ),
  },
  {
    namespace: 'kube-system',
    ...asRole('system::leader-locking-kube-scheduler', 'User:system:kube-scheduler', 'ServiceAccount:kube-system/kube-scheduler'),
  },
  ofController('kube-system', 'bootstrap-signer'),
  ofController('kube-system', 'cloud-provider'),
  ofController('kube-system', 'token-cleaner'),
];
