import fc from 'fast-check';
import t from 'tap';
import type { Backend } from '../../storage/backend.js';
import type { Commit } from '../../storage/commit.js';
import { bytesOf, unshared } from '../../storage/entry.js';
import { Compacted } from '../../storage/errors.js';
import {
  collectionPrefix,
  everyCluster,
  objectKey,
  parseKey,
  prefixesOf,
  rangeEnd,
  resourcePrefix,
  resourcePrefixOf,
} from '../../storage/keys.js';
import { memoryBackend } from '../../storage/memory.js';
import { OrderedMap } from '../../storage/ordered-map.js';
import { Retention } from '../../storage/retention.js';
import { Store, type StoreOptions } from '../../storage/store.js';
import { encodeThing, thing } from '../helpers/store-model.js';

const pods = { group: '', resource: 'pods' };
const all = resourcePrefix(pods);
const pod = (name: string): string => objectKey(pods, 'root', 'd', name);
const turn = () => new Promise(setImmediate);

/** A memory backend whose commits happen when the test says so; `batches` has the revisions of each append. */
function gated(): { backend: Backend; batches: number[][]; commit(): Promise<void>; break(): Promise<void> } {
  const memory = memoryBackend();
  const batches: number[][] = [];
  let open: ((error?: Error) => void) | undefined;
  const through = async (error?: Error): Promise<void> => {
    open!(error);
    for (let i = 0; i < 5; i++) await turn();
  };
  return {
    batches,
    backend: {
      ...memory,
      async append(commits: readonly Commit[]) {
        batches.push(commits.map(({ revision }) => revision));
        await new Promise<void>((resolve, reject) => {
          open = (error) => (error ? reject(error) : resolve());
        });
        return memory.append(commits);
      },
    },
    commit: () => through(),
    break: () => through(new Error('disk full')),
  };
}

async function withGate(options: StoreOptions = {}) {
  const gate = gated();
  const store = await Store.open(gate.backend, { retention: false, ...options });
  const order: string[] = [];
  const note = (word: string, promise: Promise<unknown>) =>
    promise.then(
      () => order.push(word),
      (error: Error) => order.push(`${word}: ${error.name}`),
    );
  return { ...gate, store, order, note };
}

const create = (store: Store, name: string, text = 'x') => store.create(pod(name), encodeThing(thing(text)));

t.test('readers see what is committed, writers what is decided; nothing based on that leaves earlier (invariants 2, 3)', async (t) => {
  const { store, order, note, commit } = await withGate();
  note('create', create(store, 'a'));
  note('second create', create(store, 'a'));
  note(
    'keep',
    store.update(pod('a'), (head) => {
      t.equal(head?.revision, 2);
      return { type: 'keep' };
    }),
  );
  note(
    'refusal',
    store.update(pod('a'), () => {
      throw new RangeError();
    }),
  );
  note(
    'delete',
    store.update(pod('a'), () => ({ type: 'delete', encode: encodeThing(thing('x')) })),
  );
  note(
    'absent',
    store.update(pod('a'), (head) => {
      t.equal(head, undefined);
      return { type: 'keep' };
    }),
  );
  note(
    'elsewhere',
    store.update(pod('b'), () => ({ type: 'keep' })),
  );
  await turn();
  t.same([order, store.get(pod('a')), store.revision, store.cacher(all).list({ prefix: all }).entries], [['elsewhere'], undefined, 1, []]);
  await commit();
  t.same(order.splice(0), ['elsewhere', 'create', 'second create: KeyExists', 'keep', 'refusal: RangeError']);
  t.same([store.get(pod('a'))?.revision, store.revision], [2, 2]);
  await commit();
  t.same([order, store.get(pod('a')), store.revision], [['delete', 'absent'], undefined, 3]);
});

t.test('a commit of a key does not hide a later write of it from writers', async (t) => {
  const { store, commit } = await withGate();
  const append = (text: string) =>
    store.update(pod('a'), (head) => ({ type: 'put', encode: encodeThing(thing((head?.fields['text'] ?? '') + text)) }));
  const writes = [append('a'), append('b')];
  await commit();
  writes.push(append('c'));
  await commit();
  await commit();
  t.equal((await writes[2])?.entry?.bytes.toString(), 'abc@4');
});

