import t from 'tap';
import { definePlugin } from '../../controllers/index.js';
import type { TransportRequest } from '../../controllers/transport.js';
import type { JsonObject, JsonValue } from '../../schemas/json-value.js';
import { createServer } from '../../server/index.js';
import { ADMIN_TOKEN, serve } from '../helpers/served.js';

const hooks = definePlugin({
  name: 'hooks',
  admission: [
    {
      name: 'label',
      resources: [{ group: '', resource: 'configmaps' }],
      operations: ['CREATE'],
      mutate: ({ object }) => ({ ...object!, data: { ...(object!['data'] as JsonObject), hooked: 'yes' } }),
    },
    {
      name: 'refuse',
      resources: [{ group: '*', resource: 'configmaps' }],
      operations: ['CREATE', 'DELETE'],
      validate: async ({ object, oldObject }) =>
        ((object ?? oldObject)!['data'] as JsonObject)['bad'] === 'yes' ? 'this one is bad' : undefined,
    },
  ],
});

const { server, port } = await serve(t, { profile: 'kubernetes', controllers: [], plugins: [hooks] });

type Answer = JsonObject & { metadata: JsonObject; spec: JsonObject; message: string; data: JsonObject };
async function call(method: TransportRequest['method'], path: string, body?: JsonValue) {
  const { status, body: answered } = await server.transport.request({ method, path, ...(body !== undefined && { body }) });
  return { status, body: answered as Answer };
}
const PODS = '/api/v1/namespaces/default/pods';
await call('POST', '/api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' }, imagePullSecrets: [{ name: 'pull' }] });

let names = 0;
const pod = (spec: JsonObject = {}, container: JsonObject = {}, metadata: JsonObject = {}): JsonObject => ({
  metadata: { name: `p${++names}`, ...metadata },
  spec: { automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i', ...container }], ...spec },
});

t.test('a pod gets its account, its token, its priority and its tolerations', async (t) => {
  const { body } = await call('POST', PODS, pod({ automountServiceAccountToken: true }));
  t.match(body.spec, {
    serviceAccountName: 'default',
    imagePullSecrets: [{ name: 'pull' }],
    priority: 0,
    preemptionPolicy: 'PreemptLowerPriority',
    tolerations: [{ key: 'node.kubernetes.io/not-ready' }, { key: 'node.kubernetes.io/unreachable', tolerationSeconds: 300 }],
    volumes: [{ name: /^kube-api-access-.{5}$/, projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607 } }, {}, {}] } }],
    containers: [{ volumeMounts: [{ mountPath: '/var/run/secrets/kubernetes.io/serviceaccount', readOnly: true }] }],
  });
});

t.test('what is not there is refused', async (t) => {
  await call('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', { metadata: { name: 'first' }, value: 10, globalDefault: true });
  const refusals: [JsonObject, string][] = [
    [{ serviceAccountName: 'x' }, 'error looking up service account default/x: serviceaccount "x" not found'],
    [{ priorityClassName: 'x' }, 'no PriorityClass with name x was found'],
    [
      { priority: 5 },
      'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 10 from the given PriorityClass name',
    ],
    [{ runtimeClassName: 'x' }, 'pod rejected: RuntimeClass "x" not found'],
  ];
  for (const [spec, why] of refusals) {
    const { status, body } = await call('POST', PODS, pod(spec));
    t.same([status, body.message], [403, `pods "p${names}" is forbidden: ${why}`]);
  }
  const second = await call('POST', '/apis/scheduling.k8s.io/v1/priorityclasses', {
    metadata: { name: 'second' },
    value: 1,
    globalDefault: true,
  });
  t.equal(
    second.body.message,
    'priorityclasses.scheduling.k8s.io "second" is forbidden: PriorityClass first is already marked as default. Only one default can exist',
  );
});

t.test('default classes are found, and volumes are protected', async (t) => {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  await call('POST', '/apis/storage.k8s.io/v1/storageclasses', { metadata: { name: 'fast', annotations }, provisioner: 'p' });
  const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const { body } = await call('POST', '/api/v1/namespaces/default/persistentvolumeclaims', { metadata: { name: 'c' }, spec: claim });
  t.match(body, { metadata: { finalizers: ['kubernetes.io/pvc-protection'] }, spec: { storageClassName: 'fast' } });
});

