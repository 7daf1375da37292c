import t from 'tap';
import { aggregatedRules, type ClusterRole } from '../../../controllers/builtin/cluster-role-aggregation.js';
import { namespaceConditions, type Outcome } from '../../../controllers/builtin/namespace.js';
import { kindsNamed, type Policy, typeWarnings } from '../../../controllers/builtin/policy-type-check.js';
import type { ApiResource } from '../../../controllers/client.js';
import { countedBy, isInScope, makesRoom, usageOf } from '../../../controllers/builtin/quota-usage.js';
import { definitionType } from '../../../schemas/cel/definition-type.js';
import { DYN } from '../../../schemas/cel/types.js';
import { definitionOfKind } from '../../../schemas/definitions/index.js';
import { type GroupResource, groupResourceName, gvkName } from '../../../schemas/group-version.js';
import type { JsonObject } from '../../../schemas/json-value.js';
import { formatQuantity } from '../../../schemas/quantity.js';

t.test('the conditions of a terminating namespace say what is left, sorted (D3.4)', (t) => {
  const nothing: Outcome = { discoveryFailures: [], contentErrors: [], remaining: new Map(), finalizers: new Map() };
  const first = namespaceConditions(undefined, nothing, 0);
  t.same(
    first.map(({ type, status, reason, message }) => [type, status, reason, message]),
    [
      ['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
      ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'ParsedGroupVersions', 'All legacy kube types successfully parsed'],
      ['NamespaceDeletionContentFailure', 'False', 'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
      ['NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed'],
      ['NamespaceFinalizersRemaining', 'False', 'ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    ],
  );
  t.equal(namespaceConditions(first, nothing, 1000), first, 'the very same list when nothing differs');
  const second = namespaceConditions(
    first,
    {
      discoveryFailures: [{ groupVersion: 'dead/v1', message: 'stale GroupVersion discovery' }],
      contentErrors: ['b', 'a'],
      remaining: new Map([
        ['widgets.example.com', 1],
        ['pods.', 2],
      ]),
      finalizers: new Map([['x/y', 3]]),
    },
    1000,
  );
  t.same(
    second
      .filter(({ status }) => status === 'True')
      .map(({ reason, message, lastTransitionTime }) => [reason, message, lastTransitionTime]),
    [
      [
        'DiscoveryFailed',
        'Discovery failed for some groups, 1 failing: unable to retrieve the complete list of server APIs: dead/v1: stale GroupVersion discovery',
        '1970-01-01T00:00:01Z',
      ],
      ['ContentDeletionFailed', 'Failed to delete all resource types, 2 remaining: a, b', '1970-01-01T00:00:01Z'],
      [
        'SomeResourcesRemain',
        'Some resources are remaining: pods. has 2 resource instances, widgets.example.com has 1 resource instances',
        '1970-01-01T00:00:01Z',
      ],
      [
        'SomeFinalizersRemain',
        'Some content in the namespace has finalizers remaining: x/y in 3 resource instances',
        '1970-01-01T00:00:01Z',
      ],
    ],
  );
  t.equal(second[1]!.lastTransitionTime, '1970-01-01T00:00:00Z', 'what stays as it was keeps its time');
  t.end();
});

t.test('an aggregated role takes each rule once, selector by selector, by name, and none of its own (E6.8)', (t) => {
  const role = (name: string, labels: Record<string, string>, ...rules: JsonObject[]): ClusterRole => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels },
    rules,
  });
  const rule = (resource: string): JsonObject => ({ apiGroups: [''], resources: [resource], verbs: ['get'] });
  const sum: ClusterRole = {
    ...role('sum', { one: 'yes' }, rule('own')),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { two: 'yes' } }, { matchLabels: { one: 'yes' } }] },
  };
  const roles = [
    role('b', { one: 'yes' }, rule('secrets'), rule('pods')),
    role('a', { one: 'yes' }, rule('services'), { verbs: ['get'], resources: ['pods'], apiGroups: [''] }),
    role('c', { two: 'yes' }, rule('nodes')),
    role('d', {}, rule('never')),
    sum,
  ];
  t.same(
    aggregatedRules(sum, roles).map(({ resources }) => resources),
    [['nodes'], ['services'], ['pods'], ['secrets']],
  );
  t.end();
});

