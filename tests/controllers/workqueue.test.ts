import t from 'tap';
import { consume, createWorkQueue } from '../../controllers/workqueue.js';
import { createManualClock } from '../helpers/manual-clock.js';

const identity = (key: string) => key;

t.test('an item waits once, however often it is added', async (t) => {
  const queue = createWorkQueue({ key: identity });
  for (const item of ['a', 'b', 'a', 'a']) queue.add(item);
  t.equal(queue.length, 2);
  t.equal(await queue.next(), 'a');
  t.equal(await queue.next(), 'b');
  t.equal(queue.length, 0);
});

t.test('of two items with one key the later stands', async (t) => {
  const queue = createWorkQueue<{ key: string; n: number }>({ key: ({ key }) => key });
  queue.add({ key: 'a', n: 1 });
  queue.add({ key: 'a', n: 2 });
  t.match(await queue.next(), { n: 2 });
});

t.test('an item added while it is worked on comes back when that is done, not before', async (t) => {
  const queue = createWorkQueue({ key: identity });
  queue.add('a');
  const item = (await queue.next()) as string;
  queue.add('a');
  queue.add('a');
  t.equal(queue.length, 0);
  queue.done(item);
  t.equal(queue.length, 1);
  t.equal(await queue.next(), 'a');
  queue.done('a');
  t.equal(queue.length, 0);
});

t.test('a worker that waits gets the next item at once', async (t) => {
  const queue = createWorkQueue({ key: identity });
  const waiting = queue.next();
  queue.add('a');
  t.equal(await waiting, 'a');
});

t.test('delayed items come when their time has come, the earlier of two times counts', (t) => {
  const clock = createManualClock();
  const queue = createWorkQueue({ key: identity, clock });
  queue.addAfter('a', 100);
  queue.addAfter('a', 300);
  queue.addAfter('b', 300);
  queue.addAfter('b', 200);
  queue.addAfter('c', 0);
  t.same([queue.length, queue.delayed], [1, 2]);
  clock.advance(99);
  t.equal(queue.length, 1);
  clock.advance(1);
  t.equal(queue.length, 2);
  clock.advance(100);
  t.same([queue.length, queue.delayed], [3, 0]);
  t.end();
});

t.test('the back-off of an item doubles with each failure up to its limit, and is forgotten', (t) => {
  const clock = createManualClock();
  const queue = createWorkQueue({ key: identity, clock, backoffBaseMs: 10, backoffMaxMs: 40 });
  const waits: number[] = [];
  for (let i = 0; i < 5; i++) {
    queue.addRateLimited('a');
    const before = clock.now();
    while (queue.delayed > 0) clock.advance(1);
    waits.push(clock.now() - before);
  }
  t.same(waits, [10, 20, 40, 40, 40]);
  t.equal(queue.failures('a'), 5);
  queue.forget('a');
  t.equal(queue.failures('a'), 0);
  t.end();
});

t.test('all retries together are slowed down once the burst is used up', (t) => {
  const clock = createManualClock();
  const queue = createWorkQueue({ key: identity, clock, backoffBaseMs: 1, retriesPerSecond: 10, retryBurst: 2 });
  for (const item of ['a', 'b', 'c', 'd']) queue.addRateLimited(item);
  clock.advance(1);
  t.equal(queue.length, 2);
  clock.advance(99);
  t.equal(queue.length, 3);
  clock.advance(100);
  t.equal(queue.length, 4);
  t.end();
});

t.test('consume works on different items at once, on one item never twice, and tries again what fails', async (t) => {
  const queue = createWorkQueue({ key: identity, backoffBaseMs: 1 });
  const inWork = new Set<string>();
  const tries = new Map<string, number>();
  let most = 0;
  const consumed = consume(queue, 3, async (item) => {
    t.notOk(inWork.has(item));
    inWork.add(item);
    most = Math.max(most, inWork.size);
    await new Promise((resolve) => setImmediate(resolve));
    inWork.delete(item);
    const n = (tries.get(item) ?? 0) + 1;
    tries.set(item, n);
    if (item === 'b' && n < 3) throw new Error('not yet');
    if (tries.get('b') === 3 && tries.size === 3) queue.shutDown();
  });
  for (const item of ['a', 'b', 'c']) queue.add(item);
  await consumed;
  t.equal(tries.get('b'), 3);
  t.equal(most, 3);
});

t.test('shutting down drops what waits, wakes the workers and takes nothing more', async (t) => {
  const queue = createWorkQueue({ key: identity });
  queue.add('a');
  queue.addAfter('b', 10_000);
  const item = (await queue.next()) as string;
  const waiting = queue.next();
  queue.add('a');
  queue.shutDown();
  queue.done(item);
  queue.add('c');
  t.equal(await waiting, undefined);
  t.equal(await queue.next(), undefined);
  t.same([queue.length, queue.delayed], [0, 0]);
});
