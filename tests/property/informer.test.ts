/**
 * An informer's promise: whatever happens to lists, watches and connections, its cache becomes what the server has, its events lead from
 * one state to the next without a gap or a repetition, and nothing of it is left when it is stopped.
 *
 * `REFERENCE_KUBECONFIG=… node bin/test.mjs dist/tests/property/informer.test.js` tries the same on another cluster.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import t from 'tap';
import {
  type Connection,
  createClient,
  createHttpTransport,
  createInformer,
  type Informer,
  type InformerEvent,
  type KubeObject,
  loadKubeconfig,
  silentLogger,
} from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { createCuttingProxy } from '../helpers/cutting-proxy.js';
import { createFakeApi, eventually } from '../helpers/fake-api.js';
import { createManualClock } from '../helpers/manual-clock.js';

interface ConfigMap extends KubeObject {
  data?: Record<string, string>;
}

const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
t.setTimeout(180_000);
const names = ['a', 'b', 'c', 'd', 'e'];

/** What somebody knows who only hears the events; complains of those that do not follow from it. */
function createListener(informer: Informer<ConfigMap>) {
  const known = new Map<string, ConfigMap>();
  const faults: string[] = [];
  let count = 0;
  informer.onEvent((event: InformerEvent<ConfigMap>) => {
    count++;
    const { name, uid } = event.object.metadata;
    const before = known.get(name);
    const told = `${event.type} ${name} at ${event.object.metadata.resourceVersion}`;
    if (event.type === 'added' && before) faults.push(`${told}: it is known`);
    if (event.type !== 'added' && !before) faults.push(`${told}: nobody knows it`);
    if (event.type === 'updated') {
      if (event.old !== before) faults.push(`${told}: its old state is not the one told last`);
      if (before && before.metadata.uid !== uid) faults.push(`${told}: it is another one`);
      if (before && Number(before.metadata.resourceVersion) >= Number(event.object.metadata.resourceVersion))
        faults.push(`${told}: backwards`);
    }
    if (event.type === 'deleted') known.delete(name);
    else known.set(name, event.object);
  });
  return { known, faults, count: () => count };
}

const state = (objects: Iterable<ConfigMap>) =>
  Object.fromEntries([...objects].map(({ metadata, data }) => [metadata.name, `${metadata.uid} ${data?.['n']}`]).sort());

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('put' as const), name: fc.constantFrom(...names) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('remove' as const), name: fc.constantFrom(...names) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('replace' as const), name: fc.constantFrom(...names) }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constantFrom('end' as const, 'compact' as const, 'fail' as const, 'wait' as const) }) },
);

t.test('lists that fail, watches that end, versions that expire: the cache becomes what there is', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), async (steps, pageSize) => {
      const api = createFakeApi([{ apiVersion: 'v1', resource: 'configmaps', kind: 'ConfigMap', namespaced: true }]);
      const clock = createManualClock(Date.now());
      const plain = createClient(api.transport, { clock });
      const client = {
        ...plain,
        pages: (...[of, options]: Parameters<typeof plain.pages>) => plain.pages(of, { ...options, limit: pageSize }),
      };
      const informer = createInformer<ConfigMap>({ client: client as typeof plain, kind, log: silentLogger, clock });
      const { known, faults } = createListener(informer);
      const pathOf = (name: string) => `/api/v1/namespaces/x/configmaps/${name}`;
      const stored = new Map<string, ConfigMap>();
      let n = 0;
      const put = (name: string) => {
        const made = api.put(pathOf(name), { ...kind, metadata: { name, namespace: 'x' }, data: { n: String(++n) } });
        stored.set(name, made as unknown as ConfigMap);
      };
      const remove = (name: string) => {
        api.remove(pathOf(name));
        stored.delete(name);
      };
      informer.start();
      for (const each of steps) {
        if (each.type === 'put') put(each.name);
        else if (each.type === 'remove') remove(each.name);
        else if (each.type === 'replace') {
          remove(each.name);
          put(each.name);
        } else if (each.type === 'end') api.endWatches();
        else if (each.type === 'compact') {
          api.endWatches();
          api.compact();
        } else if (each.type === 'fail') api.failNext({ status: 503, headers: {}, body: 'down' });
        else {
          for (let i = 0; i < 5; i++) await turn();
          clock.advance(1000);
        }
      }
      const isThere = () => JSON.stringify(state(informer.list())) === JSON.stringify(state(stored.values()));
      for (let i = 0; i < 200 && !(isThere() && api.openWatches() === 1); i++) {
        clock.advance(60_000);
        await turn();
      }
      const seen = { cache: state(informer.list()), told: state(known.values()), faults, watches: api.openWatches() };
      const expected = { cache: state(stored.values()), told: state(stored.values()), faults: [], watches: 1 };
      if (JSON.stringify(seen) !== JSON.stringify(expected))
        throw new Error(`${JSON.stringify(seen)} instead of ${JSON.stringify(expected)}`);
      await informer.stop();
      if (api.openWatches() !== 0 || informer.list().length > 0) throw new Error('something is left');
    }),
    { numRuns: 300 },
  );
  t.pass('300 runs');
});