t.test('what piles up during a commit is the next batch, within bounds', async (t) => {
  const { store, batches, commit } = await withGate();
  const writes = [create(store, 'first')];
  for (let i = 0; i < 1_500; i++) writes.push(create(store, `${i}`));
  const big = 'x'.repeat(1 << 20);
  for (let i = 0; i < 6; i++) writes.push(create(store, `big-${i}`, big));
  while (store.revision < 1_508) await commit();
  await Promise.all(writes);
  t.same(
    batches.map((revisions) => revisions.length),
    [1, 1_000, 504, 2],
  );
  t.same(
    batches.flat(),
    Array.from({ length: 1_507 }, (_, i) => i + 2),
    'revisions are dense',
  );
});

t.test('what is written along with a new entry is committed with it, and not written when the entry is not', async (t) => {
  const { store, batches, commit } = await withGate();
  const put = { type: 'put', encode: encodeThing(thing('x')) } as const;
  const along = (): void => {
    void store.update(pod('b'), () => put);
    void store.update(pod('c'), () => put);
  };
  const written = store.create(pod('a'), encodeThing(thing('a')), along);
  const refused = t.rejects(store.create(pod('a'), encodeThing(thing('a')), along), /exists/);
  await commit();
  await Promise.all([written, refused]);
  const first = store.revision - 2;
  t.same(batches, [[first, first + 1, first + 2]]);
  t.ok(store.get(pod('c')));
});

t.test('readers and watchers know of a write before its writer does, and the next batch is under way by then', async (t) => {
  const { store, batches, order, note, commit } = await withGate();
  const onEvents = () => order.push(`event, batches sent: ${batches.length}, readable: ${store.get(pod('a')) !== undefined}`);
  store
    .cacher(all)
    .watch({ prefix: all, onEvents, onClose: (reason) => t.fail(reason) })
    .resume();
  note('a', create(store, 'a'));
  note('b', create(store, 'b'));
  await commit();
  t.same(order, ['event, batches sent: 2, readable: true', 'a']);
  await commit();
});

t.test('a failed commit is fatal: no writer is answered, no reader sees it, nothing more is taken (invariant 4)', async (t) => {
  const fatal: string[] = [];
  const { store, batches, order, note, ...gate } = await withGate({ onFatal: (error) => fatal.push(error.message) });
  note('a', create(store, 'a'));
  note('b', create(store, 'b'));
  await gate.break();
  note('c', create(store, 'c'));
  await turn();
  t.same([fatal, order, batches, store.revision], [['a commit failed: disk full'], ['c: Error'], [[2]], 1]);
  await store.close();
});

t.test('a log with a gap, or without what it says it has, is refused as damaged', async (t) => {
  const entry = (revision: number) => ({ key: pod('a'), revision, bytes: bytesOf('x'), labels: {}, fields: {} });
  const cases: [rows: [revision: number, previous: number][], revision: number, message: RegExp][] = [
    [[[3, 0]], 3, /damaged: revision 2 is missing/],
    [[[2, 0]], 3, /damaged: it ends at revision 2, not 3/],
    [
      [
        [2, 0],
        [3, 0],
      ],
      3,
      /damaged: revision 3 .* superseded 0, but the log has 2/,
    ],
  ];
  for (const [rows, revision, message] of cases) {
    const log = rows.map(([revision, previous]) => ({ entry: entry(revision), previous, deleted: false }));
    const backend: Backend = {
      ...memoryBackend(),
      open: async () => ({
        compacted: 1,
        revision,
        rows: (async function* () {
          yield log;
        })(),
      }),
    };
    await t.rejects(Store.open(backend), { message });
  }
});

t.test('tryUpdate and encode cannot write', async (t) => {
  const store = await Store.open(memoryBackend());
  let nested: Promise<unknown> | undefined;
  await store.update(pod('a'), () => {
    nested = create(store, 'b');
    nested.catch(() => {});
    return { type: 'keep' };
  });
  await t.rejects(nested!, { message: /tryUpdate and encode do not write/ });
  await store.close();
});

t.test('automatic compaction keeps a time and a number of revisions', async (t) => {
  const options = { windowMs: 300, revisionsMin: 10, everyMs: 1 };
  const cases: [title: string, ticks: [time: number, revision: number, to: number][]][] = [
    [
      'nothing before the window is full',
      [
        [0, 100, 0],
        [100, 150, 0],
        [299, 500, 0],
      ],
    ],
    [
      'then what was current a window ago',
      [
        [0, 100, 0],
        [100, 150, 0],
        [300, 200, 100],
        [400, 200, 150],
        [900, 210, 200],
      ],
    ],
    [
      'but some revisions always',
      [
        [0, 100, 0],
        [300, 105, 95],
        [700, 105, 95],
      ],
    ],
    [
      'and never less than nothing',
      [
        [0, 1, 0],
        [300, 5, 0],
      ],
    ],
  ];
  for (const [title, ticks] of cases) {
    const retention = new Retention(options);
    t.same(
      ticks.map(([time, revision]) => retention.tick(time, revision)),
      ticks.map(([, , to]) => to),
      title,
    );
  }
  let time = 0;
  const store = await Store.open(memoryBackend(), { retention: { windowMs: 100, revisionsMin: 1, everyMs: 1 }, now: () => (time += 50) });
  for (let i = 0; i < 5; i++) await create(store, `${i}`);
  while (store.compacted < 5) await new Promise((resolve) => setTimeout(resolve, 1));
  await t.rejects(store.cacher(all).listAt(4, { prefix: all }), Compacted);
  t.equal(store.compacted, 5);
  await store.close();
});

