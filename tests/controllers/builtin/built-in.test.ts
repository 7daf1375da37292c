/** The smaller built-in controllers, against the real server in this process. */
import t from 'tap';
import { eventTtlPlugin } from '../../../controllers/builtin/event-ttl.js';
import { rootCaPlugin } from '../../../controllers/builtin/root-ca.js';
import { tokenSecretPlugin } from '../../../controllers/builtin/token-secret.js';
import { type Condition, defineKind, type KubeObject } from '../../../controllers/index.js';
import { createServer } from '../../../server/index.js';
import { eventually } from '../../helpers/fake-api.js';

const server = await createServer({
  memory: true,
  profile: 'kubernetes',
  controllers: ['*', '-event-ttl-controller'],
  logLevel: 'silent',
  plugins: [
    rootCaPlugin({ ca: 'the ca' }),
    tokenSecretPlugin({ ca: 'the ca', issueToken: ({ serviceAccount }) => `token of ${serviceAccount.name}` }),
    eventTtlPlugin({ ttlMs: 0, everyMs: 20 }),
  ],
});
const { client } = server;
t.teardown(() => server.stop());

const namespace = 'built-in';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const exists = async (kind: { apiVersion: string; kind: string }, name: string) =>
  (await client.find(kind, { name, namespace })) !== undefined;
await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });

t.test('each namespace has a default account, which comes back (D4.1)', async (t) => {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount' };
  await eventually(() => exists(account, 'default'));
  const first = await client.get(account, { name: 'default', namespace });
  await client.delete(account, { name: 'default', namespace });
  await eventually(async () => {
    const found = await client.find(account, { name: 'default', namespace });
    return found !== undefined && found.metadata.uid !== first.metadata.uid;
  });
  t.pass();
});

t.test('each namespace has the root certificate, which is put right (D4.2)', async (t) => {
  const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const key = { name: 'kube-root-ca.crt', namespace };
  type ConfigMap = KubeObject & { data: Record<string, string> };
  await eventually(() => exists(kind, key.name));
  const published = await client.get<ConfigMap>(kind, key);
  t.same(published.data, { 'ca.crt': 'the ca' });
  t.match(published.metadata.annotations, { 'kubernetes.io/description': /^Contains a CA bundle/ });
  await client.patch(kind, key, { type: 'merge', patch: { data: { other: 'x' }, metadata: { annotations: null } } });
  await eventually(async () => {
    const { data, metadata } = await client.get<ConfigMap>(kind, key);
    return data['other'] === undefined && metadata.annotations !== undefined;
  });
  await client.delete(kind, key);
  await eventually(() => exists(kind, key.name));
});

t.test('a token secret is filled, and goes with its account (D4.3)', async (t) => {
  const kind = { apiVersion: 'v1', kind: 'Secret' };
  type Secret = KubeObject & { type: string; data?: Record<string, string> };
  type Account = KubeObject & { secrets?: { name: string }[] };
  const secrets = [{ name: 'short-lived' }, { name: 'token' }];
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'builder', namespace }, secrets };
  const { metadata } = await client.create<Account>(account);
  const create = (name: string, of: string) =>
    client.create<Secret>({
      ...kind,
      type: 'kubernetes.io/service-account-token',
      metadata: { name, namespace, annotations: { 'kubernetes.io/service-account.name': of } },
    });
  await create('token', 'builder');
  await create('of-nobody', 'absent');
  await eventually(async () => (await client.get<Secret>(kind, { name: 'token', namespace })).data !== undefined);
  const filled = await client.get<Secret>(kind, { name: 'token', namespace });
  t.same(filled.data, { token: base64('token of builder'), 'ca.crt': base64('the ca'), namespace: base64(namespace) });
  t.equal(filled.metadata.annotations?.['kubernetes.io/service-account.uid'], metadata.uid);
  await eventually(async () => !(await exists(kind, 'of-nobody')));
  await create('short-lived', 'builder');
  await eventually(async () => (await client.get<Secret>(kind, { name: 'short-lived', namespace })).data !== undefined);
  await client.delete(kind, { name: 'short-lived', namespace });
  await eventually(async () => (await client.get<Account>(account, account.metadata)).secrets?.length === 1, 'the account forgets it');
  await client.delete(account, account.metadata);
  await eventually(async () => !(await exists(kind, 'token')));
});

t.test('an aggregated ClusterRole follows those it selects (E6.8)', async (t) => {
  const kind = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
  type Role = KubeObject & { rules?: object[]; aggregationRule?: object };
  const rule = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
  const selector = { clusterRoleSelectors: [{ matchLabels: { part: 'yes' } }] };
  await client.create<Role>({ ...kind, metadata: { name: 'sum' }, aggregationRule: selector });
  await client.create<Role>({ ...kind, metadata: { name: 'part', labels: { part: 'yes' } }, rules: [rule] });
  const rules = async () => (await client.get<Role>(kind, { name: 'sum' })).rules ?? [];
  await eventually(async () => (await rules()).length === 1);
  t.same(await rules(), [rule]);
  await client.delete(kind, { name: 'part' });
  await eventually(async () => (await rules()).length === 0);
});