t.test('what an object counts for against a quota (C6.1)', (t) => {
  const core = (resource: string) => ({ group: '', resource });
  const service = (spec: JsonObject): JsonObject => ({ spec: { ports: [{ port: 1 }, { port: 2, nodePort: 30000 }], ...spec } });
  const container = (cpu: string, memory: string): JsonObject => ({ name: 'c', resources: { requests: { cpu }, limits: { memory } } });
  const cases: [title: string, gr: { group: string; resource: string }, object: JsonObject, usage: Record<string, string>][] = [
    ['a lease', { group: 'coordination.k8s.io', resource: 'leases' }, {}, { 'count/leases.coordination.k8s.io': '1' }],
    ['a secret', core('secrets'), {}, { 'count/secrets': '1', secrets: '1' }],
    ['a service', core('services'), service({}), { 'services.nodeports': '0', 'services.loadbalancers': '0', services: '1' }],
    ['a node port service', core('services'), service({ type: 'NodePort' }), { 'services.nodeports': '2' }],
    ['a load balancer', core('services'), service({ type: 'LoadBalancer' }), { 'services.nodeports': '2', 'services.loadbalancers': '1' }],
    [
      'a load balancer without ports of its own',
      core('services'),
      service({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }),
      { 'services.nodeports': '1', 'services.loadbalancers': '1' },
    ],
    [
      'a claim of a class',
      core('persistentvolumeclaims'),
      { spec: { storageClassName: 'gold', resources: { requests: { storage: '1Gi' } } } },
      {
        persistentvolumeclaims: '1',
        'requests.storage': '1Gi',
        'gold.storageclass.storage.k8s.io/requests.storage': '1Gi',
        'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
      },
    ],
    [
      'a claim for devices: alternatives count as the worst of them',
      { group: 'resource.k8s.io', resource: 'resourceclaims' },
      {
        spec: {
          devices: {
            requests: [
              { name: 'a', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 2 } },
              {
                name: 'b',
                firstAvailable: [
                  { name: 'c', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 3 },
                  { name: 'd', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 },
                  { name: 'e', deviceClassName: 'cpu', allocationMode: 'All' },
                ],
              },
            ],
          },
        },
      },
      {
        'count/resourceclaims.resource.k8s.io': '1',
        'gpu.deviceclass.resource.k8s.io/devices': '5',
        'requests.deviceclass.resource.kubernetes.io/gpu': '5',
        'cpu.deviceclass.resource.k8s.io/devices': '32',
      },
    ],
    [
      'a pod: its containers together',
      core('pods'),
      { spec: { containers: [container('100m', '1Mi'), container('200m', '1Mi')], overhead: { cpu: '50m' } } },
      { pods: '1', 'count/pods': '1', 'requests.cpu': '350m', cpu: '350m', 'limits.memory': '2Mi' },
    ],
    [
      'a pod: an init container that wants more, beside a sidecar started before it',
      core('pods'),
      {
        spec: {
          initContainers: [{ ...container('100m', '1Mi'), restartPolicy: 'Always' }, container('1', '1Mi')],
          containers: [container('200m', '1Mi')],
        },
      },
      { 'requests.cpu': '1100m', 'limits.memory': '2Mi' },
    ],
    [
      'a pod that says itself what it takes',
      core('pods'),
      { spec: { containers: [container('100m', '1Mi')], resources: { requests: { cpu: '2' } }, overhead: { cpu: '50m', memory: '1Mi' } } },
      { 'requests.cpu': '2050m', 'requests.memory': '1Mi', 'limits.memory': '2Mi' },
    ],
    ...[
      { conditions: [], cpu: '300m', memory: '1Mi' },
      { conditions: [{ type: 'PodResizePending', reason: 'Infeasible' }], cpu: '50m', memory: '512Ki' },
    ].map(({ conditions, cpu, memory }): [string, GroupResource, JsonObject, Record<string, string>] => [
      conditions.length ? 'a pod that cannot be resized' : 'a pod that has been given other than it asks for',
      core('pods'),
      {
        spec: { containers: [container('300m', '1Mi')] },
        status: { conditions, containerStatuses: [{ name: 'c', resources: { requests: { cpu: '50m' }, limits: { memory: '512Ki' } } }] },
      },
      { 'requests.cpu': cpu, 'limits.memory': memory },
    ]),
    [
      'a claim that is being expanded, in whole bytes',
      core('persistentvolumeclaims'),
      { spec: { resources: { requests: { storage: '1.5' } } }, status: { allocatedResources: { storage: '3' } } },
      { 'requests.storage': '3' },
    ],
  ];
  for (const [title, gr, object, expected] of cases) {
    const usage = Object.fromEntries([...usageOf(gr, object, 0)].map(([key, quantity]) => [key, formatQuantity(quantity)]));
    t.match(usage, expected, title);
  }
  const going = { metadata: { deletionTimestamp: '1970-01-01T00:00:10Z', deletionGracePeriodSeconds: 5 } };
  const finished = { status: { phase: 'Failed' } };
  t.same([...usageOf(core('pods'), finished, 0).keys()], ['count/pods'], 'a finished pod');
  t.same([...usageOf(core('pods'), going, 15_001).keys()], ['count/pods'], 'a pod that should have gone');
  const changes: [string, JsonObject, JsonObject, boolean][] = [
    ['pods', {}, finished, true],
    ['pods', {}, going, false],
    ['services', { spec: { type: 'NodePort' } }, { spec: { type: 'ClusterIP' } }, true],
    ['services', { spec: { type: 'ClusterIP' } }, { spec: { type: 'ExternalName' } }, false],
    ['persistentvolumeclaims', {}, { status: { allocatedResources: { storage: '1' } } }, true],
    ['persistentvolumeclaims', { spec: { volumeAttributesClassName: 'a' } }, { spec: { volumeAttributesClassName: 'b' } }, true],
    ['configmaps', {}, { data: { a: 'b' } }, false],
  ];
  for (const [resource, old, object, makes] of changes)
    t.equal(makesRoom(core(resource), old, object, 15_000), makes, `${resource} from ${JSON.stringify(old)} to ${JSON.stringify(object)}`);
  const counting: Record<string, string[]> = {
    'widgets.example.com': ['count/widgets.example.com'],
    secrets: ['secrets'],
    'resourceclaims.resource.k8s.io': ['gpu.deviceclass.resource.k8s.io/devices', 'requests.deviceclass.resource.kubernetes.io/gpu'],
    services: ['services.nodeports'],
    persistentvolumeclaims: ['requests.storage', 'gold.storageclass.storage.k8s.io/persistentvolumeclaims'],
    pods: ['cpu', 'pods', 'count/pods', 'limits.memory', 'hugepages-2Mi', 'requests.hugepages-2Mi', 'requests.example.com/gpu'],
  };
  for (const [name, keys] of Object.entries(counting))
    for (const key of keys) t.equal(groupResourceName(countedBy(key)!), name, `${key} counts ${name}`);
  for (const key of ['limits.example.com/gpu', 'example.com/gpu', 'services.clusterips']) t.equal(countedBy(key), undefined, key);
  t.end();
});

