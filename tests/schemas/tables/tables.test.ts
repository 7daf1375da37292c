import t from 'tap';
import type { JsonObject, JsonValue } from '../../../schemas/json-value.js';
import { BUILTIN_KINDS } from '../../../schemas/kinds.js';
import { cellsOf, columnsOf, DEFAULT_TABLE, definitionsOf, rowConditions } from '../../../schemas/tables/index.js';

const NOW = Date.parse('2026-01-01T00:10:00Z');
const named = (more: JsonObject = {}, meta: JsonObject = {}): JsonObject => ({
  metadata: { name: 'n', namespace: 'ns', creationTimestamp: '2026-01-01T00:00:00Z', ...meta },
  ...more,
});
const podSpec: JsonObject = {
  containers: [
    { name: 'c1', image: 'i:1' },
    { name: 'c2', image: 'i:2' },
  ],
};
const workload = (spec: JsonObject, status: JsonObject = {}): JsonObject =>
  named({ spec: { selector: { matchLabels: { a: 'b' } }, template: { spec: podSpec }, ...spec }, status });
const row = (group: string, kind: string, object: JsonObject): JsonValue[] => cellsOf(columnsOf(group, kind), object, NOW);

t.test('cells of built-in kinds (R8.26, R8.28, R8.29, §8.5)', async (t) => {
  const mount = { ip: '192.0.2.1' };
  for (const [group, kind, object, cells] of [
    ['', 'ConfigMap', named({ data: { a: '1' }, binaryData: { b: 'AA==' } }), ['n', 2, '10m']],
    ['', 'Secret', named({ type: 'Opaque', data: { a: '' } }), ['n', 'Opaque', 1, '10m']],
    ['', 'ServiceAccount', named({}, { creationTimestamp: null }), ['n', '<unknown>']],
    ['', 'Namespace', named({ status: { phase: 'Active' } }), ['n', 'Active', '10m']],
    ['', 'Node', named(), ['n', 'Unknown', '<none>', '10m', '', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>']],
    [
      '',
      'Node',
      named(
        {
          spec: { unschedulable: true },
          status: {
            conditions: [{ type: 'Ready', status: 'True' }],
            addresses: [{ type: 'InternalIP', address: '192.0.2.1' }],
            nodeInfo: {
              kubeletVersion: 'v1',
              osImage: 'OS',
              kernelVersion: '6.1',
              architecture: 'amd64',
              containerRuntimeVersion: 'c://2',
            },
          },
        },
        { labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/': '', 'kubernetes.io/role': 'api' } },
      ),
      ['n', 'Ready,SchedulingDisabled', 'api,worker', '10m', 'v1', '192.0.2.1', '<none>', 'OS', '6.1 (amd64)', 'c://2'],
    ],
    [
      '',
      'PodTemplate',
      named({ template: { metadata: { labels: { b: '2', a: '1' } }, spec: podSpec } }),
      ['n', 'c1,c2', 'i:1,i:2', 'a=1,b=2'],
    ],
    [
      '',
      'Service',
      named({
        spec: {
          type: 'ClusterIP',
          clusterIPs: ['None'],
          ports: [
            { port: 80, protocol: 'TCP' },
            { port: 53, protocol: 'UDP', nodePort: 30053 },
          ],
        },
      }),
      ['n', 'ClusterIP', 'None', '<none>', '80/TCP,53:30053/UDP', '10m', '<none>'],
    ],
    [
      '',
      'Service',
      named({ spec: { type: 'ExternalName', externalName: 'x.example.com' } }),
      ['n', 'ExternalName', '<none>', 'x.example.com', '<none>', '10m', '<none>'],
    ],
    [
      '',
      'Service',
      named({
        spec: { type: 'LoadBalancer', externalIPs: ['192.0.2.9'] },
        status: { loadBalancer: { ingress: [{ hostname: 'lb' }, mount, mount] } },
      }),
      ['n', 'LoadBalancer', '<none>', '192.0.2.1,lb,192.0.2.9', '<none>', '10m', '<none>'],
    ],
    ['', 'Service', named({ spec: { type: 'LoadBalancer' } }), ['n', 'LoadBalancer', '<none>', '<pending>', '<none>', '10m', '<none>']],
    [
      '',
      'Endpoints',
      named({
        subsets: [
          { addresses: [mount, { ip: '2001:db8::1' }], ports: [{ port: 80 }, { port: 443 }] },
          { addresses: [{ ip: '192.0.2.7' }] },
        ],
      }),
      ['n', '192.0.2.1:80,[2001:db8::1]:80,192.0.2.1:443 + 2 more...', '10m'],
    ],
    ['', 'Endpoints', named(), ['n', '<none>', '10m']],
    [
      '',
      'Event',
      named({
        involvedObject: { kind: 'ConfigMap', name: 'c', fieldPath: 'data.a' },
        type: 'Normal',
        reason: 'R',
        message: ' hi\n',
        source: { component: 'ctl', host: 'h' },
        count: 5,
        firstTimestamp: '2026-01-01T00:00:00Z',
        lastTimestamp: '2026-01-01T00:09:50Z',
      }),
      ['10s', 'Normal', 'R', 'configmap/c', 'data.a', 'ctl, h', 'hi', '10m', 5, 'n'],
    ],
    [
      'events.k8s.io',
      'Event',
      named({
        regarding: { kind: 'ConfigMap' },
        eventTime: '2026-01-01T00:09:00.000000Z',
        reportingController: 'rc',
        reportingInstance: 'ri',
        series: { count: 3, lastObservedTime: '2026-01-01T00:09:55.000000Z' },
      }),
      ['5s', '', '', 'configmap', '', 'rc, ri', '', '60s', 3, 'n'],
    ],
    ['', 'Event', named(), ['<unknown>', '', '', '', '', '', '', '<unknown>', 1, 'n']],
    [
      '',
      'PersistentVolume',
      named({
        spec: {
          capacity: { storage: '5Gi' },
          accessModes: ['ReadOnlyMany', 'ReadWriteOnce', 'ReadOnlyMany'],
          persistentVolumeReclaimPolicy: 'Retain',
          claimRef: { namespace: 'ns', name: 'c' },
          storageClassName: 'slow',
          volumeMode: 'Filesystem',
        },
        status: { phase: 'Bound' },
      }),
      ['n', '5Gi', 'RWO,ROX', 'Retain', 'Bound', 'ns/c', 'slow', '<unset>', '', '10m', 'Filesystem'],
    ],
    [
      '',
      'PersistentVolumeClaim',
      named({ spec: { volumeName: 'pv' }, status: { phase: 'Pending' } }),
      ['n', 'Pending', 'pv', '0', '', '', '<unset>', '10m', '<unset>'],
    ],
    [
      '',
      'PersistentVolumeClaim',
      named({ status: { phase: 'Bound' } }, { deletionTimestamp: 'x' }),
      ['n', 'Terminating', '', '', '', '', '<unset>', '10m', '<unset>'],
    ],
    [
      '',
      'ResourceQuota',
      named({ status: { hard: { 'limits.cpu': '2', pods: '5' }, used: { pods: '1' } } }),
      ['n', 'pods: 1/5', 'limits.cpu: 0/2', '10m'],
    ],
    ['', 'LimitRange', named(), ['n', '2026-01-01T00:00:00Z']],
    [
      'apps',
      'Deployment',
      workload({ replicas: 3 }, { readyReplicas: 2, updatedReplicas: 1 }),
      ['n', '2/3', 1, 0, '10m', 'c1,c2', 'i:1,i:2', 'a=b'],
    ],
    ['apps', 'ReplicaSet', workload({ replicas: 2 }), ['n', 2, 0, 0, '10m', 'c1,c2', 'i:1,i:2', 'a=b']],
    ['apps', 'StatefulSet', workload({ replicas: 2 }), ['n', '0/2', '10m', 'c1,c2', 'i:1,i:2']],
    ['apps', 'DaemonSet', workload({}), ['n', 0, 0, 0, 0, 0, '<none>', '10m', 'c1,c2', 'i:1,i:2', 'a=b']],
    [
      'apps',
      'ControllerRevision',
      named({ revision: 7 }, { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 's', controller: true }] }),
      ['n', 'statefulset.apps/s', 7, '10m'],
    ],
    [
      'batch',
      'Job',
      workload({ completions: 3 }, { startTime: '2026-01-01T00:09:00Z' }),
      ['n', 'Running', '0/3', '60s', '10m', 'c1,c2', 'i:1,i:2', 'a=b'],
    ],
    [
      'batch',
      'Job',
      workload({ parallelism: 5 }, { conditions: [{ type: 'Suspended', status: 'True' }] }),
      ['n', 'Suspended', '0/1 of 5', '', '10m', 'c1,c2', 'i:1,i:2', 'a=b'],
    ],
    [
      'batch',
      'CronJob',
      named({ spec: { schedule: '@daily', suspend: true, jobTemplate: { spec: { template: { spec: podSpec } } } } }),
      ['n', '@daily', '<none>', 'True', 0, '<none>', '10m', 'c1,c2', 'i:1,i:2', '<none>'],
    ],
    [
      'autoscaling',
      'HorizontalPodAutoscaler',
      named({
        spec: {
          scaleTargetRef: { kind: 'Deployment', name: 'd' },
          minReplicas: 1,
          maxReplicas: 4,
          metrics: [
            { type: 'Resource', resource: { name: 'cpu', target: { averageUtilization: 80 } } },
            { type: 'Pods', pods: { target: { averageValue: '10' } } },
            { type: 'External', external: { target: { averageValue: '3' } } },
          ],
        },
        status: { currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 12 } } }] },
      }),
      ['n', 'Deployment/d', 'cpu: 12%/80%, <unknown>/10 + 1 more...', '1', 4, 0, '10m'],
    ],
    ['autoscaling', 'Scale', named({ spec: { replicas: 3 }, status: { replicas: 2 } }), ['n', 3, 2, '10m']],
    [
      'networking.k8s.io',
      'Ingress',
      named({ spec: { ingressClassName: 'nginx', tls: [{}], rules: ['a', 'b', 'c', 'd', 'e'].map((host) => ({ host })) } }),
      ['n', 'nginx', 'a,b,c + 2 more...', '', '80, 443', '10m'],
    ],
    ['networking.k8s.io', 'Ingress', named(), ['n', '<none>', '*', '', '80', '10m']],
    [
      'networking.k8s.io',
      'IngressClass',
      named(
        { spec: { controller: 'c', parameters: { apiGroup: 'example.com', kind: 'Params', name: 'p' } } },
        { annotations: { 'ingressclass.kubernetes.io/is-default-class': 'true' } },
      ),
      ['n (default)', 'c', 'Params.example.com/p', '10m'],
    ],
    ['networking.k8s.io', 'NetworkPolicy', named({ spec: { podSelector: {} } }), ['n', '<none>', '10m']],
    [
      'discovery.k8s.io',
      'EndpointSlice',
      named({
        addressType: 'IPv4',
        ports: [{ port: 80 }, { name: 'x' }, {}],
        endpoints: [{ addresses: ['1', '2'] }, { addresses: ['3', '4'] }],
      }),
      ['n', 'IPv4', '80,x,*', '1,2,3 + 1 more...', '10m'],
    ],
    ['policy', 'PodDisruptionBudget', named({ spec: { minAvailable: '50%' } }), ['n', '50%', 'N/A', 0, '10m']],
    ['scheduling.k8s.io', 'PriorityClass', named({ value: 5, preemptionPolicy: 'Never' }), ['n', 5, false, '10m', 'Never']],
    [
      'rbac.authorization.k8s.io',
      'RoleBinding',
      named({
        roleRef: { kind: 'Role', name: 'r' },
        subjects: [
          { kind: 'User', name: 'u' },
          { kind: 'User', name: 'v' },
          { kind: 'ServiceAccount', namespace: 'x', name: 's' },
        ],
      }),
      ['n', 'Role/r', '10m', 'u, v', '', 'x/s'],
    ],
    ['storage.k8s.io', 'StorageClass', named({ provisioner: 'p' }), ['n', 'p', 'Delete', 'Immediate', false, '10m']],
    [
      'storage.k8s.io',
      'CSIDriver',
      named({ spec: { tokenRequests: [{ audience: 'a' }, { audience: 'b' }] } }),
      ['n', true, false, false, 'a,b', false, '<none>', '10m'],
    ],
    [
      'admissionregistration.k8s.io',
      'ValidatingAdmissionPolicyBinding',
      named({ spec: { policyName: 'p', paramRef: { name: 'x' } } }),
      ['n', 'p', '*/x', '10m'],
    ],
    [
      'admissionregistration.k8s.io',
      'ValidatingAdmissionPolicy',
      named({ spec: { validations: [{}], paramKind: { apiVersion: 'v1', kind: 'K' } } }),
      ['n', 1, 'v1/K', '10m'],
    ],
    [
      'apiregistration.k8s.io',
      'APIService',
      named({ status: { conditions: [{ type: 'Available', status: 'False', reason: 'Why' }] } }),
      ['n', 'Local', 'False (Why)', '10m'],
    ],
    [
      'certificates.k8s.io',
      'CertificateSigningRequest',
      named({
        spec: { signerName: 's', username: 'u', expirationSeconds: 7200 },
        status: { conditions: [{ type: 'Approved' }], certificate: 'x' },
      }),
      ['n', '10m', 's', 'u', '120m', 'Approved,Issued'],
    ],
    ['resource.k8s.io', 'ResourceClaim', named({ status: { allocation: {}, reservedFor: [{}] } }), ['n', 'allocated,reserved', '10m']],
    [
      'flowcontrol.apiserver.k8s.io',
      'PriorityLevelConfiguration',
      named({ spec: { type: 'Exempt' } }),
      ['n', 'Exempt', '<none>', '<none>', '<none>', '<none>', '10m'],
    ],
  ] as [string, string, JsonObject, JsonValue[]][])
    t.same(row(group, kind, object), cells, `${kind}: ${JSON.stringify(cells)}`);
});

