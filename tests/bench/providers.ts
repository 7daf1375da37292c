/** How long 10,000 orders of the fake driver take to be ready, and 1,000 bindings to rotate. `node dist/tests/bench/providers.js [orders] [bindings]` */
import { createFakeDriver, defineProvider, type KubeObject, type ServiceBinding } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { fakeCache } from '../providers/fake-cache.js';

const [orders = 10_000, bindings = 1_000] = process.argv.slice(2).map(Number);
const kind = { apiVersion: 'fake.kurma.dev/v1', kind: 'Cache' };
const bindingKind = { apiVersion: 'services.kurma.dev/v1alpha1', kind: 'ServiceBinding' };
const namespace = 'default';
const driver = createFakeDriver();
const plugin = defineProvider({ ...fakeCache(driver), driftSeconds: 600, concurrency: 16 });
const server = await createServer({ memory: true, logLevel: 'silent', plugins: [plugin] });
const { client } = server;
type WithStatus = KubeObject & { status?: { phase?: string } };

/** Every write takes the next number. */
async function newestRevision(): Promise<number> {
  return Number((await client.list(kind, { limit: 1 })).metadata.resourceVersion);
}

async function timed(what: string, count: number, act: () => Promise<void>): Promise<void> {
  const start = performance.now();
  const cpu = process.cpuUsage();
  const revision = await newestRevision();
  await act();
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const writes = (await newestRevision()) - revision;
  const each = `${(writes / count).toFixed(1)} writes and ${((user + system) / 1000 / count).toFixed(2)} ms of CPU each`;
  process.stdout.write(`${what}: ${count} in ${seconds.toFixed(1)} s, ${Math.round(count / seconds)}/s, ${each}\n`);
}

/** Counts by watching, which costs less than lists. */
async function watchFor<T extends KubeObject>(of: typeof kind, count: number, isDone: (object: T) => boolean): Promise<void> {
  const done = new Set<string>();
  for await (const { object, type } of client.watch<T>(of)) {
    if (type !== 'BOOKMARK' && isDone(object)) done.add(object.metadata.name);
    if (done.size === count) return;
  }
}

await timed('orders ready', orders, async () => {
  const all = watchFor<WithStatus>(kind, orders, ({ status }) => status?.phase === 'Ready');
  for (let i = 0; i < orders; i++) await client.create({ ...kind, metadata: { name: `order-${i}`, namespace }, spec: {} } as KubeObject);
  await all;
});
await timed('bindings ready', bindings, async () => {
  const all = watchFor<WithStatus>(bindingKind, bindings, ({ status }) => status?.phase === 'Ready');
  for (let i = 0; i < bindings; i++) {
    const spec = { service: { ...kind, name: `order-${i}` }, rotation: { overlap: '1h' } };
    await client.create<ServiceBinding>({ ...bindingKind, metadata: { name: `order-${i}`, namespace }, spec });
  }
  await all;
});
await timed('bindings rotated', bindings, async () => {
  const isRotated = ({ status }: ServiceBinding) => status?.phase === 'Ready' && status.serial === 2;
  const all = watchFor<ServiceBinding>(bindingKind, bindings, isRotated);
  const patch = { metadata: { annotations: { 'services.kurma.dev/rotate': 'now' } } };
  for (let i = 0; i < bindings; i++) await client.patch(bindingKind, { name: `order-${i}`, namespace }, { type: 'merge', patch });
  await all;
});
const cpu = process.cpuUsage();
await new Promise((resolve) => setTimeout(resolve, 5000));
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(`idle: ${((user + system) / 50_000).toFixed(1)} % of a core\n`);
await server.stop();