t.test('the type check of a policy names what the matched kinds do not have (C4.9a)', (t) => {
  const deployment = { group: 'apps', version: 'v1', kind: 'Deployment' };
  const kinds = [{ gvk: deployment, type: definitionType(definitionOfKind(deployment)!, 'Deployment') }];
  const policy: Policy = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name: 'p' },
    spec: {
      variables: [{ name: 'n', expression: 'object.spec.replicas' }],
      validations: [
        { expression: 'object.spec.replicas > 1' },
        { expression: 'object.spec.nope == 1' },
        { expression: "object.spec.replicas == 'two'", messageExpression: "'is ' + object.spec.nothing" },
        { expression: "variables.n == 'two'" },
        { expression: 'object.metadata.name == params.anything' },
      ],
    },
  };
  t.same(typeWarnings(policy, kinds, DYN), [
    {
      fieldRef: 'spec.validations[1].expression',
      warning: "apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'nope'\n | object.spec.nope == 1\n | ...........^\n",
    },
    {
      fieldRef: 'spec.validations[2].expression',
      warning:
        "apps/v1, Kind=Deployment: ERROR: <input>:1:22: found no matching overload for '_==_' applied to '(int, string)'\n | object.spec.replicas == 'two'\n | .....................^\n",
    },
    {
      fieldRef: 'spec.validations[2].messageExpression',
      warning:
        "apps/v1, Kind=Deployment: ERROR: <input>:1:20: undefined field 'nothing'\n | 'is ' + object.spec.nothing\n | ...................^\n",
    },
    {
      fieldRef: 'spec.validations[3].expression',
      warning:
        "apps/v1, Kind=Deployment: ERROR: <input>:1:13: found no matching overload for '_==_' applied to '(int, string)'\n | variables.n == 'two'\n | ............^\n",
    },
  ]);
  t.same(typeWarnings(policy, [], undefined), [], 'no kind, nothing to check');
  t.end();
});

