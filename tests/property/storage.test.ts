import fc from 'fast-check';
import t from 'tap';
import type { Cacher } from '../../storage/cacher.js';
import type { WatchEvent } from '../../storage/commit.js';
import type { Match } from '../../storage/entry.js';
import { collectionPrefix, objectKey, resourcePrefix } from '../../storage/keys.js';
import { memoryBackend } from '../../storage/memory.js';
import { Store } from '../../storage/store.js';
import { encodeThing, show, thing } from '../helpers/store-model.js';

const pods = { group: '', resource: 'pods' };
const all = resourcePrefix(pods);

const writes = fc.array(fc.record({ key: fc.nat(7), app: fc.constantFrom('in', 'out'), remove: fc.boolean() }), {
  minLength: 1,
  maxLength: 40,
});
const selections: [prefix: string, match: Match | undefined][] = [
  [all, undefined],
  [all, ({ labels }) => labels['app'] === 'in'],
  [collectionPrefix(pods, 'root', '1'), ({ labels }) => labels['app'] === 'in'],
];

async function written(steps: { key: number; app: string; remove: boolean }[]): Promise<Store> {
  const store = await Store.open(memoryBackend(), {
    retention: false,
    history: { eventsMax: 25, bytesMax: 1 << 20, restoredBytesMax: 1 << 20 },
  });
  const change = ({ key, app, remove }: (typeof steps)[number], i: number) =>
    store.update(objectKey(pods, 'root', `${key % 2}`, `${key}`), (head) => {
      if (head !== undefined && remove) return { type: 'delete', encode: encodeThing(thing('gone', head.labels)) };
      return { type: 'put', encode: encodeThing(thing(`${i}`, { app })) };
    });
  await Promise.all(steps.map(change));
  return store;
}

function eventsBetween(cacher: Cacher, prefix: string, match: Match | undefined, after: number, to: number): WatchEvent[] {
  const events: WatchEvent[] = [];
  const watcher = cacher.watch({ prefix, match, after, onEvents: (batch) => events.push(...batch), onClose: () => {} });
  watcher.resume();
  watcher.stop();
  return events.filter(({ revision }) => revision <= to);
}

async function state(cacher: Cacher, prefix: string, match: Match | undefined, revision: number): Promise<string[]> {
  return (await cacher.listAt(revision, { prefix, match })).entries.map(show);
}

t.test('the list at one revision and the events up to another make the list at the other', async (t) => {
  await fc.assert(
    fc.asyncProperty(writes, fc.nat(), fc.nat(), fc.constantFrom(...selections), async (steps, a, b, [prefix, match]) => {
      const store = await written(steps);
      const cacher = store.cacher(all);
      const [oldest, span] = [cacher.history.since, store.revision - cacher.history.since + 1];
      const [from, to] = [oldest + (a % span), oldest + (b % span)].sort((x, y) => x - y) as [number, number];
      const replica = new Map((await state(cacher, prefix, match, from)).map((line) => [line.split(' ')[0]!, line]));
      for (const { type, entry } of eventsBetween(cacher, prefix, match, from, to)) {
        if (type === 'ADDED' && replica.has(entry.key)) throw new Error('added twice');
        if (type !== 'ADDED' && !replica.has(entry.key)) throw new Error(`${type} of what is not there`);
        if (type === 'DELETED') replica.delete(entry.key);
        else replica.set(entry.key, show(entry));
      }
      const [got, expected] = [[...replica.values()].sort(), (await state(cacher, prefix, match, to)).sort()];
      if (got.join('\n') !== expected.join('\n')) throw new Error(`${got.join()} is not ${expected.join()}`);
      await store.close();
    }),
    { numRuns: 300 },
  );
  t.pass('for all writes');
});

t.test('the pages of a list, joined, are the list at its revision', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      writes,
      writes,
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom(...selections),
      async (before, after, limit, [prefix, match]) => {
        const store = await written(before);
        const cacher = store.cacher(all);
        const whole = cacher.list({ prefix, match }).entries.map(show);
        let page = cacher.list({ prefix, match, limit });
        const pages = page.entries.map(show);
        for (const { key, app } of after) {
          if (!page.more) break;
          await store.update(objectKey(pods, 'root', `${key % 2}`, `${key}`), () => ({
            type: 'put',
            encode: encodeThing(thing('later', { app })),
          }));
          page = await cacher.listAt(page.revision, { prefix, match, limit, after: page.entries.at(-1)!.key });
          pages.push(...page.entries.map(show));
        }
        const expected = page.more ? whole.slice(0, pages.length) : whole;
        if (pages.join('\n') !== expected.join('\n')) throw new Error(`${pages.join()} is not ${expected.join()}`);
        await store.close();
      },
    ),
    { numRuns: 300 },
  );
  t.pass('for all writes');
});
