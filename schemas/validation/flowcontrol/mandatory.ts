/** Objects of flow control that always exist, and those that Kubernetes suggests (G4.1, G4.4). */
import type { JsonObject } from '../../json-value.js';

const EVERYTHING: JsonObject = {
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
};
const group = (name: string): JsonObject => ({ kind: 'Group', group: { name } });
const user = (name: string): JsonObject => ({ kind: 'User', user: { name } });
const account = (namespace: string, name: string): JsonObject => ({ kind: 'ServiceAccount', serviceAccount: { namespace, name } });

const limited = (nominalConcurrencyShares: number, lendablePercent: number, limitResponse: JsonObject, more?: JsonObject): JsonObject => ({
  type: 'Limited',
  limited: { nominalConcurrencyShares, limitResponse, lendablePercent, ...more },
});
const queue = (queues: number, handSize: number): JsonObject => ({ type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } });

const schema = (level: string, matchingPrecedence: number, rules: JsonObject[], distinguisher?: string): JsonObject => ({
  priorityLevelConfiguration: { name: level },
  matchingPrecedence,
  ...(distinguisher && { distinguisherMethod: { type: distinguisher } }),
  rules,
});

/** Specs of levels, by name. */
export const MANDATORY_LEVELS: Readonly<Record<string, JsonObject>> = {
  exempt: { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } },
  'catch-all': limited(5, 0, { type: 'Reject' }),
};
export const SUGGESTED_LEVELS: Readonly<Record<string, JsonObject>> = {
  system: limited(30, 33, queue(64, 6)),
  'node-high': limited(40, 25, queue(64, 6)),
  'leader-election': limited(10, 0, queue(16, 4)),
  'workload-high': limited(40, 50, queue(128, 6)),
  'workload-low': limited(100, 90, queue(128, 6)),
  'global-default': limited(20, 50, queue(128, 6)),
};

/** Specs of schemas, by name. */
export const MANDATORY_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  exempt: schema('exempt', 1, [{ subjects: [group('system:masters')], ...EVERYTHING }]),
  'catch-all': schema(
    'catch-all',
    10000,
    [{ subjects: [group('system:unauthenticated'), group('system:authenticated')], ...EVERYTHING }],
    'ByUser',
  ),
};

const LEASES = ['get', 'create', 'update'];
const namespacedRule = (verbs: string[], apiGroups: string[], resources: string[], namespaces: string[]): JsonObject => ({
  verbs,
  apiGroups,
  resources,
  namespaces,
});
const nodeRules: JsonObject[] = [
  { verbs: ['*'], apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true, namespaces: ['*'] },
  namespacedRule(['*'], ['coordination.k8s.io'], ['leases'], ['*']),
];

export const SUGGESTED_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  probes: schema('exempt', 2, [
    {
      subjects: [group('system:unauthenticated'), group('system:authenticated')],
      nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
    },
  ]),
  'system-leader-election': schema(
    'leader-election',
    100,
    [
      {
        subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), account('kube-system', '*')],
        resourceRules: [namespacedRule(LEASES, ['coordination.k8s.io'], ['leases'], ['*'])],
      },
    ],
    'ByUser',
  ),
  'endpoint-controller': schema(
    'workload-high',
    150,
    [
      {
        subjects: [
          user('system:kube-controller-manager'),
          account('kube-system', 'endpoint-controller'),
          account('kube-system', 'endpointslice-controller'),
          account('kube-system', 'endpointslicemirroring-controller'),
        ],
        resourceRules: [
          namespacedRule(LEASES, [''], ['endpoints'], ['*']),
          namespacedRule(LEASES, ['discovery.k8s.io'], ['endpointslices'], ['*']),
        ],
      },
    ],
    'ByUser',
  ),
  'workload-leader-election': schema(
    'leader-election',
    200,
    [
      {
        subjects: [account('kube-system', '*')],
        resourceRules: [namespacedRule(LEASES, ['coordination.k8s.io'], ['leases'], ['*'])],
      },
    ],
    'ByUser',
  ),
  'system-node-high': schema('node-high', 400, [{ subjects: [group('system:nodes')], resourceRules: nodeRules }], 'ByUser'),
  'system-nodes': schema('system', 500, [{ subjects: [group('system:nodes')], ...EVERYTHING }], 'ByUser'),
  'kube-controller-manager': schema('workload-high', 800, [{ subjects: [user('system:kube-controller-manager')], ...EVERYTHING }], 'ByNamespace'),
  'kube-scheduler': schema('workload-high', 800, [{ subjects: [user('system:kube-scheduler')], ...EVERYTHING }], 'ByNamespace'),
  'kube-system-service-accounts': schema('workload-high', 900, [{ subjects: [account('kube-system', '*')], ...EVERYTHING }], 'ByNamespace'),
  'service-accounts': schema('workload-low', 9000, [{ subjects: [group('system:serviceaccounts')], ...EVERYTHING }], 'ByUser'),
  'global-default': schema(
    'global-default',
    9900,
    [{ subjects: [group('system:unauthenticated'), group('system:authenticated')], ...EVERYTHING }],
    'ByUser',
  ),
};