t.test('rules name kinds by plural or singular, those of the core group in all groups (C4.9)', (t) => {
  const served = [
    ['', 'v1', 'events', 'Event'],
    ['events.k8s.io', 'v1', 'events', 'Event'],
    ['apps', 'v1', 'deployments', 'Deployment'],
    ['batch', 'v1', 'jobs', 'Job'],
  ].map(([group, version, resource, name]) => ({ group, version, resource, kind: name, namespaced: true, verbs: [] }) as ApiResource);
  const many = Array.from({ length: 12 }, (_, i) => `kind${i}`);
  const numerous = many.map((name): ApiResource => ({ ...served[0]!, group: 'x', resource: `${name}s`, kind: name }));
  const cases: [groups: string[], resources: string[], kinds: string[]][] = [
    [['apps'], ['deployments'], ['apps/v1, Kind=Deployment']],
    [['apps'], ['Deployment'], ['apps/v1, Kind=Deployment']],
    [
      ['batch', 'apps'],
      ['jobs', 'deployments'],
      ['apps/v1, Kind=Deployment', 'batch/v1, Kind=Job'],
    ],
    [[''], ['events'], ['/v1, Kind=Event', 'events.k8s.io/v1, Kind=Event']],
    [['events.k8s.io'], ['events'], ['events.k8s.io/v1, Kind=Event']],
    [['apps'], ['nopes'], []],
    [['x'], many, many.slice(0, 10).map((name) => `x/v1, Kind=${name}`)],
  ];
  for (const [groups, resources, kinds] of cases) {
    const found = kindsNamed([{ groups, versions: ['v1'], resources }], [...served, ...numerous]).map(gvkName);
    t.same(found, kinds, JSON.stringify([groups, resources]));
  }
  t.end();
});

t.test('scopes of a quota choose pods', (t) => {
  const pods = { group: '', resource: 'pods' };
  const busy = { containers: [{ resources: { requests: { cpu: '1' } } }] };
  const cases: [quota: JsonObject, pod: JsonObject, inScope: boolean][] = [
    [{}, {}, true],
    [{ scopes: ['Terminating'] }, { activeDeadlineSeconds: 1 }, true],
    [{ scopes: ['NotTerminating'] }, { activeDeadlineSeconds: 1 }, false],
    [{ scopes: ['BestEffort'] }, { containers: [{}] }, true],
    [{ scopes: ['BestEffort'] }, busy, false],
    [{ scopes: ['NotBestEffort'] }, busy, true],
    [{ scopes: ['NotBestEffort', 'Terminating'] }, busy, false],
  ];
  const byClass = (operator: string, values: string[]): JsonObject => ({
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator, values }] },
  });
  cases.push(
    [byClass('In', ['high']), { priorityClassName: 'high' }, true],
    [byClass('In', ['high']), { priorityClassName: 'low' }, false],
    [byClass('NotIn', ['high']), {}, true],
    [byClass('Exists', []), {}, false],
    [byClass('DoesNotExist', []), {}, true],
  );
  for (const [quota, spec, inScope] of cases) t.equal(isInScope(pods, { spec }, quota), inScope, JSON.stringify([quota, spec]));
  const claims = { group: '', resource: 'persistentvolumeclaims' };
  const changing = { spec: { volumeAttributesClassName: 'gold' }, status: { currentVolumeAttributesClassName: 'silver' } };
  for (const [claim, operator, values, inScope] of [
    [changing, 'In', ['silver'], true],
    [changing, 'In', ['bronze'], false],
    [changing, 'NotIn', ['gold'], true],
    [{}, 'NotIn', ['gold'], true],
    [changing, 'Exists', [], true],
    [{}, 'DoesNotExist', [], true],
  ] as const) {
    const scopeSelector = { matchExpressions: [{ scopeName: 'VolumeAttributesClass', operator, values: [...values] }] };
    t.equal(isInScope(claims, claim, { scopeSelector }), inScope, JSON.stringify([claim, operator, values]));
  }
  t.notOk(isInScope({ group: '', resource: 'secrets' }, {}, { scopes: ['BestEffort'] }), 'other kinds are outside of any scope');
  t.end();
});
