/** A namespace of 10,000 objects of many kinds deleted: some are held by finalizers, a definition goes meanwhile, and the server is killed and started again in the midst of it. */
import { join } from 'node:path';
import t from 'tap';
import {
  type Client,
  type Condition,
  createClient,
  createHttpTransport,
  defineKind,
  type KindReference,
  type KubeObject,
  loadKubeconfig,
} from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { type Command, startCommand } from '../helpers/command.js';
import { eventually } from '../helpers/fake-api.js';
import { kubectlMissing, kubectlWith } from '../helpers/kubectl.js';

const group = 'many.example.com';
const hold = 'example.com/hold';
const second = 'example.com/second';
const namespaceKind = { apiVersion: 'v1', kind: 'Namespace' };
const definitionKind = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' };
const configMap = { apiVersion: 'v1', kind: 'ConfigMap' };
const widget = { apiVersion: `${group}/v1`, kind: 'Widget' };
const gadget = { apiVersion: `${group}/v1`, kind: 'Gadget' };
/** Ten thousand in all. */
const mixture: { kind: KindReference; content: object; count: number }[] = [
  { kind: configMap, content: { data: { a: 'x'.repeat(100) } }, count: 3000 },
  { kind: { apiVersion: 'v1', kind: 'Secret' }, content: {}, count: 2000 },
  { kind: { apiVersion: 'v1', kind: 'ServiceAccount' }, content: {}, count: 500 },
  { kind: { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' }, content: { spec: {} }, count: 1500 },
  { kind: widget, content: { spec: {} }, count: 2000 },
  { kind: gadget, content: { spec: {} }, count: 1000 },
];
/** Kind, name and finalizers of what does not go by itself. */
const held: { kind: KindReference; name: string; finalizers: string[] }[] = [
  { kind: configMap, name: 'held-1', finalizers: [hold] },
  { kind: configMap, name: 'held-2', finalizers: [hold, second] },
  { kind: widget, name: 'held', finalizers: [hold] },
  { kind: gadget, name: 'held', finalizers: [second] },
];

type Conditioned = KubeObject & { status?: { phase?: string; conditions?: Condition[] } };
const dataDir = join(t.testdir({}), 'data');
const kubeconfig = join(dataDir, 'admin.kubeconfig');
let client: Client;
let child: Command;
/** `kurma serve` on the data directory. */
async function start(...flags: string[]): Promise<void> {
  child = startCommand(dataDir, ['--port', '0', ...flags]);
  await child.url;
  client = createClient(createHttpTransport(loadKubeconfig(kubeconfig)));
}
async function kill(): Promise<void> {
  child.child.kill('SIGKILL');
  await child.ended;
}

const namespace = () => client.find<Conditioned>(namespaceKind, { name: 'many' });
const definition = () => client.find<Conditioned>(definitionKind, { name: `gadgets.${group}` });

/** What of each kind of the discovery is in the namespace. */
async function left(): Promise<Record<string, number>> {
  const { resources } = await client.discover();
  const counts: Record<string, number> = {};
  for (const { group, version, kind, namespaced, preferred, verbs, resource } of resources) {
    if (!namespaced || !preferred || !verbs.includes('list')) continue;
    const apiVersion = group === '' ? version : `${group}/${version}`;
    const { items, metadata } = await client.list<KubeObject>({ apiVersion, kind }, { namespace: 'many', limit: 1 });
    const count = items.length + (metadata.remainingItemCount ?? 0);
    if (count > 0) counts[`${resource}.${group}`] = count;
  }
  return counts;
}

const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, count) => all + count, 0);

const verdictsOf = (conditions: Condition[] | undefined): Record<string, string> =>
  Object.fromEntries((conditions ?? []).map(({ type, status, reason, message }) => [type, `${status} ${reason}: ${message}`]));

