import fc from 'fast-check';
import type { Test } from 'tap';
import type { WatchEvent } from '../../storage/commit.js';
import type { Cacher } from '../../storage/cacher.js';
import type { Content, Entry, Match } from '../../storage/entry.js';
import { Compacted, Conflict, FutureRevision, KeyExists, KeyNotFound, TooLarge } from '../../storage/errors.js';
import { collectionPrefix, objectKey, resourcePrefix } from '../../storage/keys.js';
import { requireRevision, type Store, type StoreOptions } from '../../storage/store.js';
import type { Watcher, WatchOptions } from '../../storage/watcher.js';
import { encodeThing, show, showEvent, StoreModel, type Thing, thing } from '../helpers/store-model.js';

/** What the contract is proved for. */
export interface StorageUnderTest {
  /** How many random runs are worth their time. */
  runs: number;
  /** A store in which nothing was ever written; closed when the test ends. */
  start(t: Test, options?: StoreOptions): Promise<Store>;
  /** The same store, perhaps closed and opened again. */
  again(store: Store, options?: StoreOptions): Promise<Store>;
}

const pods = { group: '', resource: 'pods' };
const all = resourcePrefix(pods);
const root = collectionPrefix(pods, 'root');
const pod = (name: string, namespace = 'd', cluster = 'root'): string => objectKey(pods, cluster, namespace, name);
const labelled =
  (value: string): Match =>
  (entry) =>
    entry.labels['app'] === value;
const manual: StoreOptions = { retention: false };
const tiny: StoreOptions = { ...manual, history: { eventsMax: 4, bytesMax: 1 << 20, restoredBytesMax: 1 << 20 } };

/** Collects what a watch is told, in the model's words. */
function watch(
  cacher: Cacher,
  options: Partial<WatchOptions> = {},
): { watcher: Watcher; events: string[]; closed: string[]; raw: WatchEvent[] } {
  const events: string[] = [];
  const raw: WatchEvent[] = [];
  const closed: string[] = [];
  const watcher = cacher.watch({
    prefix: all,
    onEvents: (batch) => {
      raw.push(...batch);
      events.push(...batch.map((event) => showEvent(event.type, event.revision, event.entry)));
    },
    onClose: (reason) => closed.push(reason),
    ...options,
  });
  watcher.resume();
  return { watcher, events, closed, raw };
}

const put = (store: Store, key: string, to: Thing = thing('x')) => store.update(key, () => ({ type: 'put', encode: encodeThing(to) }));
const remove = (store: Store, key: string) =>
  store.update(key, (head) => ({ type: 'delete', encode: encodeThing(thing(head?.fields['text'] ?? '')) }));