const restricted: JsonObject = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  runAsNonRoot: true,
  seccompProfile: { type: 'RuntimeDefault' },
};

const violations: {
  level: string;
  version?: string;
  annotations?: JsonObject;
  spec?: JsonObject;
  container?: JsonObject;
  text: string | undefined;
}[] = [
  { level: 'privileged', spec: { hostNetwork: true }, text: undefined },
  { level: 'baseline', text: undefined },
  { level: 'baseline', spec: { hostPID: true, hostIPC: true }, text: 'host namespaces (hostPID=true, hostIPC=true)' },
  {
    level: 'baseline',
    container: {
      securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN', 'CHOWN'] } },
      ports: [{ containerPort: 1, hostPort: 80 }],
    },
    text:
      'non-default capabilities (container "c" must not include "SYS_ADMIN" in securityContext.capabilities.add), hostPort (container "c" uses hostPort 80), ' +
      'privileged (container "c" must not set securityContext.privileged=true)',
  },
  {
    level: 'baseline',
    spec: { securityContext: { sysctls: [{ name: 'net.core.somaxconn', value: '1' }], seLinuxOptions: { user: 'u', type: 't' } } },
    text: 'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "t"; user may not be set), forbidden sysctls (net.core.somaxconn)',
  },
  {
    level: 'baseline',
    version: 'v1.26',
    spec: { securityContext: { sysctls: [{ name: 'net.ipv4.ip_local_reserved_ports', value: '1' }] } },
    text: 'forbidden sysctls (net.ipv4.ip_local_reserved_ports)',
  },
  {
    level: 'baseline',
    version: 'v1.27',
    spec: { securityContext: { sysctls: [{ name: 'net.ipv4.ip_local_reserved_ports', value: '1' }] } },
    text: undefined,
  },
  { level: 'restricted', container: { securityContext: restricted }, text: undefined },
  {
    level: 'restricted',
    text:
      'allowPrivilegeEscalation != false (container "c" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "c" must set ' +
      'securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "c" ' +
      'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
  },
  {
    level: 'restricted',
    spec: { volumes: [{ name: 'h', hostPath: { path: '/' } }], securityContext: { runAsUser: 0 } },
    container: { securityContext: restricted },
    text: 'restricted volume types (volume "h" uses restricted volume type "hostPath"), runAsUser=0 (pod must not set runAsUser=0)',
  },
  {
    level: 'restricted',
    spec: { hostUsers: false },
    container: { securityContext: { ...restricted, runAsNonRoot: false, runAsUser: 0 } },
    text: undefined,
  },
  {
    level: 'restricted',
    version: 'v1.34',
    spec: { hostUsers: false },
    container: { securityContext: { ...restricted, runAsNonRoot: false, runAsUser: 0 } },
    text: 'runAsNonRoot != true (container "c" must not set securityContext.runAsNonRoot=false), runAsUser=0 (container "c" must not set runAsUser=0)',
  },
  { level: 'baseline', spec: { hostUsers: false }, container: { securityContext: { procMount: 'Unmasked' } }, text: undefined },
  {
    level: 'restricted',
    spec: { volumes: [{ name: 'i', image: { reference: 'r' } }] },
    container: { securityContext: restricted },
    text: undefined,
  },
  {
    level: 'baseline',
    annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' },
    container: { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
    text:
      'forbidden AppArmor profiles (container "c" and annotation must not set AppArmor profile type to "Unconfined", ' +
      '"container.apparmor.security.beta.kubernetes.io/c="unconfined"")',
  },
  {
    level: 'baseline',
    spec: { initContainers: [{ name: 'x', image: 'i', restartPolicy: 'Always', livenessProbe: { tcpSocket: { port: 1, host: 'h' } } }] },
    container: { livenessProbe: { tcpSocket: { port: 1, host: 'h' } } },
    text: 'probe or lifecycle host (containers "c", "x" use probe or lifecycle host "h")',
  },
  ...['v1.18', 'v1.19'].map((version) => ({
    level: 'baseline',
    version,
    annotations: {
      'seccomp.security.alpha.kubernetes.io/pod': 'unconfined',
      'container.seccomp.security.alpha.kubernetes.io/c': 'unconfined',
    },
    text:
      version === 'v1.19'
        ? undefined
        : 'seccompProfile (forbidden annotations container.seccomp.security.alpha.kubernetes.io/c="unconfined", seccomp.security.alpha.kubernetes.io/pod="unconfined")',
  })),
  ...[
    { level: 'baseline', version: 'v1.34' },
    { level: 'restricted', version: 'v1.35' },
  ].map((row) => ({
    ...row,
    spec: { hostUsers: false },
    container: { securityContext: { ...restricted, procMount: 'Unmasked' } },
    text: 'procMount (container "c" must not set securityContext.procMount to "Unmasked")',
  })),
];

/** Played on kube-apiserver 1.36.3 too. */
const resources = (requests: JsonObject, limits: JsonObject): JsonObject => ({ resources: { requests, limits } });
const limited: { title: string; spec?: JsonObject; container?: JsonObject; why: string }[] = [
  {
    title: 'what a pod says itself counts instead of its containers',
    spec: resources({ cpu: '4', memory: '2Gi' }, { cpu: '4', memory: '2Gi' }),
    why: '[maximum cpu usage per Pod is 3, but limit is 4, maximum memory usage per Pod is 1Gi, but limit is 2Gi]',
  },
  {
    title: 'requests of the pod, limits of its containers',
    spec: { resources: { requests: { cpu: '4' } } },
    container: resources({ memory: '60Mi' }, { memory: '70Mi' }),
    why: 'maximum cpu usage per Pod is 3, but request is 4',
  },
  {
    title: 'limits are requests too',
    spec: { resources: { limits: { cpu: '4', memory: '60Mi' } } },
    why: 'maximum cpu usage per Pod is 3, but limit is 4',
  },
  {
    title: 'too little',
    spec: resources({ memory: '10Mi' }, { memory: '15Mi' }),
    why: 'minimum memory usage per Pod is 50Mi, but request is 10Mi',
  },
  {
    title: 'too far apart',
    spec: resources({ memory: '60Mi' }, { memory: '200Mi' }),
    why: 'memory max limit to request ratio per Pod is 2, but provided ratio is 3.333333',
  },
];

t.test('limits of pods', async (t) => {
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'limited' } });
  await call('POST', '/api/v1/namespaces/limited/serviceaccounts', { metadata: { name: 'default' } });
  const limits: JsonObject[] = [
    { type: 'Container', max: { cpu: '2' }, default: { cpu: '500m' } },
    { type: 'Pod', max: { cpu: '3', memory: '1Gi' }, min: { memory: '50Mi' }, maxLimitRequestRatio: { memory: '2' } },
  ];
  await call('POST', '/api/v1/namespaces/limited/limitranges', { metadata: { name: 'a' }, spec: { limits } });
  for (const { title, spec, container, why } of limited) {
    const { body } = await call('POST', '/api/v1/namespaces/limited/pods', pod(spec, container));
    t.equal(body.message, `pods "p${names}" is forbidden: ${why}`, title);
  }
});