t.test('a namespace of ten thousand objects', { timeout: 600_000, skip: kubectlMissing }, async (t) => {
  const kubectl = kubectlWith(kubeconfig, join(dataDir, 'cache'));
  const server = await createServer({ dataDir, port: -1, logLevel: 'error' });
  client = server.client;
  for (const kind of ['Widget', 'Gadget']) await client.create(defineKind({ group, version: 'v1', kind, spec: { type: 'object' } }));
  for (const kind of [widget, gadget])
    await eventually(async () => (await client.resourceFor(kind)) !== undefined, `the kind ${kind.kind}`);
  await client.create({ ...namespaceKind, metadata: { name: 'many' } });
  for (const { kind, content, count } of mixture) {
    for (let i = 0; i < count; i += 100) {
      const names = Array.from({ length: 100 }, (_, j) => `o-${i + j}`);
      await Promise.all(names.map((name) => client.create({ ...kind, ...content, metadata: { name, namespace: 'many' } })));
    }
  }
  for (const { kind, name, finalizers } of held)
    await client.create({ ...kind, ...(kind === configMap ? {} : { spec: {} }), metadata: { name, namespace: 'many', finalizers } });
  const total = sum(await left());
  t.ok(total > 10_000, `${total} objects`);
  await server.stop();
  await start();
  t.teardown(kill);

  t.match(await kubectl(['delete', 'ns', 'many', '--wait=false']), { code: 0, stdout: 'namespace "many" deleted\n' });
  t.match((await namespace())?.status, { phase: 'Terminating' });
  await t.rejects(
    client.create({ ...configMap, metadata: { name: 'late', namespace: 'many' } }),
    /unable to create new content in namespace many because it is being terminated/,
  );
  await client.delete(definitionKind, { name: `gadgets.${group}` });

  const isUnderWay = async () => (await client.find(configMap, { name: 'o-0', namespace: 'many' })) === undefined;
  await eventually(isUnderWay, 'the first deletions', 60_000);
  await kill();
  await start('--controllers', 'crd-establisher');
  const half = sum(await left());
  t.ok(half > 100 && half < total, `killed when ${half} were left`);
  await kill();
  await start();

  const remains = {
    NamespaceDeletionDiscoveryFailure: 'False ResourcesDiscovered: All resources successfully discovered',
    NamespaceDeletionGroupVersionParsingFailure: 'False ParsedGroupVersions: All legacy kube types successfully parsed',
    NamespaceDeletionContentFailure: 'False ContentDeleted: All content successfully deleted, may be waiting on finalization',
    NamespaceContentRemaining: `True SomeResourcesRemain: Some resources are remaining: configmaps. has 2 resource instances, gadgets.${group} has 1 resource instances, widgets.${group} has 1 resource instances`,
    NamespaceFinalizersRemaining: `True SomeFinalizersRemain: Some content in the namespace has finalizers remaining: ${hold} in 3 resource instances, ${second} in 2 resource instances`,
  };
  await eventually(
    async () => JSON.stringify(verdictsOf((await namespace())?.status?.conditions)) === JSON.stringify(remains),
    'the conditions that tell what holds the namespace',
    120_000,
  );
  t.same(await left(), { 'configmaps.': 2, [`gadgets.${group}`]: 1, [`widgets.${group}`]: 1 });
  t.match(
    verdictsOf((await definition())?.status?.conditions)['Terminating'],
    /^True InstanceDeletion/,
    'the definition waits for its last object',
  );

  for (const { kind, name } of held.slice(1))
    await client.patch(kind, { name, namespace: 'many' }, { type: 'merge', patch: { metadata: { finalizers: null } } });
  await eventually(async () => (await definition()) === undefined, 'the end of the definition', 60_000);
  await eventually(
    async () =>
      verdictsOf((await namespace())?.status?.conditions)['NamespaceContentRemaining'] ===
      'True SomeResourcesRemain: Some resources are remaining: configmaps. has 1 resource instances',
    'the next conditions',
    60_000,
  );
  const waiting = kubectl(['wait', '--for=delete', 'ns/many', '--timeout=60s']);
  await client.patch(configMap, { name: 'held-1', namespace: 'many' }, { type: 'merge', patch: { metadata: { finalizers: [] } } });
  t.match(await waiting, { code: 0, stdout: 'namespace/many condition met\n' });
  t.equal(await namespace(), undefined);
  t.same(await left(), {}, 'nothing is left');
  await client.create({ ...namespaceKind, metadata: { name: 'many' } });
  t.notOk((await left())[`widgets.${group}`], 'nor is there anything in a new namespace of that name');
});
