/** FlowSchemas and PriorityLevelConfigurations of every Kubernetes server: `exempt` and `catch-all` must be there, the others are suggested (G4.2). */
import { equal, type JsonObject } from '../../schemas/json-value.js';
import { metaOf } from '../../schemas/object-meta.js';
import type { OwnObject } from './ensure.js';

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';
const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';
const EVERY = ['*'];
const ALL_REQUESTS: Rules = { resources: [{ clusterScope: true }], urls: [{}] };
const LEASES = { verbs: ['get', 'create', 'update'], apiGroups: ['coordination.k8s.io'], resources: ['leases'] };
const AUTHENTICATED = ['system:unauthenticated', 'system:authenticated'];
const CONTROLLER_MANAGER = 'system:kube-controller-manager';
const SCHEDULER = 'system:kube-scheduler';

interface Level {
  shares: number;
  lendable: number;
  /** Queues, hand size, length of a queue; without them what does not fit is refused. */
  queuing?: readonly [queues: number, handSize: number, queueLengthLimit: number];
}

const LEVELS: Readonly<Record<string, Level>> = {
  'catch-all': { shares: 5, lendable: 0 },
  'global-default': { shares: 20, lendable: 50, queuing: [128, 6, 50] },
  'leader-election': { shares: 10, lendable: 0, queuing: [16, 4, 50] },
  'node-high': { shares: 40, lendable: 25, queuing: [64, 6, 50] },
  system: { shares: 30, lendable: 33, queuing: [64, 6, 50] },
  'workload-high': { shares: 40, lendable: 50, queuing: [128, 6, 50] },
  'workload-low': { shares: 100, lendable: 90, queuing: [128, 6, 50] },
};

interface ResourceRule {
  verbs?: readonly string[];
  apiGroups?: readonly string[];
  resources?: readonly string[];
  clusterScope?: true;
}

interface Rules {
  resources?: readonly ResourceRule[];
  urls?: readonly { verbs?: readonly string[]; paths?: readonly string[] }[];
}

interface Schema {
  level: string;
  precedence: number;
  by?: 'ByUser' | 'ByNamespace';
  users?: readonly string[];
  groups?: readonly string[];
  /** Service accounts of kube-system. */
  accounts?: readonly string[];
  rules: Rules;
}

const SCHEMAS: Readonly<Record<string, Schema>> = {
  exempt: { level: 'exempt', precedence: 1, groups: ['system:masters'], rules: ALL_REQUESTS },
  probes: {
    level: 'exempt',
    precedence: 2,
    groups: AUTHENTICATED,
    rules: { urls: [{ verbs: ['get'], paths: ['/healthz', '/readyz', '/livez'] }] },
  },
  'system-leader-election': {
    level: 'leader-election',
    precedence: 100,
    by: 'ByUser',
    users: [CONTROLLER_MANAGER, SCHEDULER],
    accounts: EVERY,
    rules: { resources: [LEASES] },
  },
  'system-node-high': {
    level: 'node-high',
    precedence: 400,
    by: 'ByUser',
    groups: ['system:nodes'],
    rules: {
      resources: [
        { apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true },
        { apiGroups: ['coordination.k8s.io'], resources: ['leases'] },
      ],
    },
  },
  'system-nodes': { level: 'system', precedence: 500, by: 'ByUser', groups: ['system:nodes'], rules: ALL_REQUESTS },
  'kube-controller-manager': {
    level: 'workload-high',
    precedence: 800,
    by: 'ByNamespace',
    users: [CONTROLLER_MANAGER],
    rules: ALL_REQUESTS,
  },
  'kube-scheduler': { level: 'workload-high', precedence: 800, by: 'ByNamespace', users: [SCHEDULER], rules: ALL_REQUESTS },
  'kube-system-service-accounts': {
    level: 'workload-high',
    precedence: 900,
    by: 'ByNamespace',
    accounts: EVERY,
    rules: ALL_REQUESTS,
  },
  'service-accounts': { level: 'workload-low', precedence: 9000, by: 'ByUser', groups: ['system:serviceaccounts'], rules: ALL_REQUESTS },
  'global-default': { level: 'global-default', precedence: 9900, by: 'ByUser', groups: AUTHENTICATED, rules: ALL_REQUESTS },
  'catch-all': { level: 'catch-all', precedence: 10000, by: 'ByUser', groups: AUTHENTICATED, rules: ALL_REQUESTS },
};

