import { NAME_PART, SUBDOMAIN, testCreate, testDefaults, testUpdate } from './cases.js';

const GROUP = 'rbac.authorization.k8s.io';
const ROLE = [GROUP, 'Role'] as const;
const CLUSTER_ROLE = [GROUP, 'ClusterRole'] as const;
const ROLE_BINDING = [GROUP, 'RoleBinding'] as const;
const CLUSTER_ROLE_BINDING = [GROUP, 'ClusterRoleBinding'] as const;

const NO_VERBS = 'rules[0].verbs: Required value: verbs must contain at least one value';
const noGroups = (i: number): string => `rules[${i}].apiGroups: Required value: resource rules must supply at least one api group`;
const noResources = (i: number): string => `rules[${i}].resources: Required value: resource rules must supply at least one resource`;

testCreate(ROLE, [
  ['no rules', { rules: [] }, []],
  ['no verbs', { rules: [{ apiGroups: [''], resources: ['configmaps'] }] }, [NO_VERBS]],
  ['null for verbs', { rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: null }] }, [NO_VERBS]],
  ['no groups', { rules: [{ resources: ['configmaps'], verbs: ['get'] }] }, [noGroups(0)]],
  ['no resources', { rules: [{ apiGroups: [''], verbs: ['get'] }] }, [noResources(0)]],
  ['an empty rule', { rules: [{}] }, [NO_VERBS, noGroups(0), noResources(0)]],
  [
    'URLs',
    { rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }] },
    ['rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs'],
  ],
  [
    'the second rule',
    { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }, { verbs: ['get'] }] },
    [noGroups(1), noResources(1)],
  ],
]);

testCreate(CLUSTER_ROLE, [
  ['URLs', { rules: [{ nonResourceURLs: ['/x'], verbs: ['get'] }] }, []],
  [
    'URLs beside resources',
    { rules: [{ apiGroups: [''], resources: ['pods'], nonResourceURLs: ['/x'], verbs: ['get'] }] },
    ['rules[0].nonResourceURLs: Invalid value: ["/x"]: rules cannot apply to both regular resources and non-resource URLs'],
  ],
  ['URLs without verbs', { rules: [{ nonResourceURLs: ['/x'] }] }, [NO_VERBS]],
  [
    'aggregation of nothing',
    { aggregationRule: {} },
    ['aggregationRule.clusterRoleSelectors: Required value: at least one clusterRoleSelector required if aggregationRule is non-nil'],
  ],
  [
    'aggregation by a bad selector',
    { aggregationRule: { clusterRoleSelectors: [{ matchExpressions: [{ key: 'a b', operator: 'In' }] }] } },
    [
      "aggregationRule.clusterRoleSelectors[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      `aggregationRule.clusterRoleSelectors[0].matchExpressions[0].key: Invalid value: "a b": ${NAME_PART}`,
      'aggregationRule.clusterRoleSelectors[0]: Invalid value: null: invalid label selector.',
    ],
  ],
]);
testUpdate(CLUSTER_ROLE, [['what a create checks', { rules: [{ verbs: ['get'] }] }, {}, [noGroups(0), noResources(0)]]]);

const roleRef = { apiGroup: GROUP, kind: 'Role', name: 'r' };
testDefaults(ROLE_BINDING, [
  [
    'groups',
    {
      roleRef: { kind: 'Role', name: 'r' },
      subjects: [
        { kind: 'User', name: 'a' },
        { kind: 'Group', name: 'a' },
        { kind: 'ServiceAccount', name: 'a' },
      ],
    },
    {
      roleRef,
      subjects: [
        { kind: 'User', name: 'a', apiGroup: GROUP },
        { kind: 'Group', name: 'a', apiGroup: GROUP },
        { kind: 'ServiceAccount', name: 'a' },
      ],
    },
  ],
]);
testCreate(ROLE_BINDING, [
  ['no roleRef', {}, ['roleRef.kind: Unsupported value: "": supported values: "Role", "ClusterRole"', 'roleRef.name: Required value']],
  [
    'another kind',
    { roleRef: { ...roleRef, kind: 'Nope' } },
    ['roleRef.kind: Unsupported value: "Nope": supported values: "Role", "ClusterRole"'],
  ],
  [
    'another group',
    { roleRef: { ...roleRef, apiGroup: 'apps' } },
    ['roleRef.apiGroup: Unsupported value: "apps": supported values: "rbac.authorization.k8s.io"'],
  ],
  ['a slash in the name', { roleRef: { ...roleRef, name: 'a/b' } }, ['roleRef.name: Invalid value: "a/b": may not contain \'/\'']],
  [
    'a robot',
    { roleRef, subjects: [{ kind: 'Robot', name: 'x' }] },
    ['subjects[0].kind: Unsupported value: "Robot": supported values: "ServiceAccount", "User", "Group"'],
  ],
  [
    'nameless subjects',
    { roleRef, subjects: [{ kind: 'User' }, { kind: 'Group' }, { kind: 'ServiceAccount' }] },
    [0, 1, 2].map((i) => `subjects[${i}].name: Required value`),
  ],
  [
    'subjects of another group',
    { roleRef, subjects: ['User', 'Group', 'ServiceAccount'].map((kind) => ({ kind, name: 'x', apiGroup: 'apps' })) },
    [
      'subjects[0].apiGroup: Unsupported value: "apps": supported values: "rbac.authorization.k8s.io"',
      'subjects[1].apiGroup: Unsupported value: "apps": supported values: "rbac.authorization.k8s.io"',
      'subjects[2].apiGroup: Unsupported value: "apps": supported values: ""',
    ],
  ],
  [
    'a bad account',
    { roleRef, subjects: [{ kind: 'ServiceAccount', name: 'Not Valid' }] },
    [`subjects[0].name: Invalid value: "Not Valid": ${SUBDOMAIN}`],
  ],
]);
testUpdate(ROLE_BINDING, [
  [
    'another role',
    { roleRef: { ...roleRef, name: 'other' } },
    { roleRef },
    ['roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"Role","Name":"other"}: cannot change roleRef'],
  ],
  ['other subjects', { roleRef, subjects: [{ kind: 'User', name: 'x' }] }, { roleRef }, []],
]);
testCreate(CLUSTER_ROLE_BINDING, [
  ['to a role', { roleRef }, ['roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"']],
  [
    'an account without namespace',
    { roleRef: { ...roleRef, kind: 'ClusterRole' }, subjects: [{ kind: 'ServiceAccount', name: 'x' }] },
    ['subjects[0].namespace: Required value'],
  ],
]);
