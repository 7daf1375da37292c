/** Nodes, priority and runtime classes, disruption budgets, API services, and kinds of the server's own. */
import type { JsonObject } from '../../../schemas/json-value.js';
import { LABEL, NAME_PART, SUBDOMAIN, testCreate, testDefaults, testUpdate } from './cases.js';

const NODE = ['', 'Node'] as const;
const PRIORITY = ['scheduling.k8s.io', 'PriorityClass'] as const;
const RUNTIME = ['node.k8s.io', 'RuntimeClass'] as const;
const BUDGET = ['policy', 'PodDisruptionBudget'] as const;
const API_SERVICE = ['apiregistration.k8s.io', 'APIService'] as const;
const CANDIDATE = ['coordination.k8s.io', 'LeaseCandidate'] as const;
const MIGRATION = ['storagemigration.k8s.io', 'StorageVersionMigration'] as const;
const STORAGE_VERSION = ['internal.apiserver.k8s.io', 'StorageVersion'] as const;
const POD_CERTIFICATE = ['certificates.k8s.io', 'PodCertificateRequest'] as const;

testDefaults(NODE, [
  [
    'what it has can be allocated',
    { status: { capacity: { cpu: '1' } } },
    { spec: {}, status: { capacity: { cpu: '1' }, allocatable: { cpu: '1' } } },
  ],
  [
    'one network is the first of all',
    { spec: { podCIDR: '10.0.0.0/24' } },
    { spec: { podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'] }, status: {} },
  ],
]);
const tainted = (...taints: object[]): JsonObject => ({ spec: { taints } }) as JsonObject;
testCreate(NODE, [
  ['nothing', {}, []],
  [
    'taints',
    tainted({ key: 'a b', value: '-', effect: 'Odd' }, { key: 'a' }),
    [
      `metadata.taints[0].key: Invalid value: "a b": ${NAME_PART}`,
      `metadata.taints[0].value: Invalid value: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
      'metadata.taints[0].effect: Unsupported value: "Odd": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
      'metadata.taints[1].effect: Required value',
    ],
  ],
  [
    'a taint twice',
    tainted({ key: 'a', effect: 'NoExecute' }, { key: 'a', value: 'b', effect: 'NoExecute' }),
    [
      'metadata.taints[1]: Duplicate value: {"Key":"a","Value":"b","Effect":"NoExecute","TimeAdded":null}: taints must be unique by key and effect pair',
    ],
  ],
  [
    'two networks of a family',
    { spec: { podCIDRs: ['10.0.0.0/24', '10.0.1.0/24'] } },
    ['spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.0.1.0/24"]: may specify no more than one CIDR for each IP family'],
  ],
  [
    'amounts',
    { status: { capacity: { pods: '1500m', cpu: '-1' } } },
    [
      'status.capacity.cpu: Invalid value: "-1": must be greater than or equal to 0',
      'status.capacity.pods: Invalid value: "1500m": must be an integer',
      'status.allocatable.cpu: Invalid value: "-1": must be greater than or equal to 0',
      'status.allocatable.pods: Invalid value: "1500m": must be an integer',
    ],
  ],
]);
testUpdate(NODE, [
  [
    'networks and the provider are set once',
    { spec: { podCIDR: '10.0.1.0/24', providerID: 'b' } },
    { spec: { podCIDR: '10.0.0.0/24', providerID: 'a' } },
    [
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ],
  ],
  ['from nothing to something', { spec: { podCIDR: '10.0.1.0/24', providerID: 'b' } }, { spec: {} }, []],
]);
testUpdate(
  NODE,
  [
    [
      'an address twice',
      {
        status: {
          addresses: [
            { type: 'Hostname', address: 'a' },
            { type: 'Hostname', address: 'a' },
          ],
        },
      },
      {},
      ['status.addresses[1]: Duplicate value: {"Type":"Hostname","Address":"a"}'],
    ],
  ],
  'status',
);

testDefaults(PRIORITY, [['it preempts', {}, { preemptionPolicy: 'PreemptLowerPriority' }]]);
testCreate(PRIORITY, [
  ['the highest of users', { value: 1000000000 }, []],
  ['beyond it', { value: 1000000001 }, ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000']],
  [
    'a reserved name',
    { metadata: { name: 'system-mine' }, value: 1 },
    [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    ],
  ],
  [
    'a known name with another value',
    { metadata: { name: 'system-node-critical' }, value: 1 },
    [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000",
    ],
  ],
  [
    'an unknown policy',
    { preemptionPolicy: 'Sometimes' },
    ['preemptionPolicy: Unsupported value: "Sometimes": supported values: "PreemptLowerPriority", "Never"'],
  ],
]);
testUpdate(PRIORITY, [
  [
    'it stays as it is',
    { value: 2, preemptionPolicy: 'Never' },
    { value: 1 },
    ['value: Forbidden: may not be changed in an update.', 'preemptionPolicy: Invalid value: "Never": field is immutable'],
  ],
]);

testCreate(RUNTIME, [
  ['a handler', { handler: 'h' }, []],
  ['a bad one', { handler: 'H' }, [`handler: Invalid value: "H": ${LABEL}`]],
  [
    'what it costs and where it runs',
    {
      handler: 'h',
      overhead: { podFixed: { apples: '1' } },
      scheduling: { nodeSelector: { 'a b': 'c' }, tolerations: [{ operator: 'Exists' }, { operator: 'Exists' }] },
    },
    [
      'overhead.limits[apples]: Invalid value: "apples": must be a standard resource type or fully qualified',
      'overhead.limits[apples]: Invalid value: "apples": must be a standard resource for containers',
      `scheduling.nodeSelector: Invalid value: "a b": ${NAME_PART}`,
      'scheduling.tolerations[1]: Duplicate value: {"Key":"","Operator":"Exists","Value":"","Effect":"","TolerationSeconds":null}',
    ],
  ],
]);
testUpdate(RUNTIME, [['the handler stays', { handler: 'i' }, { handler: 'h' }, ['handler: Invalid value: "i": field is immutable']]]);

testCreate(BUDGET, [
  ['nothing', {}, []],
  [
    'both bounds',
    { spec: { minAvailable: 1, maxUnavailable: '101%' } },
    [
      'spec: Invalid value: {"MinAvailable":1,"Selector":null,"MaxUnavailable":"101%","UnhealthyPodEvictionPolicy":null}: minAvailable and maxUnavailable cannot be both set',
      'spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
    ],
  ],
  [
    'a policy for the unhealthy',
    { spec: { unhealthyPodEvictionPolicy: 'Never' } },
    ['spec.unhealthyPodEvictionPolicy: Unsupported value: "Never": supported values: "AlwaysAllow", "IfHealthyBudget"'],
  ],
]);
testUpdate(
  BUDGET,
  [
    [
      'counts and conditions',
      { status: { currentHealthy: -1, conditions: [{ type: 'A', status: 'Maybe' }] } },
      {},
      [
        'status.conditions[0].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
        'status.conditions[0].lastTransitionTime: Required value',
        'status.conditions[0].reason: Required value',
        'status.currentHealthy: Invalid value: -1: must be greater than or equal to 0',
      ],
    ],
  ],
  'status',
);

const served = (spec: object): JsonObject =>
  ({ spec: { group: 'example.com', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1, ...spec } }) as JsonObject;
testDefaults(API_SERVICE, [['the port of a service', { spec: { service: {} } }, { spec: { service: { port: 443 } } }]]);
testCreate(API_SERVICE, [
  ['a local one', served({}), []],
  [
    'numbers and names',
    served({ group: '', version: 'V2', groupPriorityMinimum: 0, versionPriority: 1001 }),
    [
      'spec.group: Required value: only v1 may have an empty group and it better be legacy kube',
      "spec.version: Invalid value: \"V2\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
      'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
    ],
  ],
  [
    'trust without a service',
    served({ caBundle: 'AAAA', insecureSkipTLSVerify: true }),
    [
      'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
      'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
    ],
  ],
  [
    'a service',
    served({ service: {}, caBundle: 'AAAA', insecureSkipTLSVerify: true }),
    [
      'spec.service.namespace: Required value',
      'spec.service.name: Required value',
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ],
  ],
]);

testCreate(CANDIDATE, [
  ['nothing', {}, ['spec.leaseName: Required value', 'spec.binaryVersion: Required value', 'spec.strategy: Required value']],
  [
    'versions',
    { spec: { leaseName: 'l', binaryVersion: '1.0.0', emulationVersion: '1.1.0', strategy: 'OldestEmulationVersion' } },
    ['spec.binaryVersion: Invalid value: "1.0.0": must be greater than or equal to `emulationVersion`'],
  ],
  [
    'no versions at all',
    { spec: { leaseName: 'l', binaryVersion: 'one', strategy: 'OldestEmulationVersion' } },
    [
      'spec.binaryVersion: Invalid value: "one": No Major.Minor.Patch elements found',
      "spec.emulationVersion: Required value: must be specified when `strategy` is 'OldestEmulationVersion'",
    ],
  ],
]);

testCreate(MIGRATION, [['of nothing', {}, ['spec.resource.resource: Required value: resource is required']]]);
testUpdate(MIGRATION, [
  [
    'of something else',
    { spec: { resource: { resource: 'b' } } },
    { spec: { resource: { resource: 'a' } } },
    ['spec.resource: Invalid value: {"resource":"b"}: field is immutable'],
  ],
]);
testUpdate(
  STORAGE_VERSION,
  [
    [
      'a server that cannot read what it writes',
      { status: { storageVersions: [{ apiServerID: 'A', encodingVersion: 'v1', decodableVersions: ['v2'] }] } },
      {},
      [
        `status.storageVersions[0].apiServerID: Invalid value: "A": ${SUBDOMAIN}`,
        'status.storageVersions[0].decodableVersions: Invalid value: ["v2"]: decodableVersions must include encodingVersion v1',
      ],
    ],
  ],
  'status',
);

/** An Ed25519 key, and the pod's uid signed with it. */
const key = {
  pkixPublicKey: 'MCowBQYDK2VwAyEAMGfoTW9ciKGHgmgauOmor5B4x2D33BU/UYMfTfcr9/Q=',
  proofOfPossession: 'GFaEMFvmrnfIM4GfC0kCBC646wGCdX8uIeZSf9KOVTbMDtMDmygTlSSv4czRgaDaJFBToSuqE4oMvGs202mPCQ==',
};
const identity = { ...key, podName: 'p', podUID: 'uid-1', serviceAccountName: 's', serviceAccountUID: 'u', nodeName: 'n', nodeUID: 'u' };
testCreate(POD_CERTIFICATE, [
  [
    'for whom and how long',
    { spec: { ...identity, podUID: '', signerName: 'kubernetes.io/s', maxExpirationSeconds: 86401 } },
    [
      'spec.podUID: Invalid value: "": must not be empty',
      'spec.maxExpirationSeconds: Invalid value: 86401: must be in the range [3600, 86400]',
      'spec.proofOfPossession: Invalid value: could not verify proof-of-possession signature',
    ],
  ],
  ['of another signer', { spec: { ...identity, signerName: 'example.com/s', maxExpirationSeconds: 86401 } }, []],
]);