t.test('the word for a pod’s state, its containers and restarts (R8.27)', async (t) => {
  const spec: JsonObject = { containers: [{ name: 'a' }, { name: 'b' }] };
  const running = (name: string, more: JsonObject = {}): JsonObject => ({
    name,
    ready: true,
    restartCount: 0,
    state: { running: {} },
    ...more,
  });
  const terminated = (name: string, how: JsonObject): JsonObject => ({ name, restartCount: 0, state: { terminated: how } });
  const waiting = (name: string, reason: string): JsonObject => ({ name, restartCount: 3, state: { waiting: { reason } } });
  const ready = { type: 'Ready', status: 'True' };
  for (const [title, status, expected, podSpecOf = spec, meta = {}] of [
    ['pending', { phase: 'Pending' }, ['0/2', 'Pending', '0']],
    ['running', { phase: 'Running', containerStatuses: [running('a'), running('b')] }, ['2/2', 'Running', '0']],
    [
      'waiting',
      { phase: 'Running', containerStatuses: [running('a'), waiting('b', 'CrashLoopBackOff')] },
      ['1/2', 'CrashLoopBackOff', '3'],
    ],
    ['exit code', { phase: 'Running', containerStatuses: [terminated('a', { exitCode: 3 }), running('b')] }, ['1/2', 'ExitCode:3', '0']],
    ['signal', { phase: 'Running', containerStatuses: [terminated('a', { exitCode: 1, signal: 9 })] }, ['0/2', 'Signal:9', '0']],
    [
      'half done',
      { phase: 'Running', containerStatuses: [terminated('a', { exitCode: 0, reason: 'Completed' }), running('b')] },
      ['1/2', 'NotReady', '0'],
    ],
    [
      'half done and ready',
      { phase: 'Running', conditions: [ready], containerStatuses: [terminated('a', { exitCode: 0, reason: 'Completed' }), running('b')] },
      ['1/2', 'Running', '0'],
    ],
    ['evicted', { phase: 'Failed', reason: 'Evicted' }, ['0/2', 'Evicted', '0']],
    [
      'gated',
      { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
      ['0/2', 'SchedulingGated', '0'],
    ],
    [
      'initialising',
      {
        phase: 'Pending',
        initContainerStatuses: [
          { name: 'i', restartCount: 1, state: { terminated: { exitCode: 0 } } },
          { name: 'j', restartCount: 0, state: { running: {} } },
        ],
      },
      ['0/2', 'Init:1/2', '1'],
      { ...spec, initContainers: [{ name: 'i' }, { name: 'j' }] },
    ],
    [
      'init failed',
      { phase: 'Pending', initContainerStatuses: [terminated('i', { exitCode: 2 })] },
      ['0/2', 'Init:ExitCode:2', '0'],
      { ...spec, initContainers: [{ name: 'i' }] },
    ],
    [
      'init waiting',
      { phase: 'Pending', initContainerStatuses: [waiting('i', 'ErrImagePull')] },
      ['0/2', 'Init:ErrImagePull', '3'],
      { ...spec, initContainers: [{ name: 'i' }] },
    ],
    [
      'a sidecar counts',
      {
        phase: 'Running',
        initContainerStatuses: [running('s', { started: true, restartCount: 1 })],
        containerStatuses: [running('a'), running('b')],
      },
      ['3/3', 'Running', '1'],
      { ...spec, initContainers: [{ name: 's', restartPolicy: 'Always' }] },
    ],
    ['terminating', { phase: 'Running' }, ['0/2', 'Terminating', '0'], spec, { deletionTimestamp: '2026-01-01T00:00:00Z' }],
    ['lost', { phase: 'Running', reason: 'NodeLost' }, ['0/2', 'Unknown', '0'], spec, { deletionTimestamp: '2026-01-01T00:00:00Z' }],
    [
      'restarted',
      {
        phase: 'Running',
        containerStatuses: [running('a', { restartCount: 2, lastState: { terminated: { finishedAt: '2026-01-01T00:05:00Z' } } })],
      },
      ['1/2', 'Running', '2 (5m ago)'],
    ],
  ] as [string, JsonObject, string[], JsonObject?, JsonObject?][])
    t.same(row('', 'Pod', named({ spec: podSpecOf, status }, meta)).slice(1, 4), expected, title);
  const gates = named({
    spec: { readinessGates: [{ conditionType: 'x' }, { conditionType: 'y' }] },
    status: { conditions: [{ type: 'x', status: 'True' }] },
  });
  t.same(row('', 'Pod', gates).slice(5), ['<none>', '<none>', '<none>', '1/2']);
});

t.test('finished pods have a condition (R8.19)', async (t) => {
  t.same(rowConditions('', 'Pod', { status: { phase: 'Failed' } }), [
    { type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.' },
  ]);
  t.equal(rowConditions('', 'Pod', { status: { phase: 'Running' } }), undefined);
  t.equal(rowConditions('batch', 'Job', { status: { phase: 'Failed' } }), undefined);
});

t.test('every kind has a table that stands an empty object, and describes its columns', async (t) => {
  for (const { group, kind } of BUILTIN_KINDS) {
    const columns = columnsOf(group, kind);
    // a row of an IPAddress ends with an age that no column tells of
    const untold = kind === 'IPAddress' ? 1 : 0;
    t.equal(cellsOf(columns, {}, NOW).length, definitionsOf(columns).length + untold, `${group}/${kind}`);
  }
  t.equal(columnsOf('rbac.authorization.k8s.io', 'Role'), DEFAULT_TABLE);
  t.match(definitionsOf(columnsOf('autoscaling', 'Scale'))[0], { name: 'Name', format: '' });
  t.match(definitionsOf(DEFAULT_TABLE), [
    { name: 'Name', type: 'string', format: 'name', priority: 0 },
    { name: 'Created At', type: 'date', format: '' },
  ]);
});
