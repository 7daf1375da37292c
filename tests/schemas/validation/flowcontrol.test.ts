import type { JsonObject } from '../../../schemas/json-value.js';
import { SUBDOMAIN, testCreate, testDefaults, testUpdate } from './cases.js';

const GROUP = 'flowcontrol.apiserver.k8s.io';
const SCHEMA = [GROUP, 'FlowSchema'] as const;
const LEVEL = [GROUP, 'PriorityLevelConfiguration'] as const;

const schema = (spec: object): JsonObject => ({ spec: { priorityLevelConfiguration: { name: 'l' }, ...spec } }) as JsonObject;
const rule = (more: object) => ({ rules: [{ subjects: [{ kind: 'Group', group: { name: 'g' } }], ...more }] });
const resources = { verbs: ['get'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'] };

testDefaults(SCHEMA, [['a precedence in the middle', { spec: {} }, { spec: { matchingPrecedence: 1000 } }]]);
testCreate(SCHEMA, [
  ['no rules', schema({}), []],
  [
    'numbers and names',
    schema({ matchingPrecedence: 10001, distinguisherMethod: { type: 'ByMood' }, priorityLevelConfiguration: { name: 'Not Valid' } }),
    [
      'spec.matchingPrecedence: Invalid value: 10001: must not be greater than 10000',
      'spec.distinguisherMethod.type: Unsupported value: {"Type":"ByMood"}: supported values: "ByNamespace", "ByUser"',
      `spec.priorityLevelConfiguration.name: Invalid value: "Not Valid": ${SUBDOMAIN}`,
    ],
  ],
  ['no level', { spec: {} }, ['spec.priorityLevelConfiguration.name: Required value: must reference a priority level']],
  [
    'the first place',
    schema({ matchingPrecedence: 1 }),
    ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
  ],
  [
    'subjects',
    schema({
      rules: [
        {},
        {
          subjects: [
            { kind: 'Robot' },
            { kind: 'User' },
            { kind: 'Group', group: { name: '' }, user: { name: 'u' } },
            { kind: 'ServiceAccount', serviceAccount: { name: 'x' } },
          ],
          resourceRules: [resources],
        },
      ],
    }),
    [
      'spec.rules[0].subjects: Required value: subjects must contain at least one value',
      'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
      'spec.rules[1].subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"',
      "spec.rules[1].subjects[1].user: Required value: user is required when subject kind is 'User'",
      'spec.rules[1].subjects[2].group.name: Required value',
      "spec.rules[1].subjects[2].user: Forbidden: user is forbidden when subject kind is not 'User'",
      'spec.rules[1].subjects[3].serviceAccount.namespace: Required value: must specify namespace for service account',
    ],
  ],
  [
    'resources',
    schema(rule({ resourceRules: [{ verbs: ['hop'], apiGroups: [], resources: ['*', 'pods'] }] })),
    [
      'spec.rules[0].resourceRules[0].verbs: Unsupported value: ["hop"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
      'spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group',
      `spec.rules[0].resourceRules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources`,
      'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
    ],
  ],
  [
    'URLs',
    schema(rule({ nonResourceRules: [{ verbs: [], nonResourceURLs: ['x', '/a b', '/a//b', '/a*', '/a/*', '/'] }] })),
    [
      'spec.rules[0].nonResourceRules[0].verbs: Required value: verbs must contain at least one value',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "x": must start with slash',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a b": must not contain white-space',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[2]: Invalid value: "/a//b": must not contain double slash',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[3]: Invalid value: "/a*": wildcard can only do suffix matching',
    ],
  ],
]);
testUpdate(
  SCHEMA,
  [
    [
      'conditions',
      { status: { conditions: [{ type: 'A' }, { type: 'A' }, {}] } },
      {},
      ['status.conditions[1].type: Duplicate value: "A"', 'status.conditions[2].type: Required value'],
    ],
  ],
  'status',
);

const level = (spec: object): JsonObject => ({ spec }) as JsonObject;
const reject = { type: 'Reject' };
testDefaults(LEVEL, [
  [
    'of a queue',
    level({ type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: {} } } }),
    level({
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 30,
        lendablePercent: 0,
        limitResponse: { type: 'Queue', queuing: { queues: 64, handSize: 8, queueLengthLimit: 50 } },
      },
    }),
  ],
]);
testCreate(LEVEL, [
  ['no type', level({}), ['spec.type: Required value']],
  [
    'exemption is for one',
    level({ type: 'Exempt', limited: { limitResponse: reject } }),
    [
      "spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'",
      'spec.limited: Forbidden: must be nil if the type is not Limited',
    ],
  ],
  ['limits of what', level({ type: 'Limited' }), ['spec.limited: Required value: must not be empty when type is Limited']],
  [
    'numbers',
    level({
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: -1,
        lendablePercent: 101,
        borrowingLimitPercent: -1,
        limitResponse: { type: 'Queue', queuing: { queues: 2, handSize: 3, queueLengthLimit: -1 } },
      },
    }),
    [
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      'spec.limited.limitResponse.queuing.queueLengthLimit: Invalid value: -1: must be positive',
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 3: should not be greater than queues (2)',
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
  ],
  [
    'a hand that hashes cannot deal',
    level({ type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing: { queues: 512, handSize: 8, queueLengthLimit: 1 } } } }),
    [
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 8: required entropy bits of deckSize 512 and handSize 8 should not be greater than 60',
    ],
  ],
  [
    'queues that are not used',
    level({ type: 'Limited', limited: { limitResponse: { ...reject, queuing: {} } } }),
    ['spec.limited.limitResponse.queuing: Forbidden: must be nil if limited.limitResponse.type is not Limited'],
  ],
  [
    'the last resort stays',
    { metadata: { name: 'catch-all' }, ...level({ type: 'Limited', limited: { nominalConcurrencyShares: 6, limitResponse: reject } }) },
    [
      'spec: Invalid value: {"Type":"Limited","Limited":{"NominalConcurrencyShares":6,"LimitResponse":{"Type":"Reject","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":null}: spec of \'catch-all\' must equal the fixed value',
    ],
  ],
  [
    'what is exempt may be tuned',
    { metadata: { name: 'exempt' }, ...level({ type: 'Exempt', exempt: { nominalConcurrencyShares: 5 } }) },
    [],
  ],
]);
