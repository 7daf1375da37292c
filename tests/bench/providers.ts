/**
 * How long 10,000 orders of the fake driver take to be ready, and 1,000 bindings to rotate while a client uses them; what 1,000 orders
 * cost when nothing happens. `node dist/tests/bench/providers.js [orders] [bindings]`
 */
import { createFakeDriver, defineProvider, type KubeObject, type ServiceBinding } from '../../controllers/index.js';
import { createServer } from '../../server/index.js';
import { fakeCache } from '../providers/fake-cache.js';

const [orders = 10_000, bindings = 1_000] = process.argv.slice(2).map(Number);
const kind = { apiVersion: 'fake.kurma.dev/v1', kind: 'Cache' };
const bindingKind = { apiVersion: 'services.kurma.dev/v1alpha1', kind: 'ServiceBinding' };
const secretKind = { apiVersion: 'v1', kind: 'Secret' };
const namespace = 'default';
const idleSeconds = 30;
const driftSeconds = 30;
const driver = createFakeDriver();
const plugin = defineProvider({ ...fakeCache(driver), driftSeconds, concurrency: 16 });
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

/** What this machine makes of JSON just now: on a busy one, compare with this instead of with seconds. */
async function yardstick(): Promise<void> {
  const text = JSON.stringify(await client.get(kind, { name: 'order-0', namespace }));
  const rounds = 20_000;
  const cpu = process.cpuUsage();
  for (let i = 0; i < rounds; i++) JSON.stringify(JSON.parse(text));
  const { user, system } = process.cpuUsage(cpu);
  process.stdout.write(`JSON of one order parsed and printed: ${((user + system) / rounds).toFixed(1)} µs of CPU\n`);
}

await timed('orders ready', orders, async () => {
  const all = watchFor<WithStatus>(kind, orders, ({ status }) => status?.phase === 'Ready');
  for (let i = 0; i < orders; i++) await client.create({ ...kind, metadata: { name: `order-${i}`, namespace }, spec: {} } as KubeObject);
  await all;
});
await yardstick();
await timed('bindings ready', bindings, async () => {
  const all = watchFor<WithStatus>(bindingKind, bindings, ({ status }) => status?.phase === 'Ready');
  for (let i = 0; i < bindings; i++) {
    const spec = { service: { ...kind, name: `order-${i}` }, rotation: { overlap: '5s' } };
    await client.create<ServiceBinding>({ ...bindingKind, metadata: { name: `order-${i}`, namespace }, spec });
  }
  await all;
});

/** Connects all the time, to one after the other, with what the Secret says then; ends with how often that went well and how often not. */
async function connectUntil(signal: AbortSignal): Promise<{ good: number; refused: number }> {
  const counts = { good: 0, refused: 0 };
  for (let i = 0; !signal.aborted; i = (i + 1) % bindings) {
    const secret = await client.get<KubeObject & { data: Record<string, string> }>(secretKind, { name: `order-${i}`, namespace });
    await new Promise((resolve) => setImmediate(resolve));
    const [thing, username, password] = ['thing', 'username', 'password'].map((key) => Buffer.from(secret.data[key]!, 'base64').toString());
    try {
      driver.connect(thing!, username!, password!);
      counts.good++;
    } catch {
      counts.refused++;
    }
  }
  return counts;
}

const over = new AbortController();
const connections = connectUntil(over.signal);
await timed('bindings rotated, the old credentials revoked', bindings, async () => {
  const isRotated = ({ status }: ServiceBinding) => status?.serial === 2 && status.credentials?.length === 1;
  const all = watchFor<ServiceBinding>(bindingKind, bindings, isRotated);
  const patch = { metadata: { annotations: { 'services.kurma.dev/rotate': 'now' } } };
  for (let i = 0; i < bindings; i++) await client.patch(bindingKind, { name: `order-${i}`, namespace }, { type: 'merge', patch });
  await all;
});
over.abort();
const { good, refused } = await connections;
process.stdout.write(`meanwhile a client connected ${good} times; refused: ${refused}\n`);

await client.deleteCollection(bindingKind, { namespace });
for (let i = 1000; i < orders; i++) await client.delete(kind, { name: `order-${i}`, namespace });
while (driver.ids().length > Math.min(orders, 1000)) await new Promise((resolve) => setTimeout(resolve, 100));
await new Promise((resolve) => setTimeout(resolve, 2000));
const cpu = process.cpuUsage();
const looks = driver.calls.get;
await new Promise((resolve) => setTimeout(resolve, idleSeconds * 1000));
const { user, system } = process.cpuUsage(cpu);
const share = ((user + system) / 10_000 / idleSeconds).toFixed(2);
process.stdout.write(
  `idle with ${driver.ids().length} ready orders for ${idleSeconds} s: ${share} % of a core, ${driver.calls.get - looks} looks for drift\n`,
);
await server.stop();
