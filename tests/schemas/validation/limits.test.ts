import { NAME_PART, testCreate, testDefaults, testUpdate } from './cases.js';

const LIMIT_RANGE = ['', 'LimitRange'] as const;
const QUOTA = ['', 'ResourceQuota'] as const;

const limits = (...items: object[]) => ({ spec: { limits: items } }) as never;

testDefaults(LIMIT_RANGE, [
  [
    'of containers, the limit is the maximum and the request the limit or else the minimum',
    limits({ type: 'Container', max: { cpu: '2' }, min: { memory: '1Mi' } }),
    limits({
      type: 'Container',
      max: { cpu: '2' },
      min: { memory: '1Mi' },
      default: { cpu: '2' },
      defaultRequest: { cpu: '2', memory: '1Mi' },
    }),
  ],
  ['of pods there are none', limits({ type: 'Pod', max: { cpu: '2' } }), limits({ type: 'Pod', max: { cpu: '2' } })],
]);

testCreate(LIMIT_RANGE, [
  ['nothing at all', limits(), []],
  [
    'bounds that cross',
    limits({ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' }, default: { cpu: '3' }, defaultRequest: { cpu: '4' } }),
    [
      'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "4": default request value 4 is greater than max value 1',
      'spec.limits[0].defaultRequest[cpu]: Invalid value: "4": default request value 4 is greater than default limit value 3',
      'spec.limits[0].default[cpu]: Invalid value: "1": default value 3 is greater than max value 1',
    ],
  ],
  [
    'defaults of pods, and the type again',
    limits({ type: 'Pod', default: { cpu: '1' }, defaultRequest: { cpu: '1' } }, { type: 'Pod' }),
    [
      "spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'",
      "spec.limits[0].defaultRequest: Forbidden: may not be specified when `type` is 'Pod'",
      'spec.limits[1].type: Duplicate value: "Pod"',
    ],
  ],
  [
    'ratios, claims without bounds, bad names',
    limits(
      { type: 'Pod', maxLimitRequestRatio: { cpu: '500m' } },
      { type: 'PersistentVolumeClaim' },
      { type: 'not a type', max: { 'not a resource': '1' } },
    ),
    [
      'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1',
      'spec.limits[1].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
      `spec.limits[2].type: Invalid value: "not a type": ${NAME_PART}`,
      `spec.limits[2].max[not a resource]: Invalid value: "not a resource": ${NAME_PART}`,
    ],
  ],
  [
    'a ratio that the bounds cannot reach',
    limits({ type: 'Pod', min: { cpu: '1' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '3' } }),
    ['spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "3": ratio 3 is greater than max/min = 2.000000'],
  ],
  [
    'an unknown type and resource',
    limits({ type: 'Node', max: { apples: '1' } }),
    [
      'spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified',
      'spec.limits[0].max[apples]: Invalid value: "apples": must be a standard resource type or fully qualified',
    ],
  ],
]);
testUpdate(LIMIT_RANGE, [
  ['is judged as a create', limits({ type: 'Pod' }, { type: 'Pod' }), limits(), ['spec.limits[1].type: Duplicate value: "Pod"']],
]);

const UNFIT = 'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource';
testCreate(QUOTA, [
  ['counts and amounts', { spec: { hard: { pods: '1', 'count/apples.example.com': '2', 'requests.cpu': '500m' } } }, []],
  ['a negative amount', { spec: { hard: { pods: '-1' } } }, ['spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0']],
  ['a part of a thing', { spec: { hard: { configmaps: '1500m' } } }, ['spec.hard[configmaps]: Invalid value: "1500m": must be an integer']],
  [
    'an unknown name',
    { spec: { hard: { nonsense: '1' } } },
    [
      'spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource type or fully qualified',
      'spec.hard[nonsense]: Invalid value: "nonsense": must be a standard resource for quota',
    ],
  ],
  [
    'a resource of containers only',
    { spec: { hard: { storage: '1' } } },
    ['spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota'],
  ],
  [
    'an unknown scope and operator',
    { spec: { scopes: ['Sometimes'], scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'Near' }] } } },
    [
      'spec.scopes: Invalid value: ["Sometimes"]: unsupported scope',
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "Near": not a valid selector operator',
    ],
  ],
  ['scopes that do not fit', { spec: { hard: { pods: '1', cpu: '1', services: '1' }, scopes: ['BestEffort'] } }, [UNFIT, UNFIT]],
  [
    'scopes against each other',
    { spec: { scopes: ['Terminating', 'NotTerminating'] } },
    ['spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes'],
  ],
  [
    'values where none may be, none where some must be',
    {
      spec: {
        scopeSelector: {
          matchExpressions: [
            { scopeName: 'PriorityClass', operator: 'Exists', values: ['a'] },
            { scopeName: 'PriorityClass', operator: 'In' },
          ],
        },
      },
    },
    [
      "spec.scopeSelector.matchExpressions.values: Invalid value: [\"a\"]: must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector",
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ],
  ],
]);
testUpdate(QUOTA, [
  ['scopes stay', { spec: { scopes: ['BestEffort'] } }, { spec: {} }, ['spec.scopes: Invalid value: ["BestEffort"]: field is immutable']],
  ['in any order', { spec: { scopes: ['BestEffort', 'PriorityClass'] } }, { spec: { scopes: ['PriorityClass', 'BestEffort'] } }, []],
]);
testUpdate(
  QUOTA,
  [
    [
      'what was counted',
      { status: { hard: { pods: '-1' }, used: { pods: '1500m' } } },
      {},
      [
        'status.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
        'status.used[pods]: Invalid value: "1500m": must be an integer',
      ],
    ],
  ],
  'status',
);
