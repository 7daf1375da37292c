/** The client in the server's process and over HTTP: one story, told twice, word for word. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import {
  type Client,
  createClient,
  createHttpTransport,
  createInformer,
  createManager,
  definePlugin,
  type KubeObject,
  loadKubeconfig,
  silentLogger,
} from '../../controllers/index.js';
import type { StatusError } from '../../schemas/status.js';
import { createServer } from '../../server/index.js';
import { eventually } from '../helpers/fake-api.js';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
const server = await createServer({ memory: true, logLevel: 'silent', port: 0, dataDir: mkdtempSync(join(tmpdir(), 'two-ways-')) });
const transport = createHttpTransport(loadKubeconfig(server.kubeconfigPath!), { userAgent: 'story' });
const clients: Record<string, Client> = {
  'in process': createClient(server.transport, { fieldManager: 'story' }),
  'over HTTP': createClient(transport, { fieldManager: 'story' }),
};
t.teardown(async () => {
  transport.close?.();
  await server.stop();
});

/** What the client saw, without what differs between two runs. */
async function story(client: Client, namespace: string): Promise<string[]> {
  const told: string[] = [];
  const tell = (what: unknown) =>
    void told.push(
      JSON.stringify(what, (key, value) =>
        ['uid', 'resourceVersion', 'creationTimestamp', 'time'].includes(key) ? '*' : value,
      ).replaceAll(namespace, 'NS'),
    );
  const failure = async (call: Promise<unknown>) => {
    const { code, reason, message, status } = (await call.then(
      () => ({}),
      (error) => error,
    )) as StatusError;
    tell({ code, reason, message, details: status?.details });
  };
  const key = (name: string) => ({ name, namespace });

  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const created = await client.create<ConfigMap>({ ...kind, metadata: key('a'), data: { k: '1' } });
  tell(created);
  await failure(client.create({ ...kind, metadata: key('a') }));
  await failure(client.get(kind, key('absent')));
  await failure(client.get({ apiVersion: 'nope/v1', kind: 'Nope' }, key('x')));
  await failure(client.create({ ...kind, metadata: key('Not Valid') }));
  const updated = await client.update<ConfigMap>({ ...created, data: { k: '2' } });
  await failure(client.update<ConfigMap>({ ...created, data: { k: '3' } }));
  tell(await client.patch<ConfigMap>(kind, key('a'), { type: 'merge', patch: { data: { m: 'x' } } }));
  tell(await client.patch<ConfigMap>(kind, key('a'), { type: 'json', patch: [{ op: 'remove', path: '/data/m' }] }));
  await failure(client.apply<ConfigMap>({ ...kind, metadata: key('a'), data: { k: '4' } }, { fieldManager: 'applier' }));
  tell(await client.apply<ConfigMap>({ ...kind, metadata: key('a'), data: { k: '4' } }, { fieldManager: 'applier', force: true }));
  tell(await client.create<ConfigMap>({ ...kind, metadata: key('dry') }, { dryRun: true }));
  for (const name of ['b', 'c', 'd']) await client.create<ConfigMap>({ ...kind, metadata: { ...key(name), labels: { page: 'yes' } } });
  for await (const page of client.pages<ConfigMap>(kind, { namespace, labelSelector: 'page=yes', limit: 2 })) {
    tell(page.items.map((item) => [item.apiVersion, item.kind, item.metadata.name]));
    tell(page.items.map((item) => Object.fromEntries(Object.entries(item).sort())));
    tell(Object.keys(page.metadata));
  }
  tell(await client.list<ConfigMap>(kind, { namespace, labelSelector: 'page=yes', metadataOnly: true }));
  tell(await client.list<ConfigMap>(kind, { namespace, labelSelector: 'none', metadataOnly: true }));
  await failure(client.list(kind, { namespace, labelSelector: '!!' }));

  const stop = new AbortController();
  const watch = client.watch<ConfigMap>(kind, {
    namespace,
    fieldSelector: 'metadata.name=a',
    resourceVersion: updated.metadata.resourceVersion!,
    signal: stop.signal,
  });
  for await (const { type, object } of watch) {
    tell([type, object.data]);
    if (object.data?.['k'] === '4') stop.abort();
  }
  const bob = client.as({ username: 'bob', groups: ['system:masters'] });
  tell(await bob.delete(kind, key('a')));
  tell(((await client.deleteCollection(kind, { namespace, labelSelector: 'page=yes' }))['items'] as object[]).length);
  return told;
}

t.test('the answers are the same', async (t) => {
  const [here, there] = await Promise.all([story(clients['in process']!, 'here'), story(clients['over HTTP']!, 'there')]);
  for (const [i, line] of here.entries()) t.equal(there[i], line);
  t.equal(there.length, here.length);
});

for (const [way, client] of Object.entries(clients)) {
  t.test(`an informer ${way} has what is there, and closes without a trace`, async (t) => {
    const namespace = way.replace(' ', '-').toLowerCase();
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const informer = createInformer<ConfigMap>({ client, kind, namespace, labelSelector: 'x', log: silentLogger });
    informer.start();
    t.equal(await informer.synced(), true);
    const name = (n: number) => ({ name: `n${n}`, namespace });
    await Promise.all(Array.from({ length: 20 }, (_, n) => client.create({ ...kind, metadata: { ...name(n), labels: { x: '' } } })));
    await client.patch(kind, name(3), { type: 'merge', patch: { metadata: { labels: null } } });
    await client.delete(kind, name(4));
    await eventually(() => informer.list().length === 18, '18 objects in the cache');
    t.notOk(informer.has(name(3)), 'one that is no longer selected is gone');
    t.match(informer.get(name(5)), { kind: 'ConfigMap', metadata: { name: 'n5' } });
    await informer.stop();
    t.same(informer.list(), []);
  });

  t.test(`a controller ${way} that looks at metadata only is sent no more`, async (t) => {
    const namespace = `meta-${way.replace(' ', '-').toLowerCase()}`;
    await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
    const source = { ...kind, namespace, labelSelector: 'own', metadataOnly: true };
    const own = (name: string) => ({ name, namespace, labels: { own: '' } });
    const sent: KubeObject[] = [];
    const plugin = definePlugin({
      name: 'onlooker',
      controllers: [
        {
          name: 'onlooker',
          for: source,
          reconcile: async (request, context) => void sent.push(context.cache(source).get(request)!),
        },
      ],
    });
    await client.create<ConfigMap>({ ...kind, metadata: own('before'), data: { k: 'v' } });
    const manager = createManager({ client, plugins: [plugin], log: silentLogger });
    await manager.start();
    await eventually(() => sent.length === 1, 'what was there');
    await client.create<ConfigMap>({ ...kind, metadata: own('after'), data: { k: 'v' } });
    await eventually(() => sent.length === 2, 'what came');
    await manager.stop();
    const shown = sent.map(({ metadata, ...rest }) => [rest, metadata.name]);
    t.same(shown, [
      [kind, 'before'],
      [kind, 'after'],
    ]);
  });
}
