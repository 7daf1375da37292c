/** Garbage collection and namespace deletion, against the real server in this process. */
import t from 'tap';
import { namespacePlugin } from '../../../controllers/builtin/namespace.js';
import { type Condition, defineKind, type KindReference, type KubeObject, type OwnerReference } from '../../../controllers/index.js';
import { createServer } from '../../../server/index.js';
import { eventually } from '../../helpers/fake-api.js';

const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const secret = { apiVersion: 'v1', kind: 'Secret' };
const clusterRole = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' };
const namespaceKind = { apiVersion: 'v1', kind: 'Namespace' };
const hold = 'example.com/hold';

const server = await createServer({
  memory: true,
  controllers: ['*', '-namespace-controller'],
  logLevel: 'silent',
  plugins: [namespacePlugin({ graceMs: 0, recheckMaxMs: 500 })],
});
const { client } = server;
t.teardown(() => server.stop());

let serial = 0;
async function freshNamespace(): Promise<string> {
  const name = `n${++serial}`;
  await client.create({ ...namespaceKind, metadata: { name } });
  return name;
}

/** Objects of one namespace, made and looked at by name. */
function inNamespace(namespace: string) {
  const create = (kind: KindReference, name: string, owners: OwnerReference[] = [], finalizers: string[] = []) =>
    client.create<KubeObject>({
      ...kind,
      metadata: { name, namespace, ...(owners.length > 0 && { ownerReferences: owners }), ...(finalizers.length > 0 && { finalizers }) },
    });
  const find = (kind: KindReference, name: string) => client.find<KubeObject>(kind, { name, namespace });
  return {
    create,
    find,
    goes: (kind: KindReference, name: string) => eventually(async () => (await find(kind, name)) === undefined, `the end of ${name}`),
    isTerminating: (kind: KindReference, name: string) =>
      eventually(async () => (await find(kind, name))?.metadata.deletionTimestamp !== undefined, `the deletion of ${name}`),
    release: (kind: KindReference, name: string) =>
      client.patch(kind, { name, namespace }, { type: 'merge', patch: { metadata: { finalizers: null } } }),
  };
}

const ownedBy = (owner: KubeObject, extra: Partial<OwnerReference> = {}): OwnerReference => ({
  apiVersion: owner.apiVersion,
  kind: owner.kind,
  name: owner.metadata.name,
  uid: owner.metadata.uid ?? '',
  ...extra,
});
const nobody = (kind: KindReference): OwnerReference => ({ ...kind, name: 'never', uid: '11111111-2222-4333-8444-555555555555' });

t.test('dependents go after the last of their owners, and theirs after them (D2.3–D2.5)', async (t) => {
  const namespace = await freshNamespace();
  const { create, find, goes } = inNamespace(namespace);
  const owner = await create(configMap, 'owner');
  const second = await create(configMap, 'second');
  const child = await create(secret, 'child', [ownedBy(owner)]);
  await create(secret, 'grandchild', [ownedBy(child)]);
  await create(secret, 'shared', [ownedBy(owner), ownedBy(second)]);
  await client.delete(configMap, { name: 'owner', namespace }, { propagationPolicy: 'Background' });
  t.equal(await find(configMap, 'owner'), undefined, 'the owner itself is gone at once');
  await goes(secret, 'child');
  await goes(secret, 'grandchild');
  await eventually(async () => (await find(secret, 'shared'))?.metadata.ownerReferences?.length === 1);
  t.match((await find(secret, 'shared'))?.metadata.ownerReferences, [{ name: 'second' }]);
});

t.test('an object whose owner never was, or was another of that name, goes; one of an unknown kind stays (D2.3)', async (t) => {
  const namespace = await freshNamespace();
  const { create, find, goes } = inNamespace(namespace);
  const owner = await create(configMap, 'owner');
  await create(secret, 'of-unknown-kind', [nobody({ apiVersion: 'nope.example.com/v1', kind: 'Nope' })]);
  await create(secret, 'of-nobody', [nobody(configMap)]);
  await create(secret, 'of-another', [ownedBy(owner, { uid: '11111111-2222-4333-8444-555555555555' })]);
  await goes(secret, 'of-nobody');
  await goes(secret, 'of-another');
  t.ok(await find(secret, 'of-unknown-kind'));
});

t.test('an owner deleted in the foreground waits for its blocking dependents only (D2.6)', async (t) => {
  const namespace = await freshNamespace();
  const { create, find, goes, isTerminating, release } = inNamespace(namespace);
  const owner = await create(configMap, 'owner');
  await create(secret, 'blocking', [ownedBy(owner, { blockOwnerDeletion: true })], [hold]);
  await create(secret, 'free', [ownedBy(owner)], [hold]);
  await client.delete(configMap, { name: 'owner', namespace }, { propagationPolicy: 'Foreground' });
  await isTerminating(secret, 'blocking');
  await isTerminating(secret, 'free');
  t.match(await find(configMap, 'owner'), { metadata: { finalizers: ['foregroundDeletion'] } });
  await release(secret, 'blocking');
  await goes(configMap, 'owner');
  t.ok(await find(secret, 'free'));
  await create(configMap, 'childless');
  await client.delete(configMap, { name: 'childless', namespace }, { propagationPolicy: 'Foreground' });
  await goes(configMap, 'childless');
});