const own = (kind: string, name: string, spec: JsonObject): OwnObject => ({
  kind,
  apiVersion: API_VERSION,
  metadata: { name, annotations: { [AUTO_UPDATE]: 'true' } },
  spec,
});

function limited({ shares, lendable, queuing }: Level): JsonObject {
  const [queues, handSize, queueLengthLimit] = queuing ?? [0, 0, 0];
  return {
    nominalConcurrencyShares: shares,
    lendablePercent: lendable,
    limitResponse: queuing ? { type: 'Queue', queuing: { queues, handSize, queueLengthLimit } } : { type: 'Reject' },
  };
}

function specOf({ level, precedence, by, users = [], groups = [], accounts = [], rules }: Schema): JsonObject {
  const subjects: JsonObject[] = [
    ...users.map((name) => ({ kind: 'User', user: { name } })),
    ...groups.map((name) => ({ kind: 'Group', group: { name } })),
    ...accounts.map((name) => ({ kind: 'ServiceAccount', serviceAccount: { name, namespace: 'kube-system' } })),
  ];
  return {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence: precedence,
    ...(by && { distinguisherMethod: { type: by } }),
    rules: [
      {
        subjects,
        ...(rules.resources && { resourceRules: rules.resources.map(resourceRule) }),
        ...(rules.urls && {
          nonResourceRules: rules.urls.map(({ verbs = EVERY, paths = EVERY }) => ({ verbs: [...verbs], nonResourceURLs: [...paths] })),
        }),
      },
    ],
  };
}

const resourceRule = ({ verbs = EVERY, apiGroups = EVERY, resources = EVERY, clusterScope }: ResourceRule): JsonObject => ({
  verbs: [...verbs],
  apiGroups: [...apiGroups],
  resources: [...resources],
  ...(clusterScope && { clusterScope }),
  namespaces: [...EVERY],
});

export const FLOW_CONTROL_OBJECTS: readonly OwnObject[] = [
  own('PriorityLevelConfiguration', 'exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
  ...Object.entries(LEVELS).map(([name, level]) => own('PriorityLevelConfiguration', name, { type: 'Limited', limited: limited(level) })),
  ...Object.entries(SCHEMAS).map(([name, schema]) => own('FlowSchema', name, specOf(schema))),
];

const MANDATORY = new Set(['exempt', 'catch-all']);
const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/**
 * Puts a flow control object of the server's own right: its spec where the annotation says so, or, where that says nothing, nobody has
 * changed it; and the annotation. The share of `exempt` may be chosen. Returns whether anything was wrong.
 */
export function reviseFlowControl(object: JsonObject, whole: JsonObject): boolean {
  const meta = metaOf(object);
  const said = meta.annotations?.[AUTO_UPDATE] ?? '';
  const isOurs = MANDATORY.has(meta.name!) || TRUE.has(said) || (!FALSE.has(said) && meta.generation === 1);
  const isAnnotated = said === String(isOurs);
  if (!isAnnotated) meta.annotations = { ...meta.annotations, [AUTO_UPDATE]: String(isOurs) };
  const isChosen = object['kind'] === 'PriorityLevelConfiguration' && meta.name === 'exempt';
  const isRight = !isOurs || isChosen || equal(object['spec'], whole['spec']);
  if (!isRight) object['spec'] = whole['spec']!;
  return !isAnnotated || !isRight;
}
