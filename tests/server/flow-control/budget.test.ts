import t from 'tap';
import { type BudgetOptions, createBudget, type Refusal } from '../../../server/flow-control/budget.js';

const options: BudgetOptions = { limit: 2, queueLength: 2, waitMs: 60_000 };
const leaving = new AbortController();
const present = leaving;
t.teardown(() => leaving.abort());

/** Names of those who got their place, in order. */
function entering(budget: ReturnType<typeof createBudget>) {
  const order: string[] = [];
  const enter = (name: string, user = name): undefined | Refusal | Promise<Refusal | undefined> => {
    const entered = budget.enter(user, present);
    if (entered instanceof Promise) void entered.then((refusal) => order.push(refusal ? `${name}: ${refusal}` : name));
    else order.push(entered ? `${name}: ${entered}` : name);
    return entered;
  };
  return { order, enter };
}

const turn = (): Promise<void> => new Promise(setImmediate);

t.test('who finds a place goes on in the same turn', async (t) => {
  const budget = createBudget(options);
  t.equal(budget.enter('a', present), undefined);
  t.equal(budget.enter('a', present), undefined);
  t.type(budget.enter('a', present), Promise);
  t.same([budget.running, budget.waiting], [2, 1]);
});

t.test('no limit is none', async (t) => {
  const budget = createBudget({ ...options, limit: 0 });
  for (let i = 0; i < 1000; i++) t.equal(budget.enter('a', present), undefined);
});

t.test('users take turns, whoever has more requests in the queue', async (t) => {
  const budget = createBudget({ ...options, limit: 1, queueLength: 3 });
  const { order, enter } = entering(budget);
  for (const name of ['a0', 'a1', 'a2', 'a3', 'b1', 'b2', 'c1']) enter(name, name[0]!);
  for (let i = 0; i < 6; i++) {
    budget.leave();
    await turn();
  }
  t.same(order, ['a0', 'a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  budget.leave();
  t.same([budget.running, budget.waiting], [0, 0]);
});

t.test('a full queue refuses its user, and nobody else', async (t) => {
  const budget = createBudget({ ...options, limit: 1 });
  const { order, enter } = entering(budget);
  for (let i = 0; i < 4; i++) enter('a');
  t.same(order, ['a', 'a: queue-full']);
  t.type(enter('b'), Promise);
});

t.test('who waits too long is refused', async (t) => {
  const budget = createBudget({ ...options, limit: 1, waitMs: 1 });
  budget.enter('a', present);
  t.equal(await budget.enter('b', present), 'time-out');
  t.equal(budget.waiting, 0);
});

t.test('who goes away leaves the queue', async (t) => {
  const budget = createBudget({ ...options, limit: 1 });
  const gone = new AbortController();
  budget.enter('a', present);
  const waiting = budget.enter('b', gone);
  gone.abort();
  t.equal(await waiting, 'cancelled');
  budget.leave();
  t.same([budget.running, budget.waiting], [0, 0]);
});

t.test('a place that was taken by force is given to nobody when it becomes free', async (t) => {
  const budget = createBudget({ ...options, limit: 1 });
  const { order, enter } = entering(budget);
  enter('a');
  budget.force();
  enter('b');
  budget.leave();
  await turn();
  t.same(order, ['a']);
  budget.leave();
  await turn();
  t.same(order, ['a', 'b']);
});