t.test('a foreground deletion goes down a chain, and through a circle', async (t) => {
  const namespace = await freshNamespace();
  const { create, goes } = inNamespace(namespace);
  const blocking = { blockOwnerDeletion: true };
  const a = await create(configMap, 'a');
  const b = await create(configMap, 'b', [ownedBy(a, blocking)]);
  const c = await create(configMap, 'c', [ownedBy(b, blocking)]);
  await client.patch(
    configMap,
    { name: 'a', namespace },
    {
      type: 'merge',
      patch: { metadata: { ownerReferences: [{ ...ownedBy(c, blocking) }] } },
    },
  );
  await client.delete(configMap, { name: 'a', namespace }, { propagationPolicy: 'Foreground' });
  for (const name of ['a', 'b', 'c']) await goes(configMap, name);
  t.pass();
});

t.test('orphaning cuts the references before the owner goes (D2.7)', async (t) => {
  const namespace = await freshNamespace();
  const { create, find, goes } = inNamespace(namespace);
  const owner = await create(configMap, 'owner');
  await create(configMap, 'child', [ownedBy(owner, { blockOwnerDeletion: true })]);
  await client.delete(configMap, { name: 'owner', namespace }, { propagationPolicy: 'Orphan' });
  await goes(configMap, 'owner');
  const child = await find(configMap, 'child');
  t.ok(child);
  t.equal(child?.metadata.ownerReferences, undefined);
  t.equal(child?.metadata.deletionTimestamp, undefined);
});

t.test('an owner in another namespace is none, and an event says so; cluster-scoped dependents stay (D2.9)', async (t) => {
  const [home, abroad] = [await freshNamespace(), await freshNamespace()];
  const owner = await inNamespace(home).create(configMap, 'owner');
  await inNamespace(abroad).create(secret, 'abroad', [ownedBy(owner)]);
  await inNamespace(abroad).goes(secret, 'abroad');
  await client.create({ ...clusterRole, metadata: { name: 'dependent', ownerReferences: [nobody(configMap)] } });
  const events = () =>
    client.list<KubeObject & { message: string; reason: string }>({ apiVersion: 'v1', kind: 'Event' }, { namespace: abroad });
  await eventually(async () => (await events()).items.length === 1);
  t.match((await events()).items[0], {
    type: 'Warning',
    reason: 'OwnerRefInvalidNamespace',
    message: `ownerRef [v1/ConfigMap, namespace: ${abroad}, name: owner, uid: ${owner.metadata.uid}] does not exist in namespace "${abroad}"`,
    involvedObject: { kind: 'Secret', name: 'abroad', namespace: abroad },
  });
  t.ok(await client.find(clusterRole, { name: 'dependent' }));
  const cluster = await client.create<KubeObject>({ ...clusterRole, metadata: { name: 'owner' } });
  await inNamespace(abroad).create(secret, 'of-cluster-role', [ownedBy(cluster)]);
  await client.delete(clusterRole, { name: 'owner' });
  await inNamespace(abroad).goes(secret, 'of-cluster-role');
});

t.test('kinds that come later are collected too, and may own what came before (D2.1)', async (t) => {
  const namespace = await freshNamespace();
  const { create, goes } = inNamespace(namespace);
  const widget = { apiVersion: 'later.example.com/v1', kind: 'Widget' };
  await client.create(defineKind({ group: 'later.example.com', version: 'v1', kind: 'Widget', spec: { type: 'object' } }));
  await eventually(async () => (await client.resourceFor(widget)) !== undefined, 'the kind Widget');
  const owner = await client.create<KubeObject & { spec: object }>({ ...widget, metadata: { name: 'owner', namespace }, spec: {} });
  await create(secret, 'child', [ownedBy(owner)]);
  await client.create<KubeObject & { spec: object }>({
    ...widget,
    metadata: { name: 'second', namespace, ownerReferences: [nobody(configMap)] },
    spec: {},
  });
  await goes(widget, 'second');
  await client.delete(widget, { name: 'owner', namespace });
  await goes(secret, 'child');
  t.pass();
});

t.test('a deleted namespace empties itself, tells what is left, and goes when nothing is (D3)', async (t) => {
  const namespace = await freshNamespace();
  const { create, goes, isTerminating, release } = inNamespace(namespace);
  await create(configMap, 'held', [], [hold]);
  await create(secret, 'held', [], [hold, 'example.com/second']);
  await create(secret, 'loose');
  const deleted = await client.delete(namespaceKind, { name: namespace });
  t.match(deleted, { status: { phase: 'Terminating' }, spec: { finalizers: ['kubernetes'] } });
  await goes(secret, 'loose');
  await isTerminating(configMap, 'held');
  type Namespace = KubeObject & { status?: { conditions?: Condition[] } };
  const conditions = async () => (await client.find<Namespace>(namespaceKind, { name: namespace }))?.status?.conditions;
  await eventually(async () => (await conditions()) !== undefined);
  t.match(
    (await conditions())?.filter(({ status }) => status === 'True').map(({ message }) => message),
    [
      'Some resources are remaining: configmaps. has 1 resource instances, secrets. has 1 resource instances',
      'Some content in the namespace has finalizers remaining: example.com/hold in 2 resource instances, example.com/second in 1 resource instances',
    ],
  );
  await release(configMap, 'held');
  await release(secret, 'held');
  await eventually(async () => (await client.find(namespaceKind, { name: namespace })) === undefined, 'the end of the namespace');
  t.equal(await inNamespace(namespace).find(secret, 'held'), undefined);
});