t.test('pods use the secrets of their account only, where it says so', async (t) => {
  await call('POST', '/api/v1/namespaces/default/serviceaccounts', {
    metadata: { name: 'strict', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    secrets: [{ name: 'own' }],
  });
  const variables = (name: string): JsonObject => ({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name, key: 'k' } } }] });
  const all = (name: string): JsonObject => ({ envFrom: [{ secretRef: { name } }] });
  const volume = (secretName: string): JsonObject => ({ volumes: [{ name: 'v', secret: { secretName } }] });
  const init = (container: JsonObject): JsonObject => ({ initContainers: [{ name: 'in', image: 'i', ...container }] });
  const rows: [spec: JsonObject, container: JsonObject, refused: string | undefined][] = [
    [volume('own'), all('own'), undefined],
    [{ ...volume('x'), ...init(all('y')) }, all('z'), 'volume with secret.secretName="x"'],
    [init({ ...all('x'), ...variables('y') }), all('z'), 'init container in with envVar A referencing secret.secretName="y"'],
    [init(all('x')), variables('y'), 'init container in with envFrom referencing secret.secretName="x"'],
    [{}, all('x'), 'container c with envFrom referencing secret.secretName="x"'],
    [
      {},
      { ...all('x'), volumeMounts: [{ name: 'unknown', mountPath: '/a' }] },
      'container c with envFrom referencing secret.secretName="x"',
    ],
    [{}, { ...all('x'), ...variables('y') }, 'container c with envVar A referencing secret.secretName="y"'],
  ];
  for (const [spec, container, refused] of rows) {
    const { status, body } = await call('POST', PODS, pod({ serviceAccountName: 'strict', ...spec }, container));
    const why = `is not allowed because service account strict does not reference that secret`;
    if (refused === undefined) t.equal(status, 201, body.message);
    else t.same([status, body.message], [403, `pods "p${names}" is forbidden: ${refused} ${why}`]);
  }
});