/** What everything that calls itself a Store must do. */
export function storageContract(t: Test, { start, again, runs }: StorageUnderTest): void {
  t.test('a new store is at revision 1 and lists nothing (R0.2)', async (t) => {
    const store = await again(await start(t));
    t.same([store.revision, store.cacher(all).list({ prefix: all })], [1, { entries: [], revision: 1, more: false, remaining: 0 }]);
  });

  t.test('a write gets the next revision, which encode is told once and which is in the bytes', async (t) => {
    let store = await start(t);
    const told: number[] = [];
    const encode = (revision: number) => {
      told.push(revision);
      return encodeThing(thing('web'))(revision);
    };
    const entry = await store.create(pod('a'), encode);
    t.same([told, entry.revision, entry.bytes.toString(), store.revision], [[2], 2, 'web@2', 2]);
    await store.update(pod('a'), () => ({ type: 'put', encode }));
    store = await again(store);
    t.same([told, show(store.get(pod('a'))!), store.revision], [[2, 3], `${pod('a')} web@3`, 3]);
  });

  t.test('a create of a key that is there is refused with the entry that has it, and uses up no revision', async (t) => {
    const store = await start(t);
    const entry = await store.create(pod('a'), encodeThing(thing('web')));
    const error = await store.create(pod('a'), encodeThing(thing('db'))).catch((e: unknown) => e);
    t.ok(error instanceof KeyExists && error.entry === entry);
    t.equal(store.revision, 2);
  });

  t.test('an update that keeps, throws, encodes badly or makes too much writes nothing', async (t) => {
    let store = await start(t, { ...manual, entryBytesMax: 10 });
    const entry = await store.create(pod('a'), encodeThing(thing('web')));
    t.same(await store.update(pod('a'), () => ({ type: 'keep' })), { entry, written: false });
    t.same(await store.update(pod('b'), () => ({ type: 'keep' })), { entry: undefined, written: false });
    const broken = () => {
      throw new Error('no');
    };
    await t.rejects(store.update(pod('a'), broken), { message: 'no' });
    await t.rejects(
      store.update(pod('a'), () => ({ type: 'put', encode: broken })),
      { message: 'no' },
    );
    await t.rejects(put(store, pod('a'), thing('0123456789')), TooLarge);
    await t.rejects(
      store.update(pod('a'), (head) => ({ type: 'put', encode: encodeThing(thing(requireRevision(pod('a'), head, 7).key)) })),
      Conflict,
    );
    await t.rejects(remove(store, pod('b')), KeyNotFound);
    store = await again(store);
    t.same([store.revision, show(store.get(pod('a'))!)], [2, show(entry)]);
    t.equal((await put(store, pod('a'))).entry?.revision, 3);
  });

  t.test('a delete takes a revision of its own, and the key is free again', async (t) => {
    let store = await start(t);
    await put(store, pod('a'), thing('web'));
    const { entry } = await remove(store, pod('a'));
    t.equal(show(entry!), `${pod('a')} web@3`);
    store = await again(store);
    t.same([store.get(pod('a')), store.revision], [undefined, 3]);
    t.equal((await store.create(pod('a'), encodeThing(thing('new')))).revision, 4);
    store = await again(store);
    t.same(watch(store.cacher(all), { after: 1 }).events, [
      `ADDED ${pod('a')} web at 2`,
      `DELETED ${pod('a')} web at 3`,
      `ADDED ${pod('a')} new at 4`,
    ]);
  });

  t.test('writes that were begun together see each other', async (t) => {
    let store = await start(t);
    const append = (text: string) =>
      store.update(pod('a'), (head) => ({ type: 'put', encode: encodeThing(thing((head?.fields['text'] ?? '') + text)) }));
    const results = await Promise.all([...'abcdef'].map(append));
    t.same(
      results.map(({ entry }) => entry?.bytes.toString()),
      ['a@2', 'ab@3', 'abc@4', 'abcd@5', 'abcde@6', 'abcdef@7'],
    );
    store = await again(store);
    t.equal(store.get(pod('a'))?.bytes.toString(), 'abcdef@7');
  });

  t.test('labels, fields and bytes come back as they were', async (t) => {
    let store = await start(t);
    const contents: Content[] = [
      { bytes: Buffer.from([0, 255, 10, 13, 128]), labels: {}, fields: {} },
      { bytes: Buffer.alloc(0), labels: { a: '' }, fields: { '': '' } },
      { bytes: Buffer.from('é😀'), labels: { 'x.io/a': '1', b: '2' }, fields: { 'spec.a\nb': 'c\\nd\n\\', é: '😀' } },
      { bytes: Buffer.alloc(100_000, 7), labels: { a: '' }, fields: { n: '\\' } },
    ];
    for (const [i, content] of contents.entries())
      await store.create(pod(`${i}`), () => ({ ...content, bytes: Buffer.from(content.bytes) }));
    store = await again(store);
    for (const [i, { bytes, labels, fields }] of contents.entries()) {
      const entry = store.get(pod(`${i}`))!;
      t.same([[...entry.bytes], entry.labels, entry.fields], [[...bytes], labels, fields]);
      t.equal(entry.bytes.buffer.byteLength, bytes.length, 'no entry holds more memory than its bytes');
    }
  });

  t.test('a list is in key order, of one range, from a key on, up to a limit, of what matches (R6.4, R6.20, R6.22)', async (t) => {
    let store = await start(t);
    const keys = [pod('b'), pod('a', 'd-2'), pod('a'), pod('c'), pod('a', 'e'), pod('a', 'd', 'team'), pod('é'), pod('B')];
    for (const [i, key] of keys.entries()) await put(store, key, thing('x', { app: i % 2 ? 'odd' : 'even' }));
    await put(store, objectKey({ group: '', resource: 'podsx' }, 'root', 'd', 'a'));
    store = await again(store);
    const cases: [options: Parameters<Cacher['list']>[0], names: string, more: boolean, remaining: number][] = [
      [{ prefix: all }, 'root/d-2/a root/d/B root/d/a root/d/b root/d/c root/d/é root/e/a team/d/a', false, 0],
      [{ prefix: root }, 'root/d-2/a root/d/B root/d/a root/d/b root/d/c root/d/é root/e/a', false, 0],
      [{ prefix: collectionPrefix(pods, 'root', 'd') }, 'root/d/B root/d/a root/d/b root/d/c root/d/é', false, 0],
      [{ prefix: collectionPrefix(pods, 'root', 'none') }, '', false, 0],
      [{ prefix: root, limit: 2 }, 'root/d-2/a root/d/B', true, 5],
      [{ prefix: root, limit: 2, after: pod('B') }, 'root/d/a root/d/b', true, 3],
      [{ prefix: root, limit: 2, after: pod('aa') }, 'root/d/b root/d/c', true, 2],
      [{ prefix: root, limit: 2, after: pod('é') }, 'root/e/a', false, 0],
      [{ prefix: root, limit: 7 }, 'root/d-2/a root/d/B root/d/a root/d/b root/d/c root/d/é root/e/a', false, 0],
      [{ prefix: root, limit: 0, after: pod('é') }, 'root/e/a', false, 0],
      [{ prefix: root, limit: -1, after: pod('é') }, 'root/e/a', false, 0],
      [{ prefix: root, after: pod('a', 'd', 'team') }, '', false, 0],
      [{ prefix: root, after: 'a' }, '', false, 0],
      [{ prefix: root, after: ' ', limit: 1 }, 'root/d-2/a', true, 6],
      [{ prefix: root, limit: 2, match: labelled('even') }, 'root/d/a root/d/b', true, 0],
      [{ prefix: root, limit: 2, match: labelled('even'), after: pod('b') }, 'root/d/é root/e/a', false, 0],
      [{ prefix: root, limit: 1, match: labelled('none') }, '', false, 0],
    ];
    for (const [options, names, more, remaining] of cases) {
      const list = store.cacher(all).list(options);
      const got = [list.entries.map(({ key }) => key.slice(all.length)).join(' '), list.more, list.remaining, list.revision];
      t.same(got, [names, more, remaining, 10], JSON.stringify(options));
      const exact = await store.cacher(all).listAt(10, options);
      t.same(exact, list);
    }
  });

  t.test('the pages of one list are of one revision, whatever is written meanwhile (R6.21)', async (t) => {
    for (const options of [manual, tiny]) {
      let store = await start(t, options);
      for (const name of 'abcdefghij') await put(store, pod(name));
      const prefix = collectionPrefix(pods, 'root', 'd');
      const first = store.cacher(all).list({ prefix, limit: 3 });
      let pages = first.entries.map(show);
      let last = first;
      while (last.more) {
        await remove(store, last.entries[0]!.key);
        await put(store, pod(`${pages.length}`));
        await put(store, pod('j'));
        store = await again(store, options);
        last = await store.cacher(all).listAt(first.revision, { prefix, limit: 3, after: last.entries.at(-1)!.key });
        t.equal(last.revision, first.revision);
        pages = [...pages, ...last.entries.map(show)];
      }
      t.same(
        pages,
        [...'abcdefghij'].map((name, i) => `${pod(name)} x@${i + 2}`),
      );
    }
  });

  t.test('an exact read of a compacted or a future revision is refused, from the compacted one on it works (R6.10)', async (t) => {
    for (const options of [manual, tiny]) {
      let store = await start(t, options);
      const model = new StoreModel();
      const write = async (key: string, to?: Thing) => {
        model.write(key, to);
        await (to === undefined ? remove(store, key) : put(store, key, to));
      };
      for (let i = 0; i < 30; i++) {
        const key = pod(`${i % 7}`);
        await write(key, i % 5 === 4 && model.get(key) !== undefined ? undefined : thing(`${i}`));
      }
      const last = store.revision;
      await t.rejects(store.cacher(all).listAt(last + 1, { prefix: all }), FutureRevision);
      await t.rejects(store.compact(last + 1), FutureRevision);
      for (const compacted of [10, 20, last]) {
        await store.compact(compacted);
        await store.compact(compacted - 1);
        store = await again(store, options);
        const refused = await store
          .cacher(all)
          .listAt(compacted - 1, { prefix: all })
          .catch((error: unknown) => error);
        t.ok(refused instanceof Compacted && refused.revision === compacted - 1 && refused.oldest === compacted);
        for (let revision = compacted; revision <= last; revision++) {
          const list = await store.cacher(all).listAt(revision, { prefix: root });
          t.same([list.entries.map(show), list.revision], [model.list(root, revision), revision]);
        }
      }
      t.equal(store.revision, last);
      t.equal((await put(store, pod('new'))).entry?.revision, last + 1);
    }
  });

  t.test('a compaction that takes the newest row does not set the revision back', async (t) => {
    let store = await start(t);
    await put(store, pod('a'));
    await remove(store, pod('a'));
    await store.compact(3);
    store = await again(store);
    t.equal(store.revision, 3);
    t.equal((await put(store, pod('a'))).entry?.revision, 4);
    store = await again(store);
    t.same([store.revision, show(store.get(pod('a'))!)], [4, `${pod('a')} x@4`]);
  });

  t.test('a watch sees its range and its selection, as objects move in and out of it (R7.8, R7.37)', async (t) => {
    let store = await start(t);
    const model = new StoreModel();
    const write = async (key: string, to?: Thing) => {
      model.write(key, to);
      await (to === undefined ? remove(store, key) : put(store, key, to));
    };
    const selections: Partial<WatchOptions>[] = [
      {},
      { prefix: root },
      { prefix: collectionPrefix(pods, 'root', 'd') },
      { prefix: collectionPrefix(pods, 'team', 'd') },
      { prefix: pod('a') },
      { match: labelled('in') },
      { prefix: pod('a'), match: labelled('in') },
    ];
    const live = selections.map((options) => watch(store.cacher(all), { after: 1, ...options }));
    for (const key of [pod('a'), pod('b'), pod('a', 'd-2'), pod('a', 'd', 'team')]) {
      await write(key, thing('1', { app: 'in' }));
      await write(key, thing('2', { app: 'in' }));
      await write(key, thing('3', { app: 'out' }));
      await write(key, thing('4', { app: 'out' }));
      await write(key, thing('5', { app: 'in' }));
      await write(key);
      await write(key, thing('6', { app: 'out' }));
      await write(key);
    }
    for (const [i, { prefix = all, match }] of selections.entries()) t.same(live[i]!.events, model.events(prefix, 1, match));
    store = await again(store);
    for (const { prefix = all, match } of selections)
      for (const after of [1, 5, 9, 33]) {
        const resumed = watch(store.cacher(all), { prefix, match, after });
        t.same(resumed.events, model.events(prefix, after, match));
        resumed.watcher.stop();
      }
  });

  t.test('an event that leaves a selection shows the old state, a delete the last one with its own revision', async (t) => {
    const store = await start(t);
    const { raw } = watch(store.cacher(all), { match: labelled('in') });
    await put(store, pod('a'), thing('1', { app: 'in' }));
    await put(store, pod('a'), thing('2', { app: 'out' }));
    await put(store, pod('a'), thing('3', { app: 'in' }));
    await remove(store, pod('a'));
    t.same(
      raw.map(({ type, entry, previous, revision }) => [type, revision, entry.bytes.toString(), previous?.bytes.toString()]),
      [
        ['ADDED', 2, '1@2', undefined],
        ['DELETED', 3, '1@2', '1@2'],
        ['ADDED', 4, '3@4', '2@3'],
        ['DELETED', 5, '3@5', '3@4'],
      ],
    );
  });

  t.test('watchers share the events, so that a frame is made once', async (t) => {
    const store = await start(t);
    const watches = [{}, {}, { match: labelled('in') }, { match: labelled('in') }].map((options) => watch(store.cacher(all), options));
    await put(store, pod('a'), thing('1', { app: 'out' }));
    await put(store, pod('a'), thing('2', { app: 'in' }));
    const [plain, plain2, selecting, selecting2] = watches.map(({ raw }) => raw.at(-1)!);
    t.ok(plain === plain2 && selecting === selecting2 && plain !== selecting);
    t.equal(selecting?.commit, plain);
  });

  t.test('a watch from the future stays silent until it is passed (R7.14)', async (t) => {
    const store = await start(t);
    const { events, watcher } = watch(store.cacher(all), { after: 3 });
    t.equal(watcher.revision, 1);
    watcher.pause();
    watcher.resume();
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => put(store, pod(name))));
    t.same(events, [`ADDED ${pod('c')} x at 4`, `ADDED ${pod('d')} x at 5`]);
  });

  t.test('a watch is born paused; what happens while it is paused comes once, in order, when it resumes', async (t) => {
    const store = await start(t);
    const events: string[] = [];
    const watcher = store.cacher(all).watch({
      prefix: all,
      onEvents: (batch) => {
        events.push(...batch.map((event) => `${event.revision}`));
        if (events.length === 3) watcher.pause();
      },
      onClose: (reason) => t.fail(reason),
    });
    await put(store, pod('a'));
    await put(store, pod('b'));
    t.same([events, watcher.revision], [[], 1]);
    watcher.resume();
    t.same([events, watcher.revision], [['2', '3'], 3]);
    await put(store, pod('c'));
    await put(store, pod('d'));
    t.same([events, watcher.revision, watcher.paused], [['2', '3', '4'], 4, true]);
    watcher.resume();
    t.same([events, watcher.revision], [['2', '3', '4', '5'], 5]);
    watcher.stop();
    await put(store, pod('e'));
    t.equal(events.length, 4);
  });

  t.test('a watch that pauses while it catches up on much goes on from there', async (t) => {
    const store = await start(t);
    await Promise.all(Array.from({ length: 600 }, (_, i) => put(store, pod(`${i % 9}`))));
    const revisions: number[] = [];
    const watcher = store.cacher(all).watch({
      prefix: all,
      after: 1,
      onEvents: (batch) => {
        revisions.push(...batch.map(({ revision }) => revision));
        if (batch.some(({ revision }) => revision === 2)) watcher.pause();
      },
      onClose: (reason) => t.fail(reason),
    });
    watcher.resume();
    t.ok(watcher.paused && revisions.length < 600);
    t.equal(watcher.revision, revisions.at(-1));
    watcher.resume();
    t.same(
      revisions,
      Array.from({ length: 600 }, (_, i) => i + 2),
    );
    watcher.stop();
  });

  t.test(
    'a watch that stays paused until the history has moved past it is closed as slow (R7.10), or refused as too old (R7.13)',
    async (t) => {
      const store = await start(t, tiny);
      const slow = watch(store.cacher(all), { after: 1 });
      const inTime = watch(store.cacher(all), { after: 1 });
      slow.watcher.pause();
      inTime.watcher.pause();
      for (const name of 'abcd') await put(store, pod(name));
      inTime.watcher.resume();
      t.same([slow.closed, inTime.closed, inTime.events.length], [[], [], 4]);
      for (const name of 'ef') await put(store, pod(name));
      t.same([slow.closed, slow.events, inTime.closed, inTime.events.length], [['slow'], [], [], 6]);
      slow.watcher.resume();
      t.same(slow.events, []);
      const refused = t.throws(() => watch(store.cacher(all), { after: 2 }), Compacted) as unknown as Compacted;
      t.same([refused.revision, refused.oldest], [2, 3]);
      t.equal(watch(store.cacher(all), { after: 3 }).events.length, 4);
      for (const prefix of ['/podsx/', `${root}d`, '/', 'a'])
        t.throws(() => watch(store.cacher(all), { prefix }), { message: /can be watched/ });
    },
  );

  t.test('a list and a watch from exactly there are taken in one step (R7.20)', async (t) => {
    const store = await start(t);
    await put(store, pod('b'), thing('1', { app: 'in' }));
    await put(store, pod('a'), thing('1', { app: 'in' }));
    await put(store, pod('c'));
    const inFlight = put(store, pod('d'), thing('1', { app: 'in' }));
    const events: string[] = [];
    const { entries, revision, watcher } = store.cacher(all).listAndWatch({
      prefix: root,
      match: labelled('in'),
      onEvents: (batch) => events.push(...batch.map(({ entry }) => entry.key)),
      onClose: (reason) => t.fail(reason),
    });
    t.same([entries.map(({ key }) => key), revision], [[pod('a'), pod('b')], 4]);
    await inFlight;
    t.same(events, []);
    watcher.resume();
    t.same(events, [pod('d')]);
    watcher.stop();
  });

  t.test(
    'a bookmark moves on with every commit, also of other resources, but not past events that a watcher has yet to be given',
    async (t) => {
      const store = await start(t);
      const { watcher } = watch(store.cacher(all));
      const seen: number[] = [];
      watch(store.cacher(all), { prefix: root, onEvents: () => seen.push(watcher.revision, late.watcher.revision) });
      const late = watch(store.cacher(all), { prefix: pod('a') });
      await put(store, pod('a'));
      t.same(seen, [2, 1]);
      await put(store, objectKey({ group: 'apps', resource: 'deployments' }, 'root', 'd', 'a'));
      t.equal(watcher.revision, 3);
      watcher.pause();
      await put(store, pod('a'));
      t.equal(watcher.revision, 3);
    },
  );

  t.test('a consumer may write, watch, pause, resume and stop from within its events, and may throw', async (t) => {
    const store = await start(t);
    const cacher = store.cacher(all);
    const written: Promise<unknown>[] = [];
    let nested: ReturnType<typeof watch> | undefined;
    const first = watch(cacher, {
      onEvents: (batch) => {
        for (const { entry } of batch) if (entry.key === pod('a')) written.push(put(store, pod('b')));
        nested ??= watch(cacher, { after: 1 });
        first.watcher.pause();
        first.watcher.resume();
        bystander.watcher.stop();
      },
    });
    const bystander = watch(cacher);
    const thrower = watch(cacher, {
      onEvents: () => {
        throw new Error('mine');
      },
    });
    const last = watch(cacher);
    await put(store, pod('a'));
    await Promise.all(written);
    t.same(nested?.events, [`ADDED ${pod('a')} x at 2`, `ADDED ${pod('b')} x at 3`]);
    t.same([last.events, bystander.events, thrower.closed], [nested?.events, [], ['failed']]);
  });

  t.test('waiting for a revision ends with it, or with the time (R6.9)', async (t) => {
    const store = await start(t);
    const reached = store.untilRevision(3, 10_000);
    t.equal(await store.untilRevision(1, 0), true);
    t.equal(await store.untilRevision(2, 1), false);
    await Promise.all([put(store, pod('a')), put(store, pod('b'))]);
    t.equal(await reached, true);
  });

  t.test('closing waits for what is under way, refuses the rest and ends the watches', async (t) => {
    const store = await start(t);
    const { closed, events } = watch(store.cacher(all));
    const writes = [put(store, pod('a')), put(store, pod('b'))];
    const waiting = store.untilRevision(9, 10_000);
    const closing = store.close();
    await t.rejects(put(store, pod('c')), { message: 'the store is closed' });
    await Promise.all([...writes, closing]);
    t.same([events.length, closed, await waiting], [2, ['closed'], false]);
  });

  t.test('random operations do as the model does', async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.constantFrom(manual, tiny), async (steps, options) => {
        await new Run(await start(t, options), options, again).all(steps);
      }),
      { numRuns: runs },
    );
  });
}

