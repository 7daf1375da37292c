/**
 * Storage in numbers: `node --expose-gc dist/tests/bench/storage.js [objects]` (default 100,000, of 1 KB). Trust the
 * ratios of one run, not the figures.
 */
import { fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesOf, type Encode } from '../../storage/entry.js';
import { collectionPrefix, objectKey, resourcePrefix } from '../../storage/keys.js';
import { memoryBackend } from '../../storage/memory.js';
import { sqliteBackend } from '../../storage/sqlite/backend.js';
import { Store } from '../../storage/store.js';

const objects = Number(process.argv[2] ?? 100_000);
const dir = mkdtempSync(join(tmpdir(), 'kurma-bench-'));
const file = join(dir, 'bench.db');
const configMaps = { group: '', resource: 'configmaps' };
const all = resourcePrefix(configMaps);
const filling = 'x'.repeat(700);

const key = (i: number): string => objectKey(configMaps, 'root', `namespace-${i % 50}`, `config-map-${i}`);
/** About 1 KB, made as a server makes it: by one stringify. */
const encode =
  (i: number): Encode =>
  (revision) => ({
    bytes: bytesOf(
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: {
          name: `config-map-${i}`,
          namespace: `namespace-${i % 50}`,
          uid: '0b8b5c0e-6f0b-4f6e-9a53-2f6d3f0a7c11',
          resourceVersion: `${revision}`,
          creationTimestamp: '2026-01-01T00:00:00Z',
          labels: { app: `app-${i % 100}` },
        },
        data: { filling },
      }),
    ),
    labels: { app: `app-${i % 100}` },
    fields: { 'metadata.name': `config-map-${i}`, 'metadata.namespace': `namespace-${i % 50}` },
  });

const say = (title: string, value: string): void => console.log(`${title.padEnd(58)} ${value}`);
const round = (n: number): string => (n >= 100 ? Math.round(n).toLocaleString('en') : n.toPrecision(3));
const percentile = (times: number[], p: number): number => times.sort((a, b) => a - b)[Math.floor((times.length - 1) * p)]!;

async function seconds(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1_000;
}

/** Operations a second with so many clients, each of which waits for its answer. */
async function rate(count: number, clients: number, one: (i: number) => Promise<unknown>): Promise<number> {
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) await one(next++);
  };
  return count / (await seconds(() => Promise.all(Array.from({ length: clients }, client))));
}

async function writes(store: Store, from: number, count: number, clients: number): Promise<number> {
  return rate(count, clients, (i) => store.create(key(from + i), encode(from + i)));
}

async function createRates(): Promise<void> {
  const turn = () => new Promise(setImmediate);
  const bare = await rate(50_000, 64, (i) => {
    encode(i)(i);
    return turn();
  });
  const inMemory = await Store.open(memoryBackend());
  const memory = await writes(inMemory, 0, 50_000, 64);
  await inMemory.close();
  const store = await Store.open(sqliteBackend(join(dir, 'rates.db')));
  const durable = await writes(store, 0, 50_000, 64);
  say('create, 64 writers: encoding only', `${round(bare)}/s`);
  say('create, 64 writers: memory', `${round(memory)}/s, ${round(memory / bare)} of encoding only`);
  say('create, 64 writers: SQLite', `${round(durable)}/s, ${round(durable / bare)} of encoding only`);
  const times: number[] = [];
  for (let i = 0; i < 300; i++) times.push((await seconds(() => store.create(key(60_000 + i), encode(i)))) * 1_000);
  await store.close();
  const sync = syncTimes();
  const [create, fsync] = [percentile(times, 0.5), percentile(sync, 0.5)];
  say('create, 1 writer: p50', `${round(create)} ms, ${round(create / fsync)} fdatasync of 8 KB (${round(fsync)} ms)`);
}

function syncTimes(): number[] {
  const fd = openSync(join(dir, 'sync'), 'w');
  const page = Buffer.alloc(8_192, 1);
  return Array.from({ length: 100 }, () => {
    const start = performance.now();
    writeSync(fd, page);
    fdatasyncSync(fd);
    return performance.now() - start;
  });
}

