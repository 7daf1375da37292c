/** ResourceQuotas under 200 creators at once, whose server is killed in the midst of it: `kurma serve` as a child, real sockets. */
import { once } from 'node:events';
import t from 'tap';
import type { JsonObject } from '../../schemas/json-value.js';
import { type Caller, callerOf, type Command, startCommand } from '../helpers/command.js';
import { eventually } from '../helpers/fake-api.js';

const CREATORS = 200;
const HARD = 300;
const namespace = '/api/v1/namespaces/many';
const widgets = '/apis/quota.example.com/v1/namespaces/many/widgets';
const hard = { 'count/configmaps': `${HARD}`, 'count/widgets.quota.example.com': '50', secrets: '7' };

const definition: JsonObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.quota.example.com' },
  spec: {
    group: 'quota.example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};
const widget = { apiVersion: 'quota.example.com/v1', kind: 'Widget' };
const collections: Record<string, { path: string; content: JsonObject }> = {
  'count/configmaps': { path: `${namespace}/configmaps`, content: {} },
  'count/widgets.quota.example.com': { path: widgets, content: widget },
  secrets: { path: `${namespace}/secrets`, content: {} },
};

const dataDir = `${t.testdir({})}/data`;
let server: Command;
let call: Caller & { close(): void };
async function start(): Promise<void> {
  server = startCommand(dataDir);
  call = callerOf(await server.url, CREATORS);
}
async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
  server.child.kill(signal);
  await server.ended;
  call.close();
}
t.teardown(() => end('SIGKILL'));

const namesIn = async (path: string): Promise<string[]> =>
  ((await call('GET', path)).body['items'] as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
const counts = async (): Promise<Record<string, string>> =>
  Object.fromEntries(
    await Promise.all(Object.entries(collections).map(async ([key, { path }]) => [key, `${(await namesIn(path)).length}`] as const)),
  );
const used = async (): Promise<JsonObject> => {
  const { status } = (await call('GET', `${namespace}/resourcequotas/all`)).body as { status?: { used?: JsonObject } };
  return status?.used ?? {};
};
/** The quota says what is there, and goes on saying so. */
const isExact = async (): Promise<boolean> => {
  const [said, there] = [await used(), await counts()];
  return Object.entries(there).every(([key, count]) => said[key] === count);
};

/** All at once until each has been refused, or the connection is gone; returns the names of what was answered with 201. */
async function createUntilRefused(onCreated: (count: number) => void = () => {}): Promise<{ created: string[]; answers: Set<number> }> {
  const created: string[] = [];
  const answers = new Set<number>();
  const keys = Object.values(collections);
  await Promise.all(
    Array.from({ length: CREATORS }, async (_, i) => {
      const { path, content } = keys[i % 10 === 0 ? 1 : i % 10 === 1 ? 2 : 0]!;
      for (;;) {
        const answer = await call('POST', path, { ...content, metadata: { generateName: `c${i}-` } }).catch(() => undefined);
        if (answer) answers.add(answer.status);
        if (answer?.status !== 201) return;
        created.push((answer.body['metadata'] as { name: string }).name);
        onCreated(created.length);
      }
    }),
  );
  return { created, answers };
}

t.test('never one too many, and the count comes back', { timeout: 300_000 }, async (t) => {
  await start();
  t.equal((await call('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)).status, 201);
  t.equal((await call('POST', '/api/v1/namespaces', { metadata: { name: 'many' } })).status, 201);
  await eventually(async () => (await call('GET', widgets)).status === 200, 'the kind Widget');
  t.equal((await call('POST', `${namespace}/resourcequotas`, { metadata: { name: 'all' }, spec: { hard } })).status, 201);
  await eventually(async () => Object.keys(await used()).length === 3, 'the first count');
  await eventually(async () => (await namesIn(`${namespace}/configmaps`)).includes('kube-root-ca.crt'), 'the root certificate');

  await t.test('200 creators fill the quota to the last place', async (t) => {
    const { created, answers } = await createUntilRefused();
    t.same([...answers].sort(), [201, 403]);
    t.same(await counts(), hard);
    t.equal(created.length, HARD - 1 + 50 + 7, 'all but the root certificate');
    t.match((await call('POST', widgets, { ...widget, metadata: { name: 'more' } })).body, {
      message: `widgets.quota.example.com "more" is forbidden: exceeded quota: all, requested: count/widgets.quota.example.com=1, used: count/widgets.quota.example.com=50, limited: count/widgets.quota.example.com=50`,
    });
    t.same(await used(), hard);
  });

  await t.test('deletes give back what they free, while others create', async (t) => {
    const victims = (await namesIn(`${namespace}/configmaps`)).filter((name) => name.startsWith('c')).slice(0, 100);
    const deleting = Promise.all(victims.map((name) => call('DELETE', `${namespace}/configmaps/${name}`)));
    let most = 0;
    const isOver = { yet: false };
    const watching = (async () => {
      while (!isOver.yet) most = Math.max(most, (await namesIn(`${namespace}/configmaps`)).length);
    })();
    for (let i = 0; i < 5; i++) await createUntilRefused();
    await deleting;
    await eventually(isExact, 'an exact count');
    await createUntilRefused();
    isOver.yet = true;
    await watching;
    t.ok(most <= HARD, `at most ${most} at a time`);
    t.same(await counts(), hard);
  });

  await t.test('killed in the midst of it, three times, and restarted', async (t) => {
    for (const after of [5, 40, 90]) {
      t.equal((await call('DELETE', `${namespace}/configmaps?fieldSelector=metadata.name!%3Dkube-root-ca.crt`)).status, 200);
      t.equal((await call('DELETE', widgets)).status, 200);
      await eventually(async () => (await used())['count/widgets.quota.example.com'] === '0', 'room');
      await eventually(async () => Number((await used())['count/configmaps']) <= 1, 'room');
      const died = once(server.child, 'close');
      const { created } = await createUntilRefused((count) => {
        if (count === after) server.child.kill('SIGKILL');
      });
      await died;
      call.close();
      await start();
      const there = new Set([
        ...(await namesIn(`${namespace}/configmaps`)),
        ...(await namesIn(widgets)),
        ...(await namesIn(`${namespace}/secrets`)),
      ]);
      t.same(
        created.filter((name) => !there.has(name)),
        [],
        `all of the ${created.length} that were answered are there`,
      );
      t.ok(await isExact(), 'the count is what is there');
      await createUntilRefused();
      await eventually(isExact, 'an exact count');
      await createUntilRefused();
      t.same(await counts(), hard, 'full to the last place');
    }
  });

  await t.test('stopped and started', async (t) => {
    await end('SIGTERM');
    await start();
    t.same(await used(), hard);
    t.same(await counts(), hard);
    t.equal((await call('POST', `${namespace}/configmaps`, { metadata: { name: 'more' } })).status, 403);
  });
});