t.test('a quota is counted when it comes, and again when something goes (C6.5)', async (t) => {
  const kind = { apiVersion: 'v1', kind: 'ResourceQuota' };
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
  type Quota = KubeObject & { spec: object; status?: { hard?: Record<string, string>; used?: Record<string, string> } };
  for (const name of ['a', 'b']) await client.create<KubeObject & { spec: object }>({ ...lease, metadata: { name, namespace }, spec: {} });
  const hard = { 'count/leases.coordination.k8s.io': '5', 'services.nodeports': '0' };
  await client.create<Quota>({ ...kind, metadata: { name: 'q', namespace }, spec: { hard } });
  const status = async () => (await client.get<Quota>(kind, { name: 'q', namespace })).status;
  const used = async () => (await status())?.used?.['count/leases.coordination.k8s.io'];
  await eventually(async () => (await used()) === '2');
  t.same(await status(), { hard, used: { 'count/leases.coordination.k8s.io': '2', 'services.nodeports': '0' } });
  await client.delete(lease, { name: 'a', namespace });
  await eventually(async () => (await used()) === '1');
});

t.test('a FlowSchema says whether its priority level exists (G4.2)', async (t) => {
  const schemaKind = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'FlowSchema' };
  const levelKind = { apiVersion: 'flowcontrol.apiserver.k8s.io/v1', kind: 'PriorityLevelConfiguration' };
  type Schema = KubeObject & { spec: object; status?: { conditions?: Condition[] } };
  await client.create<Schema>({ ...schemaKind, metadata: { name: 's' }, spec: { priorityLevelConfiguration: { name: 'late' } } });
  const says = async (reason: string) => (await client.get<Schema>(schemaKind, { name: 's' })).status?.conditions?.[0]?.reason === reason;
  await eventually(() => says('NotFound'));
  const limited = { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } };
  await client.create<KubeObject & { spec: object }>({ ...levelKind, metadata: { name: 'late' }, spec: limited });
  await eventually(() => says('Found'));
  t.match((await client.get<Schema>(schemaKind, { name: 's' })).status?.conditions, [
    { type: 'Dangling', status: 'False', message: /named "late" and it exists$/ },
  ]);
});

t.test('events go when their time is over (D5.2)', async (t) => {
  const kind = { apiVersion: 'v1', kind: 'Event' };
  await client.create<KubeObject & { involvedObject: object }>({
    ...kind,
    metadata: { name: 'e', namespace },
    involvedObject: { kind: 'Namespace', name: namespace, namespace },
  });
  await eventually(async () => !(await exists(kind, 'e')));
  t.pass();
});

t.test('a finished Job goes when its time is over', async (t) => {
  const kind = { apiVersion: 'batch/v1', kind: 'Job' };
  type Job = KubeObject & { spec: object; status?: object };
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i' }] } };
  const create = (name: string) =>
    client.create<Job>({ ...kind, metadata: { name, namespace }, spec: { ttlSecondsAfterFinished: 0, suspend: true, template } });
  await create('going');
  const finished = await create('finished');
  const time = '2026-01-01T00:00:00Z';
  const condition = { status: 'True', lastProbeTime: time, lastTransitionTime: time };
  const conditions = [
    { ...condition, type: 'FailureTarget', reason: 'R', message: 'm' },
    { ...condition, type: 'Failed', reason: 'R', message: 'm' },
  ];
  await client.updateStatus<Job>({ ...finished, status: { startTime: time, conditions } });
  await eventually(async () => !(await exists(kind, 'finished')));
  t.ok(await exists(kind, 'going'));
});

t.test('a deleted definition takes its objects with it, and waits for those that are held (B4)', async (t) => {
  const crd = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
  const widget = { apiVersion: 'going.example.com/v1', kind: 'Widget' };
  await client.create(defineKind({ group: 'going.example.com', version: 'v1', kind: 'Widget', spec: { type: 'object' } }));
  await eventually(async () => (await client.resourceFor(widget)) !== undefined);
  type Widget = KubeObject & { spec: object };
  await client.create<Widget>({ ...widget, metadata: { name: 'free', namespace }, spec: {} });
  await client.create<Widget>({ ...widget, metadata: { name: 'held', namespace, finalizers: ['example.com/hold'] }, spec: {} });
  const key = { name: 'widgets.going.example.com' };
  await client.delete(crd, key);
  await eventually(async () => !(await exists(widget, 'free')));
  type Definition = KubeObject & { status?: { conditions?: Condition[] } };
  const terminating = (await client.get<Definition>(crd, key)).status?.conditions?.find(({ type }) => type === 'Terminating');
  t.match(terminating, { status: 'True', reason: 'InstanceDeletionInProgress' });
  await client.patch(widget, { name: 'held', namespace }, { type: 'merge', patch: { metadata: { finalizers: null } } });
  await eventually(async () => (await client.find(crd, key)) === undefined, 'the end of the definition', 10_000);
});