/** In turns with an empty store, since on a busy machine two rates a minute apart cannot be compared. */
async function growth(): Promise<void> {
  const store = await Store.open(sqliteBackend(file));
  const [rounds, count] = [6, 5_000];
  await writes(store, 0, objects - rounds * count, 512);
  const rates: [full: number, empty: number][] = [];
  for (let round = 1; round <= rounds; round++) {
    const other = await Store.open(sqliteBackend(join(dir, `empty-${round}.db`)));
    rates.push([await writes(store, objects - round * count, count, 64), await writes(other, 0, count, 64)]);
    await other.close();
  }
  const [full, empty] = [0, 1].map((side) =>
    percentile(
      rates.map((pair) => pair[side]!),
      0.5,
    ),
  ) as [number, number];
  say(`create, 64 writers, at ${round(objects)} objects`, `${round(full)}/s, ${round(full / empty)} of an empty store`);
  await store.close();
}

async function boot(): Promise<Store> {
  globalThis.gc?.();
  const before = process.memoryUsage();
  let store: Store | undefined;
  const took = await seconds(async () => {
    store = await Store.open(sqliteBackend(file));
  });
  globalThis.gc?.();
  const after = process.memoryUsage();
  const used = after.heapUsed + after.external - before.heapUsed - before.external;
  say('boot', `${round(objects / took)} objects/s (${round(took)} s)`);
  const { entries } = store!.cacher(all).list({ prefix: all });
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes.length, 0);
  say('memory after boot', `${round(used / objects)} bytes per object of ${round(bytes / objects)} bytes`);
  return store!;
}

async function reads(store: Store): Promise<void> {
  const cacher = store.cacher(all);
  const gets = await seconds(() => {
    for (let i = 0; i < 100_000; i++) store.get(key(i % objects));
  });
  say('get', `${round(100_000 / gets)}/s`);
  const took = async (title: string, list: () => unknown): Promise<void> => {
    await list();
    say(title, `${round((await seconds(list)) * 1_000)} ms`);
  };
  await took(`list of ${round(objects)}`, () => cacher.list({ prefix: all }));
  await took('list of a namespace', () => cacher.list({ prefix: collectionPrefix(configMaps, 'root', 'namespace-7') }));
  await took('list, selector that matches 1 %', () => cacher.list({ prefix: all, match: ({ labels }) => labels['app'] === 'app-7' }));
  await took('first page of 500', () => cacher.list({ prefix: all, limit: 500 }));
  const { revision } = store;
  await Promise.all(Array.from({ length: 2_000 }, (_, i) => store.update(key(i), () => ({ type: 'put', encode: encode(i) }))));
  await took('a page of 500, 2,000 writes ago', () => cacher.listAt(revision - 1, { prefix: all, limit: 500 }));
}

async function fanOut(store: Store): Promise<void> {
  const cacher = store.cacher(all);
  let events = 0;
  const watchers = Array.from({ length: 1_000 }, (_, i) =>
    cacher.watch({
      prefix: i % 2 ? all : collectionPrefix(configMaps, 'root'),
      match: i % 4 === 0 ? ({ labels }) => labels['app'] !== undefined : undefined,
      onEvents: (batch) => {
        events += batch.length;
      },
      onClose: (reason) => say('closed', reason),
    }),
  );
  for (const watcher of watchers) watcher.resume();
  const put = (i: number) => store.update(key(i), () => ({ type: 'put', encode: encode(i) }));
  const one = async (): Promise<void> => {
    for (let i = 0; i < 500; i++) await put(i);
  };
  const watched = await seconds(one);
  const batched = await seconds(() => Promise.all(Array.from({ length: 5_000 }, (_, i) => put(i))));
  for (const watcher of watchers) watcher.stop();
  const alone = await seconds(one);
  const alsoAlone = await seconds(() => Promise.all(Array.from({ length: 5_000 }, (_, i) => put(i))));
  say('one event to 1,000 watchers, one by one', `${round(((watched - alone) / 500) * 1e6)} µs (${round(events / 5_500)} deliveries each)`);
  say('one event to 1,000 watchers, in batches', `${round(((batched - alsoAlone) / 5_000) * 1e6)} µs`);
}

await createRates();
await growth();
const store = await boot();
await reads(store);
await fanOut(store);
await store.close();
rmSync(dir, { recursive: true });