const names = ['root/d/a', 'root/d/b', 'root/d-2/a', 'root/e/c', 'team/d/a'].map((name) => all + name);
const prefixes = [all, root, collectionPrefix(pods, 'root', 'd'), collectionPrefix(pods, 'team'), names[0]!];
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant('write' as const), key: fc.nat(4), app: fc.constantFrom('in', 'out'), wait: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), key: fc.nat(4), wait: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('create' as const), key: fc.nat(4) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('watch' as const), prefix: fc.nat(4), back: fc.nat(6), select: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const), nth: fc.nat(5) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('list' as const), prefix: fc.nat(4), back: fc.nat(20), limit: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('compact' as const), back: fc.nat(10) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('again' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** One random run on a store and on the model. */
class Run {
  readonly #model = new StoreModel();
  readonly #pending: Promise<void>[] = [];
  #watches: { prefix: string; after: number; match: Match | undefined; watch: ReturnType<typeof watch> }[] = [];

  constructor(
    private store: Store,
    private readonly options: StoreOptions,
    private readonly again: StorageUnderTest['again'],
  ) {}

  async all(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.#one(step);
    await this.#settle();
    this.#checkWatches();
    equal(this.store.cacher(all).list({ prefix: all }).entries.map(show), this.#model.list(all));
    await this.store.close();
  }

  async #one(step: Step): Promise<void> {
    switch (step.do) {
      case 'write':
      case 'delete': {
        const key = names[step.key]!;
        const to = step.do === 'write' ? thing(`${this.#model.revision}`, { app: step.app }) : undefined;
        if (to === undefined && this.#model.get(key) === undefined) return this.#expectError(remove(this.store, key), 'KeyNotFound');
        const expected = show(this.#model.write(key, to));
        const written = to === undefined ? remove(this.store, key) : put(this.store, key, to);
        this.#pending.push(written.then(({ entry }) => equal(show(entry!), expected)));
        if (step.wait) await this.#settle();
        return;
      }
      case 'create': {
        const key = names[step.key]!;
        const created = this.store.create(key, encodeThing(thing('new', { app: 'in' })));
        if (this.#model.get(key) !== undefined) return this.#expectError(created, 'KeyExists');
        const expected = show(this.#model.write(key, thing('new', { app: 'in' })));
        this.#pending.push(created.then((entry: Entry) => equal(show(entry), expected)));
        return;
      }
      case 'watch':
        return this.#watch(prefixes[step.prefix]!, Math.max(1, this.store.revision - step.back), step.select ? labelled('in') : undefined);
      case 'pause':
      case 'resume':
        return this.#watches[step.nth]?.watch.watcher[step.do]();
      case 'list':
        return this.#list(prefixes[step.prefix]!, Math.max(1, this.store.revision - step.back), step.limit);
      case 'compact':
        return this.store.compact(Math.max(1, this.store.revision - step.back));
      case 'again': {
        await this.#settle();
        this.#checkWatches();
        const restarted = await this.again(this.store, this.options);
        if (restarted !== this.store) this.#watches = [];
        this.store = restarted;
      }
    }
  }

  async #expectError(result: Promise<unknown>, name: string): Promise<void> {
    equal(await result.catch((error: Error) => error.name), name);
  }

  async #settle(): Promise<void> {
    await Promise.all(this.#pending.splice(0));
    equal(this.store.revision, this.#model.revision);
  }

  #watch(prefix: string, after: number, match: Match | undefined): void {
    const cacher = this.store.cacher(all);
    if (after < cacher.history.since) return;
    this.#watches.push({ prefix, after, match, watch: watch(cacher, { prefix, after, match }) });
  }

  async #list(prefix: string, revision: number, limit: number): Promise<void> {
    const compacted = revision < this.store.compacted;
    const shown: string[] = [];
    for (let after: string | undefined; ; ) {
      const list = await this.store
        .cacher(all)
        .listAt(revision, { prefix, limit, after })
        .catch((error: unknown) => error);
      if (list instanceof Compacted) return equal(compacted, true);
      const { entries, more } = list as Awaited<ReturnType<Cacher['listAt']>>;
      shown.push(...entries.map(show));
      if (!more) break;
      after = entries.at(-1)!.key;
    }
    equal(shown, this.#model.list(prefix, revision));
  }

  /** Every watch has what the model says: all of it, or, if it is paused or was closed, all up to where it is. */
  #checkWatches(): void {
    for (const { prefix, after, match, watch } of this.#watches) {
      equal(watch.events, this.#model.events(prefix, after, match, watch.watcher.revision));
      if (!watch.watcher.paused && watch.closed.length === 0) equal(watch.watcher.revision, this.store.revision);
    }
  }
}

function equal(got: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(expected)];
  if (a !== b) throw new Error(`got ${a}, expected ${b}`);
}