t.test('keys', async (t) => {
  const deployments = { group: 'apps', resource: 'deployments' };
  t.equal(objectKey(deployments, 'root', 'd', 'web'), 'apps/deployments/root/d/web');
  t.equal(objectKey({ group: '', resource: 'nodes' }, 'team', '', 'n'), '/nodes/team//n');
  t.equal(collectionPrefix(deployments, 'root'), 'apps/deployments/root/');
  t.equal(collectionPrefix(deployments, 'root', 'd'), 'apps/deployments/root/d/');
  t.equal(collectionPrefix(deployments, everyCluster), resourcePrefix(deployments));
  t.same(prefixesOf('/nodes/team//n'), ['/nodes/', '/nodes/team/', '/nodes/team//', '/nodes/team//n']);
  t.same(parseKey('/nodes/team//n'), { group: '', resource: 'nodes', cluster: 'team', namespace: '', name: 'n' });
  t.equal(rangeEnd('apps/deployments/'), 'apps/deployments0');
  for (const wrong of [
    () => objectKey(deployments, 'root', 'd', 'a/b'),
    () => objectKey(deployments, 'root', 'd', ''),
    () => objectKey(deployments, '', 'd', 'a'),
    () => objectKey({ group: 'a/b', resource: 'c' }, 'root', 'd', 'a'),
    () => collectionPrefix(deployments, 'root', 'a/b'),
    () => parseKey('a/b'),
  ])
    t.throws(wrong, RangeError);

  const segment = fc.stringMatching(/^[^/]+$/);
  fc.assert(
    fc.property(segment, segment, segment, segment, segment, (group, resource, cluster, namespace, name) => {
      const parts = { group, resource, cluster, namespace, name };
      const key = objectKey(parts, cluster, namespace, name);
      t.strictSame(parseKey(key), parts);
      t.equal(resourcePrefixOf(key), resourcePrefix(parts));
      const prefix = collectionPrefix(parts, cluster, namespace);
      if (cluster !== everyCluster && !(key >= prefix && key < rangeEnd(prefix) && key.startsWith(prefix))) throw new Error(prefix);
    }),
    { numRuns: 100 },
  );
});

t.test('a snapshot of an ordered map stays as it was', async () => {
  const change = fc.tuple(fc.nat(2_000), fc.boolean());
  fc.assert(
    fc.property(fc.array(change, { maxLength: 2_000, size: 'max' }), fc.array(change, { maxLength: 400, size: 'max' }), (before, after) => {
      const map = new OrderedMap<number>();
      const model = new Map<string, number>();
      const apply = ([key, put]: [number, boolean]) => {
        const name = `a/${key}`;
        if (put) {
          map.set(name, key);
          model.set(name, key);
        } else {
          map.delete(name);
          model.delete(name);
        }
      };
      const values = (of: OrderedMap<number>, start = 'a/', end = 'a0') => {
        const found: number[] = [];
        of.scan(start, end, (value) => found.push(value) > 0);
        if (of.count(start, end) !== found.length) throw new Error('count');
        return found.join();
      };
      const expected = () => [...model.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
      before.forEach(apply);
      const snapshot = map.snapshot();
      const then = expected().join();
      after.forEach(apply);
      if (map.count('a/1', 'a/5') !== [...model.keys()].filter((key) => key >= 'a/1' && key < 'a/5').length) throw new Error('count');
      if (values(snapshot) !== then || values(map) !== expected().join() || map.size !== model.size) throw new Error('differs');
    }),
  );
});

t.test('bytes are exactly as large as they must be', async (t) => {
  for (const text of ['', 'a', 'é😀'.repeat(50)]) t.equal(bytesOf(text).buffer.byteLength, Buffer.byteLength(text));
  const own = bytesOf('a');
  t.equal(unshared(own), own);
  const pooled = Buffer.from('abc');
  t.same([unshared(pooled).toString(), unshared(pooled).buffer.byteLength], ['abc', 3]);
});