/** Writes all the time, through a way of its own, while connections of the informers break; then compares. */
async function stress(t: Tap, connection: Connection, seconds: number): Promise<string> {
  const straight = createHttpTransport(connection);
  const writer = createClient(straight);
  const target = new URL(connection.server);
  const proxy = await createCuttingProxy({ host: target.hostname, port: Number(target.port) });
  const through = createHttpTransport({ ...connection, server: `${target.protocol}//127.0.0.1:${proxy.port}${target.pathname}` });
  const namespace = `stress-${Date.now().toString(36)}`;
  await writer.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const informers = Array.from({ length: 5 }, () =>
    createInformer<ConfigMap>({ client: createClient(through), kind, namespace, labelSelector: 'stress', log: silentLogger }),
  );
  const listeners = informers.map(createListener);
  for (const informer of informers) informer.start();
  const random = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)]!;
  const end = performance.now() + seconds * 1000;
  let writes = 0;
  let cuts = 0;
  const write = async () => {
    while (performance.now() < end) {
      const key = { name: random(names), namespace };
      const object = { ...kind, metadata: { ...key, labels: { stress: '' } }, data: { n: String(writes++) } };
      const act = Math.random();
      if (act < 0.2) await writer.delete(kind, key).catch(() => undefined);
      else if (act < 0.3) await writer.patch(kind, key, { type: 'merge', patch: { metadata: { labels: null } } }).catch(() => undefined);
      else await writer.update(object).catch(() => writer.create<ConfigMap>(object).catch(() => undefined));
      if (Math.random() < 0.02) await sleep(20);
    }
  };
  const cut = async () => {
    while (performance.now() < end) {
      await sleep(50 + Math.random() * 300);
      cuts++;
      if (Math.random() < 0.7) proxy.cut();
      else {
        proxy.close();
        await sleep(Math.random() * 500);
        proxy.reopen();
      }
    }
  };
  await Promise.all([write(), write(), cut()]);
  const { items } = await writer.list<ConfigMap>(kind, { namespace, labelSelector: 'stress' });
  const expected = state(items);
  for (const [i, informer] of informers.entries()) {
    const isThere = () => JSON.stringify(state(informer.list())) === JSON.stringify(expected);
    await eventually(isThere, `informer ${i} to have what there is`, 60_000);
    t.same(state(listeners[i]!.known.values()), expected, 'so its events tell');
    t.same(listeners[i]!.faults, []);
  }
  const events = listeners.reduce((sum, { count }) => sum + count(), 0);
  await Promise.all(informers.map((informer) => informer.stop()));
  through.close?.();
  await eventually(() => proxy.open() === 0, 'the end of all connections', 10_000);
  await proxy.stop();
  await writer.delete({ apiVersion: 'v1', kind: 'Namespace' }, { name: namespace });
  straight.close?.();
  return `${writes} writes, connections cut ${cuts} times, ${events} events told by ${informers.length} informers`;
}
type Tap = Pick<typeof t, 'same'>;

t.test('connections that break at any byte', async (t) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'informer-'));
  const server = await createServer({ memory: true, logLevel: 'silent', port: 0, dataDir });
  t.teardown(() => server.stop());
  t.comment(await stress(t, loadKubeconfig(server.kubeconfigPath!), 8));
});

const reference = process.env['REFERENCE_KUBECONFIG'];
t.test('the same on another cluster', { skip: reference ? false : 'REFERENCE_KUBECONFIG names none' }, async (t) => {
  t.comment(await stress(t, loadKubeconfig(reference!), 20));
});