t.test('a pod shows where its node is, and fits on it when it is resized', async (t) => {
  const zone = { 'topology.kubernetes.io/zone': 'z' };
  const status = { allocatable: { cpu: '2', memory: '1Gi' } };
  await call('POST', '/api/v1/nodes', { metadata: { name: 'linux', labels: { ...zone, rack: 'r' } }, status });
  await call('POST', '/api/v1/nodes', { metadata: { name: 'windows', labels: { 'kubernetes.io/os': 'windows' } }, status });
  const rows: [node: string, cpu: string, refused: string | undefined][] = [
    ['linux', '2', undefined],
    ['linux', '2001m', "node didn't have enough allocatable resources: cpu, requested: 2001, allocatable: 2000"],
    ['windows', '2', 'pod resize is only supported on linux nodes, node "windows" is "windows"'],
    ['gone', '2', 'node "gone" not found'],
  ];
  for (const [nodeName, cpu, refused] of rows) {
    const made = await call('POST', PODS, pod({ nodeName }, { resources: { requests: { cpu: '1' } } }));
    t.same(made.body.metadata['labels'], nodeName === 'linux' ? zone : undefined);
    const containers = [{ ...(made.body.spec['containers'] as JsonObject[])[0], resources: { requests: { cpu } } }];
    const { status, body } = await call('PUT', `${PODS}/p${names}/resize`, { ...made.body, spec: { ...made.body.spec, containers } });
    if (refused === undefined) t.equal(status, 200, body.message);
    else t.same([status, body.message], [403, `pods "p${names}" is forbidden: ${refused}`]);
  }
});

t.test('a mirror pod has nothing of the API', async (t) => {
  const secrets = 'a mirror pod may not reference secrets';
  const rows: [JsonObject, string][] = [
    [{ serviceAccountName: 'default' }, 'a mirror pod may not reference service accounts'],
    [{ imagePullSecrets: [{ name: 's' }] }, secrets],
    [{ volumes: [{ name: 'v', csi: { driver: 'd.example.com', nodePublishSecretRef: { name: 's' } } }] }, secrets],
    [{ volumes: [{ name: 'v', projected: { sources: [{ secret: { name: 's' } }] } }] }, secrets],
    [
      { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] },
      'a mirror pod may not use ServiceAccountToken volume projections',
    ],
  ];
  for (const [spec, why] of rows) {
    const { status, body } = await call('POST', PODS, pod(spec, {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } }));
    t.same([status, body.message], [403, `pods "p${names}" is forbidden: ${why}`]);
  }
});

t.test('pods keep to the security level of their namespace', async (t) => {
  for (const [i, { level, version = 'latest', annotations = {}, spec = {}, container = {}, text }] of violations.entries()) {
    const namespace = `level-${i}`;
    const labels = { 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/enforce-version': version };
    await call('POST', '/api/v1/namespaces', { metadata: { name: namespace, labels } });
    await call('POST', `/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata: { name: 'default' } });
    const { status, body } = await call('POST', `/api/v1/namespaces/${namespace}/pods`, pod(spec, container, { annotations }));
    if (text === undefined) t.equal(status, 201, body.message);
    else t.same([status, body.message], [403, `pods "p${names}" is forbidden: violates PodSecurity "${level}:${version}": ${text}`]);
  }
  const wrong = await call('POST', '/api/v1/namespaces', {
    metadata: { name: 'wrong', labels: { 'pod-security.kubernetes.io/enforce': 'strict' } },
  });
  t.match(wrong, { status: 422, body: { message: /must be one of privileged, baseline, restricted$/ } });
});

t.test('workloads are warned about pods that will be refused', async (t) => {
  const response = await post('/apis/apps/v1/namespaces/level-1/deployments', {
    metadata: { name: 'd' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { hostNetwork: true, containers: [{ name: 'c', image: 'i' }] } },
    },
  });
  t.equal(response.status, 201);
  t.equal(response.headers.get('warning'), '299 - "would violate PodSecurity \\"baseline:latest\\": host namespaces (hostNetwork=true)"');
});

async function post(path: string, body: JsonObject): Promise<Response> {
  const { Agent, fetch: send } = await import('undici');
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
  const response = await send(`https://127.0.0.1:${port}${path}`, { method: 'POST', body: JSON.stringify(body), headers, dispatcher });
  await response.text();
  await dispatcher.close();
  return response as unknown as Response;
}

t.test('the last place of a quota is given away once, however many ask at the same time', async (t) => {
  const namespace = '/api/v1/namespaces/counted';
  await call('POST', '/api/v1/namespaces', { metadata: { name: 'counted' } });
  const hard = { 'count/secrets': '5' };
  const quota = (await call('POST', `${namespace}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } })).body;
  await call('PUT', `${namespace}/resourcequotas/q/status`, { ...quota, status: { hard, used: { 'count/secrets': '0' } } });
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => call('POST', `${namespace}/secrets`, { metadata: { name: `s${i}` } })),
  );
  t.equal(answers.filter(({ status }) => status === 201).length, 5);
  t.match(
    answers.find(({ status }) => status === 403)!.body.message,
    /exceeded quota: q, requested: count\/secrets=1, used: count\/secrets=5, limited: count\/secrets=5$/,
  );
  const { status, metadata } = (await call('GET', `${namespace}/resourcequotas/q`)).body;
  t.same((status as JsonObject)['used'], { 'count/secrets': '5' });
  const owner = (metadata['managedFields'] as JsonObject[]).find(({ manager }) => manager === 'kube-apiserver');
  t.match(owner, { operation: 'Update', subresource: 'status' });
});

t.test("plugins' hooks change and refuse", async (t) => {
  const maps = '/api/v1/namespaces/default/configmaps';
  t.same((await call('POST', maps, { metadata: { name: 'good' }, data: { a: '1' } })).body.data, { a: '1', hooked: 'yes' });
  const bad = await call('POST', maps, { metadata: { name: 'bad' }, data: { bad: 'yes' } });
  t.same([bad.status, bad.body.message], [403, 'configmaps "bad" is forbidden: this one is bad']);
});

t.test('plugins are switched by name', async (t) => {
  const refused = createServer({ memory: true, port: -1, logLevel: 'silent', enableAdmissionPlugins: ['Nope'] });
  await t.rejects(refused, { message: /^unknown admission plugin "Nope": there are NamespaceLifecycle, LimitRanger, / });
  const absent = createServer({ memory: true, port: -1, logLevel: 'silent', enableAdmissionPlugins: ['JobValidation'] });
  await t.rejects(absent, { message: /^unknown admission plugin "JobValidation"/ }, 'what is not here can only be off');
  const bare = await createServer({
    memory: true,
    port: -1,
    profile: 'kubernetes',
    controllers: [],
    logLevel: 'silent',
    disableAdmissionPlugins: ['ServiceAccount', 'JobValidation'],
  });
  t.teardown(() => bare.stop());
  const { status } = await bare.transport.request({ method: 'POST', path: PODS, body: pod() });
  t.equal(status, 201, 'no account is looked for');
});
